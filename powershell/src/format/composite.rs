//! Composite formats: the `-f` operator and `[string]::Format`.

use crate::convert::{self, to_display};
use crate::error::{Category, ErrorRecord};
use crate::value::Value;

use super::{date, number};

const BAD: &str = "Input string was not in a correct format.";
const RANGE: &str = "Index (zero based) must be greater than or equal to zero and less than the \
                     size of the argument list.";

/// The `-f` operator: a format and its arguments.
pub fn operator(format: &str, arguments: &[Value]) -> Result<String, ErrorRecord> {
    composite(format, arguments).map_err(|reason| {
        ErrorRecord::new(
            format!("Error formatting a string: {reason}."),
            "System.Management.Automation.RuntimeException",
            "FormatError",
            Category::InvalidOperation,
        )
    })
}

/// The text of a composite format, or why there is none.
pub(crate) fn composite(format: &str, arguments: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' if chars.next_if_eq(&'{').is_some() => out.push('{'),
            '}' if chars.next_if_eq(&'}').is_some() => out.push('}'),
            '}' => return Err(BAD.to_owned()),
            '{' => {
                let mut inner = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some('{') | None => return Err(BAD.to_owned()),
                        Some(other) => inner.push(other),
                    }
                }
                out.push_str(&item(&inner, arguments)?);
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

fn item(inner: &str, arguments: &[Value]) -> Result<String, String> {
    let (head, format) = match inner.split_once(':') {
        Some((head, format)) => (head, format),
        None => (inner, ""),
    };
    let (place, width) = match head.split_once(',') {
        Some((place, width)) => (place, width.trim().parse::<i32>().map_err(|_| BAD)?),
        None => (head, 0),
    };
    let place = place.trim_end();
    if place.is_empty() || !place.bytes().all(|it| it.is_ascii_digit()) {
        return Err(BAD.to_owned());
    }
    let place: usize = place.parse().map_err(|_| BAD)?;
    let value = arguments.get(place).ok_or(RANGE)?;
    let text = formatted(value, format).ok_or(BAD)?;
    let size = usize::try_from(width.unsigned_abs())
        .unwrap_or(0)
        .min(1 << 16);
    Ok(if width < 0 {
        format!("{text:<size$}")
    } else {
        format!("{text:>size$}")
    })
}

/// A value in a format; `None` where the value does not know the format.
pub(crate) fn formatted(value: &Value, format: &str) -> Option<String> {
    if format.is_empty() {
        return Some(plain(value));
    }
    match value {
        Value::Byte(_) | Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Decimal(_) => {
            number::number(value, format)
        }
        Value::DateTime(time) => date::date(time, format),
        Value::TimeSpan(ticks) => date::span(*ticks, format),
        Value::Guid(guid) => crate::types::guid::text(guid, format),
        Value::Object(object) => match crate::types::enums::value_of(object) {
            Some(it) if matches!(format, "d" | "D") => Some(it.to_string()),
            Some(it) if matches!(format, "x" | "X") => Some(format!("{it:08X}")),
            _ => Some(plain(value)),
        },
        // Strings and everything else pass over the format.
        _ => Some(plain(value)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Bytes(_) => convert::type_name(value).to_string(),
        other => to_display(other),
    }
}
