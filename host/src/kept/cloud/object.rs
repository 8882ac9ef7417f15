//! Objects that Graph makes, and updates of objects: everything that its requests can say.

use mock_cloud::tenant::administer::ObjectUpdate;
use mock_cloud::tenant::{DirectoryObject, Kind};
use mock_cloud::{CloudKey, Property, ProxyAddress, SourceAnchor, Upn};
use serde_json::{Map, Value, json};
use store::Text;

use super::super::read::{Broken, get, list, maybe, maybe_text, number, text, truth};

pub(super) fn write(object: &DirectoryObject) -> Value {
    let extras = object.extras();
    let keys = |keys: &[CloudKey]| keys.iter().map(|key| key.0).collect::<Vec<_>>();
    let values: Map<String, Value> = extras
        .values
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    json!({
        "id": object.id.to_string(),
        "kind": kind(object.kind),
        "created": object.created.to_string(),
        "userPrincipalName": object.user_principal_name.as_ref().map(Upn::as_str),
        "displayName": object.display_name,
        "mail": object.mail,
        "mailNickname": object.mail_nickname,
        "proxyAddresses": addresses(&object.proxy_addresses),
        "properties": properties(&object.properties),
        "accountEnabled": object.account_enabled,
        "usageLocation": object.usage_location,
        "immutableId": object.on_premises.immutable_id.as_ref().map(ToString::to_string),
        "licences": &*object.licences,
        "members": keys(&object.members),
        "owners": keys(&extras.owners),
        "manager": extras.manager.map(|manager| manager.0),
        "password": extras.password,
        "values": values,
    })
}

pub(super) fn read(value: &Value) -> Result<DirectoryObject, Broken> {
    let id = get(value, "id")?;
    let id = text(id)?.parse().map_err(|_| Broken::of("an id", id))?;
    let created = get(value, "created")?;
    let created = text(created)?;
    let created = created.parse().map_err(|_| Broken::of("a time", value))?;
    let mut object = DirectoryObject::new(id, read_kind(get(value, "kind")?)?, created);
    object.user_principal_name = maybe_text(value, "userPrincipalName")?.map(Upn::new);
    object.display_name = maybe_text(value, "displayName")?;
    object.mail = maybe_text(value, "mail")?;
    object.mail_nickname = maybe_text(value, "mailNickname")?;
    object.proxy_addresses = read_addresses(get(value, "proxyAddresses")?)?.into();
    object.properties = read_properties(get(value, "properties")?)?.into();
    object.account_enabled = truth(get(value, "accountEnabled")?)?;
    object.usage_location = maybe_text(value, "usageLocation")?;
    let anchor = maybe_text(value, "immutableId")?;
    object.on_premises.immutable_id = anchor.map(|anchor| SourceAnchor::from_text(&anchor));
    let licences = list(get(value, "licences")?)?.iter();
    let licences = licences.map(|sku| Ok(Text::from(text(sku)?)));
    object.licences = licences.collect::<Result<_, Broken>>()?;
    object.members = keys(get(value, "members")?)?.into();
    let owners = keys(get(value, "owners")?)?;
    let manager = maybe(value, "manager").map(number).transpose()?;
    let password = maybe_text(value, "password")?;
    let values = get(value, "values")?;
    let values = values
        .as_object()
        .ok_or_else(|| Broken::of("values", values))?;
    object.change_extras(|extras| {
        extras.owners = owners;
        extras.manager = manager.map(CloudKey);
        extras.password = password;
        let values = values.iter();
        extras.values = values
            .map(|(name, value)| (Text::from(name.as_str()), value.clone()))
            .collect();
    });
    Ok(object)
}

pub(super) fn updated(update: &ObjectUpdate) -> Value {
    let values = update.values.iter();
    let values = values.map(|(name, value)| json!([name, value]));
    json!({
        "userPrincipalName": update.user_principal_name,
        "displayName": update.display_name,
        "mail": update.mail,
        "mailNickname": update.mail_nickname,
        "proxyAddresses": update.proxy_addresses.as_deref().map(addresses),
        "properties": update.properties.as_deref().map(properties),
        "accountEnabled": update.account_enabled,
        "usageLocation": update.usage_location,
        "clearUsageLocation": update.clear_usage_location,
        "kind": update.kind.map(kind),
        "password": update.password,
        "values": values.collect::<Vec<_>>(),
    })
}

pub(super) fn read_update(value: &Value) -> Result<ObjectUpdate, Broken> {
    let properties = maybe(value, "properties")
        .map(read_properties)
        .transpose()?;
    let values = list(get(value, "values")?)?.iter();
    let values = values.map(|pair| Ok((Text::from(text(&pair[0])?), pair[1].clone())));
    Ok(ObjectUpdate {
        user_principal_name: maybe_text(value, "userPrincipalName")?,
        display_name: maybe_text(value, "displayName")?,
        mail: maybe_text(value, "mail")?,
        mail_nickname: maybe_text(value, "mailNickname")?,
        proxy_addresses: maybe(value, "proxyAddresses")
            .map(read_addresses)
            .transpose()?,
        properties: properties.map(Into::into),
        account_enabled: maybe(value, "accountEnabled").map(truth).transpose()?,
        usage_location: maybe_text(value, "usageLocation")?,
        clear_usage_location: truth(get(value, "clearUsageLocation")?)?,
        kind: maybe(value, "kind").map(read_kind).transpose()?,
        password: maybe_text(value, "password")?,
        values: values.collect::<Result<_, Broken>>()?,
    })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::User => json!("user"),
        Kind::Guest => json!("guest"),
        Kind::Microsoft365Group => json!("microsoft365Group"),
        Kind::Contact => json!("contact"),
        Kind::Device => json!("device"),
        Kind::Group {
            mail_enabled,
            security_enabled,
        } => json!({ "group": [mail_enabled, security_enabled] }),
    }
}

fn read_kind(value: &Value) -> Result<Kind, Broken> {
    match value.as_str() {
        Some("user") => Ok(Kind::User),
        Some("guest") => Ok(Kind::Guest),
        Some("microsoft365Group") => Ok(Kind::Microsoft365Group),
        Some("contact") => Ok(Kind::Contact),
        Some("device") => Ok(Kind::Device),
        Some(_) => Err(Broken::of("a kind", value)),
        None => {
            let group = get(value, "group")?;
            Ok(Kind::Group {
                mail_enabled: truth(&group[0])?,
                security_enabled: truth(&group[1])?,
            })
        }
    }
}

fn addresses(all: &[ProxyAddress]) -> Vec<&str> {
    all.iter().map(ProxyAddress::as_str).collect()
}

fn read_addresses(value: &Value) -> Result<Vec<ProxyAddress>, Broken> {
    let all = list(value)?.iter();
    all.map(|one| Ok(ProxyAddress::new(text(one)?))).collect()
}

fn properties(all: &[(Property, Text)]) -> Vec<Value> {
    let all = all.iter();
    all.map(|(property, value)| json!([property.name(), value]))
        .collect()
}

fn read_properties(value: &Value) -> Result<Vec<(Property, Text)>, Broken> {
    let all = list(value)?.iter().map(|pair| {
        let property = Property::from_name(text(&pair[0])?);
        let property = property.ok_or_else(|| Broken::of("a property", pair))?;
        Ok((property, Text::from(text(&pair[1])?)))
    });
    all.collect()
}

fn keys(value: &Value) -> Result<Vec<CloudKey>, Broken> {
    let all = list(value)?.iter();
    all.map(|key| Ok(CloudKey(number(key)?))).collect()
}
