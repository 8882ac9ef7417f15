//! Rules of the catalogue.

use std::fmt::Write as _;

use mock_cloud::RuleId;
use mock_cloud::rule::source_title;
use serde::Deserialize;

use super::question::doubts;
use super::{CodeEntry, wrapped};

const NOT_MODELLED: &str = include_str!("../../data/not-modelled.yaml");

/// A rule that is not modelled, or not all of it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotModelled {
    /// Its number.
    pub rule: String,
    /// Why it is not modelled, or what of it is not, in one sentence.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "kebab-case")]
struct All {
    rules: Vec<NotModelled>,
    in_part: Vec<NotModelled>,
}

fn read() -> Option<All> {
    crate::scenario::read_document::<All>("not-modelled.yaml", NOT_MODELLED).ok()
}

/// The rules that are not modelled, in the order of the data file.
pub fn not_modelled() -> Vec<NotModelled> {
    read().map(|all| all.rules).unwrap_or_default()
}

/// The rules that are modelled in part, with what is left out, in the order of the data file.
pub fn modelled_in_part() -> Vec<NotModelled> {
    read().map(|all| all.in_part).unwrap_or_default()
}

/// A rule as a person reads it.
pub(super) fn text(rule: RuleId, codes: &[CodeEntry]) -> String {
    let mut text = format!("{rule} ({})\n\n", rule.confidence());
    text.push_str(&wrapped(rule.title(), "  ", "  "));
    let missing = not_modelled();
    let missing = missing.iter().find(|it| it.rule == rule.number());
    text.push_str("\nState\n");
    match missing {
        Some(missing) => text.push_str(&wrapped(
            &format!("not modelled: {}", missing.reason),
            "  ",
            "  ",
        )),
        None => text.push_str("  modelled; docs/rules.md names the scenarios that assert it\n"),
    }
    let parts = modelled_in_part();
    if let Some(part) = parts.iter().find(|it| it.rule == rule.number()) {
        text.push_str(&wrapped(&format!("left out: {}", part.reason), "  ", "  "));
    }
    text.push_str("\nSources\n");
    for source in rule.sources() {
        let title = source_title(source).unwrap_or_default();
        text.push_str(&wrapped(&format!("{source}: {title}"), "    ", "  "));
    }
    let switches: Vec<_> = doubts()
        .filter(|doubt| doubt.rule == rule)
        .map(|doubt| (doubt.name, doubt.effect))
        .collect();
    if !switches.is_empty() {
        text.push_str("\nSwitches\n");
        for (name, effect) in switches {
            text.push_str(&wrapped(&format!("{name}: {effect}"), "    ", "  "));
        }
    }
    let about: Vec<&str> = codes
        .iter()
        .filter(|entry| entry.rules.iter().any(|it| it == rule.number()))
        .map(|entry| entry.code.as_str())
        .collect();
    if !about.is_empty() {
        let _ = writeln!(text, "\nCodes\n  {}", about.join(", "));
    }
    text
}
