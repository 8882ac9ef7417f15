//! From the values of a file to those of a directory.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use store::Text;

use super::{LdifError, RawValue};
use crate::directory::{AttributeDefinition, ObjectGuid, Sid, Syntax, Value, boolean, fits};

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
    text(raw).and_then(|text| parse_time(&text)).ok_or_else(|| {
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

fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim().strip_suffix('Z')?;
    let (digits, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(digits) || !all_digits(fraction) {
        return None;
    }
    let (year, rest) = match digits.len() {
        14 => (digits[..4].parse::<i16>().ok()?, &digits[4..]),
        // UTC time has two digits of the year, which turn in 1950 (RFC 5280).
        12 => match digits[..2].parse::<i16>().ok()? {
            year @ 0..50 => (2000 + year, &digits[2..]),
            year => (1900 + year, &digits[2..]),
        },
        _ => return None,
    };
    let part = |at: usize| rest[at..at + 2].parse::<i8>().ok();
    let (month, day, hour) = (part(0)?, part(2)?, part(4)?);
    let local = DateTime::new(year, month, day, hour, part(6)?, part(8)?, 0).ok()?;
    Offset::UTC.to_timestamp(local).ok()
}
