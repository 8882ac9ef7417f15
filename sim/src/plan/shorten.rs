//! The shortest list of steps.
//!
//! The closed loop is made for scripts that are killed and started again: it waits where a list
//! that is carried out once need not, and it has one way for each mess. So first what nothing needs
//! is left out of its list, and then a search, breadth first, looks for a list that is shorter
//! still: over all that could be done, and in each case whenever the scheduler runs in between.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::CloudKey;
use mock_cloud::tenant::Role;

use super::case::Case;
use super::course::{Course, Effort};
use crate::engine::Source;
use crate::judge::Addresses;
use crate::repair::{Aim, PlannedStep, What, choices, still_needed};
use crate::world::World;

/// So many actions are carried out to see whether one list ends well.
const TRIED_MAX: usize = 9_000;

/// What is known of the length of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// No list with fewer steps ends well whenever the scheduler runs, unless it touches or deletes
    /// more than this one does, or waits for more cycles.
    Shortest,
    /// It ends well, but there may be a shorter one: the search was cut short, or knows not all
    /// that the list does.
    Unknown,
    /// The list alone is not enough whenever the scheduler runs, or that is not known: after a
    /// surprise one has to look again and plan anew.
    Loop,
}

/// What was found out about the length of the lists of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shorter {
    /// A list of its own: the places of its steps among the choices of each moment.
    pub(super) chosen: Option<Vec<usize>>,
    /// The places of the steps of the closed loop that nothing needs, in order.
    pub(super) needless: Vec<usize>,
    /// How the shortest that is known compares with all others.
    pub length: Length,
    /// How many actions were carried out in the search.
    pub searched: usize,
}

/// Looks for the shortest list, given that of the closed loop.
pub(super) fn shorter(case: &Case, steps: &[PlannedStep], actions: usize) -> Shorter {
    let aim = Aim::of(&case.world, case.belongs.clone());
    let mut effort = Effort::of(case, actions);
    let holds = ends_well(case, &aim, steps.iter(), &mut effort);
    let needless = if holds == Some(true) {
        needless(case, &aim, steps, &mut effort)
    } else {
        Vec::new()
    };
    let kept: Vec<&PlannedStep> = without(steps, &needless).collect();
    // A list that holds by itself is worth more than one that does not.
    let below = kept.len() + usize::from(holds != Some(true));
    let mut search = Search::new(case, &aim, &kept, effort);
    let chosen = search.run(below);
    let is_spent = search.effort.left() == 0;
    let knows_all = are_offered(case, &aim, &kept);
    let length = match chosen.is_some() || holds == Some(true) {
        true if knows_all && (chosen.is_some() || !is_spent) => Length::Shortest,
        true => Length::Unknown,
        false => Length::Loop,
    };
    Shorter {
        chosen,
        needless,
        length,
        searched: actions - search.effort.left(),
    }
}

/// The list for a case of the pattern, in its own names: the shortest that ends well there too, and
/// what is known of its length.
pub(super) fn spell(
    case: &Case,
    steps: &[PlannedStep],
    shorter: &Shorter,
) -> (Vec<PlannedStep>, Length) {
    let aim = Aim::of(&case.world, case.belongs.clone());
    let chosen = shorter.chosen.as_ref();
    let chosen = chosen.and_then(|chosen| chosen_steps(case, &aim, steps, chosen));
    if let Some(chosen) = chosen {
        return (chosen, shorter.length);
    }
    let is_good = |list: &[PlannedStep]| {
        let mut effort = Effort::of(case, TRIED_MAX);
        ends_well(case, &aim, list.iter(), &mut effort) == Some(true)
    };
    let claimed = match (shorter.length, &shorter.chosen) {
        (Length::Shortest, None) => Length::Shortest,
        _ => Length::Unknown,
    };
    let kept: Vec<PlannedStep> = without(steps, &shorter.needless).cloned().collect();
    if is_good(&kept) {
        (kept, claimed)
    } else if !shorter.needless.is_empty() && is_good(steps) {
        (steps.to_vec(), Length::Unknown)
    } else {
        (steps.to_vec(), Length::Loop)
    }
}

/// The steps that were chosen, if they end well here.
fn chosen_steps(
    case: &Case,
    aim: &Aim,
    steps: &[PlannedStep],
    chosen: &[usize],
) -> Option<Vec<PlannedStep>> {
    let mut effort = Effort::of(case, TRIED_MAX);
    let mut course = Course::start(case, &mut effort)?;
    let mut spelt = Vec::with_capacity(chosen.len());
    for place in chosen {
        let step = choices(course.undisturbed(), aim).into_iter().nth(*place)?;
        course = course.after(&step, &mut effort)?;
        // What only comes about on the way has no name outside.
        case.step(&step)?;
        // The closed loop knows better why.
        let same = steps.iter().find(|it| it.what == step.what);
        spelt.push(same.cloned().unwrap_or(step));
    }
    course.is_well(aim).then_some(spelt)
}

fn without<'a>(
    steps: &'a [PlannedStep],
    needless: &'a [usize],
) -> impl Iterator<Item = &'a PlannedStep> {
    let places = steps.iter().enumerate();
    let kept = places.filter(|(place, _)| !needless.contains(place));
    kept.map(|(_, step)| step)
}

/// The places of steps that nothing needs, in order.
fn needless(case: &Case, aim: &Aim, steps: &[PlannedStep], effort: &mut Effort) -> Vec<usize> {
    // Waiting costs most, so what is waited for is tried first.
    let (first, last): (Vec<usize>, Vec<usize>) =
        (0..steps.len()).partition(|place| is_wait(&steps[*place]));
    let mut left_out = Vec::new();
    for place in first.into_iter().chain(last) {
        left_out.push(place);
        let kept = without(steps, &left_out);
        if ends_well(case, aim, kept, effort) != Some(true) {
            left_out.pop();
        }
    }
    left_out.sort_unstable();
    left_out
}

const fn is_wait(step: &PlannedStep) -> bool {
    matches!(step.what, What::Cycle(_) | What::Wait)
}

/// Whether a list ends well; `None` where the effort is spent before that is known.
fn ends_well<'a>(
    case: &Case,
    aim: &Aim,
    mut steps: impl Iterator<Item = &'a PlannedStep>,
    effort: &mut Effort,
) -> Option<bool> {
    let start = Course::start(case, effort);
    let end =
        start.and_then(|start| steps.try_fold(start, |course, step| course.after(step, effort)));
    match end {
        Some(course) => Some(course.is_well(aim)),
        None if effort.left() == 0 => None,
        None => Some(false),
    }
}

/// Whether each step of a list is among the choices of its moment.
fn are_offered(case: &Case, aim: &Aim, steps: &[&PlannedStep]) -> bool {
    let mut world = case.world.clone();
    steps.iter().all(|step| {
        let mut all = choices(&world, aim).into_iter();
        let is_offered = all.any(|it| it.what.is_like(&step.what));
        world.apply(&step.action());
        is_offered
    })
}

/// A search over lists.
struct Search<'a> {
    case: &'a Case,
    aim: &'a Aim,
    effort: Effort,
    known: Known,
}

/// What the known list does, which no list may do more of.
struct Known {
    accounts: BTreeSet<CloudKey>,
    people: BTreeSet<Source>,
    roles: BTreeSet<(CloudKey, Role)>,
    lifts_block: bool,
    /// Accounts that it deletes, and whether for good.
    deleted: BTreeMap<CloudKey, bool>,
    /// For how many cycles it waits.
    waits: usize,
    addresses: Addresses,
    /// What it loses in addresses.
    lost: BTreeSet<String>,
}

impl Known {
    fn of(world: &World, steps: &[&PlannedStep]) -> Self {
        let addresses = Addresses::of(world);
        let mut world = world.clone();
        let mut deleted = BTreeMap::new();
        for step in steps {
            world.apply(&step.action());
            if let Some(key) = step.names().filter(|_| step.is_destructive()) {
                *deleted.entry(key).or_default() |= step.is_irreversible();
            }
        }
        let whats = || steps.iter().map(|step| &step.what);
        let taken = whats().filter_map(|what| match what {
            What::RemoveRole(key, role) => Some((*key, role.clone())),
            _ => None,
        });
        Self {
            accounts: whats().filter_map(What::account).collect(),
            people: whats().filter_map(What::moved).collect(),
            roles: taken.collect(),
            lifts_block: whats().any(|what| matches!(what, What::BlockTakeover(false))),
            deleted,
            waits: steps.iter().filter(|step| is_wait(step)).count(),
            lost: addresses.all_lost(&world).collect(),
            addresses,
        }
    }

    fn allows(&self, step: &PlannedStep) -> bool {
        let deletes = step.names().filter(|_| step.is_destructive());
        let is_within = match &step.what {
            What::RemoveRole(key, role) => self.roles.contains(&(*key, role.clone())),
            What::BlockTakeover(_) => self.lifts_block,
            _ => true,
        };
        is_within
            && step
                .what
                .account()
                .is_none_or(|it| self.accounts.contains(&it))
            && step.what.moved().is_none_or(|it| self.people.contains(&it))
            && deletes.is_none_or(|key| {
                let known = self.deleted.get(&key);
                known.is_some_and(|for_good| *for_good || !step.is_irreversible())
            })
    }

    fn loses_no_more(&self, course: &Course) -> bool {
        course.worlds().all(|world| {
            let mut lost = self.addresses.all_lost(world);
            lost.all(|address| self.lost.contains(&address))
        })
    }
}

/// A list so far, and where it leads.
struct Node {
    course: Course,
    path: Vec<usize>,
    waits: usize,
}

impl<'a> Search<'a> {
    fn new(case: &'a Case, aim: &'a Aim, known: &[&PlannedStep], effort: Effort) -> Self {
        Self {
            case,
            aim,
            effort,
            known: Known::of(&case.world, known),
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
        while level
            .first()
            .is_some_and(|node| node.path.len() + 1 < below)
        {
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
                    if course.is_well(self.aim) && self.known.loses_no_more(&course) {
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
        let may_wait = node.waits < self.known.waits;
        let all = all.into_iter().enumerate();
        all.filter(|(_, step)| self.known.allows(step) && (may_wait || !is_wait(step)))
            .collect()
    }
}
