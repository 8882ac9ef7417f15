//! The decision: which step comes next.

use mock_cloud::tenant::Role;
use mock_cloud::tenant::administer::RestoreOptions;
use mock_cloud::{CloudKey, DirectoryObject, Profile, SourceAnchor};
use store::Text;

use super::aim::Aim;
use super::look::{Look, Person};
use super::names;
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
    let mut troubles = Vec::new();
    let phases: [fn(&Look<'_>, &mut Troubles) -> Planned; 10] = [
        leave,
        let_go,
        restore,
        free_anchors,
        names::free,
        make_ready,
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
        troubles.push(Trouble { person, text });
    }
}

pub(super) fn is_troubled(troubles: &Troubles, person: &Person) -> bool {
    troubles
        .iter()
        .any(|known| known.person == Some(person.source))
}

/// The cycle that notices everything: where a delta import of the tenant does not see what was
/// deleted there by hand, a full one (rule R6.6).
fn cycle_policy(look: &Look<'_>) -> CyclePolicy {
    let policy = &look.world.engine().config().policy;
    if policy.delta_import_sees_cloud_deletions {
        CyclePolicy::Delta
    } else {
        CyclePolicy::Initial
    }
}

/// Out of scope, whoever is joined to a wrong account, or could get one while the own is prepared.
fn leave(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
    for person in look.people.iter().filter(|person| person.in_scope) {
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

pub(super) fn out(look: &Look<'_>, person: &Person) -> What {
    let parking = look.aim.parking.get(person.source.forest);
    What::MoveOut {
        person: person.source,
        to: parking.copied().flatten(),
        // A cycle that runs before the move may give back what is in the recycle bin.
        deletes: person
            .joined
            .or(person.target.filter(|_| person.own.is_none())),
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

fn is_managed(look: &Look<'_>, key: CloudKey) -> bool {
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
            && let Some(planned) = free(look, troubles, person, anchor, own)
        {
            return Some(planned);
        }
        if !is_troubled(troubles, person) {
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
fn restored(look: &Look<'_>, key: CloudKey) -> What {
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

/// The anchors of all who are not joined to their own account away from everybody else.
fn free_anchors(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
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
fn free(
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
        if object.on_premises.cloud_managed {
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
        Some(of) if of.in_scope => None,
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

/// An orphan that holds something can only be changed once it is cloud-managed (rule R2.30).
pub(super) fn detach(
    look: &Look<'_>,
    troubles: &mut Troubles,
    person: &Person,
    key: CloudKey,
    object: &DirectoryObject,
) -> Planned {
    let label = object.label();
    if look.world.profile < Profile::Entra2025 {
        let text = format!(
            "{label} is synced from an object that no forest has, and before 2025 only turning \
             synchronisation off for the whole tenant makes it editable"
        );
        trouble(troubles, person, text);
        return None;
    }
    let why = format!("{label} is synced from an object that no forest has");
    step(What::SetCloudManaged(key, true), person, why)
}

/// The own account made ready for a hard match.
fn make_ready(look: &Look<'_>, troubles: &mut Troubles) -> Planned {
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
    let anchor = object.on_premises.immutable_id.as_ref();
    match anchor.and_then(|anchor| look.of_anchor(anchor)) {
        Some(of) if !of.in_scope => {
            let label = object.label();
            let why = format!("only what the engine has connected can it let go: {label}");
            step(back(look, of)?, of, why)
        }
        Some(_) => None,
        None => detach(look, troubles, person, own, object),
    }
}

/// What would make the service refuse a hard match on the own account (rules R2.7 and R2.20).
fn obstacle(
    look: &Look<'_>,
    person: &Person,
    own: CloudKey,
    object: &DirectoryObject,
) -> Option<What> {
    let tenant = look.world.tenant();
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

fn back(look: &Look<'_>, person: &Person) -> Option<What> {
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
