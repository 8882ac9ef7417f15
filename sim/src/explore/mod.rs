//! Every order of a procedure and the scheduler, with every fault within bounds: does it converge?
//!
//! The exploration goes over real Worlds, breadth first, so that a counterexample is as short as
//! any. Timers are not followed: the scheduler may fire between any two steps, which is more than
//! a real clock allows ("possible if the scheduler fires here").
//!
//! A procedure that led nowhere is run again, once more often than faults were met: the last run
//! meets none.
//!
//! A scenario with `procedure: closed-loop` is explored with the planner of [`crate::repair`] in
//! place of its steps: the engine comes to rest, and then the planner looks before each step.
//!
//! Not explored: what several people do at once.

#[cfg(test)]
mod astray;
mod campaign;
mod closed;
mod closed_trace;
mod commute;
#[cfg(test)]
mod crowd;
mod fingerprint;
mod given;
mod graph;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod planted;
mod readings;
mod search;
mod stage;
#[cfg(test)]
mod tests;
mod trace;
mod view;

use std::collections::BTreeSet;

use mock_cloud::Profile;

use crate::judge::{Property, Violation};
use crate::scenario::model::{Attention, Outcome as Wanted, Scenario};
use crate::scenario::{Diagnostic, expand};
use closed::Loop;
use search::{Found, Model, Search};
use stage::{Move, Stage, Subject};

pub(crate) use closed_trace::Steps;
pub(crate) use fingerprint::Fingerprints;

pub use campaign::{Failure, SIGHTS, Tally, messes};
pub use commute::{Swap, commute};
pub use given::{Proof, closed_loop};
pub use readings::{Reading, readings};
pub use trace::TraceStep;
pub use view::{Row, View};

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
    /// Both directories before the first step.
    pub start: View,
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
    if is_closed(scenario) {
        return explore_loop(file, scenario, profile, bounds);
    }
    let (subject, start) = Subject::start(file, scenario, profile, bounds.faults)?;
    let (search, found) = searched(&subject, start.clone(), scenario, bounds);
    let found = found.map(|(node, violation)| {
        let steps = search.graph.path(node).1;
        let lifted = (violation.property == Property::NoTrap)
            .then(|| lifted(&subject, start.clone(), &steps))
            .flatten();
        let violation = lifted.unwrap_or(violation);
        trace::counterexample(&subject, start, &steps, violation)
    });
    Ok(concluded(
        &subject.scenario,
        profile,
        subject.faults,
        &search,
        found,
    ))
}

/// The guard that a procedure leaves open, where it reaches all else that it is for.
fn lifted(subject: &Subject, mut stage: Stage, steps: &[Move]) -> Option<Violation> {
    for step in steps {
        stage.go(subject, *step);
    }
    let lifted = subject.lifted(&stage)?;
    (subject.lacks(&mut stage)? == lifted.found).then_some(lifted)
}

/// Whether the planner takes the place of the steps.
fn is_closed(scenario: &Scenario) -> bool {
    let explore = scenario.explore.as_ref();
    explore.is_some_and(|explore| explore.procedure == Attention::ClosedLoop)
}

fn explore_loop(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
    bounds: Bounds,
) -> Result<Exploration, Box<Diagnostic>> {
    let (runner, scenario, start) = Loop::settled(file, scenario, profile)?;
    let model = Loop::new(&scenario, bounds.faults);
    let (search, found) = searched(&model, start.clone(), &scenario, bounds);
    let found = found.map(|(node, violation)| {
        let steps = search.graph.path(node).1;
        closed_trace::counterexample(&model, &runner, &scenario, start, &steps, violation)
    });
    Ok(concluded(&scenario, profile, model.faults, &search, found))
}

fn searched<'a, M: Model>(
    model: &'a M,
    start: M::State,
    scenario: &Scenario,
    bounds: Bounds,
) -> (Search<'a, M>, Found) {
    let written = scenario.explore.as_ref().and_then(|explore| explore.depth);
    let depth = bounds.depth.or(written).unwrap_or(u32::MAX);
    let mut search = Search::new(model, depth, bounds.states);
    let found = search.run(start).or_else(|| search.trap());
    (search, found)
}

fn concluded<M: Model>(
    scenario: &Scenario,
    profile: Profile,
    faults: u32,
    search: &Search<'_, M>,
    found: Option<Counterexample>,
) -> Exploration {
    let answer = match found {
        Some(found) => Answer::Counterexample(Box::new(found)),
        None if search.cut => Answer::Inconclusive,
        None => Answer::Converges,
    };
    let wanted_answer = scenario.explore.clone().unwrap_or_default().expect;
    Exploration {
        title: scenario.scenario.value.clone(),
        profile,
        as_wanted: wanted(&answer, wanted_answer),
        answer,
        states: search.graph.len(),
        transitions: search.graph.transitions(),
        depth: search.graph.depth(),
        faults,
        ends: search.ends.len(),
        reached: search.reached.clone(),
    }
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
    if is_closed(scenario) {
        let (_, scenario, start) =
            Loop::settled(file, scenario, profile).map_err(|problem| problem.message.clone())?;
        let model = Loop::new(&scenario, faults);
        return closed_trace::replay(&model, start, path);
    }
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
            Property::NoTrap | Property::Settles | Property::Quiet | Property::GuardsRestored
        ),
        (Answer::Counterexample(found), Wanted::Loses) => matches!(
            found.violation.property,
            Property::Kept
                | Property::OneAnchor
                | Property::RightOwner
                | Property::ScopedDeletes
                | Property::AdminLeft
                | Property::AddressesKept
                | Property::OneMailbox
        ),
        _ => false,
    }
}

/// A scenario as text.
fn written(scenario: &Scenario) -> String {
    expand(scenario)
}
