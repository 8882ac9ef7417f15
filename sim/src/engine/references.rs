//! References between objects: the members of groups, and who is above an object. They go out by
//! the anchors of what they refer to, as far as that is exported itself (rules R2.32 and R5.8).

use std::collections::BTreeSet;
use std::sync::Arc;

use mock_ad::directory::ObjectId;
use mock_cloud::{SourceAnchor, SyncObject};
use store::Text;

use super::sync::Pass;
use super::{Engine, Sink};

/// What an object refers to: those of the objects that are exported themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct References {
    /// The members of a group.
    pub(super) members: Arc<[SourceAnchor]>,
    /// Who is above it: the manager, or `managedBy` of a group.
    pub(super) manager: Option<SourceAnchor>,
    /// The groups among those that filters ask for which it is a direct member of.
    pub(super) groups: Vec<Text>,
}

impl Engine {
    /// What an object refers to, as far as synchronisation has got.
    pub(super) fn references(&self, forest: usize, id: ObjectId) -> References {
        let connector = &self.forests[forest];
        let anchor = |object: &ObjectId| self.anchor_of(forest, *object);
        let members = connector.members.get(&id);
        References {
            members: members
                .map_or_else(Arc::default, |all| all.iter().filter_map(anchor).collect()),
            manager: connector.managers.get(&id).and_then(anchor),
            groups: connector.groups_of(id),
        }
    }

    /// What an object of a forest is exported as.
    fn exported(&self, forest: usize, object: ObjectId) -> Option<&SyncObject> {
        let mv = self.forests[forest].entry(object)?.metaverse?;
        self.metaverse.get(mv)?.attributes.as_deref()
    }

    fn anchor_of(&self, forest: usize, object: ObjectId) -> Option<SourceAnchor> {
        Some(self.exported(forest, object)?.source_anchor.clone())
    }

    /// Synchronises objects that have somebody above them, those above first: so each is looked at
    /// once, unless managers go round in a circle.
    pub(super) fn synchronize_managed(
        &mut self,
        managed: Vec<ObjectId>,
        pass: &mut Pass<'_>,
        sink: Sink<'_>,
    ) {
        let mut waiting: BTreeSet<ObjectId> = managed.into_iter().collect();
        let mut chain = Vec::new();
        while let Some(first) = waiting.pop_first() {
            let mut next = Some(first);
            while let Some(id) = next {
                chain.push(id);
                let above = self.forests[pass.forest].managers.get(&id);
                next = above.copied().filter(|above| waiting.remove(above));
            }
            while let Some(id) = chain.pop() {
                self.synchronize_entry(id, pass, sink);
            }
        }
    }

    /// Re-evaluates what refers to objects that began or ceased to be exported.
    pub(super) fn follow_references(&mut self, pass: &mut Pass<'_>, sink: Sink<'_>) {
        if pass.moved.is_empty() || !(pass.has_groups || pass.has_managers) {
            return;
        }
        let moved = std::mem::take(&mut pass.moved);
        let connector = &self.forests[pass.forest];
        let groups = connector.members.iter();
        let groups = groups.filter(|(_, members)| members.iter().any(|it| moved.contains(it)));
        let managed = connector.managers.iter();
        let managed = managed.filter(|(id, above)| {
            moved.contains(above) && self.has_another_manager(pass.forest, **id, **above)
        });
        let concerned: BTreeSet<ObjectId> = groups
            .map(|(group, _)| *group)
            .chain(managed.map(|(id, _)| *id))
            .collect();
        for id in concerned {
            self.synchronize_entry(id, pass, sink);
        }
    }

    /// Whether an object goes out with another manager than it has by now. With several forests
    /// the whole does not tell what one of them gave.
    fn has_another_manager(&self, forest: usize, id: ObjectId, above: ObjectId) -> bool {
        let fails = self.forests[forest]
            .entry(id)
            .is_some_and(|it| it.error.is_some());
        self.exported(forest, id).is_some_and(|sent| {
            !fails && (self.forests.len() > 1 || sent.manager != self.anchor_of(forest, above))
        })
    }
}
