//! Conversions, as the language makes them: to text, to truth, to numbers, to types.

mod cast;
pub(crate) mod clock;
mod compare;
pub(crate) mod names;
pub(crate) mod number;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::error::{Category, ErrorRecord};
use crate::format;
use crate::types;
use crate::value::{CUSTOM, Object, Property, Table, Value};

pub use cast::cast;
pub(crate) use cast::null_enumeration;
pub use compare::{compare, equals, equals_case};
pub use names::{exception_is, is_type, resolve_type, type_name};
pub use number::to_number;

/// What a value is inside a string in double quotes: of no culture, arrays joined with blanks.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::Array(array) => joined(&array.borrow(), " "),
        Value::Bytes(bytes) => {
            let texts: Vec<String> = bytes.borrow().iter().map(ToString::to_string).collect();
            texts.join(" ")
        }
        Value::DateTime(time) => {
            format::date::custom(time, "MM'/'dd'/'yyyy HH':'mm':'ss").unwrap_or_default()
        }
        other => shallow(other),
    }
}

/// The values as text with a separator, as `-join` and `$OFS` make it.
pub fn joined(values: &[Value], separator: &str) -> String {
    let texts: Vec<String> = values.iter().map(element_text).collect();
    texts.join(separator)
}

/// What an element of an array is inside a string: an array in it is only named.
fn element_text(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Bytes(_) => type_name(value).to_string(),
        other => to_text(other),
    }
}

/// What a value is where a console or a file shows it: as in a string, but dates in the culture
/// of the host, which is en-US.
pub fn to_display(value: &Value) -> String {
    match value {
        Value::DateTime(time) => format::date::standard(time, 'G').unwrap_or_default(),
        other => to_text(other),
    }
}

/// What `.ToString()` says: of an array only its type, dates in the culture of the host.
pub fn to_string_method(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Bytes(_) => type_name(value).to_string(),
        Value::Type(name) => name.to_string(),
        Value::Object(object) if object.shown().is_none() && !has_own_text(object) => {
            // A custom object says nothing of itself to `.ToString()`.
            if is_custom(object) {
                String::new()
            } else {
                first_type(object)
            }
        }
        other => to_display(other),
    }
}

fn shallow(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Byte(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Long(number) => number.to_string(),
        Value::Double(number) => format::number::double_text(*number),
        Value::Decimal(number) => number.to_string(),
        Value::Char(char) => char.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Guid(guid) => guid.hyphenated().to_string(),
        Value::DateTime(_) => to_text(value),
        Value::TimeSpan(ticks) => format::date::span_text(*ticks),
        Value::Version(parts) => version_text(parts),
        Value::Bytes(_) | Value::Array(_) | Value::Secure(_) => type_name(value).to_string(),
        Value::Table(table) => table_name(table).to_owned(),
        Value::Object(object) => object_text(object),
        Value::Block(block) => block.text.to_string(),
        Value::Type(name) => names::short_name(name).to_string(),
        Value::Regex(pattern) => pattern.to_string(),
        Value::Error(record) => record
            .details
            .clone()
            .unwrap_or_else(|| record.message.clone()),
    }
}

const fn table_name(table: &Table) -> &'static str {
    if table.is_ordered() {
        "System.Collections.Specialized.OrderedDictionary"
    } else {
        "System.Collections.Hashtable"
    }
}

fn version_text(parts: &[i32; 4]) -> String {
    let given = parts.iter().take_while(|it| **it >= 0);
    let texts: Vec<String> = given.map(ToString::to_string).collect();
    texts.join(".")
}

fn has_own_text(object: &Object) -> bool {
    types::own_text(object).is_some()
}

/// Whether it is a `[pscustomobject]`, also one with a type name of its own or a selection.
pub(crate) fn is_custom(object: &Object) -> bool {
    object.shown().is_none()
        && object.type_names().iter().any(|it| {
            &**it == CUSTOM
                || it.starts_with("Selected.")
                || &**it == "System.Management.Automation.PSObject"
        })
}

fn first_type(object: &Object) -> String {
    object
        .type_names()
        .first()
        .map_or_else(|| CUSTOM.to_owned(), ToString::to_string)
}

fn object_text(object: &Object) -> String {
    if let Some(shown) = object.shown() {
        return shown.to_string();
    }
    if let Some(text) = types::own_text(object) {
        return text;
    }
    if !is_custom(object) {
        return first_type(object);
    }
    let properties = object.properties();
    let parts: Vec<String> = properties
        .iter()
        .map(|(name, property)| format!("{name}={}", property_text(object, property)))
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("@{{{}}}", parts.join("; "))
}

/// A property inside the text of an object: nested custom objects say nothing, arrays only
/// their type.
fn property_text(object: &Object, property: &Property) -> String {
    match property {
        Property::Note(value) | Property::Member(value) => match value {
            Value::Object(inner) if is_custom(inner) => String::new(),
            Value::Array(_) | Value::Bytes(_) => type_name(value).to_string(),
            other => to_text(other),
        },
        Property::Alias(name) => object.get(name).map_or_else(String::new, |it| to_text(&it)),
        Property::Script(block) => block.text.to_string(),
    }
}

/// Whether a value counts as true.
pub fn to_bool(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Byte(number) => *number != 0,
        Value::Int(number) => *number != 0,
        Value::Long(number) => *number != 0,
        Value::Double(number) => number.is_nan() || number.abs() > 0.0,
        Value::Decimal(number) => !number.is_zero(),
        Value::Char(char) => *char != '\0',
        Value::Text(text) => !text.is_empty(),
        Value::Array(array) => {
            let values = array.borrow();
            match values.as_slice() {
                [] => false,
                [Value::Array(inner)] => !inner.borrow().is_empty(),
                [one] => to_bool(one),
                _ => true,
            }
        }
        Value::Bytes(bytes) => match bytes.borrow().as_slice() {
            [] => false,
            [one] => *one != 0,
            _ => true,
        },
        Value::Object(object) => match types::enums::value_of(object) {
            Some(number) => number != 0,
            None => object_truth(object),
        },
        _ => true,
    }
}

fn object_truth(object: &Object) -> bool {
    match (object.type_names().first(), object.get("IsPresent")) {
        (Some(name), Some(present)) if name.ends_with("SwitchParameter") => to_bool(&present),
        _ => true,
    }
}

/// The error of a conversion that .NET refused, with its reason.
pub(crate) fn invalid_cast(value: &str, kind: &str, reason: &str, id: &str) -> ErrorRecord {
    let message =
        format!("Cannot convert value \"{value}\" to type \"{kind}\". Error: \"{reason}\"");
    let mut record = ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        id,
        Category::InvalidArgument,
    );
    record.inner = Some(Rc::new(ErrorRecord::new(
        record.message.clone(),
        "System.Management.Automation.PSInvalidCastException",
        id,
        Category::InvalidArgument,
    )));
    record
}

/// The error of a conversion there is no way for.
pub(crate) fn no_cast(value: &Value, kind: &str) -> ErrorRecord {
    let (message, id) = if value.is_null() {
        (
            format!("Cannot convert null to type \"{kind}\"."),
            "nullToObjectInvalidCast",
        )
    } else {
        let text = match value {
            Value::Array(_) | Value::Bytes(_) => type_name(value).to_string(),
            other => to_text(other),
        };
        let from = type_name(value);
        (
            format!("Cannot convert the \"{text}\" value of type \"{from}\" to type \"{kind}\"."),
            "ConvertToFinalInvalidCastException",
        )
    };
    ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        id,
        Category::InvalidArgument,
    )
}
