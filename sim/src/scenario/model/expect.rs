//! The expectations.

use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{Named, OneOrMany, recover};
use super::super::spanned::{Name, Spanned};
use super::super::value::{Connector, Threshold};
use super::schema_parts::{any_object, call_it, expectation_words, values};
use super::{RunStep, Synced};

/// One expectation or a list of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Expectations(pub OneOrMany<Spanned<Expectation>>);

impl Deref for Expectations {
    type Target = [Spanned<Expectation>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = expectation_words)]
pub enum Expectation {
    /// The engine has created a cloud account for an AD object; from here on it has a name.
    Provisioned(Provisioned),
    /// An AD object and a cloud account are joined.
    Joined(Joined),
    /// An AD object is joined to no cloud account.
    NotJoined(Name),
    /// The last cycle left an error on an AD object.
    Error(ObjectError),
    /// The last cycle left no error on an AD object.
    NoError(Name),
    /// The last cycle left no error at all.
    NoErrors,
    /// The tenant withholds a value from a cloud account.
    Quarantined(QuarantinedValue),
    /// The tenant withholds nothing from a cloud account.
    NotQuarantined(Name),
    /// The tenant withholds nothing from anybody.
    NothingQuarantined,
    /// The step just before was refused. A step that is refused without this expectation
    /// behind it fails the run.
    Refused(Refused),
    /// What a cloud account looks like.
    #[serde(alias = "cloud-group", alias = "cloud-contact", alias = "cloud-object")]
    CloudUser(Box<CloudAccount>),
    /// What an attribute in Active Directory holds.
    AdObject(AdAttribute),
    /// What an attribute in the metaverse holds.
    MetaverseObject(MetaverseAttribute),
    /// A cloud account is in the recycle bin.
    Deleted(Name),
    /// A cloud account is gone for good.
    Purged(Name),
    /// A cloud account is live, with the mailbox and licences it ever had.
    Kept(Name),
    /// A cloud account was purged although it held a mailbox or a licence.
    Lost(Name),
    /// No account that held a mailbox or a licence was purged.
    NothingLost,
    /// Nobody has two live cloud accounts.
    NoDuplicates,
    /// No two live cloud accounts have one ImmutableID.
    OneAnchor,
    /// No AD object is joined to somebody else's account.
    RightOwner,
    /// Every AD object in scope is joined to its own account, nothing is pending, withheld or
    /// in error.
    Converged,
    /// How many changes wait for the next export to the tenant.
    PendingExports(u32),
    /// How many deletions the engine lets through in one export: a number, or `off`.
    DeletionThreshold(Threshold),
    /// How the last run of a run profile on a connector ended.
    StepStatus(StepStatus),
    /// The event of that number was logged since the previous step.
    Event(u32),
    /// How many objects the tenant holds.
    Count(Count),
    /// At least one of several expectations, or lists of expectations, holds: where nobody
    /// knows what the service does.
    AnyOf(Vec<Expectations>),
}

/// A cloud account that the engine has created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = call_it)]
pub struct Provisioned {
    /// The AD object, by name.
    pub r#for: Name,
    /// The name by which later steps and expectations call the account.
    #[serde(alias = "call-it")]
    pub r#as: Name,
}

/// An AD object and its cloud account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Joined {
    /// The AD object, by name.
    pub ad: Name,
    /// The cloud account, by name.
    pub cloud: Name,
    /// How they came together.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub by: Option<JoinedBy>,
    /// Which value brought them together.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub field: Option<JoinField>,
}

/// How an AD object and its cloud account came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JoinedBy {
    /// The account's ImmutableID was the object's anchor.
    HardMatch,
    /// The account had the object's primary address or UPN.
    SoftMatch,
    /// The engine created the account.
    Created,
    /// The account came back from the recycle bin.
    Restored,
}

/// The value on which a match was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JoinField {
    /// The source anchor, which is the account's ImmutableID.
    SourceAnchor,
    /// The primary SMTP address.
    PrimarySmtp,
    /// The user principal name.
    Upn,
}

/// An error on an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ObjectError {
    /// The AD object, by name.
    pub on: Name,
    /// The error code, such as `InvalidSoftMatch`.
    pub code: Name,
    /// The attribute the error names.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub attribute: Option<Name>,
    /// The value the error names.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<Name>,
    /// A part of the error's text.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub message: Option<Name>,
    /// Where it occurred. Default: either.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub phase: Option<ErrorPhase>,
}

/// The part of a cycle in which an error occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorPhase {
    /// While the tenant took the object.
    Export,
    /// While the rules were applied.
    Synchronization,
}

/// A value that the tenant withholds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct QuarantinedValue {
    /// The cloud account, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The attribute.
    pub attribute: QuarantinedAttribute,
    /// The value that is withheld; of an address, with its prefix. Default: any.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<Name>,
}

/// The attributes whose duplicates are quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum QuarantinedAttribute {
    /// The user principal name: the account has a placeholder instead.
    UserPrincipalName,
    /// An address: the account goes without it.
    ProxyAddresses,
}

/// How a step was refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Refused {
    /// The HTTP status, such as 400.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<u16>,
    /// The error code, such as `Request_BadRequest`, or the name of the LDAP result.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub code: Option<Name>,
    /// A part of the error's text.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub message: Option<Name>,
}

/// What a cloud account looks like. What is not written is not looked at; `NNNN` in a text
/// stands for any four digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct CloudAccount {
    /// The cloud account, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// userPrincipalName.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub upn: Option<Name>,
    /// mail.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mail: Option<Name>,
    /// mailNickname.
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
    /// proxyAddresses, exactly these in any order. Without a prefix the first is the primary
    /// address and the others are secondary ones.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub smtp: Option<OneOrMany<Name>>,
    /// Addresses that it does not have; without a prefix, neither as primary nor as secondary.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub smtp_excludes: OneOrMany<Name>,
    /// Whether Active Directory masters it, or once did.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub synced: Option<Synced>,
    /// Its ImmutableID; `none` where it must have none.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub immutable_id: Option<Name>,
    /// The AD object whose anchor is its ImmutableID, by name.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub anchor_of: Option<Name>,
    /// Whether it is in the recycle bin.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub deleted: Option<bool>,
    /// Whether its source of authority was moved to the cloud.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub cloud_managed: Option<bool>,
    /// Whether it has a mailbox.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub mailbox: Option<bool>,
    /// Its licences, exactly these.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub licences: Option<OneOrMany<Name>>,
    /// Its directory roles, exactly these.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub roles: Option<OneOrMany<Name>>,
    /// The category under which Connect Health lists it; `none` where it is not listed.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub health_category: Option<HealthCategory>,
    /// Whose password it signs in with, where passwords are synchronised.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub password: Option<PasswordOf>,
    /// Of a group: the cloud objects in it, by name, exactly these.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub members: Option<OneOrMany<Name>>,
    /// Other properties, by their Graph names; an empty list where there must be none.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub attributes: Named<OneOrMany<Name>>,
}

/// Where a password comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordOf {
    /// It was set in the tenant.
    Cloud,
    /// It is that of Active Directory.
    OnPremises,
}

impl fmt::Display for PasswordOf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cloud => "that of the cloud",
            Self::OnPremises => "that of Active Directory",
        })
    }
}

/// A category of Connect Health's report on synchronization errors that an account can stand in
/// although no export fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HealthCategory {
    /// `Existing Admin Role Conflict`: it was made beside an administrator's account, which is
    /// never soft-matched.
    ExistingAdminRoleConflict,
    /// It stands in none.
    #[serde(rename = "none")]
    None,
}

impl fmt::Display for HealthCategory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ExistingAdminRoleConflict => "ExistingAdminRoleConflict",
            Self::None => "none",
        })
    }
}

/// What an attribute in Active Directory holds: `value` or `absent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = values)]
pub struct AdAttribute {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The attribute, by its LDAP name.
    pub attribute: Name,
    /// The value, or all values in any order.
    #[serde(default, alias = "values", deserialize_with = "recover")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<OneOrMany<Name>>,
    /// Whether it must have no value.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "super::is_false"
    )]
    pub absent: bool,
}

/// What an attribute in the metaverse holds: `value` or `absent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = values)]
pub struct MetaverseAttribute {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The attribute, by its metaverse name.
    pub attribute: Name,
    /// The value, or all values in any order.
    #[serde(default, alias = "values", deserialize_with = "recover")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<OneOrMany<Name>>,
    /// Whether it must have no value.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "super::is_false"
    )]
    pub absent: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StepStatus {
    /// `ad`, `ad:<forest>` where there are several forests, or `entra`.
    pub connector: Spanned<Connector>,
    /// The run profile.
    pub run: RunStep,
    /// The status, such as `success` or `stopped-deletion-threshold-exceeded`.
    pub status: Name,
    /// Of an import or export: its Adds.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub adds: Option<u32>,
    /// Of an import or export: its Updates.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub updates: Option<u32>,
    /// Of an import: its Renames.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub renames: Option<u32>,
    /// Of an import or export: its Deletes; of a synchronization: its Deleted Connectors.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub deletes: Option<u32>,
    /// Of a synchronization: its Projections.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub projections: Option<u32>,
    /// Of a synchronization: its Joins.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub joins: Option<u32>,
    /// Of a synchronization: its Filtered Disconnectors.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub filtered: Option<u32>,
    /// Of a synchronization: its Connectors with Flow Updates.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub flow_updates: Option<u32>,
    /// How many objects failed.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub errors: Option<u32>,
}

/// How many objects the tenant holds. What is not written is not counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Count {
    /// Live users.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub users: Option<u32>,
    /// Users in the recycle bin.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub deleted_users: Option<u32>,
    /// Groups.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub groups: Option<u32>,
    /// Contacts.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub contacts: Option<u32>,
}
