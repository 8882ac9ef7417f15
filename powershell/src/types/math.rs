//! Numbers: their methods, `[math]`, parsing, `[convert]` and `[BitConverter]`.

use rust_decimal::{Decimal, RoundingStrategy};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::convert::{self, cast, number, to_text};
use crate::error::ErrorRecord;
use crate::format;
use crate::value::Value;

use super::{Arguments, Called};

type Done = Result<Value, ErrorRecord>;

/// The methods of a number.
pub(crate) fn call(value: &Value, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new("ToString", values);
    match (lower, values.first()) {
        ("tostring", Some(Value::Text(format))) => Some(
            format::number::number(value, format)
                .map(Value::from)
                .ok_or_else(|| arguments.format("Format specifier was invalid.")),
        ),
        ("toint32" | "toint64" | "todouble", _) => {
            let kind = match lower {
                "toint32" => "System.Int32",
                "toint64" => "System.Int64",
                _ => "System.Double",
            };
            Some(cast(value, kind))
        }
        _ => None,
    }
}

/// `[math]::…`.
pub(crate) fn math(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let real = |make: fn(f64) -> f64| arguments.double(0).map(|it| Value::Double(make(it)));
    let exact = |make: fn(&Decimal) -> Decimal| match values.first() {
        Some(Value::Decimal(number)) => Some(Ok(Value::Decimal(make(number)))),
        _ => None,
    };
    let done = match lower {
        "round" => round(&arguments, values),
        "floor" => exact(Decimal::floor).unwrap_or_else(|| real(f64::floor)),
        "ceiling" => exact(Decimal::ceil).unwrap_or_else(|| real(f64::ceil)),
        "truncate" => exact(Decimal::trunc).unwrap_or_else(|| real(f64::trunc)),
        "sqrt" => real(f64::sqrt),
        "exp" => real(f64::exp),
        "log10" => real(f64::log10),
        "sin" => real(f64::sin),
        "cos" => real(f64::cos),
        "tan" => real(f64::tan),
        "atan" => real(f64::atan),
        "log" => match values.len() {
            1 => real(f64::ln),
            _ => arguments
                .double(0)
                .and_then(|it| Ok(Value::Double(it.log(arguments.double(1)?)))),
        },
        "pow" => arguments
            .double(0)
            .and_then(|it| Ok(Value::Double(it.powf(arguments.double(1)?)))),
        "abs" => absolute(&arguments),
        "sign" => arguments
            .double(0)
            .map(|it| Value::Int(it.partial_cmp(&0.0).map_or(0, |it| it as i32))),
        "max" | "min" => extreme(&arguments, lower),
        "divrem" => arguments.long(0).and_then(|one| {
            let other = arguments.long(1)?;
            one.checked_div(other).map(number::fitting).ok_or_else(|| {
                arguments.failed(
                    "Attempted to divide by zero.",
                    "System.DivideByZeroException",
                )
            })
        }),
        _ => return None,
    };
    Some(done)
}

fn round(arguments: &Arguments<'_>, values: &[Value]) -> Done {
    let number = arguments.double(0)?;
    let away = values
        .iter()
        .skip(1)
        .any(|it| to_text(it).eq_ignore_ascii_case("AwayFromZero"));
    let digits = match values.get(1) {
        Some(it) if convert::type_name(it).starts_with("System.Int") => arguments.int(1)?,
        _ => 0,
    };
    if !(0..=15).contains(&digits) {
        let reason = "Rounding digits must be between 0 and 15, inclusive.";
        return Err(arguments.range(reason, "digits"));
    }
    if let Value::Decimal(number) = arguments.get(0)? {
        let strategy = if away {
            RoundingStrategy::MidpointAwayFromZero
        } else {
            RoundingStrategy::MidpointNearestEven
        };
        let digits = u32::try_from(digits).unwrap_or(0);
        let rounded = number.round_dp_with_strategy(digits, strategy);
        return Ok(Value::Decimal(rounded));
    }
    let factor = 10_f64.powi(digits);
    let scaled = number * factor;
    let rounded = if away {
        scaled.round()
    } else {
        scaled.round_ties_even()
    };
    Ok(Value::Double(if scaled.is_finite() {
        rounded / factor
    } else {
        number
    }))
}

fn absolute(arguments: &Arguments<'_>) -> Done {
    let overflow = || {
        let reason = "Negating the minimum value of a twos complement number is invalid.";
        arguments.failed(reason, "System.OverflowException")
    };
    match convert::to_number(arguments.get(0)?)? {
        Value::Int(number) => number.checked_abs().map(Value::Int).ok_or_else(overflow),
        Value::Long(number) => number.checked_abs().map(Value::Long).ok_or_else(overflow),
        Value::Double(number) => Ok(Value::Double(number.abs())),
        Value::Decimal(number) => Ok(Value::Decimal(number.abs())),
        other => Ok(other),
    }
}

fn extreme(arguments: &Arguments<'_>, lower: &str) -> Done {
    let one = convert::to_number(arguments.get(0)?)?;
    let other = convert::to_number(arguments.get(1)?)?;
    let greater = convert::compare(&one, &other, true)?.is_gt();
    let taken = if greater == (lower == "max") {
        one.clone()
    } else {
        other.clone()
    };
    let exact = matches!(one, Value::Decimal(_)) || matches!(other, Value::Decimal(_));
    let real = matches!(one, Value::Double(_)) || matches!(other, Value::Double(_));
    if exact {
        cast(&taken, "System.Decimal")
    } else if real {
        cast(&taken, "System.Double")
    } else {
        Ok(taken)
    }
}

/// `Parse` and `TryParse` of the types of numbers and of `[bool]`.
pub(crate) fn parsing(kind: &str, name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let parsed = || -> Done {
        let text = arguments.text(0)?;
        if text.trim().is_empty() {
            return Err(arguments.format("Input string was not in a correct format."));
        }
        let hex = values.get(1).is_some_and(|it| to_text(it).contains("Hex"));
        let text = if hex { format!("0x{text}") } else { text };
        if kind == "System.Boolean" {
            return match text.trim().to_ascii_lowercase().as_str() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(arguments.format("String was not recognized as a valid Boolean.")),
            };
        }
        let whole = kind.contains("Int") || kind == "System.Byte";
        if whole && !hex && text.trim().parse::<i64>().is_err() {
            return Err(arguments.format("Input string was not in a correct format."));
        }
        cast(&Value::from(text), kind).map_err(|error| {
            let reason = error.message.split("Error: \"").nth(1).unwrap_or_default();
            let reason = reason.trim_end_matches('"');
            let exception = if reason.starts_with("Value was") {
                "System.OverflowException"
            } else {
                "System.FormatException"
            };
            arguments.failed(reason, exception)
        })
    };
    let done = match lower {
        "parse" => parsed(),
        "tryparse" => {
            let found = parsed();
            let success = found.is_ok();
            let zero = cast(&Value::Int(0), kind).unwrap_or_default();
            super::time_static::set_reference(values.last(), found.unwrap_or(zero));
            Ok(Value::Bool(success))
        }
        "isnan" => arguments.double(0).map(|it| Value::Bool(it.is_nan())),
        "isinfinity" => arguments.double(0).map(|it| Value::Bool(it.is_infinite())),
        _ => return None,
    };
    Some(done)
}

/// `[convert]::…`.
pub(crate) fn conversion(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let done = match lower {
        "tobase64string" => to_base64(&arguments, values),
        "frombase64string" => arguments.text(0).and_then(|text| {
            from_base64(&text)
                .map(Value::bytes)
                .map_err(|reason| arguments.format(reason))
        }),
        "tostring" => match values {
            [value, Value::Int(radix)] => {
                let number = number::as_long(value);
                Ok(Value::from(match number {
                    Some(number) => in_radix(value, number, *radix),
                    None => to_text(value),
                }))
            }
            _ => arguments
                .get(0)
                .map(|it| Value::from(convert::to_display(it))),
        },
        "changetype" => arguments.get(0).and_then(|value| match arguments.get(1)? {
            Value::Type(kind) => cast(value, kind),
            other => cast(value, &to_text(other)),
        }),
        "isdbnull" => Ok(Value::Bool(false)),
        _ => {
            let kind = match lower {
                "toint32" => "System.Int32",
                "toint64" => "System.Int64",
                "toint16" => "System.Int16",
                "touint16" => "System.UInt16",
                "touint32" => "System.UInt32",
                "touint64" => "System.UInt64",
                "tobyte" => "System.Byte",
                "tosbyte" => "System.SByte",
                "todouble" | "todecimal" | "tosingle" => "System.Double",
                "toboolean" => "System.Boolean",
                "tochar" => "System.Char",
                "todatetime" => "System.DateTime",
                _ => return None,
            };
            to_kind(&arguments, values, kind)
        }
    };
    Some(done)
}

fn to_kind(arguments: &Arguments<'_>, values: &[Value], kind: &str) -> Done {
    if let [value, Value::Int(radix @ (2 | 8 | 16))] = values {
        let text = to_text(value);
        let digits = text.trim_start_matches("0x").trim_start_matches("0X");
        let radix = radix.unsigned_abs();
        if digits.is_empty() {
            let reason = "Index was out of range. Must be non-negative and less than the size \
            of the collection.";
            return Err(arguments.range(reason, "startIndex"));
        }
        let number = u64::from_str_radix(digits, radix)
            .map_err(|_| arguments.format("Could not find any recognizable digits."))?;
        // Thirty-two set bits are -1, as the digits are those of memory.
        let number = match kind {
            "System.Int32" => u32::try_from(number).map(|it| i64::from(it.cast_signed())),
            _ => Ok(number.cast_signed()),
        };
        let number = number.map_err(|_| {
            let reason = "Value was either too large or too small for a UInt32.";
            arguments.failed(reason, "System.OverflowException")
        })?;
        return cast(&Value::Long(number), kind).map_err(|error| wrapped(arguments, &error));
    }
    let value = arguments.get(0)?;
    if kind == "System.Boolean"
        && let Value::Text(text) = value
    {
        return match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(arguments.format("String was not recognized as a valid Boolean.")),
        };
    }
    let whole = kind.contains("Int") || kind == "System.Byte";
    if let Value::Text(text) = value
        && whole
        && text.trim().parse::<i64>().is_err()
    {
        return Err(arguments.format("Input string was not in a correct format."));
    }
    cast(value, kind).map_err(|error| wrapped(arguments, &error))
}

fn wrapped(arguments: &Arguments<'_>, error: &ErrorRecord) -> ErrorRecord {
    let reason = error
        .message
        .split("Error: \"")
        .nth(1)
        .unwrap_or(&error.message);
    let reason = reason.trim_end_matches('"');
    if reason.starts_with("Value was") {
        arguments.failed(reason, "System.OverflowException")
    } else {
        arguments.format(reason)
    }
}

fn in_radix(value: &Value, number: i64, radix: i32) -> String {
    let bits = match value {
        Value::Int(number) => u64::from(number.cast_unsigned()),
        _ => number.cast_unsigned(),
    };
    match radix {
        16 => format!("{bits:x}"),
        2 => format!("{bits:b}"),
        8 => format!("{bits:o}"),
        _ => number.to_string(),
    }
}

fn to_base64(arguments: &Arguments<'_>, values: &[Value]) -> Done {
    if arguments.get(0)?.is_null() {
        let reason = "Value cannot be null.\r\nParameter name: inArray";
        return Err(arguments.failed(reason, "System.ArgumentNullException"));
    }
    let bytes = arguments.bytes(0)?;
    let text = STANDARD.encode(bytes);
    let breaks = values
        .get(1)
        .is_some_and(|it| to_text(it) == "InsertLineBreaks");
    if !breaks {
        return Ok(Value::from(text));
    }
    let chars: Vec<char> = text.chars().collect();
    let lines: Vec<String> = chars.chunks(76).map(|it| it.iter().collect()).collect();
    Ok(Value::from(lines.join("\r\n")))
}

/// The bytes of a Base64 text, or why there are none, in the words of .NET.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, &'static str> {
    const INVALID: &str = "The input is not a valid Base-64 string as it contains a non-base 64 \
        character, more than two padding characters, or an illegal character among the padding \
        characters. ";
    let plain: String = text
        .chars()
        .filter(|it| !it.is_ascii_whitespace())
        .collect();
    let body = plain.trim_end_matches('=');
    let padding = plain.len() - body.len();
    let letters = body
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || it == b'+' || it == b'/');
    if !letters || padding > 2 {
        return Err(INVALID);
    }
    if !plain.len().is_multiple_of(4) {
        return Err("Invalid length for a Base-64 char array or string.");
    }
    if body.len() % 4 == 1 {
        return Err(INVALID);
    }
    // .NET does not mind bits that are left over.
    let config = base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    engine.decode(&plain).map_err(|_| INVALID)
}

/// `[BitConverter]::…`.
pub(crate) fn bits(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let four = |at: usize| -> Result<[u8; 4], ErrorRecord> {
        let bytes = arguments.bytes(0)?;
        let part = bytes
            .get(at..)
            .and_then(|it| it.get(..4))
            .and_then(|it| it.try_into().ok());
        part.ok_or_else(|| short(&arguments))
    };
    let eight = |at: usize| -> Result<[u8; 8], ErrorRecord> {
        let bytes = arguments.bytes(0)?;
        let part = bytes
            .get(at..)
            .and_then(|it| it.get(..8))
            .and_then(|it| it.try_into().ok());
        part.ok_or_else(|| short(&arguments))
    };
    let at = || usize::try_from(arguments.int(1).unwrap_or(0)).unwrap_or(0);
    let done = match lower {
        "tostring" => arguments.bytes(0).map(|bytes| {
            let texts: Vec<String> = bytes.iter().map(|it| format!("{it:02X}")).collect();
            Value::from(texts.join("-"))
        }),
        "getbytes" => arguments.get(0).map(|it| match it {
            Value::Int(number) => Value::bytes(number.to_le_bytes()),
            Value::Long(number) => Value::bytes(number.to_le_bytes()),
            Value::Double(number) => Value::bytes(number.to_le_bytes()),
            Value::Bool(truth) => Value::bytes([u8::from(*truth)]),
            Value::Char(char) => Value::bytes(char.encode_utf16(&mut [0; 2])[0].to_le_bytes()),
            _ => Value::bytes([]),
        }),
        "toint32" => four(at()).map(|it| Value::Int(i32::from_le_bytes(it))),
        "touint32" => four(at()).map(|it| number::fitting(i64::from(u32::from_le_bytes(it)))),
        "toint64" | "touint64" => eight(at()).map(|it| Value::Long(i64::from_le_bytes(it))),
        "todouble" => eight(at()).map(|it| Value::Double(f64::from_le_bytes(it))),
        _ => return None,
    };
    Some(done)
}

fn short(arguments: &Arguments<'_>) -> ErrorRecord {
    let reason = "Destination array is not long enough to copy all the items in the collection. \
                  Check array index and length.";
    arguments.failed(reason, "System.ArgumentException")
}
