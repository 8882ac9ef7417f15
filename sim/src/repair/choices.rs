//! What an administrator could do next, whether or not it helps.
//!
//! [`next`](super::next) decides; this lists. A search over lists of steps takes its steps from
//! here.

use mock_cloud::{CloudKey, DirectoryObject, Profile};
use store::eq_fold;

use super::aim::Aim;
use super::look::{Look, Person};
use super::names::{self, spare_upn};
use super::plan::{back, cycle_policy, is_managed, out, restored};
use super::step::{PlannedStep, What};
use crate::world::World;

/// Everything that could be done in a world and that could be of use, in an order that depends on
/// nothing but the order of people and accounts.
///
/// What nobody would do is left out: deleting an account that holds something or is somebody's,
/// editing one that the service does not let be edited, taking away what stands in nobody's way,
/// and what no source says the outcome of.
pub(crate) fn choices(world: &World, aim: &Aim) -> Vec<PlannedStep> {
    let look = Look::new(world, aim);
    let mut all = Choices(Vec::new());
    all.put(
        What::Cycle(cycle_policy(&look)),
        None,
        "changes wait for a cycle",
    );
    for person in &look.people {
        of_person(&look, person, &mut all);
    }
    for (key, object) in world.tenant().objects() {
        if object.kind.is_user() {
            of_account(&look, key, object, &mut all);
        } else if object.is_live() && !object.is_synced() {
            let told = concerned(&look, key, object);
            names_of(&look, key, object, [None, told], &mut all);
        }
    }
    of_tenant(&look, &mut all);
    all.0
}

struct Choices(Vec<PlannedStep>);

impl Choices {
    fn put(&mut self, what: What, person: Option<&Person>, why: &str) {
        let person = person.map(|person| person.source);
        self.0.push(PlannedStep::new(what, person, why.to_owned()));
    }
}

fn of_person(look: &Look<'_>, person: &Person, all: &mut Choices) {
    if person.in_scope {
        let why = "a cycle is to leave this person alone meanwhile";
        all.put(out(look, person), Some(person), why);
    } else if let Some(what) = back(look, person) {
        all.put(what, Some(person), "the account is ready for the match");
    }
}

fn of_account(look: &Look<'_>, key: CloudKey, object: &DirectoryObject, all: &mut Choices) {
    let owner = owner(look, key);
    let told = owner.or_else(|| concerned(look, key, object));
    let is_spare = !look.is_worth_keeping(key);
    if object.is_soft_deleted() {
        if is_spare {
            let why = "it holds nothing, and keeps an anchor or a name";
            all.put(What::Purge(key), told, why);
        }
        let why = "only a live account can be changed";
        all.put(restored(look, key), told, why);
        return;
    }
    if !object.is_live() {
        return;
    }
    // Deleted while it is connected, it is made again or found in the bin (rules R2.19, R5.25).
    let is_connected = look.joined_to(key).is_some();
    if is_spare && !is_connected {
        let why = "it holds nothing, and is nobody's account";
        all.put(What::Delete(key), told, why);
    }
    if look.world.profile >= Profile::Entra2025 {
        // What the service does with an object that it is still sent, once its account was
        // converted and has lost its anchor, no source says (rule R2.30).
        if object.is_synced() && !is_connected {
            let why = "what is synced can't be changed in the cloud";
            all.put(What::SetCloudManaged(key, true), told, why);
        } else if object.on_premises.cloud_managed && !is_managed(look, key) {
            let why = "Active Directory is to be its source of authority";
            all.put(What::SetCloudManaged(key, false), told, why);
        }
    }
    if !object.is_synced() {
        editable(look, key, object, owner, all);
    }
}

fn editable(
    look: &Look<'_>,
    key: CloudKey,
    object: &DirectoryObject,
    owner: Option<&Person>,
    all: &mut Choices,
) {
    let facts = &object.on_premises;
    let told = owner.or_else(|| concerned(look, key, object));
    let anchor = owner.and_then(|person| person.anchor.as_ref());
    if let (Some(person), Some(anchor)) = (owner, anchor)
        && facts.immutable_id.as_ref() != Some(anchor)
    {
        let what = What::SetImmutableId(key, person.source, anchor.clone());
        all.put(what, owner, "the anchor decides before every name");
    }
    if facts.immutable_id.is_some() && facts.immutable_id.as_ref() != anchor {
        let of = facts.immutable_id.as_ref();
        let of = of.and_then(|anchor| look.of_anchor(anchor));
        let why = match of {
            Some(of) => format!("it carries the anchor of {}", look.name(of.source)),
            None => "it carries the anchor of an object that is gone".to_owned(),
        };
        all.put(What::ClearImmutableId(key), told, &why);
    }
    names_of(look, key, object, [owner, told], all);
    let tenant = look.world.tenant();
    if tenant.policy.hard_match_hardening {
        for role in look.aim.roles.get(&key).into_iter().flatten() {
            if tenant.roles.held(key).contains(role) {
                let why = "since 2026 a hard match on a holder of a role is refused";
                all.put(What::RemoveRole(key, role.clone()), owner, why);
            }
        }
        if facts.object_identifier.is_some() {
            let why = "the account is mapped to another object of Active Directory";
            all.put(What::ClearObjectIdentifier(key), owner, why);
        }
    }
    let mut people = look.people.iter();
    if people.any(|person| names::namesake(look, person) == Some(key)) {
        let why = "it still has the security identifier of somebody";
        all.put(What::ClearSecurityIdentifier(key), told, why);
    }
}

/// Names of others away from an account that can be edited.
fn names_of(
    look: &Look<'_>,
    key: CloudKey,
    object: &DirectoryObject,
    [owner, told]: [Option<&Person>; 2],
    all: &mut Choices,
) {
    let people = look.people.iter();
    let others = people.filter(|person| owner.is_none_or(|own| own.source != person.source));
    let upn = object.user_principal_name.as_ref();
    let mut kept: Vec<_> = object.proxy_addresses.iter().cloned().collect();
    let mut is_upn_wanted = false;
    for name in others.flat_map(|person| names::needed(look, person)) {
        is_upn_wanted |= upn.is_some_and(|upn| eq_fold(upn.as_str(), &name));
        kept.retain(|it| !it.is_smtp() || !eq_fold(it.address(), &name));
    }
    let why = "it has a name of somebody else";
    if is_upn_wanted {
        let prefix = upn.map(mock_cloud::Upn::prefix).unwrap_or_default();
        all.put(What::SetUpn(key, spare_upn(look, prefix)), told, why);
    }
    if kept.len() < object.proxy_addresses.len() {
        all.put(What::SetAddresses(key, kept), told, why);
    }
}

fn of_tenant(look: &Look<'_>, all: &mut Choices) {
    let tenant = look.world.tenant();
    for (key, roles) in &look.aim.roles {
        let held = tenant.roles.held(*key);
        for role in roles.iter().filter(|role| !held.contains(role)) {
            let what = What::AssignRole(*key, role.clone());
            all.put(what, owner(look, *key), "the account held it before");
        }
    }
    if look.aim.takeover_blocked {
        let is_blocked = tenant
            .features
            .block_cloud_object_takeover_through_hard_match;
        let why = if is_blocked {
            "the tenant refuses hard matches"
        } else {
            "it was blocked before"
        };
        all.put(What::BlockTakeover(!is_blocked), None, why);
    }
    if tenant.quarantined().next().is_some() {
        let why = "the values that are withheld are free by now";
        all.put(What::Wait, None, why);
    }
}

/// Who is to be joined to an account.
fn owner<'a>(look: &'a Look<'_>, key: CloudKey) -> Option<&'a Person> {
    look.people
        .iter()
        .find(|person| person.target.or(person.joined) == Some(key))
}

/// Who is held up by an account that is not the own one: it is joined to the person, or carries the
/// person's anchor.
fn concerned<'a>(
    look: &'a Look<'_>,
    key: CloudKey,
    object: &DirectoryObject,
) -> Option<&'a Person> {
    let anchor = object.on_premises.immutable_id.as_ref();
    look.joined_to(key).or_else(|| look.of_anchor(anchor?))
}

/// So many steps are needed at least before everything is as it was found: whoever is out of scope
/// comes back, roles of accounts that have to be live and the guard are set again.
pub(crate) fn still_needed(world: &World, aim: &Aim) -> usize {
    let people = aim.homes.keys();
    let away = people
        .filter(|source| !super::in_scope(world, **source))
        .count();
    let tenant = world.tenant();
    let roles = aim
        .roles
        .iter()
        .filter(|(key, _)| aim.valuable.contains(key));
    let roles = roles.map(|(key, roles)| {
        let held = tenant.roles.held(*key);
        roles.iter().filter(|role| !held.contains(role)).count()
    });
    let blocked = tenant
        .features
        .block_cloud_object_takeover_through_hard_match;
    away + roles.sum::<usize>() + usize::from(blocked != aim.takeover_blocked)
}
