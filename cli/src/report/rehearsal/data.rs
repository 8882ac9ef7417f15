//! Rehearsals for programs, test reports and GitHub.

use std::fmt::Write as _;

use host::{Freeze, Origin};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use sim::hazard::Severity;
use sim::rehearse::{At, Health, Judgement};
use sim::scenario::render as render_diagnostics;

use super::{at, title};
use crate::commands::rehearse::Ran;
use crate::lab::Loaded;
use crate::report::scenarios::escaped;

pub(super) fn json(loaded: &Loaded, command: &[String], runs: &[Ran]) -> String {
    let all: Vec<Value> = runs.iter().map(|ran| run(loaded, ran)).collect();
    let value = json!({
        "world": loaded.name,
        "title": loaded.rehearsal.title(),
        "command": command,
        "passed": runs.iter().all(Ran::passed),
        "runs": all,
    });
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

fn place(at: At) -> Value {
    match at {
        At::Happening(place) => (place + 1).into(),
        At::Settling => Value::Null,
    }
}

/// The line of the script, where it was one.
fn line(ran: &Ran, at: At) -> Value {
    ran.line(at).map_or(Value::Null, |(_, line, _)| line.into())
}

fn health(health: Health) -> Value {
    json!({
        "inScope": health.in_scope,
        "joined": health.joined,
        "errors": health.errors,
        "quarantined": health.quarantined,
        "pendingExports": health.pending,
    })
}

fn run(loaded: &Loaded, ran: &Ran) -> Value {
    let judgement = &ran.judgement;
    let told = judgement.told.iter().zip(&ran.origins).enumerate();
    let told = told.map(|(place, (one, from))| {
        json!({
            "number": place + 1,
            "at": one.at.to_string(),
            "from": from.word(),
            "line": match from {
                Origin::Script(line) => Value::from(*line),
                _ => Value::Null,
            },
            "what": one.what,
            "came": one.came,
            "refused": one.refused,
        })
    });
    let failures = judgement.failures.iter().map(|failure| {
        let (line, column) = failure.position(&loaded.source);
        json!({
            "message": failure.message,
            "found": failure.labels.first().map(|label| &label.text),
            "line": line,
            "column": column,
            "help": failure.help,
        })
    });
    let irreversible = judgement.irreversible.iter();
    json!({
        "passed": ran.passed(),
        "profile": judgement.profile.name(),
        "killedAfter": ran.killed.map(|kill| match kill {
            Freeze::AfterRequest(count) => json!({ "request": count }),
            Freeze::AfterWrite(count) => json!({ "write": count }),
        }),
        "end": ran.end.words(),
        "writes": ran.writes,
        "faults": ran.faults,
        "happened": told.collect::<Vec<_>>(),
        "changes": changes(judgement),
        "before": health(judgement.before),
        "after": health(judgement.after),
        "converged": judgement.missing.is_none(),
        "missing": judgement.missing,
        "cyclesToRest": judgement.settled,
        "lost": judgement.lost().map(|it| it.label.to_string()).collect::<Vec<_>>(),
        "irreversible": irreversible
            .map(|it| json!({ "with": place(it.at), "line": line(ran, it.at), "what": it.what }))
            .collect::<Vec<_>>(),
        "hazards": judgement.hazards.iter().map(|met| json!({
            "with": place(met.at),
            "line": line(ran, met.at),
            "number": met.hazard.number,
            "name": met.hazard.name,
            "what": met.what,
            "cost": met.hazard.cost,
            "instead": met.hazard.instead,
            "danger": met.hazard.severity == Severity::Danger,
            "acknowledged": met.acknowledged,
            "anyway": met.anyway,
        })).collect::<Vec<_>>(),
        "violations": judgement.violations.iter().map(|met| json!({
            "with": place(met.at),
            "line": line(ran, met.at),
            "property": met.violation.property.name(),
            "found": met.violation.found,
        })).collect::<Vec<_>>(),
        "coverage": ran.script.as_ref().map(|script| json!({
            "script": script.name,
            "statements": script.statements.len(),
            "notReached": script.missed().collect::<Vec<_>>(),
        })),
        "expectations": judgement.expectations,
        "failures": failures.collect::<Vec<_>>(),
        "rules": judgement.rules.iter().map(|rule| rule.number()).collect::<Vec<_>>(),
        "fingerprint": format!("{:032x}", judgement.world.fingerprint()),
    })
}

fn changes(judgement: &Judgement) -> Vec<Value> {
    let all = judgement.changes.iter().map(|change| {
        let values = change.changes.iter();
        let values =
            values.map(|it| json!({ "property": it.property, "from": it.from, "to": it.to }));
        let loses = change.loses.iter();
        let loses = loses.map(|it| json!({ "property": it.property, "value": it.value }));
        json!({
            "id": change.id.to_string(),
            "label": change.label,
            "fate": change.fate.word(),
            "changes": values.collect::<Vec<_>>(),
            "loses": loses.collect::<Vec<_>>(),
        })
    });
    all.collect()
}

/// The kind of what is wrong with hazards.
const HAZARDS: &str = "no hazard is met";

/// The hazards that are not excused: those that make a run fail, or the others.
fn hazards(ran: &Ran, fail: bool) -> Vec<String> {
    let met = ran.judgement.hazards.iter().filter(|met| !met.is_excused());
    let met = met.filter(|met| {
        let fails = ran.strict() || met.hazard.severity == Severity::Danger;
        fails == fail
    });
    let told = met.map(|met| {
        let (number, name) = (met.hazard.number, met.hazard.name);
        let (what, at, instead) = (&met.what, at(ran, met.at), met.hazard.instead);
        format!("{number} {name}: {what}, {at}; instead: {instead}")
    });
    told.collect()
}

/// Everything that is wrong with a run, one text for each kind of it.
fn wrongs(loaded: &Loaded, ran: &Ran) -> [(&'static str, Vec<String>); 5] {
    let judgement = &ran.judgement;
    let end = (!ran.end.is_success()).then(|| format!("the command {}", ran.end.words()));
    let failures = judgement.failures.iter();
    let failures = failures.map(|it| render_diagnostics(std::slice::from_ref(it), &loaded.source));
    let violations = judgement.violations.iter().map(|met| {
        let property = met.violation.property;
        format!(
            "{}: {}, {}",
            property.name(),
            met.violation.found,
            at(ran, met.at)
        )
    });
    let dangers = hazards(ran, true);
    let rest = judgement.settled.is_none();
    let rest = rest.then(|| "cycles go on changing the world".to_owned());
    [
        ("the command ends well", end.into_iter().collect()),
        ("what the scenario expects", failures.collect()),
        ("properties hold in every state", violations.collect()),
        (HAZARDS, dangers),
        ("the world comes to rest", rest.into_iter().collect()),
    ]
}

pub(super) fn junit(loaded: &Loaded, command: &[String], runs: &[Ran]) -> String {
    let mut report = Report::new("dirsync-lab rehearse");
    for ran in runs {
        let title = title(ran);
        let mut suite = TestSuite::new(format!("{} {title}", command.join(" ")));
        for (name, wrong) in wrongs(loaded, ran) {
            let status = match wrong.first() {
                None => TestCaseStatus::success(),
                Some(first) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(first.lines().next().unwrap_or_default());
                    status.set_description(wrong.join("\n"));
                    status
                }
            };
            let mut case = TestCase::new(format!("{name} ({})", ran.judgement.profile), status);
            case.set_classname(loaded.name.clone());
            let warnings = hazards(ran, false);
            if name == HAZARDS && !warnings.is_empty() {
                case.set_system_out(warnings.join("\n"));
            }
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().unwrap_or_default()
}

pub(super) fn github(loaded: &Loaded, runs: &[Ran]) -> String {
    let mut text = String::new();
    for ran in runs {
        let title = escaped(&format!("rehearsal, {}", title(ran)));
        for failure in &ran.judgement.failures {
            let (line, column) = failure.position(&loaded.source);
            let found = failure.labels.first().map_or("", |label| &label.text);
            let said = escaped(&format!("{}: {found}", failure.message));
            let file = &loaded.name;
            let _ = writeln!(
                text,
                "::error file={file},line={line},col={column},title={title}::{said}"
            );
        }
        for (kind, wrong) in wrongs(loaded, ran) {
            for one in wrong.iter().filter(|_| kind != "what the scenario expects") {
                let _ = writeln!(text, "::error title={title}::{}", escaped(one));
            }
        }
        for one in hazards(ran, false) {
            let _ = writeln!(text, "::warning title={title}::{}", escaped(&one));
        }
    }
    text
}
