//! Dates and spans as .NET writes them, in the culture en-US.

use jiff::civil;

use crate::convert::clock;
use crate::value::{DateTime, DateTimeKind};

/// The months.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The days, from Sunday.
pub(crate) const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The name of the day of the week.
pub(crate) fn day_name(fields: &civil::DateTime) -> &'static str {
    let place = fields.weekday().to_sunday_zero_offset();
    usize::try_from(place)
        .ok()
        .and_then(|it| DAYS.get(it))
        .copied()
        .unwrap_or(DAYS[0])
}

fn month_name(fields: &civil::DateTime) -> &'static str {
    let place = usize::try_from(fields.month()).unwrap_or(1);
    MONTHS
        .get(place.saturating_sub(1))
        .copied()
        .unwrap_or(MONTHS[0])
}

/// A date in any format: one letter is a standard one. `None` where it is no format.
pub(crate) fn date(time: &DateTime, format: &str) -> Option<String> {
    let mut letters = format.chars();
    match (letters.next(), letters.next()) {
        (None, _) => standard(time, 'G'),
        (Some(letter), None) => standard(time, letter),
        (Some('%'), Some(_)) if format.chars().count() == 2 => custom(time, &format[1..]),
        _ => custom(time, format),
    }
}

/// A date in a standard format.
pub(crate) fn standard(time: &DateTime, letter: char) -> Option<String> {
    let pattern = match letter {
        'd' => "M/d/yyyy",
        'D' => "dddd, MMMM d, yyyy",
        't' => "h:mm tt",
        'T' => "h:mm:ss tt",
        'f' => "dddd, MMMM d, yyyy h:mm tt",
        'F' | 'U' => "dddd, MMMM d, yyyy h:mm:ss tt",
        'g' => "M/d/yyyy h:mm tt",
        'G' => "M/d/yyyy h:mm:ss tt",
        'm' | 'M' => "MMMM d",
        'y' | 'Y' => "MMMM yyyy",
        's' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        'u' => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        'r' | 'R' => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        'o' | 'O' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss.fffffffK",
        _ => return None,
    };
    custom(time, pattern)
}

/// A date in a custom format.
pub(crate) fn custom(time: &DateTime, format: &str) -> Option<String> {
    let fields = clock::fields(time);
    let chars: Vec<char> = format.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let char = chars[at];
        match char {
            '\'' | '"' => {
                let end = chars[at + 1..].iter().position(|it| *it == char)?;
                out.extend(&chars[at + 1..at + 1 + end]);
                at += end + 2;
            }
            '\\' => {
                out.push(*chars.get(at + 1)?);
                at += 2;
            }
            '%' => at += 1,
            _ => {
                let count = chars[at..].iter().take_while(|it| **it == char).count();
                piece(&mut out, time, &fields, char, count);
                at += count;
            }
        }
    }
    Some(out)
}

fn piece(out: &mut String, time: &DateTime, fields: &civil::DateTime, char: char, count: usize) {
    let padded = |number: i16, width: usize| {
        if width > 1 {
            format!("{number:02}")
        } else {
            number.to_string()
        }
    };
    let hour = i16::from(fields.hour());
    let half = if hour % 12 == 0 { 12 } else { hour % 12 };
    let text = match (char, count) {
        ('y', 1 | 2) => padded(fields.year().rem_euclid(100), count),
        ('y', _) => format!("{:0count$}", fields.year()),
        ('M', 1 | 2) => padded(i16::from(fields.month()), count),
        ('M', 3) => month_name(fields)[..3].to_owned(),
        ('M', _) => month_name(fields).to_owned(),
        ('d', 1 | 2) => padded(i16::from(fields.day()), count),
        ('d', 3) => day_name(fields)[..3].to_owned(),
        ('d', _) => day_name(fields).to_owned(),
        ('H', _) => padded(hour, count),
        ('h', _) => padded(half, count),
        ('m', _) => padded(i16::from(fields.minute()), count),
        ('s', _) => padded(i16::from(fields.second()), count),
        ('t', 1) => if hour < 12 { "A" } else { "P" }.to_owned(),
        ('t', _) => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        ('f' | 'F', 1..=7) => fraction(fields, char, count),
        ('K', _) => zone(time, 3),
        ('z', _) => zone_offset(count),
        ('g', _) => "A.D.".to_owned(),
        _ => char.to_string().repeat(count),
    };
    if char == 'F' && text.is_empty() && out.ends_with('.') {
        out.pop();
    }
    out.push_str(&text);
}

fn fraction(fields: &civil::DateTime, char: char, count: usize) -> String {
    let all = format!("{:09}", fields.subsec_nanosecond());
    let text = &all[..count];
    if char == 'F' {
        text.trim_end_matches('0').to_owned()
    } else {
        text.to_owned()
    }
}

fn zone(time: &DateTime, count: usize) -> String {
    match time.kind {
        DateTimeKind::Unspecified => String::new(),
        DateTimeKind::Utc => "Z".to_owned(),
        DateTimeKind::Local => zone_offset(count),
    }
}

/// The zone of the host is UTC.
fn zone_offset(count: usize) -> String {
    match count {
        1 => "+0",
        2 => "+00",
        _ => "+00:00",
    }
    .to_owned()
}

/// A span as it is without a format: `1.02:03:04.5000000`.
pub(crate) fn span_text(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let parts = Span::of(ticks);
    let days = if parts.days > 0 {
        format!("{}.", parts.days)
    } else {
        String::new()
    };
    let rest = if parts.ticks > 0 {
        format!(".{:07}", parts.ticks)
    } else {
        String::new()
    };
    format!(
        "{sign}{days}{:02}:{:02}:{:02}{rest}",
        parts.hours, parts.minutes, parts.seconds
    )
}

/// The parts of a span, all without sign.
pub(crate) struct Span {
    /// Days.
    pub(crate) days: u64,
    /// Hours below a day.
    pub(crate) hours: u64,
    /// Minutes below an hour.
    pub(crate) minutes: u64,
    /// Seconds below a minute.
    pub(crate) seconds: u64,
    /// Ticks below a second.
    pub(crate) ticks: u64,
}

impl Span {
    /// The parts of a span.
    pub(crate) fn of(ticks: i64) -> Self {
        let all = ticks.unsigned_abs();
        let seconds = all / clock::SECOND.unsigned_abs();
        Self {
            days: seconds / 86_400,
            hours: seconds / 3600 % 24,
            minutes: seconds / 60 % 60,
            seconds: seconds % 60,
            ticks: all % clock::SECOND.unsigned_abs(),
        }
    }
}

/// A span in a format. `None` where it is no format.
pub(crate) fn span(ticks: i64, format: &str) -> Option<String> {
    match format {
        "" | "c" | "t" | "T" => return Some(span_text(ticks)),
        "g" => return Some(span_general(ticks, false)),
        "G" => return Some(span_general(ticks, true)),
        _ => {}
    }
    let parts = Span::of(ticks);
    let chars: Vec<char> = format.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let char = chars[at];
        let count = chars[at..].iter().take_while(|it| **it == char).count();
        let number = match char {
            'd' => Some(parts.days),
            'h' => Some(parts.hours),
            'm' => Some(parts.minutes),
            's' => Some(parts.seconds),
            _ => None,
        };
        match (char, number) {
            (_, Some(number)) => {
                out.push_str(format!("{number:0count$}").as_str());
                at += count;
            }
            ('f' | 'F', _) if count <= 7 => {
                out.push_str(&format!("{:07}", parts.ticks)[..count]);
                at += count;
            }
            ('\\', _) => {
                out.push(*chars.get(at + 1)?);
                at += 2;
            }
            ('\'' | '"', _) => {
                let end = chars[at + 1..].iter().position(|it| *it == char)?;
                out.extend(&chars[at + 1..at + 1 + end]);
                at += end + 2;
            }
            ('%', _) => at += 1,
            _ => return None,
        }
    }
    Some(out)
}

fn span_general(ticks: i64, long: bool) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let parts = Span::of(ticks);
    if long {
        return format!(
            "{sign}{}:{:02}:{:02}:{:02}.{:07}",
            parts.days, parts.hours, parts.minutes, parts.seconds, parts.ticks
        );
    }
    let days = if parts.days > 0 {
        format!("{}:", parts.days)
    } else {
        String::new()
    };
    let rest = format!("{:07}", parts.ticks);
    let rest = rest.trim_end_matches('0');
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(".{rest}")
    };
    format!(
        "{sign}{days}{}:{:02}:{:02}{rest}",
        parts.hours, parts.minutes, parts.seconds
    )
}
