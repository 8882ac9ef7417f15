//! A plan that somebody puts in order: judged anew on the world whenever the order changes.

use std::collections::BTreeMap;

use host::Lab;
use sim::engine::CyclePolicy;
use sim::hazard::{Met, Watch};
use sim::plan::{Bounds, Planning};
use sim::rehearse::counts;
use sim::repair::PlannedStep;
use sim::world::{Action, Event, World};

use crate::at::At;

/// Planning lets the world come to rest by so many cycles before the first step.
const SETTLE: usize = 2;

/// A plan under work.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The moment it was made for.
    pub(crate) moment: At,
    /// The steps as they were planned.
    steps: Vec<PlannedStep>,
    /// Their places, in the order in which they are taken now.
    pub(crate) order: Vec<usize>,
    /// What each comes to, in that order.
    pub(crate) judged: Vec<Judged>,
    /// What the cycles before the first step do.
    pub(crate) before: String,
    /// What somebody has to decide, and what is left.
    pub(crate) notes: Vec<String>,
    /// Guards that are lifted and not set again.
    pub(crate) left_open: Vec<&'static str>,
}

/// One step as it is taken in the present order.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    /// Its place among the steps as planned.
    pub(crate) place: usize,
    /// The step.
    pub(crate) step: PlannedStep,
    /// In an administrator's words.
    pub(crate) text: String,
    /// What comes of it.
    pub(crate) came: String,
    /// How it is refused.
    pub(crate) refused: Option<String>,
    /// Hazards that it meets.
    pub(crate) hazards: Vec<Met>,
}

impl Draft {
    /// Plans the repair of a world.
    pub(crate) fn of(lab: &Lab, world: &World, moment: At) -> Self {
        let belongs = lab.rehearsal().belongs();
        let mut planning = Planning::new(world, belongs);
        while let Some(round) = planning.round() {
            let components = round.components().iter();
            let solved = components.map(|it| round.solve(it, Bounds::default()));
            let solved = solved.collect();
            planning.carry_out(solved, &BTreeMap::new());
        }
        let plan = planning.finish();
        let mut notes = Vec::new();
        if let Some(deletes) = plan.stopped {
            notes.push(format!(
                "{deletes} deletions wait and are more than the threshold lets pass"
            ));
        }
        notes.extend(plan.decisions().map(|(_, trouble)| trouble.text.clone()));
        let steps: Vec<PlannedStep> = plan.steps.into_iter().map(|step| step.step).collect();
        let mut draft = Self {
            moment,
            order: (0..steps.len()).collect(),
            steps,
            judged: Vec::new(),
            before: plan.before,
            notes,
            left_open: Vec::new(),
        };
        draft.judge(lab, world);
        draft
    }

    /// Takes another order, where it names every step once.
    pub(crate) fn reorder(&mut self, lab: &Lab, world: &World, order: Vec<usize>) -> bool {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..self.steps.len()) {
            return false;
        }
        self.order = order;
        self.judge(lab, world);
        true
    }

    /// Takes the steps one after the other on a copy of the world.
    fn judge(&mut self, lab: &Lab, world: &World) {
        let labels = lab.rehearsal().labels();
        let mut world = world.clone();
        for _ in 0..SETTLE {
            world.apply(&Action::Cycle(CyclePolicy::Initial));
        }
        let mut watch = Watch::new(&world, lab.rehearsal().belongs());
        let mut judged = Vec::with_capacity(self.steps.len());
        for place in &self.order {
            let step = self.steps[*place].clone();
            let text = step.text(&world);
            let action = step.action();
            let mut hazards = watch.foresee(&world, &action, labels);
            let before = world.clone();
            let events = world.apply(&action);
            hazards.extend(watch.look_back(&before, &world, &action, &events, labels));
            let refused = events.iter().find_map(|event| match event {
                Event::AdRefused(refusal) => Some(refusal.message.trim().to_owned()),
                Event::CloudRefused(refusal) => Some(refusal.to_string()),
                _ => None,
            });
            judged.push(Judged {
                place: *place,
                step,
                text,
                came: counts(&events),
                refused,
                hazards,
            });
        }
        self.left_open = watch.left_open().collect();
        self.judged = judged;
    }
}
