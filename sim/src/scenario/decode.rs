//! From the tree of nodes to the model, through serde, with every mistake noted on the way.
//!
//! Derived `Deserialize` code stops at the first error. Here unknown keys are reported and
//! skipped, lists and maps go on after a bad entry, and a badly written value is replaced by a
//! stand-in, so one reading reports as much as can be known. The names in [`super::collect`] and
//! [`SPANNED`] are the agreement between the model's types and this reader.

mod access;
mod failure;
mod problems;
mod variant;

use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

pub(super) use problems::Problems;

use super::collect::{EACH, INTRODUCED, NAMED, ONE_OR_MANY, RECOVER, WRITTEN};
use super::node::{Kind, Node};
use super::spanned::SPANNED;
use access::{Entries, Introduction, Items, Located, WrittenText};
use failure::Failure;
use variant::Variant;

/// Reads a value of the model from a tree; what is wrong goes to `problems`.
pub(super) fn decode<T: for<'de> Deserialize<'de>>(root: &Node, problems: &Problems) -> Option<T> {
    let decoder = Decoder {
        node: root,
        key: "",
        place: None,
        hidden: None,
        problems,
    };
    T::deserialize(decoder)
        .map_err(|failure| problems.note(failure, &decoder))
        .ok()
}

/// One node on its way into the model.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    node: &'a Node,
    /// The key under which the node stands, for messages.
    key: &'a str,
    /// What messages point at instead of the node.
    place: Option<&'a Node>,
    /// A key of this mapping that somebody else has read.
    hidden: Option<&'static str>,
    problems: &'a Problems,
}

type Result<T> = std::result::Result<T, Failure>;

impl<'a> Decoder<'a> {
    /// The place that stands for the node in messages.
    fn head(&self) -> Range<usize> {
        self.place.unwrap_or(self.node).head(self.problems.source())
    }

    fn text(&self, expected: &str) -> Result<&'a str> {
        match &self.node.kind {
            Kind::Scalar { text, .. } if !self.node.is_null() => Ok(text),
            _ => Err(self.mismatch(expected)),
        }
    }

    fn number<T: std::str::FromStr>(&self) -> Result<T> {
        let text = self.text("a whole number")?;
        text.parse().map_err(|_| self.mismatch("a whole number"))
    }

    fn mismatch(&self, expected: &str) -> Failure {
        let found = match &self.node.kind {
            Kind::Scalar { text, .. } if !self.node.is_null() => format!("`{text}`"),
            _ => self.node.shape().to_owned(),
        };
        Failure::WrongType(format!("expected {expected}, found {found}"))
    }

    fn items(&self, expected: &str) -> Result<Items<'a>> {
        match &self.node.kind {
            Kind::List(items) => Ok(Items::new(self, items)),
            // A key with nothing after it.
            _ if self.node.is_null() => Ok(Items::new(self, &[])),
            _ => Err(self.mismatch(expected)),
        }
    }

    fn is_list(&self) -> bool {
        self.node.is_null() || matches!(self.node.kind, Kind::List(_))
    }

    fn entries(&self, fields: Option<&'static [&'static str]>) -> Result<Entries<'a>> {
        match &self.node.kind {
            Kind::Mapping(entries) => Ok(Entries::new(self, entries, fields)),
            // `refused` alone is short for `refused: {}`, and `ad:` with nothing under it is empty.
            _ if self.node.is_null() => Ok(Entries::new(self, &[], fields)),
            _ => Err(self.mismatch("keys and values")),
        }
    }
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.$visit(self.number::<$type>()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Decoder<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.kind {
            _ if self.node.is_null() => visitor.visit_unit(),
            Kind::Scalar { text, .. } => visitor.visit_borrowed_str(text),
            Kind::List(_) => visitor.visit_seq(self.items("a list")?),
            Kind::Mapping(_) => visitor.visit_map(self.entries(None)?),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.text("`true` or `false`")? {
            "true" | "True" | "TRUE" => visitor.visit_bool(true),
            "false" | "False" | "FALSE" => visitor.visit_bool(false),
            _ => Err(self.mismatch("`true` or `false`")),
        }
    }

    whole_numbers! {
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.text("text")?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(self.items("a list")?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_map(self.entries(None)?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let mut entries = self.entries(Some(fields))?;
        let result = visitor.visit_map(&mut entries);
        entries.report_what_is_left();
        result.map_err(|failure| entries.excuse(failure))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(Variant::new(self, name, variants)?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match name {
            SPANNED => visitor.visit_seq(Located::new(self.head(), self)),
            EACH => visitor.visit_seq(self.items("a list")?),
            ONE_OR_MANY if self.is_list() => visitor.visit_seq(self.items("a list")?),
            ONE_OR_MANY | RECOVER => {
                visitor.visit_seq(Items::new(&self, std::slice::from_ref(self.node)))
            }
            NAMED => visitor.visit_map(self.entries(None)?),
            WRITTEN => visitor.visit_seq(WrittenText::new(self)),
            INTRODUCED => visitor.visit_seq(Introduction::new(self)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct identifier
    }
}
