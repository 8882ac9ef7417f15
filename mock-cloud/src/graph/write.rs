//! From a tenant to Graph's JSON.

use serde::Serialize;
use serde_json::{Value, json};
use store::Text;

use super::read::Part;
use super::shape::{GraphLicence, GraphObject, GraphProvisioningError, List};
use crate::ids::CloudKey;
use crate::sync_object::{Property, property};
use crate::tenant::{Authentication, DirectoryObject, FEATURES, Kind, State, Tenant};

/// The parts that a snapshot of a tenant consists of, in the order in which they are read.
pub fn written_parts() -> impl Iterator<Item = Part> {
    Part::ALL
        .into_iter()
        .filter(|part| *part != Part::Organization)
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
        Part::Roles => roles(tenant),
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
            json!({
                "id": domain.name,
                "isInitial": domain.initial,
                "isVerified": domain.verified,
                "authenticationType": match domain.authentication {
                    Authentication::Managed => "Managed",
                    Authentication::Federated => "Federated",
                },
            })
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

fn roles(tenant: &Tenant) -> Value {
    let mut named: std::collections::BTreeMap<&Text, Vec<CloudKey>> =
        std::collections::BTreeMap::new();
    for (user, role) in tenant.roles.iter() {
        named.entry(&role.0).or_default().push(user);
    }
    named
        .into_iter()
        .map(|(name, holders)| {
            let members: Vec<Value> = holders
                .into_iter()
                .filter_map(|key| tenant.object(key))
                .map(|holder| json!({ "id": holder.id.to_string() }))
                .collect();
            json!({ "displayName": name, "members": members })
        })
        .collect()
}

fn graph_object(object: &DirectoryObject) -> GraphObject {
    let facts = &object.on_premises;
    let shadow = facts.shadow.as_deref();
    let when = |at: jiff::Timestamp| Some(Text::from(at.to_string()));
    let named = |name: &str| {
        Property::from_name(name)
            .and_then(|one| property(&object.properties, one))
            .cloned()
    };
    let (mail_enabled, security_enabled) = match object.kind {
        Kind::Group {
            mail_enabled,
            security_enabled,
        } => (Some(mail_enabled), Some(security_enabled)),
        Kind::Microsoft365Group => (Some(true), Some(false)),
        _ => (None, None),
    };
    let is_user = object.kind.is_user();
    let is_unified = object.kind == Kind::Microsoft365Group;
    GraphObject {
        odata_type: None,
        id: Some(Text::from(object.id.to_string())),
        user_principal_name: object.graph_user_principal_name(),
        display_name: object.display_name.clone(),
        given_name: named("givenName"),
        surname: named("surname"),
        mail: object.mail.clone(),
        mail_nickname: object.mail_nickname.clone(),
        mail_enabled,
        security_enabled,
        group_types: List(
            is_unified
                .then(|| Text::from("Unified"))
                .into_iter()
                .collect(),
        ),
        proxy_addresses: List(
            object
                .proxy_addresses
                .iter()
                .map(|one| Text::from(one.as_str()))
                .collect(),
        ),
        user_type: is_user.then(|| {
            Text::from(if object.kind == Kind::Guest {
                "Guest"
            } else {
                "Member"
            })
        }),
        account_enabled: is_user.then_some(object.account_enabled),
        usage_location: object.usage_location.clone(),
        created_date_time: when(object.created),
        deleted_date_time: match object.state {
            State::SoftDeleted { at } => when(at),
            _ => None,
        },
        job_title: named("jobTitle"),
        department: named("department"),
        company_name: named("companyName"),
        office_location: named("officeLocation"),
        mobile_phone: named("mobilePhone"),
        street_address: named("streetAddress"),
        city: named("city"),
        state: named("state"),
        postal_code: named("postalCode"),
        country: named("country"),
        preferred_language: named("preferredLanguage"),
        business_phones: List(named("businessPhones").into_iter().collect()),
        on_premises_immutable_id: (facts.immutable_id.as_ref().filter(|_| is_user))
            .map(|anchor| Text::from(anchor.to_string())),
        on_premises_sync_enabled: facts.sync_enabled,
        on_premises_last_sync_date_time: facts.last_sync.and_then(when),
        on_premises_distinguished_name: facts
            .distinguished_name
            .clone()
            .or_else(|| shadow.map(|shadow| Text::from(shadow.distinguished_name.to_string()))),
        on_premises_sam_account_name: facts.sam_account_name.clone(),
        on_premises_domain_name: facts.domain_name.clone(),
        on_premises_user_principal_name: facts.user_principal_name.clone(),
        on_premises_security_identifier: facts
            .security_identifier
            .as_ref()
            .map(|sid| Text::from(sid.to_string())),
        on_premises_object_identifier: facts
            .object_identifier
            .map(|guid| Text::from(uuid::Uuid::from_bytes_le(guid).to_string())),
        on_premises_provisioning_errors: List(provisioning_errors(object)),
        assigned_licenses: List(
            object
                .licences
                .iter()
                .map(|sku| GraphLicence {
                    disabled_plans: List::new(),
                    sku_id: sku.clone(),
                })
                .collect(),
        ),
        is_cloud_managed: facts.cloud_managed.then_some(true),
    }
}

fn provisioning_errors(object: &DirectoryObject) -> Vec<GraphProvisioningError> {
    object
        .on_premises
        .provisioning_errors
        .iter()
        .map(|one| GraphProvisioningError {
            category: Some(Text::from("PropertyConflict")),
            occurred_date_time: Some(Text::from(one.occurred.to_string())),
            property_causing_error: Some(Text::from(one.property.name())),
            value: Some(one.value.clone()),
        })
        .collect()
}
