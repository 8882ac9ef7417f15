//! UPNs and addresses that a person needs and somebody else has (rules R3.2 and R3.3).

use mock_ad::directory::AttributeId;
use mock_cloud::{CloudKey, DirectoryObject, ProxyAddress};
use store::{Text, eq_fold};

use super::look::{Look, Person};
use super::plan::{Planned, Troubles, detach, is_troubled, step, trouble};
use super::step::What;

/// A UPN in the initial domain that nobody has.
pub(super) fn spare_upn(look: &Look<'_>, key: CloudKey, prefix: &str) -> Text {
    let tenant = look.world.tenant();
    let initial = tenant.domains.initial();
    let numbers = 0..=tenant.objects().len();
    let names = numbers.map(|number| match number {
        0 => Text::from(format!("{prefix}@{initial}")),
        _ => Text::from(format!("{prefix}.{number}@{initial}")),
    });
    let is_free = |upn: &Text| !tenant.owners_of(upn).any(|owner| owner != key);
    names.into_iter().find(is_free).unwrap_or_default()
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

/// The first of a person's names that somebody else has, and who.
pub(super) fn conflict(look: &Look<'_>, person: &Person) -> Option<(Text, CloudKey)> {
    let own = person.own.or(person.joined);
    let tenant = look.world.tenant();
    wanted(look, person).into_iter().find_map(|name| {
        let owner = tenant.owners_of(&name).find(|owner| Some(*owner) != own)?;
        Some((name, owner))
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
        let Some((name, owner)) = conflict(look, person) else {
            continue;
        };
        let Some(object) = look.object(owner) else {
            continue;
        };
        let planned = free_one(look, troubles, person, &name, owner, object);
        if planned.is_some() {
            return planned;
        }
    }
    None
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
    if is_upn {
        let prefix = upn.map(mock_cloud::Upn::prefix).unwrap_or_default();
        return step(
            What::SetUpn(owner, spare_upn(look, owner, prefix)),
            person,
            why,
        );
    }
    if object.is_synced() {
        if look.joined_to(owner).is_some() {
            let text = format!("{name} is with {label}, which is synced: change it there");
            trouble(troubles, person, text);
            return None;
        }
        if !look.is_worth_keeping(owner) && object.kind.is_user() {
            return step(What::Delete(owner), person, why);
        }
        return detach(look, troubles, person, owner, object);
    }
    let others = object.proxy_addresses.iter();
    let others = others.filter(|it| !it.is_smtp() || !eq_fold(it.address(), name));
    step(
        What::SetAddresses(owner, others.cloned().collect()),
        person,
        why,
    )
}

/// Waits for values that are withheld though nobody has them any more (rule R3.8).
pub(super) fn wait(look: &Look<'_>, _: &mut Troubles) -> Planned {
    let tenant = look.world.tenant();
    let person = look.people.iter().find(|person| {
        let joined = person.joined.and_then(|key| look.object(key));
        joined.is_some_and(|it| !it.on_premises.provisioning_errors.is_empty())
            && conflict(look, person).is_none()
    })?;
    let joined = person.joined.and_then(|key| look.object(key))?;
    let mut errors = joined.on_premises.provisioning_errors.iter();
    let owned = |value: &str| {
        let address = value.split_once(':').map_or(value, |(_, address)| address);
        tenant
            .owners_of(address)
            .any(|owner| Some(owner) != person.joined)
    };
    if errors.any(|one| owned(&one.value)) {
        return None;
    }
    step(
        What::Wait,
        person,
        "the values that are withheld are free by now",
    )
}
