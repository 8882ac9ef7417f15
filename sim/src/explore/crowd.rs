//! Long random runs of administrator, engine, time and faults over hundreds of people.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use mock_ad::directory::{AttributeId, Modification, ObjectId};
use mock_cloud::tenant::administer::RestoreOptions;
use mock_cloud::{CloudKey, Profile};
use proptest::prelude::*;

use crate::engine::{ConnectorId, CyclePolicy, Source, Step};
use crate::run::{Runner, known, load};
use crate::world::{Action, AdChange, CloudChange, World};

const PEOPLE: usize = 300;

/// Three hundred people in scope, every third of them with an account that was there before.
fn start(profile: Profile) -> (World, Vec<Source>, ObjectId, ObjectId) {
    use std::fmt::Write as _;
    let mut text = format!(
        "scenario: A crowd\nworld:\n  profile: {profile}\n  engine: {{ scope: [OU=Staff] }}\n  \
         tenant: {{ initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }}\n  \
         ous: [OU=NotSynced]\n  ad:\n    p:\n      count: {PEOPLE}\n      ou: OU=Staff\n      \
         upn: p#@contoso.com\n      smtp: [p#.mail@contoso.com]\n  cloud:\n"
    );
    for number in (1..=PEOPLE).step_by(3) {
        let _ = writeln!(
            text,
            "    c{number}: {{ upn: p{number}@contoso.com, mailbox: true, licences: [E3] }}"
        );
    }
    text.push_str("steps: [sync: initial]\n");
    let scenario = load("crowd.yaml", &text, &known()).expect("a scenario");
    let (runner, _) = Runner::start("crowd.yaml", &scenario, profile).expect("a world");
    let world = runner.world().clone();
    let directory = &world.forests()[0];
    let unit = |name: &str| {
        let dn = format!("{name},{}", directory.base())
            .parse()
            .expect("a name");
        directory.find(&dn).expect("a unit")
    };
    let (staff, parking) = (unit("OU=Staff"), unit("OU=NotSynced"));
    let people = directory
        .children(staff)
        .map(|object| Source { forest: 0, object })
        .collect();
    (world, people, staff, parking)
}

/// What a pair of numbers stands for.
fn actions(world: &World, at: &Where<'_>, kind: u8, number: u16) -> Vec<Action> {
    let number = usize::from(number);
    let person = at.people[number % at.people.len()];
    let count = world.tenant().objects().len().max(1);
    let key = CloudKey((number % count) as u32);
    let ad = |change| vec![Action::Ad { forest: 0, change }];
    let moved = |parent| AdChange::Move {
        object: person.object,
        name: None,
        parent: Some(parent),
    };
    let run = |connector, step| Action::Run { connector, step };
    let forest = ConnectorId::Ad(0);
    match kind {
        0..=2 => ad(moved(at.parking)),
        3..=5 => ad(moved(at.staff)),
        6 => vec![Action::Cloud(CloudChange::Delete(key))],
        7 => vec![Action::Cloud(CloudChange::Restore(
            key,
            RestoreOptions::default(),
        ))],
        8 => vec![Action::Cloud(CloudChange::Purge(key))],
        9 => {
            let anchor = world.engine().source_anchor(world.forests(), person);
            vec![Action::Cloud(CloudChange::SetImmutableId(key, anchor))]
        }
        10 => {
            let name = format!("p{}@contoso.com", number % PEOPLE + 1);
            let change = Modification::replace(AttributeId::USER_PRINCIPAL_NAME, [name.as_str()]);
            ad(AdChange::Modify {
                object: person.object,
                changes: vec![change],
            })
        }
        11..=14 => vec![Action::Cycle(CyclePolicy::Delta)],
        15 => vec![Action::Cycle(CyclePolicy::Initial)],
        // A cycle that ends before its exports, and one that does not see the latest changes.
        16 => vec![
            run(forest, Step::DeltaImport),
            run(forest, Step::DeltaSynchronization),
        ],
        17 => vec![
            run(forest, Step::DeltaSynchronization),
            run(ConnectorId::Entra, Step::Export),
        ],
        18 => vec![Action::Advance(SignedDuration::from_hours(2))],
        _ => vec![Action::Advance(SignedDuration::from_hours(24 * 11))],
    }
}

struct Where<'a> {
    people: &'a [Source],
    staff: ObjectId,
    parking: ObjectId,
}

/// What must hold of every world, whoever did what to it.
fn check(world: &World) -> Result<(), TestCaseError> {
    let mut anchors = BTreeMap::new();
    let mut names = BTreeMap::new();
    for (key, object) in world.tenant().objects() {
        if !object.is_live() {
            continue;
        }
        if let Some(anchor) = &object.on_premises.immutable_id {
            let other = anchors.insert((object.kind.sync_type(), anchor.to_string()), key);
            prop_assert_eq!(other, None, "two accounts carry {}", anchor);
        }
        if let Some(upn) = &object.user_principal_name {
            let other = names.insert(upn.as_str().to_lowercase(), key);
            prop_assert_eq!(other, None, "two accounts are called {}", upn);
        }
    }
    let engine = world.engine();
    for (id, mv) in engine.metaverse().iter() {
        let entry = mv
            .connector
            .and_then(|connector| engine.entra().get(connector));
        let back = entry.and_then(|entry| entry.metaverse);
        prop_assert!(
            mv.connector.is_none() || back == Some(id),
            "{id:?} is not linked back"
        );
        let forest = engine.forest(mv.source.forest);
        let staged = forest.and_then(|forest| forest.entry(mv.source.object)?.metaverse);
        prop_assert_eq!(staged, Some(id));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_crowd_keeps_its_invariants_and_every_run_can_be_repeated(
        profile in prop::sample::select(Profile::ALL.to_vec()),
        run in prop::collection::vec((0..20_u8, any::<u16>()), 40..120),
    ) {
        let (mut world, people, staff, parking) = start(profile);
        let at = Where { people: &people, staff, parking };
        let mut again = world.clone();
        for (kind, number) in run {
            for action in actions(&world, &at, kind, number) {
                world.apply(&action);
                again.apply(&action);
            }
            check(&world)?;
        }
        prop_assert_eq!(world.fingerprint(), again.fingerprint());
    }
}
