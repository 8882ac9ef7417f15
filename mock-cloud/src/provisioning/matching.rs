//! Finding the account that a new object belongs to (catalogue section 2 and Appendix A).

use std::sync::Arc;

use super::apply::Takeover;
use super::{Answer, Context, ErrorCode, ExportError, Outcome, SoftMatchField};
use crate::ids::CloudKey;
use crate::profile::NewObjectConflict;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::{SyncObject, SyncObjectType};
use crate::tenant::{ConflictProperty, DirectoryObject, Kind, Tenant};
use store::{Text, eq_fold};

/// Where a soft match ended.
enum SoftMatch {
    /// This account is taken over.
    Found(CloudKey, SoftMatchField),
    /// The export fails.
    Refused(Box<ExportError>),
    /// Nobody matches, so a new object is created; an administrator may have stood in the way.
    Nobody { admin_role_conflict: bool },
}

impl Tenant {
    pub(super) fn provision_set(
        &mut self,
        object: &Arc<SyncObject>,
        context: &mut Context<'_>,
    ) -> Answer {
        let mut why = Vec::with_capacity(6);
        let holders = self.find_by_anchor(&object.source_anchor, object.kind);
        for key in &holders {
            let Some(holder) = self.object(*key).filter(|holder| holder.is_live()) else {
                continue;
            };
            if holder.on_premises.cloud_managed {
                why.push(Reason::plain(
                    RuleId::R2_30,
                    "the account is cloud-managed: the engine skips it (event 6956)",
                ));
                let result = Ok(Outcome::Skipped);
                return Answer {
                    key: Some(*key),
                    result,
                    withheld: Vec::new(),
                    why,
                };
            }
            if holder.is_synced() {
                why.push(Reason::one(
                    RuleId::R2_1,
                    "the account {0} is synced with this anchor already: an update never matches",
                    holder.label(),
                ));
                return self.apply(Takeover::Update(*key), object, context, why);
            }
        }
        if object.kind == SyncObjectType::User
            && let Some(key) = holders.first()
        {
            return self.hard_match(*key, object, context, why);
        }
        if object.kind == SyncObjectType::User {
            why.push(Reason::one(
                RuleId::R2_4,
                "no account carries the anchor {0}: no hard match",
                &object.source_anchor,
            ));
        }
        match self.soft_match(object, &mut why) {
            SoftMatch::Found(key, field) => {
                self.apply(Takeover::Soft(key, field), object, context, why)
            }
            SoftMatch::Refused(error) => {
                let key = error.in_conflict_with;
                Answer {
                    key,
                    ..Answer::failed(*error, why)
                }
            }
            SoftMatch::Nobody {
                admin_role_conflict,
            } => {
                why.push(Reason::plain(
                    RuleId::R2_3,
                    "nothing matches: a new object is created",
                ));
                self.apply(
                    Takeover::Create {
                        admin_role_conflict,
                    },
                    object,
                    context,
                    why,
                )
            }
        }
    }

    /// Rules R2.4 to R2.8, R2.20 to R2.22 and R5.20.
    fn hard_match(
        &mut self,
        key: CloudKey,
        object: &Arc<SyncObject>,
        context: &mut Context<'_>,
        mut why: Vec<Reason>,
    ) -> Answer {
        let Some(found) = self.object(key).cloned() else {
            return Answer::failed(ExportError::missing_object(), why);
        };
        why.push(Reason::two(
            RuleId::R2_4,
            "{0} carries the anchor {1}: hard match",
            found.label(),
            &object.source_anchor,
        ));
        if let Some(error) = self.hard_match_block(key, &found, object, &mut why) {
            return Answer {
                key: Some(key),
                ..Answer::failed(error, why)
            };
        }
        if found.is_live() {
            return self.apply(Takeover::Hard(key), object, context, why);
        }
        why.push(Reason::plain(
            RuleId::R5_20,
            "it is in the recycle bin: it comes back with its id, licences and mailbox",
        ));
        let taken = self.taken_meanwhile(&found);
        if let Some(first) = taken.first() {
            why.push(Reason::one(
                RuleId::R3_11D,
                "{0} has meanwhile been taken by another account: it can't come back",
                &first.value,
            ));
            let owner = self.owners_of(address_of(&first.value)).next();
            let mut error = ExportError::new(ErrorCode::AttributeValueMustBeUnique);
            error.conflicts = taken
                .into_iter()
                .map(|one| (one.property, one.value))
                .collect();
            error.in_conflict_with = owner;
            return Answer {
                key: Some(key),
                ..Answer::failed(error, why)
            };
        }
        self.apply(Takeover::Restore(key), object, context, why)
    }

    fn hard_match_block(
        &self,
        key: CloudKey,
        found: &DirectoryObject,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Option<ExportError> {
        let blocked = |code, property| {
            let anchor = Text::from(object.source_anchor.to_string());
            Some(ExportError::about(code, property, anchor, Some(key)))
        };
        if self.features.block_cloud_object_takeover_through_hard_match {
            why.push(Reason::plain(
                RuleId::R2_7,
                "the tenant blocks takeover through hard match, and the account is not synced",
            ));
            return blocked(ErrorCode::InvalidHardMatch, ConflictProperty::SourceAnchor);
        }
        if !self.policy.hard_match_hardening {
            return None;
        }
        if self.roles.is_privileged_or_eligible(key) {
            why.push(Reason::plain(
                RuleId::R2_20,
                "the account holds a directory role or is eligible for one: hard match is refused",
            ));
            return blocked(ErrorCode::InvalidHardMatch, ConflictProperty::SourceAnchor);
        }
        let stored = found.on_premises.object_identifier?;
        let must_be_empty = self.policy.object_identifier_must_be_empty;
        if !must_be_empty && stored == object.object_guid {
            return None;
        }
        if self
            .features
            .allow_on_prem_update_of_on_premises_object_identifier
        {
            why.push(Reason::plain(
                RuleId::R2_22,
                "another onPremisesObjectIdentifier is stored, but the tenant allows replacing it",
            ));
            return None;
        }
        why.push(Reason::plain(
            RuleId::R2_21,
            "the account already has another onPremisesObjectIdentifier: hard match is refused",
        ));
        blocked(
            ErrorCode::AttributeUpdateNotAllowed,
            ConflictProperty::OnPremisesObjectIdentifier,
        )
    }

    /// Rules R2.9 to R2.19.
    fn soft_match(&self, object: &SyncObject, why: &mut Vec<Reason>) -> SoftMatch {
        const NOBODY: SoftMatch = SoftMatch::Nobody {
            admin_role_conflict: false,
        };
        if self.features.block_soft_match {
            why.push(Reason::plain(
                RuleId::R2_14C,
                "the tenant blocks soft match altogether",
            ));
            return NOBODY;
        }
        if object.kind == SyncObjectType::Group && !object.mail_enabled {
            why.push(Reason::plain(
                RuleId::R2_31,
                "a group without an address never matches",
            ));
            return NOBODY;
        }
        for field in [
            SoftMatchField::PrimarySmtp,
            SoftMatchField::UserPrincipalName,
        ] {
            let Some(value) = self.incoming(object, field, why) else {
                continue;
            };
            let Some((key, found)) = self.candidate(object, field, value) else {
                why.push(match field {
                    SoftMatchField::PrimarySmtp => {
                        Reason::one(RuleId::R2_9, "no primary address equals {0}", value)
                    }
                    SoftMatchField::UserPrincipalName => {
                        Reason::one(RuleId::R2_9, "no UPN equals {0}", value)
                    }
                });
                continue;
            };
            if let Some(decision) = self.judge(key, &found, object, field, value, why) {
                return decision;
            }
        }
        NOBODY
    }

    /// The value that is compared, if this field takes part at all.
    fn incoming<'a>(
        &self,
        object: &'a SyncObject,
        field: SoftMatchField,
        why: &mut Vec<Reason>,
    ) -> Option<&'a str> {
        match field {
            SoftMatchField::PrimarySmtp => {
                let primary = object.primary_smtp();
                if primary.is_none() {
                    let text = "Active Directory has no primary address to match on";
                    why.push(Reason::plain(RuleId::R2_10, text));
                }
                primary
            }
            SoftMatchField::UserPrincipalName if object.kind != SyncObjectType::User => None,
            SoftMatchField::UserPrincipalName => {
                if !self.features.soft_match_on_upn {
                    let text = "the tenant does not match on UPN";
                    why.push(Reason::plain(RuleId::R2_13, text));
                    return None;
                }
                object.user_principal_name.as_deref()
            }
        }
    }

    /// The live object that a field points at, one of the same type before others.
    fn candidate(
        &self,
        object: &SyncObject,
        field: SoftMatchField,
        value: &str,
    ) -> Option<(CloudKey, Arc<DirectoryObject>)> {
        let any = self.policy.smtp_match_any_cloud_proxy;
        let mut found: Vec<(CloudKey, Arc<DirectoryObject>)> = self
            .owners_of(value)
            .filter_map(|key| Some((key, Arc::clone(self.object(key)?))))
            .filter(|(_, owner)| match field {
                SoftMatchField::PrimarySmtp => {
                    let listed = || owner.proxy_addresses.iter().filter(|value| value.is_smtp());
                    owner
                        .primary_smtp()
                        .is_some_and(|primary| eq_fold(primary, value))
                        || any && listed().any(|listed| eq_fold(listed.address(), value))
                }
                SoftMatchField::UserPrincipalName => {
                    let upn = owner.user_principal_name.as_ref();
                    upn.is_some_and(|upn| eq_fold(upn.as_str(), value))
                }
            })
            .collect();
        found.sort_by_key(|(key, owner)| (owner.kind.sync_type() != object.kind, *key));
        found.into_iter().next()
    }

    /// What defeats a soft match (rule R2.14); `None` goes on to the next field.
    fn judge(
        &self,
        key: CloudKey,
        found: &DirectoryObject,
        object: &SyncObject,
        field: SoftMatchField,
        value: &str,
        why: &mut Vec<Reason>,
    ) -> Option<SoftMatch> {
        if found.kind.sync_type() != object.kind {
            why.push(Reason::two(
                RuleId::R2_14D,
                "{0} belongs to a {1}",
                value,
                crate::reason::Arg::Word(found.kind.word()),
            ));
            let error = conflict(ErrorCode::ObjectTypeMismatch, field, object, value, key);
            return Some(SoftMatch::Refused(Box::new(error)));
        }
        if let Some(reason) = never_matched(found.kind) {
            why.push(reason);
            return None;
        }
        let other_anchor = match &found.on_premises.immutable_id {
            Some(anchor) => *anchor != object.source_anchor,
            None => found.is_synced(),
        };
        if other_anchor {
            why.push(Reason::two(
                RuleId::R2_14A,
                "{0} is on {1}, which carries another ImmutableId: no soft match",
                value,
                found.label(),
            ));
            return Some(self.anchor_conflict(key, found, object, field, value, why));
        }
        if self.roles.is_administrator(key) {
            why.push(Reason::one(
                RuleId::R2_14B,
                "{0} holds a directory role: administrators are never soft-matched",
                found.label(),
            ));
            if self.policy.admin_conflict_is_error {
                let code = ErrorCode::AttributeValueMustBeUnique;
                let error = conflict(code, field, object, value, key);
                return Some(SoftMatch::Refused(Box::new(error)));
            }
            return Some(SoftMatch::Nobody {
                admin_role_conflict: true,
            });
        }
        let (rule, template) = match field {
            SoftMatchField::PrimarySmtp => (
                RuleId::R2_10,
                "the primary address {0} is that of {1}: soft match",
            ),
            SoftMatchField::UserPrincipalName => {
                (RuleId::R2_13, "the UPN {0} is that of {1}: soft match")
            }
        };
        why.push(Reason::two(rule, template, value, found.label()));
        Some(SoftMatch::Found(key, field))
    }

    /// Question Q9.2: what a soft match onto an account with another anchor leads to.
    fn anchor_conflict(
        &self,
        key: CloudKey,
        found: &DirectoryObject,
        object: &SyncObject,
        field: SoftMatchField,
        value: &str,
        why: &mut Vec<Reason>,
    ) -> SoftMatch {
        let refuse = |error| SoftMatch::Refused(Box::new(error));
        match (self.policy.new_object_conflict, field) {
            (NewObjectConflict::InvalidSoftMatch, _) => refuse(conflict(
                ErrorCode::InvalidSoftMatch,
                field,
                object,
                value,
                key,
            )),
            (NewObjectConflict::MustBeUnique, SoftMatchField::PrimarySmtp) => {
                why.push(Reason::plain(
                    RuleId::R3_11G,
                    "the same primary address on two synced accounts is an error, not a duplicate",
                ));
                let code = ErrorCode::AttributeValueMustBeUnique;
                let sid = &object.security_identifier;
                if sid.is_some() && found.on_premises.security_identifier == *sid {
                    let property = ConflictProperty::OnPremiseSecurityIdentifier;
                    let sid = sid.as_ref().map(ToString::to_string).unwrap_or_default();
                    return refuse(ExportError::about(code, property, sid, Some(key)));
                }
                refuse(conflict(code, field, object, value, key))
            }
            (NewObjectConflict::MustBeUnique | NewObjectConflict::Quarantine, _) => {
                SoftMatch::Nobody {
                    admin_role_conflict: false,
                }
            }
        }
    }
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
        Kind::User | Kind::Group { .. } | Kind::Contact => None,
    }
}

fn conflict(
    code: ErrorCode,
    field: SoftMatchField,
    object: &SyncObject,
    value: &str,
    owner: CloudKey,
) -> ExportError {
    match field {
        SoftMatchField::UserPrincipalName => ExportError::about(
            code,
            ConflictProperty::UserPrincipalName,
            value,
            Some(owner),
        ),
        SoftMatchField::PrimarySmtp => {
            let listed = object
                .proxy_addresses
                .iter()
                .find(|listed| listed.is_primary());
            let text = match listed {
                Some(listed) => Text::from(listed.as_str()),
                None => Text::from(format!("SMTP:{value}")),
            };
            ExportError::about(code, ConflictProperty::ProxyAddresses, text, Some(owner))
        }
    }
}

/// The address in a conflicting value, which may have an SMTP prefix.
pub(super) fn address_of(value: &str) -> &str {
    match value.split_once(':') {
        Some((protocol, address)) if protocol.eq_ignore_ascii_case("smtp") => address,
        _ => value,
    }
}
