//! The words that directories and engine know, for the scenario language.

use mock_ad::directory::Schema;
use mock_cloud::Profile;
use mock_cloud::provisioning::ErrorCode;
use mock_cloud::sync_object::PROPERTIES;

use super::expect::metaverse_names;
use super::{DUPLICATE_ANCHOR, EVENTS};
use crate::engine::{StepStatus, switches};
use crate::scenario::{Diagnostic, Known, Scenario, Switch, model};

/// Everything the language checks names against; leaked nowhere, built once for each caller.
#[derive(Debug)]
pub struct Words {
    attributes: Vec<String>,
    properties: Vec<&'static str>,
    error_codes: Vec<&'static str>,
    statuses: Vec<&'static str>,
    metaverse: Vec<&'static str>,
    switches: Vec<Switch<'static>>,
}

/// Collects the words of this build's directories and engine.
pub fn known() -> Words {
    let schema = Schema::standard();
    let attributes = schema
        .attributes()
        .map(|(_, definition)| definition.name.to_string())
        .collect();
    let own = [
        "sync-rule-error-function-triggered",
        "permission-issue",
        DUPLICATE_ANCHOR,
    ];
    let error_codes = ErrorCode::ALL
        .iter()
        .map(|code| code.name())
        .chain(own)
        .collect();
    let switches = switches()
        .map(|(name, values)| Switch { name, values })
        .collect();
    let properties = PROPERTIES.iter().flat_map(|(wire, graph)| [*wire, *graph]);
    let more = [
        "usageLocation",
        "manager",
        "accountEnabled",
        "onPremisesDomainName",
        "onPremisesSamAccountName",
        "onPremisesUserPrincipalName",
    ];
    Words {
        attributes,
        properties: properties.chain(more).collect(),
        error_codes,
        statuses: StepStatus::ALL.map(StepStatus::name).to_vec(),
        metaverse: metaverse_names().collect(),
        switches,
    }
}

impl Words {
    /// Lends the words in the form that the language checks against.
    pub(crate) fn with<T>(&self, use_them: impl FnOnce(&Known<'_>) -> T) -> T {
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).collect();
        use_them(&Known {
            attributes: &attributes,
            properties: &self.properties,
            error_codes: &self.error_codes,
            statuses: &self.statuses,
            events: &EVENTS,
            metaverse: &self.metaverse,
            switches: &self.switches,
            ..Known::default()
        })
    }
}

/// Reads and checks a scenario against the words of this build.
pub fn load(file: &str, source: &str, words: &Words) -> Result<Scenario, Vec<Diagnostic>> {
    words.with(|known| crate::scenario::load(file, source, known))
}

/// The language's own name for a profile.
pub(crate) const fn model_profile(profile: Profile) -> model::Profile {
    match profile {
        Profile::DirSync2013 => model::Profile::Dirsync2013,
        Profile::AadConnect2017 => model::Profile::Aadconnect2017,
        Profile::Entra2025 => model::Profile::Entra2025,
        Profile::Entra2026 => model::Profile::Entra2026,
    }
}

impl From<model::Profile> for Profile {
    fn from(profile: model::Profile) -> Self {
        match profile {
            model::Profile::Dirsync2013 => Self::DirSync2013,
            model::Profile::Aadconnect2017 => Self::AadConnect2017,
            model::Profile::Entra2025 => Self::Entra2025,
            model::Profile::Entra2026 => Self::Entra2026,
        }
    }
}
