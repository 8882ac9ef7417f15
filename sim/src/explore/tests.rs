use super::{Answer, Bounds, Exploration, explore, replay};
use crate::judge::Property;
use crate::run::{known, load, run};
use crate::scenario::Scenario;
use mock_cloud::Profile;

const DUPLICATE: &str = include_str!("../../../scenarios/founding/duplicate-account.yaml");
const INVALID_SOFT_MATCH: &str =
    include_str!("../../../scenarios/founding/invalid-soft-match.yaml");

fn scenario(text: &str) -> Scenario {
    load("test.yaml", text, &known()).unwrap_or_else(|found| panic!("{found:?}"))
}

fn answer(text: &str, bounds: Bounds) -> Exploration {
    let scenario = scenario(text);
    let profile = Profile::from(scenario.profiles()[0]);
    explore("test.yaml", &scenario, profile, bounds).expect("a world")
}

fn property(found: &Exploration) -> Option<Property> {
    match &found.answer {
        Answer::Counterexample(found) => Some(found.violation.property),
        _ => None,
    }
}

fn with(explore: &str) -> String {
    format!("{DUPLICATE}explore: {explore}\n")
}

/// The founding procedure without one of its steps.
fn without(line: &str, explore: &str) -> String {
    let text = with(explore);
    assert!(text.contains(line), "{line}");
    text.replacen(&format!("  - {line}\n"), "", 1)
}

#[test]
fn the_invalid_soft_match_repair_converges_under_the_scheduler() {
    let text = format!("{INVALID_SOFT_MATCH}explore: {{ interleave: scheduler }}\n");
    let found = answer(&text, Bounds::default());
    assert_eq!(found.answer, Answer::Converges, "{found:#?}");
    assert!(found.reached.contains("hard-match"), "{:?}", found.reached);
}

#[test]
fn a_bound_that_is_hit_is_never_green() {
    let text = with("{ interleave: scheduler }");
    let bounds = Bounds {
        depth: Some(3),
        ..Bounds::default()
    };
    assert_eq!(answer(&text, bounds).answer, Answer::Inconclusive);
    let bounds = Bounds {
        states: 3,
        ..Bounds::default()
    };
    assert_eq!(answer(&text, bounds).answer, Answer::Inconclusive);
}

#[test]
fn an_exploration_goes_the_same_way_twice() {
    let text = with("{ interleave: scheduler, faults: { at-most: 1 } }");
    assert_eq!(
        answer(&text, Bounds::default()),
        answer(&text, Bounds::default())
    );
}

#[test]
fn the_owner_deleted_and_purged_breaks_kept() {
    let text = with("{ interleave: nothing }").replace(
        "  - remove-cloud-user: { user: j.doe-duplicate, purge: true }\n",
        "  - remove-cloud-user: { user: j.doe-mailbox }\n  \
         - remove-cloud-user: { user: j.doe-mailbox, purge: true }\n",
    );
    let found = answer(&text, Bounds::default());
    assert_eq!(property(&found), Some(Property::Kept), "{found:#?}");
}

#[test]
fn an_account_deleted_that_no_step_names_breaks_scoped_deletes() {
    // The duplicate stands in the world from the beginning, and no step names it.
    let text = "
scenario: Out of scope
world:
  profile: entra-2025
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    ann: { ou: OU=Staff, upn: ann@contoso.com }
  cloud:
    ann-cloud: { upn: ann@contoso.com, anchor-of: ann, synced: yes }
  belongs: { ann: ann-cloud }
steps:
  - move: { user: ann, to: OU=NotSynced }
  - sync: delta
explore: { interleave: scheduler }
";
    let found = answer(text, Bounds::default());
    assert_eq!(
        property(&found),
        Some(Property::ScopedDeletes),
        "{found:#?}"
    );
}

#[test]
fn an_immutable_id_never_set_is_a_trap() {
    let text = without(
        "set-immutable-id: { user: j.doe-mailbox, from: j.doe }",
        "{ interleave: nothing }",
    );
    let found = answer(&text, Bounds::default());
    assert_eq!(property(&found), Some(Property::NoTrap), "{found:#?}");
}

#[test]
fn the_last_administrator_taken_away_breaks_admin_left() {
    let text = "
scenario: The last administrator
world:
  profile: entra-2025
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  cloud:
    root: { upn: root@contoso.com, roles: [Global Administrator] }
steps:
  - remove-role: { user: root, role: Global Administrator }
explore: { interleave: nothing }
";
    let found = answer(text, Bounds::default());
    assert_eq!(property(&found), Some(Property::AdminLeft), "{found:#?}");
}

#[test]
fn a_scheduler_left_stopped_is_a_trap() {
    let text = format!("{INVALID_SOFT_MATCH}explore: {{ interleave: scheduler }}\n").replacen(
        "steps:\n",
        "steps:\n  - stop-scheduler\n",
        1,
    );
    let found = answer(&text, Bounds::default());
    assert_eq!(property(&found), Some(Property::NoTrap), "{found:#?}");
}

#[test]
fn a_counterexample_replays_and_runs() {
    let text = without(
        "set-immutable-id: { user: j.doe-mailbox, from: j.doe }",
        "{ interleave: scheduler }",
    );
    let found = answer(&text, Bounds::default());
    let Answer::Counterexample(bad) = &found.answer else {
        panic!("{found:#?}");
    };
    let again = replay(
        "test.yaml",
        &scenario(&text),
        found.profile,
        &bad.path,
        None,
    );
    let again = again.expect("a trace");
    assert_eq!(again, bad.trace[..again.len()]);
    assert!(replay("test.yaml", &scenario(&text), found.profile, "99", None).is_err());
    let written = scenario(&bad.scenario);
    let profile = Profile::from(written.profiles()[0]);
    assert!(!run("counterexample.yaml", &written, profile).passed());
}

#[test]
fn the_counterexample_of_a_second_run_can_be_read_as_a_scenario() {
    let text = with("{ interleave: scheduler, faults: { at-most: 1 }, expect: loses }");
    let found = answer(&text, Bounds::default());
    assert_eq!(
        property(&found),
        Some(Property::ScopedDeletes),
        "{found:#?}"
    );
    let Answer::Counterexample(bad) = &found.answer else {
        return;
    };
    let written = scenario(&bad.scenario);
    assert!(!run("counterexample.yaml", &written, found.profile).passed());
}

#[test]
fn every_mess_of_one_person_and_two_accounts_is_repaired_whatever_goes_wrong() {
    let messes = crate::mess::all(crate::mess::Scope {
        people: 1,
        cloud: 2,
        oddities: 2,
    });
    assert!(messes.len() > 100, "{}", messes.len());
    for profile in Profile::ALL {
        let tally = super::messes(&messes, profile, 1, 50_000).expect("worlds");
        assert_eq!(tally.word(), "converges", "{:#?}", tally.failures.first());
        assert_eq!(tally.messes, messes.len());
    }
}

#[test]
fn messes_searched_together_and_alone_come_to_the_same() {
    let messes = crate::mess::sample(2, 3, 5, 6);
    let together = super::messes(&messes, Profile::Entra2025, 1, 50_000).expect("worlds");
    let mut alone = 0;
    for mess in &messes {
        let scenario = mess.scenario(Profile::Entra2025, 1);
        let found = explore(
            "mess.yaml",
            &scenario,
            Profile::Entra2025,
            Bounds::default(),
        );
        alone += usize::from(found.expect("a world").answer == Answer::Converges);
    }
    assert_eq!(together.converge, alone);
}

/// Messes beyond the bound of what is exhausted, each of which showed something that the planner or
/// the engine did wrong.
#[test]
fn messes_that_once_found_no_way_out_are_repaired() {
    use crate::mess::{Anchor, Mess, Of, Synced, Thing};
    let nobody = Thing::plain(None);
    let of = |person| Thing::plain(Some(person));
    // Names that become free would join bob to nobody's account, were ann let go first.
    let names_in_between = Mess {
        people: vec![false, true],
        things: vec![
            Thing {
                upn: Of::Person(1),
                ..nobody
            },
            Thing {
                primary: Some(Of::Person(1)),
                anchor: Anchor::Person(0),
                ..of(1)
            },
        ],
    };
    // Restored for bob, the account of nobody would have to go again for ann's address.
    let restored_in_vain = Mess {
        people: vec![true, true],
        things: vec![
            Thing {
                primary: Some(Of::Person(0)),
                anchor: Anchor::Person(1),
                synced: Synced::Yes,
                deleted: true,
                ..nobody
            },
            of(0),
        ],
    };
    // An export that fails before an import has seen the object of its anchor.
    let seen_too_late = Mess {
        people: vec![true],
        things: vec![
            Thing {
                anchor: Anchor::Person(0),
                synced: Synced::Yes,
                deleted: true,
                holds: true,
                ..nobody
            },
            Thing {
                primary: Some(Of::Person(0)),
                ..of(0)
            },
        ],
    };
    let messes = [names_in_between, restored_in_vain, seen_too_late];
    for profile in Profile::ALL {
        let tally = super::messes(&messes, profile, 2, 50_000).expect("worlds");
        assert_eq!(
            tally.converge,
            messes.len(),
            "{:#?}",
            tally.failures.first()
        );
    }
}

/// Messes are enumerated up to the names of people. Within a search people are not exchanged: the
/// planner takes them in order, and so does the engine, by its seed.
#[test]
fn what_people_are_called_changes_no_answer() {
    let messes = crate::mess::all(crate::mess::Scope {
        people: 2,
        cloud: 2,
        oddities: 1,
    });
    let mut all: Vec<crate::mess::Mess> = Vec::new();
    for mess in &messes {
        all.extend(mess.renamings());
    }
    assert!(all.len() > messes.len() * 3 / 2, "{}", all.len());
    for profile in [Profile::DirSync2013, Profile::Entra2026] {
        for some in [&messes, &all] {
            let tally = super::messes(some, profile, 1, 50_000).expect("worlds");
            assert_eq!(tally.converge, some.len(), "{profile}");
        }
    }
}

#[test]
fn an_export_that_breaks_off_leaves_the_rest_for_the_next() {
    use crate::engine::{ConnectorId, CyclePolicy, Step};
    use crate::world::Action;
    let mess = crate::mess::Mess {
        people: vec![true, true],
        things: Vec::new(),
    };
    let profile = Profile::Entra2025;
    let scenario = mess.scenario(profile, 0);
    let (runner, _) = crate::run::Runner::start("mess.yaml", &scenario, profile).expect("a world");
    let mut world = runner.world().clone();
    let before = world.tenant().objects().len();
    for step in [Step::FullImport, Step::FullSynchronization] {
        let connector = ConnectorId::Ad(0);
        world.apply(&Action::Run { connector, step });
    }
    assert_eq!(world.engine().entra().pending_exports(), 2);
    world.apply(&Action::BrokenExport(1));
    assert_eq!(world.engine().entra().pending_exports(), 1);
    assert_eq!(world.tenant().objects().len(), before + 1);
    world.apply(&Action::Cycle(CyclePolicy::Delta));
    assert_eq!(world.engine().entra().pending_exports(), 0);
    assert_eq!(world.tenant().objects().len(), before + 2);
}
