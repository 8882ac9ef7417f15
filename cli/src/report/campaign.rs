//! Campaigns over messes, for people, programs and test reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use mock_cloud::Profile;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use sim::explore::{Answer, Failure, SIGHTS, Tally};
use sim::mess::Mess;

use super::exploration;
use super::page::Page;
use crate::commands::explore::Format;
use crate::commands::messes::Asked;

type Tallies = [(Profile, Tally)];

/// A campaign in one format.
pub(crate) fn render(format: Format, asked: &Asked, tallies: &Tallies) -> String {
    match format {
        Format::Json => Merged(value(asked, tallies)).render(format),
        Format::Human => {
            let mut text = human(&value(asked, tallies));
            for failure in tallies.iter().flat_map(|(_, tally)| &tally.failures) {
                text.push_str(&described(failure));
            }
            text
        }
        Format::Junit => junit(&value(asked, tallies)),
        Format::Html => html(asked, tallies),
    }
}

/// The figures, and each counterexample.
fn html(asked: &Asked, tallies: &Tallies) -> String {
    let mut page = Page::new("dirsync-lab explore");
    page.text(&human(&value(asked, tallies)));
    for failure in tallies.iter().flat_map(|(_, tally)| &tally.failures) {
        page.heading(&failure.least.to_string(), failure.profile.name());
        if let Answer::Counterexample(bad) = &failure.exploration.answer {
            page.counterexample(bad);
        }
    }
    page.finish()
}

fn value(asked: &Asked, tallies: &Tallies) -> Value {
    let results: Vec<Value> = tallies
        .iter()
        .map(|(profile, tally)| {
            let ends: BTreeMap<String, usize> = tally
                .ends
                .iter()
                .map(|(ends, count)| (ends.to_string(), *count))
                .collect();
            json!({
                "profile": profile.name(),
                "answer": tally.word(),
                "messes": tally.messes,
                "converge": tally.converge,
                "inconclusive": tally.inconclusive,
                "states": tally.states,
                "transitions": tally.transitions,
                "ends": ends,
                "reached": tally.reached,
                "patterns": tally.patterns,
                "apart": tally.apart.as_ref().map(apart),
                "refused": tally.refused.iter().map(refusal).collect::<Vec<_>>(),
                "counterexamples": tally.failures.iter().map(failure).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "campaign": {
        "people": asked.scope.people,
        "cloud": asked.scope.cloud,
        "oddities": asked.scope.oddities,
        "faults": asked.faults,
        "exhausted": asked.exhausted,
        "sampled": asked.sampled,
        "seed": asked.seed,
        "parts": asked.parts,
        "of": asked.of,
        "results": results,
    }})
}

fn apart((mess, [one, other]): &(Mess, [Vec<String>; 2])) -> Value {
    json!({ "mess": mess.to_string(), "one": one, "other": other })
}

fn refusal((mess, reason): &(Mess, String)) -> Value {
    json!({ "mess": mess.to_string(), "reason": reason })
}

fn failure(failure: &Failure) -> Value {
    let Answer::Counterexample(bad) = &failure.exploration.answer else {
        return json!({ "mess": failure.mess.to_string() });
    };
    json!({
        "mess": failure.mess.to_string(),
        "least": failure.least.to_string(),
        "property": bad.violation.property.name(),
        "found": bad.violation.found,
        "path": bad.path,
        "scenario": bad.scenario,
    })
}

fn described(failure: &Failure) -> String {
    let Answer::Counterexample(bad) = &failure.exploration.answer else {
        return String::new();
    };
    let property = bad.violation.property;
    let mut text = format!(
        "\n{}: {}\n  nothing else of it matters: {}\n  `{}` does not hold: {}\n  {}\n\n",
        failure.profile,
        failure.mess,
        failure.least,
        property.name(),
        property.statement(),
        bad.violation.found
    );
    text.push_str(&exploration::steps(&bad.trace));
    text
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or(0)
}

fn words(value: &Value) -> Vec<&str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn human(value: &Value) -> String {
    let campaign = &value["campaign"];
    let get = |key| number(campaign, key);
    let mut text = format!(
        "Messes of {} and {} in the cloud, with at most {} in a run and the scheduler between any \
         two steps\n",
        counted(get("people"), "person", "people"),
        counted(get("cloud"), "object", "objects"),
        counted(get("faults"), "fault", "faults")
    );
    let _ = writeln!(
        text,
        "  exhausted: all {} messes that are odd in at most {}\n  sampled: {} more, seed {}",
        get("exhausted"),
        counted(get("oddities"), "point", "points"),
        get("sampled"),
        get("seed")
    );
    let parts = campaign["parts"].as_array().map_or(0, Vec::len) as u64;
    if parts < get("of") {
        let _ = writeln!(text, "  only {parts} of {} parts of them", get("of"));
    }
    text.push('\n');
    let mut reached = BTreeSet::new();
    let mut patterns: BTreeMap<&str, u64> = BTreeMap::new();
    for result in results(value) {
        reached.extend(words(&result["reached"]));
        for (pattern, count) in result["patterns"].as_object().into_iter().flatten() {
            *patterns.entry(pattern).or_insert(0) += count.as_u64().unwrap_or(0);
        }
        let answer = result["answer"].as_str().unwrap_or_default().to_uppercase();
        let profile = result["profile"].as_str().unwrap_or_default();
        let _ = writeln!(
            text,
            "{answer} {profile}  {} of {} messes converge; {} states, {} transitions; {}",
            number(result, "converge"),
            number(result, "messes"),
            number(result, "states"),
            number(result, "transitions"),
            ends(result)
        );
        text.push_str(&refusals(result));
        text.push_str(&several_ends(&result["apart"]));
    }
    text.push_str(&sights(&reached));
    text.push_str("\nmesses that show a pattern, over all profiles\n");
    for (pattern, count) in patterns {
        let _ = writeln!(text, "  {count:>8}  {pattern}");
    }
    text
}

fn results(value: &Value) -> &[Value] {
    let results = value["campaign"]["results"].as_array();
    results.map(Vec::as_slice).unwrap_or_default()
}

/// How many messes the planner leaves to a person before its first step, and one of them.
fn refusals(result: &Value) -> String {
    let refused = result["refused"].as_array().map(Vec::as_slice);
    let Some([first, ..]) = refused else {
        return String::new();
    };
    let get = |key: &str| first[key].as_str().unwrap_or_default();
    format!(
        "  left to a person before the first step: {}, such as\n    {}\n    because {}\n",
        counted(refused.map_or(0, <[Value]>::len) as u64, "mess", "messes"),
        get("mess"),
        get("reason")
    )
}

/// A mess that ends in several ways, and what tells two of them apart.
fn several_ends(apart: &Value) -> String {
    let Some(mess) = apart["mess"].as_str() else {
        return String::new();
    };
    let mut text = format!("  ends that can be told apart, such as those of\n    {mess}\n");
    for key in ["one", "other"] {
        for line in words(&apart[key]) {
            let _ = writeln!(text, "    {key}: {line}");
        }
    }
    text
}

/// How many messes end in more than one way that people can tell apart.
fn ends(result: &Value) -> String {
    let several: u64 = (result["ends"].as_object().into_iter().flatten())
        .filter(|(ends, _)| !matches!(ends.as_str(), "0" | "1"))
        .filter_map(|(_, count)| count.as_u64())
        .sum();
    match several {
        0 => "`confluent` holds".to_owned(),
        _ => format!(
            "{several} of them end in ways that people can tell apart (`confluent`, not required)"
        ),
    }
}

fn sights(reached: &BTreeSet<&str>) -> String {
    let (met, missing): (Vec<_>, Vec<_>) =
        SIGHTS.iter().partition(|(word, _)| reached.contains(word));
    let list = |all: &[&(&str, &str)]| {
        let words: Vec<&str> = all.iter().map(|(_, meaning)| *meaning).collect();
        words.join(", ")
    };
    let mut text = format!("\n`reached`: {}\n", list(&met));
    if !missing.is_empty() {
        let _ = writeln!(text, "  never: {}", list(&missing));
    }
    text
}

fn junit(value: &Value) -> String {
    let mut suite = TestSuite::new("dirsync-lab explore --people");
    for result in results(value) {
        let answer = result["answer"].as_str().unwrap_or_default();
        let status = if answer == "converges" {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(answer);
            let bad = serde_json::to_string_pretty(&result["counterexamples"]);
            status.set_description(bad.unwrap_or_default());
            status
        };
        let profile = result["profile"].as_str().unwrap_or_default();
        suite.add_test_case(TestCase::new(format!("messes ({profile})"), status));
    }
    let mut report = Report::new("dirsync-lab explore --people");
    report.add_test_suite(suite);
    report.to_string().unwrap_or_default()
}

/// Results of several parts as one.
#[derive(Debug, Clone)]
pub(crate) struct Merged(Value);

impl Merged {
    pub(crate) fn render(&self, format: Format) -> String {
        match format {
            Format::Json => {
                let mut text = serde_json::to_string_pretty(&self.0).unwrap_or_default();
                text.push('\n');
                text
            }
            Format::Human if self.0["explorations"].is_array() => self.explorations(),
            Format::Human => human(&self.0),
            Format::Junit => junit(&self.0),
            Format::Html => {
                let mut page = Page::new("dirsync-lab explore");
                page.text(&human(&self.0));
                page.finish()
            }
        }
    }

    /// One line for each exploration of a scenario.
    fn explorations(&self) -> String {
        let mut text = String::new();
        for one in self.0["explorations"].as_array().into_iter().flatten() {
            let get = |key: &str| one[key].as_str().unwrap_or_default();
            let as_expected = one["asExpected"] == true;
            let expected = if as_expected {
                ""
            } else {
                " (not as the scenario says)"
            };
            let answer = get("answer").to_uppercase();
            let _ = writeln!(
                text,
                "{answer} {}  {}{expected}",
                get("file"),
                get("profile")
            );
        }
        text
    }

    /// The answer for all together: no part may be missing.
    pub(crate) fn answer(&self) -> &'static str {
        if let Some(all) = self.0["explorations"].as_array() {
            let wrong = || all.iter().filter(|one| one["asExpected"] != true);
            return match wrong().find(|one| one["answer"] != "inconclusive") {
                Some(_) => "counterexample",
                None if wrong().next().is_some() => "inconclusive",
                None => "converges",
            };
        }
        let answers: BTreeSet<&str> = results(&self.0)
            .iter()
            .filter_map(|result| result["answer"].as_str())
            .collect();
        let campaign = &self.0["campaign"];
        let parts = campaign["parts"].as_array().map_or(0, Vec::len) as u64;
        if answers.contains("counterexample") {
            "counterexample"
        } else if answers.contains("inconclusive") || parts < number(campaign, "of") {
            "inconclusive"
        } else {
            "converges"
        }
    }
}

const SAME: [&str; 7] = [
    "people", "cloud", "oddities", "faults", "sampled", "seed", "of",
];

/// Joins the parts of one campaign.
pub(crate) fn merge(files: Vec<(String, Value)>) -> Result<Merged, String> {
    let mut files = files.into_iter();
    let Some((first, mut whole)) = files.next() else {
        return Err("there is nothing to merge".to_owned());
    };
    if whole["explorations"].is_array() {
        return merge_explorations(whole, files);
    }
    if !whole["campaign"].is_object() {
        return Err(format!("{first} holds no campaign over messes"));
    }
    for (name, value) in files {
        let (into, from) = (&mut whole["campaign"], &value["campaign"]);
        if let Some(key) = SAME.iter().find(|key| into[**key] != from[**key]) {
            return Err(format!(
                "{name} is of another campaign than {first}: `{key}` differs"
            ));
        }
        let parts: Vec<Value> = from["parts"].as_array().cloned().unwrap_or_default();
        let known = into["parts"].as_array().cloned().unwrap_or_default();
        if let Some(part) = parts.iter().find(|part| known.contains(part)) {
            return Err(format!(
                "{name} holds part {part}, which another file holds too"
            ));
        }
        if let Some(list) = into["parts"].as_array_mut() {
            list.extend(parts);
        }
        for result in from["results"].as_array().into_iter().flatten() {
            let list = into["results"].as_array_mut();
            let Some(list) = list else { continue };
            match list
                .iter_mut()
                .find(|it| it["profile"] == result["profile"])
            {
                Some(known) => add(known, result),
                None => list.push(result.clone()),
            }
        }
    }
    Ok(Merged(whole))
}

/// Joins the parts of an exploration of scenarios.
fn merge_explorations(
    mut whole: Value,
    files: impl Iterator<Item = (String, Value)>,
) -> Result<Merged, String> {
    for (name, value) in files {
        let (Some(into), Some(from)) = (
            whole["explorations"].as_array_mut(),
            value["explorations"].as_array(),
        ) else {
            return Err(format!("{name} holds no explorations of scenarios"));
        };
        let same = |one: &Value, other: &Value| {
            one["file"] == other["file"] && one["profile"] == other["profile"]
        };
        if let Some(twice) = from
            .iter()
            .find(|one| into.iter().any(|other| same(one, other)))
        {
            return Err(format!("{name} holds {} again", twice["file"]));
        }
        into.extend(from.iter().cloned());
    }
    Ok(Merged(whole))
}

/// Adds the counts, lists and answers of one result to another.
fn add(into: &mut Value, from: &Value) {
    for key in [
        "messes",
        "converge",
        "inconclusive",
        "states",
        "transitions",
    ] {
        into[key] = json!(number(into, key) + number(from, key));
    }
    for key in ["ends", "patterns"] {
        for (name, count) in from[key].as_object().into_iter().flatten() {
            let sum = number(&into[key], name) + count.as_u64().unwrap_or(0);
            into[key][name.as_str()] = json!(sum);
        }
    }
    let mut reached: BTreeSet<String> = words(&into["reached"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    reached.extend(words(&from["reached"]).into_iter().map(str::to_owned));
    into["reached"] = json!(reached);
    let order = ["counterexample", "inconclusive", "converges"];
    let worst = order
        .iter()
        .find(|word| into["answer"] == **word || from["answer"] == **word);
    into["answer"] = json!(worst);
    if into["apart"].is_null() {
        into["apart"] = from["apart"].clone();
    }
    for key in ["refused", "counterexamples"] {
        if let Some(list) = into[key].as_array_mut() {
            list.extend(from[key].as_array().cloned().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use sim::mess::Scope;

    use super::*;

    fn part(part: usize, messes: usize) -> (String, Value) {
        let asked = Asked {
            scope: Scope {
                people: 2,
                cloud: 3,
                oddities: 1,
            },
            faults: 1,
            exhausted: 10,
            sampled: 0,
            seed: 1,
            parts: vec![part],
            of: 2,
        };
        let tally = Tally {
            messes,
            converge: messes,
            ..Tally::default()
        };
        let tallies = [(Profile::Entra2025, tally)];
        (format!("{part}.json"), value(&asked, &tallies))
    }

    #[test]
    fn the_parts_of_a_campaign_add_up() {
        let merged = merge(vec![part(0, 4), part(1, 6)]).expect("one campaign");
        assert_eq!(merged.answer(), "converges");
        let result = &results(&merged.0)[0];
        assert_eq!(
            (number(result, "messes"), number(result, "converge")),
            (10, 10)
        );
    }

    #[test]
    fn a_part_that_is_missing_leaves_it_inconclusive() {
        let merged = merge(vec![part(1, 6)]).expect("one campaign");
        assert_eq!(merged.answer(), "inconclusive");
    }

    #[test]
    fn no_part_counts_twice_and_none_of_another_campaign() {
        assert!(merge(vec![part(0, 4), part(0, 4)]).is_err());
        let (name, mut other) = part(1, 6);
        other["campaign"]["faults"] = json!(2);
        assert!(merge(vec![part(0, 4), (name, other)]).is_err());
    }

    #[test]
    fn one_counterexample_decides_for_all() {
        let (name, mut bad) = part(1, 6);
        bad["campaign"]["results"][0]["answer"] = json!("counterexample");
        let merged = merge(vec![part(0, 4), (name, bad)]).expect("one campaign");
        assert_eq!(merged.answer(), "counterexample");
    }
}
