//! Ground truth, and what is checked against it in every state.

use std::collections::{BTreeMap, BTreeSet};

use mock_ad::directory::AttributeId;
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
    /// Who was joined to somebody else's account at the beginning, and still is.
    standing: BTreeSet<(Source, CloudKey)>,
    /// Accounts without a licence of people with a mailbox on-premises, of which the tenant has not
    /// heard yet: it hears of it with the object (case C71).
    unheard: BTreeMap<CloudKey, Source>,
    /// Anchors that two live accounts carried at the beginning, and still do.
    shared: BTreeSet<(SyncObjectType, String)>,
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
        truth.unheard = truth.unheard_of(world).collect();
        truth.standing = truth.wrongly_joined(world).collect();
        let shared = doubles(world).map(|(kind, anchor, ..)| (kind, anchor.to_string()));
        truth.shared = shared.collect();
        truth
    }

    /// What was amiss at the beginning is no harm that a procedure does, until it is mended. An
    /// account that is with its owner again needs a name again to be deleted.
    pub fn forget(&mut self, world: &World) {
        if !self.standing.is_empty() {
            let still: BTreeSet<_> = self.wrongly_joined(world).collect();
            self.standing.retain(|pair| still.contains(pair));
        }
        if !self.shared.is_empty() {
            let still: BTreeSet<_> = doubles(world)
                .map(|(kind, anchor, ..)| (kind, anchor.to_string()))
                .collect();
            self.shared.retain(|anchor| still.contains(anchor));
        }
        let at_home: Vec<CloudKey> = (self.belongs.iter())
            .filter(|(source, own)| {
                self.named.contains(own)
                    && joined(world, **source) == Some(**own)
                    && crate::repair::in_scope(world, **source)
                    && world.tenant().object(**own).is_some_and(|it| it.is_live())
            })
            .map(|(_, own)| *own)
            .collect();
        for key in at_home {
            self.named.remove(&key);
        }
    }

    /// Feeds everything that a judgement depends on, accounts by their places.
    pub(crate) fn mix(&self, place: &dyn Fn(CloudKey) -> u64, put: &mut dyn FnMut(u64)) {
        let source = |source: &Source| (source.forest as u64) << 32 | u64::from(source.object.0);
        for (person, own) in &self.belongs {
            put(source(person));
            put(place(*own));
        }
        for set in [&self.named, &self.live, &self.valuable] {
            put(set.len() as u64);
            for key in set {
                put(place(*key));
            }
        }
        for (person, key) in &self.standing {
            put(source(person));
            put(place(*key));
        }
        for key in self.unheard.keys() {
            put(place(*key));
        }
        put(self.shared.len() as u64 * 2 + u64::from(self.administered));
    }

    /// The first property of those that must hold in every state that does not hold in this one.
    pub fn violation(&self, world: &World) -> Option<Violation> {
        self.lost(world)
            .or_else(|| self.stolen(world))
            .or_else(|| self.doubled(world))
            .or_else(|| self.deleted(world))
            .or_else(|| self.leaderless(world))
            .or_else(|| self.doubly_housed(world))
    }

    /// Takes under protection the accounts of those who have no other: what the engine provisioned
    /// for an object that ground truth gives no account. Takes down which mailboxes on-premises the
    /// tenant has heard of.
    pub fn note(&mut self, world: &World) {
        (self.unheard).retain(|key, source| joined(world, *source) != Some(*key));
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

    /// How many mailboxes on-premises the tenant has yet to hear of.
    pub(crate) fn unheard(&self) -> usize {
        self.unheard.len()
    }

    fn unheard_of<'a>(&'a self, world: &'a World) -> impl Iterator<Item = (CloudKey, Source)> + 'a {
        self.belongs.iter().filter_map(|(source, own)| {
            let directory = world.forests().get(source.forest)?;
            let image = directory.object(source.object)?;
            let housed = image.get(AttributeId::MS_EXCH_MAILBOX_GUID).is_some();
            let account = world.tenant().object(*own)?;
            let unlicensed = account.licences.is_empty() && account.mailbox.is_none();
            let heard = joined(world, *source) == Some(*own);
            (housed && unlicensed && !heard).then_some((*own, *source))
        })
    }

    fn doubly_housed(&self, world: &World) -> Option<Violation> {
        let key = self.unheard.keys().find(|key| {
            let object = world.tenant().object(**key);
            object.is_some_and(|object| object.is_live() && !object.licences.is_empty())
        })?;
        let found = format!(
            "{} gets a mailbox with its licence, beside the one on-premises",
            label(world, *key)
        );
        Some(violation(Property::OneMailbox, found))
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
        let mut wrong = self.wrongly_joined(world);
        let (_, joined) = wrong.find(|pair| !self.standing.contains(pair))?;
        let found = format!("{} is joined to the wrong AD object", label(world, joined));
        Some(violation(Property::RightOwner, found))
    }

    /// People with an account who are joined to the live account of somebody else.
    fn wrongly_joined<'a>(
        &'a self,
        world: &'a World,
    ) -> impl Iterator<Item = (Source, CloudKey)> + 'a {
        self.belongs.iter().filter_map(|(source, own)| {
            let joined = joined(world, *source).filter(|joined| joined != own)?;
            let live = world.tenant().object(joined).is_some_and(|it| it.is_live());
            let anothers = self.belongs.values().any(|other| *other == joined);
            (live && anothers).then_some((*source, joined))
        })
    }

    fn doubled(&self, world: &World) -> Option<Violation> {
        let (_, anchor, first, second) = doubles(world)
            .find(|(kind, anchor, ..)| !self.shared.contains(&(*kind, anchor.to_string())))?;
        let (first, second) = (label(world, first), label(world, second));
        let found = format!("{first} and {second} both carry {anchor}");
        Some(violation(Property::OneAnchor, found))
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

/// How many live Global Administrators there are.
pub(crate) fn administrators(world: &World) -> usize {
    let role = Role("Global Administrator".into());
    live_holders(world, &role).count()
}

/// The live Global Administrators.
pub(crate) fn global_administrators(world: &World) -> BTreeSet<CloudKey> {
    let role = Role("Global Administrator".into());
    live_holders(world, &role).collect()
}

fn live_holders<'a>(world: &'a World, role: &'a Role) -> impl Iterator<Item = CloudKey> + 'a {
    let tenant = world.tenant();
    let holders = tenant.roles.holders(role);
    holders.filter(|key| tenant.object(*key).is_some_and(|it| it.is_live()))
}

/// The account that the engine has connected with an object.
fn joined(world: &World, source: Source) -> Option<CloudKey> {
    let engine = world.engine();
    let entry = engine.forest(source.forest)?.entry(source.object)?;
    let connector = engine.metaverse().get(entry.metaverse?)?.connector?;
    engine.entra().get(connector)?.cloud
}

type Double<'a> = (SyncObjectType, &'a SourceAnchor, CloudKey, CloudKey);

/// Pairs of live accounts of one type with one anchor.
fn doubles(world: &World) -> impl Iterator<Item = Double<'_>> {
    let mut seen: BTreeMap<(SyncObjectType, &SourceAnchor), CloudKey> = BTreeMap::new();
    world.tenant().objects().filter_map(move |(key, object)| {
        let anchor = object.on_premises.immutable_id.as_ref()?;
        if !object.is_live() {
            return None;
        }
        let kind = object.kind.sync_type();
        let first = seen.insert((kind, anchor), key)?;
        Some((kind, anchor, first, key))
    })
}
