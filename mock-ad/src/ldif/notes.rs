//! What a load found that is no error but that somebody may want to know.

use std::fmt;

use store::Text;

use super::Encoding;
use crate::directory::Dn;

/// What is worth knowing about a file that was loaded.
#[derive(Debug, Clone)]
pub struct Notes {
    /// How the characters of the file were written.
    pub encoding: Encoding,
    /// How many entries were loaded.
    pub entries: usize,
    /// The names of objects that the file does not contain but that others stand below.
    pub placeholders: Vec<Dn>,
    /// Links to objects that the file does not contain, which were left out.
    pub unresolved_links: Vec<UnresolvedLinks>,
    /// Account names that more than one object has; the first is the one that is found.
    pub duplicate_names: Vec<DuplicateName>,
    /// Attributes that the standard schema does not have and that were accepted.
    pub accepted: Vec<Text>,
}

/// The links of one attribute that name objects outside the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnresolvedLinks {
    /// The attribute.
    pub attribute: Text,
    /// How many of its values were left out.
    pub count: usize,
    /// The line of the first.
    pub line: usize,
    /// The name that the first gives.
    pub example: Text,
}

/// An account name that the domain or forest should give only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateName {
    /// sAMAccountName or userPrincipalName.
    pub attribute: Text,
    /// The name.
    pub value: Text,
    /// The lines of the entries that have it.
    pub lines: Vec<usize>,
}

impl Notes {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            entries: 0,
            placeholders: Vec::new(),
            unresolved_links: Vec::new(),
            duplicate_names: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Counts a link that leads out of the file.
    pub(super) fn unresolved(&mut self, attribute: &str, line: usize, dn: &str) {
        let known = self.unresolved_links.iter_mut();
        match known.into_iter().find(|known| known.attribute == attribute) {
            Some(known) => known.count += 1,
            None => self.unresolved_links.push(UnresolvedLinks {
                attribute: attribute.into(),
                count: 1,
                line,
                example: dn.into(),
            }),
        }
    }
}

impl fmt::Display for Notes {
    /// One line for each thing of note.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} entries", self.entries)?;
        if let Some(first) = self.placeholders.first() {
            let count = self.placeholders.len();
            writeln!(
                formatter,
                "{count} objects above others are not in the file, such as `{first}`"
            )?;
        }
        for links in &self.unresolved_links {
            writeln!(
                formatter,
                "{} values of {} name objects outside the file, such as `{}` in line {}",
                links.count, links.attribute, links.example, links.line
            )?;
        }
        for name in &self.duplicate_names {
            let lines: Vec<String> = name.lines.iter().map(ToString::to_string).collect();
            writeln!(
                formatter,
                "{} `{}` is given to several entries: lines {}",
                name.attribute,
                name.value,
                lines.join(", ")
            )?;
        }
        if !self.accepted.is_empty() {
            let names = self.accepted.join(", ");
            writeln!(formatter, "attributes that are not in the schema: {names}")?;
        }
        Ok(())
    }
}
