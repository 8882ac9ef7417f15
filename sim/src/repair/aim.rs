//! What a repair is for, and how things were found.

use std::collections::{BTreeMap, BTreeSet};

use mock_ad::directory::{AttributeId, Directory, ObjectId, ObjectKind};
use mock_cloud::CloudKey;
use mock_cloud::tenant::{Role, State};

use super::look::in_scope;
use crate::engine::Source;
use crate::world::World;

/// What a repair is for: whose account is whose, and what has to be given back in the end.
///
/// It is taken down once, before the first step, and kept (a file beside the script): without it
/// nobody could say afterwards who held which role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aim {
    /// Which account is whose: what only people know.
    pub belongs: BTreeMap<Source, CloudKey>,
    /// The users in scope at the beginning, with the container that each was in.
    pub homes: BTreeMap<Source, ObjectId>,
    /// Who held which directory roles at the beginning.
    pub roles: BTreeMap<CloudKey, Vec<Role>>,
    /// Accounts with a mailbox or licences that must be live in the end: those that were live at
    /// the beginning, and those that belong to somebody.
    pub valuable: BTreeSet<CloudKey>,
    /// Accounts whose source of authority is the cloud on purpose (rule R2.30).
    pub cloud_managed: BTreeSet<CloudKey>,
    /// Whether takeover through hard match was blocked (rule R2.7).
    pub takeover_blocked: bool,
    /// For each forest a container out of scope, where there is one.
    pub parking: Vec<Option<ObjectId>>,
    /// `belongs` the other way round.
    owners: BTreeMap<CloudKey, Source>,
}

impl Aim {
    /// Takes down what is there now.
    pub fn of(world: &World, belongs: BTreeMap<Source, CloudKey>) -> Self {
        let tenant = world.tenant();
        let owners = belongs.iter().map(|(source, own)| (*own, *source));
        let mut aim = Self {
            owners: owners.rev().collect(),
            takeover_blocked: tenant
                .features
                .block_cloud_object_takeover_through_hard_match,
            ..Self::default()
        };
        for (key, object) in tenant.objects() {
            let roles = tenant.roles.held(key);
            if !roles.is_empty() {
                aim.roles.insert(key, roles);
            }
            let holds = object.mailbox.is_some() || !object.licences.is_empty();
            let there = object.is_live()
                || aim.owners.contains_key(&key) && !matches!(object.state, State::Purged { .. });
            if holds && there {
                aim.valuable.insert(key);
            }
            if object.on_premises.cloud_managed {
                aim.cloud_managed.insert(key);
            }
        }
        for (forest, directory) in world.forests().iter().enumerate() {
            for (object, image) in directory.objects() {
                let source = Source { forest, object };
                let user = matches!(
                    directory.kind(object),
                    ObjectKind::User | ObjectKind::InetOrgPerson
                );
                if let Some(home) = image.parent
                    && user
                    && in_scope(world, source)
                {
                    aim.homes.insert(source, home);
                }
            }
            aim.parking.push(parking(world, forest, directory));
        }
        aim.belongs = belongs;
        aim
    }

    /// Feeds everything that a plan depends on, accounts by their places.
    pub(crate) fn mix(&self, place: &dyn Fn(CloudKey) -> u64, put: &mut dyn FnMut(u64)) {
        for (key, roles) in &self.roles {
            put(place(*key));
            put(roles.len() as u64);
            for role in roles {
                put(store::hash_bytes(role.0.as_bytes()));
            }
        }
        for set in [&self.valuable, &self.cloud_managed] {
            put(set.len() as u64);
            for key in set {
                put(place(*key));
            }
        }
        for home in self.homes.values() {
            put(u64::from(home.0));
        }
        put(u64::from(self.takeover_blocked));
    }

    /// Whose account it is.
    pub fn owner_of(&self, key: CloudKey) -> Option<Source> {
        self.owners.get(&key).copied()
    }
}

/// The first organizational unit that is not synced, other than the system's own: nobody is moved
/// to the domain controllers. Without one it is CN=Users, if that is not synced.
fn parking(world: &World, forest: usize, directory: &Directory) -> Option<ObjectId> {
    let scope = world.engine().config().scopes.get(forest)?;
    let outside = |id: &ObjectId| !scope.contains(&directory.dn(*id));
    let mut all = directory.objects();
    let unit = all.find(|(id, image)| {
        !image.is_deleted()
            && directory.kind(*id) == ObjectKind::OrganizationalUnit
            && image.get(AttributeId::IS_CRITICAL_SYSTEM_OBJECT).is_none()
            && image.parent == Some(directory.domain())
            && outside(id)
    });
    let users = || {
        let dn = format!("CN=Users,{}", directory.base()).parse().ok()?;
        directory.find(&dn).filter(outside)
    };
    unit.map(|(id, _)| id).or_else(users)
}
