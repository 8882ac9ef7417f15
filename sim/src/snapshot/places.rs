//! Where `lab.yaml` says what only the exports can confirm.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Problem;
use crate::scenario::Diagnostic;

/// Line and column of a place in a file, both from 1.
pub(crate) fn position(source: &str, at: &Range<usize>) -> (usize, usize) {
    Diagnostic::new("position", "", "", at.clone()).position(source)
}

/// Where scope and belongings are written; nowhere where no file says them.
///
/// All of them are equal: where a thing is written does not change it.
#[derive(Debug, Clone, Default, Eq)]
pub struct Places {
    file: Option<String>,
    written: BTreeMap<(Key, String), (usize, usize)>,
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a place is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A container that is synced.
    Scope,
    /// One that is not.
    Exclude,
    /// The group that a pilot is limited to.
    Group,
    /// A person, by distinguished name.
    Person,
    /// The account of that person.
    Account,
}

impl Key {
    /// The argument that says the same without a file.
    const fn argument(self) -> &'static str {
        match self {
            Self::Scope => "--scope",
            Self::Exclude => "--exclude",
            Self::Group => "--group",
            Self::Person | Self::Account => "--belongs",
        }
    }
}

impl Places {
    /// No places yet, of that file.
    pub(super) fn of(file: &str) -> Self {
        Self {
            file: Some(file.to_owned()),
            written: BTreeMap::new(),
        }
    }

    /// Remembers where something is written; the first place counts.
    pub(super) fn note(&mut self, key: Key, name: &str, at: (usize, usize)) {
        self.written.entry((key, name.to_owned())).or_insert(at);
    }

    /// What is wrong with what is written there: in the file, or in an argument.
    pub(super) fn problem(&self, key: Key, name: &str, message: String, help: String) -> Problem {
        let known = self.written.get(&(key, name.to_owned()));
        let (line, column) = known.copied().unwrap_or_default();
        let file = self.file.as_deref().unwrap_or_else(|| key.argument());
        Problem {
            file: file.to_owned(),
            line,
            column,
            message,
            help,
        }
    }
}
