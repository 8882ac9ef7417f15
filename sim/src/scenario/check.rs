//! Names and meaning: everything that can be known about a scenario without running it.

mod belongs;
mod expectations;
mod names;
mod objects;
mod places;
mod steps;
mod uses;
mod world;

use super::diagnostic::Diagnostic;
use super::known::Known;
use super::model::Scenario;
use names::Names;

/// Everything that is wrong with the names and the meaning of a scenario.
pub(super) fn check_all(file: &str, scenario: &Scenario, known: &Known<'_>) -> Vec<Diagnostic> {
    let mut checker = Checker {
        file,
        scenario,
        known,
        found: Vec::new(),
    };
    let names = Names::collect(&mut checker);
    world::check(&mut checker);
    objects::check(&mut checker, &names);
    places::check(&mut checker);
    belongs::check(&mut checker, &names);
    steps::check(&mut checker, &names);
    expectations::check(&mut checker, &names);
    hazards(&mut checker);
    checker.found
}

/// Reports hazards that do not exist.
fn hazards(checker: &mut Checker<'_>) {
    let scenario = checker.scenario;
    for name in &scenario.hazards {
        if crate::hazard::hazard(name).is_none() {
            let message = format!("there is no hazard `{name}`");
            let words = crate::hazard::HAZARDS.iter();
            let words = words.flat_map(|it| [it.number, it.name]);
            let help = super::suggest::nearest(name, words).map_or_else(
                || "they are called W01 to W15".to_owned(),
                |nearest| format!("did you mean `{nearest}`?"),
            );
            let problem = checker.problem("unknown-hazard", message, &name.at);
            checker.add(problem.help(help));
        }
    }
}

/// What the checks share.
struct Checker<'s> {
    file: &'s str,
    scenario: &'s Scenario,
    known: &'s Known<'s>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Starts a finding; [`Checker::add`] it when it is complete.
    fn problem(
        &self,
        code: &'static str,
        message: impl Into<String>,
        at: &std::ops::Range<usize>,
    ) -> Diagnostic {
        Diagnostic::new(code, message, self.file, at.clone())
    }

    fn add(&mut self, problem: Diagnostic) {
        self.found.push(problem);
    }
}
