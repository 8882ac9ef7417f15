//! Every lab is unsolved before, solved by its own solution, and its traps cost points, under ten
//! seeds and in each of its profiles.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sim::lab::{check_file, load, prove};
use sim::run::known;
use sim::scenario::render;

const SEEDS: u64 = 10;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the workspace").to_owned()
}

/// Names and texts of all labs, in a fixed order.
fn all() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join("scenarios/labs")).expect("the labs");
    let paths = entries.flatten().map(|entry| entry.path());
    let files = paths.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    let mut found: Vec<(String, String)> = files
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let source = fs::read_to_string(&path).expect("a lab");
            (format!("scenarios/labs/{name}"), source)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_lab_is_proved_under_ten_seeds() {
    let words = known();
    let labs = all();
    assert_eq!(labs.len(), 12, "the twelve labs of the field guide");
    for (name, source) in labs {
        let wrong = check_file(&name, &source, &words);
        assert!(wrong.is_empty(), "{}", render(&wrong, &source));
        for seed in 0..SEEDS {
            let lab = load(&name, &source, seed, &words).expect("a lab that can be read");
            assert!(!lab.traps.is_empty(), "{name} has no trap");
            assert!(!lab.debrief.is_empty(), "{name} teaches nothing");
            assert!(!lab.hints.is_empty(), "{name}, seed {seed} has no hint");
            // One variant of the alias that moves has nothing to foretell.
            let asks = !lab.predict.is_empty() || name.contains("l05");
            assert!(asks, "{name}, seed {seed} asks for no prediction");
            for profile in lab.profiles() {
                let proof = prove(&name, &lab, profile, &mut |_, _, _| {});
                let said = render(&proof.failures, &source);
                assert!(said.is_empty(), "{name}, seed {seed}, {profile}\n{said}");
                let score = proof.solved.map(|report| report.score);
                assert_eq!(score, Some(100), "{name}, seed {seed}, {profile}");
            }
        }
    }
}

#[test]
fn equal_seeds_give_equal_labs_and_others_other_names() {
    let words = known();
    for (name, source) in all() {
        let lab = |seed| load(&name, &source, seed, &words).expect("a lab that can be read");
        assert_eq!(lab(4), lab(4), "{name}");
        let fingerprint = |seed| {
            let lab = lab(seed);
            let profile = lab.profiles()[0];
            prove(&name, &lab, profile, &mut |_, _, _| {}).fingerprint
        };
        assert_eq!(fingerprint(4), fingerprint(4), "{name}");
        for seed in 0..SEEDS {
            assert_ne!(lab(seed).world, lab(seed + 1).world, "{name}, seed {seed}");
        }
    }
}

/// A solution with a step left out does not solve, whichever step it is.
#[test]
fn no_step_of_a_solution_is_idle() {
    let words = known();
    for (name, source) in all() {
        let lab = load(&name, &source, 0, &words).expect("a lab that can be read");
        let profile = lab.profiles()[0];
        for place in 0..lab.solve.len() {
            let mut shorter = lab.clone();
            let step = shorter.solve.remove(place);
            let is_confirmation = step.verb() == "expect" || step.verb() == "sync";
            let proof = prove(&name, &shorter, profile, &mut |_, _, _| {});
            assert!(
                !proof.failures.is_empty() || is_confirmation,
                "{name} is solved without step {}",
                place + 1
            );
        }
    }
}

/// What is filled in is what the schema asks for.
#[test]
fn labs_fit_their_schema() {
    let schema = fs::read_to_string(root().join("scenarios/labs/lab.schema.json"));
    let schema: Value = serde_json::from_str(&schema.expect("the schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let words = known();
    for (name, source) in all() {
        let lab = load(&name, &source, 1, &words).expect("a lab that can be read");
        let mut value = serde_json::to_value(&lab).expect("data");
        strip(&mut value);
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

/// Takes out what nobody wrote, and the variants, of which one has been put in already.
fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("variants");
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
