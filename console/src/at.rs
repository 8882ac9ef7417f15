//! Which moment a page shows: now, after an entry of the journal, or on a branch.

use std::fmt;
use std::str::FromStr;

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum At {
    /// After the last entry.
    Now,
    /// After so many entries.
    Entry(usize),
    /// At the end of a branch, by its number.
    Branch(usize),
}

impl FromStr for At {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |text: &str| text.parse().map_err(|_| ());
        match text.strip_prefix('b') {
            Some(branch) => Ok(Self::Branch(number(branch)?)),
            None if text == "now" => Ok(Self::Now),
            None => Ok(Self::Entry(number(text)?)),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => Ok(()),
            Self::Entry(entries) => write!(formatter, "{entries}"),
            Self::Branch(number) => write!(formatter, "b{number}"),
        }
    }
}
