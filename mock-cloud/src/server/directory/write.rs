//! From the body of a write to changes of the tenant.

use std::sync::Arc;

use serde_json::{Map, Value};
use store::Text;

use super::super::problem::Problem;
use super::body::{self, Given, text};
use crate::CloudKey;
use crate::address::{ProxyAddress, Upn};
use crate::ids::SourceAnchor;
use crate::sync_object::{Properties, Property};
use crate::tenant::administer::ObjectUpdate;
use crate::tenant::{Change, DirectoryObject, Kind, Tenant};

/// Properties that Graph does not let go empty.
const REQUIRED: [&str; 5] = [
    "accountEnabled",
    "displayName",
    "mailNickname",
    "userPrincipalName",
    "mail",
];

/// What a body asks of `onPremisesImmutableId`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Nothing.
    #[default]
    Keep,
    /// To be cleared.
    Clear,
    /// To be this.
    Set(SourceAnchor),
}

impl Anchor {
    /// The anchor to be set.
    pub(super) const fn set(&self) -> Option<&SourceAnchor> {
        match self {
            Self::Set(anchor) => Some(anchor),
            Self::Keep | Self::Clear => None,
        }
    }
}

/// What a body asks for.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) update: ObjectUpdate,
    /// Plain text properties that change; `None` clears one.
    pub(super) texts: Vec<(Property, Option<Text>)>,
    /// `onPremisesImmutableId`.
    pub(super) anchor: Anchor,
    /// `onPremisesObjectIdentifier` is to be cleared.
    pub(super) clears_identifier: bool,
    /// What else is known of the on-premises side and is to be cleared, by its name in Graph.
    pub(super) cleared_facts: Vec<&'static str>,
    /// Whether a property of Exchange is among them.
    pub(super) extension_attributes: bool,
}

impl Draft {
    /// Reads the properties of a user.
    pub(super) fn of_user(given: &[Given<'_>]) -> Result<Self, Problem> {
        let mut draft = Self::default();
        for one in given {
            draft.take_user(one)?;
        }
        Ok(draft)
    }

    /// Reads the properties of a group.
    pub(super) fn of_group(given: &[Given<'_>]) -> Result<Self, Problem> {
        let mut draft = Self::default();
        for Given { name, value } in given {
            match *name {
                "displayName" | "mailNickname" | "mailEnabled" | "securityEnabled"
                    if value.is_null() =>
                {
                    return Err(Problem::required(name, "Group"));
                }
                "displayName" => draft.update.display_name = text(value),
                "mailNickname" => {
                    refuse_bad_nickname(value)?;
                    draft.update.mail_nickname = text(value);
                }
                // What kind of group it is decides the whole body.
                "groupTypes" | "mailEnabled" | "securityEnabled" | "isAssignableToRole" => {}
                "description" | "preferredLanguage" => draft.take_text(name, value),
                _ => draft.take_value(name, value),
            }
        }
        Ok(draft)
    }

    fn take_user(&mut self, one: &Given<'_>) -> Result<(), Problem> {
        let Given { name, value } = *one;
        if value.is_null() && REQUIRED.contains(&name) {
            return Err(Problem::required(name, "User"));
        }
        match name {
            "accountEnabled" => self.update.account_enabled = value.as_bool(),
            "displayName" => self.update.display_name = text(value),
            "mail" => self.update.mail = text(value),
            "mailNickname" => self.update.mail_nickname = text(value),
            "userPrincipalName" => self.update.user_principal_name = text(value),
            "usageLocation" if value.is_null() => self.update.clear_usage_location = true,
            "usageLocation" => {
                let code = value.as_str().unwrap_or_default();
                if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                    return Err(Problem::invalid_value(name, "User"));
                }
                self.update.usage_location = Some(Text::from(code.to_ascii_uppercase()));
            }
            "userType" => {
                self.update.kind = match value.as_str() {
                    Some(word) if word.eq_ignore_ascii_case("Member") => Some(Kind::User),
                    Some(word) if word.eq_ignore_ascii_case("Guest") => Some(Kind::Guest),
                    _ => return Err(Problem::invalid_value(name, "User")),
                };
            }
            "businessPhones" => self.take_phones(value)?,
            "passwordPolicies" => {
                refuse_unknown_policy(value)?;
                self.take_value(name, value);
            }
            "passwordProfile" => self.take_password(value)?,
            "onPremisesImmutableId" => {
                self.anchor = match value.as_str() {
                    Some(text) => Anchor::Set(SourceAnchor::from_text(text)),
                    None => Anchor::Clear,
                };
            }
            "onPremisesObjectIdentifier" if value.is_null() => self.clears_identifier = true,
            "onPremisesObjectIdentifier" => return Err(Problem::read_only(name)),
            name if body::CLEARABLE.contains(&name) => self.cleared_facts.push(name),
            "onPremisesExtensionAttributes" => self.take_extension_attributes(value)?,
            _ if Property::from_name(name).is_some() => self.take_text(name, value),
            _ => self.take_value(name, value),
        }
        Ok(())
    }

    fn take_text(&mut self, name: &str, value: &Value) {
        if let Some(property) = Property::from_name(name) {
            self.texts.push((property, text(value)));
        }
    }

    fn take_value(&mut self, name: &str, value: &Value) {
        self.update.values.push((Text::from(name), value.clone()));
    }

    /// Only one number can be set, although the property is a list.
    fn take_phones(&mut self, value: &Value) -> Result<(), Problem> {
        let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(property) = Property::from_name("businessPhones") else {
            return Ok(());
        };
        match all {
            [] => self.texts.push((property, None)),
            [one] if one.as_str().is_some_and(|it| !it.is_empty()) => {
                self.texts.push((property, text(one)));
            }
            _ => return Err(Problem::invalid_value("businessPhones", "User")),
        }
        Ok(())
    }

    fn take_password(&mut self, value: &Value) -> Result<(), Problem> {
        let Some(profile) = value.as_object() else {
            return Err(Problem::invalid_value("passwordProfile", "User"));
        };
        for (name, value) in profile {
            let known = [
                "password",
                "forceChangePasswordNextSignIn",
                "forceChangePasswordNextSignInWithMfa",
            ];
            let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(name));
            if !is_known && !name.contains('@') {
                return Err(Problem::bad_request(
                    "One or more property values specified are invalid.",
                )
                .detail("InvalidValue", name));
            }
            if is_known && !name.eq_ignore_ascii_case("password") && !value.is_boolean() {
                return Err(body::wrong_type(value, "Edm.Boolean"));
            }
        }
        match body::member(profile, "password") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::String(password)) if is_complex(password) => {
                self.update.password = Some(Text::from(password.as_str()));
                Ok(())
            }
            Some(Value::String(_)) => Err(Problem::bad_request(
                "The specified password does not comply with password complexity requirements. \
                 Please provide a different password.",
            )
            .detail("InvalidValue", "password")),
            Some(other) => Err(body::wrong_type(other, "Edm.String")),
        }
    }

    fn take_extension_attributes(&mut self, value: &Value) -> Result<(), Problem> {
        self.extension_attributes = true;
        let empty = Map::new();
        for (name, value) in value.as_object().unwrap_or(&empty) {
            if name.contains('@') {
                continue;
            }
            let property = Property::all().find(|property| {
                let known = property.graph_name();
                known.starts_with("extensionAttribute") && known.eq_ignore_ascii_case(name)
            });
            let Some(property) = property else {
                return Err(Problem::bad_request(
                    "One or more property values specified are invalid.",
                )
                .detail("InvalidValue", name));
            };
            if !value.is_null() && !value.is_string() {
                return Err(body::wrong_type(value, "Edm.String"));
            }
            let value = text(value).filter(|text| !text.is_empty());
            self.texts.push((property, value));
        }
        Ok(())
    }

    /// Checks what depends on the tenant only, and not on the object.
    pub(super) fn check(&self, tenant: &Tenant) -> Result<(), Problem> {
        let Some(upn) = &self.update.user_principal_name else {
            return Ok(());
        };
        let upn = Upn::new(upn.clone());
        if !tenant.domains.is_verified(upn.suffix()) {
            return Err(Problem::unverified_domain());
        }
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "'.-_!#^~".contains(c);
        if !upn.is_well_formed() || !upn.prefix().chars().all(is_allowed) {
            return Err(Problem::invalid_value("userPrincipalName", "User"));
        }
        Ok(())
    }

    /// The changes that bring an object to what was asked for.
    pub(super) fn into_changes(
        mut self,
        key: CloudKey,
        object: &DirectoryObject,
        tenant: &Tenant,
    ) -> Result<Vec<Change>, Problem> {
        let was_synced = object.on_premises.sync_enabled == Some(false);
        if self.extension_attributes && was_synced && !object.is_synced() {
            return Err(Problem::bad_request(
                "Unable to update the specified properties for objects that have originated \
                 within an external service.",
            ));
        }
        let masters = self.update.password.is_some() || !self.texts.is_empty();
        if object.is_synced() && masters {
            return Err(tenant.mastered("the object is synced").into());
        }
        if !self.texts.is_empty() {
            self.update.properties = Some(merge(&object.properties, &self.texts));
        }
        if let Some(mail) = &self.update.mail {
            self.update.proxy_addresses = Some(with_primary(&object.proxy_addresses, mail));
        }
        let mut changes = Vec::new();
        if self.update != ObjectUpdate::default() {
            changes.push(Change::Update(key, Box::new(self.update)));
        }
        if self.anchor != Anchor::Keep {
            let anchor = self.anchor.set().cloned();
            changes.push(Change::SetImmutableId(key, anchor));
        }
        if !self.cleared_facts.is_empty() {
            changes.push(Change::ClearOnPremisesFacts(key, self.cleared_facts));
        }
        if self.clears_identifier {
            changes.push(Change::ClearObjectIdentifier(key));
        }
        Ok(changes)
    }

    /// Puts what was asked for into an object that is about to be made.
    pub(super) fn fill(self, object: &mut DirectoryObject) {
        let update = self.update;
        object.user_principal_name = update.user_principal_name.map(Upn::new);
        object.display_name = update.display_name;
        object.mail_nickname = update.mail_nickname;
        if let Some(mail) = update.mail {
            object.proxy_addresses = with_primary(&[], &mail).into();
            object.mail = Some(mail);
        }
        object.properties = merge(&object.properties, &self.texts);
        object.account_enabled = update.account_enabled.unwrap_or(true);
        object.usage_location = update.usage_location;
        object.kind = update.kind.unwrap_or(object.kind);
        object.on_premises.immutable_id = self.anchor.set().cloned();
        let (password, values) = (update.password, update.values);
        object.change_extras(|extras| {
            extras.password = password;
            let values = values.into_iter().filter(|(_, value)| !value.is_null());
            extras.values.extend(values);
        });
    }
}

/// The list of properties with some of them changed.
fn merge(before: &Properties, changes: &[(Property, Option<Text>)]) -> Properties {
    let mut all: Vec<(Property, Text)> = before.to_vec();
    for (property, value) in changes {
        all.retain(|(known, _)| known != property);
        if let Some(value) = value {
            all.push((*property, value.clone()));
        }
    }
    all.sort_unstable_by_key(|(property, _)| *property);
    Arc::from(all)
}

/// The addresses with another primary one; the one before stays as an alias.
fn with_primary(before: &[ProxyAddress], mail: &str) -> Vec<ProxyAddress> {
    let mut all = vec![ProxyAddress::primary(mail)];
    for address in before {
        let is_same = address.is_smtp() && store::eq_fold(address.address(), mail);
        if is_same {
            continue;
        }
        all.push(if address.is_primary() {
            ProxyAddress::alias(address.address())
        } else {
            address.clone()
        });
    }
    all
}

/// The alias of a group is part of an address.
fn refuse_bad_nickname(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    let is_bad = |c: char| !c.is_ascii() || "@()\\[]\";:<>, ".contains(c);
    if text.chars().any(is_bad) {
        return Err(Problem::invalid_value("mailNickname", "Group"));
    }
    Ok(())
}

fn refuse_unknown_policy(value: &Value) -> Result<(), Problem> {
    let known = ["None", "DisablePasswordExpiration", "DisableStrongPassword"];
    let is_known = |word: &str| known.iter().any(|known| known.eq_ignore_ascii_case(word));
    let mut words = value.as_str().into_iter().flat_map(|text| text.split(','));
    if words.all(|word| is_known(word.trim())) {
        return Ok(());
    }
    Err(Problem::invalid_value("passwordPolicies", "User"))
}

/// Eight characters, and three of: lower case, upper case, digits, others.
fn is_complex(password: &str) -> bool {
    let has = |class: fn(char) -> bool| usize::from(password.chars().any(class));
    let classes = has(char::is_lowercase)
        + has(char::is_uppercase)
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_alphanumeric());
    (8..=256).contains(&password.chars().count()) && classes >= 3
}
