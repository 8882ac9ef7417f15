//! Objects of Active Directory as objects of the module.

use jiff::Timestamp;
use mock_ad::directory::{Directory, ObjectGuid, ObjectId, Schema, Sid, Syntax};
use mock_ad::directory::{Value as AdValue, Values};
use mock_ad::search::Entry;
use powershell::value::{Array, ArrayKind, DateTime, DateTimeKind, Object, Value};
use std::rc::Rc;

use super::property::{Kind, Source, friendly};

/// What the module keeps in an object, to know it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AdReference {
    pub(super) forest: usize,
    pub(super) object: ObjectId,
}

const COLLECTION: &str = "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection";
/// How many seconds lie between the first day of file times and the first of Unix.
const FILE_TIME_BEGIN: i64 = 11_644_473_600;

/// The attributes to ask for, for these properties; the name that no schema has, if there is one.
pub(super) fn attributes(schema: &Schema, properties: &[String]) -> Result<Vec<String>, String> {
    let mut all = vec!["objectClass".to_owned(), "distinguishedName".to_owned()];
    let mut push = |name: &str| {
        if !all.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            all.push(name.to_owned());
        }
    };
    for property in properties {
        if property == "*" {
            push("*");
            [
                "canonicalName",
                "msDS-User-Account-Control-Computed",
                "memberOf",
            ]
            .into_iter()
            .for_each(&mut push);
            continue;
        }
        match friendly(property) {
            Some((_, source)) => {
                source.attribute().into_iter().for_each(&mut push);
                source.attributes().iter().copied().for_each(&mut push);
            }
            None if schema.attribute(property).is_some() => push(property),
            None => return Err(property.clone()),
        }
    }
    Ok(all)
}

/// The object of an entry with these properties.
pub(super) fn object(
    directory: &Directory,
    reference: AdReference,
    kind: Kind,
    entry: &Entry,
    wanted: &[String],
) -> Value {
    let mut properties: Vec<(String, Value)> = Vec::new();
    let mut put = |name: String, value: Value| {
        if !properties
            .iter()
            .any(|(it, _)| it.eq_ignore_ascii_case(&name))
        {
            properties.push((name, value));
        }
    };
    for name in wanted {
        if name == "*" {
            for (attribute, values) in &entry.attributes {
                put(
                    attribute.to_string(),
                    attribute_value(directory, attribute, values),
                );
            }
            for (name, source) in super::property::all_friendly() {
                let value = computed(directory, entry, source);
                if kind != Kind::Object && (!value.is_null() || source.attribute().is_some()) {
                    put(name.to_owned(), value);
                }
            }
            continue;
        }
        match friendly(name) {
            Some((name, source)) => put(name.to_owned(), computed(directory, entry, source)),
            None => put(spelled(directory, name), raw(directory, entry, name)),
        }
    }
    properties.sort_by_key(|(name, _)| name.to_lowercase());
    let object = Object::typed(kind.types(), properties, Some(entry.dn.as_str()));
    Value::Object(object.with_native(Rc::new(reference)))
}

fn spelled(directory: &Directory, name: &str) -> String {
    let schema = directory.schema();
    schema
        .attribute(name)
        .map_or_else(|| name.to_owned(), |id| schema.name(id).to_owned())
}

fn raw(directory: &Directory, entry: &Entry, name: &str) -> Value {
    let found = entry
        .attributes
        .iter()
        .find(|(it, _)| it.eq_ignore_ascii_case(name));
    found.map_or(Value::Null, |(name, values)| {
        attribute_value(directory, name, values)
    })
}

fn number(entry: &Entry, name: &str) -> Option<i64> {
    let found = entry
        .attributes
        .iter()
        .find(|(it, _)| it.eq_ignore_ascii_case(name));
    found
        .and_then(|(_, values)| values.first())
        .and_then(AdValue::as_integer)
}

fn computed(directory: &Directory, entry: &Entry, source: Source) -> Value {
    match source {
        Source::Attribute("objectClass") => {
            let found = entry
                .attributes
                .iter()
                .find(|(it, _)| it.as_str() == "objectClass");
            let last = found.and_then(|(_, values)| values.iter().last());
            last.and_then(AdValue::as_text)
                .map_or(Value::Null, Value::text)
        }
        Source::Attribute(name) => raw(directory, entry, name),
        Source::Bit(bit, set_means) => match number(entry, "userAccountControl") {
            Some(control) => Value::Bool((control & i64::from(bit) != 0) == set_means),
            None => Value::Null,
        },
        Source::FileTime(name) => number(entry, name)
            .and_then(from_file_time)
            .map_or(Value::Null, local),
        Source::LockedOut => Value::Bool(number(entry, "lockoutTime").is_some_and(|it| it > 0)),
        Source::PasswordExpired => {
            let bits = number(entry, "msDS-User-Account-Control-Computed").unwrap_or_default();
            Value::Bool(bits & 0x80_0000 != 0)
        }
        Source::GroupCategory => match number(entry, "groupType") {
            Some(kind) if kind & 0x8000_0000 != 0 => Value::text("Security"),
            Some(_) => Value::text("Distribution"),
            None => Value::Null,
        },
        Source::GroupScope => match number(entry, "groupType") {
            Some(kind) if kind & 8 != 0 => Value::text("Universal"),
            Some(kind) if kind & 4 != 0 => Value::text("DomainLocal"),
            Some(_) => Value::text("Global"),
            None => Value::Null,
        },
        Source::Protected => Value::Bool(false),
    }
}

/// The value of a `[datetime]` in local time.
pub(super) const fn local(clock: Timestamp) -> Value {
    Value::DateTime(DateTime {
        clock,
        kind: DateTimeKind::Local,
    })
}

/// A file time, unless it means never.
fn from_file_time(ticks: i64) -> Option<Timestamp> {
    if ticks <= 0 || ticks == i64::MAX {
        return None;
    }
    let seconds = ticks / 10_000_000 - FILE_TIME_BEGIN;
    let nanos = i32::try_from(ticks % 10_000_000 * 100).ok()?;
    Timestamp::new(seconds, nanos).ok()
}

/// A time as a file time.
pub(super) fn to_file_time(time: Timestamp) -> i64 {
    let since = time.duration_since(Timestamp::UNIX_EPOCH);
    let ticks = since.as_nanos() / 100 + i128::from(FILE_TIME_BEGIN) * 10_000_000;
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

/// A generalized time such as `20260131093000.0Z`.
pub(super) fn from_generalized(text: &str) -> Option<Timestamp> {
    let part = |range: std::ops::Range<usize>| {
        text.get(range)
            .filter(|it| it.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(8..10)?, part(10..12)?, part(12..14)?);
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")
        .parse()
        .ok()
}

/// A time as a generalized time.
pub(super) fn to_generalized(time: Timestamp) -> String {
    time.strftime("%Y%m%d%H%M%S.0Z").to_string()
}

fn attribute_value(directory: &Directory, name: &str, values: &Values) -> Value {
    let schema = directory.schema();
    let base = name.split(';').next().unwrap_or(name);
    let Some(id) = schema.attribute(base) else {
        return Value::Null;
    };
    let definition = schema.definition(id);
    let one = |value: &AdValue| single(&definition.name, definition.syntax, value);
    if definition.single_valued && !definition.is_back_link() {
        return values.first().map_or(Value::Null, one);
    }
    Value::Array(Array::new(
        ArrayKind::Named(Rc::from(COLLECTION)),
        values.iter().map(one),
    ))
}

fn single(name: &str, syntax: Syntax, value: &AdValue) -> Value {
    match value {
        AdValue::Bytes(bytes) if name.eq_ignore_ascii_case("objectGUID") => {
            match <[u8; 16]>::try_from(&bytes[..]) {
                Ok(bytes) => Value::Guid(ObjectGuid::from_bytes(bytes).to_uuid()),
                Err(_) => Value::bytes(bytes.to_vec()),
            }
        }
        AdValue::Bytes(bytes) if syntax == Syntax::Sid => match Sid::from_bytes(bytes) {
            Ok(sid) => security_identifier(&sid.to_string()),
            Err(_) => Value::bytes(bytes.to_vec()),
        },
        AdValue::Bytes(bytes) => Value::bytes(bytes.to_vec()),
        AdValue::Boolean(it) => Value::Bool(*it),
        AdValue::Integer(it) if syntax == Syntax::LargeInteger => Value::Long(*it),
        AdValue::Integer(it) => i32::try_from(*it).map_or(Value::Long(*it), Value::Int),
        AdValue::Text(text) if syntax == Syntax::Time => {
            from_generalized(text).map_or_else(|| Value::text(text), local)
        }
        AdValue::Text(text) => Value::text(text),
    }
}

/// A `[System.Security.Principal.SecurityIdentifier]`.
pub(super) fn security_identifier(text: &str) -> Value {
    let properties = [
        ("Value", Value::text(text)),
        ("BinaryLength", Value::Int(28)),
    ];
    let types = [
        "System.Security.Principal.SecurityIdentifier",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(text)))
}

/// A value of a script for an attribute; what it can't be is told.
pub(super) fn to_attribute(syntax: Syntax, value: &Value) -> Result<AdValue, String> {
    let wrong = || format!("'{}' is no value of this attribute", crate::text(value));
    Ok(match (syntax, value) {
        (Syntax::OctetString | Syntax::SecurityDescriptor, Value::Guid(guid)) => {
            AdValue::Bytes(ObjectGuid::from_uuid(*guid).as_bytes().as_slice().into())
        }
        (syntax, Value::Bytes(bytes)) if syntax.is_binary() => {
            AdValue::Bytes(bytes.borrow().as_slice().into())
        }
        (Syntax::Sid, value) => {
            let sid: Sid = crate::text(value).parse().map_err(|_| wrong())?;
            AdValue::Bytes(sid.as_bytes().into())
        }
        // Text for bytes is sent as it is.
        (syntax, Value::Text(text)) if syntax.is_binary() => AdValue::Bytes(text.as_bytes().into()),
        (Syntax::Boolean, Value::Bool(it)) => AdValue::Boolean(*it),
        (Syntax::Boolean, value) => match crate::text(value).to_lowercase().as_str() {
            "true" => AdValue::Boolean(true),
            "false" => AdValue::Boolean(false),
            _ => return Err(wrong()),
        },
        (Syntax::LargeInteger, Value::DateTime(time)) => AdValue::Integer(to_file_time(time.clock)),
        (Syntax::Integer | Syntax::LargeInteger, value) => {
            AdValue::Integer(crate::text(value).trim().parse().map_err(|_| wrong())?)
        }
        (Syntax::Time, Value::DateTime(time)) => to_generalized(time.clock).as_str().into(),
        (_, Value::Bool(it)) => AdValue::Text(if *it { "True" } else { "False" }.into()),
        (_, value) => crate::text(value).as_str().into(),
    })
}
