//! Numbers as .NET writes them.

use rust_decimal::Decimal;

use crate::value::Value;

/// Decimal digits and where their point is: 0.d1d2d3… × 10^point.
#[derive(Debug, Clone)]
struct Digits {
    negative: bool,
    all: Vec<u8>,
    point: i32,
}

impl Digits {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Byte(number) => Some(Self::whole(i64::from(*number))),
            Value::Int(number) => Some(Self::whole(i64::from(*number))),
            Value::Long(number) => Some(Self::whole(*number)),
            Value::Double(number) => Some(Self::real(*number, 15)),
            Value::Decimal(number) => Some(Self::decimal(number)),
            _ => None,
        }
    }

    fn whole(number: i64) -> Self {
        let text = number.unsigned_abs().to_string();
        let digits = text.trim_start_matches('0');
        Self {
            negative: number < 0,
            all: digits.bytes().map(|it| it - b'0').collect(),
            point: place(digits.len()),
        }
        .trimmed()
    }

    fn decimal(number: &Decimal) -> Self {
        let text = number.mantissa().unsigned_abs().to_string();
        let digits = text.trim_start_matches('0');
        Self {
            negative: number.is_sign_negative(),
            all: digits.bytes().map(|it| it - b'0').collect(),
            point: place(digits.len()) - i32::try_from(number.scale()).unwrap_or(0),
        }
        .trimmed()
    }

    /// The significant digits of a double.
    fn real(number: f64, significant: usize) -> Self {
        let text = format!("{:.*e}", significant.clamp(1, 17) - 1, number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits: Vec<u8> = mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(|it| it - b'0')
            .collect();
        let point = exponent.parse::<i32>().unwrap_or(0) + 1;
        Self {
            negative: number < 0.0,
            all: digits,
            point,
        }
        .trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.all.last() == Some(&0) {
            self.all.pop();
        }
        if self.all.is_empty() {
            self.point = 0;
        }
        self
    }

    fn is_zero(&self) -> bool {
        self.all.is_empty()
    }

    /// Keeps so many digits after the point, halves away from zero.
    fn rounded(mut self, decimals: i32) -> Self {
        let keep = self.point.saturating_add(decimals);
        let Ok(keep) = usize::try_from(keep) else {
            self.all.clear();
            return self.trimmed();
        };
        if keep >= self.all.len() {
            return self;
        }
        let up = self.all[keep] >= 5;
        self.all.truncate(keep);
        if up {
            let mut at = keep;
            loop {
                if at == 0 {
                    self.all.insert(0, 1);
                    self.point += 1;
                    break;
                }
                at -= 1;
                if self.all[at] == 9 {
                    self.all[at] = 0;
                } else {
                    self.all[at] += 1;
                    break;
                }
            }
        }
        self.trimmed()
    }

    /// The digits before the point, at least one, and exactly so many after it.
    fn split(&self, decimals: usize) -> (String, String) {
        let digit = |at: i32| -> char {
            let found = usize::try_from(at).ok().and_then(|at| self.all.get(at));
            char::from(b'0' + found.copied().unwrap_or(0))
        };
        let before: String = (0..self.point).map(digit).collect();
        let after: String = (0..place(decimals))
            .map(|at| digit(self.point + at))
            .collect();
        let before = if before.is_empty() {
            "0".to_owned()
        } else {
            before
        };
        (before, after)
    }
}

fn place(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A double as it is shown without a format: fifteen digits.
pub(crate) fn double_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    general(&Digits::real(number, 15), 15, "E")
}

/// A double with as many digits as it takes to read it back (`R`, JSON).
pub(crate) fn round_trip(number: f64) -> String {
    let short = double_text(number);
    if short
        .parse::<f64>()
        .is_ok_and(|it| it.total_cmp(&number).is_eq())
    {
        return short;
    }
    general(&Digits::real(number, 17), 17, "E")
}

fn general(digits: &Digits, precision: i32, exponent_letter: &str) -> String {
    let sign = if digits.negative && !digits.is_zero() {
        "-"
    } else {
        ""
    };
    if digits.is_zero() {
        return "0".to_owned();
    }
    let exponent = digits.point - 1;
    let count = place(digits.all.len());
    if exponent >= precision || exponent < -5 {
        let text: String = digits.all.iter().map(|it| char::from(b'0' + it)).collect();
        let (first, rest) = text.split_at(1);
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(".{rest}")
        };
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{first}{rest}{exponent_letter}{mark}{:02}",
            exponent.abs()
        );
    }
    let decimals = usize::try_from(count - digits.point).unwrap_or(0);
    let (before, after) = digits.split(decimals);
    if after.is_empty() {
        format!("{sign}{before}")
    } else {
        format!("{sign}{before}.{after}")
    }
}

/// A number in a format of .NET, in the culture en-US. `None` where there is no such format.
pub(crate) fn number(value: &Value, format: &str) -> Option<String> {
    if let Value::Double(number) = value
        && !number.is_finite()
    {
        return Some(double_text(*number));
    }
    let digits = Digits::of(value)?;
    if format.is_empty() {
        return Some(default(value));
    }
    let letter = format.chars().next()?;
    let rest = &format[letter.len_utf8()..];
    let standard = letter.is_ascii_alphabetic() && rest.len() <= 2;
    if !standard || !rest.bytes().all(|it| it.is_ascii_digit()) {
        return custom(&digits, format);
    }
    let precision = rest.parse::<usize>().ok();
    match letter.to_ascii_uppercase() {
        'G' => Some(match precision {
            None | Some(0) => default(value),
            Some(precision) => {
                let letter = if letter == 'g' { "e" } else { "E" };
                let kept = place(precision) - digits.point;
                general(&digits.rounded(kept), place(precision), letter)
            }
        }),
        'D' => whole_padded(value, precision.unwrap_or(1)),
        'X' => hexadecimal(value, letter, precision.unwrap_or(1)),
        'F' => Some(fixed(digits, precision.unwrap_or(2), false)),
        'N' => Some(fixed(digits, precision.unwrap_or(2), true)),
        'E' => Some(scientific(digits, letter, precision.unwrap_or(6))),
        'P' => Some(percent(digits, precision.unwrap_or(2))),
        'C' => Some(currency(digits, precision.unwrap_or(2))),
        'R' => match value {
            Value::Double(number) => Some(round_trip(*number)),
            _ => None,
        },
        _ => None,
    }
}

fn default(value: &Value) -> String {
    crate::convert::to_text(value)
}

fn whole_padded(value: &Value, width: usize) -> Option<String> {
    let number = crate::convert::number::as_long(value)?;
    let sign = if number < 0 { "-" } else { "" };
    Some(format!("{sign}{:0>width$}", number.unsigned_abs()))
}

fn hexadecimal(value: &Value, letter: char, width: usize) -> Option<String> {
    let text = match value {
        Value::Byte(number) => format!("{number:X}"),
        Value::Int(number) => format!("{number:X}"),
        Value::Long(number) => format!("{number:X}"),
        _ => return None,
    };
    let text = if letter == 'x' {
        text.to_lowercase()
    } else {
        text
    };
    Some(format!("{text:0>width$}"))
}

fn grouped(before: &str) -> String {
    let mut out = String::new();
    for (at, char) in before.chars().enumerate() {
        if at > 0 && (before.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(char);
    }
    out
}

fn fixed(digits: Digits, decimals: usize, groups: bool) -> String {
    let digits = digits.rounded(place(decimals));
    let sign = if digits.negative && !digits.is_zero() {
        "-"
    } else {
        ""
    };
    format!("{sign}{}", unsigned(&digits, decimals, groups))
}

fn unsigned(digits: &Digits, decimals: usize, groups: bool) -> String {
    let (before, after) = digits.split(decimals);
    let before = if groups { grouped(&before) } else { before };
    if after.is_empty() {
        before
    } else {
        format!("{before}.{after}")
    }
}

fn scientific(digits: Digits, letter: char, decimals: usize) -> String {
    let zero = digits.is_zero();
    let kept = place(decimals) + 1 - digits.point;
    let digits = digits.rounded(kept);
    let exponent = if zero { 0 } else { digits.point - 1 };
    let mantissa = Digits {
        point: i32::from(!zero),
        ..digits.clone()
    };
    let sign = if digits.negative && !zero { "-" } else { "" };
    let mark = if exponent < 0 { '-' } else { '+' };
    format!(
        "{sign}{}{letter}{mark}{:03}",
        unsigned(&mantissa, decimals, false),
        exponent.abs()
    )
}

fn percent(mut digits: Digits, decimals: usize) -> String {
    if !digits.is_zero() {
        digits.point += 2;
    }
    format!("{} %", fixed(digits, decimals, true))
}

fn currency(digits: Digits, decimals: usize) -> String {
    let digits = digits.rounded(place(decimals));
    let text = unsigned(&digits, decimals, true);
    if digits.negative && !digits.is_zero() {
        format!("(${text})")
    } else {
        format!("${text}")
    }
}

/// A custom format: `0.00`, `#,##0`, `0.0%`, sections with `;`.
#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
fn custom(digits: &Digits, format: &str) -> Option<String> {
    let sections = sections(format);
    let negative = digits.negative && !digits.is_zero();
    let (section, keep_sign) = match sections.len() {
        0 => return Some(String::new()),
        2 if negative => (&sections[1], false),
        1 | 2 => (&sections[0], true),
        _ if digits.is_zero() => (&sections[2], false),
        _ if negative && !sections[1].is_empty() => (&sections[1], false),
        _ => (&sections[0], true),
    };
    let text = section_text(digits, section);
    let sign = if negative && keep_sign && text.bytes().any(|it| it.is_ascii_digit()) {
        "-"
    } else {
        ""
    };
    Some(format!("{sign}{text}"))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Zero,
    Hash,
    Point,
    Comma,
    Percent,
    Literal(char),
}

fn sections(format: &str) -> Vec<Vec<Token>> {
    let mut all = vec![Vec::new()];
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        let token = match char {
            '0' => Token::Zero,
            '#' => Token::Hash,
            '.' => Token::Point,
            ',' => Token::Comma,
            '%' => Token::Percent,
            ';' => {
                all.push(Vec::new());
                continue;
            }
            '\\' => Token::Literal(chars.next().unwrap_or('\\')),
            '\'' | '"' => {
                for inner in chars.by_ref() {
                    if inner == char {
                        break;
                    }
                    if let Some(last) = all.last_mut() {
                        last.push(Token::Literal(inner));
                    }
                }
                continue;
            }
            other => Token::Literal(other),
        };
        if let Some(last) = all.last_mut() {
            last.push(token);
        }
    }
    all
}

fn section_text(digits: &Digits, tokens: &[Token]) -> String {
    let is_digit = |it: &&Token| matches!(it, Token::Zero | Token::Hash);
    let point = tokens
        .iter()
        .position(|it| *it == Token::Point)
        .unwrap_or(tokens.len());
    let (whole, fraction) = tokens.split_at(point);
    let decimals = fraction.iter().filter(is_digit).count();
    let mut digits = digits.clone();
    if tokens.contains(&Token::Percent) && !digits.is_zero() {
        digits.point += 2;
    }
    let last_digit = whole.iter().rposition(|it| is_digit(&it)).unwrap_or(0);
    let scaling = whole
        .iter()
        .skip(last_digit)
        .filter(|it| **it == Token::Comma)
        .count();
    digits.point -= 3 * place(scaling);
    let groups = whole.iter().take(last_digit).any(|it| *it == Token::Comma);
    let digits = digits.rounded(place(decimals));
    let (before, after) = digits.split(decimals);
    let before = if before == "0" { String::new() } else { before };
    format!(
        "{}{}",
        whole_part(&before, whole, groups),
        fraction_part(&after, fraction)
    )
}

fn whole_part(before: &str, tokens: &[Token], groups: bool) -> String {
    let zeros = tokens
        .iter()
        .position(|it| *it == Token::Zero)
        .map_or(0, |at| {
            tokens[at..]
                .iter()
                .filter(|it| matches!(it, Token::Zero | Token::Hash))
                .count()
        });
    let padded = format!("{before:0>zeros$}");
    let padded = if zeros == 0 {
        before.to_owned()
    } else {
        padded
    };
    let shown = if groups { grouped(&padded) } else { padded };
    // Digits fill the places from the right; what is too much goes into the first place.
    let mut left: Vec<char> = shown.chars().collect();
    let mut out = Vec::new();
    let first = tokens
        .iter()
        .position(|it| matches!(it, Token::Zero | Token::Hash));
    for (at, token) in tokens.iter().enumerate().rev() {
        match token {
            Token::Zero | Token::Hash => {
                if left.last() == Some(&',') {
                    left.pop();
                    out.push(',');
                }
                if let Some(char) = left.pop() {
                    out.push(char);
                }
                if first == Some(at) {
                    while let Some(char) = left.pop() {
                        out.push(char);
                    }
                }
            }
            Token::Literal(char) => out.push(*char),
            Token::Percent => out.push('%'),
            Token::Point | Token::Comma => {}
        }
    }
    out.iter().rev().collect()
}

fn fraction_part(after: &str, tokens: &[Token]) -> String {
    let needed = after.trim_end_matches('0').len();
    let last_zero = tokens
        .iter()
        .filter(|it| matches!(it, Token::Zero | Token::Hash))
        .enumerate()
        .filter(|(_, it)| **it == Token::Zero)
        .last()
        .map_or(0, |(at, _)| at + 1);
    let shown = needed.max(last_zero);
    let mut digits = after.chars().take(shown);
    let mut out = String::new();
    for token in tokens {
        match token {
            Token::Point if shown > 0 => out.push('.'),
            Token::Zero | Token::Hash => out.extend(digits.next()),
            Token::Literal(char) => out.push(*char),
            Token::Percent => out.push('%'),
            Token::Point | Token::Comma => {}
        }
    }
    out
}
