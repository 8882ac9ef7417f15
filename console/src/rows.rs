//! A long list, sorted once, searched as somebody types, and kept up when little changes.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use store::fold;

/// So many rows stand on one page.
pub(crate) const PAGE: usize = 50;

/// Where more has changed since the text was written, it is written anew.
const CHANGED_MAX: usize = 4_000;

/// What a list is sorted by: the first bytes of a name.
type Key = [u8; 16];

/// Keys of objects in the order of their names, and one text to search them in.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    ids: Vec<u32>,
    /// Beside `ids`; empty for a list in an order of its own.
    keys: Vec<Key>,
    base: Arc<Base>,
    /// What has changed since the text was written; `true` for what is still in the list.
    changed: BTreeMap<u32, bool>,
}

/// A list as it was when its text was written.
#[derive(Debug, Default)]
struct Base {
    ids: Vec<u32>,
    text: OnceLock<Haystack>,
}

/// What objects are found by, one after the other.
#[derive(Debug)]
struct Haystack {
    text: String,
    /// Where the text of each row ends.
    ends: Vec<u32>,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The keys on this page.
    pub(crate) ids: Vec<u32>,
    /// How many there are in all.
    pub(crate) total: usize,
    /// The place of the first.
    pub(crate) from: usize,
}

impl Rows {
    /// The keys, sorted by name.
    pub(crate) fn sorted<'t>(rows: impl Iterator<Item = (u32, &'t str)>) -> Self {
        let mut keyed: Vec<(Key, u32)> = rows.map(|(id, name)| (prefix(name), id)).collect();
        keyed.sort_unstable();
        let (keys, ids): (Vec<Key>, Vec<u32>) = keyed.into_iter().unzip();
        Self {
            keys,
            ..Self::in_order(ids)
        }
    }

    /// The keys in the order given.
    pub(crate) fn in_order(ids: Vec<u32>) -> Self {
        let base = Base {
            ids: ids.clone(),
            text: OnceLock::new(),
        };
        Self {
            ids,
            keys: Vec::new(),
            base: Arc::new(base),
            changed: BTreeMap::new(),
        }
    }

    /// The same list after some objects have changed: each with its name now, if it is still in.
    pub(crate) fn updated(&self, now: &[(u32, Option<&str>)]) -> Self {
        let mut changed = self.changed.clone();
        changed.extend(now.iter().map(|(id, name)| (*id, name.is_some())));
        let touched: Vec<u32> = now.iter().map(|(id, _)| *id).collect();
        let stays = |id: &u32| touched.binary_search(id).is_err();
        let kept = self.keys.iter().copied().zip(self.ids.iter().copied());
        let kept: Vec<(Key, u32)> = kept.filter(|(_, id)| stays(id)).collect();
        let named = now
            .iter()
            .filter_map(|(id, name)| Some((prefix((*name)?), *id)));
        let mut added: Vec<(Key, u32)> = named.collect();
        added.sort_unstable();
        let mut all = Vec::with_capacity(kept.len() + added.len());
        let mut added = added.into_iter().peekable();
        for row in kept {
            while let Some(new) = added.next_if(|new| *new < row) {
                all.push(new);
            }
            all.push(row);
        }
        all.extend(added);
        let (keys, ids): (Vec<Key>, Vec<u32>) = all.into_iter().unzip();
        if changed.len() > CHANGED_MAX {
            return Self {
                keys,
                ..Self::in_order(ids)
            };
        }
        Self {
            ids,
            keys,
            base: Arc::clone(&self.base),
            changed,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// All keys.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Writes the text that is searched, unless that was done.
    pub(crate) fn warm(&self, describe: impl Fn(u32, &mut dyn FnMut(&str))) {
        self.base
            .text
            .get_or_init(|| Haystack::of(&self.base.ids, describe));
    }

    /// One page of those that a text is found in; `describe` adds what a row is found by.
    pub(crate) fn show(
        &self,
        wanted: &str,
        from: usize,
        describe: impl Fn(u32, &mut dyn FnMut(&str)),
    ) -> Shown {
        let found = if wanted.is_empty() {
            None
        } else {
            Some(self.find(&fold(wanted), describe))
        };
        let all = found.as_ref().unwrap_or(&self.ids);
        Shown {
            ids: all.iter().skip(from).take(PAGE).copied().collect(),
            total: all.len(),
            from,
        }
    }

    fn find(&self, wanted: &str, describe: impl Fn(u32, &mut dyn FnMut(&str))) -> Vec<u32> {
        let text = &self.base.text;
        let haystack = text.get_or_init(|| Haystack::of(&self.base.ids, &describe));
        let rows = haystack.find(wanted);
        let rows = rows.into_iter().filter_map(|row| self.base.ids.get(row));
        let mut found: Vec<u32> = rows
            .copied()
            .filter(|id| !self.changed.contains_key(id))
            .collect();
        if self.changed.is_empty() {
            return found;
        }
        for (id, _) in self.changed.iter().filter(|(_, stays)| **stays) {
            let mut is_met = false;
            describe(*id, &mut |value| is_met |= fold(value).contains(wanted));
            if is_met {
                found.push(*id);
            }
        }
        // In the order of the list again.
        found.sort_unstable();
        let listed = self.ids.iter().copied();
        listed
            .filter(|id| found.binary_search(id).is_ok())
            .collect()
    }
}

impl Haystack {
    fn of(ids: &[u32], describe: impl Fn(u32, &mut dyn FnMut(&str))) -> Self {
        let mut text = String::with_capacity(ids.len() * 64);
        let mut ends = Vec::with_capacity(ids.len());
        for id in ids {
            describe(*id, &mut |value| {
                text.push_str(&fold(value));
                text.push('\u{1}');
            });
            ends.push(text.len() as u32);
        }
        Self { text, ends }
    }

    /// The places of the rows that a folded text is found in.
    fn find(&self, wanted: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut start = 0;
        while let Some(at) = self.text.get(start..).and_then(|rest| rest.find(wanted)) {
            let at = (start + at) as u32;
            let row = self.ends.partition_point(|end| *end <= at);
            found.push(row);
            let Some(end) = self.ends.get(row) else { break };
            start = *end as usize;
        }
        found
    }
}

fn prefix(name: &str) -> Key {
    let mut key = [0; 16];
    // Most names are plain: their capitals are folded byte by byte.
    if name.is_ascii() {
        for (place, byte) in key.iter_mut().zip(name.bytes()) {
            *place = byte.to_ascii_lowercase();
        }
        return key;
    }
    for (place, byte) in key.iter_mut().zip(fold(name).bytes()) {
        *place = byte;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_found_once_each() {
        let names = ["zoe", "Ann Ann", "bo"];
        let rows = Rows::sorted((0..).zip(names.iter().copied()));
        assert_eq!(rows.ids(), [1, 2, 0]);
        let describe = |id: u32, add: &mut dyn FnMut(&str)| add(names[id as usize]);
        let shown = rows.show("ANN", 0, describe);
        assert_eq!((shown.ids, shown.total), (vec![1], 1));
        assert_eq!(rows.show("o", 0, describe).ids, [2, 0]);
        assert_eq!(rows.show("", 1, describe).ids, [2, 0]);
        assert!(rows.show("nobody", 0, describe).ids.is_empty());
    }

    #[test]
    fn a_list_that_is_kept_up_is_the_one_made_anew() {
        let before = ["zoe", "Ann", "bo", "Cy"];
        let after = ["abe", "Ann", "gone", "cyan", "Bob"];
        let old = Rows::sorted((0..).zip(before));
        old.warm(|id, add| add(before[id as usize]));
        let changes = [
            (0, Some("abe")),
            (2, None),
            (3, Some("cyan")),
            (4, Some("Bob")),
        ];
        let kept = old.updated(&changes);
        let there = (0..).zip(after).filter(|(id, _)| *id != 2);
        let anew = Rows::sorted(there);
        assert_eq!(kept.ids(), anew.ids());
        let describe = |id: u32, add: &mut dyn FnMut(&str)| add(after[id as usize]);
        for wanted in ["a", "b", "o", "n", "zoe", "cy", ""] {
            let (one, other) = (
                kept.show(wanted, 0, describe),
                anew.show(wanted, 0, describe),
            );
            assert_eq!(one.ids, other.ids, "{wanted}");
        }
    }
}
