//! A list of steps while the scheduler runs whenever it likes.
//!
//! What a world may be by now is a set: the steps are the same, and the scheduler ran after some
//! of them and not after others. A step is taken in all of them.

use std::collections::BTreeSet;

use super::case::Case;
use crate::engine::CyclePolicy;
use crate::explore::Fingerprints;
use crate::judge::GroundTruth;
use crate::repair::{Aim, PlannedStep, missing};
use crate::world::{Action, Event, World};

/// The scheduler runs at most so often between two steps: a third cycle finds nothing to do.
const CYCLES_MAX: usize = 2;

/// How much may still be carried out, and what it takes.
#[derive(Debug)]
pub(super) struct Effort {
    left: usize,
    prints: Fingerprints,
    /// The cycles that may run: full ones too where steps of other components ask for them.
    scheduler: &'static [CyclePolicy],
}

impl Effort {
    /// So many actions on the worlds of a case, cycles of the scheduler among them.
    pub(super) fn of(case: &Case, actions: usize) -> Self {
        let policy = &case.world.engine().config().policy;
        Self {
            left: actions,
            prints: Fingerprints::default(),
            scheduler: if policy.delta_import_sees_cloud_deletions {
                &[CyclePolicy::Delta]
            } else {
                &[CyclePolicy::Delta, CyclePolicy::Initial]
            },
        }
    }

    pub(super) const fn left(&self) -> usize {
        self.left
    }
}

/// All that a world may be after some steps.
#[derive(Debug)]
pub(super) struct Course(Vec<Standing>);

/// One of them, with what is known of it.
#[derive(Debug, Clone)]
struct Standing {
    world: World,
    truth: GroundTruth,
    print: u128,
}

impl Course {
    /// Before the first step; `None` where the scheduler alone does harm.
    pub(super) fn start(case: &Case, effort: &mut Effort) -> Option<Self> {
        let truth = GroundTruth::of(&case.world, case.belongs.clone());
        let first = Standing {
            world: case.world.clone(),
            print: effort.prints.of(&case.world, &truth),
            truth,
        };
        Self::closed(vec![first], effort)
    }

    /// The world where the scheduler has not run once.
    pub(super) fn undisturbed(&self) -> &World {
        // A course is never empty: it begins with one, and a step leads somewhere or to `None`.
        &self.0[0].world
    }

    /// After a step; `None` where it is refused or harms something, or the scheduler after it does,
    /// in any of the worlds, and where the effort is spent.
    pub(super) fn after(&self, step: &PlannedStep, effort: &mut Effort) -> Option<Self> {
        let mut next = Vec::with_capacity(self.0.len());
        let mut seen = BTreeSet::new();
        for standing in &self.0 {
            let mut truth = standing.truth.clone();
            truth.named.extend(step.names());
            let taken = act(&standing.world, truth, &step.action(), effort)?;
            if seen.insert(taken.print) {
                next.push(taken);
            }
        }
        Self::closed(next, effort)
    }

    /// With everything that the scheduler makes of it.
    fn closed(mut all: Vec<Standing>, effort: &mut Effort) -> Option<Self> {
        let mut seen: BTreeSet<u128> = all.iter().map(|it| it.print).collect();
        let mut from = 0;
        for _ in 0..CYCLES_MAX {
            let to = all.len();
            for place in from..to {
                for policy in effort.scheduler {
                    let Standing { world, truth, .. } = &all[place];
                    let next = act(world, truth.clone(), &Action::Cycle(*policy), effort)?;
                    if seen.insert(next.print) {
                        all.push(next);
                    }
                }
            }
            from = to;
        }
        Some(Self(all))
    }

    /// Whether nothing is missing in any of the worlds.
    pub(super) fn is_well(&self, aim: &Aim) -> bool {
        let mut worlds = self.worlds();
        worlds.all(|world| missing(world, aim).is_none())
    }

    pub(super) fn worlds(&self) -> impl Iterator<Item = &World> {
        self.0.iter().map(|it| &it.world)
    }

    /// 128 bits for the set, and for which of it is undisturbed: the next step is chosen there.
    pub(super) fn print(&self) -> u128 {
        let mut prints: Vec<u128> = self.0.iter().map(|it| it.print).collect();
        prints[1..].sort_unstable();
        Fingerprints::together(&prints)
    }
}

fn act(
    world: &World,
    mut truth: GroundTruth,
    action: &Action,
    effort: &mut Effort,
) -> Option<Standing> {
    effort.left = effort.left.checked_sub(1)?;
    let mut world = world.clone();
    let events = world.apply(action);
    let refused = |event: &Event| matches!(event, Event::AdRefused(_) | Event::CloudRefused(_));
    truth.note(&world);
    truth.forget(&world);
    if events.iter().any(refused) || truth.violation(&world).is_some() {
        return None;
    }
    Some(Standing {
        print: effort.prints.of(&world, &truth),
        world,
        truth,
    })
}
