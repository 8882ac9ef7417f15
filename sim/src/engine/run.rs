//! Run profiles, their steps, and what a step ended with.

use std::fmt;

/// One step of a run profile (rule R6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Reads every object in scope; notices what is gone.
    FullImport,
    /// Reads what the source's change log says has changed.
    DeltaImport,
    /// Evaluates every object of the connector space.
    FullSynchronization,
    /// Evaluates objects with a pending import only.
    DeltaSynchronization,
    /// Sends pending exports.
    Export,
}

impl Step {
    /// The name in the tools.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FullImport => "full-import",
            Self::DeltaImport => "delta-import",
            Self::FullSynchronization => "full-synchronization",
            Self::DeltaSynchronization => "delta-synchronization",
            Self::Export => "export",
        }
    }

    /// The step with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        use Step::{DeltaImport, DeltaSynchronization, Export, FullImport, FullSynchronization};
        [
            FullImport,
            DeltaImport,
            FullSynchronization,
            DeltaSynchronization,
            Export,
        ]
        .into_iter()
        .find(|step| step.name() == name)
    }
}

/// A connector: one for each forest, one for the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectorId {
    /// The connector of a forest, by its place.
    Ad(usize),
    /// The connector of the tenant.
    Entra,
}

impl ConnectorId {
    /// What it is called in addresses and commands: `entra`, or `ad0` and so on.
    pub fn address(self) -> String {
        match self {
            Self::Entra => "entra".to_owned(),
            Self::Ad(place) => format!("ad{place}"),
        }
    }

    /// The connector that is called so; `ad` is that of the first forest.
    pub fn from_address(text: &str) -> Option<Self> {
        match text.strip_prefix("ad") {
            Some("") => Some(Self::Ad(0)),
            Some(place) => place.parse().ok().map(Self::Ad),
            None => (text == "entra").then_some(Self::Entra),
        }
    }
}

/// What a cycle reads and evaluates (`Start-ADSyncSyncCycle -PolicyType`, rule R6.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CyclePolicy {
    /// Changes only.
    Delta,
    /// Everything.
    Initial,
}

/// A step that meets more errors than this stops (rule R6.12).
pub(super) const ERRORS_MAX: u64 = 5_000;

/// How a step ended, under its name in the run history (rule R6.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepStatus {
    /// Everything worked.
    Success,
    /// Some objects could not be synchronised.
    CompletedSyncErrors,
    /// Some objects could not be exported.
    CompletedExportErrors,
    /// An exported change was not there on import (rule R6.5).
    CompletedWarnings,
    /// Too many pending deletions (rule R6.17).
    StoppedDeletionThresholdExceeded,
    /// As many deletions as Cloud Sync's own prevention allows: the job is in quarantine until they
    /// are allowed or undone (rule R6.23).
    DeleteThresholdExceeded,
    /// Staging mode: nothing is exported (rule R6.21).
    NotRunStagingMode,
    /// The service does not take part: directory synchronisation is turned off (rule R2.7), or the
    /// connector of the tenant can't reach it.
    StoppedExtensionDllException,
    /// An import could not read some objects (rule R6.4).
    CompletedDiscoveryErrors,
    /// More objects failed than a step puts up with.
    StoppedErrorLimit,
    /// The connection broke while the step ran.
    StoppedConnectivity,
    /// The connector's account can't sign in.
    NoStartCredentials,
    /// The connector can't reach its directory.
    NoStartConnection,
}

impl StepStatus {
    /// Every status.
    pub const ALL: [Self; 13] = [
        Self::Success,
        Self::CompletedSyncErrors,
        Self::CompletedExportErrors,
        Self::CompletedWarnings,
        Self::StoppedDeletionThresholdExceeded,
        Self::DeleteThresholdExceeded,
        Self::NotRunStagingMode,
        Self::StoppedExtensionDllException,
        Self::CompletedDiscoveryErrors,
        Self::StoppedErrorLimit,
        Self::StoppedConnectivity,
        Self::NoStartCredentials,
        Self::NoStartConnection,
    ];

    /// The name in the run history.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::CompletedSyncErrors => "completed-sync-errors",
            Self::CompletedExportErrors => "completed-export-errors",
            Self::CompletedWarnings => "completed-warnings",
            Self::StoppedDeletionThresholdExceeded => "stopped-deletion-threshold-exceeded",
            Self::DeleteThresholdExceeded => "delete-threshold-exceeded",
            Self::NotRunStagingMode => "not-run-staging-mode",
            Self::StoppedExtensionDllException => "stopped-extension-dll-exception",
            Self::CompletedDiscoveryErrors => "completed-discovery-errors",
            Self::StoppedErrorLimit => "stopped-error-limit",
            Self::StoppedConnectivity => "stopped-connectivity",
            Self::NoStartCredentials => "no-start-credentials",
            Self::NoStartConnection => "no-start-connection",
        }
    }
}

impl fmt::Display for StepStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What a step counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Objects that are new.
    pub adds: u64,
    /// Objects that changed.
    pub updates: u64,
    /// Objects that were renamed or moved.
    pub renames: u64,
    /// Objects that are gone.
    pub deletes: u64,
    /// Objects for which a metaverse object was made.
    pub projections: u64,
    /// Objects that were joined to a metaverse object.
    pub joins: u64,
    /// Objects that the rules leave out and that no metaverse object stands for.
    pub filtered_disconnectors: u64,
    /// Objects that the rules leave out from now on.
    pub filtered_connectors: u64,
    /// Joined objects whose values changed the metaverse object.
    pub flow_updates: u64,
    /// Joined objects that were evaluated and changed nothing.
    pub no_flow_updates: u64,
    /// Metaverse objects that went with their last connector.
    pub metaverse_deletes: u64,
    /// Objects that the outbound rules made in the connector space of the tenant.
    pub provisioning_adds: u64,
    /// Objects of the connector space of the tenant that the outbound rules let go.
    pub provisioning_disconnects: u64,
    /// Objects that failed.
    pub errors: u64,
}

/// One step that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepResult {
    /// On which connector.
    pub connector: ConnectorId,
    /// Which step.
    pub step: Step,
    /// How it ended.
    pub status: StepStatus,
    /// What it counted.
    pub counters: Counters,
}
