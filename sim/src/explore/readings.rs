//! What is unknown, read the other way: does the answer hang on it?

use mock_cloud::profile::SERVICE_SWITCHES;
use mock_cloud::{Profile, RuleId};

use super::{Answer, Bounds, explore};
use crate::engine::{ENGINE_SWITCHES, EnginePolicy};
use crate::scenario::model::Scenario;
use crate::scenario::{Diagnostic, Spanned};

/// An answer under one reading of a point on which sources disagree or are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The switch that is set other than the scenario or the profile has it.
    pub switch: &'static str,
    /// What it is about.
    pub rule: RuleId,
    /// How it is set here.
    pub on: bool,
    /// What turning it on means.
    pub effect: &'static str,
    /// What the exploration answers then.
    pub answer: Answer,
    /// Whether it is the answer that the scenario asks for.
    pub as_wanted: bool,
}

/// Explores a scenario once for each switch, with that one read the other way.
///
/// # Errors
///
/// The diagnostic of a world that can't be built.
pub fn readings(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
    bounds: Bounds,
) -> Result<Vec<Reading>, Box<Diagnostic>> {
    let service = profile.service_policy();
    let service = SERVICE_SWITCHES
        .iter()
        .map(|it| (it.name, it.rule, it.effect, (it.get)(&service)));
    let engine = EnginePolicy::of(profile);
    let engine = ENGINE_SWITCHES
        .iter()
        .map(|it| (it.name, it.rule, it.effect, (it.get)(&engine)));
    let mut all = Vec::new();
    for (switch, rule, effect, usual) in service.chain(engine) {
        let mut other = scenario.in_profile(crate::run::model_profile(profile));
        let known = &mut other.world.switches.0;
        let place = known.iter().position(|(name, _)| name.as_str() == switch);
        let written = place.map(|place| known.remove(place).1.as_str() == "true");
        let on = !written.unwrap_or(usual);
        let name = Spanned::derived(switch.to_owned());
        known.push((name, Spanned::derived(on.to_string())));
        let found = explore(file, &other, profile, bounds)?;
        all.push(Reading {
            switch,
            rule,
            on,
            effect,
            answer: found.answer,
            as_wanted: found.as_wanted,
        });
    }
    Ok(all)
}
