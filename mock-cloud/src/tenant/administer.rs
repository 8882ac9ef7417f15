//! What an administrator does to the tenant, through Graph or the older cmdlets.
//!
//! Each function does what was asked, or refuses with what the real service answers (catalogue
//! section 7.1) and changes nothing.

use std::sync::Arc;

use jiff::Timestamp;
use store::Text;

use super::{
    ConflictProperty, DirectoryObject, Extras, Feature, Kind, Refusal, Role, State, Tenant,
    recycle_bin,
};
use crate::address::{ProxyAddress, Upn};
use crate::ids::{CloudKey, SourceAnchor};
use crate::rule::RuleId;
use crate::sync_object::{Properties, SyncObjectType};

/// The refusal for a property that Active Directory masters.
const MASTERED: &str = "Unable to update the specified properties for on-premises mastered \
     Directory Sync objects or objects currently undergoing migration.";

/// The same without its end, as seen since 2025.
const SHORT_MASTERED: &str = "Unable to update the specified properties for on-premises mastered \
     Directory Sync objects.";

/// The attribute whose conflicts leave other edits alone (rule R3.13).
const UPN: ConflictProperty = ConflictProperty::UserPrincipalName;

/// The key of an object that is not there yet.
const NOBODY: CloudKey = CloudKey(u32::MAX);

/// Options of a restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreOptions {
    /// Take this UPN instead of the one it had (`-NewUserPrincipalName`).
    pub new_user_principal_name: Option<Text>,
    /// Drop addresses that were taken meanwhile (`-AutoReconcileProxyConflicts`).
    pub auto_reconcile_proxy_conflicts: bool,
}

/// What an administrator changes on an object; `None` leaves a property as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectUpdate {
    /// `userPrincipalName`.
    pub user_principal_name: Option<Text>,
    /// `displayName`.
    pub display_name: Option<Text>,
    /// `mail`.
    pub mail: Option<Text>,
    /// `mailNickname`.
    pub mail_nickname: Option<Text>,
    /// `proxyAddresses`, all of them.
    pub proxy_addresses: Option<Vec<ProxyAddress>>,
    /// Other text properties, all of them.
    pub properties: Option<Properties>,
    /// `accountEnabled`.
    pub account_enabled: Option<bool>,
    /// `usageLocation`.
    pub usage_location: Option<Text>,
    /// Clears `usageLocation`.
    pub clear_usage_location: bool,
    /// `userType`, or what kind of group it is.
    pub kind: Option<Kind>,
    /// A new password.
    pub password: Option<Text>,
    /// Properties that nothing here reads, by their names in Graph; null clears one.
    pub values: Vec<(Text, serde_json::Value)>,
}

impl Tenant {
    /// `DELETE /users/{id}`, `Remove-MsolUser`: to the recycle bin (rules R5.19 and R5.25).
    pub fn delete_object(&mut self, key: CloudKey, now: Timestamp) -> Result<(), Refusal> {
        let object = self.live(key)?;
        if object.is_synced() && self.policy.graph.synced_user_is_not_deletable {
            let hint = "the object is synced: delete it in Active Directory";
            return Err(self.mastered(hint));
        }
        self.bin(key, false, now);
        Ok(())
    }

    /// `DELETE /directory/deletedItems/{id}`, `Remove-MsolUser -RemoveFromRecycleBin`: for good,
    /// and only what is already deleted (catalogue section 7.1).
    pub fn purge_object(&mut self, key: CloudKey, now: Timestamp) -> Result<(), Refusal> {
        let object = self.known(key)?;
        if !object.is_soft_deleted() {
            let hint = "only a deleted user can be removed from the recycle bin: delete it first, \
                        or let a synchronisation delete it";
            return Err(Refusal::not_found(&object.id.to_string(), hint));
        }
        self.erase(key, now);
        Ok(())
    }

    /// `POST /directory/deletedItems/{id}/restore`, `Restore-MsolUser` (rules R5.24 and R5.25).
    pub fn restore_object(
        &mut self,
        key: CloudKey,
        options: &RestoreOptions,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut object = DirectoryObject::clone(self.known(key)?);
        let State::SoftDeleted { at } = object.state else {
            let hint = "only a user in the recycle bin can be restored";
            return Err(Refusal::not_found(&object.id.to_string(), hint));
        };
        if now > recycle_bin::expiry(at) {
            let hint = "the 30 days are over: the user is gone for good";
            return Err(Refusal::not_found(&object.id.to_string(), hint).by(RuleId::R5_21));
        }
        if let Some(upn) = &options.new_user_principal_name {
            object.user_principal_name = Some(self.admissible_upn(upn)?);
        }
        if let Some(anchor) = object.on_premises.immutable_id.clone() {
            self.refuse_second_holder(key, &anchor)?;
        }
        let taken = self.taken_meanwhile(&object);
        if taken
            .iter()
            .any(|(property, _)| *property == ConflictProperty::UserPrincipalName)
        {
            let hint = "give it a new user principal name";
            return Err(cannot_restore("UserPrincipalName", hint));
        }
        if !taken.is_empty() {
            if !options.auto_reconcile_proxy_conflicts {
                let hint = "another account has one of its addresses: restore with automatic \
                            reconciliation of proxy conflicts, or free the address";
                return Err(cannot_restore("proxyAddress", hint));
            }
            let is_taken = |address: &str| self.owners_of(address).next().is_some();
            let listed = object.proxy_addresses.iter();
            let free = listed.filter(|value| !value.is_smtp() || !is_taken(value.address()));
            object.proxy_addresses = free.cloned().collect();
            object.mail = object.mail.filter(|mail| !is_taken(mail));
        }
        object.state = State::Live;
        object.account_enabled = true;
        self.replace(key, object);
        Ok(())
    }

    /// `PATCH /users/{id}` with `onPremisesImmutableId`, `Set-MsolUser -ImmutableId`
    /// (catalogue section 7.1).
    pub fn set_immutable_id(
        &mut self,
        key: CloudKey,
        anchor: Option<SourceAnchor>,
    ) -> Result<(), Refusal> {
        let object = Arc::clone(self.live(key)?);
        if !object.kind.is_user() {
            let hint = "the anchor of a group or contact can't be set by an administrator";
            return Err(self.mastered(hint).by(RuleId::R1_13));
        }
        if object.is_synced() && !self.policy.graph.immutable_id_of_synced_is_writable {
            let hint = "the account is synced: take its Active Directory object out of scope and \
                        synchronise first";
            return Err(self.mastered(hint).by(RuleId::R1_10));
        }
        // Once the whole tenant belongs to the cloud, its ids may be cleared (case C57).
        let was_synced = object.on_premises.sync_enabled == Some(false) && self.is_synchronized();
        if was_synced && !self.policy.allow_id_change_when_sync_enabled_false {
            let message = "Unable to update the specified properties for objects that have \
                           originated within an external service.";
            let hint = "the account was synced once; in this reading its id can't be changed";
            return Err(Refusal::bad_request(message, hint).by(RuleId::R5_24));
        }
        if object.on_premises.immutable_id == anchor {
            return Ok(());
        }
        let upn = object.user_principal_name.as_ref();
        if upn.is_some_and(|upn| self.domains.is_federated(upn.suffix())) {
            let message = "You must provide a required property: Parameter name: \
                           FederatedUser.SourceAnchor";
            let initial = self.domains.initial();
            let hint = format!(
                "the user signs in through a federated domain: change its UPN to @{initial} first, \
                 set the id, and change the UPN back"
            );
            return Err(Refusal::bad_request(message, hint).by(RuleId::R2_14E));
        }
        if let Some(anchor) = &anchor {
            let text = anchor.to_string();
            if let Some(refused) = text.chars().find(|c| matches!(c, '$' | '_')) {
                let message = "Invalid value specified for property 'onPremisesImmutableId' of \
                               resource 'User'.";
                let hint = format!("the id may not contain `{refused}`");
                return Err(Refusal::bad_request(message, hint));
            }
            self.refuse_second_holder(key, anchor)?;
        }
        let mut after = DirectoryObject::clone(&object);
        after.on_premises.immutable_id = anchor;
        self.replace(key, after);
        Ok(())
    }

    fn refuse_second_holder(&self, key: CloudKey, anchor: &SourceAnchor) -> Result<(), Refusal> {
        let holders = self.find_by_anchor(anchor, SyncObjectType::User);
        for holder in holders.into_iter().filter(|holder| *holder != key) {
            let Some(holder) = self.object(holder) else {
                continue;
            };
            if holder.is_soft_deleted() && self.policy.immutable_id_ignores_recycle_bin {
                continue;
            }
            let hint = if holder.is_soft_deleted() {
                format!(
                    "{} still holds it in the recycle bin: remove that account from the recycle \
                     bin first",
                    holder.label()
                )
            } else {
                format!(
                    "{} holds it: no two accounts may carry one anchor",
                    holder.label()
                )
            };
            let message = "Another object with the same value for property onPremisesImmutableId \
                 already exists.";
            let refusal = Refusal::bad_request(message, hint).by(RuleId::R2_4);
            return Err(refusal.because_of(holder.id));
        }
        Ok(())
    }

    /// `PATCH /users/{id}` and the like, for properties that are not mastered on-premises.
    pub fn update_object(&mut self, key: CloudKey, update: &ObjectUpdate) -> Result<(), Refusal> {
        let object = Arc::clone(self.live(key)?);
        let only_location = ObjectUpdate {
            usage_location: update.usage_location.clone(),
            clear_usage_location: update.clear_usage_location,
            ..ObjectUpdate::default()
        };
        let only_upn = ObjectUpdate {
            user_principal_name: update.user_principal_name.clone(),
            ..only_location.clone()
        };
        let is_free = if self.policy.graph.synced_name_is_read_only {
            *update == only_location
        } else {
            *update == only_location || *update == only_upn
        };
        if object.is_synced() && !is_free {
            let hint = "the object is synced: change it in Active Directory";
            return Err(self.mastered(hint));
        }
        refuse_while_withheld(&object)?;
        let mut after = DirectoryObject::clone(&object);
        if let Some(upn) = &update.user_principal_name {
            after.user_principal_name = Some(self.admissible_upn(upn)?);
        }
        let set = |field: &mut Option<Text>, value: &Option<Text>| {
            if value.is_some() {
                field.clone_from(value);
            }
        };
        set(&mut after.display_name, &update.display_name);
        set(&mut after.mail, &update.mail);
        set(&mut after.mail_nickname, &update.mail_nickname);
        set(&mut after.usage_location, &update.usage_location);
        if let Some(addresses) = &update.proxy_addresses {
            after.proxy_addresses = addresses.clone().into();
            let primary = addresses.iter().find(|value| value.is_primary());
            after.mail = primary.map(|value| Text::from(value.address()));
        }
        if let Some(properties) = &update.properties {
            after.properties = Arc::clone(properties);
        }
        after.account_enabled = update.account_enabled.unwrap_or(after.account_enabled);
        after.kind = update.kind.unwrap_or(after.kind);
        if update.clear_usage_location {
            after.usage_location = None;
        }
        if update.password.is_some() || !update.values.is_empty() {
            after.change_extras(|extras| set_extras(extras, update));
        }
        self.refuse_taken(key, &after, Some(&object))?;
        self.replace(key, after);
        Ok(())
    }

    /// A UPN that an administrator may set: its domain is verified (catalogue section 7.1).
    fn admissible_upn(&self, upn: &Text) -> Result<Upn, Refusal> {
        let upn = Upn::new(upn.clone());
        if self.domains.is_verified(upn.suffix()) {
            return Ok(upn);
        }
        let message = "Property userPrincipalName is invalid.";
        let hint = format!("{} is no verified domain of the tenant", upn.suffix());
        Err(Refusal::bad_request(message, hint))
    }

    /// Adds an object that an administrator makes; refused where a value belongs to another.
    pub fn create_object(&mut self, object: DirectoryObject) -> Result<CloudKey, Refusal> {
        if self.find_by_id(object.id).is_some() {
            let message = "Another object with the same value for property id already exists.";
            return Err(Refusal::bad_request(
                message,
                format!("{} exists", object.id),
            ));
        }
        if let Some(anchor) = &object.on_premises.immutable_id {
            self.refuse_second_holder(NOBODY, anchor)?;
        }
        self.refuse_taken(NOBODY, &object, None)?;
        Ok(self.insert(object))
    }

    /// Refuses names that somebody else owns, unless the object had them before.
    fn refuse_taken(
        &self,
        key: CloudKey,
        object: &DirectoryObject,
        before: Option<&DirectoryObject>,
    ) -> Result<(), Refusal> {
        let taken = |address: &str| {
            if before.is_some_and(|before| super::owns(before, address)) {
                return None;
            }
            let owner = self.owners_of(address).find(|owner| *owner != key);
            let owner = owner.or_else(|| self.deleted_owner_of(address))?;
            self.object(owner)
        };
        let upn = object.user_principal_name.as_ref().map(Upn::as_str);
        let mail = object.mail.as_deref();
        let listed = object.proxy_addresses.iter().filter(|it| it.is_smtp());
        let names = upn
            .map(|upn| ("userPrincipalName", upn, upn))
            .into_iter()
            .chain(listed.map(|it| ("proxyAddresses", it.as_str(), it.address())))
            .chain(mail.map(|mail| ("mail", mail, mail)));
        for (property, value, address) in names {
            if let Some(owner) = taken(address) {
                let message = format!(
                    "Another object with the same value for property {property} already exists."
                );
                let hint = format!("{value} belongs to another object");
                let refusal = Refusal::bad_request(message, hint).by(RuleId::R3_2);
                return Err(refusal.because_of(owner.id));
            }
        }
        Ok(())
    }

    /// Who had an address when it was deleted, where that still counts.
    fn deleted_owner_of(&self, address: &str) -> Option<CloudKey> {
        if !self.policy.graph.bin_keeps_addresses {
            return None;
        }
        let has = |object: &DirectoryObject| {
            let mut listed = object.proxy_addresses.iter();
            listed.any(|value| value.is_smtp() && store::eq_fold(value.address(), address))
        };
        let mut deleted = self.deleted();
        deleted.find(|(_, object)| has(object)).map(|(key, _)| key)
    }

    /// Gives a directory role.
    pub fn assign_role(&mut self, key: CloudKey, role: Role) -> Result<(), Refusal> {
        self.live(key)?;
        self.roles.assign(key, role);
        Ok(())
    }

    /// Takes a directory role away.
    pub fn remove_role(&mut self, key: CloudKey, role: &Role) -> Result<(), Refusal> {
        let object = self.live(key)?;
        let label = object.label();
        if !self.roles.remove(key, role) {
            let hint = format!("{label} does not hold the role {}", role.0);
            return Err(Refusal::not_found(&role.0, hint));
        }
        Ok(())
    }

    /// Turns a feature of directory synchronisation on or off (rule R2.35).
    pub fn set_feature(&mut self, feature: &Feature, enabled: bool) -> Result<(), Refusal> {
        if feature.one_way && !enabled && (feature.get)(&self.features) {
            let message = format!("The feature {} can't be disabled.", feature.graph_name);
            let hint = "once it is on, this feature stays on";
            return Err(Refusal::bad_request(message, hint).by(RuleId::R2_35));
        }
        (feature.set)(&mut self.features, enabled);
        Ok(())
    }

    /// `PATCH /users/{id}/onPremisesSyncBehavior` with `isCloudManaged` (rule R2.30).
    pub fn set_cloud_managed(&mut self, key: CloudKey, managed: bool) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.live(key)?);
        if after.on_premises.cloud_managed == managed {
            return Ok(());
        }
        if !after.kind.is_user() {
            let hint = "only users are converted here; groups and contacts stay as they are";
            return Err(self.mastered(hint).by(RuleId::R2_30));
        }
        if managed && !after.is_synced() {
            let hint = "only a synced user can be converted to cloud-managed";
            return Err(self.mastered(hint).by(RuleId::R2_30));
        }
        after.on_premises.cloud_managed = managed;
        let was_synced = managed && self.policy.graph.cloud_managed_was_synced;
        after.on_premises.sync_enabled = was_synced.then_some(false);
        self.replace(key, after);
        Ok(())
    }

    /// `PATCH /users/{id}` with `onPremisesObjectIdentifier: null` (rule R2.22).
    pub fn clear_object_identifier(&mut self, key: CloudKey) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.live(key)?);
        after.on_premises.object_identifier = None;
        self.replace(key, after);
        Ok(())
    }

    /// Clears what is known of the on-premises side of an object that is not synced.
    pub(super) fn clear_on_premises(
        &mut self,
        key: CloudKey,
        names: &[&str],
    ) -> Result<(), Refusal> {
        let mut after = DirectoryObject::clone(self.live(key)?);
        if after.is_synced() {
            return Err(self.mastered("the object is synced"));
        }
        let facts = &mut after.on_premises;
        for name in names {
            match *name {
                "onPremisesDistinguishedName" => facts.distinguished_name = None,
                "onPremisesDomainName" => facts.domain_name = None,
                "onPremisesSamAccountName" => facts.sam_account_name = None,
                "onPremisesSecurityIdentifier" => facts.security_identifier = None,
                "onPremisesUserPrincipalName" => facts.user_principal_name = None,
                _ => {}
            }
        }
        self.replace(key, after);
        Ok(())
    }

    /// The refusal for what Active Directory masters, in the form that the policy says.
    pub(crate) fn mastered(&self, hint: &str) -> Refusal {
        let message = if self.policy.graph.short_mastered_message {
            SHORT_MASTERED
        } else {
            MASTERED
        };
        Refusal::bad_request(message, hint)
    }

    fn known(&self, key: CloudKey) -> Result<&Arc<DirectoryObject>, Refusal> {
        match self.object(key) {
            Some(object) if !matches!(object.state, State::Purged { .. }) => Ok(object),
            Some(object) => Err(Refusal::not_found(
                &object.id.to_string(),
                "the object is gone for good",
            )),
            None => Err(Refusal::not_found("?", "no such object")),
        }
    }

    pub(super) fn live(&self, key: CloudKey) -> Result<&Arc<DirectoryObject>, Refusal> {
        let object = self.known(key)?;
        if object.is_live() {
            return Ok(object);
        }
        let hint = "the object is in the recycle bin: restore it first";
        Err(Refusal::not_found(&object.id.to_string(), hint))
    }
}

fn set_extras(extras: &mut Extras, update: &ObjectUpdate) {
    if update.password.is_some() {
        extras.password.clone_from(&update.password);
        extras.password_is_on_premises = false;
    }
    for (name, value) in &update.values {
        if value.is_null() {
            extras.values.remove(name);
        } else {
            extras.values.insert(name.clone(), value.clone());
        }
    }
}

fn cannot_restore(what: &str, hint: &str) -> Refusal {
    let message = format!(
        "Restore-MsolUser : The specified user account cannot be restored because of the following \
         error: Error Type {what}"
    );
    Refusal::bad_request(message, hint)
}

/// Rule R3.13: an object that lacks an address can't be changed in the cloud.
pub(super) fn refuse_while_withheld(object: &DirectoryObject) -> Result<(), Refusal> {
    let errors = &object.on_premises.provisioning_errors;
    let Some(held) = errors.iter().find(|one| one.property != UPN) else {
        return Ok(());
    };
    let message = "Uniqueness violation. Property: ProxyAddresses.";
    let hint = format!("{} is withheld from it: resolve that first", held.value);
    Err(Refusal::bad_request(message, hint).by(RuleId::R3_13))
}
