//! The report on the catalogue: which rules are modelled, what reaches them, which are not.
//!
//! A rule is *cited* where the code of the mocks or of the engine names it, *asserted* where the
//! `source` of a scenario names it, *reached* where it fires in a scenario or in the prediction
//! for lamplight, and *tested* where a test names it. What is cited and has a witness is modelled;
//! the rest is listed with the reason.

mod doubts;
mod properties;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mock_cloud::Profile;
use mock_cloud::rule::RuleId;
use sim::engine::CyclePolicy;
use sim::explain::{modelled_in_part, not_modelled};
use sim::run::{known, load, run};
use sim::snapshot::EngineMemory;
use sim::world::Action;

const REPORT: &str = "docs/rules.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

/// All files below a directory with one of these ends, in a fixed order.
fn files(directory: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(directory) else {
        return found;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if path
            .extension()
            .is_some_and(|end| ends.iter().any(|known| end == *known))
        {
            found.push(path);
        }
    }
    found
}

/// The rules that a text names, as `R2.14a` or as `R2_14A`.
fn named(text: &str) -> BTreeSet<RuleId> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
    text.split(|c| !is_part(c))
        .filter(|word| word.starts_with('R'))
        .filter_map(|word| {
            let word = word.trim_end_matches('.').replace('_', ".");
            let lower = word.get(1..)?.to_ascii_lowercase();
            RuleId::parse(&format!("R{lower}"))
        })
        .collect()
}

/// What a source file says outside of its own tests, and what it says in them.
fn without_tests(text: &str) -> (&str, &str) {
    text.split_once("#[cfg(test)]\nmod tests {")
        .unwrap_or((text, ""))
}

fn cited() -> BTreeSet<RuleId> {
    let mut all = BTreeSet::new();
    for place in ["mock-ad/src", "mock-cloud/src", "sim/src"] {
        for file in files(&root().join(place), &["rs"]) {
            let path = file.to_string_lossy().replace('\\', "/");
            if !path.contains("/rule") && !path.contains("tests") {
                let text = fs::read_to_string(&file).expect("a source file");
                all.extend(named(without_tests(&text).0));
            }
        }
    }
    all
}

/// What shows a rule at work.
#[derive(Default)]
struct Witness {
    /// Scenarios that are about it: their `source` names it, and what they expect holds.
    asserted: BTreeSet<String>,
    /// Scenarios and predictions in which it fires.
    reached: BTreeSet<String>,
    /// Tests that name it.
    tested: BTreeSet<String>,
    /// Properties that name it, and the comparison with the oracle.
    properties: BTreeSet<String>,
    /// The eras in which it was seen.
    profiles: BTreeSet<Profile>,
}

impl Witness {
    fn is_there(&self) -> bool {
        !(self.asserted.is_empty() && self.reached.is_empty() && self.tested.is_empty())
    }
}

type Witnesses = BTreeMap<RuleId, Witness>;

fn witnesses() -> Witnesses {
    let mut all = Witnesses::new();
    let words = known();
    for file in files(&root().join("scenarios"), &["yaml"]) {
        let source = fs::read_to_string(&file).expect("a scenario");
        if sim::lab::is_lab(&source) {
            continue;
        }
        let name = relative(&file);
        let scenario = load(&name, &source, &words).expect("a scenario that can be read");
        let about = scenario.source.as_ref().map(|source| named(source));
        for profile in scenario.profiles() {
            let fired = run(&name, &scenario, profile.into()).rules;
            for rule in about.iter().flatten() {
                let witness = all.entry(*rule).or_default();
                witness.asserted.insert(name.clone());
                witness.profiles.insert(profile.into());
            }
            for rule in fired {
                let witness = all.entry(rule).or_default();
                witness.reached.insert(name.clone());
                witness.profiles.insert(profile.into());
            }
        }
    }
    lamplight(&mut all);
    for place in ["mock-cloud/src", "sim/src", "mock-ad/src", "tests/it"] {
        for file in files(&root().join(place), &["rs"]) {
            let name = relative(&file);
            if name.contains("oracle") || name.ends_with("rules.rs") || name.contains("/rule") {
                continue;
            }
            let is_test = name.contains("/tests") || name.starts_with("tests/it");
            let text = fs::read_to_string(&file).expect("a source file");
            let tests = if is_test {
                &text
            } else {
                without_tests(&text).1
            };
            for rule in named(tests) {
                all.entry(rule).or_default().tested.insert(name.clone());
            }
            for (property, rules) in properties::of_file(tests) {
                for rule in rules {
                    let witness = all.entry(rule).or_default();
                    witness.properties.insert(property.clone());
                }
            }
        }
    }
    for rule in properties::held_by_the_oracle() {
        let witness = all.entry(rule).or_default();
        witness.properties.insert(ORACLE.to_owned());
    }
    all
}

/// What the report calls the comparison with the oracle.
const ORACLE: &str = "agreement";

fn relative(file: &Path) -> String {
    let name = file.strip_prefix(root()).expect("inside");
    name.to_string_lossy().replace('\\', "/")
}

fn lamplight(all: &mut Witnesses) {
    let snapshot = crate::examples::lamplight();
    for profile in Profile::ALL {
        let mut world = snapshot.world(Some(profile), EngineMemory::Established);
        for event in world.apply(&Action::Cycle(CyclePolicy::Initial)) {
            for rule in event.rules() {
                let witness = all.entry(rule).or_default();
                witness.reached.insert("examples/lamplight".to_owned());
                witness.profiles.insert(profile);
            }
        }
    }
}

const HEAD: &str = "# The catalogue of behaviours\n\nGenerated by `cargo test -p tests rules`; \
`DIRSYNC_LAB_BLESS=1 cargo test -p tests rules` writes it anew.\n\n\
Confidence: H documented, M supported, L reported, G assumed. Profiles: 13 `dirsync-2013`, \
17 `aadconnect-2017`, 25 `entra-2025`, 26 `entra-2026`, those in which the rule was seen at \
work.\n\n\
A rule is *asserted* by a scenario whose `source` names it: the scenario is about it, and what \
it expects holds in each of its profiles. It is *reached* where it is among the reasons of an \
event. A *property* is a test of anything drawn at random that names the rule; `agreement` \
(`tests/it/agreement.rs`) compares the verdicts on random small worlds, in which the rule is at \
work, with those of an independent oracle. *Faults* counts those planted in the code behind the \
rule; which of them no scenario notices is in [mutants.md](mutants.md).\n\n";

fn report(cited: &BTreeSet<RuleId>, witnesses: &Witnesses) -> String {
    let nothing = Witness::default();
    let witness = |rule: &RuleId| witnesses.get(rule).unwrap_or(&nothing);
    let is_modelled = |rule: &RuleId| cited.contains(rule) && witness(rule).is_there();
    let (modelled, missing): (Vec<RuleId>, Vec<RuleId>) = RuleId::all().partition(is_modelled);
    let faults = faults();
    let asserted = modelled
        .iter()
        .filter(|rule| !witness(rule).asserted.is_empty())
        .count();
    let mut text = String::from(HEAD);
    let _ = writeln!(
        text,
        "{} rules: {} modelled, {asserted} of them asserted by a scenario and the others by \
         tests; {} not modelled.\n",
        modelled.len() + missing.len(),
        modelled.len(),
        missing.len()
    );
    text.push_str(
        "## Modelled\n\n| rule | what | | source | profiles | asserted by | also reached by | \
         property | faults |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for rule in &modelled {
        let found = witness(rule);
        let also: BTreeSet<String> = found
            .reached
            .difference(&found.asserted)
            .chain(&found.tested)
            .cloned()
            .collect();
        let profiles = found
            .profiles
            .iter()
            .map(|it| &it.name()[it.name().len() - 2..]);
        let last = format!(
            "{} | {} | {} | {} | {}",
            profiles.collect::<Vec<_>>().join(" "),
            shown(&found.asserted),
            shown(&also),
            shown(&found.properties),
            faults.get(rule).map_or_else(String::new, usize::to_string)
        );
        row(&mut text, *rule, &last);
    }
    text.push_str("\n## Modelled in part\n\n| rule | what | | source | left out |\n");
    text.push_str("|---|---|---|---|---|\n");
    for part in modelled_in_part() {
        let rule = RuleId::parse(&part.rule).filter(|rule| modelled.contains(rule));
        let rule = rule.unwrap_or_else(|| panic!("{} is no rule that is modelled", part.rule));
        row(&mut text, rule, &part.reason);
    }
    text.push_str("\n## Not modelled\n\n| rule | what | | source | why |\n|---|---|---|---|---|\n");
    let reasons = not_modelled();
    for rule in &missing {
        let reason = reasons.iter().find(|it| it.rule == rule.number());
        let state = match reason {
            Some(reason) => reason.reason.clone(),
            None => "**no reason is given in sim/data/not-modelled.yaml**".to_owned(),
        };
        row(&mut text, *rule, &state);
    }
    doubts::section(&mut text);
    text
}

/// How many faults are planted behind each rule.
fn faults() -> BTreeMap<RuleId, usize> {
    let list = fs::read_to_string(root().join("xtask/mutants.txt")).expect("the list of faults");
    let mut faults = BTreeMap::new();
    let titles = list.split("\n\n").filter_map(|block| {
        let mut lines = block.lines();
        lines.find(|line| !line.starts_with('#') && !line.is_empty())
    });
    for rule in titles.flat_map(|title| named(title.split(' ').next().unwrap_or_default())) {
        *faults.entry(rule).or_insert(0) += 1;
    }
    faults
}

/// The first places of several, and how many more there are.
fn shown(places: &BTreeSet<String>) -> String {
    let shorter = |place: &String| {
        let place = place.trim_start_matches("scenarios/");
        format!("`{}`", place.trim_end_matches(".yaml"))
    };
    let mut text = places
        .iter()
        .take(2)
        .map(shorter)
        .collect::<Vec<_>>()
        .join(", ");
    if places.len() > 2 {
        let _ = write!(text, " and {} more", places.len() - 2);
    }
    text
}

fn row(text: &mut String, rule: RuleId, last: &str) {
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {last} |",
        rule.number(),
        rule.title().replace('|', "\\|"),
        rule.confidence().letter(),
        rule.source(),
    );
}

#[test]
fn the_report_on_the_catalogue_is_up_to_date() {
    let (cited, witnesses) = (cited(), witnesses());
    let (path, report) = (root().join(REPORT), report(&cited, &witnesses));
    if std::env::var_os("DIRSYNC_LAB_BLESS").is_some() {
        fs::create_dir_all(root().join("docs")).expect("a directory");
        fs::write(&path, &report).expect("the report");
    }
    let committed = fs::read_to_string(&path).expect("the report is committed");
    assert!(
        committed.replace("\r\n", "\n") == report,
        "{REPORT} is out of date: DIRSYNC_LAB_BLESS=1 cargo test -p tests rules writes it anew"
    );
    let listed: BTreeSet<String> = not_modelled().into_iter().map(|it| it.rule).collect();
    let missing: BTreeSet<String> = RuleId::all()
        .filter(|rule| {
            let seen = witnesses.get(rule).is_some_and(Witness::is_there);
            !(cited.contains(rule) && seen)
        })
        .map(|rule| rule.number().to_owned())
        .collect();
    assert_eq!(
        listed, missing,
        "sim/data/not-modelled.yaml lists what is not modelled, and only that"
    );
}

/// A file that is called after a rule is about that rule.
#[test]
fn scenarios_called_after_a_rule_name_it() {
    let words = known();
    for file in files(&root().join("scenarios/behaviour"), &["yaml"]) {
        let name = relative(&file);
        let Some(rest) = name.strip_prefix("scenarios/behaviour/rule-") else {
            continue;
        };
        let mut parts = rest.split('-');
        let section = parts.next().expect("a section");
        let number = parts.next().expect("a number").trim_start_matches('0');
        let rule = RuleId::parse(&format!("R{section}.{number}")).expect("a rule");
        let source = fs::read_to_string(&file).expect("a scenario");
        let scenario = load(&name, &source, &words).expect("a scenario that can be read");
        let about = scenario.source.expect("a source");
        assert!(named(&about).contains(&rule), "{name} does not name {rule}");
    }
}

#[test]
fn what_is_explained_is_there() {
    for entry in sim::explain::codes() {
        for scenario in entry.scenarios {
            assert!(
                root().join(&scenario).is_file(),
                "{}: {scenario}",
                entry.code
            );
        }
    }
}

#[test]
fn rules_are_found_however_they_are_written() {
    let found = named("see R2.14a, RuleId::R3_11B and R6.1.");
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [RuleId::R2_14A, RuleId::R3_11B, RuleId::R6_1]
    );
}
