//! What the steps in Active Directory need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{OneOrMany, recover};
use super::super::spanned::{Name, Spanned};
use super::super::value::OuPath;
use super::is_false;
use super::schema_parts::any_object;

/// Moves an object to another organizational unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct Moved {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The organizational unit; it is created if it does not exist.
    pub to: Spanned<OuPath>,
}

/// Renames an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct Renamed {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The new common name, without `CN=`.
    pub to: Name,
}

/// Moves an organizational unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OuMoved {
    /// The organizational unit.
    pub ou: Spanned<OuPath>,
    /// The organizational unit it goes into; `DC=…` for the top of the domain.
    pub to: Spanned<OuPath>,
}

/// Renames an organizational unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OuRenamed {
    /// The organizational unit.
    pub ou: Spanned<OuPath>,
    /// Its new name, without `OU=`.
    pub to: Name,
}

/// Replaces all values of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct AttributeSet {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The attribute, by its LDAP name.
    pub attribute: Name,
    /// Its new value or values.
    pub to: OneOrMany<Name>,
}

/// Removes all values of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct AttributeCleared {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The attribute, by its LDAP name.
    pub attribute: Name,
}

/// Adds or removes one value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct AttributeValue {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The attribute, by its LDAP name.
    pub attribute: Name,
    /// The value.
    pub value: Name,
}

/// Puts an object into a group or takes it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddedMember {
    /// The group, by name.
    pub group: Name,
    /// The member, by name.
    pub member: Name,
}

/// Writes mS-DS-ConsistencyGuid: `from`, `value` or `clear`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct ConsistencyGuidSet {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// A cloud account, whose ImmutableID is written, or an AD object, whose GUID is written.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Name>,
    /// The bytes in Base64, as an ImmutableID is written.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<Name>,
    /// Removes the value.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "is_false"
    )]
    pub clear: bool,
}

/// Deletes an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct Deleted {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
}

/// Restores a deleted object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = any_object)]
pub struct Restored {
    /// The AD object, by name. `group`, `contact` and `object` are other words for this key.
    #[serde(alias = "group", alias = "contact", alias = "object")]
    pub user: Name,
    /// The organizational unit. Default: where it was.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<Spanned<OuPath>>,
}
