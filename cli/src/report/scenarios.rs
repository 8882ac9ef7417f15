//! Verdicts of scenarios for people, programs, test reports and GitHub.

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use sim::run::Verdict;
use sim::scenario::render as render_diagnostics;

use crate::commands::run::Format;
use crate::files::ScenarioFile;
use crate::report::history;

type Ran = (ScenarioFile, Verdict);

/// All verdicts in one format.
pub(crate) fn render(format: Format, verdicts: &[Ran], history: bool) -> String {
    match format {
        Format::Human => human(verdicts, history),
        Format::Json => json(verdicts),
        Format::Junit => junit(verdicts),
        Format::Github => github(verdicts),
    }
}

/// `1 scenario`, `2 scenarios`.
pub(crate) fn count(scenarios: usize) -> String {
    format!(
        "{scenarios} {}",
        if scenarios == 1 {
            "scenario"
        } else {
            "scenarios"
        }
    )
}

fn human(verdicts: &[Ran], history: bool) -> String {
    let mut text = String::new();
    for (file, verdict) in verdicts {
        let word = if verdict.passed() { "PASSED" } else { "FAILED" };
        let steps = match verdict.steps {
            1 => "1 step".to_owned(),
            steps => format!("{steps} steps"),
        };
        let _ = writeln!(
            text,
            "{word:>9} {}  {}  {steps}",
            file.name, verdict.profile
        );
        if !verdict.passed() {
            let _ = write!(
                text,
                "\n{}\n",
                render_diagnostics(&verdict.failures, &file.source)
            );
        }
        if history {
            text.push_str(&history::human(verdict));
        }
    }
    let failed = verdicts
        .iter()
        .filter(|(_, verdict)| !verdict.passed())
        .count();
    let _ = writeln!(
        text,
        "\n  Summary {} passed, {failed} failed",
        count(verdicts.len() - failed)
    );
    text
}

fn json(verdicts: &[Ran]) -> String {
    let all: Vec<Value> = verdicts
        .iter()
        .map(|(file, verdict)| {
            let failures = verdict.failures.iter().map(|failure| {
                let (line, column) = failure.position(&file.source);
                json!({
                    "code": failure.code,
                    "message": failure.message,
                    "line": line,
                    "column": column,
                    "found": failure.labels.first().map(|label| &label.text),
                    "help": failure.help,
                })
            });
            json!({
                "file": file.name,
                "title": verdict.title,
                "profile": verdict.profile.name(),
                "passed": verdict.passed(),
                "steps": verdict.steps,
                "expectations": verdict.expectations,
                "rules": verdict.rules.iter().map(|rule| rule.number()).collect::<Vec<_>>(),
                "fingerprint": format!("{:032x}", verdict.fingerprint),
                "failures": failures.collect::<Vec<_>>(),
                "history": history::json(&verdict.history),
                "connectorSpace": history::connector_space_json(&verdict.connector_space),
                "lineage": history::lineage_json(&verdict.lineage),
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&json!({ "scenarios": all })).unwrap_or_default();
    text.push('\n');
    text
}

fn junit(verdicts: &[Ran]) -> String {
    let mut suite = TestSuite::new("dirsync-lab");
    for (file, verdict) in verdicts {
        let status = if verdict.passed() {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(first) = verdict.failures.first() {
                status.set_message(first.message.to_string());
            }
            status.set_description(render_diagnostics(&verdict.failures, &file.source));
            status
        };
        let mut case = TestCase::new(format!("{} ({})", verdict.title, verdict.profile), status);
        case.set_classname(file.name.clone());
        suite.add_test_case(case);
    }
    let mut report = Report::new("dirsync-lab");
    report.add_test_suite(suite);
    report.to_string().unwrap_or_default()
}

fn github(verdicts: &[Ran]) -> String {
    let mut text = String::new();
    for (file, verdict) in verdicts {
        for failure in &verdict.failures {
            let (line, column) = failure.position(&file.source);
            let found = failure
                .labels
                .first()
                .map_or("", |label| label.text.as_str());
            let _ = writeln!(
                text,
                "::error file={},line={line},col={column},title={}::{}",
                file.name,
                escaped(&format!("{} ({})", verdict.title, verdict.profile)),
                escaped(&format!(
                    "{}: {found}\n{}",
                    failure.message,
                    failure.help.join("\n")
                )),
            );
        }
    }
    text
}

/// GitHub's own escapes.
pub(crate) fn escaped(text: &str) -> String {
    text.trim()
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace("::", ": :")
}
