//! Explorations for people, programs and test reports.

use std::fmt::Write as _;

use mock_cloud::profile::shown;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use sim::explore::{Answer, Counterexample, Exploration, Reading, Swap, TraceStep};

use crate::commands::explore::Format;
use crate::files::ScenarioFile;
use crate::report::page::Page;

type Explored = (ScenarioFile, Exploration);

/// All explorations in one format.
pub(crate) fn render(format: Format, explored: &[Explored]) -> String {
    match format {
        Format::Human => human(explored),
        Format::Json => json(explored),
        Format::Junit => junit(explored),
        Format::Html => html(explored),
    }
}

/// The steps of a trace, numbered, with the rules that fired.
pub(crate) fn steps(trace: &[TraceStep]) -> String {
    let mut text = String::new();
    for (place, step) in trace.iter().enumerate() {
        let _ = writeln!(text, "  {:>2}. {}", place + 1, step.text);
        if let Some(note) = &step.note {
            let _ = writeln!(text, "      {note}");
        }
        if !step.rules.is_empty() {
            let rules: Vec<String> = step.rules.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "      rules {}", rules.join(" "));
        }
    }
    text
}

/// Which neighbouring steps may change places.
pub(crate) fn swaps(file: &ScenarioFile, whole: &Exploration, swaps: &[Swap]) -> String {
    let mut text = format!(
        "{}  {}\n  as it stands: {}\n",
        file.name,
        whole.profile,
        outcome(&whole.answer)
    );
    for swap in swaps {
        let may = if outcome(&swap.answer) == outcome(&whole.answer) {
            "may be swapped"
        } else {
            "NOT to be swapped"
        };
        let _ = writeln!(text, "  {may}: {}  <->  {}", swap.first, swap.second);
        if may.starts_with("NOT") {
            let _ = writeln!(text, "      then: {}", found(&swap.answer));
        }
    }
    text
}

/// Which readings of what is unknown change the answer.
pub(crate) fn readings(file: &ScenarioFile, whole: &Exploration, all: &[Reading]) -> String {
    let mut text = format!(
        "{}  {}\n  as it stands: {}\n",
        file.name,
        whole.profile,
        outcome(&whole.answer)
    );
    let other = |reading: &&Reading| outcome(&reading.answer) != outcome(&whole.answer);
    let others: Vec<&Reading> = all.iter().filter(other).collect();
    for reading in &others {
        let set = shown(reading.word);
        let (switch, rule) = (reading.switch, reading.rule);
        let _ = writeln!(
            text,
            "  with `{switch}` {set} ({rule}): {}",
            found(&reading.answer)
        );
        let means = if set == reading.word {
            ""
        } else {
            "on means: "
        };
        let _ = writeln!(text, "      {means}{}", reading.effect);
    }
    let same = all.len() - others.len();
    let _ = writeln!(text, "  the same under each of {same} other readings");
    text
}

/// The answer in a word, with the property where one is broken.
fn outcome(answer: &Answer) -> String {
    match answer {
        Answer::Counterexample(bad) => format!("`{}` is broken", bad.violation.property.name()),
        other => other.word().to_owned(),
    }
}

fn found(answer: &Answer) -> String {
    match answer {
        Answer::Counterexample(bad) => {
            let property = bad.violation.property.name();
            format!("`{property}` is broken: {}", bad.violation.found)
        }
        other => other.word().to_owned(),
    }
}

fn human(explored: &[Explored]) -> String {
    let mut text = String::new();
    for (file, found) in explored {
        let as_wanted = match (&found.answer, found.as_wanted) {
            (Answer::Counterexample(_), true) => " (as the scenario says)",
            (Answer::Converges, false) => " (the scenario expects a counterexample)",
            _ => "",
        };
        let _ = writeln!(
            text,
            "{} {}  {}{as_wanted}",
            found.answer.word().to_uppercase(),
            file.name,
            found.profile
        );
        let _ = writeln!(text, "  {}", bounds(found));
        if let Answer::Counterexample(counterexample) = &found.answer {
            text.push_str(&described(file, found, counterexample));
        }
    }
    text
}

fn bounds(found: &Exploration) -> String {
    let reached: Vec<&str> = found.reached.iter().copied().collect();
    format!(
        "{} states, {} transitions, {} moves deep, at most {} faults; ends: {}; reached: {}",
        found.states,
        found.transitions,
        found.depth,
        found.faults,
        found.ends,
        reached.join(", ")
    )
}

fn described(file: &ScenarioFile, found: &Exploration, bad: &Counterexample) -> String {
    let property = bad.violation.property;
    let mut text = format!(
        "\n  `{}` does not hold: {}\n  {}\n\n",
        property.name(),
        property.statement(),
        bad.violation.found
    );
    text.push_str(&steps(&bad.trace));
    let _ = writeln!(
        text,
        "\n  replay: dirsync-lab replay {} '{}' --profile {} --faults {}\n",
        file.name, bad.path, found.profile, found.faults
    );
    text
}

fn json(explored: &[Explored]) -> String {
    let all: Vec<Value> = explored
        .iter()
        .map(|(file, found)| {
            let counterexample = match &found.answer {
                Answer::Counterexample(bad) => json!({
                    "property": bad.violation.property.name(),
                    "found": bad.violation.found,
                    "path": bad.path,
                    "scenario": bad.scenario,
                    "trace": bad.trace.iter().map(|step| json!({
                        "text": step.text,
                        "note": step.note,
                        "rules": step.rules.iter().map(|rule| rule.number()).collect::<Vec<_>>(),
                    })).collect::<Vec<_>>(),
                }),
                _ => Value::Null,
            };
            json!({
                "file": file.name,
                "title": found.title,
                "profile": found.profile.name(),
                "answer": found.answer.word(),
                "asExpected": found.as_wanted,
                "states": found.states,
                "transitions": found.transitions,
                "depth": found.depth,
                "faults": found.faults,
                "ends": found.ends,
                "reached": found.reached,
                "counterexample": counterexample,
            })
        })
        .collect();
    let mut text =
        serde_json::to_string_pretty(&json!({ "explorations": all })).unwrap_or_default();
    text.push('\n');
    text
}

/// A page with each counterexample.
fn html(explored: &[Explored]) -> String {
    let mut page = Page::new("dirsync-lab explore");
    for (file, found) in explored {
        let title = format!(
            "{}: {} ({})",
            found.answer.word(),
            found.title,
            found.profile
        );
        let facts = format!("{}; {}", file.name, bounds(found));
        page.heading(&title, &facts);
        if let Answer::Counterexample(bad) = &found.answer {
            page.counterexample(bad);
        }
    }
    page.finish()
}

fn junit(explored: &[Explored]) -> String {
    let mut suite = TestSuite::new("dirsync-lab explore");
    for (file, found) in explored {
        let status = if found.as_wanted {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(found.answer.word());
            if let Answer::Counterexample(bad) = &found.answer {
                status.set_description(described(file, found, bad));
            }
            status
        };
        let mut case = TestCase::new(format!("{} ({})", found.title, found.profile), status);
        case.set_classname(file.name.clone());
        suite.add_test_case(case);
    }
    let mut report = Report::new("dirsync-lab explore");
    report.add_test_suite(suite);
    report.to_string().unwrap_or_default()
}
