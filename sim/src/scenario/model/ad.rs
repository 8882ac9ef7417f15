//! Objects in Active Directory.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{Named, OneOrMany, each, recover};
use super::super::spanned::{Name, Spanned};
use super::super::value::{Guid, OuPath};

/// An object in Active Directory. An attribute that is not written is not set, except that
/// sAMAccountName, GUID and SID are derived from the object's name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AdObject {
    /// What kind of object it is. Default: `user`.
    #[serde(default, rename = "type", deserialize_with = "recover")]
    pub kind: AdType,
    /// Where it lives. Default: the first organizational unit of the engine's scope, otherwise
    /// `CN=Users`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub ou: Option<Spanned<OuPath>>,
    /// The forest, where there are several. Default: the first.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub forest: Option<Name>,
    /// As many objects alike, named `<name>-1`, `<name>-2` and so on; `#` in a text stands for
    /// the number.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub count: Option<Spanned<u32>>,
    /// userPrincipalName.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub upn: Option<Name>,
    /// sAMAccountName. Default: the object's name here.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub sam: Option<Name>,
    /// proxyAddresses. Without a prefix the first is the primary address and the others are
    /// secondary ones; a value with a prefix, such as `smtp:` or `SIP:`, stays as it is.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub smtp: OneOrMany<Name>,
    /// mail.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail: Option<Name>,
    /// mailNickname, the Exchange alias.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail_nickname: Option<Name>,
    /// displayName.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<Name>,
    /// givenName.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub given_name: Option<Name>,
    /// sn, the surname.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub surname: Option<Name>,
    /// objectGUID. Default: derived from the object's name.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub guid: Option<Spanned<Guid>>,
    /// objectSid. Default: derived from the object's name.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub sid: Option<Name>,
    /// msRTCSIP-PrimaryUserAddress, the Skype for Business address.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub sip: Option<Name>,
    /// Whether the account may sign in. Default: true.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub enabled: Option<bool>,
    /// adminDescription; `User_nosync` and the like keep the object from being synced.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub admin_description: Option<Name>,
    /// Of a group: security or distribution. Default: `security`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub category: Option<GroupCategory>,
    /// Of a group: the objects in it, by name.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub members: Vec<Name>,
    /// The user's manager, by name.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub manager: Option<Name>,
    /// Any other attribute, by its LDAP name: a value or a list of values.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub attributes: Named<OneOrMany<Name>>,
}

/// What kind of object Active Directory holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdType {
    /// A user account.
    #[default]
    User,
    /// A group.
    Group,
    /// A mail contact.
    Contact,
    /// A computer. It is synced as a device once it has registered itself: the rules look for a
    /// `userCertificate`.
    Computer,
}

/// What a group in Active Directory is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupCategory {
    /// It carries permissions.
    #[default]
    Security,
    /// It only receives mail.
    Distribution,
}
