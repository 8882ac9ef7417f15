//! What an account needs before a hard match takes it over.

use mock_cloud::tenant::Role;
use mock_cloud::{CloudKey, DirectoryObject};
use store::Text;

use super::anchors::detach;
use super::look::{Look, Person};
use super::plan::{Planned, Troubles, is_managed, step, trouble};
use super::step::What;

/// The own account made ready for a hard match.
pub(super) fn make_ready(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    for person in look.people.iter().filter(|person| !person.is_home()) {
        let (Some(own), Some(anchor)) = (person.target, &person.anchor) else {
            continue;
        };
        let Some(object) = look.object(own).filter(|it| it.is_live()) else {
            continue;
        };
        if is_managed(look, own) || !look.other_holders(anchor, Some(own)).is_empty() {
            continue;
        }
        let carries = object.on_premises.immutable_id.as_ref() == Some(anchor);
        let planned = if object.is_synced() {
            if carries {
                None
            } else if look.joined_to(own).is_some() {
                continue;
            } else {
                adopt_own(look, troubles, person, own, object)
            }
        } else if let Some(what) = obstacle(look, person, own, object) {
            remove(look, troubles, person, own, what)
        } else if !carries {
            let why = "the anchor decides before every name";
            step(
                What::SetImmutableId(own, person.source, anchor.clone()),
                person,
                why,
            )
        } else if object.on_premises.cloud_managed {
            let why = "Active Directory is to be its source of authority";
            step(What::SetCloudManaged(own, false), person, why)
        } else {
            None
        };
        if planned.is_some() {
            return planned;
        }
    }
    None
}

/// The own account is synced from something else that the engine has not connected.
fn adopt_own(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    own: CloudKey,
    object: &DirectoryObject,
) -> Planned {
    // Whoever's object it is synced from, it is not to be joined to it first.
    detach(look, troubles, person, own, object)
}

/// What would make the service refuse a hard match on the own account (rules R2.7 and R2.20).
pub(super) fn obstacle(
    look: &Look<'_>,
    person: &Person,
    own: CloudKey,
    object: &DirectoryObject,
) -> Option<What> {
    let tenant = look.world.tenant();
    let carries = object.on_premises.immutable_id == person.anchor;
    if object.is_live() && object.is_synced() && carries {
        // What is synced with the anchor the engine joins itself (rule R2.2).
        return None;
    }
    if tenant
        .features
        .block_cloud_object_takeover_through_hard_match
        && !object.is_synced()
    {
        return Some(What::BlockTakeover(false));
    }
    if !tenant.policy.hard_match_hardening {
        return None;
    }
    if let Some(role) = tenant.roles.of(own).into_iter().next() {
        return Some(What::RemoveRole(own, role));
    }
    let stored = object.on_premises.object_identifier?;
    let directory = look.world.forests().get(person.source.forest)?;
    let guid = *directory.object(person.source.object)?.guid.as_bytes();
    let must_be_empty = tenant.policy.object_identifier_must_be_empty;
    let allowed = tenant
        .features
        .allow_on_prem_update_of_on_premises_object_identifier;
    (!allowed && (stored != guid || must_be_empty)).then_some(What::ClearObjectIdentifier(own))
}

fn remove(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    own: CloudKey,
    what: What,
) -> Planned {
    let label = look.label(own);
    if let What::RemoveRole(_, role) = &what {
        if is_last(look, own, role) {
            let text = format!(
                "{label} is the last {}: give the role to a second account",
                role.0
            );
            trouble(troubles, person, text);
            return None;
        }
        if !look
            .aim
            .roles
            .get(&own)
            .is_some_and(|roles| roles.contains(role))
        {
            let text = format!("{label} is eligible for {}: take that away", role.0);
            trouble(troubles, person, text);
            return None;
        }
    }
    let why = match &what {
        What::RemoveRole(..) => "since 2026 a hard match on a holder of a role is refused",
        What::BlockTakeover(_) => "the tenant refuses hard matches",
        _ => "the account is mapped to another object of Active Directory",
    };
    step(what, person, why)
}

/// Whether nobody else holds a role without which nobody could give it back.
fn is_last(look: &Look<'_>, key: CloudKey, role: &Role) -> bool {
    let tenant = look.world.tenant();
    let global = Role(Text::from("Global Administrator"));
    let mut others = tenant.roles.holders(&global);
    *role == global && !others.any(|other| other != key && look.is_live(other))
}
