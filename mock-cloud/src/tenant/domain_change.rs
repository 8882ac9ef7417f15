//! What a verified domain does to UPNs (rule R4.4), and how domains become the default one, roots
//! of their own, or go.

use std::sync::Arc;

use jiff::Timestamp;
use store::{Entropy, eq_fold};

use super::{
    Addressing, Authentication, ConflictProperty, DirectoryObject, Domain, Input, Recalculate,
    Refusal, Tenant, calculate,
};
use crate::address::suffix;
use crate::ids::CloudKey;
use crate::provisioning::is_recipient;

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

    /// Makes a verified domain the one that new users get.
    pub fn make_default_domain(&mut self, name: &str) -> Result<(), Refusal> {
        let domain = self.known_domain(name)?;
        if !domain.verified {
            let message = "Only a verified domain can be the default domain.";
            return Err(Refusal::bad_request(
                message,
                format!("verify {name} first"),
            ));
        }
        let name = domain.name.clone();
        self.domains.make_default(&name);
        Ok(())
    }

    /// Makes a verified subdomain a root of its own, so that it no longer follows its parent.
    pub fn promote_domain(&mut self, name: &str) -> Result<(), Refusal> {
        let domain = self.known_domain(name)?;
        let parent = self.domains.parent(&domain.name);
        let hint = format!("{name} is no subdomain of another domain of the tenant");
        if !domain.verified || parent.is_some_and(|parent| !parent.verified) {
            let message = "Unverified domains cannot be promoted. Please verify the domain before \
                           promotion.";
            return Err(Refusal::bad_request(
                message,
                format!("verify {name} first"),
            ));
        }
        if parent.is_none() {
            return Err(Refusal::bad_request(
                "The domain is a root domain already.",
                hint,
            ));
        }
        let federated = domain.authentication == Authentication::Federated;
        let name = domain.name.clone();
        if federated
            && let Some(user) = self.domain_references(&name).find(|it| it.1.kind.is_user())
        {
            let message = "Promoting a subdomain with user references is not allowed. Please \
                           migrate the users to the current root domain before promotion of the \
                           subdomain.";
            let hint = format!("{} has a name in {name}", user.1.label());
            return Err(Refusal::bad_request(message, hint));
        }
        self.domains.promote(&name);
        Ok(())
    }

    /// Removes a domain that nothing is named in.
    pub fn remove_domain(&mut self, name: &str) -> Result<(), Refusal> {
        let domain = self.known_domain(name)?;
        let refuse = |why: &str, hint: String| {
            let message = format!("The domain '{name}' can't be removed: {why}.");
            Err(Refusal::bad_request(message, hint))
        };
        let name = domain.name.clone();
        if domain.initial || *self.domains.default() == name {
            let hint = "make another domain the default one; the initial one stays".to_owned();
            return refuse("it is the initial or the default domain", hint);
        }
        let is_below = |it: &&Domain| {
            let parent = self.domains.parent(&it.name);
            parent.is_some_and(|parent| parent.name == name)
        };
        if let Some(child) = self.domains.iter().find(is_below) {
            return refuse("it has subdomains", format!("remove {} first", child.name));
        }
        if let Some((_, object)) = self.domain_references(&name).next() {
            let hint = format!("{} has a name in it", object.label());
            return refuse("objects still depend on it", hint);
        }
        self.domains.remove(&name);
        Ok(())
    }

    /// What is named in a domain: by UPN or by an SMTP address.
    pub fn domain_references<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (CloudKey, &'a Arc<DirectoryObject>)> + 'a {
        let has = move |address: &str| eq_fold(suffix(address), name);
        self.objects().filter(move |(_, object)| {
            let upn = object.user_principal_name.as_ref();
            let mut addresses = object.proxy_addresses.iter();
            object.is_live()
                && (upn.is_some_and(|upn| has(upn.as_str()))
                    || addresses.any(|it| it.is_smtp() && has(it.address())))
        })
    }

    fn known_domain(&self, name: &str) -> Result<&Domain, Refusal> {
        let names = || {
            let all = self.domains.iter().map(|domain| domain.name.as_str());
            all.collect::<Vec<_>>().join(", ")
        };
        let found = self.domains.find(name);
        found.ok_or_else(|| Refusal::not_found(name, format!("the domains are {}", names())))
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
            moera_begins_with_upn: self.policy.moera_begins_with_upn,
        };
        let is_taken = |address: &str| self.owners_of(address).any(|owner| owner != key);
        let addresses = calculate(input, &is_taken, &mut || entropy.next_four_digits());
        let errors = self.provisioning_errors(Some(&object), &addresses, true, now);
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
