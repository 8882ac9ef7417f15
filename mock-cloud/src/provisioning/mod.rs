//! The provisioning service: it receives what the sync engine exports, and it decides.
//!
//! Matching lives here and not in the engine, because the real service decides it here, only for
//! new objects, at export (rules R2.1 and R2.2). [`Tenant::provision`] is one export of one object;
//! it either changes the tenant and says how, or changes nothing and says why.

mod apply;
mod conflict;
mod error;
mod hard_match;
mod heal;
mod matching;
mod soft_match;
mod validate;

use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::Timestamp;
use store::Entropy;

pub(crate) use apply::is_recipient;
pub(crate) use conflict::address_of;
pub use error::{ErrorCode, ExportError, Reference};
pub use heal::Healed;

use crate::ids::{CloudKey, SourceAnchor};
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::{SyncObject, SyncObjectType};
use crate::tenant::{DirectoryObject, ProvisioningError, Tenant};

/// One exported operation.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Add or update: the object as it should be.
    Set(Arc<SyncObject>),
    /// Delete the object of this type with this anchor.
    Delete(SyncObjectType, SourceAnchor),
}

/// What an export needs from the world around it.
#[derive(Debug)]
pub struct Context<'a> {
    /// The virtual time.
    pub now: Timestamp,
    /// Where ids and digits come from.
    pub entropy: &'a mut Entropy,
    /// The number of the export run; the service treats two new groups of one run differently
    /// (rule R3.11b).
    pub run: NonZeroU32,
    /// Whether what sends it asks for a match by UPN, too: one report says that Cloud Sync does not
    /// (rule R6.23).
    pub upn_is_matched: bool,
}

/// Which attribute a soft match was made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SoftMatchField {
    /// The primary SMTP address, tried first (rule R2.9).
    PrimarySmtp,
    /// The user principal name.
    UserPrincipalName,
}

/// What the service did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The object was known and was brought up to date.
    Updated,
    /// An account with the same anchor was taken over (rule R2.6).
    HardMatched,
    /// An account with the same anchor came back from the recycle bin (rule R5.20).
    Restored,
    /// An account with the same address or UPN was taken over (rule R2.15).
    SoftMatched(SoftMatchField),
    /// A new object was made.
    Created,
    /// The object was deleted (rules R5.17 and R5.19).
    Deleted,
    /// Nothing: the cloud is the source of authority (rule R2.30).
    Skipped,
}

/// The answer to one export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The object it was about, where there is one.
    pub key: Option<CloudKey>,
    /// What was done, or why nothing was.
    pub result: Result<Outcome, Box<ExportError>>,
    /// Values that the object does not get because another owns them (rules R3.4 and R3.5).
    pub withheld: Vec<ProvisioningError>,
    /// The steps of the decision, in order.
    pub why: Vec<Reason>,
}

impl Answer {
    fn failed(error: ExportError, why: Vec<Reason>) -> Self {
        Self {
            key: None,
            result: Err(Box::new(error)),
            withheld: Vec::new(),
            why,
        }
    }
}

impl Tenant {
    /// Carries out one exported operation (catalogue Appendix A).
    ///
    /// Whatever is refused leaves the tenant exactly as it was.
    pub fn provision(&mut self, operation: &Operation, context: &mut Context<'_>) -> Answer {
        let mut answer = match operation {
            Operation::Set(object) => self.provision_set(object, context),
            Operation::Delete(kind, anchor) => self.provision_delete(*kind, anchor, context.now),
        };
        if let Err(error) = &mut answer.result
            && error.code != ErrorCode::CdMissingObject
        {
            error.reference = Some(self.reference(operation, error, context));
        }
        answer
    }

    /// What support would find a refusal by. It draws nothing: a refusal must not change what comes
    /// after it.
    fn reference(
        &self,
        operation: &Operation,
        error: &ExportError,
        context: &Context<'_>,
    ) -> Reference {
        let anchor = match operation {
            Operation::Set(object) => &object.source_anchor,
            Operation::Delete(_, anchor) => anchor,
        };
        let seed = store::mix(context.entropy.seed(), u64::from(context.run.get()));
        let mut own = Entropy::new(store::mix(seed, anchor.index_hash()));
        let owner = error.in_conflict_with.and_then(|key| self.object(key));
        let owner = owner.filter(|_| self.policy.errors_name_the_object_in_conflict);
        Reference {
            tracking_id: uuid::Uuid::from_bytes(own.next_uuid()),
            object_id_in_conflict: owner.map(|owner| owner.id),
        }
    }

    fn provision_delete(
        &mut self,
        kind: SyncObjectType,
        anchor: &SourceAnchor,
        now: Timestamp,
    ) -> Answer {
        let holders = self.find_by_anchor(anchor, kind);
        let is = |key: &CloudKey, wanted: fn(&DirectoryObject) -> bool| {
            self.object(*key)
                .is_some_and(|object| object.is_live() && wanted(object))
        };
        let synced = holders
            .iter()
            .find(|key| is(key, DirectoryObject::is_synced));
        let live = holders.iter().find(|key| is(key, DirectoryObject::is_live));
        let Some(key) = synced.or(live).copied() else {
            let why = vec![Reason::one(
                RuleId::R6_16,
                "no live object carries the anchor {0}: there is nothing to delete",
                anchor,
            )];
            return Answer::failed(ExportError::missing_object(), why);
        };
        if synced.is_none() {
            let why = vec![Reason::plain(
                RuleId::R5_17,
                "the account is not synced any more, so the engine may not delete it",
            )];
            return Answer {
                key: Some(key),
                ..Answer::failed(ExportError::cloud_only(), why)
            };
        }
        let kept = self.object(key).map(|object| object.kind);
        let kept = kept.is_some_and(|kind| self.is_kept_when_deleted(kind));
        self.bin(key, true, now);
        let (rule, text) = match kind {
            SyncObjectType::User => (
                RuleId::R5_17,
                "the account goes to the recycle bin for 30 days and keeps its ImmutableId",
            ),
            SyncObjectType::Group if kept => (
                RuleId::R5_19,
                "the group goes to the recycle bin for 30 days",
            ),
            SyncObjectType::Group => (
                RuleId::R5_19,
                "the group is gone at once, without a way back",
            ),
            SyncObjectType::Contact => (
                RuleId::R5_19,
                "the contact is gone at once, without a way back",
            ),
            SyncObjectType::Device => (
                RuleId::R5_19,
                "the device is gone at once, without a way back",
            ),
        };
        Answer {
            key: Some(key),
            result: Ok(Outcome::Deleted),
            withheld: Vec::new(),
            why: vec![Reason::plain(rule, text)],
        }
    }
}

#[cfg(test)]
mod tests;
