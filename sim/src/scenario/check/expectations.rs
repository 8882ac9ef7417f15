//! The expectations: in steps, throughout and at the end.

use super::super::model::{AdAttribute, Expectation, MetaverseAttribute, Place, Step};
use super::super::spanned::Spanned;
use super::names::Names;
use super::{Checker, steps, uses};

/// Where an expectation stands.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    /// In the step of that number.
    Step(usize),
    /// Under `check`.
    Check,
    /// Inside `any-of`, in a step or under `check`.
    Alternative(Option<usize>),
}

impl Standing {
    fn step(self) -> Option<usize> {
        match self {
            Self::Step(step) => Some(step),
            Self::Alternative(step) => step,
            Self::Check => None,
        }
    }
}

/// Checks every expectation's names, values and place.
pub(super) fn check(checker: &mut Checker<'_>, names: &Names) {
    let scenario = checker.scenario;
    for (number, step) in scenario.steps.iter().enumerate() {
        if let Step::Expect(expectations) = &step.value {
            for expectation in expectations.iter() {
                one(checker, names, expectation, Standing::Step(number));
            }
        }
    }
    let explore = scenario.explore.as_ref();
    let goal = explore.into_iter().flat_map(|it| &it.goal);
    let check = scenario.check.always.iter().chain(&scenario.check.finally);
    for expectation in check.chain(goal) {
        one(checker, names, expectation, Standing::Check);
    }
}

fn one(
    checker: &mut Checker<'_>,
    names: &Names,
    expectation: &Spanned<Expectation>,
    standing: Standing,
) {
    for used in uses::of_expectation(expectation) {
        names.look_up(checker, used.name, used.side, standing.step());
    }
    placed(checker, expectation, standing);
    meaning(checker, expectation);
    if let Expectation::AnyOf(alternatives) = &expectation.value {
        if alternatives.len() < 2 {
            let message = "`any-of` needs two alternatives at least";
            checker.add(checker.problem("nothing-to-do", message, &expectation.at));
        }
        let inner = alternatives
            .iter()
            .flat_map(|expectations| expectations.iter());
        for expectation in inner {
            one(
                checker,
                names,
                expectation,
                Standing::Alternative(standing.step()),
            );
        }
    }
}

/// Reports expectations where they mean nothing.
fn placed(checker: &mut Checker<'_>, expectation: &Spanned<Expectation>, standing: Standing) {
    let word = match &expectation.value {
        Expectation::Provisioned(_) => "provisioned",
        Expectation::Refused(_) => "refused",
        _ => return,
    };
    let Standing::Step(number) = standing else {
        let place = if standing == Standing::Check {
            "`check`"
        } else {
            "`any-of`"
        };
        let problem = checker
            .problem(
                "misplaced",
                format!("`{word}` means nothing under {place}"),
                &expectation.at,
            )
            .help("write it under `expect`, behind the step it is about");
        checker.add(problem);
        return;
    };
    if word == "refused" {
        follows_a_request(checker, expectation, number);
    }
}

fn follows_a_request(checker: &mut Checker<'_>, expectation: &Spanned<Expectation>, number: usize) {
    let steps = checker.scenario.steps.get(..number).unwrap_or_default();
    let before = steps
        .iter()
        .rev()
        .find(|step| step.place() != Place::Nowhere);
    let problem = checker.problem("misplaced", "nothing can be refused here", &expectation.at);
    let problem = match before {
        None => problem.label("no step stands before it"),
        Some(step) if step.place() == Place::Engine => problem
            .label("only a step in a directory can be refused")
            .also(step.at.clone(), "the step before it"),
        Some(_) => return,
    };
    checker.add(problem.help("write it right behind the step that is refused"));
}

fn meaning(checker: &mut Checker<'_>, expectation: &Spanned<Expectation>) {
    match &expectation.value {
        Expectation::Error(error) => {
            let problem = checker.known.error_code(checker.file, &error.code);
            checker.found.extend(problem);
        }
        Expectation::AdObject(AdAttribute {
            attribute,
            value,
            absent,
            ..
        }) => {
            steps::attribute(checker, attribute);
            value_or_absent(checker, value.is_some(), *absent, expectation);
        }
        Expectation::MetaverseObject(MetaverseAttribute {
            attribute,
            value,
            absent,
            ..
        }) => {
            let problem = checker.known.metaverse(checker.file, attribute);
            checker.found.extend(problem);
            value_or_absent(checker, value.is_some(), *absent, expectation);
        }
        Expectation::CloudUser(account) => {
            if let (Some(_), Some(anchor)) = (&account.immutable_id, &account.anchor_of) {
                let message = "`immutable-id` and `anchor-of` exclude one another";
                checker.add(checker.problem("contradiction", message, &anchor.at));
            }
            for (property, _) in account.attributes.iter() {
                let problem = checker.known.property(checker.file, property);
                checker.found.extend(problem);
            }
            for role in account.roles.iter().flat_map(|roles| roles.iter()) {
                let problem = checker.known.role(checker.file, role);
                checker.found.extend(problem);
            }
        }
        Expectation::StepStatus(status) => {
            steps::connector(checker, &status.connector);
            let problem = checker.known.status(checker.file, &status.status);
            checker.found.extend(problem);
        }
        Expectation::Event(id) => {
            let problem = checker.known.event(checker.file, *id, &expectation.at);
            checker.found.extend(problem);
        }
        Expectation::Count(count) if *count == super::super::model::Count::default() => {
            let message = "`count` counts nothing";
            let problem = checker.problem("nothing-to-do", message, &expectation.at);
            checker.add(problem.help("write at least one of its keys, such as `users: 1`"));
        }
        _ => {}
    }
}

fn value_or_absent(
    checker: &mut Checker<'_>,
    has_value: bool,
    absent: bool,
    expectation: &Spanned<Expectation>,
) {
    let problem = match (has_value, absent) {
        (true, true) => checker.problem(
            "contradiction",
            "`value` and `absent` exclude one another",
            &expectation.at,
        ),
        (false, false) => checker
            .problem(
                "missing-key",
                "nothing is said about the attribute",
                &expectation.at,
            )
            .help("write `value`, or `absent: true`"),
        _ => return,
    };
    checker.add(problem);
}
