//! The engine, the tenant, the forests and the switches.

use std::collections::BTreeSet;

use super::super::model::{Attention, EngineKind, Feature, Profile, Scenario, Step};
use super::super::spanned::{Name, Spanned};
use super::super::suggest;
use super::super::value::OuPath;
use super::Checker;
use crate::engine::{AnchorAttribute, EnginePolicy};
use crate::rules::{RuleForm, Variant};

/// Checks everything under `world` that is not an object, and that the scenario does something.
pub(super) fn check(checker: &mut Checker<'_>) {
    title(checker);
    profile(checker);
    features(checker);
    domains(checker);
    forests(checker);
    sync_rules(checker, &checker.scenario.world.engine.rules);
    cloud_sync(checker);
    let scenario = checker.scenario;
    for (name, value) in scenario.world.switches.iter() {
        let problem = checker.known.switch(checker.file, name, value);
        checker.found.extend(problem);
    }
    let explore = scenario.explore.as_ref();
    let planned = explore.is_some_and(|it| it.procedure == Attention::ClosedLoop);
    if scenario.steps.is_empty() && scenario.check.is_empty() && !planned {
        let problem = checker
            .problem(
                "nothing-to-do",
                "the scenario does nothing",
                &scenario.scenario.at,
            )
            .label("it has neither steps nor checks")
            .help("write `steps:`, or expectations under `check:`");
        checker.add(problem);
    }
}

/// Reports what Cloud Sync does not have (rule R6.23).
fn cloud_sync(checker: &mut Checker<'_>) {
    let scenario = checker.scenario;
    let engine = &scenario.world.engine;
    if engine.kind != Some(EngineKind::CloudSync) {
        return;
    }
    let title = &scenario.scenario.at;
    if let Some(early) = too_early(scenario, Profile::Entra2025) {
        let message = format!("there is no Cloud Sync in the profile `{}`", early.name());
        let problem = checker.problem("not-in-profile", message, title);
        checker.add(problem.help("it exists from `entra-2025` on"));
    }
    let rule = engine.rules.first().map(|rule| &rule.at);
    let has = [
        ("staging mode", engine.staging.then_some(title)),
        ("sync rules of one's own", rule),
    ];
    for (what, at) in has {
        if let Some(at) = at {
            let message = format!("Cloud Sync has no {what}");
            let problem = checker.problem("does-not-fit", message, at);
            checker.add(problem.help("leave it out, or take `kind: connect-sync`"));
        }
    }
    for step in &scenario.steps {
        let what = match &step.value {
            Step::RunProfile(_) => {
                "run profiles: `sync: delta` runs the job, `sync: initial` restarts it"
            }
            Step::SetEngine(change) if change.staging == Some(true) => "staging mode",
            Step::SetEngine(change) if !change.rules.is_empty() => "sync rules of one's own",
            _ => continue,
        };
        let message = format!("Cloud Sync has no {what}");
        checker.add(checker.problem("does-not-fit", message, &step.at));
    }
}

/// Reports what is wrong with sync rules.
pub(super) fn sync_rules(checker: &mut Checker<'_>, rules: &[Spanned<RuleForm>]) {
    let variant = Variant {
        anchor: AnchorAttribute::ObjectGuid,
        policy: EnginePolicy::of(mock_cloud::Profile::Entra2026),
    };
    for rule in rules {
        for error in rule.read(&variant).err().unwrap_or_default() {
            let problem = checker.problem("invalid-value", error.to_string(), &rule.at);
            checker
                .add(problem.help("`dirsync-lab explain \"In from AD - User Common\"` shows one"));
        }
    }
}

fn title(checker: &mut Checker<'_>) {
    let title = &checker.scenario.scenario;
    if title.trim().is_empty() {
        checker.add(checker.problem("invalid-value", "the scenario's title is empty", &title.at));
    }
}

fn profile(checker: &mut Checker<'_>) {
    let Scenario {
        scenario: title,
        world,
        ..
    } = checker.scenario;
    match (&world.profile, world.profiles.as_slice()) {
        (Some(one), [several, ..]) => {
            let message = "`profile` and `profiles` exclude one another";
            let problem = checker
                .problem("contradiction", message, &several.at)
                .label("several profiles here")
                .also(one.at.clone(), "one profile here")
                .help("write all of them under `profiles`");
            checker.add(problem);
        }
        (None, []) => {
            let names = Profile::ALL.map(Profile::name);
            let problem = checker
                .problem("missing-key", "the scenario names no profile", &title.at)
                .label("whose rules apply here?")
                .help(format!(
                    "write under `world`: `profile:` and one of {}",
                    suggest::listed(names)
                ));
            checker.add(problem);
        }
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for profile in &world.profiles {
        if !seen.insert(profile.value) {
            let message = format!("the profile `{}` is written twice", profile.name());
            checker.add(checker.problem("duplicate-name", message, &profile.at));
        }
    }
}

fn features(checker: &mut Checker<'_>) {
    let Scenario {
        scenario: title,
        world,
        ..
    } = checker.scenario;
    for feature in Feature::ALL {
        if world.tenant.features.get(feature) != Some(true) {
            continue;
        }
        if let Some(early) = too_early(checker.scenario, feature.since()) {
            let at = world
                .profile
                .as_ref()
                .map_or(&title.at, |profile| &profile.at);
            let message = format!(
                "the feature `{}` does not exist in the profile `{}`",
                feature.name(),
                early.name()
            );
            let problem = checker
                .problem("not-in-profile", message, at)
                .help(format!("it exists from `{}` on", feature.since().name()));
            checker.add(problem);
        }
    }
}

/// The first of the scenario's profiles that is older than `since`.
pub(super) fn too_early(scenario: &Scenario, since: Profile) -> Option<Profile> {
    scenario
        .profiles()
        .into_iter()
        .find(|profile| *profile < since)
}

fn domains(checker: &mut Checker<'_>) {
    let tenant = &checker.scenario.world.tenant;
    let all = tenant
        .initial_domain
        .iter()
        .chain(&tenant.verified)
        .chain(&tenant.federated);
    let mut wrong: Vec<&Name> = all.filter(|domain| !is_domain(domain)).collect();
    wrong.sort_by_key(|domain| domain.at.start);
    for domain in wrong {
        let message = format!("`{domain}` is no domain");
        let problem = checker
            .problem("invalid-value", message, &domain.at)
            .help("write for example `contoso.com`");
        checker.add(problem);
    }
    if let Some(initial) = &tenant.initial_domain
        && is_domain(initial)
        && !initial.to_ascii_lowercase().ends_with(".onmicrosoft.com")
    {
        let message = format!("`{initial}` is no initial domain");
        let problem = checker
            .problem("invalid-value", message, &initial.at)
            .help("an initial domain ends in `.onmicrosoft.com`; put others under `verified`");
        checker.add(problem);
    }
}

/// Whether the text is a domain name of at least two labels.
pub(super) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

fn forests(checker: &mut Checker<'_>) {
    let world = &checker.scenario.world;
    if let (Some(one), Some((several, _))) = (&world.forest, world.forests.iter().next()) {
        let problem = checker
            .problem(
                "contradiction",
                "`forest` and `forests` exclude one another",
                &several.at,
            )
            .label("several forests here")
            .also(one.at.clone(), "one forest here")
            .help("give the single forest a name and write it under `forests`");
        checker.add(problem);
    }
    let single = world.forest.iter().map(|forest| &forest.value);
    let forests = single.chain(world.forests.iter().map(|(_, forest)| forest));
    for base in forests.filter_map(|forest| forest.base.as_ref()) {
        if !OuPath::below_domain(base).is_empty() || base.domain().is_none() {
            let message = format!("`{base}` is no domain's distinguished name");
            let problem = checker
                .problem("invalid-value", message, &base.at)
                .help("write for example `DC=contoso,DC=test`");
            checker.add(problem);
        }
    }
}

/// Reports a forest that does not exist.
pub(super) fn forest(checker: &mut Checker<'_>, name: &str, at: &std::ops::Range<usize>) {
    let forests = &checker.scenario.world.forests;
    if forests.get(name).is_some() {
        return;
    }
    let names: Vec<&str> = forests.iter().map(|(name, _)| name.as_str()).collect();
    let problem = checker.problem("unknown-forest", format!("there is no forest `{name}`"), at);
    let help = if names.is_empty() {
        "name the forests under `world.forests`".to_owned()
    } else {
        suggest::help("forest", name, &names)
    };
    checker.add(problem.help(help));
}
