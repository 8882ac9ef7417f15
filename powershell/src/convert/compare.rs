//! Comparing values: the left operand says how.

use std::cmp::Ordering;

use crate::error::{Category, ErrorRecord};
use crate::value::Value;

use super::number::{as_decimal, as_double, as_long};
use super::{cast, to_bool, to_number, to_text, type_name};

/// Orders two values, the right one converted to the type of the left one. Where that fails the
/// error says what `-lt` and its like say.
pub fn compare(left: &Value, right: &Value, case_sensitive: bool) -> Result<Ordering, ErrorRecord> {
    match (left, right) {
        (Value::Null, Value::Null) => Ok(Ordering::Equal),
        (Value::Null, other) => Ok(against_null(other).reverse()),
        (other, Value::Null) if !matches!(other, Value::Text(_)) => Ok(against_null(other)),
        (Value::Text(left), right) => Ok(compare_text(left, &to_text(right), case_sensitive)),
        (Value::Char(left), right) => match right {
            Value::Int(_)
            | Value::Long(_)
            | Value::Double(_)
            | Value::Byte(_)
            | Value::Decimal(_) => numbers(&Value::Char(*left), right),
            other => Ok(compare_text(
                &left.to_string(),
                &to_text(other),
                case_sensitive,
            )),
        },
        (Value::Bool(left), right) => Ok(left.cmp(&to_bool(right))),
        (
            Value::Byte(_) | Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Decimal(_),
            _,
        ) => numbers(left, right),
        _ => others(left, right, case_sensitive),
    }
}

/// How a value that is not null stands to null.
fn against_null(value: &Value) -> Ordering {
    match as_double(value) {
        Some(number) if number < 0.0 => Ordering::Less,
        _ => Ordering::Greater,
    }
}

fn numbers(left: &Value, right: &Value) -> Result<Ordering, ErrorRecord> {
    let failed = |error: ErrorRecord| not_comparable(left, right, &error.message);
    let left_number = to_number(left)?;
    let right_number = to_number(right).map_err(failed)?;
    if let (Some(one), Some(other)) = (as_long(&left_number), as_long(&right_number)) {
        return Ok(one.cmp(&other));
    }
    let is_exact = |it: &Value| matches!(it, Value::Decimal(_));
    if (is_exact(&left_number) || is_exact(&right_number))
        && let (Some(one), Some(other)) = (as_decimal(&left_number), as_decimal(&right_number))
    {
        return Ok(one.cmp(&other));
    }
    let one = as_double(&left_number).unwrap_or(f64::NAN);
    let other = as_double(&right_number).unwrap_or(f64::NAN);
    Ok(one.partial_cmp(&other).unwrap_or(Ordering::Less))
}

fn others(left: &Value, right: &Value, case_sensitive: bool) -> Result<Ordering, ErrorRecord> {
    let kind = type_name(left);
    let failed = |error: ErrorRecord| not_comparable(left, right, &error.message);
    match left {
        Value::Guid(_) | Value::DateTime(_) | Value::TimeSpan(_) | Value::Version(_) => {
            let right = cast(right, &kind).map_err(failed)?;
            Ok(match (left, &right) {
                (Value::Guid(one), Value::Guid(other)) => one.cmp(other),
                (Value::DateTime(one), Value::DateTime(other)) => one.clock.cmp(&other.clock),
                (Value::TimeSpan(one), Value::TimeSpan(other)) => one.cmp(other),
                (Value::Version(one), Value::Version(other)) => one.cmp(other),
                _ => Ordering::Less,
            })
        }
        Value::Object(object) => {
            if let Value::Object(other) = right
                && object.is(other)
            {
                return Ok(Ordering::Equal);
            }
            if let Some(number) = crate::types::enums::value_of(object) {
                return enumerations(number, left, right);
            }
            if object.shown().is_some() {
                return Ok(compare_text(
                    &to_text(left),
                    &to_text(right),
                    case_sensitive,
                ));
            }
            Err(no_order(left))
        }
        Value::Type(name) => Ok(compare_text(name, &to_text_of_type(right), false)),
        _ => {
            if equals_case(left, right, case_sensitive) {
                return Ok(Ordering::Equal);
            }
            Err(no_order(left))
        }
    }
}

fn enumerations(number: i64, left: &Value, right: &Value) -> Result<Ordering, ErrorRecord> {
    match right {
        Value::Text(text) => {
            let right = cast(right, &type_name(left))
                .ok()
                .and_then(|it| to_number(&it).ok())
                .and_then(|it| as_long(&it));
            match right {
                Some(other) => Ok(number.cmp(&other)),
                None => Ok(compare_text(&to_text(left), text, false)),
            }
        }
        other => Ok(number.cmp(&as_long(&to_number(other)?).unwrap_or(0))),
    }
}

fn to_text_of_type(value: &Value) -> String {
    match value {
        Value::Type(name) => name.to_string(),
        Value::Text(text) => {
            super::resolve_type(text).map_or_else(|| text.to_string(), |it| it.to_string())
        }
        other => to_text(other),
    }
}

/// Whether two values are equal without case.
pub fn equals(left: &Value, right: &Value) -> bool {
    equals_case(left, right, false)
}

/// Whether two values are equal as `-eq` and `-ceq` see it: what can't be converted is unequal.
pub fn equals_case(left: &Value, right: &Value, case_sensitive: bool) -> bool {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => other.is_null(),
        (Value::Text(left), right) => same_text(left, &to_text(right), case_sensitive),
        (Value::Array(one), Value::Array(other)) => one.is(other),
        (Value::Table(one), Value::Table(other)) => one.is(other),
        (Value::Bytes(one), Value::Bytes(other)) => std::rc::Rc::ptr_eq(one, other),
        (Value::Block(one), Value::Block(other)) => std::rc::Rc::ptr_eq(&one.body, &other.body),
        (
            Value::Table(_)
            | Value::Array(_)
            | Value::Secure(_)
            | Value::Bytes(_)
            | Value::Block(_),
            _,
        ) => false,
        (Value::Regex(_) | Value::Error(_), other) => {
            type_name(left) == type_name(other) && to_text(left) == to_text(other)
        }
        (Value::Type(name), other) => name.eq_ignore_ascii_case(&to_text_of_type(other)),
        (Value::Object(object), other)
            if object.shown().is_none() && crate::types::enums::value_of(object).is_none() =>
        {
            matches!(other, Value::Object(other) if object.is(other))
        }
        _ => matches!(compare(left, right, case_sensitive), Ok(Ordering::Equal)),
    }
}

/// Whether two strings are equal.
pub(crate) fn same_text(left: &str, right: &str, case_sensitive: bool) -> bool {
    if case_sensitive {
        return left == right;
    }
    left.eq_ignore_ascii_case(right)
        || (!left.is_ascii() || !right.is_ascii()) && left.to_lowercase() == right.to_lowercase()
}

/// Orders two strings as a culture does: letters by the alphabet, then accents, then case, and
/// hyphens and apostrophes count for next to nothing.
pub(crate) fn compare_text(left: &str, right: &str, case_sensitive: bool) -> Ordering {
    let letters = |text: &str| -> Vec<(u8, char)> {
        text.chars()
            .filter(|it| !matches!(it, '-' | '\''))
            .map(weight)
            .collect()
    };
    let first = letters(left).cmp(&letters(right));
    if first != Ordering::Equal {
        return first;
    }
    let lower = left.to_lowercase().cmp(&right.to_lowercase());
    if lower != Ordering::Equal || !case_sensitive {
        return lower;
    }
    // Small letters come before capitals.
    right.cmp(left)
}

fn weight(char: char) -> (u8, char) {
    let lower = char.to_lowercase().next().unwrap_or(char);
    let class = if lower.is_alphabetic() {
        4
    } else if lower.is_numeric() {
        3
    } else if lower == '_' || lower.is_ascii_punctuation() {
        1
    } else if lower.is_whitespace() {
        0
    } else {
        2
    };
    (class, base(lower))
}

/// The letter under an accent.
fn base(char: char) -> char {
    match char {
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' => 's',
        'ž' => 'z',
        'ç' | 'č' | 'ć' => 'c',
        other => other,
    }
}

fn not_comparable(left: &Value, right: &Value, reason: &str) -> ErrorRecord {
    let message = format!(
        "Could not compare \"{}\" to \"{}\". Error: \"{reason}\"",
        to_text(left),
        to_text(right)
    );
    ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        "ComparisonFailure",
        Category::InvalidOperation,
    )
}

fn no_order(left: &Value) -> ErrorRecord {
    let message = format!(
        "Cannot compare \"{}\" because it is not IComparable.",
        to_text(left)
    );
    ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        "NotIcomparable",
        Category::InvalidOperation,
    )
}
