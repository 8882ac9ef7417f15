//! Export: to the tenant, with an answer for each object, and back to Active Directory
//! (rules R6.5, R6.9 and R6.13 to R6.21).

use std::sync::Arc;

use jiff::Timestamp;
use mock_ad::directory::{
    AttributeId, Directory, Modification, ObjectId, Operation as ModifyOperation, Value,
};
use mock_cloud::Tenant;
use mock_cloud::provisioning::{Context, ErrorCode, Operation, Outcome};
use store::Entropy;

use super::entra_connector::{CsId, ExportFailure, PendingExport};
use super::metaverse::Source;
use super::run::{Counters, StepStatus};
use super::{Engine, EngineEvent, Exported, Sink};

/// A pending export, and the numbers that its turn goes by: that of its neighbourhood, its own.
type Waiting = (u64, u64, CsId, PendingExport);

/// So many exports are read ahead at once: few enough to stay in the processor's cache.
const BATCH: usize = 64;

/// So many entries of the connector space are exported together, whatever their order among them.
const NEIGHBOURHOOD: u64 = 1024;

impl Engine {
    /// Sends what is pending to the tenant.
    pub(super) fn export_entra(
        &mut self,
        tenant: &mut Tenant,
        now: Timestamp,
        entropy: &mut Entropy,
        sink: Sink<'_>,
    ) -> (StepStatus, Counters) {
        let mut counters = Counters::default();
        if self.config.staging {
            return (StepStatus::NotRunStagingMode, counters);
        }
        // Counted first: a list that grows as it fills takes up to three times its room.
        let mut waiting: Vec<Waiting> = Vec::with_capacity(self.entra.pending_exports());
        let mut deletes = 0u64;
        // The service promises no order, so the engine's is arbitrary but fixed by the seed
        // (rule R3.12, question Q9.18). Any object may come before any other; neighbours in the
        // connector space keep together, because a million jumps through memory cost seconds.
        let seed = entropy.seed();
        for (id, entry) in self.entra.iter() {
            if entry.pending_export == PendingExport::None {
                continue;
            }
            deletes += u64::from(entry.pending_export == PendingExport::Delete);
            waiting.push((
                store::mix(seed, u64::from(id.0) / 1024),
                store::mix(seed, entry.anchor.index_hash()),
                id,
                entry.pending_export,
            ));
        }
        let mut status = StepStatus::Success;
        if let Some(threshold) = self.config.deletion_threshold
            && deletes > u64::from(threshold)
        {
            status = StepStatus::StoppedDeletionThresholdExceeded;
            sink(EngineEvent::DeletionThresholdExceeded { deletes, threshold });
            if !self.config.policy.threshold_suppresses_deletes_only {
                return (status, counters);
            }
            waiting.retain(|(_, _, _, pending)| *pending != PendingExport::Delete);
        }
        waiting.sort_unstable_by_key(|(near, own, id, _)| (*near, *own, *id));
        self.export_run += 1;
        tenant.reserve(
            waiting
                .iter()
                .filter(|one| one.3 == PendingExport::Add)
                .count(),
        );
        for (place, (_, _, id, _)) in waiting.iter().enumerate() {
            if place % BATCH == 0 {
                let batch = &waiting[place..waiting.len().min(place + BATCH)];
                self.read_ahead(batch, tenant, entropy);
            }
            let mut context = Context {
                now,
                entropy: &mut *entropy,
                run: self.export_run,
            };
            self.export_one(*id, tenant, &mut context, &mut counters, sink);
        }
        if counters.adds > 0 {
            tenant.resolve_references();
        }
        if counters.errors > 0 && status == StepStatus::Success {
            status = StepStatus::CompletedExportErrors;
        }
        (status, counters)
    }

    /// Reads what a batch of exports is about, kind by kind, so that memory is asked for all of it
    /// at once; see [`Tenant::read_ahead`].
    fn read_ahead(&self, batch: &[Waiting], tenant: &Tenant, entropy: &Entropy) {
        let entries: Vec<_> = batch
            .iter()
            .filter_map(|(_, _, id, _)| self.entra.get(*id)?.metaverse)
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
        if self.config.anchor == super::AnchorAttribute::ObjectGuid {
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
            match directory.modify(id, &[modification], now) {
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
