//! The tenant: objects, recycle bin, domains, roles and features, as one value.
//!
//! [`Tenant`] answers questions and carries out what an administrator asks for
//! ([`administer`]); what the sync engine sends goes through [`crate::provisioning`].

pub mod administer;
mod aspects;
mod calculate;
mod change;
mod domain;
mod domain_change;
mod features;
mod licences;
mod links;
mod object;
mod organization;
mod recycle_bin;
mod refusal;
mod roles;

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdSet, Vector};
use jiff::Timestamp;
use store::{Entropy, Index, Table, eq_fold, fold_hash};

pub use aspects::Aspects;
pub(crate) use calculate::{Addresses, Addressing, Input, Recalculate, calculate};
pub use change::{Change, Link};
pub use domain::{Authentication, Domain, Domains};
pub use features::{FEATURES, Feature, Features, OTHER_FEATURES};
pub use links::{LINKS_PER_REQUEST_MAX, MembershipChange};
pub use object::{
    ConflictProperty, DirectoryObject, Extras, Kind, OnPremises, ProvisioningError, State,
};
pub use organization::{DEACTIVATION_HOURS, Organization, Sku, part_number};
pub use recycle_bin::RETENTION_DAYS;
pub use refusal::Refusal;
pub use roles::{ROLE_TEMPLATES, Role, RoleAssignments};

use crate::address::Upn;
use crate::ids::{CloudId, CloudKey, SourceAnchor};
use crate::profile::{Profile, ServicePolicy};
use crate::sync_object::{SecurityIdentifier, SyncObject, SyncObjectType};

/// A tenant of Microsoft Entra ID.
///
/// A plain value: cloning it forks it in microseconds, and equal histories give equal tenants.
#[derive(Debug, Clone)]
pub struct Tenant {
    objects: Table<DirectoryObject>,
    by_id: Index,
    by_anchor: Index,
    by_address: Index,
    by_security_identifier: Index,
    by_manager: Index,
    deleted: OrdSet<(Timestamp, CloudKey)>,
    quarantined: OrdSet<CloudKey>,
    groups: OrdSet<CloudKey>,
    contacts: OrdSet<CloudKey>,
    users: u32,
    changes: Vector<CloudKey>,
    /// What each change was about, beside it: together they would take a third more.
    aspects: Vector<Aspects>,
    memberships: Vector<MembershipChange>,
    /// The organisation.
    pub organization: Organization,
    /// The products that were bought; see [`Tenant::subscribed_skus`].
    pub skus: Arc<[Sku]>,
    /// The domains.
    pub domains: Domains,
    /// The features of directory synchronisation.
    pub features: Features,
    /// The answers to what differs between eras.
    pub policy: ServicePolicy,
    /// Who holds which role.
    pub roles: RoleAssignments,
    /// `alertThreshold` of accidental deletion prevention; `None` where it is off (rule R2.36).
    pub deletion_threshold: Option<u32>,
}

impl Tenant {
    /// A tenant without objects, as one of that era is.
    pub fn new(initial_domain: &str, profile: Profile) -> Self {
        Self {
            objects: Table::new(),
            by_id: Index::new(),
            by_anchor: Index::new(),
            by_address: Index::new(),
            by_security_identifier: Index::new(),
            by_manager: Index::new(),
            deleted: OrdSet::new(),
            quarantined: OrdSet::new(),
            groups: OrdSet::new(),
            contacts: OrdSet::new(),
            users: 0,
            changes: Vector::new(),
            aspects: Vector::new(),
            memberships: Vector::new(),
            organization: Organization::of(initial_domain),
            skus: Arc::default(),
            domains: Domains::new(initial_domain),
            features: Features::of(profile),
            policy: profile.service_policy(),
            roles: RoleAssignments::default(),
            deletion_threshold: match profile {
                Profile::DirSync2013 => None,
                _ => Some(500),
            },
        }
    }

    /// The object of a key.
    pub fn object(&self, key: CloudKey) -> Option<&Arc<DirectoryObject>> {
        self.objects.get(key.0)
    }

    /// All objects, also deleted and purged ones, in the order of their keys.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = (CloudKey, &Arc<DirectoryObject>)> {
        self.objects
            .iter()
            .map(|(key, object)| (CloudKey(key), object))
    }

    /// All objects from a key on, also deleted and purged ones, in the order of their keys.
    pub fn objects_from(
        &self,
        first: CloudKey,
    ) -> impl Iterator<Item = (CloudKey, &Arc<DirectoryObject>)> {
        let rows = self.objects.iter_from(first.0);
        rows.map(|(key, object)| (CloudKey(key), object))
    }

    /// How many users are there.
    pub const fn user_count(&self) -> u64 {
        self.users as u64
    }

    /// The contacts that are there, in the order of their keys.
    pub fn contacts(&self) -> impl Iterator<Item = CloudKey> {
        self.contacts.iter().copied()
    }

    /// The object with an id, whatever its state.
    pub fn find_by_id(&self, id: CloudId) -> Option<CloudKey> {
        self.pick(&self.by_id, store::hash_bytes(id.as_bytes()), |object| {
            object.id == id
        })
        .next()
    }

    /// Whether an object is live, or in the recycle bin for no more than 30 days.
    pub(crate) fn is_recoverable(&self, key: CloudKey, now: Timestamp) -> bool {
        self.object(key).is_some_and(|object| match object.state {
            State::Live => true,
            State::SoftDeleted { at } => now <= recycle_bin::expiry(at),
            State::Purged { .. } => false,
        })
    }

    /// The objects of a type that carry an anchor: live ones first, then those in the recycle bin.
    pub fn find_by_anchor(&self, anchor: &SourceAnchor, kind: SyncObjectType) -> Vec<CloudKey> {
        let mut found: Vec<CloudKey> = self
            .pick(&self.by_anchor, anchor.index_hash(), |object| {
                object.on_premises.immutable_id.as_ref() == Some(anchor)
                    && object.kind.sync_type() == kind
            })
            .collect();
        found.sort_by_key(|key| self.object(*key).is_none_or(|object| !object.is_live()));
        found
    }

    /// The live objects that own an address as UPN, SMTP address or mail, whatever their type:
    /// uniqueness spans users, groups and contacts (rules R3.2 and R3.3).
    pub fn owners_of<'a>(&'a self, address: &'a str) -> impl Iterator<Item = CloudKey> + 'a {
        self.pick(&self.by_address, fold_hash(address), move |object| {
            owns(object, address)
        })
    }

    /// The live objects that own a SIP address.
    pub fn owners_of_sip<'a>(&'a self, address: &'a str) -> impl Iterator<Item = CloudKey> + 'a {
        self.pick(&self.by_address, sip_hash(address), move |object| {
            owns_sip(object, address)
        })
    }

    /// The live objects that stem from a security principal.
    pub fn find_by_security_identifier<'a>(
        &'a self,
        sid: &'a SecurityIdentifier,
    ) -> impl Iterator<Item = CloudKey> + 'a {
        self.pick(&self.by_security_identifier, sid.hash(), move |object| {
            object.on_premises.security_identifier.as_ref() == Some(sid)
        })
    }

    /// The live user of a UPN.
    pub fn find_user_by_upn(&self, upn: &str) -> Option<CloudKey> {
        let is_meant = |key: &CloudKey| {
            let object = self.object(*key);
            let own = object.and_then(|object| object.user_principal_name.as_ref());
            own.is_some_and(|own| eq_fold(own.as_str(), upn))
        };
        self.owners_of(upn).find(is_meant)
    }

    /// The objects in the recycle bin, in the order of their keys.
    pub fn deleted(&self) -> impl Iterator<Item = (CloudKey, &Arc<DirectoryObject>)> {
        let mut keys: Vec<CloudKey> = self.deleted.iter().map(|(_, key)| *key).collect();
        keys.sort_unstable();
        keys.into_iter()
            .filter_map(|key| Some((key, self.object(key)?)))
    }

    /// Objects with withheld values, in the order of their keys.
    pub fn quarantined(&self) -> impl Iterator<Item = CloudKey> {
        self.quarantined.iter().copied()
    }

    /// The count of changes so far: what a delta import remembers.
    pub fn change_count(&self) -> u64 {
        self.changes.len() as u64
    }

    /// The objects that changed after a count, each once, oldest change first.
    pub fn changes_since(&self, count: u64) -> impl Iterator<Item = CloudKey> {
        let start = usize::try_from(count)
            .unwrap_or(usize::MAX)
            .min(self.changes.len());
        (start..self.changes.len()).filter_map(|place| {
            let key = *self.changes.get(place)?;
            (self.object(key)?.changed == place as u64 + 1).then_some(key)
        })
    }

    /// The objects that changed after a count, in the order of their keys, with all that the
    /// changes were about.
    pub fn changed_since(&self, count: u64) -> BTreeMap<CloudKey, Aspects> {
        let start = usize::try_from(count).unwrap_or(usize::MAX);
        let mut all = BTreeMap::new();
        for place in start.min(self.changes.len())..self.changes.len() {
            let both = self.changes.get(place).zip(self.aspects.get(place));
            if let Some((key, aspects)) = both {
                let known = all.entry(*key).or_insert(Aspects::NONE);
                *known = *known | *aspects;
            }
        }
        all
    }

    /// An id that nobody has yet.
    pub(crate) fn fresh_id(&self, entropy: &mut Entropy) -> CloudId {
        loop {
            let id = CloudId::from_bytes(entropy.next_uuid());
            if self.find_by_id(id).is_none() {
                return id;
            }
        }
    }

    /// Makes room for so many more objects.
    pub fn reserve(&mut self, more: usize) {
        self.by_id.reserve(more);
        self.by_anchor.reserve(more);
        self.by_address.reserve(more);
        self.by_security_identifier.reserve(more);
    }

    /// Reads what exporting these objects will look up, and changes nothing.
    ///
    /// An export jumps about in tables far larger than the processor's caches. Read object by
    /// object, each jump waits for the one before; read kind by kind for a batch, they are under
    /// way at once.
    /// `entropy` foretells the ids that new objects will get.
    pub fn read_ahead(&self, objects: &[&SyncObject], mut entropy: Entropy) {
        let mut hashes = Vec::with_capacity(objects.len());
        for object in objects {
            let upn = object.user_principal_name.as_deref().map(fold_hash);
            let sid = object.security_identifier.as_ref();
            hashes.push((
                object.source_anchor.index_hash(),
                upn.unwrap_or_default(),
                sid.map(SecurityIdentifier::hash).unwrap_or_default(),
            ));
        }
        for object in objects {
            let primary = object.primary_smtp();
            if primary.is_some() && primary != object.user_principal_name.as_deref() {
                let hash = primary.map(fold_hash).unwrap_or_default();
                hashes.push((hash, hash, hash));
            }
        }
        let mut found = 0;
        for (anchor, upn, sid) in hashes.iter().take(objects.len()) {
            found += usize::from(self.by_anchor.may_have(*anchor));
            found += usize::from(self.by_address.may_have(*upn));
            found += usize::from(self.by_security_identifier.may_have(*sid));
            let id = store::hash_bytes(&entropy.next_uuid());
            found += usize::from(self.by_id.may_have(id));
        }
        for (primary, ..) in hashes.iter().skip(objects.len()) {
            found += usize::from(self.by_address.may_have(*primary));
        }
        std::hint::black_box(found);
    }

    /// Adds an object as it is, without any of the service's checks: what an export of a tenant
    /// says is there, is there.
    pub fn insert(&mut self, mut object: DirectoryObject) -> CloudKey {
        let key = CloudKey(self.objects.len());
        self.changes.push_back(key);
        self.aspects.push_back(Aspects::EXISTENCE);
        object.changed = self.changes.len() as u64;
        self.by_id
            .insert(store::hash_bytes(object.id.as_bytes()), key.0);
        self.index(key, &object, true);
        self.note_memberships(key, &[], &object.members);
        self.objects.push(Arc::new(object));
        key
    }

    /// Replaces an object and brings every index up to date.
    pub(crate) fn replace(&mut self, key: CloudKey, mut object: DirectoryObject) {
        let Some(old) = self.object(key).cloned() else {
            return;
        };
        self.changes.push_back(key);
        self.aspects.push_back(Aspects::between(&old, &object));
        object.changed = self.changes.len() as u64;
        if !same_keys(&old, &object) {
            self.index(key, &old, false);
            self.index(key, &object, true);
        }
        self.note_memberships(key, &old.members, &object.members);
        self.objects.set(key.0, Arc::new(object));
    }

    fn index(&mut self, key: CloudKey, object: &DirectoryObject, add: bool) {
        let put = |index: &mut Index, hash: u64| {
            if add {
                index.insert(hash, key.0);
            } else {
                index.remove(hash, key.0);
            }
        };
        let facts = &object.on_premises;
        match object.state {
            State::Purged { .. } => return,
            State::SoftDeleted { at } if add => drop(self.deleted.insert((at, key))),
            State::SoftDeleted { at } => drop(self.deleted.remove(&(at, key))),
            State::Live => {}
        }
        if let Some(anchor) = &facts.immutable_id {
            put(&mut self.by_anchor, anchor.index_hash());
        }
        if !object.is_live() {
            return;
        }
        let set = match object.kind.sync_type() {
            SyncObjectType::User => {
                self.users = if add { self.users + 1 } else { self.users - 1 };
                None
            }
            SyncObjectType::Group => Some(&mut self.groups),
            SyncObjectType::Contact => Some(&mut self.contacts),
            SyncObjectType::Device => None,
        };
        match set {
            Some(set) if add => drop(set.insert(key)),
            Some(set) => drop(set.remove(&key)),
            None => {}
        }
        if !facts.provisioning_errors.is_empty() {
            if add {
                self.quarantined.insert(key);
            } else {
                self.quarantined.remove(&key);
            }
        }
        if let Some(sid) = &facts.security_identifier {
            put(&mut self.by_security_identifier, sid.hash());
        }
        if let Some(manager) = object.extras().manager {
            put(&mut self.by_manager, manager_hash(manager));
        }
        let upn = object.user_principal_name.as_ref().map(Upn::as_str);
        if let Some(upn) = upn {
            put(&mut self.by_address, fold_hash(upn));
        }
        // Mostly UPN, mail and primary address are one text, which is one entry.
        let mail = object.mail.as_deref();
        if let Some(mail) = mail.filter(|_| mail != upn) {
            put(&mut self.by_address, fold_hash(mail));
        }
        for value in object.proxy_addresses.iter() {
            if value.is_smtp() {
                let address = Some(value.address());
                if address != upn && address != mail {
                    put(&mut self.by_address, fold_hash(value.address()));
                }
            } else if value.is_sip() {
                put(&mut self.by_address, sip_hash(value.address()));
            }
        }
        if let Some(sip) = facts
            .shadow
            .as_ref()
            .and_then(|shadow| shadow.sip_address.as_ref())
        {
            let sip = crate::address::without_sip_prefix(sip);
            put(&mut self.by_address, sip_hash(sip));
        }
    }

    /// The live users whose manager is this one.
    pub fn direct_reports(&self, manager: CloudKey) -> Vec<CloudKey> {
        let hash = manager_hash(manager);
        self.pick(&self.by_manager, hash, |object| {
            object.is_live() && object.extras().manager == Some(manager)
        })
        .collect()
    }

    fn pick<'a>(
        &'a self,
        index: &Index,
        hash: u64,
        is_meant: impl Fn(&DirectoryObject) -> bool + 'a,
    ) -> impl Iterator<Item = CloudKey> + 'a {
        index
            .candidates(hash)
            .filter(move |key| {
                self.objects
                    .get(*key)
                    .is_some_and(|object| is_meant(object))
            })
            .map(CloudKey)
    }
}

/// Where the reports of a manager stand in their index.
fn manager_hash(manager: CloudKey) -> u64 {
    store::mix(0, u64::from(manager.0))
}

/// Whether a live object owns an address as UPN, mail or SMTP address.
pub(crate) fn owns(object: &DirectoryObject, address: &str) -> bool {
    object.is_live()
        && (object
            .user_principal_name
            .as_ref()
            .is_some_and(|upn| eq_fold(upn.as_str(), address))
            || object
                .mail
                .as_ref()
                .is_some_and(|mail| eq_fold(mail, address))
            || object
                .proxy_addresses
                .iter()
                .any(|value| value.is_smtp() && eq_fold(value.address(), address)))
}

fn owns_sip(object: &DirectoryObject, address: &str) -> bool {
    let shadow = object.on_premises.shadow.as_ref();
    let own = shadow.and_then(|shadow| shadow.sip_address.as_ref());
    let own = own.map(|own| crate::address::without_sip_prefix(own));
    let mut listed = object.proxy_addresses.iter();
    object.is_live()
        && (listed.any(|value| value.is_sip() && eq_fold(value.address(), address))
            || own.is_some_and(|own| eq_fold(own, address)))
}

fn sip_hash(address: &str) -> u64 {
    store::mix(fold_hash(address), 0x7369_703a)
}

/// Whether two versions of an object stand under the same keys in every index.
fn same_keys(old: &DirectoryObject, new: &DirectoryObject) -> bool {
    let sip = |object: &DirectoryObject| {
        object
            .on_premises
            .shadow
            .as_ref()
            .and_then(|shadow| shadow.sip_address.clone())
    };
    let (before, after) = (&old.on_premises, &new.on_premises);
    old.state == new.state
        && before.immutable_id == after.immutable_id
        && before.security_identifier == after.security_identifier
        && before.provisioning_errors.is_empty() == after.provisioning_errors.is_empty()
        && old.user_principal_name == new.user_principal_name
        && old.mail == new.mail
        && old.extras().manager == new.extras().manager
        && old.proxy_addresses == new.proxy_addresses
        && sip(old) == sip(new)
}

#[cfg(test)]
mod tests;
