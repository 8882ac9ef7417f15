//! Soft match: the account with the same primary address, or the same UPN (rules R2.9 to R2.19).

use std::sync::Arc;

use store::{Text, eq_fold};

use super::{ErrorCode, ExportError, SoftMatchField, is_recipient};
use crate::address::Upn;
use crate::ids::CloudKey;
use crate::profile::NewObjectConflict;
use crate::reason::{Arg, Reason};
use crate::rule::RuleId;
use crate::sync_object::{SyncObject, SyncObjectType};
use crate::tenant::{ConflictProperty, DirectoryObject, Kind, Tenant};

/// Where a soft match ended.
pub(super) enum SoftMatch {
    /// This account is taken over.
    Found(CloudKey, SoftMatchField),
    /// The export fails.
    Refused(Box<ExportError>),
    /// Nobody matches, so a new object is created; an administrator may have stood in the way.
    Nobody { admin_role_conflict: bool },
}

pub(super) const NOBODY: SoftMatch = SoftMatch::Nobody {
    admin_role_conflict: false,
};

/// An account that a field pointed at, and the value that pointed there.
struct Candidate<'a> {
    key: CloudKey,
    found: Arc<DirectoryObject>,
    field: SoftMatchField,
    value: &'a str,
}

impl Tenant {
    /// Looks for the account that a new object belongs to by its address and UPN.
    ///
    /// A licence is no condition (rule R2.14l). A match by address has that address on both
    /// sides, so it can't change it (rule R2.18).
    pub(super) fn soft_match(
        &self,
        object: &SyncObject,
        upn_is_matched: bool,
        why: &mut Vec<Reason>,
    ) -> SoftMatch {
        if self.features.block_soft_match {
            let text = "the tenant blocks soft match altogether";
            why.push(Reason::plain(RuleId::R2_14C, text));
            return self.blocked(object);
        }
        if object.kind == SyncObjectType::Group && !object.mail_enabled {
            let text = "a group without an address never matches";
            why.push(Reason::plain(RuleId::R2_31, text));
            return NOBODY;
        }
        for field in [
            SoftMatchField::PrimarySmtp,
            SoftMatchField::UserPrincipalName,
        ] {
            if field == SoftMatchField::UserPrincipalName
                && object.kind == SyncObjectType::User
                && !upn_is_matched
            {
                let text = "what sends it is not matched by UPN";
                why.push(Reason::plain(RuleId::R6_23, text));
                continue;
            }
            let compared = self.incoming(object, field, why).into_iter();
            for value in compared.chain(self.aliases(object, field)) {
                let Some(candidate) = self.candidate(object, field, value) else {
                    let text = match field {
                        SoftMatchField::PrimarySmtp => "no primary address equals {0}",
                        SoftMatchField::UserPrincipalName => "no UPN equals {0}",
                    };
                    why.push(Reason::one(RuleId::R2_9, text, value));
                    continue;
                };
                if let Some(decision) = self.judge(&candidate, object, why) {
                    return decision;
                }
            }
        }
        NOBODY
    }

    /// Where soft matches are forbidden: a new object, unless the address is an error then
    /// (question Q9.15).
    fn blocked(&self, object: &SyncObject) -> SoftMatch {
        let field = SoftMatchField::PrimarySmtp;
        let primary = object.primary_smtp();
        let primary = primary.filter(|_| self.policy.soft_match_block_is_error);
        match primary.and_then(|primary| self.candidate(object, field, primary)) {
            Some(found) => found.refused(ErrorCode::InvalidSoftMatch, object),
            None => NOBODY,
        }
    }

    /// Further addresses that are compared, where all of them are (question Q9.1).
    fn aliases<'a>(
        &self,
        object: &'a SyncObject,
        field: SoftMatchField,
    ) -> impl Iterator<Item = &'a str> {
        let any = self.policy.smtp_match_any_incoming_address;
        let all = object.proxy_addresses.iter();
        all.filter(move |_| any && field == SoftMatchField::PrimarySmtp)
            .filter(|listed| listed.is_smtp() && !listed.is_primary())
            .map(crate::ProxyAddress::address)
    }

    /// The value that is compared, if this field takes part at all.
    fn incoming<'a>(
        &self,
        object: &'a SyncObject,
        field: SoftMatchField,
        why: &mut Vec<Reason>,
    ) -> Option<&'a str> {
        if field == SoftMatchField::PrimarySmtp {
            let primary = object.primary_smtp();
            if primary.is_none() {
                let text = "Active Directory has no primary address to match on";
                why.push(Reason::plain(RuleId::R2_10, text));
            }
            return primary;
        }
        let upn = object.user_principal_name.as_deref();
        let upn = upn.filter(|_| object.kind == SyncObjectType::User)?;
        if self.features.soft_match_on_upn {
            return Some(upn);
        }
        let text = "the tenant does not match on UPN";
        why.push(Reason::plain(RuleId::R2_13, text));
        let namesake = self.candidate(object, field, upn);
        if let Some(namesake) = namesake.filter(|it| listed_primary(&it.found).is_none()) {
            why.push(Reason::one(
                RuleId::R2_14I,
                "{0} has no primary address, so nothing is left to match it by",
                namesake.found.label(),
            ));
        }
        None
    }

    /// The live object that a field points at: one that can match before one that cannot.
    /// Deleted objects own no names (rule R2.14f).
    fn candidate<'a>(
        &self,
        object: &SyncObject,
        field: SoftMatchField,
        value: &'a str,
    ) -> Option<Candidate<'a>> {
        let policy = &self.policy;
        let any = policy.smtp_match_any_cloud_proxy;
        let same = |name: &str| {
            if policy.soft_match_compares_case {
                name == value
            } else {
                eq_fold(name, value)
            }
        };
        let is_meant = |owner: &DirectoryObject| match field {
            SoftMatchField::PrimarySmtp => {
                let listed = || owner.proxy_addresses.iter().filter(|it| it.is_smtp());
                let needs = policy.smtp_match_needs_mailbox && owner.kind.is_user();
                (listed_primary(owner).is_some_and(same)
                    || any && listed().any(|listed| same(listed.address())))
                    && (!needs || is_recipient(owner))
            }
            SoftMatchField::UserPrincipalName => {
                let upn = owner.user_principal_name.as_ref();
                upn.is_some_and(|upn| same(upn.as_str()))
            }
        };
        let preference = |key: &CloudKey| {
            self.object(*key).map(|owner| {
                let other_type = owner.kind.sync_type() != object.kind;
                let never = never_matched(owner.kind).is_some();
                (other_type, never, !owner.is_live(), *key)
            })
        };
        let binned = policy.soft_match_finds_deleted.then(|| self.deleted());
        let binned = binned.into_iter().flatten().map(|(key, _)| key);
        self.owners_of(value)
            .chain(binned)
            .filter(|key| self.object(*key).is_some_and(|owner| is_meant(owner)))
            .min_by_key(preference)
            .and_then(|key| {
                let found = Arc::clone(self.object(key)?);
                Some(Candidate {
                    key,
                    found,
                    field,
                    value,
                })
            })
    }

    /// What defeats a soft match (rule R2.14); `None` goes on to the next field. An account that
    /// was matched once carries an anchor, and that decides from then on (rule R2.14k).
    fn judge(
        &self,
        candidate: &Candidate<'_>,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Option<SoftMatch> {
        let Candidate { found, value, .. } = candidate;
        if found.kind.sync_type() != object.kind {
            let word = Arg::Word(found.kind.word());
            why.push(Reason::two(
                RuleId::R2_14D,
                "{0} belongs to a {1}",
                *value,
                word,
            ));
            return Some(candidate.refused(ErrorCode::ObjectTypeMismatch, object));
        }
        if let Some(reason) = never_matched(found.kind) {
            why.push(reason);
            return None;
        }
        if let Some(decision) = self.belongs_elsewhere(candidate, object, why) {
            return Some(decision);
        }
        if self.spared_for_its_role(candidate) {
            why.push(Reason::one(
                RuleId::R2_14B,
                "{0} holds a directory role: administrators are never soft-matched",
                found.label(),
            ));
            return Some(if self.policy.admin_conflict_is_error {
                candidate.refused(ErrorCode::AttributeValueMustBeUnique, object)
            } else {
                SoftMatch::Nobody {
                    admin_role_conflict: true,
                }
            });
        }
        let (rule, template) = match candidate.field {
            SoftMatchField::PrimarySmtp => (
                RuleId::R2_10,
                "the primary address {0} is that of {1}: soft match",
            ),
            SoftMatchField::UserPrincipalName => {
                (RuleId::R2_13, "the UPN {0} is that of {1}: soft match")
            }
        };
        why.push(Reason::two(rule, template, *value, found.label()));
        Some(SoftMatch::Found(candidate.key, candidate.field))
    }

    /// Rule R2.14b, and questions Q9.13 and Q9.14 about it.
    fn spared_for_its_role(&self, candidate: &Candidate<'_>) -> bool {
        let by_address = candidate.field == SoftMatchField::PrimarySmtp;
        if by_address && self.policy.admin_conflict_on_upn_only {
            return false;
        }
        if self.policy.eligible_roles_block_soft_match {
            return self.roles.is_privileged_or_eligible(candidate.key);
        }
        self.roles.is_administrator(candidate.key)
    }

    /// Rules R2.14a, R2.14e and R2.14j: the account is tied to something else.
    fn belongs_elsewhere(
        &self,
        candidate: &Candidate<'_>,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Option<SoftMatch> {
        let Candidate { found, value, .. } = candidate;
        let facts = &found.on_premises;
        let other_anchor = match &facts.immutable_id {
            Some(anchor) => *anchor != object.source_anchor,
            None => found.is_synced(),
        };
        let suffix = found.user_principal_name.as_ref().map(Upn::suffix);
        let federated = suffix.is_some_and(|suffix| self.domains.is_federated(suffix));
        if facts.cloud_managed {
            why.push(Reason::one(
                RuleId::R2_14J,
                "{0} was converted to cloud management and stays linked: no soft match",
                found.label(),
            ));
        }
        if federated {
            why.push(Reason::one(
                RuleId::R2_14E,
                "{0} signs in through a federated domain: no soft match",
                found.label(),
            ));
        }
        if other_anchor {
            why.push(Reason::two(
                RuleId::R2_14A,
                "{0} is on {1}, which carries another ImmutableId: no soft match",
                *value,
                found.label(),
            ));
            return Some(self.anchor_conflict(candidate, object, why));
        }
        if !facts.cloud_managed && !federated {
            return None;
        }
        let refuses = self.policy.new_object_conflict == NewObjectConflict::InvalidSoftMatch;
        Some(if refuses {
            candidate.refused(ErrorCode::InvalidSoftMatch, object)
        } else {
            NOBODY
        })
    }

    /// Question Q9.2: what a soft match onto an account with another anchor leads to.
    fn anchor_conflict(
        &self,
        candidate: &Candidate<'_>,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> SoftMatch {
        match self.policy.new_object_conflict {
            NewObjectConflict::InvalidSoftMatch => {
                return candidate.refused(ErrorCode::InvalidSoftMatch, object);
            }
            NewObjectConflict::MustBeUnique
                if candidate.field == SoftMatchField::PrimarySmtp
                    && object.kind == SyncObjectType::User => {}
            // Groups and contacts meet the quarantine in every era (rule R3.11b).
            NewObjectConflict::MustBeUnique | NewObjectConflict::Quarantine => return NOBODY,
        }
        why.push(Reason::plain(
            RuleId::R3_11G,
            "the same primary address on two synced accounts is an error, not a duplicate",
        ));
        let code = ErrorCode::AttributeValueMustBeUnique;
        let sid = object.security_identifier.as_ref();
        match sid.filter(|_| object.security_identifier == candidate.security_identifier()) {
            None => candidate.refused(code, object),
            Some(sid) => SoftMatch::Refused(Box::new(ExportError::about(
                code,
                ConflictProperty::OnPremiseSecurityIdentifier,
                sid.to_string(),
                Some(candidate.key),
            ))),
        }
    }
}

impl Candidate<'_> {
    fn security_identifier(&self) -> Option<crate::sync_object::SecurityIdentifier> {
        self.found.on_premises.security_identifier.clone()
    }

    /// The export error that names what pointed at this account.
    fn refused(&self, code: ErrorCode, object: &SyncObject) -> SoftMatch {
        let (property, text) = match self.field {
            SoftMatchField::UserPrincipalName => {
                (ConflictProperty::UserPrincipalName, Text::from(self.value))
            }
            SoftMatchField::PrimarySmtp => {
                let mut listed = object.proxy_addresses.iter();
                let text = match listed.find(|listed| listed.is_primary()) {
                    Some(listed) => Text::from(listed.as_str()),
                    None => Text::from(format!("SMTP:{}", self.value)),
                };
                (ConflictProperty::ProxyAddresses, text)
            }
        };
        let error = ExportError::about(code, property, text, Some(self.key));
        SoftMatch::Refused(Box::new(error))
    }
}

/// The primary address that the account has in Exchange Online; `mail` alone is none (rules R2.11
/// and R2.14i).
fn listed_primary(object: &DirectoryObject) -> Option<&str> {
    let mut listed = object.proxy_addresses.iter();
    listed
        .find(|value| value.is_primary())
        .map(crate::ProxyAddress::address)
}

/// Kinds of the right type that soft match passes over.
fn never_matched(kind: Kind) -> Option<Reason> {
    match kind {
        Kind::Microsoft365Group => Some(Reason::plain(
            RuleId::R2_14G,
            "Microsoft 365 groups are never matched",
        )),
        Kind::Guest => Some(Reason::plain(RuleId::R2_14H, "guests are not matched")),
        Kind::Group {
            mail_enabled: false,
            ..
        } => Some(Reason::plain(
            RuleId::R2_31,
            "a group without an address never matches",
        )),
        Kind::User | Kind::Group { .. } | Kind::Contact | Kind::Device => None,
    }
}
