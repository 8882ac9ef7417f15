//! A long list, sorted once, searched as somebody types.

use std::sync::OnceLock;

use store::fold;

/// So many rows stand on one page.
pub(crate) const PAGE: usize = 50;

/// Keys of objects in the order of their names, and one text to search them in.
#[derive(Debug, Default)]
pub(crate) struct Rows {
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
        let mut keyed: Vec<([u8; 16], u32)> = rows.map(|(id, name)| (prefix(name), id)).collect();
        keyed.sort_unstable();
        Self::in_order(keyed.into_iter().map(|(_, id)| id).collect())
    }

    /// The keys in the order given.
    pub(crate) fn in_order(ids: Vec<u32>) -> Self {
        Self {
            ids,
            text: OnceLock::new(),
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

    /// One page of those that a text is found in; `describe` adds what a row is found by.
    pub(crate) fn show(
        &self,
        wanted: &str,
        from: usize,
        describe: impl Fn(u32, &mut dyn FnMut(&str)),
    ) -> Shown {
        if wanted.is_empty() {
            let ids = self.ids.iter().skip(from).take(PAGE).copied().collect();
            return Shown {
                ids,
                total: self.ids.len(),
                from,
            };
        }
        let haystack = self.text.get_or_init(|| Haystack::of(&self.ids, describe));
        let found = haystack.find(&fold(wanted));
        let shown = found.iter().skip(from).take(PAGE);
        Shown {
            ids: shown
                .filter_map(|row| self.ids.get(*row).copied())
                .collect(),
            total: found.len(),
            from,
        }
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

fn prefix(name: &str) -> [u8; 16] {
    let mut key = [0; 16];
    let folded = fold(name);
    for (place, byte) in key.iter_mut().zip(folded.bytes()) {
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
}
