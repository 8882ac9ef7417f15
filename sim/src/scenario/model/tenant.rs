//! The tenant's domains and features.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{each, recover};
use super::super::spanned::Name;
use super::Profile;

/// How the Entra tenant is set up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tenant {
    /// The domain the tenant was born with. Default: `contoso.onmicrosoft.com`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub initial_domain: Option<Name>,
    /// Verified domains besides the initial one.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub verified: Vec<Name>,
    /// Verified domains whose users sign in at a federation server such as AD FS.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub federated: Vec<Name>,
    /// Directory synchronization features that differ from the profile's defaults.
    #[serde(default, deserialize_with = "recover")]
    pub features: Features,
}

/// Features of directory synchronization. What is not written follows the profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Features {
    /// Soft match on the user principal name. Once on, it cannot be turned off again.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub soft_match_on_upn: Option<bool>,
    /// No soft match at all.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub block_soft_match: Option<bool>,
    /// No hard match onto an account that is not synced.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub block_cloud_object_takeover_through_hard_match: Option<bool>,
    /// A changed UPN reaches licensed users of managed domains, too.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub synchronize_upn_for_managed_users: Option<bool>,
    /// A UPN that is taken is replaced by a placeholder instead of failing the export.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub quarantine_upon_upn_conflict: Option<bool>,
    /// An address that is taken is withheld instead of failing the export.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub quarantine_upon_proxy_addresses_conflict: Option<bool>,
    /// A hard match may replace a stored onPremisesObjectIdentifier.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub allow_on_prem_update_of_on_premises_object_identifier: Option<bool>,
    /// Password hash synchronization: who is matched signs in with the password of Active
    /// Directory.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub password_sync: Option<bool>,
}

/// The name of a directory synchronization feature.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Soft match on the user principal name. Once on, it cannot be turned off again.
    SoftMatchOnUpn,
    /// No soft match at all.
    BlockSoftMatch,
    /// No hard match onto an account that is not synced.
    BlockCloudObjectTakeoverThroughHardMatch,
    /// A changed UPN reaches licensed users of managed domains, too.
    SynchronizeUpnForManagedUsers,
    /// A UPN that is taken is replaced by a placeholder instead of failing the export.
    QuarantineUponUpnConflict,
    /// An address that is taken is withheld instead of failing the export.
    QuarantineUponProxyAddressesConflict,
    /// A hard match may replace a stored onPremisesObjectIdentifier.
    AllowOnPremUpdateOfOnPremisesObjectIdentifier,
    /// Password hash synchronization: who is matched signs in with the password of Active
    /// Directory.
    PasswordSync,
}

impl Feature {
    /// All features.
    pub const ALL: [Self; 8] = [
        Self::SoftMatchOnUpn,
        Self::BlockSoftMatch,
        Self::BlockCloudObjectTakeoverThroughHardMatch,
        Self::SynchronizeUpnForManagedUsers,
        Self::QuarantineUponUpnConflict,
        Self::QuarantineUponProxyAddressesConflict,
        Self::AllowOnPremUpdateOfOnPremisesObjectIdentifier,
        Self::PasswordSync,
    ];

    /// The name in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SoftMatchOnUpn => "soft-match-on-upn",
            Self::BlockSoftMatch => "block-soft-match",
            Self::BlockCloudObjectTakeoverThroughHardMatch => {
                "block-cloud-object-takeover-through-hard-match"
            }
            Self::SynchronizeUpnForManagedUsers => "synchronize-upn-for-managed-users",
            Self::QuarantineUponUpnConflict => "quarantine-upon-upn-conflict",
            Self::QuarantineUponProxyAddressesConflict => {
                "quarantine-upon-proxy-addresses-conflict"
            }
            Self::AllowOnPremUpdateOfOnPremisesObjectIdentifier => {
                "allow-on-prem-update-of-on-premises-object-identifier"
            }
            Self::PasswordSync => "password-sync",
        }
    }

    /// The oldest profile in which the feature can be turned on.
    pub const fn since(self) -> Profile {
        match self {
            Self::BlockSoftMatch | Self::BlockCloudObjectTakeoverThroughHardMatch => {
                Profile::Entra2025
            }
            Self::AllowOnPremUpdateOfOnPremisesObjectIdentifier => Profile::Entra2026,
            _ => Profile::Dirsync2013,
        }
    }

    /// Whether the feature is on where the scenario says nothing about it.
    pub fn default_in(self, profile: Profile) -> bool {
        match self {
            Self::SoftMatchOnUpn
            | Self::SynchronizeUpnForManagedUsers
            | Self::QuarantineUponUpnConflict
            | Self::QuarantineUponProxyAddressesConflict => profile > Profile::Dirsync2013,
            Self::BlockSoftMatch
            | Self::BlockCloudObjectTakeoverThroughHardMatch
            | Self::AllowOnPremUpdateOfOnPremisesObjectIdentifier
            | Self::PasswordSync => false,
        }
    }
}

impl Features {
    /// What the scenario says about a feature.
    pub fn get(&self, feature: Feature) -> Option<bool> {
        *self.clone().slot(feature)
    }

    /// Where the scenario says it.
    pub fn slot(&mut self, feature: Feature) -> &mut Option<bool> {
        match feature {
            Feature::SoftMatchOnUpn => &mut self.soft_match_on_upn,
            Feature::BlockSoftMatch => &mut self.block_soft_match,
            Feature::BlockCloudObjectTakeoverThroughHardMatch => {
                &mut self.block_cloud_object_takeover_through_hard_match
            }
            Feature::SynchronizeUpnForManagedUsers => &mut self.synchronize_upn_for_managed_users,
            Feature::QuarantineUponUpnConflict => &mut self.quarantine_upon_upn_conflict,
            Feature::QuarantineUponProxyAddressesConflict => {
                &mut self.quarantine_upon_proxy_addresses_conflict
            }
            Feature::AllowOnPremUpdateOfOnPremisesObjectIdentifier => {
                &mut self.allow_on_prem_update_of_on_premises_object_identifier
            }
            Feature::PasswordSync => &mut self.password_sync,
        }
    }
}
