use std::collections::BTreeMap;
use std::fmt::Write as _;

use mock_ad::directory::{AttributeId, Value};
use mock_cloud::{CloudKey, Profile};
use store::Entropy;

use super::{Bounds, Length, Owners, Plan, Planning, owners, scenario};
use crate::engine::{CyclePolicy, Scope};
use crate::judge::GroundTruth;
use crate::repair::tests::verb;
use crate::repair::{Aim, End, What, missing};
use crate::run::{Runner, known, load, run};
use crate::world::{Action, AdChange, EngineChange, Event, World};

/// So many people with a duplicate each, and one with whom all is well.
fn duplicates(count: usize, profile: Profile, more: &str) -> (World, Runner<'static>) {
    let mut text = format!(
        "scenario: Duplicates\nworld:\n  profile: {}\n  engine: {{ scope: [OU=Staff] }}\n  \
         tenant: {{ initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }}\n  \
         ous: [OU=NotSynced]\n  ad:\n    well: {{ ou: OU=Staff, upn: well@contoso.com }}\n",
        profile.name()
    );
    let line = |place: usize| {
        format!(
            "    p{place}: {{ ou: OU=Staff, upn: p{place}@contoso.com, \
             smtp: [p{place}@contoso.com] }}\n"
        )
    };
    text.extend((0..count).map(line));
    text.push_str("  cloud:\n    root: { roles: [Global Administrator] }\n");
    for place in 0..count {
        let _ = writeln!(
            text,
            "    own{place}: {{ upn: old{place}@contoso.onmicrosoft.com, mailbox: true, \
             licences: [E3] }}"
        );
    }
    text.push_str(more);
    text.push_str("  belongs:\n");
    for place in 0..count {
        let _ = writeln!(text, "    p{place}: own{place}");
    }
    text.push_str("steps: [sync: initial]\n");
    let scenario = load("duplicates.yaml", &text, &known()).expect("a scenario");
    let (runner, _) = Runner::start("duplicates.yaml", &scenario, profile).expect("a world");
    let mut world = runner.world().clone();
    world.apply(&Action::Cycle(CyclePolicy::Initial));
    (world, runner)
}

fn planned(world: &World, runner: &Runner<'static>) -> Plan {
    planned_within(world, runner, Bounds::default())
}

fn planned_within(world: &World, runner: &Runner<'static>, bounds: Bounds) -> Plan {
    let mut planning = Planning::new(world, runner.belongs());
    while let Some(round) = planning.round() {
        let components = round.components();
        let solved: Vec<_> = components
            .iter()
            .map(|it| round.solve(it, bounds))
            .collect();
        let mut proven = BTreeMap::new();
        let settled = components.iter().zip(&solved).map(|(component, solution)| {
            let proven = proven
                .entry(solution.pattern)
                .or_insert_with(|| round.prove(component, bounds));
            round.settle(solution, proven)
        });
        let settled = settled.collect();
        planning.carry_out(settled, &proven);
    }
    planning.finish()
}

#[test]
fn components_are_planned_apart_and_share_their_cycles() {
    for profile in Profile::ALL {
        let (world, runner) = duplicates(3, profile, "");
        let plan = planned(&world, &runner);
        assert!(plan.is_sound(), "{profile}: {plan:#?}");
        assert_eq!(plan.cases.len(), 3, "{profile}");
        assert_eq!(
            plan.patterns().len(),
            1,
            "{profile}: they differ in names only"
        );
        let alone = duplicates(1, profile, "");
        let alone = planned(&alone.0, &alone.1);
        assert_eq!(plan.cycles, alone.cycles, "{profile}");
        let proof = plan.cases[0].proven.as_ref().map(|it| &it.proof);
        assert!(
            proof.is_some_and(crate::explore::Proof::holds),
            "{profile}: {proof:?}"
        );
    }
}

#[test]
fn no_cycle_deletes_more_than_the_service_lets_pass() {
    let (mut world, runner) = duplicates(5, Profile::Entra2025, "");
    let threshold = crate::world::EngineChange::DeletionThreshold(Some(2));
    world.apply(&Action::Configure(threshold));
    let plan = planned(&world, &runner);
    assert!(plan.is_sound(), "{plan:#?}");
    for cycle in 1..=plan.cycles {
        let here = plan.steps.iter().filter(|step| step.cycle == cycle);
        let deletes = here.filter(|it| matches!(it.step.what, What::MoveOut { .. }));
        assert!(deletes.count() <= 2);
    }
}

#[test]
fn a_plan_runs_as_the_scenario_that_it_is_written_as() {
    for profile in Profile::ALL {
        let (world, runner) = duplicates(2, profile, "");
        let plan = planned(&world, &runner);
        let text = scenario(&plan, "duplicates").expect("a scenario");
        let read = load("plan.yaml", &text, &known());
        let read =
            read.unwrap_or_else(|found| panic!("{}", crate::scenario::render(&found, &text)));
        let verdict = run("plan.yaml", &read, profile);
        assert!(
            verdict.passed(),
            "{}\n{text}",
            crate::scenario::render(&verdict.failures, &text)
        );
        assert!(verdict.steps > 4);
    }
}

/// The small worlds of a plan, and the scenario that it becomes, have the engine of the large one:
/// the group of a pilot (R5.12) and the product (R6.23).
#[test]
fn a_plan_is_made_for_the_engine_that_is_there() {
    let (mut world, runner) = duplicates(3, Profile::Entra2025, "");
    let directory = &world.forests()[0];
    let dn = |name: &str| format!("CN={name},OU=Staff,DC=contoso,DC=test");
    let member = |name: &str| Value::from(dn(name).as_str());
    let add = AdChange::Add {
        dn: dn("Pilot").parse().expect("a name"),
        attributes: vec![
            (AttributeId::OBJECT_CLASS, vec![Value::from("group")]),
            (AttributeId::SAM_ACCOUNT_NAME, vec![Value::from("Pilot")]),
            (
                AttributeId::MEMBER,
                vec![member("p0"), member("p1"), member("well")],
            ),
        ],
        guid: None,
    };
    let include = vec!["OU=Staff,DC=contoso,DC=test".parse().expect("a name")];
    assert!(directory.find(&include[0]).is_some());
    world.apply(&Action::Ad {
        forest: 0,
        change: add,
    });
    let scope = Scope {
        include,
        exclude: Vec::new(),
        group: Some(dn("Pilot").parse().expect("a name")),
    };
    world.apply(&Action::Configure(EngineChange::Scope(0, scope)));
    world.apply(&Action::Cycle(CyclePolicy::Initial));
    let plan = planned(&world, &runner);
    let helped = plan.cases.iter().filter(|it| it.left.is_empty()).count();
    assert_eq!(helped, 2, "those in the group");
    let text = scenario(&plan, "pilot").expect("a scenario");
    assert!(text.contains("group: Pilot"), "{text}");
    let read = load("plan.yaml", &text, &known());
    let read = read.unwrap_or_else(|found| panic!("{}", crate::scenario::render(&found, &text)));
    let verdict = run("plan.yaml", &read, Profile::Entra2025);
    let failures = crate::scenario::render(&verdict.failures, &text);
    assert!(verdict.passed(), "{failures}\n{text}");
}

#[test]
fn what_needs_a_decision_is_said_and_the_rest_is_planned() {
    // The account of one of the people is gone for good before anything is planned.
    let (mut world, runner) = duplicates(2, Profile::Entra2025, "");
    let own = runner.named("own1").expect("an account");
    world.apply(&Action::Cloud(crate::world::CloudChange::Delete(own)));
    world.apply(&Action::Cloud(crate::world::CloudChange::Purge(own)));
    let plan = planned(&world, &runner);
    assert!(!plan.is_sound());
    let stuck = plan
        .cases
        .iter()
        .filter(|it| matches!(it.solution.end, End::Stuck(_)));
    assert_eq!(stuck.count(), 1, "{plan:#?}");
    assert!(
        plan.decisions()
            .any(|(_, it)| it.text.contains("gone for good"))
    );
    let done = plan
        .cases
        .iter()
        .filter(|it| it.solution.end == End::Done && it.left.is_empty());
    assert_eq!(done.count(), 1);
}

#[test]
fn accounts_are_inferred_only_where_nothing_else_can_be_meant() {
    let more =
        "    spare: { upn: spare@contoso.com, smtp: ['smtp:p0@contoso.com'], mailbox: true }\n";
    let (world, runner) = duplicates(2, Profile::AadConnect2017, more);
    let Owners {
        exact,
        likely,
        ambiguous,
    } = owners(&world);
    let of = |name: &str| {
        runner
            .ad_by_name()
            .into_iter()
            .find(|(_, it)| it == name)
            .map(|it| it.0)
    };
    let (well, p0, p1) = (of("well"), of("p0"), of("p1"));
    let (well, p0, p1) = (well.expect("one"), p0.expect("one"), p1.expect("one"));
    assert!(
        exact.contains_key(&well) && exact.contains_key(&p1),
        "{exact:?}"
    );
    // A twin that holds nothing, and a mailbox that has the address as an alias.
    assert_eq!(
        likely.get(&p0).copied(),
        runner.named("spare"),
        "{likely:?} {ambiguous:?}"
    );
}

#[test]
fn a_duplicate_takes_the_steps_of_the_founding_procedure_and_no_list_is_shorter() {
    for profile in Profile::ALL {
        let (world, runner) = duplicates(3, profile, "");
        let plan = planned(&world, &runner);
        assert!(plan.is_sound(), "{plan:#?}");
        for case in &plan.cases {
            let steps = case.solution.steps.iter();
            let verbs: Vec<&str> = steps.map(|step| verb(&step.what)).collect();
            let founding = ["out", "cycle", "purge", "id", "back", "cycle"];
            assert_eq!(verbs, founding, "{profile}");
            assert_eq!(case.solution.length, Some(Length::Shortest), "{profile}");
        }
    }
}

#[test]
fn a_search_that_is_cut_short_claims_nothing() {
    let (world, runner) = duplicates(1, Profile::Entra2025, "");
    let bounds = Bounds {
        states: 8,
        ..Bounds::default()
    };
    let mut planning = Planning::new(&world, runner.belongs());
    let round = planning.round().expect("something to do");
    let component = &round.components()[0];
    let proven = round.prove(component, bounds);
    assert_eq!(proven.shorter.length, Length::Unknown);
    assert_eq!(proven.shorter.searched, 40);
}

/// Lists are searched for in small worlds, one for each pattern. Here all of a mess are carried out
/// in the whole world, with cycles of the scheduler at places that nobody chose.
#[test]
fn lists_of_random_messes_end_well_whenever_the_scheduler_runs() {
    let bounds = Bounds {
        states: 1_000,
        ..Bounds::default()
    };
    let (mut carried_out, mut found) = (0, 0);
    for profile in Profile::ALL {
        for mess in crate::mess::sample(2, 3, 11, 40) {
            let scenario = mess.scenario(profile, 0);
            let (runner, _) = Runner::start("mess.yaml", &scenario, profile).expect("a world");
            let plan = planned_within(runner.world(), &runner, bounds);
            let mut lengths = plan.cases.iter().map(|it| it.solution.length);
            if !plan.is_sound() || lengths.any(|it| it == Some(Length::Loop)) {
                continue;
            }
            let proven = plan.cases.iter().filter_map(|it| it.proven.as_ref());
            found += proven.filter(|it| it.shorter.chosen.is_some()).count();
            for seed in 0..4 {
                let bad = carried_out_with(&plan, seed);
                assert_eq!(bad, None, "{profile}, seed {seed}: {mess:?}\n{plan:#?}");
                carried_out += 1;
            }
        }
    }
    assert!(carried_out > 200, "{carried_out}");
    assert!(found > 10, "{found}");
}

/// What goes wrong where the scheduler runs after steps that the seed says.
fn carried_out_with(plan: &Plan, seed: u64) -> Option<String> {
    let mut entropy = Entropy::new(seed);
    let mut world = plan.start.clone();
    for _ in 0..super::case::SETTLE {
        world.apply(&Action::Cycle(CyclePolicy::Initial));
    }
    let aim = Aim::of(&world, plan.belongs.clone());
    let mut truth = GroundTruth::of(&world, plan.belongs.clone());
    let mut act = |action: &Action, named: Option<CloudKey>| {
        truth.named.extend(named);
        let events = world.apply(action);
        truth.note(&world);
        truth.forget(&world);
        let refused =
            |event: &&Event| matches!(event, Event::AdRefused(_) | Event::CloudRefused(_));
        let refused = events
            .iter()
            .find(refused)
            .map(|event| format!("{event:?}"));
        let harm = || truth.violation(&world).map(|it| it.found);
        refused.or_else(harm)
    };
    for step in &plan.steps {
        for _ in 0..entropy.next_u64() % 3 {
            let cycle = Action::Cycle(CyclePolicy::Delta);
            if let Some(bad) = act(&cycle, None) {
                return Some(format!("a cycle before step {}: {bad}", step.text));
            }
        }
        if let Some(bad) = act(&step.step.action(), step.step.names()) {
            return Some(format!("{}: {bad}", step.text));
        }
    }
    missing(&world, &aim)
}
