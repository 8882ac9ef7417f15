//! Links between objects: members and owners of groups, managers of users.

use std::sync::Arc;

use super::{DirectoryObject, Kind, Link, Refusal, Tenant};
use crate::ids::CloudKey;

/// How many links one request may add (`members@odata.bind`).
pub const LINKS_PER_REQUEST_MAX: usize = 20;

/// One object that entered or left the members of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipChange {
    /// The tenant's count of changes when it happened.
    pub at: u64,
    /// The group.
    pub group: CloudKey,
    /// The member.
    pub member: CloudKey,
    /// Whether it entered.
    pub added: bool,
}

impl Tenant {
    /// The groups that are there, in the order of their keys.
    pub fn groups(&self) -> impl Iterator<Item = (CloudKey, &Arc<DirectoryObject>)> {
        let all = self.groups.iter();
        all.filter_map(|key| Some((*key, self.object(*key)?)))
    }

    /// The groups that an object is a direct member of.
    pub fn member_of(&self, member: CloudKey) -> impl Iterator<Item = CloudKey> + '_ {
        self.groups()
            .filter(move |(_, group)| group.members.contains(&member))
            .map(|(key, _)| key)
    }

    /// The groups that an object is a member of, directly or through other groups, in the order
    /// of their keys.
    pub fn transitive_member_of(&self, member: CloudKey) -> Vec<CloudKey> {
        let mut found: Vec<CloudKey> = Vec::new();
        let mut open = vec![member];
        while let Some(next) = open.pop() {
            for group in self.member_of(next) {
                if !found.contains(&group) {
                    found.push(group);
                    open.push(group);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The live members of a group, and with `transitive` those of the groups in it.
    pub fn members_of(&self, group: CloudKey, transitive: bool) -> Vec<CloudKey> {
        let mut found = std::collections::BTreeSet::new();
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            let Some(object) = self.object(next) else {
                continue;
            };
            for member in object.members.iter() {
                let is_live = self.object(*member).is_some_and(|it| it.is_live());
                if is_live && found.insert(*member) && transitive {
                    open.push(*member);
                }
            }
        }
        found.into_iter().collect()
    }

    /// What entered and left groups after a count of changes, oldest first.
    pub fn membership_changes_since(&self, count: u64) -> impl Iterator<Item = MembershipChange> {
        let start = self
            .memberships
            .binary_search_by_key(&(count + 1), |it| it.at);
        let mut start = start.unwrap_or_else(|place| place);
        // One change of a group may move many members; all of them carry the same count.
        while start > 0
            && self
                .memberships
                .get(start - 1)
                .is_some_and(|it| it.at > count)
        {
            start -= 1;
        }
        (start..self.memberships.len()).filter_map(|place| self.memberships.get(place).copied())
    }

    /// Notes who entered and who left a group, under the count of its latest change.
    pub(super) fn note_memberships(
        &mut self,
        group: CloudKey,
        before: &[CloudKey],
        after: &[CloudKey],
    ) {
        if before == after {
            return;
        }
        let at = self.changes.len() as u64;
        let sorted = |list: &[CloudKey]| {
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            sorted
        };
        let (old, new) = (sorted(before), sorted(after));
        let only = |one: &[CloudKey], other: &[CloudKey]| -> Vec<CloudKey> {
            let missing = |key: &&CloudKey| other.binary_search(key).is_err();
            one.iter().filter(missing).copied().collect()
        };
        let left = only(&old, &new).into_iter().map(|member| (member, false));
        let entered = only(&new, &old).into_iter().map(|member| (member, true));
        for (member, added) in left.chain(entered) {
            self.memberships.push_back(MembershipChange {
                at,
                group,
                member,
                added,
            });
        }
    }

    pub(super) fn add_links(
        &mut self,
        key: CloudKey,
        link: Link,
        targets: &[CloudKey],
    ) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.changeable_group(key, link)?);
        let mut list = after.links(link).to_vec();
        for target in targets {
            let object = self.live(*target)?;
            if link == Link::Owner && !object.kind.is_user() {
                let message = "The owner must be a user or a service principal.";
                let hint = format!("{} is a {}", object.label(), object.kind.word());
                return Err(Refusal::bad_request(message, hint));
            }
            if list.contains(target) {
                let message = format!(
                    "One or more added object references already exist for the following modified \
                     properties: '{}'.",
                    link.name()
                );
                let hint = format!("{} is there already", object.label());
                return Err(Refusal::bad_request(message, hint));
            }
            list.push(*target);
        }
        after.set_links(link, list);
        self.replace(key, after);
        Ok(())
    }

    pub(super) fn remove_link(
        &mut self,
        key: CloudKey,
        link: Link,
        target: CloudKey,
    ) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.changeable_group(key, link)?);
        let list = after.links(link);
        let kept: Vec<CloudKey> = list.iter().filter(|it| **it != target).copied().collect();
        if kept.len() == list.len() {
            let id = self.object(target).map(|object| object.id.to_string());
            let hint = format!("it is not among the {} of {}", link.name(), after.label());
            return Err(Refusal::not_found(&id.unwrap_or_default(), hint));
        }
        after.set_links(link, kept);
        self.replace(key, after);
        Ok(())
    }

    /// A group whose list an administrator may change: members of a synced group come from Active
    /// Directory.
    fn changeable_group(
        &self,
        key: CloudKey,
        link: Link,
    ) -> Result<&Arc<DirectoryObject>, Refusal> {
        let object = self.live(key)?;
        match object.kind {
            Kind::Group { .. } | Kind::Microsoft365Group => {}
            _ => return Err(Refusal::not_found(&object.id.to_string(), "it is no group")),
        }
        if object.is_synced() && link == Link::Member {
            let hint = "the group is synced: change its members in Active Directory";
            return Err(self.mastered(hint));
        }
        Ok(object)
    }

    pub(super) fn set_manager(
        &mut self,
        key: CloudKey,
        manager: Option<CloudKey>,
    ) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.live(key)?);
        if let Some(manager) = manager {
            self.live(manager)?;
        }
        if after.is_synced() {
            let hint = "the user is synced: change the manager in Active Directory";
            return Err(self.mastered(hint));
        }
        after.change_extras(|extras| extras.manager = manager);
        self.replace(key, after);
        Ok(())
    }
}
