//! Ground truth, and what is checked against it in every state.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::tenant::{Role, State};
use mock_cloud::{CloudKey, SourceAnchor, SyncObjectType};

use super::Property;
use crate::engine::Source;
use crate::world::World;

/// A property that does not hold, and where it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The property.
    pub property: Property,
    /// What was found.
    pub found: String,
}

/// What the judge knows and the engine does not.
#[derive(Debug, Clone, Default)]
pub struct GroundTruth {
    /// Which account is whose.
    pub belongs: BTreeMap<Source, CloudKey>,
    /// Accounts that the procedure names in a step that deletes or restores.
    pub named: BTreeSet<CloudKey>,
    /// Accounts that were live at the beginning, or that somebody got who had none.
    live: BTreeSet<CloudKey>,
    /// Accounts that held a mailbox or licences at the beginning.
    valuable: BTreeSet<CloudKey>,
    administered: bool,
}

impl GroundTruth {
    /// Takes down what is there at the beginning.
    pub fn of(world: &World, belongs: BTreeMap<Source, CloudKey>) -> Self {
        let mut truth = Self {
            belongs,
            administered: administrators(world) > 0,
            ..Self::default()
        };
        for (key, object) in world.tenant().objects() {
            if object.is_live() {
                truth.live.insert(key);
            }
            let holds = object.mailbox.is_some() || !object.licences.is_empty();
            if holds && !matches!(object.state, State::Purged { .. }) {
                truth.valuable.insert(key);
            }
        }
        truth
    }

    /// The first property of those that must hold in every state that does not hold in this one.
    pub fn violation(&self, world: &World) -> Option<Violation> {
        self.lost(world)
            .or_else(|| self.stolen(world))
            .or_else(|| two_with_one_anchor(world))
            .or_else(|| self.deleted(world))
            .or_else(|| self.leaderless(world))
    }

    /// Takes under protection the accounts of those who have no other: what the engine provisioned
    /// for an object that ground truth gives no account.
    pub fn note(&mut self, world: &World) {
        let engine = world.engine();
        for (_, object) in engine.metaverse().iter() {
            if self.belongs.contains_key(&object.source) {
                continue;
            }
            let entry = object.connector.and_then(|id| engine.entra().get(id));
            let key = entry.and_then(|entry| entry.cloud);
            let live = |key: &CloudKey| {
                let object = world.tenant().object(*key);
                object.is_some_and(|object| object.is_live())
            };
            self.live.extend(key.filter(live));
        }
    }

    /// How many accounts are protected from deletion.
    pub fn protected(&self) -> usize {
        self.live.len()
    }

    fn lost(&self, world: &World) -> Option<Violation> {
        let key = self.valuable.iter().find(|key| {
            let object = world.tenant().object(**key);
            object.is_none_or(|object| matches!(object.state, State::Purged { .. }))
        })?;
        let found = format!("{} is gone for good, with what it held", label(world, *key));
        Some(violation(Property::Kept, found))
    }

    fn stolen(&self, world: &World) -> Option<Violation> {
        let engine = world.engine();
        for (source, own) in &self.belongs {
            let joined = engine
                .forest(source.forest)
                .and_then(|forest| forest.entry(source.object)?.metaverse)
                .and_then(|mv| engine.metaverse().get(mv)?.connector)
                .and_then(|id| engine.entra().get(id)?.cloud);
            let Some(joined) = joined.filter(|joined| joined != own) else {
                continue;
            };
            let live = world.tenant().object(joined).is_some_and(|it| it.is_live());
            if live && self.belongs.values().any(|other| *other == joined) {
                let found = format!("{} is joined to the wrong AD object", label(world, joined));
                return Some(violation(Property::RightOwner, found));
            }
        }
        None
    }

    fn deleted(&self, world: &World) -> Option<Violation> {
        let key = self.live.iter().find(|key| {
            let object = world.tenant().object(**key);
            !self.named.contains(key) && object.is_none_or(|object| !object.is_live())
        })?;
        let found = format!(
            "{} is deleted, and no step names it for that",
            label(world, *key)
        );
        Some(violation(Property::ScopedDeletes, found))
    }

    fn leaderless(&self, world: &World) -> Option<Violation> {
        (self.administered && administrators(world) == 0).then(|| {
            let found = "nobody is a Global Administrator any more".to_owned();
            violation(Property::AdminLeft, found)
        })
    }
}

const fn violation(property: Property, found: String) -> Violation {
    Violation { property, found }
}

fn label(world: &World, key: CloudKey) -> String {
    let object = world.tenant().object(key);
    object.map_or_else(String::new, |object| format!("`{}`", object.label()))
}

fn administrators(world: &World) -> usize {
    let role = Role("Global Administrator".into());
    let tenant = world.tenant();
    let holders = tenant.roles.holders(&role);
    holders
        .filter(|key| tenant.object(*key).is_some_and(|it| it.is_live()))
        .count()
}

fn two_with_one_anchor(world: &World) -> Option<Violation> {
    let mut seen: BTreeMap<(SyncObjectType, &SourceAnchor), CloudKey> = BTreeMap::new();
    for (key, object) in world.tenant().objects() {
        let Some(anchor) = object.on_premises.immutable_id.as_ref() else {
            continue;
        };
        if !object.is_live() {
            continue;
        }
        if let Some(first) = seen.insert((object.kind.sync_type(), anchor), key) {
            let (first, second) = (label(world, first), label(world, key));
            let found = format!("{first} and {second} both carry {anchor}");
            return Some(violation(Property::OneAnchor, found));
        }
    }
    None
}
