//! The wrappings that exports come in: responses, arrays, single objects, flattened lists.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the message about a flattened list contains.
pub(super) const LOST: &str = "are lost";
/// What the message about one page of several contains.
pub(super) const ONE_PAGE: &str = "only one page";
/// What the message about a response that is an error contains.
pub(super) const ERROR_RESPONSE: &str = "an error of Graph";

/// A list of objects: `{"value": [...]}`, an array, or one object.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Body<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BodyVisitor(PhantomData))
    }
}

struct BodyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BodyVisitor<T> {
    type Value = Body<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a Graph response with `value`, or an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Body<T>, A::Error> {
        collect(list).map(Body)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<T>, A::Error> {
        let mut all: Option<Vec<T>> = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "@odata.nextLink" => refuse_page(&map.next_value()?)?,
                "error" | "Error" => return Err(error_response(&map.next_value()?)),
                "value" | "Value" if all.is_none() => all = Some(map.next_value()?),
                // Windows PowerShell writes an array as an object with `value` and `Count`.
                "Count" => drop(map.next_value::<IgnoredAny>()?),
                _ if all.is_some() || is_annotation(&key) => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    let first = Some((key, map.next_value()?));
                    return single(first, map);
                }
            }
        }
        match all {
            Some(all) => Ok(Body(all)),
            None => single(None, map),
        }
    }
}

/// Whether a property speaks of the response; the type is a property of a single object.
fn is_annotation(key: &str) -> bool {
    key.starts_with('@') && key != "@odata.type"
}

/// A single object: what was read of it already goes back in front of the rest.
fn single<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    first: Option<(String, Value)>,
    rest: A,
) -> Result<Body<T>, A::Error> {
    let rejoined = Rejoined {
        first,
        value: None,
        rest,
    };
    let one = T::deserialize(MapAccessDeserializer::new(rejoined))?;
    Ok(Body(vec![one]))
}

fn refuse_page<E: Error>(link: &Value) -> Result<(), E> {
    match link.as_str() {
        Some(link) if !link.is_empty() => Err(E::custom(format_args!(
            "the export is {ONE_PAGE} of several: `@odata.nextLink` goes on at `{link}`"
        ))),
        _ => Ok(()),
    }
}

fn error_response<E: Error>(error: &Value) -> E {
    let part = |name: &str| error.get(name).and_then(Value::as_str);
    let code = part("code").unwrap_or("no code");
    let message = part("message").unwrap_or("no message");
    E::custom(format_args!(
        "the file holds {ERROR_RESPONSE} instead of objects: {code}: {message}"
    ))
}

struct Rejoined<A> {
    first: Option<(String, Value)>,
    value: Option<Value>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rejoined<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if let Some((key, value)) = self.first.take() {
            self.value = Some(value);
            return seed.deserialize(StringDeserializer::new(key)).map(Some);
        }
        self.rest.next_key_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(A::Error::custom),
            None => self.rest.next_value_seed(seed),
        }
    }
}

/// A list that PowerShell may have flattened to text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> List<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<List<T>, A::Error> {
        collect(list).map(List)
    }

    fn visit_unit<E: Error>(self) -> Result<List<T>, E> {
        Ok(List::new())
    }

    fn visit_none<E: Error>(self) -> Result<List<T>, E> {
        Ok(List::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<List<T>, E> {
        if text.is_empty() {
            return Ok(List::new());
        }
        Err(E::custom(format_args!(
            "the values of this list {LOST}: the export holds the text `{text}` in their place"
        )))
    }
}

fn collect<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<T>, A::Error> {
    let mut all = Vec::new();
    while let Some(item) = list.next_element()? {
        all.push(item);
    }
    Ok(all)
}
