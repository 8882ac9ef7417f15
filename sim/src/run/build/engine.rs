//! How the engine is set up.

use jiff::SignedDuration;
use mock_ad::directory::Dn;
use mock_cloud::Profile;

use crate::engine::{self, ENGINE_SWITCHES, EngineConfig, Scope};
use crate::run::names::Names;
use crate::scenario::Spanned;
use crate::scenario::model::{self, Scenario};
use crate::scenario::value::{OuPath, Schedule, Threshold};

pub(super) fn config(scenario: &Scenario, profile: Profile, names: &Names) -> EngineConfig {
    let written = &scenario.world.engine;
    let mut config = EngineConfig::new(profile, names.forests.len());
    for (place, scope) in config.scopes.iter_mut().enumerate() {
        *scope = self::scope(&written.scope, &written.exclude, names, place);
    }
    config.anchor = match written.anchor {
        model::AnchorAttribute::ObjectGuid => engine::AnchorAttribute::ObjectGuid,
        model::AnchorAttribute::ConsistencyGuid => engine::AnchorAttribute::ConsistencyGuid,
    };
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
            (switch.set)(&mut config.policy, value.as_str() == "true");
        }
    }
    config
}

/// The scope of one forest: of all paths those that lie in it.
pub(in crate::run) fn scope(
    include: &[Spanned<OuPath>],
    exclude: &[Spanned<OuPath>],
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
    Scope {
        include: within(include),
        exclude: within(exclude),
    }
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
