//! What came of a rehearsal.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, Profile, RuleId};

use super::{AccountChange, Happening, Rehearsal, conduct_words, counts, describe, difference};
use crate::engine::{CyclePolicy, EngineEvent, PendingExport};
use crate::hazard::{Hazard, Labels, Severity, Watch, hazard};
use crate::judge::{GroundTruth, Property, Violation};
use crate::run::Runner;
use crate::scenario::Diagnostic;
use crate::scenario::model::Expectation;
use crate::world::{Action, AdChange, CloudChange, Event, World};

/// So many cycles are run at the end until the world rests.
const CYCLES_MAX: usize = 10;

/// When something was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// With what happened, by its place in the list.
    Happening(usize),
    /// In the cycles that were run afterwards until the world rested.
    Settling,
}

/// One thing that happened, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The virtual time before it.
    pub at: Timestamp,
    /// What was done.
    pub what: String,
    /// What came of it: counts of a cycle, or a refusal.
    pub came: String,
    /// Whether a directory refused it.
    pub refused: bool,
}

/// A property that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViolationMet {
    /// When it showed first.
    pub at: At,
    /// What did not hold.
    pub violation: Violation,
}

/// A hazard that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardMet {
    /// When.
    pub at: At,
    /// Which.
    pub hazard: &'static Hazard,
    /// What it is about.
    pub what: String,
    /// Whether the scenario says that it is meant.
    pub acknowledged: bool,
    /// Whether the next cycles would meet it even if nobody did anything.
    pub anyway: bool,
}

impl HazardMet {
    /// Whether nobody is to blame for it who was rehearsed.
    pub const fn is_excused(&self) -> bool {
        self.acknowledged || self.anyway
    }
}

/// A step that can't be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Irreversible {
    /// When.
    pub at: At,
    /// What is gone.
    pub what: String,
}

/// How well the two directories fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Objects that are synchronised.
    pub in_scope: usize,
    /// Of them, those that are joined to a live account.
    pub joined: usize,
    /// Those that fail.
    pub errors: usize,
    /// Accounts that lack values somebody else has.
    pub quarantined: usize,
    /// Exports that are pending.
    pub pending: usize,
}

impl Health {
    /// The health of a world, as its engine and tenant see it.
    pub fn of(world: &World) -> Self {
        let engine = world.engine();
        let tenant = world.tenant();
        let live = |key: CloudKey| tenant.object(key).is_some_and(|it| it.is_live());
        let mut health = Self {
            quarantined: tenant.quarantined().count(),
            ..Self::default()
        };
        for (_, object) in engine.metaverse().iter() {
            health.in_scope += 1;
            let entry = object.connector.and_then(|id| engine.entra().get(id));
            let joined = entry.and_then(|entry| entry.cloud.filter(|_| !entry.deleted));
            health.joined += usize::from(joined.is_some_and(live));
        }
        for (_, entry) in engine.entra().iter() {
            health.errors += usize::from(entry.failure.is_some());
            health.pending += usize::from(entry.pending_export != PendingExport::None);
        }
        health
    }
}

/// What came of a rehearsal.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The era.
    pub profile: Profile,
    /// What happened, in order.
    pub told: Vec<Told>,
    /// What the scenario expects and was not so.
    pub failures: Vec<Diagnostic>,
    /// How many expectations were checked.
    pub expectations: usize,
    /// Properties that did not hold in some state.
    pub violations: Vec<ViolationMet>,
    /// Hazards, in the order in which they were met.
    pub hazards: Vec<HazardMet>,
    /// Steps that can't be undone.
    pub irreversible: Vec<Irreversible>,
    /// The health at the beginning.
    pub before: Health,
    /// The health at the end.
    pub after: Health,
    /// What is missing at the end, if anything; `None` where the world has converged.
    pub missing: Option<String>,
    /// What has become of the tenant's objects.
    pub changes: Vec<AccountChange>,
    /// After how many more cycles the world rested; `None` where it did not.
    pub settled: Option<usize>,
    /// The rules that fired.
    pub rules: BTreeSet<RuleId>,
    /// The world at the end.
    pub world: World,
}

impl Judgement {
    /// Whether nothing is wrong: what was expected came, every property held, no danger was met
    /// that was not meant, and the world has come to rest.
    pub fn passed(&self) -> bool {
        let danger = |met: &HazardMet| met.hazard.severity == Severity::Danger && !met.is_excused();
        self.failures.is_empty()
            && self.violations.is_empty()
            && self.settled.is_some()
            && !self.hazards.iter().any(danger)
    }

    /// The accounts that are gone for good with a mailbox or licences.
    pub fn lost(&self) -> impl Iterator<Item = &AccountChange> {
        self.changes.iter().filter(|change| change.held_something)
    }
}

impl Rehearsal {
    /// Goes through what happened again and judges it. Properties in `allowed` are not asked for.
    pub fn judge<'a>(
        &self,
        happened: impl Iterator<Item = &'a Happening> + Clone,
        allowed: &[Property],
    ) -> Judgement {
        let mut judge = Judge::begin(self, happened.clone(), allowed);
        if happened.clone().next().is_some() {
            // What the next cycles meet anyway is no news of what was rehearsed.
            let anyway = Judge::begin(self, std::iter::empty(), allowed).end();
            judge.anyway = anyway.hazards;
        }
        for (place, happening) in happened.enumerate() {
            judge.happen(At::Happening(place), happening);
        }
        judge.end()
    }
}

/// The state that a reset or a restore sets back, with what was found on the way there.
#[derive(Debug, Clone)]
struct Stand {
    runner: Runner<'static>,
    truth: GroundTruth,
    watch: Watch,
    found: Found,
}

/// What is wrong, as far as has been looked.
#[derive(Debug, Clone, Default)]
struct Found {
    failures: Vec<Diagnostic>,
    violations: Vec<ViolationMet>,
    hazards: Vec<HazardMet>,
    irreversible: Vec<Irreversible>,
    /// When each guard was lifted.
    lifted: Vec<(&'static str, At)>,
}

struct Judge<'r> {
    rehearsal: &'r Rehearsal,
    allowed: &'r [Property],
    first: Stand,
    now: Stand,
    kept: Vec<(String, Stand)>,
    told: Vec<Told>,
    /// What is met even if nothing happens.
    anyway: Vec<HazardMet>,
}

impl<'r> Judge<'r> {
    fn begin<'a>(
        rehearsal: &'r Rehearsal,
        happened: impl Iterator<Item = &'a Happening>,
        allowed: &'r [Property],
    ) -> Self {
        let mut runner = rehearsal.runner.clone();
        runner.hand_over();
        let mut truth = runner.truth();
        truth.note(runner.world());
        for happening in happened {
            if let Happening::Act(Action::Cloud(change)) = happening {
                name(change, &mut truth.named);
            }
        }
        truth.named.extend(deleted_anyway(runner.world()));
        let watch = Watch::new(runner.world(), runner.belongs());
        let first = Stand {
            runner,
            truth,
            watch,
            found: Found::default(),
        };
        Self {
            rehearsal,
            allowed,
            now: first.clone(),
            first,
            kept: Vec::new(),
            told: Vec::new(),
            anyway: Vec::new(),
        }
    }

    fn happen(&mut self, at: At, happening: &Happening) {
        let time = self.now.runner.world().now();
        let what = match happening {
            Happening::Act(action) => return self.act(at, action),
            Happening::Reset => {
                self.now = self.first.clone();
                "set the world to its beginning".to_owned()
            }
            Happening::Save(name) => {
                self.kept.retain(|(known, _)| known != name);
                self.kept.push((name.clone(), self.now.clone()));
                format!("keep the world as `{name}`")
            }
            Happening::Restore(name) => {
                if let Some((_, kept)) = self.kept.iter().find(|(known, _)| known == name) {
                    self.now = kept.clone();
                }
                format!("set the world to `{name}`")
            }
            Happening::Conduct(conduct) => conduct_words(conduct),
        };
        self.told.push(Told {
            at: time,
            what,
            came: String::new(),
            refused: false,
        });
    }

    fn act(&mut self, at: At, action: &Action) {
        let Stand {
            runner,
            truth,
            watch,
            found,
        } = &mut self.now;
        let before = runner.world().clone();
        let labels = runner.names();
        let what = describe(&before, action, labels);
        let mut met = watch.foresee(&before, action, labels);
        let events = runner.take(action);
        met.extend(watch.look_back(&before, runner.world(), action, &events, runner.names()));
        truth.note(runner.world());
        let open: BTreeSet<&'static str> = watch.left_open().collect();
        found.lifted.retain(|(guard, _)| open.contains(guard));
        for guard in open {
            if !found.lifted.iter().any(|(known, _)| *known == guard) {
                found.lifted.push((guard, at));
            }
        }
        let gone = irreversible(&before, runner.world(), action, &events, runner.names());
        let gone = gone.into_iter().map(|what| Irreversible { at, what });
        found.irreversible.extend(gone);
        if at != At::Settling {
            let refusal = runner.refusal();
            self.told.push(Told {
                at: before.now(),
                what,
                refused: refusal.is_some(),
                came: refusal.unwrap_or_else(|| counts(&events)),
            });
        }
        for one in met {
            self.hazard(at, one.hazard, one.what);
        }
        let changed =
            before.tenant().change_count() != self.now.runner.world().tenant().change_count();
        if changed {
            self.look(at);
        }
        self.always();
    }

    fn hazard(&mut self, at: At, hazard: &'static Hazard, what: String) {
        // What is tried again at each cycle is met once.
        let mut known = self.now.found.hazards.iter();
        if known.any(|known| known.hazard == hazard && known.what == what) {
            return;
        }
        let scenario = self.rehearsal.scenario.as_ref();
        let acknowledged = scenario.is_some_and(|scenario| {
            let mut meant = scenario.hazards.iter();
            meant.any(|name| self::hazard(name) == Some(hazard))
        });
        let mut anyway = self.anyway.iter();
        let anyway = anyway.any(|known| known.hazard == hazard && known.what == what);
        self.now.found.hazards.push(HazardMet {
            at,
            hazard,
            what,
            acknowledged,
            anyway,
        });
    }

    fn look(&mut self, at: At) {
        let Some(violation) = self.now.truth.violation(self.now.runner.world()) else {
            return;
        };
        let violations = &mut self.now.found.violations;
        let known = violations.iter().any(|met| met.violation == violation);
        if !known && !self.allowed.contains(&violation.property) {
            violations.push(ViolationMet { at, violation });
        }
    }

    fn always(&mut self) {
        let Some(scenario) = &self.rehearsal.scenario else {
            return;
        };
        let Stand { runner, found, .. } = &mut self.now;
        for failure in runner.check_always(&scenario.check) {
            let mut known = found.failures.iter();
            if !known.any(|known| known.span == failure.span) {
                found.failures.push(failure);
            }
        }
    }

    fn end(mut self) -> Judgement {
        let mut settled = None;
        for cycle in 0..=CYCLES_MAX {
            if at_rest(self.now.runner.world()) {
                settled = Some(cycle);
                break;
            }
            self.act(At::Settling, &Action::Cycle(CyclePolicy::Delta));
        }
        for (guard, at) in std::mem::take(&mut self.now.found.lifted) {
            self.hazard(at, &crate::hazard::W09, format!("{guard} stays off"));
        }
        let Stand { runner, found, .. } = &mut self.now;
        found.hazards.sort_by_key(|met| met.at);
        if let Some(scenario) = &self.rehearsal.scenario {
            found.failures.extend(runner.check_finally(&scenario.check));
        }
        let missing = runner.looks(&Expectation::Converged).err();
        for failure in &mut found.failures {
            failure.file = self.rehearsal.file.as_str().into();
        }
        let found = std::mem::take(found);
        let (first, world) = (self.first.runner.world(), self.now.runner.world().clone());
        Judgement {
            profile: world.profile,
            before: Health::of(first),
            after: Health::of(&world),
            changes: difference(first.tenant(), world.tenant()),
            expectations: self.now.runner.checked(),
            rules: self.now.runner.take_rules(),
            told: self.told,
            failures: found.failures,
            violations: found.violations,
            hazards: found.hazards,
            irreversible: found.irreversible,
            missing,
            settled,
            world,
        }
    }
}

/// Whether a cycle would change nothing.
fn at_rest(world: &World) -> bool {
    let mut next = world.clone();
    next.apply(&Action::Cycle(CyclePolicy::Delta));
    next.tenant().change_count() == world.tenant().change_count()
        && next.fingerprint() == world.fingerprint()
}

/// The accounts that the next cycles delete even if nobody does anything.
fn deleted_anyway(world: &World) -> Vec<CloudKey> {
    let mut next = world.clone();
    for _ in 0..CYCLES_MAX {
        if at_rest(&next) {
            break;
        }
        next.apply(&Action::Cycle(CyclePolicy::Delta));
    }
    let live = |world: &World, key| {
        let object = world.tenant().object(key);
        object.is_some_and(|it| it.is_live())
    };
    let keys = world.tenant().objects().map(|(key, _)| key);
    keys.filter(|key| live(world, *key) && !live(&next, *key))
        .collect()
}

/// The accounts that a change deletes or restores on purpose.
fn name(change: &CloudChange, named: &mut BTreeSet<CloudKey>) {
    match change {
        CloudChange::Delete(key) | CloudChange::Purge(key) | CloudChange::Restore(key, _) => {
            named.insert(*key);
        }
        CloudChange::All(changes) => changes.iter().for_each(|change| name(change, named)),
        _ => {}
    }
}

/// What an action has made away with for good.
fn irreversible(
    before: &World,
    after: &World,
    action: &Action,
    events: &[Event],
    labels: &dyn Labels,
) -> Vec<String> {
    let mut gone = Vec::new();
    let is_purged = |world: &World, key: CloudKey| {
        let object = world.tenant().object(key);
        object.is_some_and(|it| matches!(it.state, State::Purged { .. }))
    };
    for event in events {
        let key = match event {
            Event::CloudChanged { object } => *object,
            Event::Expired(key) => Some(*key),
            Event::Engine(EngineEvent::Exported(one)) => one.answer.key,
            _ => None,
        };
        if let Some(key) = key.filter(|key| is_purged(after, *key) && !is_purged(before, *key)) {
            gone.push(format!("{} is gone for good", labels.account(before, key)));
        }
    }
    if let Action::Ad {
        forest,
        change: AdChange::Delete { object },
    } = action
    {
        let directory = before.forests().get(*forest);
        // Without a bin on the first deletion, with one on the second.
        let lost = directory.is_some_and(|it| it.has_recycle_bin() != it.is_live(*object));
        let carried_out = events
            .iter()
            .any(|it| matches!(it, Event::AdChanged { .. }));
        if let Some(directory) = directory.filter(|_| lost && carried_out) {
            let name = directory.dn_text(*object);
            let what = if directory.has_recycle_bin() {
                "is recycled and lost for good"
            } else {
                "becomes a tombstone that lacks most attributes"
            };
            gone.push(format!("{name} {what}"));
        }
    }
    gone
}
