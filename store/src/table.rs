//! Objects in a persistent vector.

use std::sync::Arc;

use imbl::Vector;

/// Objects behind [`Arc`], keyed by a dense `u32` that is never given to another object.
///
/// A clone shares everything with its original; a change after that copies one small chunk.
///
/// ```
/// use std::sync::Arc;
/// let mut table = store::Table::new();
/// let key = table.push(Arc::new("one"));
/// let before = table.clone();
/// table.set(key, Arc::new("two"));
/// assert_eq!((**before.get(key).unwrap(), **table.get(key).unwrap()), ("one", "two"));
/// ```
#[derive(Debug)]
pub struct Table<T> {
    rows: Vector<Arc<T>>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows.clone(),
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for Table<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .rows
                .iter()
                .zip(&other.rows)
                .all(|(left, right)| Arc::ptr_eq(left, right) || left == right)
    }
}

impl<T> Table<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self {
            rows: Vector::new(),
        }
    }

    /// How many rows there are; also the key that the next row gets.
    pub fn len(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a row and gives its key.
    pub fn push(&mut self, row: Arc<T>) -> u32 {
        let key = self.len();
        self.rows.push_back(row);
        key
    }

    /// The row of a key, where there is one.
    pub fn get(&self, key: u32) -> Option<&Arc<T>> {
        self.rows.get(key as usize)
    }

    /// Replaces a row. A key that was never given out is ignored.
    pub fn set(&mut self, key: u32, row: Arc<T>) {
        if let Some(slot) = self.rows.get_mut(key as usize) {
            *slot = row;
        }
    }

    /// Changes a row in place, copying it first where somebody else still holds it.
    ///
    /// Gives `None` where the key was never given out.
    pub fn update<R>(&mut self, key: u32, change: impl FnOnce(&mut T) -> R) -> Option<R>
    where
        T: Clone,
    {
        let slot = self.rows.get_mut(key as usize)?;
        Some(change(Arc::make_mut(slot)))
    }

    /// All rows with their keys, in the order of the keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, &Arc<T>)> + use<'_, T> {
        self.iter_from(0)
    }

    /// All rows from a key on, in the order of the keys; nothing where the key is too large.
    pub fn iter_from(
        &self,
        first: u32,
    ) -> impl ExactSizeIterator<Item = (u32, &Arc<T>)> + use<'_, T> {
        let first = first.min(self.len());
        Rows {
            rows: self.rows.focus().narrow(first as usize..).into_iter(),
            key: first,
        }
    }
}

struct Rows<'a, T> {
    rows: imbl::vector::Iter<'a, Arc<T>, imbl::shared_ptr::DefaultSharedPtr>,
    key: u32,
}

impl<'a, T> Iterator for Rows<'a, T> {
    type Item = (u32, &'a Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        let key = self.key;
        self.key += 1;
        Some((key, row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<T> ExactSizeIterator for Rows<'_, T> {}
