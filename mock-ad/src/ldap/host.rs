//! Whose directory a server answers for, and what goes wrong on purpose.

use jiff::{SignedDuration, Timestamp};
use store::Entropy;

use super::fault::{Fault, PlannedFault};
use super::message::Kind;
use super::replica::{Replica, SecondController};
use crate::directory::{Change, Directory, ObjectGuid, ObjectId, Refusal};

/// What a server asks of the directory behind it.
///
/// Alone it is a [`Standalone`] directory; inside a larger world it is that world, to which every
/// change is one more action.
pub trait Host {
    /// The directory as it is.
    fn directory(&self) -> &Directory;

    /// The time, real or virtual.
    fn now(&self) -> Timestamp;

    /// Makes a change, all of it or nothing.
    fn change(&mut self, change: &Change) -> Result<ObjectId, Refusal>;

    /// The domain controller that takes writes, where this one takes none.
    fn refers_writes_to(&self) -> Option<&str> {
        None
    }

    /// What goes wrong with the request that is about to be answered; nothing, unless told.
    fn fault(&mut self, _kind: Kind) -> Option<Fault> {
        None
    }
}

/// A directory by itself, with a clock that is set from outside.
#[derive(Debug, Clone)]
pub struct Standalone {
    directory: Directory,
    entropy: Entropy,
    now: Timestamp,
    faults: Vec<PlannedFault>,
    replica: Option<Replica>,
}

impl Standalone {
    /// A directory whose new objectGUIDs follow from a seed.
    pub fn new(directory: Directory, seed: u64, now: Timestamp) -> Self {
        Self {
            directory,
            entropy: Entropy::new(seed),
            now,
            faults: Vec::new(),
            replica: None,
        }
    }

    /// Sets the clock.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        self.directory.collect_garbage(now);
    }

    /// Has something go wrong with the next request of a kind; several are used up in order.
    pub fn inject(&mut self, kind: Kind, fault: Fault) {
        self.plan_fault(PlannedFault::new(fault, Some(kind), 1));
    }

    /// Plans something to go wrong with more than one request.
    pub fn plan_fault(&mut self, fault: PlannedFault) {
        self.faults.push(fault);
    }

    /// Gives the domain a second domain controller, which hears of changes so much later.
    pub fn replicate(&mut self, lag: SignedDuration) {
        self.replica = Some(Replica::new(&self.directory, lag, self.now));
    }

    /// The second domain controller, if there is one, with what it has by now.
    pub fn second_controller(&mut self) -> Option<SecondController<'_>> {
        let replica = self.replica.as_mut()?;
        replica.note(&self.directory, self.now);
        Some(SecondController {
            writable: self.directory.dns_host_name(),
            now: self.now,
            replica,
        })
    }

    /// The directory, to set up a test or to take back what was done to it.
    pub fn directory_mut(&mut self) -> &mut Directory {
        &mut self.directory
    }
}

impl Host for Standalone {
    fn directory(&self) -> &Directory {
        &self.directory
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn change(&mut self, change: &Change) -> Result<ObjectId, Refusal> {
        let entropy = &mut self.entropy;
        let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
        let done = self.directory.apply(change, self.now, &mut guids);
        if let Some(replica) = &mut self.replica {
            replica.note(&self.directory, self.now);
        }
        done
    }

    fn fault(&mut self, kind: Kind) -> Option<Fault> {
        PlannedFault::strike_first(&mut self.faults, kind)
    }
}
