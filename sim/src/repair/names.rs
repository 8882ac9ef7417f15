//! UPNs and addresses that a person needs and somebody else has (rules R3.2 and R3.3).

use mock_ad::directory::AttributeId;
use mock_cloud::tenant::ConflictProperty;
use mock_cloud::{CloudKey, DirectoryObject, ProxyAddress, SecurityIdentifier, Tenant};
use store::{Text, eq_fold};

use super::anchors::detach;
use super::look::{Look, Person, address_of};
use super::plan::{Planned, Troubles, is_troubled, out, step, trouble};
use super::step::What;

/// A UPN in the initial domain that nobody has. It is numbered, because the service derives an
/// address in that domain from the plain name (rule R4.10).
pub(super) fn spare_upn(look: &Look<'_>, prefix: &str) -> Text {
    spare(look.world.tenant(), prefix)
}

/// The same of a tenant alone.
pub(crate) fn spare(tenant: &Tenant, prefix: &str) -> Text {
    let initial = tenant.domains.initial();
    let mut names = (1..).map(|number| Text::from(format!("{prefix}.{number}@{initial}")));
    let is_free = |upn: &Text| tenant.owners_of(upn).next().is_none();
    names.find(is_free).unwrap_or_default()
}

/// The UPN and the addresses that Active Directory has for a person.
fn wanted(look: &Look<'_>, person: &Person) -> Vec<Text> {
    let directory = look.world.forests().get(person.source.forest);
    let image = directory.and_then(|it| it.object(person.source.object));
    let Some(image) = image else {
        return Vec::new();
    };
    let mut all: Vec<Text> = Vec::new();
    all.extend(image.text(AttributeId::USER_PRINCIPAL_NAME).cloned());
    all.extend(image.text(AttributeId::MAIL).cloned());
    let listed = image.texts(AttributeId::PROXY_ADDRESSES);
    let listed = listed.map(|text| ProxyAddress::new(text.clone()));
    all.extend(
        listed
            .filter(ProxyAddress::is_smtp)
            .map(|it| Text::from(it.address())),
    );
    all
}

/// What a person needs: what Active Directory has, and what the service derives from it and misses.
pub(super) fn needed(look: &Look<'_>, person: &Person) -> Vec<Text> {
    let mut all = wanted(look, person);
    all.extend(person.conflicts.iter().cloned());
    let joined = person.joined.and_then(|key| look.object(key));
    let withheld = joined.map(|it| it.on_premises.provisioning_errors.iter());
    let withheld = withheld.into_iter().flatten();
    all.extend(withheld.map(|one| Text::from(address_of(&one.value))));
    all
}

/// The names of a person that somebody else has, and who.
fn conflicts<'a>(
    look: &'a Look<'_>,
    person: &Person,
) -> impl Iterator<Item = (Text, CloudKey)> + use<'a> {
    let own = person.target.or(person.joined);
    let tenant = look.world.tenant();
    needed(look, person).into_iter().filter_map(move |name| {
        let owner = tenant.owners_of(&name).find(|owner| Some(*owner) != own)?;
        Some((name, owner))
    })
}

/// The first of them.
pub(super) fn conflict(look: &Look<'_>, person: &Person) -> Option<(Text, CloudKey)> {
    conflicts(look, person).next()
}

/// A name that an object in the recycle bin would have again, and that Active Directory has for
/// somebody else.
pub(super) fn claimed(look: &Look<'_>, person: &Person, key: CloudKey) -> Option<Text> {
    let object = look.object(key)?;
    let upn = object.user_principal_name.as_ref();
    let addresses = object.proxy_addresses.iter().filter(|it| it.is_smtp());
    let names: Vec<&str> = addresses
        .map(ProxyAddress::address)
        .chain(upn.map(mock_cloud::Upn::as_str))
        .chain(object.mail.as_deref())
        .collect();
    let tenant = look.world.tenant();
    let others = look.people.iter().filter(|it| it.source != person.source);
    others.flat_map(|other| wanted(look, other)).find(|name| {
        let has = names.iter().any(|own| eq_fold(own, name));
        // A name that somebody has by now does not come back.
        has && tenant.owners_of(name).next().is_none()
    })
}

/// Whether the service refuses edits because a value is withheld (rule R3.13).
fn is_barred(object: &DirectoryObject) -> bool {
    let mut errors = object.on_premises.provisioning_errors.iter();
    errors.any(|one| one.property != ConflictProperty::UserPrincipalName)
}

/// Whether everything that is withheld from an object is free by now.
fn is_free_again(look: &Look<'_>, key: CloudKey, object: &DirectoryObject) -> bool {
    let tenant = look.world.tenant();
    let mut errors = object.on_premises.provisioning_errors.iter();
    !errors.any(|one| {
        let mut owners = tenant.owners_of(address_of(&one.value));
        owners.any(|owner| owner != key)
    })
}

/// Whether names of others stand in the way of a person now.
fn needs_names(look: &Look<'_>, person: &Person) -> bool {
    let withheld = |key: CloudKey| {
        look.object(key)
            .is_some_and(|it| !it.on_premises.provisioning_errors.is_empty())
    };
    !person.is_home() || person.fails || person.joined.is_some_and(withheld)
}

/// Frees the first name that stands in somebody's way.
pub(super) fn free(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    for person in look
        .people
        .iter()
        .filter(|person| needs_names(look, person))
    {
        if is_troubled(troubles, person) {
            continue;
        }
        if let Some(other) = namesake(look, person) {
            let planned = free_identifier(look, troubles, person, other);
            if planned.is_some() {
                return planned;
            }
        }
        for (name, owner) in conflicts(look, person) {
            let Some(object) = look.object(owner) else {
                continue;
            };
            let planned = free_one(look, troubles, person, &name, owner, object);
            if planned.is_some() {
                return planned;
            }
        }
    }
    None
}

/// Another live account that stems from the same security principal (rule R3.11e).
pub(super) fn namesake(look: &Look<'_>, person: &Person) -> Option<CloudKey> {
    let own = person.target.or(person.joined);
    let directory = look.world.forests().get(person.source.forest)?;
    let image = directory.object(person.source.object)?;
    let bytes = image.bytes(AttributeId::OBJECT_SID)?;
    let sid = SecurityIdentifier::from_bytes(bytes.into());
    let tenant = look.world.tenant();
    tenant
        .find_by_security_identifier(&sid)
        .find(|key| Some(*key) != own)
}

fn free_identifier(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    key: CloudKey,
) -> Planned {
    let object = look.object(key)?;
    let why = "it still has the security identifier of this person";
    if !object.is_synced() {
        return step(What::ClearSecurityIdentifier(key), person, why);
    }
    if look.joined_to(key).is_some() {
        return None;
    }
    detach(look, troubles, person, key, object)
}

/// Makes an account editable that values are withheld from: once nobody has them, the service
/// gives them back within the hour.
fn unbar(look: &Look<'_>, person: &Person, key: CloudKey, object: &DirectoryObject) -> Planned {
    let tenant = look.world.tenant();
    for one in object.on_premises.provisioning_errors.iter() {
        let address = address_of(&one.value);
        for owner in tenant.owners_of(address).filter(|owner| *owner != key) {
            let other = look.object(owner)?;
            let upn = other.user_principal_name.as_ref();
            let is_upn = upn.is_some_and(|upn| eq_fold(upn.as_str(), address));
            if other.is_synced() || is_barred(other) || is_upn {
                continue;
            }
            let label = object.label();
            let why = format!("{label} can't be edited while {address} is withheld from it");
            return step(
                What::SetAddresses(owner, without(other, address)),
                person,
                why,
            );
        }
    }
    let label = object.label();
    let why = format!("{label} can be edited once the service has seen what is free");
    is_free_again(look, key, object)
        .then(|| step(What::Wait, person, why))
        .flatten()
}

/// The addresses of an object without one.
fn without(object: &DirectoryObject, address: &str) -> Vec<ProxyAddress> {
    let all = object.proxy_addresses.iter();
    let others = all.filter(|it| !it.is_smtp() || !eq_fold(it.address(), address));
    others.cloned().collect()
}

fn free_one(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    name: &Text,
    owner: CloudKey,
    object: &DirectoryObject,
) -> Planned {
    let label = object.label();
    let why = format!("{name} is a name of this person");
    let upn = object.user_principal_name.as_ref();
    let is_upn = upn.is_some_and(|upn| eq_fold(upn.as_str(), name));
    if let Some(other) = look.joined_to(owner) {
        let both = wanted(look, other).iter().any(|own| eq_fold(own, name));
        if both {
            let text = format!("Active Directory gives {name} to two people");
            trouble(troubles, person, text);
            return None;
        }
    }
    if is_barred(object) {
        return unbar(look, person, owner, object);
    }
    if is_upn {
        let prefix = upn.map(mock_cloud::Upn::prefix).unwrap_or_default();
        return step(What::SetUpn(owner, spare_upn(look, prefix)), person, why);
    }
    if object.is_synced() {
        if let Some(other) = look.joined_to(owner) {
            // Active Directory does not have the value, so only an account that is not synced for
            // a while can lose it.
            let why = format!("{label} has {name}, and can't be edited while it is synced");
            return step(out(look, other), other, why);
        }
        if !look.is_worth_keeping(owner) && object.kind.is_user() {
            return step(What::Delete(owner), person, why);
        }
        return detach(look, troubles, person, owner, object);
    }
    step(
        What::SetAddresses(owner, without(object, name)),
        person,
        why,
    )
}

/// Waits for values that are withheld though nobody has them any more (rule R3.8).
pub(super) fn wait(look: &Look<'_>, _: &mut Troubles) -> Planned {
    let person = look.people.iter().find(|person| {
        let joined = person.joined.and_then(|key| look.object(key));
        joined.is_some_and(|it| !it.on_premises.provisioning_errors.is_empty())
            && conflict(look, person).is_none()
    })?;
    let key = person.joined?;
    let why = "the values that are withheld are free by now";
    is_free_again(look, key, look.object(key)?)
        .then(|| step(What::Wait, person, why))
        .flatten()
}
