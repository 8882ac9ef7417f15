//! Anchors that somebody else carries.

use mock_cloud::{CloudKey, DirectoryObject, Profile, SourceAnchor};

use super::look::{Look, Person};
use super::plan::{Planned, Troubles, back, is_managed, restored, step, trouble};
use super::ready::obstacle;
use super::step::What;

/// The anchors of all who are not joined to their own account away from everybody else.
pub(super) fn free_anchors(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    for person in look.people.iter().filter(|person| !person.is_home()) {
        let Some(anchor) = &person.anchor else {
            continue;
        };
        let planned = match person.own {
            Some(own) if !is_managed(look, own) => free(look, troubles, person, anchor, own),
            Some(_) => None,
            None => {
                let holders = look.other_holders(anchor, None).into_iter();
                let mut wrong = holders.filter(|key| {
                    look.is_anothers(person.source, *key) || is_blocked(look, person, *key)
                });
                wrong.find_map(|key| take_anchor(look, troubles, person, key))
            }
        };
        if planned.is_some() {
            return planned;
        }
    }
    None
}

/// Whether an account in the recycle bin could not be matched as it is.
fn is_blocked(look: &Look<'_>, person: &Person, key: CloudKey) -> bool {
    let object = look.object(key).filter(|it| it.is_soft_deleted());
    object.is_some_and(|it| obstacle(look, person, key, it).is_some())
}

/// Takes an anchor away from everybody but one.
pub(super) fn free(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    anchor: &SourceAnchor,
    keep: CloudKey,
) -> Planned {
    let holders = look.other_holders(anchor, Some(keep));
    let mut planned = holders
        .into_iter()
        .map(|key| take_anchor(look, troubles, person, key));
    planned.find_map(|planned| planned)
}

fn take_anchor(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    key: CloudKey,
) -> Planned {
    let object = look.object(key)?;
    let label = object.label();
    if object.is_soft_deleted() {
        if look.is_worth_keeping(key) {
            let why = format!(
                "{label} holds something, so its id has to be cleared, and for that it \
                               has to be live"
            );
            return step(restored(look, key), person, why);
        }
        let why = format!("{label} holds nothing, and the ImmutableId only while it is in the bin");
        return step(What::Purge(key), person, why);
    }
    if !object.is_synced() {
        if is_managed(look, key) {
            let text = format!("{label} is cloud-managed and carries the anchor of somebody else");
            trouble(troubles, person, text);
            return None;
        }
        let why = format!("{label} carries an anchor that belongs to somebody else");
        return step(What::ClearImmutableId(key), person, why);
    }
    adopt(look, troubles, person, key, object)
}

/// A synced account that the engine has not connected: what it deletes has to be its own first.
fn adopt(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    key: CloudKey,
    object: &DirectoryObject,
) -> Planned {
    let anchor = object.on_premises.immutable_id.as_ref();
    let of = anchor.and_then(|anchor| look.of_anchor(anchor));
    match of {
        Some(of) if of.joined == Some(key) => {
            let text = format!(
                "{} is rightly joined to the anchor of this person",
                object.label()
            );
            trouble(troubles, person, text);
            None
        }
        Some(of) if look.is_anothers(of.source, key) => detach(look, troubles, person, key, object),
        Some(of) if of.in_scope => None,
        Some(_) if look.world.profile >= Profile::Entra2025 && look.is_worth_keeping(key) => {
            detach(look, troubles, person, key, object)
        }
        Some(of) => {
            let why = format!(
                "only what the engine has connected can it let go: {}",
                object.label()
            );
            step(back(look, of)?, of, why)
        }
        None if !look.is_worth_keeping(key) => step(
            What::Delete(key),
            person,
            "it is an orphan that holds nothing",
        ),
        None => detach(look, troubles, person, key, object),
    }
}

/// A synced account that the engine has not connected can only be changed once it is cloud-managed
/// (rule R2.30).
pub(super) fn detach(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    key: CloudKey,
    object: &DirectoryObject,
) -> Planned {
    let label = object.label();
    let from = origin(look, object);
    if look.world.profile < Profile::Entra2025 {
        lock(troubles, person, key, locked(&label, from));
        return None;
    }
    let why = format!("{label} is synced from {from}");
    step(What::SetCloudManaged(key, true), person, why)
}

/// What a synced account that the engine has not connected is synced from.
fn origin(look: &Look<'_>, object: &DirectoryObject) -> &'static str {
    let anchor = object.on_premises.immutable_id.as_ref();
    match anchor.and_then(|anchor| look.of_anchor(anchor)) {
        Some(_) => "somebody else's object",
        None => "an object that no forest has",
    }
}

/// Leaves a person to somebody because of an account that can't be edited.
fn lock(troubles: &mut Troubles, person: &Person, key: CloudKey, text: String) {
    let before = troubles.len();
    trouble(troubles, person, text);
    if let Some(new) = troubles.get_mut(before) {
        new.locked = Some(key);
    }
}

fn locked(label: &str, from: &str) -> String {
    format!(
        "{label} is synced from {from}, and before 2025 only turning synchronisation off for the \
         whole tenant makes it editable"
    )
}

/// People whose account is synced with the anchor of somebody else, without the engine having
/// connected it. Before 2025 there is no safe step: an orphan can't be edited, and for the engine
/// to let go of it somebody else would have to be joined to it first, with all values.
pub(super) fn refused(look: &Look<'_>) -> Troubles {
    let mut troubles = Vec::new();
    if look.world.profile >= Profile::Entra2025 {
        return troubles;
    }
    for person in &look.people {
        let Some((own, object)) = person.own.and_then(|own| Some((own, look.object(own)?))) else {
            continue;
        };
        let anchor = object.on_premises.immutable_id.as_ref();
        let Some(of) = anchor.and_then(|anchor| look.of_anchor(anchor)) else {
            continue;
        };
        if object.is_synced() && of.source != person.source && look.joined_to(own).is_none() {
            let text = locked(&object.label(), "somebody else's object");
            lock(&mut troubles, person, own, text);
        }
    }
    troubles
}
