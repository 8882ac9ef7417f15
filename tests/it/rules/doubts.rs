//! The open questions of the catalogue: how each is answered, and what reads it the other way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use mock_cloud::profile::shown as word_shown;
use sim::engine::switches;
use sim::explain::{doubts, questions};
use sim::run::{known, load};

use super::{files, relative, root, shown};

/// Where a switch is answered, and by which words.
#[derive(Debug, Default)]
struct Answered {
    words: BTreeSet<String>,
    places: BTreeSet<String>,
}

/// Scenarios that answer a switch, and tests that name it.
fn answered() -> BTreeMap<&'static str, Answered> {
    let mut all: BTreeMap<&'static str, Answered> = BTreeMap::new();
    for doubt in doubts() {
        let words = doubt.defaults.iter().map(|word| (*word).to_owned());
        all.entry(doubt.name).or_default().words.extend(words);
    }
    let known_words = known();
    for file in files(&root().join("scenarios"), &["yaml"]) {
        let source = fs::read_to_string(&file).expect("a scenario");
        if sim::lab::is_lab(&source) {
            continue;
        }
        let name = relative(&file);
        let scenario = load(&name, &source, &known_words).expect("a scenario");
        for (switch, word) in scenario.world.switches.iter() {
            let Some(found) = all.get_mut(switch.as_str()) else {
                continue;
            };
            found.words.insert(word.value.clone());
            found.places.insert(name.clone());
        }
    }
    for place in ["mock-cloud/src", "sim/src", "modules/tests", "tests/it/cli"] {
        for file in files(&root().join(place), &["rs"]) {
            let name = relative(&file);
            if !name.contains("tests") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a source file");
            for (switch, values) in switches() {
                // Those of Graph are asked each way by a test of the server.
                let Some(found) = all.get_mut(switch) else {
                    continue;
                };
                let written = [format!("\"{switch}\""), format!("{switch}=")];
                let in_yaml = format!("{switch}: ");
                if written.iter().chain([&in_yaml]).any(|it| text.contains(it)) {
                    found.words.extend(values.iter().map(|it| (*it).to_owned()));
                    found.places.insert(name.clone());
                }
            }
        }
    }
    all
}

/// The section of the report.
pub(super) fn section(text: &mut String) {
    let answered = answered();
    text.push_str(
        "\n## Open questions\n\nWhat sources disagree on, or say nothing about. `dirsync-lab \
         explain profiles` lists every switch with its defaults; a scenario answers it under \
         `switches`, the command line with `--switch NAME=WORD`. The confidence is that of the \
         default.\n\n\
         | question | what is asked | answered by | | 13 | 17 | 25 | 26 | read otherwise by |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for question in questions() {
        let (number, about) = (&question.number, &question.about);
        for doubt in question.switches() {
            let defaults = doubt.defaults.map(word_shown).join(" | ");
            let places = &answered[doubt.name].places;
            let _ = writeln!(
                text,
                "| {number} | {about} | `{}` | {} | {defaults} | {} |",
                doubt.name,
                doubt.confidence.letter(),
                shown(places)
            );
        }
        if let (Some(instead), Some(confidence)) = (&question.instead, question.confidence()) {
            let letter = confidence.letter();
            let _ = writeln!(
                text,
                "| {number} | {about} | {instead} | {letter} | | | | | |"
            );
        }
    }
    text.push_str(
        "\nDoubts that the catalogue does not number:\n\n\
         | rule | what turning it on means | switch | | 13 | 17 | 25 | 26 | read otherwise by |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for doubt in doubts().filter(|doubt| doubt.question.is_none()) {
        let _ = writeln!(
            text,
            "| {} | {} | `{}` | {} | {} | {} |",
            doubt.rule,
            doubt.effect,
            doubt.name,
            doubt.confidence.letter(),
            doubt.defaults.map(word_shown).join(" | "),
            shown(&answered[doubt.name].places)
        );
    }
}

/// A reading that nothing is played in might as well not be there.
#[test]
fn every_reading_of_every_switch_is_played_somewhere() {
    let answered = answered();
    for (switch, values) in switches() {
        let Some(found) = answered.get(switch) else {
            continue;
        };
        for value in values {
            assert!(
                found.words.contains(*value),
                "`{switch}` is never answered by `{value}`, neither by a profile nor by a \
                 scenario or test"
            );
        }
    }
}
