//! A persistent ordered set that is mostly made at once.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::sync::Arc;

use imbl::OrdMap;

/// An ordered set: a flat list, and a small persistent overlay for what changed since.
///
/// Making it of a list costs one sort, and a range is read at the speed of flat memory.
///
/// ```
/// let mut set: store::SortedSet<(u64, u32)> = [(2, 1), (1, 7), (1, 3)].into_iter().collect();
/// set.insert((1, 5));
/// set.remove((1, 7));
/// assert!(set.range((1, 0)..=(1, u32::MAX)).eq([(1, 3), (1, 5)]));
/// ```
#[derive(Debug, Clone)]
pub struct SortedSet<T: Ord> {
    flat: Arc<[T]>,
    /// Items that differ from the flat list: present (`true`) or removed (`false`).
    overlay: OrdMap<T, bool>,
}

impl<T: Ord> Default for SortedSet<T> {
    fn default() -> Self {
        Self {
            flat: Arc::default(),
            overlay: OrdMap::default(),
        }
    }
}

impl<T: Copy + Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items: Vec<T> = items.into_iter().collect();
        items.sort_unstable();
        items.dedup();
        Self {
            flat: items.into(),
            overlay: OrdMap::default(),
        }
    }
}

impl<T: Copy + Ord> SortedSet<T> {
    /// Adds an item; adding it again changes nothing.
    pub fn insert(&mut self, item: T) {
        if self.flat.binary_search(&item).is_ok() {
            self.overlay.remove(&item);
        } else {
            self.overlay.insert(item, true);
        }
    }

    /// Removes an item; removing what is not there changes nothing.
    pub fn remove(&mut self, item: T) {
        if self.flat.binary_search(&item).is_ok() {
            self.overlay.insert(item, false);
        } else {
            self.overlay.remove(&item);
        }
    }

    /// The items of a range, in order.
    pub fn range(&self, range: RangeInclusive<T>) -> impl Iterator<Item = T> + '_ {
        let from = self.flat.partition_point(|item| item < range.start());
        let end = *range.end();
        let flat = self.flat[from..].iter().copied();
        Merged {
            flat: flat.take_while(move |item| *item <= end).peekable(),
            overlay: self.overlay.range(range).peekable(),
        }
    }
}

/// Both in one order; what the overlay says of an item counts.
struct Merged<F: Iterator, O: Iterator> {
    flat: Peekable<F>,
    overlay: Peekable<O>,
}

impl<'a, T, F, O> Iterator for Merged<F, O>
where
    T: Copy + Ord + 'a,
    F: Iterator<Item = T>,
    O: Iterator<Item = (&'a T, &'a bool)>,
{
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            let Some((item, present)) = self.overlay.peek() else {
                return self.flat.next();
            };
            if let Some(flat) = self.flat.next_if(|flat| flat < item) {
                return Some(flat);
            }
            let (item, present) = (**item, **present);
            self.overlay.next();
            self.flat.next_if_eq(&item);
            if present {
                return Some(item);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// One deterministic pseudo-random walk over inserts and removes, beside a plain set.
    #[test]
    fn answers_like_a_plain_set_however_it_is_forked() {
        let first = (0..200u32).map(|it| (u64::from(it % 13), it * 7 % 61));
        let mut set: SortedSet<(u64, u32)> = first.clone().collect();
        let mut model: BTreeSet<(u64, u32)> = first.collect();
        let mut forks = Vec::new();
        let mut state = 7u64;
        for step in 0..5_000u32 {
            state = crate::mix(state, u64::from(step));
            let item = (state % 17, (state >> 32) as u32 % 61);
            if state & 1 == 0 {
                set.insert(item);
                model.insert(item);
            } else {
                set.remove(item);
                model.remove(&item);
            }
            if step % 1_000 == 17 {
                forks.push((set.clone(), model.clone()));
            }
        }
        forks.push((set, model));
        for (set, model) in forks {
            for first in 0..17 {
                for from in [0, 30, 60, 61] {
                    let range = (first, from)..=(first, u32::MAX);
                    let expected = model.range(range.clone()).copied();
                    assert!(set.range(range).eq(expected), "{first} from {from}");
                }
            }
            assert!(
                set.range((0, 0)..=(u64::MAX, u32::MAX))
                    .eq(model.iter().copied())
            );
        }
    }
}
