//! The names that a file uses again and again, so that each is looked up once.

use store::Text;

use crate::directory::{AttributeId, Schema};

const SLOTS: usize = 512;

/// Attribute names as the file spells them, and what they mean.
pub(super) struct Names {
    slots: Vec<Option<(Text, Option<AttributeId>)>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![None; SLOTS],
        }
    }

    /// The attribute of a name in a schema, which must be the same every time.
    pub(super) fn attribute(&mut self, schema: &Schema, name: &str) -> Option<AttributeId> {
        let slot = &mut self.slots[place(name)];
        match slot {
            Some((known, id)) if *known == name => *id,
            _ => {
                let id = schema.attribute(name);
                *slot = Some((name.into(), id));
                id
            }
        }
    }
}

/// Names that share a place push each other out, so a rough mix is enough.
fn place(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |place: usize| bytes.get(place).map_or(0, |byte| usize::from(*byte));
    let half = at(bytes.len() / 2) * 5;
    let last = at(bytes.len().wrapping_sub(1)) * 7;
    (bytes.len() * 31 + at(0) * 3 + half + last) % SLOTS
}

/// Lists of objectClass values, and what was found out of each.
pub(super) struct ClassLists<T> {
    known: Vec<(Vec<Text>, T)>,
}

/// A file has few kinds of object; what comes after so many is looked up each time.
const LISTS_MAX: usize = 16;

impl<T: Clone> ClassLists<T> {
    pub(super) fn new() -> Self {
        Self { known: Vec::new() }
    }

    pub(super) fn get(&self, names: &[&str]) -> Option<T> {
        let same = |known: &&(Vec<Text>, T)| known.0.iter().eq(names);
        self.known.iter().find(same).map(|(_, found)| found.clone())
    }

    pub(super) fn remember(&mut self, names: &[&str], found: T) {
        if self.known.len() < LISTS_MAX {
            let names = names.iter().map(|name| Text::from(*name)).collect();
            self.known.push((names, found));
        }
    }
}
