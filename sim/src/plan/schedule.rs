//! Plans of many components beside each other: as few cycles as their longest needs, and never
//! more deletions in one than the service lets pass (rule R6.17).

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

/// Whether somebody is no Global Administrator for a while: each component alone sees that others
/// are left, so no two of them may do it at once.
fn takes_the_lead(steps: &[PlannedStep]) -> bool {
    let global = |step: &PlannedStep| match &step.what {
        What::RemoveRole(_, role) => &*role.0 == "Global Administrator",
        _ => false,
    };
    steps.iter().any(global)
}

/// Puts the steps of many components into slots. A cycle, or an hour, that one component does not
/// wait for does it no harm: the scheduler may run at any time.
pub(super) fn schedule(plans: &[&[PlannedStep]], threshold: Option<u32>) -> Vec<Slot> {
    let room = threshold.map_or(usize::MAX, |threshold| threshold as usize);
    let mut slots: Vec<Slot> = Vec::new();
    let mut first_open = 0;
    let mut led_until = 0;
    for (place, steps) in plans.iter().enumerate() {
        let segments = cut(steps);
        let loads: Vec<usize> = segments.steps.iter().map(|it| deletions(it)).collect();
        let fits = |slots: &[Slot], at: usize| {
            let mut loads = loads.iter().enumerate();
            loads.all(|(turn, load)| {
                let known = slots.get(at + turn).map_or(0, |slot| slot.deletes);
                *load == 0 || known == 0 || known + load <= room
            })
        };
        let deletes = loads.iter().any(|load| *load > 0);
        let is_leading = takes_the_lead(steps);
        let mut at = if deletes { first_open } else { 0 };
        if is_leading {
            at = at.max(led_until);
        }
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
        if is_leading {
            led_until = needed;
        }
        if slots.len() < needed {
            slots.resize_with(needed, Slot::default);
        }
        let mut barriers = segments.barriers.into_iter();
        for (turn, steps) in segments.steps.into_iter().enumerate() {
            let slot = &mut slots[at + turn];
            slot.deletes += loads[turn];
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
        let slots = schedule(&plans, Some(500));
        assert!(slots.iter().all(|slot| slot.deletes <= 500));
        // Three waves, each one cycle behind the one before, of three cycles each.
        assert_eq!(slots.iter().filter(|slot| slot.cycle.is_some()).count(), 5);
        let slots = schedule(&plans, None);
        assert_eq!(slots.iter().filter(|slot| slot.cycle.is_some()).count(), 3);
    }

    #[test]
    fn administrators_are_repaired_one_after_the_other() {
        let role = mock_cloud::tenant::Role("Global Administrator".into());
        let one = |number: u32| {
            let key = CloudKey(number);
            vec![
                step(What::RemoveRole(key, role.clone())),
                step(What::Cycle(CyclePolicy::Delta)),
                step(What::AssignRole(key, role.clone())),
            ]
        };
        let plans = [one(1), one(2), one(3)];
        let plans: Vec<&[PlannedStep]> = plans.iter().map(Vec::as_slice).collect();
        let mut without = 0;
        for slot in schedule(&plans, None) {
            for (_, step) in slot.steps {
                match step.what {
                    What::RemoveRole(..) => without += 1,
                    _ => without -= 1,
                }
                assert!(without <= 1);
            }
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
            let slots = schedule(&borrowed, threshold);
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
