//! Values of properties, on their way to JSON or into a comparison.

use std::borrow::Cow;
use std::io::Write as _;

use jiff::Timestamp;
use uuid::Uuid;

use crate::address::ProxyAddress;

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(i64),
    Text(Cow<'a, str>),
    /// A `Edm.Guid`, or a text that is one.
    Guid(Uuid),
    Instant(Timestamp),
    Addresses(&'a [ProxyAddress]),
    List(Vec<Self>),
    Complex(Vec<(&'static str, Self)>),
}

impl<'a> Value<'a> {
    pub(super) fn text(text: Option<&'a (impl AsRef<str> + ?Sized)>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(Cow::Borrowed(text.as_ref())))
    }

    pub(super) fn owned(text: Option<String>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(Cow::Owned(text)))
    }

    pub(super) fn bool(value: Option<bool>) -> Self {
        value.map_or(Self::Null, Self::Bool)
    }

    pub(super) fn instant(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Null, Self::Instant)
    }

    /// The part of a complex value.
    pub(super) fn member(&self, name: &str) -> &Self {
        match self {
            Self::Complex(members) => members
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(&Value::Null, |(_, value)| value),
            _ => &Value::Null,
        }
    }

    /// Appends the value as JSON.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Null => into.extend_from_slice(b"null"),
            Self::Bool(true) => into.extend_from_slice(b"true"),
            Self::Bool(false) => into.extend_from_slice(b"false"),
            // Writing to a vector can't fail.
            Self::Number(number) => drop(write!(into, "{number}")),
            Self::Text(text) => push_text(into, text),
            Self::Guid(guid) => push_guid(into, guid),
            Self::Instant(at) => drop(write!(into, "\"{at}\"")),
            Self::Addresses(all) => {
                push_list(into, all.iter(), |into, one| push_text(into, one.as_str()));
            }
            Self::List(all) => push_list(into, all.iter(), |into, one| one.write(into)),
            Self::Complex(members) => {
                into.push(b'{');
                for (place, (name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        into.push(b',');
                    }
                    push_text(into, name);
                    into.push(b':');
                    value.write(into);
                }
                into.push(b'}');
            }
        }
    }
}

fn push_list<T>(into: &mut Vec<u8>, all: impl Iterator<Item = T>, push: impl Fn(&mut Vec<u8>, T)) {
    into.push(b'[');
    for (place, one) in all.enumerate() {
        if place > 0 {
            into.push(b',');
        }
        push(into, one);
    }
    into.push(b']');
}

fn push_guid(into: &mut Vec<u8>, guid: &Uuid) {
    let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
    into.push(b'"');
    into.extend_from_slice(guid.hyphenated().encode_lower(&mut buffer).as_bytes());
    into.push(b'"');
}

/// Appends text as a JSON string.
pub(super) fn push_text(into: &mut Vec<u8>, text: &str) {
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    // Looking at every byte, whatever it finds, is several bytes at a time.
    let escaped = (text.bytes()).fold(false, |found, byte| found | special(byte));
    if escaped {
        // Writing text to a vector of bytes can't fail.
        let _ = serde_json::to_writer(into, text);
        return;
    }
    into.reserve(text.len() + 2);
    into.push(b'"');
    into.extend_from_slice(text.as_bytes());
    into.push(b'"');
}
