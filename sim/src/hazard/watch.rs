//! Noticing hazards, action by action.

use std::collections::{BTreeMap, BTreeSet};

use mock_ad::directory::{AttributeId, Directory, ObjectId, Value};
use mock_cloud::provisioning::{ErrorCode, ExportError, Outcome};
use mock_cloud::tenant::{ConflictProperty, FEATURES};
use mock_cloud::{CloudKey, DirectoryObject, RuleId, SourceAnchor, SyncObjectType};

use super::{Hazard, W01, W02, W03, W04, W05, W06, W07, W08, W10, W11, W12, W13, W14, W15};
use crate::engine::{EngineEvent, Exported, PendingExport, Source, Step};
use crate::world::{Action, AdChange, CloudChange, EngineChange, Event, World};

/// How objects are called in what is said about them.
pub trait Labels {
    /// An account of the tenant.
    fn account(&self, world: &World, key: CloudKey) -> String;

    /// An object of Active Directory.
    fn object(&self, world: &World, source: Source) -> String;
}

/// A hazard that an action commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Which one.
    pub hazard: &'static Hazard,
    /// What it is about.
    pub what: String,
}

fn met(hazard: &'static Hazard, what: String) -> Met {
    Met { hazard, what }
}

/// Everything that hazards are noticed by, besides the world itself.
#[derive(Debug, Default, Clone)]
pub struct Watch {
    /// Which account is whose, as far as anybody knows.
    pub belongs: BTreeMap<Source, CloudKey>,
    /// Who had each name at the last export.
    holders: BTreeMap<String, Source>,
    /// Guards that an action has lifted or weakened, and how many deletions, or how much of
    /// whatever else they hold back, they let through before.
    lifted: BTreeMap<&'static str, u64>,
}

impl Watch {
    /// Begins to watch a world.
    pub fn new(world: &World, belongs: BTreeMap<Source, CloudKey>) -> Self {
        Self {
            belongs,
            holders: holders(world),
            lifted: BTreeMap::new(),
        }
    }

    /// The guards that were lifted or weakened, and are not what they were (W09).
    pub fn left_open(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.lifted.keys().copied()
    }

    /// What an action is about to do wrong, seen before it is carried out.
    pub fn foresee(&mut self, world: &World, action: &Action, labels: &dyn Labels) -> Vec<Met> {
        let mut found = Vec::new();
        match action {
            Action::Cloud(change) => self.foresee_change(world, change, labels, &mut found),
            Action::Configure(EngineChange::DeletionThreshold(threshold)) => {
                let was = world.engine().config().deletion_threshold;
                self.guard("the deletion threshold", was, *threshold);
            }
            _ => {}
        }
        found
    }

    fn foresee_change(
        &mut self,
        world: &World,
        change: &CloudChange,
        labels: &dyn Labels,
        found: &mut Vec<Met>,
    ) {
        match change {
            CloudChange::All(changes) => {
                for change in changes {
                    self.foresee_change(world, change, labels, found);
                }
            }
            CloudChange::Purge(key) => {
                let account = world.tenant().object(*key);
                if account.is_some_and(|it| it.is_soft_deleted() && holds_something(it)) {
                    let name = labels.account(world, *key);
                    found.push(met(&W01, format!("{name} holds a mailbox or a licence")));
                }
            }
            CloudChange::SetImmutableId(key, anchor) => {
                foresee_anchor(world, *key, anchor.as_ref(), labels, found);
            }
            CloudChange::Restore(key, _) => {
                let entra = world.engine().entra();
                let known = entra.find_by_cloud(*key).and_then(|id| entra.get(id));
                if known.is_some_and(|known| known.deleted) {
                    let name = labels.account(world, *key);
                    found.push(met(
                        &W05,
                        format!("the deletion of {name} is not confirmed"),
                    ));
                }
            }
            CloudChange::AssignLicence(key, _) => self.foresee_licence(world, *key, labels, found),
            CloudChange::SetFeature(name, enabled) if name.starts_with("block-") => {
                if let Some(feature) = FEATURES.iter().find(|feature| feature.name == *name) {
                    let was_on = (feature.get)(&world.tenant().features);
                    let closed = |on: bool| on.then_some(0);
                    self.guard(feature.name, closed(was_on), closed(*enabled));
                }
            }
            CloudChange::SetDeletionThreshold(threshold) => {
                let was = world.tenant().deletion_threshold;
                self.guard("the deletion threshold of the tenant", was, *threshold);
            }
            _ => {}
        }
    }

    /// Looks whether a guard lets more through than it did: nothing is off, a number what it lets
    /// through.
    fn guard(&mut self, name: &'static str, was: Option<u32>, is: Option<u32>) {
        let lets_through = |guard: Option<u32>| guard.map_or(u64::MAX, u64::from);
        let before = self.lifted.get(name).copied();
        let before = before.unwrap_or_else(|| lets_through(was));
        if lets_through(is) > before {
            self.lifted.insert(name, before);
        } else {
            self.lifted.remove(name);
        }
    }

    /// Whose mailbox on-premises nobody has told the tenant of.
    fn foresee_licence(
        &self,
        world: &World,
        key: CloudKey,
        labels: &dyn Labels,
        found: &mut Vec<Met>,
    ) {
        let owner = self.belongs.iter().find(|(_, cloud)| **cloud == key);
        let Some((source, directory)) =
            owner.and_then(|(source, _)| Some((*source, world.forests().get(source.forest)?)))
        else {
            return;
        };
        let attribute = directory.schema().attribute("msExchMailboxGuid");
        let has =
            attribute.is_some_and(|id| !directory.attribute_values(source.object, id).is_empty());
        if has && account_of(world, source) != Some(key) {
            let name = labels.account(world, key);
            let what = format!("{name} has a mailbox on-premises that is not synchronised");
            found.push(met(&W11, what));
        }
    }

    /// What an action has done wrong, seen from what happened.
    pub fn look_back(
        &mut self,
        before: &World,
        after: &World,
        action: &Action,
        events: &[Event],
        labels: &dyn Labels,
    ) -> Vec<Met> {
        let mut found = Vec::new();
        let mut exported = false;
        for event in events {
            match event {
                Event::Engine(EngineEvent::Exported(one)) => {
                    exported = true;
                    look_at_export(one, before, after, labels, &mut found);
                }
                Event::Engine(EngineEvent::Finished(result)) => {
                    exported |= result.step == Step::Export;
                }
                Event::Expired(key) => {
                    let held = before.tenant().object(*key);
                    if held.is_some_and(|it| holds_something(it)) {
                        let name = labels.account(after, *key);
                        found.push(met(&W13, format!("{name} is removed")));
                    }
                }
                _ => {}
            }
        }
        match action {
            Action::Ad {
                forest,
                change: AdChange::Modify { object, .. },
            } => self.look_at_swap(before, after, (*forest, *object), &mut found),
            Action::Ad {
                forest,
                change:
                    AdChange::Move {
                        object,
                        parent: Some(_),
                        ..
                    },
            } => look_at_move(after, *forest, *object, labels, &mut found),
            _ => {}
        }
        if exported {
            self.holders = holders(after);
        }
        found
    }

    /// Whether a name has moved from one object to another since the last export.
    fn look_at_swap(
        &mut self,
        before: &World,
        after: &World,
        (forest, object): (usize, ObjectId),
        found: &mut Vec<Met>,
    ) {
        let source = Source { forest, object };
        let names = |world: &World| -> BTreeSet<String> {
            let directory = world.forests().get(forest);
            let names = directory.into_iter().flat_map(|it| names_of(it, object));
            names.collect()
        };
        let (had, has) = (names(before), names(after));
        let gained = has.difference(&had).map(|name| (name, Some(source)));
        let lost = had.difference(&has);
        let lost = lost.map(|name| (name, holder(after, name)));
        for (name, now) in gained.chain(lost) {
            let known = self.holders.get(name).copied();
            let known = known.filter(|known| after.forests()[known.forest].is_live(known.object));
            let (Some(known), Some(now)) = (known, now) else {
                continue;
            };
            if known != now && !has_name(after, known, name) {
                let what = format!("{name} moves from one object to another in one cycle");
                found.push(met(&W04, what));
                self.holders.insert(name.clone(), now);
            }
        }
    }
}

/// Who has a name now.
fn holder(world: &World, name: &str) -> Option<Source> {
    let mut forests = world.forests().iter().enumerate();
    forests.find_map(|(forest, directory)| {
        let mut objects = directory.objects().map(|(object, _)| object);
        let object = objects.find(|it| names_of(directory, *it).any(|own| own == name))?;
        Some(Source { forest, object })
    })
}

fn has_name(world: &World, source: Source, name: &str) -> bool {
    let directory = &world.forests()[source.forest];
    names_of(directory, source.object).any(|own| own == name)
}

/// The addresses and the UPN of an object, as they are compared.
fn names_of(directory: &Directory, object: ObjectId) -> impl Iterator<Item = String> + '_ {
    let object = directory.object(object).filter(|it| !it.is_deleted());
    let attributes = [
        AttributeId::PROXY_ADDRESSES,
        AttributeId::USER_PRINCIPAL_NAME,
    ];
    object.into_iter().flat_map(move |object| {
        let texts = attributes.into_iter().flat_map(|it| object.texts(it));
        texts.map(|value| {
            let lower = value.to_lowercase();
            lower.strip_prefix("smtp:").unwrap_or(&lower).to_owned()
        })
    })
}

/// Who has which name in Active Directory.
fn holders(world: &World) -> BTreeMap<String, Source> {
    let mut all = BTreeMap::new();
    for (forest, directory) in world.forests().iter().enumerate() {
        for (object, _) in directory.objects() {
            for name in names_of(directory, object) {
                all.entry(name).or_insert(Source { forest, object });
            }
        }
    }
    all
}

fn foresee_anchor(
    world: &World,
    key: CloudKey,
    anchor: Option<&SourceAnchor>,
    labels: &dyn Labels,
    found: &mut Vec<Met>,
) {
    let Some(account) = world.tenant().object(key) else {
        return;
    };
    let name = labels.account(world, key);
    if account.is_live() && account.on_premises.sync_enabled == Some(true) {
        found.push(met(&W02, format!("{name} is synced")));
        return;
    }
    let Some(anchor) = anchor else {
        return;
    };
    let tenant = world.tenant();
    let holders = tenant.find_by_anchor(anchor, SyncObjectType::User);
    let is_deleted = |holder: &CloudKey| {
        let object = tenant.object(*holder);
        *holder != key && object.is_some_and(|it| it.is_soft_deleted())
    };
    if let Some(deleted) = holders.into_iter().find(is_deleted) {
        let deleted = labels.account(world, deleted);
        found.push(met(&W03, format!("{deleted} is deleted and holds the id")));
    }
    let mapped = account.on_premises.object_identifier;
    let other = mapped.is_some_and(|mapped| Some(&mapped) != anchor.guid_bytes());
    if tenant.policy.hard_match_hardening && other {
        found.push(met(&W15, format!("{name} is mapped to another object")));
    }
}

fn look_at_export(
    one: &Exported,
    before: &World,
    after: &World,
    labels: &dyn Labels,
    found: &mut Vec<Met>,
) {
    let has = |rule: RuleId| one.answer.why.iter().any(|reason| reason.rule == rule);
    let (key, result) = (one.answer.key, &one.answer.result);
    let name = one.source.map(|source| labels.object(after, source));
    let name = name.unwrap_or_else(|| "an object".to_owned());
    if one.pending == PendingExport::Delete && result.is_ok() {
        let gone = key.and_then(|key| before.tenant().object(key));
        if gone.is_some_and(|it| it.kind.sync_type() == SyncObjectType::Group) {
            let name = key.map_or(name, |key| labels.account(after, key));
            found.push(met(&W12, format!("{name} is deleted")));
        }
        return;
    }
    if has(RuleId::R2_14B) || has(RuleId::R2_20) {
        found.push(met(&W08, format!("{name} meets an administrator")));
    } else if has(RuleId::R2_14A) {
        found.push(met(&W07, format!("{name} meets an account of another id")));
    }
    let about_mapping = |error: &ExportError| {
        let mut conflicts = error.conflicts.iter();
        conflicts.any(|(property, _)| *property == ConflictProperty::OnPremisesObjectIdentifier)
    };
    // The code alone may be that of a role, too (question Q9.5).
    if let Err(error) = result
        && error.code == ErrorCode::AttributeUpdateNotAllowed
        && about_mapping(error)
    {
        let what = format!("{name} is not the object it is mapped to");
        found.push(met(&W15, what));
    }
    match result {
        Ok(Outcome::SoftMatched(_) | Outcome::HardMatched) => {
            let lost = addresses_lost(key, before, after);
            if !lost.is_empty() {
                let lost = lost.join(", ");
                let what = format!("{name} takes an account over that loses {lost}");
                found.push(met(&W10, what));
            }
        }
        Ok(Outcome::Created) if has(RuleId::R4_2) && has_namesake(key, one.source, after) => {
            let what = format!("{name} goes out with a suffix that is not verified");
            found.push(met(&W14, what));
        }
        _ => {}
    }
}

/// Which addresses a match took away.
fn addresses_lost(key: Option<CloudKey>, before: &World, after: &World) -> Vec<String> {
    let addresses = |world: &World| -> BTreeSet<String> {
        let object = key.and_then(|key| world.tenant().object(key));
        let listed = object.into_iter().flat_map(|it| it.proxy_addresses.iter());
        listed
            .filter(|it| it.is_smtp())
            .map(|it| it.address().to_lowercase())
            .filter(|it| !it.ends_with(".onmicrosoft.com"))
            .collect()
    };
    let kept = addresses(after);
    addresses(before).difference(&kept).cloned().collect()
}

/// Whether an account of the same name was there, and the suffix kept them apart.
fn has_namesake(key: Option<CloudKey>, source: Option<Source>, world: &World) -> bool {
    let Some(source) = source else { return false };
    let directory = &world.forests()[source.forest];
    let upn = directory.attribute_values(source.object, AttributeId::USER_PRINCIPAL_NAME);
    let Some(Value::Text(upn)) = upn.first() else {
        return false;
    };
    let prefix = upn.split('@').next().unwrap_or_default();
    world.tenant().objects().any(|(other, object)| {
        let known = object.user_principal_name.as_ref();
        let known = known.and_then(|known| known.as_str().split('@').next());
        Some(other) != key
            && object.is_live()
            && !object.is_synced()
            && known.is_some_and(|known| store::eq_fold(known, prefix))
    })
}

/// Whether a move brings an object into scope whose account another one has lost.
fn look_at_move(
    world: &World,
    forest: usize,
    object: ObjectId,
    labels: &dyn Labels,
    found: &mut Vec<Met>,
) {
    let config = world.engine().config();
    let directory = world.forests().get(forest);
    let Some(directory) = directory else {
        return;
    };
    let scope = config.scopes.get(forest);
    let comes = scope.is_some_and(|scope| scope.takes(directory, object));
    let Some(object) = directory.object(object) else {
        return;
    };
    let anchor = object.bytes(AttributeId::MS_DS_CONSISTENCY_GUID);
    let anchor = anchor.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let Some(anchor) = anchor.filter(|anchor| comes && anchor != object.guid.as_bytes()) else {
        return;
    };
    let anchor = SourceAnchor::from_guid_bytes(anchor);
    let tenant = world.tenant();
    let is_deleted = |key: &CloudKey| tenant.object(*key).is_some_and(|it| it.is_soft_deleted());
    let mut holders = tenant
        .find_by_anchor(&anchor, SyncObjectType::User)
        .into_iter();
    if let Some(deleted) = holders.find(is_deleted) {
        let name = labels.account(world, deleted);
        found.push(met(&W06, format!("{name} was deleted in an earlier cycle")));
    }
}

/// The account that an object is joined to, as the engine knows it.
fn account_of(world: &World, source: Source) -> Option<CloudKey> {
    let engine = world.engine();
    let entry = engine.forest(source.forest)?.entry(source.object)?;
    let connector = engine.metaverse().get(entry.metaverse?)?.connector?;
    let entry = engine.entra().get(connector)?;
    entry.cloud.filter(|_| !entry.deleted)
}

/// Whether somebody would miss what the account holds.
fn holds_something(object: &DirectoryObject) -> bool {
    object.mailbox.is_some() || !object.licences.is_empty()
}
