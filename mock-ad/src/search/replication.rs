//! Replication metadata, as repadmin and scripts read it: msDS-ReplAttributeMetaData and
//! msDS-ReplValueMetaData in the XML of DS_REPL_ATTR_META_DATA and DS_REPL_VALUE_META_DATA, and
//! replPropertyMetaData in the bytes of PROPERTY_META_DATA_VECTOR (MS-DRSR 5.169).

use jiff::Timestamp;

use crate::directory::{
    Directory, LinkStamp, Object, ObjectId, Stamp, Value, attribute_number, file_time,
};

/// The metadata of each attribute, as one value of text.
pub(super) fn attributes(directory: &Directory, id: ObjectId) -> Vec<Value> {
    let stamps = directory.attribute_stamps(id).into_iter();
    let texts = stamps.map(|(attribute, stamp)| {
        let name = directory.schema().name(attribute);
        let fields = [("pszAttributeName", name.to_owned())];
        let fields = fields.into_iter().chain(origin(directory, &stamp));
        element("DS_REPL_ATTR_META_DATA", fields)
    });
    texts.collect()
}

/// The metadata of each value of a link, also of those that were removed.
pub(super) fn values(directory: &Directory, id: ObjectId) -> Vec<Value> {
    let stamps = directory.link_stamps(id).into_iter();
    let texts = stamps.map(|(attribute, to, stamp)| {
        let LinkStamp {
            last,
            added,
            present,
        } = stamp;
        let removed = if present {
            "1601-01-01T00:00:00Z".to_owned()
        } else {
            time(last.at)
        };
        let fields = [
            (
                "pszAttributeName",
                directory.schema().name(attribute).to_owned(),
            ),
            ("pszObjectDn", directory.dn_text(to).to_string()),
            ("cbData", "0".to_owned()),
            ("pbData", String::new()),
            ("ftimeDeleted", removed),
            ("ftimeCreated", time(added)),
        ];
        let fields = fields.into_iter().chain(origin(directory, &last));
        element("DS_REPL_VALUE_META_DATA", fields)
    });
    texts.collect()
}

/// The metadata of all attributes as bytes: a head of sixteen, and forty-eight for each, in the
/// order of their numbers; those without a well-known number are left out.
pub(super) fn vector(directory: &Directory, id: ObjectId) -> Value {
    const SECONDS: i64 = 10_000_000;
    let stamps = directory.attribute_stamps(id).into_iter();
    let numbered = stamps.filter_map(|(attribute, stamp)| {
        let definition = directory.schema().definition(attribute);
        Some((attribute_number(definition.oid.as_ref())?, stamp))
    });
    let mut numbered: Vec<(u32, Stamp)> = numbered.collect();
    numbered.sort_by_key(|(number, _)| *number);
    let count = u32::try_from(numbered.len()).unwrap_or(u32::MAX);
    let mut bytes: Vec<u8> = [1, 0, count, 0]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    for (number, stamp) in numbered {
        bytes.extend(number.to_le_bytes());
        bytes.extend(stamp.version.to_le_bytes());
        bytes.extend((file_time(stamp.at) / SECONDS).to_le_bytes());
        bytes.extend(directory.invocation_id().as_bytes());
        bytes.extend(stamp.usn.0.to_le_bytes());
        bytes.extend(stamp.usn.0.to_le_bytes());
    }
    bytes.as_slice().into()
}

/// Whether an object has metadata of its own: those of the configuration have none.
pub(super) fn has_metadata(directory: &Directory, object: &Object) -> bool {
    !directory.is_configuration() && !object.placeholder
}

/// Where and when a change was made: here, for there is one domain controller that takes writes.
fn origin(directory: &Directory, stamp: &Stamp) -> impl Iterator<Item = (&'static str, String)> {
    let usn = stamp.usn.to_string();
    [
        ("dwVersion", stamp.version.to_string()),
        ("ftimeLastOriginatingChange", time(stamp.at)),
        (
            "uuidLastOriginatingDsaInvocationID",
            directory.invocation_id().to_string(),
        ),
        ("usnOriginatingChange", usn.clone()),
        ("usnLocalChange", usn),
        ("pszLastOriginatingDsaDN", directory.ds_service_name()),
    ]
    .into_iter()
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An element of elements, which ends with a NUL as domain controllers have it.
fn element(name: &str, fields: impl Iterator<Item = (&'static str, String)>) -> Value {
    let fields = fields.map(|(name, value)| {
        let value = value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        format!("\t<{name}>{value}</{name}>\n")
    });
    let inside: String = fields.collect();
    format!("<{name}>\n{inside}</{name}>\n\0").into()
}
