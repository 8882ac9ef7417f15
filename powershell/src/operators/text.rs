//! `-like`, `-match`, `-replace` and `-split`.

use std::ops::Range;

use fancy_regex::Regex;

use crate::convert;
use crate::error::{Category, ErrorRecord};
use crate::types::regex as patterns;
use crate::value::{Table, Value};

fn compiled(pattern: &str, case_sensitive: bool) -> Result<Regex, ErrorRecord> {
    patterns::compile(pattern, case_sensitive).map_err(|why| {
        let mut record = ErrorRecord::new(
            why.message,
            "System.ArgumentException",
            "System.ArgumentException",
            Category::OperationStopped,
        );
        record.inner = why.inner;
        record
    })
}

/// `-like` and `-notlike`; of an array, the elements for which it holds.
pub(super) fn like(left: &Value, right: &Value, case: bool, is_negated: bool) -> Value {
    let pattern = convert::to_text(right);
    let holds = |it: &Value| super::wildcard(&pattern, &convert::to_text(it), case) != is_negated;
    match left {
        Value::Array(array) => {
            let found: Vec<Value> = array
                .borrow()
                .iter()
                .filter(|it| holds(it))
                .cloned()
                .collect();
            Value::array(found)
        }
        other => Value::Bool(holds(other)),
    }
}

/// The groups of the first match of a pattern, as `$Matches` has them.
pub fn matches(
    pattern: &str,
    text: &str,
    case_sensitive: bool,
) -> Result<Option<Value>, ErrorRecord> {
    let regex = compiled(pattern, case_sensitive)?;
    Ok(groups(&regex, text))
}

fn groups(regex: &Regex, text: &str) -> Option<Value> {
    let captures = regex.captures(text).ok()??;
    let table = Table::new(false);
    let names = patterns::group_names(regex);
    // .NET counts the groups without a name first.
    let mut unnamed = -1;
    for index in 0..captures.len() {
        let name = names.get(index).cloned().flatten();
        unnamed += i32::from(name.is_none());
        let Some(found) = captures.get(index) else {
            continue;
        };
        let key = name.map_or(Value::Int(unnamed), Value::from);
        table.set(key, Value::text(found.as_str()));
    }
    Some(Value::Table(table))
}

/// `-match` and `-notmatch`, and the groups if the left side is no array.
pub fn match_values(
    left: &Value,
    right: &Value,
    case: bool,
    is_negated: bool,
) -> Result<(Value, Option<Value>), ErrorRecord> {
    let pattern = match right {
        Value::Regex(pattern) => pattern.to_string(),
        other => convert::to_text(other),
    };
    let regex = compiled(&pattern, case || matches!(right, Value::Regex(_)))?;
    if let Value::Array(array) = left {
        let mut found = Vec::new();
        for element in array.borrow().iter() {
            let fits = regex.is_match(&convert::to_text(element)).unwrap_or(false);
            if fits != is_negated {
                found.push(element.clone());
            }
        }
        return Ok((Value::array(found), None));
    }
    let groups = groups(&regex, &convert::to_text(left));
    let fits = groups.is_some();
    Ok((Value::Bool(fits != is_negated), groups))
}

/// The places of all matches of a pattern, and what they match.
pub fn all_matches(
    pattern: &str,
    text: &str,
    case_sensitive: bool,
) -> Result<Vec<(Range<usize>, String)>, ErrorRecord> {
    let regex = compiled(pattern, case_sensitive)?;
    let found = regex.find_iter(text).flatten();
    Ok(found
        .map(|it| (it.range(), it.as_str().to_owned()))
        .collect())
}

/// `-replace`: the pattern, and what takes its place.
pub fn replace(left: &Value, arguments: &[Value], case: bool) -> Result<Value, ErrorRecord> {
    if arguments.len() > 2 {
        return Err(ErrorRecord::new(
            format!(
                "The -replace operator allows only two elements to follow it, not {}.",
                arguments.len()
            ),
            "System.Management.Automation.RuntimeException",
            "BadReplaceArgument",
            Category::InvalidOperation,
        ));
    }
    let pattern = arguments.first().map(convert::to_text).unwrap_or_default();
    let with = arguments.get(1).map(convert::to_text).unwrap_or_default();
    let regex = compiled(&pattern, case)?;
    let done = |it: &Value| {
        let text = convert::to_text(it);
        Value::from(patterns::replace(&regex, &text, &with, usize::MAX))
    };
    Ok(match left {
        Value::Array(array) => Value::array(array.borrow().iter().map(done).collect::<Vec<_>>()),
        other => done(other),
    })
}

/// `-split` with a pattern, and at most so many parts.
pub fn split(left: &Value, arguments: &[Value], case: bool) -> Result<Value, ErrorRecord> {
    let pattern = arguments.first().map(convert::to_text).unwrap_or_default();
    let most = match arguments.get(1).map(|it| convert::cast(it, "System.Int32")) {
        Some(Ok(Value::Int(most))) => most,
        _ => 0,
    };
    let options = arguments
        .get(2)
        .map(convert::to_text)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let pattern = if options.contains("simplematch") {
        patterns::escaped(&pattern)
    } else {
        pattern
    };
    let regex = compiled(&pattern, case && !options.contains("ignorecase"))?;
    let mut parts = Vec::new();
    for value in left.enumerate() {
        let text = convert::to_text(&value);
        if most < 0 {
            parts.extend(split_from_end(&regex, &text, most.unsigned_abs() as usize));
        } else {
            let most = if most == 0 {
                usize::MAX
            } else {
                most.unsigned_abs() as usize
            };
            parts.extend(split_text(&regex, &text, most));
        }
    }
    Ok(Value::texts(parts))
}

/// The parts of a text between matches, with what groups matched in between.
fn split_text(regex: &Regex, text: &str, most: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut count = 1;
    for captures in regex.captures_iter(text).flatten() {
        if count >= most {
            break;
        }
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if whole.start() == whole.end() && (whole.start() == 0 || whole.start() == text.len()) {
            // Nothing at the edges splits off an empty part, as in .NET.
            parts.push(text[start..whole.start()].to_owned());
            start = whole.end();
            count += 1;
            continue;
        }
        parts.push(text[start..whole.start()].to_owned());
        for group in captures.iter().skip(1).flatten() {
            parts.push(group.as_str().to_owned());
        }
        start = whole.end();
        count += 1;
    }
    parts.push(text[start..].to_owned());
    parts
}

/// At most so many parts, counted from the end.
fn split_from_end(regex: &Regex, text: &str, most: usize) -> Vec<String> {
    let found: Vec<Range<usize>> = regex
        .find_iter(text)
        .flatten()
        .map(|it| it.range())
        .collect();
    let skip = found.len().saturating_sub(most.saturating_sub(1));
    let mut parts = Vec::new();
    let mut start = 0;
    for range in found.into_iter().skip(skip) {
        parts.push(text[start..range.start].to_owned());
        start = range.end;
    }
    parts.push(text[start..].to_owned());
    parts
}

/// `-split` before a value: at blanks.
pub fn split_blanks(value: &Value) -> Value {
    let texts = value.enumerate();
    let parts = texts.iter().flat_map(|it| {
        let text = convert::to_text(it);
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    Value::texts(parts)
}
