//! What is said before a run and what is said of one that failed.

use mock_cloud::Profile;

use super::{Verdict, known, load, run};
use crate::scenario::render;

/// An administrator in the way: the person gets a second account with a placeholder name.
const WORLD: &str = "\
scenario: An administrator in the way
world:
  profile: entra-2025
  engine: { scope: [OU=Staff] }
  tenant: { verified: [contoso.com] }
  ad: { ann: { ou: OU=Staff, upn: ann@contoso.com, display-name: Ann } }
  cloud: { admin: { upn: ann@contoso.com, display-name: Ann, roles: [Global Administrator] } }
  belongs: { ann: admin }
steps:
  - sync: delta
";

/// The same, with the second account named and something expected.
fn made(world: &str, expected: &str) -> String {
    format!(
        "{world}  - expect: {{ provisioned: {{ for: ann, as: made }} }}\n  \
         - expect: [{expected}]\n"
    )
}

/// What is said about the words of an expectation.
fn codes(expectation: &str) -> Vec<&'static str> {
    let source = format!("{WORLD}  - expect: {{ {expectation} }}\n");
    match load("s.yaml", &source, &known()) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(|problem| problem.code).collect(),
    }
}

/// What is said when a scenario that can be read is run.
fn said(source: &str) -> (Verdict, String) {
    let scenario = match load("s.yaml", source, &known()) {
        Ok(scenario) => scenario,
        Err(found) => panic!("{}", render(&found, source)),
    };
    let verdict = run("s.yaml", &scenario, Profile::Entra2025);
    let said = render(&verdict.failures, source);
    (verdict, said)
}

#[test]
fn words_that_nothing_knows_are_no_expectations() {
    let status =
        |word: &str| format!("step-status: {{ connector: ad, run: export, status: {word} }}");
    assert_eq!(codes(&status("sucess")), ["unknown-status"]);
    assert_eq!(codes(&status("Success")), [""; 0]);
    assert_eq!(codes("event: 9999"), ["unknown-event"]);
    assert_eq!(codes("event: 116"), [""; 0]);
    let absent =
        |word: &str| format!("metaverse-object: {{ user: ann, attribute: {word}, absent: true }}");
    assert_eq!(codes(&absent("nonsense")), ["unknown-attribute"]);
    assert_eq!(codes(&absent("homePhone")), ["unknown-attribute"]);
    assert_eq!(codes(&absent("MAIL")), [""; 0]);
}

#[test]
fn misspelt_words_are_answered_with_what_there_is() {
    let source = format!(
        "{WORLD}  - expect:
      - step-status: {{ connector: entra, run: export, status: sucess }}
      - event: 6942
      - event: 9999
      - metaverse-object: {{ user: ann, attribute: displayNam, absent: true }}
      - metaverse-object: {{ user: ann, attribute: homePhone, absent: true }}
"
    );
    let found = load("s.yaml", &source, &known()).expect_err("five mistakes");
    let helps: Vec<&str> = found
        .iter()
        .flat_map(|problem| problem.help.iter().map(String::as_str))
        .collect();
    assert_eq!(
        helps,
        [
            "did you mean `success`?",
            "did you mean `6941`?",
            "choose one of `116`, `6941`, `6956`, `6000`",
            "did you mean `displayName`?",
            "it stays in Active Directory: nothing carries it into the metaverse",
        ]
    );
}

/// The names of attributes are compared as the directories compare them, or an expectation that
/// something is absent could never fail.
#[test]
fn the_case_of_an_attribute_does_not_matter() {
    let ann = "ann: { ou: OU=Staff, upn: ann@contoso.com, display-name: Ann }";
    let world = WORLD.replace(
        ann,
        "ann: { ou: OU=Staff, upn: ann@contoso.com, attributes: { title: Clerk } }",
    );
    for expected in [
        "metaverse-object: { user: ann, attribute: TITLE, absent: true }",
        "cloud-user: { user: made, attributes: { JOBTITLE: [] } }",
    ] {
        let source = made(&world, expected);
        let (verdict, said) = said(&source);
        assert!(
            !verdict.passed() && said.contains("Clerk"),
            "{expected}: {said}"
        );
    }
}

#[test]
fn failed_expectations_about_a_state_show_the_rules_that_led_to_it() {
    for expected in [
        "cloud-user: { user: admin, synced: yes }",
        "cloud-user: { user: admin, health-category: ExistingAdminRoleConflict }",
        "cloud-user: { user: made, upn: ann@contoso.com }",
        "cloud-user: { user: made, health-category: none }",
        "not-joined: ann",
        "not-quarantined: made",
        "nothing-quarantined",
        "no-duplicates",
        "converged",
        "any-of: [not-joined: ann, no-duplicates]",
    ] {
        let source = made(WORLD, expected);
        let (verdict, said) = said(&source);
        assert!(!verdict.passed(), "{expected} holds");
        let because = "= help: R2.14b ann@contoso.com holds a directory role";
        assert!(said.contains(because), "{expected}: {said}");
    }
}

#[test]
fn an_account_that_an_export_deleted_shows_why() {
    for expected in ["cloud-user: { user: made, deleted: false }", "kept: made"] {
        let source = format!(
            "{WORLD}  - expect: {{ provisioned: {{ for: ann, as: made }} }}
  - move: {{ user: ann, to: OU=Leavers }}
  - sync: delta
  - expect: {{ {expected} }}
"
        );
        let (verdict, said) = said(&source);
        assert!(!verdict.passed(), "the account is deleted");
        assert!(said.contains("= help: R5."), "{expected}: {said}");
    }
}

#[test]
fn two_objects_with_one_anchor_are_an_error_with_a_row() {
    let guid = "attributes: { mS-DS-ConsistencyGuid: e3f2a9c1-0b5d-4a7e-9c10-fedcba987654 }";
    let source = format!(
        "\
scenario: One anchor twice
world:
  profile: entra-2025
  engine: {{ anchor: mS-DS-ConsistencyGuid }}
  ad: {{ una: {{ {guid} }}, copy: {{ {guid} }} }}
steps:
  - sync: delta
  - expect: {{ error: {{ on: copy, code: duplicate-anchor, phase: synchronization }} }}
  - expect: no-errors
"
    );
    let (verdict, said) = said(&source);
    let because = "= help: R6.16 another metaverse object already has the anchor";
    assert!(said.contains(because), "{said}");
    assert!(said.contains("expected no errors"), "{said}");
    let failed = |record: &&crate::manager::StepRecord| record.result.counters.errors > 0;
    let record = verdict
        .history
        .iter()
        .find(failed)
        .expect("a step with an error");
    let rows: Vec<(&str, &str)> = record
        .errors
        .iter()
        .map(|row| (row.object.as_str(), row.code.as_str()))
        .collect();
    assert_eq!(
        rows,
        [("CN=copy,CN=Users,DC=contoso,DC=test", "duplicate-anchor")]
    );
}

/// Where a scope names one of several forests only, nothing of the others is synced.
#[test]
fn a_scope_in_one_forest_leaves_the_others_out() {
    let world = "\
scenario: Two forests
world:
  profile: entra-2025
  forests: { north: {}, south: {} }
  engine: { scope: [\"OU=Staff,DC=south,DC=test\"] }
  ad:
    ann: { forest: north, ou: OU=Staff }
    bo: { forest: south, ou: OU=Staff }
steps:
  - sync: initial
  - expect: { count: { users: 1 } }
  - set-engine: { exclude: [OU=Leavers] }
  - sync: initial
  - expect: { count: { users: 1 } }
  - set-engine: { scope: [OU=Staff] }
  - sync: initial
  - expect: { count: { users: 2 } }
  - set-engine: { scope: [\"OU=Staff,DC=north,DC=test\"] }
  - sync: initial
  - expect: { count: { users: 1, deleted-users: 1 } }
  - set-engine: { scope: [], exclude: [] }
  - sync: initial
  - expect: { count: { users: 2 } }
";
    let (verdict, said) = said(world);
    assert!(verdict.passed(), "{said}");
}

/// A container of another than the first forest is named with its domain.
#[test]
fn a_container_of_the_second_forest_is_renamed_and_moved() {
    let (verdict, said) = said(
        "\
scenario: Two forests
world:
  profile: entra-2025
  forests: { north: {}, south: {} }
  engine: { scope: [OU=Staff] }
  ad: { bo: { forest: south, ou: \"OU=Berlin,OU=Staff\" } }
steps:
  - rename-ou: { ou: \"OU=Berlin,OU=Staff,DC=south,DC=test\", to: Bonn }
  - move-ou: { ou: \"OU=Bonn,OU=Staff,DC=south,DC=test\", to: \"DC=south,DC=test\" }
  - sync: initial
  - expect: { count: { users: 0 } }
",
    );
    assert!(verdict.passed(), "{said}");
}
