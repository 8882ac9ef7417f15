//! The language as its readers and writers see it: what parses, and what is said where it does
//! not.

mod bytes;
mod examples;
mod expansion;
mod meaning;
mod places;
mod schema;
mod shape;

use super::{Known, Switch, load, render};

/// A switch to try.
const SWITCHES: &[Switch<'static>] = &[
    Switch {
        name: "match-clears-absent",
        values: &["true", "false"],
    },
    Switch {
        name: "new-object-conflict",
        values: &["quarantine", "invalid-soft-match"],
    },
];

fn known() -> Known<'static> {
    Known {
        switches: SWITCHES,
        ..Known::default()
    }
}

/// What is said about a scenario; nothing if it is right.
fn said(source: &str) -> String {
    match load("s.yaml", source, &known()) {
        Ok(_) => String::new(),
        Err(found) => render(&found, source),
    }
}

/// The codes of what is said about a scenario.
fn codes(source: &str) -> Vec<&'static str> {
    match load("s.yaml", source, &known()) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(|problem| problem.code).collect(),
    }
}

/// A scenario with these lines under `world` and these steps.
fn scenario(world: &str, steps: &str) -> String {
    let indented = |text: &str| format!("  {}\n", text.trim_matches('\n').replace('\n', "\n  "));
    let (world, steps) = (indented(world), indented(steps));
    format!("scenario: A title\nworld:\n{world}steps:\n{steps}")
}
