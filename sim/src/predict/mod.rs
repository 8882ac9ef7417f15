//! What the next synchronisation does to each object, and why.
//!
//! A prediction is nothing but the World itself run on a copy: the verdicts are the service's own
//! answers, and the changes are the difference between the tenant before and after.

pub(crate) mod changes;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mock_cloud::provisioning::{ErrorCode, Outcome as Provisioned};
use mock_cloud::tenant::ConflictProperty;
use mock_cloud::{CloudId, CloudKey, Reason, RuleId, SourceAnchor, SyncObjectType, Tenant};
use store::Text;

use changes::Told;
pub use changes::{Change, Loss};
pub use verdict::{By, Outcome};

use crate::engine::{
    ConnectorId, CsId, CyclePolicy, EngineConfig, EngineEvent, Exported, PendingExport, Source,
    Step,
};
use crate::world::{Action, CloudChange, EngineChange, Event, EventSink, World};

/// An export error of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictedError {
    /// The code.
    pub code: ErrorCode,
    /// The message as Synchronization Service Manager shows it.
    pub message: String,
    /// The attribute it names first.
    pub attribute: Option<ConflictProperty>,
    /// The values it names.
    pub values: Vec<Text>,
    /// The cloud object that owns them.
    pub conflicts_with: Option<Account>,
}

/// A cloud object, as far as a report names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The object id.
    pub id: CloudId,
    /// The UPN, the address or the display name.
    pub label: Text,
}

/// A value that the account does not get, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The attribute.
    pub property: ConflictProperty,
    /// The value.
    pub value: Text,
    /// The owner.
    pub owner: Option<Account>,
}

/// What happens to one Active Directory object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Its distinguished name.
    pub dn: Text,
    /// User, group or contact.
    pub kind: SyncObjectType,
    /// Its anchor, where it has one.
    pub source_anchor: Option<SourceAnchor>,
    /// What happens.
    pub outcome: Outcome,
    /// How an account was found, where one was.
    pub by: Option<By>,
    /// The account it ends up with, or loses.
    pub account: Option<Account>,
    /// Why it fails.
    pub error: Option<PredictedError>,
    /// Values it does not get.
    pub quarantined: Vec<Withheld>,
    /// What changes on the account.
    pub changes: Vec<Change>,
    /// What the account loses.
    pub loses: Vec<Loss>,
    /// Accounts that nobody matched but that look like the same person: a silent duplicate.
    pub resembles: Vec<Account>,
    /// The steps of the decision.
    pub why: Vec<Reason>,
}

/// Why the export would be stopped before it changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Too many objects would be deleted (rule R6.17).
    DeletionThreshold {
        /// How many deletions are pending.
        deletes: u64,
        /// How many are allowed.
        threshold: u32,
    },
    /// Directory synchronisation is turned off for the whole tenant (rule R2.7).
    SynchronizationIsOff {
        /// Until when it can't be turned on again, while it is being turned off.
        locked_until: Option<Timestamp>,
    },
}

/// The prediction for a whole world.
#[derive(Debug, Clone)]
pub struct Report {
    /// The era it was made for.
    pub profile: mock_cloud::Profile,
    /// One entry for each user, group and contact of the forests, in the order of their names.
    pub objects: Vec<Prediction>,
    /// Synced accounts that no Active Directory object stands behind (rule R6.22).
    pub orphans: Vec<Account>,
    /// Whether the export would be stopped. The entries then say what it would do once allowed.
    pub stopped: Option<Stopped>,
}

impl Report {
    /// How many objects have each outcome; every outcome is there.
    pub fn counts(&self) -> BTreeMap<Outcome, usize> {
        let mut counts: BTreeMap<Outcome, usize> = Outcome::ALL
            .into_iter()
            .map(|outcome| (outcome, 0))
            .collect();
        for object in &self.objects {
            *counts.entry(object.outcome).or_default() += 1;
        }
        counts
    }

    /// Whether an account is deleted or loses something.
    pub fn is_damage(&self) -> bool {
        self.stopped.is_some()
            || self
                .objects
                .iter()
                .any(|object| object.outcome == Outcome::Delete || !object.loses.is_empty())
    }
}

/// Turns directory synchronisation on where it is off, as soon as that can be.
fn turn_on(future: &mut World) -> Option<Stopped> {
    if future.tenant().is_synchronized() {
        return None;
    }
    let locked_until = future.tenant().organization.deactivated_at;
    if let Some(at) = locked_until {
        future.apply(&Action::Advance(at.duration_since(future.now())));
    }
    future.apply(&Action::Cloud(CloudChange::SetSyncEnabled(true)));
    Some(Stopped::SynchronizationIsOff { locked_until })
}

/// Runs the next cycles on a copy of a world: the first reads everything, as after a pause.
pub fn predict(world: &World, cycles: u32) -> Report {
    let before = world.tenant().clone();
    let mut future = world.clone();
    let mut log = Log::default();
    let off = turn_on(&mut future);
    future.apply_into(&Action::Cycle(CyclePolicy::Initial), &mut log);
    if let Some(stopped) = log.stopped {
        // Show what the export does once somebody has allowed it.
        future.apply(&Action::Configure(EngineChange::DeletionThreshold(None)));
        let step = Action::Run {
            connector: ConnectorId::Entra,
            step: Step::Export,
        };
        future.apply_into(&step, &mut log);
        log.stopped = Some(stopped);
    }
    log.stopped = off.or(log.stopped);
    let pause = future.engine().config().schedule;
    let pause = pause.unwrap_or_else(|| EngineConfig::default_interval(world.profile));
    for _ in 1..cycles {
        pass_time(&mut future, pause, &mut log);
        future.apply_into(&Action::Cycle(CyclePolicy::Delta), &mut log);
    }
    let (names, told) = (Names::new(&before), Told::of(&before));
    let mut objects = Vec::new();
    for (forest, directory) in world.forests().iter().enumerate() {
        for (id, object) in directory.objects() {
            let source = Source { forest, object: id };
            let is_there = !object.is_deleted() && !object.placeholder;
            if is_there && let Some(kind) = verdict::kind(directory.kind(id)) {
                let judge = verdict::Judge {
                    world,
                    before: &before,
                    future: &future,
                    names: &names,
                    told,
                };
                objects.push(judge.predict(source, kind, &log));
            }
        }
    }
    objects.sort_by(|left, right| left.dn.cmp(&right.dn));
    Report {
        profile: world.profile,
        objects,
        orphans: orphans(world, &before),
        stopped: log.stopped,
    }
}

fn pass_time(future: &mut World, pause: SignedDuration, log: &mut Log) {
    future.apply_into(&Action::Advance(pause), log);
}

/// Synced accounts that no object of any forest stands behind.
fn orphans(world: &World, before: &Tenant) -> Vec<Account> {
    let metaverse = world.engine().metaverse().iter();
    let known: BTreeSet<&SourceAnchor> = metaverse
        .filter_map(|(_, object)| Some(&object.attributes.as_ref()?.source_anchor))
        .collect();
    let backed = |anchor: &SourceAnchor| {
        let Some(bytes) = anchor.guid_bytes() else {
            return false;
        };
        let guid = mock_ad::directory::ObjectGuid::from_bytes(*bytes);
        world
            .forests()
            .iter()
            .any(|directory| directory.find_by_guid(&guid).is_some())
            || known.contains(anchor)
    };
    before
        .objects()
        .filter(|(_, object)| object.is_live() && object.is_synced())
        .filter(|(_, object)| {
            let anchor = object.on_premises.immutable_id.as_ref();
            object.kind.is_user() && !anchor.is_some_and(&backed)
        })
        .map(|(_, object)| Account {
            id: object.id,
            label: object.label(),
        })
        .collect()
}

/// What was heard of each object while the cycles ran.
#[derive(Debug, Default)]
pub(crate) struct Log {
    exported: BTreeMap<Source, Arc<Exported>>,
    /// By what the connection was.
    deleted: BTreeMap<CsId, Arc<Exported>>,
    filtered: BTreeMap<Source, Reason>,
    failed: BTreeMap<Source, Reason>,
    stopped: Option<Stopped>,
}

impl EventSink for Log {
    fn event(&mut self, event: Event) {
        let Event::Engine(event) = event else { return };
        match event {
            EngineEvent::Exported(exported) => self.exported(Arc::new(*exported)),
            EngineEvent::Filtered { source, why } => drop(self.filtered.insert(source, why)),
            EngineEvent::SyncError { source, why } => drop(self.failed.insert(source, why)),
            EngineEvent::DeletionThresholdExceeded { deletes, threshold } => {
                self.stopped = Some(Stopped::DeletionThreshold { deletes, threshold });
            }
            _ => {}
        }
    }
}

impl Log {
    /// Later cycles confirm and correct; what an object came to first is what a person asks for.
    fn exported(&mut self, exported: Arc<Exported>) {
        if exported.pending == PendingExport::Delete {
            self.deleted.entry(exported.cs).or_insert(exported);
            return;
        }
        let Some(source) = exported.source else {
            return;
        };
        let keeps = self.exported.get(&source).is_some_and(|known| {
            known.answer.result.is_ok()
                && matches!(exported.answer.result, Ok(Provisioned::Updated))
        });
        if !keeps {
            self.exported.insert(source, exported);
        }
    }
}

/// Cloud accounts by their display names, to notice people that nobody matched.
pub(crate) struct Names {
    by_name: store::Index,
}

impl Names {
    fn new(tenant: &Tenant) -> Self {
        let mut by_name = store::Index::new();
        for (key, object) in tenant.objects() {
            let unsynced = object.is_live() && object.kind.is_user() && !object.is_synced();
            if unsynced && let Some(name) = &object.display_name {
                by_name.insert(store::fold_hash(name), key.0);
            }
        }
        Self { by_name }
    }

    fn like(&self, tenant: &Tenant, name: &str) -> Vec<Account> {
        self.by_name
            .candidates(store::fold_hash(name))
            .filter_map(|key| tenant.object(CloudKey(key)))
            .filter(|object| {
                object
                    .display_name
                    .as_ref()
                    .is_some_and(|known| store::eq_fold(known, name))
            })
            .map(|object| Account {
                id: object.id,
                label: object.label(),
            })
            .collect()
    }
}

/// The reason under which an object that was never imported stays out.
pub(crate) const fn out_of_scope() -> Reason {
    Reason::plain(RuleId::R5_12, "it is not in a container that is synced")
}
