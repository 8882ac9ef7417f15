//! Licences, and the addresses that come and go with them (rules R4.11 and R4.13).

use std::sync::Arc;

use jiff::Timestamp;
use store::{Entropy, Text, eq_fold};

use super::{Addressing, DirectoryObject, Input, Recalculate, Refusal, Tenant, calculate};
use crate::address::{self, ProxyAddress, Upn};
use crate::ids::CloudKey;
use crate::provisioning::is_recipient;

impl Tenant {
    /// Gives a licence, and with it the addresses of an Exchange recipient (rule R4.11, step 4).
    pub fn assign_licence(
        &mut self,
        key: CloudKey,
        licence: Text,
        entropy: &mut Entropy,
    ) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.live(key)?);
        if !after.kind.is_user() {
            let hint = format!("{} is a {}: only users have licences", after.label(), {
                after.kind.word()
            });
            let message = "License assignment cannot be done for this object.";
            return Err(Refusal::bad_request(message, hint));
        }
        let mut licences: Vec<Text> = after.licences.to_vec();
        if licences.contains(&licence) {
            return Ok(());
        }
        if self.policy.licence_refused_while_withheld {
            super::administer::refuse_while_withheld(&after)?;
        }
        licences.push(licence);
        after.licences = licences.into();
        after.was_recipient = true;
        self.readdress(key, &mut after, entropy);
        self.replace(key, after);
        Ok(())
    }

    /// Takes a licence away; with the last one go the addresses that came from it (rule R4.13).
    pub fn remove_licence(&mut self, key: CloudKey, licence: &str) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.live(key)?);
        let licences: Vec<Text> = after
            .licences
            .iter()
            .filter(|held| **held != licence)
            .cloned()
            .collect();
        if licences.len() == after.licences.len() {
            let hint = format!("{} does not have the licence {licence}", after.label());
            let message = "User does not have a corresponding license.";
            return Err(Refusal::bad_request(message, hint));
        }
        after.licences = licences.into();
        if after.licences.is_empty() {
            after.was_recipient = true;
            drop_licence_addresses(&mut after, self.domains.initial());
        }
        self.replace(key, after);
        Ok(())
    }

    /// Derives the addresses of an object that has just become a recipient. Of an object that the
    /// engine never sent, nothing is known to derive them from.
    fn readdress(&self, key: CloudKey, after: &mut DirectoryObject, entropy: &mut Entropy) {
        let Some(shadow) = after.on_premises.shadow.clone() else {
            return;
        };
        let addresses = if shadow.has_address() {
            Addressing::Derive
        } else {
            Addressing::Extend
        };
        let input = Input {
            shadow: &shadow,
            previous: Some(&*after),
            domains: &self.domains,
            recalculate: Recalculate {
                upn: false,
                nickname: false,
                addresses,
            },
            recipient: is_recipient(after),
            moera_begins_with_upn: self.policy.moera_begins_with_upn,
        };
        let is_taken = |address: &str| self.owners_of(address).any(|owner| owner != key);
        let addresses = calculate(input, &is_taken, &mut || entropy.next_four_digits());
        let now = after.on_premises.last_sync.unwrap_or(Timestamp::UNIX_EPOCH);
        let errors = self.provisioning_errors(Some(&*after), &addresses, false, now);
        after.mail = addresses.mail;
        after.proxy_addresses = addresses.proxy_addresses;
        after.on_premises.provisioning_errors = errors.into();
    }
}

/// Rule R4.13: the address that the UPN gave goes, and the routing address becomes primary where
/// Active Directory gives none.
fn drop_licence_addresses(object: &mut DirectoryObject, initial: &str) {
    let Some(shadow) = object.on_premises.shadow.as_ref().map(Arc::clone) else {
        return;
    };
    let upn = object.user_principal_name.as_ref();
    // A UPN in the initial domain is at the same time the routing address, which stays.
    let upn = upn.filter(|upn| !eq_fold(upn.suffix(), initial));
    let is_sent = |value: &ProxyAddress| {
        let mut listed = shadow.proxy_addresses.iter();
        let mail = shadow.mail.as_ref();
        listed.any(|one| eq_fold(one.address(), value.address()))
            || mail.is_some_and(|mail| eq_fold(mail, value.address()))
    };
    let is_upn = |value: &ProxyAddress| {
        value.is_smtp()
            && upn
                .map(Upn::as_str)
                .is_some_and(|upn| eq_fold(upn, value.address()))
    };
    let listed = object.proxy_addresses.iter();
    let mut kept: Vec<ProxyAddress> = listed
        .filter(|value| is_sent(value) || !is_upn(value))
        .cloned()
        .collect();
    if !kept.iter().any(ProxyAddress::is_primary) {
        let is_moera = |value: &&mut ProxyAddress| {
            value.is_smtp() && eq_fold(address::suffix(value.address()), initial)
        };
        if let Some(moera) = kept.iter_mut().find(is_moera) {
            *moera = ProxyAddress::primary(moera.address());
        }
    }
    object.mail = kept
        .iter()
        .find(|value| value.is_primary())
        .map(|value| Text::from(value.address()));
    object.proxy_addresses = kept.into();
}
