//! A repair in a closed loop as a model: the planner decides anew before each step.
//!
//! Faults that change nothing (a call refused or throttled, a script killed and started again) and
//! a reply that is lost lead to a state that was there before with one fault more spent: the
//! planner looks again. They are taken, and the search drops them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use mock_cloud::provisioning::Outcome;
use mock_cloud::{CloudKey, Profile};

use super::fingerprint::{self, Memo, Mixer};
use super::search::{Known, Model};
use crate::engine::{ConnectorId, CyclePolicy, EngineEvent, Source, Step as EngineStep};
use crate::judge::{GroundTruth, Violation};
use crate::repair::{Aim, Next, PlannedStep, What, missing, next};
use crate::run::Runner;
use crate::scenario::Diagnostic;
use crate::scenario::model::{FaultKind, Interleave, Scenario};
use crate::world::{Action, Event, World};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// The planner looks, and its step is carried out.
    Step,
    /// The planner looks, the scheduler runs a cycle, and only then the step is carried out.
    Late,
    /// The step is carried out, but its reply is lost.
    LostReply,
    /// Nothing comes of it: refused, throttled, or the script is killed and started again.
    Nothing(FaultKind),
    /// The scheduler runs a cycle.
    Scheduler,
    /// A cycle that ends before its exports.
    Broken,
    /// A cycle whose export breaks off after one object.
    HalfExport,
    /// A cycle whose domain controller has not got the latest changes.
    AdLags,
    /// A cycle that does not see the latest changes of the tenant.
    TenantLags,
}

/// What is searched.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) faults: u32,
    kinds: Vec<FaultKind>,
    scheduler: bool,
}

/// One state.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) world: World,
    pub(super) aim: Arc<Aim>,
    truth: GroundTruth,
    spent: u32,
    /// What the planner says now, once it was asked.
    plan: OnceLock<Arc<Next>>,
    /// What happened on the last move.
    pub(super) events: BTreeSet<&'static str>,
    /// How many cycles passed before the procedure began.
    pub(super) settled_in: usize,
}

/// The word for a call that was put off.
const THROTTLED: &str = "throttled";

/// So many cycles pass at most before the administrator comes.
const SETTLE_MAX: usize = 4;

impl Loop {
    pub(super) fn new(scenario: &Scenario, faults: Option<u32>) -> Self {
        let explore = scenario.explore.clone().unwrap_or_default();
        let kinds = match explore.faults.kinds.as_slice() {
            [] => FaultKind::ALL.to_vec(),
            some => some.to_vec(),
        };
        Self {
            faults: faults.unwrap_or(explore.faults.at_most),
            kinds,
            scheduler: explore.interleave == Interleave::Scheduler,
        }
    }

    /// A world as the engine leaves it: the administrator comes when nothing moves any more.
    pub(super) fn settled(
        file: &str,
        scenario: &Scenario,
        profile: Profile,
    ) -> Result<(Runner<'static>, Scenario, Turn), Box<Diagnostic>> {
        let (runner, scenario) = Runner::start(file, scenario, profile)?;
        let mut turn = Turn {
            world: runner.world().clone(),
            aim: Arc::default(),
            truth: GroundTruth::default(),
            spent: 0,
            plan: OnceLock::new(),
            events: BTreeSet::new(),
            settled_in: 0,
        };
        let mut memo = Memo::default();
        let mut print = |world: &World| {
            let mut mixer = Mixer::new();
            fingerprint::world(world, &mut memo, &mut mixer);
            mixer.total()
        };
        let mut before = print(&turn.world);
        while turn.settled_in < SETTLE_MAX {
            turn.act(&Action::Cycle(CyclePolicy::Initial));
            turn.settled_in += 1;
            let after = print(&turn.world);
            if after == before {
                break;
            }
            before = after;
        }
        let belongs = runner.truth().belongs;
        turn.aim = Arc::new(Aim::of(&turn.world, belongs.clone()));
        turn.truth = GroundTruth::of(&turn.world, belongs);
        Ok((runner, scenario, turn))
    }

    /// Every kind of fault, and the scheduler between any two steps.
    pub(super) fn with_scheduler(faults: u32) -> Self {
        Self {
            faults,
            kinds: FaultKind::ALL.to_vec(),
            scheduler: true,
        }
    }

    fn can(&self, kind: FaultKind) -> bool {
        self.kinds.contains(&kind)
    }
}

impl Turn {
    /// A world that has come to rest already.
    pub(super) fn at_rest(world: World, belongs: BTreeMap<Source, CloudKey>) -> Self {
        Self {
            aim: Arc::new(Aim::of(&world, belongs.clone())),
            truth: GroundTruth::of(&world, belongs),
            world,
            spent: 0,
            plan: OnceLock::new(),
            events: BTreeSet::new(),
            settled_in: 0,
        }
    }

    /// The step that the planner would take now.
    pub(super) fn next(&self) -> &Arc<Next> {
        self.plan
            .get_or_init(|| Arc::new(next(&self.world, &self.aim)))
    }

    fn planned(&self) -> Option<&PlannedStep> {
        self.next().step()
    }

    /// Lets the planner look anew, because the world has changed.
    pub(super) fn look_again(&mut self) {
        self.plan = OnceLock::new();
    }

    fn act(&mut self, action: &Action) -> Vec<Event> {
        let events = self.world.apply(action);
        for event in &events {
            self.events.extend(word(event));
        }
        events
    }

    fn perform(&mut self, step: &PlannedStep) -> Vec<Event> {
        self.truth.named.extend(step.names());
        self.act(&step.action())
    }

    /// Feeds what people and the judge know, accounts by their places.
    pub(super) fn known_into(&self, place: &dyn Fn(CloudKey) -> u64, put: &mut dyn FnMut(u64)) {
        self.truth.mix(place, put);
        self.aim.mix(place, put);
    }

    /// How many faults were met.
    #[cfg(test)]
    pub(super) const fn spent(&self) -> u32 {
        self.spent
    }

    /// A cycle without some of its steps.
    fn broken(&mut self, go: Happening) -> Vec<Event> {
        use EngineStep::{DeltaImport, DeltaSynchronization, Export};
        let forests = || (0..self.world.forests().len()).map(ConnectorId::Ad);
        let mut steps = Vec::new();
        if go != Happening::AdLags {
            steps.extend(forests().map(|ad| (ad, DeltaImport)));
        }
        if go != Happening::TenantLags {
            steps.push((ConnectorId::Entra, DeltaImport));
        }
        steps.extend(forests().map(|ad| (ad, DeltaSynchronization)));
        steps.push((ConnectorId::Entra, DeltaSynchronization));
        if matches!(go, Happening::AdLags | Happening::TenantLags) {
            steps.push((ConnectorId::Entra, Export));
            steps.extend(forests().map(|ad| (ad, Export)));
        }
        let mut events = Vec::new();
        for (connector, step) in steps {
            events.extend(self.act(&Action::Run { connector, step }));
        }
        if go == Happening::HalfExport {
            events.extend(self.act(&Action::BrokenExport(1)));
        }
        events
    }

    /// Lets something happen; gives what was planned for it, and what came of it.
    pub(super) fn happen(&mut self, go: Happening) -> (Option<Arc<Next>>, Vec<Event>) {
        self.events.clear();
        let planned = match go {
            Happening::Step | Happening::Late | Happening::LostReply | Happening::Nothing(_) => {
                Some(Arc::clone(self.next()))
            }
            _ => None,
        };
        if !matches!(go, Happening::Nothing(_)) {
            self.look_again();
        }
        let events = match (go, planned.as_deref()) {
            (Happening::Step | Happening::LostReply, Some(Next::Step(step))) => self.perform(step),
            (Happening::Late, Some(Next::Step(step))) => {
                let mut events = self.act(&Action::Cycle(CyclePolicy::Delta));
                events.extend(self.perform(step));
                events
            }
            (Happening::Scheduler, _) => self.act(&Action::Cycle(CyclePolicy::Delta)),
            (
                Happening::Broken
                | Happening::HalfExport
                | Happening::AdLags
                | Happening::TenantLags,
                _,
            ) => self.broken(go),
            _ => Vec::new(),
        };
        if go == Happening::Nothing(FaultKind::Throttled) {
            self.events.insert(THROTTLED);
        }
        self.spent += u32::from(is_fault(go));
        if !matches!(go, Happening::Nothing(_)) {
            self.truth.note(&self.world);
            self.truth.forget(&self.world);
        }
        (planned, events)
    }
}

const fn is_fault(go: Happening) -> bool {
    !matches!(go, Happening::Step | Happening::Late | Happening::Scheduler)
}

/// The word for what an event shows, where it is one that a campaign should have met.
fn word(event: &Event) -> Option<&'static str> {
    let Event::Engine(EngineEvent::Exported(exported)) = event else {
        return None;
    };
    match &exported.answer.result {
        Ok(Outcome::Updated | Outcome::Skipped) => {
            (!exported.answer.withheld.is_empty()).then_some("quarantine")
        }
        Ok(_) if !exported.answer.withheld.is_empty() => Some("quarantine"),
        Ok(outcome) => Some(crate::run::outcome_word(*outcome)),
        Err(error) => Some(error.code.name()),
    }
}

impl Model for Loop {
    type State = Turn;
    type Move = Happening;

    fn ended(&self, state: &Turn) -> bool {
        state.planned().is_none()
    }

    fn missing(&self, state: &mut Turn) -> Option<String> {
        match &**state.next() {
            Next::Done => missing(&state.world, &state.aim),
            Next::Step(step) => Some(format!("still to do: {}", step.text(&state.world))),
            Next::Stuck(troubles) => {
                let texts: Vec<&str> = troubles.iter().map(|one| one.text.as_str()).collect();
                Some(format!("left to a person: {}", texts.join("; ")))
            }
        }
    }

    fn moves(&self, state: &Turn, _: bool) -> Vec<Happening> {
        let mut moves = Vec::with_capacity(8);
        let faulty = state.spent < self.faults;
        let step = state.planned();
        let mut same = false;
        if let Some(step) = step {
            moves.push(Happening::Step);
            same = step.what == What::Cycle(CyclePolicy::Delta);
            let waits = matches!(step.what, What::Cycle(_) | What::Wait);
            if self.scheduler && !waits {
                moves.push(Happening::Late);
            }
            if faulty && step.is_remote() && self.can(FaultKind::LostReply) {
                moves.push(Happening::LostReply);
            }
            let nothing = [
                FaultKind::Refused,
                FaultKind::Throttled,
                FaultKind::ScriptRestart,
            ];
            let fits = |kind: &FaultKind| {
                faulty && self.can(*kind) && (step.is_remote() || *kind == FaultKind::ScriptRestart)
            };
            moves.extend(nothing.into_iter().filter(fits).map(Happening::Nothing));
        }
        if self.scheduler && !same || step.is_none() {
            moves.push(Happening::Scheduler);
        }
        if faulty {
            if self.can(FaultKind::PartialBatch) {
                moves.extend([Happening::Broken, Happening::HalfExport]);
            }
            if self.can(FaultKind::ReplicationLag) {
                moves.extend([Happening::AdLags, Happening::TenantLags]);
            }
        }
        moves
    }

    fn go(&self, state: &mut Turn, go: Happening) {
        state.happen(go);
    }

    fn cycle(&self) -> Happening {
        Happening::Scheduler
    }

    fn is_fault(&self, go: Happening) -> bool {
        is_fault(go)
    }

    fn is_planned(&self, go: Happening) -> bool {
        go == Happening::Step
    }

    fn comes_to(&self, go: Happening) -> Known<Happening> {
        match go {
            // Whoever looks again does not mind who said nothing.
            Happening::LostReply => Known::Same(Happening::Step),
            Happening::Nothing(FaultKind::Throttled) => Known::Nothing(Some(THROTTLED)),
            Happening::Nothing(_) => Known::Nothing(None),
            _ => Known::New,
        }
    }

    fn fingerprint(&self, state: &Turn, memo: &mut Memo) -> (u128, u32) {
        let mut mixer = Mixer::new();
        fingerprint::world(&state.world, memo, &mut mixer);
        state.known_into(&|key| memo.place(key), &mut |word| mixer.put(word));
        (mixer.total(), state.spent)
    }

    fn world_fingerprint(&self, state: &Turn, memo: &mut Memo) -> u128 {
        let mut mixer = Mixer::new();
        fingerprint::world(&state.world, memo, &mut mixer);
        mixer.total()
    }

    fn end(&self, state: &Turn) -> Vec<String> {
        end(&state.world)
    }

    fn violation(&self, state: &Turn) -> Option<Violation> {
        state.truth.violation(&state.world)
    }

    fn reached(&self, state: &Turn, all: &mut BTreeSet<&'static str>) {
        all.extend(&state.events);
    }
}

/// What people see: the live accounts with their names and what they hold, and who is joined.
pub(super) fn end(world: &World) -> Vec<String> {
    let engine = world.engine();
    let tenant = world.tenant();
    let mut lines = Vec::new();
    for (key, object) in tenant.objects().filter(|(_, object)| object.is_live()) {
        let mut line = object.label().to_string();
        for address in object.proxy_addresses.iter() {
            line.push(' ');
            line.push_str(address.as_str());
        }
        for role in tenant.roles.held(key) {
            let _ = write!(line, ", {}", role.0);
        }
        if object.mailbox.is_some() {
            line.push_str(", mailbox");
        }
        for licence in object.licences.iter() {
            let _ = write!(line, ", {licence}");
        }
        if let Some(anchor) = &object.on_premises.immutable_id {
            let _ = write!(line, ", ImmutableId {anchor}");
        }
        if object.is_synced() {
            line.push_str(", synced");
        }
        let mut entries = engine.entra().iter();
        let joined = entries.find(|(_, entry)| entry.cloud == Some(key) && !entry.deleted);
        let mv = joined.and_then(|(_, entry)| engine.metaverse().get(entry.metaverse?));
        if let Some(mv) = mv {
            let _ = write!(line, ", joined to {}", crate::repair::dn(world, mv.source));
        }
        lines.push(line);
    }
    lines
}
