//! How `explore` varies a scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::{each, recover};
use super::super::spanned::{Name, Spanned};
use super::Expectation;

/// How `explore` varies the scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Explore {
    /// What may happen between any two steps. Default: `nothing`.
    #[serde(default, deserialize_with = "recover")]
    pub interleave: Interleave,
    /// Whether the person looks before each step. Default: `open-loop`.
    #[serde(default, deserialize_with = "recover")]
    pub procedure: Attention,
    /// What may go wrong. Default: nothing.
    #[serde(default, deserialize_with = "recover")]
    pub faults: Faults,
    /// How many steps a run may have at most.
    #[serde(
        default,
        deserialize_with = "recover",
        skip_serializing_if = "Option::is_none"
    )]
    pub depth: Option<u32>,
    /// What has to hold in the end. Default: `converged`; where `check.finally` says neither that
    /// nor `joined`, what it says.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub goal: Vec<Spanned<Expectation>>,
    /// Accounts that are to be deleted, although no step names them: those of people who leave.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub may_delete: Vec<Name>,
    /// What the exploration must show. Default: `converges`.
    #[serde(default, deserialize_with = "recover")]
    pub expect: Outcome,
}

/// What may happen between any two steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Interleave {
    /// Nothing: the steps follow one another.
    #[default]
    Nothing,
    /// The scheduler may run a cycle.
    Scheduler,
}

/// Whether the person looks before each step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attention {
    /// The steps are carried out one after the other, whatever is found: `expect` only looks up
    /// the accounts that it names.
    #[default]
    OpenLoop,
    /// The planner of dirsync-lab looks before each step and decides what comes next, from the
    /// world and `belongs` alone; `steps` are not looked at. The engine has come to rest before.
    ClosedLoop,
}

/// What may go wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Faults {
    /// How many faults a run may meet. Default: 0.
    #[serde(default, deserialize_with = "recover")]
    pub at_most: u32,
    /// Which faults. Default: all.
    #[serde(
        default,
        deserialize_with = "each",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub kinds: Vec<FaultKind>,
}

/// A fault at a call to a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The call was carried out, but its reply is lost.
    LostReply,
    /// The call is refused.
    Refused,
    /// The call is put off: too many requests.
    Throttled,
    /// Only a part of the batch is carried out.
    PartialBatch,
    /// A reader does not see the latest changes yet.
    ReplicationLag,
    /// The script is killed and started again.
    ScriptRestart,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::LostReply,
        Self::Refused,
        Self::Throttled,
        Self::PartialBatch,
        Self::ReplicationLag,
        Self::ScriptRestart,
    ];
}

/// What an exploration shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every run ends well.
    #[default]
    Converges,
    /// Some run reaches a state from which nothing leads to a good end.
    Traps,
    /// Some run loses an account, or joins somebody else's.
    Loses,
    /// Nobody knows: the bounds are reached first.
    Inconclusive,
}
