//! Expectations about one cloud account, and about all of them together.

use std::collections::BTreeMap;

use mock_cloud::{CloudKey, DirectoryObject, SourceAnchor};

use super::object::property_of;
use super::{Met, Missed, Runner, state_word};
use crate::engine::Source;
use crate::scenario::model::{CloudAccount, HealthCategory, PasswordOf, Synced};
use crate::scenario::{Name, OneOrMany};

impl Runner<'_> {
    pub(super) fn account(&self, wanted: &CloudAccount) -> Met {
        let name = &wanted.user;
        let key = self.key_of(name);
        let found = key.and_then(|key| Some((key, self.cloud_object(key)?)));
        let met = if let Some((key, object)) = found {
            self.account_is(wanted, key, object)
        } else {
            let expected = format!("expected an account `{name}`");
            Err(Missed::new(expected, "there is none"))
        };
        met.map_err(|missed| missed.because(&self.why_of_name(name)))
    }

    fn account_is(&self, wanted: &CloudAccount, key: CloudKey, object: &DirectoryObject) -> Met {
        let name = &wanted.user;
        let upn = object
            .user_principal_name
            .as_ref()
            .map(|upn| upn.as_str().to_owned());
        let text = |text: &Option<store::Text>| text.as_ref().map(ToString::to_string);
        let checks = [
            ("UPN", &wanted.upn, upn),
            ("mail", &wanted.mail, text(&object.mail)),
            (
                "mail nickname",
                &wanted.mail_nickname,
                text(&object.mail_nickname),
            ),
            (
                "display name",
                &wanted.display_name,
                text(&object.display_name),
            ),
            (
                "ImmutableId",
                &wanted.immutable_id,
                Some(
                    (object.on_premises.immutable_id.as_ref())
                        .map_or_else(|| "none".to_owned(), ToString::to_string),
                ),
            ),
        ];
        for (what, wanted, found) in checks {
            let Some(wanted) = wanted else { continue };
            let found = found.unwrap_or_default();
            if !fits(&wanted.value, &found) {
                let expected = format!("expected the {what} of `{name}` to be `{wanted}`");
                return Err(Missed::new(expected, format!("it is `{found}`")));
            }
        }
        self.account_facts(wanted, key, object)?;
        account_health(wanted, object)?;
        account_password(wanted, object)?;
        account_lists(wanted, object)?;
        self.account_manager(wanted, object)
    }

    fn account_facts(&self, wanted: &CloudAccount, key: CloudKey, object: &DirectoryObject) -> Met {
        let name = &wanted.user;
        let missed = |what: &str, found: String| {
            Err(Missed::new(format!("expected `{name}` {what}"), found))
        };
        if let Some(synced) = wanted.synced {
            let found = match object.on_premises.sync_enabled {
                None => Synced::Never,
                Some(true) => Synced::Yes,
                Some(false) => Synced::Formerly,
            };
            if found != synced {
                return missed(
                    &format!("to be synced: {synced:?}"),
                    format!("it is {found:?}"),
                );
            }
        }
        if let Some(of) = &wanted.anchor_of {
            let source = self.names.ad(of);
            let guid = source.and_then(|source| {
                Some(
                    self.world.forests()[source.forest]
                        .object(source.object)?
                        .guid,
                )
            });
            let anchor = guid.map(|guid| SourceAnchor::from_guid_bytes(*guid.as_bytes()));
            if anchor != object.on_premises.immutable_id {
                let found = object
                    .on_premises
                    .immutable_id
                    .as_ref()
                    .map(ToString::to_string);
                let what = format!("to carry the anchor of `{of}`");
                return missed(&what, format!("it carries {}", found.unwrap_or_default()));
            }
        }
        if let Some(deleted) = wanted.deleted
            && deleted == object.is_live()
        {
            let what = if deleted {
                "to be deleted"
            } else {
                "to be live"
            };
            return missed(what, format!("it is {}", state_word(object)));
        }
        if let Some(managed) = wanted.cloud_managed
            && managed != object.on_premises.cloud_managed
        {
            return missed(
                &format!("cloud-managed: {managed}"),
                format!("it is {}", !managed),
            );
        }
        if let Some(mailbox) = wanted.mailbox
            && mailbox != object.mailbox.is_some()
        {
            return missed(
                &format!("with a mailbox: {mailbox}"),
                format!("it is {}", !mailbox),
            );
        }
        let roles = || {
            let held = self.world.tenant().roles.held(key);
            held.into_iter()
                .map(|role| role.0.to_string())
                .collect::<Vec<_>>()
        };
        if let Some(wanted) = &wanted.roles {
            same_set(name, "roles", wanted, &roles())?;
        }
        if let Some(wanted) = &wanted.members {
            let members = object.members.iter();
            let found: Vec<String> = members
                .map(|key| self.names.name_of(*key).unwrap_or("?").to_owned())
                .collect();
            let wanted = self.member_names(wanted);
            same_set(name, "members", &wanted, &found)?;
        }
        Ok(())
    }

    /// The manager is named as members are.
    fn account_manager(&self, wanted: &CloudAccount, object: &DirectoryObject) -> Met {
        let mut attributes = wanted.attributes.iter();
        let Some((property, values)) = attributes.find(|(name, _)| is_manager(name)) else {
            return Ok(());
        };
        let manager = object.extras().manager;
        let found = manager.map(|key| self.names.name_of(key).unwrap_or("?").to_owned());
        let found: Vec<String> = found.into_iter().collect();
        same_set(&wanted.user, property, &self.member_names(values), &found)
    }

    /// Members may be written by the names of their Active Directory objects.
    fn member_names(&self, wanted: &OneOrMany<Name>) -> OneOrMany<Name> {
        let cloud_name = |name: &Name| {
            let key = self
                .names
                .ad(name)
                .and_then(|source| self.account_of(source));
            let known = key
                .and_then(|key| self.names.name_of(key))
                .map(str::to_owned);
            Name::new(known.unwrap_or_else(|| name.value.clone()), name.at.clone())
        };
        OneOrMany(wanted.iter().map(cloud_name).collect())
    }

    /// No person has two live accounts: `belongs` tells whose is whose, and besides no object of
    /// Active Directory made a second one. Two objects of one forest are two people, even where
    /// they share a name.
    pub(super) fn no_duplicates(&self) -> Met {
        for (ad, cloud) in &self.names.belongs {
            let Some(own) = self.names.cloud(cloud) else {
                continue;
            };
            let joined = self.names.ad(ad).and_then(|source| self.account_of(source));
            let own_live = self.cloud_object(own).is_some_and(DirectoryObject::is_live);
            if let Some(joined) = joined
                && joined != own
                && own_live
            {
                let found = format!("`{ad}` has `{cloud}` and also {}", self.label(joined));
                let missed = Missed::new("expected one account for each person", found);
                return Err(missed.because(&self.why_of_accounts(&[joined, own])));
            }
        }
        let forests = self.forests_of_accounts();
        let of_one_forest = |one: CloudKey, other: CloudKey| {
            let (one, other) = (forests.get(&one), forests.get(&other));
            one.is_some() && one == other
        };
        let is_made = |key: CloudKey| {
            let object = self.cloud_object(key);
            object.is_some_and(|it| it.on_premises.created_in_run.is_some())
        };
        let mut names: BTreeMap<String, Vec<CloudKey>> = BTreeMap::new();
        for (key, object) in self.world.tenant().objects() {
            let name = object
                .display_name
                .as_ref()
                .filter(|_| object.kind.is_user());
            let Some(name) = name.filter(|_| object.is_live()) else {
                continue;
            };
            let alike = names.entry(name.to_string()).or_default();
            let other = alike
                .iter()
                .find(|other| (is_made(key) || is_made(**other)) && !of_one_forest(**other, key));
            if let Some(other) = other {
                let found = format!("{} and {}", self.label(*other), self.label(key));
                let missed = Missed::new("expected one account for each person", found);
                return Err(missed.because(&self.why_of_accounts(&[*other, key])));
            }
            alike.push(key);
        }
        Ok(())
    }

    /// The accounts that objects of Active Directory are joined to, with the forest of the object.
    fn forests_of_accounts(&self) -> BTreeMap<CloudKey, usize> {
        let forests = self.world.forests().iter().enumerate();
        let all = forests.flat_map(|(forest, directory)| {
            let objects = directory.objects();
            objects.map(move |(object, _)| Source { forest, object })
        });
        all.filter_map(|source| Some((self.account_of(source)?, source.forest)))
            .collect()
    }

    pub(super) fn one_anchor(&self) -> Met {
        let mut seen = BTreeMap::new();
        for (key, object) in self.world.tenant().objects() {
            let live = object.is_live() && object.kind.is_user();
            let Some(anchor) = object.on_premises.immutable_id.as_ref().filter(|_| live) else {
                continue;
            };
            if let Some(other) = seen.insert(anchor.clone(), key) {
                let found = format!("{} has the anchor {anchor} of another", self.label(key));
                let missed = Missed::new("expected no two live accounts with one anchor", found);
                return Err(missed.because(&self.why_of_accounts(&[other, key])));
            }
        }
        Ok(())
    }

    pub(super) fn right_owner(&self) -> Met {
        for (ad, sources) in self.names.ad_names() {
            for source in sources {
                let Some(key) = self.account_of(*source) else {
                    continue;
                };
                let Some(name) = self.names.name_of(key) else {
                    continue;
                };
                let owner = self.names.belongs.iter().find(|(_, cloud)| *cloud == name);
                if let Some((owner, _)) = owner
                    && owner != ad
                {
                    let found = format!("`{ad}` is joined to `{name}`, which belongs to `{owner}`");
                    let missed = Missed::new("expected nobody to have another's account", found);
                    return Err(missed.because(&self.why_of(*source)));
                }
            }
        }
        Ok(())
    }
}

/// The category under which Connect Health lists the account.
fn account_health(wanted: &CloudAccount, object: &DirectoryObject) -> Met {
    let Some(category) = wanted.health_category else {
        return Ok(());
    };
    let found = if object.on_premises.admin_role_conflict {
        HealthCategory::ExistingAdminRoleConflict
    } else {
        HealthCategory::None
    };
    if found == category {
        return Ok(());
    }
    let name = &wanted.user;
    let expected = format!("expected the health category of `{name}` to be {category}");
    Err(Missed::new(expected, format!("it is {found}")))
}

/// Whose password the account has.
fn account_password(wanted: &CloudAccount, object: &DirectoryObject) -> Met {
    let Some(password) = wanted.password else {
        return Ok(());
    };
    let found = if object.extras().password_is_on_premises {
        PasswordOf::OnPremises
    } else {
        PasswordOf::Cloud
    };
    if found == password {
        return Ok(());
    }
    let expected = format!(
        "expected the password of `{}` to be {password}",
        wanted.user
    );
    Err(Missed::new(expected, format!("it is {found}")))
}

fn is_manager(property: &Name) -> bool {
    property.eq_ignore_ascii_case("manager")
}

/// Addresses, licences and other lists.
fn account_lists(wanted: &CloudAccount, object: &DirectoryObject) -> Met {
    let name = &wanted.user;
    let addresses: Vec<String> = object
        .proxy_addresses
        .iter()
        .map(|value| value.as_str().to_owned())
        .collect();
    if let Some(smtp) = &wanted.smtp {
        let written = crate::scenario::proxy_addresses(smtp);
        let all = written.into_iter().map(Name::derived).collect();
        same_set(name, "addresses", &OneOrMany(all), &addresses)?;
    }
    for excluded in wanted.smtp_excludes.iter() {
        // Without a prefix it is meant as a primary and as a secondary address.
        let is_excluded = |found: &String| {
            found == excluded.as_str()
                || (found.split_once(':')).is_some_and(|(protocol, address)| {
                    protocol.eq_ignore_ascii_case("smtp") && address == excluded.as_str()
                })
        };
        if addresses.iter().any(is_excluded) {
            let expected = format!("expected `{name}` not to have {excluded}");
            return Err(Missed::new(
                expected,
                format!("it has {}", addresses.join(", ")),
            ));
        }
    }
    if let Some(licences) = &wanted.licences {
        let found: Vec<String> = object.licences.iter().map(ToString::to_string).collect();
        same_set(name, "licences", licences, &found)?;
    }
    for (property, values) in wanted
        .attributes
        .iter()
        .filter(|(name, _)| !is_manager(name))
    {
        let found = match property.to_ascii_lowercase().as_str() {
            "usagelocation" => object.usage_location.clone(),
            "accountenabled" => Some(object.account_enabled.to_string().into()),
            "onpremisesdomainname" => object.on_premises.domain_name.clone(),
            "onpremisessamaccountname" => object.on_premises.sam_account_name.clone(),
            "onpremisesuserprincipalname" => object.on_premises.user_principal_name.clone(),
            _ => property_of(&object.properties, property).cloned(),
        };
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        same_set(name, property, values, &found)?;
    }
    Ok(())
}

/// Compares text with a pattern in which `NNNN` stands for four digits.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once("NNNN") else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(before) else {
        return false;
    };
    let digits = rest
        .get(..4)
        .is_some_and(|four| four.chars().all(|c| c.is_ascii_digit()));
    digits && rest.get(4..) == Some(after)
}

pub(super) fn same_set(name: &str, what: &str, wanted: &OneOrMany<Name>, found: &[String]) -> Met {
    let missing = wanted
        .iter()
        .any(|one| !found.iter().any(|it| fits(one, it)));
    if !missing && wanted.len() == found.len() {
        return Ok(());
    }
    let list: Vec<&str> = wanted.iter().map(|one| one.as_str()).collect();
    let expected = format!("expected the {what} of `{name}` to be {}", list.join(", "));
    let found = if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join(", ")
    };
    Err(Missed::new(expected, format!("found {found}")))
}
