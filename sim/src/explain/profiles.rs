//! The eras side by side: what each sets, and every named doubt.

use std::fmt::Write as _;

use mock_cloud::Profile;
use mock_cloud::profile::{GRAPH_SWITCHES, shown};
use mock_cloud::tenant::{FEATURES, Features};

use super::question::{doubts, questions};
use super::wrapped;
use crate::engine::EngineConfig;

const NAME: usize = 41;
const VALUE: usize = 19;

/// One table: what each profile sets, and every switch with its default in each.
pub fn profiles() -> String {
    let mut text = String::new();
    row(&mut text, "", &Profile::ALL.map(|it| it.name().to_owned()));
    text.push_str("\nThe era\n");
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
    for doubt in doubts() {
        let values = doubt.defaults.map(|word| shown(word).to_owned());
        row(&mut text, doubt.name, &values);
        let question = doubt
            .question
            .map(|it| format!("{it}, "))
            .unwrap_or_default();
        let (rule, confidence) = (doubt.rule, doubt.confidence);
        let said = format!("{question}{rule}, {confidence}: {}", doubt.effect);
        text.push_str(&wrapped(&said, "      ", "      "));
    }
    text.push_str("\nOpen questions that no switch answers\n");
    for question in questions() {
        if let (Some(instead), Some(confidence)) = (&question.instead, question.confidence()) {
            let about = &question.about;
            let number = &question.number;
            text.push_str(&wrapped(&format!("{number:<7}{about}"), "         ", "  "));
            let said = format!("{confidence}: {instead}");
            text.push_str(&wrapped(&said, "         ", "         "));
        }
    }
    text.push_str("\nSwitches of Graph, where no rule stands behind an answer\n");
    for switch in GRAPH_SWITCHES {
        let graph = |profile: Profile| profile.service_policy().graph;
        let values = Profile::ALL.map(|profile| shown(switch.read(&graph(profile))).to_owned());
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
