//! Exit codes. Other people's scripts hang on them.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Success,
    /// A failed expectation, or predicted damage.
    Failure,
    /// Usage, or input that can't be read.
    Usage,
    /// A bound was reached before there was an answer.
    Inconclusive,
    /// Nothing was selected.
    NothingSelected,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
            Exit::Inconclusive => 3,
            Exit::NothingSelected => 4,
        })
    }
}
