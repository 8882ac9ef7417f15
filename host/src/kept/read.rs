//! Picking JSON apart.

use serde_json::Value;
use store::Text;

/// Something in a kept entry that can't be read.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl Broken {
    pub(super) fn of(expected: &str, found: &Value) -> Self {
        Self(format!("expected {expected}, found {found}"))
    }
}

/// The member of an object.
pub(super) fn get<'a>(value: &'a Value, key: &str) -> Result<&'a Value, Broken> {
    let found = value.get(key);
    found.ok_or_else(|| Broken::of(&format!("`{key}`"), value))
}

/// The member of an object, unless it is null or not there.
pub(super) fn maybe<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|value| !value.is_null())
}

/// The only member of an object, which says what it is.
pub(super) fn only(value: &Value) -> Result<(&str, &Value), Broken> {
    let object = value.as_object().filter(|object| object.len() == 1);
    let (key, value) = object
        .and_then(|object| object.iter().next())
        .ok_or_else(|| Broken::of("an object of one member", value))?;
    Ok((key, value))
}

pub(super) fn text(value: &Value) -> Result<&str, Broken> {
    value.as_str().ok_or_else(|| Broken::of("a text", value))
}

pub(super) fn number(value: &Value) -> Result<u32, Broken> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| Broken::of("a number", value))
}

pub(super) fn truth(value: &Value) -> Result<bool, Broken> {
    value
        .as_bool()
        .ok_or_else(|| Broken::of("true or false", value))
}

pub(super) fn list(value: &Value) -> Result<&[Value], Broken> {
    let list = value.as_array().map(Vec::as_slice);
    list.ok_or_else(|| Broken::of("a list", value))
}

/// A text that may be missing.
pub(super) fn maybe_text(value: &Value, key: &str) -> Result<Option<Text>, Broken> {
    let found = maybe(value, key).map(text).transpose()?;
    Ok(found.map(Text::from))
}
