//! Synchronization rules, as a list and one by one.

use std::fmt::Write as _;

use mock_cloud::Profile;

use super::wrapped;
use crate::engine::{AnchorAttribute, EnginePolicy};
use crate::rules::{Direction, RuleSet, SyncRule, Variant, default_rules};

/// The rules that an engine is installed with today.
pub fn installed() -> RuleSet {
    default_rules(&Variant {
        anchor: AnchorAttribute::ConsistencyGuid,
        policy: EnginePolicy::of(Profile::Entra2026),
    })
}

/// All rules of an engine in one table.
pub fn rules(rules: &RuleSet) -> String {
    let mut text = String::new();
    for direction in [Direction::Inbound, Direction::Outbound] {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{direction}");
        for rule in rules
            .rules()
            .iter()
            .filter(|rule| rule.direction == direction)
        {
            let state = if rule.disabled { ", disabled" } else { "" };
            let _ = writeln!(
                text,
                "  {:>5}  {:<38} {} -> {}, {}{state}",
                rule.precedence,
                rule.name,
                rule.from.join("|"),
                rule.to,
                rule.link,
            );
        }
    }
    text.push_str("\nThe rule of the lower number is asked first, and its value counts.\n");
    text.push_str("hint: `dirsync-lab explain \"In from AD - User Join\"` shows one rule\n");
    text
}

/// One rule with all that it says.
pub fn rule(rule: &SyncRule) -> String {
    let mut text = format!(
        "{} ({}, precedence {})\n\n  {} -> {}, link type {}\n",
        rule.name,
        rule.direction,
        rule.precedence,
        rule.from.join("|"),
        rule.to,
        rule.link
    );
    groups(&mut text, "Scope", "and", &rule.scope, ToString::to_string);
    groups(&mut text, "Join", "and", &rule.join, |it| {
        format!("{} = {}", it.connector_space, it.metaverse)
    });
    if !rule.flows.is_empty() {
        text.push_str("\nFlow\n");
    }
    for flow in &rule.flows {
        let merge = match flow.merge {
            crate::rules::Merge::Update => String::new(),
            merge => format!("  ({merge})"),
        };
        let said = format!("{} <- {}{merge}", flow.target, flow.source);
        text.push_str(&wrapped(&said, "      ", "  "));
    }
    text
}

fn groups<T>(
    text: &mut String,
    title: &str,
    between: &str,
    groups: &[Vec<T>],
    say: impl Fn(&T) -> String,
) {
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for (place, group) in groups.iter().enumerate() {
        let said: Vec<String> = group.iter().map(&say).collect();
        let first = if place == 0 { "  " } else { "  or " };
        text.push_str(&wrapped(
            &said.join(&format!(" {between} ")),
            "      ",
            first,
        ));
    }
}
