//! Labs as values: what is drawn, played, scored and refused.

use std::fmt::Write as _;

use mock_cloud::Profile;

use super::{Forecast, Lab, Level, Proof, Session, check_file, is_lab, load, prove, schema_json};
use crate::run::{Words, known};
use crate::scenario::render;

/// A lab that is right; the tests spoil it.
const LAB: &str = r"lab: T1
title: A twin
goal: To learn what a twin is.
vary:
  jane: person
  firm: company
brief: <jane.name> is there twice.
world:
  profiles: [entra-2025, entra-2026]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: <firm.initial>, verified: [<firm.domain>] }
  ous: [OU=Out]
  ad:
    <jane.sam>: { ou: OU=Staff, upn: <jane.local>@<firm.domain> }
  cloud:
    own: { upn: <jane.short>@<firm.initial>, mailbox: true, licences: [E3] }
  belongs: { <jane.sam>: own }
before:
  - sync: delta
  - expect: { provisioned: { for: <jane.sam>, as: twin } }
  - sync: delta
picture:
  rows: [{ ad: <jane.sam>, cloud: own }, { cloud: twin, state: gone }]
win:
  - { name: mailbox, met: kept, missed: gone, expect: [kept: own] }
  - { name: link, met: made, expect: [joined: { ad: <jane.sam>, cloud: own }] }
losses:
  - { name: signed out, hazard: W06, costs: 7, because: She was away. }
predict:
  - { cycle: 1, about: <jane.sam> }
hints:
  - { stage: Clear, until: [purged: twin], concept: It holds it., object: twin, command: purge it }
  - { stage: Match, concept: Set the id., object: own, command: set it }
par: { commands: 4, cycles: 3, irreversible: 1 }
solve:
  - move: { user: <jane.sam>, to: OU=Out }
  - sync: delta
  - sync: delta
  - remove-cloud-user: { user: twin, purge: true }
  - set-immutable-id: { user: own, from: <jane.sam> }
  - move: { user: <jane.sam>, to: OU=Staff }
  - sync: delta
traps:
  - name: Purging the wrong one
    steps: [remove-cloud-user: { user: own }, remove-cloud-user: { user: own, purge: true }]
    costs: [data, goal]
debrief:
  - { says: It is tried once., hazards: [W01] }
";

fn words() -> Words {
    known()
}

fn lab(seed: u64) -> Lab {
    match load("t.yaml", LAB, seed, &words()) {
        Ok(lab) => lab,
        Err(found) => panic!("{}", render(&found, LAB)),
    }
}

fn proof(source: &str) -> Proof {
    let lab = match load("t.yaml", source, 3, &words()) {
        Ok(lab) => lab,
        Err(found) => panic!("{}", render(&found, source)),
    };
    prove("t.yaml", &lab, Profile::Entra2026, &mut |_, _, _| {})
}

fn codes(proof: &Proof) -> Vec<&'static str> {
    proof.failures.iter().map(|failure| failure.code).collect()
}

fn session() -> Session {
    let begun = Session::begin("t.yaml", &lab(3), Profile::Entra2026, &mut |_, _, _| {});
    begun.expect("the lab begins")
}

/// The name of the only object, which is drawn.
fn jane(session: &Session) -> String {
    session
        .present()
        .into_iter()
        .find_map(|seen| seen.ad)
        .expect("one object")
}

#[track_caller]
fn take(session: &mut Session, text: &str) -> super::Came {
    let text = text.replace("JANE", &jane(session));
    let steps = session.read(&text, &words());
    let steps = steps.unwrap_or_else(|found| panic!("{}", render(&found, &text)));
    session.take(&steps).expect("the step can be taken")
}

#[test]
fn a_lab_that_is_right_is_proved() {
    let proof = proof(LAB);
    assert_eq!(codes(&proof), [""; 0], "{}", render(&proof.failures, LAB));
    assert_eq!(proof.solved.map(|report| report.score), Some(100));
    assert!(is_lab(LAB) && !is_lab("scenario: x\n"));
}

#[test]
fn a_solution_that_does_not_solve_is_found() {
    let broken = LAB.replace(
        "  - set-immutable-id: { user: own, from: <jane.sam> }\n",
        "",
    );
    assert_eq!(codes(&proof(&broken)), ["not-won"]);
    let refused = LAB.replace("user: twin, purge: true }\n", "user: own, purge: true }\n");
    assert_eq!(codes(&proof(&refused)), ["step-refused"]);
    let slow = LAB.replace("commands: 4", "commands: 2");
    let found = proof(&slow);
    assert_eq!(codes(&found), ["solution-loses-points"]);
    let wasteful = LAB.replace(", irreversible: 1", "");
    assert_eq!(codes(&proof(&wasteful)), ["solution-loses-points"]);
}

#[test]
fn a_lab_that_is_won_before_is_found() {
    let won = LAB.replace("[joined: { ad: <jane.sam>, cloud: own }]", "[kept: own]");
    assert_eq!(codes(&proof(&won)), ["won-before"]);
}

#[test]
fn a_trap_that_costs_nothing_is_found() {
    let harmless = LAB.replace("costs: [data, goal]", "costs: guards");
    assert_eq!(codes(&proof(&harmless)), ["harmless-trap"]);
}

#[test]
fn the_same_seed_gives_the_same_lab_and_another_does_not() {
    assert_eq!(lab(5), lab(5));
    assert_ne!(lab(5).brief, lab(6).brief);
    let fingerprint = |seed| {
        let lab = lab(seed);
        prove("t.yaml", &lab, Profile::Entra2025, &mut |_, _, _| {}).fingerprint
    };
    assert_eq!(fingerprint(5), fingerprint(5));
    assert_ne!(fingerprint(5), fingerprint(6));
}

#[test]
fn a_trap_costs_points_and_can_be_undone() {
    let mut session = session();
    let before = session.report();
    take(&mut session, "remove-cloud-user: { user: own }");
    take(
        &mut session,
        "remove-cloud-user: { user: own, purge: true }",
    );
    let report = session.report();
    assert_eq!(report.points_of("data"), -25);
    assert!(report.score < before.score, "{report:?}");
    assert!(
        report
            .findings
            .iter()
            .any(|it| it.name == "mailbox" && it.words == "gone")
    );
    assert_eq!(session.undo(2), 2);
    assert_eq!(session.report(), before);
    assert_eq!(session.undone(), 2);
    assert_eq!(session.undo(9), 0);
}

#[test]
fn hints_come_in_three_levels_and_cost_once() {
    let mut session = session();
    let levels: Vec<Level> = (0..4)
        .filter_map(|_| Some(session.hint(None)?.level))
        .collect();
    assert_eq!(
        levels,
        [
            Level::Concept,
            Level::Object,
            Level::Command,
            Level::Command
        ]
    );
    assert_eq!(session.report().points_of("hints"), -21);
    assert_eq!(session.stage(), Some(0));
    for step in [
        "move: { user: JANE, to: OU=Out }",
        "sync: delta",
        "sync: delta",
        "remove-cloud-user: { user: twin, purge: true }",
    ] {
        take(&mut session, step);
    }
    assert_eq!(session.stage(), Some(1));
    assert_eq!(
        session.hint(None).map(|hint| hint.stage),
        Some("Match".to_owned())
    );
}

#[test]
fn predictions_are_decided_by_the_cycle() {
    let mut session = session();
    let name = jane(&session);
    let steps = session.read("sync: delta", &words()).expect("a step");
    assert_eq!(session.open_questions(&steps).len(), 1);
    session
        .announce(&name, Forecast::Delete)
        .expect("the name is known");
    assert!(session.announce("nobody", Forecast::Delete).is_err());
    assert_eq!(session.open_questions(&steps), [] as [&super::Question; 0]);
    take(&mut session, "move: { user: JANE, to: OU=Out }");
    let came = take(&mut session, "sync: delta");
    assert_eq!(came.predicted.len(), 1);
    assert!(came.predicted[0].is_right(), "{:?}", came.predicted);
    assert_eq!(session.report().predicted_right, 1);
    // Undone and run again, it is not decided anew.
    session.undo(1);
    assert_eq!(take(&mut session, "sync: delta").predicted, []);
    assert!(
        "delte"
            .parse::<Forecast>()
            .expect_err("a slip")
            .contains("`delete`")
    );
}

#[test]
fn a_prediction_is_decided_by_whatever_takes_objects_to_the_tenant() {
    let mut session = session();
    take(&mut session, "set-engine: { schedule: every 30m }");
    let asked = |step: &str| {
        let steps = session.read(step, &words()).expect("a step");
        session.open_questions(&steps).len()
    };
    assert_eq!(asked("run-profile: { connector: entra, run: export }"), 1);
    assert_eq!(
        asked("run-profile: { connector: entra, run: full-import }"),
        0
    );
    assert_eq!(asked("wait: 31m"), 1, "the scheduler fires");
    assert_eq!(asked("wait: 1s"), 0);
    let mut waiting = session.clone();
    let name = jane(&waiting);
    let known = waiting.announce(&name, Forecast::Unchanged);
    known.expect("the name is known");
    let import = "run-profile: { connector: entra, run: full-import }";
    assert_eq!(take(&mut waiting, import).predicted, []);
    let came = take(&mut waiting, "wait: 31m");
    assert!(came.predicted[0].is_right(), "{:?}", came.predicted);
    assert_eq!(waiting.deeds().cycles, 0, "no cycle was asked for");
    let next = waiting.read("sync: delta", &words()).expect("a step");
    assert_eq!(waiting.open_questions(&next), [] as [&super::Question; 0]);
}

#[test]
fn an_unanswered_question_counts_as_wrong() {
    let mut session = session();
    take(&mut session, "sync: delta");
    assert_eq!(
        (session.report().predicted_right, session.report().predicted),
        (0, 1)
    );
}

#[test]
fn what_was_refused_counts_and_changes_nothing() {
    let mut session = session();
    let before = session.world().fingerprint();
    let came = take(&mut session, "set-immutable-id: { user: own, from: JANE }");
    assert_eq!(came.refused.map(|refused| refused.status), Some(400));
    assert_eq!(session.deeds().refused, 1);
    assert_eq!(session.world().fingerprint(), before);
}

#[test]
fn accounts_that_come_about_can_be_named() {
    let mut session = session();
    take(
        &mut session,
        "create-cloud-user: { name: second, upn: second@nowhere.onmicrosoft.com }",
    );
    let name = jane(&session);
    take(&mut session, "move: { user: JANE, to: OU=Out }");
    take(&mut session, "[sync: delta, sync: delta]");
    take(
        &mut session,
        "remove-cloud-user: { user: twin, purge: true }",
    );
    take(&mut session, "move: { user: JANE, to: OU=Staff }");
    take(&mut session, "sync: delta");
    let seen = session
        .present()
        .into_iter()
        .find(|seen| seen.ad.as_ref() == Some(&name));
    let account = seen.and_then(|seen| seen.account).expect("an account");
    assert!(account.name.contains('@'), "{account:?}");
    let came = take(
        &mut session,
        &format!("assign-licence: {{ user: {}, licence: E3 }}", account.name),
    );
    assert_eq!(came.refused, None);
}

#[test]
fn commands_are_read_with_the_words_of_the_world() {
    let session = session();
    let said = |text: &str| {
        let found = session.read(text, &words()).expect_err(text);
        render(&found, text)
    };
    assert!(said("remove-cloud-user: { user: twim }").contains("did you mean `twin`?"));
    assert!(said("moev: { user: x, to: OU=Out }").contains("did you mean `move`?"));
    assert!(said("move: { user: twin, to: OU=Out }").contains("is a cloud account"));
    let mut session = self::session();
    let text = format!("move: {{ user: {}, to: OU=Owt }}", jane(&session));
    let steps = session.read(&text, &words()).expect("steps");
    let found = session.take(&steps).expect_err("no such container");
    assert!(render(&found, &text).contains("`OU=Out`, `OU=Staff`"));
}

#[test]
fn the_committed_schema_is_up_to_date() {
    let committed = include_str!("../../../scenarios/labs/lab.schema.json");
    assert!(
        committed == schema_json(),
        "scenarios/labs/lab.schema.json is stale: \
         run `cargo run -- lab schema > scenarios/labs/lab.schema.json`"
    );
}

/// One mistake each, and one clear error each.
#[test]
fn files_that_are_wrong() {
    let variants = "variants:\n  - name: a\n    brief: Hello <jane.nam>.\n  - name: b\n";
    let cases = [
        ("empty", String::new()),
        ("no lab", LAB.replacen("lab: T1\n", "", 1)),
        ("unknown key", LAB.replace("\nbrief:", "\nbreif:")),
        (
            "unknown placeholder",
            LAB.replace("brief: <jane.name>", "brief: <jane.nome>"),
        ),
        (
            "placeholder in a variant",
            LAB.replace("\nbrief:", &format!("\n{variants}brief:")),
        ),
        ("unknown draw", LAB.replace("jane: person", "jane: persona")),
        (
            "nothing to draw",
            LAB.replace("  firm: company", "  x: { one-of: [] }\n  firm: company"),
        ),
        (
            "bounds",
            LAB.replace(
                "  firm: company",
                "  n: { number: { from: 9, to: 2 } }\n  firm: company",
            ),
        ),
        ("no such account", LAB.replace("[kept: own]", "[kept: owm]")),
        (
            "account of the solution",
            LAB.replace(
                "  - sync: delta\n  - sync: delta\n  - remove",
                "  - create-cloud-user: { name: more }\n  - remove",
            )
            .replace("[kept: own]", "[kept: more]"),
        ),
        (
            "no such step",
            LAB.replace("  - set-immutable-id:", "  - set-imutable-id:"),
        ),
        (
            "no such cost",
            LAB.replace("costs: [data, goal]", "costs: [date]"),
        ),
        (
            "no such rule",
            LAB.replace("hazards: [W01]", "rules: [R2.99]"),
        ),
        ("no such hazard", LAB.replace("hazard: W06", "hazard: W99")),
        ("loss of nothing", LAB.replace("hazard: W06, ", "")),
        ("nothing to win", LAB.replace("win:\n", "was:\n")),
        (
            "question about nobody",
            LAB.replace("about: <jane.sam>", "about: john"),
        ),
        ("two documents", format!("{LAB}---\nlab: T2\n")),
        ("duplicate key", format!("{LAB}title: Again\n")),
    ];
    let mut text = String::new();
    for (name, source) in cases {
        let found = check_file("lab.yaml", &source, &words());
        assert!(!found.is_empty(), "{name} is not noticed");
        let _ = writeln!(text, "## {name}\n{}", render(&found, &source));
    }
    let committed = include_str!("tests/files_that_are_wrong.txt");
    assert!(text == committed, "what is said has changed:\n{text}");
}
