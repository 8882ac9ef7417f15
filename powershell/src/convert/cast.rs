//! Casts: `[type]$value`, and what arguments are converted with.

use std::rc::Rc;

use uuid::Uuid;

use crate::error::ErrorRecord;
use crate::format;
use crate::types;
use crate::value::{Array, ArrayKind, CUSTOM, DateTimeKind, Object, Property, Table, Value};

use super::number::{self, NotWhole};
use super::{clock, invalid_cast, is_type, no_cast, resolve_type, to_bool, to_text};

type Cast = Result<Value, ErrorRecord>;

/// Converts a value to a type, named in full or short.
pub fn cast(value: &Value, type_name: &str) -> Cast {
    let full = resolve_type(type_name).unwrap_or_else(|| Rc::from(type_name));
    if let Some(element) = full.strip_suffix("[]") {
        return to_array(value, element);
    }
    if let Some(inner) = full.strip_prefix("System.Nullable[") {
        let empty = matches!(value, Value::Text(text) if text.is_empty());
        if value.is_null() || empty {
            return Ok(Value::Null);
        }
        return cast(value, inner.trim_end_matches(']'));
    }
    if let Some(done) = to_collection(value, &full) {
        return done;
    }
    if let Some(done) = to_numeric(value, &full) {
        return done;
    }
    to_simple(value, &full)
}

fn to_simple(value: &Value, full: &str) -> Cast {
    match full {
        "System.Object" => Ok(value.clone()),
        "System.Void" => Ok(Value::Null),
        "System.String" => Ok(Value::from(to_text(value))),
        "System.Boolean" | "System.Management.Automation.SwitchParameter" => {
            Ok(Value::Bool(to_bool(value)))
        }
        "System.Char" => to_char(value),
        "System.Guid" => to_guid(value),
        "System.DateTime" => to_date(value),
        "System.TimeSpan" => to_span(value),
        "System.Version" => to_version(value),
        "System.Text.RegularExpressions.Regex" => match value {
            Value::Regex(_) => Ok(value.clone()),
            other => types::regex::checked(&to_text(other)),
        },
        "System.Type" => to_type(value),
        "System.Security.SecureString" => match value {
            Value::Secure(_) | Value::Null => Ok(value.clone()),
            other => Err(no_cast(other, full)),
        },
        "System.Management.Automation.PSCredential" => to_credential(value, full),
        "System.Xml.XmlDocument" => types::xml::cast(value, full),
        "System.Uri" => match value {
            Value::Null => Ok(Value::Null),
            other if is_type(other, full) => Ok(other.clone()),
            other => Ok(types::net::uri(&to_text(other))),
        },
        "System.Net.Mail.MailAddress" => match value {
            Value::Null => Ok(Value::Null),
            other if is_type(other, full) => Ok(other.clone()),
            other => mail_address(&to_text(other)),
        },
        "System.Management.Automation.PSObject" => Ok(match value {
            Value::Table(_) => value.clone(),
            other => other.clone(),
        }),
        CUSTOM => Ok(match value {
            Value::Table(table) => Value::Object(custom_of(table)),
            other => other.clone(),
        }),
        _ => to_other(value, full),
    }
}

/// Types that only their own values have, enumerations, and objects made from a hashtable.
fn to_other(value: &Value, full: &str) -> Cast {
    if value.is_null() {
        let is_enum = types::enums::is_enum(full);
        return if is_enum {
            Err(null_enumeration(full))
        } else {
            Ok(Value::Null)
        };
    }
    if is_type(value, full) {
        return Ok(value.clone());
    }
    if let Some(done) = types::enums::cast(value, full) {
        return done;
    }
    if let (true, Value::Table(table)) = (super::names::is_model(full), value) {
        let object = Object::typed::<&str>(&[full, "System.Object"], [], None);
        for (key, value) in table.borrow().iter() {
            object.add(&to_text(key), Property::Member(value.clone()));
        }
        return Ok(Value::Object(object));
    }
    // An object of another module is taken by its type names, or made from a string by the
    // module itself.
    Err(no_cast(value, full))
}

pub(crate) fn null_enumeration(full: &str) -> ErrorRecord {
    invalid_cast(
        "",
        full,
        "The identifier name cannot be null.",
        "nullToEnumInvalidCast",
    )
}

fn custom_of(table: &Table) -> Object {
    let entries = table.borrow();
    let object = Object::custom(Vec::<(String, Value)>::new());
    for (key, value) in entries.iter() {
        object.add(&to_text(key), Property::Note(value.clone()));
    }
    object
}

fn to_array(value: &Value, element: &str) -> Cast {
    if value.is_null() {
        return Ok(Value::Null);
    }
    if element == "System.Byte" {
        return to_bytes(value);
    }
    if element == "System.Char"
        && let Value::Text(text) = value
    {
        let chars = text.chars().map(Value::Char);
        return Ok(Value::Array(Array::new(
            ArrayKind::Typed(Rc::from(element)),
            chars,
        )));
    }
    let kind = match element {
        "System.Object" => ArrayKind::Objects,
        other => ArrayKind::Typed(Rc::from(other)),
    };
    if let Value::Array(array) = value
        && *array.kind() == kind
    {
        return Ok(value.clone());
    }
    let mut all = Vec::new();
    for item in value.enumerate() {
        all.push(cast(&item, element)?);
    }
    Ok(Value::Array(Array::new(kind, all)))
}

fn to_bytes(value: &Value) -> Cast {
    if matches!(value, Value::Bytes(_)) {
        return Ok(value.clone());
    }
    if let Value::Guid(_) = value {
        return Err(no_cast(value, "System.Byte[]"));
    }
    let mut all = Vec::new();
    for item in value.enumerate() {
        match cast(&item, "System.Byte")? {
            Value::Byte(byte) => all.push(byte),
            other => return Err(no_cast(&other, "System.Byte")),
        }
    }
    Ok(Value::bytes(all))
}

fn to_collection(value: &Value, full: &str) -> Option<Cast> {
    let kind = match full {
        "System.Collections.ArrayList" => ArrayKind::ArrayList,
        "System.Array" => {
            return Some(Ok(match value {
                Value::Null | Value::Array(_) | Value::Bytes(_) => value.clone(),
                other => Value::array([other.clone()]),
            }));
        }
        "System.Collections.Hashtable" => return Some(to_table(value, false)),
        "System.Collections.Specialized.OrderedDictionary" => return Some(to_table(value, true)),
        "System.Collections.IDictionary" => {
            return Some(match value {
                Value::Table(_) | Value::Null => Ok(value.clone()),
                other => Err(no_cast(other, full)),
            });
        }
        "System.Collections.IEnumerable"
        | "System.Collections.ICollection"
        | "System.Collections.IList" => {
            return Some(Ok(match value {
                Value::Null | Value::Array(_) | Value::Bytes(_) | Value::Table(_) => value.clone(),
                other => Value::array([other.clone()]),
            }));
        }
        _ => {
            let element = full.strip_suffix(']')?;
            let (outer, element) = element.split_once('[')?;
            match outer {
                "System.Collections.Generic.List" => ArrayKind::List(Rc::from(element)),
                "System.Collections.Generic.Dictionary"
                | "System.Collections.Generic.SortedDictionary" => {
                    return Some(to_table(value, false));
                }
                _ => ArrayKind::Named(Rc::from(full)),
            }
        }
    };
    Some(to_list(value, kind))
}

fn to_list(value: &Value, kind: ArrayKind) -> Cast {
    if value.is_null() {
        return Ok(Value::Null);
    }
    if let Value::Array(array) = value
        && *array.kind() == kind
    {
        return Ok(value.clone());
    }
    let element = match &kind {
        ArrayKind::List(element) => Rc::clone(element),
        _ => Rc::from("System.Object"),
    };
    let mut all = Vec::new();
    for item in value.enumerate() {
        all.push(cast(&item, &element)?);
    }
    Ok(Value::Array(Array::new(kind, all)))
}

fn to_table(value: &Value, ordered: bool) -> Cast {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Table(table) if table.is_ordered() == ordered => Ok(value.clone()),
        Value::Table(table) => {
            let copy = Table::new(ordered);
            for (key, value) in table.borrow().iter() {
                copy.set(key.clone(), value.clone());
            }
            Ok(Value::Table(copy))
        }
        other => {
            let full = if ordered {
                "System.Collections.Specialized.OrderedDictionary"
            } else {
                "System.Collections.Hashtable"
            };
            Err(no_cast(other, full))
        }
    }
}

fn to_numeric(value: &Value, full: &str) -> Option<Cast> {
    let (low, high, name) = match full {
        "System.Int32" => (i64::from(i32::MIN), i64::from(i32::MAX), "an Int32"),
        "System.Int64" => (i64::MIN, i64::MAX, "an Int64"),
        "System.Byte" => (0, 255, "an unsigned byte"),
        "System.SByte" => (-128, 127, "a signed byte"),
        "System.Int16" => (i64::from(i16::MIN), i64::from(i16::MAX), "an Int16"),
        "System.UInt16" => (0, i64::from(u16::MAX), "a UInt16"),
        "System.UInt32" => (0, i64::from(u32::MAX), "a UInt32"),
        "System.UInt64" => (0, i64::MAX, "a UInt64"),
        "System.Double" | "System.Single" => return Some(to_real(value, full)),
        "System.Decimal" => return Some(to_decimal(value, full)),
        _ => return None,
    };
    let range = || {
        let id = match value {
            Value::Text(_) => "InvalidCastFromStringToInteger",
            _ => "InvalidCastIConvertible",
        };
        let reason = format!("Value was either too large or too small for {name}.");
        invalid_cast(&to_text(value), full, &reason, id)
    };
    let number = match value {
        Value::Text(text) => match number::whole_text(text, low, high) {
            Ok(number) => number,
            Err(NotWhole::Range) => return Some(Err(range())),
            Err(NotWhole::Format) => return Some(Err(not_a_number(text, full))),
        },
        Value::Double(double) => match number::rounded(*double) {
            Some(number) => number,
            None => return Some(Err(range())),
        },
        Value::Decimal(decimal) => match number::decimal_rounded(decimal) {
            Some(number) => number,
            None => return Some(Err(range())),
        },
        Value::Array(_)
        | Value::Bytes(_)
        | Value::Table(_)
        | Value::Guid(_)
        | Value::DateTime(_)
        | Value::TimeSpan(_) => return Some(Err(no_cast(value, full))),
        other => match number::to_number(other) {
            Ok(it) => number::as_long(&it).unwrap_or(0),
            Err(_) => return Some(Err(no_cast(other, full))),
        },
    };
    if number < low || number > high {
        return Some(Err(range()));
    }
    let byte = u8::try_from(number).unwrap_or(0);
    Some(Ok(match full {
        "System.Byte" => Value::Byte(byte),
        "System.Int64" | "System.UInt64" => Value::Long(number),
        _ => number::fitting(number),
    }))
}

fn not_a_number(text: &str, full: &str) -> ErrorRecord {
    let id = match full {
        "System.Double" | "System.Single" => "InvalidCastFromStringToDoubleOrSingle",
        "System.Decimal" => "InvalidCastFromStringToDecimal",
        _ => "InvalidCastFromStringToInteger",
    };
    invalid_cast(text, full, "Input string was not in a correct format.", id)
}

fn to_real(value: &Value, full: &str) -> Cast {
    let number = match value {
        Value::Text(text) if text.trim().is_empty() => Some(0.0),
        Value::Text(text) => match number::double(text) {
            Some(number) => Some(number),
            None => return Err(not_a_number(text, full)),
        },
        Value::Array(_) | Value::Bytes(_) | Value::Table(_) | Value::Char(_) => None,
        other => number::to_number(other)
            .ok()
            .and_then(|it| number::as_double(&it)),
    };
    match number {
        Some(number) => Ok(Value::Double(number)),
        None => Err(no_cast(value, full)),
    }
}

fn to_decimal(value: &Value, full: &str) -> Cast {
    let range = || {
        let reason = "Value was either too large or too small for a Decimal.";
        invalid_cast(&to_text(value), full, reason, "InvalidCastIConvertible")
    };
    match value {
        Value::Text(text) if text.trim().is_empty() => Ok(Value::Decimal(0.into())),
        Value::Text(text) => match (number::decimal(text), number::double(text)) {
            (Some(number), _) => Ok(Value::Decimal(number)),
            (None, Some(_)) => Err(range()),
            (None, None) => Err(not_a_number(text, full)),
        },
        Value::Array(_) | Value::Bytes(_) | Value::Table(_) | Value::Char(_) => {
            Err(no_cast(value, full))
        }
        other => {
            let number = number::to_number(other).map_err(|_| no_cast(value, full))?;
            number::as_decimal(&number)
                .map(Value::Decimal)
                .ok_or_else(range)
        }
    }
}

fn to_char(value: &Value) -> Cast {
    match value {
        Value::Char(_) => Ok(value.clone()),
        Value::Text(text) => {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(only), None) => Ok(Value::Char(only)),
                _ => Err(invalid_cast(
                    text,
                    "System.Char",
                    "String must be exactly one character long.",
                    "InvalidCastParseTargetInvocation",
                )),
            }
        }
        Value::Null => Ok(Value::Char('\0')),
        Value::Byte(_) | Value::Int(_) | Value::Long(_) => {
            let number = number::as_long(value).and_then(|it| u32::try_from(it).ok());
            number
                .and_then(char::from_u32)
                .map(Value::Char)
                .ok_or_else(|| {
                    let reason = "Value was either too large or too small for a character.";
                    invalid_cast(
                        &to_text(value),
                        "System.Char",
                        reason,
                        "InvalidCastIConvertible",
                    )
                })
        }
        other => Err(no_cast(other, "System.Char")),
    }
}

fn to_guid(value: &Value) -> Cast {
    let full = "System.Guid";
    match value {
        Value::Guid(_) => Ok(value.clone()),
        Value::Text(text) => types::guid::parse(text)
            .map(Value::Guid)
            .map_err(|reason| invalid_cast(text, full, reason, "InvalidCastParseTargetInvocation")),
        Value::Bytes(bytes) => {
            let bytes = bytes.borrow();
            match <[u8; 16]>::try_from(bytes.as_slice()) {
                Ok(bytes) => Ok(Value::Guid(Uuid::from_bytes_le(bytes))),
                Err(_) => Err(invalid_cast(
                    "System.Byte[]",
                    full,
                    "Byte array for GUID must be exactly 16 bytes long.",
                    "InvalidCastConstructorException",
                )),
            }
        }
        Value::Array(_) => match to_bytes(value) {
            Ok(bytes) => to_guid(&bytes),
            Err(_) => Err(no_cast(value, full)),
        },
        Value::Object(object) if object.shown().is_some() => {
            let text = to_text(value);
            types::guid::parse(&text)
                .map(Value::Guid)
                .map_err(|_| no_cast(value, full))
        }
        other => Err(no_cast(other, full)),
    }
}

fn to_date(value: &Value) -> Cast {
    let full = "System.DateTime";
    match value {
        Value::DateTime(_) => Ok(value.clone()),
        Value::Text(text) => format::parse::date(text)
            .map(Value::DateTime)
            .map_err(|reason| {
                let id = "InvalidCastParseTargetInvocationWithFormatProvider";
                invalid_cast(text, full, &reason, id)
            }),
        Value::Byte(_) | Value::Int(_) | Value::Long(_) => {
            let ticks = number::as_long(value).unwrap_or(0);
            let time = clock::from_ticks(ticks, DateTimeKind::Unspecified);
            time.map(Value::DateTime)
                .ok_or_else(|| no_cast(value, full))
        }
        other => Err(no_cast(other, full)),
    }
}

fn to_span(value: &Value) -> Cast {
    let full = "System.TimeSpan";
    match value {
        Value::TimeSpan(_) => Ok(value.clone()),
        Value::Text(text) => format::parse::span(text)
            .map(Value::TimeSpan)
            .ok_or_else(|| {
                let id = "InvalidCastParseTargetInvocationWithFormatProvider";
                invalid_cast(
                    text,
                    full,
                    "String was not recognized as a valid TimeSpan.",
                    id,
                )
            }),
        Value::Byte(_) | Value::Int(_) | Value::Long(_) => {
            Ok(Value::TimeSpan(number::as_long(value).unwrap_or(0)))
        }
        Value::Double(number) => number::rounded(*number)
            .map(Value::TimeSpan)
            .ok_or_else(|| no_cast(value, full)),
        other => Err(no_cast(other, full)),
    }
}

fn to_version(value: &Value) -> Cast {
    let text = match value {
        Value::Version(_) => return Ok(value.clone()),
        Value::Null => return Ok(Value::Null),
        Value::Text(text) => text.to_string(),
        Value::Double(_) | Value::Decimal(_) => to_text(value),
        other => return Err(no_cast(other, "System.Version")),
    };
    version(&text).map(Value::Version).map_err(|reason| {
        invalid_cast(
            &text,
            "System.Version",
            reason,
            "InvalidCastParseTargetInvocation",
        )
    })
}

/// A version out of a text, or why not.
pub(crate) fn version(text: &str) -> Result<[i32; 4], &'static str> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    if parts.len() < 2 || parts.len() > 4 {
        return Err("Version string portion was too short or too long.");
    }
    let mut version = [-1; 4];
    for (place, part) in version.iter_mut().zip(&parts) {
        *place = match part.trim().parse::<i32>() {
            Ok(number) if number >= 0 => number,
            _ => return Err("Input string was not in a correct format."),
        };
    }
    Ok(version)
}

fn to_type(value: &Value) -> Cast {
    match value {
        Value::Type(_) | Value::Null => Ok(value.clone()),
        Value::Text(text) => resolve_type(text).map(Value::Type).ok_or_else(|| {
            let mut record = no_cast(value, "System.Type");
            record.id = Rc::from("InvalidCastFromStringToType");
            record
        }),
        other => Err(no_cast(other, "System.Type")),
    }
}

fn to_credential(value: &Value, full: &str) -> Cast {
    match value {
        Value::Null => Ok(Value::Null),
        other if is_type(other, full) => Ok(other.clone()),
        other => Err(no_cast(other, full)),
    }
}

fn mail_address(text: &str) -> Cast {
    types::net::mail_address(text).ok_or_else(|| {
        let reason = "The specified string is not in the form required for an e-mail address.";
        invalid_cast(
            text,
            "System.Net.Mail.MailAddress",
            reason,
            "InvalidCastConstructorException",
        )
    })
}
