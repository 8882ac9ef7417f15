//! The steps of a repair.

use jiff::SignedDuration;
use mock_ad::directory::{AttributeId, Modification, ObjectId};
use mock_cloud::tenant::Role;
use mock_cloud::tenant::administer::{ObjectUpdate, RestoreOptions};
use mock_cloud::{CloudKey, ProxyAddress, SourceAnchor};
use store::Text;

use super::look::MARK;
use crate::engine::{CyclePolicy, Source};
use crate::world::{Action, AdChange, CloudChange, World};

/// How long turning synchronisation off may take (rule R2.7).
const OFF_AFTER_HOURS: i64 = 72;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Take a person out of scope: into a container that is not synced, or where there is none, by
    /// adminDescription (rule R5.10).
    MoveOut {
        /// The person.
        person: Source,
        /// The container.
        to: Option<ObjectId>,
        /// The account that the next cycle will delete.
        deletes: Option<CloudKey>,
    },
    /// Bring a person back to where the person was.
    MoveBack {
        /// The person.
        person: Source,
        /// The container; `None` to clear adminDescription.
        to: Option<ObjectId>,
    },
    /// Run a cycle.
    Cycle(CyclePolicy),
    /// Delete an account to the recycle bin.
    Delete(CloudKey),
    /// Remove an account from the recycle bin for good.
    Purge(CloudKey),
    /// Restore an account from the recycle bin.
    Restore(CloudKey, RestoreOptions),
    /// Set the ImmutableId of an account to the anchor of a person.
    SetImmutableId(CloudKey, Source, SourceAnchor),
    /// Clear the ImmutableId of an account.
    ClearImmutableId(CloudKey),
    /// Take a directory role away, to be given back in the end.
    RemoveRole(CloudKey, Role),
    /// Give a directory role back.
    AssignRole(CloudKey, Role),
    /// Clear `onPremisesObjectIdentifier` (rule R2.22).
    ClearObjectIdentifier(CloudKey),
    /// Clear `onPremisesSecurityIdentifier`, which a formerly synced account keeps
    /// (`Clear-ADSyncToolsOnPremisesAttribute`; older eras had only Microsoft's support for it).
    ClearSecurityIdentifier(CloudKey),
    /// Give an account another UPN, because its own belongs to somebody else.
    SetUpn(CloudKey, Text),
    /// Give an account these proxyAddresses: those that belong to nobody else.
    SetAddresses(CloudKey, Vec<ProxyAddress>),
    /// Convert a user to cloud-managed, or back (rule R2.30).
    SetCloudManaged(CloudKey, bool),
    /// Block takeover through hard match, or lift the block (rule R2.7).
    BlockTakeover(bool),
    /// Turn directory synchronisation off for the whole tenant, or on again (rule R2.7).
    SetSynchronized(bool),
    /// Let the time pass until the service has turned it off.
    WaitUntilOff,
    /// Let an hour pass, until the service looks for values that are free again (rule R3.8).
    Wait,
}

impl What {
    /// The account that is changed.
    pub const fn account(&self) -> Option<CloudKey> {
        match *self {
            Self::Delete(key)
            | Self::Purge(key)
            | Self::Restore(key, _)
            | Self::SetImmutableId(key, ..)
            | Self::ClearImmutableId(key)
            | Self::RemoveRole(key, _)
            | Self::AssignRole(key, _)
            | Self::ClearObjectIdentifier(key)
            | Self::ClearSecurityIdentifier(key)
            | Self::SetUpn(key, _)
            | Self::SetAddresses(key, _)
            | Self::SetCloudManaged(key, _) => Some(key),
            Self::MoveOut { .. }
            | Self::MoveBack { .. }
            | Self::Cycle(_)
            | Self::BlockTakeover(_)
            | Self::SetSynchronized(_)
            | Self::WaitUntilOff
            | Self::Wait => None,
        }
    }

    /// The person whose object is moved.
    pub const fn moved(&self) -> Option<Source> {
        match *self {
            Self::MoveOut { person, .. } | Self::MoveBack { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Whether it is the same move of the same person or account, whatever its values.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.account() == other.account()
            && self.moved() == other.moved()
    }
}

/// One step, for whom it is, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStep {
    /// What to do.
    pub what: What,
    /// The person it is done for, where it is one.
    pub person: Option<Source>,
    /// Why, as the end of a sentence that begins with "because".
    pub why: String,
}

impl PlannedStep {
    pub(crate) const fn new(what: What, person: Option<Source>, why: String) -> Self {
        Self { what, person, why }
    }

    /// Whether something is deleted by it, now or by the next cycle.
    pub const fn is_destructive(&self) -> bool {
        matches!(
            self.what,
            What::MoveOut {
                deletes: Some(_),
                ..
            } | What::Delete(_)
                | What::Purge(_)
        )
    }

    /// Whether there is no way back.
    pub const fn is_irreversible(&self) -> bool {
        matches!(self.what, What::Purge(_))
    }

    /// Whether nothing comes of it before a cycle has run.
    pub const fn waits_for_cycle(&self) -> bool {
        matches!(self.what, What::MoveOut { .. } | What::MoveBack { .. })
    }

    /// Whether it is a call to a directory that can be lost, refused or throttled.
    pub const fn is_remote(&self) -> bool {
        !matches!(self.what, What::Cycle(_) | What::Wait | What::WaitUntilOff)
    }

    /// The account that the step names: it may be deleted by it, or be away for its sake.
    pub const fn names(&self) -> Option<CloudKey> {
        match self.what {
            What::MoveOut { deletes, .. } => deletes,
            What::Delete(key) | What::Purge(key) | What::Restore(key, _) => Some(key),
            _ => None,
        }
    }

    /// The step as an action on a world.
    pub fn action(&self) -> Action {
        let cloud = |change| Action::Cloud(change);
        match &self.what {
            What::MoveOut { person, to, .. } => match to {
                Some(parent) => moved(*person, *parent),
                None => marked(
                    *person,
                    Modification::replace(AttributeId::ADMIN_DESCRIPTION, [MARK]),
                ),
            },
            What::MoveBack { person, to } => match to {
                Some(parent) => moved(*person, *parent),
                None => marked(*person, Modification::clear(AttributeId::ADMIN_DESCRIPTION)),
            },
            What::Cycle(policy) => Action::Cycle(*policy),
            What::Delete(key) => cloud(CloudChange::Delete(*key)),
            What::Purge(key) => cloud(CloudChange::Purge(*key)),
            What::Restore(key, options) => cloud(CloudChange::Restore(*key, options.clone())),
            What::SetImmutableId(key, _, anchor) => {
                cloud(CloudChange::SetImmutableId(*key, Some(anchor.clone())))
            }
            What::ClearImmutableId(key) => cloud(CloudChange::SetImmutableId(*key, None)),
            What::RemoveRole(key, role) => cloud(CloudChange::RemoveRole(*key, role.clone())),
            What::AssignRole(key, role) => cloud(CloudChange::AssignRole(*key, role.clone())),
            What::ClearObjectIdentifier(key) => cloud(CloudChange::ClearObjectIdentifier(*key)),
            What::ClearSecurityIdentifier(key) => {
                let names = vec!["onPremisesSecurityIdentifier"];
                cloud(CloudChange::ClearOnPremisesFacts(*key, names))
            }
            What::SetUpn(key, upn) => {
                let update = ObjectUpdate {
                    user_principal_name: Some(upn.clone()),
                    ..ObjectUpdate::default()
                };
                cloud(CloudChange::Update(*key, Box::new(update)))
            }
            What::SetAddresses(key, addresses) => {
                let update = ObjectUpdate {
                    proxy_addresses: Some(addresses.clone()),
                    ..ObjectUpdate::default()
                };
                cloud(CloudChange::Update(*key, Box::new(update)))
            }
            What::SetCloudManaged(key, on) => cloud(CloudChange::SetCloudManaged(*key, *on)),
            What::BlockTakeover(on) => cloud(CloudChange::SetFeature(
                "block-cloud-object-takeover-through-hard-match",
                *on,
            )),
            What::SetSynchronized(on) => cloud(CloudChange::SetSyncEnabled(*on)),
            What::WaitUntilOff => Action::Advance(SignedDuration::from_hours(OFF_AFTER_HOURS)),
            What::Wait => Action::Advance(SignedDuration::from_hours(1)),
        }
    }

    /// The step in an administrator's words; `world` is the one it is taken in.
    pub fn text(&self, world: &World) -> String {
        let label = |key: &CloudKey| {
            let object = world.tenant().object(*key);
            object.map_or_else(Text::new, |object| object.label())
        };
        let name = |source: &Source| super::look::name(world, *source);
        match &self.what {
            What::MoveOut {
                person,
                to: Some(to),
                ..
            } => {
                let to = super::dn(
                    world,
                    Source {
                        object: *to,
                        ..*person
                    },
                );
                format!("move {} out of scope, to {to}", name(person))
            }
            What::MoveOut { person, .. } => {
                format!("mark {} with adminDescription {MARK}", name(person))
            }
            What::MoveBack {
                person,
                to: Some(_),
            } => {
                format!("move {} back into scope", name(person))
            }
            What::MoveBack { person, .. } => {
                format!("clear adminDescription of {}", name(person))
            }
            What::Cycle(CyclePolicy::Delta) => "run a delta cycle".to_owned(),
            What::Cycle(CyclePolicy::Initial) => "run a full cycle".to_owned(),
            What::Delete(key) => format!("delete the account {}", label(key)),
            What::Purge(key) => format!("remove {} from the recycle bin for good", label(key)),
            What::Restore(key, _) => format!("restore the account {}", label(key)),
            What::SetImmutableId(key, person, _) => {
                format!(
                    "set the ImmutableId of {} from {}",
                    label(key),
                    name(person)
                )
            }
            What::ClearImmutableId(key) => format!("clear the ImmutableId of {}", label(key)),
            What::RemoveRole(key, role) => format!("take the role {} from {}", role.0, label(key)),
            What::AssignRole(key, role) => {
                format!("give {} the role {} back", label(key), role.0)
            }
            What::ClearObjectIdentifier(key) => {
                format!("clear onPremisesObjectIdentifier of {}", label(key))
            }
            What::ClearSecurityIdentifier(key) => {
                format!("clear onPremisesSecurityIdentifier of {}", label(key))
            }
            What::SetUpn(key, upn) => format!("change the UPN of {} to {upn}", label(key)),
            What::SetAddresses(key, addresses) if addresses.is_empty() => {
                format!("take all addresses from {}", label(key))
            }
            What::SetAddresses(key, addresses) => {
                let list: Vec<&str> = addresses.iter().map(ProxyAddress::as_str).collect();
                format!("leave {} only {}", label(key), list.join(", "))
            }
            What::SetCloudManaged(key, true) => format!("convert {} to cloud-managed", label(key)),
            What::SetCloudManaged(key, false) => {
                format!("give the source of authority of {} back", label(key))
            }
            What::BlockTakeover(true) => "block takeover through hard match again".to_owned(),
            What::BlockTakeover(false) => {
                "lift the block of takeover through hard match".to_owned()
            }
            What::SetSynchronized(false) => {
                "turn directory synchronisation off for the whole tenant".to_owned()
            }
            What::SetSynchronized(true) => {
                "turn directory synchronisation on again for the whole tenant".to_owned()
            }
            What::WaitUntilOff => {
                format!("wait until it is off, which takes up to {OFF_AFTER_HOURS} hours")
            }
            What::Wait => "wait an hour, until the service looks at withheld values".to_owned(),
        }
    }
}

fn moved(person: Source, parent: ObjectId) -> Action {
    Action::Ad {
        forest: person.forest,
        change: AdChange::Move {
            object: person.object,
            name: None,
            parent: Some(parent),
        },
    }
}

fn marked(person: Source, change: Modification) -> Action {
    Action::Ad {
        forest: person.forest,
        change: AdChange::Modify {
            object: person.object,
            changes: vec![change],
        },
    }
}
