//! What is unknown, read the other way: does the answer hang on it?

use mock_cloud::profile::SERVICE_SWITCHES;
use mock_cloud::{Profile, RuleId};

use super::{Answer, Bounds, explore};
use crate::engine::{ENGINE_SWITCHES, EnginePolicy};
use crate::scenario::Diagnostic;
use crate::scenario::model::Scenario;

/// An answer under one reading of a point on which sources disagree or are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The switch that is set other than the scenario or the profile has it.
    pub switch: &'static str,
    /// What it is about.
    pub rule: RuleId,
    /// The word that answers it here.
    pub word: &'static str,
    /// What turning it on means, or what its words mean.
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
        .map(|it| (it.name, it.rule, it.effect, it.values, it.read(&service)));
    let engine = EnginePolicy::of(profile);
    let engine = ENGINE_SWITCHES
        .iter()
        .map(|it| (it.name, it.rule, it.effect, it.values, it.read(&engine)));
    let mut all = Vec::new();
    for (switch, rule, effect, values, usual) in service.chain(engine) {
        let mut written = scenario.world.switches.iter();
        let written = written.find(|(name, _)| name.as_str() == switch);
        let stands = written.map_or(usual, |(_, word)| word.as_str());
        for word in values.iter().filter(|word| **word != stands) {
            let mut other = scenario.in_profile(crate::run::model_profile(profile));
            other.answer(switch, word);
            let found = explore(file, &other, profile, bounds)?;
            all.push(Reading {
                switch,
                rule,
                word,
                effect,
                answer: found.answer,
                as_wanted: found.as_wanted,
            });
        }
    }
    Ok(all)
}
