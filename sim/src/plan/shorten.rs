//! The shortest list of steps.
//!
//! The closed loop is made for scripts that are killed and started again: it waits where a list
//! that is carried out once need not, and it has one way for each mess. So first what nothing needs
//! is left out of its list, and then a search, breadth first, looks for a list that is shorter
//! still: over all that could be done, and in each case whenever the scheduler runs in between.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::CloudKey;

use super::case::Case;
use super::course::{Course, Effort};
use crate::judge::Addresses;
use crate::repair::{Aim, PlannedStep, What, choices, still_needed};
use crate::world::World;

/// So many actions are carried out to see whether a list ends well.
const TRIED_MAX: usize = 9_000;

/// What is known of the length of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// No list with fewer steps ends well whenever the scheduler runs, without touching accounts
    /// that this one does not touch, deleting more, or waiting for more cycles.
    Shortest,
    /// The search for a shorter one was cut short.
    Unknown,
    /// The list alone is not enough whenever the scheduler runs: after each step one has to look
    /// again, as the scripts do.
    Loop,
}

/// A list that is shorter than that of the closed loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shorter {
    /// The places of steps of the closed loop that are left out, or a list of its own.
    pub(super) list: List,
    /// How it compares with all others.
    pub length: Length,
    /// How many actions were carried out in the search.
    pub searched: usize,
}

/// Which steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum List {
    /// Those of the closed loop but for these places, in order.
    Without(Vec<usize>),
    /// The places of the steps among the choices of each moment.
    Chosen(Vec<usize>),
}

/// Looks for the shortest list, given that of the closed loop.
pub(super) fn shorter(case: &Case, steps: &[PlannedStep], actions: usize) -> Shorter {
    let aim = Aim::of(&case.world, case.belongs.clone());
    let all: Vec<usize> = (0..steps.len()).collect();
    let holds = end(case, &aim, steps, &all).is_some();
    let needless = if holds {
        needless(case, &aim, steps)
    } else {
        Vec::new()
    };
    let kept: Vec<&PlannedStep> = (steps.iter().enumerate())
        .filter(|(place, _)| !needless.contains(place))
        .map(|(_, step)| step)
        .collect();
    let mut search = Search::new(case, &aim, &kept, actions);
    // A list that holds by itself is worth more than one that does not.
    let found = search.run(if holds { kept.len() } else { kept.len() + 1 });
    let length = match (&found, search.effort.left() == 0) {
        (None, true) if holds => Length::Unknown,
        (None, _) if !holds => Length::Loop,
        _ => Length::Shortest,
    };
    Shorter {
        list: found.map_or(List::Without(needless), List::Chosen),
        length,
        searched: actions - search.effort.left(),
    }
}

/// The list with the names of a case of the same pattern, for the large world; `None` where it
/// leads to no good end there.
pub(super) fn spell(case: &Case, chosen: &[usize]) -> Option<Vec<PlannedStep>> {
    let aim = Aim::of(&case.world, case.belongs.clone());
    let mut effort = Effort::new(TRIED_MAX);
    let mut course = Course::start(case, &mut effort)?;
    let mut spelt = Vec::with_capacity(chosen.len());
    for place in chosen {
        let step = choices(course.undisturbed(), &aim)
            .into_iter()
            .nth(*place)?;
        course = course.after(&step, &mut effort)?;
        spelt.push(case.step(&step)?);
    }
    course.is_well(&aim).then_some(spelt)
}

/// The places of steps that nothing needs, in order.
fn needless(case: &Case, aim: &Aim, steps: &[PlannedStep]) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..steps.len()).collect();
    // Waiting costs most, so what is waited for is tried first.
    let (first, last): (Vec<usize>, Vec<usize>) = kept
        .iter()
        .copied()
        .partition(|place| is_wait(&steps[*place]));
    let mut left_out = Vec::new();
    for place in first.into_iter().chain(last) {
        let without: Vec<usize> = kept.iter().copied().filter(|it| *it != place).collect();
        if end(case, aim, steps, &without).is_some() {
            kept = without;
            left_out.push(place);
        }
    }
    left_out.sort_unstable();
    left_out
}

fn is_wait(step: &PlannedStep) -> bool {
    matches!(step.what, What::Cycle(_) | What::Wait)
}

/// Where a list leads, if everything ends well.
fn end(case: &Case, aim: &Aim, steps: &[PlannedStep], kept: &[usize]) -> Option<Course> {
    let mut effort = Effort::new(TRIED_MAX);
    let start = Course::start(case, &mut effort)?;
    let mut kept = kept.iter();
    let course = kept.try_fold(start, |course, place| {
        course.after(&steps[*place], &mut effort)
    })?;
    course.is_well(aim).then_some(course)
}

/// A search over lists.
struct Search<'a> {
    case: &'a Case,
    aim: &'a Aim,
    effort: Effort,
    /// Accounts that the known list touches.
    touched: BTreeSet<CloudKey>,
    /// Accounts that it deletes, and whether for good.
    deleted: BTreeMap<CloudKey, bool>,
    /// For how many cycles it waits.
    waits: usize,
    addresses: Addresses,
    /// What it loses in addresses.
    lost: BTreeSet<String>,
}

/// A list so far, and where it leads.
struct Node {
    course: Course,
    path: Vec<usize>,
    waits: usize,
}

impl<'a> Search<'a> {
    fn new(case: &'a Case, aim: &'a Aim, known: &[&PlannedStep], actions: usize) -> Self {
        let addresses = Addresses::of(&case.world);
        let mut world = case.world.clone();
        let mut deleted = BTreeMap::new();
        for step in known {
            world.apply(&step.action());
            if let Some(key) = step.names().filter(|_| step.is_destructive()) {
                *deleted.entry(key).or_default() |= step.is_irreversible();
            }
        }
        Self {
            case,
            aim,
            effort: Effort::new(actions),
            touched: known
                .iter()
                .filter_map(|step| step.what.account())
                .collect(),
            deleted,
            waits: known.iter().filter(|step| is_wait(step)).count(),
            lost: addresses.all_lost(&world).collect(),
            addresses,
        }
    }

    /// The first list of fewer than so many steps, by the places of its steps among the choices.
    fn run(&mut self, below: usize) -> Option<Vec<usize>> {
        let mut seen = BTreeSet::new();
        let mut level = vec![Node {
            course: Course::start(self.case, &mut self.effort)?,
            path: Vec::new(),
            waits: 0,
        }];
        while !level.is_empty() {
            let mut next = Vec::new();
            for node in level {
                let length = node.path.len() + 1;
                for (place, step) in self.choices(&node) {
                    if self.effort.left() == 0 {
                        return None;
                    }
                    let Some(course) = node.course.after(&step, &mut self.effort) else {
                        continue;
                    };
                    let waits = node.waits + usize::from(is_wait(&step));
                    if !seen.insert((course.print(), waits)) {
                        continue;
                    }
                    let mut path = node.path.clone();
                    path.push(place);
                    if course.is_well(self.aim) && self.loses_no_more(&course) {
                        return Some(path);
                    }
                    let needed = still_needed(course.undisturbed(), self.aim).max(1);
                    if length + needed >= below {
                        continue;
                    }
                    next.push(Node {
                        course,
                        path,
                        waits,
                    });
                }
            }
            level = next;
        }
        None
    }

    /// What could come next, each with its place.
    fn choices(&self, node: &Node) -> Vec<(usize, PlannedStep)> {
        let all = choices(node.course.undisturbed(), self.aim);
        let may = |step: &PlannedStep| {
            let touches = step.what.account();
            let deletes = step.names().filter(|_| step.is_destructive());
            touches.is_none_or(|key| self.touched.contains(&key))
                && deletes.is_none_or(|key| {
                    let known = self.deleted.get(&key);
                    known.is_some_and(|for_good| *for_good || !step.is_irreversible())
                })
                && (node.waits < self.waits || !is_wait(step))
        };
        let all = all.into_iter().enumerate();
        all.filter(|(_, step)| may(step)).collect()
    }

    fn loses_no_more(&self, course: &Course) -> bool {
        let mut worlds = course.worlds();
        worlds.all(|world: &World| {
            let mut lost = self.addresses.all_lost(world);
            lost.all(|address| self.lost.contains(&address))
        })
    }
}
