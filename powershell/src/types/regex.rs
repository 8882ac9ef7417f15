//! Regular expressions of .NET, on those of fancy-regex.

use std::rc::Rc;

use fancy_regex::{Captures, Regex};

use crate::convert::{invalid_cast, number, to_text};
use crate::error::{Category, ErrorRecord};
use crate::value::{Array, ArrayKind, Value};

use super::{Arguments, Called, typed};

/// Compiles a pattern of .NET. The error says what `-match` says of a pattern that is none.
pub fn compile(pattern: &str, case_sensitive: bool) -> Result<Regex, ErrorRecord> {
    let prefix = if case_sensitive { "" } else { "(?i)" };
    Regex::new(&format!("{prefix}{}", translated(pattern))).map_err(|_| {
        ErrorRecord::new(
            complaint(pattern),
            "System.ArgumentException",
            "System.ArgumentException",
            Category::OperationStopped,
        )
    })
}

/// What .NET says of a pattern that is none.
fn complaint(pattern: &str) -> String {
    let count = |wanted: char| {
        let mut escaped = false;
        let mut found = 0_u32;
        for char in pattern.chars() {
            if !escaped && char == wanted {
                found += 1;
            }
            escaped = !escaped && char == '\\';
        }
        found
    };
    let trailing = pattern.chars().rev().take_while(|it| *it == '\\').count();
    let reason = if trailing % 2 == 1 {
        "Illegal \\ at end of pattern."
    } else if pattern.starts_with(['*', '+', '?']) {
        "Quantifier {x,y} following nothing."
    } else if count('[') > count(']') {
        "Unterminated [] set."
    } else if count('(') > count(')') {
        "Not enough )'s."
    } else if count(')') > count('(') {
        "Too many )'s."
    } else {
        "Nested quantifier or unrecognized construct."
    };
    format!("parsing \"{pattern}\" - {reason}")
}

/// A `[regex]` out of a text, checked.
pub(crate) fn checked(pattern: &str) -> Result<Value, ErrorRecord> {
    compile(pattern, true).map_err(|error| {
        invalid_cast(
            pattern,
            "System.Text.RegularExpressions.Regex",
            &error.message,
            "InvalidCastConstructorException",
        )
    })?;
    Ok(Value::Regex(Rc::from(pattern)))
}

/// A pattern of .NET in the words of fancy-regex.
fn translated(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let multiline = pattern.starts_with("(?")
        && pattern
            .find(')')
            .is_some_and(|end| pattern[..end].contains('m'));
    let mut out = String::new();
    let mut at = 0;
    let mut in_class = false;
    while let Some(char) = chars.get(at).copied() {
        at += 1;
        match char {
            '\\' => {
                at += escape(&chars, at, in_class, &mut out);
            }
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if chars.get(at) == Some(&'^') {
                    out.push('^');
                    at += 1;
                }
                // A bracket that comes first stands for itself.
                if chars.get(at) == Some(&']') {
                    out.push_str("\\]");
                    at += 1;
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '[' | '&' | '~' if in_class => {
                out.push('\\');
                out.push(char);
            }
            '$' if !in_class && !multiline => out.push_str("(?=\\n?\\z)"),
            '{' if !in_class && !is_quantifier(&chars[at..]) => out.push_str("\\{"),
            '(' if !in_class && chars[at..].starts_with(&['?', '\'']) => {
                let end = chars[at + 2..]
                    .iter()
                    .position(|it| *it == '\'')
                    .unwrap_or(0);
                out.push_str("(?<");
                out.extend(&chars[at + 2..at + 2 + end]);
                out.push('>');
                at += end + 3;
            }
            other => out.push(other),
        }
    }
    out
}

fn is_quantifier(rest: &[char]) -> bool {
    let Some(end) = rest.iter().position(|it| *it == '}') else {
        return false;
    };
    let inner: String = rest[..end].iter().collect();
    let (low, high) = inner.split_once(',').unwrap_or((&inner, ""));
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

/// Writes what follows a backslash, and says how many characters that is.
fn escape(chars: &[char], at: usize, in_class: bool, out: &mut String) -> usize {
    match chars.get(at) {
        Some('Z') if !in_class => out.push_str("(?=\\n?\\z)"),
        Some('u') if chars.len() >= at + 5 => {
            out.push_str("\\x{");
            out.extend(&chars[at + 1..at + 5]);
            out.push('}');
            return 5;
        }
        Some(char) if char.is_ascii_alphanumeric() => {
            out.push('\\');
            out.push(*char);
        }
        Some(char) if ".*+?()[]{}|^$\\-&~#".contains(*char) => {
            out.push('\\');
            out.push(*char);
        }
        Some(char) => out.push(*char),
        None => out.push('\\'),
    }
    1
}

/// A match as .NET has it.
pub fn match_value(text: &str, captures: Option<&Captures<'_>>, names: &[Option<String>]) -> Value {
    let Some(captures) = captures else {
        let properties = vec![
            ("Groups", Value::array([])),
            ("Success", Value::Bool(false)),
            ("Captures", Value::array([])),
            ("Index", Value::Int(0)),
            ("Length", Value::Int(0)),
            ("Value", Value::text("")),
        ];
        return Value::Object(typed(
            "System.Text.RegularExpressions.Match",
            properties,
            Some(""),
        ));
    };
    let mut groups = Vec::new();
    for at in 0..captures.len() {
        let name = names
            .get(at)
            .cloned()
            .flatten()
            .unwrap_or_else(|| at.to_string());
        groups.push(group(text, captures, at, &name, Vec::new()));
    }
    let kind = ArrayKind::Named(Rc::from("System.Text.RegularExpressions.GroupCollection"));
    let groups = Value::Array(Array::new(kind, groups));
    group(text, captures, 0, "0", vec![("Groups", groups)])
}

fn group(
    text: &str,
    captures: &Captures<'_>,
    at: usize,
    name: &str,
    first: Vec<(&str, Value)>,
) -> Value {
    let found = captures.get(at);
    let value = found.map_or("", |it| it.as_str());
    let index = found.map_or(0, |it| text[..it.start()].chars().count());
    let kind = if first.is_empty() {
        "System.Text.RegularExpressions.Group"
    } else {
        "System.Text.RegularExpressions.Match"
    };
    let mut properties = first;
    properties.extend([
        ("Success", Value::Bool(found.is_some())),
        ("Name", Value::text(name)),
        ("Index", number::length(index)),
        ("Length", number::length(value.chars().count())),
        ("Value", Value::text(value)),
    ]);
    Value::Object(typed(kind, properties, Some(value)))
}

/// The names of the groups of a pattern, by number.
pub fn group_names(regex: &Regex) -> Vec<Option<String>> {
    regex
        .capture_names()
        .map(|it| it.map(str::to_owned))
        .collect()
}

/// All matches.
pub fn matches(regex: &Regex, text: &str) -> Value {
    let names = group_names(regex);
    let all = regex
        .captures_iter(text)
        .filter_map(Result::ok)
        .map(|it| match_value(text, Some(&it), &names));
    let kind = ArrayKind::Named(Rc::from("System.Text.RegularExpressions.MatchCollection"));
    Value::Array(Array::new(kind, all))
}

/// Replaces matches by a replacement of .NET (`$1`, `${name}`, `$&`, `$$`), all or so many.
pub fn replace(regex: &Regex, text: &str, replacement: &str, most: usize) -> String {
    replace_with(regex, text, most, |captures| {
        expanded(captures, text, replacement)
    })
}

/// Replaces matches by what a function makes of each.
pub fn replace_with(
    regex: &Regex,
    text: &str,
    most: usize,
    mut by: impl FnMut(&Captures<'_>) -> String,
) -> String {
    let mut out = String::new();
    let mut last = 0;
    for captures in regex.captures_iter(text).filter_map(Result::ok).take(most) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        out.push_str(&text[last..whole.start()]);
        out.push_str(&by(&captures));
        last = whole.end();
    }
    out.push_str(&text[last..]);
    out
}

fn expanded(captures: &Captures<'_>, text: &str, replacement: &str) -> String {
    let chars: Vec<char> = replacement.chars().collect();
    let group = |at: usize| captures.get(at).map_or("", |it| it.as_str());
    let whole = captures.get(0).map_or(0..0, |it| it.start()..it.end());
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at] != '$' {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        match chars.get(at + 1) {
            Some('$') => out.push('$'),
            Some('&') => out.push_str(group(0)),
            Some('`') => out.push_str(&text[..whole.start]),
            Some('\'') => out.push_str(&text[whole.end..]),
            Some('_') => out.push_str(text),
            Some('+') => out.push_str(group(captures.len().saturating_sub(1))),
            Some('{') => {
                let end = chars[at..].iter().position(|it| *it == '}');
                let name: String =
                    end.map_or(String::new(), |it| chars[at + 2..at + it].iter().collect());
                let by_number = name.parse().ok().and_then(|it| captures.get(it));
                if let (Some(end), Some(found)) = (end, by_number.or_else(|| captures.name(&name)))
                {
                    out.push_str(found.as_str());
                    at += end + 1;
                    continue;
                }
                out.push('$');
                at += 1;
                continue;
            }
            Some(digit) if digit.is_ascii_digit() => {
                at += 1 + numbered(&chars[at + 1..], captures, &mut out);
                continue;
            }
            _ => {
                out.push('$');
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    out
}

/// Writes the group of a number, and says how many digits it took.
fn numbered(rest: &[char], captures: &Captures<'_>, out: &mut String) -> usize {
    let digits = rest
        .iter()
        .take(2)
        .take_while(|it| it.is_ascii_digit())
        .count();
    for used in (1..=digits).rev() {
        let number: String = rest[..used].iter().collect();
        let Ok(number) = number.parse::<usize>() else {
            continue;
        };
        if number < captures.len() {
            out.push_str(captures.get(number).map_or("", |it| it.as_str()));
            return used;
        }
    }
    out.push('$');
    0
}

/// Splits at matches; what groups caught stands between the pieces. `most` pieces, 0 for all.
pub fn split(regex: &Regex, text: &str, most: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut last = 0;
    let mut pieces = 1;
    for captures in regex.captures_iter(text).filter_map(Result::ok) {
        if most > 0 && pieces >= most {
            break;
        }
        let Some(whole) = captures.get(0) else {
            continue;
        };
        all.push(text[last..whole.start()].to_owned());
        for at in 1..captures.len() {
            if let Some(group) = captures.get(at) {
                all.push(group.as_str().to_owned());
            }
        }
        last = whole.end();
        pieces += 1;
    }
    all.push(text[last..].to_owned());
    all
}

/// A text with everything that means something in a pattern escaped.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' | '*' | '+' | '?' | '|' | '{' | '[' | '(' | ')' | '^' | '$' | '.' | '#' | ' ' => {
                out.push('\\');
                out.push(char);
            }
            other => out.push(other),
        }
    }
    out
}

/// The prefix that options make.
fn options(value: Option<&Value>) -> String {
    let bits = match value {
        Some(Value::Object(object)) => super::enums::value_of(object),
        Some(other) => super::enums::cast(other, "System.Text.RegularExpressions.RegexOptions")
            .and_then(Result::ok)
            .and_then(|it| match it {
                Value::Object(object) => super::enums::value_of(&object),
                _ => None,
            }),
        None => None,
    }
    .unwrap_or(0);
    let letters = [(1, 'i'), (2, 'm'), (16, 's'), (32, 'x')];
    let letters: String = letters
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, it)| *it)
        .collect();
    if letters.is_empty() {
        String::new()
    } else {
        format!("(?{letters})")
    }
}

/// `[regex]::new(pattern, options)`.
#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
pub(crate) fn construct(values: &[Value]) -> Called {
    let arguments = Arguments::new(".ctor", values);
    let pattern = match arguments.text(0) {
        Ok(pattern) => pattern,
        Err(error) => return Some(Err(error)),
    };
    let pattern = format!("{}{pattern}", options(values.get(1)));
    Some(match compile(&pattern, true) {
        Ok(_) => Ok(Value::Regex(Rc::from(pattern))),
        Err(error) => Err(arguments.failed(&error.message, "System.ArgumentException")),
    })
}

/// The methods of a `[regex]`.
pub(crate) fn call(pattern: &str, lower: &str, values: &[Value]) -> Called {
    let name = lower;
    let arguments = Arguments::new(name, values);
    let run = || -> Result<Option<Value>, ErrorRecord> {
        let regex = compile(pattern, true)?;
        let text = || arguments.text(0);
        Ok(Some(match lower {
            "ismatch" => Value::Bool(regex.is_match(&text()?).unwrap_or(false)),
            "match" => first(&regex, &text()?),
            "matches" => matches(&regex, &text()?),
            "replace" => {
                let most = if values.len() > 2 {
                    arguments.int(2)?
                } else {
                    -1
                };
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                Value::from(replace(&regex, &text()?, &arguments.text(1)?, most))
            }
            "split" => {
                let most = if values.len() > 1 {
                    arguments.int(1)?
                } else {
                    0
                };
                Value::texts(split(&regex, &text()?, usize::try_from(most).unwrap_or(0)))
            }
            "getgroupnames" => Value::texts(
                group_names(&regex)
                    .into_iter()
                    .enumerate()
                    .map(|(at, name)| name.unwrap_or_else(|| at.to_string())),
            ),
            _ => return Ok(None),
        }))
    };
    run().transpose()
}

fn first(regex: &Regex, text: &str) -> Value {
    let captures = regex.captures(text).ok().flatten();
    match_value(text, captures.as_ref(), &group_names(regex))
}

/// `[regex]::…`.
pub(crate) fn call_static(name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let done = match lower {
        "escape" => arguments.text(0).map(|it| Value::from(escaped(&it))),
        "unescape" => arguments.text(0).map(|it| Value::from(unescaped(&it))),
        "ismatch" | "match" | "matches" | "replace" | "split" => {
            let given = usize::from(lower == "replace") + 2;
            let pattern = match arguments.text(1) {
                Ok(pattern) => format!("{}{pattern}", options(values.get(given))),
                Err(error) => return Some(Err(error)),
            };
            if let Err(error) = compile(&pattern, true) {
                return Some(Err(
                    arguments.failed(&error.message, "System.ArgumentException")
                ));
            }
            let text = to_text(&values[0]);
            let mut inner = vec![Value::from(text)];
            inner.extend(values.get(2).filter(|_| lower == "replace").cloned());
            return call(&pattern, lower, &inner);
        }
        _ => return None,
    };
    Some(done)
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, char == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            (other, false) => out.push(other),
        }
    }
    out
}
