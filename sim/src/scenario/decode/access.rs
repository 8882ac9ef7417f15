//! How the parts of a node are handed to the model, one by one.

use std::ops::Range;

use serde::de::value::{BorrowedStrDeserializer, UsizeDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::super::diagnostic::Diagnostic;
use super::super::node::{Key, Kind, Node};
use super::super::suggest;
use super::failure::Failure;
use super::{Decoder, Result};

/// The items of a list.
pub(super) struct Items<'a> {
    within: Decoder<'a>,
    rest: std::slice::Iter<'a, Node>,
}

impl<'a> Items<'a> {
    pub(super) fn new(within: &Decoder<'a>, items: &'a [Node]) -> Self {
        Self {
            within: *within,
            rest: items.iter(),
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let Some(node) = self.rest.next() else {
            return Ok(None);
        };
        let decoder = Decoder {
            node,
            place: None,
            ..self.within
        };
        let result = seed.deserialize(decoder);
        result
            .map(Some)
            .map_err(|failure| decoder.problems.note(failure, &decoder))
    }
}

/// The entries of a mapping; with `fields`, only those the model knows.
pub(super) struct Entries<'a> {
    within: Decoder<'a>,
    rest: std::slice::Iter<'a, (Key, Node)>,
    value: Option<(&'a Key, &'a Node)>,
    fields: Option<&'static [&'static str]>,
    /// The keys that misspelt ones were probably meant to be.
    meant: Vec<&'static str>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(
        within: &Decoder<'a>,
        entries: &'a [(Key, Node)],
        fields: Option<&'static [&'static str]>,
    ) -> Self {
        Self {
            within: *within,
            rest: entries.iter(),
            value: None,
            fields,
            meant: Vec::new(),
        }
    }

    /// After a failure, the keys that have not been looked at may be wrong as well.
    pub(super) fn report_what_is_left(&mut self) {
        while self.next_known().is_some() {}
    }

    /// A key that was reported as misspelt is not reported as missing, too.
    pub(super) fn excuse(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Missing(key) if self.meant.contains(&key) => Failure::Reported,
            other => other,
        }
    }

    fn next_known(&mut self) -> Option<(&'a Key, &'a Node)> {
        loop {
            let (key, value) = self.rest.next()?;
            if self.within.hidden.is_some_and(|hidden| hidden == key.text) {
                continue;
            }
            match self.fields {
                Some(fields) if !fields.contains(&key.text.as_str()) => {
                    self.unknown(key, value, fields);
                }
                _ => return Some((key, value)),
            }
        }
    }

    fn unknown(&mut self, key: &Key, value: &Node, fields: &'static [&'static str]) {
        let problems = self.within.problems;
        if !matches!(value.kind, Kind::Scalar { .. }) {
            problems.is_partial_now();
        }
        let message = format!("unknown key `{}`", key.text);
        let label = match self.within.key {
            "" => format!("a {} has no such key", problems.noun()),
            parent => format!("`{parent}` has no such key"),
        };
        let help = moved(self.within.key, &key.text).map_or_else(
            || {
                let near = suggest::nearest(&key.text, fields.iter().copied());
                self.meant.extend(near);
                suggest::help("key", &key.text, fields)
            },
            str::to_owned,
        );
        let at = key.at.clone();
        problems.add(
            Diagnostic::new("unknown-key", message, problems.file(), at)
                .label(label)
                .help(help),
        );
    }
}

/// Keys that people look for in another place than where they are.
fn moved(parent: &str, key: &str) -> Option<&'static str> {
    match (parent, key) {
        ("engine" | "" | "tenant", "profile" | "profiles") => {
            Some("write it directly under `world`")
        }
        ("", "given" | "procedure" | "expect") => Some("write it as steps, under `steps`"),
        ("", "ad" | "cloud" | "engine" | "tenant" | "belongs") => Some("write it under `world`"),
        ("", "always" | "finally") => Some("write it under `check`"),
        ("world", "steps" | "check" | "explore") => {
            Some("write it beside `world`, with less indentation")
        }
        ("world", "scope") => Some("write it under `engine`"),
        ("world", "features") => Some("write it under `tenant`"),
        (_, "holds") => Some("write its keys, such as `mailbox` and `licences`, one level up"),
        (_, "<<") => Some("merge keys are not supported: repeat the keys"),
        _ => None,
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.value = self.next_known();
        match self.value {
            Some((key, _)) => seed.deserialize(KeyDecoder(key)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        let Some((key, node)) = self.value.take() else {
            return Err(Failure::Invalid("a value was asked for twice".to_owned()));
        };
        let decoder = Decoder {
            node,
            key: &key.text,
            place: None,
            hidden: None,
            ..self.within
        };
        let result = seed.deserialize(decoder);
        result.map_err(|failure| decoder.problems.note(failure, &decoder))
    }
}

/// A key: text that may be asked for its place.
struct KeyDecoder<'a>(&'a Key);

impl<'de> Deserializer<'de> for KeyDecoder<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(&self.0.text)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        let text = BorrowedStrDeserializer::new(&self.0.text);
        visitor.visit_seq(Located::new(self.0.at.clone(), text))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A value and its place: start, end, value.
pub(super) struct Located<D> {
    numbers: std::array::IntoIter<usize, 2>,
    value: Option<D>,
}

impl<D> Located<D> {
    pub(super) fn new(at: Range<usize>, value: D) -> Self {
        Self {
            numbers: [at.start, at.end].into_iter(),
            value: Some(value),
        }
    }
}

impl<'de, D: Deserializer<'de, Error = Failure>> SeqAccess<'de> for Located<D> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if let Some(number) = self.numbers.next() {
            let number: UsizeDeserializer<Failure> = number.into_deserializer();
            return seed.deserialize(number).map(Some);
        }
        self.value
            .take()
            .map(|value| seed.deserialize(value))
            .transpose()
    }
}

/// The text of a scalar, and then an ear for complaints about it.
pub(super) struct WrittenText<'a> {
    of: Decoder<'a>,
    is_read: bool,
}

impl<'a> WrittenText<'a> {
    pub(super) fn new(of: Decoder<'a>) -> Self {
        Self { of, is_read: false }
    }
}

impl<'de> SeqAccess<'de> for WrittenText<'de> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let result = seed.deserialize(self.of);
        if !std::mem::replace(&mut self.is_read, true) {
            return result.map(Some);
        }
        result.map(Some).map_err(|complaint| {
            self.of.problems.report(complaint, &self.of);
            Failure::Reported
        })
    }
}

/// The value of `name`, then the mapping without it.
pub(super) struct Introduction<'a> {
    of: Decoder<'a>,
    is_named: bool,
}

impl<'a> Introduction<'a> {
    pub(super) fn new(of: Decoder<'a>) -> Self {
        Self {
            of,
            is_named: false,
        }
    }
}

impl<'de> SeqAccess<'de> for Introduction<'de> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if std::mem::replace(&mut self.is_named, true) {
            return seed
                .deserialize(Decoder {
                    hidden: Some("name"),
                    ..self.of
                })
                .map(Some);
        }
        let Kind::Mapping(entries) = &self.of.node.kind else {
            return Err(self.of.mismatch("keys and values"));
        };
        let Some((key, node)) = entries.iter().find(|(key, _)| key.text == "name") else {
            return Err(Failure::Missing("name"));
        };
        let decoder = Decoder {
            node,
            key: &key.text,
            place: None,
            ..self.of
        };
        let result = seed.deserialize(decoder);
        result
            .map(Some)
            .map_err(|failure| decoder.problems.note(failure, &decoder))
    }
}
