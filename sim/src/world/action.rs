//! Everything that can happen to a world.

use std::sync::Arc;

use jiff::SignedDuration;
pub use mock_ad::directory::Change as AdChange;
pub use mock_cloud::tenant::Change as CloudChange;

use crate::engine::{AnchorAttribute, Condition, ConnectorId, CyclePolicy, Scope, Source, Step};
use crate::rules::RuleSet;

/// One thing that happens. Actions are the world's journal: the same actions on the same world
/// give the same world.
#[derive(Debug, Clone)]
pub enum Action {
    /// An administrator changes Active Directory.
    Ad {
        /// The forest, by its place.
        forest: usize,
        /// What is done.
        change: AdChange,
    },
    /// An administrator changes the tenant.
    Cloud(CloudChange),
    /// One step of a run profile is run.
    Run {
        /// On which connector.
        connector: ConnectorId,
        /// Which step.
        step: Step,
    },
    /// The export to the tenant is run, and breaks off after so many objects.
    BrokenExport(usize),
    /// A whole cycle is run (`Start-ADSyncSyncCycle`).
    Cycle(CyclePolicy),
    /// Time passes; the scheduler, the hourly task and the recycle bin do what is due.
    Advance(SignedDuration),
    /// The engine is set up differently.
    Configure(EngineChange),
}

/// A change of the engine's own setup.
#[derive(Debug, Clone)]
pub enum EngineChange {
    /// What is synced of a forest.
    Scope(usize, Scope),
    /// Staging mode on or off.
    Staging(bool),
    /// The deletion threshold; `None` turns it off.
    DeletionThreshold(Option<u32>),
    /// How often a cycle runs by itself; `None` stops the scheduler.
    Schedule(Option<SignedDuration>),
    /// Where the sourceAnchor of users comes from.
    Anchor(AnchorAttribute),
    /// The sync rules.
    Rules(Arc<RuleSet>),
    /// What keeps a connector from working.
    Condition(ConnectorId, Condition),
    /// Whether the account of its connector can read an object of a forest.
    Readable(Source, bool),
}
