//! What the steps on the sync engine need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{OneOrMany, each, recover};
use super::super::spanned::{Name, Spanned};
use super::super::value::{Connector, OuPath, Schedule, Threshold};
use super::schema_parts::{full_cycle, scheduler};
use super::world::AnchorAttribute;
use crate::rules::RuleForm;

/// What kind of cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = full_cycle)]
pub enum SyncPolicy {
    /// What has changed since the last cycle.
    Delta,
    /// Everything: full imports and full synchronizations. `full` is another word for it.
    #[serde(alias = "full")]
    Initial,
}

/// Runs one run profile on one connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunProfile {
    /// `ad`, `ad:<forest>` where there are several forests, or `entra`.
    pub connector: Spanned<Connector>,
    /// The run profile.
    pub run: RunStep,
    /// The export to the tenant breaks off after so many objects.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub objects: Option<u32>,
}

/// Changes what a connector can do. What is not written stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectorChange {
    /// `ad`, `ad:<forest>` where there are several forests, or `entra`.
    pub connector: Spanned<Connector>,
    /// Whether it can work at all.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub state: Option<ConnectorState>,
    /// AD objects that its account can't read from here on.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub unreadable: OneOrMany<Name>,
    /// AD objects that its account can read again.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub readable: OneOrMany<Name>,
}

/// Whether a connector can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectorState {
    /// It can.
    Ready,
    /// Its account can't sign in: `no-start-credentials`.
    CredentialsInvalid,
    /// Its directory can't be reached: `no-start-connection`.
    Unreachable,
    /// The connection breaks in the middle of each import and export: `stopped-connectivity`.
    LosesConnection,
}

/// The run profiles of the Synchronization Service Manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunStep {
    /// Reads everything from the directory.
    FullImport,
    /// Reads what has changed in the directory.
    DeltaImport,
    /// Applies the rules to everything that has been read.
    FullSynchronization,
    /// Applies the rules to what has been read and not yet looked at.
    DeltaSynchronization,
    /// Writes what is pending to the directory.
    Export,
    /// A full import, then a full synchronization.
    FullImportFullSynchronization,
    /// A full import, then a delta synchronization.
    FullImportDeltaSynchronization,
    /// A delta import, then a delta synchronization.
    DeltaImportDeltaSynchronization,
}

/// Changes how the engine is set up. What is not written stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = scheduler)]
pub struct EngineChange {
    /// The organizational units that are synced, with everything below them.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub scope: Option<OneOrMany<Spanned<OuPath>>>,
    /// Organizational units inside the scope that are not synced.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub exclude: Option<OneOrMany<Spanned<OuPath>>>,
    /// The AD group, by name, whose direct members alone are synced; `everybody` ends the pilot.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub group: Option<Name>,
    /// When the engine runs a cycle by itself.
    #[serde(default, alias = "scheduler", deserialize_with = "recover")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// The attribute that ties an account to its AD object, as an administrator switches it.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub anchor: Option<AnchorAttribute>,
    /// Whether it is a staging server.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub staging: Option<bool>,
    /// More deletions than this stop an export.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub deletion_threshold: Option<Threshold>,
    /// Sync rules that are added; one with the name of a rule that is there takes its place.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub rules: Vec<Spanned<RuleForm>>,
}

impl EngineChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
