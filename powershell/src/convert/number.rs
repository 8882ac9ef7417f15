//! Numbers out of values and texts.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::error::ErrorRecord;
use crate::types;
use crate::value::Value;

use super::{invalid_cast, no_cast};

/// A long as a double, as .NET widens it.
#[expect(
    clippy::cast_precision_loss,
    reason = "widening loses digits in .NET as well"
)]
pub(crate) const fn real(number: i64) -> f64 {
    number as f64
}

/// A double that has no fraction as a long, where it fits.
pub(crate) fn whole(number: f64) -> Option<i64> {
    (number.is_finite() && number.abs() < 9.3e18).then_some(number as i64)
}

/// The nearest whole number, halves to the even one, as casts round.
pub(crate) fn rounded(number: f64) -> Option<i64> {
    whole(number.round_ties_even())
}

/// A whole number as an `[int]` where it fits, as a `[long]` otherwise.
pub(crate) fn fitting(number: i64) -> Value {
    i32::try_from(number).map_or(Value::Long(number), Value::Int)
}

/// A length or a place as an `[int]`.
pub(crate) fn length(number: usize) -> Value {
    Value::Int(i32::try_from(number).unwrap_or(i32::MAX))
}

/// The number a value is for arithmetic.
pub fn to_number(value: &Value) -> Result<Value, ErrorRecord> {
    match value {
        Value::Null => Ok(Value::Int(0)),
        Value::Bool(truth) => Ok(Value::Int(i32::from(*truth))),
        Value::Byte(_) | Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Decimal(_) => {
            Ok(value.clone())
        }
        Value::Char(char) => Ok(fitting(i64::from(u32::from(*char)))),
        Value::Text(text) => scan(text).ok_or_else(|| {
            invalid_cast(
                text,
                "System.Int32",
                "Input string was not in a correct format.",
                "InvalidCastFromStringToInteger",
            )
        }),
        Value::Object(object) => match types::enums::value_of(object) {
            Some(number) => Ok(fitting(number)),
            None => Err(no_cast(value, "System.Int32")),
        },
        _ => Err(no_cast(value, "System.Int32")),
    }
}

/// A value as a double, where it is a number.
pub(crate) fn as_double(value: &Value) -> Option<f64> {
    match value {
        Value::Byte(number) => Some(f64::from(*number)),
        Value::Int(number) => Some(f64::from(*number)),
        Value::Long(number) => Some(real(*number)),
        Value::Double(number) => Some(*number),
        Value::Decimal(number) => number.to_f64(),
        _ => None,
    }
}

/// A value as a decimal, where it is a number that fits; a double by its fifteen digits, as .NET
/// takes it.
pub(crate) fn as_decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(number) => Some(*number),
        Value::Double(number) => {
            let decimal = Decimal::from_scientific(&format!("{number:.14e}")).ok()?;
            Some(decimal.normalize())
        }
        other => as_long(other).map(Decimal::from),
    }
}

/// A decimal as `[decimal]::Parse` reads it, with thousands separators.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    double(text)?;
    let text = text.trim().replace(',', "");
    let text = text.strip_prefix('+').unwrap_or(&text);
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    text.parse().ok()
}

/// The nearest whole number to a decimal, halves to the even one.
pub(crate) fn decimal_rounded(number: &Decimal) -> Option<i64> {
    number.round().to_i64()
}

/// A value as a long, where it is a whole number.
pub(crate) fn as_long(value: &Value) -> Option<i64> {
    match value {
        Value::Byte(number) => Some(i64::from(*number)),
        Value::Int(number) => Some(i64::from(*number)),
        Value::Long(number) => Some(*number),
        _ => None,
    }
}

/// A number as a script writes it: decimal, hexadecimal, with a fraction, with a suffix.
pub(crate) fn scan(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Value::Int(0));
    }
    let (body, factor) = multiplier(text);
    let (sign, digits) = match body.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, body.strip_prefix('+').unwrap_or(body)),
    };
    if let Some(hex) = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        let number = i64::from_str_radix(hex, 16).ok()?;
        return number.checked_mul(sign)?.checked_mul(factor).map(fitting);
    }
    let digits = digits.strip_suffix(['l', 'L', 'd', 'D']).unwrap_or(digits);
    if digits.is_empty() || !digits.starts_with(|it: char| it.is_ascii_digit() || it == '.') {
        return None;
    }
    if digits.bytes().all(|it| it.is_ascii_digit())
        && let Ok(number) = digits.parse::<i64>()
        && let Some(number) = number.checked_mul(factor)
    {
        return Some(fitting(number * sign));
    }
    let number = double(digits)?;
    Some(Value::Double(number * real(sign) * real(factor)))
}

fn multiplier(text: &str) -> (&str, i64) {
    let lower = text.to_ascii_lowercase();
    let found = [("kb", 10), ("mb", 20), ("gb", 30), ("tb", 40), ("pb", 50)];
    for (suffix, bits) in found {
        if lower.ends_with(suffix) && !lower.starts_with("0x") {
            return (&text[..text.len() - 2], 1 << bits);
        }
    }
    (text, 1)
}

/// A double as `[double]::Parse` reads it, with thousands separators and an exponent.
pub(crate) fn double(text: &str) -> Option<f64> {
    let text = text.trim();
    match text {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    let (before, after) = match mantissa.find('.') {
        Some(at) => (&mantissa[..at], &mantissa[at..]),
        None => (mantissa, ""),
    };
    let plain = before.trim_start_matches(['+', '-']);
    if before.len() > plain.len() + 1 || plain.starts_with(',') {
        return None;
    }
    let clean = format!("{}{after}{exponent}", before.replace(',', ""));
    let usual = clean
        .bytes()
        .all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
    if !usual || !clean.bytes().any(|it| it.is_ascii_digit()) {
        return None;
    }
    clean.parse().ok()
}

/// Why a text is no whole number between two bounds.
pub(crate) enum NotWhole {
    /// It is no number.
    Format,
    /// It is too large or too small.
    Range,
}

/// A whole number as casts read it from a text: also hexadecimal, and rounded if it has a
/// fraction.
pub(crate) fn whole_text(text: &str, low: i64, high: i64) -> Result<i64, NotWhole> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = if let Some(hex) = hex {
        i64::from_str_radix(hex, 16).map_err(|_| NotWhole::Format)?
    } else if let Ok(number) = text.parse::<i64>() {
        number
    } else {
        let number = double(text).ok_or(NotWhole::Format)?;
        rounded(number).ok_or(NotWhole::Range)?
    };
    if number < low || number > high {
        Err(NotWhole::Range)
    } else {
        Ok(number)
    }
}
