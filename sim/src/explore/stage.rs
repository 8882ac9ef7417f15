//! One state of an exploration, and what can happen in it.

use std::collections::BTreeSet;

use mock_cloud::{CloudKey, Profile};

use super::closed::end;
use super::fingerprint::{self, Memo, Mixer};
use super::search::{Known, Model};
use crate::engine::{ConnectorId, CyclePolicy, Step as EngineStep};
use crate::judge::{Addresses, GroundTruth, Guards, Property, Violation};
use crate::run::Runner;
use crate::run::staged::Done;
use crate::scenario::model::{
    Expectation, FaultKind, Interleave, Place, Scenario, Step, SyncPolicy,
};
use crate::scenario::{Diagnostic, Spanned};
use crate::world::Action;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// The next step of the procedure.
    Step,
    /// The next step, with a fault.
    Faulty(FaultKind),
    /// The scheduler runs a cycle.
    Scheduler,
    /// The scheduler runs a cycle, with a fault.
    FaultyScheduler(FaultKind),
    /// The procedure is run again from its first step, because it led nowhere.
    Again,
}

impl Move {
    pub(super) const fn is_fault(self) -> bool {
        matches!(self, Self::Faulty(_) | Self::FaultyScheduler(_))
    }
}

/// What is explored.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) scenario: Scenario,
    pub(super) faults: u32,
    kinds: Vec<FaultKind>,
    scheduler: bool,
    goal: Vec<Expectation>,
    guards: Guards,
    /// Watched where a tag of the scenario asks for it: most procedures give Active Directory the
    /// last word on purpose.
    addresses: Option<Addresses>,
}

/// One state.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) runner: Runner<'static>,
    pub(super) at: usize,
    pub(super) spent: u32,
    scheduler_on: bool,
    /// How often the procedure was run again.
    again: u32,
    truth: GroundTruth,
}

impl Subject {
    pub(super) fn start(
        file: &str,
        scenario: &Scenario,
        profile: Profile,
        faults: Option<u32>,
    ) -> Result<(Self, Stage), Box<Diagnostic>> {
        let (runner, scenario) = Runner::start(file, scenario, profile)?;
        let explore = scenario.explore.clone().unwrap_or_default();
        let kinds = match explore.faults.kinds.as_slice() {
            [] => FaultKind::ALL.to_vec(),
            some => some.to_vec(),
        };
        let subject = Self {
            faults: faults.unwrap_or(explore.faults.at_most),
            kinds,
            scheduler: scenario.explore.is_none() || explore.interleave == Interleave::Scheduler,
            goal: goal(&scenario),
            guards: Guards::of(runner.world()),
            addresses: scenario
                .tags
                .iter()
                .any(|tag| tag.as_str() == Property::AddressesKept.name())
                .then(|| Addresses::of(runner.world())),
            scenario,
        };
        let truth = runner.truth();
        let mut stage = Stage {
            runner,
            at: 0,
            spent: 0,
            scheduler_on: true,
            again: 0,
            truth,
        };
        stage.name_leavers(&subject);
        stage.look(&subject);
        Ok((subject, stage))
    }

    pub(super) fn step(&self, at: usize) -> Option<&Spanned<Step>> {
        self.scenario.steps.get(at)
    }

    /// Whether everything is as it should be in the end.
    pub(super) fn lacks(&self, stage: &mut Stage) -> Option<String> {
        if self.step(stage.at).is_some() {
            return Some("the procedure is not at its end".to_owned());
        }
        if !stage.scheduler_on {
            return Some("the scheduler is left stopped".to_owned());
        }
        let mut goals = self.goal.iter();
        goals
            .find_map(|goal| stage.runner.looks(goal).err())
            .or_else(|| self.lifted(stage).map(|lifted| lifted.found))
    }

    /// A guard that is still lifted.
    pub(super) fn lifted(&self, stage: &Stage) -> Option<Violation> {
        self.guards.lifted(stage.runner.world())
    }

    /// What can happen, in a fixed order.
    pub(super) fn can_happen(&self, stage: &Stage, stuck: bool) -> Vec<Move> {
        let mut moves = Vec::new();
        let faulty = stage.spent < self.faults;
        let ended = self.step(stage.at).is_none();
        if let Some(step) = self.step(stage.at)
            && !matches!(step.value, Step::Expect(_))
        {
            moves.push(Move::Step);
            if faulty {
                let fits = |kind: &&FaultKind| fits(&step.value, **kind, stage.at);
                moves.extend(
                    self.kinds
                        .iter()
                        .filter(fits)
                        .map(|kind| Move::Faulty(*kind)),
                );
            }
        }
        if stage.scheduler_on && (self.scheduler || ended) {
            moves.push(Move::Scheduler);
            if faulty {
                let cycle = [FaultKind::PartialBatch, FaultKind::ReplicationLag];
                let known = cycle.into_iter().filter(|kind| self.kinds.contains(kind));
                moves.extend(known.map(Move::FaultyScheduler));
            }
        }
        if ended && stuck && stage.again <= stage.spent {
            moves.push(Move::Again);
        }
        moves
    }
}

/// What is asked for in the end: what the scenario says is its goal, else `converged`, unless a
/// scenario that is written to be explored ends somewhere else on purpose. A scenario that pins a
/// bad end is not green because it gets there.
fn goal(scenario: &Scenario) -> Vec<Expectation> {
    let written = scenario.explore.as_ref().map(|it| it.goal.as_slice());
    if let Some(written) = written.filter(|it| !it.is_empty()) {
        return written.iter().map(|one| one.value.clone()).collect();
    }
    let finally: Vec<Expectation> = scenario
        .check
        .finally
        .iter()
        .map(|one| one.value.clone())
        .collect();
    let usual = scenario.explore.is_none()
        || finally.is_empty()
        || finally
            .iter()
            .any(|one| matches!(one, Expectation::Converged | Expectation::Joined(_)));
    if usual {
        vec![Expectation::Converged]
    } else {
        finally
    }
}

const fn fits(step: &Step, kind: FaultKind, at: usize) -> bool {
    let remote = matches!(step.place(), Place::ActiveDirectory | Place::Tenant);
    match kind {
        FaultKind::LostReply | FaultKind::Refused | FaultKind::Throttled => remote,
        FaultKind::PartialBatch | FaultKind::ReplicationLag => matches!(step, Step::Sync(_)),
        FaultKind::ScriptRestart => at > 0,
    }
}

impl Stage {
    /// Carries out a move and says what came of it.
    pub(super) fn go(&mut self, subject: &Subject, go: Move) -> Done {
        self.spent += u32::from(go.is_fault());
        self.again += u32::from(go == Move::Again);
        let step = subject.step(self.at).map(|step| &step.value);
        let mut done = Done::Carried;
        match (go, step) {
            (Move::Step, Some(step)) => {
                done = self.perform(step);
                self.at += 1;
            }
            (Move::Faulty(FaultKind::LostReply), Some(step)) => done = self.perform(step),
            (Move::Faulty(FaultKind::Refused), Some(_)) => self.at += 1,
            (Move::Faulty(FaultKind::ScriptRestart) | Move::Again, _) => self.at = 0,
            (Move::Faulty(kind), Some(Step::Sync(policy))) => {
                let policy = match policy {
                    SyncPolicy::Delta => CyclePolicy::Delta,
                    SyncPolicy::Initial => CyclePolicy::Initial,
                };
                self.broken_cycle(policy, kind);
                self.at += 1;
            }
            (Move::Scheduler, _) => self.runner.happen(&Action::Cycle(CyclePolicy::Delta)),
            (Move::FaultyScheduler(kind), _) => self.broken_cycle(CyclePolicy::Delta, kind),
            (Move::Faulty(_), _) | (Move::Step, None) => {}
        }
        self.truth.note(self.runner.world());
        self.name_leavers(subject);
        self.look(subject);
        done
    }

    fn perform(&mut self, step: &Step) -> Done {
        match step {
            Step::StopScheduler => self.scheduler_on = false,
            Step::StartScheduler => self.scheduler_on = true,
            Step::RemoveCloudUser(removed) => self.name(&removed.user),
            Step::RestoreCloudUser(restored) => self.name(&restored.user),
            step => return self.runner.perform(step),
        }
        if matches!(step, Step::StopScheduler | Step::StartScheduler) {
            return Done::Carried;
        }
        self.runner.perform(step)
    }

    /// The accounts that are to be deleted, as far as they are there by now.
    fn name_leavers(&mut self, subject: &Subject) {
        let explore = subject.scenario.explore.as_ref();
        for name in explore.into_iter().flat_map(|it| &it.may_delete) {
            self.name(name);
        }
    }

    fn name(&mut self, name: &str) {
        self.truth.named.extend(self.runner.named(name));
    }

    /// A cycle that does not see what changed in Active Directory, or ends before its exports.
    fn broken_cycle(&mut self, policy: CyclePolicy, kind: FaultKind) {
        let (import, synchronization) = match policy {
            CyclePolicy::Delta => (EngineStep::DeltaImport, EngineStep::DeltaSynchronization),
            CyclePolicy::Initial => (EngineStep::FullImport, EngineStep::FullSynchronization),
        };
        let lag = kind == FaultKind::ReplicationLag;
        let forests: Vec<ConnectorId> = (0..self.runner.world().forests().len())
            .map(ConnectorId::Ad)
            .collect();
        let mut steps = Vec::new();
        if !lag {
            steps.extend(forests.iter().map(|ad| (*ad, import)));
        }
        steps.push((ConnectorId::Entra, import));
        steps.extend(forests.iter().map(|ad| (*ad, synchronization)));
        steps.push((ConnectorId::Entra, synchronization));
        if lag {
            steps.push((ConnectorId::Entra, EngineStep::Export));
            steps.extend(forests.iter().map(|ad| (*ad, EngineStep::Export)));
        }
        for (connector, step) in steps {
            self.runner.happen(&Action::Run { connector, step });
        }
    }

    /// Passes the expectations that stand before the next step.
    fn look(&mut self, subject: &Subject) {
        while let Some(Step::Expect(all)) = subject.step(self.at).map(|step| &step.value) {
            for one in all.iter() {
                // Looking introduces names; whether it holds is not waited for.
                let _ = self.runner.looks(&one.value);
            }
            self.at += 1;
        }
    }

    /// Feeds what people and the judge know, accounts by their places.
    pub(super) fn known_into(&self, place: &dyn Fn(CloudKey) -> u64, put: &mut dyn FnMut(u64)) {
        put(u64::from(self.scheduler_on));
        put(u64::from(self.again));
        put(self.truth.protected() as u64);
        put(self.truth.unheard() as u64);
        for key in self.runner.cloud_names() {
            put(place(key));
        }
        put(self.truth.named.len() as u64);
        for key in &self.truth.named {
            put(place(*key));
        }
        for source in self.runner.ad_sources() {
            put(u64::from(source.object.0));
        }
        for (source, word) in self.runner.outcomes() {
            put(u64::from(source.object.0));
            put(store::hash_bytes(word.as_bytes()));
        }
    }
}

impl Model for Subject {
    type State = Stage;
    type Move = Move;

    fn ended(&self, stage: &Stage) -> bool {
        self.step(stage.at).is_none()
    }

    fn missing(&self, stage: &mut Stage) -> Option<String> {
        self.lacks(stage)
    }

    fn moves(&self, stage: &Stage, stuck: bool) -> Vec<Move> {
        self.can_happen(stage, stuck)
    }

    fn go(&self, stage: &mut Stage, go: Move) {
        stage.go(self, go);
    }

    fn cycle(&self) -> Move {
        Move::Scheduler
    }

    fn is_fault(&self, go: Move) -> bool {
        go.is_fault()
    }

    fn is_planned(&self, _: Move) -> bool {
        false
    }

    fn comes_to(&self, _: Move) -> Known<Move> {
        Known::New
    }

    /// A second run may begin once more often than faults were met: they are no mere cost here.
    fn fingerprint(&self, stage: &Stage, memo: &mut Memo) -> (u128, u32) {
        let mut mixer = Mixer::new();
        mixer.put(stage.at as u64);
        mixer.put(u64::from(stage.spent));
        fingerprint::world(stage.runner.world(), memo, &mut mixer);
        stage.known_into(&|key| memo.place(key), &mut |word| mixer.put(word));
        (mixer.total(), 0)
    }

    fn world_fingerprint(&self, stage: &Stage, memo: &mut Memo) -> u128 {
        let mut mixer = Mixer::new();
        fingerprint::world(stage.runner.world(), memo, &mut mixer);
        mixer.total()
    }

    fn end(&self, stage: &Stage) -> Vec<String> {
        end(stage.runner.world())
    }

    fn violation(&self, stage: &Stage) -> Option<Violation> {
        let world = stage.runner.world();
        let violation = stage.truth.violation(world);
        violation.or_else(|| self.addresses.as_ref()?.lost(world))
    }

    fn reached(&self, stage: &Stage, all: &mut BTreeSet<&'static str>) {
        all.extend(stage.runner.outcomes().map(|(_, word)| word));
    }
}
