//! What a relation leads to.

use super::record::{self, Item};
use super::resource::{EntityType, Navigation};
use crate::ids::CloudKey;
use crate::tenant::{Role, Tenant};

/// The objects of a relation that are there: live users, groups and contacts in the order of their
/// keys, then roles.
pub(super) fn linked<'a>(
    tenant: &'a Tenant,
    item: &Item<'_>,
    navigation: Navigation,
) -> Vec<Item<'a>> {
    match item {
        Item::Object(key, _) => related(tenant, *key, navigation),
        Item::Record(record) if record.entity == EntityType::DirectoryRole => {
            let name = record
                .members
                .iter()
                .find(|(name, _)| *name == "displayName");
            match (name, navigation) {
                (Some((_, super::value::Value::Text(name))), Navigation::Members) => {
                    members_of_role(tenant, &Role(store::Text::from(&**name)))
                }
                _ => Vec::new(),
            }
        }
        Item::Record(_) => Vec::new(),
    }
}

/// The objects of a relation of a user, group or contact.
pub(super) fn related(tenant: &Tenant, of: CloudKey, navigation: Navigation) -> Vec<Item<'_>> {
    let object = tenant.object(of);
    let is_group = object.is_some_and(|object| EntityType::of(object) == EntityType::Group);
    let keys = match navigation {
        Navigation::Members if is_group => tenant.members_of(of, false),
        Navigation::TransitiveMembers if is_group => tenant.members_of(of, true),
        Navigation::Owners => object
            .map(|it| it.extras().owners.clone())
            .unwrap_or_default(),
        Navigation::MemberOf => tenant.member_of(of).collect(),
        Navigation::TransitiveMemberOf => tenant.transitive_member_of(of),
        Navigation::Manager => object
            .and_then(|it| it.extras().manager)
            .into_iter()
            .collect(),
        Navigation::DirectReports => tenant.direct_reports(of),
        Navigation::Members | Navigation::TransitiveMembers => Vec::new(),
    };
    let mut items = live(tenant, keys);
    if matches!(
        navigation,
        Navigation::MemberOf | Navigation::TransitiveMemberOf
    ) {
        let held = tenant.roles.held(of);
        let roles = held.iter().map(|role| record::role_record(tenant, role));
        items.extend(roles.map(Item::Record));
    }
    items
}

/// Who holds a role.
pub(super) fn members_of_role<'a>(tenant: &'a Tenant, role: &Role) -> Vec<Item<'a>> {
    let holders: Vec<CloudKey> = tenant.roles.holders(role).collect();
    live(tenant, holders)
}

fn live(tenant: &Tenant, mut keys: Vec<CloudKey>) -> Vec<Item<'_>> {
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| Some(Item::Object(key, tenant.object(key)?)))
        .filter(|item| matches!(item, Item::Object(_, object) if object.is_live()))
        .collect()
}
