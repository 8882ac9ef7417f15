//! Enums: a word alone, or one key whose value is the content.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor};

use super::super::diagnostic::Diagnostic;
use super::super::node::{Key, Kind, Node};
use super::super::suggest;
use super::failure::Failure;
use super::{Decoder, Result};

/// A variant by name, and what is written under it.
pub(super) struct Variant<'a> {
    of: Decoder<'a>,
    name: &'a str,
    content: Option<&'a Node>,
}

impl<'a> Variant<'a> {
    /// Finds the variant that `of` names, or reports what it names instead.
    pub(super) fn new(
        of: Decoder<'a>,
        enumeration: &'static str,
        variants: &'static [&'static str],
    ) -> Result<Self> {
        let noun = Noun::of(enumeration);
        match &of.node.kind {
            Kind::Scalar { text, .. } if !of.node.is_null() => {
                let at = of.node.at.clone();
                Self::known(&of, text, at, noun, variants)?;
                Ok(Self {
                    of,
                    name: text,
                    content: None,
                })
            }
            Kind::Mapping(entries) => {
                let (key, content) = Self::only(&of, entries, noun, variants)?;
                Self::known(&of, &key.text, key.at.clone(), noun, variants)?;
                Ok(Self {
                    of,
                    name: &key.text,
                    content: Some(content),
                })
            }
            _ => Err(of.mismatch(noun.article())),
        }
    }

    fn only(
        of: &Decoder<'a>,
        entries: &'a [(Key, Node)],
        noun: Noun,
        variants: &'static [&'static str],
    ) -> Result<(&'a Key, &'a Node)> {
        let [(first, content), others @ ..] = entries else {
            return Err(of.mismatch(noun.article()));
        };
        let Some((second, _)) = others.first() else {
            return Ok((first, content));
        };
        let message = format!("{} has exactly one key", noun.article());
        let help = if content.is_null() && !variants.contains(&second.text.as_str()) {
            format!(
                "indent the keys of `{}` further, or write them in braces",
                first.text
            )
        } else {
            format!("begin another {} with `- `", noun.word())
        };
        let problems = of.problems;
        problems.is_partial_now();
        problems.add(
            Diagnostic::new("two-keys", message, problems.file(), second.at.clone())
                .also(first.at.clone(), "the first key")
                .label("a second key")
                .help(help),
        );
        Err(Failure::Reported)
    }

    fn known(
        of: &Decoder<'a>,
        name: &str,
        at: std::ops::Range<usize>,
        noun: Noun,
        variants: &'static [&'static str],
    ) -> Result<()> {
        if variants.contains(&name) {
            return Ok(());
        }
        let (code, message) = match noun {
            Noun::Step => ("unknown-step", format!("unknown step `{name}`")),
            Noun::Expectation => (
                "unknown-expectation",
                format!("unknown expectation `{name}`"),
            ),
            Noun::Value if of.key.is_empty() => {
                ("unknown-value", format!("unknown value `{name}`"))
            }
            Noun::Value => (
                "unknown-value",
                format!("`{name}` is no value of `{}`", of.key),
            ),
        };
        let problems = of.problems;
        problems.is_partial_now();
        let help = match suggest::not_modelled(of.key, name) {
            Some(instead) => instead.to_owned(),
            None => suggest::help(noun.word(), name, variants),
        };
        problems.add(Diagnostic::new(code, message, problems.file(), at).help(help));
        Err(Failure::Reported)
    }
}

/// What stands under a word alone.
static NOTHING: Node = Node {
    at: 0..0,
    kind: Kind::Scalar {
        text: String::new(),
        plain: true,
    },
};

/// What the things are called that an enum of the model lists.
#[derive(Clone, Copy, PartialEq)]
enum Noun {
    Step,
    Expectation,
    Value,
}

impl Noun {
    fn of(enumeration: &str) -> Self {
        match enumeration {
            "Step" => Self::Step,
            "Expectation" => Self::Expectation,
            _ => Self::Value,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Expectation => "expectation",
            Self::Value => "value",
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Step => "a step",
            Self::Expectation => "an expectation",
            Self::Value => "a value",
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self)> {
        let name: StrDeserializer<'de, Failure> = self.name.into_deserializer();
        seed.deserialize(name).map(|value| (value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Failure;

    fn unit_variant(self) -> Result<()> {
        match self.content {
            None => Ok(()),
            Some(content) if content.is_null() => Ok(()),
            Some(_) => Err(Failure::WrongType(format!(
                "`{}` takes no value",
                self.name
            ))),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        // `refused` alone is short for `refused: {}`.
        let node = self.content.unwrap_or(&NOTHING);
        let place = self.content.is_none().then_some(self.of.node);
        let decoder = Decoder {
            node,
            key: self.name,
            place,
            hidden: None,
            ..self.of
        };
        let result = seed.deserialize(decoder);
        result.map_err(|failure| decoder.problems.note(failure, &decoder))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Failure::WrongType(
            "the model has no such values".to_owned(),
        ))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value> {
        Err(Failure::WrongType(
            "the model has no such values".to_owned(),
        ))
    }
}
