//! From the text of a script to what it is made of.

pub mod ast;
mod blocks;
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
