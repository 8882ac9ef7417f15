//! From one object of the tenant to Graph's JSON.

use jiff::Timestamp;
use serde_json::{Map, Value};
use store::Text;
use uuid::Uuid;

use super::body::List;
use super::shape::{GraphLicence, GraphObject, GraphProvisioningError};
use crate::sync_object::{Property, property};
use crate::tenant::{DirectoryObject, Kind, ProvisioningError, State};

/// The object as Graph shows it.
pub(super) fn graph_object(object: &DirectoryObject) -> GraphObject {
    let addresses = object.proxy_addresses.iter();
    let licences = object.licences.iter();
    let is_user = object.kind.is_user();
    let mut written = GraphObject {
        id: Some(Text::from(object.id.to_string())),
        user_principal_name: object.graph_user_principal_name(),
        display_name: object.display_name.clone(),
        mail: object.mail.clone(),
        mail_nickname: object.mail_nickname.clone(),
        proxy_addresses: addresses.map(|it| Text::from(it.as_str())).collect(),
        account_enabled: is_user.then_some(object.account_enabled),
        usage_location: object.usage_location.clone(),
        created_date_time: Some(when(object.created)),
        deleted_date_time: match object.state {
            State::SoftDeleted { at } => Some(when(at)),
            _ => None,
        },
        assigned_licenses: licences
            .map(|sku| GraphLicence {
                disabled_plans: List::new(),
                sku_id: sku.clone(),
            })
            .collect(),
        ..GraphObject::default()
    };
    write_kind(&mut written, object.kind);
    write_properties(&mut written, object);
    write_on_premises(&mut written, object);
    written
}

fn write_kind(written: &mut GraphObject, kind: Kind) {
    let user_type = match kind {
        Kind::User => "Member",
        Kind::Guest => "Guest",
        Kind::Microsoft365Group => {
            written.group_types = List(vec![Text::from("Unified")]);
            (written.mail_enabled, written.security_enabled) = (Some(true), Some(false));
            return;
        }
        Kind::Group {
            mail_enabled,
            security_enabled,
        } => {
            written.mail_enabled = Some(mail_enabled);
            written.security_enabled = Some(security_enabled);
            return;
        }
        Kind::Contact | Kind::Device => return,
    };
    written.user_type = Some(Text::from(user_type));
}

fn write_properties(written: &mut GraphObject, object: &DirectoryObject) {
    let named = |name: &str| {
        let wanted = Property::from_name(name)?;
        property(&object.properties, wanted).cloned()
    };
    for (name, text) in written.texts() {
        *text = named(name);
    }
    written.business_phones = named("businessPhones").into_iter().collect();
    let extensions: Map<String, Value> = object
        .properties
        .iter()
        .filter(|(property, _)| property.name().starts_with("extensionAttribute"))
        .map(|(property, text)| (property.graph_name().to_owned(), Value::from(text.as_str())))
        .collect();
    written.on_premises_extension_attributes = Some(extensions).filter(|all| !all.is_empty());
}

fn write_on_premises(written: &mut GraphObject, object: &DirectoryObject) {
    let facts = &object.on_premises;
    let shadow = facts.shadow.as_deref();
    let anchor = facts.immutable_id.as_ref();
    let anchor = anchor.filter(|_| object.kind.is_user());
    let sid = facts.security_identifier.as_ref();
    let guid = facts.object_identifier.map(Uuid::from_bytes_le);
    let dn = shadow.map(|shadow| Text::from(shadow.distinguished_name.to_string()));
    let errors = facts.provisioning_errors.iter();
    written.on_premises_immutable_id = anchor.map(|anchor| Text::from(anchor.to_string()));
    written.on_premises_sync_enabled = facts.sync_enabled;
    written.on_premises_last_sync_date_time = facts.last_sync.map(when);
    written.on_premises_distinguished_name = facts.distinguished_name.as_deref().cloned().or(dn);
    for (to, from) in [
        (
            &mut written.on_premises_sam_account_name,
            &facts.sam_account_name,
        ),
        (&mut written.on_premises_domain_name, &facts.domain_name),
        (
            &mut written.on_premises_user_principal_name,
            &facts.user_principal_name,
        ),
    ] {
        to.clone_from(from);
    }
    written.on_premises_security_identifier = sid.map(|sid| Text::from(sid.to_string()));
    written.on_premises_object_identifier = guid.map(|guid| Text::from(guid.to_string()));
    written.on_premises_provisioning_errors = errors.map(provisioning_error).collect();
    written.is_cloud_managed = facts.cloud_managed.then_some(true);
}

fn provisioning_error(one: &ProvisioningError) -> GraphProvisioningError {
    GraphProvisioningError {
        category: Some(Text::from("PropertyConflict")),
        occurred_date_time: Some(when(one.occurred)),
        property_causing_error: Some(Text::from(one.property.name())),
        value: Some(one.value.clone()),
    }
}

fn when(at: Timestamp) -> Text {
    Text::from(at.to_string())
}
