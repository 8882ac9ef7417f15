//! The scenario language as types: what a file may say, and nothing else.
//!
//! The doc comments of this folder are the hover text of the JSON Schema: they are written for
//! the administrator who writes a scenario.

mod ad;
mod cloud;
mod expect;
mod explore;
mod schema_parts;
mod step;
mod step_ad;
mod step_cloud;
mod step_engine;
mod tenant;
mod world;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use ad::{AdObject, AdType, GroupCategory};
pub use cloud::{CloudObject, CloudType, Synced};
pub use expect::{
    AdAttribute, CloudAccount, Count, ErrorPhase, Expectation, Expectations, HealthCategory,
    JoinField, Joined, JoinedBy, MetaverseAttribute, ObjectError, PasswordOf, Provisioned,
    QuarantinedAttribute, QuarantinedValue, Refused, StepStatus,
};
pub use explore::{Attention, Explore, FaultKind, Faults, Interleave, Outcome};
pub use step::{Place, Step};
pub use step_ad::{
    AddedMember, AttributeCleared, AttributeSet, AttributeValue, ConsistencyGuidSet, Deleted,
    Moved, OuMoved, OuRenamed, Renamed, Restored,
};
pub use step_cloud::{
    ByteOrder, CloudUserChange, CloudUserRemoved, CloudUserRestored, DomainVerified, FeatureSet,
    ImmutableIdSet, Licence, OnPremisesIdentifierCleared, OnPremisesSync, Role, SourceOfAuthority,
};
pub use step_engine::{
    ConnectorChange, ConnectorState, EngineChange, RunProfile, RunStep, SyncPolicy,
};
pub use tenant::{Feature, Features, Tenant};
pub use world::{AnchorAttribute, Engine, EngineKind, Forest, InitialWorld, Profile};

use super::collect::{each, recover};
use super::spanned::{Name, Spanned};

/// A scenario: an initial world, what is done to it, and what must come of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// What the scenario shows, as a title.
    pub scenario: Name,
    /// A paragraph for the reader.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub about: Option<Name>,
    /// Where the behaviour is documented or was seen.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub source: Option<Name>,
    /// Words to select scenarios by.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tags: Vec<Name>,
    /// Hazards that the scenario commits on purpose, such as `W04`: `check` keeps silent about
    /// them.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub hazards: Vec<Name>,
    /// What there is before the first step.
    #[serde(deserialize_with = "recover")]
    pub world: InitialWorld,
    /// What is done, in order: one verb each.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub steps: Vec<Spanned<Step>>,
    /// What must hold throughout and at the end.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Check::is_empty"
    )]
    pub check: Check,
    /// How `explore` varies the scenario; `run` does not look at it.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub explore: Option<Explore>,
}

/// Expectations that belong to no single step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// What must hold after every step.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub always: Vec<Spanned<Expectation>>,
    /// What must hold after the last step.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub finally: Vec<Spanned<Expectation>>,
}

impl Check {
    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.always.is_empty() && self.finally.is_empty()
    }
}

impl Scenario {
    /// The profiles the scenario runs in, one run each.
    pub fn profiles(&self) -> Vec<Profile> {
        let several = self.world.profiles.iter();
        self.world
            .profile
            .iter()
            .chain(several)
            .map(|profile| profile.value)
            .collect()
    }

    /// Answers a switch by a word, whatever the file says.
    pub fn answer(&mut self, switch: &str, word: &str) {
        let known = &mut self.world.switches.0;
        known.retain(|(name, _)| name.as_str() != switch);
        let name = Spanned::derived(switch.to_owned());
        known.push((name, Spanned::derived(word.to_owned())));
    }
}

/// Whether a flag has its default, for `skip_serializing_if`.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}
