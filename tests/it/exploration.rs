//! What `explore` answers for the procedures and for each wrong order of the founding document.

use std::fs;
use std::path::{Path, PathBuf};

use sim::explore::{Answer, Bounds, Exploration, explore};
use sim::run::{known, load};

fn directory(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the workspace").join("scenarios").join(name)
}

/// What is found in each of a scenario's profiles.
fn explored(path: &Path) -> Vec<Exploration> {
    let source = fs::read_to_string(path).expect("a scenario");
    let scenario = load("scenario.yaml", &source, &known()).expect("a scenario that can be read");
    let profiles = scenario.profiles().into_iter();
    profiles
        .map(|profile| {
            explore(
                "scenario.yaml",
                &scenario,
                profile.into(),
                Bounds::default(),
            )
        })
        .map(|found| found.expect("a world"))
        .collect()
}

#[test]
fn every_procedure_gets_the_answer_it_states() {
    let mut seen = 0;
    for entry in fs::read_dir(directory("procedures")).expect("procedures") {
        let path = entry.expect("an entry").path();
        for found in explored(&path) {
            assert!(found.as_wanted, "{}: {found:#?}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0, "there are procedures");
}

/// Each wrong order of catalogue section 7.4, and the property that it breaks. Those that end in a
/// repair are not among them.
const WRONG: [(&str, &str); 15] = [
    ("w1-original-deleted", "kept"),
    ("w2-sync-skipped", "no-trap"),
    ("w2-sync-skipped-in-2013", "no-trap"),
    ("w3-moved-back-before-the-sync", "no-trap"),
    ("w3-pending-delete-called-off", "no-trap"),
    ("w4-duplicate-left-in-the-recycle-bin", "no-trap"),
    ("w5-id-set-while-the-duplicate-lives", "no-trap"),
    ("w5-moved-back-after-the-purge", "no-trap"),
    ("w5-moved-back-too-early", "no-trap"),
    ("w6-administrator", "admin-left"),
    ("w7-poor-data-in-active-directory", "addresses-kept"),
    ("w8-bytes-in-the-wrong-order", "no-trap"),
    ("w9-threshold-off", "scoped-deletes"),
    ("w10-ad-account-recreated", "no-trap"),
    ("w11-waited-too-long", "scoped-deletes"),
];

/// Each hazard that a procedure can commit, and the property that it breaks.
const HAZARDS: [(&str, &str); 15] = [
    ("w01-purge-before-identify", "kept"),
    ("w02-anchor-while-synced", "no-trap"),
    ("w03-twin-still-in-bin", "no-trap"),
    ("w04-one-cycle-swap", "no-trap"),
    ("w05-restore-too-early", "no-trap"),
    ("w06-split-move", "scoped-deletes"),
    ("w07-stale-anchor-soft-match", "no-trap"),
    ("w08-role-present", "no-trap"),
    ("w09-guard-left-open", "guards-restored"),
    ("w10-scope-before-load", "addresses-kept"),
    ("w11-licence-before-guid", "one-mailbox"),
    ("w12-group-out-of-scope", "scoped-deletes"),
    ("w13-clock", "kept"),
    ("w14-order-of-first-sync", "no-trap"),
    ("w15-remap", "no-trap"),
];

#[test]
fn every_hazard_has_a_counterexample_of_its_property() {
    for (name, property) in HAZARDS {
        let path = directory("procedures").join(format!("hazard-{name}.yaml"));
        for found in explored(&path) {
            let Answer::Counterexample(bad) = &found.answer else {
                panic!("{name} in {}: {}", found.profile, found.answer.word());
            };
            let broken = bad.violation.property.name();
            assert_eq!(broken, property, "{name} in {}", found.profile);
        }
    }
}

#[test]
fn every_wrong_order_has_a_counterexample_of_its_property() {
    let mut wrong = Vec::new();
    for (name, property) in WRONG {
        let path = directory("founding").join(format!("wrong-order-{name}.yaml"));
        for found in explored(&path) {
            let broken = match &found.answer {
                Answer::Counterexample(bad) => bad.violation.property.name(),
                other => other.word(),
            };
            if broken != property {
                wrong.push(format!(
                    "{name} in {}: {broken}, not {property}",
                    found.profile
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
