//! What of an object a change was about: a delta query of some properties tells of no others.

use std::ops::BitOr;
use std::sync::Arc;

use super::DirectoryObject;
use crate::sync_object::{Properties, Property, property};

/// A set of aspects of an object, each of them one or several properties of Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aspects(u64);

impl Aspects {
    /// Nothing that Graph shows.
    pub const NONE: Self = Self(0);
    /// It was made, deleted, restored or removed for good: always told.
    pub const EXISTENCE: Self = Self(1);
    const DISPLAY_NAME: Self = Self(1 << 1);
    const PRINCIPAL_NAME: Self = Self(1 << 2);
    const MAIL: Self = Self(1 << 3);
    const NICKNAME: Self = Self(1 << 4);
    const ADDRESSES: Self = Self(1 << 5);
    const ENABLED: Self = Self(1 << 6);
    const USAGE_LOCATION: Self = Self(1 << 7);
    const LICENCES: Self = Self(1 << 8);
    const MEMBERS: Self = Self(1 << 9);
    const OWNERS: Self = Self(1 << 10);
    const MANAGER: Self = Self(1 << 11);
    const PASSWORD: Self = Self(1 << 12);
    /// Properties that nothing here reads.
    const VALUES: Self = Self(1 << 13);
    const KIND: Self = Self(1 << 14);
    const IMMUTABLE_ID: Self = Self(1 << 15);
    const SYNC_ENABLED: Self = Self(1 << 16);
    const LAST_SYNC: Self = Self(1 << 17);
    /// What is known of Active Directory besides.
    const FACTS: Self = Self(1 << 18);
    const ERRORS: Self = Self(1 << 19);
    const EXTENSION_ATTRIBUTES: Self = Self(1 << 20);
    /// Where the plain texts begin, each with a bit of its own.
    const TEXTS: u32 = 24;

    /// Whether the two have an aspect in common.
    pub const fn touches(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The aspect that a property of Graph belongs to; none for one that never changes.
    pub fn of_property(name: &str) -> Self {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let text = Property::all().find(|text| is(text.graph_name()));
        if let Some(text) = text {
            return Self::of_text(text);
        }
        match name.to_ascii_lowercase().as_str() {
            "id" | "createddatetime" | "securityidentifier" => Self::NONE,
            "deleteddatetime" => Self::EXISTENCE,
            "displayname" => Self::DISPLAY_NAME,
            "userprincipalname" | "identities" => Self::PRINCIPAL_NAME,
            "mail" => Self::MAIL,
            "mailnickname" => Self::NICKNAME,
            "proxyaddresses" => Self::ADDRESSES,
            "imaddresses" => Self::ADDRESSES | Self::VALUES,
            "accountenabled" => Self::ENABLED,
            "usagelocation" => Self::USAGE_LOCATION,
            "assignedlicenses"
            | "assignedplans"
            | "licenseassignmentstates"
            | "provisionedplans" => Self::LICENCES,
            "members" => Self::MEMBERS,
            "owners" => Self::OWNERS,
            "manager" => Self::MANAGER,
            "passwordprofile" | "lastpasswordchangedatetime" => Self::PASSWORD,
            "usertype" | "grouptypes" | "mailenabled" | "securityenabled" => Self::KIND,
            "onpremisesimmutableid" => Self::IMMUTABLE_ID,
            "onpremisessyncenabled" => Self::SYNC_ENABLED,
            "onpremiseslastsyncdatetime" => Self::LAST_SYNC,
            "onpremisesprovisioningerrors" => Self::ERRORS,
            "onpremisesextensionattributes" => Self::EXTENSION_ATTRIBUTES,
            other if other.starts_with("onpremises") => Self::FACTS,
            _ => Self::VALUES,
        }
    }

    fn of_text(text: Property) -> Self {
        if text.name().starts_with("extensionAttribute") {
            return Self::EXTENSION_ATTRIBUTES;
        }
        Self(1 << (Self::TEXTS + text.place()))
    }

    /// What is not the same in two versions of an object.
    pub(super) fn between(old: &DirectoryObject, new: &DirectoryObject) -> Self {
        let mut all = Self::NONE;
        let mut note = |differs: bool, aspect: Self| {
            if differs {
                all = all | aspect;
            }
        };
        note(old.state != new.state, Self::EXISTENCE);
        note(old.display_name != new.display_name, Self::DISPLAY_NAME);
        note(
            old.user_principal_name != new.user_principal_name,
            Self::PRINCIPAL_NAME,
        );
        note(old.mail != new.mail, Self::MAIL);
        note(old.mail_nickname != new.mail_nickname, Self::NICKNAME);
        note(old.proxy_addresses != new.proxy_addresses, Self::ADDRESSES);
        note(old.account_enabled != new.account_enabled, Self::ENABLED);
        note(
            old.usage_location != new.usage_location,
            Self::USAGE_LOCATION,
        );
        note(old.licences != new.licences, Self::LICENCES);
        note(old.members != new.members, Self::MEMBERS);
        note(old.kind != new.kind, Self::KIND);
        let (before, after) = (old.extras(), new.extras());
        note(before.owners != after.owners, Self::OWNERS);
        note(before.manager != after.manager, Self::MANAGER);
        note(before.password != after.password, Self::PASSWORD);
        note(before.values != after.values, Self::VALUES);
        let (before, after) = (&old.on_premises, &new.on_premises);
        note(
            before.immutable_id != after.immutable_id,
            Self::IMMUTABLE_ID,
        );
        note(
            before.sync_enabled != after.sync_enabled,
            Self::SYNC_ENABLED,
        );
        note(before.last_sync != after.last_sync, Self::LAST_SYNC);
        note(
            before.provisioning_errors != after.provisioning_errors,
            Self::ERRORS,
        );
        let name = |facts: &super::OnPremises| {
            let shadow = facts.shadow.as_ref();
            shadow.map(|shadow| shadow.distinguished_name.clone())
        };
        note(
            before.security_identifier != after.security_identifier
                || before.object_identifier != after.object_identifier
                || before.user_principal_name != after.user_principal_name
                || before.sam_account_name != after.sam_account_name
                || before.distinguished_name != after.distinguished_name
                || before.domain_name != after.domain_name
                || name(before) != name(after),
            Self::FACTS,
        );
        all | texts(&old.properties, &new.properties)
    }
}

/// Which of the plain texts are not the same.
fn texts(old: &Properties, new: &Properties) -> Aspects {
    if Arc::ptr_eq(old, new) {
        return Aspects::NONE;
    }
    let named = old.iter().chain(new.iter()).map(|(text, _)| *text);
    let differs = named.filter(|text| property(old, *text) != property(new, *text));
    differs.fold(Aspects::NONE, |all, text| all | Aspects::of_text(text))
}

impl BitOr for Aspects {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
