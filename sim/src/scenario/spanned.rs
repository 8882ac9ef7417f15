//! Values that remember where in the file they were written.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, Range};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// The name by which the reader of this folder knows that a position is asked for.
pub(super) const SPANNED: &str = "scenario::Spanned";

/// A value and the bytes of the scenario file it was read from.
///
/// Two of them are equal when their values are: where a thing is written does not change it.
#[derive(Clone, Default)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where it was written: a range of bytes, empty for a value that was derived.
    pub at: Range<usize>,
}

/// A piece of text, such as the name of an object, and where it was written.
pub type Name = Spanned<String>;

impl<T> Spanned<T> {
    /// A value that was written at `at`.
    pub const fn new(value: T, at: Range<usize>) -> Self {
        Self { value, at }
    }

    /// A value that was not written but derived.
    pub const fn derived(value: T) -> Self {
        Self { value, at: 0..0 }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SPANNED, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    /// From a format that knows no positions.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        T::deserialize(d).map(Spanned::derived)
    }

    /// From our own reader: start, end, value.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let missing = || serde::de::Error::custom("a position is missing");
        let start = seq.next_element::<usize>()?.ok_or_else(missing)?;
        let end = seq.next_element::<usize>()?.ok_or_else(missing)?;
        let value = seq.next_element::<T>()?.ok_or_else(missing)?;
        Ok(Spanned::new(value, start..end))
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Spanned};

    #[test]
    fn equality_ignores_the_place() {
        assert_eq!(Spanned::new(1, 3..4), Spanned::new(1, 8..9));
        assert_ne!(Spanned::new(1, 3..4), Spanned::new(2, 3..4));
    }

    #[test]
    fn other_formats_give_an_empty_place() {
        let name: Name = serde_json::from_str("\"j.doe\"").expect("text");
        assert_eq!(name.value, "j.doe");
        assert!(name.at.is_empty());
    }
}
