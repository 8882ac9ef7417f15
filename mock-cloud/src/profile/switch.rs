//! The named doubts: where sources disagree or are silent, and how each is answered.

use super::{NewObjectConflict, ServicePolicy};
use crate::rule::{Confidence, RuleId};

/// The words of a switch that is on or off, as files have them.
pub(super) const OFF_ON: &[&str] = &["false", "true"];

/// A point where sources disagree or are silent, with a name to answer it by.
///
/// ```
/// use mock_cloud::Profile;
/// use mock_cloud::profile::SERVICE_SWITCHES;
///
/// let mut policy = Profile::Entra2026.service_policy();
/// let conflict = SERVICE_SWITCHES.iter().find(|it| it.name == "new-object-conflict").unwrap();
/// assert_eq!(conflict.read(&policy), "must-be-unique");
/// assert!(conflict.answer(&mut policy, "quarantine"));
/// assert!(!conflict.answer(&mut policy, "on"));
/// assert_eq!(conflict.read(&policy), "quarantine");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Switch<P: 'static> {
    /// The name in scenario files and on command lines.
    pub name: &'static str,
    /// The rule it belongs to.
    pub rule: RuleId,
    /// The open question of the catalogue that it answers, such as `Q9.2`.
    pub question: Option<&'static str>,
    /// How far the defaults can be trusted.
    pub confidence: Confidence,
    /// What turning it on means, or what its values mean, in one sentence.
    pub effect: &'static str,
    /// The words that answer it.
    pub values: &'static [&'static str],
    get: fn(&P) -> usize,
    set: fn(&mut P, usize),
}

impl<P> Switch<P> {
    /// A switch that is on or off.
    pub const fn on_off(
        name: &'static str,
        rule: RuleId,
        question: Option<&'static str>,
        confidence: Confidence,
        effect: &'static str,
        get: fn(&P) -> usize,
        set: fn(&mut P, usize),
    ) -> Self {
        Self {
            name,
            rule,
            question,
            confidence,
            effect,
            values: OFF_ON,
            get,
            set,
        }
    }

    /// The word that answers it in a policy.
    pub fn read(&self, policy: &P) -> &'static str {
        self.values.get((self.get)(policy)).copied().unwrap_or("")
    }

    /// Answers it by a word; says whether it is one of its words. `on` and `off` are words of
    /// what is true or false.
    pub fn answer(&self, policy: &mut P, word: &str) -> bool {
        let place = self
            .values
            .iter()
            .position(|value| *value == word || shown(value) == word);
        if let Some(place) = place {
            (self.set)(policy, place);
        }
        place.is_some()
    }
}

/// A word as reports print it: `on` and `off` for what is true or false.
pub fn shown(word: &str) -> &str {
    match word {
        "true" => "on",
        "false" => "off",
        other => other,
    }
}

const NEW_OBJECT_CONFLICT: Switch<ServicePolicy> = Switch {
    name: "new-object-conflict",
    rule: RuleId::R2_14A,
    question: Some("Q9.2"),
    confidence: Confidence::Supported,
    effect: "what a new object meets whose address or UPN is on an account with another anchor: \
             InvalidSoftMatch, a second account with the value withheld, or for an address \
             AttributeValueMustBeUnique",
    values: &["invalid-soft-match", "quarantine", "must-be-unique"],
    get: |policy| match policy.new_object_conflict {
        NewObjectConflict::InvalidSoftMatch => 0,
        NewObjectConflict::Quarantine => 1,
        NewObjectConflict::MustBeUnique => 2,
    },
    set: |policy, value| {
        policy.new_object_conflict = match value {
            0 => NewObjectConflict::InvalidSoftMatch,
            1 => NewObjectConflict::Quarantine,
            _ => NewObjectConflict::MustBeUnique,
        }
    },
};

macro_rules! switches {
    ($($name:literal $rule:ident $question:expr, $confidence:ident $field:ident
       $effect:literal;)*) => {
        /// Every switch of the service.
        pub const SERVICE_SWITCHES: &[Switch<ServicePolicy>] = &[
            NEW_OBJECT_CONFLICT,
            $(Switch::on_off(
                $name,
                RuleId::$rule,
                $question,
                Confidence::$confidence,
                $effect,
                |policy| usize::from(policy.$field),
                |policy, value| policy.$field = value == 1,
            )),*
        ];
    };
}

switches! {
    "admin-conflict-is-error" R2_14B None, Reported admin_conflict_is_error
        "a soft match that lands on an administrator is an export error, not a duplicate";
    "admin-conflict-on-upn-only" R2_14B Some("Q9.13"), Supported admin_conflict_on_upn_only
        "an administrator is soft-matched by address all the same; only a match by UPN is not made";
    "allow-id-change-when-sync-enabled-false" R5_24 Some("Q9.19"), Reported
        allow_id_change_when_sync_enabled_false
        "the ImmutableId of a formerly synced user may be changed";
    "deleted-upn-keeps-hyphens" R5_18 Some("Q9.24"), Reported deleted_upn_keeps_hyphens
        "a deleted user's UPN stands behind its id with hyphens, as in a published sample";
    "eligible-roles-block-soft-match" R2_14B Some("Q9.14"), Assumed eligible_roles_block_soft_match
        "whoever is eligible for a role is not soft-matched either, as an administrator is not";
    "errors-name-the-object-in-conflict" R6_16 Some("Q9.17"), Reported
        errors_name_the_object_in_conflict
        "the text of a duplicate ends with a tracking id and the id of the object in conflict";
    "hard-match-hardening" R2_20 Some("Q9.5"), Documented hard_match_hardening
        "a hard match is refused on privileged accounts and on another onPremisesObjectIdentifier";
    "immutable-id-ignores-recycle-bin" R2_4 Some("Q9.19"), Supported
        immutable_id_ignores_recycle_bin
        "an ImmutableId that a deleted user still holds may be set on another user";
    "invalid-upn-is-error" R4_2 Some("Q9.9"), Supported invalid_upn_is_error
        "invalid characters in a UPN are IdentityDataValidationFailed, not a recalculated UPN";
    "licence-refused-while-withheld" R3_13 None, Reported licence_refused_while_withheld
        "a licence is refused while an address is withheld, as other changes in the cloud are";
    "match-clears-absent" R2_25 Some("Q9.3"), Reported match_clears_absent
        "a match clears cloud values that Active Directory does not have";
    "moera-begins-with-upn" R4_14 Some("Q9.8"), Supported moera_begins_with_upn
        "the system address begins with the UPN's prefix, not with the mail nickname";
    "msonline-null-immutable-id-is-ignored" R1_9 None, Reported null_immutable_id_is_ignored
        "Set-MsolUser -ImmutableId $null changes nothing; only an empty text clears the id (C23)";
    "object-identifier-is-the-anchor" R2_21 Some("Q9.4"), Assumed object_identifier_is_the_anchor
        "onPremisesObjectIdentifier holds the GUID that the anchor was made from, not objectGUID";
    "object-identifier-must-be-empty" R2_21 Some("Q9.4"), Supported object_identifier_must_be_empty
        "a hard match is refused whenever onPremisesObjectIdentifier is set, even if it is equal";
    "provisioning-errors-say-proxy-address" R3_7 Some("Q9.7"), Supported
        provisioning_errors_say_proxy_address
        "a withheld address is recorded under ProxyAddress, as Graph's documentation has it";
    "role-block-is-update-not-allowed" R2_20 Some("Q9.5"), Supported
        role_block_is_update_not_allowed
        "a hard match that a role forbids is AttributeUpdateNotAllowed, not InvalidHardMatch";
    "security-groups-are-soft-deleted" R5_19 Some("Q9.27"), Supported
        security_groups_are_soft_deleted
        "a deleted security group goes to the recycle bin for 30 days, as a newer preview may have";
    "smtp-match-any-cloud-proxy" R2_11 Some("Q9.1"), Reported smtp_match_any_cloud_proxy
        "soft match compares with every address of the cloud account, not only the primary";
    "smtp-match-any-incoming-address" R2_10 Some("Q9.1"), Reported smtp_match_any_incoming_address
        "soft match compares every address that Active Directory sends, not only the primary";
    "smtp-match-needs-mailbox" R2_11 Some("Q9.16"), Reported smtp_match_needs_mailbox
        "a cloud user without licence or mailbox is not soft-matched by address";
    "soft-match-block-is-error" R2_14C Some("Q9.15"), Reported soft_match_block_is_error
        "an address that the forbidden soft match would have found is InvalidSoftMatch";
    "soft-match-compares-case" R2_12 Some("Q9.10"), Assumed soft_match_compares_case
        "addresses and UPNs that differ in case do not match";
    "soft-match-finds-deleted" R2_14F Some("Q9.11"), Supported soft_match_finds_deleted
        "soft match finds accounts in the recycle bin, too, and brings them back";
    "sync-off-clears-on-premises-facts" R2_7 None, Reported sync_off_clears_on_premises_facts
        "turning off directory synchronization clears what came from Active Directory, not the id";
    "sync-off-converts-at-once" R2_7 None, Supported sync_off_converts_at_once
        "turning off directory synchronization frees the accounts at once, not after 72 hours";
    "takeover-obeys-upn-gate" R4_6 Some("Q9.25"), Reported healthy_takeover_obeys_upn_gate
        "synchronizeUpnForManagedUsers off also holds back the UPN of the export that takes over";
}
