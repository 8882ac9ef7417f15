//! The tenant as the JSON that Graph returns: reading exports, writing snapshots.
//!
//! Accepted are the bodies of Graph itself (camelCase, `{"value": [...]}`), what
//! `Get-MgUser | ConvertTo-Json` writes (PascalCase), plain arrays and single objects. Values that
//! PowerShell flattened to the name of a type are refused, with the command that keeps them. So
//! are a page of a longer list, and the body of an error.

mod body;
mod read;
mod read_object;
mod shape;
mod write;
mod write_object;

use std::fmt;

pub use read::{Part, load};
pub use write::{write_part, written_parts};

/// Why a file of a tenant can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column, from 1; 0 where the whole line is meant.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for GraphError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for GraphError {}

#[cfg(test)]
mod tests;
