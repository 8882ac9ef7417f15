//! Hazards: every file says which it commits, and each is committed somewhere.

use std::collections::BTreeSet;

use sim::hazard::HAZARDS;
use sim::run::{hazards, known, load};
use sim::scenario::render;

use crate::scenarios::all;

/// Somebody is licensed before the object with the mailbox on-premises is synchronised.
const LICENCE_BEFORE_GUID: &str = "\
scenario: A licence too early
world:
  profile: entra-2025
  engine: { scope: [OU=Staff] }
  tenant: { verified: [contoso.com] }
  ad:
    ann:
      ou: OU=Parked
      upn: ann@contoso.com
      attributes: { msExchMailboxGuid: 00112233-4455-6677-8899-aabbccddeeff }
  cloud:
    ann-account: { upn: ann@contoso.com }
  belongs: { ann: ann-account }
steps:
  - assign-licence: { user: ann-account, licence: E3 }
  - move: { user: ann, to: OU=Staff }
  - sync: delta
";

#[test]
fn every_file_says_which_hazards_it_commits() {
    let words = known();
    let mut acknowledged = BTreeSet::new();
    for (name, source) in all() {
        let scenario = load(&name, &source, &words).expect("a scenario that can be read");
        let found = hazards(&name, &scenario);
        assert!(found.is_empty(), "{}", render(&found, &source));
        let numbers = scenario.hazards.iter().map(|it| it.value.clone());
        acknowledged.extend(numbers);
    }
    let all: BTreeSet<String> = HAZARDS.iter().map(|it| it.number.to_owned()).collect();
    assert_eq!(acknowledged, all, "some hazard is shown by no scenario");
}

/// Without the acknowledgement the file is warned about, with a caret at the step.
#[test]
fn hazards_are_shown_at_the_step_that_commits_them() {
    let words = known();
    let mut said = String::new();
    for (name, source) in all() {
        let wanted = [
            "c33-the",
            "c34",
            "c35-moved",
            "c52",
            "rule-3-12",
            "c54",
            "wrong-order-w4-d",
        ];
        let file = name.rsplit('/').next().unwrap_or_default();
        if !wanted.iter().any(|start| file.starts_with(start)) {
            continue;
        }
        let bare: Vec<&str> = source
            .lines()
            .filter(|line| !line.starts_with("hazards:"))
            .collect();
        let bare = bare.join("\n") + "\n";
        let scenario = load(&name, &bare, &words).expect("a scenario that can be read");
        said.push_str(&render(&hazards(&name, &scenario), &bare));
        said.push('\n');
    }
    let scenario = load("early.yaml", LICENCE_BEFORE_GUID, &words).expect("a scenario");
    let found = hazards("early.yaml", &scenario);
    said.push_str(&render(&found, LICENCE_BEFORE_GUID));
    insta::assert_snapshot!("hazards", said);
}

#[test]
fn acknowledgements_are_held_to_the_truth() {
    let words = known();
    let source = LICENCE_BEFORE_GUID.replace("world:", "hazards: [W11, W04]\nworld:");
    let scenario = load("early.yaml", &source, &words).expect("a scenario");
    let codes: Vec<&str> = hazards("early.yaml", &scenario)
        .iter()
        .map(|it| it.code)
        .collect();
    assert_eq!(codes, ["unused-acknowledgement"]);
    let source = source.replace("W04", "W4");
    let wrong = load("early.yaml", &source, &words).expect_err("no such hazard");
    assert_eq!(wrong[0].code, "unknown-hazard");
    assert_eq!(wrong[0].help, ["did you mean `W04`?"]);
}
