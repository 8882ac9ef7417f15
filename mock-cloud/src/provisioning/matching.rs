//! The order of matching: known object, hard match, soft match, new object (rule R2.3).

use std::sync::Arc;

use super::apply::Takeover;
use super::soft_match::{NOBODY, SoftMatch};
use super::{Answer, Context, ErrorCode, ExportError, Outcome};
use crate::ids::CloudKey;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::{SyncObject, SyncObjectType};
use crate::tenant::{ConflictProperty, Tenant};

impl Tenant {
    pub(super) fn provision_set(
        &mut self,
        object: &Arc<SyncObject>,
        context: &mut Context<'_>,
    ) -> Answer {
        let mut why = Vec::with_capacity(6);
        let holders = self.find_by_anchor(&object.source_anchor, object.kind);
        if let Some(key) = self.linked(&holders) {
            return self.provision_linked(key, object, context, why);
        }
        if object.kind == SyncObjectType::Device && self.features.block_soft_match {
            why.push(Reason::plain(
                RuleId::R2_33,
                "the tenant blocks soft match, and a new device would have to be matched",
            ));
            let device = uuid::Uuid::from_bytes_le(object.object_guid).to_string();
            let (code, property) = (ErrorCode::InvalidSoftMatch, ConflictProperty::DeviceId);
            return Answer::failed(ExportError::about(code, property, device, None), why);
        }
        if object.kind == SyncObjectType::User {
            let found = holders
                .into_iter()
                .find(|key| self.is_recoverable(*key, context.now));
            if let Some(key) = found {
                return self.hard_match(key, object, context, why);
            }
            why.push(Reason::one(
                RuleId::R2_4,
                "no account carries the anchor {0}: no hard match",
                &object.source_anchor,
            ));
        }
        let matched = match object.kind {
            // A device has neither address nor UPN.
            SyncObjectType::Device => NOBODY,
            _ => self.soft_match(object, context.upn_is_matched, &mut why),
        };
        let admin_role_conflict = match matched {
            SoftMatch::Found(key, field) => {
                return self.carry_out(Takeover::Soft(key, field), object, context, why);
            }
            SoftMatch::Refused(error) => {
                return Answer {
                    key: error.in_conflict_with,
                    ..Answer::failed(*error, why)
                };
            }
            SoftMatch::Nobody {
                admin_role_conflict,
            } => admin_role_conflict,
        };
        why.push(Reason::plain(
            RuleId::R2_3,
            "nothing matches: a new object is created",
        ));
        let takeover = Takeover::Create {
            admin_role_conflict,
        };
        self.carry_out(takeover, object, context, why)
    }

    /// The live object among those with an anchor that is synced or cloud-managed: what it is told
    /// is no addition any more. A group or contact has its anchor from a synchronisation only.
    fn linked(&self, holders: &[CloudKey]) -> Option<CloudKey> {
        holders.iter().copied().find(|key| {
            self.object(*key).is_some_and(|holder| {
                let known = holder.on_premises.cloud_managed || holder.is_synced();
                holder.is_live() && (known || !holder.kind.is_user())
            })
        })
    }

    fn provision_linked(
        &mut self,
        key: CloudKey,
        object: &Arc<SyncObject>,
        context: &mut Context<'_>,
        mut why: Vec<Reason>,
    ) -> Answer {
        let holder = self.object(key).filter(|it| it.on_premises.cloud_managed);
        if holder.is_some() {
            why.push(Reason::plain(
                RuleId::R2_30,
                "the account is cloud-managed: the engine skips it (event 6956)",
            ));
            return Answer {
                key: Some(key),
                result: Ok(Outcome::Skipped),
                withheld: Vec::new(),
                why,
            };
        }
        let label = self.object(key).map(|holder| holder.label());
        why.push(Reason::one(
            RuleId::R2_1,
            "{0} is synced with this anchor already: an update never matches",
            label.unwrap_or_default(),
        ));
        self.carry_out(Takeover::Update(key), object, context, why)
    }
}
