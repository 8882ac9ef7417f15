//! Synchronization rules as data: reading them, and what they make of an object.
//!
//! The rules that an engine is installed with stand in `sim/data/default-rules.yaml`
//! ([`default_rules`]). An engine that has no others evaluates them in a compiled form
//! (`engine::flow`); tests hold the two against each other. Rules of one's own come from a
//! scenario, from `rules.yaml` of a snapshot, or from a folder that
//! `Get-ADSyncServerConfiguration` wrote ([`configuration`]); then all rules are evaluated as data.

pub mod configuration;
mod evaluate;
mod expression;
mod form;
mod model;
mod scope;
#[cfg(test)]
mod tests;
mod value;

pub use evaluate::{Image, Outcome, Why};
pub use expression::{Expression, ExpressionError, FUNCTIONS, Failure, Function, Source};
pub(crate) use form::RulesFile;
pub use form::{RuleError, RuleForm, VariantForm};
pub use model::{
    Clause, ConnectedSystem, Direction, Flow, JoinCondition, LinkType, Merge, Operator, RuleSet,
    SyncRule,
};
pub use value::RuleValue;

use crate::engine::{AnchorAttribute, ENGINE_SWITCHES, EnginePolicy};

const DEFAULT_RULES: &str = include_str!("../../data/default-rules.yaml");

/// What the rules of an installation depend on: its anchor attribute and its era.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// What the anchor of users is made from.
    pub anchor: AnchorAttribute,
    /// The era's switches.
    pub policy: EnginePolicy,
}

impl Variant {
    /// Whether this is so: the name of an anchor attribute or of a switch that is on.
    fn has(self, condition: &str) -> bool {
        let mut switches = ENGINE_SWITCHES.iter();
        self.anchor.name() == condition
            || switches
                .find(|switch| switch.name == condition)
                .is_some_and(|it| it.read(&self.policy) == "true")
    }
}

/// The rules that an engine is installed with.
pub fn default_rules(variant: &Variant) -> RuleSet {
    let file = crate::scenario::read_document::<RulesFile>("default-rules.yaml", DEFAULT_RULES);
    let rules = file
        .ok()
        .and_then(|file| RuleSet::read(&file.rules, variant).ok());
    // A test reads them all; an installation without rules would sync nothing.
    rules.unwrap_or_else(|| RuleSet::new(Vec::new()))
}
