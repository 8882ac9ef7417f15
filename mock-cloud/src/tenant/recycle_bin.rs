//! Deleting, restoring and forgetting objects (rules R5.17 to R5.21).

use jiff::{SignedDuration, Timestamp};

use store::Text;

use super::{ConflictProperty, DirectoryObject, Kind, State, Tenant};
use crate::address::ProxyAddress;
use crate::ids::CloudKey;
use crate::provisioning::address_of;

/// How long a deleted user stays in the recycle bin (rule R5.17).
pub const RETENTION_DAYS: i64 = 30;

/// When what was deleted at a time leaves the recycle bin by itself.
pub(super) fn expiry(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(24 * RETENTION_DAYS))
        .unwrap_or(Timestamp::MAX)
}

impl Tenant {
    /// Deletes an object: users and Microsoft 365 groups go to the recycle bin, other groups,
    /// contacts and devices are gone at once (rules R5.17 and R5.19). The mailbox goes with its
    /// user (rule R5.23).
    pub(crate) fn bin(&mut self, key: CloudKey, by_sync: bool, now: Timestamp) {
        let Some(object) = self.object(key) else {
            return;
        };
        let mut object = DirectoryObject::clone(object);
        let recoverable = self.is_kept_when_deleted(object.kind);
        if recoverable {
            object.state = State::SoftDeleted { at: now };
            object.account_enabled = false;
            if self.policy.deleted_upn_keeps_hyphens {
                object.change_extras(|extras| extras.hyphens_in_deleted_upn = true);
            }
            if by_sync {
                object.on_premises.sync_enabled = Some(false);
            }
        } else {
            object.state = State::Purged { at: now };
        }
        self.replace(key, object);
        if !recoverable {
            self.roles.remove_all(key);
        }
    }

    /// Whether the recycle bin takes objects of this kind (rule R5.19, question Q9.27).
    pub(crate) fn is_kept_when_deleted(&self, kind: Kind) -> bool {
        match kind {
            Kind::User | Kind::Guest | Kind::Microsoft365Group => true,
            Kind::Group { mail_enabled, .. } => {
                self.policy.security_groups_are_soft_deleted && !mail_enabled
            }
            Kind::Contact | Kind::Device => false,
        }
    }

    /// Removes an object from the recycle bin for good.
    pub(crate) fn erase(&mut self, key: CloudKey, now: Timestamp) {
        let Some(object) = self.object(key) else {
            return;
        };
        let mut object = DirectoryObject::clone(object);
        object.state = State::Purged { at: now };
        self.replace(key, object);
        self.roles.remove_all(key);
    }

    /// Removes for good what has been in the recycle bin for 30 days (rule R5.21).
    pub fn expire_recycle_bin(&mut self, now: Timestamp) -> Vec<CloudKey> {
        let expired: Vec<CloudKey> = self
            .deleted
            .iter()
            .take_while(|(at, _)| expiry(*at) <= now)
            .map(|(_, key)| *key)
            .collect();
        for key in &expired {
            self.erase(*key, now);
        }
        expired
    }

    /// When the next object leaves the recycle bin by itself.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        let (at, _) = self.deleted.get_min()?;
        Some(expiry(*at))
    }

    /// Names of an object in the recycle bin that a live object has meanwhile taken, UPN first
    /// (rule R3.11d).
    pub(crate) fn taken_meanwhile(
        &self,
        object: &DirectoryObject,
    ) -> Vec<(ConflictProperty, Text)> {
        let upn = object.user_principal_name.as_ref();
        let upn = upn.map(|upn| (ConflictProperty::UserPrincipalName, upn.text().clone()));
        let listed = object.proxy_addresses.iter().filter(|it| it.is_smtp());
        let mail = object.mail.iter().map(|mail| ProxyAddress::primary(mail));
        let mail = mail.filter(|mail| {
            let mut listed = object.proxy_addresses.iter();
            !listed.any(|one| one.is_smtp() && store::eq_fold(one.address(), mail.address()))
        });
        let proxies = listed.cloned().chain(mail);
        let proxies =
            proxies.map(|value| (ConflictProperty::ProxyAddresses, Text::from(value.as_str())));
        upn.into_iter()
            .chain(proxies)
            .filter(|(_, value)| self.owners_of(address_of(value)).next().is_some())
            .collect()
    }
}
