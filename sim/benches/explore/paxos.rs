//! The reference: single-decree Paxos as an actor model of stateright, with three servers, three
//! clients that write and then read, and linearizability as what is checked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use stateright::actor::register::{RegisterActor, RegisterMsg};
use stateright::actor::{Actor, ActorModel, Id, Network, Out, model_peers};
use stateright::semantics::LinearizabilityTester;
use stateright::semantics::register::Register;
use stateright::{Checker, Expectation, Model};

/// A round, and who leads it.
type Ballot = (u32, Id);
/// A request, who asked for it, and the value to write.
type Proposal = (u64, Id, char);
type Accepted = Option<(Ballot, Proposal)>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Message {
    Prepare(Ballot),
    Promise(Ballot, Accepted),
    Accept(Ballot, Proposal),
    Accepted(Ballot),
    Decided(Ballot, Proposal),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Server {
    ballot: Ballot,
    accepted: Accepted,
    decided: bool,
    /// What the server itself proposes, once a client has asked for it.
    proposal: Option<Proposal>,
    promises: BTreeMap<Id, Accepted>,
    votes: BTreeSet<Id>,
}

#[derive(Debug, Clone)]
struct Paxos {
    peers: Vec<Id>,
}

impl Paxos {
    fn is_majority(&self, count: usize) -> bool {
        count > self.peers.len().div_ceil(2)
    }
}

impl Actor for Paxos {
    type Msg = RegisterMsg<u64, char, Message>;
    type State = Server;
    type Timer = ();
    type Random = ();
    type Storage = ();

    fn on_start(&self, _: Id, _: &Option<()>, _: &mut Out<Self>) -> Server {
        Server {
            ballot: (0, Id::from(0)),
            accepted: None,
            decided: false,
            proposal: None,
            promises: BTreeMap::new(),
            votes: BTreeSet::new(),
        }
    }

    fn on_msg(
        &self,
        id: Id,
        state: &mut Cow<'_, Server>,
        from: Id,
        message: Self::Msg,
        out: &mut Out<Self>,
    ) {
        use Message::{Accept, Accepted, Decided, Prepare, Promise};
        use RegisterMsg::{Get, GetOk, Internal, Put, PutOk};
        if state.decided {
            if let (Get(request), Some((_, (_, _, value)))) = (message, state.accepted) {
                out.send(from, GetOk(request, value));
            }
            return;
        }
        match message {
            Put(request, value) if state.proposal.is_none() => {
                let state = state.to_mut();
                state.ballot = (state.ballot.0 + 1, id);
                state.proposal = Some((request, from, value));
                // The server promises its own round, and votes for itself below.
                state.promises = BTreeMap::from([(id, state.accepted)]);
                state.votes = BTreeSet::new();
                out.broadcast(&self.peers, &Internal(Prepare(state.ballot)));
            }
            Internal(Prepare(ballot)) if ballot > state.ballot => {
                out.send(from, Internal(Promise(ballot, state.accepted)));
                state.to_mut().ballot = ballot;
            }
            Internal(Promise(ballot, last)) if ballot == state.ballot => {
                let state = state.to_mut();
                state.promises.insert(from, last);
                if self.is_majority(state.promises.len()) {
                    let latest = state.promises.values().max().copied().flatten();
                    let proposal = latest.map(|(_, proposal)| proposal).or(state.proposal);
                    let Some(proposal) = proposal else { return };
                    state.proposal = Some(proposal);
                    state.accepted = Some((ballot, proposal));
                    state.votes.insert(id);
                    out.broadcast(&self.peers, &Internal(Accept(ballot, proposal)));
                }
            }
            Internal(Accept(ballot, proposal)) if ballot >= state.ballot => {
                let state = state.to_mut();
                state.ballot = ballot;
                state.accepted = Some((ballot, proposal));
                out.send(from, Internal(Accepted(ballot)));
            }
            Internal(Accepted(ballot)) if ballot == state.ballot => {
                let state = state.to_mut();
                state.votes.insert(from);
                if let Some(proposal) = state.proposal
                    && self.is_majority(state.votes.len())
                {
                    state.decided = true;
                    out.broadcast(&self.peers, &Internal(Decided(ballot, proposal)));
                    out.send(proposal.1, PutOk(proposal.0));
                }
            }
            Internal(Decided(ballot, proposal)) => {
                let state = state.to_mut();
                state.ballot = ballot;
                state.accepted = Some((ballot, proposal));
                state.decided = true;
            }
            _ => {}
        }
    }
}

/// What was counted.
pub(super) struct Counted {
    pub(super) generated: usize,
    pub(super) unique: usize,
}

const SERVERS: usize = 3;
const CLIENTS: usize = 3;
/// So many states are enough to measure by.
const STATES: usize = 400_000;

/// Breadth first on one thread.
pub(super) fn check() -> Counted {
    let history = LinearizabilityTester::new(Register(char::default()));
    let servers = (0..SERVERS).map(|place| {
        RegisterActor::Server(Paxos {
            peers: model_peers(place, SERVERS),
        })
    });
    let clients = (0..CLIENTS).map(|_| RegisterActor::Client {
        put_count: 1,
        server_count: SERVERS,
    });
    let model = ActorModel::new((), history)
        .actors(servers)
        .actors(clients)
        .init_network(Network::new_unordered_nonduplicating([]))
        .property(Expectation::Always, "linearizable", |_, state| {
            state.history.serialized_history().is_some()
        })
        .record_msg_in(RegisterMsg::record_returns)
        .record_msg_out(RegisterMsg::record_invocations);
    let checker = model
        .checker()
        .target_state_count(STATES)
        .spawn_bfs()
        .join();
    assert!(checker.discovery("linearizable").is_none());
    Counted {
        generated: checker.state_count(),
        unique: checker.unique_state_count(),
    }
}
