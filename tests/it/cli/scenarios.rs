//! `run` and `check`: exit codes, and what is said of scenarios that fail or can't be read.

use std::fs;
use std::path::{Path, PathBuf};

use super::program::{Desk, Ran};
use super::{Case, refusals};

fn founding() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    workspace
        .expect("the workspace")
        .join("scenarios")
        .join("founding")
}

/// The founding scenario: a duplicate account is found and repaired by a hard match.
fn duplicate_account() -> String {
    let text = fs::read_to_string(founding().join("duplicate-account.yaml"));
    text.expect("the founding scenario").replace("\r\n", "\n")
}

/// The founding scenario with one text in the place of another.
fn with(text: &str, instead: &str) -> String {
    let source = duplicate_account();
    assert_eq!(source.matches(text).count(), 1, "{text} is there once");
    source.replace(text, instead)
}

#[test]
fn the_founding_scenarios_hold() {
    let path = founding();
    let path = path
        .to_str()
        .expect("the repository has a path of plain text");
    let ran = Desk::new().run(&["run", path]);
    let said = ran.output(0);
    assert!(said.contains("duplicate-account.yaml"), "{said}");
    assert!(!said.contains("FAILED"), "{said}");
    let ran = Desk::new().run(&["check", path]);
    assert_ne!(ran.code, Some(2), "{}", ran.stderr);
}

#[test]
fn a_broken_hard_match_fails_with_its_reasons() {
    let line = "set-immutable-id: { user: j.doe-mailbox, from: j.doe }";
    let broken = "set-immutable-id: { user: j.doe-mailbox, from: j.doe, byte-order: big-endian }";
    let desk = Desk::new();
    desk.put("broken.yaml", with(line, broken));
    let Ran { code, stdout, .. } = desk.run(&["run", "broken.yaml", "--profile", "entra-2025"]);
    let said = String::from_utf8(stdout).expect("output is UTF-8");
    assert_eq!(code, Some(1), "{said}");
    let caret = "expected `j.doe` to be joined to `j.doe-mailbox`\n  --> broken.yaml:38:7\n";
    assert!(said.contains(caret) && said.contains("^^^^^^"), "{said}");
    assert!(said.contains("= help: R2.4 no account carries"), "{said}");
    insta::assert_snapshot!("broken_hard_match", said);
}

/// A scenario that can't be read ends with 2: nothing of it was run.
#[test]
fn scenarios_that_are_wrong() {
    let of = |name, content: String, place| Case {
        name,
        files: vec![("s.yaml", content)],
        arguments: vec!["run", "s.yaml"],
        place,
    };
    let short = |world: &str, steps: &str| {
        format!(
            "scenario: Ann\nworld:\n  profile: entra-2025\n{world}  \
             ad: {{ ann: {{ ou: OU=Staff }} }}\nsteps:\n  - sync: delta\n{steps}"
        )
    };
    let elsewhere = "  engine: { scope: [\"OU=Staff,DC=other,DC=test\"] }\n";
    let expect = |text: &str| format!("  - expect: {{ {text} }}\n");
    let words = [
        "step-status: { connector: entra, run: export, status: sucess }",
        "event: 9999",
        "metaverse-object: { user: ann, attribute: nonsense, absent: true }",
    ];
    let cases = vec![
        of(
            "broken YAML",
            duplicate_account().replace("steps:\n", "steps: [\n"),
            "s.yaml:",
        ),
        of("empty", String::new(), "s.yaml:1"),
        of(
            "unknown profile",
            short("", "").replace("entra-2025", "entra-2027"),
            "s.yaml:3:12",
        ),
        of(
            "unknown alias",
            with(
                "set-immutable-id: { user: j.doe-mailbox, from: j.doe }",
                "set-immutable-id: { user: j.doe-mailbx, from: j.doe }",
            ),
            "s.yaml:",
        ),
        of(
            "scope outside the forest",
            short(elsewhere, ""),
            "s.yaml:4:21",
        ),
        of(
            "places outside the forest",
            short(
                "",
                "  - move: { user: ann, to: \"OU=A,DC=other,DC=test\" }\n  \
                 - set-engine: { scope: OU=A, exclude: \"OU=B,DC=other,DC=test\" }\n",
            ),
            "s.yaml:7:28",
        ),
        of(
            "words that nothing knows",
            short("", &words.map(expect).concat()),
            "s.yaml:7",
        ),
        Case {
            name: "missing file",
            files: Vec::new(),
            arguments: vec!["run", "no.yaml"],
            place: "no.yaml",
        },
    ];
    insta::assert_snapshot!("scenario", refusals(cases));
}
