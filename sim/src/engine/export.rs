//! Export: to the tenant, with an answer for each object, and back to Active Directory
//! (rules R6.5, R6.9 and R6.13 to R6.21).

use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::Timestamp;
use mock_ad::directory::{
    AttributeId, Directory, Modification, ObjectId, Operation as ModifyOperation, Refusal, Value,
};
use mock_cloud::provisioning::{Context, ErrorCode, Operation, Outcome};
use mock_cloud::{SyncObjectType, Tenant};
use store::Entropy;

use super::entra_connector::{CsId, ExportFailure, PendingExport};
use super::metaverse::Source;
use super::run::{Counters, ERRORS_MAX, StepStatus};
use super::{Directories, Engine, EngineEvent, EngineKind, Exported, Sink};

/// A pending export, and the number that its turn goes by.
type Waiting = (u64, CsId, PendingExport);

/// So many exports are read ahead at once: few enough to stay in the processor's cache.
const BATCH: usize = 64;

/// So many entries of the connector space are exported together, whatever their order among them.
const NEIGHBOURHOOD: u32 = 1024;

/// What an export has before it.
#[derive(Debug, Default)]
struct Survey {
    adds: usize,
    deletes: u64,
    /// The turn and the first place of each part of the connector space with something pending.
    neighbourhoods: Vec<(u64, u32)>,
}

impl Engine {
    /// Sends what is pending to the tenant, no more than so many objects.
    pub(super) fn export_entra(
        &mut self,
        objects_max: usize,
        on: &mut Directories<'_>,
        sink: Sink<'_>,
    ) -> (StepStatus, Counters) {
        let Directories {
            tenant,
            entropy,
            now,
            ..
        } = on;
        let mut counters = Counters::default();
        if self.config.staging {
            return (StepStatus::NotRunStagingMode, counters);
        }
        let survey = self.survey(entropy.seed());
        let mut status = StepStatus::Success;
        let mut deletes = true;
        if let Some(threshold) = self.config.deletion_threshold
            && let Some(allowed) = self.config.deletions_allowed()
            && survey.deletes > u64::from(allowed)
        {
            let staged = survey.deletes;
            let event;
            (status, event) = match self.config.kind {
                EngineKind::ConnectSync => (
                    StepStatus::StoppedDeletionThresholdExceeded,
                    EngineEvent::DeletionThresholdExceeded {
                        deletes: staged,
                        threshold,
                    },
                ),
                EngineKind::CloudSync => (
                    StepStatus::DeleteThresholdExceeded,
                    EngineEvent::JobQuarantined {
                        deletes: staged,
                        threshold,
                    },
                ),
            };
            sink(event);
            let stops = self.config.kind == EngineKind::CloudSync;
            if stops || !self.config.policy.threshold_suppresses_deletes_only {
                return (status, counters);
            }
            deletes = false;
        }
        let upn_is_matched = self.config.is_matched_by_upn();
        self.export_run = self.export_run.saturating_add(1);
        let run = NonZeroU32::new(self.export_run).unwrap_or(NonZeroU32::MIN);
        tenant.reserve(survey.adds);
        let mut left = objects_max;
        for (_, first) in survey.neighbourhoods {
            let mut waiting = self.waiting(first, entropy.seed(), deletes);
            waiting.truncate(left);
            left -= waiting.len();
            for batch in waiting.chunks(BATCH) {
                self.read_ahead(batch, tenant, entropy);
                for (_, id, _) in batch {
                    let mut context = Context {
                        now: *now,
                        entropy,
                        run,
                        upn_is_matched,
                    };
                    self.export_one(*id, tenant, &mut context, &mut counters, sink);
                    if counters.errors > ERRORS_MAX {
                        return (StepStatus::StoppedErrorLimit, counters);
                    }
                }
            }
        }
        if counters.adds > 0 {
            tenant.resolve_references();
        }
        if counters.errors > 0 && status == StepStatus::Success {
            status = StepStatus::CompletedExportErrors;
        }
        (status, counters)
    }

    /// What is pending, and in which order the parts of the connector space take their turns.
    ///
    /// The service promises no order, so the engine's is arbitrary but fixed by the seed
    /// (rule R3.12, question Q9.18). Any object may come before any other; neighbours in the
    /// connector space keep together, because a million jumps through memory cost seconds.
    fn survey(&self, seed: u64) -> Survey {
        let mut survey = Survey::default();
        let users_only = self.config.policy.threshold_counts_users_only;
        for (id, entry) in self.entra.iter() {
            match entry.pending_export {
                PendingExport::None => continue,
                PendingExport::Add => survey.adds += 1,
                PendingExport::Delete if users_only && entry.kind != SyncObjectType::User => {}
                PendingExport::Delete => survey.deletes += 1,
                PendingExport::Update => {}
            }
            let first = id.0 - id.0 % NEIGHBOURHOOD;
            if survey.neighbourhoods.last().is_none_or(|it| it.1 != first) {
                let turn = store::mix(seed, u64::from(first));
                survey.neighbourhoods.push((turn, first));
            }
        }
        survey.neighbourhoods.sort_unstable();
        survey
    }

    /// What is pending in one part of the connector space, in the order of the exports.
    fn waiting(&self, first: u32, seed: u64, deletes: bool) -> Vec<Waiting> {
        let end = first.saturating_add(NEIGHBOURHOOD).min(self.entra.len());
        let ids = (first..end).map(CsId);
        let mut waiting: Vec<Waiting> = ids
            .filter_map(|id| {
                let entry = self.entra.get(id)?;
                let turn = store::mix(seed, entry.anchor.index_hash());
                let pending = match entry.pending_export {
                    PendingExport::None => None,
                    PendingExport::Delete => deletes.then_some(PendingExport::Delete),
                    some => Some(some),
                };
                Some((turn, id, pending?))
            })
            .collect();
        waiting.sort_unstable_by_key(|(turn, id, _)| (*turn, *id));
        waiting
    }

    /// Reads what a batch of exports is about, kind by kind, so that memory is asked for all of it
    /// at once; see [`Tenant::read_ahead`].
    fn read_ahead(&self, batch: &[Waiting], tenant: &Tenant, entropy: &Entropy) {
        let entries: Vec<_> = batch
            .iter()
            .filter_map(|(_, id, _)| self.entra.get(*id)?.metaverse)
            .collect();
        let known: Vec<_> = entries
            .iter()
            .filter_map(|mv| self.metaverse.get(*mv)?.attributes.as_deref())
            .collect();
        tenant.read_ahead(&known, entropy.clone());
    }

    fn export_one(
        &mut self,
        id: CsId,
        tenant: &mut Tenant,
        context: &mut Context<'_>,
        counters: &mut Counters,
        sink: Sink<'_>,
    ) {
        let Some(entry) = self.entra.get(id) else {
            return;
        };
        let known = entry.metaverse.and_then(|mv| self.metaverse.get(mv));
        let source = known.map(|known| known.source);
        let pending = entry.pending_export;
        let (operation, sent) = if pending == PendingExport::Delete {
            (Operation::Delete(entry.kind, entry.anchor.clone()), None)
        } else {
            let Some(object) = known.and_then(|known| known.attributes.clone()) else {
                return;
            };
            (Operation::Set(Arc::clone(&object)), Some(object))
        };
        let answer = tenant.provision(&operation, context);
        let missing =
            matches!(&answer.result, Err(error) if error.code == ErrorCode::CdMissingObject);
        match &answer.result {
            Err(error) => {
                counters.errors += 1;
                let failure = ExportFailure {
                    error: (**error).clone(),
                    why: answer.why.clone(),
                };
                if let Some(entry) = self.entra.get_mut(id) {
                    entry.failure = Some(Arc::new(failure));
                    // Nothing is left to delete; the next import lets go of the entry.
                    entry.deleted |= missing;
                }
            }
            Ok(outcome) => {
                match pending {
                    PendingExport::Add => counters.adds += 1,
                    PendingExport::Delete => counters.deletes += 1,
                    PendingExport::Update | PendingExport::None => counters.updates += 1,
                }
                self.note_exported(id, *outcome, answer.key, sent);
            }
        }
        sink(EngineEvent::Exported(Box::new(Exported {
            source,
            cs: id,
            pending,
            answer,
        })));
    }

    fn note_exported(
        &mut self,
        id: CsId,
        outcome: Outcome,
        key: Option<mock_cloud::CloudKey>,
        sent: Option<Arc<mock_cloud::SyncObject>>,
    ) {
        if let Some(key) = key {
            self.entra.link(id, key);
        }
        let Some(entry) = self.entra.get_mut(id) else {
            return;
        };
        entry.failure = None;
        entry.pending_export = PendingExport::None;
        entry.unconfirmed = outcome != Outcome::Skipped;
        entry.deleted = outcome == Outcome::Deleted;
        if sent.is_some() {
            entry.exported = sent;
        }
    }

    /// Writes anchors back to Active Directory (rule R1.8). It comes after the export to the
    /// tenant, so the value lands after the cloud object (rule R6.9).
    pub(super) fn export_ad(
        &mut self,
        forest: usize,
        directory: &mut Directory,
        now: Timestamp,
        sink: Sink<'_>,
    ) -> (StepStatus, Counters) {
        let mut counters = Counters::default();
        if self.config.staging {
            return (StepStatus::NotRunStagingMode, counters);
        }
        let writes = self.config.kind == EngineKind::ConnectSync;
        if !writes || self.config.anchor == super::AnchorAttribute::ObjectGuid {
            return (StepStatus::Success, counters);
        }
        let waiting: Vec<ObjectId> = (0u32..)
            .map(ObjectId)
            .zip(&self.forests[forest].entries)
            .filter(|(_, entry)| entry.write_back)
            .map(|(id, _)| id)
            .collect();
        for id in waiting {
            let Some(image) = self.forests[forest]
                .entry(id)
                .and_then(|entry| entry.image.clone())
            else {
                continue;
            };
            let modification = Modification {
                attribute: AttributeId::MS_DS_CONSISTENCY_GUID,
                operation: ModifyOperation::Replace,
                values: vec![Value::Bytes(image.guid.as_bytes().as_slice().into())],
            };
            let source = Source { forest, object: id };
            let protected = self.config.policy.protected_accounts_refuse_write_back
                && image.integer(AttributeId::ADMIN_COUNT) == Some(1);
            let written = if protected {
                let hint = "the account is protected (adminCount is 1) and inherits no rights for \
                            the connector's account";
                Err(Refusal::access_denied(hint.to_owned()))
            } else {
                directory.modify(id, &[modification], now)
            };
            match written {
                Ok(()) => {
                    counters.updates += 1;
                    self.forests[forest].entry_mut(id).write_back = false;
                    sink(EngineEvent::AnchorWrittenBack { source });
                }
                Err(refusal) => {
                    counters.errors += 1;
                    sink(EngineEvent::WriteBackRefused {
                        source,
                        refusal: Box::new(refusal),
                    });
                }
            }
        }
        let status = match counters.errors {
            0 => StepStatus::Success,
            _ => StepStatus::CompletedExportErrors,
        };
        (status, counters)
    }
}
