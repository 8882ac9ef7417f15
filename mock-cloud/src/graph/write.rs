//! From a tenant to Graph's JSON.

use serde::Serialize;
use serde_json::{Value, json};
use store::Text;
use uuid::Uuid;

use super::read::Part;
use super::write_object::graph_object;
use crate::ids::{CloudId, CloudKey};
use crate::tenant::{Authentication, DirectoryObject, FEATURES, Kind, Tenant};

/// The parts that a snapshot of a tenant consists of, in the order in which they are read.
pub fn written_parts() -> impl Iterator<Item = Part> {
    Part::ALL
        .into_iter()
        .filter(|part| !matches!(part, Part::Organization | Part::Identifiers))
}

/// Writes one part in the shape that Graph returns, so that [`super::load`] reads it back.
pub fn write_part(tenant: &Tenant, part: Part) -> String {
    let live = |wanted: fn(Kind) -> bool| {
        let objects = tenant
            .objects()
            .filter(move |(_, object)| object.is_live() && wanted(object.kind));
        values(objects.map(|(_, object)| graph_object(object)))
    };
    let value = match part {
        Part::Domains => domains(tenant),
        Part::Organization => Value::Array(Vec::new()),
        Part::Features => features(tenant),
        Part::Users => live(Kind::is_user),
        Part::Groups => live(|kind| matches!(kind, Kind::Group { .. } | Kind::Microsoft365Group)),
        Part::Contacts => live(|kind| kind == Kind::Contact),
        Part::Deleted => {
            let deleted = tenant
                .objects()
                .filter(|(_, object)| object.is_soft_deleted());
            values(deleted.map(|(_, object)| {
                let mut written = graph_object(object);
                written.odata_type = Some(Text::from(if object.kind.is_user() {
                    "#microsoft.graph.user"
                } else {
                    "#microsoft.graph.group"
                }));
                written
            }))
        }
        Part::Identifiers => identifiers(tenant),
        Part::Roles => roles(tenant),
        Part::EligibleRoles => eligible_roles(tenant),
        Part::Managers => managers(tenant),
        Part::Members => members(tenant),
    };
    let mut text = serde_json::to_string_pretty(&json!({ "value": value })).unwrap_or_default();
    text.push('\n');
    text
}

fn values<T: Serialize>(all: impl Iterator<Item = T>) -> Value {
    Value::Array(
        all.filter_map(|one| serde_json::to_value(one).ok())
            .map(without_nulls)
            .collect(),
    )
}

/// Properties without a value are left out, but those that say "never synced" by being null.
fn without_nulls(value: Value) -> Value {
    let Value::Object(map) = value else {
        return value;
    };
    let kept = ["onPremisesImmutableId", "onPremisesSyncEnabled"];
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    map.into_iter()
        .filter(|(name, value)| !is_empty(value) || kept.contains(&name.as_str()))
        .collect()
}

fn domains(tenant: &Tenant) -> Value {
    tenant
        .domains
        .iter()
        .map(|domain| {
            let mut written = json!({
                "id": domain.name,
                "isInitial": domain.initial,
                "isVerified": domain.verified,
                "authenticationType": match domain.authentication {
                    Authentication::Managed => "Managed",
                    Authentication::Federated => "Federated",
                },
            });
            if tenant.domains.chosen_default() == Some(&domain.name) {
                written["isDefault"] = true.into();
            }
            if tenant.domains.is_promoted(&domain.name) {
                written["isRoot"] = true.into();
            }
            written
        })
        .collect()
}

fn features(tenant: &Tenant) -> Value {
    let features: serde_json::Map<String, Value> = FEATURES
        .iter()
        .map(|one| {
            (
                one.graph_name.to_owned(),
                Value::Bool((one.get)(&tenant.features)),
            )
        })
        .collect();
    let prevention = match tenant.deletion_threshold {
        Some(threshold) => json!({
            "synchronizationPreventionType": "enabledForCount",
            "alertThreshold": threshold,
        }),
        None => json!({ "synchronizationPreventionType": "disabled" }),
    };
    json!([{
        "configuration": { "accidentalDeletionPrevention": prevention },
        "features": features,
    }])
}

/// What is there or in the recycle bin.
fn there(tenant: &Tenant) -> impl Iterator<Item = &DirectoryObject> {
    let all = tenant.objects().map(|(_, object)| &**object);
    all.filter(|object| object.is_live() || object.is_soft_deleted())
}

fn managers(tenant: &Tenant) -> Value {
    there(tenant)
        .filter_map(|object| {
            let manager = tenant.object(object.extras().manager?)?;
            let manager = json!({ "id": manager.id.to_string() });
            Some(json!({ "id": object.id.to_string(), "manager": manager }))
        })
        .collect()
}

fn members(tenant: &Tenant) -> Value {
    there(tenant)
        .filter(|object| !object.members.is_empty())
        .map(|group| {
            let members = group.members.iter().filter_map(|key| tenant.object(*key));
            let mut ids: Vec<CloudId> = members.map(|member| member.id).collect();
            ids.sort_unstable();
            let members = ids.iter().map(|id| json!({ "id": id.to_string() }));
            json!({ "id": group.id.to_string(), "members": members.collect::<Vec<_>>() })
        })
        .collect()
}

/// What users.json says as well: a snapshot does not have it twice.
fn identifiers(tenant: &Tenant) -> Value {
    let mut all: Vec<(String, String)> = there(tenant)
        .filter_map(|object| {
            let guid = Uuid::from_bytes_le(object.on_premises.object_identifier?);
            Some((object.id.to_string(), guid.to_string()))
        })
        .collect();
    all.sort_unstable();
    let written = all.into_iter();
    written
        .map(|(id, guid)| json!({ "id": id, "onPremisesObjectIdentifier": guid }))
        .collect()
}

fn eligible_roles(tenant: &Tenant) -> Value {
    let mut all: Vec<(&Text, CloudId, Value)> = tenant
        .roles
        .eligible()
        .filter_map(|(user, role)| {
            let id = tenant.object(user)?.id;
            let one = json!({
                "principalId": id.to_string(),
                "roleDefinitionId": role.template_id().to_string(),
                "roleDefinition": { "displayName": role.0 },
            });
            Some((&role.0, id, one))
        })
        .collect();
    all.sort_by_key(|(name, id, _)| (*name, *id));
    all.into_iter().map(|(_, _, one)| one).collect()
}

fn roles(tenant: &Tenant) -> Value {
    let mut named: std::collections::BTreeMap<&Text, Vec<CloudKey>> =
        std::collections::BTreeMap::new();
    for (user, role) in tenant.roles.iter() {
        named.entry(&role.0).or_default().push(user);
    }
    named
        .into_iter()
        .map(|(name, holders)| {
            let holders = holders.into_iter().filter_map(|key| tenant.object(key));
            let mut holders: Vec<CloudId> = holders.map(|holder| holder.id).collect();
            holders.sort_unstable();
            let members = holders.iter().map(|id| json!({ "id": id.to_string() }));
            let members: Vec<Value> = members.collect();
            json!({ "displayName": name, "members": members })
        })
        .collect()
}
