//! Making dates and spans.

use jiff::civil;

use crate::convert::{cast, clock, number};
use crate::error::ErrorRecord;
use crate::format;
use crate::value::{DateTime, DateTimeKind, Value};

use super::{Arguments, Called, enums};

const INVALID: &str = "String was not recognized as a valid DateTime.";

fn kind_of(value: &Value) -> DateTimeKind {
    let kind = match cast(value, "System.DateTimeKind") {
        Ok(Value::Object(object)) => enums::value_of(&object),
        _ => None,
    };
    match kind {
        Some(1) => DateTimeKind::Utc,
        Some(2) => DateTimeKind::Local,
        _ => DateTimeKind::Unspecified,
    }
}

/// `[datetime]::new(…)`.
pub(crate) fn construct(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    if arguments.len() == 0 {
        return Ok(Value::DateTime(clock::min()));
    }
    if arguments.len() == 1 {
        let time = clock::from_ticks(arguments.long(0)?, DateTimeKind::Unspecified);
        let reason = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.";
        return time
            .map(Value::DateTime)
            .ok_or_else(|| arguments.range(reason, "ticks"));
    }
    let mut numbers = [1, 1, 1, 0, 0, 0, 0];
    let mut kind = DateTimeKind::Unspecified;
    for (at, place) in numbers.iter_mut().enumerate().take(arguments.len()) {
        match arguments.get(at)? {
            value @ (Value::Object(_) | Value::Text(_)) if at >= 6 => kind = kind_of(value),
            _ => *place = arguments.int(at)?,
        }
    }
    if let Ok(value) = arguments.get(7) {
        kind = kind_of(value);
    }
    let unrepresentable = || {
        arguments.failed(
            "Year, Month, and Day parameters describe an un-representable DateTime.",
            "System.ArgumentOutOfRangeException",
        )
    };
    fields(numbers)
        .and_then(|it| clock::from_fields(it, kind))
        .map(Value::DateTime)
        .ok_or_else(unrepresentable)
}

fn fields(numbers: [i32; 7]) -> Option<civil::DateTime> {
    let small = |at: usize| i8::try_from(numbers[at]).ok();
    civil::DateTime::new(
        i16::try_from(numbers[0]).ok()?,
        small(1)?,
        small(2)?,
        small(3)?,
        small(4)?,
        small(5)?,
        numbers[6].checked_mul(1_000_000)?,
    )
    .ok()
}

/// `[timespan]::new(…)`.
pub(crate) fn construct_span(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    let units: &[i64] = match arguments.len() {
        0 => &[],
        1 => &[1],
        3 => &[clock::HOUR, clock::MINUTE, clock::SECOND],
        _ => &[
            clock::DAY,
            clock::HOUR,
            clock::MINUTE,
            clock::SECOND,
            clock::SECOND / 1000,
        ],
    };
    let mut ticks = 0_i64;
    for (at, unit) in units.iter().enumerate().take(arguments.len()) {
        ticks = ticks.saturating_add(arguments.long(at)?.saturating_mul(*unit));
    }
    Ok(Value::TimeSpan(ticks))
}

/// `[datetime]::…`.
pub(crate) fn call(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let parsed = || -> Result<Result<DateTime, String>, ErrorRecord> {
        Ok(format::parse::date(&arguments.text(0)?))
    };
    let done = match lower {
        "parse" => parsed().and_then(|it| {
            it.map(Value::DateTime)
                .map_err(|reason| arguments.format(&reason))
        }),
        "parseexact" => exact(&arguments).and_then(|it| {
            it.map(Value::DateTime)
                .ok_or_else(|| arguments.format(INVALID))
        }),
        "tryparse" => parsed().map(|it| out(values.last(), it.ok(), Value::DateTime(clock::min()))),
        "tryparseexact" => {
            exact(&arguments).map(|it| out(values.last(), it, Value::DateTime(clock::min())))
        }
        "daysinmonth" => days_in_month(&arguments),
        "isleapyear" => arguments.int(0).map(|year| {
            let year = i16::try_from(year).unwrap_or(0);
            Value::Bool(civil::Date::new(year, 1, 1).is_ok_and(civil::Date::in_leap_year))
        }),
        "fromfiletime" | "fromfiletimeutc" => arguments.long(0).and_then(|it| {
            let kind = if lower == "fromfiletime" {
                DateTimeKind::Local
            } else {
                DateTimeKind::Utc
            };
            let time = clock::value(clock::from_file_time(it, kind).filter(|_| it >= 0));
            time.ok_or_else(|| arguments.range("Not a valid Win32 FileTime.", "fileTime"))
        }),
        "specifykind" => match (arguments.get(0), arguments.get(1)) {
            (Ok(Value::DateTime(time)), Ok(kind)) => Ok(Value::DateTime(DateTime {
                kind: kind_of(kind),
                ..*time
            })),
            _ => Err(super::no_overload(name, values.len())),
        },
        "compare" => match values {
            [Value::DateTime(one), Value::DateTime(other)] => {
                Ok(Value::Int(one.clock.cmp(&other.clock) as i32))
            }
            _ => Err(super::no_overload(name, values.len())),
        },
        _ => return None,
    };
    Some(done)
}

/// What `TryParse` gives: whether it worked, and the value in the reference.
pub(crate) fn out(reference: Option<&Value>, found: Option<DateTime>, otherwise: Value) -> Value {
    let success = found.is_some();
    set_reference(reference, found.map_or(otherwise, Value::DateTime));
    Value::Bool(success)
}

/// Puts a value into a `[ref]`.
pub(crate) fn set_reference(reference: Option<&Value>, value: Value) {
    if let Some(Value::Object(object)) = reference
        && object
            .type_names()
            .first()
            .is_some_and(|it| it.ends_with("PSReference"))
    {
        object.set("Value", value);
    }
}

fn exact(arguments: &Arguments<'_>) -> Result<Option<DateTime>, ErrorRecord> {
    let text = arguments.text(0)?;
    let formats = arguments.get(1)?.enumerate();
    Ok(formats
        .iter()
        .find_map(|it| format::parse::date_exact(&text, &crate::convert::to_text(it))))
}

fn days_in_month(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    let year = i16::try_from(arguments.int(0)?).unwrap_or(0);
    let month = i8::try_from(arguments.int(1)?).unwrap_or(0);
    let date = civil::Date::new(year, month, 1)
        .map_err(|_| arguments.range("Month must be between one and twelve.", "month"))?;
    Ok(Value::Int(i32::from(date.days_in_month())))
}

/// `[timespan]::…`.
pub(crate) fn span_call(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let from = |unit: i64| {
        let milliseconds = (arguments.double(0)? * number::real(unit / 10_000)).round() * 10_000.0;
        let ticks = number::whole(milliseconds);
        let reason = "TimeSpan overflowed because the duration is too long.";
        ticks
            .map(Value::TimeSpan)
            .ok_or_else(|| arguments.failed(reason, "System.OverflowException"))
    };
    let done = match lower {
        "fromdays" => from(clock::DAY),
        "fromhours" => from(clock::HOUR),
        "fromminutes" => from(clock::MINUTE),
        "fromseconds" => from(clock::SECOND),
        "frommilliseconds" => from(clock::SECOND / 1000),
        "fromticks" => arguments.long(0).map(Value::TimeSpan),
        "parse" => arguments.text(0).and_then(|text| {
            let reason = "String was not recognized as a valid TimeSpan.";
            format::parse::span(&text)
                .map(Value::TimeSpan)
                .ok_or_else(|| arguments.format(reason))
        }),
        "tryparse" => arguments.text(0).map(|text| {
            let found = format::parse::span(&text);
            set_reference(values.last(), Value::TimeSpan(found.unwrap_or(0)));
            Value::Bool(found.is_some())
        }),
        _ => return None,
    };
    Some(done)
}
