//! Directory roles.

use imbl::OrdMap;
use store::Text;

use crate::ids::CloudKey;

/// A directory role, by its display name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role(pub Text);

/// Who holds, or may activate, which role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleAssignments {
    active: OrdMap<(CloudKey, Role), ()>,
    eligible: OrdMap<(CloudKey, Role), ()>,
}

impl RoleAssignments {
    /// Gives a role.
    pub fn assign(&mut self, user: CloudKey, role: Role) {
        self.active.insert((user, role), ());
    }

    /// Makes a user eligible for a role that has to be activated first.
    pub fn make_eligible(&mut self, user: CloudKey, role: Role) {
        self.eligible.insert((user, role), ());
    }

    /// Takes a role away, held or eligible; says whether there was anything to take.
    pub fn remove(&mut self, user: CloudKey, role: &Role) -> bool {
        let key = (user, role.clone());
        self.active.remove(&key).is_some() | self.eligible.remove(&key).is_some()
    }

    /// Takes all roles away, as deleting the user for good does.
    pub fn remove_all(&mut self, user: CloudKey) {
        for role in self.of(user) {
            self.remove(user, &role);
        }
    }

    /// The roles that a user holds now.
    pub fn held(&self, user: CloudKey) -> Vec<Role> {
        of(&self.active, user)
    }

    /// The roles that a user holds or is eligible for.
    pub fn of(&self, user: CloudKey) -> Vec<Role> {
        let mut roles = of(&self.active, user);
        roles.extend(of(&self.eligible, user));
        roles
    }

    /// Whether a user holds a role now (rule R2.14b).
    pub fn is_administrator(&self, user: CloudKey) -> bool {
        !self.active.is_empty() && !of(&self.active, user).is_empty()
    }

    /// Whether a user holds a role or is eligible for one (rule R2.20).
    pub fn is_privileged_or_eligible(&self, user: CloudKey) -> bool {
        self.is_administrator(user)
            || !self.eligible.is_empty() && !of(&self.eligible, user).is_empty()
    }

    /// Everybody who holds a role now.
    pub fn holders<'a>(&'a self, role: &'a Role) -> impl Iterator<Item = CloudKey> + 'a {
        self.active
            .keys()
            .filter(move |(_, held)| held == role)
            .map(|(user, _)| *user)
    }

    /// All assignments that are in force, by user.
    pub fn iter(&self) -> impl Iterator<Item = (CloudKey, &Role)> {
        self.active.keys().map(|(user, role)| (*user, role))
    }
}

fn of(roles: &OrdMap<(CloudKey, Role), ()>, user: CloudKey) -> Vec<Role> {
    let first = (user, Role(Text::new()));
    roles
        .range(first..)
        .take_while(|((holder, _), ())| *holder == user)
        .map(|((_, role), ())| role.clone())
        .collect()
}
