//! The closed loop from a world that is there already, and not from a scenario.

use std::collections::BTreeMap;

use mock_cloud::CloudKey;

use super::Bounds;
use super::closed::{Loop, Turn};
use super::search::Search;
use crate::engine::Source;
use crate::judge::Violation;
use crate::world::World;

/// What came of exploring one given world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What does not hold on some run; `None` where nothing was found.
    pub violation: Option<Violation>,
    /// Whether every run within the faults was visited.
    pub complete: bool,
    /// How many different states were visited.
    pub states: usize,
    /// How many moves were made.
    pub transitions: usize,
}

impl Proof {
    /// Whether every run converges.
    pub const fn holds(&self) -> bool {
        self.violation.is_none() && self.complete
    }
}

/// Holds the repair of a world that has come to rest against every moment at which the scheduler
/// may run, and every fault within bounds.
pub fn closed_loop(
    world: &World,
    belongs: &BTreeMap<Source, CloudKey>,
    faults: u32,
    bounds: Bounds,
) -> Proof {
    let model = Loop::with_scheduler(faults);
    let depth = bounds.depth.unwrap_or(u32::MAX);
    let mut search = Search::new(&model, depth, bounds.states);
    let start = Turn::at_rest(world.clone(), belongs.clone());
    let found = search.run(start).or_else(|| search.trap());
    Proof {
        violation: found.map(|(_, violation)| violation),
        complete: !search.cut,
        states: search.graph.len(),
        transitions: search.graph.transitions(),
    }
}
