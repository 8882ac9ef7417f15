//! Whether an object passes a filter: true, false, or nobody knows.

use super::compile::Node;
use crate::directory::{AttributeId, ClassId, Directory, LinkSight, Object, ObjectId, Value};

/// The truth of a filter for an object (RFC 4511, section 4.5.1.7): an object is found if the
/// whole is `True`.
///
/// In this order `and` is the least and `or` the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    False,
    Undefined,
    True,
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Undefined => Self::Undefined,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

/// What of a directory a search may see.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) directory: &'a Directory,
    /// Which links it sees.
    pub(super) links: LinkSight,
}

impl View<'_> {
    /// Whether an object passes a filter.
    pub(super) fn evaluate(&self, node: &Node, id: ObjectId, object: &Object) -> Truth {
        match node {
            Node::Constant(truth) => *truth,
            Node::And(parts) => {
                let mut least = Truth::True;
                for part in parts {
                    least = least.min(self.evaluate(part, id, object));
                    if least == Truth::False {
                        break;
                    }
                }
                least
            }
            Node::Or(parts) => {
                let mut greatest = Truth::False;
                for part in parts {
                    greatest = greatest.max(self.evaluate(part, id, object));
                    if greatest == Truth::True {
                        break;
                    }
                }
                greatest
            }
            Node::Not(part) => self.evaluate(part, id, object).not(),
            Node::OneOf(ids) => ids.binary_search(&id.0).is_ok().into(),
            Node::Class(classes) => self.is_of_class(classes, object).into(),
            Node::Category(classes) => {
                // A deleted object has lost its objectCategory (MS-ADTS 3.1.1.5.5.1).
                (!object.is_deleted() && classes.binary_search(&object.class).is_ok()).into()
            }
            Node::Linked { attribute, back } => {
                let directory = self.directory;
                directory
                    .has_any_link(id, *attribute, *back, self.links)
                    .into()
            }
            Node::LinksTo { attribute, target } => self.has_link(id, *attribute, *target).into(),
            Node::LinkedFrom { attribute, source } => self.has_link(*source, *attribute, id).into(),
            Node::Present(attribute) => self.any_value(id, object, *attribute, |_| true).into(),
            Node::Value(attribute, matcher) => self
                .any_value(id, object, *attribute, |value| matcher.matches(value))
                .into(),
        }
    }

    fn has_link(&self, from: ObjectId, attribute: AttributeId, to: ObjectId) -> bool {
        self.directory.shows_link(from, attribute, to, self.links)
    }

    fn is_of_class(&self, classes: &[ClassId], object: &Object) -> bool {
        if classes.binary_search(&object.class).is_ok() {
            return true;
        }
        let schema = self.directory.schema();
        object.texts(AttributeId::OBJECT_CLASS).any(|name| {
            let class = schema.class(name);
            class.is_some_and(|class| classes.binary_search(&class).is_ok())
        })
    }

    /// Whether any value of an attribute that is no link passes a test. Times that the directory
    /// keeps itself come as seconds.
    fn any_value(
        &self,
        id: ObjectId,
        object: &Object,
        attribute: AttributeId,
        test: impl Fn(&Value) -> bool,
    ) -> bool {
        if let Some(values) = object.get(attribute) {
            return values.iter().any(test);
        }
        match attribute {
            AttributeId::WHEN_CREATED => test(&Value::Integer(object.when_created.as_second())),
            AttributeId::WHEN_CHANGED => test(&Value::Integer(object.when_changed.as_second())),
            _ => self
                .directory
                .computed(id, object, attribute)
                .is_some_and(|value| test(&value)),
        }
    }
}
