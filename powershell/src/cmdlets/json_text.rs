//! The text of JSON: reading it, and writing it as Windows PowerShell 5.1 does.

use crate::convert::{is_custom, number, to_text};
use crate::format::number::round_trip;
use crate::types;
use crate::value::{Object, Property, Value};

/// Nested deeper than this is nothing that is read.
const DEEPEST: usize = 100;

/// A value as JSON with a depth.
pub(crate) struct Writer<'a> {
    /// How deep objects are written as such.
    pub(crate) depth: usize,
    /// Whether there are no blanks.
    pub(crate) compress: bool,
    /// How properties are found.
    pub(crate) members: &'a mut dyn FnMut(&Value, &str) -> Value,
    /// What is written so far.
    pub(crate) out: String,
}

impl Writer<'_> {
    /// Writes a value that begins at a column.
    pub(crate) fn value(&mut self, value: &Value, level: usize, column: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Value::Byte(_) | Value::Int(_) | Value::Long(_) | Value::Decimal(_) => {
                self.out.push_str(&to_text(value));
            }
            Value::Double(number) if number.is_finite() => {
                let text = round_trip(*number);
                let whole = text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
                self.out.push_str(&text);
                if whole {
                    self.out.push_str(".0");
                }
            }
            Value::DateTime(time) => {
                let ticks = crate::convert::clock::ticks(time) - 621_355_968_000_000_000;
                let milliseconds = ticks.div_euclid(10_000);
                self.out
                    .push_str(format!("\"\\/Date({milliseconds})\\/\"").as_str());
            }
            Value::Text(text) => self.text(text),
            Value::Object(object) if types::enums::value_of(object).is_some() => {
                let number = types::enums::value_of(object).unwrap_or(0);
                self.out.push_str(&number.to_string());
            }
            other => match Parts::of(other) {
                Some(_) if level > self.depth => self.text(&to_text(other)),
                Some(Parts::List(items)) => self.list(&items, level, column),
                Some(Parts::Table(entries)) => self.table(&entries, level, column),
                Some(Parts::Names(names)) => {
                    let entries: Vec<(String, Value)> = names
                        .into_iter()
                        .map(|name| {
                            let value = (self.members)(other, &name);
                            (name, value)
                        })
                        .collect();
                    self.table(&entries, level, column);
                }
                None => self.text(&to_text(other)),
            },
        }
    }

    fn text(&mut self, text: &str) {
        let quoted = quoted(text);
        self.out.push_str(&quoted);
    }

    fn line(&mut self, column: usize) {
        if !self.compress {
            self.out.push_str("\r\n");
            self.out.push_str(&" ".repeat(column));
        }
    }

    fn list(&mut self, items: &[Value], level: usize, column: usize) {
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.line(column + 4);
            self.value(item, level + 1, column + 4);
        }
        self.close(']', items.is_empty(), column);
    }

    fn table(&mut self, entries: &[(String, Value)], level: usize, column: usize) {
        self.out.push('{');
        for (at, (name, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.line(column + 4);
            let name = quoted(name);
            self.out.push_str(&name);
            self.out.push_str(if self.compress { ":" } else { ":  " });
            // What is nested is aligned with its bracket.
            self.value(value, level + 1, column + 4 + name.chars().count() + 3);
        }
        self.close('}', entries.is_empty(), column);
    }

    fn close(&mut self, mark: char, empty: bool, column: usize) {
        if empty && !self.compress {
            self.out.push_str("\r\n");
        }
        self.line(column);
        self.out.push(mark);
    }
}

/// What a value is made of.
enum Parts {
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
    Names(Vec<String>),
}

impl Parts {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Array(_) | Value::Bytes(_) => Some(Self::List(value.enumerate())),
            Value::Table(table) => {
                let entries = table.borrow();
                let entries = entries
                    .iter()
                    .map(|(key, value)| (to_text(key), value.clone()));
                Some(Self::Table(entries.collect()))
            }
            Value::Object(object) => {
                if object.shown().is_some() && !is_custom(object) && object.properties().is_empty()
                {
                    return None;
                }
                Some(Self::Names(super::common::names_of(value)))
            }
            Value::TimeSpan(_) | Value::Version(_) | Value::Error(_) => {
                Some(Self::Names(super::common::names_of(value)))
            }
            _ => None,
        }
    }
}

/// A text in quotes, with what JavaScriptSerializer escapes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\'' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.push_str(format!("\\u{:04x}", u32::from(char)).as_str());
            }
            control if control < ' ' => {
                out.push_str(format!("\\u{:04x}", u32::from(control)).as_str());
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Reads JSON, or says why not.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader {
        chars: &chars,
        at: 0,
    };
    let value = reader.value(0)?;
    reader.blank();
    if reader.at < chars.len() {
        let rest: String = chars[reader.at..].iter().collect();
        return Err(format!("Invalid JSON primitive: {}.", rest.trim()));
    }
    Ok(value)
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn blank(&mut self) {
        while self.chars.get(self.at).is_some_and(|it| it.is_whitespace()) {
            self.at += 1;
        }
    }

    fn taken(&mut self, wanted: char) -> bool {
        self.blank();
        let found = self.chars.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn rest(&self) -> String {
        self.chars[self.at.min(self.chars.len())..].iter().collect()
    }

    fn value(&mut self, level: usize) -> Result<Value, String> {
        self.blank();
        if level > DEEPEST {
            return Err("RecursionLimit exceeded.".to_owned());
        }
        match self.chars.get(self.at) {
            Some('{') => self.object(level),
            Some('[') => self.list(level),
            Some('"' | '\'') => self.text().map(|it| dated(&it)),
            Some(_) => self.primitive(),
            None => Err("Invalid JSON primitive: .".to_owned()),
        }
    }

    fn object(&mut self, level: usize) -> Result<Value, String> {
        self.at += 1;
        let object = Object::custom(Vec::<(&str, Value)>::new());
        if self.taken('}') {
            return Ok(Value::Object(object));
        }
        loop {
            self.blank();
            let name = match self.chars.get(self.at) {
                Some('"' | '\'') => self.text()?,
                _ => {
                    return Err(format!(
                        "Invalid object passed in, member name expected. ({}): {}",
                        self.at,
                        self.chars.iter().collect::<String>()
                    ));
                }
            };
            if !self.taken(':') {
                return Err(format!(
                    "Invalid object passed in, ':' or '}}' expected. ({}): {}",
                    self.at,
                    self.chars.iter().collect::<String>()
                ));
            }
            let value = self.value(level + 1)?;
            object.add(&name, Property::Note(value));
            if self.taken('}') {
                return Ok(Value::Object(object));
            }
            if !self.taken(',') {
                return Err(format!(
                    "Invalid object passed in, ':' or '}}' expected. ({}): {}",
                    self.at,
                    self.chars.iter().collect::<String>()
                ));
            }
        }
    }

    fn list(&mut self, level: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        if self.taken(']') {
            return Ok(Value::array(items));
        }
        loop {
            items.push(self.value(level + 1)?);
            if self.taken(']') {
                return Ok(Value::array(items));
            }
            if !self.taken(',') {
                return Err("Invalid array passed in, ']' expected.".to_owned());
            }
        }
    }

    fn text(&mut self) -> Result<String, String> {
        let quote = self.chars.get(self.at).copied().unwrap_or('"');
        self.at += 1;
        let mut out = String::new();
        let mut units: Vec<u16> = Vec::new();
        while let Some(char) = self.chars.get(self.at).copied() {
            self.at += 1;
            if char == quote {
                flush(&mut units, &mut out);
                return Ok(out);
            }
            if char != '\\' {
                flush(&mut units, &mut out);
                out.push(char);
                continue;
            }
            let escape = self.chars.get(self.at).copied().unwrap_or('\\');
            self.at += 1;
            if escape == 'u' {
                let end = (self.at + 4).min(self.chars.len());
                let hex: String = self.chars[self.at..end].iter().collect();
                units.push(
                    u16::from_str_radix(&hex, 16).map_err(|_| "Unrecognized escape sequence.")?,
                );
                self.at = end;
                continue;
            }
            flush(&mut units, &mut out);
            match escape {
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                // Kept, for dates are told by it.
                '/' if out.is_empty() || out.ends_with(')') => out.push('/'),
                '"' | '\\' | '/' | '\'' => out.push(escape),
                _ => return Err(format!("Unrecognized escape sequence. ({})", self.at)),
            }
        }
        Err("Unterminated string passed in.".to_owned())
    }

    fn primitive(&mut self) -> Result<Value, String> {
        let start = self.at;
        while self
            .chars
            .get(self.at)
            .is_some_and(|it| it.is_alphanumeric() || "+-._".contains(*it))
        {
            self.at += 1;
        }
        let word: String = self.chars[start..self.at].iter().collect();
        match word.as_str() {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            _ => {}
        }
        if let Ok(number) = word.parse::<i64>() {
            return Ok(number::fitting(number));
        }
        let numeric = word.starts_with(|it: char| it.is_ascii_digit() || it == '-');
        // A fraction is a decimal, unless it does not fit.
        if numeric
            && !word.contains(['e', 'E'])
            && let Some(number) = number::decimal(&word)
        {
            return Ok(Value::Decimal(number));
        }
        match word.parse::<f64>() {
            Ok(number) if numeric => Ok(Value::Double(number)),
            _ => {
                let shown = if word.is_empty() { self.rest() } else { word };
                Err(format!("Invalid JSON primitive: {shown}."))
            }
        }
    }
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

/// A date where a text is one, as `/Date(…)/` only.
fn dated(text: &str) -> Value {
    let inner = text
        .strip_prefix("/Date(")
        .and_then(|it| it.strip_suffix(")/"));
    let milliseconds = inner.and_then(|it| it.parse::<i64>().ok());
    let time = milliseconds
        .and_then(|it| jiff::Timestamp::from_millisecond(it).ok())
        .map(|clock| crate::value::DateTime {
            clock,
            kind: crate::value::DateTimeKind::Utc,
        });
    time.map_or_else(|| Value::text(text), Value::DateTime)
}
