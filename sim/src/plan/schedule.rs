//! Plans of many components beside each other: as few cycles as their longest needs, and never
//! more deletions in one than the service lets pass (rule R6.17).

use mock_cloud::tenant::Role;

use crate::engine::CyclePolicy;
use crate::repair::{PlannedStep, What};

/// What all components do before one cycle.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    /// The steps, each with the place of its component.
    pub(super) steps: Vec<(usize, PlannedStep)>,
    /// Whether somebody waits for the service to look at what is free.
    pub(super) waits: bool,
    /// The cycle in the end, unless it is the last slot.
    pub(super) cycle: Option<CyclePolicy>,
    /// How many accounts that cycle deletes.
    pub(super) deletes: usize,
    /// How many Global Administrators are without their role meanwhile.
    without_role: usize,
}

/// What must not be exceeded when plans are put beside each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// How many accounts one cycle may delete.
    pub(super) deletes: Option<u32>,
    /// How many Global Administrators there are: one of them keeps the role at any time.
    pub(super) administrators: usize,
}

/// One component's steps, cut at what it waits for.
struct Segments {
    steps: Vec<Vec<PlannedStep>>,
    /// What stands after each but the last.
    barriers: Vec<What>,
}

fn cut(steps: &[PlannedStep]) -> Segments {
    let mut segments = Segments {
        steps: vec![Vec::new()],
        barriers: Vec::new(),
    };
    for step in steps {
        match &step.what {
            What::Cycle(_) | What::Wait => {
                segments.barriers.push(step.what.clone());
                segments.steps.push(Vec::new());
            }
            // The whole tenant's guard goes back in the very end, once.
            What::BlockTakeover(true) => {}
            _ => {
                if let Some(last) = segments.steps.last_mut() {
                    last.push(step.clone());
                }
            }
        }
    }
    segments
}

fn deletions(steps: &[PlannedStep]) -> usize {
    let deletes = |step: &&PlannedStep| {
        matches!(
            step.what,
            What::MoveOut {
                deletes: Some(_),
                ..
            }
        )
    };
    steps.iter().filter(deletes).count()
}

/// How many are without the role of a Global Administrator during each segment: each component
/// alone sees that others are left, so all of them together have to be counted.
fn without_role(segments: &[Vec<PlannedStep>]) -> Vec<usize> {
    let is_global = |role: &Role| &*role.0 == "Global Administrator";
    let mut now = 0_usize;
    let mut counts = Vec::with_capacity(segments.len());
    for steps in segments {
        let mut most = now;
        for step in steps {
            match &step.what {
                What::RemoveRole(_, role) if is_global(role) => now += 1,
                What::AssignRole(_, role) if is_global(role) => now = now.saturating_sub(1),
                _ => {}
            }
            most = most.max(now);
        }
        counts.push(most);
    }
    counts
}

/// Puts the steps of many components into slots. A cycle, or an hour, that one component does not
/// wait for does it no harm: the scheduler may run at any time.
pub(super) fn schedule(plans: &[&[PlannedStep]], within: Room) -> Vec<Slot> {
    let room = within.deletes.map_or(usize::MAX, |most| most as usize);
    let spare = within.administrators.saturating_sub(1);
    let mut slots: Vec<Slot> = Vec::new();
    let mut first_open = 0;
    for (place, steps) in plans.iter().enumerate() {
        let segments = cut(steps);
        let loads: Vec<usize> = segments.steps.iter().map(|it| deletions(it)).collect();
        let absent = without_role(&segments.steps);
        let fits = |slots: &[Slot], at: usize| {
            let mut turns = loads.iter().zip(&absent).enumerate();
            turns.all(|(turn, (load, absent))| {
                let there = slots.get(at + turn);
                let deletes = there.map_or(0, |slot| slot.deletes);
                let without = there.map_or(0, |slot| slot.without_role);
                (*load == 0 || deletes == 0 || deletes + load <= room)
                    && (*absent == 0 || without == 0 || without + absent <= spare)
            })
        };
        let deletes = loads.iter().any(|load| *load > 0);
        let mut at = if deletes { first_open } else { 0 };
        while !fits(&slots, at) {
            at += 1;
        }
        if deletes {
            // Most components delete before their first cycle: full slots are not looked at again.
            while slots
                .get(first_open)
                .is_some_and(|slot| slot.deletes >= room)
            {
                first_open += 1;
            }
        }
        let needed = at + segments.steps.len();
        if slots.len() < needed {
            slots.resize_with(needed, Slot::default);
        }
        let mut barriers = segments.barriers.into_iter();
        for (turn, steps) in segments.steps.into_iter().enumerate() {
            let slot = &mut slots[at + turn];
            slot.deletes += loads[turn];
            slot.without_role += absent[turn];
            slot.steps
                .extend(steps.into_iter().map(|step| (place, step)));
            match barriers.next() {
                Some(What::Cycle(policy)) => {
                    let known = slot.cycle.get_or_insert(policy);
                    if policy == CyclePolicy::Initial {
                        *known = policy;
                    }
                }
                Some(_) => slot.waits = true,
                None => {}
            }
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use mock_ad::directory::ObjectId;
    use mock_cloud::CloudKey;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::Source;

    fn step(what: What) -> PlannedStep {
        PlannedStep {
            what,
            person: None,
            why: String::new(),
        }
    }

    fn duplicate(number: u32) -> Vec<PlannedStep> {
        let person = Source {
            forest: 0,
            object: ObjectId(number),
        };
        let key = CloudKey(number);
        let cycle = || step(What::Cycle(CyclePolicy::Delta));
        vec![
            step(What::MoveOut {
                person,
                to: None,
                deletes: Some(key),
            }),
            cycle(),
            cycle(),
            step(What::Purge(key)),
            step(What::MoveBack { person, to: None }),
            cycle(),
        ]
    }

    #[test]
    fn no_cycle_deletes_more_than_the_threshold_and_none_is_wasted() {
        let plans: Vec<Vec<PlannedStep>> = (0..1_200).map(duplicate).collect();
        let plans: Vec<&[PlannedStep]> = plans.iter().map(Vec::as_slice).collect();
        let room = Room {
            deletes: Some(500),
            administrators: 1,
        };
        let slots = schedule(&plans, room);
        assert!(slots.iter().all(|slot| slot.deletes <= 500));
        // Three waves, each one cycle behind the one before, of three cycles each.
        assert_eq!(slots.iter().filter(|slot| slot.cycle.is_some()).count(), 5);
        let room = Room {
            deletes: None,
            ..room
        };
        let slots = schedule(&plans, room);
        assert_eq!(slots.iter().filter(|slot| slot.cycle.is_some()).count(), 3);
    }

    #[test]
    fn one_administrator_keeps_the_role_at_any_time() {
        let role = Role("Global Administrator".into());
        let one = |number: u32| {
            let key = CloudKey(number);
            vec![
                step(What::RemoveRole(key, role.clone())),
                step(What::Cycle(CyclePolicy::Delta)),
                step(What::AssignRole(key, role.clone())),
            ]
        };
        let plans: Vec<Vec<PlannedStep>> = (0..8).map(one).collect();
        let plans: Vec<&[PlannedStep]> = plans.iter().map(Vec::as_slice).collect();
        for (administrators, cycles) in [(1, 8), (2, 8), (5, 2), (8, 2), (9, 1)] {
            let room = Room {
                deletes: None,
                administrators,
            };
            let mut without = 0;
            let mut most = 0;
            let slots = schedule(&plans, room);
            let waits = slots.iter().filter(|slot| slot.cycle.is_some());
            assert_eq!(waits.count(), cycles, "of {administrators}");
            for (_, step) in slots.into_iter().flat_map(|slot| slot.steps) {
                match step.what {
                    What::RemoveRole(..) => without += 1,
                    _ => without -= 1,
                }
                most = most.max(without);
            }
            assert!(most < administrators.max(2), "{most} of {administrators}");
        }
    }

    proptest! {
        /// Nothing is left out, and each component's steps stay in their order.
        #[test]
        fn every_component_keeps_its_order(counts in prop::collection::vec(0..4_u32, 0..20),
            threshold in prop::option::of(1..5_u32)) {
            let plans: Vec<Vec<PlannedStep>> = counts
                .iter()
                .map(|count| (0..*count).flat_map(duplicate).collect())
                .collect();
            let borrowed: Vec<&[PlannedStep]> = plans.iter().map(Vec::as_slice).collect();
            let room = Room { deletes: threshold, administrators: 1 };
            let slots = schedule(&borrowed, room);
            for (place, plan) in plans.iter().enumerate() {
                let wanted: Vec<&PlannedStep> =
                    plan.iter().filter(|it| !matches!(it.what, What::Cycle(_))).collect();
                let all = slots.iter().flat_map(|slot| &slot.steps);
                let found: Vec<&PlannedStep> =
                    all.filter(|(of, _)| *of == place).map(|(_, step)| step).collect();
                prop_assert_eq!(wanted, found);
            }
        }
    }
}
