//! From a world in trouble to an ordered list of steps, proven on the way.
//!
//! The directory falls into components of objects that share a name, an address or an anchor.
//! Each is carved out as a small world, where the closed loop of [`crate::repair`] plans it and
//! the explorer holds the plan against every moment at which the scheduler may run. The plans are
//! then put beside each other, into as few cycles as the longest needs, and carried out on a copy
//! of the whole world, which shows whether the components were really apart.
//!
//! [`Planning`] goes round after round: what comes about on the way, such as an account that a
//! cycle has made, is planned in the next one. Solving is left to the caller, who may use threads:
//!
//! ```
//! # use std::collections::BTreeMap;
//! # use sim::plan::{Bounds, Planning};
//! # fn plan(world: &sim::world::World) -> sim::plan::Plan {
//! let bounds = Bounds::default();
//! let mut planning = Planning::new(world, BTreeMap::new());
//! while let Some(round) = planning.round() {
//!     let solved = round.components().iter().map(|it| round.solve(it, bounds)).collect();
//!     planning.carry_out(solved, &BTreeMap::new());
//! }
//! planning.finish()
//! # }
//! ```

mod carry;
mod case;
mod components;
mod course;
mod notice;
mod owners;
mod scenario;
mod schedule;
mod shape;
mod shorten;
mod solve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mock_cloud::CloudKey;

pub use carry::{AccountFacts, ObjectFacts, Step};
pub use components::Component;
pub use notice::{display_name, notices};
pub use owners::{Owners, owners};
pub use scenario::{Inexpressible, scenario};
pub use shorten::{Length, Shorter};
pub use solve::{Alternative, Proven, Solution};

use crate::engine::{CyclePolicy, EngineEvent, Source};
use crate::hazard::Watch;
use crate::judge::{GroundTruth, global_administrators};
use crate::rehearse::counts;
use crate::repair::{self, Aim, End, Trouble};
use crate::world::{Action, Event, World};
use schedule::Room;

/// How far planning goes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many steps one component may need.
    pub steps: usize,
    /// How many states of one component are visited at most; the search for a shorter list carries
    /// out five times as many actions.
    pub states: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            steps: 500,
            states: 20_000,
        }
    }
}

/// So many rounds are planned at most; more than two were not seen to help.
const ROUNDS_MAX: usize = 4;

/// Planning under way.
#[derive(Debug)]
pub struct Planning {
    start: World,
    now: Arc<Standing>,
    before: String,
    stopped: Option<u64>,
    /// What everybody was found in, by person.
    found: BTreeMap<Source, String>,
    truth: GroundTruth,
    watch: Watch,
    rounds: usize,
    done: bool,
    /// Whether synchronisation may be turned off for the whole tenant, once.
    may_turn_off: bool,
    cases: Vec<Case>,
    steps: Vec<Step>,
    cycles: usize,
}

/// A world at rest and what is aimed at.
#[derive(Debug)]
struct Standing {
    world: World,
    aim: Aim,
}

/// The components that something is to be done about.
#[derive(Debug, Clone)]
pub struct Round {
    standing: Arc<Standing>,
    components: Vec<Component>,
}

/// One component that something was to be done about.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is planned for it.
    pub solution: Solution,
    /// What was found out about its pattern.
    pub proven: Option<Proven>,
    /// Who is in it that something is wrong with, and what.
    pub troubled: Vec<(Source, String)>,
    /// What is wrong with them after all steps; empty where the plan holds.
    pub left: Vec<(Source, String)>,
}

/// An ordered plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the scheduler's cycles do before the first step, such as `2 deleted`.
    pub before: String,
    /// So many deletions wait and are more than the service lets pass (rule R6.17).
    pub stopped: Option<u64>,
    /// How many people are in scope.
    pub people: usize,
    /// What something is done about, in the order of their objects.
    pub cases: Vec<Case>,
    /// All steps, in order.
    pub steps: Vec<Step>,
    /// How many cycles are among them.
    pub cycles: usize,
    /// Guards that are lifted and not set again (W09).
    pub left_open: Vec<&'static str>,
    /// The world before anything was done.
    pub start: World,
    /// The world in the end.
    pub after: World,
    /// Whose account is whose.
    pub belongs: BTreeMap<Source, CloudKey>,
}

impl Round {
    /// The components.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Plans one of them.
    pub fn solve(&self, component: &Component, bounds: Bounds) -> Solution {
        solve::solve(&self.standing.world, &self.standing.aim, component, bounds)
    }

    /// Holds the plan of one of them against the scheduler, and looks for a shorter one and for
    /// alternatives.
    pub fn prove(&self, component: &Component, bounds: Bounds) -> Proven {
        solve::prove(&self.standing.world, &self.standing.aim, component, bounds)
    }

    /// What was planned, with what was found out about its pattern: a shorter list takes its
    /// place, and what is not safe is left to a person.
    pub fn settle(&self, solution: &Solution, proven: &Proven) -> Solution {
        solve::settle(&self.standing.world, &self.standing.aim, solution, proven)
    }
}

impl Planning {
    /// Lets the world come to rest and looks at it. `belongs` says whose account is whose: nobody
    /// else's is touched.
    pub fn new(start: &World, belongs: BTreeMap<Source, CloudKey>) -> Self {
        let mut world = start.clone();
        let mut events = Vec::new();
        for _ in 0..case::SETTLE {
            events.extend(world.apply(&Action::Cycle(CyclePolicy::Initial)));
        }
        let aim = Aim::of(&world, belongs.clone());
        let stopped = events.iter().rev().find_map(|event| match event {
            Event::Engine(
                EngineEvent::DeletionThresholdExceeded { deletes, .. }
                | EngineEvent::JobQuarantined { deletes, .. },
            ) => Some(*deletes),
            _ => None,
        });
        Self {
            start: start.clone(),
            found: repair::troubled(&world, &aim).into_iter().collect(),
            truth: GroundTruth::of(&world, belongs.clone()),
            watch: Watch::new(&world, belongs),
            now: Arc::new(Standing { world, aim }),
            before: counts(&events),
            stopped,
            rounds: 0,
            done: false,
            may_turn_off: false,
            cases: Vec::new(),
            steps: Vec::new(),
            cycles: 0,
        }
    }

    /// Lets the plan turn synchronisation off for the whole tenant, for accounts that nothing else
    /// makes editable. Nothing is synced meanwhile, for up to three days.
    #[must_use]
    pub fn may_turn_off(mut self, may: bool) -> Self {
        self.may_turn_off = may;
        self
    }

    /// What there is to solve now; `None` once there is nothing that a further round would help.
    pub fn round(&mut self) -> Option<Round> {
        if let Some(round) = self.next_round() {
            return Some(round);
        }
        let locked: BTreeSet<CloudKey> = self.cases.iter().flat_map(Case::locked).collect();
        if locked.is_empty() || !std::mem::take(&mut self.may_turn_off) {
            return None;
        }
        self.turn_off_and_on(&locked.into_iter().collect::<Vec<_>>());
        self.plan_again(|case| case.locked().next().is_some());
        self.next_round()
    }

    /// Forgets what was found out about some cases; nothing was done about them.
    fn plan_again(&mut self, again: impl Fn(&Case) -> bool) {
        let mut places = Vec::with_capacity(self.cases.len());
        let mut kept = Vec::new();
        for case in std::mem::take(&mut self.cases) {
            if again(&case) {
                self.found.extend(case.troubled);
                places.push(None);
            } else {
                places.push(Some(kept.len()));
                kept.push(case);
            }
        }
        self.cases = kept;
        for step in &mut self.steps {
            step.case = step
                .case
                .and_then(|place| places.get(place).copied().flatten());
        }
        self.rounds = 0;
        self.done = false;
    }

    fn next_round(&mut self) -> Option<Round> {
        if self.done || self.rounds == ROUNDS_MAX || self.stopped.is_some() {
            return None;
        }
        let Standing { world, aim } = &*self.now;
        let mut wanted: BTreeSet<Source> = repair::troubled(world, aim)
            .into_iter()
            .map(|(source, _)| source)
            .collect();
        // What was left to a person, or came to nothing, is not planned again.
        for case in &self.cases {
            if case.solution.end != End::Done || case.solution.steps.is_empty() {
                for source in &case.solution.component.objects {
                    wanted.remove(source);
                }
            }
        }
        let mut components = components::components(world, aim);
        components.retain(|it| it.objects.iter().any(|source| wanted.contains(source)));
        self.rounds += 1;
        (!components.is_empty()).then(|| Round {
            standing: Arc::clone(&self.now),
            components,
        })
    }

    /// Puts what was planned for the components of a round beside each other, and carries it out
    /// on a copy of the whole world. What has no safe end is left alone. `proven` has what was
    /// found out about patterns; solutions that have one are expected to be settled with it.
    pub fn carry_out(&mut self, solutions: Vec<Solution>, proven: &BTreeMap<u128, Proven>) {
        let before = self.steps.len();
        let first = self.cases.len();
        let world = &self.now.world;
        let room = Room {
            deletes: world.engine().config().deletions_allowed(),
            administrators: global_administrators(world),
        };
        let plans: Vec<&[_]> = solutions.iter().map(Solution::safe_steps).collect();
        let slots = schedule::schedule(&plans, &room);
        self.run(slots, first);
        for solution in solutions {
            let objects = solution.component.objects.iter();
            let troubled = objects.filter_map(|it| Some((*it, self.found.remove(it)?)));
            self.cases.push(Case {
                troubled: troubled.collect(),
                proven: proven.get(&solution.pattern).cloned(),
                solution,
                left: Vec::new(),
            });
        }
        self.done = self.steps.len() == before;
    }

    /// The plan, with what is still wrong in the end.
    pub fn finish(mut self) -> Plan {
        let Standing { world, aim } = &*self.now;
        let mut left: BTreeMap<Source, String> = repair::troubled(world, aim).into_iter().collect();
        // Who was planned in several rounds is told of in the last.
        for case in self.cases.iter_mut().rev() {
            let objects = case.solution.component.objects.iter();
            let still = objects.filter_map(|it| Some((*it, left.remove(it)?)));
            case.left = still.collect();
        }
        Plan {
            before: self.before,
            stopped: self.stopped,
            people: aim.homes.len(),
            cases: self.cases,
            steps: self.steps,
            cycles: self.cycles,
            left_open: self.watch.left_open().collect(),
            start: self.start,
            after: world.clone(),
            belongs: aim.belongs.clone(),
        }
    }
}

impl Case {
    /// The accounts because of which it is left to a person, that only turning synchronisation off
    /// for the whole tenant makes editable.
    pub fn locked(&self) -> impl Iterator<Item = CloudKey> {
        let troubles = match &self.solution.end {
            End::Stuck(troubles) => troubles.as_slice(),
            End::Done | End::TooLong => &[],
        };
        troubles.iter().filter_map(|trouble| trouble.locked)
    }
}

impl Plan {
    /// Whether it reaches its end and nothing is harmed on the way.
    pub fn is_sound(&self) -> bool {
        let ends = |case: &Case| {
            let proof = case.proven.as_ref().map(|it| &it.proof);
            case.solution.end == End::Done
                && case.solution.harm.is_none()
                && case.left.is_empty()
                && proof.is_none_or(|proof| proof.violation.is_none())
        };
        self.stopped.is_none()
            && self.cases.iter().all(ends)
            && self.steps.iter().all(|step| step.harm.is_none())
    }

    /// Whether a bound was reached before everything was planned or proven.
    pub fn is_cut_short(&self) -> bool {
        self.cases.iter().any(|case| {
            let proof = case.proven.as_ref().map(|it| &it.proof);
            case.solution.end == End::TooLong
                || proof.is_some_and(|it| it.violation.is_none() && !it.complete)
        })
    }

    /// What somebody has to decide first, each with the case it is about.
    pub fn decisions(&self) -> impl Iterator<Item = (usize, &Trouble)> {
        let cases = self.cases.iter().enumerate();
        cases.flat_map(|(place, case)| {
            let troubles = match &case.solution.end {
                End::Stuck(troubles) => troubles.as_slice(),
                End::Done | End::TooLong => &[],
            };
            troubles.iter().map(move |trouble| (place, trouble))
        })
    }

    /// What is in the same pattern, the most frequent first: the places of the cases.
    pub fn patterns(&self) -> Vec<Vec<usize>> {
        let mut found: BTreeMap<u128, Vec<usize>> = BTreeMap::new();
        for (place, case) in self.cases.iter().enumerate() {
            found.entry(case.solution.pattern).or_default().push(place);
        }
        let mut all: Vec<Vec<usize>> = found.into_values().collect();
        all.sort_by_key(|places| (usize::MAX - places.len(), places[0]));
        all
    }
}
