//! The states that were visited, and how they lead to one another.

#[derive(Debug, Clone, Copy)]
struct Node<M> {
    parent: u32,
    depth: u32,
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
    /// Moves without a fault, as (from, to).
    edges: Vec<(u32, u32)>,
    faults: usize,
}

impl<M> Default for Graph<M> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            faults: 0,
        }
    }
}

impl<M: Copy> Graph<M> {
    pub(super) fn root(&mut self) -> u32 {
        self.push(0, 0, None)
    }

    fn push(&mut self, parent: u32, depth: u32, by: Option<M>) -> u32 {
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            parent,
            depth,
            by,
            good: false,
            ended: false,
        });
        id
    }

    pub(super) fn child(&mut self, parent: u32, by: M, fault: bool) -> u32 {
        let id = self.push(parent, self.depth_of(parent) + 1, Some(by));
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
        let mut edges = self.edges.clone();
        edges.sort_unstable_by_key(|(from, to)| (*to, *from));
        let mut good: Vec<bool> = self.nodes.iter().map(|node| node.good).collect();
        let mut waiting: Vec<u32> = (0u32..)
            .zip(&good)
            .filter(|(_, good)| **good)
            .map(|(id, _)| id)
            .collect();
        while let Some(node) = waiting.pop() {
            let first = edges.partition_point(|(_, to)| *to < node);
            for (from, _) in edges[first..].iter().take_while(|(_, to)| *to == node) {
                if !std::mem::replace(&mut good[*from as usize], true) {
                    waiting.push(*from);
                }
            }
        }
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
}
