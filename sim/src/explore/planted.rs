//! Planted bugs: for each property a bug that breaks it, and the search that has to see it.
//!
//! A bug here is something that happens beside a step of the planner. A property whose bug goes
//! unseen proves nothing where it is said to hold.

use std::collections::BTreeSet;

use mock_cloud::tenant::{DirectoryObject, Role};
use mock_cloud::{CloudId, CloudKey, Profile, ProxyAddress, SourceAnchor};

use super::closed::{Happening, Loop, Turn};
use super::fingerprint::Memo;
use super::search::{Found, Known, Model, Search};
use super::{SIGHTS, messes};
use crate::engine::{CyclePolicy, Scope};
use crate::judge::{Addresses, GroundTruth, Guards, Property, Violation};
use crate::mess::{Mess, Thing};
use crate::repair::{Next, PlannedStep, What};
use crate::world::{Action, CloudChange, EngineChange};

/// What a bug does: it sees the turn before and after a move, and the step that was planned.
type Bug = fn(&Turn, &mut Turn, Happening, Option<&PlannedStep>);

/// A closed loop with a bug in it.
struct Buggy {
    inner: Loop,
    bug: Bug,
}

impl Model for Buggy {
    type State = Turn;
    type Move = Happening;

    fn ended(&self, state: &Turn) -> bool {
        self.inner.ended(state)
    }

    fn missing(&self, state: &mut Turn) -> Option<String> {
        self.inner.missing(state)
    }

    fn moves(&self, state: &Turn, stuck: bool) -> Vec<Happening> {
        self.inner.moves(state, stuck)
    }

    fn go(&self, state: &mut Turn, go: Happening) {
        let before = state.clone();
        let (planned, _) = state.happen(go);
        (self.bug)(&before, state, go, planned.as_deref().and_then(Next::step));
        state.look_again();
    }

    fn cycle(&self) -> Happening {
        self.inner.cycle()
    }

    fn is_fault(&self, go: Happening) -> bool {
        self.inner.is_fault(go)
    }

    fn is_planned(&self, go: Happening) -> bool {
        self.inner.is_planned(go)
    }

    /// A bug may come of anything.
    fn comes_to(&self, _: Happening) -> Known<Happening> {
        Known::New
    }

    fn fingerprint(&self, state: &Turn, memo: &mut Memo) -> (u128, u32) {
        self.inner.fingerprint(state, memo)
    }

    fn world_fingerprint(&self, state: &Turn, memo: &mut Memo) -> u128 {
        self.inner.world_fingerprint(state, memo)
    }

    fn end(&self, state: &Turn) -> Vec<String> {
        self.inner.end(state)
    }

    fn violation(&self, state: &Turn) -> Option<Violation> {
        self.inner.violation(state)
    }

    fn reached(&self, state: &Turn, all: &mut BTreeSet<&'static str>) {
        self.inner.reached(state, all);
    }
}

/// The accounts of two people, then an administrator; the accounts have nothing in common with
/// Active Directory, so each person has a duplicate.
const ANN: CloudKey = CloudKey(0);
const BOB: CloudKey = CloudKey(1);
const ROOT: CloudKey = CloudKey(2);

fn mess() -> Mess {
    Mess {
        people: vec![true, true],
        things: vec![Thing::plain(Some(0)), Thing::plain(Some(1))],
    }
}

/// What the search finds with a bug planted, and in how many ways the repair ends.
fn searched(bug: Bug, profile: Profile) -> (Found, usize) {
    let scenario = mess().scenario(profile, 0);
    let start = Loop::settled("mess.yaml", &scenario, profile);
    let (.., start) = start.expect("a world");
    let model = Buggy {
        inner: Loop::new(&scenario, None),
        bug,
    };
    let mut search = Search::new(&model, u32::MAX, 20_000);
    let found = search.run(start).or_else(|| search.trap());
    assert!(!search.cut);
    (found, search.ends.len())
}

fn property(bug: Bug) -> Option<Property> {
    searched(bug, Profile::Entra2025)
        .0
        .map(|(_, violation)| violation.property)
}

fn is_set(planned: Option<&PlannedStep>) -> bool {
    planned.is_some_and(|step| matches!(step.what, What::SetImmutableId(..)))
}

fn cloud(turn: &mut Turn, change: CloudChange) {
    turn.world.apply(&Action::Cloud(change));
}

#[test]
fn without_a_bug_nothing_fires() {
    assert_eq!(searched(|_, _, _, _| {}, Profile::Entra2025), (None, 1));
}

#[test]
fn an_account_purged_beside_a_step_breaks_kept() {
    let bug: Bug = |_, after, _, planned| {
        if is_set(planned) {
            cloud(after, CloudChange::Delete(ANN));
            cloud(after, CloudChange::Purge(ANN));
        }
    };
    assert_eq!(property(bug), Some(Property::Kept));
}

#[test]
fn an_account_deleted_beside_a_step_breaks_scoped_deletes() {
    let bug: Bug = |_, after, _, planned| {
        if is_set(planned) {
            cloud(after, CloudChange::Delete(BOB));
        }
    };
    assert_eq!(property(bug), Some(Property::ScopedDeletes));
}

#[test]
fn the_id_set_on_the_other_account_breaks_right_owner() {
    let bug: Bug = |before, after, _, planned| {
        if let Some(What::SetImmutableId(key, _, anchor)) = planned.map(|step| &step.what) {
            *after = before.clone();
            let wrong = if *key == ANN { BOB } else { ANN };
            cloud(
                after,
                CloudChange::SetImmutableId(wrong, Some(anchor.clone())),
            );
            // The planner is as blind as its bug: it brings the people back at once.
            for (person, home) in before.aim.homes.clone() {
                let moved = crate::world::AdChange::Move {
                    object: person.object,
                    name: None,
                    parent: Some(home),
                };
                let forest = person.forest;
                after.world.apply(&Action::Ad {
                    forest,
                    change: moved,
                });
            }
        }
    };
    assert_eq!(property(bug), Some(Property::RightOwner));
}

#[test]
fn the_last_administrator_demoted_breaks_admin_left() {
    let bug: Bug = |_, after, _, planned| {
        if is_set(planned) {
            let role = Role("Global Administrator".into());
            cloud(after, CloudChange::RemoveRole(ROOT, role));
        }
    };
    assert_eq!(property(bug), Some(Property::AdminLeft));
}

#[test]
fn two_accounts_with_one_anchor_break_one_anchor() {
    // The service refuses to make them, so the judge is shown a tenant that has them.
    let scenario = mess().scenario(Profile::Entra2025, 0);
    let start = Loop::settled("mess.yaml", &scenario, Profile::Entra2025);
    let (.., mut turn) = start.expect("a world");
    let truth = GroundTruth::of(&turn.world, turn.aim.belongs.clone());
    assert_eq!(truth.violation(&turn.world), None);
    let anchor = SourceAnchor::from_guid_bytes([9; 16]);
    turn.world.plant(|tenant| {
        for id in [1, 2] {
            let id = CloudId::from_bytes([id; 16]);
            let now = jiff::Timestamp::UNIX_EPOCH;
            let mut made = DirectoryObject::new(id, mock_cloud::tenant::Kind::User, now);
            made.on_premises.immutable_id = Some(anchor.clone());
            tenant.insert(made);
        }
    });
    let found = truth.violation(&turn.world).map(|found| found.property);
    assert_eq!(found, Some(Property::OneAnchor));
}

/// A tenant that blocks soft matches, with the account of somebody who is not synced yet.
const GUARDED: &str = "
scenario: guarded
world:
  profile: entra-2025
  engine: { scope: [OU=Staff] }
  tenant:
    initial-domain: contoso.onmicrosoft.com
    verified: [contoso.com]
    features: { block-soft-match: true }
  ous: [OU=Staging]
  ad:
    ann:
      ou: OU=Staging
      upn: ann@contoso.com
      smtp: [ann.new@contoso.com]
      attributes: { msExchMailboxGuid: 7c1d4f0e-2a35-4b6e-9c8d-5e1f3a2b4c6d }
  cloud:
    ann-account: { upn: ann@contoso.com, smtp: [ann@contoso.com] }
  belongs: { ann: ann-account }
check: { finally: [converged] }
";

fn guarded(text: &str) -> Turn {
    let scenario = crate::run::load("guarded.yaml", text, &crate::run::known());
    let scenario = scenario.expect("a scenario");
    let start = Loop::settled("guarded.yaml", &scenario, Profile::Entra2025);
    start.expect("a world").2
}

#[test]
fn a_block_that_is_lifted_for_good_breaks_guards_restored() {
    let mut turn = guarded(GUARDED);
    let guards = Guards::of(&turn.world);
    assert_eq!(guards.lifted(&turn.world), None);
    cloud(
        &mut turn,
        CloudChange::SetFeature("block-soft-match", false),
    );
    let found = guards.lifted(&turn.world).map(|found| found.property);
    assert_eq!(found, Some(Property::GuardsRestored));
}

#[test]
fn a_takeover_without_its_address_breaks_addresses_kept() {
    let text = GUARDED.replace("block-soft-match: true", "block-soft-match: false");
    let text = text.replace(
        "smtp: [ann@contoso.com] }",
        "smtp: [ann.old@contoso.com], mailbox: true }",
    );
    let mut turn = guarded(&text);
    let addresses = Addresses::of(&turn.world);
    assert_eq!(addresses.lost(&turn.world), None);
    let everything = EngineChange::Scope(0, Scope::default());
    turn.world.apply(&Action::Configure(everything));
    turn.world.apply(&Action::Cycle(CyclePolicy::Initial));
    let found = addresses.lost(&turn.world).map(|found| found.property);
    assert_eq!(found, Some(Property::AddressesKept));
}

#[test]
fn a_licence_that_comes_too_early_breaks_one_mailbox() {
    let mut turn = guarded(GUARDED);
    let truth = GroundTruth::of(&turn.world, turn.aim.belongs.clone());
    assert_eq!(truth.violation(&turn.world), None);
    cloud(&mut turn, CloudChange::AssignLicence(ANN, "E3".into()));
    let found = truth.violation(&turn.world).map(|found| found.property);
    assert_eq!(found, Some(Property::OneMailbox));
}

#[test]
fn an_id_that_is_never_set_breaks_no_trap() {
    let bug: Bug = |before, after, _, planned| {
        if is_set(planned) {
            *after = before.clone();
        }
    };
    assert_eq!(property(bug), Some(Property::NoTrap));
}

#[test]
fn a_cycle_that_only_the_scheduler_can_run_breaks_settles() {
    let bug: Bug = |before, after, go, planned| {
        if go == Happening::Step && planned.is_some_and(|step| matches!(step.what, What::Cycle(_)))
        {
            *after = before.clone();
        }
    };
    // Here the planner runs full cycles, so that those of the scheduler are others.
    let (found, _) = searched(bug, Profile::DirSync2013);
    let found = found.map(|(_, violation)| violation.property);
    assert_eq!(found, Some(Property::Settles));
}

#[test]
fn a_name_taken_after_the_end_breaks_quiet() {
    let bug: Bug = |before, after, go, _| {
        if go == Happening::Scheduler
            && crate::repair::missing(&before.world, &before.aim).is_none()
        {
            let role = Role("Global Administrator".into());
            cloud(after, CloudChange::AssignRole(BOB, role.clone()));
            cloud(after, CloudChange::RemoveRole(ROOT, role));
        }
    };
    assert_eq!(property(bug), Some(Property::Quiet));
}

#[test]
fn ends_that_hang_on_the_scheduler_break_confluent() {
    let bug: Bug = |_, after, go, _| {
        if go == Happening::Late {
            let update = mock_cloud::tenant::administer::ObjectUpdate {
                proxy_addresses: Some(vec![ProxyAddress::primary("late@contoso.com")]),
                ..Default::default()
            };
            cloud(after, CloudChange::Update(ROOT, Box::new(update)));
        }
    };
    let (found, ends) = searched(bug, Profile::Entra2025);
    assert_eq!((found, ends), (None, 2));
}

#[test]
fn a_campaign_without_anything_to_repair_breaks_reached() {
    let idle = Mess {
        people: vec![true],
        things: Vec::new(),
    };
    let tally = messes(&[idle], Profile::Entra2025, 0, 1_000).expect("a world");
    let met = |word: &str| tally.reached.contains(word);
    assert!(
        !met("hard-match") && !met("quarantine"),
        "{:?}",
        tally.reached
    );
    assert!(SIGHTS.iter().any(|(word, _)| !met(word)));
}
