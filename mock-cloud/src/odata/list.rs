//! Collections, page by page.

use std::cmp::Ordering;

use super::error::GraphError;
use super::filter::{eval, plan};
use super::links;
use super::options::{PAGE_DEFAULT, QueryOptions};
use super::order::{self, Key};
use super::record::{self, Item, Record};
use super::render::{context, push_item};
use super::resource::{EntityType, Resource};
use super::token::Place;
use super::value::push_text;
use crate::ids::CloudKey;
use crate::tenant::{DirectoryObject, Tenant};

/// One page of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// `@odata.context`.
    pub context: String,
    /// `@odata.count`, where it was asked for and this is the first page.
    pub count: Option<u64>,
    /// `@odata.nextLink`, where there is more.
    pub next_link: Option<String>,
    /// The objects as JSON, with commas between and no brackets around them.
    pub items: Vec<u8>,
}

/// Room for one object in a page.
const ITEM: usize = 384;

impl Page {
    /// The whole response.
    pub fn into_body(self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.items.len() + 512);
        body.extend_from_slice(b"{\"@odata.context\":");
        push_text(&mut body, &self.context);
        if let Some(count) = self.count {
            body.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
        }
        if let Some(link) = &self.next_link {
            body.extend_from_slice(b",\"@odata.nextLink\":");
            push_text(&mut body, link);
        }
        body.extend_from_slice(b",\"value\":[");
        body.extend_from_slice(&self.items);
        body.extend_from_slice(b"]}");
        body
    }
}

/// One page of a collection.
///
/// `base_url` is what the links of the response start with: scheme, host and version, as in
/// `https://graph.microsoft.com/v1.0`.
pub fn list(
    tenant: &Tenant,
    resource: &Resource,
    options: &QueryOptions,
    base_url: &str,
) -> Result<Page, GraphError> {
    let question = question(tenant, resource, options);
    let after = match &options.skip_token {
        Some(token) => Some(Place::read(token, question, options.order.len())?),
        None => None,
    };
    let listing = Listing {
        tenant,
        resource,
        options,
    };
    let top = match resource {
        // Roles and products come all at once.
        Resource::DirectoryRoles | Resource::SubscribedSkus if options.top.is_none() => usize::MAX,
        _ => usize::from(options.top.unwrap_or(PAGE_DEFAULT)),
    };
    let count = (options.count && after.is_none()).then(|| listing.count());
    let mut page = Page {
        context: context(
            base_url,
            resource.entity_type(),
            options.select.as_ref(),
            options.expand.as_ref(),
        ),
        count,
        next_link: None,
        items: Vec::with_capacity(top.min(999) * ITEM),
    };
    let last = listing.page(after.as_ref(), top, &mut page.items);
    if let Some(place) = last {
        let token = place.write(question);
        page.next_link = Some(next_link(tenant, resource, options, base_url, &token));
    }
    Ok(page)
}

/// How many objects there are: what `/users/$count` answers.
pub fn count(tenant: &Tenant, resource: &Resource, options: &QueryOptions) -> u64 {
    Listing {
        tenant,
        resource,
        options,
    }
    .count()
}

/// The objects of some keys, in that order and all on one page, as `getByIds` answers.
pub fn list_keys(
    tenant: &Tenant,
    keys: &[CloudKey],
    options: &QueryOptions,
    base_url: &str,
) -> Page {
    let mut items = Vec::with_capacity(keys.len() * ITEM);
    for object in keys
        .iter()
        .filter_map(|key| Some((*key, tenant.object(*key)?)))
    {
        push(
            &mut items,
            tenant,
            &Item::Object(object.0, object.1),
            options,
        );
    }
    Page {
        context: context(base_url, options.entity, options.select.as_ref(), None),
        count: None,
        next_link: None,
        items,
    }
}

fn push(into: &mut Vec<u8>, tenant: &Tenant, item: &Item<'_>, options: &QueryOptions) {
    if !into.is_empty() {
        into.push(b',');
    }
    push_item(into, tenant, item, options);
}

fn next_link(
    tenant: &Tenant,
    resource: &Resource,
    options: &QueryOptions,
    base_url: &str,
    token: &str,
) -> String {
    let mut link = format!("{base_url}{}?", resource.path(tenant));
    for pair in &options.carried {
        link.push_str(pair);
        link.push('&');
    }
    link.push_str("$skiptoken=");
    link.push_str(token);
    link
}

/// What a token belongs to: the collection, and what picks and sorts its entries.
fn question(tenant: &Tenant, resource: &Resource, options: &QueryOptions) -> u64 {
    let mut hash = store::hash_bytes(resource.path(tenant).as_bytes());
    if let Some((expression, _)) = &options.filter {
        hash = store::mix(hash, store::hash_bytes(expression.to_string().as_bytes()));
    }
    if let Some(search) = &options.search {
        hash = store::mix(hash, store::hash_bytes(format!("{search:?}").as_bytes()));
    }
    for order in &options.order {
        let name = store::hash_bytes(order.facts.name.as_bytes());
        hash = store::mix(hash, name ^ u64::from(order.descending));
    }
    hash
}

struct Listing<'a> {
    tenant: &'a Tenant,
    resource: &'a Resource,
    options: &'a QueryOptions,
}

/// Where the entries of a collection come from.
enum Source<'a> {
    /// Live objects of a type, all of them.
    Live(EntityType),
    /// These objects, in the order of their keys.
    Keys(Vec<CloudKey>),
    /// These entries.
    Items(Vec<Item<'a>>),
}

impl<'a> Listing<'a> {
    fn source(&self) -> Source<'a> {
        let records =
            |all: Vec<Record<'a>>| Source::Items(all.into_iter().map(Item::Record).collect());
        match self.resource {
            Resource::Users
            | Resource::Groups
            | Resource::Contacts
            | Resource::Devices
            | Resource::DirectoryObjects => self.live(),
            Resource::DeletedItems(entity) => {
                let deleted = self.tenant.deleted();
                let of_type = deleted.filter(|(_, object)| entity.admits(object));
                Source::Keys(of_type.map(|(key, _)| key).collect())
            }
            Resource::Related {
                of,
                navigation,
                cast,
            } => {
                let mut items = links::related(self.tenant, *of, *navigation);
                let cast = cast.unwrap_or(EntityType::DirectoryObject);
                items.retain(|item| {
                    cast == EntityType::DirectoryObject || item.entity_type() == cast
                });
                Source::Items(items)
            }
            Resource::RoleMembers(role) => Source::Items(links::members_of_role(self.tenant, role)),
            Resource::DirectoryRoles => records(record::roles(self.tenant)),
            Resource::Domains => records(record::domains(self.tenant)),
            Resource::Organization => records(vec![record::organization(self.tenant)]),
            Resource::SubscribedSkus => records(record::subscribed_skus(self.tenant)),
        }
    }

    fn live(&self) -> Source<'a> {
        let entity = self.resource.entity_type();
        let filter = self.options.filter.as_ref();
        if let Some(keys) = filter.and_then(|(_, test)| plan::candidates(test, self.tenant)) {
            let is_meant = |key: &CloudKey| {
                let object = self.tenant.object(*key);
                object.is_some_and(|object| object.is_live() && entity.admits(object))
            };
            return Source::Keys(keys.into_iter().filter(is_meant).collect());
        }
        match entity {
            EntityType::Group => Source::Keys(self.tenant.groups().map(|(key, _)| key).collect()),
            EntityType::OrgContact => Source::Keys(self.tenant.contacts().collect()),
            entity => Source::Live(entity),
        }
    }

    fn passes(&self, item: &Item<'_>) -> bool {
        let filter = self.options.filter.as_ref();
        filter.is_none_or(|(_, test)| eval::passes(test, self.tenant, item))
            && (self.options.search.as_ref()).is_none_or(|search| search.passes(self.tenant, item))
    }

    fn count(&self) -> u64 {
        let everything = self.options.filter.is_none() && self.options.search.is_none();
        let source = self.source();
        match &source {
            Source::Live(EntityType::User) if everything => return self.tenant.user_count(),
            Source::Keys(keys) if everything => return keys.len() as u64,
            _ => {}
        }
        let mut count = 0;
        self.visit(&source, None, |_, item| {
            count += u64::from(self.passes(item));
            true
        });
        count
    }

    /// Goes through the entries behind one, in their order, as long as `see` says so.
    fn visit(
        &self,
        source: &Source<'a>,
        after: Option<CloudKey>,
        mut see: impl FnMut(CloudKey, &Item<'_>) -> bool,
    ) {
        let first = after.map_or(0, |key| key.0.saturating_add(1));
        match source {
            Source::Live(entity) => {
                for (key, object) in self.tenant.objects_from(CloudKey(first)) {
                    if object.is_live()
                        && entity.admits(object)
                        && !see(key, &Item::Object(key, object))
                    {
                        return;
                    }
                }
            }
            Source::Keys(keys) => {
                let start = keys.partition_point(|key| key.0 < first);
                let objects = keys[start..].iter();
                let objects = objects.filter_map(|key| Some((*key, &**self.tenant.object(*key)?)));
                for (key, object) in objects {
                    let object: &DirectoryObject = object;
                    if !see(key, &Item::Object(key, object)) {
                        return;
                    }
                }
            }
            Source::Items(items) => {
                for (place, item) in items.iter().enumerate().skip(first as usize) {
                    if !see(CloudKey(place as u32), item) {
                        return;
                    }
                }
            }
        }
    }

    /// Writes a page; gives the place of its last entry where there are more behind it.
    fn page(&self, after: Option<&Place>, top: usize, into: &mut Vec<u8>) -> Option<Place> {
        let source = self.source();
        if self.options.order.is_empty() {
            return self.page_by_key(&source, after.map(|place| place.last), top, into);
        }
        let sorted = self.sorted(&source, after, top.saturating_add(1));
        let more = sorted.len() > top;
        let mut last = None;
        for place in sorted.into_iter().take(top) {
            self.visit(&source, before(place.last), |_, item| {
                push(into, self.tenant, item, self.options);
                false
            });
            last = Some(place);
        }
        last.filter(|_| more)
    }

    fn page_by_key(
        &self,
        source: &Source<'a>,
        after: Option<CloudKey>,
        top: usize,
        into: &mut Vec<u8>,
    ) -> Option<Place> {
        let (mut shown, mut last, mut more) = (0, None, false);
        self.visit(source, after, |key, item| {
            if !self.passes(item) {
                return true;
            }
            if shown == top {
                more = true;
                return false;
            }
            push(into, self.tenant, item, self.options);
            shown += 1;
            last = Some(key);
            true
        });
        let last = last.filter(|_| more)?;
        Some(Place {
            last,
            keys: Vec::new(),
        })
    }

    /// The first entries behind a place, sorted, and no more than wanted.
    fn sorted(&self, source: &Source<'a>, after: Option<&Place>, wanted: usize) -> Vec<Place> {
        let orders = &self.options.order;
        let compare = |left: &Place, right: &Place| {
            order::compare(orders, &left.keys, &right.keys).then(left.last.cmp(&right.last))
        };
        let mut found: Vec<Place> = Vec::new();
        self.visit(source, None, |last, item| {
            if self.passes(item) {
                let keys: Vec<Key> = order::keys(orders, self.tenant, item);
                let place = Place { last, keys };
                if after.is_none_or(|after| compare(after, &place) == Ordering::Less) {
                    found.push(place);
                }
            }
            true
        });
        if found.len() > wanted {
            found.select_nth_unstable_by(wanted, compare);
            found.truncate(wanted);
        }
        found.sort_unstable_by(compare);
        found
    }
}

/// The key that stands directly before another one; nothing before the first.
fn before(key: CloudKey) -> Option<CloudKey> {
    key.0.checked_sub(1).map(CloudKey)
}
