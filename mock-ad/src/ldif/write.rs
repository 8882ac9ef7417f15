//! Making an export of a directory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::directory::{AttributeId, Directory, EXPORTED, Object, ObjectId, Value};

/// Lines are folded so that they have so many columns at most.
const COLUMNS_MAX: usize = 76;

/// How an export is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// Whether lines end in a carriage return and a line feed.
    pub crlf: bool,
    /// Whether each entry says `changetype: add`, as those of `ldifde` do.
    pub change_type: bool,
    /// Whether deleted objects are written too.
    pub deleted: bool,
}

/// Writes the objects of a directory as LDIF, the higher ones first.
///
/// What only stands in for objects that an export did not contain is left out again.
///
/// ```
/// let text = "dn: CN=Ann,DC=test\nobjectClass: contact\nobjectGUID:: AREkO7viVUKMr0E2xWapYg==\n";
/// let loaded = mock_ad::ldif::load(text.as_bytes(), &Default::default()).unwrap();
/// let written = mock_ad::ldif::write(&loaded.directory, Default::default());
/// assert!(written.contains("dn: CN=Ann,DC=test\nobjectClass: top\nobjectClass: person\n"));
/// ```
pub fn write(directory: &Directory, options: WriteOptions) -> String {
    let mut writer = Writer {
        out: String::new(),
        end: if options.crlf { "\r\n" } else { "\n" },
        line: String::new(),
    };
    let schema = directory.schema();
    let links: Vec<AttributeId> = directory
        .used_links()
        .into_iter()
        .flat_map(|forward| [Some(forward), schema.link_partner(forward)])
        .flatten()
        .collect();
    // Depth first, with what stands below an object right after it.
    let mut next = vec![directory.domain()];
    while let Some(id) = next.pop() {
        let Some(object) = directory.object(id) else {
            continue;
        };
        let below: Vec<ObjectId> = directory.children(id).collect();
        next.extend(below.into_iter().rev());
        let wanted = options.deleted || !object.is_deleted();
        // Every load makes this container, and no plain search finds it.
        let is_made = id == directory.deleted_objects();
        if wanted && !object.placeholder && !is_made {
            writer.entry(directory, id, object, &links, options);
        }
    }
    writer.out
}

/// Writes the objects of a directory as `ldifde -u` does: UTF-16 with a byte order mark, lines
/// that end in CRLF, and `changetype: add`.
pub fn write_ldifde(directory: &Directory) -> Vec<u8> {
    let options = WriteOptions {
        crlf: true,
        change_type: true,
        deleted: false,
    };
    let text = write(directory, options);
    let mut bytes = Vec::with_capacity(2 * text.len() + 2);
    bytes.extend_from_slice(&[0xFF, 0xFE]);
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

/// Writes one line of an entry: as text where it may stand so, else as base64; folded.
///
/// ```
/// let mut out = String::new();
/// mock_ad::ldif::write_value(&mut out, "cn", &"Björg".into());
/// assert_eq!(out, "cn:: QmrDtnJn\n");
/// ```
pub fn write_value(out: &mut String, name: &str, value: &Value) {
    let mut writer = Writer {
        out: std::mem::take(out),
        end: "\n",
        line: String::new(),
    };
    writer.value(name, value);
    *out = writer.out;
}

struct Writer {
    out: String,
    end: &'static str,
    line: String,
}

impl Writer {
    fn entry(
        &mut self,
        directory: &Directory,
        id: ObjectId,
        object: &Object,
        links: &[AttributeId],
        options: WriteOptions,
    ) {
        let schema = directory.schema();
        self.value("dn", &Value::Text(directory.dn_text(id)));
        if options.change_type {
            self.value("changetype", &"add".into());
        }
        let named = [AttributeId::OBJECT_CLASS, object.rdn_attribute()];
        let stored = object
            .attributes()
            .map(|(attribute, _)| attribute)
            .filter(|attribute| *attribute != AttributeId::OBJECT_CLASS);
        let order = named
            .into_iter()
            .chain([AttributeId::OBJECT_GUID])
            .chain(stored)
            .chain(links.iter().copied())
            .chain(EXPORTED);
        for attribute in order {
            let name = schema.name(attribute);
            for value in directory.attribute_values(id, attribute) {
                self.value(name, &value);
            }
        }
        self.out.push_str(self.end);
    }

    fn value(&mut self, name: &str, value: &Value) {
        self.line.clear();
        self.line.push_str(name);
        match value {
            Value::Text(text) if is_safe(text) => {
                self.line.push_str(": ");
                self.line.push_str(text);
            }
            Value::Text(text) => self.base64(text.as_bytes()),
            Value::Bytes(bytes) => self.base64(bytes),
            Value::Boolean(true) => self.line.push_str(": TRUE"),
            Value::Boolean(false) => self.line.push_str(": FALSE"),
            Value::Integer(integer) => {
                self.line.push_str(": ");
                self.line.push_str(&integer.to_string());
            }
        }
        self.fold();
    }

    fn base64(&mut self, bytes: &[u8]) {
        self.line.push_str(":: ");
        STANDARD.encode_string(bytes, &mut self.line);
    }

    /// Puts the line out in pieces; it is ASCII only, so that any place will do.
    fn fold(&mut self) {
        let first = self.line.len().min(COLUMNS_MAX);
        let (head, mut rest) = self.line.split_at(first);
        self.out.push_str(head);
        while !rest.is_empty() {
            let (piece, more) = rest.split_at(rest.len().min(COLUMNS_MAX - 1));
            self.out.push_str(self.end);
            self.out.push(' ');
            self.out.push_str(piece);
            rest = more;
        }
        self.out.push_str(self.end);
    }
}

/// Whether text may stand in a line as it is (RFC 2849, SAFE-STRING).
fn is_safe(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts_well = bytes
        .first()
        .is_some_and(|b| !matches!(b, b' ' | b':' | b'<'));
    starts_well
        && bytes.last() != Some(&b' ')
        && bytes
            .iter()
            .all(|b| b.is_ascii() && !matches!(b, 0 | b'\n' | b'\r'))
}
