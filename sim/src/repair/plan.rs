//! The decision: which step comes next.

use mock_cloud::CloudKey;
use mock_cloud::tenant::administer::RestoreOptions;

use super::aim::Aim;
use super::anchors;
use super::look::{Look, Person};
use super::names;
use super::ready::{self, obstacle};
use super::step::{PlannedStep, What};
use super::{Next, Trouble};
use crate::engine::{CyclePolicy, PendingExport, Source};
use crate::world::World;

/// What a phase of the decision comes to: a step, or nothing to do here.
pub(super) type Planned = Option<PlannedStep>;
pub(super) type Troubles = Vec<Trouble>;

/// The next step of a repair, from what can be seen now (rules R2.4 to R2.22, R5.20; catalogue
/// section 7.2).
///
/// It is a pure function: equal worlds and aims give equal steps.
pub fn next(world: &World, aim: &Aim) -> Next {
    let look = Look::new(world, aim);
    let refused = anchors::refused(&look);
    if !refused.is_empty() {
        return Next::Stuck(refused);
    }
    let mut troubles = Vec::new();
    let phases: [fn(&Look<'_>, &mut Troubles) -> Planned; 10] = [
        leave,
        let_go,
        restore,
        anchors::free_anchors,
        names::free,
        ready::make_ready,
        come_back,
        cycle,
        names::wait,
        give_back,
    ];
    for phase in phases {
        if let Some(step) = phase(&look, &mut troubles) {
            return Next::Step(Box::new(step));
        }
    }
    for person in &look.people {
        if !person.in_scope || !person.is_home() && !is_kept_apart(&look, person) {
            trouble(
                &mut troubles,
                person,
                "nothing that is known helps this person",
            );
        }
    }
    if troubles.is_empty() {
        Next::Done
    } else {
        Next::Stuck(troubles)
    }
}

/// Whether the account is cloud-managed on purpose.
fn is_kept_apart(look: &Look<'_>, person: &Person) -> bool {
    person.own.is_some_and(|own| is_managed(look, own))
}

#[expect(clippy::unnecessary_wraps, reason = "what phases give")]
pub(super) fn step(what: What, person: &Person, why: impl Into<String>) -> Planned {
    Some(PlannedStep::new(what, Some(person.source), why.into()))
}

pub(super) fn trouble(troubles: &mut Troubles, person: &Person, text: impl Into<String>) {
    let text = text.into();
    let person = Some(person.source);
    if !troubles.iter().any(|known| known.person == person) {
        troubles.push(Trouble {
            person,
            text,
            locked: None,
        });
    }
}

pub(super) fn is_troubled(troubles: &Troubles, person: &Person) -> bool {
    troubles
        .iter()
        .any(|known| known.person == Some(person.source))
}

/// The cycle that notices everything: where a delta import of the tenant does not see what was
/// deleted there by hand, a full one (rule R6.6).
pub(super) fn cycle_policy(look: &Look<'_>) -> CyclePolicy {
    let policy = &look.world.engine().config().policy;
    if policy.delta_import_sees_cloud_deletions {
        CyclePolicy::Delta
    } else {
        CyclePolicy::Initial
    }
}

/// Out of scope, whoever is joined to a wrong account, or could get one while the own is prepared.
///
/// First those whom nothing is joined to: what is done for the others frees names and anchors, and
/// a cycle in between would give them a wrong account.
fn leave(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    let waiting = |person: &&Person| person.in_scope && person.joined.is_none();
    for person in look.people.iter().filter(waiting) {
        if let Some(key) = lure(look, person) {
            let why = format!("a cycle could join this person to {}", look.label(key));
            return step(out(look, person), person, why);
        }
    }
    let joined = |person: &&Person| person.in_scope && person.joined.is_some();
    let people = || look.people.iter();
    for person in people().filter(waiting).chain(people().filter(joined)) {
        if look.aim.belongs.contains_key(&person.source) && person.own.is_none() {
            trouble(
                troubles,
                person,
                "the account is gone for good: decide what takes its place",
            );
        }
        let why = match person.joined {
            Some(joined) if person.own.is_some_and(|own| own != joined) => {
                format!("{} is not the account of this person", look.label(joined))
            }
            Some(joined) if look.is_anothers(person.source, joined) => {
                format!("{} is somebody else's account", look.label(joined))
            }
            None if person.fails && is_binned(look, person.target) => {
                "the account can't come back under the names it had".to_owned()
            }
            None if is_open(look, person) => {
                "a cycle could make or restore another account meanwhile".to_owned()
            }
            _ => continue,
        };
        return step(out(look, person), person, why);
    }
    None
}

/// A wrong account that carries the anchor of a person. One of nobody's that is synced does not
/// count: the engine has to connect it before it can let go of it.
fn lure(look: &Look<'_>, person: &Person) -> Option<CloudKey> {
    let anchor = person.anchor.as_ref()?;
    let mut holders = look.other_holders(anchor, person.own).into_iter();
    holders.find(|key| {
        let synced = look
            .object(*key)
            .is_some_and(|it| it.is_live() && it.is_synced());
        look.is_anothers(person.source, *key) || person.own.is_some() && !synced
    })
}

pub(super) fn out(look: &Look<'_>, person: &Person) -> What {
    let parking = look.aim.parking.get(person.source.forest);
    let anchor = person.anchor.as_ref();
    let carries = anchor.and_then(|anchor| {
        let mut holders = look.other_holders(anchor, person.own).into_iter();
        holders.find(|key| {
            let may_go = person.own.is_none() || look.is_live(*key);
            may_go && !look.is_anothers(person.source, *key)
        })
    });
    What::MoveOut {
        person: person.source,
        to: parking.copied().flatten(),
        // A cycle that runs before the move may take over what carries the anchor, also from the
        // recycle bin.
        deletes: person.joined.or(carries),
    }
}

fn is_binned(look: &Look<'_>, key: Option<CloudKey>) -> bool {
    let object = key.and_then(|key| look.object(key));
    object.is_some_and(|it| it.is_soft_deleted())
}

/// Whether more than the ImmutableId has to be set before a cycle may see the person.
fn is_open(look: &Look<'_>, person: &Person) -> bool {
    let (Some(own), Some(anchor)) = (person.own, &person.anchor) else {
        return false;
    };
    if is_managed(look, own) || is_ready(look, person) {
        return false;
    }
    let others = look.other_holders(anchor, Some(own));
    let adopts = |key: &CloudKey| {
        look.object(*key)
            .is_some_and(|it| it.is_live() && it.is_synced())
    };
    if others.iter().any(adopts) {
        return false;
    }
    let direct = others.is_empty()
        && names::conflict(look, person).is_none()
        && look
            .object(own)
            .is_some_and(|it| it.is_live() && !it.is_synced());
    !direct
}

pub(super) fn is_managed(look: &Look<'_>, key: CloudKey) -> bool {
    look.aim.cloud_managed.contains(&key)
}

/// Whether the next cycle would join a person to the own account and to no other.
fn is_ready(look: &Look<'_>, person: &Person) -> bool {
    let Some(anchor) = &person.anchor else {
        return false;
    };
    let Some(own) = person.own else {
        let mut holders = look.other_holders(anchor, None).into_iter();
        let blocked = |key| {
            let object = look.object(key);
            object.is_some_and(|it| obstacle(look, person, key, it).is_some())
        };
        return !person.target.is_some_and(blocked)
            && !holders.any(|key| look.is_anothers(person.source, key));
    };
    let Some(object) = look.object(own) else {
        return false;
    };
    let carries = object.on_premises.immutable_id.as_ref() == Some(anchor);
    carries
        && object.is_live()
        && !object.on_premises.cloud_managed
        && obstacle(look, person, own, object).is_none()
}

/// Cycles, until the engine has let go of whoever is out of scope and has seen its own deletions.
fn let_go(look: &Look<'_>, _: &mut Troubles) -> Planned {
    let person = look
        .people
        .iter()
        .find(|person| !person.in_scope && person.held)?;
    let why = match person.joined {
        Some(joined) => format!("the engine has to let go of {}", look.label(joined)),
        None => "the engine has yet to see its own deletion confirmed".to_owned(),
    };
    step(What::Cycle(cycle_policy(look)), person, why)
}

/// The accounts that are to be matched back from the recycle bin, the own ones and those that
/// somebody without an own one left there.
fn restore(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    for person in &look.people {
        let left = person.target.filter(|_| !person.in_scope);
        let Some(own) = person.own.or(left).filter(|own| !look.is_live(*own)) else {
            continue;
        };
        let anchor = look
            .object(own)
            .and_then(|it| it.on_premises.immutable_id.as_ref());
        if let Some(anchor) = anchor
            && let Some(planned) = anchors::free(look, troubles, person, anchor, own)
        {
            return Some(planned);
        }
        if !is_troubled(troubles, person) {
            if person.own.is_none()
                && !look.is_worth_keeping(own)
                && let Some(name) = names::claimed(look, person, own)
            {
                // Restored, it would have to be deleted again for that name.
                let why = format!("it holds nothing, and {name} is a name of somebody else");
                return step(What::Purge(own), person, why);
            }
            return step(
                restored(look, own),
                person,
                "it is the account of this person",
            );
        }
    }
    None
}

/// A restore under names that nobody else has by now (rule R3.11d).
pub(super) fn restored(look: &Look<'_>, key: CloudKey) -> What {
    let tenant = look.world.tenant();
    let upn = look
        .object(key)
        .and_then(|it| it.user_principal_name.as_ref());
    let taken = upn.filter(|upn| tenant.owners_of(upn.as_str()).next().is_some());
    let options = RestoreOptions {
        new_user_principal_name: taken.map(|upn| names::spare_upn(look, upn.prefix())),
        auto_reconcile_proxy_conflicts: true,
    };
    What::Restore(key, options)
}

/// Back into scope, whoever is ready.
fn come_back(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    let mut waiting = look.people.iter().filter(|person| !person.in_scope);
    let person = waiting.find(|person| {
        !is_troubled(troubles, person)
            && is_ready(look, person)
            && names::conflict(look, person).is_none()
            && names::namesake(look, person).is_none()
    })?;
    step(
        back(look, person)?,
        person,
        "the account is ready for the match",
    )
}

pub(super) fn back(look: &Look<'_>, person: &Person) -> Option<What> {
    let home = look.aim.homes.get(&person.source).copied()?;
    let Source { forest, object } = person.source;
    let parent = look.world.forests().get(forest)?.object(object)?.parent;
    Some(What::MoveBack {
        person: person.source,
        to: Some(home).filter(|home| Some(*home) != parent),
    })
}

/// A cycle, where something waits for one.
fn cycle(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    let engine = look.world.engine();
    let waits = |person: &&Person| {
        !is_troubled(troubles, person)
            && person.in_scope
            && !person.own.is_some_and(|own| is_managed(look, own))
            && (person.fails || !person.is_home())
    };
    let person = look.people.iter().find(waits);
    let staged = look
        .world
        .forests()
        .iter()
        .enumerate()
        .any(|(place, directory)| {
            let forest = engine.forest(place);
            forest.is_some_and(|it| directory.changes_since(it.watermark()).next().is_some())
        });
    let mut entries = engine.entra().iter();
    let pending = entries.any(|(_, entry)| {
        entry.pending_export != PendingExport::None && entry.failure.is_none() || entry.deleted
    });
    let why = match person {
        Some(person) => format!("{} has yet to be joined", look.name(person.source)),
        None if staged || pending => "changes wait for a cycle".to_owned(),
        None => return None,
    };
    let what = What::Cycle(cycle_policy(look));
    Some(PlannedStep::new(
        what,
        person.map(|person| person.source),
        why,
    ))
}

/// What was taken away, given back.
fn give_back(look: &Look<'_>, _: &mut Troubles) -> Planned {
    let tenant = look.world.tenant();
    for (key, roles) in &look.aim.roles {
        let owner = look.aim.owner_of(*key);
        let joined = look.joined_to(*key).map(|person| person.source);
        let hardened = tenant.policy.hard_match_hardening;
        if !look.is_live(*key) || hardened && owner.is_some() && joined != owner {
            continue;
        }
        let held = tenant.roles.held(*key);
        if let Some(role) = roles.iter().find(|role| !held.contains(role)) {
            let why = "the account held it before".to_owned();
            return Some(PlannedStep::new(
                What::AssignRole(*key, role.clone()),
                owner,
                why,
            ));
        }
    }
    let features = &tenant.features;
    let lifted =
        look.aim.takeover_blocked && !features.block_cloud_object_takeover_through_hard_match;
    let settled = look.people.iter().all(Person::is_home);
    let why = "it was blocked before".to_owned();
    (lifted && settled).then(|| PlannedStep::new(What::BlockTakeover(true), None, why))
}
