//! Hard match: the account that carries the anchor itself (rules R2.4 to R2.8, R2.20 to R2.22 and
//! R5.20).

use std::sync::Arc;

use store::Text;
use uuid::Uuid;

use super::apply::Takeover;
use super::conflict::address_of;
use super::{Answer, Context, ErrorCode, ExportError};
use crate::ids::CloudKey;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::SyncObject;
use crate::tenant::{ConflictProperty, DirectoryObject, Tenant};

impl Tenant {
    /// Takes over the user that carries the anchor, out of the recycle bin if need be.
    pub(super) fn hard_match(
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
            why.push(Reason::plain(
                RuleId::R2_6,
                "it passes to Active Directory, whatever else it is called (R2.5)",
            ));
            return self.carry_out(Takeover::Hard(key), object, context, why);
        }
        why.push(Reason::plain(
            RuleId::R5_20,
            "it is in the recycle bin: it comes back with its id, licences and mailbox",
        ));
        if let Some(error) = self.names_taken(&found, &mut why) {
            return Answer {
                key: Some(key),
                ..Answer::failed(error, why)
            };
        }
        self.carry_out(Takeover::Restore(key), object, context, why)
    }

    /// What forbids the hard match, if anything does. Names and addresses never do (rule R2.5);
    /// soft matches and accounts already matched don't come here (rule R2.23).
    fn hard_match_block(
        &self,
        key: CloudKey,
        found: &DirectoryObject,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Option<ExportError> {
        let blocked = || {
            let anchor = Text::from(object.source_anchor.to_string());
            let code = ErrorCode::InvalidHardMatch;
            let property = ConflictProperty::SourceAnchor;
            Some(ExportError::about(code, property, anchor, Some(key)))
        };
        // An account that was deleted in the cloud while it was synced is still synced.
        if self.features.block_cloud_object_takeover_through_hard_match && !found.is_synced() {
            why.push(Reason::plain(
                RuleId::R2_7,
                "the tenant blocks takeover through hard match, and the account is not synced",
            ));
            return blocked();
        }
        if !self.policy.hard_match_hardening {
            return None;
        }
        if self.roles.is_privileged_or_eligible(key) {
            why.push(Reason::plain(
                RuleId::R2_20,
                "the account holds a directory role or is eligible for one: hard match is refused",
            ));
            return blocked().map(|error| ExportError {
                code: if self.policy.role_block_is_update_not_allowed {
                    ErrorCode::AttributeUpdateNotAllowed
                } else {
                    error.code
                },
                ..error
            });
        }
        self.identifier_block(key, found, object, why)
    }

    /// Rules R2.20d to R2.22: the account is mapped to another object of Active Directory.
    fn identifier_block(
        &self,
        key: CloudKey,
        found: &DirectoryObject,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Option<ExportError> {
        let stored = found.on_premises.object_identifier?;
        let sent = self.policy.object_identifier_of(object);
        if !self.policy.object_identifier_must_be_empty && stored == sent {
            return None;
        }
        let features = &self.features;
        if features.allow_on_prem_update_of_on_premises_object_identifier {
            why.push(Reason::plain(
                RuleId::R2_22,
                "another onPremisesObjectIdentifier is stored, but the tenant allows replacing it",
            ));
            return None;
        }
        why.push(Reason::plain(
            RuleId::R2_21,
            "the account already has an onPremisesObjectIdentifier: hard match is refused",
        ));
        let sent = Uuid::from_bytes_le(sent).to_string();
        Some(ExportError::about(
            ErrorCode::AttributeUpdateNotAllowed,
            ConflictProperty::OnPremisesObjectIdentifier,
            sent,
            Some(key),
        ))
    }

    /// Rule R3.11d: names of a deleted account that a live one has by now are no quarantine case.
    fn names_taken(&self, found: &DirectoryObject, why: &mut Vec<Reason>) -> Option<ExportError> {
        let conflicts = self.taken_meanwhile(found);
        let (_, first) = conflicts.first()?;
        why.push(Reason::one(
            RuleId::R3_11D,
            "{0} has meanwhile been taken by another account: it can't come back",
            first,
        ));
        let owner = self.owners_of(address_of(first)).next();
        Some(ExportError {
            code: ErrorCode::AttributeValueMustBeUnique,
            in_conflict_with: owner,
            reference: None,
            conflicts,
        })
    }
}
