//! One component as a small world of its own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_ad::directory::{AttributeId, Directory, Modification, ObjectId, Operation, Value};
use mock_cloud::tenant::{Kind, Role};
use mock_cloud::{CloudId, CloudKey, DirectoryObject, Tenant, Upn};
use store::{Entropy, Text};

use super::components::Component;
use crate::engine::{CyclePolicy, Source};
use crate::repair::{Aim, PlannedStep, What};
use crate::world::{Action, World};

/// A component carved out of a world, with the way back.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) world: World,
    pub(super) belongs: BTreeMap<Source, CloudKey>,
    /// From the small world's objects to the large one's, one map for each forest.
    objects: Vec<BTreeMap<ObjectId, ObjectId>>,
    accounts: BTreeMap<CloudKey, CloudKey>,
}

/// So many full cycles pass before anybody acts: the scheduler runs them anyway.
pub(super) const SETTLE: usize = 2;

impl Case {
    /// Carves a component out of a world that has come to rest.
    pub(super) fn of(world: &World, aim: &Aim, component: &Component) -> Self {
        let mut config = world.engine().config().clone();
        // The cycles between steps are told one by one.
        config.schedule = None;
        let mut directories = Vec::new();
        let mut objects = Vec::new();
        let mut places = Vec::new();
        for (forest, directory) in world.forests().iter().enumerate() {
            let own = component.objects.iter().filter(|it| it.forest == forest);
            let parking = aim.parking.get(forest).copied().flatten();
            let groups: Vec<ObjectId> = config
                .filtering_groups(forest)
                .iter()
                .filter_map(|group| directory.find(group))
                .collect();
            let own = own.map(|it| it.object).chain(parking);
            let (mut part, there) = directory.extract(own.chain(groups.iter().copied()));
            for group in groups {
                limit(&mut part, directory, group, &there, world.now());
            }
            directories.push(part);
            objects.push(
                there
                    .iter()
                    .map(|(large, small)| (*small, *large))
                    .collect(),
            );
            places.push(there);
        }
        let (tenant, keys) = tenant(world, component);
        let small = |source: &Source| {
            let object = *places.get(source.forest)?.get(&source.object)?;
            Some(Source { object, ..*source })
        };
        let own = component.objects.iter();
        let belongs = own.filter_map(|source| {
            let account = keys.get(aim.belongs.get(source)?)?;
            Some((small(source)?, *account))
        });
        let belongs = belongs.collect();
        let (now, entropy) = (world.now(), Entropy::new(1));
        let mut part = World::new(world.profile, directories, tenant, config, now, entropy);
        part.establish();
        for _ in 0..SETTLE {
            part.apply(&Action::Cycle(CyclePolicy::Initial));
        }
        Self {
            world: part,
            belongs,
            objects,
            accounts: keys
                .into_iter()
                .map(|(large, small)| (small, large))
                .collect(),
        }
    }

    /// A person of the small world in the large one.
    pub(super) fn person(&self, source: Source) -> Option<Source> {
        let object = self.object(source.forest, source.object)?;
        Some(Source { object, ..source })
    }

    fn object(&self, forest: usize, object: ObjectId) -> Option<ObjectId> {
        self.objects.get(forest)?.get(&object).copied()
    }

    pub(super) fn account(&self, key: CloudKey) -> Option<CloudKey> {
        self.accounts.get(&key).copied()
    }

    /// A step in the small world as the same step in the large one; `None` where it is about
    /// something that only came about in the small one.
    pub(super) fn step(&self, step: &PlannedStep) -> Option<PlannedStep> {
        let account = |key: &CloudKey| self.account(*key);
        let place = |person: &Source, to: &Option<ObjectId>| match to {
            Some(to) => Some(Some(self.object(person.forest, *to)?)),
            None => Some(None),
        };
        let what = match &step.what {
            What::MoveOut {
                person,
                to,
                deletes,
            } => What::MoveOut {
                person: self.person(*person)?,
                to: place(person, to)?,
                deletes: deletes.and_then(|key| self.account(key)),
            },
            What::MoveBack { person, to } => What::MoveBack {
                person: self.person(*person)?,
                to: place(person, to)?,
            },
            What::Delete(key) => What::Delete(account(key)?),
            What::Purge(key) => What::Purge(account(key)?),
            What::Restore(key, options) => What::Restore(account(key)?, options.clone()),
            What::SetImmutableId(key, person, anchor) => {
                What::SetImmutableId(account(key)?, self.person(*person)?, anchor.clone())
            }
            What::ClearImmutableId(key) => What::ClearImmutableId(account(key)?),
            What::RemoveRole(key, role) => What::RemoveRole(account(key)?, role.clone()),
            What::AssignRole(key, role) => What::AssignRole(account(key)?, role.clone()),
            What::ClearObjectIdentifier(key) => What::ClearObjectIdentifier(account(key)?),
            What::ClearSecurityIdentifier(key) => What::ClearSecurityIdentifier(account(key)?),
            What::SetUpn(key, upn) => What::SetUpn(account(key)?, upn.clone()),
            What::SetAddresses(key, list) => What::SetAddresses(account(key)?, list.clone()),
            What::SetCloudManaged(key, on) => What::SetCloudManaged(account(key)?, *on),
            What::Cycle(_)
            | What::BlockTakeover(_)
            | What::SetSynchronized(_)
            | What::WaitUntilOff
            | What::Wait => step.what.clone(),
        };
        Some(PlannedStep {
            what,
            person: step.person.and_then(|person| self.person(person)),
            why: step.why.clone(),
        })
    }
}

/// Puts those of a component into a group that filters ask for: links do not come along otherwise.
fn limit(
    part: &mut Directory,
    whole: &Directory,
    group: ObjectId,
    there: &BTreeMap<ObjectId, ObjectId>,
    now: Timestamp,
) {
    let Some(own) = there.get(&group) else {
        return;
    };
    let members = whole.link_targets(group, AttributeId::MEMBER).into_iter();
    let values: Vec<Value> = members
        .filter_map(|member| there.get(&member))
        .map(|member| Value::from(part.dn(*member).to_string().as_str()))
        .collect();
    if values.is_empty() {
        return;
    }
    let change = Modification {
        attribute: AttributeId::MEMBER,
        operation: Operation::Add,
        values,
    };
    // They are members in the whole: nothing speaks against it here.
    let _ = part.modify(*own, &[change], now);
}

/// The tenant with nothing but the accounts of a component, and one administrator where there are
/// others elsewhere.
fn tenant(world: &World, component: &Component) -> (Tenant, BTreeMap<CloudKey, CloudKey>) {
    let whole = world.tenant();
    let mut tenant = Tenant::new(whole.domains.initial(), world.profile);
    tenant.domains = whole.domains.clone();
    tenant.features = whole.features;
    tenant.policy = whole.policy;
    tenant.organization = whole.organization.clone();
    tenant.skus = whole.skus.clone();
    tenant.deletion_threshold = whole.deletion_threshold;
    let mut keys = BTreeMap::new();
    for key in &component.accounts {
        let Some(account) = whole.object(*key) else {
            continue;
        };
        let mut account = DirectoryObject::clone(account);
        account.members = std::sync::Arc::default();
        account.change_extras(|extras| {
            extras.owners.clear();
            extras.manager = None;
        });
        let small = tenant.insert(account);
        keys.insert(*key, small);
        let held = whole.roles.held(*key);
        for role in whole.roles.of(*key) {
            if held.contains(&role) {
                tenant.roles.assign(small, role);
            } else {
                tenant.roles.make_eligible(small, role);
            }
        }
    }
    let global = Role(Text::from("Global Administrator"));
    let elsewhere = whole.roles.holders(&global).any(|key| {
        let live = whole.object(key).is_some_and(|it| it.is_live());
        live && !keys.contains_key(&key)
    });
    if elsewhere {
        let id = CloudId::from_bytes(*b"somebody else...");
        let mut other = DirectoryObject::new(id, Kind::User, world.now());
        let upn = format!("an.administrator.elsewhere@{}", whole.domains.initial());
        other.user_principal_name = Some(Upn::new(upn));
        let key = tenant.insert(other);
        tenant.roles.assign(key, global);
    }
    (tenant, keys)
}
