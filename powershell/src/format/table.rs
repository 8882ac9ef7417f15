//! Drawing tables.

use crate::convert::type_name;
use crate::types;
use crate::value::Value;

use super::cell;
use super::shape::{Column, Table};

/// No column is narrower.
const NARROWEST: usize = 4;

/// Whether a value is aligned right where nothing else is said: everything but strings and
/// enumerations.
fn is_right(value: &Value) -> bool {
    match value {
        Value::Null | Value::Text(_) => false,
        Value::Object(object) => types::enums::value_of(object).is_none(),
        _ => true,
    }
}

/// The rows of a table that is drawn line by line.
pub(crate) struct Drawing {
    widths: Vec<Option<usize>>,
    right: Vec<bool>,
    wrap: bool,
}

impl Drawing {
    /// Decides on the widths.
    pub(crate) fn new(table: &Table, width: usize) -> Self {
        let first = table.rows.first();
        let right = table.columns.iter().enumerate().map(|(at, column)| {
            let value = first.and_then(|row| row.get(at)).unwrap_or(&Value::Null);
            column.right.unwrap_or_else(|| is_right(value))
        });
        Self {
            right: right.collect(),
            widths: widths(table, width),
            wrap: table.wrap,
        }
    }

    /// The two lines of the head.
    pub(crate) fn head(&self, columns: &[Column]) -> String {
        let labels: Vec<String> = columns.iter().map(|it| it.label.clone()).collect();
        let dashes: Vec<String> = columns
            .iter()
            .map(|it| "-".repeat(cell::width(&it.label)))
            .collect();
        format!("{}{}", self.line(&labels), self.line(&dashes))
    }

    /// The lines of a row.
    pub(crate) fn row(&self, values: &[Value]) -> String {
        let texts: Vec<String> = values.iter().map(cell::text).collect();
        if !self.wrap {
            let texts: Vec<String> = texts.iter().map(|it| cell::one_line(it)).collect();
            return self.line(&texts);
        }
        let wrapped: Vec<Vec<String>> = texts
            .iter()
            .zip(&self.widths)
            .map(|(text, width)| cell::wrapped(text, width.unwrap_or(1)))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(1);
        let mut out = String::new();
        for at in 0..height {
            let texts: Vec<String> = wrapped
                .iter()
                .map(|it| it.get(at).cloned().unwrap_or_default())
                .collect();
            out.push_str(&self.line(&texts));
        }
        out
    }

    fn line(&self, texts: &[String]) -> String {
        let mut cells = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            if let Some(Some(width)) = self.widths.get(at) {
                cells.push(cell::fitted(
                    text,
                    *width,
                    self.right.get(at) == Some(&true),
                ));
            }
        }
        let line = cells.join(" ");
        format!("{}\n", line.trim_end())
    }
}

/// A table with its head, and blank lines around it.
pub(crate) fn draw(table: &Table, width: usize) -> String {
    if table.columns.is_empty() {
        return String::new();
    }
    let drawing = Drawing::new(table, width);
    let mut out = String::new();
    if table.headless {
        out.push('\n');
    } else {
        out.push('\n');
        out.push_str(&drawing.head(&table.columns));
    }
    for row in &table.rows {
        out.push_str(&drawing.row(row));
    }
    out
}

/// The widths of the columns; none is a column that does not fit.
fn widths(table: &Table, width: usize) -> Vec<Option<usize>> {
    let mut widths: Vec<usize> = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let wanted = if table.auto {
            let own = if table.headless {
                0
            } else {
                cell::width(&column.label)
            };
            let cells = table.rows.iter().filter_map(|row| row.get(at));
            let cells = cells.map(|it| {
                let text = cell::text(it);
                let lines = text.lines().map(cell::width).max().unwrap_or(0);
                if table.wrap {
                    lines
                } else {
                    cell::width(&cell::one_line(&text))
                }
            });
            cells.max().unwrap_or(0).max(own).max(1)
        } else {
            column.width.unwrap_or(0)
        };
        widths.push(column.width.unwrap_or(wanted));
    }
    spread(&mut widths, width);
    trimmed(&widths, width)
}

fn total(widths: impl Iterator<Item = usize>) -> usize {
    let mut count = 0_usize;
    let sum: usize = widths.inspect(|_| count += 1).sum();
    sum + count.saturating_sub(1)
}

/// Gives the columns without width what is left, evenly.
fn spread(widths: &mut [usize], width: usize) {
    let open: Vec<usize> = (0..widths.len()).filter(|at| widths[*at] == 0).collect();
    if open.is_empty() {
        return;
    }
    for at in &open {
        widths[*at] = NARROWEST;
    }
    let mut left = width.saturating_sub(total(widths.iter().copied()));
    while left > 0 {
        for at in &open {
            if left == 0 {
                break;
            }
            widths[*at] += 1;
            left -= 1;
        }
    }
}

/// Narrows the last column until all fit, or leaves it out.
fn trimmed(widths: &[usize], width: usize) -> Vec<Option<usize>> {
    let mut all: Vec<Option<usize>> = widths.iter().copied().map(Some).collect();
    loop {
        let excess = total(all.iter().flatten().copied()).saturating_sub(width);
        if excess == 0 {
            return all;
        }
        let Some(last) = all.iter().rposition(Option::is_some) else {
            return all;
        };
        let narrower = all[last].unwrap_or(0).saturating_sub(excess);
        all[last] = (narrower >= NARROWEST).then_some(narrower);
    }
}

/// Whether objects of these values can share a table: their types are the same.
pub(crate) fn same_kind(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.type_names().first() == other.type_names().first()
        }
        (one, other) => type_name(one) == type_name(other),
    }
}
