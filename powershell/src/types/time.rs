//! What dates, spans and versions can.

use jiff::civil;

use crate::convert::{self, clock, number};
use crate::error::ErrorRecord;
use crate::format;
use crate::value::{DateTime, DateTimeKind, Value};

use super::{Arguments, Called, enums};

/// The properties of a date.
pub(crate) fn member(time: &DateTime, lower: &str) -> Option<Value> {
    let fields = clock::fields(time);
    let int = |it: i32| Some(Value::Int(it));
    match lower {
        "year" => int(i32::from(fields.year())),
        "month" => int(i32::from(fields.month())),
        "day" => int(i32::from(fields.day())),
        "hour" => int(i32::from(fields.hour())),
        "minute" => int(i32::from(fields.minute())),
        "second" => int(i32::from(fields.second())),
        "millisecond" => int(fields.subsec_nanosecond() / 1_000_000),
        "dayofyear" => int(i32::from(fields.date().day_of_year())),
        "dayofweek" => enums::value("System.DayOfWeek", format::date::day_name(&fields)),
        "ticks" => Some(Value::Long(clock::ticks(time))),
        "date" => Some(Value::DateTime(clock::date_of(time))),
        "timeofday" => Some(Value::TimeSpan(clock::ticks(time).rem_euclid(clock::DAY))),
        "kind" => enums::value(
            "System.DateTimeKind",
            match time.kind {
                DateTimeKind::Unspecified => "Unspecified",
                DateTimeKind::Utc => "Utc",
                DateTimeKind::Local => "Local",
            },
        ),
        "datetime" => format::date::standard(time, 'F').map(Value::from),
        _ => None,
    }
}

/// The methods of a date.
pub(crate) fn call(time: &DateTime, name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let plain = |it: Option<DateTime>| -> Result<Value, ErrorRecord> {
        let reason = "The added or subtracted value results in an un-representable DateTime.";
        it.map(Value::DateTime)
            .ok_or_else(|| arguments.range(reason, "t"))
    };
    let add = |unit: i64| plain(later_by(time, arguments.double(0)?, unit));
    let months = |factor: i32| {
        let count = arguments.int(0)?.checked_mul(factor);
        plain(count.and_then(|it| later_months(time, it)))
    };
    let done = match lower {
        "adddays" => add(clock::DAY),
        "addhours" => add(clock::HOUR),
        "addminutes" => add(clock::MINUTE),
        "addseconds" => add(clock::SECOND),
        "addmilliseconds" => add(clock::SECOND / 1000),
        "addticks" => arguments
            .long(0)
            .and_then(|it| plain(clock::later(time, it))),
        "addmonths" => months(1),
        "addyears" => months(12),
        "add" => span_argument(&arguments).and_then(|it| plain(clock::later(time, it))),
        "subtract" => match values.first() {
            Some(Value::TimeSpan(ticks)) => plain(clock::later(time, ticks.saturating_neg())),
            _ => date_argument(&arguments)
                .map(|it| Value::TimeSpan(clock::ticks(time) - clock::ticks(&it))),
        },
        "touniversaltime" => Ok(Value::DateTime(DateTime {
            kind: DateTimeKind::Utc,
            ..*time
        })),
        "tolocaltime" => Ok(Value::DateTime(DateTime {
            kind: DateTimeKind::Local,
            ..*time
        })),
        "tostring" => to_string(time, &arguments),
        "toshortdatestring" => standard(time, 'd'),
        "tolongdatestring" => standard(time, 'D'),
        "toshorttimestring" => standard(time, 't'),
        "tolongtimestring" => standard(time, 'T'),
        "tofiletime" | "tofiletimeutc" => Ok(Value::Long(clock::file_time(time))),
        "tobinary" => Ok(Value::Long(clock::ticks(time))),
        "tooadate" => {
            let days = clock::ticks(time) - 599_264_352_000_000_000;
            Ok(Value::Double(number::real(days) / number::real(clock::DAY)))
        }
        "isdaylightsavingtime" => Ok(Value::Bool(false)),
        "equals" => Ok(Value::Bool(
            matches!(values, [Value::DateTime(other)] if other.clock == time.clock),
        )),
        _ => return None,
    };
    Some(done)
}

#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
fn standard(time: &DateTime, letter: char) -> Result<Value, ErrorRecord> {
    Ok(Value::from(
        format::date::standard(time, letter).unwrap_or_default(),
    ))
}

fn to_string(time: &DateTime, arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    let given = arguments
        .get(0)
        .ok()
        .filter(|it| matches!(it, Value::Text(_)));
    let text = match given {
        Some(format) => format::date::date(time, &convert::to_text(format)),
        None => format::date::standard(time, 'G'),
    };
    text.map(Value::from)
        .ok_or_else(|| arguments.format("Input string was not in a correct format."))
}

fn span_argument(arguments: &Arguments<'_>) -> Result<i64, ErrorRecord> {
    match arguments.converted(0, "System.TimeSpan")? {
        Value::TimeSpan(ticks) => Ok(ticks),
        _ => Ok(0),
    }
}

fn date_argument(arguments: &Arguments<'_>) -> Result<DateTime, ErrorRecord> {
    match arguments.converted(0, "System.DateTime")? {
        Value::DateTime(time) => Ok(time),
        _ => Ok(clock::min()),
    }
}

/// So many units later; .NET Framework rounds to milliseconds.
pub(crate) fn later_by(time: &DateTime, count: f64, unit: i64) -> Option<DateTime> {
    let milliseconds = number::whole((count * number::real(unit / 10_000)).round())?;
    clock::later(time, milliseconds.checked_mul(10_000)?)
}

/// So many months later, at the last day of the month at the latest.
pub(crate) fn later_months(time: &DateTime, count: i32) -> Option<DateTime> {
    let fields = clock::fields(time);
    let all = i32::from(fields.year()) * 12 + i32::from(fields.month()) - 1;
    let all = all.checked_add(count)?;
    let year = i16::try_from(all.div_euclid(12)).ok()?;
    let month = i8::try_from(all.rem_euclid(12) + 1).ok()?;
    let last = civil::Date::new(year, month, 1).ok()?.days_in_month();
    let date = civil::Date::new(year, month, fields.day().min(last)).ok()?;
    clock::from_fields(date.to_datetime(fields.time()), time.kind).filter(|_| year >= 1)
}

/// The properties of a span.
pub(crate) fn span_member(ticks: i64, lower: &str) -> Option<Value> {
    let total = |unit: i64| Some(Value::Double(number::real(ticks) / number::real(unit)));
    let part = |unit: i64, below: i64| Some(number::fitting(ticks / unit % below));
    match lower {
        "ticks" => Some(Value::Long(ticks)),
        "days" => Some(number::fitting(ticks / clock::DAY)),
        "hours" => part(clock::HOUR, 24),
        "minutes" => part(clock::MINUTE, 60),
        "seconds" => part(clock::SECOND, 60),
        "milliseconds" => part(clock::SECOND / 1000, 1000),
        "totaldays" => total(clock::DAY),
        "totalhours" => total(clock::HOUR),
        "totalminutes" => total(clock::MINUTE),
        "totalseconds" => total(clock::SECOND),
        "totalmilliseconds" => total(clock::SECOND / 1000),
        _ => None,
    }
}

/// The methods of a span.
pub(crate) fn span_call(ticks: i64, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(lower, values);
    let done = match lower {
        "add" => span_argument(&arguments).map(|it| Value::TimeSpan(ticks.saturating_add(it))),
        "subtract" => span_argument(&arguments).map(|it| Value::TimeSpan(ticks.saturating_sub(it))),
        "negate" => Ok(Value::TimeSpan(ticks.saturating_neg())),
        "duration" => Ok(Value::TimeSpan(ticks.saturating_abs())),
        "tostring" if !values.is_empty() => arguments.text(0).and_then(|format| {
            format::date::span(ticks, &format)
                .map(Value::from)
                .ok_or_else(|| arguments.format("Input string was not in a correct format."))
        }),
        _ => return None,
    };
    Some(done)
}

/// The properties of a version.
pub(crate) fn version_member(parts: &[i32; 4], lower: &str) -> Option<Value> {
    let at = match lower {
        "major" => 0,
        "minor" => 1,
        "build" => 2,
        "revision" => 3,
        "majorrevision" | "minorrevision" => return Some(Value::Int(-1)),
        _ => return None,
    };
    Some(Value::Int(parts[at]))
}
