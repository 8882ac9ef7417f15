//! The operators of the language on values.

mod arithmetic;
mod comparison;
mod text;
mod wild;

pub use arithmetic::{add, bit_not, subtract};
pub use comparison::less;
pub use text::{all_matches, match_values, matches, replace, split, split_blanks};
pub use wild::wildcard;

use crate::error::ErrorRecord;
use crate::value::Value;

/// The value of an operator between two values, by its name without a dash and without `c`.
pub fn binary(
    name: &str,
    left: &Value,
    right: &Value,
    case_sensitive: bool,
) -> Result<Value, ErrorRecord> {
    match name {
        "+" => add(left, right),
        "-" => subtract(left, right),
        "*" => arithmetic::multiply(left, right),
        "/" => arithmetic::divide(left, right),
        "%" => arithmetic::remainder(left, right),
        ".." => arithmetic::range(left, right),
        "band" | "bor" | "bxor" | "shl" | "shr" => arithmetic::bits(name, left, right),
        "contains" => Ok(comparison::contains(left, right, case_sensitive)),
        "notcontains" => Ok(negated(comparison::contains(left, right, case_sensitive))),
        "in" => Ok(comparison::contains(right, left, case_sensitive)),
        "notin" => Ok(negated(comparison::contains(right, left, case_sensitive))),
        "like" | "notlike" => Ok(text::like(left, right, case_sensitive, name == "notlike")),
        _ => comparison::compared(name, left, right, case_sensitive),
    }
}

fn negated(value: Value) -> Value {
    match value {
        Value::Bool(value) => Value::Bool(!value),
        other => other,
    }
}
