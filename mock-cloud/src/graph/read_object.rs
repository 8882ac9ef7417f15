//! From one object of Graph's JSON to one of the tenant.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Text;
use uuid::Uuid;

use super::shape::{GraphObject, GraphProvisioningError};
use crate::address::{ProxyAddress, Upn};
use crate::ids::{CloudId, SourceAnchor};
use crate::sync_object::{PROPERTIES, Property, SecurityIdentifier};
use crate::tenant::{
    ConflictProperty, DirectoryObject, Kind, OnPremises, ProvisioningError, State,
};

/// A [`DirectoryObject`] that is read where it stands, so that errors know their line; behind a
/// pointer, because a list of many grows as it is read.
pub(super) struct Parsed(pub(super) Box<DirectoryObject>);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = GraphObject::deserialize(deserializer)?;
        let object = convert(object).map(Box::new);
        object.map(Self).map_err(serde::de::Error::custom)
    }
}

fn convert(mut object: GraphObject) -> Result<DirectoryObject, String> {
    let id = object.id.as_deref().ok_or("an object has no `id`")?;
    let id: CloudId = id.parse().map_err(|_| format!("`{id}` is no object id"))?;
    let created = when(object.created_date_time.as_ref())?.unwrap_or(Timestamp::UNIX_EPOCH);
    let mut read = DirectoryObject::new(id, kind(&object), created);
    if let Some(at) = when(object.deleted_date_time.as_ref())? {
        read.state = State::SoftDeleted { at };
    }
    read.on_premises = on_premises(&object)?;
    read.properties = properties(&mut object).into();
    read.user_principal_name = object.user_principal_name.map(Upn::new);
    read.display_name = object.display_name;
    read.mail = object.mail;
    read.mail_nickname = object.mail_nickname;
    let addresses = object.proxy_addresses.0.into_iter();
    read.proxy_addresses = addresses.map(ProxyAddress::new).collect();
    read.account_enabled = object.account_enabled.unwrap_or(true);
    read.usage_location = object.usage_location;
    let licences = object.assigned_licenses.0.into_iter();
    read.licences = licences.map(|licence| licence.sku_id).collect();
    read.was_recipient = !read.licences.is_empty();
    Ok(read)
}

/// `onPremisesObjectIdentifier` in Active Directory's byte order.
pub(super) fn object_identifier(text: &str) -> Result<[u8; 16], String> {
    Uuid::try_parse(text)
        .map(|guid| guid.to_bytes_le())
        .map_err(|_| format!("`{text}` is no GUID"))
}

fn on_premises(object: &GraphObject) -> Result<OnPremises, String> {
    let sid = object.on_premises_security_identifier.as_ref();
    let sid = sid.map(|text| text.parse::<SecurityIdentifier>());
    let guid = object.on_premises_object_identifier.as_ref();
    let guid = guid.map(|text| object_identifier(text));
    let anchor = object.on_premises_immutable_id.as_deref();
    let errors = object.on_premises_provisioning_errors.0.iter();
    Ok(OnPremises {
        immutable_id: anchor.map(SourceAnchor::from_text),
        sync_enabled: object.on_premises_sync_enabled,
        last_sync: when(object.on_premises_last_sync_date_time.as_ref())?,
        cloud_managed: object.is_cloud_managed.unwrap_or_default(),
        object_identifier: guid.transpose()?,
        security_identifier: sid.transpose().map_err(|error| error.to_string())?,
        user_principal_name: object.on_premises_user_principal_name.clone(),
        sam_account_name: object.on_premises_sam_account_name.clone(),
        distinguished_name: object.on_premises_distinguished_name.clone().map(Arc::new),
        domain_name: object.on_premises_domain_name.clone(),
        provisioning_errors: errors.map(provisioning_error).collect::<Result<_, _>>()?,
        ..OnPremises::default()
    })
}

/// A point in time, as Graph writes it or as Windows PowerShell does: `/Date(1704873600000)/`.
fn when(text: Option<&Text>) -> Result<Option<Timestamp>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let milliseconds = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"));
    let parsed = match milliseconds {
        Some(milliseconds) => milliseconds
            .parse()
            .ok()
            .and_then(|count| Timestamp::from_millisecond(count).ok()),
        None => text.parse().ok(),
    };
    parsed
        .map(Some)
        .ok_or_else(|| format!("`{text}` is no date such as 2026-01-31T08:00:00Z"))
}

fn kind(object: &GraphObject) -> Kind {
    let named = object.odata_type.as_deref().unwrap_or_default();
    let named = named.rsplit('.').next().unwrap_or_default();
    let mut types = object.group_types.0.iter();
    if types.any(|it| it.eq_ignore_ascii_case("unified")) {
        return Kind::Microsoft365Group;
    }
    let is_group = object.mail_enabled.is_some() || object.security_enabled.is_some();
    if named == "group" || is_group {
        return Kind::Group {
            mail_enabled: object.mail_enabled.unwrap_or_default(),
            security_enabled: object.security_enabled.unwrap_or_default(),
        };
    }
    if named == "orgContact" {
        return Kind::Contact;
    }
    match &object.user_type {
        Some(kind) if kind.eq_ignore_ascii_case("guest") => Kind::Guest,
        _ => Kind::User,
    }
}

fn provisioning_error(one: &GraphProvisioningError) -> Result<ProvisioningError, String> {
    let named = one.property_causing_error.as_deref().unwrap_or_default();
    let property = match named.to_ascii_lowercase().as_str() {
        "userprincipalname" => ConflictProperty::UserPrincipalName,
        // Both spellings are seen (rule R3.7).
        "proxyaddresses" | "proxyaddress" => ConflictProperty::ProxyAddresses,
        _ => return Err(format!("`{named}` is no property that is quarantined")),
    };
    Ok(ProvisioningError {
        property,
        value: one.value.clone().unwrap_or_default(),
        occurred: when(one.occurred_date_time.as_ref())?.unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

fn properties(object: &mut GraphObject) -> Vec<(Property, Text)> {
    let phone = object.business_phones.0.first().cloned();
    let extensions = object.on_premises_extension_attributes.take();
    let mut all: Vec<(Property, Text)> = object
        .texts()
        .into_iter()
        .map(|(name, value)| (name, value.take()))
        .chain([("businessPhones", phone)])
        .filter_map(|(name, value)| Some((Property::from_name(name)?, value?)))
        .chain(extensions.iter().flat_map(extension_attributes))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    all.sort_unstable_by_key(|(property, _)| *property);
    all.dedup_by_key(|(property, _)| *property);
    all
}

fn extension_attributes(all: &Map<String, Value>) -> impl Iterator<Item = (Property, Text)> {
    let known = |name: &str| {
        let mut names = PROPERTIES.iter().map(|(_, graph)| *graph);
        let name = names.find(|known| known.eq_ignore_ascii_case(name))?;
        Property::from_name(name).filter(|_| name.starts_with("extensionAttribute"))
    };
    all.iter()
        .filter_map(move |(name, value)| Some((known(name)?, Text::from(value.as_str()?))))
}
