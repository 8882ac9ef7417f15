//! The same actions on the same world give the same world and the same events, also on a fork.

use jiff::SignedDuration;
use mock_ad::directory::{AttributeId, Modification, ObjectId, Operation, Value};
use mock_cloud::tenant::Role;
use mock_cloud::tenant::administer::RestoreOptions;
use mock_cloud::{CloudKey, Profile};
use proptest::prelude::*;
use sim::engine::{CyclePolicy, EngineEvent, PendingExport, Scope};
use sim::predict::predict;
use sim::snapshot::{EngineMemory, Snapshot};
use sim::world::{Action, AdChange, CloudChange, EngineChange, Event, World};

use crate::examples;
use crate::small_worlds::{small_worlds, world_of};

const DELTA: Action = Action::Cycle(CyclePolicy::Delta);

fn lamplight(profile: Profile, seed: u64) -> World {
    let mut snapshot: Snapshot = examples::lamplight();
    snapshot.lab.seed = seed;
    snapshot.world(Some(profile), EngineMemory::Established)
}

fn hours(hours: i64) -> Action {
    Action::Advance(SignedDuration::from_hours(hours))
}

fn cloud(change: CloudChange) -> Action {
    Action::Cloud(change)
}

fn ad(change: AdChange) -> Action {
    Action::Ad { forest: 0, change }
}

/// Somebody in the forest, by name.
fn object(world: &World, name: &str) -> ObjectId {
    let dn = name.parse().expect("a distinguished name");
    world.forests()[0]
        .find(&dn)
        .unwrap_or_else(|| panic!("{name} is in the example"))
}

/// The live users that are synced, or those that are not.
fn users(world: &World, synced: bool) -> impl Iterator<Item = CloudKey> {
    let objects = world.tenant().objects();
    objects
        .filter(move |(_, one)| one.is_live() && one.kind.is_user() && one.is_synced() == synced)
        .map(|(key, _)| key)
}

/// What administrators of both sides, the clock and the scheduler do to lamplight.
fn history(world: &World) -> Vec<Action> {
    let park = object(world, "OU=Park,DC=example,DC=test");
    let mover = object(world, "CN=Ceres Novak 714,OU=Sync,DC=example,DC=test");
    let unsynced: Vec<CloudKey> = users(world, false).take(5).collect();
    let synced: Vec<CloudKey> = users(world, true).take(4).collect();
    let person = vec![
        (AttributeId::OBJECT_CLASS, vec![Value::from("user")]),
        (AttributeId::SAM_ACCOUNT_NAME, vec![Value::from("newcomer")]),
        (
            AttributeId::USER_PRINCIPAL_NAME,
            vec![Value::from("newcomer@nowhere.test")],
        ),
    ];
    let title = Modification {
        attribute: AttributeId::DISPLAY_NAME,
        operation: Operation::Replace,
        values: vec![Value::from("Somebody Else")],
    };
    let add = AdChange::Add {
        dn: "CN=Newcomer,OU=Sync,DC=example,DC=test"
            .parse()
            .expect("a distinguished name"),
        attributes: person,
        guid: None,
    };
    let everything = Scope::default();
    let licence = || "ENTERPRISEPACK".into();
    vec![
        Action::Cycle(CyclePolicy::Initial),
        hours(2),
        DELTA,
        ad(add),
        ad(AdChange::Modify {
            object: mover,
            changes: vec![title],
        }),
        cloud(CloudChange::AssignLicence(unsynced[0], licence())),
        cloud(CloudChange::AssignRole(
            unsynced[1],
            Role("User Administrator".into()),
        )),
        cloud(CloudChange::Delete(synced[0])),
        DELTA,
        ad(AdChange::Move {
            object: mover,
            name: None,
            parent: Some(park),
        }),
        DELTA,
        hours(26),
        cloud(CloudChange::SetFeature("block-soft-match", true)),
        cloud(CloudChange::AssignLicence(synced[1], licence())),
        cloud(CloudChange::Delete(synced[2])),
        cloud(CloudChange::Restore(synced[2], RestoreOptions::default())),
        Action::Configure(EngineChange::DeletionThreshold(None)),
        Action::Configure(EngineChange::Scope(0, everything)),
        Action::Configure(EngineChange::Schedule(Some(SignedDuration::from_mins(30)))),
        hours(2),
        // Refused, every time alike.
        cloud(CloudChange::Purge(unsynced[2])),
        ad(AdChange::Delete { object: mover }),
        Action::Configure(EngineChange::Schedule(None)),
        hours(31 * 24),
        DELTA,
    ]
}

fn go(world: &mut World, actions: &[Action]) -> Vec<Event> {
    actions
        .iter()
        .flat_map(|action| world.apply(action))
        .collect()
}

#[test]
fn lamplight_goes_the_same_way_twice_and_from_a_fork() {
    for profile in Profile::ALL {
        let mut first = lamplight(profile, 1);
        let mut second = lamplight(profile, 1);
        assert_eq!(
            first.fingerprint(),
            second.fingerprint(),
            "{profile}: start"
        );
        let actions = history(&first);
        let (until, from) = actions.split_at(actions.len() / 2);

        let (before, expected) = (go(&mut first, until), go(&mut second, until));
        assert!(
            before == expected,
            "{profile}: other events before the fork"
        );
        let halfway = first.fingerprint();
        let mut fork = first.clone();
        let of_fork = go(&mut fork, from);
        assert_eq!(
            first.fingerprint(),
            halfway,
            "{profile}: a fork changes its original"
        );

        let (after, expected) = (go(&mut first, from), go(&mut second, from));
        assert!(after == expected, "{profile}: other events after the fork");
        assert!(after == of_fork, "{profile}: other events on the fork");
        assert_eq!(first.fingerprint(), second.fingerprint(), "{profile}");
        assert_eq!(first.fingerprint(), fork.fingerprint(), "{profile}: fork");
        assert_ne!(first.fingerprint(), halfway, "{profile}: nothing happened");
        assert_lively(&before, &after, profile);
    }
}

/// The history would prove little if it were refused or changed nothing.
fn assert_lively(before: &[Event], after: &[Event], profile: Profile) {
    let all = || before.iter().chain(after);
    let count = |wanted: &dyn Fn(&Event) -> bool| all().filter(|event| wanted(event)).count();
    let exported = |event: &Event| matches!(event, Event::Engine(EngineEvent::Exported(_)));
    let refused = |event: &Event| matches!(event, Event::AdRefused(_));
    assert!(
        count(&exported) > 1000,
        "{profile}: {} exports",
        count(&exported)
    );
    assert_eq!(count(&refused), 0, "{profile}");
    assert_eq!(
        count(&|event| matches!(event, Event::CloudRefused(_))),
        1,
        "{profile}"
    );
    assert!(
        count(&|event| matches!(event, Event::Expired(_))) > 0,
        "{profile}"
    );
    let scheduled = |event: &Event| {
        matches!(
            event,
            Event::CycleStarted {
                scheduled: true,
                ..
            }
        )
    };
    assert!(count(&scheduled) >= 3, "{profile}");
}

/// The ids of the accounts that the first cycle makes, and their placeholder names.
fn drawn(world: &World) -> (Vec<String>, Vec<String>) {
    let made = world
        .tenant()
        .objects()
        .filter(|(_, one)| one.on_premises.created_in_run.is_some());
    let ids = made.map(|(_, one)| one.id.to_string()).collect();
    let placeholders = world
        .tenant()
        .quarantined()
        .filter_map(|key| world.tenant().object(key)?.user_principal_name.as_ref())
        .map(ToString::to_string)
        .collect();
    (ids, placeholders)
}

#[test]
fn another_seed_draws_other_ids_and_digits() {
    let profile = Profile::AadConnect2017;
    let world = |seed| {
        let mut world = lamplight(profile, seed);
        world.apply(&Action::Cycle(CyclePolicy::Initial));
        world
    };
    let (one, same, other) = (world(1), world(1), world(2));
    assert_eq!(drawn(&one), drawn(&same));
    let ((ids, names), (other_ids, other_names)) = (drawn(&one), drawn(&other));
    assert!(!ids.is_empty() && !names.is_empty(), "something is drawn");
    assert_eq!(ids.len(), other_ids.len());
    assert!(
        ids.iter().all(|id| !other_ids.contains(id)),
        "ids are drawn from the seed"
    );
    assert_eq!(names.len(), other_names.len());
    assert_ne!(
        sorted(names),
        sorted(other_names),
        "digits are drawn from the seed"
    );
    assert_ne!(one.fingerprint(), other.fingerprint());
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn a_prediction_leaves_its_world_alone() {
    let world = lamplight(Profile::Entra2026, 1);
    let before = world.fingerprint();
    let (first, second) = (predict(&world, 2), predict(&world, 2));
    assert_eq!(world.fingerprint(), before);
    assert_eq!(first.objects, second.objects);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_worlds_go_the_same_way_twice(small in small_worlds()) {
        let actions = [Action::Cycle(CyclePolicy::Initial), hours(1), DELTA, hours(800), DELTA];
        let (mut first, mut second) = (world_of(&small), world_of(&small));
        let start = first.clone();
        prop_assert_eq!(go(&mut first, &actions), go(&mut second, &actions));
        prop_assert_eq!(first.fingerprint(), second.fingerprint());
        let mut fork = start;
        go(&mut fork, &actions);
        prop_assert_eq!(first.fingerprint(), fork.fingerprint());
    }
}

#[test]
fn what_was_deleted_in_a_forest_is_recycled_and_then_gone_and_no_import_minds() {
    let mut world = lamplight(Profile::ALL[0], 1);
    let deletion = |leaver| [ad(AdChange::Delete { object: leaver }), DELTA];
    let left = |world: &World, leaver| {
        let directory = &world.forests()[0];
        let recycled = directory.attribute_values(leaver, AttributeId::IS_RECYCLED);
        (
            directory.object(leaver).is_some(),
            recycled == [true.into()],
        )
    };
    let deletions = |events: &[Event]| {
        let deletes = |event: &&Event| {
            let Event::Engine(EngineEvent::Exported(one)) = event else {
                return false;
            };
            matches!(one.pending, PendingExport::Delete)
        };
        events.iter().filter(deletes).count()
    };
    go(&mut world, &[Action::Cycle(CyclePolicy::Initial)]);
    // Somebody whose account goes with them.
    let users_of = world.forests()[0].objects().map(|(id, _)| id);
    let leaver = users_of
        .filter(|id| world.forests()[0].kind(*id).is_account())
        .find(|id| deletions(&go(&mut world.clone(), &deletion(*id))) == 1)
        .expect("somebody is synced");
    go(&mut world, &deletion(leaver));
    let accounts = users(&world, true).count();

    go(&mut world, &[hours(180 * 24 - 1)]);
    assert_eq!(left(&world, leaver), (true, false));
    let fork = world.clone();
    go(&mut world, &[hours(24)]);
    assert_eq!(left(&world, leaver), (true, true));
    assert_ne!(world.fingerprint(), fork.fingerprint());
    go(&mut world, &[DELTA, hours(180 * 24)]);
    assert_eq!(left(&world, leaver), (false, false));
    // Imports go by places, of which one is empty now.
    let cycles = [DELTA, Action::Cycle(CyclePolicy::Initial)];
    assert_eq!(deletions(&go(&mut world, &cycles)), 0);
    assert_eq!(users(&world, true).count(), accounts);
}
