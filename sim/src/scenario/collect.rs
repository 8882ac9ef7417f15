//! Lists and maps that keep reading after a mistake, so that one run finds all mistakes.
//!
//! Each of them asks the reader of this folder for its help by a name (see [`super::decode`]).
//! Under any other format they behave like plain lists and maps.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use super::spanned::{Name, Spanned};

/// Asks for the items of a list, going on after a bad one.
pub(super) const EACH: &str = "scenario::each";
/// As [`EACH`], and a single value stands for a list of one.
pub(super) const ONE_OR_MANY: &str = "scenario::OneOrMany";
/// Asks for the entries of a map, going on after a bad one.
pub(super) const NAMED: &str = "scenario::Named";
/// Asks for one value, with a default in place of a bad one.
pub(super) const RECOVER: &str = "scenario::recover";
/// Asks for the text of a scalar and takes a complaint about it.
pub(super) const WRITTEN: &str = "scenario::Written";
/// Asks for the value of `name`, then for everything else.
pub(super) const INTRODUCED: &str = "scenario::Introduced";

/// Several values, or a single one written without brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> OneOrMany<T> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = scalar_or(generator.subschema_for::<T>());
        json_schema!({ "anyOf": [item, { "type": "array", "items": item }] })
    }
}

/// Lets a text look like a number or a flag, as in `to: 43`; other schemas stay as they are.
fn scalar_or(schema: Schema) -> Schema {
    if schema == json_schema!({ "type": "string" }) {
        return json_schema!({ "type": ["string", "number", "boolean"] });
    }
    schema
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_newtype_struct(ONE_OR_MANY, EachVisitor(PhantomData))
            .map(Self)
    }
}

/// Reads a list, going on after a bad item.
pub(crate) fn each<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_newtype_struct(EACH, EachVisitor(PhantomData))
}

struct EachVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EachVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Vec<T>, D::Error> {
        Vec::deserialize(d)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        loop {
            // A bad item has been reported by the time it comes back as an error.
            match seq.next_element() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(items),
                Err(_) => {}
            }
        }
    }
}

/// Entries by name, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(Name, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    /// The entry of that name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0
            .iter()
            .find(|(known, _)| known.value == name)
            .map(|(_, value)| value)
    }

    /// Names and entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = scalar_or(generator.subschema_for::<T>());
        json_schema!({ "type": "object", "additionalProperties": entry })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAMED, NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names and what they stand for")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Named<T>, D::Error> {
        let entries = std::collections::BTreeMap::<String, T>::deserialize(d)?;
        let spanned = entries
            .into_iter()
            .map(|(name, value)| (Spanned::derived(name), value));
        Ok(Named(spanned.collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<Name>()? {
            if let Ok(value) = map.next_value() {
                entries.push((name, value));
            }
        }
        Ok(Named(entries))
    }
}

/// Reads a value, with its default in place of a bad one: what follows is still looked at.
pub(crate) fn recover<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    deserializer.deserialize_newtype_struct(RECOVER, RecoverVisitor(PhantomData))
}

struct RecoverVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for RecoverVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<T, D::Error> {
        T::deserialize(d)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        Ok(seq.next_element().ok().flatten().unwrap_or_default())
    }
}

/// A value that is written as one piece of text, such as `31d`.
pub(super) trait Written: Sized {
    /// Reads it, or says what is wrong; a second line says what to write instead.
    fn read(text: &str) -> Result<Self, String>;

    /// A value to go on with after a complaint; it never leaves this folder.
    fn stand_in() -> Self;
}

/// Reads a [`Written`] value.
pub(super) fn written<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Written,
{
    deserializer.deserialize_newtype_struct(WRITTEN, WrittenVisitor(PhantomData))
}

struct WrittenVisitor<T>(PhantomData<T>);

impl<'de, T: Written> Visitor<'de> for WrittenVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<T, D::Error> {
        T::read(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let text = seq.next_element::<String>()?.unwrap_or_default();
        match T::read(&text) {
            Ok(value) => Ok(value),
            Err(complaint) => {
                // The reader takes note of the complaint; there is nothing left to do with it.
                let _noted = seq.next_element_seed(Complaint(complaint));
                Ok(T::stand_in())
            }
        }
    }
}

struct Complaint(String);

impl<'de> DeserializeSeed<'de> for Complaint {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Err(serde::de::Error::custom(self.0))
    }
}

/// Something that a step brings into the world: its name among its other keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Introduced<T> {
    /// The name by which later steps and expectations call it.
    pub name: Name,
    /// What it is.
    #[serde(flatten)]
    pub object: T,
}

impl<T: JsonSchema> JsonSchema for Introduced<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("New{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let name = json_schema!({
            "type": "string",
            "description": "The name by which later steps and expectations call it."
        });
        if let Some(properties) = schema.get_mut("properties").and_then(|p| p.as_object_mut()) {
            properties.insert("name".to_owned(), name.into());
        }
        schema.insert("required".to_owned(), serde_json::json!(["name"]));
        schema
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Introduced<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(INTRODUCED, IntroducedVisitor(PhantomData))
    }
}

struct IntroducedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for IntroducedVisitor<T> {
    type Value = Introduced<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name and what it stands for")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let missing = || serde::de::Error::missing_field("name");
        let name = seq.next_element::<Name>()?.ok_or_else(missing)?;
        let object = seq.next_element::<T>()?.ok_or_else(missing)?;
        Ok(Introduced { name, object })
    }
}
