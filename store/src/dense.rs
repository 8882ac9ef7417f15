//! A persistent multimap from keys of one table to keys of another.

use std::num::NonZeroU32;

use imbl::{OrdSet, Vector};

/// A multimap from dense `u32` keys to `u32` keys, nearly always one to one.
///
/// Where an [`crate::Index`] would hash, this one counts: the first key of each place stands in a
/// vector of four bytes a place, and only what comes second is kept apart.
///
/// ```
/// let mut owners = store::DenseIndex::new();
/// owners.insert(7, 40);
/// owners.insert(7, 20);
/// assert_eq!(owners.first(7), Some(20));
/// owners.remove(7, 20);
/// assert_eq!(owners.first(7), Some(40));
/// ```
#[derive(Debug, Clone, Default)]
pub struct DenseIndex {
    /// The lowest key of each place, plus one.
    first: Vector<Option<NonZeroU32>>,
    more: OrdSet<(u32, u32)>,
}

impl DenseIndex {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lowest key at a place.
    pub fn first(&self, place: u32) -> Option<u32> {
        let first = (*self.first.get(place as usize)?)?;
        Some(first.get() - 1)
    }

    /// Adds a key, which is not `u32::MAX`, at a place; adding it again changes nothing.
    pub fn insert(&mut self, place: u32, key: u32) {
        while self.first.len() <= place as usize {
            self.first.push_back(None);
        }
        let lowest = match self.first(place) {
            None => key,
            Some(known) if known == key => return,
            Some(known) => {
                self.more.insert((place, known.max(key)));
                known.min(key)
            }
        };
        self.first[place as usize] = NonZeroU32::new(lowest.wrapping_add(1));
    }

    /// Removes a key from a place; removing what is not there changes nothing.
    pub fn remove(&mut self, place: u32, key: u32) {
        if self.first(place) != Some(key) {
            self.more.remove(&(place, key));
            return;
        }
        let mut others = self.more.range((place, 0)..=(place, u32::MAX));
        let next = others.next().copied();
        if let Some(next) = next {
            self.more.remove(&next);
        }
        self.first[place as usize] = next.and_then(|(_, key)| NonZeroU32::new(key + 1));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn answers_like_a_set_of_pairs() {
        let mut index = DenseIndex::new();
        let mut model: BTreeSet<(u32, u32)> = BTreeSet::new();
        let mut state = 11u64;
        for step in 0..20_000u32 {
            state = crate::mix(state, u64::from(step));
            let (place, key) = (state as u32 % 53, (state >> 32) as u32 % 5);
            if state >> 63 == 0 {
                index.insert(place, key);
                model.insert((place, key));
            } else {
                index.remove(place, key);
                model.remove(&(place, key));
            }
            for place in [place, 99] {
                let lowest = model.range((place, 0)..=(place, u32::MAX)).next();
                assert_eq!(index.first(place), lowest.map(|pair| pair.1));
            }
        }
    }
}
