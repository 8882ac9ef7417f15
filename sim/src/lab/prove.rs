//! Proof that a lab works: not won before, won by its own solution, and traps cost points.

use mock_cloud::Profile;

use super::model::Lab;
use super::score::Report;
use super::session::Session;
use crate::rehearse::Arrange;
use crate::scenario::{Diagnostic, Spanned};

/// What came of trying a lab in one profile.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The era.
    pub profile: Profile,
    /// What is wrong; empty when everything is proved.
    pub failures: Vec<Diagnostic>,
    /// How the solution scores, where it could be taken.
    pub solved: Option<Report>,
    /// How many wrong ways were taken.
    pub traps: usize,
    /// The fingerprint of the world after the solution.
    pub fingerprint: u128,
}

/// Plays a lab in one profile: check fails before, the solution runs, check passes after with all
/// points, and each trap costs what it says.
pub fn prove(file: &str, lab: &Lab, profile: Profile, arrange: Arrange<'_>) -> Proof {
    let mut proof = Proof {
        profile,
        failures: Vec::new(),
        solved: None,
        traps: 0,
        fingerprint: 0,
    };
    let begun = match Session::begin(file, lab, profile, arrange) {
        Ok(begun) => begun,
        Err(found) => {
            proof.failures = found;
            return proof;
        }
    };
    if begun.report().passed() {
        let problem = Diagnostic::new(
            "won-before",
            "everything that has to hold holds before the learner has done anything",
            file,
            lab.title.at.clone(),
        );
        proof
            .failures
            .push(problem.help("expect under `win` what only a repair brings about"));
    }
    let mut solved = begun.clone();
    match solved.play(file, &lab.solve) {
        Ok(()) => check_solution(file, lab, &solved, &mut proof),
        Err(problem) => proof.failures.push(problem),
    }
    for trap in &lab.traps {
        proof.traps += 1;
        let mut trapped = begun.clone();
        match trapped.play(file, &trap.steps) {
            Ok(()) => {
                let report = trapped.report();
                let full = |kind: &str| if kind == "goal" { 100 } else { 0 };
                let harmless = trap
                    .costs
                    .iter()
                    .filter(|it| report.points_of(it) >= full(it));
                for cost in harmless {
                    let message = format!("the trap `{}` costs nothing as `{cost}`", trap.name);
                    let problem = Diagnostic::new("harmless-trap", message, file, cost.at.clone());
                    proof.failures.push(problem.label(items(&report)));
                }
            }
            Err(problem) => proof.failures.push(problem),
        }
    }
    proof
}

fn check_solution(file: &str, lab: &Lab, solved: &Session, proof: &mut Proof) {
    let report = solved.report();
    proof.fingerprint = solved.world().fingerprint();
    let places = report.findings.iter().zip(&lab.win);
    for (finding, assertion) in places.filter(|(finding, _)| !finding.met) {
        let message = format!("after the solution, {}: {}", finding.name, finding.words);
        let mut problem = Diagnostic::new("not-won", message, file, head(assertion));
        problem.help.clone_from(&finding.why);
        proof.failures.push(problem);
    }
    for item in report.items.iter().filter(|item| item.points < 0) {
        let message = format!("the solution loses points: {}", item.because);
        let at = lab.par_place();
        proof.failures.push(
            Diagnostic::new("solution-loses-points", message, file, at)
                .help("raise `par`, or show a solution that loses nothing"),
        );
    }
    let open = lab.hints.iter().filter(|stage| !solved.is_over(stage));
    for stage in open.filter(|stage| !stage.until.is_empty()) {
        let message = format!(
            "after the solution, the stage `{}` is not over",
            stage.stage
        );
        let at = stage.stage.at.clone();
        let problem = Diagnostic::new("stage-not-over", message, file, at);
        proof
            .failures
            .push(problem.help("expect under `until` what the solution brings about"));
    }
    proof.solved = Some(report);
}

impl Lab {
    /// Where messages about the solution as a whole point at.
    fn par_place(&self) -> std::ops::Range<usize> {
        self.solve.first().map_or(0..0, |step| step.at.clone())
    }
}

fn head<T>(spanned: &Spanned<T>) -> std::ops::Range<usize> {
    spanned.at.clone()
}

fn items(report: &Report) -> String {
    let items = report.items.iter();
    let items: Vec<String> = items
        .map(|item| format!("{} {}: {}", item.kind, item.points, item.because))
        .collect();
    items.join("; ")
}
