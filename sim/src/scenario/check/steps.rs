//! The steps, one by one and in their order.

use std::ops::Range;

use super::super::model::{
    CloudUserRestored, ConsistencyGuidSet, Expectation, ImmutableIdSet, Profile, RunStep, Step,
};
use super::super::spanned::{Name, Spanned};
use super::super::value::Connector;
use super::names::Names;
use super::{Checker, objects, uses, world};

/// Checks every step's names and values.
pub(super) fn check(checker: &mut Checker<'_>, names: &Names) {
    let scenario = checker.scenario;
    let mut verified: Vec<&str> = Vec::new();
    for (number, step) in scenario.steps.iter().enumerate() {
        for used in uses::of_step(step) {
            let object = names.look_up(checker, used.name, used.side, Some(number));
            if let (Some(wanted), Some(found)) = (used.kind, object.and_then(|it| it.kind))
                && wanted != found
            {
                let message = format!(
                    "`{}` is a {found}, and `{}` needs a {wanted}",
                    used.name,
                    step.verb()
                );
                checker.add(checker.problem("does-not-fit", message, &used.name.at));
            }
        }
        meaning(checker, step);
        in_profile(checker, step);
        if !is_refused(&scenario.steps, number) {
            objects::user_domain(checker, new_upn(step), &verified);
        }
        if let Step::VerifyDomain(new) = &step.value {
            verified.push(&new.domain);
        }
    }
}

/// Whether an expectation right behind the step says that it is refused.
fn is_refused(steps: &[Spanned<Step>], number: usize) -> bool {
    let next = steps.get(number + 1..).unwrap_or_default().iter();
    let expected = next.map_while(|step| match &step.value {
        Step::Expect(expectations) => Some(expectations),
        _ => None,
    });
    let mut expected = expected.flat_map(|expectations| expectations.iter());
    expected.any(|expectation| matches!(expectation.value, Expectation::Refused(_)))
}

fn new_upn(step: &Step) -> Option<&Name> {
    match step {
        Step::SetCloudUser(change) => change.upn.as_ref(),
        Step::RestoreCloudUser(CloudUserRestored { new_upn, .. }) => new_upn.as_ref(),
        Step::CreateCloudUser(new) if !new.object.guest => new.object.upn.as_ref(),
        _ => None,
    }
}

fn meaning(checker: &mut Checker<'_>, step: &Spanned<Step>) {
    match &step.value {
        Step::Set(step) => attribute(checker, &step.attribute),
        Step::Clear(step) => attribute(checker, &step.attribute),
        Step::AddValue(step) | Step::RemoveValue(step) => attribute(checker, &step.attribute),
        Step::SetImmutableId(set) => immutable_id(checker, set, &step.at),
        Step::SetConsistencyGuid(set) => consistency_guid(checker, set, &step.at),
        Step::AssignRole(role) | Step::RemoveRole(role) => {
            let problem = checker.known.role(checker.file, &role.role);
            checker.found.extend(problem);
        }
        Step::SetCloudUser(change) => {
            if let Some(upn) = &change.upn {
                objects::looks_like_upn(checker, upn);
            }
            for (property, _) in change.attributes.iter() {
                let problem = checker.known.property(checker.file, property);
                checker.found.extend(problem);
            }
            if change.changes_nothing() {
                let message = "`set-cloud-user` changes nothing";
                checker.add(checker.problem("nothing-to-do", message, &step.at));
            }
        }
        Step::VerifyDomain(new) if !world::is_domain(&new.domain) => {
            let message = format!("`{}` is no domain", new.domain);
            let at = &new.domain.at;
            let problem = checker.problem("invalid-value", message, at);
            checker.add(problem.help("write for example `contoso.com`"));
        }
        Step::SetEngine(change) if change.is_empty() => {
            let message = "`set-engine` changes nothing";
            checker.add(checker.problem("nothing-to-do", message, &step.at));
        }
        Step::SetEngine(change) => world::sync_rules(checker, &change.rules),
        Step::SetConnector(change) => {
            connector(checker, &change.connector);
            let reads = !change.unreadable.is_empty() || !change.readable.is_empty();
            if change.state.is_none() && !reads {
                let message = "`set-connector` changes nothing";
                checker.add(checker.problem("nothing-to-do", message, &step.at));
            }
            if reads && change.connector.value == Connector::Entra {
                let message = "what can't be read is an object of Active Directory";
                let problem = checker.problem("does-not-fit", message, &change.connector.at);
                checker.add(problem.help("write `connector: ad`"));
            }
        }
        Step::RunProfile(run) => {
            connector(checker, &run.connector);
            let exports = run.run == RunStep::Export && run.connector.value == Connector::Entra;
            if run.objects.is_some() && !exports {
                let message = "only an export to the tenant breaks off after some `objects`";
                let problem = checker.problem("nothing-to-do", message, &step.at);
                checker.add(problem.help("write `connector: entra, run: export` with it"));
            }
        }
        Step::Wait(length) if length.as_secs() == 0 => {
            let message = "`wait` needs some time to pass";
            checker.add(checker.problem("nothing-to-do", message, &length.at));
        }
        Step::Expect(expectations) if expectations.is_empty() => {
            let message = "`expect` expects nothing";
            checker.add(checker.problem("nothing-to-do", message, &step.at));
        }
        _ => {}
    }
}

/// Reports an attribute that Active Directory does not know.
pub(super) fn attribute(checker: &mut Checker<'_>, name: &Name) {
    let problem = checker.known.attribute(checker.file, name);
    checker.found.extend(problem);
}

/// Reports a connector of a forest that does not exist.
pub(super) fn connector(checker: &mut Checker<'_>, connector: &Spanned<Connector>) {
    match &connector.value {
        Connector::Ad(Some(forest)) => world::forest(checker, forest, &connector.at),
        Connector::Ad(None) => {
            let forests: Vec<_> = checker.scenario.world.forests.iter().collect();
            if let [(first, _), _, ..] = forests.as_slice() {
                let problem = checker
                    .problem("contradiction", "there are several forests", &connector.at)
                    .help(format!("name one of them, such as `ad:{first}`"));
                checker.add(problem);
            }
        }
        Connector::Entra => {}
    }
}

fn immutable_id(checker: &mut Checker<'_>, set: &ImmutableIdSet, at: &Range<usize>) {
    one_source(
        checker,
        "set-immutable-id",
        set.from.as_ref(),
        set.value.as_ref(),
        set.clear,
        at,
    );
    if let (Some(order), None) = (&set.byte_order, &set.from) {
        let problem = checker
            .problem("contradiction", "`byte-order` is about a GUID", &order.at)
            .help("it goes with `from` only");
        checker.add(problem);
    }
}

fn consistency_guid(checker: &mut Checker<'_>, set: &ConsistencyGuidSet, at: &Range<usize>) {
    let verb = "set-consistency-guid";
    one_source(
        checker,
        verb,
        set.from.as_ref(),
        set.value.as_ref(),
        set.clear,
        at,
    );
}

fn one_source(
    checker: &mut Checker<'_>,
    verb: &str,
    from: Option<&Name>,
    value: Option<&Name>,
    clear: bool,
    at: &Range<usize>,
) {
    let problem = match (from, value, clear) {
        (Some(_), None, false) | (None, Some(_), false) | (None, None, true) => return,
        (None, None, false) => checker
            .problem(
                "missing-key",
                format!("`{verb}` does not say what to write"),
                at,
            )
            .help("write one of `from`, `value` and `clear: true`"),
        (Some(from), Some(value), _) => checker
            .problem(
                "contradiction",
                "`from` and `value` exclude one another",
                &value.at,
            )
            .label("a text here")
            .also(from.at.clone(), "an object here"),
        (Some(source), None, true) | (None, Some(source), true) => checker
            .problem("contradiction", "`clear` writes nothing", &source.at)
            .label("nothing can be written here"),
    };
    checker.add(problem);
}

fn in_profile(checker: &mut Checker<'_>, step: &Spanned<Step>) {
    let (what, since) = match &step.value {
        Step::ConvertToCloudManaged(_) => (format!("`{}`", step.verb()), Profile::Entra2025),
        Step::ClearOnPremisesObjectIdentifier(_) => {
            (format!("`{}`", step.verb()), Profile::Entra2026)
        }
        Step::SetFeature(set) if set.enabled => (
            format!("the feature `{}`", set.feature.name()),
            set.feature.since(),
        ),
        _ => return,
    };
    if let Some(early) = world::too_early(checker.scenario, since) {
        let message = format!("{what} does not exist in the profile `{}`", early.name());
        let problem = checker
            .problem("not-in-profile", message, &step.at)
            .help(format!("it exists from `{}` on", since.name()));
        checker.add(problem);
    }
}
