//! What strings and characters can.

use std::rc::Rc;

use crate::convert::{self, cast, number, to_text};
use crate::error::ErrorRecord;
use crate::value::{Array, ArrayKind, Value};

use super::{Arguments, Called};

type Done = Result<Value, ErrorRecord>;

/// Its properties.
pub(crate) fn member(text: &str, lower: &str) -> Option<Value> {
    match lower {
        "length" => Some(number::length(text.chars().count())),
        _ => None,
    }
}

/// Its methods.
pub(crate) fn call(text: &Rc<str>, name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let done = match lower {
        "toupper" | "toupperinvariant" => Ok(Value::from(text.to_uppercase())),
        "tolower" | "tolowerinvariant" => Ok(Value::from(text.to_lowercase())),
        "trim" | "trimstart" | "trimend" => Ok(trim(text, lower, values)),
        "split" => split(text, values),
        "substring" => substring(text, &arguments),
        "replace" => replace(text, &arguments),
        "contains" => arguments.text(0).map(|it| Value::Bool(text.contains(&it))),
        "startswith" | "endswith" => starts(text, lower, &arguments),
        "indexof" | "lastindexof" => index_of(text, lower, &arguments),
        "indexofany" | "lastindexofany" => index_of_any(text, lower, &arguments),
        "padleft" | "padright" => pad(text, lower, &arguments),
        "insert" => insert(text, &arguments),
        "remove" => remove(text, &arguments),
        "chars" | "get_chars" => char_at(text, &arguments),
        "get_length" => Ok(number::length(text.chars().count())),
        "tostring" | "clone" | "normalize" | "trimtostring" => Ok(Value::Text(Rc::clone(text))),
        "equals" => equals(text, &arguments),
        "compareto" => arguments
            .text(0)
            .map(|it| Value::Int(convert_order(text, &it))),
        "tochararray" | "getenumerator" => Ok(chars(text)),
        "gettypecode" => Ok(Value::text("String")),
        _ => return None,
    };
    Some(done)
}

fn convert_order(one: &str, other: &str) -> i32 {
    convert::compare(&Value::text(one), &Value::text(other), true).map_or(0, |it| it as i32)
}

fn chars(text: &str) -> Value {
    let kind = ArrayKind::Typed(Rc::from("System.Char"));
    Value::Array(Array::new(kind, text.chars().map(Value::Char)))
}

/// The characters of arguments that are characters, strings or arrays of them.
fn characters(values: &[Value]) -> Vec<char> {
    let mut all = Vec::new();
    for value in values {
        match value {
            Value::Array(array) => all.extend(characters(&array.borrow())),
            other => all.extend(to_text(other).chars()),
        }
    }
    all
}

fn trim(text: &str, lower: &str, values: &[Value]) -> Value {
    let wanted = characters(values);
    let is = |it: char| {
        if wanted.is_empty() {
            it.is_whitespace()
        } else {
            wanted.contains(&it)
        }
    };
    Value::text(match lower {
        "trim" => text.trim_matches(is),
        "trimstart" => text.trim_start_matches(is),
        _ => text.trim_end_matches(is),
    })
}

/// `Split`: a string in the first place counts as its characters, as in .NET Framework; only an
/// array of longer strings separates by strings.
#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
fn split(text: &str, values: &[Value]) -> Done {
    let mut separators = Vec::new();
    let mut count = usize::MAX;
    let mut remove_empty = false;
    for (at, value) in values.iter().enumerate() {
        match value {
            Value::Int(number) if at > 0 => count = usize::try_from(*number).unwrap_or(0),
            Value::Object(object) if super::enums::value_of(object).is_some() => {
                remove_empty = super::enums::value_of(object) == Some(1);
            }
            Value::Text(option)
                if at > 0
                    && (option.eq_ignore_ascii_case("RemoveEmptyEntries")
                        || option.eq_ignore_ascii_case("None")) =>
            {
                remove_empty = option.eq_ignore_ascii_case("RemoveEmptyEntries");
            }
            Value::Array(array) => separators.extend(array.borrow().iter().map(to_text)),
            Value::Bool(flag) if at > 0 => remove_empty = *flag,
            other => separators.extend(to_text(other).chars().map(String::from)),
        }
    }
    separators.retain(|it| !it.is_empty());
    Ok(Value::texts(pieces(text, &separators, count, remove_empty)))
}

fn pieces(text: &str, separators: &[String], count: usize, remove_empty: bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if count == 0 {
        return all;
    }
    let mut rest = text;
    let mut current = String::new();
    while let Some(char) = rest.chars().next() {
        let found = if separators.is_empty() {
            char.is_whitespace().then(|| char.len_utf8())
        } else {
            separators
                .iter()
                .find(|it| rest.starts_with(it.as_str()))
                .map(String::len)
        };
        match found {
            Some(length) if all.len() + 1 < count => {
                if !(remove_empty && current.is_empty()) {
                    all.push(std::mem::take(&mut current));
                }
                rest = &rest[length..];
            }
            _ => {
                current.push(char);
                rest = &rest[char.len_utf8()..];
            }
        }
    }
    if !(remove_empty && current.is_empty()) {
        all.push(current);
    }
    all
}

/// The byte at which the character of a number begins.
fn offset(text: &str, place: usize) -> Option<usize> {
    let ends = std::iter::once(text.len());
    text.char_indices().map(|(at, _)| at).chain(ends).nth(place)
}

fn substring(text: &str, arguments: &Arguments<'_>) -> Done {
    let start = arguments.int(0)?;
    let Ok(from) = usize::try_from(start) else {
        return Err(arguments.range("StartIndex cannot be less than zero.", "startIndex"));
    };
    let Some(begin) = offset(text, from) else {
        let reason = "startIndex cannot be larger than length of string.";
        return Err(arguments.range(reason, "startIndex"));
    };
    let rest = &text[begin..];
    if arguments.len() < 2 {
        return Ok(Value::text(rest));
    }
    let Ok(length) = usize::try_from(arguments.int(1)?) else {
        return Err(arguments.range("Length cannot be less than zero.", "length"));
    };
    if let Some(end) = offset(rest, length) {
        Ok(Value::text(&rest[..end]))
    } else {
        let reason = "Index and length must refer to a location within the string.";
        Err(arguments.range(reason, "length"))
    }
}

fn replace(text: &str, arguments: &Arguments<'_>) -> Done {
    let (old, new) = (arguments.text(0)?, arguments.text(1)?);
    if old.is_empty() {
        let reason = "String cannot be of zero length.\r\nParameter name: oldValue";
        return Err(arguments.failed(reason, "System.ArgumentException"));
    }
    Ok(Value::from(text.replace(&old, &new)))
}

/// Whether the arguments ask for a comparison without case.
fn ignores_case(arguments: &Arguments<'_>, from: usize) -> bool {
    let given = (from..arguments.len()).filter_map(|at| arguments.get(at).ok());
    given.into_iter().any(|value| match value {
        Value::Bool(ignore) => *ignore,
        Value::Text(_) | Value::Object(_) => cast(value, "System.StringComparison")
            .is_ok_and(|it| to_text(&it).ends_with("IgnoreCase")),
        _ => false,
    })
}

fn starts(text: &str, lower: &str, arguments: &Arguments<'_>) -> Done {
    let part = arguments.text(0)?;
    let (text, part) = if ignores_case(arguments, 1) {
        (text.to_lowercase(), part.to_lowercase())
    } else {
        (text.to_owned(), part)
    };
    let is = if lower == "startswith" {
        text.starts_with(&part)
    } else {
        text.ends_with(&part)
    };
    Ok(Value::Bool(is))
}

fn place(found: Option<usize>) -> Value {
    found.map_or(Value::Int(-1), number::length)
}

fn index_of(text: &str, lower: &str, arguments: &Arguments<'_>) -> Done {
    let part = arguments.text(0)?;
    let fold = |it: &str| {
        if ignores_case(arguments, 1) {
            it.to_lowercase()
        } else {
            it.to_owned()
        }
    };
    let (folded, part) = (fold(text), fold(&part));
    let chars: Vec<char> = folded.chars().collect();
    let wanted: Vec<char> = part.chars().collect();
    let start = match arguments.get(1) {
        Ok(Value::Int(start)) => usize::try_from(*start).ok().filter(|it| *it <= chars.len()),
        _ => Some(if lower == "indexof" { 0 } else { chars.len() }),
    };
    let Some(start) = start else {
        let reason = "Index was out of range. Must be non-negative and less than the size of \
        the collection.";
        return Err(arguments.range(reason, "startIndex"));
    };
    let is = |at: &usize| chars[*at..].starts_with(&wanted);
    let found = if lower == "indexof" {
        (start..=chars.len()).find(is)
    } else {
        (0..=start).rev().find(is)
    };
    Ok(place(found))
}

fn index_of_any(text: &str, lower: &str, arguments: &Arguments<'_>) -> Done {
    let wanted = characters(std::slice::from_ref(arguments.get(0)?));
    let mut hits = text
        .chars()
        .enumerate()
        .filter(|(_, it)| wanted.contains(it));
    let found = if lower == "indexofany" {
        hits.next()
    } else {
        hits.last()
    };
    Ok(place(found.map(|(at, _)| at)))
}

fn pad(text: &str, lower: &str, arguments: &Arguments<'_>) -> Done {
    let width = usize::try_from(arguments.int(0)?).unwrap_or(0);
    let fill = match arguments.get(1) {
        Ok(value) => characters(std::slice::from_ref(value))
            .first()
            .copied()
            .unwrap_or(' '),
        Err(_) => ' ',
    };
    // No line is that long: a width beyond this is a mistake and must not eat the memory.
    let missing = width.min(1 << 20).saturating_sub(text.chars().count());
    let padding = String::from(fill).repeat(missing);
    let padded = if lower == "padleft" {
        format!("{padding}{text}")
    } else {
        format!("{text}{padding}")
    };
    Ok(Value::from(padded))
}

fn insert(text: &str, arguments: &Arguments<'_>) -> Done {
    let at = usize::try_from(arguments.int(0)?)
        .ok()
        .and_then(|it| offset(text, it));
    let part = arguments.text(1)?;
    match at {
        Some(at) => Ok(Value::from(format!("{}{part}{}", &text[..at], &text[at..]))),
        None => Err(arguments.range(
            "Specified argument was out of the range of valid values.",
            "startIndex",
        )),
    }
}

fn remove(text: &str, arguments: &Arguments<'_>) -> Done {
    let start = usize::try_from(arguments.int(0)?)
        .ok()
        .and_then(|it| offset(text, it));
    let Some(start) = start.filter(|it| arguments.len() > 1 || *it < text.len()) else {
        let reason = "startIndex must be less than length of string.";
        return Err(arguments.range(reason, "startIndex"));
    };
    let rest = &text[start..];
    let end = match arguments.len() {
        1 => Some(rest.len()),
        _ => usize::try_from(arguments.int(1)?)
            .ok()
            .and_then(|it| offset(rest, it)),
    };
    if let Some(end) = end {
        Ok(Value::from(format!("{}{}", &text[..start], &rest[end..])))
    } else {
        let reason = "Index and count must refer to a location within the string.";
        Err(arguments.range(reason, "count"))
    }
}

fn char_at(text: &str, arguments: &Arguments<'_>) -> Done {
    let at = usize::try_from(arguments.int(0)?).ok();
    let found = at.and_then(|it| text.chars().nth(it)).map(Value::Char);
    found.ok_or_else(|| {
        arguments.failed(
            "Index was outside the bounds of the array.",
            "System.IndexOutOfRangeException",
        )
    })
}

fn equals(text: &str, arguments: &Arguments<'_>) -> Done {
    let Value::Text(other) = arguments.get(0)? else {
        return Ok(Value::Bool(false));
    };
    let same = if ignores_case(arguments, 1) {
        text.to_lowercase() == other.to_lowercase()
    } else {
        *text == **other
    };
    Ok(Value::Bool(same))
}

/// The methods of a character.
pub(crate) fn char_call(char: char, lower: &str, _arguments: &[Value]) -> Called {
    match lower {
        "tostring" => Some(Ok(Value::from(char.to_string()))),
        _ => None,
    }
}
