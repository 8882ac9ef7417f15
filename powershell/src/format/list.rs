//! Drawing lists.

use crate::value::Value;

use super::cell;

/// One object as a list of labels and values.
pub(crate) fn entry(properties: &[(String, Value)], width: usize) -> String {
    let label = properties
        .iter()
        .map(|(name, _)| cell::width(name))
        .max()
        .unwrap_or(0);
    let room = width.saturating_sub(label + 3).max(1);
    let mut out = String::new();
    for (name, value) in properties {
        let text = cell::text(value);
        for (at, line) in cell::wrapped(&text, room).iter().enumerate() {
            let head = if at == 0 {
                format!("{name:<label$} : ")
            } else {
                " ".repeat(label + 3)
            };
            out.push_str(format!("{head}{line}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// Objects as lists, with blank lines around them.
pub(crate) fn draw(entries: &[Vec<(String, Value)>], width: usize) -> String {
    let mut out = String::from("\n");
    for properties in entries {
        out.push('\n');
        out.push_str(&entry(properties, width));
    }
    out.push('\n');
    out
}

/// One value of each object in columns, with blank lines around them.
pub(crate) fn wide(values: &[Value], columns: Option<usize>, auto: bool, width: usize) -> String {
    let texts: Vec<String> = values.iter().map(cell::text).collect();
    let longest = texts
        .iter()
        .map(|it| cell::width(it))
        .max()
        .unwrap_or(1)
        .max(1);
    let count = match columns {
        Some(count) => count.max(1),
        None if auto => ((width + 1) / (longest + 1)).max(1),
        None => 2,
    };
    let size = if auto {
        longest
    } else {
        (width + 1) / count - 1
    };
    let mut out = String::from("\n");
    for row in texts.chunks(count) {
        let cells: Vec<String> = row.iter().map(|it| cell::fitted(it, size, false)).collect();
        out.push_str(cells.join(" ").trim_end());
        out.push('\n');
    }
    out
}
