//! Laws of the engine and of the service that hold of any small world, each with its rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::SignedDuration;
use mock_ad::directory::{AttributeId, Dn, Modification, ObjectId, Operation, Value};
use mock_cloud::provisioning::Outcome;
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, SyncObjectType};
use proptest::prelude::*;
use sim::engine::{
    ConnectorId, CsId, CyclePolicy, EngineEvent, PendingExport, Scope, Source, Step, StepResult,
    StepStatus,
};
use sim::world::{Action, AdChange, CloudChange, EngineChange, Event, World};

use crate::oracle::model::{Kind, Profile as Era};
use crate::small_worlds::{SmallWorld, small_worlds, world_of};

const BASE: &str = "DC=small,DC=test";
const AD: ConnectorId = ConnectorId::Ad(0);

fn cycle(world: &mut World, policy: CyclePolicy) -> Vec<Event> {
    world.apply(&Action::Cycle(policy))
}

/// A world whose engine has seen what its own first exports led to.
fn settled(small: &SmallWorld) -> World {
    let mut world = world_of(small);
    world.apply(&Action::Configure(EngineChange::DeletionThreshold(None)));
    for _ in 0..2 {
        cycle(&mut world, CyclePolicy::Initial);
    }
    world
}

fn results(events: &[Event]) -> Vec<StepResult> {
    let results = events.iter().filter_map(|event| match event {
        Event::Engine(EngineEvent::Finished(result)) => Some(*result),
        _ => None,
    });
    results.collect()
}

fn status(events: &[Event], connector: ConnectorId, step: Step) -> Option<StepStatus> {
    let mut all = results(events).into_iter();
    let found = all.find(|it| it.connector == connector && it.step == step);
    found.map(|it| it.status)
}

/// All that an administrator of the tenant can see.
fn shown(world: &World) -> String {
    let parts = mock_cloud::graph::written_parts();
    parts
        .map(|part| mock_cloud::graph::write_part(world.tenant(), part))
        .collect()
}

/// What became of an object that was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Matched(Outcome, Option<CloudKey>),
    NotMatched,
    Failed,
}

/// What a first cycle makes of each object, by its anchor.
fn fates(small: &SmallWorld) -> BTreeMap<String, Fate> {
    let mut world = world_of(small);
    let events = cycle(&mut world, CyclePolicy::Initial);
    let exported = events.iter().filter_map(|event| match event {
        Event::Engine(EngineEvent::Exported(exported)) => {
            let anchor = world.engine().entra().get(exported.cs)?.anchor.to_string();
            let fate = match exported.answer.result {
                Ok(
                    outcome @ (Outcome::HardMatched | Outcome::SoftMatched(_) | Outcome::Restored),
                ) => Fate::Matched(outcome, exported.answer.key),
                Ok(_) => Fate::NotMatched,
                Err(_) => Fate::Failed,
            };
            Some((anchor, fate))
        }
        _ => None,
    });
    exported.collect()
}

/// Whether two worlds match alike: an object that fails in one of them says nothing.
fn match_alike(one: &SmallWorld, other: &SmallWorld) -> Result<(), TestCaseError> {
    let (one, other) = (fates(one), fates(other));
    for (anchor, fate) in &one {
        let same = other.get(anchor);
        if *fate != Fate::Failed && same != Some(&Fate::Failed) {
            prop_assert_eq!(same, Some(fate), "{}", anchor);
        }
    }
    Ok(())
}

fn pending(world: &World) -> BTreeSet<CsId> {
    let entries = world.engine().entra().iter();
    let waiting = entries.filter(|(_, entry)| entry.pending_export != PendingExport::None);
    waiting.map(|(id, _)| id).collect()
}

/// The objects of the forest that are joined to an account, with its key.
fn joined(world: &World) -> Vec<(Source, CloudKey)> {
    let engine = world.engine();
    let all = engine.metaverse().iter().filter_map(|(_, object)| {
        let entry = engine.entra().get(object.connector?)?;
        Some((object.source, entry.cloud?))
    });
    all.collect()
}

/// Everybody leaves the scope, as a wrong filter makes them.
fn nobody() -> Action {
    let scope = Scope {
        include: Vec::new(),
        exclude: vec![BASE.parse::<Dn>().expect("a name")],
        group: None,
    };
    Action::Configure(EngineChange::Scope(0, scope))
}

fn ad(change: AdChange) -> Action {
    Action::Ad { forest: 0, change }
}

fn title(object: ObjectId, title: &str) -> Action {
    ad(AdChange::Modify {
        object,
        changes: vec![Modification {
            attribute: AttributeId::TITLE,
            operation: Operation::Replace,
            values: vec![Value::from(title)],
        }],
    })
}

proptest! {
    /// The name of an object in the tenant's connector space is made of its anchor's text (R1.4),
    /// and no two objects of a type have the same one, character by character (R1.5, R6.1). The
    /// connectors are called as the product calls them (R6.10).
    #[test]
    fn the_connector_space_goes_by_anchors(small in small_worlds()) {
        let world = settled(&small);
        let mut seen = BTreeSet::new();
        for (_, entry) in world.engine().entra().iter() {
            let text = entry.anchor.to_string();
            let mut name = String::from("CN={");
            for byte in text.bytes() {
                let _ = write!(name, "{byte:02X}");
            }
            name.push('}');
            prop_assert_eq!(entry.anchor.connector_space_dn(), name);
            prop_assert!(seen.insert((entry.kind, text)));
        }
        let name = sim::manager::connector_name(&world, ConnectorId::Entra);
        let old = small.era == Era::DirSync2013;
        prop_assert!(old == (name == "Windows Azure Active Directory Connector"), "{}", name);
    }

    /// A cycle imports, synchronises and exports, the tenant before Active Directory (R6.9), each
    /// step once, with a status that has a name (R6.3, R6.12).
    #[test]
    fn a_cycle_has_its_order(small in small_worlds()) {
        let mut world = world_of(&small);
        let events = cycle(&mut world, CyclePolicy::Initial);
        let steps: Vec<(ConnectorId, Step)> =
            results(&events).iter().map(|it| (it.connector, it.step)).collect();
        prop_assert_eq!(steps, vec![
            (AD, Step::FullImport),
            (ConnectorId::Entra, Step::FullImport),
            (AD, Step::FullSynchronization),
            (ConnectorId::Entra, Step::FullSynchronization),
            (ConnectorId::Entra, Step::Export),
            (AD, Step::Export),
        ]);
        prop_assert!(results(&events).iter().all(|it| StepStatus::ALL.contains(&it.status)));
    }

    /// A staging server exports nothing, and keeps what it would export (R6.21).
    #[test]
    fn a_staging_server_changes_nothing(small in small_worlds()) {
        let mut world = world_of(&small);
        let before = shown(&world);
        world.apply(&Action::Configure(EngineChange::Staging(true)));
        let events = cycle(&mut world, CyclePolicy::Initial);
        prop_assert_eq!(shown(&world), before);
        let export = status(&events, ConnectorId::Entra, Step::Export);
        prop_assert_eq!(export, Some(StepStatus::NotRunStagingMode));
        let waiting = pending(&world);
        world.apply(&Action::Configure(EngineChange::Staging(false)));
        world.apply(&Action::Run { connector: ConnectorId::Entra, step: Step::Export });
        let mut plain = world_of(&small);
        let events = cycle(&mut plain, CyclePolicy::Initial);
        let exported = events.iter().filter(|event| {
            matches!(event, Event::Engine(EngineEvent::Exported(_)))
        });
        prop_assert_eq!(exported.count(), waiting.len());
    }

    /// The error of one object does not stop the others (R6.13): all that was pending is tried, and
    /// what failed stays pending and is tried at the next export (R6.14).
    #[test]
    fn what_fails_is_tried_again(small in small_worlds()) {
        let mut world = world_of(&small);
        for connector in [AD, ConnectorId::Entra] {
            for step in [Step::FullImport, Step::FullSynchronization] {
                world.apply(&Action::Run { connector, step });
            }
        }
        for _ in 0..3 {
            let waiting = pending(&world);
            let export = Action::Run { connector: ConnectorId::Entra, step: Step::Export };
            let (mut tried, mut failed) = (BTreeSet::new(), BTreeSet::new());
            for event in world.apply(&export) {
                if let Event::Engine(EngineEvent::Exported(exported)) = event {
                    tried.insert(exported.cs);
                    if exported.answer.result.is_err() {
                        failed.insert(exported.cs);
                    }
                }
            }
            prop_assert_eq!(&tried, &waiting);
            prop_assert_eq!(&failed, &pending(&world));
        }
    }

    /// Who leaves the scope leaves the metaverse (R5.3) and is deleted at the next export (R5.14):
    /// a user to the recycle bin, where it keeps its ImmutableId and its mailbox and frees its name
    /// (R5.17, R5.18, R5.23), a group or contact for good (R5.19). What the engine never had is
    /// left alone (R6.22), and what was staged by a changed filter shows at the full import
    /// (R5.13).
    #[test]
    fn who_leaves_the_scope_is_deleted(small in small_worlds()) {
        let mut world = settled(&small);
        let ours: BTreeMap<CloudKey, _> = joined(&world)
            .into_iter()
            .filter_map(|(_, key)| Some((key, world.tenant().object(key)?.clone())))
            .filter(|(_, object)| object.is_live() && object.is_synced())
            .collect();
        let others: Vec<_> = world
            .tenant()
            .objects()
            .filter(|(key, _)| !ours.contains_key(key))
            .map(|(key, object)| (key, object.state.clone()))
            .collect();
        world.apply(&nobody());
        cycle(&mut world, CyclePolicy::Delta);
        for key in ours.keys() {
            prop_assert!(world.tenant().object(*key).is_some_and(|it| it.is_live()));
        }
        cycle(&mut world, CyclePolicy::Initial);
        prop_assert_eq!(world.engine().metaverse().iter().count(), 0);
        for (key, before) in &ours {
            let Some(after) = world.tenant().object(*key) else {
                return Err(TestCaseError::fail("an object is forgotten"));
            };
            if before.kind.sync_type() != SyncObjectType::User {
                let purged = matches!(after.state, State::Purged { .. });
                prop_assert!(purged);
                continue;
            }
            prop_assert!(after.is_soft_deleted());
            prop_assert_eq!(after.on_premises.sync_enabled, Some(false));
            prop_assert_eq!(&after.on_premises.immutable_id, &before.on_premises.immutable_id);
            prop_assert_eq!(&after.mailbox, &before.mailbox);
            let name = before.user_principal_name.as_ref().map(|upn| upn.as_str().to_owned());
            let name = name.unwrap_or_default();
            let marked = after.graph_user_principal_name().map(|it| it.to_string());
            let id = after.id.to_string().replace('-', "");
            prop_assert_eq!(marked, Some(format!("{id}{name}")));
            prop_assert!(world.tenant().owners_of(&name).all(|owner| owner != *key));
        }
        for (key, state) in others {
            prop_assert_eq!(&world.tenant().object(key).map(|it| it.state.clone()), &Some(state));
        }
    }

    /// More deletions than the threshold says stop the whole export (R6.17, R6.19, R6.20); as many
    /// as it says do not (R6.18).
    #[test]
    fn the_threshold_stops_above_its_number(small in small_worlds(), threshold in 0u32..5) {
        let mut world = settled(&small);
        world.apply(&Action::Configure(EngineChange::DeletionThreshold(Some(threshold))));
        world.apply(&nobody());
        let before = shown(&world);
        let mut free = world.clone();
        free.apply(&Action::Configure(EngineChange::DeletionThreshold(None)));
        let deleted = cycle(&mut free, CyclePolicy::Initial);
        let deletes = deleted.iter().filter(|event| {
            matches!(event, Event::Engine(EngineEvent::Exported(one))
                if one.pending == PendingExport::Delete)
        });
        let deletes = deletes.count() as u32;
        let events = cycle(&mut world, CyclePolicy::Initial);
        let export = status(&events, ConnectorId::Entra, Step::Export);
        if deletes > threshold {
            prop_assert_eq!(export, Some(StepStatus::StoppedDeletionThresholdExceeded));
            prop_assert_eq!(shown(&world), before);
        } else {
            prop_assert_eq!(shown(&world), shown(&free));
        }
    }

    /// A delta cycle sees what changed in Active Directory as a full one does: attributes, and who
    /// was moved into and out of the scope (R6.2, R6.3, R6.7, R5.12, R5.15).
    #[test]
    fn a_delta_cycle_does_what_a_full_one_does(
        small in small_worlds(),
        moves in prop::collection::vec((0usize..8, 0u8..3), 1..5),
    ) {
        let mut world = settled(&small);
        let directory = &world.forests()[0];
        let unit = |name: &str| {
            directory.find(&format!("OU={name},{BASE}").parse().expect("a name"))
        };
        let units = [unit("Sync").expect("a unit"), unit("Park").expect("a unit")];
        let people: Vec<ObjectId> = directory
            .objects()
            .filter(|(_, object)| object.parent.is_some_and(|it| units.contains(&it)))
            .map(|(id, _)| id)
            .collect();
        if people.is_empty() {
            return Ok(());
        }
        for (place, what) in moves {
            let object = people[place % people.len()];
            world.apply(&match what {
                2 => title(object, "Clerk"),
                unit => ad(AdChange::Move {
                    object,
                    name: None,
                    parent: Some(units[usize::from(unit)]),
                }),
            });
        }
        let mut full = world.clone();
        cycle(&mut world, CyclePolicy::Delta);
        cycle(&mut full, CyclePolicy::Initial);
        prop_assert_eq!(shown(&world), shown(&full));
    }

    /// Where an import could not read something, nobody who is missing is taken for deleted (R6.4).
    #[test]
    fn what_can_not_be_read_deletes_nobody(small in small_worlds(), which in 0usize..8) {
        let mut world = settled(&small);
        let people: Vec<Source> = joined(&world).into_iter().map(|(source, _)| source).collect();
        if people.len() < 2 {
            return Ok(());
        }
        let unread = people[which % people.len()];
        let gone = people[(which + 1) % people.len()];
        world.apply(&Action::Configure(EngineChange::Readable(unread, false)));
        world.apply(&ad(AdChange::Delete { object: gone.object }));
        let events = cycle(&mut world, CyclePolicy::Initial);
        let import = results(&events).into_iter().find(|it| it.connector == AD);
        let import = import.expect("an import");
        prop_assert_eq!(import.status, StepStatus::CompletedDiscoveryErrors);
        prop_assert_eq!(import.counters.deletes, 0);
    }

    /// A user who was deleted in Active Directory and restored there keeps the anchor, and the
    /// account comes back with it (R5.20, R5.22), unless somebody has its names by now.
    #[test]
    fn who_is_restored_in_active_directory_comes_back(small in small_worlds(), which in 0usize..8) {
        let mut world = settled(&small);
        let people = joined(&world);
        let users: Vec<&(Source, CloudKey)> = people
            .iter()
            .filter(|(_, key)| world.tenant().object(*key).is_some_and(|object| {
                let anchor = object.on_premises.immutable_id.as_ref();
                let holders = anchor.map_or(0, |anchor| {
                    world.tenant().find_by_anchor(anchor, SyncObjectType::User).len()
                });
                // With two holders it is open which of them comes back.
                object.kind.is_user() && object.is_live() && object.is_synced() && holders == 1
            }))
            .collect();
        if users.is_empty() {
            return Ok(());
        }
        let (source, key) = *users[which % users.len()];
        world.apply(&ad(AdChange::Delete { object: source.object }));
        cycle(&mut world, CyclePolicy::Delta);
        cycle(&mut world, CyclePolicy::Delta);
        prop_assert!(world.tenant().object(key).is_some_and(|it| it.is_soft_deleted()));
        let parent = None;
        world.apply(&ad(AdChange::Restore { object: source.object, parent, name: None }));
        let events = cycle(&mut world, CyclePolicy::Delta);
        let refused = events.iter().any(|event| {
            matches!(event, Event::Engine(EngineEvent::Exported(one)) if one.answer.result.is_err())
        });
        let back = world.tenant().object(key).is_some_and(|it| it.is_live() && it.is_synced());
        prop_assert!(back || refused);
    }

    /// An account that is gone for good does not come back: who was in it gets another one, or none
    /// (R5.21, R5.25), once a full cycle has seen that it is gone (R6.6).
    #[test]
    fn who_was_purged_becomes_somebody_new(small in small_worlds(), which in 0usize..8) {
        let mut world = settled(&small);
        let people = joined(&world);
        if people.is_empty() {
            return Ok(());
        }
        let (source, key) = people[which % people.len()];
        world.apply(&Action::Cloud(CloudChange::Delete(key)));
        world.apply(&Action::Cloud(CloudChange::Purge(key)));
        let purged = world.tenant().object(key);
        prop_assume!(purged.is_some_and(|it| matches!(it.state, State::Purged { .. })));
        cycle(&mut world, CyclePolicy::Initial);
        cycle(&mut world, CyclePolicy::Initial);
        let now = joined(&world).into_iter().find(|(who, _)| *who == source);
        prop_assert!(now.is_none_or(|(_, other)| other != key));
    }

    /// The scheduler runs a cycle each time its interval is over, and none besides (R6.8).
    #[test]
    fn the_scheduler_keeps_its_interval(
        small in small_worlds(),
        interval in 1i64..90,
        length in 0i64..600,
    ) {
        let mut world = world_of(&small);
        let every = Some(SignedDuration::from_mins(interval));
        world.apply(&Action::Configure(EngineChange::Schedule(every)));
        let events = world.apply(&Action::Advance(SignedDuration::from_mins(length)));
        let started = events.iter().filter(|event| matches!(event, Event::CycleStarted { .. }));
        prop_assert_eq!(i64::try_from(started.count()), Ok(length / interval));
    }

    /// Licences are no condition of a match (R2.14l), and case counts in none (R2.12): giving
    /// everybody a licence, or writing every name in the tenant in capitals, leaves each match as
    /// it is.
    #[test]
    fn matches_ask_for_neither_licence_nor_case(small in small_worlds()) {
        let mut licensed = small.clone();
        for thing in licensed.things.iter_mut().filter(|thing| thing.kind == Kind::User) {
            thing.licensed = true;
        }
        match_alike(&small, &licensed)?;
        let mut loud = small.clone();
        for thing in &mut loud.things {
            thing.upn = thing.upn.as_ref().map(|upn| upn.to_uppercase());
            for proxy in &mut thing.proxies {
                if let Some((prefix, address)) = proxy.split_once(':') {
                    *proxy = format!("{prefix}:{}", address.to_uppercase());
                }
            }
        }
        match_alike(&small, &loud)?;
    }

    /// A soft match stamps the anchor on the account, which is synced from then on (R2.15), and
    /// records where it comes from (R2.28). The matched address is the account's primary one after
    /// the match, as it was before (R2.18).
    #[test]
    fn a_match_leaves_its_mark(small in small_worlds()) {
        let mut world = world_of(&small);
        let before = world.tenant().clone();
        let events = cycle(&mut world, CyclePolicy::Initial);
        for event in &events {
            let Event::Engine(EngineEvent::Exported(one)) = event else { continue };
            let Ok(Outcome::SoftMatched(_)) = one.answer.result else { continue };
            let Some(key) = one.answer.key else { continue };
            let after = world.tenant().object(key).expect("an account");
            let entry = world.engine().entra().get(one.cs).expect("an entry");
            prop_assert!(after.is_synced());
            prop_assert_eq!(after.on_premises.immutable_id.as_ref(), Some(&entry.anchor));
            prop_assert_eq!(after.on_premises.domain_name.as_deref(), Some("small.test"));
            prop_assert!(before.object(key).is_some_and(|it| !it.is_synced()));
        }
    }

    /// What the service derives is whole: one primary address, which `mail` repeats, a nickname,
    /// and nobody else's addresses (R4.3, R4.10, R4.11, R4.12); a withheld value is on nobody but
    /// its owner (R3.5, R3.10).
    #[test]
    fn what_is_derived_is_whole(small in small_worlds()) {
        let world = settled(&small);
        let tenant = world.tenant();
        for (key, object) in tenant.objects() {
            let sent = object.on_premises.shadow.is_some();
            if !object.is_live() || !object.is_synced() || !sent || !object.kind.is_user() {
                continue;
            }
            let primary: Vec<&str> = object
                .proxy_addresses
                .iter()
                .filter(|it| it.is_primary())
                .map(mock_cloud::ProxyAddress::address)
                .collect();
            prop_assert!(primary.len() <= 1, "{:?}", object.proxy_addresses);
            if let Some(primary) = primary.first() {
                prop_assert_eq!(object.mail.as_deref(), Some(*primary));
            }
            prop_assert!(object.mail_nickname.as_ref().is_some_and(|it| !it.is_empty()));
            for withheld in object.on_premises.provisioning_errors.iter() {
                let value = withheld.value.as_str();
                let value = value.split_once(':').map_or(value, |(_, address)| address);
                prop_assert!(tenant.owners_of(value).all(|owner| owner != key));
            }
        }
    }
}
