//! What an instructor reads about many learners.

use std::fmt::Write as _;

use console::Seat;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use sim::lab::Report as Standing;

use super::labs::score;
use super::prediction::quoted;
use crate::labs::Desk;

type Named = (String, Desk);

/// Who learns there.
fn learner((name, desk): &Named) -> String {
    desk.begun.learner.clone().unwrap_or_else(|| name.clone())
}

/// Whether the goal was reached, by the learner's own work.
fn has_passed(standing: &Standing) -> bool {
    let own = |item: &sim::lab::Item| !matches!(item.kind.as_str(), "solution" | "exam");
    standing.passed() && standing.items.iter().all(own)
}

/// How a learner stands, for their instructor's page.
pub(crate) fn seat(name: &str, console: &str, desk: &Desk, damaged: bool) -> Seat {
    let (session, standing) = (&desk.session, desk.session.report());
    let deeds = session.deeds();
    let last = deeds.told.last();
    let last = last.map_or_else(String::new, |told| told.what.clone());
    Seat {
        learner: name.to_owned(),
        console: console.to_owned(),
        passed: has_passed(&standing),
        parts: (standing.met(), standing.findings.len()),
        score: standing.score,
        commands: deeds.commands,
        cycles: deeds.cycles,
        hints: session.hints().len(),
        predicted: (standing.predicted_right, standing.predicted),
        last: if damaged {
            "the journal can't be read any more".to_owned()
        } else {
            last
        },
        progress: desk.progress(),
    }
}

/// A table for people, and what each score is made of.
pub(crate) fn human(desks: &[Named]) -> String {
    let mut text = String::new();
    let width = desks
        .iter()
        .map(|one| learner(one).chars().count())
        .max()
        .unwrap_or(0);
    let mut passed = 0;
    for one in desks {
        let (desk, standing) = (&one.1, one.1.session.report());
        let is_passed = has_passed(&standing);
        passed += usize::from(is_passed);
        let _ = writeln!(
            text,
            "{:>9} {:<width$}  {:<4} {:>3} points  {} of {} of the goal  {}{}",
            if is_passed { "PASSED" } else { "NOT YET" },
            learner(one),
            desk.session.lab().lab,
            standing.score,
            standing.met(),
            standing.findings.len(),
            desk.begun.profile,
            if desk.begun.exam { ", exam" } else { "" },
        );
        text.push_str(&super::indented(&score(&standing), "          "));
    }
    let _ = writeln!(text, "\n  Summary {passed} of {} passed", desks.len());
    text
}

const HEADS: [&str; 20] = [
    "learner",
    "lab",
    "title",
    "profile",
    "seed",
    "mode",
    "passed",
    "score",
    "met",
    "assertions",
    "data",
    "irreversible",
    "commands",
    "cycles",
    "refused",
    "guards",
    "hints",
    "undone",
    "predicted",
    "predicted right",
];

/// One line for each learner. `data`, `guards` and `hints` are points lost, the rest
/// counts.
pub(crate) fn csv(desks: &[Named]) -> String {
    let mut text = HEADS.join(",");
    text.push_str("\r\n");
    for one in desks {
        let (begun, session) = (&one.1.begun, &one.1.session);
        let standing = session.report();
        let deeds = session.deeds();
        let mode = match (begun.exam, begun.incident) {
            (true, true) => "exam, incident",
            (true, false) => "exam",
            (false, true) => "incident",
            (false, false) => "",
        };
        let lost = |kind: &str| standing.points_of(kind).unsigned_abs().to_string();
        let cells = [
            learner(one),
            session.lab().lab.value.clone(),
            session.lab().title.value.clone(),
            begun.profile.clone(),
            begun.seed.to_string(),
            mode.to_owned(),
            has_passed(&standing).to_string(),
            standing.score.to_string(),
            standing.met().to_string(),
            standing.findings.len().to_string(),
            lost("data"),
            deeds.irreversible.len().to_string(),
            deeds.commands.to_string(),
            deeds.cycles.to_string(),
            deeds.refused.to_string(),
            lost("guards"),
            lost("hints"),
            session.undone().to_string(),
            standing.predicted.to_string(),
            standing.predicted_right.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A suite for each learner, a case for each assertion of the goal.
pub(crate) fn junit(desks: &[Named]) -> String {
    let mut report = Report::new("dirsync-lab lab");
    for one in desks {
        let (desk, standing) = (&one.1, one.1.session.report());
        let lab = desk.session.lab();
        let mut suite = TestSuite::new(format!("{} {} {}", learner(one), lab.lab, lab.title));
        for finding in &standing.findings {
            let status = if finding.met {
                TestCaseStatus::success()
            } else {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(finding.words.clone());
                status.set_description(finding.why.join("\n"));
                status
            };
            let mut case = TestCase::new(finding.name.clone(), status);
            case.set_classname(format!("{}.{}", lab.lab, learner(one)));
            suite.add_test_case(case);
        }
        let mut case = TestCase::new("score", TestCaseStatus::success());
        case.set_classname(format!("{}.{}", lab.lab, learner(one)));
        case.set_system_out(score(&standing));
        suite.add_test_case(case);
        report.add_test_suite(suite);
    }
    report.to_string().unwrap_or_default()
}
