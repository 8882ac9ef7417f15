//! What changed of an object, and when: as much as replication and DirSync need.
//!
//! An attribute or a link of which nothing is recorded came with its object, so that a directory
//! that was merely loaded records nothing.

use imbl::OrdMap;
use jiff::Timestamp;

use super::links::LinkChange;
use super::{AttributeId, Directory, Object, ObjectId, Usn};

/// The latest change of each attribute and each link that changed after its object was made.
#[derive(Debug, Clone, Default)]
pub(super) struct Metadata {
    /// By object and attribute.
    attributes: OrdMap<(u32, u16), Stamp>,
    /// By object, attribute and target: the change, and whether the link is there since.
    links: OrdMap<(u32, u16, u32), LinkStamp>,
}

/// The latest change of an attribute or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The change.
    pub(crate) usn: Usn,
    /// How many changes there were, the one that it came with included.
    pub(crate) version: u32,
    /// When it was made.
    pub(crate) at: Timestamp,
}

impl Stamp {
    /// That of what came with its object.
    fn first(object: &Object) -> Self {
        Self {
            usn: object.usn_created,
            version: 1,
            at: object.when_created,
        }
    }
}

/// The latest change of a link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinkStamp {
    /// The change.
    pub(crate) last: Stamp,
    /// When the link was added last.
    pub(crate) added: Timestamp,
    /// Whether it is there.
    pub(crate) present: bool,
}

impl Directory {
    /// Records that attributes of an object changed with its latest change; `had` tells those that
    /// it had before anything of them was recorded.
    fn stamp_changes(
        &mut self,
        id: ObjectId,
        attributes: impl IntoIterator<Item = AttributeId>,
        had: impl Fn(AttributeId) -> bool,
    ) {
        let usn = self.highest_committed_usn();
        let at = self
            .object(id)
            .map_or(Timestamp::UNIX_EPOCH, |object| object.when_changed);
        for attribute in attributes {
            let key = (id.0, attribute.0);
            let version = match self.metadata.attributes.get(&key) {
                // One change is recorded once, however often it is told.
                Some(known) if known.usn == usn => known.version,
                Some(known) => known.version.saturating_add(1),
                None => 1 + u32::from(had(attribute)),
            };
            self.metadata
                .attributes
                .insert(key, Stamp { usn, version, at });
        }
    }

    /// Records that attributes that every object has, or that tell of its deletion, changed with
    /// its latest change.
    pub(super) fn stamp(
        &mut self,
        id: ObjectId,
        attributes: impl IntoIterator<Item = AttributeId>,
    ) {
        let had = |attribute| {
            matches!(
                attribute,
                AttributeId::NAME | AttributeId::OBJECT_CATEGORY | AttributeId::SAM_ACCOUNT_TYPE
            )
        };
        self.stamp_changes(id, attributes, had);
    }

    /// Records which attributes differ between an object as it was and as it is.
    pub(super) fn stamp_differences(&mut self, id: ObjectId, before: &Object, after: &Object) {
        let present = before.stored_attributes().chain(after.stored_attributes());
        let mut changed: Vec<AttributeId> = present
            .map(|(attribute, _)| attribute)
            .filter(|attribute| before.get(*attribute) != after.get(*attribute))
            .collect();
        if before.class != after.class {
            changed.push(AttributeId::OBJECT_CLASS);
        }
        changed.sort_unstable();
        changed.dedup();
        let had =
            |attribute| attribute == AttributeId::OBJECT_CLASS || before.get(attribute).is_some();
        self.stamp_changes(id, changed, had);
    }

    /// Records links that were added to or removed from an object with its latest change.
    pub(super) fn stamp_links(&mut self, changes: Vec<LinkChange>) {
        let usn = self.highest_committed_usn();
        for change in changes {
            let key = (change.from.0, change.attribute.0, change.to.0);
            let (now, made) = self
                .object(change.from)
                .map_or_else(Default::default, |object| {
                    (object.when_changed, object.when_created)
                });
            let known = self.metadata.links.get(&key);
            let version = match known {
                Some(known) => known.last.version.saturating_add(1),
                // What is removed without a record came with its object.
                None => 1 + u32::from(!change.added),
            };
            let last = Stamp {
                usn,
                version,
                at: now,
            };
            let before = known.map_or(made, |known| known.added);
            let stamp = LinkStamp {
                last,
                added: if change.added { now } else { before },
                present: change.added,
            };
            self.metadata.links.insert(key, stamp);
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
            .filter(move |(_, changed)| changed.usn > usn)
            .map(|((_, attribute), _)| AttributeId(*attribute))
    }

    /// The links of an object that changed after a USN and after it was made, each with whether it
    /// is there.
    pub(crate) fn links_changed_since(
        &self,
        id: ObjectId,
        usn: Usn,
    ) -> impl Iterator<Item = (AttributeId, ObjectId, bool)> + '_ {
        self.recorded_links(id)
            .filter(move |(_, _, stamp)| stamp.last.usn > usn)
            .map(|(attribute, to, stamp)| (attribute, to, stamp.present))
    }

    /// The links of an object that changed after it was made.
    fn recorded_links(
        &self,
        id: ObjectId,
    ) -> impl Iterator<Item = (AttributeId, ObjectId, LinkStamp)> + '_ {
        self.metadata
            .links
            .range((id.0, 0, 0)..=(id.0, u16::MAX, u32::MAX))
            .map(|((_, attribute, to), stamp)| (AttributeId(*attribute), ObjectId(*to), *stamp))
    }

    /// The latest change of each replicated attribute of an object, links apart, in the order of
    /// the table. What came with the object has the change that made it, and version 1: of an
    /// object that was loaded the versions before are not known.
    pub(crate) fn attribute_stamps(&self, id: ObjectId) -> Vec<(AttributeId, Stamp)> {
        const ALWAYS: [AttributeId; 5] = [
            AttributeId::OBJECT_CLASS,
            AttributeId::NAME,
            AttributeId::INSTANCE_TYPE,
            AttributeId::WHEN_CREATED,
            AttributeId::OBJECT_CATEGORY,
        ];
        let Some(object) = self.object(id) else {
            return Vec::new();
        };
        let stored = object.attributes().map(|(attribute, _)| attribute);
        let recorded = self.attributes_changed_since(id, Usn(0));
        let account = self.computed(id, object, AttributeId::SAM_ACCOUNT_TYPE);
        let account = account.map(|_| AttributeId::SAM_ACCOUNT_TYPE);
        let mut ids: Vec<AttributeId> = stored
            .chain(recorded)
            .chain(ALWAYS)
            .chain(account)
            .chain([object.rdn_attribute()])
            .filter(|attribute| self.replicates(*attribute))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let first = Stamp::first(object);
        let stamp = |attribute: AttributeId| {
            let key = match attribute {
                // The name and the attribute of the RDN change together.
                naming if naming == object.rdn_attribute() => AttributeId::NAME,
                other => other,
            };
            let known = self.metadata.attributes.get(&(id.0, key.0));
            (attribute, known.copied().unwrap_or(first))
        };
        ids.into_iter().map(stamp).collect()
    }

    /// The latest change of each link of an object that is there, or was since the object was
    /// made.
    pub(crate) fn link_stamps(&self, id: ObjectId) -> Vec<(AttributeId, ObjectId, LinkStamp)> {
        let Some(object) = self.object(id) else {
            return Vec::new();
        };
        let first = LinkStamp {
            last: Stamp::first(object),
            added: object.when_created,
            present: true,
        };
        let mut stamps: Vec<_> = self.recorded_links(id).collect();
        for attribute in self.used_links() {
            for to in self.links_of(id, attribute, false, super::LinkSight::All) {
                if !stamps
                    .iter()
                    .any(|(known, at, _)| *known == attribute && *at == to)
                {
                    stamps.push((attribute, to, first));
                }
            }
        }
        stamps.sort_by_key(|(attribute, to, _)| (*attribute, *to));
        stamps
    }

    /// Whether an attribute replicates and is no link.
    fn replicates(&self, attribute: AttributeId) -> bool {
        let definition = self.schema.definition(attribute);
        !definition.constructed && !definition.not_replicated && definition.link.is_none()
    }
}
