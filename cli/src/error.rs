//! What a command can't do, rendered once.

use std::fmt::Write as _;
use std::path::PathBuf;

use sim::snapshot::Problem;

/// Why a command stopped before it did anything.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file can't be read.
    #[error("error: failed to read {}: {source}\n  = help: {help}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
        /// What to try.
        help: String,
    },
    /// A file can't be written.
    #[error("error: failed to write {}: {source}\n  = help: {help}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
        /// What to try.
        help: String,
    },
    /// The content of files is wrong.
    #[error("{}", list(.0))]
    Content(Vec<Problem>),
    /// The content of a scenario file is wrong; rendered already.
    #[error("{0}")]
    Scenario(String),
    /// The command line asks for something that does not fit.
    #[error("error: {message}\n  = help: {help}")]
    Usage {
        /// What does not fit.
        message: String,
        /// What to try.
        help: String,
    },
}

/// How many errors are printed in full.
const SHOWN_MAX: usize = 20;

fn list(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems.iter().take(SHOWN_MAX) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&problem.to_string());
    }
    if problems.len() > SHOWN_MAX {
        let _ = write!(text, "\n\n… and {} more", problems.len() - SHOWN_MAX);
    }
    text
}
