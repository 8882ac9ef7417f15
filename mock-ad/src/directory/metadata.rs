//! What changed of an object, and when: as much as replication and DirSync need.
//!
//! An attribute or a link of which nothing is recorded came with its object, so that a directory
//! that was merely loaded records nothing.

use imbl::OrdMap;

use super::links::LinkChange;
use super::{AttributeId, Directory, Object, ObjectId, Usn};

/// The latest change of each attribute and each link that changed after its object was made.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    /// By object and attribute.
    attributes: OrdMap<(u32, u16), Usn>,
    /// By object, attribute and target: the change, and whether the link is there since.
    links: OrdMap<(u32, u16, u32), (Usn, bool)>,
}

impl Directory {
    /// Records that attributes of an object changed with its latest change.
    pub(super) fn stamp(
        &mut self,
        id: ObjectId,
        attributes: impl IntoIterator<Item = AttributeId>,
    ) {
        let usn = self.highest_committed_usn();
        for attribute in attributes {
            self.metadata.attributes.insert((id.0, attribute.0), usn);
        }
    }

    /// Records which attributes differ between an object as it was and as it is.
    pub(super) fn stamp_differences(&mut self, id: ObjectId, before: &Object, after: &Object) {
        let present = before.stored_attributes().chain(after.stored_attributes());
        let mut changed: Vec<AttributeId> = present
            .map(|(attribute, _)| attribute)
            .filter(|attribute| before.get(*attribute) != after.get(*attribute))
            .collect();
        changed.dedup();
        self.stamp(id, changed);
    }

    /// Records links that were added to or removed from an object with its latest change.
    pub(super) fn stamp_links(&mut self, changes: Vec<LinkChange>) {
        let usn = self.highest_committed_usn();
        for change in changes {
            let key = (change.from.0, change.attribute.0, change.to.0);
            self.metadata.links.insert(key, (usn, change.added));
        }
    }

    /// The attributes of an object that changed after a USN and after it was made, links apart.
    pub(crate) fn attributes_changed_since(
        &self,
        id: ObjectId,
        usn: Usn,
    ) -> impl Iterator<Item = AttributeId> + '_ {
        self.metadata
            .attributes
            .range((id.0, 0)..=(id.0, u16::MAX))
            .filter(move |(_, changed)| **changed > usn)
            .map(|((_, attribute), _)| AttributeId(*attribute))
    }

    /// The links of an object that changed after a USN and after it was made, each with whether it
    /// is there.
    pub(crate) fn links_changed_since(
        &self,
        id: ObjectId,
        usn: Usn,
    ) -> impl Iterator<Item = (AttributeId, ObjectId, bool)> + '_ {
        self.metadata
            .links
            .range((id.0, 0, 0)..=(id.0, u16::MAX, u32::MAX))
            .filter(move |(_, (changed, _))| *changed > usn)
            .map(|((_, attribute, to), (_, present))| {
                (AttributeId(*attribute), ObjectId(*to), *present)
            })
    }
}
