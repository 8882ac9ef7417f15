//! Tenant features of directory synchronisation.

use crate::profile::Profile;

/// The features of `onPremisesDirectorySynchronizationFeature` that decide something here
/// (rule R2.34).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// `blockCloudObjectTakeoverThroughHardMatchEnabled` (rule R2.7).
    pub block_cloud_object_takeover_through_hard_match: bool,
    /// `blockSoftMatchEnabled` (rule R2.14c).
    pub block_soft_match: bool,
    /// `softMatchOnUpnEnabled` (rule R2.13).
    pub soft_match_on_upn: bool,
    /// `synchronizeUpnForManagedUsersEnabled` (rule R4.6).
    pub synchronize_upn_for_managed_users: bool,
    /// `quarantineUponUpnConflictEnabled` (rule R3.4).
    pub quarantine_upon_upn_conflict: bool,
    /// `quarantineUponProxyAddressesConflictEnabled` (rule R3.5).
    pub quarantine_upon_proxy_addresses_conflict: bool,
    /// `allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled` (rule R2.22).
    pub allow_on_prem_update_of_on_premises_object_identifier: bool,
    /// `passwordSyncEnabled` (rule R2.26).
    pub password_sync: bool,
    /// The features of [`OTHER_FEATURES`], one bit each.
    others: u16,
}

/// The features of `onPremisesDirectorySynchronizationFeature` that decide nothing here, by their
/// names in Graph: they are kept and shown.
pub const OTHER_FEATURES: &[&str] = &[
    "bypassDirSyncOverridesEnabled",
    "cloudPasswordPolicyForPasswordSyncedUsersEnabled",
    "concurrentCredentialUpdateEnabled",
    "concurrentOrgIdProvisioningEnabled",
    "deviceWritebackEnabled",
    "directoryExtensionsEnabled",
    "fopeConflictResolutionEnabled",
    "groupWriteBackEnabled",
    "passwordWritebackEnabled",
    "unifiedGroupWritebackEnabled",
    "userForcePasswordChangeOnLogonEnabled",
    "userWritebackEnabled",
];

impl Features {
    /// What a tenant of this era has, unless somebody changed it.
    pub const fn of(profile: Profile) -> Self {
        let modern = !matches!(profile, Profile::DirSync2013);
        Self {
            block_cloud_object_takeover_through_hard_match: false,
            block_soft_match: false,
            soft_match_on_upn: modern,
            synchronize_upn_for_managed_users: modern,
            quarantine_upon_upn_conflict: modern,
            quarantine_upon_proxy_addresses_conflict: modern,
            allow_on_prem_update_of_on_premises_object_identifier: false,
            password_sync: false,
            others: 0,
        }
    }

    /// Whether one of [`OTHER_FEATURES`] is on.
    pub fn other(&self, name: &str) -> bool {
        let place = OTHER_FEATURES.iter().position(|known| *known == name);
        place.is_some_and(|place| self.others & (1 << place) != 0)
    }

    /// Turns one of [`OTHER_FEATURES`] on or off; any other name changes nothing.
    pub fn set_other(&mut self, name: &str, enabled: bool) {
        if let Some(place) = OTHER_FEATURES.iter().position(|known| *known == name) {
            self.others = (self.others & !(1 << place)) | (u16::from(enabled) << place);
        }
    }
}

/// One feature: its names, and how to read and set it.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// The name in scenario files.
    pub name: &'static str,
    /// The property of Graph's `onPremisesDirectorySynchronizationFeature`.
    pub graph_name: &'static str,
    /// Whether it can't be turned off again once it is on (rule R2.35).
    pub one_way: bool,
    /// Reads the feature.
    pub get: fn(&Features) -> bool,
    /// Sets the feature.
    pub set: fn(&mut Features, bool),
}

macro_rules! features {
    ($($name:literal $graph:literal $field:ident $one_way:literal;)*) => {
        /// Every feature that decides something here.
        pub const FEATURES: &[Feature] = &[$(Feature {
            name: $name,
            graph_name: $graph,
            one_way: $one_way,
            get: |features| features.$field,
            set: |features, on| features.$field = on,
        }),*];
    };
}

features! {
    "allow-on-prem-update-of-on-premises-object-identifier"
        "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"
        allow_on_prem_update_of_on_premises_object_identifier false;
    "block-cloud-object-takeover-through-hard-match"
        "blockCloudObjectTakeoverThroughHardMatchEnabled"
        block_cloud_object_takeover_through_hard_match false;
    "block-soft-match" "blockSoftMatchEnabled" block_soft_match false;
    "password-sync" "passwordSyncEnabled" password_sync false;
    "quarantine-upon-proxy-addresses-conflict" "quarantineUponProxyAddressesConflictEnabled"
        quarantine_upon_proxy_addresses_conflict true;
    "quarantine-upon-upn-conflict" "quarantineUponUpnConflictEnabled"
        quarantine_upon_upn_conflict true;
    "soft-match-on-upn" "softMatchOnUpnEnabled" soft_match_on_upn true;
    "synchronize-upn-for-managed-users" "synchronizeUpnForManagedUsersEnabled"
        synchronize_upn_for_managed_users true;
}
