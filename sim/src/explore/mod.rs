//! Every order of a procedure and the scheduler, with every fault within bounds: does it converge?
//!
//! The exploration goes over real Worlds, breadth first, so that a counterexample is as short as
//! any. Timers are not followed: the scheduler may fire between any two steps, which is more than
//! a real clock allows ("possible if the scheduler fires here").
//!
//! A procedure that led nowhere is run again, once more often than faults were met: the last run
//! meets none.
//!
//! Not explored: what several people do at once, and a fault in the middle of an export of several
//! objects: a broken cycle ends before its exports.

mod fingerprint;
mod graph;
mod stage;
#[cfg(test)]
mod tests;
mod trace;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mock_cloud::Profile;

use crate::judge::{Property, Violation};
use crate::scenario::model::{Outcome as Wanted, Scenario};
use crate::scenario::{Diagnostic, expand};
use graph::Graph;
use stage::{Stage, Subject};

pub use trace::TraceStep;

/// How far an exploration goes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many faults a run may meet; `None` for what the scenario says.
    pub faults: Option<u32>,
    /// How many moves a run may have; `None` for what the scenario says, or no bound.
    pub depth: Option<u32>,
    /// How many states are visited at most.
    pub states: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            faults: None,
            depth: None,
            states: 50_000,
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Every run within the bounds converges, and all were visited.
    Converges,
    /// Some run does not.
    Counterexample(Box<Counterexample>),
    /// A bound was reached first: nothing is proven.
    Inconclusive,
}

impl Answer {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Converges => "converges",
            Self::Counterexample(_) => "counterexample",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// A run that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// What does not hold, and where it shows.
    pub violation: Violation,
    /// What happens, step by step.
    pub trace: Vec<TraceStep>,
    /// The choices that lead there, to replay them: places among what can happen.
    pub path: String,
    /// The same as a scenario that `run` can run.
    pub scenario: String,
}

/// What an exploration found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exploration {
    /// The title of the scenario.
    pub title: String,
    /// The era.
    pub profile: Profile,
    /// The answer.
    pub answer: Answer,
    /// Whether it is the answer that the scenario asks for.
    pub as_wanted: bool,
    /// How many different states were visited.
    pub states: usize,
    /// How many moves were made.
    pub transitions: usize,
    /// The longest run looked at, in moves.
    pub depth: u32,
    /// How many faults a run could meet.
    pub faults: u32,
    /// How many different worlds the converged runs come to rest in.
    pub ends: usize,
    /// How objects came to their accounts on some run.
    pub reached: BTreeSet<&'static str>,
}

/// So many cycles may pass before a converged world is at rest.
const REST_MAX: usize = 4;

/// Explores a checked scenario in one of its profiles.
///
/// # Errors
///
/// The diagnostic of a world that can't be built.
pub fn explore(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
    bounds: Bounds,
) -> Result<Exploration, Box<Diagnostic>> {
    let (subject, start) = Subject::start(file, scenario, profile, bounds.faults)?;
    let written = subject.scenario.explore.clone().unwrap_or_default();
    let mut search = Search {
        subject: &subject,
        graph: Graph::default(),
        memo: fingerprint::Memo::default(),
        known: BTreeMap::new(),
        ends: BTreeSet::new(),
        reached: BTreeSet::new(),
        depth_max: bounds.depth.or(written.depth).unwrap_or(u32::MAX),
        states_max: bounds.states,
        cut: false,
    };
    let violated = search.run(start.clone());
    let found = violated.or_else(|| search.trap());
    let answer = match found {
        Some((node, violation)) => {
            let steps = search.graph.path(node);
            Answer::Counterexample(Box::new(trace::counterexample(
                &subject, start, &steps, violation,
            )))
        }
        None if search.cut => Answer::Inconclusive,
        None => Answer::Converges,
    };
    Ok(Exploration {
        title: subject.scenario.scenario.value.clone(),
        profile,
        as_wanted: wanted(&answer, written.expect),
        answer,
        states: search.graph.len(),
        transitions: search.graph.transitions(),
        depth: search.graph.depth(),
        faults: subject.faults,
        ends: search.ends.len(),
        reached: search.reached,
    })
}

/// Takes the choices of a counterexample again and says what happens.
///
/// # Errors
///
/// The diagnostic of a world that can't be built, or a sentence about a path that leads nowhere.
pub fn replay(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
    path: &str,
    faults: Option<u32>,
) -> Result<Vec<TraceStep>, String> {
    let (subject, start) = Subject::start(file, scenario, profile, faults)
        .map_err(|problem| problem.message.clone())?;
    trace::replay(&subject, start, path)
}

fn wanted(answer: &Answer, wanted: Wanted) -> bool {
    match (answer, wanted) {
        (Answer::Converges, Wanted::Converges) | (Answer::Inconclusive, Wanted::Inconclusive) => {
            true
        }
        (Answer::Counterexample(found), Wanted::Traps) => matches!(
            found.violation.property,
            Property::NoTrap | Property::Settles | Property::Quiet
        ),
        (Answer::Counterexample(found), Wanted::Loses) => matches!(
            found.violation.property,
            Property::Kept
                | Property::OneAnchor
                | Property::RightOwner
                | Property::ScopedDeletes
                | Property::AdminLeft
        ),
        _ => false,
    }
}

struct Search<'a> {
    subject: &'a Subject,
    graph: Graph,
    memo: fingerprint::Memo,
    known: BTreeMap<u128, u32>,
    ends: BTreeSet<u128>,
    reached: BTreeSet<&'static str>,
    depth_max: u32,
    states_max: usize,
    cut: bool,
}

type Found = Option<(u32, Violation)>;

impl Search<'_> {
    fn run(&mut self, start: Stage) -> Found {
        let first = self.graph.root();
        self.known.insert(start.fingerprint(&mut self.memo), first);
        if let Some(violation) = start.violation() {
            return Some((first, violation));
        }
        let mut waiting = VecDeque::from([(first, start)]);
        while let Some((node, mut stage)) = waiting.pop_front() {
            if self.subject.step(stage.at).is_none() {
                self.graph.end(node);
            }
            let converged = self.subject.missing(&mut stage).is_none();
            if converged {
                self.graph.mark(node);
                if let Some(violation) = self.rest(&stage) {
                    return Some((node, violation));
                }
            }
            if self.graph.depth_of(node) >= self.depth_max || self.known.len() >= self.states_max {
                self.cut = true;
                self.graph.leave(node);
                continue;
            }
            let stuck = !converged && self.is_stuck(&stage);
            for go in self.subject.moves(&stage, stuck) {
                let mut next = stage.clone();
                next.go(self.subject, go);
                let print = next.fingerprint(&mut self.memo);
                if let Some(known) = self.known.get(&print) {
                    self.graph.edge(node, *known, go);
                    continue;
                }
                let child = self.graph.child(node, go);
                self.known.insert(print, child);
                let words = next.runner.outcomes().map(|(_, word)| word);
                self.reached.extend(words);
                if let Some(violation) = next.violation() {
                    return Some((child, violation));
                }
                waiting.push_back((child, next));
            }
        }
        None
    }

    /// Whether a cycle would change nothing.
    fn is_stuck(&mut self, stage: &Stage) -> bool {
        if self.subject.step(stage.at).is_some() {
            return false;
        }
        let mut next = stage.clone();
        next.go(self.subject, stage::Move::Scheduler);
        next.fingerprint(&mut self.memo) == stage.fingerprint(&mut self.memo)
    }

    /// A converged world must come to rest.
    fn rest(&mut self, stage: &Stage) -> Option<Violation> {
        let mut now = stage.clone();
        let mut print = now.world_fingerprint(&mut self.memo);
        for _ in 0..REST_MAX {
            now.go(self.subject, stage::Move::Scheduler);
            let next = now.world_fingerprint(&mut self.memo);
            if next == print {
                self.ends.insert(print);
                return None;
            }
            print = next;
        }
        Some(Violation {
            property: Property::Settles,
            found: format!("after {REST_MAX} more cycles the world still changes"),
        })
    }

    /// The first state from which nothing leads to a good end. Faults are no help, so the way
    /// there has to do without.
    fn trap(&self) -> Found {
        let node = self.graph.first_lost()?;
        let found = "from here no step, no cycle and no second run leads to a good end".to_owned();
        let property = Property::NoTrap;
        Some((node, Violation { property, found }))
    }
}

/// A scenario as text.
fn written(scenario: &Scenario) -> String {
    expand(scenario)
}
