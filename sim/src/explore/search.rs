//! Breadth first over the states of a model, with what is judged on the way.

use std::collections::{BTreeSet, VecDeque};

use super::fingerprint::Memo;
use super::graph::Graph;
use crate::judge::{Property, Violation};

/// What is searched: a procedure in a world, with what may happen to both.
pub(super) trait Model {
    /// Everything that the future depends on.
    type State: Clone;
    /// Something that happens.
    type Move: Copy + PartialEq;

    /// Whether the procedure is at its end.
    fn ended(&self, state: &Self::State) -> bool;
    /// What is not as it should be in the end.
    fn missing(&self, state: &mut Self::State) -> Option<String>;
    /// What can happen, in a fixed order. A state is stuck where a cycle would change nothing.
    fn moves(&self, state: &Self::State, stuck: bool) -> Vec<Self::Move>;
    /// Lets something happen.
    fn go(&self, state: &mut Self::State, go: Self::Move);
    /// A cycle that the scheduler runs.
    fn cycle(&self) -> Self::Move;
    /// Whether it is a fault.
    fn is_fault(&self, go: Self::Move) -> bool;
    /// Whether it is the next step of a procedure that looks before each of them.
    fn is_planned(&self, go: Self::Move) -> bool;
    /// What a fault comes to, where that is known without carrying it out.
    fn comes_to(&self, go: Self::Move) -> Known<Self::Move>;
    /// 128 bits for the state, without the faults that led there, and how many of them count: a
    /// state with more of them spent has no future that the other does not have.
    fn fingerprint(&self, state: &Self::State, memo: &mut Memo) -> (u128, u32);
    /// 128 bits for the world alone.
    fn world_fingerprint(&self, state: &Self::State, memo: &mut Memo) -> u128;
    /// What people see at the end: a line for each live account, with who is joined to it.
    fn end(&self, state: &Self::State) -> Vec<String>;
    /// What must hold in every state and does not.
    fn violation(&self, state: &Self::State) -> Option<Violation>;
    /// Adds what has happened on the way here.
    fn reached(&self, state: &Self::State, all: &mut BTreeSet<&'static str>);
}

/// What a fault comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known<M> {
    /// Something that has to be looked at.
    New,
    /// Nothing but one fault more; with a word for it, where it is one to be reached.
    Nothing(Option<&'static str>),
    /// What another move comes to, with one fault more.
    Same(M),
}

/// So many cycles may pass before a converged world is at rest.
const REST_MAX: usize = 4;

/// So many steps in a row a planner may take without anything in between.
const STEPS_MAX: u32 = 200;

/// A violation, and the state that shows it.
pub(super) type Found = Option<(u32, Violation)>;

/// A search that remembers what it has visited, also from other starts.
pub(super) struct Search<'a, M: Model> {
    pub(super) model: &'a M,
    pub(super) graph: Graph<M::Move>,
    /// The different ends that converged runs come to rest in, as people see them.
    pub(super) ends: BTreeSet<Vec<String>>,
    pub(super) reached: BTreeSet<&'static str>,
    /// Whether a bound was hit.
    pub(super) cut: bool,
    /// How many moves were carried out, and not only foreseen.
    pub(super) carried_out: usize,
    memo: Memo,
    depth_max: u32,
    states_max: usize,
}

impl<'a, M: Model> Search<'a, M> {
    pub(super) fn new(model: &'a M, depth_max: u32, states_max: usize) -> Self {
        Self {
            model,
            graph: Graph::default(),
            ends: BTreeSet::new(),
            reached: BTreeSet::new(),
            cut: false,
            carried_out: 0,
            memo: Memo::default(),
            depth_max,
            states_max,
        }
    }

    /// Visits everything that can be reached from a start, until something is violated.
    pub(super) fn run(&mut self, start: M::State) -> Found {
        let model = self.model;
        let (print, spent) = model.fingerprint(&start, &mut self.memo);
        if self.graph.known(print, spent).is_some() {
            return None;
        }
        let first = self.graph.root(print, spent);
        model.reached(&start, &mut self.reached);
        if let Some(violation) = model.violation(&start) {
            return Some((first, violation));
        }
        let mut waiting = VecDeque::from([(first, start)]);
        while let Some((node, mut state)) = waiting.pop_front() {
            if let Some(found) = self.visit(node, &mut state, &mut waiting) {
                return Some(found);
            }
        }
        None
    }

    fn visit(
        &mut self,
        node: u32,
        state: &mut M::State,
        waiting: &mut VecDeque<(u32, M::State)>,
    ) -> Found {
        let model = self.model;
        let ended = model.ended(state);
        if ended {
            self.graph.end(node);
        }
        let converged = ended && model.missing(state).is_none();
        if converged {
            self.graph.mark(node);
            if let Some(violation) = self.rest(state) {
                return Some((node, violation));
            }
        }
        if self.graph.depth_of(node) >= self.depth_max || self.graph.len() >= self.states_max {
            self.cut = true;
            self.graph.mark(node);
            return None;
        }
        let stuck = ended && !converged && self.is_stuck(state);
        let mut came = Vec::new();
        for go in model.moves(state, stuck) {
            let fault = model.is_fault(go);
            if let Some(known) = self.foreseen(node, go, &came) {
                self.graph.edge(node, known, fault);
                continue;
            }
            let mut next = state.clone();
            model.go(&mut next, go);
            self.carried_out += 1;
            model.reached(&next, &mut self.reached);
            let (print, spent) = model.fingerprint(&next, &mut self.memo);
            if let Some(known) = self.graph.known(print, spent) {
                self.graph.edge(node, known, fault);
                self.plan(node, known, go);
                came.push((go, known));
                continue;
            }
            let child = self.graph.child(node, go, fault, (print, spent));
            self.plan(node, child, go);
            came.push((go, child));
            if let Some(violation) = model.violation(&next) {
                return Some((child, violation));
            }
            waiting.push_back((child, next));
        }
        None
    }

    /// The state that a fault leads to, where that is known: one that was there before with a
    /// fault less.
    fn foreseen(&mut self, node: u32, go: M::Move, came: &[(M::Move, u32)]) -> Option<u32> {
        match self.model.comes_to(go) {
            Known::New => None,
            Known::Nothing(word) => {
                self.reached.extend(word);
                Some(node)
            }
            Known::Same(other) => {
                let mut came = came.iter();
                came.find(|(go, _)| *go == other).map(|(_, to)| *to)
            }
        }
    }

    fn plan(&mut self, from: u32, to: u32, go: M::Move) {
        if self.model.is_planned(go) {
            self.graph.plan(from, to);
        }
    }

    /// Whether a cycle would change nothing.
    fn is_stuck(&mut self, state: &M::State) -> bool {
        let mut next = state.clone();
        self.model.go(&mut next, self.model.cycle());
        self.model.fingerprint(&next, &mut self.memo)
            == self.model.fingerprint(state, &mut self.memo)
    }

    /// A converged world must come to rest, and stay.
    fn rest(&mut self, state: &M::State) -> Option<Violation> {
        let mut now = state.clone();
        let mut print = self.model.world_fingerprint(&now, &mut self.memo);
        for _ in 0..REST_MAX {
            self.model.go(&mut now, self.model.cycle());
            let next = self.model.world_fingerprint(&now, &mut self.memo);
            if next != print {
                print = next;
                continue;
            }
            self.ends.insert(self.model.end(&now));
            let restless = self.model.missing(&mut now);
            return restless.map(|found| Violation {
                property: Property::Quiet,
                found: format!("it was converged, and some cycles later: {found}"),
            });
        }
        Some(Violation {
            property: Property::Settles,
            found: format!("after {REST_MAX} more cycles the world still changes"),
        })
    }

    /// The first state from which nothing leads to a good end, or from which the planner alone goes
    /// round in a circle. Faults are no help, so the way there has to do without.
    pub(super) fn trap(&self) -> Found {
        if let Some(node) = self.graph.first_lost() {
            let found =
                "from here no step, no cycle and no second run leads to a good end".to_owned();
            let property = Property::NoTrap;
            return Some((node, Violation { property, found }));
        }
        let node = self.graph.goes_on(STEPS_MAX)?;
        let property = Property::Settles;
        let found =
            format!("left to itself the procedure does not come to an end in {STEPS_MAX} steps");
        Some((node, Violation { property, found }))
    }
}
