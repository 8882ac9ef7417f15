//! The text of a script, and places in it.

use std::rc::Rc;

use crate::error::Position;

/// A piece of a script, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends; this byte is not part of it.
    pub end: usize,
}

impl Span {
    /// From one byte up to another.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the beginning of this one to the end of another.
    #[must_use]
    pub const fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }
}

/// The text of a script and where its lines begin.
#[derive(Debug)]
pub struct Source {
    /// The file, as it was given; empty for a prompt.
    pub file: Rc<str>,
    /// The whole text.
    pub text: Rc<str>,
    lines: Vec<(usize, Rc<str>)>,
}

impl Source {
    /// The text of a file.
    pub fn new(file: &str, text: &str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            lines.push((start, Rc::from(bare)));
            start += line.len();
        }
        if lines.is_empty() || text.ends_with('\n') {
            lines.push((start, Rc::from("")));
        }
        Self {
            file: Rc::from(file),
            text: Rc::from(text),
            lines,
        }
    }

    /// The text of a span; empty for one that does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Where a span begins.
    pub fn position(&self, span: Span) -> Position {
        let after = self
            .lines
            .partition_point(|(start, _)| *start <= span.start);
        let index = after.saturating_sub(1);
        let (start, text) = match self.lines.get(index) {
            Some((start, text)) => (*start, Rc::clone(text)),
            None => (0, Rc::from("")),
        };
        let before = self.text.get(start..span.start).unwrap_or_default();
        Position {
            file: Rc::clone(&self.file),
            line: index as u32 + 1,
            column: before.chars().count() as u32 + 1,
            text,
            span: span.start..span.end,
        }
    }
}
