//! Time and chance: `Get-Date`, `New-TimeSpan`, `Start-Sleep`, `Get-Random`.

use jiff::SignedDuration;
use jiff::civil;

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::convert::{cast, clock, number, to_number, to_text};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::format::date;
use crate::types::object::{between, fraction};
use crate::value::{DateTime, Value};

use super::common;
use super::{UTILITY, declare, simple};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        simple(
            "Get-Date",
            UTILITY,
            "The date and time.",
            vec![
                Parameter::new("Date", "System.DateTime")
                    .at(0)
                    .piped()
                    .piped_by_name()
                    .or(&["LastWriteTime"]),
                Parameter::int("Year"),
                Parameter::int("Month"),
                Parameter::int("Day"),
                Parameter::int("Hour"),
                Parameter::int("Minute"),
                Parameter::int("Second"),
                Parameter::int("Millisecond"),
                Parameter::object("DisplayHint"),
                Parameter::text("Format"),
                Parameter::text("UFormat"),
            ],
            get_date,
        ),
        simple(
            "New-TimeSpan",
            UTILITY,
            "A span of time.",
            vec![
                Parameter::new("Start", "System.DateTime")
                    .at(0)
                    .piped()
                    .piped_by_name()
                    .or(&["LastWriteTime"]),
                Parameter::new("End", "System.DateTime")
                    .at(1)
                    .piped_by_name(),
                Parameter::int("Days"),
                Parameter::int("Hours"),
                Parameter::int("Minutes"),
                Parameter::int("Seconds"),
            ],
            new_time_span,
        ),
        simple(
            "Start-Sleep",
            UTILITY,
            "Lets time pass.",
            vec![
                Parameter::object("Seconds")
                    .at(0)
                    .piped()
                    .piped_by_name()
                    .in_sets(&["Seconds"]),
                Parameter::int("Milliseconds")
                    .piped_by_name()
                    .or(&["ms"])
                    .in_sets(&["Milliseconds"]),
            ],
            start_sleep,
        )
        .by_default("Seconds"),
        simple("New-Guid", UTILITY, "A new guid.", Vec::new(), new_guid),
        declare(
            "Get-Random",
            UTILITY,
            "A number or an object by chance.",
            vec![
                Parameter::object("InputObject")
                    .at(0)
                    .piped()
                    .in_sets(&["RandomListItemParameterSet"]),
                Parameter::object("Maximum")
                    .at(0)
                    .in_sets(&["RandomNumberParameterSet"]),
                Parameter::object("Minimum").in_sets(&["RandomNumberParameterSet"]),
                Parameter::int("Count").in_sets(&["RandomListItemParameterSet"]),
                Parameter::int("SetSeed"),
            ],
            || Box::new(GetRandom { items: Vec::new() }),
        )
        .by_default("RandomNumberParameterSet"),
    ]
}

fn new_guid(call: &mut dyn Call) -> Outcome {
    let guid = crate::types::guid::random(call.host());
    call.write(Value::Guid(guid))
}

fn start_sleep(call: &mut dyn Call) -> Outcome {
    let duration = if let Some(value) = call.argument("Milliseconds") {
        SignedDuration::from_millis(number::as_long(&cast(&value, "System.Int64")?).unwrap_or(0))
    } else {
        let seconds = call.argument("Seconds").unwrap_or_default();
        // Windows PowerShell sleeps for whole seconds.
        SignedDuration::from_secs(number::as_long(&cast(&seconds, "System.Int32")?).unwrap_or(0))
    };
    if duration.is_negative() {
        let record = ErrorRecord::new(
            "Cannot validate argument on parameter 'Seconds'. The argument is less than the \
            minimum \
             allowed range of 0. Supply an argument that is greater than or equal to 0 and then \
             try \
             the command again.",
            "System.Management.Automation.ParameterBindingValidationException",
            "ParameterArgumentValidationError",
            Category::InvalidData,
        );
        return Err(record.into());
    }
    call.host().sleep(duration);
    Ok(())
}

/// The date that is meant: given or now, with its parts replaced.
fn meant(call: &mut dyn Call) -> Option<DateTime> {
    let now = clock::local(call.host().now());
    let time = match call.argument("Date") {
        Some(Value::DateTime(time)) => time,
        _ => now,
    };
    let old = clock::fields(&time);
    let small = |name: &str, old: i8| match call.int(name) {
        Some(number) => i8::try_from(number).ok(),
        None => Some(old),
    };
    let year = match call.int("Year") {
        Some(year) => i16::try_from(year).ok()?,
        None => old.year(),
    };
    let nanosecond = match call.int("Millisecond") {
        Some(millisecond) => millisecond.checked_mul(1_000_000)?,
        None => old.subsec_nanosecond(),
    };
    let fields = civil::DateTime::new(
        year,
        small("Month", old.month())?,
        small("Day", old.day())?,
        small("Hour", old.hour())?,
        small("Minute", old.minute())?,
        small("Second", old.second())?,
        nanosecond,
    );
    clock::from_fields(fields.ok()?, time.kind)
}

fn get_date(call: &mut dyn Call) -> Outcome {
    let Some(time) = meant(call) else {
        let record = ErrorRecord::new(
            "Year, Month, and Day parameters describe an un-representable DateTime.",
            "System.ArgumentOutOfRangeException",
            "System.ArgumentOutOfRangeException",
            Category::InvalidArgument,
        );
        return Err(record.into());
    };
    if let Some(format) = common::text(call, "Format") {
        let text = match format.as_str() {
            "FileDate" => date::custom(&time, "yyyyMMdd"),
            "FileDateTime" => date::custom(&time, "yyyyMMddTHHmmssffff"),
            "FileDateUniversal" => date::custom(&time, "yyyyMMddZ"),
            "FileDateTimeUniversal" => date::custom(&time, "yyyyMMddTHHmmssffffZ"),
            other => date::date(&time, other),
        };
        let Some(text) = text else {
            let record = ErrorRecord::new(
                "Input string was not in a correct format.",
                "System.FormatException",
                "System.FormatException",
                Category::NotSpecified,
            );
            return Err(record.into());
        };
        return call.write(Value::from(text));
    }
    if let Some(format) = common::text(call, "UFormat") {
        return call.write(Value::from(unix_format(&time, &format)));
    }
    call.write(Value::DateTime(time))
}

fn unix_format(time: &DateTime, format: &str) -> String {
    let mut out = String::new();
    let mut chars = format.trim_start_matches('+').chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            out.push(char);
            continue;
        }
        let pattern = match chars.next() {
            Some('Y') => "yyyy",
            Some('y' | 'g') => "yy",
            Some('m') => "MM",
            Some('d') => "dd",
            Some('e') => "%d",
            Some('H') => "HH",
            Some('I') => "hh",
            Some('M') => "mm",
            Some('S') => "ss",
            Some('p') => "tt",
            Some('a') => "ddd",
            Some('A') => "dddd",
            Some('b' | 'h') => "MMM",
            Some('B') => "MMMM",
            Some('D' | 'x') => "MM'/'dd'/'yy",
            Some('T' | 'X') => "HH':'mm':'ss",
            Some('R') => "HH':'mm",
            Some('r') => "hh':'mm':'ss tt",
            Some('c') => "ddd MMM dd HH':'mm':'ss yyyy",
            Some('F') => "yyyy-MM-dd",
            Some('Z') => "zz",
            Some('n') => "'\n'",
            Some('t') => "'\t'",
            Some('j') => {
                out.push_str(format!("{:03}", clock::fields(time).date().day_of_year()).as_str());
                continue;
            }
            Some('s') => {
                let ticks =
                    clock::ticks(time) - clock::ticks(&clock::local(jiff::Timestamp::UNIX_EPOCH));
                out.push_str(&(ticks / clock::SECOND).to_string());
                continue;
            }
            Some('u') => {
                out.push_str(
                    &clock::fields(time)
                        .weekday()
                        .to_sunday_zero_offset()
                        .to_string(),
                );
                continue;
            }
            Some(other) => {
                out.push(other);
                continue;
            }
            None => break,
        };
        out.push_str(&date::custom(time, pattern).unwrap_or_default());
    }
    out
}

fn new_time_span(call: &mut dyn Call) -> Outcome {
    let parts = [
        ("Days", clock::DAY),
        ("Hours", clock::HOUR),
        ("Minutes", clock::MINUTE),
        ("Seconds", clock::SECOND),
    ];
    if parts.iter().any(|(name, _)| call.is_given(name)) {
        let ticks = parts
            .iter()
            .map(|(name, unit)| i64::from(call.int(name).unwrap_or(0)).saturating_mul(*unit));
        return call.write(Value::TimeSpan(ticks.fold(0, i64::saturating_add)));
    }
    let now = clock::ticks(&clock::local(call.host().now()));
    let of = |name: &str| match call.argument(name) {
        Some(Value::DateTime(time)) => clock::ticks(&time),
        _ => now,
    };
    call.write(Value::TimeSpan(of("End") - of("Start")))
}

struct GetRandom {
    items: Vec<Value>,
}

impl Cmdlet for GetRandom {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        if let Some(value) = call.argument("InputObject") {
            self.items.extend(value.enumerate());
        }
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        if call.is_given("InputObject") || !self.items.is_empty() {
            let wanted = common::count(call, "Count").unwrap_or(1);
            for _ in 0..wanted {
                if self.items.is_empty() {
                    break;
                }
                let most = i64::try_from(self.items.len()).unwrap_or(1);
                let place = usize::try_from(between(call.host().random(), 0, most)).unwrap_or(0);
                let item = self.items.remove(place);
                call.write_whole(item)?;
            }
            return Ok(());
        }
        let bound = |name: &str| call.argument(name).map(|it| to_number(&it)).transpose();
        let low = bound("Minimum")?;
        let high = bound("Maximum")?;
        let bits = call.host().random();
        let real = |it: &Option<Value>| matches!(it, Some(Value::Double(_)));
        if real(&low) || real(&high) {
            let low = low.as_ref().and_then(number::as_double).unwrap_or(0.0);
            let high = high
                .as_ref()
                .and_then(number::as_double)
                .unwrap_or(f64::MAX);
            return call.write(Value::Double(low + (high - low) * fraction(bits)));
        }
        let least = low.as_ref().and_then(number::as_long).unwrap_or(0);
        let most = high
            .as_ref()
            .and_then(number::as_long)
            .unwrap_or(i64::from(i32::MAX));
        if least >= most {
            let record = ErrorRecord::new(
                format!(
                    "The Minimum value ({}) cannot be greater than or equal to the Maximum \
                    value ({}).",
                    to_text(&number::fitting(least)),
                    to_text(&number::fitting(most))
                ),
                "System.ArgumentException",
                "MinGreaterThanOrEqualMax",
                Category::InvalidArgument,
            );
            return Err(record.into());
        }
        call.write(number::fitting(between(bits, least, most)))
    }
}
