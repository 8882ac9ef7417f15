//! The eras side by side: what each sets, and every named doubt.

use std::fmt::Write as _;

use mock_cloud::profile::{GRAPH_SWITCHES, NewObjectConflict, SERVICE_SWITCHES};
use mock_cloud::tenant::{FEATURES, Features};
use mock_cloud::{Profile, RuleId};

use super::wrapped;
use crate::engine::{ENGINE_SWITCHES, EngineConfig, EnginePolicy};

const NAME: usize = 41;
const VALUE: usize = 17;

/// One table: what each profile sets, and every switch with its default in each.
pub fn profiles() -> String {
    let mut text = String::new();
    row(&mut text, "", &Profile::ALL.map(|it| it.name().to_owned()));
    text.push_str("\nThe era\n");
    let conflict = Profile::ALL.map(|profile| {
        match profile.service_policy().new_object_conflict {
            NewObjectConflict::InvalidSoftMatch => "InvalidSoftMatch",
            NewObjectConflict::Quarantine => "quarantine",
            NewObjectConflict::MustBeUnique => "MustBeUnique",
        }
        .to_owned()
    });
    row(&mut text, "new-object-conflict", &conflict);
    let threshold = Profile::ALL.map(|profile| {
        let threshold = EngineConfig::new(profile, 1).deletion_threshold;
        threshold.map_or_else(|| "off".to_owned(), |count| count.to_string())
    });
    row(&mut text, "deletion threshold", &threshold);
    let interval = Profile::ALL.map(|profile| {
        let minutes = EngineConfig::default_interval(profile).as_mins();
        format!("{minutes} min")
    });
    row(&mut text, "scheduler", &interval);
    text.push_str("\nFeatures of the tenant, as Graph names them\n");
    for feature in FEATURES {
        let values = Profile::ALL.map(|profile| on((feature.get)(&Features::of(profile))));
        row(&mut text, feature.graph_name, &values);
        if feature.one_way {
            text.push_str("      can't be turned off again\n");
        }
    }
    text.push_str("\nSwitches, where sources disagree or are silent\n");
    for switch in SERVICE_SWITCHES {
        let values = Profile::ALL.map(|profile| on((switch.get)(&profile.service_policy())));
        doubt(&mut text, switch.name, &values, switch.rule, switch.effect);
    }
    for switch in ENGINE_SWITCHES {
        let values = Profile::ALL.map(|profile| on((switch.get)(&EnginePolicy::of(profile))));
        doubt(&mut text, switch.name, &values, switch.rule, switch.effect);
    }
    text.push_str("\nSwitches of Graph, where no rule stands behind an answer\n");
    for switch in GRAPH_SWITCHES {
        let graph = |profile: Profile| profile.service_policy().graph;
        let values = Profile::ALL.map(|profile| on((switch.get)(&graph(profile))));
        row(&mut text, switch.name, &values);
        let (confidence, effect) = (switch.confidence, switch.effect);
        let said = format!("{confidence}: {effect}; {}", switch.known);
        text.push_str(&wrapped(&said, "      ", "      "));
    }
    text
}

fn on(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

fn row(text: &mut String, name: &str, values: &[String; 4]) {
    let mut line = format!("  {name:<NAME$}");
    if name.len() > NAME {
        let _ = writeln!(text, "  {name}");
        line = format!("  {:<NAME$}", "");
    }
    for value in values {
        let _ = write!(line, "{value:<VALUE$}");
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

fn doubt(text: &mut String, name: &str, values: &[String; 4], rule: RuleId, effect: &str) {
    row(text, name, values);
    let said = format!("{rule}, {}: {effect}", rule.confidence());
    text.push_str(&wrapped(&said, "      ", "      "));
}
