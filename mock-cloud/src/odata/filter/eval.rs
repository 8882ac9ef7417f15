//! Whether an object passes a filter.
//!
//! Nothing is unknown here: what has no value equals `null` alone, is not greater or less than
//! anything and starts with nothing, and `not` turns that round. So the directory's own index
//! answers, as far as anybody has said.

use std::cmp::Ordering;

use store::{eq_fold, fold};

use super::Comparison;
use super::check::{Constant, Exactness, Target, Test};
use crate::odata::read::{self, Reader};
use crate::odata::record::Item;
use crate::odata::schema::PropertyFacts;
use crate::odata::value::Value;
use crate::sync_object::{Property, property};
use crate::tenant::Tenant;

/// Whether an object passes.
pub(in crate::odata) fn passes(test: &Test, tenant: &Tenant, item: &Item<'_>) -> bool {
    Evaluation {
        tenant,
        item,
        element: None,
    }
    .passes(test)
}

struct Evaluation<'a> {
    tenant: &'a Tenant,
    item: &'a Item<'a>,
    element: Option<&'a Value<'a>>,
}

impl<'a> Evaluation<'a> {
    fn passes(&self, test: &Test) -> bool {
        match test {
            Test::And(parts) => parts.iter().all(|part| self.passes(part)),
            Test::Or(parts) => parts.iter().any(|part| self.passes(part)),
            Test::Not(inner) => !self.passes(inner),
            Test::Compare(target, operator, constants) => self.with(*target, |value| {
                let holds = |constant: &Constant| compare(value, *operator, constant);
                constants.iter().any(holds)
            }),
            Test::StartsWith(target, prefix) => self.with(*target, |value| {
                with_text(value, |text| starts_with(text, prefix))
            }),
            Test::EndsWith(target, suffix) => self.with(*target, |value| {
                with_text(value, |text| ends_with(text, suffix))
            }),
            Test::Any(facts, body) => self.any(facts, body),
            Test::Count(facts, equal, number) => {
                let count = match self.read(facts) {
                    _ if facts.edm.navigation => self.linked(facts.name),
                    Value::List(all) => all.len(),
                    Value::Addresses(all) => all.len(),
                    _ => 0,
                };
                (i64::try_from(count) == Ok(*number)) == *equal
            }
        }
    }

    fn read(&self, facts: &PropertyFacts) -> Value<'a> {
        read::read(self.tenant, self.item, facts)
    }

    fn with(&self, target: Target, judge: impl FnOnce(&Value<'_>) -> bool) -> bool {
        match target {
            Target::Property(facts) => judge(&self.read(facts)),
            Target::Member(facts, name) => match (facts.reader, self.item) {
                (Reader::OnPremisesExtensionAttributes, Item::Object(_, object)) => {
                    let text = Property::from_name(name)
                        .and_then(|name| property(&object.properties, name));
                    judge(&Value::text(text.map(store::Text::as_str)))
                }
                _ => judge(self.read(facts).member(name)),
            },
            Target::Element => judge(self.element.unwrap_or(&Value::Null)),
            Target::ElementMember(name) => judge(self.element.unwrap_or(&Value::Null).member(name)),
        }
    }

    fn any(&self, facts: &PropertyFacts, body: &Test) -> bool {
        let passes = |element: &Value<'_>| {
            Evaluation {
                tenant: self.tenant,
                item: self.item,
                element: Some(element),
            }
            .passes(body)
        };
        match self.read(facts) {
            Value::List(all) => all.iter().any(passes),
            Value::Addresses(all) => {
                let mut all = all.iter();
                all.any(|one| passes(&Value::text(Some(one.as_str()))))
            }
            _ => false,
        }
    }

    /// How many objects a navigation property leads to.
    fn linked(&self, name: &str) -> usize {
        match (self.item, name) {
            (Item::Object(_, object), "owners") => object.extras().owners.len(),
            (Item::Object(_, object), "members") => object.members.len(),
            _ => 0,
        }
    }
}

fn compare(value: &Value<'_>, operator: Comparison, constant: &Constant) -> bool {
    match operator {
        Comparison::Eq => equals(value, constant),
        Comparison::Ne => !equals(value, constant),
        Comparison::Ge | Comparison::Le | Comparison::Gt | Comparison::Lt => {
            let order = order(value, constant);
            match operator {
                Comparison::Ge => order.is_some_and(Ordering::is_ge),
                Comparison::Gt => order.is_some_and(Ordering::is_gt),
                Comparison::Le => order.is_some_and(Ordering::is_le),
                _ => order.is_some_and(Ordering::is_lt),
            }
        }
    }
}

fn equals(value: &Value<'_>, constant: &Constant) -> bool {
    match (value, constant) {
        (Value::Null, Constant::Null) => true,
        (Value::Bool(left), Constant::Bool(right)) => left == right,
        (Value::Number(left), Constant::Number(right)) => left == right,
        (Value::Text(left), Constant::Text(right, Exactness::Exact)) => **left == **right,
        (Value::Text(left), Constant::Text(right, Exactness::Fold)) => eq_fold(left, right),
        (Value::Guid(left), Constant::Guid(right)) => left == right,
        (Value::Guid(left), Constant::Text(right, _)) => {
            uuid::Uuid::try_parse(right).is_ok_and(|right| *left == right)
        }
        (Value::Instant(left), Constant::Instant(right)) => left == right,
        _ => false,
    }
}

fn order(value: &Value<'_>, constant: &Constant) -> Option<Ordering> {
    match (value, constant) {
        (Value::Number(left), Constant::Number(right)) => Some(left.cmp(right)),
        (Value::Text(left), Constant::Text(right, Exactness::Exact)) => {
            Some((**left).cmp(right.as_str()))
        }
        (Value::Text(left), Constant::Text(right, Exactness::Fold)) => {
            Some(fold(left).cmp(&fold(right)))
        }
        (Value::Instant(left), Constant::Instant(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn with_text(value: &Value<'_>, judge: impl FnOnce(&str) -> bool) -> bool {
    match value {
        Value::Text(text) => judge(text),
        Value::Guid(guid) => judge(&guid.to_string()),
        _ => false,
    }
}

/// Whether text starts so; `prefix` is folded already.
pub(in crate::odata) fn starts_with(text: &str, prefix: &str) -> bool {
    if text.is_ascii() {
        let head = text.as_bytes().get(..prefix.len());
        return head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()));
    }
    fold(text).starts_with(prefix)
}

fn ends_with(text: &str, suffix: &str) -> bool {
    if text.is_ascii() {
        let start = text.len().checked_sub(suffix.len());
        let tail = start.and_then(|start| text.as_bytes().get(start..));
        return tail.is_some_and(|tail| tail.eq_ignore_ascii_case(suffix.as_bytes()));
    }
    fold(text).ends_with(suffix)
}
