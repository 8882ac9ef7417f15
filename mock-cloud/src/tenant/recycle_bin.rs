//! Deleting, restoring and forgetting objects (rules R5.17 to R5.21).

use jiff::{SignedDuration, Timestamp};

use super::{DirectoryObject, State, Tenant};
use crate::ids::CloudKey;

/// How long a deleted user stays in the recycle bin (rule R5.17).
pub const RETENTION_DAYS: i64 = 30;

impl Tenant {
    /// Deletes an object: users and Microsoft 365 groups go to the recycle bin, other groups and
    /// contacts are gone at once (rules R5.17 and R5.19).
    pub(crate) fn bin(&mut self, key: CloudKey, by_sync: bool, now: Timestamp) {
        let Some(object) = self.object(key) else {
            return;
        };
        let mut object = DirectoryObject::clone(object);
        let recoverable = object.kind.is_user() || object.kind == super::Kind::Microsoft365Group;
        if recoverable {
            object.state = State::SoftDeleted { at: now };
            object.account_enabled = false;
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
        let limit = now - SignedDuration::from_hours(24 * RETENTION_DAYS);
        let expired: Vec<CloudKey> = self
            .deleted
            .iter()
            .take_while(|(at, _)| *at <= limit)
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
        at.checked_add(SignedDuration::from_hours(24 * RETENTION_DAYS))
            .ok()
    }

    /// Addresses of an object in the recycle bin that a live object has meanwhile taken, UPN first
    /// (rule R3.11d).
    pub(crate) fn taken_meanwhile(
        &self,
        object: &DirectoryObject,
    ) -> Vec<super::ProvisioningError> {
        use super::ConflictProperty::{ProxyAddresses, UserPrincipalName};
        let upn = object.user_principal_name.as_ref();
        let upn = upn.map(|upn| (UserPrincipalName, upn.text().clone(), upn.as_str()));
        let proxies = object
            .proxy_addresses
            .iter()
            .filter(|value| value.is_smtp());
        let proxies = proxies.map(|value| {
            (
                ProxyAddresses,
                store::Text::from(value.as_str()),
                value.address(),
            )
        });
        upn.into_iter()
            .chain(proxies)
            .filter(|(_, _, address)| self.owners_of(address).next().is_some())
            .map(|(property, value, _)| super::ProvisioningError {
                property,
                value,
                occurred: Timestamp::UNIX_EPOCH,
            })
            .collect()
    }
}
