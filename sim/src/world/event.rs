//! What happened, and why.

use jiff::Timestamp;
use mock_ad::directory::ObjectId;
use mock_cloud::provisioning::Healed;
use mock_cloud::tenant::Refusal as CloudRefusal;
use mock_cloud::{CloudKey, RuleId};

use crate::engine::{CyclePolicy, EngineEvent};

/// Something that happened in a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The engine did something.
    Engine(EngineEvent),
    /// A cycle began.
    CycleStarted {
        /// When.
        at: Timestamp,
        /// Delta or initial.
        policy: CyclePolicy,
        /// Whether the scheduler began it, not a person.
        scheduled: bool,
    },
    /// Active Directory carried out a change.
    AdChanged {
        /// The forest.
        forest: usize,
        /// The object.
        object: ObjectId,
    },
    /// Active Directory refused a change; nothing has changed.
    AdRefused(Box<mock_ad::directory::Refusal>),
    /// The tenant carried out a change.
    CloudChanged {
        /// The object, where it was one.
        object: Option<CloudKey>,
    },
    /// The tenant refused a change; nothing has changed.
    CloudRefused(Box<CloudRefusal>),
    /// The hourly task gave withheld values back (rule R3.8).
    Healed(Box<Healed>),
    /// An object left the recycle bin after 30 days (rule R5.21).
    Expired(CloudKey),
    /// Directory synchronisation was turned off, and what was synced belongs to the cloud (rule
    /// R2.7).
    SyncDeactivated {
        /// How many objects that were.
        objects: u64,
    },
    /// The engine was set up differently.
    Configured,
}

impl Event {
    /// The rules that this event is the work of, in the order of its reasons.
    pub fn rules(&self) -> Vec<RuleId> {
        match self {
            Self::Engine(event) => engine_rules(event),
            Self::CloudRefused(refusal) => refusal.rule.into_iter().collect(),
            Self::Healed(healed) => vec![healed.why.rule],
            Self::Expired(_) => vec![RuleId::R5_21],
            Self::SyncDeactivated { .. } => vec![RuleId::R2_7],
            Self::CycleStarted { .. } => vec![RuleId::R6_8, RuleId::R6_9],
            Self::AdChanged { .. }
            | Self::AdRefused(_)
            | Self::CloudChanged { .. }
            | Self::Configured => Vec::new(),
        }
    }
}

fn engine_rules(event: &EngineEvent) -> Vec<RuleId> {
    match event {
        EngineEvent::Filtered { why, .. }
        | EngineEvent::SyncError { why, .. }
        | EngineEvent::Unreadable { why, .. }
        | EngineEvent::Joined { why, .. }
        | EngineEvent::DuplicateAnchor { why, .. }
        | EngineEvent::CloudObjectVanished { why, .. } => vec![why.rule],
        EngineEvent::Disconnected { .. } => vec![RuleId::R5_3, RuleId::R5_14],
        EngineEvent::NotReimported(_) => vec![RuleId::R6_5],
        EngineEvent::Exported(exported) => exported.answer.why.iter().map(|one| one.rule).collect(),
        EngineEvent::DeletionThresholdExceeded { .. } => {
            vec![RuleId::R6_17, RuleId::R6_18, RuleId::R6_20]
        }
        EngineEvent::JobQuarantined { .. } => vec![RuleId::R6_23],
        EngineEvent::AnchorWrittenBack { .. } | EngineEvent::WriteBackRefused { .. } => {
            vec![RuleId::R1_8]
        }
        EngineEvent::Finished(_) => vec![RuleId::R6_3, RuleId::R6_12],
    }
}

/// Where a world reports what happens.
pub trait EventSink {
    /// Takes note of one event.
    fn event(&mut self, event: Event);
}

impl EventSink for Vec<Event> {
    fn event(&mut self, event: Event) {
        self.push(event);
    }
}

/// A sink that forgets everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl EventSink for Discard {
    fn event(&mut self, _event: Event) {}
}
