//! What a verified or removed domain does to UPNs (rule R4.4).

use std::sync::Arc;

use jiff::Timestamp;
use store::Entropy;

use super::{
    Addressing, ConflictProperty, DirectoryObject, Domain, Input, Recalculate, Tenant, calculate,
};
use crate::ids::CloudKey;
use crate::provisioning::{is_recipient, provisioning_errors};

impl Tenant {
    /// Adds a domain, or changes what is known of it, and derives the UPN of every synced user
    /// anew (rule R4.4). Says whose UPN changed.
    ///
    /// A licensed managed user keeps the UPN while `synchronizeUpnForManagedUsers` is off (rule
    /// R4.6), and so does a user that the engine has not sent since the tenant was read: what it
    /// should be called is not in the export.
    pub fn change_domain(
        &mut self,
        domain: Domain,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Vec<CloudKey> {
        self.domains.insert(domain);
        let synced: Vec<CloudKey> = self
            .objects()
            .filter(|(_, object)| object.is_live() && object.is_synced() && object.kind.is_user())
            .map(|(key, _)| key)
            .collect();
        synced
            .into_iter()
            .filter(|key| self.rename(*key, now, entropy))
            .collect()
    }

    fn rename(&mut self, key: CloudKey, now: Timestamp, entropy: &mut Entropy) -> bool {
        let Some(object) = self.object(key).map(Arc::clone) else {
            return false;
        };
        let Some(shadow) = object.on_premises.shadow.as_ref().map(Arc::clone) else {
            return false;
        };
        if self.upn_is_held_back(&object) {
            return false;
        }
        let addresses = if shadow.has_address() {
            Addressing::Derive
        } else {
            Addressing::Keep
        };
        let input = Input {
            shadow: &shadow,
            previous: Some(&object),
            domains: &self.domains,
            recalculate: Recalculate {
                upn: true,
                nickname: false,
                addresses,
            },
            recipient: is_recipient(&object),
        };
        let is_taken = |address: &str| self.owners_of(address).any(|owner| owner != key);
        let addresses = calculate(input, &is_taken, &mut || entropy.next_four_digits());
        let errors = provisioning_errors(Some(&object), &addresses, true, now);
        let known = &object.on_premises.provisioning_errors;
        let mut conflicts = errors.iter();
        let conflict = conflicts.find(|one| one.property == ConflictProperty::UserPrincipalName);
        let stays = |one| known.contains(one) || !self.features.quarantine_upon_upn_conflict;
        if addresses.user_principal_name == object.user_principal_name
            || conflict.is_some_and(stays)
        {
            return false;
        }
        let mut after = DirectoryObject::clone(&object);
        after.user_principal_name = addresses.user_principal_name;
        after.mail = addresses.mail;
        after.proxy_addresses = addresses.proxy_addresses;
        after.on_premises.provisioning_errors = errors.into();
        self.replace(key, after);
        true
    }
}
