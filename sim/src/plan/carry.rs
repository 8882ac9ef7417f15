//! The steps of all components carried out on a copy of the whole world, and what comes of each.

use std::sync::Arc;

use mock_ad::directory::{AttributeId, ObjectGuid};
use mock_cloud::{CloudKey, DirectoryObject};
use store::{Text, eq_fold};

use super::components::object;
use super::schedule::Slot;
use super::{Planning, Standing};
use crate::engine::{CyclePolicy, Source};
use crate::hazard::{Labels, Met};
use crate::judge::Violation;
use crate::rehearse::counts;
use crate::repair::{PlannedStep, What, dn, spare};
use crate::world::{Event, World};

/// One step of a plan, as it is carried out, and what comes of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// What to do, for whom, and why.
    pub step: PlannedStep,
    /// The step in an administrator's words.
    pub text: String,
    /// The component that it is done for: its place among the cases; `None` where it is for all.
    pub case: Option<usize>,
    /// The object of Active Directory that it is about, as it is before.
    pub object: Option<ObjectFacts>,
    /// The account that it is about, as it is before.
    pub account: Option<AccountFacts>,
    /// The place that the object moves to.
    pub to: Option<String>,
    /// What comes of it, such as `1 hard-match`; empty where that goes without saying.
    pub came: String,
    /// How the directory refused it.
    pub refused: Option<String>,
    /// What it is about, as it is afterwards, one clause each.
    pub state: Vec<String>,
    /// Hazards that it meets.
    pub hazards: Vec<Met>,
    /// What must hold of a world and does not hold after it.
    pub harm: Option<Violation>,
    /// The cycle that it comes before, counted from 1; one that is past the last comes after all.
    pub cycle: usize,
}

/// How an object of Active Directory is found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// `objectGUID`.
    pub guid: ObjectGuid,
    /// Where it is.
    pub dn: String,
    /// `sAMAccountName`.
    pub sam: Option<Text>,
    /// `userPrincipalName`.
    pub upn: Option<Text>,
}

/// How an account is found again, and what it looks like.
#[derive(Debug, Clone)]
pub struct AccountFacts {
    /// The account.
    pub key: CloudKey,
    /// The account itself, before the step.
    pub before: Arc<DirectoryObject>,
}

/// Worlds with more objects are judged at each cycle only, and not after each step.
const SMALL: usize = 2_000;

impl Planning {
    /// Carries out slots; their places count from the case that is given.
    pub(super) fn run(&mut self, slots: Vec<Slot>, first: usize) {
        let mut standing = Standing {
            world: self.now.world.clone(),
            aim: self.now.aim.clone(),
        };
        let world = &mut standing.world;
        let mut guarded = false;
        for slot in slots {
            for (place, step) in slot.steps {
                if step.what == What::BlockTakeover(false) {
                    let features = &world.tenant().features;
                    if !features.block_cloud_object_takeover_through_hard_match {
                        continue;
                    }
                    guarded = true;
                }
                self.take(world, step, Some(first + place));
            }
            if slot.waits {
                let why = "the service looks every hour for values that are free again";
                self.take(
                    world,
                    PlannedStep::new(What::Wait, None, why.to_owned()),
                    None,
                );
            }
            if let Some(policy) = slot.cycle {
                let why = match policy {
                    CyclePolicy::Delta => "what was changed waits for it",
                    CyclePolicy::Initial => "a delta cycle does not see all that was changed",
                };
                let step = PlannedStep::new(What::Cycle(policy), None, why.to_owned());
                self.take(world, step, None);
                self.cycles += 1;
            }
        }
        if guarded {
            let why = "it was blocked before".to_owned();
            let step = PlannedStep::new(What::BlockTakeover(true), None, why);
            self.take(world, step, None);
        }
        self.now = Arc::new(standing);
    }

    /// Turns synchronisation off for the whole tenant, sets accounts free that nothing else makes
    /// editable, and turns it on again: each account that carries the anchor of its person is
    /// joined again by the next cycle.
    pub(super) fn turn_off_and_on(&mut self, locked: &[CloudKey]) {
        let mut standing = Standing {
            world: self.now.world.clone(),
            aim: self.now.aim.clone(),
        };
        let world = &mut standing.world;
        let owner = |key: &CloudKey| {
            let mut all = standing.aim.belongs.iter();
            all.find(|(_, own)| *own == key).map(|(source, _)| *source)
        };
        let mut steps = vec![
            (
                What::SetSynchronized(false),
                None,
                "nothing else makes them editable",
            ),
            (
                What::WaitUntilOff,
                None,
                "accounts are synced until it is off",
            ),
        ];
        for key in locked {
            let why = "it is synced from an object that is not its person's";
            steps.push((What::ClearImmutableId(*key), owner(key), why));
        }
        let again = "everybody else is joined again by the anchor that the account has kept";
        steps.push((What::SetSynchronized(true), None, again));
        steps.push((What::Cycle(CyclePolicy::Initial), None, again));
        for (what, person, why) in steps {
            self.take(world, PlannedStep::new(what, person, why.to_owned()), None);
        }
        self.cycles += 1;
        self.now = Arc::new(standing);
    }

    fn take(&mut self, world: &mut World, mut step: PlannedStep, case: Option<usize>) {
        freshen(world, &mut step.what);
        let text = step.text(world);
        let source = person(&step.what).or(step.person);
        let key = account(&step.what);
        let facts = source.and_then(|source| facts(world, source));
        let account = key.and_then(|key| {
            let before = Arc::clone(world.tenant().object(key)?);
            Some(AccountFacts { key, before })
        });
        let to = match &step.what {
            What::MoveOut {
                person,
                to: Some(to),
                ..
            }
            | What::MoveBack {
                person,
                to: Some(to),
            } => {
                let place = Source {
                    object: *to,
                    ..*person
                };
                Some(dn(world, place))
            }
            _ => None,
        };
        let action = step.action();
        let mut hazards = self.watch.foresee(world, &action, &Plain);
        let before = world.clone();
        self.truth.named.extend(step.names());
        let events = world.apply(&action);
        hazards.extend(
            self.watch
                .look_back(&before, world, &action, &events, &Plain),
        );
        let is_cycle = matches!(step.what, What::Cycle(_));
        let harm = if is_cycle || world.tenant().objects().len() < SMALL {
            self.truth.note(world);
            self.truth.forget(world);
            self.truth.violation(world)
        } else {
            None
        };
        self.steps.push(Step {
            text,
            case,
            object: facts,
            account,
            to,
            came: counts(&events),
            refused: events.iter().find_map(refusal),
            state: state(world, source, key),
            hazards,
            harm,
            cycle: self.cycles + 1,
            step,
        });
    }
}

/// A name that was free in the small world may be somebody's in the whole one.
fn freshen(world: &World, what: &mut What) {
    let tenant = world.tenant();
    let taken = |upn: &Text| tenant.owners_of(upn).next().is_some();
    let prefix = |key: CloudKey| {
        let upn = tenant.object(key)?.user_principal_name.as_ref()?;
        Some(upn.prefix().to_owned())
    };
    match what {
        What::SetUpn(key, upn) if taken(upn) => {
            *upn = spare(tenant, &prefix(*key).unwrap_or_default());
        }
        What::Restore(key, options) => {
            if let Some(upn) = options
                .new_user_principal_name
                .as_mut()
                .filter(|it| taken(it))
            {
                *upn = spare(tenant, &prefix(*key).unwrap_or_default());
            }
        }
        _ => {}
    }
}

/// The object of Active Directory that is changed.
const fn person(what: &What) -> Option<Source> {
    match what {
        What::MoveOut { person, .. }
        | What::MoveBack { person, .. }
        | What::SetImmutableId(_, person, _) => Some(*person),
        _ => None,
    }
}

/// The account that is changed, or that the next cycle deletes.
const fn account(what: &What) -> Option<CloudKey> {
    match what {
        What::MoveOut { deletes, .. } => *deletes,
        other => other.account(),
    }
}

fn facts(world: &World, source: Source) -> Option<ObjectFacts> {
    let image = object(world, source)?;
    Some(ObjectFacts {
        guid: image.guid,
        dn: dn(world, source),
        sam: image.text(AttributeId::SAM_ACCOUNT_NAME).cloned(),
        upn: image.text(AttributeId::USER_PRINCIPAL_NAME).cloned(),
    })
}

fn refusal(event: &Event) -> Option<String> {
    match event {
        Event::AdRefused(refusal) => Some(refusal.message.clone()),
        Event::CloudRefused(refusal) => Some(format!("{} {}", refusal.status, refusal.message)),
        _ => None,
    }
}

/// What a step was about, as it is now.
fn state(world: &World, source: Option<Source>, key: Option<CloudKey>) -> Vec<String> {
    let object = source.map(|source| {
        let scope = if crate::repair::in_scope(world, source) {
            "in scope"
        } else {
            "out of scope"
        };
        let joined = super::components::connected(world, source);
        let joined = joined.and_then(|key| world.tenant().object(key));
        let joined = match joined {
            Some(account) => format!("joined to {}", account.label()),
            None => "joined to no account".to_owned(),
        };
        format!("{}: {scope}, {joined}", dn(world, source))
    });
    let account = key.and_then(|key| world.tenant().object(key));
    let account = account.map(|account| {
        let place = match () {
            () if account.is_live() => "live",
            () if account.is_soft_deleted() => "in the recycle bin",
            () => "gone for good",
        };
        let authority = match account.on_premises.sync_enabled {
            _ if account.on_premises.cloud_managed => "cloud-managed",
            Some(true) => "synced",
            Some(false) => "synced once",
            None => "never synced",
        };
        let anchor = match &account.on_premises.immutable_id {
            Some(anchor) => format!("ImmutableId {anchor}"),
            None => "no ImmutableId".to_owned(),
        };
        format!("{}: {place}, {authority}, {anchor}", account.label())
    });
    object.into_iter().chain(account).collect()
}

/// Objects by what everybody calls them.
struct Plain;

impl Labels for Plain {
    fn account(&self, world: &World, key: CloudKey) -> String {
        let account = world.tenant().object(key);
        account.map_or_else(|| "an account".to_owned(), |it| it.label().to_string())
    }

    fn object(&self, world: &World, source: Source) -> String {
        dn(world, source)
    }
}

impl AccountFacts {
    /// The UPN that it has before the step.
    pub fn upn(&self) -> Option<&str> {
        let upn = self.before.user_principal_name.as_ref();
        upn.map(mock_cloud::Upn::as_str)
    }

    /// Whether a name is its UPN.
    pub fn is_called(&self, name: &str) -> bool {
        self.upn().is_some_and(|upn| eq_fold(upn, name))
    }
}
