//! A second domain controller of a domain, which hears of every change later.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::host::Host;
use crate::directory::{Change, Directory, DomainController, ObjectId, Refusal, Usn};

/// What a second domain controller has of a domain: the state of some time ago.
///
/// It is read-only, and refers who writes to the first one, as a read-only domain controller does;
/// so nothing can be changed in two places at once. It has a name and an invocationId of its own:
/// cookies and update sequence numbers of the one mean nothing to the other. Passwords are late as
/// everything else is.
#[derive(Debug, Clone)]
pub struct Replica {
    lag: SignedDuration,
    controller: DomainController,
    shown: Directory,
    /// States that are under way, each with the time at which it was left behind by the sender.
    under_way: VecDeque<(Timestamp, Directory)>,
    /// How far the sender was when it last told.
    told: (Usn, Timestamp),
}

impl Replica {
    /// A second domain controller, called `DC2` and as far as the first one is.
    pub fn new(directory: &Directory, lag: SignedDuration, now: Timestamp) -> Self {
        let controller = DomainController {
            name: "DC2".to_owned(),
            ..directory.domain_controller().clone()
        };
        let mut shown = directory.clone();
        shown.set_domain_controller(controller.clone());
        Self {
            lag,
            controller,
            shown,
            under_way: VecDeque::new(),
            told: (directory.highest_committed_usn(), now),
        }
    }

    /// Sends what has changed on its way, if anything has. Where the time has gone back, the world
    /// was set to another state, which is here at once.
    pub fn note(&mut self, directory: &Directory, now: Timestamp) {
        let usn = directory.highest_committed_usn();
        if now < self.told.1 {
            *self = Self::new(directory, self.lag, now);
        } else if usn != self.told.0 {
            self.told = (usn, now);
            self.under_way.push_back((now, directory.clone()));
        }
        self.catch_up(now);
    }

    /// Takes in what has arrived by now.
    pub fn catch_up(&mut self, now: Timestamp) {
        let has_arrived = |sent: Timestamp| now.duration_since(sent) >= self.lag;
        let mut arrived = None;
        while let Some((sent, _)) = self.under_way.front()
            && has_arrived(*sent)
        {
            arrived = self.under_way.pop_front();
        }
        if let Some((_, directory)) = arrived {
            self.shown = directory;
            self.shown.set_domain_controller(self.controller.clone());
        }
    }

    /// What it has by now.
    pub const fn directory(&self) -> &Directory {
        &self.shown
    }
}

/// A second domain controller while it answers.
#[derive(Debug)]
pub struct SecondController<'a> {
    /// What it has.
    pub replica: &'a Replica,
    /// The DNS name of the domain controller that takes writes.
    pub writable: String,
    /// The time.
    pub now: Timestamp,
}

impl Host for SecondController<'_> {
    fn directory(&self) -> &Directory {
        self.replica.directory()
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn change(&mut self, _change: &Change) -> Result<ObjectId, Refusal> {
        let hint = format!(
            "this domain controller is read-only: write at {}",
            self.writable
        );
        Err(Refusal::access_denied(hint))
    }

    fn refers_writes_to(&self) -> Option<&str> {
        Some(&self.writable)
    }
}
