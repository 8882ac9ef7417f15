//! How the engine is set up.

use std::sync::Arc;

use jiff::SignedDuration;
use mock_ad::directory::{Directory, Dn};
use mock_cloud::Profile;

use crate::engine::{self, ENGINE_SWITCHES, EngineConfig, Scope, Source};
use crate::rules::{RuleForm, RuleSet, Variant, default_rules};
use crate::run::names::Names;
use crate::scenario::Spanned;
use crate::scenario::model::{self, Scenario};
use crate::scenario::value::{OuPath, Schedule, Threshold};

pub(super) fn config(
    scenario: &Scenario,
    profile: Profile,
    names: &Names,
    forests: &[Directory],
) -> EngineConfig {
    let written = &scenario.world.engine;
    let mut config = EngineConfig::new(profile, names.forests.len());
    for (place, scope) in config.scopes.iter_mut().enumerate() {
        let known = Scope::default();
        *scope = self::scope(
            &known,
            Some(&written.scope),
            Some(&written.exclude),
            names,
            place,
        );
        let group = written.group.as_ref().and_then(|name| names.ad(name));
        scope.group = group.and_then(|group| filtering_group(forests, group, place));
    }
    if written.kind == Some(model::EngineKind::CloudSync) {
        config.kind = engine::EngineKind::CloudSync;
    }
    config.anchor = anchor(written.anchor);
    config.staging = written.staging;
    config.schedule = schedule(written.schedule);
    if let Some(threshold) = &written.deletion_threshold {
        config.deletion_threshold = self::threshold(*threshold);
    }
    for (name, value) in scenario.world.switches.iter() {
        if let Some(switch) = ENGINE_SWITCHES
            .iter()
            .find(|switch| switch.name == name.as_str())
        {
            switch.answer(&mut config.policy, value.as_str());
        }
    }
    if !written.rules.is_empty() {
        config.rules = Some(rules(&config, &written.rules));
    }
    config
}

/// The rules of an engine with some more; those that can't be read were reported by the checks.
pub(in crate::run) fn rules(config: &EngineConfig, more: &[Spanned<RuleForm>]) -> Arc<RuleSet> {
    let variant = Variant {
        anchor: config.anchor,
        policy: config.policy,
    };
    let known = match &config.rules {
        Some(known) => Arc::clone(known),
        None => Arc::new(default_rules(&variant)),
    };
    Arc::new(known.with(more.iter().filter_map(|rule| rule.read(&variant).ok())))
}

/// The scope of one forest: of all paths those that lie in it. What is not written stays.
///
/// Where a scope is written and nothing of it lies in this forest, nothing here is in scope: an
/// empty list would mean the whole domain.
pub(in crate::run) fn scope(
    known: &Scope,
    include: Option<&[Spanned<OuPath>]>,
    exclude: Option<&[Spanned<OuPath>]>,
    names: &Names,
    place: usize,
) -> Scope {
    let base = &names.forests[place].base;
    let within = |list: &[Spanned<OuPath>]| -> Vec<Dn> {
        let all = list
            .iter()
            .filter_map(|path| names.place(&path.value, place));
        all.filter(|dn| dn.is_within(base)).collect()
    };
    let mut scope = Scope {
        include: include.map_or_else(|| known.include.clone(), within),
        exclude: exclude.map_or_else(|| known.exclude.clone(), within),
        group: known.group.clone(),
    };
    let was_left_out = known.include.is_empty() && known.exclude.contains(base);
    let is_left_out = match include {
        Some(include) => !include.is_empty() && scope.include.is_empty(),
        None => was_left_out,
    };
    if is_left_out && !scope.exclude.contains(base) {
        scope.exclude.push(base.clone());
    } else if was_left_out && !is_left_out && exclude.is_none() {
        scope.exclude.retain(|dn| dn != base);
    }
    scope
}

/// The name of the group that a pilot is limited to, in its own forest.
pub(in crate::run) fn filtering_group(
    forests: &[Directory],
    group: Source,
    place: usize,
) -> Option<Dn> {
    let directory = forests.get(place).filter(|_| group.forest == place)?;
    Some(directory.dn(group.object))
}

pub(in crate::run) fn schedule(schedule: Schedule) -> Option<SignedDuration> {
    match schedule {
        Schedule::Off => None,
        Schedule::Every(length) => Some(length.signed()),
    }
}

pub(in crate::run) const fn threshold(threshold: Threshold) -> Option<u32> {
    match threshold {
        Threshold::Off => None,
        Threshold::Above(count) => Some(count),
    }
}

pub(in crate::run) const fn anchor(anchor: model::AnchorAttribute) -> engine::AnchorAttribute {
    match anchor {
        model::AnchorAttribute::ObjectGuid => engine::AnchorAttribute::ObjectGuid,
        model::AnchorAttribute::ConsistencyGuid => engine::AnchorAttribute::ConsistencyGuid,
    }
}
