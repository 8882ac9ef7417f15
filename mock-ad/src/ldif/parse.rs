//! From the values of a file to those of a directory.

use jiff::Timestamp;
use store::Text;

use super::{LdifError, RawValue};
use crate::directory::{
    AttributeDefinition, ObjectGuid, Sid, Syntax, Value, boolean, fits, parse_time,
};

/// The value of a line in the form that its attribute asks for.
pub(super) fn value(
    definition: &AttributeDefinition,
    line: usize,
    raw: &RawValue<'_>,
) -> Result<Value, LdifError> {
    let wrong = |message: String| LdifError::new(line, message, HELP);
    let value = match (definition.syntax, raw) {
        (Syntax::Sid, RawValue::Text(text)) => {
            let sid: Sid = text
                .parse()
                .map_err(|error| wrong(format!("`{}` takes a SID: {error}", definition.name)))?;
            sid.as_bytes().into()
        }
        (syntax, RawValue::Text(text)) if syntax.is_binary() => text.as_bytes().into(),
        (syntax, RawValue::Bytes(bytes)) if syntax.is_binary() => bytes.as_slice().into(),
        (syntax, raw) => {
            let text = match text(raw) {
                Some(text) => text,
                None if definition.extension => return Ok(bytes(raw).into()),
                None => return Err(wrong(format!("`{}` takes text in UTF-8", definition.name))),
            };
            match syntax {
                Syntax::Integer | Syntax::LargeInteger => text
                    .trim()
                    .parse()
                    .map_or(Value::Text(text), Value::Integer),
                Syntax::Boolean => boolean(&text).map_or(Value::Text(text), Value::Boolean),
                _ => Value::Text(text),
            }
        }
    };
    fits(definition, &value).map_err(|message| wrong(format!("{message}, not {}", shown(raw))))?;
    Ok(value)
}

const HELP: &str = "correct the line, or leave it out if the value does not matter";

/// The text of a value; `None` if it is bytes that are not UTF-8.
pub(super) fn text(raw: &RawValue<'_>) -> Option<Text> {
    match raw {
        RawValue::Text(text) => Some(text.as_ref().into()),
        RawValue::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Text::from),
    }
}

fn bytes<'a>(raw: &'a RawValue<'_>) -> &'a [u8] {
    match raw {
        RawValue::Text(text) => text.as_bytes(),
        RawValue::Bytes(bytes) => bytes,
    }
}

/// A value as a message shows it.
fn shown(raw: &RawValue<'_>) -> String {
    match raw {
        RawValue::Text(text) => {
            let start: String = text.chars().take(40).collect();
            format!("`{start}`")
        }
        RawValue::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// An objectGUID: sixteen bytes, or the dashed text that some tools print.
pub(super) fn guid(line: usize, raw: &RawValue<'_>) -> Result<ObjectGuid, LdifError> {
    if let Ok(bytes) = bytes(raw).try_into() {
        return Ok(ObjectGuid::from_bytes(bytes));
    }
    let dashed = text(raw).and_then(|text| text.parse().ok());
    dashed.ok_or_else(|| {
        LdifError::new(
            line,
            format!("an objectGUID is 16 bytes, not {}", shown(raw)),
            "export objectGUID with `ldifde`, which writes it as base64",
        )
    })
}

/// A time such as `20261123033230.0Z` or `261123033230Z`.
pub(super) fn time(line: usize, raw: &RawValue<'_>) -> Result<Timestamp, LdifError> {
    text(raw)
        .and_then(|text| parse_time(text.trim()))
        .ok_or_else(|| {
            LdifError::new(
                line,
                format!(
                    "a time looks like 20261123033230.0Z, not like {}",
                    shown(raw)
                ),
                HELP,
            )
        })
}
