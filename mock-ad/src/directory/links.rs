//! Linked attributes: pairs of objects, so that a rename needs no rewriting.

use std::ops::RangeInclusive;

use imbl::OrdSet;

use super::schema::AttributeId;
use super::{Directory, ObjectId};

/// Who is linked to whom, in both directions, under the forward attribute.
///
/// A link to or from a deleted object stays here and is not shown, which is how the recycle bin
/// brings it back.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    forward: OrdSet<(u16, u32, u32)>,
    back: OrdSet<(u16, u32, u32)>,
    /// What was added and removed since somebody last looked.
    changes: Vec<LinkChange>,
}

/// A link that was added or removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkChange {
    pub(super) attribute: AttributeId,
    pub(super) from: ObjectId,
    pub(super) to: ObjectId,
    pub(super) added: bool,
}

fn range(attribute: AttributeId, id: ObjectId) -> RangeInclusive<(u16, u32, u32)> {
    (attribute.0, id.0, 0)..=(attribute.0, id.0, u32::MAX)
}

/// Which links a search sees (MS-ADTS 3.1.1.3.4.1.25).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum LinkSight {
    /// Those between live objects.
    #[default]
    Active,
    /// Also those of live objects that refer to deleted ones.
    ToDeleted,
    /// Also those that are stored on deleted objects.
    All,
}

impl LinkSight {
    fn shows(self, from_is_live: bool, to_is_live: bool) -> bool {
        match self {
            Self::Active => from_is_live && to_is_live,
            Self::ToDeleted => from_is_live,
            Self::All => true,
        }
    }
}

impl Links {
    /// Adds a link; `false` if it was there.
    pub(super) fn add(&mut self, attribute: AttributeId, from: ObjectId, to: ObjectId) -> bool {
        self.back.insert((attribute.0, to.0, from.0));
        let added = self.forward.insert((attribute.0, from.0, to.0)).is_none();
        if added {
            self.note(attribute, from, to, added);
        }
        added
    }

    /// Removes a link; `false` if it was not there.
    pub(super) fn remove(&mut self, attribute: AttributeId, from: ObjectId, to: ObjectId) -> bool {
        self.back.remove(&(attribute.0, to.0, from.0));
        let removed = self.forward.remove(&(attribute.0, from.0, to.0)).is_some();
        if removed {
            self.note(attribute, from, to, false);
        }
        removed
    }

    fn note(&mut self, attribute: AttributeId, from: ObjectId, to: ObjectId, added: bool) {
        self.changes.push(LinkChange {
            attribute,
            from,
            to,
            added,
        });
    }

    /// What was added and removed since this was last asked, in order.
    pub(super) fn take_changes(&mut self) -> Vec<LinkChange> {
        std::mem::take(&mut self.changes)
    }

    /// Fills both directions at once, which is faster than link by link.
    pub(super) fn fill(&mut self, links: &[(AttributeId, ObjectId, ObjectId)]) {
        let forward = links.iter().map(|(a, from, to)| (a.0, from.0, to.0));
        let back = links.iter().map(|(a, from, to)| (a.0, to.0, from.0));
        self.forward.extend(forward);
        self.back.extend(back);
    }

    /// Every link, those of deleted objects included: the forward attribute, from where and where
    /// to.
    pub(super) fn iter(&self) -> impl Iterator<Item = (AttributeId, ObjectId, ObjectId)> {
        let link = |(attribute, from, to): &(u16, u32, u32)| {
            (AttributeId(*attribute), ObjectId(*from), ObjectId(*to))
        };
        self.forward.iter().map(link)
    }

    pub(super) fn has(&self, attribute: AttributeId, from: ObjectId, to: ObjectId) -> bool {
        self.forward.contains(&(attribute.0, from.0, to.0))
    }

    /// The forward attributes that there are any links of.
    fn attributes(&self) -> impl Iterator<Item = AttributeId> + '_ {
        let first_from = |place: u16| {
            let mut links = self.forward.range((place, 0, 0)..);
            links.next().map(|(attribute, _, _)| *attribute)
        };
        std::iter::successors(first_from(0), move |last| first_from(last.checked_add(1)?))
            .map(AttributeId)
    }

    pub(super) fn targets(
        &self,
        attribute: AttributeId,
        from: ObjectId,
    ) -> impl Iterator<Item = ObjectId> + '_ {
        self.forward
            .range(range(attribute, from))
            .map(|(_, _, to)| ObjectId(*to))
    }

    pub(super) fn sources(
        &self,
        attribute: AttributeId,
        to: ObjectId,
    ) -> impl Iterator<Item = ObjectId> + '_ {
        self.back
            .range(range(attribute, to))
            .map(|(_, _, from)| ObjectId(*from))
    }
}

impl Directory {
    /// Every link there is, those of deleted objects included: the forward attribute, from where
    /// and where to, in a fixed order.
    pub fn links(&self) -> impl Iterator<Item = (AttributeId, ObjectId, ObjectId)> {
        self.links.iter()
    }

    /// The forward link attributes that any object has a value of.
    pub fn used_links(&self) -> Vec<AttributeId> {
        self.links.attributes().collect()
    }

    /// The objects that a forward link such as `member` or `manager` of an object names, in the
    /// order of their identifiers; deleted ones are left out.
    pub fn link_targets(&self, id: ObjectId, attribute: AttributeId) -> Vec<ObjectId> {
        if !self.is_live(id) {
            return Vec::new();
        }
        let targets = self.links.targets(attribute, id);
        targets.filter(|to| self.is_live(*to)).collect()
    }

    /// The objects whose forward link names an object, in the order of their identifiers.
    ///
    /// The attribute may be either end: `member` and `memberOf` ask the same.
    pub fn back_links(&self, id: ObjectId, attribute: AttributeId) -> Vec<ObjectId> {
        if !self.is_live(id) {
            return Vec::new();
        }
        let definition = self.schema.definition(attribute);
        let forward = if definition.is_back_link() {
            self.schema.link_partner(attribute).unwrap_or(attribute)
        } else {
            attribute
        };
        let sources = self.links.sources(forward, id);
        sources.filter(|from| self.is_live(*from)).collect()
    }

    /// Whether a forward link joins two live objects.
    pub fn has_link(&self, from: ObjectId, attribute: AttributeId, to: ObjectId) -> bool {
        self.links.has(attribute, from, to) && self.is_live(from) && self.is_live(to)
    }

    /// Whether a forward link joins two objects and is seen.
    pub(crate) fn shows_link(
        &self,
        from: ObjectId,
        attribute: AttributeId,
        to: ObjectId,
        sight: LinkSight,
    ) -> bool {
        self.links.has(attribute, from, to) && sight.shows(self.is_live(from), self.is_live(to))
    }

    /// The other ends of the links of an object under a forward attribute, or of those that lead
    /// to it if `back`, as far as they are seen.
    pub(crate) fn links_of(
        &self,
        id: ObjectId,
        forward: AttributeId,
        back: bool,
        sight: LinkSight,
    ) -> Vec<ObjectId> {
        let own = self.is_live(id);
        if back {
            let sources = self.links.sources(forward, id);
            let shown = |from: &ObjectId| sight.shows(self.is_live(*from), own);
            sources.filter(shown).collect()
        } else {
            let targets = self.links.targets(forward, id);
            let shown = |to: &ObjectId| sight.shows(own, self.is_live(*to));
            targets.filter(shown).collect()
        }
    }

    /// Whether [`Directory::links_of`] would give any.
    pub(crate) fn has_any_link(
        &self,
        id: ObjectId,
        forward: AttributeId,
        back: bool,
        sight: LinkSight,
    ) -> bool {
        let own = self.is_live(id);
        if back {
            let mut sources = self.links.sources(forward, id);
            sources.any(|from| sight.shows(self.is_live(from), own))
        } else {
            let mut targets = self.links.targets(forward, id);
            targets.any(|to| sight.shows(own, self.is_live(to)))
        }
    }
}
