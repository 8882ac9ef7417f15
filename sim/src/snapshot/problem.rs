//! What is wrong with a file of a snapshot, and where.

use std::fmt;

use crate::scenario::Diagnostic;

/// One error in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the caller named it, or the argument.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column, from 1; 0 where the whole line is meant.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "error: {}", self.message)?;
        write!(formatter, "  --> {}", self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}", self.line)?;
            if self.column > 0 {
                write!(formatter, ":{}", self.column)?;
            }
        }
        writeln!(formatter)?;
        let help = self.help.replace('\n', "\n          ");
        write!(formatter, "  = help: {help}")
    }
}

impl std::error::Error for Problem {}

/// What is wrong with a file in YAML, with `page` as the help where there is no better one.
pub(crate) fn problems_of(found: &[Diagnostic], source: &str, page: &str) -> Vec<Problem> {
    let problem = |found: &Diagnostic| {
        let (line, column) = found.position(source);
        let help = if found.help.is_empty() {
            page.to_owned()
        } else {
            found.help.join("; ")
        };
        Problem {
            file: found.file.to_string(),
            line,
            column,
            message: found.message.to_string(),
            help,
        }
    };
    found.iter().map(problem).collect()
}
