//! The value of each property, object by object.

use std::borrow::Cow;

use serde_json::Value as Json;
use store::Text;
use uuid::Uuid;

use super::record::Item;
use super::schema::{Edm, EdmKind, PropertyFacts};
use super::value::{Value, push_text};
use crate::sync_object::{Property, property};
use crate::tenant::{DirectoryObject, Kind, State, Tenant};

/// Where the value of a property comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    AccountEnabled,
    AssignedLicenses,
    /// The one telephone number that flows, as a list.
    BusinessPhones(Property),
    CreatedDateTime,
    DeletedDateTime,
    DeviceId,
    DisplayName,
    GroupTypes,
    Id,
    Identities,
    Mail,
    MailEnabled,
    MailNickname,
    OnPremisesDistinguishedName,
    OnPremisesDomainName,
    OnPremisesExtensionAttributes,
    OnPremisesImmutableId,
    OnPremisesLastSyncDateTime,
    OnPremisesNetBiosName,
    OnPremisesObjectIdentifier,
    OnPremisesProvisioningErrors,
    OnPremisesSamAccountName,
    OnPremisesSecurityIdentifier,
    OnPremisesSyncEnabled,
    OnPremisesUserPrincipalName,
    OtherMails,
    ProxyAddresses,
    SecurityEnabled,
    SecurityIdentifier,
    TrustType,
    UsageLocation,
    UserPrincipalName,
    UserType,
    Visibility,
    /// One of the plain texts that flow.
    Text(Property),
    /// Nothing of ours: what an administrator set, else the value for "nothing" of its type.
    Other(Edm),
}

impl Reader {
    pub(super) fn of(name: &str, edm: Edm) -> Self {
        match name {
            "accountEnabled" => Self::AccountEnabled,
            "assignedLicenses" => Self::AssignedLicenses,
            "createdDateTime" => Self::CreatedDateTime,
            "deletedDateTime" => Self::DeletedDateTime,
            "deviceId" => Self::DeviceId,
            "displayName" => Self::DisplayName,
            "groupTypes" => Self::GroupTypes,
            "id" => Self::Id,
            "identities" => Self::Identities,
            "mail" => Self::Mail,
            "mailEnabled" => Self::MailEnabled,
            "mailNickname" => Self::MailNickname,
            "onPremisesDistinguishedName" => Self::OnPremisesDistinguishedName,
            "onPremisesDomainName" => Self::OnPremisesDomainName,
            "onPremisesExtensionAttributes" => Self::OnPremisesExtensionAttributes,
            "onPremisesImmutableId" => Self::OnPremisesImmutableId,
            "onPremisesLastSyncDateTime" => Self::OnPremisesLastSyncDateTime,
            "onPremisesNetBiosName" => Self::OnPremisesNetBiosName,
            "onPremisesObjectIdentifier" => Self::OnPremisesObjectIdentifier,
            "onPremisesProvisioningErrors" => Self::OnPremisesProvisioningErrors,
            "onPremisesSamAccountName" => Self::OnPremisesSamAccountName,
            "onPremisesSecurityIdentifier" => Self::OnPremisesSecurityIdentifier,
            "onPremisesSyncEnabled" => Self::OnPremisesSyncEnabled,
            "onPremisesUserPrincipalName" => Self::OnPremisesUserPrincipalName,
            "otherMails" => Self::OtherMails,
            "proxyAddresses" => Self::ProxyAddresses,
            "securityEnabled" => Self::SecurityEnabled,
            "securityIdentifier" => Self::SecurityIdentifier,
            "trustType" => Self::TrustType,
            "usageLocation" => Self::UsageLocation,
            "userPrincipalName" => Self::UserPrincipalName,
            "userType" => Self::UserType,
            "visibility" => Self::Visibility,
            _ => match Property::from_name(name) {
                Some(text) if name == "businessPhones" => Self::BusinessPhones(text),
                Some(text) if text.graph_name() == name => Self::Text(text),
                _ => Self::Other(edm),
            },
        }
    }
}

/// The value of one property.
pub(super) fn read<'a>(tenant: &'a Tenant, item: &'a Item<'a>, facts: &PropertyFacts) -> Value<'a> {
    match item {
        Item::Object(_, object) => read_object(tenant, object, facts),
        Item::Record(record) => {
            let mut members = record.members.iter();
            let found = members.find(|(name, _)| *name == facts.name);
            found.map_or_else(|| nothing(facts.edm), |(_, value)| value.clone())
        }
    }
}

/// A property as far as it can be told by looking.
enum Plain<'a> {
    /// A text of the object as it stands, or the lack of one.
    Text(Option<&'a str>),
    /// It takes more to read.
    More,
}

fn plain(object: &DirectoryObject, reader: Reader) -> Plain<'_> {
    Plain::Text(match reader {
        Reader::DisplayName => object.display_name.as_deref(),
        Reader::Text(name) => property(&object.properties, name).map(Text::as_str),
        Reader::Mail => object.mail.as_deref(),
        Reader::MailNickname => object.mail_nickname.as_deref(),
        Reader::UserPrincipalName if object.is_live() => {
            let upn = object.user_principal_name.as_ref();
            upn.map(crate::address::Upn::as_str)
        }
        _ => return Plain::More,
    })
}

/// Appends the value of one property as JSON.
pub(super) fn write(into: &mut Vec<u8>, tenant: &Tenant, item: &Item<'_>, facts: &PropertyFacts) {
    if let Item::Object(_, object) = item
        && let Plain::Text(text) = plain(object, facts.reader)
    {
        match text {
            Some(text) => push_text(into, text),
            None => into.extend_from_slice(b"null"),
        }
        return;
    }
    read(tenant, item, facts).write(into);
}

/// The value of one property of a user, group or contact.
pub(super) fn read_object<'a>(
    tenant: &'a Tenant,
    object: &'a DirectoryObject,
    facts: &PropertyFacts,
) -> Value<'a> {
    if let Plain::Text(text) = plain(object, facts.reader) {
        return Value::text(text);
    }
    match facts.reader {
        Reader::Id => Value::Guid(Uuid::from_bytes(*object.id.as_bytes())),
        Reader::UserPrincipalName => {
            let name = object.graph_user_principal_name();
            Value::owned(name.map(|it| it.to_string()))
        }
        Reader::BusinessPhones(name) => Value::List(
            property(&object.properties, name)
                .map(|phone| Value::Text(Cow::Borrowed(phone.as_str())))
                .into_iter()
                .collect(),
        ),
        Reader::ProxyAddresses => Value::Addresses(&object.proxy_addresses),
        Reader::AccountEnabled if object.kind.is_user() || object.kind == Kind::Device => {
            Value::Bool(object.account_enabled)
        }
        Reader::DeviceId => {
            let sent = object.on_premises.shadow.as_ref();
            Value::owned(sent.map(|sent| Uuid::from_bytes_le(sent.object_guid).to_string()))
        }
        // Every device here comes from Active Directory.
        Reader::TrustType => Value::Text(Cow::Borrowed("ServerAd")),
        Reader::UsageLocation => Value::text(object.usage_location.as_deref()),
        Reader::CreatedDateTime => Value::Instant(object.created),
        Reader::DeletedDateTime => match object.state {
            State::SoftDeleted { at } => Value::Instant(at),
            _ => Value::Null,
        },
        Reader::UserType => match object.kind {
            Kind::User => Value::Text(Cow::Borrowed("Member")),
            Kind::Guest => Value::Text(Cow::Borrowed("Guest")),
            _ => Value::Null,
        },
        Reader::GroupTypes | Reader::MailEnabled | Reader::SecurityEnabled => {
            group(object, facts.reader)
        }
        Reader::Visibility => visibility(object, facts),
        Reader::AssignedLicenses => licences(object),
        Reader::Identities => identities(tenant, object),
        Reader::SecurityIdentifier => {
            Value::owned(Some(cloud_security_identifier(object.id.as_bytes())))
        }
        Reader::OtherMails => other_mails(object, facts),
        Reader::Other(_) | Reader::AccountEnabled => other(object, facts),
        on_premises => read_on_premises(object, on_premises),
    }
}

fn group(object: &DirectoryObject, reader: Reader) -> Value<'_> {
    let (types, mail, security) = match object.kind {
        Kind::Microsoft365Group => (vec![Value::Text(Cow::Borrowed("Unified"))], true, false),
        Kind::Group {
            mail_enabled,
            security_enabled,
        } => (Vec::new(), mail_enabled, security_enabled),
        _ => return Value::Null,
    };
    match reader {
        Reader::GroupTypes => Value::List(types),
        Reader::MailEnabled => Value::Bool(mail),
        _ => Value::Bool(security),
    }
}

/// What was set, else what a group is made with in the cloud: one of Microsoft 365 is public, a
/// security group private.
fn visibility<'a>(object: &'a DirectoryObject, facts: &PropertyFacts) -> Value<'a> {
    let usual = match object.kind {
        Kind::Microsoft365Group => "Public",
        Kind::Group {
            mail_enabled: false,
            ..
        } if object.on_premises.sync_enabled.is_none() => "Private",
        _ => return other(object, facts),
    };
    match other(object, facts) {
        Value::Null => Value::Text(Cow::Borrowed(usual)),
        set => set,
    }
}

fn read_on_premises(object: &DirectoryObject, reader: Reader) -> Value<'_> {
    let facts = &object.on_premises;
    let shadow = facts.shadow.as_ref();
    match reader {
        // Groups and contacts have an anchor that nobody sees (rule R1.13).
        Reader::OnPremisesImmutableId if !object.kind.is_user() => Value::Null,
        Reader::OnPremisesImmutableId => {
            Value::owned(facts.immutable_id.as_ref().map(ToString::to_string))
        }
        Reader::OnPremisesSyncEnabled => Value::bool(facts.sync_enabled),
        Reader::OnPremisesLastSyncDateTime => Value::instant(facts.last_sync),
        Reader::OnPremisesDistinguishedName => match &facts.distinguished_name {
            Some(name) => Value::text(Some(name.as_str())),
            None => Value::owned(shadow.map(|shadow| shadow.distinguished_name.to_string())),
        },
        Reader::OnPremisesDomainName => Value::text(facts.domain_name.as_deref()),
        Reader::OnPremisesNetBiosName => {
            let name = shadow.map(|shadow| shadow.distinguished_name.place.net_bios_name.as_str());
            Value::text(name.filter(|name| !name.is_empty()))
        }
        Reader::OnPremisesSamAccountName => Value::text(facts.sam_account_name.as_deref()),
        Reader::OnPremisesUserPrincipalName => Value::text(facts.user_principal_name.as_deref()),
        Reader::OnPremisesSecurityIdentifier => {
            Value::owned(facts.security_identifier.as_ref().map(ToString::to_string))
        }
        Reader::OnPremisesObjectIdentifier => facts
            .object_identifier
            .map_or(Value::Null, |guid| Value::Guid(Uuid::from_bytes_le(guid))),
        Reader::OnPremisesProvisioningErrors => Value::List(
            facts
                .provisioning_errors
                .iter()
                .map(|error| {
                    Value::Complex(vec![
                        ("value", Value::text(Some(error.value.as_str()))),
                        ("category", Value::Text(Cow::Borrowed("PropertyConflict"))),
                        (
                            "propertyCausingError",
                            Value::text(Some(error.property.name())),
                        ),
                        ("occurredDateTime", Value::Instant(error.occurred)),
                    ])
                })
                .collect(),
        ),
        Reader::OnPremisesExtensionAttributes => extension_attributes(object),
        _ => Value::Null,
    }
}

/// All fifteen, whether they have a value or not.
fn extension_attributes(object: &DirectoryObject) -> Value<'_> {
    let all = Property::all().filter(|one| one.name().starts_with("extensionAttribute"));
    let member = |one: Property| {
        let value = property(&object.properties, one).map(Text::as_str);
        (one.graph_name(), Value::text(value))
    };
    Value::Complex(all.map(member).collect())
}

/// The GUID of a licence: its own, or one made of its name where a scenario gave it one.
pub fn sku_id(licence: &str) -> Uuid {
    Uuid::try_parse(licence)
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, licence.as_bytes()))
}

fn licences(object: &DirectoryObject) -> Value<'_> {
    let licence = |licence: &Text| {
        Value::Complex(vec![
            ("disabledPlans", Value::List(Vec::new())),
            ("skuId", Value::Guid(sku_id(licence))),
        ])
    };
    Value::List(object.licences.iter().map(licence).collect())
}

/// Every user signs in with its UPN; the issuer is the tenant's initial domain.
fn identities<'a>(tenant: &'a Tenant, object: &'a DirectoryObject) -> Value<'a> {
    let Some(upn) = object.graph_user_principal_name() else {
        return Value::List(Vec::new());
    };
    let issuer = tenant.domains.initial().as_str();
    Value::List(vec![Value::Complex(vec![
        (
            "signInType",
            Value::Text(Cow::Borrowed("userPrincipalName")),
        ),
        ("issuer", Value::text(Some(issuer))),
        ("issuerAssignedId", Value::owned(Some(upn.to_string()))),
    ])])
}

/// `S-1-12-1-` and the four words of the object id, as Windows shows cloud accounts.
fn cloud_security_identifier(id: &[u8; 16]) -> String {
    let stored = Uuid::from_bytes(*id).to_bytes_le();
    let words = stored.chunks_exact(4).map(|word| {
        let word = word.iter().rev();
        word.fold(0u32, |all, byte| (all << 8) | u32::from(*byte))
    });
    words.fold("S-1-12-1".to_owned(), |text, word| format!("{text}-{word}"))
}

fn other_mails<'a>(object: &'a DirectoryObject, facts: &PropertyFacts) -> Value<'a> {
    match other(object, facts) {
        Value::Null => Value::List(Vec::new()),
        set => set,
    }
}

fn other<'a>(object: &'a DirectoryObject, facts: &PropertyFacts) -> Value<'a> {
    if object.extras.is_some() {
        let set = object.extras().values.get(facts.name);
        if let Some(set) = set.filter(|set| !set.is_null()) {
            return from_json(set, facts.edm.kind);
        }
    }
    nothing(facts.edm)
}

/// What stands for "no value" of a type: of one that can't be null, what .NET starts with.
fn nothing(edm: Edm) -> Value<'static> {
    if edm.collection {
        return Value::List(Vec::new());
    }
    match edm.kind {
        EdmKind::Int32 if !edm.nullable => Value::Number(0),
        EdmKind::Boolean if !edm.nullable => Value::Bool(false),
        EdmKind::DateTimeOffset if !edm.nullable => {
            Value::Text(Cow::Borrowed("0001-01-01T00:00:00Z"))
        }
        _ => Value::Null,
    }
}

fn from_json(json: &Json, kind: EdmKind) -> Value<'_> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.as_i64().map_or(Value::Null, Value::Number),
        Json::String(text) => match (kind, text.parse()) {
            (EdmKind::DateTimeOffset, Ok(at)) => Value::Instant(at),
            _ => Value::text(Some(text.as_str())),
        },
        Json::Array(all) => Value::List(all.iter().map(|one| from_json(one, kind)).collect()),
        Json::Object(map) => {
            let known = |name: &str| {
                let EdmKind::Named(owner) = kind else {
                    return None;
                };
                let mut members = super::schema::properties_of(owner);
                members.find(|member| member.name.eq_ignore_ascii_case(name))
            };
            let members = map.iter().filter_map(|(name, value)| {
                let member = known(name)?;
                Some((member.name, from_json(value, member.edm.kind)))
            });
            Value::Complex(members.collect())
        }
    }
}
