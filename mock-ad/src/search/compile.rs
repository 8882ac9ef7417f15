//! Filters made ready for a directory: attributes looked up, values read as their syntax asks.

mod ambiguous;
mod assertion;
mod chain;

use super::evaluate::Truth;
use super::outcome;
use super::{Extensible, Filter, Outcome, Substrings};
use crate::directory::{AttributeDefinition, AttributeId, ClassId, Directory, ObjectId};

pub(super) use assertion::{Bits, Comparison, Matcher};

/// How deep a filter may nest and how many items it may have.
const DEPTH_MAX: usize = 512;
const ITEMS_MAX: usize = 20_000;

/// LDAP_MATCHING_RULE_BIT_AND (MS-ADTS 3.1.1.3.4.4.1).
const BIT_AND: &str = "1.2.840.113556.1.4.803";
/// LDAP_MATCHING_RULE_BIT_OR (MS-ADTS 3.1.1.3.4.4.2).
const BIT_OR: &str = "1.2.840.113556.1.4.804";
/// LDAP_MATCHING_RULE_TRANSITIVE_EVAL (MS-ADTS 3.1.1.3.4.4.3).
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";

/// A filter made ready for one directory as it is now.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// The same for every object.
    Constant(Truth),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// The object is one of these, which are sorted.
    OneOf(Vec<u32>),
    /// The class of the object is one of these, which are sorted, or derives from one.
    Class(Vec<ClassId>),
    /// The objectCategory of the object is that of these classes, which are sorted.
    Category(Vec<ClassId>),
    /// The object has a link, or is the target of one, under a forward attribute.
    Linked {
        attribute: AttributeId,
        back: bool,
    },
    /// The object links to another.
    LinksTo {
        attribute: AttributeId,
        target: ObjectId,
    },
    /// The object is linked to by another.
    LinkedFrom {
        attribute: AttributeId,
        source: ObjectId,
    },
    /// The object has any value of an attribute.
    Present(AttributeId),
    /// A value of an attribute matches.
    Value(AttributeId, Matcher),
}

impl Node {
    const UNDEFINED: Self = Self::Constant(Truth::Undefined);

    /// How many items are tried on an object at most.
    pub(super) fn items(&self) -> u64 {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::items).sum::<u64>().max(1),
            Self::Not(part) => part.items(),
            _ => 1,
        }
    }
}

/// Makes a filter ready, or says that it is too large.
pub(super) fn compile(directory: &Directory, filter: &Filter) -> Result<Node, Box<Outcome>> {
    let mut compiler = Compiler {
        directory,
        items: 0,
    };
    compiler.node(filter, 0)
}

struct Compiler<'a> {
    directory: &'a Directory,
    items: usize,
}

impl<'a> Compiler<'a> {
    fn node(&mut self, filter: &Filter, depth: usize) -> Result<Node, Box<Outcome>> {
        self.items += 1;
        if depth > DEPTH_MAX || self.items > ITEMS_MAX {
            return Err(Box::new(outcome::filter_too_large()));
        }
        Ok(match filter {
            Filter::And(parts) => Node::And(self.nodes(parts, depth)?),
            Filter::Or(parts) => Node::Or(self.nodes(parts, depth)?),
            Filter::Not(part) => Node::Not(Box::new(self.node(part, depth + 1)?)),
            Filter::Present(attribute) => self.present(attribute),
            Filter::Equality(attribute, value) | Filter::Approx(attribute, value) => {
                self.compare(attribute, Comparison::Equal, value)
            }
            Filter::GreaterOrEqual(attribute, value) => {
                self.compare(attribute, Comparison::NotBefore, value)
            }
            Filter::LessOrEqual(attribute, value) => {
                self.compare(attribute, Comparison::NotAfter, value)
            }
            Filter::Substrings(pieces) => self.substrings(pieces),
            Filter::Extensible(filter) => self.extensible(filter),
        })
    }

    fn nodes(&mut self, parts: &[Filter], depth: usize) -> Result<Vec<Node>, Box<Outcome>> {
        parts
            .iter()
            .map(|part| self.node(part, depth + 1))
            .collect()
    }

    /// The attribute of a description, unless a filter can know nothing of it.
    fn attribute(&self, description: &str) -> Option<(AttributeId, &'a AttributeDefinition)> {
        let bare = description.split(';').next().unwrap_or_default();
        let schema = self.directory.schema();
        let id = schema.described(bare)?;
        let definition = schema.definition(id);
        // "Measured on Samba 4.17": constructed attributes match nothing, nor does their absence.
        (!definition.constructed).then_some((id, definition))
    }

    fn present(&self, description: &str) -> Node {
        if is_ambiguous_name(description) {
            return Node::Constant(Truth::False);
        }
        let Some((id, definition)) = self.attribute(description) else {
            return Node::UNDEFINED;
        };
        if id == AttributeId::OBJECT_CLASS {
            return Node::Constant(Truth::True);
        }
        match self.link(id, definition) {
            Some((attribute, back)) => Node::Linked { attribute, back },
            None => Node::Present(id),
        }
    }

    /// The forward attribute of a link, and whether the attribute is its way back.
    fn link(
        &self,
        id: AttributeId,
        definition: &AttributeDefinition,
    ) -> Option<(AttributeId, bool)> {
        if self.directory.is_configuration() {
            return None;
        }
        if definition.is_forward_link() {
            Some((id, false))
        } else if definition.is_back_link() {
            Some((self.directory.schema().link_partner(id)?, true))
        } else {
            None
        }
    }

    fn compare(&mut self, description: &str, comparison: Comparison, value: &[u8]) -> Node {
        if is_ambiguous_name(description) {
            return match comparison {
                Comparison::Equal => self.ambiguous_name(value),
                _ => Node::UNDEFINED,
            };
        }
        let Some((id, definition)) = self.attribute(description) else {
            return Node::UNDEFINED;
        };
        let equal = comparison == Comparison::Equal;
        if self.link(id, definition).is_some() {
            return if equal {
                self.linked(id, definition, value)
            } else {
                Node::UNDEFINED
            };
        }
        match id {
            AttributeId::OBJECT_CLASS if equal => self.class(value),
            AttributeId::OBJECT_CATEGORY if equal => self.category(value),
            AttributeId::DISTINGUISHED_NAME if equal => self.named(value),
            AttributeId::OBJECT_CLASS
            | AttributeId::OBJECT_CATEGORY
            | AttributeId::DISTINGUISHED_NAME => Node::UNDEFINED,
            _ => assertion::matcher(self.directory, definition, comparison, value)
                .map_or(Node::UNDEFINED, |matcher| Node::Value(id, matcher)),
        }
    }

    fn linked(&self, id: AttributeId, definition: &AttributeDefinition, value: &[u8]) -> Node {
        let Some((attribute, back)) = self.link(id, definition) else {
            return Node::UNDEFINED;
        };
        match self.directory.named_object(value) {
            Err(_) => Node::UNDEFINED,
            Ok(None) => Node::Constant(Truth::False),
            Ok(Some(source)) if back => Node::LinkedFrom { attribute, source },
            Ok(Some(target)) => Node::LinksTo { attribute, target },
        }
    }

    /// `(objectClass=…)` holds for objects of the class and of all that derive from it.
    fn class(&self, value: &[u8]) -> Node {
        let schema = self.directory.schema();
        let class = std::str::from_utf8(value)
            .ok()
            .and_then(|name| schema.described_class(name));
        let Some(class) = class else {
            return Node::UNDEFINED;
        };
        let derived = schema.classes().filter_map(|(id, _)| {
            let derives = schema.superclass_chain(id).any(|above| above == class);
            derives.then_some(id)
        });
        Node::Class(derived.collect())
    }

    /// `(objectCategory=…)` takes a distinguished name or the name of a class, which stands for
    /// its defaultObjectCategory (MS-ADTS 3.1.1.3.1.3.5).
    fn category(&self, value: &[u8]) -> Node {
        let schema = self.directory.schema();
        let Ok(text) = std::str::from_utf8(value) else {
            return Node::UNDEFINED;
        };
        let category = if let Some(class) = schema.described_class(text) {
            schema.class_definition(class).object_category.clone()
        } else {
            let Some(category) = self.directory.category_of_dn(text) else {
                return Node::UNDEFINED;
            };
            category
        };
        let classes = schema.classes().filter_map(|(id, definition)| {
            store::eq_fold(&definition.object_category, &category).then_some(id)
        });
        Node::Category(classes.collect())
    }

    fn named(&self, value: &[u8]) -> Node {
        match self.directory.named_object(value) {
            Err(_) => Node::UNDEFINED,
            Ok(found) => Node::OneOf(found.into_iter().map(|id| id.0).collect()),
        }
    }

    fn substrings(&mut self, pieces: &Substrings) -> Node {
        if is_ambiguous_name(&pieces.attribute) {
            return match &pieces.initial {
                Some(initial) => self.ambiguous_name(initial),
                None => Node::UNDEFINED,
            };
        }
        let Some((id, definition)) = self.attribute(&pieces.attribute) else {
            return Node::UNDEFINED;
        };
        assertion::pieces(definition, pieces).map_or(Node::UNDEFINED, |pieces| {
            Node::Value(id, Matcher::Pieces(pieces))
        })
    }

    fn extensible(&mut self, filter: &Extensible) -> Node {
        let Some(description) = &filter.attribute else {
            return Node::UNDEFINED;
        };
        let Some(rule) = &filter.rule else {
            // Without a rule it is an equality match; Active Directory ignores `:dn`.
            return self.compare(description, Comparison::Equal, &filter.value);
        };
        let Some((id, definition)) = self.attribute(description) else {
            return Node::UNDEFINED;
        };
        match rule.as_str() {
            BIT_AND | BIT_OR => {
                let rule = if rule == BIT_AND {
                    Bits::All
                } else {
                    Bits::Any
                };
                assertion::bits(definition, rule, &filter.value)
                    .map_or(Node::UNDEFINED, |matcher| Node::Value(id, matcher))
            }
            IN_CHAIN => self.in_chain(id, definition, &filter.value),
            _ => Node::UNDEFINED,
        }
    }
}

/// Whether a filter item asks for ambiguous name resolution.
fn is_ambiguous_name(description: &str) -> bool {
    description.eq_ignore_ascii_case("anr") || description == "1.2.840.113556.1.4.1208"
}
