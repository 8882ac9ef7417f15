//! Plans of many components beside each other: as few cycles as their longest needs, and never
//! more deletions in one than the service lets pass (rule R6.17).

use std::collections::BTreeSet;

use mock_cloud::CloudKey;
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
    /// How many Global Administrators are missing meanwhile.
    missing: usize,
}

/// What must not be exceeded when plans are put beside each other.
#[derive(Debug, Clone)]
pub(super) struct Room {
    /// How many accounts one cycle may delete.
    pub(super) deletes: Option<u32>,
    /// The Global Administrators: one of them is left at any time.
    pub(super) administrators: BTreeSet<CloudKey>,
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

/// How many Global Administrators are missing during each segment, and after the last: without
/// their role, or deleted. Each component alone sees that others are left, so all of them together
/// have to be counted.
fn missing(segments: &[Vec<PlannedStep>], all: &BTreeSet<CloudKey>) -> (Vec<usize>, usize) {
    let is_global = |role: &Role| &*role.0 == "Global Administrator";
    let mut now = BTreeSet::new();
    let mut counts = Vec::with_capacity(segments.len());
    for steps in segments {
        let mut most = now.len();
        for step in steps {
            match &step.what {
                What::RemoveRole(key, role) if is_global(role) => {
                    now.insert(*key);
                }
                What::MoveOut {
                    deletes: Some(key), ..
                }
                | What::Delete(key) => {
                    now.extend(all.get(key));
                }
                What::Restore(key, _) => {
                    now.remove(key);
                }
                What::AssignRole(key, role) if is_global(role) => {
                    now.remove(key);
                }
                _ => {}
            }
            most = most.max(now.len());
        }
        counts.push(most);
    }
    (counts, now.len())
}

/// Puts the steps of many components into slots. A cycle, or an hour, that one component does not
/// wait for does it no harm: the scheduler may run at any time.
pub(super) fn schedule(plans: &[&[PlannedStep]], within: &Room) -> Vec<Slot> {
    let room = within.deletes.map_or(usize::MAX, |most| most as usize);
    let spare = within.administrators.len().saturating_sub(1);
    // How many are missing for good, from which slot on.
    let mut lasting: Vec<(usize, usize)> = Vec::new();
    let mut slots: Vec<Slot> = Vec::new();
    let mut first_open = 0;
    for (place, steps) in plans.iter().enumerate() {
        let segments = cut(steps);
        let loads: Vec<usize> = segments.steps.iter().map(|it| deletions(it)).collect();
        let (absent, in_the_end) = missing(&segments.steps, &within.administrators);
        let others = |slots: &[Slot], at: usize| {
            let gone = lasting.iter().filter(|(from, _)| *from <= at);
            let gone: usize = gone.map(|(_, count)| count).sum();
            slots.get(at).map_or(0, |slot| slot.missing) + gone
        };
        let fits = |slots: &[Slot], at: usize| {
            let ends = at + loads.len();
            let later = (ends..slots.len()).map(|slot| (slot, &0, &in_the_end));
            let turns = loads.iter().zip(&absent).enumerate();
            let mut turns = turns.map(|(turn, (load, absent))| (at + turn, load, absent));
            let fits = |(at, load, absent): (usize, &usize, &usize)| {
                let deletes = slots.get(at).map_or(0, |slot| slot.deletes);
                let others = others(slots, at);
                (*load == 0 || deletes == 0 || deletes + load <= room)
                    && (*absent == 0 || others == 0 || others + absent <= spare)
            };
            // Behind everything there is nothing better to wait for.
            at >= slots.len() || turns.all(fits) && { later }.all(fits)
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
        if in_the_end > 0 {
            lasting.push((needed, in_the_end));
        }
        if slots.len() < needed {
            slots.resize_with(needed, Slot::default);
        }
        let mut barriers = segments.barriers.into_iter();
        for (turn, steps) in segments.steps.into_iter().enumerate() {
            let slot = &mut slots[at + turn];
            slot.deletes += loads[turn];
            slot.missing += absent[turn];
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
            administrators: BTreeSet::new(),
        };
        let slots = schedule(&plans, &room);
        assert!(slots.iter().all(|slot| slot.deletes <= 500));
        // Three waves, each one cycle behind the one before, of three cycles each.
        assert_eq!(slots.iter().filter(|slot| slot.cycle.is_some()).count(), 5);
        let room = Room {
            deletes: None,
            ..room
        };
        let slots = schedule(&plans, &room);
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
                administrators: (0..administrators).map(CloudKey).collect(),
            };
            let mut without = 0;
            let mut most = 0;
            let slots = schedule(&plans, &room);
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

    #[test]
    fn deleted_administrators_count_as_missing_until_they_are_restored() {
        let role = Role("Global Administrator".into());
        let cycle = || step(What::Cycle(CyclePolicy::Delta));
        let own = vec![
            step(What::RemoveRole(CloudKey(0), role.clone())),
            cycle(),
            step(What::AssignRole(CloudKey(0), role)),
        ];
        let delete = vec![step(What::Delete(CloudKey(1))), cycle()];
        let room = |count| Room {
            deletes: None,
            administrators: (0..count).map(CloudKey).collect(),
        };
        let place = |slots: &[Slot], what: &dyn Fn(&What) -> bool| {
            let has = |slot: &Slot| slot.steps.iter().any(|(_, step)| what(&step.what));
            slots.iter().position(has)
        };
        let deletes = |what: &What| matches!(what, What::Delete(_));
        let plans = [own.as_slice(), delete.as_slice()];
        let slots = schedule(&plans, &room(2));
        // Not before the role is back.
        assert_eq!(place(&slots, &deletes), Some(2));
        assert_eq!(place(&schedule(&plans, &room(3)), &deletes), Some(0));
        // Where it is deleted first, the other role can only be taken in the very end.
        let slots = schedule(&[delete.as_slice(), own.as_slice()], &room(2));
        let takes = |what: &What| matches!(what, What::RemoveRole(..));
        assert_eq!(place(&slots, &takes), Some(2));
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
            let room = Room { deletes: threshold, administrators: BTreeSet::new() };
            let slots = schedule(&borrowed, &room);
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
