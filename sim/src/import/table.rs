//! Rows of named values, out of delimited text or out of JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::delimited::Rows;
use super::loss::{Report, lost};
use super::shape::Shape;
use crate::snapshot::items;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'a> {
    Text(Cow<'a, str>),
    Bytes(Vec<u8>),
}

/// What stands under a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    One(Item<'a>),
    List(Vec<Item<'a>>),
    /// Objects within objects.
    Nested(Value),
    /// The name of a type, or the first of several values: what was there is gone.
    Lost(String),
}

impl Cell<'_> {
    pub(super) fn is_empty(&self) -> bool {
        *self == Cell::Empty
    }

    /// The text of a single value.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::One(Item::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// One row; its cells are those of [`Source::names`].
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) line: usize,
    pub(super) cells: Vec<(usize, Cell<'a>)>,
}

/// A file that is read row by row.
pub(super) struct Source<'a> {
    /// The names met so far.
    pub(super) names: Vec<String>,
    /// The line of the header; the first where names stand beside their values.
    pub(super) header_line: usize,
    places: BTreeMap<String, usize>,
    rows: Kind<'a>,
}

enum Kind<'a> {
    Delimited(Rows<'a>),
    Json(std::vec::IntoIter<items::Item<'a>>),
}

const SHORT: &str = "each row has one field for each column: the line may have been cut, or a \
     value holds the delimiter without quotes around it";
const QUOTES: &str = "close the quote, or double each quote inside a field";

impl<'a> Source<'a> {
    /// Opens a file; `None` if its shape has no rows.
    pub(super) fn open(
        text: &'a str,
        shape: Shape,
        file: &str,
        report: &mut Report,
    ) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        match shape {
            Shape::Json => Some(Self {
                names: Vec::new(),
                header_line: 1,
                places: BTreeMap::new(),
                rows: Kind::Json(items::items(text).into_iter()),
            }),
            Shape::Csvde(delimiter) | Shape::Csv(delimiter) => {
                let mut rows = Rows::new(text, delimiter);
                rows.skip_lines(|line| line.trim().is_empty() || line.starts_with("#TYPE "));
                let header = match rows.next()? {
                    Ok(header) => header,
                    Err(broken) => {
                        report.broken(file, broken.line, broken.message, QUOTES);
                        return None;
                    }
                };
                let names: Vec<String> = header
                    .fields
                    .iter()
                    .map(|name| name.trim().to_owned())
                    .collect();
                Some(Self {
                    names,
                    header_line: header.line,
                    places: BTreeMap::new(),
                    rows: Kind::Delimited(rows),
                })
            }
            _ => None,
        }
    }

    /// The next row that can be read; what is wrong with others is told.
    pub(super) fn next(&mut self, file: &str, report: &mut Report) -> Option<Record<'a>> {
        loop {
            match &mut self.rows {
                Kind::Delimited(rows) => {
                    let row = match rows.next()? {
                        Ok(row) => row,
                        Err(broken) => {
                            report.broken(file, broken.line, broken.message, QUOTES);
                            continue;
                        }
                    };
                    let (found, wanted) = (row.fields.len(), self.names.len());
                    if found != wanted {
                        let message = format!("the row has {found} fields, the header {wanted}");
                        report.broken(file, row.line, message, SHORT);
                        continue;
                    }
                    let cells = row.fields.into_iter().map(cell).enumerate();
                    return Some(Record {
                        line: row.line,
                        cells: cells.filter(|(_, cell)| !cell.is_empty()).collect(),
                    });
                }
                Kind::Json(rows) => {
                    let item = rows.next()?;
                    match serde_json::from_str::<Map<String, Value>>(item.text) {
                        Ok(object) => return Some(self.record(item.line, object)),
                        Err(error) if error.is_eof() || !item.is_whole => {
                            let message = "the file ends inside an object that begins here";
                            let help = "the file ends too early: export it again, or copy it whole";
                            report.broken(file, item.line, message.to_owned(), help);
                        }
                        Err(error) => {
                            let line = item.line + error.line().saturating_sub(1);
                            let text = error.to_string();
                            let message = text.split(" at line ").next().unwrap_or_default();
                            let help = "expected an object, as ConvertTo-Json writes it";
                            report.broken(file, line, message.to_owned(), help);
                        }
                    }
                }
            }
        }
    }

    fn record(&mut self, line: usize, object: Map<String, Value>) -> Record<'a> {
        let mut cells = Vec::with_capacity(object.len());
        let mut all: Vec<(String, Value)> = Vec::with_capacity(object.len());
        for (name, value) in object {
            match value {
                // Cmdlets put there what their type has no property for.
                Value::Object(inner) if name == "AdditionalProperties" => all.extend(inner),
                value => all.push((name, value)),
            }
        }
        for (name, value) in all {
            let cell = json_cell(value);
            if !cell.is_empty() {
                cells.push((self.place(name), cell));
            }
        }
        Record { line, cells }
    }

    fn place(&mut self, name: String) -> usize {
        if let Some(place) = self.places.get(&name) {
            return *place;
        }
        self.names.push(name.clone());
        self.places.insert(name, self.names.len() - 1);
        self.names.len() - 1
    }
}

fn cell(text: Cow<'_, str>) -> Cell<'_> {
    if text.trim().is_empty() {
        return Cell::Empty;
    }
    if let Some(lost) = lost(&text) {
        return Cell::Lost(lost.to_owned());
    }
    Cell::One(Item::Text(text))
}

/// A value as ConvertTo-Json writes it: numbers and texts, lists, bytes as lists of numbers, and
/// objects around them where Windows PowerShell had added properties.
fn json_cell(value: Value) -> Cell<'static> {
    let text = |text: String| Cell::One(Item::Text(Cow::Owned(text)));
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(flag) => text(flag.to_string()),
        Value::Number(number) => text(number.to_string()),
        Value::String(string) => match lost(&string) {
            _ if string.is_empty() => Cell::Empty,
            Some(lost) => Cell::Lost(lost.to_owned()),
            None => text(string),
        },
        Value::Array(list) if list.is_empty() => Cell::Empty,
        Value::Array(list) => match bytes(&list) {
            Some(bytes) if bytes.len() > 1 => Cell::One(Item::Bytes(bytes)),
            _ => list_cell(list),
        },
        Value::Object(mut object) => {
            for name in ["value", "Value"] {
                if let Some(inner) = object.remove(name) {
                    return json_cell(inner);
                }
            }
            if object.is_empty() {
                return Cell::Empty;
            }
            Cell::Nested(Value::Object(object))
        }
    }
}

fn list_cell(list: Vec<Value>) -> Cell<'static> {
    if list.iter().any(Value::is_object) {
        return Cell::Nested(Value::Array(list));
    }
    let mut all = Vec::with_capacity(list.len());
    for value in list {
        match json_cell(value) {
            Cell::One(item) => all.push(item),
            Cell::Lost(text) => return Cell::Lost(text),
            Cell::Empty | Cell::List(_) | Cell::Nested(_) => {}
        }
    }
    Cell::List(all)
}

fn bytes(list: &[Value]) -> Option<Vec<u8>> {
    let byte = |value: &Value| value.as_u64().and_then(|number| u8::try_from(number).ok());
    list.iter().map(byte).collect()
}
