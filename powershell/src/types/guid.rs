//! `[guid]`.

use uuid::Uuid;

use crate::host::Host;
use crate::value::Value;

use super::{Arguments, Called};

const LENGTH: &str =
    "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).";

/// A guid out of a text, or why not.
pub(crate) fn parse(text: &str) -> Result<Uuid, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Unrecognized Guid format.");
    }
    let inner = match (text.chars().next(), text.chars().last()) {
        (Some('{'), Some('}')) | (Some('('), Some(')')) if text.len() > 1 => {
            &text[1..text.len() - 1]
        }
        _ => text,
    };
    let dashes = inner.contains('-');
    let bytes = inner.as_bytes();
    if bytes.len() != if dashes { 36 } else { 32 } {
        return Err(LENGTH);
    }
    if dashes && [8, 13, 18, 23].iter().any(|at| bytes[*at] != b'-') {
        return Err("Dashes are in the wrong position for GUID parsing.");
    }
    Uuid::try_parse(inner).map_err(|_| "Guid string should only contain hexadecimal characters.")
}

/// A guid out of chance, of version 4.
pub(crate) fn random(host: &mut dyn Host) -> Uuid {
    let bits = u128::from(host.random()) << 64 | u128::from(host.random());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// A guid in a format of .NET.
pub(crate) fn text(guid: &Uuid, format: &str) -> Option<String> {
    let plain = guid.hyphenated().to_string();
    Some(match format {
        "" | "D" | "d" => plain,
        "N" | "n" => guid.simple().to_string(),
        "B" | "b" => format!("{{{plain}}}"),
        "P" | "p" => format!("({plain})"),
        _ => return None,
    })
}

/// Its methods.
pub(crate) fn call(guid: &Uuid, lower: &str, arguments: &[Value]) -> Called {
    match lower {
        // The first three groups are numbers, which .NET stores the other way round.
        "tobytearray" => Some(Ok(Value::bytes(guid.to_bytes_le()))),
        "tostring" if !arguments.is_empty() => {
            let arguments = Arguments::new("ToString", arguments);
            let format = match arguments.text(0) {
                Ok(format) => format,
                Err(error) => return Some(Err(error)),
            };
            let refused = "Format String can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \
                           \"B\", \"b\", \"X\" or \"x\".";
            let text = text(guid, &format).map(Value::from);
            Some(text.ok_or_else(|| arguments.format(refused)))
        }
        _ => None,
    }
}
