//! What an administrator can see.

use std::collections::BTreeSet;
use std::sync::Arc;

use mock_ad::directory::AttributeId;
use mock_cloud::{CloudKey, DirectoryObject, SourceAnchor, SyncObjectType};
use store::Text;

use super::aim::Aim;
use crate::engine::{CsEntry, PendingExport, PendingImport, Source};
use crate::world::World;

/// What adminDescription has to begin with to keep a user out of scope (rule R5.10).
pub(super) const MARK: &str = "User_NotSynced";

/// Whether a user is where the engine looks, and not marked as to be left out.
pub(crate) fn in_scope(world: &World, source: Source) -> bool {
    let directory = world.forests().get(source.forest);
    let Some((directory, image)) = directory.and_then(|it| Some((it, it.object(source.object)?)))
    else {
        return false;
    };
    let scope = world.engine().config().scopes.get(source.forest);
    let marked = image
        .text(AttributeId::ADMIN_DESCRIPTION)
        .is_some_and(|text| text.get(..5).is_some_and(|it| store::eq_fold(it, "User_")));
    let within = scope.is_some_and(|scope| scope.takes(directory, source.object));
    within && !marked && !image.is_deleted()
}

/// One person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) source: Source,
    pub(super) anchor: Option<SourceAnchor>,
    /// The own account, unless it is gone for good.
    pub(super) own: Option<CloudKey>,
    /// The account that a hard match is to take over: the own one, or for somebody without any, one
    /// of nobody's that carries the anchor.
    pub(super) target: Option<CloudKey>,
    /// What the last export conflicted in.
    pub(super) conflicts: Vec<Text>,
    /// The account that the engine has connected.
    pub(super) joined: Option<CloudKey>,
    pub(super) in_scope: bool,
    /// The last export failed.
    pub(super) fails: bool,
    /// The engine has not quite let go of it yet, or has not heard of the last change.
    pub(super) held: bool,
}

impl Person {
    /// Whether the person is joined to the account that is meant.
    pub(super) fn is_home(&self) -> bool {
        self.joined.is_some() && (self.own.is_none() || self.joined == self.own)
    }
}

/// A world, seen with an aim.
#[derive(Debug)]
pub(super) struct Look<'a> {
    pub(super) world: &'a World,
    pub(super) aim: &'a Aim,
    pub(super) people: Vec<Person>,
    /// Anchors of users that the engine has not quite let go of.
    leaving: BTreeSet<&'a SourceAnchor>,
}

impl<'a> Look<'a> {
    pub(super) fn new(world: &'a World, aim: &'a Aim) -> Self {
        let leaves = |entry: &&CsEntry| {
            entry.kind == SyncObjectType::User
                && (entry.deleted || entry.pending_export != PendingExport::None)
        };
        let entries = world.engine().entra().iter().map(|(_, entry)| entry);
        let mut look = Self {
            world,
            aim,
            people: Vec::with_capacity(aim.homes.len()),
            leaving: entries.filter(leaves).map(|entry| &entry.anchor).collect(),
        };
        look.people = aim
            .homes
            .keys()
            .map(|source| look.person(*source))
            .collect();
        look
    }

    fn person(&self, source: Source) -> Person {
        let engine = self.world.engine();
        let anchor = engine.source_anchor(self.world.forests(), source);
        let entry = engine
            .forest(source.forest)
            .and_then(|forest| forest.entry(source.object));
        let mv = entry.and_then(|entry| engine.metaverse().get(entry.metaverse?));
        let export = mv.and_then(|mv| engine.entra().get(mv.connector?));
        let own = self.aim.belongs.get(&source).copied();
        // An object that the default rules leave out stays in the metaverse, without values.
        let staged = entry.is_some_and(|entry| entry.pending != PendingImport::None)
            || mv.is_some_and(|mv| mv.connector.is_some() || mv.attributes.is_some());
        let leaving = |anchor: &SourceAnchor| self.leaving.contains(anchor);
        let own = own.filter(|key| self.object(*key).is_some_and(|it| !is_purged(it)));
        let holders = || {
            self.other_holders(anchor.as_ref()?, None)
                .into_iter()
                .next()
        };
        let target = own.or_else(|| holders().filter(|key| self.aim.owner_of(*key).is_none()));
        let failure = export.and_then(|entry| entry.failure.as_ref());
        let conflicts = failure.map(|it| it.error.conflicts.iter());
        Person {
            source,
            own,
            target,
            conflicts: (conflicts.into_iter().flatten())
                .map(|(_, value)| Text::from(address_of(value)))
                .collect(),
            joined: export
                .filter(|entry| !entry.deleted)
                .and_then(|entry| entry.cloud),
            in_scope: in_scope(self.world, source),
            fails: failure.is_some() || entry.is_some_and(|entry| entry.error.is_some()),
            held: staged || anchor.as_ref().is_some_and(leaving),
            anchor,
        }
    }

    pub(super) fn object(&self, key: CloudKey) -> Option<&'a Arc<DirectoryObject>> {
        self.world.tenant().object(key)
    }

    pub(super) fn is_live(&self, key: CloudKey) -> bool {
        self.object(key).is_some_and(|object| object.is_live())
    }

    /// Whether it holds a mailbox or licences, or is somebody's.
    pub(super) fn is_worth_keeping(&self, key: CloudKey) -> bool {
        let holds = |it: &Arc<DirectoryObject>| it.mailbox.is_some() || !it.licences.is_empty();
        self.object(key).is_some_and(holds) || self.aim.owner_of(key).is_some()
    }

    /// Whether it is somebody else's account.
    pub(super) fn is_anothers(&self, source: Source, key: CloudKey) -> bool {
        self.aim.owner_of(key).is_some_and(|owner| owner != source)
    }

    /// The person whose object the engine has connected with an account.
    pub(super) fn joined_to(&self, key: CloudKey) -> Option<&Person> {
        self.people.iter().find(|person| person.joined == Some(key))
    }

    /// The person whose object an anchor is made from.
    pub(super) fn of_anchor(&self, anchor: &SourceAnchor) -> Option<&Person> {
        let mut people = self.people.iter();
        people.find(|person| person.anchor.as_ref() == Some(anchor))
    }

    /// Users that carry an anchor, live or in the recycle bin, but for one.
    pub(super) fn other_holders(
        &self,
        anchor: &SourceAnchor,
        keep: Option<CloudKey>,
    ) -> Vec<CloudKey> {
        let mut all = self
            .world
            .tenant()
            .find_by_anchor(anchor, SyncObjectType::User);
        all.retain(|key| Some(*key) != keep && self.object(*key).is_some_and(|it| !is_purged(it)));
        all
    }

    /// What an AD object is called.
    pub(super) fn name(&self, source: Source) -> Text {
        name(self.world, source)
    }

    pub(super) fn label(&self, key: CloudKey) -> Text {
        self.object(key)
            .map_or_else(Text::new, |object| object.label())
    }
}

/// What an AD object is called.
pub(super) fn name(world: &World, source: Source) -> Text {
    let directory = world.forests().get(source.forest);
    let image = directory.and_then(|it| it.object(source.object));
    image.map_or_else(Text::new, |image| image.name().clone())
}

/// The address in a value that may have a prefix such as `SMTP:`.
pub(super) fn address_of(value: &str) -> &str {
    value.split_once(':').map_or(value, |(_, address)| address)
}

fn is_purged(object: &DirectoryObject) -> bool {
    !object.is_live() && !object.is_soft_deleted()
}
