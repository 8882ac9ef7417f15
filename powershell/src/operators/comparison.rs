//! `-eq`, `-lt`, `-contains` and the like.

use std::cmp::Ordering;

use crate::convert;
use crate::error::ErrorRecord;
use crate::value::Value;

/// A comparison of two values; of an array, the elements for which it holds.
pub(super) fn compared(
    name: &str,
    left: &Value,
    right: &Value,
    case: bool,
) -> Result<Value, ErrorRecord> {
    let is_list = matches!(left, Value::Array(_) | Value::Bytes(_));
    if !is_list {
        return Ok(Value::Bool(holds(name, left, right, case)?));
    }
    let mut found = Vec::new();
    for element in left.enumerate() {
        if holds(name, &element, right, case)? {
            found.push(element);
        }
    }
    Ok(Value::array(found))
}

fn holds(name: &str, left: &Value, right: &Value, case: bool) -> Result<bool, ErrorRecord> {
    match name {
        "eq" => return Ok(convert::equals_case(left, right, case)),
        "ne" => return Ok(!convert::equals_case(left, right, case)),
        _ => {}
    }
    let ordering = convert::compare(left, right, case)?;
    Ok(match name {
        "lt" => ordering == Ordering::Less,
        "le" => ordering != Ordering::Greater,
        "gt" => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })
}

/// Whether a value is less than another.
pub fn less(left: &Value, right: &Value) -> Result<bool, ErrorRecord> {
    holds("lt", left, right, false)
}

/// `-contains`.
pub(super) fn contains(list: &Value, wanted: &Value, case: bool) -> Value {
    let found = match list {
        Value::Null => wanted.is_null(),
        _ => list
            .enumerate()
            .iter()
            .any(|it| convert::equals_case(it, wanted, case)),
    };
    Value::Bool(found)
}
