//! What must hold of a world, as named properties with a text for reports.
//!
//! Whose account is whose is ground truth (`belongs` of a scenario): the engine can't see it, the
//! judge can.

mod guards;
mod truth;

pub(crate) use guards::{Addresses, Guards};
pub use truth::{GroundTruth, Violation};
pub(crate) use truth::{administrators, global_administrators};

/// A named property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// An account with a mailbox or licences is never purged.
    Kept,
    /// No two live accounts of a type carry one anchor.
    OneAnchor,
    /// No Active Directory object is joined to somebody else's account.
    RightOwner,
    /// Nothing is deleted that the procedure does not name.
    ScopedDeletes,
    /// There is always a Global Administrator, where there was one.
    AdminLeft,
    /// An address of a mailbox is not lost when the account is taken over.
    AddressesKept,
    /// Nobody with a mailbox on-premises gets a second one with a licence.
    OneMailbox,
    /// What protects the tenant and was lifted is there again in the end.
    GuardsRestored,
    /// From every state that can come about, convergence stays within reach.
    NoTrap,
    /// Without further faults the world comes to rest.
    Settles,
    /// At the end, one more cycle changes nothing.
    Quiet,
    /// All converged ends are equal up to fresh identifiers.
    Confluent,
    /// What the procedure is about really happened on some way.
    Reached,
}

impl Property {
    /// All properties.
    pub const ALL: [Self; 13] = [
        Self::Kept,
        Self::OneAnchor,
        Self::RightOwner,
        Self::ScopedDeletes,
        Self::AdminLeft,
        Self::AddressesKept,
        Self::OneMailbox,
        Self::GuardsRestored,
        Self::NoTrap,
        Self::Settles,
        Self::Quiet,
        Self::Confluent,
        Self::Reached,
    ];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::OneAnchor => "one-anchor",
            Self::RightOwner => "right-owner",
            Self::ScopedDeletes => "scoped-deletes",
            Self::AdminLeft => "admin-left",
            Self::AddressesKept => "addresses-kept",
            Self::OneMailbox => "one-mailbox",
            Self::GuardsRestored => "guards-restored",
            Self::NoTrap => "no-trap",
            Self::Settles => "settles",
            Self::Quiet => "quiet",
            Self::Confluent => "confluent",
            Self::Reached => "reached",
        }
    }

    /// What it says, as a sentence.
    pub const fn statement(self) -> &'static str {
        match self {
            Self::Kept => "an account that holds a mailbox or licences is never purged",
            Self::OneAnchor => "no two live accounts carry one ImmutableId",
            Self::RightOwner => "no AD object is joined to somebody else's account",
            Self::ScopedDeletes => "nothing is deleted that the procedure does not name",
            Self::AdminLeft => "a Global Administrator is left",
            Self::AddressesKept => "no address of a mailbox is lost when its account is taken over",
            Self::OneMailbox => {
                "no licence makes a second mailbox for somebody with one on-premises"
            }
            Self::GuardsRestored => "guards that were lifted are there again in the end",
            Self::NoTrap => "from every reachable state convergence stays reachable",
            Self::Settles => "once faults stop, a few cycles lead to a state that stays",
            Self::Quiet => "one more cycle changes nothing",
            Self::Confluent => "all converged ends are equal up to fresh identifiers",
            Self::Reached => "what the procedure is about happened on some way",
        }
    }
}
