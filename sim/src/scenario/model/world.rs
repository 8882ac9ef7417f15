//! The world before the first step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{Named, each, recover};
use super::super::spanned::{Name, Spanned};
use super::super::value::{OuPath, Schedule, StartTime, Threshold};
use super::schema_parts::scheduler;
use super::{AdObject, CloudObject, Tenant};
use crate::rules::RuleForm;

/// What there is before the first step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InitialWorld {
    /// The era whose rules the engine and the tenant follow.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub profile: Option<Spanned<Profile>>,
    /// Several eras: the scenario runs once in each.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub profiles: Vec<Spanned<Profile>>,
    /// Where random digits and identifiers come from. Default: 1.
    #[serde(default = "one", deserialize_with = "recover")]
    pub seed: u64,
    /// The virtual moment at which the scenario begins. Default: 2026-01-05T08:00:00Z.
    #[serde(default, deserialize_with = "recover")]
    pub start: StartTime,
    /// The sync engine: DirSync, Azure AD Connect or Entra Connect.
    #[serde(default, deserialize_with = "recover")]
    pub engine: Engine,
    /// The Entra tenant.
    #[serde(default, deserialize_with = "recover")]
    pub tenant: Tenant,
    /// Answers to points on which the sources disagree, by name; the rest follows the profile.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub switches: Named<Name>,
    /// The only Active Directory forest.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub forest: Option<Spanned<Forest>>,
    /// Several Active Directory forests, by name.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub forests: Named<Forest>,
    /// Organizational units that exist although nothing is in them and no step names them.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub ous: Vec<Spanned<OuPath>>,
    /// The objects in Active Directory, by a name of your choice.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub ad: Named<Spanned<AdObject>>,
    /// The objects in the tenant, by a name of your choice.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub cloud: Named<Spanned<CloudObject>>,
    /// Which cloud account is whose. The engine cannot see it, the expectations can.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub belongs: Named<Name>,
}

fn one() -> u64 {
    1
}

/// The era whose rules apply.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Profile {
    /// DirSync, 2012-2015: three-hour timer, soft match on the primary SMTP address only,
    /// collisions are export errors.
    #[serde(rename = "dirsync-2013")]
    Dirsync2013,
    /// Azure AD Connect 1.1 and later, from September 2016: soft match on the UPN, duplicate
    /// values are quarantined.
    #[serde(rename = "aadconnect-2017")]
    Aadconnect2017,
    /// Connect 2.x: soft and hard matches can be blocked, the source of authority can be moved.
    #[serde(rename = "entra-2025")]
    Entra2025,
    /// From July 2026: hard matches onto privileged accounts are refused.
    #[serde(rename = "entra-2026")]
    Entra2026,
}

impl Profile {
    /// All profiles, the oldest first.
    pub const ALL: [Self; 4] = [
        Self::Dirsync2013,
        Self::Aadconnect2017,
        Self::Entra2025,
        Self::Entra2026,
    ];

    /// The name in scenario files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dirsync2013 => "dirsync-2013",
            Self::Aadconnect2017 => "aadconnect-2017",
            Self::Entra2025 => "entra-2025",
            Self::Entra2026 => "entra-2026",
        }
    }
}

/// How the sync engine is set up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(transform = scheduler)]
pub struct Engine {
    /// Which product it is. Default: `connect-sync`, which in `dirsync-2013` is DirSync.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<EngineKind>,
    /// The organizational units that are synced, with everything below them. Default: all.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub scope: Vec<Spanned<OuPath>>,
    /// Organizational units inside the scope that are not synced.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub exclude: Vec<Spanned<OuPath>>,
    /// The AD group, by name, whose direct members alone are synced. Default: everybody is.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub group: Option<Name>,
    /// When the engine runs a cycle by itself. Default: `off`, so that only steps run cycles.
    #[serde(default, alias = "scheduler", deserialize_with = "recover")]
    pub schedule: Schedule,
    /// The attribute that ties an account to its AD object. Default: `objectGUID`.
    #[serde(default, deserialize_with = "recover")]
    pub anchor: AnchorAttribute,
    /// A staging server imports and synchronizes but exports nothing. Default: false.
    #[serde(default, deserialize_with = "recover")]
    pub staging: bool,
    /// More deletions than this stop an export. Default: 500, and `off` in `dirsync-2013`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub deletion_threshold: Option<Threshold>,
    /// Sync rules beside those that are installed; one with the name of an installed rule takes
    /// its place. `dirsync-lab explain rules` lists the installed ones.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub rules: Vec<Spanned<RuleForm>>,
}

/// The products that synchronise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// DirSync, Azure AD Connect or Microsoft Entra Connect Sync, by the profile.
    #[default]
    ConnectSync,
    /// Microsoft Entra Cloud Sync: it runs every two minutes, writes no anchor back, has no run
    /// profiles, no rules of one's own and no staging mode, and as many deletions as its own
    /// threshold says stop the job.
    CloudSync,
}

/// The source anchor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AnchorAttribute {
    /// The object's GUID: it never changes, and another object never gets it.
    #[default]
    #[serde(rename = "objectGUID")]
    ObjectGuid,
    /// An attribute that starts as the GUID and can be written by an administrator.
    #[serde(rename = "mS-DS-ConsistencyGuid")]
    ConsistencyGuid,
}

/// An Active Directory forest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Forest {
    /// The distinguished name of its domain. Default: `DC=contoso,DC=test`, and where there are
    /// several forests, `DC=<name>,DC=test`.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub base: Option<Spanned<OuPath>>,
    /// Whether deleted objects keep their attributes and can be restored. Default: true.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub recycle_bin: Option<bool>,
}
