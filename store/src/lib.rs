//! Persistent tables, indexes and text that the directories and the engine are built from.
//!
//! A world must fork in microseconds at a million users, and yet be scanned and filled at the
//! speed of flat memory. Two structures carry that:
//!
//! - [`Table`]: objects behind [`std::sync::Arc`] in a persistent vector, keyed by a dense `u32`.
//! - [`Index`]: a multimap from a 64-bit hash to such keys. While nobody else holds it, it is one
//!   flat hash table; once it has been forked, changes go to a small persistent overlay.
//! - [`DenseIndex`]: a multimap from such keys to keys of another table.
//! - [`SortedSet`]: an ordered set, made at once and changed a little.
//!
//! [`Text`] is the string that every layer shares: sixteen bytes, cloned by reference count.
//!
//! What is not here: anything that knows what a user is.
//!
//! ```
//! use std::sync::Arc;
//! use store::{Index, Table, fold_hash};
//!
//! let mut names: Table<String> = Table::new();
//! let mut by_name = Index::new();
//! let key = names.push(Arc::new("Ann".to_owned()));
//! by_name.insert(fold_hash("Ann"), key);
//!
//! let fork = by_name.clone();
//! by_name.remove(fold_hash("ANN"), key);
//! assert!(fork.candidates(fold_hash("ann")).any(|found| found == key));
//! assert!(by_name.candidates(fold_hash("ann")).next().is_none());
//! ```

mod dense;
mod entropy;
mod fold;
mod index;
mod sorted;
mod table;

pub use dense::DenseIndex;
pub use entropy::Entropy;
pub use fold::{eq_fold, fold, fold_hash, hash_bytes, mix};
pub use index::{Candidates, Index};
pub use sorted::SortedSet;
pub use table::Table;

/// The text of every layer: sixteen bytes, cloned by reference count, never changed in place.
pub type Text = lean_string::LeanString;
