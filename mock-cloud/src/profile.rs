//! What differs between the eras of the service, and every named doubt about it.
//!
//! Microsoft's service changed several times, so one rule set cannot be right. A [`Profile`] names
//! an era; [`ServicePolicy`] and [`crate::tenant::Features`] are what it sets. Where sources
//! disagree, a [`Switch`] names the question, and the policy carries its answer.

use std::fmt;
use std::str::FromStr;

use crate::rule::RuleId;

/// A dated set of behaviours of service and engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// DirSync, 2012 to 2015: no quarantine, soft match on the primary SMTP address only.
    DirSync2013,
    /// Azure AD Connect from late 2016: quarantine on, soft match on UPN on.
    AadConnect2017,
    /// Connect 2.x as documented since December 2024: block flags, conflicts on the primary
    /// address are errors.
    Entra2025,
    /// From July 2026: hard match is hardened.
    Entra2026,
}

impl Profile {
    /// All profiles, oldest first.
    pub const ALL: [Self; 4] = [
        Self::DirSync2013,
        Self::AadConnect2017,
        Self::Entra2025,
        Self::Entra2026,
    ];

    /// The name on command lines and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DirSync2013 => "dirsync-2013",
            Self::AadConnect2017 => "aadconnect-2017",
            Self::Entra2025 => "entra-2025",
            Self::Entra2026 => "entra-2026",
        }
    }

    /// The service's behaviour in this era.
    pub const fn service_policy(self) -> ServicePolicy {
        ServicePolicy {
            new_object_conflict: match self {
                Self::DirSync2013 => NewObjectConflict::InvalidSoftMatch,
                Self::AadConnect2017 => NewObjectConflict::Quarantine,
                Self::Entra2025 | Self::Entra2026 => NewObjectConflict::MustBeUnique,
            },
            admin_conflict_is_error: matches!(self, Self::DirSync2013),
            hard_match_hardening: matches!(self, Self::Entra2026),
            object_identifier_must_be_empty: false,
            smtp_match_any_cloud_proxy: false,
            match_clears_absent: false,
            invalid_upn_is_error: false,
            allow_id_change_when_sync_enabled_false: true,
            immutable_id_ignores_recycle_bin: false,
            healthy_takeover_obeys_upn_gate: false,
            licence_refused_while_withheld: false,
            sync_off_clears_on_premises_facts: matches!(self, Self::Entra2025 | Self::Entra2026),
            sync_off_converts_at_once: false,
            null_immutable_id_is_ignored: false,
            graph: GraphPolicy::DEFAULT,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A profile name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown profile `{name}`: expected `dirsync-2013`, `aadconnect-2017`, `entra-2025` or \
     `entra-2026`"
)]
pub struct UnknownProfile {
    /// What was given.
    pub name: String,
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == text)
            .ok_or_else(|| UnknownProfile {
                name: text.to_owned(),
            })
    }
}

/// What the service does with a new object whose address or UPN belongs to an account that
/// carries another anchor (question Q9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewObjectConflict {
    /// Export error `InvalidSoftMatch`; nothing is created.
    InvalidSoftMatch,
    /// A second object is created, the colliding values are quarantined.
    Quarantine,
    /// Same primary address: export error `AttributeValueMustBeUnique`. Same UPN: as quarantine.
    MustBeUnique,
}

/// The answers of one era, or of one scenario, to what differs and what is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServicePolicy {
    /// Rule R2.14a, question Q9.2.
    pub new_object_conflict: NewObjectConflict,
    /// Rule R2.14b: a soft match with an administrator is an export error instead of a duplicate.
    pub admin_conflict_is_error: bool,
    /// Rule R2.20.
    pub hard_match_hardening: bool,
    /// Rule R2.21: block a hard match whenever `onPremisesObjectIdentifier` is set, even if equal.
    pub object_identifier_must_be_empty: bool,
    /// Rule R2.11: compare the incoming primary with every address of the cloud object.
    pub smtp_match_any_cloud_proxy: bool,
    /// Rule R2.25: a match clears what Active Directory has no value for.
    pub match_clears_absent: bool,
    /// Question Q9.9: invalid characters in a UPN are an error instead of a recalculated UPN.
    pub invalid_upn_is_error: bool,
    /// Question Q9.19: the id of a formerly synced user may be changed.
    pub allow_id_change_when_sync_enabled_false: bool,
    /// Wrong order W4: an id that a deleted user still holds may be set on another.
    pub immutable_id_ignores_recycle_bin: bool,
    /// Question Q9.25: the gate of rule R4.6 also holds for the export that takes a user over.
    pub healthy_takeover_obeys_upn_gate: bool,
    /// Rule R3.13: a licence, too, is refused while an address is withheld.
    pub licence_refused_while_withheld: bool,
    /// Turning off directory synchronisation also clears what is known of Active Directory.
    pub sync_off_clears_on_premises_facts: bool,
    /// Turning off directory synchronisation converts the accounts at once, not after 72 hours.
    pub sync_off_converts_at_once: bool,
    /// Case C23: MSOnline takes an id of `$null` for "not given". Others found that it clears.
    pub null_immutable_id_is_ignored: bool,
    /// What Graph does where sources disagree or are silent.
    pub graph: GraphPolicy,
}

/// How sure an answer is that no rule of the catalogue stands behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Somebody saw it.
    Observed,
    /// Nobody knows; this is the likeliest.
    Assumed,
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Observed => "observed",
            Self::Assumed => "assumed",
        })
    }
}

/// What Graph's endpoints do where sources disagree or are silent; see [`GRAPH_SWITCHES`] for
/// what each field means.
#[expect(missing_docs, reason = "the table of switches describes them")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphPolicy {
    pub all_lambda_is_supported: bool,
    pub bin_keeps_addresses: bool,
    pub cloud_managed_was_synced: bool,
    pub conflicting_object_is_left_out: bool,
    pub content_type_is_checked: bool,
    pub deleted_name_has_hyphens: bool,
    pub delta_tokens_expire: bool,
    pub empty_immutable_id_is_ignored: bool,
    pub if_match_is_refused: bool,
    pub immutable_id_filter_is_advanced: bool,
    pub immutable_id_of_synced_is_writable: bool,
    pub on_premises_facts_are_clearable: bool,
    pub restore_conflict_is_409: bool,
    pub resync_is_sync_state_not_found: bool,
    pub security_groups_are_restorable: bool,
    pub short_mastered_message: bool,
    pub sync_enabled_is_writable: bool,
    pub synced_name_is_read_only: bool,
    pub synced_user_is_not_deletable: bool,
    pub unknown_properties_are_ignored: bool,
}

impl GraphPolicy {
    /// What is assumed unless somebody says otherwise.
    pub const DEFAULT: Self = Self {
        all_lambda_is_supported: false,
        bin_keeps_addresses: false,
        cloud_managed_was_synced: false,
        conflicting_object_is_left_out: false,
        content_type_is_checked: false,
        deleted_name_has_hyphens: false,
        delta_tokens_expire: true,
        empty_immutable_id_is_ignored: false,
        if_match_is_refused: false,
        immutable_id_filter_is_advanced: false,
        immutable_id_of_synced_is_writable: false,
        on_premises_facts_are_clearable: false,
        restore_conflict_is_409: false,
        resync_is_sync_state_not_found: false,
        security_groups_are_restorable: false,
        short_mastered_message: false,
        sync_enabled_is_writable: true,
        synced_name_is_read_only: false,
        synced_user_is_not_deletable: false,
        unknown_properties_are_ignored: false,
    };
}

/// A point of Graph's behaviour where sources disagree or are silent.
#[derive(Debug, Clone, Copy)]
pub struct GraphSwitch {
    /// The name on command lines.
    pub name: &'static str,
    /// How sure the default is.
    pub confidence: Confidence,
    /// What turning it on means, in one sentence.
    pub effect: &'static str,
    /// What is known, and from where.
    pub known: &'static str,
    /// Reads the switch.
    pub get: fn(&GraphPolicy) -> bool,
    /// Sets the switch.
    pub set: fn(&mut GraphPolicy, bool),
}

macro_rules! graph_switches {
    ($($name:literal $confidence:ident $field:ident $effect:literal $known:literal;)*) => {
        /// Every switch of Graph's endpoints, in the order of their names.
        pub const GRAPH_SWITCHES: &[GraphSwitch] = &[$(GraphSwitch {
            name: $name,
            confidence: Confidence::$confidence,
            effect: $effect,
            known: $known,
            get: |policy| policy.$field,
            set: |policy, on| policy.$field = on,
        }),*];
    };
}

graph_switches! {
    "graph-all-lambda-is-supported" Assumed all_lambda_is_supported
        "`all` in a $filter is an advanced query wherever `any` is one, instead of a 400"
        "the page on lambda operators has `all`, but the directory's table of what each property \
         supports knows `any` alone";
    "graph-bin-keeps-addresses" Assumed bin_keeps_addresses
        "an address that an object in the recycle bin has can't be given to another"
        "addresses stay on a deleted object; that they block nobody until it is restored is \
         nowhere recorded";
    "graph-cloud-managed-was-synced" Assumed cloud_managed_was_synced
        "onPremisesSyncEnabled is false after isCloudManaged was set to true, instead of null"
        "no answer after a conversion is recorded; null is consistent with one public document";
    "graph-conflicting-object-is-left-out" Assumed conflicting_object_is_left_out
        "details of a conflict have no second item that names the other object"
        "the item is recorded for proxyAddresses (docs-contrib#8421), the form of its target is \
         not";
    "graph-content-type-is-checked" Assumed content_type_is_checked
        "a write whose Content-Type is not JSON is 415, instead of being read as JSON"
        "the documentation lists the status; the recorded text for a body that can't be read asks \
         for the header as well";
    "graph-deleted-name-has-hyphens" Assumed deleted_name_has_hyphens
        "the UPN of a deleted user stands behind its id with hyphens, instead of 32 digits"
        "a sample of the documentation has hyphens, where GUIDs are replaced by examples; in the \
         field it is 32 digits";
    "graph-delta-tokens-expire" Observed delta_tokens_expire
        "a delta token is good for seven days; then it is 410, and one begins anew"
        "seven days in the documentation; one of two weeks was accepted (docs-contrib#9003)";
    "graph-empty-immutable-id-is-ignored" Assumed empty_immutable_id_is_ignored
        "PATCH of onPremisesImmutableId with an empty text changes nothing, instead of a 400"
        "Update-MgUser sends an empty text for $null (msgraph-sdk-powershell#2514); what it does \
         is not recorded, but it clears nothing";
    "graph-if-match-is-refused" Assumed if_match_is_refused
        "a write with If-Match other than `*` is 412, instead of the header being ignored"
        "the OpenAPI description has the header for DELETE, and no directory object in any sample \
         has an ETag to match";
    "graph-immutable-id-filter-is-advanced" Observed immutable_id_filter_is_advanced
        "a $filter on onPremisesImmutableId needs the advanced parameters"
        "two copies of the documentation's table disagree; scripts in use send it without them";
    "graph-immutable-id-of-synced-is-writable" Assumed immutable_id_of_synced_is_writable
        "PATCH of onPremisesImmutableId works on a synced user, instead of a 400"
        "one refusal is known by its length alone (msgraph-sdk-powershell#2819)";
    "graph-on-premises-facts-are-clearable" Assumed on_premises_facts_are_clearable
        "PATCH with null clears onPremisesSamAccountName and its like on users that are not synced"
        "the documentation says read-only; ADSyncTools 1.5.0 clears them";
    "graph-restore-conflict-is-409" Assumed restore_conflict_is_409
        "a restore that meets a taken name is 409 Request_MultipleObjectsWithSameKeyValue, \
         instead of the 400 of any other write"
        "the body of a refused restore is not recorded; the documentation has the 409 for \
         synchronization across tenants";
    "graph-resync-is-sync-state-not-found" Assumed resync_is_sync_state_not_found
        "the 410 of a delta token that is too old has the code syncStateNotFound, instead of \
         resyncRequired"
        "the documentation has the status and the Location; both codes are seen, of other services";
    "graph-security-groups-are-restorable" Assumed security_groups_are_restorable
        "a deleted security group goes to the recycle bin, instead of being gone at once"
        "refused by the documentation until 2024; its newest page no longer says so";
    "graph-short-mastered-message" Observed short_mastered_message
        "the refusal for synced objects ends after `Directory Sync objects`"
        "both forms are seen: the long one since 2018, the short one in a report of 2025";
    "graph-sync-enabled-is-writable" Observed sync_enabled_is_writable
        "PATCH of organization may change onPremisesSyncEnabled"
        "refused as read-only in June 2023 (docs-contrib#1146); Entra PowerShell of 2026 does it";
    "graph-synced-name-is-read-only" Assumed synced_name_is_read_only
        "PATCH of userPrincipalName is refused on a synced user, as that of other properties is"
        "Set-MsolUserPrincipalName changes it (many pages); whether Graph does is not recorded";
    "graph-synced-user-is-not-deletable" Assumed synced_user_is_not_deletable
        "DELETE is refused on a synced user"
        "widely done to clean up orphans; no refusal is recorded";
    "graph-unknown-properties-are-ignored" Assumed unknown_properties_are_ignored
        "a property that Graph does not know is left out of a write, instead of a 400"
        "no answer to an unknown name is recorded";
}

/// A point where sources disagree or are silent, with a name to answer it by.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// The name in scenario files and on command lines.
    pub name: &'static str,
    /// The rule it belongs to.
    pub rule: RuleId,
    /// What turning it on means, in one sentence.
    pub effect: &'static str,
    /// Reads the switch.
    pub get: fn(&ServicePolicy) -> bool,
    /// Sets the switch.
    pub set: fn(&mut ServicePolicy, bool),
}

macro_rules! switches {
    ($($name:literal $rule:ident $field:ident $effect:literal;)*) => {
        /// Every switch of the service, in the order of their names.
        pub const SERVICE_SWITCHES: &[Switch] = &[$(Switch {
            name: $name,
            rule: RuleId::$rule,
            effect: $effect,
            get: |policy| policy.$field,
            set: |policy, on| policy.$field = on,
        }),*];
    };
}

switches! {
    "admin-conflict-is-error" R2_14B admin_conflict_is_error
        "a soft match that lands on an administrator is an export error, not a duplicate";
    "allow-id-change-when-sync-enabled-false" R5_24 allow_id_change_when_sync_enabled_false
        "the ImmutableId of a formerly synced user may be changed";
    "hard-match-hardening" R2_20 hard_match_hardening
        "a hard match is refused on privileged accounts and on another onPremisesObjectIdentifier";
    "immutable-id-ignores-recycle-bin" R2_4 immutable_id_ignores_recycle_bin
        "an ImmutableId that a deleted user still holds may be set on another user";
    "invalid-upn-is-error" R4_2 invalid_upn_is_error
        "invalid characters in a UPN are IdentityDataValidationFailed, not a recalculated UPN";
    "licence-refused-while-withheld" R3_13 licence_refused_while_withheld
        "a licence is refused while an address is withheld, as other changes in the cloud are";
    "match-clears-absent" R2_25 match_clears_absent
        "a match clears cloud values that Active Directory does not have";
    "msonline-null-immutable-id-is-ignored" R1_9 null_immutable_id_is_ignored
        "Set-MsolUser -ImmutableId $null changes nothing; only an empty text clears the id (C23)";
    "object-identifier-must-be-empty" R2_21 object_identifier_must_be_empty
        "a hard match is refused whenever onPremisesObjectIdentifier is set, even if it is equal";
    "smtp-match-any-cloud-proxy" R2_11 smtp_match_any_cloud_proxy
        "soft match compares with every address of the cloud account, not only the primary";
    "sync-off-clears-on-premises-facts" R2_7 sync_off_clears_on_premises_facts
        "turning off directory synchronization clears what came from Active Directory, not the id";
    "sync-off-converts-at-once" R2_7 sync_off_converts_at_once
        "turning off directory synchronization frees the accounts at once, not after 72 hours";
    "takeover-obeys-upn-gate" R4_6 healthy_takeover_obeys_upn_gate
        "synchronizeUpnForManagedUsers off also holds back the UPN of the export that takes over";
}

/// The names of all switches, of the service and of Graph's endpoints.
pub fn switch_names() -> impl Iterator<Item = &'static str> {
    let service = SERVICE_SWITCHES.iter().map(|switch| switch.name);
    service.chain(GRAPH_SWITCHES.iter().map(|switch| switch.name))
}

impl ServicePolicy {
    /// Answers the switch of a name; `false` where there is none of that name.
    pub fn answer(&mut self, name: &str, on: bool) -> bool {
        if let Some(switch) = SERVICE_SWITCHES.iter().find(|switch| switch.name == name) {
            (switch.set)(self, on);
            return true;
        }
        let graph = GRAPH_SWITCHES.iter().find(|switch| switch.name == name);
        if let Some(switch) = graph {
            (switch.set)(&mut self.graph, on);
        }
        graph.is_some()
    }

    /// The switches that are answered otherwise than in another policy.
    pub fn answers_apart_from(&self, usual: &Self) -> Vec<(&'static str, bool)> {
        let service = SERVICE_SWITCHES
            .iter()
            .map(|it| (it.name, (it.get)(self), (it.get)(usual)));
        let graph = GRAPH_SWITCHES
            .iter()
            .map(|it| (it.name, (it.get)(&self.graph), (it.get)(&usual.graph)));
        let apart = service.chain(graph).filter(|(_, on, usual)| on != usual);
        apart.map(|(name, on, _)| (name, on)).collect()
    }
}
