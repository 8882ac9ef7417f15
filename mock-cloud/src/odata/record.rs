//! What is served besides users, groups and contacts: roles, domains, the organisation, products.

use std::borrow::Cow;

use uuid::Uuid;

use super::resource::EntityType;
use super::value::Value;
use crate::ids::CloudKey;
use crate::tenant::{Authentication, DirectoryObject, Domain, Role, Sku, Tenant};

/// One entry of a collection.
#[derive(Debug, Clone)]
pub(super) enum Item<'a> {
    Object(CloudKey, &'a DirectoryObject),
    Record(Record<'a>),
}

/// An object that is made from the tenant when it is asked for.
#[derive(Debug, Clone)]
pub(super) struct Record<'a> {
    pub(super) entity: EntityType,
    pub(super) members: Vec<(&'static str, Value<'a>)>,
}

impl Item<'_> {
    pub(super) const fn entity_type(&self) -> EntityType {
        match self {
            Item::Object(_, object) => EntityType::of(object),
            Item::Record(record) => record.entity,
        }
    }
}

/// The directory roles, by name.
pub(super) fn roles(tenant: &Tenant) -> Vec<Record<'_>> {
    let roles = tenant.directory_roles();
    roles.iter().map(|role| role_record(tenant, role)).collect()
}

/// One directory role.
pub(super) fn role_record<'a>(tenant: &'a Tenant, role: &Role) -> Record<'a> {
    let guid = |id: crate::CloudId| Value::Guid(Uuid::from_bytes(*id.as_bytes()));
    let name = role.0.to_string();
    Record {
        entity: EntityType::DirectoryRole,
        members: vec![
            ("id", guid(role.id(tenant.organization.id))),
            ("description", Value::owned(Some(name.clone()))),
            ("displayName", Value::owned(Some(name))),
            ("roleTemplateId", guid(role.template_id())),
        ],
    }
}

/// The domains, the initial one first.
pub(super) fn domains(tenant: &Tenant) -> Vec<Record<'_>> {
    let default = tenant.domains.default();
    let all = tenant.domains.iter();
    all.map(|domain| domain_record(tenant, domain, domain.name == *default))
        .collect()
}

fn domain_record<'a>(tenant: &'a Tenant, domain: &'a Domain, is_default: bool) -> Record<'a> {
    let is_root = tenant.domains.parent(&domain.name).is_none();
    let services = ["Email", "OfficeCommunicationsOnline"];
    let services = if domain.verified { &services[..] } else { &[] };
    let text = |text: &'static str| Value::Text(Cow::Borrowed(text));
    Record {
        entity: EntityType::Domain,
        members: vec![
            ("id", Value::text(Some(domain.name.as_str()))),
            ("authenticationType", text(authentication(domain))),
            ("isAdminManaged", Value::Bool(true)),
            ("isDefault", Value::Bool(is_default)),
            ("isInitial", Value::Bool(domain.initial)),
            ("isRoot", Value::Bool(is_root)),
            ("isVerified", Value::Bool(domain.verified)),
            (
                "supportedServices",
                Value::List(services.iter().map(|it| text(it)).collect()),
            ),
        ],
    }
}

const fn authentication(domain: &Domain) -> &'static str {
    match domain.authentication {
        Authentication::Managed => "Managed",
        Authentication::Federated => "Federated",
    }
}

/// The organisation: always one.
pub(super) fn organization(tenant: &Tenant) -> Record<'_> {
    let organization = &tenant.organization;
    let text = |text: &'static str| Value::Text(Cow::Borrowed(text));
    let default = tenant.domains.default();
    let verified = tenant.domains.iter().filter(|domain| domain.verified);
    let domain = |domain: &'_ Domain| {
        vec![
            ("capabilities", text("Email, OfficeCommunicationsOnline")),
            ("isDefault", Value::Bool(domain.name == *default)),
            ("isInitial", Value::Bool(domain.initial)),
            ("name", Value::owned(Some(domain.name.to_string()))),
            ("type", text(authentication(domain))),
        ]
    };
    Record {
        entity: EntityType::Organization,
        members: vec![
            (
                "id",
                Value::Guid(Uuid::from_bytes(*organization.id.as_bytes())),
            ),
            (
                "displayName",
                Value::text(Some(organization.display_name.as_str())),
            ),
            ("mobileDeviceManagementAuthority", text("unknown")),
            (
                "onPremisesLastSyncDateTime",
                Value::instant(organization.last_sync),
            ),
            (
                "onPremisesSyncEnabled",
                Value::bool(organization.sync_enabled),
            ),
            ("tenantType", text("AAD")),
            (
                "verifiedDomains",
                Value::List(verified.map(domain).map(Value::Complex).collect()),
            ),
        ],
    }
}

/// The products that the tenant has bought.
pub(super) fn subscribed_skus(tenant: &Tenant) -> Vec<Record<'_>> {
    let all = tenant.subscribed_skus();
    let sku = |(sku, consumed): (Sku, u32)| {
        let tenant_id = tenant.organization.id;
        let sku_id = super::read::sku_id(&sku.id);
        let text = |text: &'static str| Value::Text(Cow::Borrowed(text));
        let number = |number: u32| Value::Number(i64::from(number));
        Record {
            entity: EntityType::SubscribedSku,
            members: vec![
                ("id", Value::owned(Some(format!("{tenant_id}_{sku_id}")))),
                ("accountId", Value::owned(Some(tenant_id.to_string()))),
                ("appliesTo", text("User")),
                ("capabilityStatus", text("Enabled")),
                ("consumedUnits", number(consumed)),
                (
                    "prepaidUnits",
                    Value::Complex(vec![
                        ("enabled", number(sku.enabled)),
                        ("lockedOut", number(0)),
                        ("suspended", number(0)),
                        ("warning", number(0)),
                    ]),
                ),
                ("skuId", Value::Guid(sku_id)),
                (
                    "skuPartNumber",
                    Value::owned(Some(sku.part_number.to_string())),
                ),
            ],
        }
    };
    all.into_iter().map(sku).collect()
}
