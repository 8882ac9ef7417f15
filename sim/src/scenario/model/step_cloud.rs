//! What the steps in the tenant need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{Named, OneOrMany, recover};
use super::super::spanned::{Name, Spanned};
use super::schema_parts::{any_object, license};
use super::{Feature, is_false};

/// Deletes an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct CloudUserRemoved {
    /// The cloud account, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// Removes it from the recycle bin (`-RemoveFromRecycleBin`), for good. Only an account that
    /// is in the recycle bin can be purged; on a live one the tenant refuses.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub purge: bool,
}

/// Restores an account from the recycle bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct CloudUserRestored {
    /// The cloud account, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// Another UPN, where the old one has been taken (`-NewUserPrincipalName`).
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub new_upn: Option<Name>,
    /// Drops addresses that have been taken (`-AutoReconcileProxyConflicts`). Default: false.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub auto_reconcile_proxy_conflicts: bool,
}

/// Writes an account's ImmutableID: `from`, `value` or `clear`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImmutableIdSet {
    /// The cloud account, by name.
    pub user: Name,
    /// The AD object whose GUID is written, in Base64.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Name>,
    /// The ImmutableID as text.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<Name>,
    /// Removes the ImmutableID.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub clear: bool,
    /// With `from`: the order of the GUID's bytes. Default: `little-endian`, as
    /// `ToByteArray()` gives them, which is right.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub byte_order: Option<Spanned<ByteOrder>>,
}

/// The order in which a GUID's bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ByteOrder {
    /// As `ToByteArray()` gives them: right.
    LittleEndian,
    /// As the GUID's text reads: a common mistake.
    BigEndian,
}

/// Changes an account. What is not written stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct CloudUserChange {
    /// The cloud account, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The new userPrincipalName.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub upn: Option<Name>,
    /// The new proxyAddresses, all of them; the first is the primary address.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub smtp: Option<OneOrMany<Name>>,
    /// The new mail.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail: Option<Name>,
    /// The new mailNickname.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail_nickname: Option<Name>,
    /// The new displayName.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<Name>,
    /// Other properties, by their Graph names; an empty list clears.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub attributes: Named<OneOrMany<Name>>,
}

impl CloudUserChange {
    /// Whether it changes nothing.
    pub fn changes_nothing(&self) -> bool {
        let texts = [
            &self.upn,
            &self.mail,
            &self.mail_nickname,
            &self.display_name,
        ];
        texts.iter().all(|text| text.is_none()) && self.smtp.is_none() && self.attributes.is_empty()
    }
}

/// A licence of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = license)]
pub struct Licence {
    /// The cloud account, by name.
    pub user: Name,
    /// The licence, such as `E3`.
    #[serde(alias = "license")]
    pub licence: Name,
}

/// A directory role of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Role {
    /// The cloud account, by name.
    pub user: Name,
    /// The role, such as `Global Administrator`.
    pub role: Name,
    /// The account may only activate the role (Privileged Identity Management). Default: false.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub eligible: bool,
}

/// Turns a feature on or off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FeatureSet {
    /// The feature.
    pub feature: Spanned<Feature>,
    /// On or off. Default: true.
    #[serde(default = "yes", deserialize_with = "recover")]
    pub enabled: bool,
}

/// Moves the source of authority.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct SourceOfAuthority {
    /// The cloud account, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// To the cloud (true), or back to Active Directory (false). Default: true.
    #[serde(default = "yes", deserialize_with = "recover")]
    pub cloud_managed: bool,
}

/// Clears onPremisesObjectIdentifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OnPremisesIdentifierCleared {
    /// The cloud account, by name.
    pub user: Name,
}

/// Directory synchronization for the whole tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OnPremisesSync {
    /// On or off. Turning it off takes up to 72 hours and turns all accounts into cloud accounts.
    pub enabled: bool,
}

/// Verifies a domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DomainVerified {
    /// The domain.
    pub domain: Name,
    /// Its users sign in at a federation server. Default: false.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub federated: bool,
}

fn yes() -> bool {
    true
}
