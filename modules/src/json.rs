//! JSON of Graph as objects of PowerShell, and back.

use jiff::Timestamp;
use powershell::value::{Array, ArrayKind, DateTime, DateTimeKind, Object, Table, Value};
use serde_json::{Map, Value as Json};

/// A value as Graph wants it. A `[datetime]` is written as ISO 8601, a hashtable as an object.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(it) => Json::Bool(*it),
        Value::Byte(it) => Json::from(*it),
        Value::Int(it) => Json::from(*it),
        Value::Long(it) => Json::from(*it),
        Value::Double(it) => Json::from(*it),
        Value::Decimal(it) => it.to_string().parse().map_or(Json::Null, Json::Number),
        Value::Char(it) => Json::String(it.to_string()),
        Value::Text(it) | Value::Secure(it) | Value::Type(it) | Value::Regex(it) => {
            Json::String(it.to_string())
        }
        Value::Guid(it) => Json::String(it.to_string()),
        Value::DateTime(it) => Json::String(it.clock.to_string()),
        Value::TimeSpan(ticks) => Json::from(*ticks),
        Value::Version(parts) => {
            let shown = parts.iter().filter(|it| **it >= 0).map(ToString::to_string);
            Json::String(shown.collect::<Vec<_>>().join("."))
        }
        Value::Bytes(bytes) => {
            use base64::Engine as _;
            Json::String(base64::engine::general_purpose::STANDARD.encode(&*bytes.borrow()))
        }
        Value::Array(array) => array.borrow().iter().map(to_json).collect(),
        Value::Table(table) => table_json(table),
        Value::Object(object) => object_json(object),
        Value::Block(block) => Json::String(block.text.to_string()),
        Value::Error(error) => Json::String(error.message.clone()),
    }
}

fn table_json(table: &Table) -> Json {
    let entries = table.borrow();
    let pairs = entries
        .iter()
        .map(|(key, value)| (key_text(key), to_json(value)));
    Json::Object(pairs.collect())
}

fn object_json(object: &Object) -> Json {
    let mut map = Map::new();
    let names: Vec<_> = object
        .properties()
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        if let Some(value) = object.get(&name) {
            map.insert(camel(&name), to_json(&value));
        }
    }
    Json::Object(map)
}

/// The text of a key.
pub(crate) fn key_text(key: &Value) -> String {
    match to_json(key) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// `DisplayName` as `displayName`.
pub(crate) fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// `displayName` as `DisplayName`.
pub(crate) fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A value of Graph as an object of the SDK: names in Pascal case, times as `[datetime]`.
pub(crate) fn model(json: &Json, type_name: &str) -> Value {
    match json {
        Json::Object(map) => {
            let properties = map.iter().filter(|(name, _)| !name.starts_with('@'));
            let properties = properties.map(|(name, value)| (pascal(name), leaf(value, type_name)));
            Value::Object(Object::typed(
                &[type_name, "System.Object"],
                properties,
                None,
            ))
        }
        other => leaf(other, type_name),
    }
}

fn leaf(json: &Json, type_name: &str) -> Value {
    match json {
        Json::String(text) => date(text).unwrap_or_else(|| Value::text(text)),
        Json::Array(values) if values.iter().all(Json::is_string) => {
            Value::texts(values.iter().filter_map(Json::as_str))
        }
        Json::Array(values) => Value::array(values.iter().map(|it| model(it, type_name))),
        Json::Object(_) => model(json, type_name),
        other => plain(other),
    }
}

/// A value of JSON as a hashtable, an array or a plain value, as `Invoke-MgGraphRequest` gives it.
pub(crate) fn plain(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => i32::try_from(whole).map_or(Value::Long(whole), Value::Int),
            (None, Some(fraction)) => Value::Double(fraction),
            (None, None) => Value::Null,
        },
        Json::String(text) => Value::text(text),
        Json::Array(values) => {
            Value::Array(Array::new(ArrayKind::Objects, values.iter().map(plain)))
        }
        Json::Object(map) => {
            let table = Table::new(false);
            for (name, value) in map {
                table.set(Value::text(name), plain(value));
            }
            Value::Table(table)
        }
    }
}

/// A time that Graph wrote.
pub(crate) fn date(text: &str) -> Option<Value> {
    let looks = text.len() >= 20 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let clock: Timestamp = text.parse().ok().filter(|_| looks)?;
    Some(Value::DateTime(DateTime {
        clock,
        kind: DateTimeKind::Utc,
    }))
}

/// The text under a key.
pub(crate) fn text_at(json: &Json, key: &str) -> Value {
    json[key].as_str().map_or(Value::Null, Value::text)
}

/// The time under a key.
pub(crate) fn time_at(json: &Json, key: &str) -> Value {
    json[key].as_str().and_then(date).unwrap_or_default()
}

/// The GUID under a key.
pub(crate) fn guid_at(json: &Json, key: &str) -> Value {
    let guid = json[key].as_str().and_then(|it| it.parse().ok());
    guid.map_or(Value::Null, Value::Guid)
}

/// The texts under a key.
pub(crate) fn texts_at(json: &Json, key: &str) -> Value {
    let values = json[key].as_array().into_iter().flatten();
    Value::texts(values.filter_map(Json::as_str))
}
