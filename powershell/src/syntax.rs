//! From the text of a script to what it is made of.

#![expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    clippy::single_match_else,
    reason = "what reads is a method of the parser and may fail, throughout"
)]

pub mod ast;
mod blocks;
mod classes;
mod commands;
mod control;
mod cursor;
mod expressions;
mod primary;
mod source;
mod strings;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use source::{Source, Span};

use ast::Block;

/// Why a script can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// PowerShell's name for it: `UnexpectedToken` …
    pub id: &'static str,
    /// PowerShell's words.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Whether PowerShell would take it, and only this interpreter does not.
    pub not_simulated: bool,
}

/// Parses a whole script.
pub fn parse(source: &Rc<Source>) -> Result<Rc<Block>, ParseError> {
    let mut parser = cursor::Parser::new(&source.text);
    parser.script().map(Rc::new)
}

/// Whether what was typed so far is a statement that has not come to its end: a bracket or a quote
/// is open, or something has to follow.
pub fn is_incomplete(text: &str) -> bool {
    let source = Rc::new(Source::new("", text));
    match parse(&source) {
        Ok(_) => text.trim_end().ends_with('`') || text.trim_end().ends_with('|'),
        Err(error) => {
            let at_end = error.span.end >= text.trim_end().len();
            let is_open = error.id.starts_with("MissingEnd") || error.id.contains("Terminator");
            let lacks = ["Missing", "Incomplete", "Empty"]
                .iter()
                .any(|it| error.id.contains(it));
            is_open || at_end && lacks
        }
    }
}
