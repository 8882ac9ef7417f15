//! `$orderby`.

use std::cmp::Ordering;

use jiff::Timestamp;
use store::Text;

use super::error::GraphError;
use super::filter::check::{resource_name, unknown_property, unsupported};
use super::options::bad_order;
use super::read;
use super::record::Item;
use super::resource::EntityType;
use super::schema::{Gate, PropertyFacts, property_of};
use super::value::Value;
use crate::tenant::Tenant;

/// One key that a collection is sorted by.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) facts: &'static PropertyFacts,
    pub(super) descending: bool,
}

impl Order {
    /// Reads `displayName desc,userPrincipalName`.
    pub(super) fn parse(
        entity: EntityType,
        value: &str,
        advanced: bool,
    ) -> Result<Vec<Self>, GraphError> {
        let mut all = Vec::new();
        let mut place = 0;
        for part in value.split(',') {
            place += part.encode_utf16().count();
            let mut words = part.split_whitespace();
            let (name, direction, more) = (words.next(), words.next(), words.next());
            let descending = match direction {
                None => false,
                Some(word) if word.eq_ignore_ascii_case("asc") => false,
                Some(word) if word.eq_ignore_ascii_case("desc") => true,
                Some(_) => return Err(bad_order(value, place)),
            };
            let (Some(name), None) = (name, more) else {
                return Err(bad_order(value, place));
            };
            let facts = sortable(entity, name, advanced)?;
            // Sorted by a property already, a second time changes nothing.
            if !all
                .iter()
                .any(|known: &Self| known.facts.name == facts.name)
            {
                all.push(Self { facts, descending });
            }
            place += 1;
        }
        Ok(all)
    }
}

fn sortable(
    entity: EntityType,
    name: &str,
    advanced: bool,
) -> Result<&'static PropertyFacts, GraphError> {
    let facts = property_of(entity, name).ok_or_else(|| unknown_property(name))?;
    match facts.orderby {
        Gate::Default => Ok(facts),
        Gate::Advanced if advanced => Ok(facts),
        // Both texts were recorded: docs-contrib#1354 of 2023-03 and #1338 of 2023-03.
        _ if advanced => Err(unsupported("An unsupported property was specified.")),
        _ => Err(unsupported(format!(
            "Unsupported sort property '{}' for '{}'.",
            facts.name,
            resource_name(entity)
        ))),
    }
}

/// A value to sort by; nothing comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Nothing,
    Instant(Timestamp),
    Text(Text),
}

/// The values that an entry is sorted by.
pub(super) fn keys(orders: &[Order], tenant: &Tenant, item: &Item<'_>) -> Vec<Key> {
    let key = |order: &Order| match read::read(tenant, item, order.facts) {
        Value::Text(text) => Key::Text(store::fold(&text)),
        Value::Guid(guid) => Key::Text(Text::from(guid.to_string())),
        Value::Instant(at) => Key::Instant(at),
        _ => Key::Nothing,
    };
    orders.iter().map(key).collect()
}

/// Which of two entries comes first, by their values alone.
pub(super) fn compare(orders: &[Order], left: &[Key], right: &[Key]) -> Ordering {
    let each = orders.iter().zip(left.iter().zip(right));
    each.map(|(order, (left, right))| {
        if order.descending {
            right.cmp(left)
        } else {
            left.cmp(right)
        }
    })
    .find(|order| order.is_ne())
    .unwrap_or(Ordering::Equal)
}
