//! What has become of a tenant: the difference of two states of it.

use std::sync::Arc;

use mock_cloud::tenant::State;
use mock_cloud::{CloudId, CloudKey, DirectoryObject, Tenant};
use store::Text;

use crate::predict::changes::{Told, changes, losses};
use crate::predict::{Change, Loss};

/// What has become of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is gone for good.
    Purged,
    /// It is in the recycle bin.
    Deleted,
    /// It came back from the recycle bin.
    Restored,
    /// It was made.
    Created,
    /// It is there as before, with other values.
    Changed,
}

impl Fate {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Purged => "purged",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Created => "created",
            Self::Changed => "changed",
        }
    }
}

/// What has become of one user, group or contact of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Its place in the tenant.
    pub key: CloudKey,
    /// Its object id.
    pub id: CloudId,
    /// Its UPN, address or display name.
    pub label: Text,
    /// What has become of it.
    pub fate: Fate,
    /// The properties that differ.
    pub changes: Vec<Change>,
    /// What it had and has no more; with an account that is purged, everything.
    pub loses: Vec<Loss>,
    /// Whether it held a mailbox or licences that are gone with it.
    pub held_something: bool,
}

/// All accounts that differ, in the order in which they came about.
pub fn difference(before: &Tenant, after: &Tenant) -> Vec<AccountChange> {
    let told = Told::of(before);
    let mut all = Vec::new();
    for (key, now) in after.objects() {
        let was = before.object(key);
        if was.is_some_and(|was| Arc::ptr_eq(was, now)) {
            continue;
        }
        all.extend(change(key, was.map(|was| &**was), now, told));
    }
    all
}

fn change(
    key: CloudKey,
    before: Option<&DirectoryObject>,
    after: &DirectoryObject,
    told: Told,
) -> Option<AccountChange> {
    let purged = |object: &DirectoryObject| matches!(object.state, State::Purged { .. });
    let fate = match before {
        // What came and went between is nobody's loss.
        None if after.is_live() => Fate::Created,
        None => return None,
        Some(before) if purged(before) => return None,
        Some(_) if purged(after) => Fate::Purged,
        Some(before) if before.is_live() && after.is_soft_deleted() => Fate::Deleted,
        Some(before) if before.is_soft_deleted() && after.is_live() => Fate::Restored,
        Some(_) => Fate::Changed,
    };
    let (mut differing, lost) = match before {
        Some(before) => (changes(before, after, told), losses(before, after)),
        None => (Vec::new(), Vec::new()),
    };
    if let Some(before) = before {
        differing.extend(facts(before, after));
    }
    if fate == Fate::Changed && differing.is_empty() {
        return None;
    }
    let held = before.is_some_and(|it| it.mailbox.is_some() || !it.licences.is_empty());
    Some(AccountChange {
        key,
        id: after.id,
        label: before.unwrap_or(after).label(),
        fate,
        changes: if fate == Fate::Purged {
            Vec::new()
        } else {
            differing
        },
        loses: if fate == Fate::Purged {
            Vec::new()
        } else {
            lost
        },
        held_something: fate == Fate::Purged && held,
    })
}

/// What a prediction does not look at, because a synchronisation does not change it.
fn facts(before: &DirectoryObject, after: &DirectoryObject) -> Vec<Change> {
    let synced = |object: &DirectoryObject| match object.on_premises.sync_enabled {
        Some(true) => vec![Text::from("true")],
        Some(false) => vec![Text::from("false")],
        None => Vec::new(),
    };
    let anchor = |object: &DirectoryObject| {
        let anchor = object.on_premises.immutable_id.iter();
        anchor.map(|it| Text::from(it.to_string())).collect()
    };
    let mailbox = |object: &DirectoryObject| object.mailbox.iter().cloned().collect();
    let licences = |object: &DirectoryObject| object.licences.to_vec();
    let withheld = |object: &DirectoryObject| {
        let errors = object.on_premises.provisioning_errors.iter();
        errors
            .map(|one| Text::from(one.value.to_string()))
            .collect()
    };
    let note = |property, read: &dyn Fn(&DirectoryObject) -> Vec<Text>| {
        let (from, to) = (read(before), read(after));
        (from != to).then_some(Change { property, from, to })
    };
    let differing = [
        note("onPremisesImmutableId", &anchor),
        note("onPremisesSyncEnabled", &synced),
        note("onPremisesProvisioningErrors", &withheld),
        note("assignedLicenses", &licences),
        note("mailbox", &mailbox),
    ];
    differing.into_iter().flatten().collect()
}
