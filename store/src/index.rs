//! A persistent multimap from hashes to keys.

use std::sync::Arc;

use hashbrown::HashTable;
use imbl::OrdMap;

/// Overlays up to this size are never merged into the flat table.
const OVERLAY_MIN: usize = 1024;

/// A multimap from a 64-bit hash to `u32` keys of a [`crate::Table`].
///
/// The caller hashes ([`crate::fold_hash`], [`crate::hash_bytes`]) and verifies: two different
/// texts may share a hash, so [`Index::candidates`] gives keys that *may* be meant.
///
/// Only 32 bits of a hash are kept, which halves the memory: an entry takes eight bytes. Two hashes
/// that agree in those bits are one to the index, so whoever removes an entry of a key and keeps
/// others takes all of them out and puts back what stays.
///
/// While it is not shared with a fork, the index is a flat hash table that is written in place.
/// After a fork, writes go to a persistent overlay, which is merged into a flat table of its own
/// once it has grown to a quarter of it. What the index answers never depends on which of the two
/// holds an entry.
#[derive(Debug, Clone, Default)]
pub struct Index {
    flat: Arc<HashTable<Entry>>,
    /// Entries that differ from the flat table: present (`true`) or removed (`false`).
    overlay: OrdMap<Entry, bool>,
}

/// What is kept of a hash, and a key.
type Entry = (u32, u32);

/// What is kept of a hash.
const fn kept(hash: u64) -> u32 {
    (hash >> 32) as u32 ^ hash as u32
}

/// Where the entries of a hash stand in the flat table.
const fn place(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Index {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many more entries, if the index is not shared.
    pub fn reserve(&mut self, more: usize) {
        if let Some(flat) = Arc::get_mut(&mut self.flat) {
            flat.reserve(more, |entry| place(entry.0));
        }
    }

    /// Adds an entry; adding it again changes nothing.
    pub fn insert(&mut self, hash: u64, key: u32) {
        let entry = (kept(hash), key);
        if self.overlay.is_empty()
            && let Some(flat) = Arc::get_mut(&mut self.flat)
        {
            flat.entry(
                place(entry.0),
                |found| *found == entry,
                |entry| place(entry.0),
            )
            .or_insert(entry);
            return;
        }
        if self.in_flat(entry) {
            self.overlay.remove(&entry);
        } else {
            self.overlay.insert(entry, true);
        }
        self.merge_if_large();
    }

    /// Removes an entry; removing what is not there changes nothing.
    pub fn remove(&mut self, hash: u64, key: u32) {
        let entry = (kept(hash), key);
        if self.overlay.is_empty()
            && let Some(flat) = Arc::get_mut(&mut self.flat)
        {
            if let Ok(found) = flat.find_entry(place(entry.0), |found| *found == entry) {
                found.remove();
            }
            return;
        }
        if self.in_flat(entry) {
            self.overlay.insert(entry, false);
        } else {
            self.overlay.remove(&entry);
        }
        self.merge_if_large();
    }

    /// The keys that were inserted under a hash, in ascending order.
    pub fn candidates(&self, hash: u64) -> Candidates {
        let mut found = Candidates::default();
        let hash = kept(hash);
        for entry in self.flat.iter_hash(place(hash)) {
            if entry.0 == hash
                && (self.overlay.is_empty() || self.overlay.get(entry) != Some(&false))
            {
                found.push(entry.1);
            }
        }
        if !self.overlay.is_empty() {
            let range = (hash, 0)..=(hash, u32::MAX);
            for ((_, key), present) in self.overlay.range(range) {
                if *present {
                    found.push(*key);
                }
            }
        }
        found.sort();
        found
    }

    /// Whether anything may stand under a hash, removed entries included: a look that costs one
    /// access to memory and nothing else.
    pub fn may_have(&self, hash: u64) -> bool {
        let hash = kept(hash);
        let flat = self.flat.find(place(hash), |found| found.0 == hash);
        flat.is_some() || !self.overlay.is_empty()
    }

    fn in_flat(&self, entry: Entry) -> bool {
        let found = self.flat.find(place(entry.0), |found| *found == entry);
        found.is_some()
    }

    fn merge_if_large(&mut self) {
        if self.overlay.len() <= OVERLAY_MIN.max(self.flat.len() / 4) {
            return;
        }
        let mut flat = HashTable::with_capacity(self.flat.len() + self.overlay.len());
        for entry in self.flat.iter() {
            if self.overlay.get(entry) != Some(&false) {
                flat.insert_unique(place(entry.0), *entry, |entry| place(entry.0));
            }
        }
        for (entry, present) in &self.overlay {
            if *present {
                flat.insert_unique(place(entry.0), *entry, |entry| place(entry.0));
            }
        }
        self.flat = Arc::new(flat);
        self.overlay = OrdMap::new();
    }
}

/// Keys that an [`Index`] holds under one hash, ascending: nearly always none or one.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    first: Option<u32>,
    more: Vec<u32>,
    next: usize,
}

impl Candidates {
    fn push(&mut self, key: u32) {
        match self.first {
            None => self.first = Some(key),
            Some(_) => self.more.push(key),
        }
    }

    fn sort(&mut self) {
        if let Some(first) = self.first
            && !self.more.is_empty()
        {
            self.more.push(first);
            self.more.sort_unstable();
            self.first = Some(self.more.remove(0));
        }
    }
}

impl Iterator for Candidates {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let key = self.more.get(self.next).copied();
        self.next += 1;
        key
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// One deterministic pseudo-random walk over inserts, removes and forks, beside a plain set.
    #[test]
    fn answers_like_a_set_of_pairs_however_it_is_forked() {
        let mut index = Index::new();
        let mut model: BTreeSet<(u64, u32)> = BTreeSet::new();
        let mut forks: Vec<(Index, BTreeSet<(u64, u32)>)> = Vec::new();
        let mut state = 7u64;
        for step in 0..20_000u32 {
            state = crate::mix(state, u64::from(step));
            let (hash, key) = (state % 97, (state >> 32) as u32 % 61);
            if state & 1 == 0 {
                index.insert(hash, key);
                model.insert((hash, key));
            } else {
                index.remove(hash, key);
                model.remove(&(hash, key));
            }
            if step % 5_000 == 17 {
                forks.push((index.clone(), model.clone()));
            }
        }
        forks.push((index, model));
        for (index, model) in forks {
            for hash in 0..97 {
                let expected: Vec<u32> = model
                    .range((hash, 0)..=(hash, u32::MAX))
                    .map(|pair| pair.1)
                    .collect();
                assert_eq!(index.candidates(hash).collect::<Vec<_>>(), expected);
            }
        }
    }

    #[test]
    fn hashes_that_agree_in_the_kept_bits_are_one() {
        let (left, right) = (0x0000_0001_0000_0000, 0x0000_0000_0000_0001);
        let mut index = Index::new();
        index.insert(left, 7);
        index.insert(right, 7);
        assert!(index.candidates(right).eq([7]));
        index.remove(left, 7);
        assert!(index.candidates(right).next().is_none());
    }

    #[test]
    fn a_large_overlay_is_merged_and_still_answers() {
        let mut index = Index::new();
        (0..100u32).for_each(|key| index.insert(u64::from(key), key));
        let fork = index.clone();
        (100..5_000u32).for_each(|key| index.insert(u64::from(key), key));
        index.remove(50, 50);
        assert!(index.overlay.len() <= OVERLAY_MIN);
        assert!((100..5_000).all(|key| index.candidates(u64::from(key)).eq([key])));
        assert!(index.candidates(50).next().is_none());
        assert!(fork.candidates(50).eq([50]));
        assert!(fork.candidates(4_999).next().is_none());
    }
}
