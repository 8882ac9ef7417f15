//! Changes to a tenant as plain values: what a journal keeps.

use jiff::Timestamp;
use store::{Entropy, Text};

use super::administer::{ObjectUpdate, RestoreOptions};
use super::{DirectoryObject, Domain, FEATURES, Refusal, Role, Tenant};
use crate::ids::{CloudKey, SourceAnchor};

/// A list of a group that links to other objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// `members`.
    Member,
    /// `owners`.
    Owner,
}

impl Link {
    /// The name of the list in Graph.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "members",
            Self::Owner => "owners",
        }
    }
}

/// Something that an administrator does to a tenant.
#[derive(Debug, Clone)]
pub enum Change {
    /// Makes an object that carries its id already.
    Create(Box<DirectoryObject>),
    /// Changes properties.
    Update(CloudKey, Box<ObjectUpdate>),
    /// Deletes an object to the recycle bin.
    Delete(CloudKey),
    /// Removes a deleted object for good.
    Purge(CloudKey),
    /// Restores a deleted object.
    Restore(CloudKey, RestoreOptions),
    /// Sets or clears the ImmutableId.
    SetImmutableId(CloudKey, Option<SourceAnchor>),
    /// Gives a licence.
    AssignLicence(CloudKey, Text),
    /// Takes a licence away.
    RemoveLicence(CloudKey, Text),
    /// Gives a directory role.
    AssignRole(CloudKey, Role),
    /// Takes a directory role away.
    RemoveRole(CloudKey, Role),
    /// Turns a feature on or off, by its name in scenario files.
    SetFeature(&'static str, bool),
    /// Turns a feature on or off that decides nothing here, by its name in Graph.
    SetOtherFeature(&'static str, bool),
    /// Sets `alertThreshold` of accidental deletion prevention; `None` turns it off.
    SetDeletionThreshold(Option<u32>),
    /// Converts a user to cloud-managed, or back.
    SetCloudManaged(CloudKey, bool),
    /// Clears `onPremisesObjectIdentifier`.
    ClearObjectIdentifier(CloudKey),
    /// Clears what is known of an object's on-premises side, by the names in Graph.
    ClearOnPremisesFacts(CloudKey, Vec<&'static str>),
    /// Adds objects to a list of a group; all or none.
    AddLinks(CloudKey, Link, Vec<CloudKey>),
    /// Takes an object out of a list of a group.
    RemoveLink(CloudKey, Link, CloudKey),
    /// Sets or clears the manager of a user.
    SetManager(CloudKey, Option<CloudKey>),
    /// Turns directory synchronisation of the whole tenant on or off.
    SetSyncEnabled(bool),
    /// Adds a domain, or changes what is known of it (rule R4.4).
    ChangeDomain(Domain),
    /// Carries out several changes as one: where one is refused, none has happened.
    All(Vec<Self>),
}

impl Change {
    /// The object that is changed, where it is one that exists already.
    pub fn target(&self) -> Option<CloudKey> {
        match self {
            Self::Update(key, _)
            | Self::Delete(key)
            | Self::Purge(key)
            | Self::Restore(key, _)
            | Self::SetImmutableId(key, _)
            | Self::AssignLicence(key, _)
            | Self::RemoveLicence(key, _)
            | Self::AssignRole(key, _)
            | Self::RemoveRole(key, _)
            | Self::SetCloudManaged(key, _)
            | Self::ClearObjectIdentifier(key)
            | Self::ClearOnPremisesFacts(key, _)
            | Self::AddLinks(key, ..)
            | Self::RemoveLink(key, ..)
            | Self::SetManager(key, _) => Some(*key),
            Self::Create(_)
            | Self::SetFeature(..)
            | Self::SetOtherFeature(..)
            | Self::SetDeletionThreshold(_)
            | Self::SetSyncEnabled(_)
            | Self::ChangeDomain(_) => None,
            Self::All(changes) => changes.iter().find_map(Self::target),
        }
    }
}

impl Tenant {
    /// Carries out a change, or refuses it and changes nothing. Gives the object that was made or
    /// changed, where it is one.
    pub fn apply(
        &mut self,
        change: &Change,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Result<Option<CloudKey>, Refusal> {
        match change {
            Change::Create(object) => return self.create_object((**object).clone()).map(Some),
            Change::Update(key, update) => self.update_object(*key, update)?,
            Change::Delete(key) => self.delete_object(*key, now)?,
            Change::Purge(key) => self.purge_object(*key, now)?,
            Change::Restore(key, options) => self.restore_object(*key, options, now)?,
            Change::SetImmutableId(key, anchor) => self.set_immutable_id(*key, anchor.clone())?,
            Change::AssignLicence(key, licence) => {
                self.assign_licence(*key, licence.clone(), entropy)?;
            }
            Change::RemoveLicence(key, licence) => self.remove_licence(*key, licence)?,
            Change::AssignRole(key, role) => self.assign_role(*key, role.clone())?,
            Change::RemoveRole(key, role) => self.remove_role(*key, role)?,
            Change::SetFeature(name, enabled) => {
                if let Some(feature) = FEATURES.iter().find(|feature| feature.name == *name) {
                    self.set_feature(feature, *enabled)?;
                }
            }
            Change::SetOtherFeature(name, enabled) => self.features.set_other(name, *enabled),
            Change::SetDeletionThreshold(threshold) => self.deletion_threshold = *threshold,
            Change::SetCloudManaged(key, managed) => self.set_cloud_managed(*key, *managed)?,
            Change::ClearObjectIdentifier(key) => self.clear_object_identifier(*key)?,
            Change::ClearOnPremisesFacts(key, names) => self.clear_on_premises(*key, names)?,
            Change::AddLinks(key, link, targets) => self.add_links(*key, *link, targets)?,
            Change::RemoveLink(key, link, target) => self.remove_link(*key, *link, *target)?,
            Change::SetManager(key, manager) => self.set_manager(*key, *manager)?,
            Change::SetSyncEnabled(enabled) => self.set_sync_enabled(*enabled, now)?,
            Change::ChangeDomain(domain) => {
                self.change_domain(domain.clone(), now, entropy);
            }
            Change::All(changes) => return self.apply_all(changes, now, entropy),
        }
        Ok(change.target())
    }

    fn apply_all(
        &mut self,
        changes: &[Change],
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Result<Option<CloudKey>, Refusal> {
        let (mut fork, mut drawn) = (self.clone(), entropy.clone());
        let mut first = None;
        for change in changes {
            let done = fork.apply(change, now, &mut drawn)?;
            first = first.or(done);
        }
        (*self, *entropy) = (fork, drawn);
        Ok(first)
    }
}
