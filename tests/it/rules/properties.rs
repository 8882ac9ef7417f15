//! Which property holds which rule: those that name it, and the comparison with the oracle.

use std::collections::BTreeSet;

use mock_cloud::rule::RuleId;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use sim::engine::{CyclePolicy, EngineEvent};
use sim::world::{Action, Event};

use super::named;
use crate::oracle::model::Profile as Era;
use crate::small_worlds::{small_worlds_of, world_of};

/// How many random worlds of each era are looked at.
const WORLDS: usize = 500;

/// The functions of a file that hold of anything drawn, each with the rules that its comment or its
/// body names.
pub(super) fn of_file(text: &str) -> Vec<(String, BTreeSet<RuleId>)> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut comment = String::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed == "proptest! {" || line == "}" {
            inside = line != "}";
        }
        if !inside {
            continue;
        }
        if trimmed.starts_with("///") {
            comment.push_str(trimmed);
            comment.push('\n');
        } else if let Some(rest) = trimmed.strip_prefix("fn ") {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            found.push((name.to_owned(), named(&std::mem::take(&mut comment))));
        } else if let Some((_, rules)) = found.last_mut() {
            rules.extend(named(trimmed));
        }
    }
    found
}

/// The rules that are at work in random small worlds, where the oracle has to come to the same.
pub(super) fn held_by_the_oracle() -> BTreeSet<RuleId> {
    let mut rules = BTreeSet::new();
    for era in Era::ALL {
        let mut runner = TestRunner::deterministic();
        for _ in 0..WORLDS {
            let drawn = small_worlds_of(era).new_tree(&mut runner);
            let small = drawn.expect("nothing is filtered out").current();
            for event in world_of(&small).apply(&Action::Cycle(CyclePolicy::Initial)) {
                let decides = matches!(
                    event,
                    Event::Engine(EngineEvent::Exported(_) | EngineEvent::Filtered { .. })
                );
                if decides {
                    rules.extend(event.rules());
                }
            }
        }
    }
    rules
}

#[test]
fn properties_are_found_with_the_rules_they_name() {
    let text = "\
/// Rule R1.1.
fn outside() {}

proptest! {
    /// Rule R2.14a.
    #[test]
    fn of_a_comment(x in any::<u8>()) {
        prop_assert!(x < 9);
    }

    #[test]
    fn of_a_body(x in any::<u8>()) {
        assert_eq!(x, RuleId::R3_4);
    }
}

/// Rule R1.2.
fn after() {}
";
    let found = of_file(text);
    let rules = |rule| BTreeSet::from([rule]);
    assert_eq!(
        found,
        [
            ("of_a_comment".to_owned(), rules(RuleId::R2_14A)),
            ("of_a_body".to_owned(), rules(RuleId::R3_4)),
        ]
    );
}
