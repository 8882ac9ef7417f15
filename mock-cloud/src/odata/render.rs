//! Objects as JSON, written straight into the bytes of a response.

use std::fmt::Write as _;

use super::expand::{EXPANDED_MAX, Expand};
use super::links;
use super::options::QueryOptions;
use super::read;
use super::record::{self, Item, Record};
use super::resource::EntityType;
use super::schema::{PropertyFacts, Returned};
use super::select::{Select, returned};
use super::value::push_text;
use crate::ids::CloudKey;
use crate::tenant::{Role, Tenant};

/// One object as the body of a response; `{}` where nobody has that key.
///
/// Options parsed for [`EntityType::DirectoryObject`] give it as `/directoryObjects/{id}` and
/// `/directory/deletedItems/{id}` do, with its type. `base_url` is what the links of the response
/// start with: scheme, host and version, as in `https://graph.microsoft.com/v1.0`.
pub fn render_one(
    tenant: &Tenant,
    key: CloudKey,
    options: &QueryOptions,
    base_url: &str,
) -> Vec<u8> {
    match tenant.object(key) {
        Some(object) => body(tenant, &Item::Object(key, object), options, base_url),
        None => b"{}".to_vec(),
    }
}

/// An object that is no user, group or contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Single<'a> {
    /// `/organization/{id}`: there is one alone.
    Organization,
    /// `/domains/{name}`, whatever the case of the name.
    Domain(&'a str),
    /// `/directoryRoles/{id}`.
    Role(&'a Role),
    /// `/subscribedSkus/{id}`: tenant id and SKU id with `_` between.
    SubscribedSku(&'a str),
}

/// One role, domain, organisation or product as the body of a response; `None` where there is
/// none of that name.
pub fn render_single(
    tenant: &Tenant,
    which: &Single<'_>,
    options: &QueryOptions,
    base_url: &str,
) -> Option<Vec<u8>> {
    let by_id = |all: Vec<Record<'_>>, wanted: &str| {
        let mut all = all.into_iter();
        all.find(|record| {
            matches!(record.members.first(), Some(("id", super::value::Value::Text(id)))
                if store::eq_fold(id, wanted))
        })
        .map(|record| body(tenant, &Item::Record(record), options, base_url))
    };
    match which {
        Single::Organization => {
            let record = record::organization(tenant);
            Some(body(tenant, &Item::Record(record), options, base_url))
        }
        Single::Domain(name) => by_id(record::domains(tenant), name),
        Single::Role(role) => {
            let record = record::role_record(tenant, role);
            Some(body(tenant, &Item::Record(record), options, base_url))
        }
        Single::SubscribedSku(id) => by_id(record::subscribed_skus(tenant), id),
    }
}

fn body(tenant: &Tenant, item: &Item<'_>, options: &QueryOptions, base_url: &str) -> Vec<u8> {
    let mut into = Vec::with_capacity(1024);
    let polymorphic = options.entity == EntityType::DirectoryObject;
    into.extend_from_slice(b"{\"@odata.context\":");
    let entity = if polymorphic {
        EntityType::DirectoryObject
    } else {
        item.entity_type()
    };
    let mut context = context(
        base_url,
        entity,
        options.select.as_ref(),
        options.expand.as_ref(),
    );
    context.push_str("/$entity");
    push_text(&mut into, &context);
    let mut empty = false;
    if polymorphic {
        into.push(b',');
        push_type(&mut into, item.entity_type());
    }
    push_properties(&mut into, tenant, item, options.select.as_ref(), &mut empty);
    if let Some(expand) = &options.expand {
        push_expanded(&mut into, tenant, item, expand, &mut empty);
    }
    into.push(b'}');
    into
}

/// `…/$metadata#users(id,displayName)`.
pub(super) fn context(
    base_url: &str,
    entity: EntityType,
    select: Option<&Select>,
    expand: Option<&Expand>,
) -> String {
    let mut context = format!("{base_url}/$metadata#{}", entity.entity_set());
    let expanded = expand.map(|expand| {
        let names = expand.select.as_ref().map(|select| select.names.join(","));
        format!(
            "{}({})",
            expand.navigation.name(),
            names.unwrap_or_default()
        )
    });
    let names = select.map(|select| select.names.join(","));
    let all: Vec<String> = names.into_iter().chain(expanded).collect();
    if !all.is_empty() {
        // Writing to a string can't fail.
        let _ = write!(context, "({})", all.join(","));
    }
    context
}

/// Appends one entry of a collection, its type in front where the collection is mixed.
pub(super) fn push_item(
    into: &mut Vec<u8>,
    tenant: &Tenant,
    item: &Item<'_>,
    options: &QueryOptions,
) {
    into.push(b'{');
    let mut empty = true;
    if options.entity == EntityType::DirectoryObject {
        push_type(into, item.entity_type());
        empty = false;
    }
    push_properties(into, tenant, item, options.select.as_ref(), &mut empty);
    if let Some(expand) = &options.expand {
        push_expanded(into, tenant, item, expand, &mut empty);
    }
    into.push(b'}');
}

fn push_type(into: &mut Vec<u8>, entity: EntityType) {
    into.extend_from_slice(b"\"@odata.type\":\"#microsoft.graph.");
    into.extend_from_slice(entity.name().as_bytes());
    into.push(b'"');
}

fn push_properties(
    into: &mut Vec<u8>,
    tenant: &Tenant,
    item: &Item<'_>,
    select: Option<&Select>,
    empty: &mut bool,
) {
    for facts in returned(select, item.entity_type()) {
        if !std::mem::take(empty) {
            into.push(b',');
        }
        into.extend_from_slice(facts.json_key.as_bytes());
        read::write(into, tenant, item, facts);
    }
}

fn push_expanded(
    into: &mut Vec<u8>,
    tenant: &Tenant,
    item: &Item<'_>,
    expand: &Expand,
    empty: &mut bool,
) {
    let name = expand.navigation.name();
    let linked = links::linked(tenant, item, expand.navigation);
    let mut linked = linked.iter().take(EXPANDED_MAX);
    if expand.navigation.is_single() {
        // Somebody without a manager has no such member.
        let Some(one) = linked.next() else {
            return;
        };
        push_name(into, name, empty);
        push_linked(into, tenant, one, expand.select.as_ref());
        return;
    }
    push_name(into, name, empty);
    into.push(b'[');
    for (place, one) in linked.enumerate() {
        if place > 0 {
            into.push(b',');
        }
        push_linked(into, tenant, one, expand.select.as_ref());
    }
    into.push(b']');
}

fn push_name(into: &mut Vec<u8>, name: &str, empty: &mut bool) {
    if !std::mem::take(empty) {
        into.push(b',');
    }
    push_text(into, name);
    into.push(b':');
}

fn push_linked(into: &mut Vec<u8>, tenant: &Tenant, item: &Item<'_>, select: Option<&Select>) {
    into.push(b'{');
    push_type(into, item.entity_type());
    push_properties(into, tenant, item, select, &mut false);
    into.push(b'}');
}

/// One property of an object as JSON; `None` where its type has no such property.
pub fn property_json(tenant: &Tenant, key: CloudKey, name: &str) -> Option<serde_json::Value> {
    let object = tenant.object(key)?;
    let facts: &PropertyFacts = super::schema::property_of(EntityType::of(object), name)?;
    if matches!(facts.returned, Returned::Expand | Returned::Filter) {
        return None;
    }
    let mut bytes = Vec::new();
    read::read_object(tenant, object, facts).write(&mut bytes);
    serde_json::from_slice(&bytes).ok()
}
