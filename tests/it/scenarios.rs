//! Every scenario holds in each of its profiles, and the same run gives the same world.

use std::fs;
use std::path::{Path, PathBuf};

use sim::run::{known, load, run};
use sim::scenario::{render, schema_json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

/// Names and texts of all scenarios, in a fixed order.
pub(crate) fn all() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut directories = vec![root().join("scenarios")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml") {
                let name = path.strip_prefix(root()).expect("inside");
                let name = name.to_string_lossy().replace('\\', "/");
                let source = fs::read_to_string(&path).expect("a scenario");
                if !sim::lab::is_lab(&source) {
                    found.push((name, source));
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_scenario_holds_in_each_of_its_profiles() {
    let words = known();
    let mut ran = 0;
    for (name, source) in all() {
        let scenario = match load(&name, &source, &words) {
            Ok(scenario) => scenario,
            Err(found) => panic!("{}", render(&found, &source)),
        };
        for profile in scenario.profiles() {
            let verdict = run(&name, &scenario, profile.into());
            let said = render(&verdict.failures, &source);
            assert!(verdict.passed(), "{name} in {}\n{said}", verdict.profile);
            assert!(verdict.expectations > 0, "{name} expects nothing");
            ran += 1;
        }
    }
    assert!(ran > 0, "there are scenarios");
}

#[test]
fn running_a_scenario_twice_gives_the_same_world() {
    let words = known();
    for (name, source) in all() {
        let scenario = load(&name, &source, &words).expect("a scenario that can be read");
        for profile in scenario.profiles() {
            let first = run(&name, &scenario, profile.into());
            let second = run(&name, &scenario, profile.into());
            assert_eq!(first.fingerprint, second.fingerprint, "{name}");
            assert_eq!(first.rules, second.rules, "{name}");
        }
    }
}

#[test]
fn another_seed_draws_other_identifiers() {
    let words = known();
    let source = fs::read_to_string(root().join("scenarios/founding/duplicate-account.yaml"));
    let source = source.expect("the founding scenario");
    let other = source.replace("world:\n", "world:\n  seed: 7\n");
    let fingerprint = |source: &str| {
        let scenario = load("s.yaml", source, &words).expect("a scenario that can be read");
        run("s.yaml", &scenario, mock_cloud::Profile::Entra2025).fingerprint
    };
    assert_ne!(fingerprint(&source), fingerprint(&other));
}

/// One wrong line, and the run says where, and why by the rules.
#[test]
fn a_broken_hard_match_is_shown_with_a_caret_and_its_reasons() {
    let words = known();
    let source = fs::read_to_string(root().join("scenarios/founding/duplicate-account.yaml"));
    let source = source.expect("the founding scenario").replace(
        "set-immutable-id: { user: j.doe-mailbox, from: j.doe }",
        "set-immutable-id: { user: j.doe-mailbox, from: j.doe, byte-order: big-endian }",
    );
    let scenario = load("broken.yaml", &source, &words).expect("a scenario that can be read");
    for profile in scenario.profiles() {
        let verdict = run("broken.yaml", &scenario, profile.into());
        assert!(!verdict.passed(), "{}", verdict.profile);
        let said = render(&verdict.failures, &source);
        let joined = "expected `j.doe` to be joined to `j.doe-mailbox`";
        assert!(said.contains(joined), "{said}");
        assert!(said.contains("^^^"), "{said}");
        assert!(
            said.contains("R2.4 no account carries the anchor"),
            "{said}"
        );
    }
}

#[test]
fn the_committed_schema_is_that_of_the_language() {
    let committed = fs::read_to_string(root().join("scenarios/scenario.schema.json"));
    let committed = committed.expect("the schema").replace("\r\n", "\n");
    assert!(
        committed == schema_json(),
        "run `cargo run -- schema > scenarios/scenario.schema.json`"
    );
}
