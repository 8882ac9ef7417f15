//! Objects in the tenant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{Named, OneOrMany, each, recover};
use super::super::spanned::{Name, Spanned};
use super::super::value::Duration;
use super::is_false;

/// An object in the tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CloudObject {
    /// What kind of object it is. Default: `user`.
    #[serde(default, rename = "type", deserialize_with = "recover")]
    pub kind: CloudType,
    /// Of a user: a guest from another tenant. Default: false.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub guest: bool,
    /// userPrincipalName. Default: `<name>@<initial domain>`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub upn: Option<Name>,
    /// proxyAddresses. Without a prefix the first is the primary address and the others are
    /// secondary ones; a value with a prefix, such as `smtp:` or `SIP:`, stays as it is.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub smtp: OneOrMany<Name>,
    /// mail. Default: the primary address.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail: Option<Name>,
    /// mailNickname. Default: the part of the UPN before `@`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail_nickname: Option<Name>,
    /// displayName. Default: the object's name here.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<Name>,
    /// The ImmutableID, as text.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub immutable_id: Option<Name>,
    /// The AD object whose anchor is this account's ImmutableID, by name.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub anchor_of: Option<Name>,
    /// Whether Active Directory masters it, or once did. Default: `never`.
    #[serde(default, deserialize_with = "recover")]
    pub synced: Synced,
    /// Whether it has a mailbox. Default: false.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub mailbox: bool,
    /// Its licences, such as `E3`.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub licences: Vec<Name>,
    /// The directory roles it holds, such as `Global Administrator`.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub roles: Vec<Name>,
    /// The directory roles it may activate.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub eligible_roles: Vec<Name>,
    /// onPremisesSecurityIdentifier.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub sid: Option<Name>,
    /// onPremisesObjectIdentifier.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub on_premises_object_identifier: Option<Name>,
    /// How long ago it was deleted: it is in the recycle bin, where it stays for 30 days.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub deleted: Option<Spanned<Duration>>,
    /// Of a group: the cloud objects in it, by name.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub members: Vec<Name>,
    /// Any other property, by its Graph name: a value or a list of values.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub attributes: Named<OneOrMany<Name>>,
}

/// What kind of object the tenant holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CloudType {
    /// A user account.
    #[default]
    User,
    /// A mail-enabled security group or a distribution list.
    Group,
    /// A Microsoft 365 group.
    M365Group,
    /// A security group without mail.
    SecurityGroup,
    /// A mail contact.
    Contact,
    /// A device that is joined to a domain, too.
    Device,
}

impl CloudType {
    /// Whether it is one of the groups.
    pub const fn is_group(self) -> bool {
        matches!(self, Self::Group | Self::M365Group | Self::SecurityGroup)
    }
}

/// onPremisesSyncEnabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Synced {
    /// null: it is and always was a cloud account.
    #[default]
    Never,
    /// true: Active Directory masters it.
    Yes,
    /// false: Active Directory mastered it once.
    Formerly,
}
