//! The text of a value in a cell, and fitting it into a width.

use crate::convert::{is_custom, to_display, to_text};
use crate::value::Value;

/// At most so many elements of a collection are shown (`$FormatEnumerationLimit`).
const LIMIT: usize = 4;

/// The text of a value in a table or a list.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Array(array) => braced(array.borrow().iter().map(element)),
        Value::Bytes(bytes) => braced(bytes.borrow().iter().map(ToString::to_string)),
        Value::Table(table) => braced(table.borrow().iter().map(|(key, _)| element(key))),
        other => to_display(other),
    }
}

fn element(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Bytes(_) => crate::convert::type_name(value).to_string(),
        Value::Object(object) if is_custom(object) => to_text(value),
        other => to_display(other),
    }
}

fn braced(elements: impl Iterator<Item = String>) -> String {
    let mut shown: Vec<String> = elements.take(LIMIT + 1).collect();
    let more = shown.len() > LIMIT;
    shown.truncate(LIMIT);
    format!("{{{}{}}}", shown.join(", "), if more { "..." } else { "" })
}

/// How many cells of a terminal a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// A text on one line: what comes after a line break is cut.
pub(crate) fn one_line(text: &str) -> String {
    match text.find(['\r', '\n']) {
        Some(at) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

/// A text in exactly so many cells, cut with dots where it is too long.
pub(crate) fn fitted(text: &str, size: usize, right: bool) -> String {
    let length = width(text);
    if length > size {
        let dots = if size > 3 { "..." } else { "" };
        let keep = size - dots.len();
        return if right {
            let tail: String = text.chars().skip(length - keep).collect();
            format!("{dots}{tail}")
        } else {
            let head: String = text.chars().take(keep).collect();
            format!("{head}{dots}")
        };
    }
    if right {
        format!("{text:>size$}")
    } else {
        format!("{text:<size$}")
    }
}

/// A text as lines of at most so many cells, broken at blanks where there are any.
pub(crate) fn wrapped(text: &str, size: usize) -> Vec<String> {
    let size = size.max(1);
    let mut lines = Vec::new();
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        wrap_line(line, size, &mut lines);
    }
    lines
}

fn wrap_line(line: &str, size: usize, lines: &mut Vec<String>) {
    let mut current = String::new();
    for word in line.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if width(&current) + width(bare) > size && !current.is_empty() {
            lines.push(current.trim_end().to_owned());
            current.clear();
        }
        let mut rest: Vec<char> = word.chars().collect();
        while width(&current) + rest.len() > size && width(bare) > size {
            let room = size - width(&current);
            let tail = rest.split_off(room.min(rest.len()));
            current.extend(rest);
            lines.push(std::mem::take(&mut current));
            rest = tail;
        }
        current.extend(rest);
    }
    lines.push(current.trim_end().to_owned());
}
