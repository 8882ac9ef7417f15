//! `+`, `-`, `*`, `/`, `%`, `..` and the operators on bits.

use rust_decimal::Decimal;

use crate::convert;
use crate::error::{Category, ErrorRecord};
use crate::value::{Array, ArrayKind, DateTime, Table, Value};

/// At most so many elements or characters come of `..` and `*`.
const MOST: i64 = 50_000_000;

/// Two numbers of the same kind.
enum Pair {
    Whole(i64, i64, bool),
    Exact(Decimal, Decimal),
    Real(f64, f64),
}

#[expect(clippy::cast_precision_loss, reason = "as .NET does")]
const fn real(number: i64) -> f64 {
    number as f64
}

/// A value as a number: nothing is 0, a truth is 0 or 1, a character is its code.
fn number(value: &Value) -> Result<Value, ErrorRecord> {
    Ok(match value {
        Value::Null => Value::Int(0),
        Value::Bool(it) => Value::Int(i32::from(*it)),
        Value::Char(c) => Value::Int(i32::try_from(u32::from(*c)).unwrap_or(0)),
        Value::Byte(byte) => Value::Int(i32::from(*byte)),
        Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Decimal(_) => value.clone(),
        other => convert::to_number(other)?,
    })
}

fn pair(left: &Value, right: &Value) -> Result<Pair, ErrorRecord> {
    let (left, right) = (number(left)?, number(right)?);
    if matches!(left, Value::Decimal(_)) || matches!(right, Value::Decimal(_)) {
        let exact = |value: &Value| convert::number::as_decimal(value).ok_or_else(too_large);
        return Ok(Pair::Exact(exact(&left)?, exact(&right)?));
    }
    let whole = |value: &Value| match value {
        Value::Int(number) => Some((i64::from(*number), false)),
        Value::Byte(number) => Some((i64::from(*number), false)),
        Value::Long(number) => Some((*number, true)),
        _ => None,
    };
    let float = |value: &Value| match value {
        Value::Double(number) => *number,
        other => whole(other).map_or(0.0, |(number, _)| real(number)),
    };
    Ok(match (whole(&left), whole(&right)) {
        (Some((left, long)), Some((right, other))) => Pair::Whole(left, right, long || other),
        _ => Pair::Real(float(&left), float(&right)),
    })
}

/// What a decimal says that has no place for the result.
fn too_large() -> ErrorRecord {
    let message = "Value was either too large or too small for a Decimal.";
    let mut record = ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        "RuntimeException",
        Category::NotSpecified,
    );
    let inner = ErrorRecord::new(
        message,
        "System.OverflowException",
        "RuntimeException",
        Category::NotSpecified,
    );
    record.inner = Some(std::rc::Rc::new(inner));
    record
}

/// A decimal, if there is one.
fn exactly(number: Option<Decimal>) -> Result<Value, ErrorRecord> {
    number.map(Value::Decimal).ok_or_else(too_large)
}

/// A whole number as small as it may be: an `[int]` that outgrows its bits becomes a `[double]`.
fn whole(number: Option<i64>, long: bool, otherwise: f64) -> Value {
    match number {
        Some(number) if long => Value::Long(number),
        Some(number) => i32::try_from(number).map_or(Value::Double(otherwise), Value::Int),
        None => Value::Double(otherwise),
    }
}

fn no_operator(name: &str, left: &Value) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        format!(
            "Method invocation failed because [{}] does not contain a method named '{name}'.",
            convert::type_name(left)
        ),
        "System.Management.Automation.RuntimeException",
        "MethodNotFound",
        Category::InvalidOperation,
    );
    record.target = Value::text(name);
    record
}

/// `+`.
pub fn add(left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    match (left, right) {
        (Value::Null, Value::Array(_) | Value::Table(_) | Value::Object(_) | Value::Text(_)) => {
            Ok(right.clone())
        }
        (Value::Null, Value::Null) => Ok(Value::Null),
        (Value::Null, other) => Ok(other.clone()),
        (Value::Array(_) | Value::Bytes(_), _) => {
            let mut values = left.enumerate();
            match right {
                Value::Array(_) | Value::Bytes(_) => values.extend(right.enumerate()),
                other => values.push(other.clone()),
            }
            let kind = match left {
                Value::Array(array) => match array.kind() {
                    ArrayKind::Typed(kind) if &**kind == "System.String" => {
                        let texts = values.iter().all(|it| matches!(it, Value::Text(_)));
                        if texts {
                            ArrayKind::Typed(kind.clone())
                        } else {
                            ArrayKind::Objects
                        }
                    }
                    _ => ArrayKind::Objects,
                },
                _ => ArrayKind::Objects,
            };
            let kind = if matches!(kind, ArrayKind::Typed(_)) {
                ArrayKind::Objects
            } else {
                kind
            };
            Ok(Value::Array(Array::new(kind, values)))
        }
        (Value::Text(text), other) => Ok(Value::from(format!("{text}{}", convert::to_text(other)))),
        (Value::Char(c), Value::Text(text)) => Ok(Value::from(format!("{c}{text}"))),
        (Value::Char(c), Value::Char(other)) => Ok(Value::from(format!("{c}{other}"))),
        (Value::Table(one), Value::Table(other)) => merged(one, other),
        (Value::Table(_), _) => Err(ErrorRecord::new(
            "A hash table can only be added to another hash table.",
            "System.Management.Automation.RuntimeException",
            "AddHashTableToNonHashTable",
            Category::InvalidOperation,
        )),
        (Value::DateTime(time), Value::TimeSpan(ticks)) => shifted(time, *ticks),
        (Value::TimeSpan(one), Value::TimeSpan(other)) => {
            Ok(Value::TimeSpan(one.saturating_add(*other)))
        }
        (
            Value::Object(_)
            | Value::Block(_)
            | Value::Guid(_)
            | Value::DateTime(_)
            | Value::TimeSpan(_)
            | Value::Error(_)
            | Value::Type(_)
            | Value::Version(_),
            _,
        ) => Err(no_operator("op_Addition", left)),
        (_, Value::Array(_) | Value::Bytes(_) | Value::Table(_)) => {
            Err(no_operator("op_Addition", right))
        }
        _ => Ok(match pair(left, right)? {
            Pair::Whole(left, right, long) => {
                whole(left.checked_add(right), long, real(left) + real(right))
            }
            Pair::Exact(left, right) => exactly(left.checked_add(right))?,
            Pair::Real(left, right) => Value::Double(left + right),
        }),
    }
}

fn merged(one: &Table, other: &Table) -> Result<Value, ErrorRecord> {
    let all = Table::new(one.is_ordered());
    for (key, value) in one.borrow().iter().chain(other.borrow().iter()) {
        if all.get(key).is_some() {
            let key = convert::to_text(key);
            return Err(ErrorRecord::new(
                format!(
                    "Item has already been added. Key in dictionary: '{key}'  Key being added: \
                     '{key}'"
                ),
                "System.ArgumentException",
                "System.ArgumentException",
                Category::OperationStopped,
            ));
        }
        all.set(key.clone(), value.clone());
    }
    Ok(Value::Table(all))
}

/// A point in time so many ticks later.
fn shifted(time: &DateTime, ticks: i64) -> Result<Value, ErrorRecord> {
    let span = jiff::SignedDuration::new(
        ticks / 10_000_000,
        i32::try_from((ticks % 10_000_000) * 100).unwrap_or(0),
    );
    match time.clock.checked_add(span) {
        Ok(clock) => Ok(Value::DateTime(DateTime {
            clock,
            kind: time.kind,
        })),
        Err(_) => Err(ErrorRecord::new(
            "The added or subtracted value results in an un-representable DateTime.",
            "System.ArgumentOutOfRangeException",
            "OperatorFailed",
            Category::InvalidOperation,
        )),
    }
}

/// `-` between values.
pub fn subtract(left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    match (left, right) {
        (Value::DateTime(time), Value::TimeSpan(ticks)) => shifted(time, -*ticks),
        (Value::DateTime(one), Value::DateTime(other)) => {
            let span = one.clock.as_nanosecond() - other.clock.as_nanosecond();
            Ok(Value::TimeSpan(
                i64::try_from(span / 100).unwrap_or(i64::MAX),
            ))
        }
        (Value::DateTime(_), Value::Text(_)) => {
            let right = convert::cast(right, "System.DateTime")?;
            subtract(left, &right)
        }
        (Value::TimeSpan(one), Value::TimeSpan(other)) => {
            Ok(Value::TimeSpan(one.saturating_sub(*other)))
        }
        (Value::Int(0), Value::TimeSpan(ticks)) => Ok(Value::TimeSpan(-*ticks)),
        _ => {
            refuse("op_Subtraction", left, right)?;
            Ok(match pair(left, right)? {
                Pair::Whole(left, right, long) => {
                    whole(left.checked_sub(right), long, real(left) - real(right))
                }
                Pair::Exact(left, right) => exactly(left.checked_sub(right))?,
                Pair::Real(left, right) => Value::Double(left - right),
            })
        }
    }
}

/// Values that are no numbers have no arithmetic.
fn refuse(name: &str, left: &Value, right: &Value) -> Result<(), ErrorRecord> {
    let is_other = |it: &Value| {
        matches!(
            it,
            Value::Array(_)
                | Value::Bytes(_)
                | Value::Table(_)
                | Value::Object(_)
                | Value::Block(_)
                | Value::Guid(_)
                | Value::DateTime(_)
                | Value::TimeSpan(_)
                | Value::Error(_)
                | Value::Type(_)
                | Value::Version(_)
        )
    };
    if is_other(left) {
        return Err(no_operator(name, left));
    }
    if is_other(right) {
        let kind = convert::type_name(right);
        let left = convert::to_text(left);
        let shown = convert::to_text(right);
        return Err(ErrorRecord::new(
            format!(
                "Cannot convert the \"{shown}\" value of type \"{kind}\" to type \"System.Int32\"."
            ),
            "System.Management.Automation.RuntimeException",
            "ConvertToFinalInvalidCastException",
            Category::InvalidArgument,
        )
        .about(Value::from(left)));
    }
    Ok(())
}

/// `*`.
pub(super) fn multiply(left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    let times = |value: &Value| match convert::cast(value, "System.Int64")? {
        Value::Long(times) => Ok(times),
        _ => Ok(0),
    };
    let too_many = || {
        ErrorRecord::new(
            "Exception of type 'System.OutOfMemoryException' was thrown.",
            "System.OutOfMemoryException",
            "System.OutOfMemoryException",
            Category::ResourceUnavailable,
        )
    };
    match left {
        Value::Text(text) => {
            let times = times(right)?;
            let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
            if length.saturating_mul(times) > MOST {
                return Err(too_many());
            }
            Ok(Value::from(
                text.repeat(usize::try_from(times).unwrap_or(0)),
            ))
        }
        Value::Array(_) | Value::Bytes(_) => {
            let values = left.enumerate();
            let times = times(right)?;
            let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
            if length.saturating_mul(times) > MOST / 50 {
                return Err(too_many());
            }
            let mut all = Vec::new();
            for _ in 0..times {
                all.extend(values.iter().cloned());
            }
            Ok(Value::array(all))
        }
        Value::Null => Ok(Value::Null),
        _ => {
            refuse("op_Multiply", left, right)?;
            Ok(match pair(left, right)? {
                Pair::Whole(left, right, long) => {
                    whole(left.checked_mul(right), long, real(left) * real(right))
                }
                Pair::Exact(left, right) => exactly(left.checked_mul(right))?,
                Pair::Real(left, right) => Value::Double(left * right),
            })
        }
    }
}

fn by_zero() -> ErrorRecord {
    let mut record = ErrorRecord::new(
        "Attempted to divide by zero.",
        "System.Management.Automation.RuntimeException",
        "RuntimeException",
        Category::NotSpecified,
    );
    let inner = ErrorRecord::new(
        "Attempted to divide by zero.",
        "System.DivideByZeroException",
        "RuntimeException",
        Category::NotSpecified,
    );
    record.inner = Some(std::rc::Rc::new(inner));
    record
}

/// `/`.
pub(super) fn divide(left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    if let (Value::TimeSpan(ticks), Ok(Value::Double(by))) =
        (left, convert::cast(right, "System.Double"))
        && by != 0.0
    {
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        return Ok(Value::TimeSpan((real(*ticks) / by) as i64));
    }
    refuse("op_Division", left, right)?;
    Ok(match pair(left, right)? {
        Pair::Whole(_, 0, _) => return Err(by_zero()),
        Pair::Whole(left, right, long) if left % right == 0 => {
            whole(left.checked_div(right), long, real(left) / real(right))
        }
        Pair::Whole(left, right, _) => Value::Double(real(left) / real(right)),
        Pair::Exact(_, right) if right.is_zero() => return Err(by_zero()),
        Pair::Exact(left, right) => exactly(left.checked_div(right))?,
        Pair::Real(left, right) => Value::Double(left / right),
    })
}

/// `%`.
pub(super) fn remainder(left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    refuse("op_Modulus", left, right)?;
    Ok(match pair(left, right)? {
        Pair::Whole(_, 0, _) => return Err(by_zero()),
        Pair::Whole(left, right, long) => whole(left.checked_rem(right), long, 0.0),
        Pair::Exact(_, right) if right.is_zero() => return Err(by_zero()),
        Pair::Exact(left, right) => exactly(left.checked_rem(right))?,
        Pair::Real(left, right) => Value::Double(left % right),
    })
}

/// `..`.
pub(super) fn range(left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    if let (Value::Char(from), Value::Char(to)) = (left, right) {
        let all: Vec<Value> = if from <= to {
            (*from..=*to).map(Value::Char).collect()
        } else {
            (*to..=*from).rev().map(Value::Char).collect()
        };
        return Ok(Value::array(all));
    }
    let bound = |value: &Value| match convert::cast(value, "System.Int32")? {
        Value::Int(number) => Ok(i64::from(number)),
        _ => Ok(0),
    };
    let (from, to): (i64, i64) = (bound(left)?, bound(right)?);
    if (to - from).abs() > MOST / 50 {
        return Err(ErrorRecord::new(
            "Exception of type 'System.OutOfMemoryException' was thrown.",
            "System.OutOfMemoryException",
            "System.OutOfMemoryException",
            Category::ResourceUnavailable,
        ));
    }
    let value = |number: i64| Value::Int(i32::try_from(number).unwrap_or(0));
    let all: Vec<Value> = if from <= to {
        (from..=to).map(value).collect()
    } else {
        (to..=from).rev().map(value).collect()
    };
    Ok(Value::array(all))
}

/// Operators on bits.
pub(super) fn bits(name: &str, left: &Value, right: &Value) -> Result<Value, ErrorRecord> {
    let (left, right) = (integer(left)?, integer(right)?);
    let is_long = matches!(left, Value::Long(_))
        || (matches!(right, Value::Long(_)) && !name.starts_with("sh"));
    let of = |value: &Value| match value {
        Value::Int(number) => i64::from(*number),
        Value::Long(number) => *number,
        _ => 0,
    };
    let (one, other) = (of(&left), of(&right));
    let mask = if is_long { 63 } else { 31 };
    let by = u32::try_from(other & mask).unwrap_or(0);
    let done = match name {
        "band" => one & other,
        "bor" => one | other,
        "bxor" => one ^ other,
        "shl" if !is_long => i64::from(i32::try_from(one).unwrap_or(0).wrapping_shl(by)),
        "shl" => one.wrapping_shl(by),
        _ => one.wrapping_shr(by),
    };
    Ok(if is_long {
        Value::Long(done)
    } else {
        i32::try_from(done).map_or(Value::Long(done), Value::Int)
    })
}

fn integer(value: &Value) -> Result<Value, ErrorRecord> {
    match number(value)? {
        number @ (Value::Int(_) | Value::Long(_)) => Ok(number),
        other => match convert::cast(&other, "System.Int32") {
            Ok(number) => Ok(number),
            Err(_) => convert::cast(&other, "System.Int64"),
        },
    }
}

/// `-bnot`.
pub fn bit_not(value: &Value) -> Result<Value, ErrorRecord> {
    Ok(match integer(value)? {
        Value::Int(number) => Value::Int(!number),
        Value::Long(number) => Value::Long(!number),
        other => other,
    })
}
