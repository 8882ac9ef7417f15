//! Scenarios that have to parse.

use super::super::model::{Expectation, JoinedBy, Profile, Step};
use super::super::value::{Duration, Schedule};
use super::super::{Scenario, load};
use super::{known, said};

const DUPLICATE: &str = r#"
# yaml-language-server: $schema=../scenario.schema.json
scenario: Duplicate account after a failed match
source: founding document, "When there are duplicates"
world:
  profile: dirsync-2013
  engine: { scope: [OU=Staff], schedule: every 3h }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    j.doe: { ou: OU=Staff, upn: john.doe@contoso.com, smtp: [john.doe@contoso.com] }
  cloud:
    j.doe-mailbox:
      { upn: jdoe@contoso.onmicrosoft.com, smtp: [jdoe@contoso.com], mailbox: true, licences: [E3] }
  belongs: { j.doe: j.doe-mailbox }
steps:
  - sync: delta
  - expect: { provisioned: { for: j.doe, as: j.doe-duplicate } }
  - move: { user: j.doe, to: OU=NotSynced }
  - sync: delta
  - remove-cloud-user: { user: j.doe-duplicate, purge: true }
  - set-immutable-id: { user: j.doe-mailbox, from: j.doe }
  - move: { user: j.doe, to: OU=Staff }
  - sync: delta
check:
  always: [kept: j.doe-mailbox]
  finally: [joined: { ad: j.doe, cloud: j.doe-mailbox, by: hard-match }, no-duplicates]
explore: { interleave: scheduler, faults: { at-most: 1 }, expect: converges }
"#;

const LONG_FORM: &str = r#"
scenario: Duplicate account after a failed match
about: >
  A cloud account existed before directory synchronisation was switched on. Neither
  the UPN nor an SMTP address agreed, so the sync engine provisioned a second account.
source: "founding document, section “When there are duplicates”"
tags: [founding-document, duplicates, hard-match]

world:
  profile: dirsync-2013
  engine: { scope: [OU=Staff], scheduler: every 3h }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    j.doe: { ou: OU=Staff, upn: john.doe@contoso.com, smtp: [john.doe@contoso.com] }
  cloud:
    j.doe-mailbox:
      upn: jdoe@contoso.onmicrosoft.com
      smtp: [jdoe@contoso.com]
      mailbox: true
      licences: [E3]
  belongs: { j.doe: j.doe-mailbox }        # ground truth; the engine cannot see it

steps:
  - sync: full
  - expect: { provisioned: { for: j.doe, call-it: j.doe-duplicate } }

  - move: { user: j.doe, to: OU=NotSynced }
  - sync: delta
  - remove-cloud-user: { user: j.doe-duplicate, purge: true }
  - set-immutable-id: { user: j.doe-mailbox, from: j.doe }
  - move: { user: j.doe, to: OU=Staff }
  - sync: delta

check:
  always:
    - kept: j.doe-mailbox
  finally:
    - joined: { ad: j.doe, cloud: j.doe-mailbox, by: hard-match }
    - no-duplicates

explore:
  interleave: scheduler
  faults: { at-most: 1, kinds: [lost-reply, throttled, replication-lag] }
  expect: converges
"#;

const INVALID_SOFT_MATCH: &str = r#"
scenario: InvalidSoftMatch on an SMTP address that is already taken
source: "founding document, section “When you have an InvalidSoftMatch”"
tags: [founding-document, invalid-soft-match]

world:
  profile: dirsync-2013
  engine: { scope: [OU=Staff], scheduler: every 3h }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    a.lee: { ou: OU=Staff, upn: ann.lee@contoso.com, smtp: [ann.lee@contoso.com] }
  cloud:
    a.lee-mailbox:
      upn: ann.lee@contoso.onmicrosoft.com
      smtp: [ann.lee@contoso.com]
      immutable-id: Oywdb1lKh06bDB0uP0BRYg==
      mailbox: true
      licences: [E3]
  belongs: { a.lee: a.lee-mailbox }

steps:
  - sync: full
  - expect: { error: { on: a.lee, code: InvalidSoftMatch } }
  - set-immutable-id: { user: a.lee-mailbox, from: a.lee }
  - sync: delta

check:
  always: [{ kept: a.lee-mailbox }]
  finally:
    - joined: { ad: a.lee, cloud: a.lee-mailbox, by: hard-match }
    - no-duplicates

explore: { interleave: scheduler, expect: converges }
"#;

/// Every step and every expectation at least once.
const EVERYTHING: &str = include_str!("everything.yaml");

fn right(source: &str) -> Scenario {
    load("s.yaml", source, &known()).unwrap_or_else(|_| panic!("{}", said(source)))
}

#[test]
fn the_duplicate_account() {
    let scenario = right(DUPLICATE);
    assert_eq!(scenario.profiles(), [Profile::Dirsync2013]);
    let three_hours = Schedule::Every(Duration::from_secs(3 * 3_600));
    assert_eq!(scenario.world.engine.schedule, three_hours);
    assert_eq!(scenario.steps.len(), 8);
    let Step::Move(moved) = &scenario.steps[2].value else {
        panic!("the third step moves")
    };
    assert_eq!(
        (moved.user.as_str(), moved.to.as_str()),
        ("j.doe", "OU=NotSynced")
    );
    assert_eq!(&DUPLICATE[moved.user.at.clone()], "j.doe");
    assert_eq!(&DUPLICATE[scenario.steps[2].at.clone()], "move");
    let Expectation::Joined(joined) = &scenario.check.finally[0].value else {
        panic!("joined")
    };
    assert_eq!(joined.by, Some(JoinedBy::HardMatch));
    assert!(matches!(
        scenario.check.finally[1].value,
        Expectation::NoDuplicates
    ));
}

#[test]
fn other_words_mean_the_same() {
    let mut long = right(LONG_FORM);
    let mut short = right(DUPLICATE);
    for scenario in [&mut long, &mut short] {
        (scenario.about, scenario.source, scenario.explore) = (None, None, None);
        scenario.tags.clear();
        scenario.steps.remove(0);
    }
    assert_eq!(long, short);
}

#[test]
fn the_invalid_soft_match() {
    let scenario = right(INVALID_SOFT_MATCH);
    let (name, account) = scenario.world.cloud.iter().next().expect("one account");
    assert_eq!(name.as_str(), "a.lee-mailbox");
    assert!(account.mailbox && account.licences.len() == 1);
}

#[test]
fn every_step_and_expectation() {
    let scenario = right(EVERYTHING);
    let schema: serde_json::Value =
        serde_json::from_str(&super::super::schema_json()).expect("the schema is JSON");
    let written = serde_json::to_value(&scenario).expect("a scenario is data");
    let text = written.to_string();
    for list in ["Step", "Expectation"] {
        let variants = schema
            .pointer(&format!("/definitions/{list}/oneOf"))
            .expect(list);
        for variant in variants.as_array().expect(list) {
            let word = variant.pointer("/required/0").or(variant.get("const"));
            let word = word.and_then(serde_json::Value::as_str).expect("a word");
            // Words that stand for another one.
            let word = match word {
                "cloud-group" | "cloud-contact" | "cloud-object" => "cloud-user",
                word => word,
            };
            assert!(text.contains(&format!("\"{word}\"")), "`{word}` is missing");
        }
    }
}

#[test]
fn yaml_lets_texts_stay_texts() {
    let source = "
scenario: 2026
world:
  profile: entra-2025
  ad:
    no: { ou: OU=Staff, upn: no@contoso.com, sam: 007, attributes: { pager: 0123, title: yes } }
    &x y: { upn: 'y@contoso.com', attributes: { description: [a: b] } }
steps: [sync: delta]
";
    // `a: b` in a list is a mapping, which is no text.
    assert!(
        said(source).contains("expected text, found keys and values"),
        "{}",
        said(source)
    );
    let scenario = right(&source.replace("[a: b]", "['a: b']"));
    let object = scenario.world.ad.get("no").expect("an object named no");
    assert_eq!(object.sam.as_ref().map(|sam| sam.as_str()), Some("007"));
    let pager = object.attributes.get("pager").expect("a pager");
    assert_eq!(pager[0].as_str(), "0123");
}

#[test]
fn anchors_and_aliases_repeat_values() {
    let scenario = right(
        "
scenario: Aliases
world:
  profile: entra-2025
  ad: { ann: &same { ou: OU=Staff }, bo: *same }
steps: [sync: delta]
",
    );
    let world = &scenario.world;
    assert_eq!(
        world.ad.get("ann").map(|it| &it.value),
        world.ad.get("bo").map(|it| &it.value)
    );
}
