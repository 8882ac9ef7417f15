//! Steps that can be left out.
//!
//! The closed loop is made for scripts that are killed and started again, and waits where a list
//! that is carried out once need not. A step is left out where everything still ends well whenever
//! the scheduler runs in between, without a step that is refused.

use std::collections::BTreeSet;

use super::case::Case;
use crate::engine::CyclePolicy;
use crate::judge::GroundTruth;
use crate::repair::{Aim, PlannedStep, What, missing};
use crate::world::{Action, Event, World};

/// The scheduler runs at most so often between two steps: a third cycle finds nothing to do.
const CYCLES_MAX: u8 = 2;
/// So many states are visited for one list at most.
const STATES_MAX: usize = 3_000;

/// The places of steps that nothing needs, in order.
pub(super) fn needless(case: &Case, steps: &[PlannedStep]) -> Vec<usize> {
    let aim = Aim::of(&case.world, case.belongs.clone());
    let mut kept: Vec<usize> = (0..steps.len()).collect();
    if !ends_well(case, &aim, steps, &kept) {
        return Vec::new();
    }
    // Waiting costs most, so what is waited for is tried first.
    let waits = |place: &usize| matches!(steps[*place].what, What::Cycle(_) | What::Wait);
    let (first, last): (Vec<usize>, Vec<usize>) = kept.iter().copied().partition(waits);
    let mut left_out = Vec::new();
    for place in first.into_iter().chain(last) {
        let without: Vec<usize> = kept.iter().copied().filter(|it| *it != place).collect();
        if ends_well(case, &aim, steps, &without) {
            kept = without;
            left_out.push(place);
        }
    }
    left_out.sort_unstable();
    left_out
}

/// Where a list can stand: the world, what is known of it, and how far it got.
struct State {
    world: World,
    truth: GroundTruth,
    done: usize,
    cycles: u8,
}

fn ends_well(case: &Case, aim: &Aim, steps: &[PlannedStep], kept: &[usize]) -> bool {
    let start = State {
        world: case.world.clone(),
        truth: GroundTruth::of(&case.world, case.belongs.clone()),
        done: 0,
        cycles: 0,
    };
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        if !seen.insert((state.done, state.world.fingerprint())) {
            continue;
        }
        if seen.len() > STATES_MAX {
            return false;
        }
        if state.cycles < CYCLES_MAX {
            let mut state = State {
                cycles: state.cycles + 1,
                world: state.world.clone(),
                truth: state.truth.clone(),
                ..state
            };
            if !act(&mut state, &Action::Cycle(CyclePolicy::Delta)) {
                return false;
            }
            // What the scheduler does after the last step must change nothing that matters.
            if state.done == kept.len() && missing(&state.world, aim).is_some() {
                return false;
            }
            open.push(state);
        }
        let Some(place) = kept.get(state.done) else {
            if missing(&state.world, aim).is_some() {
                return false;
            }
            continue;
        };
        let step = &steps[*place];
        let mut state = State {
            done: state.done + 1,
            cycles: 0,
            ..state
        };
        state.truth.named.extend(step.names());
        if !act(&mut state, &step.action()) {
            return false;
        }
        open.push(state);
    }
    true
}

/// Whether an action was taken and did no harm.
fn act(state: &mut State, action: &Action) -> bool {
    let events = state.world.apply(action);
    let refused = |event: &Event| matches!(event, Event::AdRefused(_) | Event::CloudRefused(_));
    state.truth.note(&state.world);
    state.truth.forget(&state.world);
    !events.iter().any(refused) && state.truth.violation(&state.world).is_none()
}
