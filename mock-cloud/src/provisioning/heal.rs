//! The hourly task that gives quarantined values back (rules R3.8 to R3.10).

use std::sync::Arc;

use jiff::Timestamp;
use store::Entropy;

use super::apply::is_recipient;
use super::conflict::address_of;
use crate::ids::CloudKey;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::tenant::{
    Addressing, ConflictProperty, DirectoryObject, Input, ProvisioningError, Recalculate, Tenant,
    calculate,
};

/// One object that got values back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healed {
    /// The object.
    pub key: CloudKey,
    /// The values that are no longer withheld.
    pub values: Vec<ProvisioningError>,
    /// Why.
    pub why: Reason,
}

impl Tenant {
    /// Looks for withheld values that nobody owns any more and puts them back.
    ///
    /// An object of which nothing is known but an export of the tenant waits until the engine has
    /// sent it once: what it should look like is not in the export.
    pub fn heal(&mut self, now: Timestamp, entropy: &mut Entropy) -> Vec<Healed> {
        let waiting: Vec<CloudKey> = self.quarantined().collect();
        waiting
            .into_iter()
            .filter_map(|key| self.heal_one(key, now, entropy))
            .collect()
    }

    fn heal_one(&mut self, key: CloudKey, now: Timestamp, entropy: &mut Entropy) -> Option<Healed> {
        let object = Arc::clone(self.object(key).filter(|object| object.is_live())?);
        let shadow = Arc::clone(object.on_premises.shadow.as_ref()?);
        let known = &object.on_premises.provisioning_errors;
        let free = |one: &&ProvisioningError| self.is_free(one, key);
        let upn = known.iter().filter(free).any(is_upn);
        if !upn && !known.iter().any(|one| free(&one)) {
            return None;
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
                upn,
                nickname: false,
                addresses,
            },
            recipient: is_recipient(&object),
            moera_begins_with_upn: self.policy.moera_begins_with_upn,
        };
        let is_taken = |address: &str| self.owners_of(address).any(|owner| owner != key);
        let addresses = calculate(input, &is_taken, &mut || entropy.next_four_digits());
        let errors = self.provisioning_errors(Some(&object), &addresses, upn, now);
        let values: Vec<ProvisioningError> = known
            .iter()
            .filter(|one| !errors.contains(one))
            .cloned()
            .collect();
        let mut after = DirectoryObject::clone(&object);
        after.user_principal_name = addresses.user_principal_name;
        after.mail = addresses.mail;
        after.proxy_addresses = addresses.proxy_addresses;
        after.on_premises.provisioning_errors = errors.into();
        self.replace(key, after);
        let why = Reason::plain(
            RuleId::R3_8,
            "the conflict is gone: the hourly task puts it back",
        );
        Some(Healed { key, values, why })
    }

    /// Whether a withheld value could be given back: nobody else owns it, and a UPN's domain is
    /// still verified (rule R3.9).
    fn is_free(&self, one: &ProvisioningError, key: CloudKey) -> bool {
        let address = address_of(&one.value);
        let verified = self.domains.is_verified(crate::address::suffix(address));
        (verified || !is_upn(one)) && self.owners_of(address).all(|owner| owner == key)
    }
}

fn is_upn(one: &ProvisioningError) -> bool {
    one.property == ConflictProperty::UserPrincipalName
}
