//! Reading dates and spans.

use jiff::civil;

use crate::convert::clock;
use crate::value::{DateTime, DateTimeKind};

use super::date::{DAYS, MONTHS};

const INVALID: &str = "String was not recognized as a valid DateTime.";

/// A date as `[datetime]::Parse` reads it in the culture en-US, or why it is none.
pub(crate) fn date(text: &str) -> Result<DateTime, String> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        found: Found::default(),
    };
    reader.read()?;
    reader.found.build().ok_or_else(|| INVALID.to_owned())
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(String),
    Word(String, usize),
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut chars = text.trim().char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char.is_ascii_digit() {
            let mut number = String::from(char);
            while let Some((_, next)) = chars.next_if(|(_, it)| it.is_ascii_digit()) {
                number.push(next);
            }
            all.push(Token::Number(number));
        } else if char.is_alphabetic() {
            let mut word = String::from(char);
            while let Some((_, next)) = chars.next_if(|(_, it)| it.is_alphabetic()) {
                word.push(next);
            }
            all.push(Token::Word(word, at));
        } else if !char.is_whitespace() {
            all.push(Token::Mark(char));
        } else if !matches!(all.last(), Some(Token::Mark(' '))) {
            all.push(Token::Mark(' '));
        }
    }
    all
}

#[derive(Debug, Default)]
struct Found {
    numbers: Vec<String>,
    month_word: Option<(i8, usize)>,
    time: Option<(i8, i8, i8, i32)>,
    afternoon: Option<bool>,
    zone: Option<i64>,
    dashes: bool,
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    found: Found,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn number(&self, ahead: usize) -> Option<String> {
        match self.peek(ahead) {
            Some(Token::Number(number)) => Some(number.clone()),
            _ => None,
        }
    }

    fn read(&mut self) -> Result<(), String> {
        let invalid = || INVALID.to_owned();
        while let Some(token) = self.peek(0).cloned() {
            match token {
                Token::Number(number) => {
                    if self.peek(1) == Some(&Token::Mark(':')) {
                        self.time().ok_or_else(invalid)?;
                    } else {
                        if number.len() > 4 {
                            return Err(invalid());
                        }
                        self.found.numbers.push(number);
                        self.at += 1;
                    }
                }
                Token::Word(word, place) => {
                    self.word(&word, place)?;
                    self.at += 1;
                }
                Token::Mark('+' | '-') if self.found.time.is_some() => {
                    self.offset().ok_or_else(invalid)?;
                }
                Token::Mark(mark @ ('/' | '-' | '.' | ',' | ' ')) => {
                    self.found.dashes |= mark == '-';
                    self.at += 1;
                }
                Token::Mark(_) => return Err(invalid()),
            }
        }
        Ok(())
    }

    fn time(&mut self) -> Option<()> {
        let hour = self.number(0)?.parse().ok()?;
        let minute = self.number(2)?.parse().ok()?;
        self.at += 3;
        let mut second = 0;
        let mut nanosecond = 0;
        if self.peek(0) == Some(&Token::Mark(':')) {
            second = self.number(1)?.parse().ok()?;
            self.at += 2;
            if self.peek(0) == Some(&Token::Mark('.')) {
                let digits = self.number(1)?;
                let padded = format!("{digits:0<9}");
                nanosecond = padded.get(..9)?.parse().ok()?;
                self.at += 2;
            }
        }
        if self.found.time.is_some() {
            return None;
        }
        self.found.time = Some((hour, minute, second, nanosecond));
        Some(())
    }

    fn offset(&mut self) -> Option<()> {
        let sign = if self.peek(0) == Some(&Token::Mark('-')) {
            -1
        } else {
            1
        };
        let first = self.number(1)?;
        let (hours, minutes, used) = if self.peek(2) == Some(&Token::Mark(':')) {
            (
                first.parse::<i64>().ok()?,
                self.number(3)?.parse::<i64>().ok()?,
                4,
            )
        } else if first.len() == 4 {
            (first[..2].parse().ok()?, first[2..].parse().ok()?, 2)
        } else {
            (first.parse().ok()?, 0, 2)
        };
        self.at += used;
        self.found.zone = Some(sign * (hours * clock::HOUR + minutes * clock::MINUTE));
        Some(())
    }

    fn word(&mut self, word: &str, place: usize) -> Result<(), String> {
        let lower = word.to_lowercase();
        let is = |name: &str| {
            let name = name.to_lowercase();
            name == lower || lower.len() >= 3 && name.get(..3) == Some(lower.as_str())
        };
        if let Some(month) = MONTHS.iter().position(|it| is(it)) {
            let month = i8::try_from(month + 1).unwrap_or(1);
            self.found.month_word = Some((month, self.found.numbers.len()));
            return Ok(());
        }
        match lower.as_str() {
            "am" | "a" => self.found.afternoon = Some(false),
            "pm" | "p" => self.found.afternoon = Some(true),
            "z" | "gmt" | "utc" => self.found.zone = Some(0),
            "t" if !self.found.numbers.is_empty() => {}
            _ if DAYS.iter().any(|it| is(it)) => {}
            _ => {
                return Err(format!(
                    "The string was not recognized as a valid DateTime. \
                     There is an unknown word starting at index {place}."
                ));
            }
        }
        Ok(())
    }
}

impl Found {
    fn build(&self) -> Option<DateTime> {
        let (year, month, day) = self.date()?;
        let (mut hour, minute, second, nanosecond) = match self.time {
            Some(time) => time,
            // `5 PM` is an hour without minutes: a number more than the date has.
            None if self.afternoon.is_some() => return None,
            None => (0, 0, 0, 0),
        };
        match self.afternoon {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        let fields =
            civil::DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
        let time = clock::from_fields(fields, DateTimeKind::Unspecified)?;
        match self.zone {
            // What names a zone is converted to local time.
            Some(offset) => {
                let utc = clock::later(&time, -offset)?;
                Some(DateTime {
                    kind: DateTimeKind::Local,
                    ..utc
                })
            }
            None => Some(time),
        }
    }

    fn date(&self) -> Option<(i16, i8, i8)> {
        if let Some((month, before)) = self.month_word {
            let (day, year) = match (self.numbers.as_slice(), before) {
                ([one, other], 0 | 1) if one.len() < 3 => (one, year_of(other)?),
                ([one, other], 1) => (other, year_of(one)?),
                ([only], _) if only.len() > 2 => return Some((year_of(only)?, month, 1)),
                _ => return None,
            };
            return Some((year, month, day.parse().ok()?));
        }
        match self.numbers.as_slice() {
            [year, month, day] if year.len() > 2 => {
                Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
            }
            [month, day, year] => Some((year_of(year)?, month.parse().ok()?, day.parse().ok()?)),
            [year, month] if year.len() > 2 => Some((year.parse().ok()?, month.parse().ok()?, 1)),
            [month, year] if year.len() > 2 => Some((year.parse().ok()?, month.parse().ok()?, 1)),
            _ => None,
        }
    }
}

fn year_of(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    Some(match text.len() {
        1 | 2 if year < 30 => 2000 + year,
        1 | 2 => 1900 + year,
        _ => year,
    })
}

/// A date in exactly this format.
pub(crate) fn date_exact(text: &str, format: &str) -> Option<DateTime> {
    let pattern = match format {
        "d" => "M/d/yyyy",
        "G" => "M/d/yyyy h:mm:ss tt",
        "g" => "M/d/yyyy h:mm tt",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        "o" | "O" => "yyyy-MM-ddTHH:mm:ss.fffffffK",
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "r" | "R" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        other => other,
    };
    let chars: Vec<char> = pattern.chars().collect();
    let mut rest = text;
    let mut exact = Exact {
        year: 1,
        month: 1,
        day: 1,
        ..Exact::default()
    };
    let mut at = 0;
    while at < chars.len() {
        let char = chars[at];
        let count = chars[at..].iter().take_while(|it| **it == char).count();
        match char {
            '\'' | '"' => {
                let end = chars[at + 1..].iter().position(|it| *it == char)?;
                let literal: String = chars[at + 1..at + 1 + end].iter().collect();
                rest = rest.strip_prefix(literal.as_str())?;
                at += end + 2;
            }
            '\\' => {
                rest = rest.strip_prefix(*chars.get(at + 1)?)?;
                at += 2;
            }
            '%' => at += 1,
            _ => {
                rest = exact.take(rest, char, count)?;
                at += count;
            }
        }
    }
    if rest.is_empty() { exact.build() } else { None }
}

#[derive(Default)]
struct Exact {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    zone: Option<i64>,
}

impl Exact {
    fn take<'a>(&mut self, text: &'a str, char: char, count: usize) -> Option<&'a str> {
        let number = |most: usize| -> Option<(&'a str, &'a str)> {
            let found = text
                .bytes()
                .take(most)
                .take_while(u8::is_ascii_digit)
                .count();
            let least = if count > 1 { count.min(most) } else { 1 };
            (found >= least).then(|| text.split_at(found))
        };
        match (char, count) {
            ('y', _) => {
                let (digits, rest) = number(if count > 2 { count } else { 2 })?;
                self.year = if count > 2 {
                    digits.parse().ok()?
                } else {
                    year_of(digits)?
                };
                Some(rest)
            }
            ('M', 3..) => named(text, &MONTHS, count).map(|(place, rest)| {
                self.month = i8::try_from(place + 1).unwrap_or(1);
                rest
            }),
            ('d', 3..) => named(text, &DAYS, count).map(|(_, rest)| rest),
            ('M' | 'd' | 'H' | 'h' | 'm' | 's', _) => {
                let (digits, rest) = number(2)?;
                let number = digits.parse().ok()?;
                match char {
                    'M' => self.month = number,
                    'd' => self.day = number,
                    'H' | 'h' => self.hour = number,
                    'm' => self.minute = number,
                    _ => self.second = number,
                }
                Some(rest)
            }
            ('f' | 'F', _) => {
                let (digits, rest) = number(count)?;
                self.nanosecond = format!("{digits:0<9}").get(..9)?.parse().ok()?;
                Some(rest)
            }
            ('t', _) => {
                let word = text.get(..count.min(2))?.to_ascii_lowercase();
                self.afternoon = Some(word.starts_with('p'));
                word.starts_with(['a', 'p']).then(|| &text[count.min(2)..])
            }
            ('K' | 'z', _) => self.zone(text),
            _ => text.strip_prefix(char.to_string().repeat(count).as_str()),
        }
    }

    fn zone<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(rest) = text.strip_prefix('Z') {
            self.zone = Some(0);
            return Some(rest);
        }
        let sign = match text.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return Some(text),
        };
        let hours: i64 = text.get(1..3)?.parse().ok()?;
        let (minutes, rest) = match text.get(3..6).and_then(|it| it.strip_prefix(':')) {
            Some(minutes) => (minutes.parse().ok()?, &text[6..]),
            None => (0, &text[3..]),
        };
        self.zone = Some(sign * (hours * clock::HOUR + minutes * clock::MINUTE));
        Some(rest)
    }

    fn build(self) -> Option<DateTime> {
        let found = Found {
            numbers: vec![
                format!("{:04}", self.year),
                self.month.to_string(),
                self.day.to_string(),
            ],
            time: Some((self.hour, self.minute, self.second, self.nanosecond)),
            afternoon: self.afternoon,
            zone: self.zone,
            ..Found::default()
        };
        found.build()
    }
}

fn named<'a>(text: &'a str, names: &[&str], count: usize) -> Option<(usize, &'a str)> {
    names.iter().enumerate().find_map(|(place, name)| {
        let name = if count == 3 { &name[..3] } else { name };
        let start = text.get(..name.len())?;
        start
            .eq_ignore_ascii_case(name)
            .then(|| (place, &text[name.len()..]))
    })
}

/// A span: `1.02:03:04.5`, `02:03`, `5` (days).
pub(crate) fn span(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let parts: Vec<&str> = text.split(':').collect();
    let ticks = match parts.as_slice() {
        [days] => days.parse::<i64>().ok()?.checked_mul(clock::DAY)?,
        [hours, minutes] => below(hours)?.checked_add(minutes_of(minutes)?)?,
        [hours, minutes, seconds] => below(hours)?
            .checked_add(minutes_of(minutes)?)?
            .checked_add(seconds_of(seconds)?)?,
        _ => return None,
    };
    ticks.checked_mul(sign)
}

/// Days and hours.
fn below(text: &str) -> Option<i64> {
    let (days, hours) = match text.split_once('.') {
        Some((days, hours)) => (days.parse::<i64>().ok()?, hours),
        None => (0, text),
    };
    let hours: i64 = hours.parse().ok().filter(|it| (0..24).contains(it))?;
    days.checked_mul(clock::DAY)?
        .checked_add(hours * clock::HOUR)
}

fn minutes_of(text: &str) -> Option<i64> {
    let minutes: i64 = text.parse().ok().filter(|it| (0..60).contains(it))?;
    Some(minutes * clock::MINUTE)
}

fn seconds_of(text: &str) -> Option<i64> {
    let (seconds, rest) = text.split_once('.').unwrap_or((text, "0"));
    let seconds: i64 = seconds.parse().ok().filter(|it| (0..60).contains(it))?;
    if rest.is_empty() || rest.len() > 7 {
        return None;
    }
    let ticks: i64 = format!("{rest:0<7}").parse().ok()?;
    Some(seconds * clock::SECOND + ticks)
}
