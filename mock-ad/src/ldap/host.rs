//! Whose directory a server answers for, and what goes wrong on purpose.

use std::time::Duration;

use jiff::Timestamp;
use store::Entropy;

use super::message::Kind;
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

    /// What goes wrong with the request that is about to be answered; nothing, unless told.
    fn fault(&mut self, _kind: Kind) -> Option<Fault> {
        None
    }
}

/// Something that goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with `busy` (51), and nothing is done.
    Busy,
    /// It is refused with `unavailable` (52), and nothing is done.
    Unavailable,
    /// The connection is dropped, and nothing is done.
    Dropped,
    /// It is done, but the connection is dropped before the answer: the client cannot know.
    LostReply,
    /// It is done, but never answered, and the connection stays: the client waits.
    NoReply,
    /// It is done and answered, but late.
    Delayed(Duration),
}

/// A directory by itself, with a clock that is set from outside.
#[derive(Debug, Clone)]
pub struct Standalone {
    directory: Directory,
    entropy: Entropy,
    now: Timestamp,
    faults: Vec<(Kind, Fault)>,
}

impl Standalone {
    /// A directory whose new objectGUIDs follow from a seed.
    pub fn new(directory: Directory, seed: u64, now: Timestamp) -> Self {
        Self {
            directory,
            entropy: Entropy::new(seed),
            now,
            faults: Vec::new(),
        }
    }

    /// Sets the clock.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Has something go wrong with the next request of a kind; several are used up in order.
    pub fn inject(&mut self, kind: Kind, fault: Fault) {
        self.faults.push((kind, fault));
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
        self.directory.apply(change, self.now, &mut guids)
    }

    fn fault(&mut self, kind: Kind) -> Option<Fault> {
        let at = self.faults.iter().position(|(of, _)| *of == kind)?;
        Some(self.faults.remove(at).1)
    }
}
