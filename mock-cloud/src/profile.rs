//! What differs between the eras of the service, and every named doubt about it.
//!
//! Microsoft's service changed several times, so one rule set cannot be right. A [`Profile`] names
//! an era; [`ServicePolicy`] and [`crate::tenant::Features`] are what it sets. Where sources
//! disagree, a [`Switch`] names the question, and the policy carries its answer.

use std::fmt;
use std::str::FromStr;

use crate::sync_object::SyncObject;

mod switch;

use switch::OFF_ON;
pub use switch::{SERVICE_SWITCHES, Switch, shown};

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
            admin_conflict_on_upn_only: false,
            eligible_roles_block_soft_match: false,
            hard_match_hardening: matches!(self, Self::Entra2026),
            role_block_is_update_not_allowed: false,
            object_identifier_must_be_empty: false,
            object_identifier_is_the_anchor: false,
            smtp_match_any_cloud_proxy: false,
            smtp_match_any_incoming_address: false,
            smtp_match_needs_mailbox: false,
            soft_match_block_is_error: false,
            soft_match_compares_case: false,
            soft_match_finds_deleted: false,
            match_clears_absent: false,
            invalid_upn_is_error: false,
            allow_id_change_when_sync_enabled_false: true,
            immutable_id_ignores_recycle_bin: false,
            healthy_takeover_obeys_upn_gate: false,
            licence_refused_while_withheld: false,
            sync_off_clears_on_premises_facts: matches!(self, Self::Entra2025 | Self::Entra2026),
            sync_off_converts_at_once: false,
            null_immutable_id_is_ignored: false,
            moera_begins_with_upn: false,
            errors_name_the_object_in_conflict: matches!(self, Self::Entra2025 | Self::Entra2026),
            provisioning_errors_say_proxy_address: false,
            security_groups_are_soft_deleted: false,
            deleted_upn_keeps_hyphens: false,
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
    /// Question Q9.13: an administrator is spared by a match on the UPN only.
    pub admin_conflict_on_upn_only: bool,
    /// Question Q9.14: who is eligible for a role is not soft-matched either.
    pub eligible_roles_block_soft_match: bool,
    /// Rule R2.20.
    pub hard_match_hardening: bool,
    /// Question Q9.5: the code of a hard match that a role forbids.
    pub role_block_is_update_not_allowed: bool,
    /// Rule R2.21: block a hard match whenever `onPremisesObjectIdentifier` is set, even if equal.
    pub object_identifier_must_be_empty: bool,
    /// Question Q9.4: `onPremisesObjectIdentifier` holds the GUID that the anchor was made from.
    pub object_identifier_is_the_anchor: bool,
    /// Rule R2.11: compare the incoming primary with every address of the cloud object.
    pub smtp_match_any_cloud_proxy: bool,
    /// Rule R2.10: compare every incoming address, not the primary alone.
    pub smtp_match_any_incoming_address: bool,
    /// Question Q9.16: a user matches by address only with a licence or a mailbox.
    pub smtp_match_needs_mailbox: bool,
    /// Question Q9.15: an address that a forbidden soft match would have found is an error.
    pub soft_match_block_is_error: bool,
    /// Question Q9.10: names that differ in case do not match.
    pub soft_match_compares_case: bool,
    /// Question Q9.11: a soft match finds accounts in the recycle bin.
    pub soft_match_finds_deleted: bool,
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
    /// Question Q9.17: errors about duplicates end with a tracking id and the owner's id.
    pub errors_name_the_object_in_conflict: bool,
    /// Rule R4.14: the system address begins with the UPN's prefix.
    pub moera_begins_with_upn: bool,
    /// Rule R3.7: a withheld address is recorded under the name in Graph's documentation.
    pub provisioning_errors_say_proxy_address: bool,
    /// Question Q9.27: a deleted security group goes to the recycle bin.
    pub security_groups_are_soft_deleted: bool,
    /// Question Q9.24: a deleted user's UPN stands behind the id with its hyphens.
    pub deleted_upn_keeps_hyphens: bool,
    /// What Graph does where sources disagree or are silent.
    pub graph: GraphPolicy,
}

impl ServicePolicy {
    /// What `onPremisesObjectIdentifier` holds for an object (question Q9.4).
    pub(crate) fn object_identifier_of(&self, object: &SyncObject) -> [u8; 16] {
        let anchor = object.source_anchor.guid_bytes();
        let anchor = anchor.filter(|_| self.object_identifier_is_the_anchor);
        *anchor.unwrap_or(&object.object_guid)
    }
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
    pub delta_tokens_expire: bool,
    pub empty_immutable_id_is_ignored: bool,
    pub if_match_is_refused: bool,
    pub immutable_id_filter_is_advanced: bool,
    pub immutable_id_of_synced_is_writable: bool,
    pub on_premises_facts_are_clearable: bool,
    pub restore_conflict_is_409: bool,
    pub resync_is_sync_state_not_found: bool,
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
        delta_tokens_expire: true,
        empty_immutable_id_is_ignored: false,
        if_match_is_refused: false,
        immutable_id_filter_is_advanced: false,
        immutable_id_of_synced_is_writable: false,
        on_premises_facts_are_clearable: false,
        restore_conflict_is_409: false,
        resync_is_sync_state_not_found: false,
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

impl GraphSwitch {
    /// The word that answers it in a policy.
    pub fn read(&self, policy: &GraphPolicy) -> &'static str {
        OFF_ON[usize::from((self.get)(policy))]
    }
}

/// The names of all switches, of the service and of Graph's endpoints, with the words that answer
/// each.
pub fn switches() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let service = SERVICE_SWITCHES.iter().map(|it| (it.name, it.values));
    service.chain(GRAPH_SWITCHES.iter().map(|it| (it.name, OFF_ON)))
}

impl ServicePolicy {
    /// Answers a switch of the service or of Graph's endpoints by a word; says whether there is
    /// such a switch and it knows the word.
    pub fn answer(&mut self, name: &str, word: &str) -> bool {
        if let Some(switch) = SERVICE_SWITCHES.iter().find(|it| it.name == name) {
            return switch.answer(self, word);
        }
        let graph = GRAPH_SWITCHES.iter().find(|it| it.name == name);
        let is_meant = |value: &&str| **value == *word || shown(value) == word;
        let place = OFF_ON.iter().position(is_meant);
        let answered = graph.zip(place);
        if let Some((switch, place)) = answered {
            (switch.set)(&mut self.graph, place == 1);
        }
        answered.is_some()
    }

    /// The switches that are answered otherwise than in another policy, with their words.
    pub fn answers_apart_from(&self, usual: &Self) -> Vec<(&'static str, &'static str)> {
        let service = SERVICE_SWITCHES
            .iter()
            .map(|it| (it.name, it.read(self), it.read(usual)));
        let graph = GRAPH_SWITCHES
            .iter()
            .map(|it| (it.name, it.read(&self.graph), it.read(&usual.graph)));
        let apart = service
            .chain(graph)
            .filter(|(_, word, usual)| word != usual);
        apart.map(|(name, word, _)| (name, word)).collect()
    }
}
