//! A lab used from inside: by a script that runs in this process instead of over a socket.

use mock_ad::directory::{ObjectId, Refusal};
use mock_ad::ldap::{Fault, Kind};
use mock_cloud::server::{Fault as GraphFault, Request, Response, Service, respond};
use mock_cloud::tenant::Refusal as CloudRefusal;
use sim::world::{Action, AdChange, CloudChange, Event};

use crate::doors::GraphDoor;
use crate::lab::{Lab, Origin};

/// Why a domain controller gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreached {
    /// It refused.
    Refused(Box<Refusal>),
    /// It is busy, and has done nothing.
    Busy,
    /// It can't be reached, and has done nothing.
    Unavailable,
    /// The connection broke; what was asked for may have been done.
    Dropped,
}

/// Why the service gave no answer to a change that no request of Graph stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChanged {
    /// It refused.
    Refused(Box<CloudRefusal>),
    /// It is too busy, and has done nothing.
    Busy,
    /// The connection broke; what was asked for has been done.
    Dropped,
}

impl Lab {
    /// Changes the tenant on behalf of somebody who does not speak Graph, such as a cmdlet of
    /// Exchange Online, with the faults that a request would meet.
    ///
    /// # Errors
    ///
    /// The refusal of the service, or a fault.
    pub fn change_tenant(&mut self, from: Origin, change: CloudChange) -> Result<(), NotChanged> {
        // The same chance of a fault as for a request that writes.
        let lost = match self.faults.of_graph("PATCH", "/v1.0/") {
            None => false,
            Some(GraphFault::LoseReply) => true,
            Some(GraphFault::Refuse { .. }) => return Err(NotChanged::Busy),
        };
        let events = self.act(from, Action::Cloud(change));
        let refusal = events.iter().find_map(|event| match event {
            Event::CloudRefused(refusal) => Some(refusal.clone()),
            _ => None,
        });
        if refusal.is_none() {
            self.wrote();
        }
        self.finish_request();
        match refusal {
            Some(refusal) => Err(NotChanged::Refused(refusal)),
            None if lost => Err(NotChanged::Dropped),
            None => Ok(()),
        }
    }

    /// Answers a request of Graph, as the server does, on behalf of somebody.
    pub fn graph_from(
        &mut self,
        from: Origin,
        service: &mut Service,
        request: &Request,
    ) -> Response {
        let response = respond(service, &mut GraphDoor { lab: self, from }, request);
        self.pass_waiting();
        self.finish_request();
        response
    }

    /// Changes a forest on behalf of somebody, with the faults that an LDAP client would meet.
    ///
    /// # Errors
    ///
    /// The refusal of the directory, or a fault.
    pub fn change_forest(
        &mut self,
        from: Origin,
        forest: usize,
        change: AdChange,
    ) -> Result<ObjectId, Unreached> {
        let kind = match change {
            AdChange::Add { .. } | AdChange::Restore { .. } => Kind::Add,
            AdChange::Modify { .. } | AdChange::Configure { .. } => Kind::Modify,
            AdChange::Authenticate { .. } => Kind::Bind,
            AdChange::Move { .. } => Kind::ModifyDn,
            AdChange::Delete { .. } => Kind::Delete,
        };
        let lost = self.meet(kind)?;
        let events = self.act(from, Action::Ad { forest, change });
        let answer = events.iter().find_map(|event| match event {
            Event::AdChanged { object, .. } => Some(Ok(*object)),
            Event::AdRefused(refusal) => Some(Err(refusal.clone())),
            _ => None,
        });
        if matches!(answer, Some(Ok(_))) {
            self.wrote();
        }
        self.finish_request();
        match answer {
            Some(Ok(_)) if lost => Err(Unreached::Dropped),
            Some(Ok(object)) => Ok(object),
            Some(Err(refusal)) => Err(Unreached::Refused(refusal)),
            // A world answers each change of a forest that is there.
            None => Err(Unreached::Unavailable),
        }
    }

    /// Meets the fault that a request of LDAP would meet now; whether its answer gets lost.
    ///
    /// # Errors
    ///
    /// The fault, where nothing is done.
    pub fn meet(&mut self, kind: Kind) -> Result<bool, Unreached> {
        match self.faults.of_ldap(kind) {
            None | Some(Fault::Delayed(_)) => Ok(false),
            Some(Fault::LostReply | Fault::NoReply) => Ok(true),
            Some(Fault::Busy) => Err(Unreached::Busy),
            Some(Fault::Unavailable) => Err(Unreached::Unavailable),
            Some(Fault::Dropped) => Err(Unreached::Dropped),
        }
    }
}

#[cfg(test)]
mod tests;
