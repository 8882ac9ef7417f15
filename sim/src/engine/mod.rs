//! The sync engine: connectors, metaverse, synchronisation and export.
//!
//! The engine computes anchors, scope, joins and attribute flow, and it exports. Which account an
//! exported object belongs to is not its business: the provisioning service decides that
//! (`mock_cloud::provisioning`).

mod ad_connector;
mod condition;
mod config;
mod data_flow;
mod entra_connector;
mod established;
mod export;
mod flow;
mod forests;
mod metaverse;
mod references;
mod run;
mod sync;

use std::sync::Arc;

use jiff::Timestamp;
use mock_ad::directory::{Directory, Refusal};
use mock_cloud::provisioning::Answer;
use mock_cloud::{CloudKey, Reason, RuleId, SyncObject, Tenant};
use store::Entropy;

use ad_connector::View;
pub use ad_connector::{AdConnector, AdEntry, PendingImport};
pub use condition::Condition;
pub use config::{
    AnchorAttribute, ENGINE_SWITCHES, EngineConfig, EngineKind, EnginePolicy, Scope, answer_switch,
    switches,
};
pub(crate) use data_flow::has_a_target;
use entra_connector::Reading;
pub use entra_connector::{
    CsEntry, CsId, EntraConnector, ExportFailure, NotReimported, PendingExport, UnconfirmedChange,
};
pub use metaverse::{Contribution, Metaverse, MvId, MvObject, Source};
pub use run::{ConnectorId, Counters, CyclePolicy, Step, StepResult, StepStatus};

/// Where a step reports what it does.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(EngineEvent);

/// Something the engine did to one object, or ended a step with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineEvent {
    /// The default rules leave an object out.
    Filtered {
        /// The object.
        source: Source,
        /// Which rule.
        why: Reason,
    },
    /// The rules could not be evaluated on an object; its metaverse object stays as it was
    /// (rule R6.15).
    SyncError {
        /// The object.
        source: Source,
        /// The error.
        why: Reason,
    },
    /// An import could not read an object.
    Unreadable {
        /// The object.
        source: Source,
        /// Why that matters.
        why: Reason,
    },
    /// An object was joined to the metaverse object of another forest.
    Joined {
        /// The object.
        source: Source,
        /// Why.
        why: Reason,
    },
    /// An object left Active Directory or the scope.
    Disconnected {
        /// The object.
        source: Source,
        /// What it had been exported as.
        attributes: Option<Arc<SyncObject>>,
    },
    /// Two metaverse objects claim one anchor.
    DuplicateAnchor {
        /// The one that came second.
        mv: MvId,
        /// Why.
        why: Reason,
    },
    /// A cloud object is gone without the engine having deleted it.
    CloudObjectVanished {
        /// The object.
        cloud: CloudKey,
        /// The rule.
        why: Reason,
    },
    /// An exported change was not there on import.
    NotReimported(NotReimported),
    /// One object was exported, or failed to be.
    Exported(Box<Exported>),
    /// Too many pending deletions: event 116 (rule R6.20).
    DeletionThresholdExceeded {
        /// How many.
        deletes: u64,
        /// How many are allowed.
        threshold: u32,
    },
    /// Cloud Sync's own prevention of accidental deletions stopped the job: it is in quarantine
    /// (rule R6.23).
    JobQuarantined {
        /// How many deletions are staged.
        deletes: u64,
        /// How many stop it.
        threshold: u32,
    },
    /// An anchor was written back to Active Directory.
    AnchorWrittenBack {
        /// The object.
        source: Source,
    },
    /// Active Directory refused the anchor: `permission-issue` and the like.
    WriteBackRefused {
        /// The object.
        source: Source,
        /// What it said.
        refusal: Box<Refusal>,
    },
    /// A step ended.
    Finished(StepResult),
}

/// One exported object and the service's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The Active Directory object, unless it is gone.
    pub source: Option<Source>,
    /// The connector space object.
    pub cs: CsId,
    /// What was pending.
    pub pending: PendingExport,
    /// The answer.
    pub answer: Answer,
}

/// What the engine works on besides itself.
pub(crate) struct Directories<'a> {
    pub(crate) forests: &'a mut [Directory],
    pub(crate) tenant: &'a mut Tenant,
    pub(crate) entropy: &'a mut Entropy,
    pub(crate) now: Timestamp,
}

/// The engine's whole memory.
#[derive(Debug, Clone)]
pub struct Engine {
    config: config::SharedConfig,
    forests: Vec<AdConnector>,
    metaverse: Metaverse,
    entra: EntraConnector,
    export_run: u32,
}

impl Engine {
    /// A newly installed engine: it knows nothing yet.
    pub fn new(config: EngineConfig, directories: &[Directory]) -> Self {
        Self {
            config: Arc::new(config),
            forests: directories.iter().map(AdConnector::new).collect(),
            metaverse: Metaverse::default(),
            entra: EntraConnector::default(),
            export_run: 0,
        }
    }

    /// How it is set up.
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// How it is set up, as forks share it.
    pub(crate) const fn shared_config(&self) -> &Arc<EngineConfig> {
        &self.config
    }

    /// Changes how it is set up. What is already staged stays until the next import or
    /// synchronisation looks at it (rule R5.13).
    pub fn configure(&mut self, change: impl FnOnce(&mut EngineConfig)) {
        change(Arc::make_mut(&mut self.config));
    }

    /// The connector of a forest.
    pub fn forest(&self, place: usize) -> Option<&AdConnector> {
        self.forests.get(place)
    }

    /// The metaverse.
    pub const fn metaverse(&self) -> &Metaverse {
        &self.metaverse
    }

    /// The connector of the tenant.
    pub const fn entra(&self) -> &EntraConnector {
        &self.entra
    }

    /// Runs one step on one connector.
    pub(crate) fn run_step(
        &mut self,
        connector: ConnectorId,
        step: Step,
        on: &mut Directories<'_>,
        sink: Sink<'_>,
    ) -> StepResult {
        let kept = self.config.condition(connector).status(connector, step);
        let (status, counters) = match (kept, connector) {
            (Some(status), _) => (status, Counters::default()),
            (None, ConnectorId::Ad(forest)) if forest < self.forests.len() => {
                self.run_ad_step(forest, step, on, sink)
            }
            (None, ConnectorId::Ad(_)) => (StepStatus::Success, Counters::default()),
            (None, ConnectorId::Entra) => self.run_entra_step(step, on, sink),
        };
        let result = StepResult {
            connector,
            step,
            status,
            counters,
        };
        sink(EngineEvent::Finished(result));
        result
    }

    /// Runs the export to the tenant, which breaks off after so many objects: the run has no end
    /// that it could report.
    pub(crate) fn run_broken_export(
        &mut self,
        objects: usize,
        on: &mut Directories<'_>,
        sink: Sink<'_>,
    ) {
        let ready = self.config.condition(ConnectorId::Entra) == Condition::Ready;
        if ready && on.tenant.is_synchronized() {
            self.export_entra(objects, on, sink);
        }
    }

    fn run_ad_step(
        &mut self,
        forest: usize,
        step: Step,
        on: &mut Directories<'_>,
        sink: Sink<'_>,
    ) -> (StepStatus, Counters) {
        let synchronized = |counters: Counters| match counters.errors {
            0 => (StepStatus::Success, counters),
            errors if errors > run::ERRORS_MAX => (StepStatus::StoppedErrorLimit, counters),
            _ => (StepStatus::CompletedSyncErrors, counters),
        };
        match step {
            Step::FullImport | Step::DeltaImport => {
                self.import_ad(forest, step, &on.forests[forest], sink)
            }
            Step::FullSynchronization => synchronized(self.synchronize_ad(forest, true, sink)),
            Step::DeltaSynchronization => synchronized(self.synchronize_ad(forest, false, sink)),
            Step::Export => self.export_ad(forest, &mut on.forests[forest], on.now, sink),
        }
    }

    /// Reads a forest; what can't be read is told and left as it was (rule R6.4).
    fn import_ad(
        &mut self,
        forest: usize,
        step: Step,
        directory: &Directory,
        sink: Sink<'_>,
    ) -> (StepStatus, Counters) {
        let connector = &mut self.forests[forest];
        let unreadable = self.config.unreadable.iter();
        let unreadable = unreadable.filter(|source| source.forest == forest);
        let scope = &self.config.scopes[forest];
        let view = View {
            delta_reads_groups: self.config.policy.delta_import_sees_group_filters,
            directory,
            scope,
            devices: self.config.devices,
            groups: self.config.filtering_groups(forest),
            unreadable: unreadable.map(|source| source.object).collect(),
        };
        let follows = self.config.policy.delta_import_sees_renamed_containers
            && connector.misses_renames(directory);
        let (counters, unread) = if step == Step::FullImport || follows {
            connector.full_import(&view)
        } else {
            connector.delta_import(&view)
        };
        let status = match unread.len() {
            0 => StepStatus::Success,
            _ => StepStatus::CompletedDiscoveryErrors,
        };
        for object in unread {
            let text = "it can't be read: who is missing is not taken for deleted";
            sink(EngineEvent::Unreadable {
                source: Source { forest, object },
                why: Reason::plain(RuleId::R6_4, text),
            });
        }
        (status, counters)
    }

    fn run_entra_step(
        &mut self,
        step: Step,
        on: &mut Directories<'_>,
        sink: Sink<'_>,
    ) -> (StepStatus, Counters) {
        let asks = matches!(step, Step::FullImport | Step::DeltaImport | Step::Export);
        if asks && !on.tenant.is_synchronized() {
            let status = StepStatus::StoppedExtensionDllException;
            return (status, Counters::default());
        }
        let policy = &self.config.policy;
        let reading = Reading {
            sees_deletions: policy.delta_import_sees_cloud_deletions,
            repeats_deletions: policy.unconfirmed_deletion_is_exported_again,
        };
        let (counters, warnings) = match step {
            Step::FullImport => self.entra.full_import(on.tenant, reading),
            Step::DeltaImport => self.entra.delta_import(on.tenant, reading),
            Step::FullSynchronization => {
                return (StepStatus::Success, self.synchronize_entra(true, sink));
            }
            Step::DeltaSynchronization => {
                return (StepStatus::Success, self.synchronize_entra(false, sink));
            }
            Step::Export => return self.export_entra(usize::MAX, on, sink),
        };
        let status = match warnings.len() {
            0 => StepStatus::Success,
            _ => StepStatus::CompletedWarnings,
        };
        for warning in warnings {
            sink(EngineEvent::NotReimported(warning));
        }
        (status, counters)
    }

    /// Runs a whole cycle: import all, synchronise all, export all (rule R6.9).
    pub(crate) fn run_cycle(
        &mut self,
        policy: CyclePolicy,
        on: &mut Directories<'_>,
        sink: Sink<'_>,
    ) -> Vec<StepResult> {
        let (import, synchronization) = match policy {
            CyclePolicy::Delta => (Step::DeltaImport, Step::DeltaSynchronization),
            CyclePolicy::Initial => (Step::FullImport, Step::FullSynchronization),
        };
        let connectors: Vec<ConnectorId> = (0..self.forests.len())
            .map(ConnectorId::Ad)
            .chain([ConnectorId::Entra])
            .collect();
        let mut results = Vec::with_capacity(connectors.len() * 3);
        for step in [import, synchronization] {
            for connector in &connectors {
                results.push(self.run_step(*connector, step, on, sink));
            }
        }
        for connector in connectors.iter().rev() {
            results.push(self.run_step(*connector, Step::Export, on, sink));
        }
        results
    }
}
