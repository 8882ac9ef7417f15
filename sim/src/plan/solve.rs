//! The plan of one component, its proof, and what else could be done.

use mock_cloud::{CloudKey, DirectoryObject};

use super::Bounds;
use super::case::Case;
use super::components::{Component, is_purged};
use super::shape::shape;
use super::shorten::{Length, Shorter, shorter, spell};
use crate::engine::Source;
use crate::explore::{self, Proof, closed_loop};
use crate::judge::Violation;
use crate::repair::{self, Aim, End, PlannedStep, Trouble, What};
use crate::world::World;

/// What is planned for one component.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Who and what it is about.
    pub component: Component,
    /// The steps for it alone, in order.
    pub steps: Vec<PlannedStep>,
    /// The steps of the closed loop in the small world.
    planned: Vec<PlannedStep>,
    /// How the list compares with others, once that was found out.
    pub length: Option<Length>,
    /// How it ends.
    pub end: End,
    /// What must hold of a world and does not hold after one of the steps.
    pub harm: Option<Violation>,
    /// Equal for components that differ in nothing but names: a proof of one is one of all.
    pub pattern: u128,
}

/// What was found out about a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Every moment at which the scheduler may run.
    pub proof: Proof,
    /// Whether a shorter list does it too.
    pub shorter: Shorter,
    /// What could be done instead.
    pub alternatives: Vec<Alternative>,
}

impl Solution {
    /// The steps, unless they lead to no good end.
    pub(super) fn safe_steps(&self) -> &[PlannedStep] {
        if self.end == End::Done && self.harm.is_none() {
            &self.steps
        } else {
            &[]
        }
    }
}

/// Something else that could be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// What, as a clause.
    pub text: String,
    /// What would be lost by it, or stay wrong.
    pub loses: Vec<String>,
}

/// Plans a component of a world that has come to rest.
pub(super) fn solve(world: &World, aim: &Aim, component: &Component, bounds: Bounds) -> Solution {
    let case = Case::of(world, aim, component);
    let plan = repair::Plan::of(&case.world, case.belongs.clone(), bounds.steps);
    let planned: Vec<PlannedStep> = plan.steps.iter().map(|it| it.step.clone()).collect();
    let pattern = shape(&case, &planned);
    let steps = outside(&case, &planned);
    let trouble = |one: Trouble| Trouble {
        person: one.person.and_then(|person| case.person(person)),
        text: one.text,
        locked: one.locked.and_then(|key| case.account(key)),
    };
    let gone = gone(world, aim, component);
    let end = match plan.end {
        _ if !gone.is_empty() => End::Stuck(gone),
        End::Stuck(troubles) => End::Stuck(troubles.into_iter().map(trouble).collect()),
        other => other,
    };
    Solution {
        component: component.clone(),
        steps,
        planned,
        length: None,
        end,
        harm: plan.steps.into_iter().find_map(|taken| taken.harm),
        pattern,
    }
}

/// Whose account was removed for good: no component has it any more.
fn gone(world: &World, aim: &Aim, component: &Component) -> Vec<Trouble> {
    let is_gone = |source: &&Source| {
        let own = aim.belongs.get(source);
        own.is_some_and(|key| world.tenant().object(*key).is_none_or(|it| is_purged(it)))
    };
    let people = component.objects.iter().filter(is_gone);
    let trouble = |source: &Source| Trouble {
        person: Some(*source),
        text: "the account is gone for good: decide what takes its place".to_owned(),
        locked: None,
    };
    people.map(trouble).collect()
}

/// Takes in what was found out about a pattern.
pub(super) fn settle(world: &World, aim: &Aim, solution: &Solution, proven: &Proven) -> Solution {
    let mut settled = solution.clone();
    if solution.end != End::Done {
        return settled;
    }
    let case = Case::of(world, aim, &solution.component);
    let (steps, mut length) = spell(&case, &solution.planned, &proven.shorter);
    settled.steps = outside(&case, &steps);
    if settled.steps.len() < steps.len() && length == Length::Shortest {
        length = Length::Unknown;
    }
    settled.length = Some(length);
    if let Some(bad) = &proven.proof.violation
        && length == Length::Loop
    {
        let text = format!(
            "no order is known that is safe whenever the scheduler runs ({}: {}): stop the \
             scheduler while this is repaired by hand",
            bad.property.name(),
            bad.found
        );
        let person = settled.component.objects.first().copied();
        settled.end = End::Stuck(vec![Trouble {
            person,
            text,
            locked: None,
        }]);
    }
    settled
}

/// Steps of a small world for the large one, up to the first about something that only comes about
/// on the way: that is planned once it is there. No role is missing meanwhile.
fn outside(case: &Case, steps: &[PlannedStep]) -> Vec<PlannedStep> {
    let mut all: Vec<PlannedStep> = steps.iter().map_while(|step| case.step(step)).collect();
    if all.len() < steps.len() {
        let mut taken = Vec::new();
        for step in &all {
            match &step.what {
                What::RemoveRole(key, role) => taken.push((step.person, *key, role.clone())),
                What::AssignRole(key, role) => {
                    taken.retain(|(_, of, it)| (of, it) != (key, role));
                }
                _ => {}
            }
        }
        all.extend(taken.into_iter().map(|(person, key, role)| {
            let why = "the account held it before".to_owned();
            PlannedStep::new(What::AssignRole(key, role), person, why)
        }));
    }
    all
}

/// Holds the plan of a component against the scheduler, and looks at what else could be done.
pub(super) fn prove(world: &World, aim: &Aim, component: &Component, bounds: Bounds) -> Proven {
    let case = Case::of(world, aim, component);
    let limits = explore::Bounds {
        states: bounds.states,
        ..explore::Bounds::default()
    };
    let plan = repair::Plan::of(&case.world, case.belongs.clone(), bounds.steps);
    let steps: Vec<PlannedStep> = plan.steps.into_iter().map(|it| it.step).collect();
    Proven {
        proof: closed_loop(&case.world, &case.belongs, 0, limits),
        shorter: shorter(&case, &steps, bounds.states.saturating_mul(ACTIONS)),
        alternatives: alternatives(&case, bounds),
    }
}

/// So many actions are carried out for each state that may be visited.
const ACTIONS: usize = 5;

/// So many alternatives are looked at for one component.
const ALTERNATIVES_MAX: usize = 2;

/// Somebody else's account would be no alternative, but an account that is nobody's is one.
fn alternatives(case: &Case, bounds: Bounds) -> Vec<Alternative> {
    let world = &case.world;
    let mut found = Vec::new();
    for (person, own) in &case.belongs {
        for (key, account) in world.tenant().objects() {
            let is_free = !case.belongs.values().any(|other| *other == key);
            let is_meant = account.kind.is_user() && is_free && !is_purged(account);
            if !is_meant || case.account(key).is_none() || found.len() == ALTERNATIVES_MAX {
                continue;
            }
            found.extend(instead(case, *person, *own, key, bounds));
        }
    }
    found
}

fn instead(
    case: &Case,
    person: Source,
    own: CloudKey,
    other: CloudKey,
    bounds: Bounds,
) -> Option<Alternative> {
    let world = &case.world;
    let mut belongs = case.belongs.clone();
    belongs.insert(person, other);
    let plan = repair::Plan::of(world, belongs, bounds.steps);
    if plan.end != End::Done {
        return None;
    }
    let label = |key: CloudKey| world.tenant().object(key).map(|it| it.label());
    let name = repair::dn(world, person);
    let mut loses = Vec::new();
    for (key, before) in world.tenant().objects().filter(|(_, it)| !is_purged(it)) {
        let holds = holdings(before);
        let after = plan.after.tenant().object(key);
        if holds.is_empty() || case.account(key).is_none() {
            continue;
        }
        if after.is_none_or(|it| !it.is_live()) {
            loses.push(format!("{} goes, with its {holds}", before.label()));
        } else if key == own {
            loses.push(format!(
                "nobody is joined to {} any more, which keeps its {holds}",
                before.label()
            ));
        }
    }
    Some(Alternative {
        text: format!("join {name} to {} instead", label(other)?),
        loses,
    })
}

/// What an account holds, in words; empty where nobody would miss it.
pub(super) fn holdings(account: &DirectoryObject) -> String {
    let mailbox = account.mailbox.is_some().then(|| "mailbox".to_owned());
    let licences = match account.licences.len() {
        0 => None,
        1 => Some("licence".to_owned()),
        more => Some(format!("{more} licences")),
    };
    let all: Vec<String> = mailbox.into_iter().chain(licences).collect();
    all.join(" and ")
}
