//! What is wrong with a file, where, and what to try.

/// One thing that keeps a file from being read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct LdifError {
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to try.
    pub help: String,
}

impl LdifError {
    pub(super) fn new(line: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// More errors than this tell nobody anything new.
const ERRORS_MAX: usize = 20;

/// A list of errors that stops growing.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<LdifError>);

impl Errors {
    pub(super) fn push(&mut self, error: LdifError) {
        if !self.is_full() {
            self.0.push(error);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= ERRORS_MAX
    }

    /// The value, or the errors in the order of their lines if there are any.
    pub(super) fn or<T>(&mut self, value: T) -> Result<T, Vec<LdifError>> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort_by_key(|error| error.line);
        Err(std::mem::take(&mut self.0))
    }
}
