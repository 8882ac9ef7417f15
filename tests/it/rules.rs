//! The report on the catalogue: which rules are modelled, what reaches them, which are not.
//!
//! A rule is *cited* where the code of the mocks or of the engine names it, and *reached* where it
//! fires in a scenario or in the prediction for lamplight, or where a test or scenario names it as
//! what it is about. What is not both is listed as not modelled yet.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mock_cloud::Profile;
use mock_cloud::rule::RuleId;
use sim::engine::CyclePolicy;
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

/// Where each rule is reached, in few words.
fn reached() -> BTreeMap<RuleId, BTreeSet<String>> {
    let mut all: BTreeMap<RuleId, BTreeSet<String>> = BTreeMap::new();
    let words = known();
    for file in files(&root().join("scenarios"), &["yaml"]) {
        let source = fs::read_to_string(&file).expect("a scenario");
        let name = file
            .strip_prefix(root())
            .expect("inside")
            .to_string_lossy()
            .replace('\\', "/");
        let scenario = load(&name, &source, &words).expect("a scenario that can be read");
        let mut rules = named(&source);
        for profile in scenario.profiles() {
            rules.extend(run(&name, &scenario, profile.into()).rules);
        }
        for rule in rules {
            all.entry(rule).or_default().insert(format!("`{name}`"));
        }
    }
    for (rule, place) in lamplight() {
        all.entry(rule).or_default().insert(place);
    }
    for place in ["mock-cloud/src", "sim/src", "mock-ad/src", "tests/it"] {
        for file in files(&root().join(place), &["rs"]) {
            let name = file.strip_prefix(root()).expect("inside");
            let name = name.to_string_lossy().replace('\\', "/");
            if name.contains("oracle") || name.ends_with("rules.rs") {
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
                all.entry(rule).or_default().insert(format!("`{name}`"));
            }
        }
    }
    all
}

fn lamplight() -> Vec<(RuleId, String)> {
    let snapshot = crate::examples::lamplight();
    let mut all = Vec::new();
    for profile in Profile::ALL {
        let mut world = snapshot.world(Some(profile), EngineMemory::Established);
        for event in world.apply(&Action::Cycle(CyclePolicy::Initial)) {
            let rules = event.rules().into_iter();
            all.extend(rules.map(|rule| (rule, "`examples/lamplight`".to_owned())));
        }
    }
    all
}

fn report() -> String {
    let (cited, reached) = (cited(), reached());
    let is_modelled = |rule: &RuleId| cited.contains(rule) && reached.contains_key(rule);
    let (modelled, missing): (Vec<RuleId>, Vec<RuleId>) = RuleId::all().partition(is_modelled);
    let mut text = String::from(
        "# The catalogue of behaviours\n\nGenerated by `cargo test -p tests rules`; \
         `DIRSYNC_LAB_BLESS=1 cargo test -p tests rules` writes it anew.\n\nConfidence: H \
         documented, M supported, L reported, G assumed.\n\n",
    );
    let _ = writeln!(
        text,
        "{} rules; {} modelled and reached by a test or scenario, {} not modelled yet.\n",
        modelled.len() + missing.len(),
        modelled.len(),
        missing.len()
    );
    text.push_str(
        "## Modelled\n\n| rule | what | | source | reached by |\n|---|---|---|---|---|\n",
    );
    for rule in &modelled {
        let places: Vec<&String> = reached[rule].iter().collect();
        let more = places.len().saturating_sub(2);
        let mut shown = places
            .iter()
            .take(2)
            .map(|place| place.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        if more > 0 {
            let _ = write!(shown, " and {more} more");
        }
        row(&mut text, *rule, &shown);
    }
    text.push_str(
        "\n## Not modelled yet\n\n| rule | what | | source | state |\n|---|---|---|---|---|\n",
    );
    for rule in &missing {
        let state = match (cited.contains(rule), reached.contains_key(rule)) {
            (true, false) => "in the code, but nothing reaches it",
            (false, true) => "named by a test, but not in the code",
            _ => "not in the code",
        };
        row(&mut text, *rule, state);
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
    let (path, report) = (root().join(REPORT), report());
    if std::env::var_os("DIRSYNC_LAB_BLESS").is_some() {
        fs::create_dir_all(root().join("docs")).expect("a directory");
        fs::write(&path, &report).expect("the report");
    }
    let committed = fs::read_to_string(&path).expect("the report is committed");
    assert!(
        committed.replace("\r\n", "\n") == report,
        "{REPORT} is out of date: DIRSYNC_LAB_BLESS=1 cargo test -p tests rules writes it anew"
    );
}

#[test]
fn rules_are_found_however_they_are_written() {
    let found = named("see R2.14a, RuleId::R3_11B and R6.1.");
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [RuleId::R2_14A, RuleId::R3_11B, RuleId::R6_1]
    );
}
