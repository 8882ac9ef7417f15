//! Directory roles.

use imbl::{OrdMap, Vector};
use store::Text;

use uuid::Uuid;

use crate::ids::{CloudId, CloudKey};

/// A directory role, by its display name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role(pub Text);

/// Who holds, or may activate, which role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleAssignments {
    active: OrdMap<(CloudKey, Role), ()>,
    eligible: OrdMap<(CloudKey, Role), ()>,
    changes: Vector<RoleChange>,
}

/// Somebody who got a role or lost it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChange {
    /// Who.
    pub member: CloudKey,
    /// The role.
    pub role: Role,
    /// Whether it was given.
    pub added: bool,
}

impl RoleAssignments {
    /// Gives a role.
    pub fn assign(&mut self, user: CloudKey, role: Role) {
        if self.active.insert((user, role.clone()), ()).is_none() {
            self.changes.push_back(RoleChange {
                member: user,
                role,
                added: true,
            });
        }
    }

    /// How many roles were given and taken so far.
    pub fn change_count(&self) -> u64 {
        self.changes.len() as u64
    }

    /// What was given and taken after a count of changes, oldest first.
    pub fn changes_since(&self, count: u64) -> impl Iterator<Item = &RoleChange> {
        let first = usize::try_from(count).unwrap_or(usize::MAX);
        self.changes.iter().skip(first)
    }

    /// Makes a user eligible for a role that has to be activated first.
    pub fn make_eligible(&mut self, user: CloudKey, role: Role) {
        self.eligible.insert((user, role), ());
    }

    /// Takes a role away, held or eligible; says whether there was anything to take.
    pub fn remove(&mut self, user: CloudKey, role: &Role) -> bool {
        let key = (user, role.clone());
        let held = self.active.remove(&key).is_some();
        if held {
            self.changes.push_back(RoleChange {
                member: user,
                role: role.clone(),
                added: false,
            });
        }
        held | self.eligible.remove(&key).is_some()
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

    /// Who may activate which role, by user.
    pub fn eligible(&self) -> impl Iterator<Item = (CloudKey, &Role)> {
        self.eligible.keys().map(|(user, role)| (*user, role))
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

/// Built-in roles by display name and template id (Microsoft's list of built-in roles).
pub const ROLE_TEMPLATES: &[(&str, &str)] = &[
    (
        "Global Administrator",
        "62e90394-69f5-4237-9190-012177145e10",
    ),
    (
        "Privileged Role Administrator",
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
    ),
    (
        "Privileged Authentication Administrator",
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
    ),
    ("User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1"),
    (
        "Helpdesk Administrator",
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    ),
    (
        "Authentication Administrator",
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",
    ),
    (
        "Password Administrator",
        "966707d0-3269-4727-9be2-8c3a10f19b9d",
    ),
    (
        "Groups Administrator",
        "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    ),
    (
        "License Administrator",
        "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
    ),
    (
        "Exchange Administrator",
        "29232cdf-9323-42fd-ade2-1d097af3e4de",
    ),
    (
        "SharePoint Administrator",
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
    ),
    (
        "Security Administrator",
        "194ae4cb-b126-40b2-bd5b-6091b380977d",
    ),
    ("Security Reader", "5d6b6bb7-de71-4623-b4af-96380a352509"),
    ("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
    (
        "Hybrid Identity Administrator",
        "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
    ),
    ("Directory Readers", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"),
    ("Directory Writers", "9360feb5-f418-4baa-8175-e2a00bac4301"),
    (
        "Directory Synchronization Accounts",
        "d29b2b05-8046-44ba-8758-1e26182fcf32",
    ),
    (
        "Application Administrator",
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    ),
    (
        "Cloud Application Administrator",
        "158c047a-c907-4556-b7ef-446551a6b5f7",
    ),
    (
        "Conditional Access Administrator",
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    ),
    (
        "Billing Administrator",
        "b0f54661-2d74-4c50-afa3-1ec803f12efe",
    ),
    (
        "Domain Name Administrator",
        "8329153b-31d0-4727-b945-745eb3bc5f31",
    ),
    ("Guest Inviter", "95e79109-95c0-4d8e-aee3-d01accf2d47b"),
    (
        "Intune Administrator",
        "3a2c62db-5318-420d-8d74-23affee5d9d5",
    ),
    (
        "Teams Administrator",
        "69091246-20e8-4a56-aa4d-066075b2a7a8",
    ),
    ("Reports Reader", "4a5d8f65-41da-4de4-8968-e035b65339cf"),
    (
        "Service Support Administrator",
        "f023fd81-a637-4b56-95fd-791ac0226033",
    ),
];

impl Role {
    /// `roleTemplateId`; of a role that is none of the built-in ones, an id made of its name.
    pub fn template_id(&self) -> CloudId {
        let mut known = ROLE_TEMPLATES.iter();
        let known = known.find(|(name, _)| store::eq_fold(name, &self.0));
        known
            .and_then(|(_, id)| id.parse().ok())
            .unwrap_or_else(|| named_id(&Uuid::NAMESPACE_OID, &self.0))
    }

    /// The id of the role's object in a tenant: derived, so that equal tenants have equal ids.
    pub fn id(&self, tenant: CloudId) -> CloudId {
        named_id(&Uuid::from_bytes(*tenant.as_bytes()), &self.0)
    }
}

fn named_id(namespace: &Uuid, name: &str) -> CloudId {
    let id = Uuid::new_v5(namespace, name.to_lowercase().as_bytes());
    CloudId::from_bytes(*id.as_bytes())
}

impl super::Tenant {
    /// The roles that are there: the built-in ones and those that somebody holds, by name.
    pub fn directory_roles(&self) -> Vec<Role> {
        let built_in = ROLE_TEMPLATES
            .iter()
            .map(|(name, _)| Role(Text::from(*name)));
        let held = self.roles.iter().map(|(_, role)| role.clone());
        let all: std::collections::BTreeSet<Role> = built_in.chain(held).collect();
        all.into_iter().collect()
    }

    /// The role of an object id, a template id or a name.
    pub fn find_role(&self, text: &str) -> Option<Role> {
        let id = text.parse::<CloudId>().ok();
        let tenant = self.organization.id;
        let is_meant = |role: &Role| match id {
            Some(id) => role.id(tenant) == id || role.template_id() == id,
            None => store::eq_fold(&role.0, text),
        };
        self.directory_roles().into_iter().find(is_meant)
    }
}
