//! The states that were visited, and how they lead to one another.

use hashbrown::HashTable;

/// No state.
const NONE: u32 = u32::MAX;

/// A state takes 32 bytes here and about nine in the table of fingerprints.
#[derive(Debug, Clone, Copy)]
struct Node<M> {
    print: [u64; 2],
    parent: u32,
    depth: u32,
    /// Where the planner's own step leads.
    planned: u32,
    /// How many faults were met on the way.
    spent: u8,
    by: Option<M>,
    /// Converged, or not looked beyond: counted as if a good end could be reached.
    good: bool,
    /// The procedure is at its end.
    ended: bool,
}

/// All states and all moves.
#[derive(Debug)]
pub(super) struct Graph<M> {
    nodes: Vec<Node<M>>,
    /// The latest state of each fingerprint.
    known: HashTable<u32>,
    /// Moves without a fault, as (from, to).
    edges: Vec<(u32, u32)>,
    faults: usize,
}

impl<M> Default for Graph<M> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            known: HashTable::new(),
            edges: Vec::new(),
            faults: 0,
        }
    }
}

const fn halves(print: u128) -> [u64; 2] {
    [print as u64, (print >> 64) as u64]
}

impl<M: Copy> Graph<M> {
    /// The state of a fingerprint, if it was reached with no more faults spent before.
    pub(super) fn known(&self, print: u128, spent: u32) -> Option<u32> {
        let print = halves(print);
        let node = |id: &u32| &self.nodes[*id as usize];
        let same = |id: &u32| node(id).print == print;
        let found = self.known.find(print[0], same)?;
        (u32::from(node(found).spent) <= spent).then_some(*found)
    }

    pub(super) fn root(&mut self, print: u128, spent: u32) -> u32 {
        self.push(print, spent, 0, 0, None)
    }

    fn push(&mut self, print: u128, spent: u32, parent: u32, depth: u32, by: Option<M>) -> u32 {
        let id = self.nodes.len() as u32;
        let print = halves(print);
        self.nodes.push(Node {
            print,
            parent,
            depth,
            planned: NONE,
            spent: u8::try_from(spent).unwrap_or(u8::MAX),
            by,
            good: false,
            ended: false,
        });
        let nodes = &self.nodes;
        let same = |other: &u32| nodes[*other as usize].print == print;
        let hash = |other: &u32| nodes[*other as usize].print[0];
        *self
            .known
            .entry(print[0], same, hash)
            .or_insert(id)
            .get_mut() = id;
        id
    }

    pub(super) fn child(
        &mut self,
        parent: u32,
        by: M,
        fault: bool,
        (print, spent): (u128, u32),
    ) -> u32 {
        let id = self.push(print, spent, parent, self.depth_of(parent) + 1, Some(by));
        self.edge(parent, id, fault);
        id
    }

    pub(super) fn edge(&mut self, from: u32, to: u32, fault: bool) {
        if fault {
            self.faults += 1;
        } else {
            self.edges.push((from, to));
        }
    }

    /// Where the planner's own step leads.
    pub(super) fn plan(&mut self, from: u32, to: u32) {
        self.nodes[from as usize].planned = to;
    }

    /// The first state from which the planner alone takes more steps in a row than that.
    pub(super) fn goes_on(&self, steps_max: u32) -> Option<u32> {
        let mut all = 0..self.nodes.len() as u32;
        all.find(|start| {
            let mut at = *start;
            (0..steps_max).all(|_| {
                at = self.nodes[at as usize].planned;
                at != NONE
            })
        })
    }

    /// A good end, or a state that is not looked beyond, which proves nothing.
    pub(super) fn mark(&mut self, node: u32) {
        self.nodes[node as usize].good = true;
    }

    pub(super) fn end(&mut self, node: u32) {
        self.nodes[node as usize].ended = true;
    }

    pub(super) fn depth_of(&self, node: u32) -> u32 {
        self.nodes[node as usize].depth
    }

    pub(super) fn depth(&self) -> u32 {
        self.nodes.iter().map(|node| node.depth).max().unwrap_or(0)
    }

    pub(super) const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many different states there are, however many faults led to them.
    #[cfg(test)]
    pub(super) fn distinct(&self) -> usize {
        self.known.len()
    }

    /// The memory that states and moves take.
    pub(super) fn bytes(&self) -> usize {
        let nodes = self.nodes.capacity() * size_of::<Node<M>>();
        nodes + self.known.allocation_size() + self.edges.capacity() * size_of::<(u32, u32)>()
    }

    pub(super) const fn transitions(&self) -> usize {
        self.edges.len() + self.faults
    }

    /// The start that a state was first reached from, and the moves from there.
    pub(super) fn path(&self, node: u32) -> (u32, Vec<M>) {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(by) = self.nodes[at as usize].by {
            path.push(by);
            at = self.nodes[at as usize].parent;
        }
        path.reverse();
        (at, path)
    }

    /// The first state, in breadth-first order, from which no good state can be reached. Where
    /// that is a start already, the first such state at the end of the procedure, which shows
    /// more.
    pub(super) fn first_lost(&self) -> Option<u32> {
        let good = self.led_to_good();
        let lost = |id: &u32| !good[*id as usize];
        let all = 0..self.nodes.len() as u32;
        let first = all.clone().find(lost)?;
        if self.nodes[first as usize].by.is_some() {
            return Some(first);
        }
        let ended = all.clone().filter(lost);
        let ended = ended
            .into_iter()
            .find(|id| self.nodes[*id as usize].ended && self.path(*id).0 == first);
        ended.or(Some(first))
    }

    /// For each state whether a good one can be reached: backwards over all moves without a fault.
    fn led_to_good(&self) -> Vec<bool> {
        let mut ends = vec![0u32; self.nodes.len() + 1];
        for (_, to) in &self.edges {
            ends[*to as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut before = vec![0u32; self.edges.len()];
        let mut begins = ends;
        for (from, to) in &self.edges {
            begins[*to as usize] -= 1;
            before[begins[*to as usize] as usize] = *from;
        }
        let mut good: Vec<bool> = self.nodes.iter().map(|node| node.good).collect();
        let ids = (0u32..).zip(&good);
        let mut waiting: Vec<u32> = ids.filter(|(_, good)| **good).map(|(id, _)| id).collect();
        while let Some(node) = waiting.pop() {
            let node = node as usize;
            for from in &before[begins[node] as usize..begins[node + 1] as usize] {
                if !std::mem::replace(&mut good[*from as usize], true) {
                    waiting.push(*from);
                }
            }
        }
        good
    }
}

#[cfg(test)]
mod tests {
    use super::super::closed::Happening;
    use super::super::stage::Move;
    use super::Node;

    #[test]
    fn a_visited_state_takes_no_more_than_64_bytes() {
        // The table keeps four bytes and one of its own for each place, of which it leaves at most
        // nine in sixteen empty.
        let table = (5 * 16usize).div_ceil(7);
        for node in [size_of::<Node<Happening>>(), size_of::<Node<Move>>()] {
            assert!(node + table <= 64, "{node}");
        }
    }
}
