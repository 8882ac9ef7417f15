//! Rows of fields between delimiters (RFC 4180), as csvde, Export-Csv, Excel and portals write
//! them.
//!
//! Strict where it counts: a quote that is not closed, or that closes inside a field, is an error
//! of its row, and the next line is a row again. A lenient reader would take the rest of the file
//! for one field.

use std::borrow::Cow;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// The line it begins in, from 1.
    pub(super) line: usize,
    pub(super) fields: Vec<Cow<'a, str>>,
}

/// Why a row can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) line: usize,
    pub(super) message: String,
}

/// The most lines that one field may go over: a quote that is open longer was never closed.
const FIELD_LINES_MAX: usize = 500;
/// The same in bytes.
const FIELD_BYTES_MAX: usize = 1 << 20;

/// Reads rows one by one.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    rest: &'a str,
    line: usize,
    delimiter: u8,
}

/// A field, and what stands behind it.
struct Field<'a> {
    text: Cow<'a, str>,
    /// Where the rest begins.
    end: usize,
    /// Whether the row ends here.
    last: bool,
    /// How many lines the field goes over besides the first.
    lines: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Self {
            rest: text,
            line: 1,
            delimiter,
        }
    }

    /// Leaves lines out that are no rows, such as `#TYPE …`.
    pub(super) fn skip_lines(&mut self, skip: impl Fn(&str) -> bool) {
        while !self.rest.is_empty() && skip(first_line(self.rest)) {
            self.next_line();
        }
    }

    fn next_line(&mut self) {
        let (_, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += 1;
    }

    fn row(&mut self) -> Result<Row<'a>, Broken> {
        let (start, line) = (self.rest, self.line);
        let mut fields = Vec::new();
        loop {
            match field(self.rest, self.delimiter) {
                Ok(field) => {
                    fields.push(field.text);
                    self.rest = &self.rest[field.end..];
                    self.line += field.lines;
                    if field.last {
                        self.line += 1;
                        return Ok(Row { line, fields });
                    }
                }
                Err(message) => {
                    (self.rest, self.line) = (start, line);
                    self.next_line();
                    return Err(Broken {
                        line,
                        message: message.to_owned(),
                    });
                }
            }
        }
    }
}

fn first_line(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or_default();
    line.strip_suffix('\r').unwrap_or(line)
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_lines(|line| line.trim().is_empty());
        (!self.rest.is_empty()).then(|| self.row())
    }
}

fn field(text: &str, delimiter: u8) -> Result<Field<'_>, &'static str> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        let length = bytes.iter().position(|b| *b == delimiter || *b == b'\n');
        let length = length.unwrap_or(bytes.len());
        let last = bytes.get(length) != Some(&delimiter);
        let content = &text[..length];
        let content = if last {
            content.strip_suffix('\r').unwrap_or(content)
        } else {
            content
        };
        return Ok(Field {
            text: Cow::Borrowed(content),
            end: (length + 1).min(bytes.len()),
            last,
            lines: 0,
        });
    }
    let (mut at, mut lines, mut escaped) = (1, 0, false);
    let close = loop {
        match bytes.get(at) {
            None => return Err("a quote is opened and never closed"),
            Some(b'"') if bytes.get(at + 1) == Some(&b'"') => {
                escaped = true;
                at += 2;
            }
            Some(b'"') => break at,
            Some(byte) => {
                lines += usize::from(*byte == b'\n');
                at += 1;
            }
        }
        if lines > FIELD_LINES_MAX || at > FIELD_BYTES_MAX {
            return Err("a quote is opened and not closed for hundreds of lines");
        }
    };
    let content = &text[1..close];
    let content = if escaped {
        Cow::Owned(content.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(content)
    };
    let behind = &bytes[close + 1..];
    let (skip, last) = match behind {
        [] => (0, true),
        [b'\n', ..] | [b'\r'] => (1, true),
        [b'\r', b'\n', ..] => (2, true),
        [other, ..] if *other == delimiter => (1, false),
        _ => return Err("a quote closes in the middle of a field, or one before it is not closed"),
    };
    Ok(Field {
        text: content,
        end: close + 1 + skip,
        last,
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(text: &str) -> Vec<Result<Vec<String>, usize>> {
        Rows::new(text, b',')
            .map(|row| match row {
                Ok(row) => Ok(row.fields.iter().map(ToString::to_string).collect()),
                Err(broken) => Err(broken.line),
            })
            .collect()
    }

    #[test]
    fn quotes_commas_and_line_breaks_are_part_of_fields() {
        let text = "a,\"b,\"\"c\"\"\r\nd\",\r\n\n\"\",x\ny";
        let rows: Vec<Row<'_>> = Rows::new(text, b',').map(Result::unwrap).collect();
        assert_eq!(rows[0].fields, ["a", "b,\"c\"\r\nd", ""]);
        assert_eq!(rows[1].fields, ["", "x"]);
        assert_eq!(rows[2].fields, ["y"]);
        assert_eq!(
            rows.iter().map(|row| row.line).collect::<Vec<_>>(),
            [1, 4, 5]
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_own_row_only() {
        let text = "\"a\",\"b\"\n\"c\",\"d\n\"e\",\"f\"\n\"g\",\"h\"i\n\"j\",\"k\"\n\"l\",\"m";
        let row = |a: &str, b: &str| Ok(vec![a.to_owned(), b.to_owned()]);
        let expected = [
            row("a", "b"),
            Err(2),
            row("e", "f"),
            Err(4),
            row("j", "k"),
            Err(6),
        ];
        assert_eq!(fields(text), expected);
    }

    proptest! {
        #[test]
        fn any_fields_come_back(rows in prop::collection::vec(
            prop::collection::vec("[a\",;\\r\\n é]{0,6}", 2..5), 1..6,
        )) {
            let text: String = rows
                .iter()
                .map(|row| {
                    let quoted = row.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\"")));
                    quoted.collect::<Vec<_>>().join(",") + "\r\n"
                })
                .collect();
            let expected: Vec<_> = rows.into_iter().map(Ok).collect();
            prop_assert_eq!(fields(&text), expected);
        }

        #[test]
        fn no_text_panics_and_lines_only_grow(text in "[a\",;\\n\\r\u{e9}]{0,60}") {
            let mut last = 0;
            for row in Rows::new(&text, b';') {
                let line = row.map_or_else(|broken| broken.line, |row| row.line);
                prop_assert!(line > last);
                last = line;
            }
        }
    }
}
