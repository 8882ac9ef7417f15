//! A whole repair, step after step, on a copy.

use std::collections::BTreeMap;

use mock_cloud::CloudKey;

use super::{Aim, Next, PlannedStep, Trouble, missing, next};
use crate::engine::{CyclePolicy, Source};
use crate::judge::{GroundTruth, Violation};
use crate::rehearse::counts;
use crate::world::{Action, World};

/// So many full cycles pass before the first step: the scheduler runs them anyway.
const SETTLE: usize = 2;

/// A repair as a list of steps, from a world as it is to one with nothing left to do.
///
/// The list is one run of the closed loop, without anybody else acting in between. Carry it out
/// step by step and plan anew where something else comes of a step than is written here.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the scheduler's cycles do before the first step, such as `2 deleted`.
    pub before: String,
    /// The steps, in order.
    pub steps: Vec<Taken>,
    /// How it ends.
    pub end: End,
    /// The world in the end.
    pub after: World,
}

/// One step and what comes of it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The step.
    pub step: PlannedStep,
    /// The step in an administrator's words.
    pub text: String,
    /// The person it is done for, by the distinguished name at the beginning.
    pub person: Option<String>,
    /// What comes of it, such as `1 hard-match`; empty where that goes without saying.
    pub came: String,
    /// What must hold of a world and does not hold after this step.
    pub harm: Option<Violation>,
}

/// How a plan ends.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Everything is as it should be.
    Done,
    /// Somebody has to decide something first.
    Stuck(Vec<Trouble>),
    /// There was no end within the steps that were asked for.
    TooLong,
}

impl Plan {
    /// Plans the repair of a world, with at most so many steps.
    ///
    /// `belongs` says whose account is whose: nobody else's is touched.
    pub fn of(world: &World, belongs: BTreeMap<Source, CloudKey>, steps_max: usize) -> Self {
        let start = world;
        let mut world = world.clone();
        let mut events = Vec::new();
        for _ in 0..SETTLE {
            events.extend(world.apply(&Action::Cycle(CyclePolicy::Initial)));
        }
        let aim = Aim::of(&world, belongs.clone());
        let mut truth = GroundTruth::of(&world, belongs);
        let mut steps = Vec::new();
        let end = loop {
            match next(&world, &aim) {
                Next::Step(_) if steps.len() == steps_max => break End::TooLong,
                Next::Step(step) => steps.push(take(start, &mut world, &mut truth, *step)),
                Next::Done => break done(&world, &aim),
                Next::Stuck(troubles) => break End::Stuck(troubles),
            }
        };
        Self {
            before: counts(&events),
            steps,
            end,
            after: world,
        }
    }

    /// Whether it reaches its end and nothing is harmed on the way.
    pub fn is_sound(&self) -> bool {
        self.end == End::Done && self.steps.iter().all(|taken| taken.harm.is_none())
    }
}

/// Nothing is left to plan: then nothing may be missing either.
fn done(world: &World, aim: &Aim) -> End {
    match missing(world, aim) {
        None => End::Done,
        Some(text) => End::Stuck(vec![Trouble {
            person: None,
            text,
            locked: None,
        }]),
    }
}

fn take(start: &World, world: &mut World, truth: &mut GroundTruth, step: PlannedStep) -> Taken {
    let text = step.text(world);
    let person = step.person.map(|person| dn(start, person));
    truth.named.extend(step.names());
    let events = world.apply(&step.action());
    truth.note(world);
    truth.forget(world);
    Taken {
        step,
        text,
        person,
        came: counts(&events),
        harm: truth.violation(world),
    }
}

/// The distinguished name of an object; empty where the forest has none.
pub fn dn(world: &World, source: Source) -> String {
    let directory = world.forests().get(source.forest);
    directory.map_or_else(String::new, |it| it.dn_text(source.object).to_string())
}
