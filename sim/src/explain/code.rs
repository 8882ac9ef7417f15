//! Errors, statuses, events and Graph codes.

use std::fmt::Write as _;

use mock_cloud::rule::{RuleId, source_title};
use serde::Deserialize;

use super::wrapped;

const CODES: &str = include_str!("../../data/codes.yaml");

/// What is known about one code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeEntry {
    /// The code, as it is shown.
    pub code: String,
    /// What it is, such as `export error`.
    pub kind: String,
    /// What it means, one paragraph.
    pub means: String,
    /// What leads to it, one line each.
    pub causes: Vec<String>,
    /// What to look at.
    pub look: Vec<String>,
    /// What repairs it.
    pub repairs: Vec<String>,
    /// Which repairs make it worse.
    pub worse: Vec<String>,
    /// The rules of the catalogue behind it.
    pub rules: Vec<String>,
    /// Where that is known from, in the abbreviations of [`source_title`].
    pub sources: Vec<String>,
    /// Scenario files that show it.
    pub scenarios: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Codes {
    codes: Vec<CodeEntry>,
}

/// Everything that is known about codes, in the order of the data file.
pub fn codes() -> Vec<CodeEntry> {
    let read = crate::scenario::read_document::<Codes>("codes.yaml", CODES);
    read.map(|codes| codes.codes).unwrap_or_default()
}

impl CodeEntry {
    /// The entry as a person reads it.
    pub fn text(&self) -> String {
        let mut text = format!("{} ({})\n\n", self.code, self.kind);
        text.push_str(&wrapped(&self.means, "  ", "  "));
        for (title, lines) in [
            ("What causes it", &self.causes),
            ("What to look at", &self.look),
            ("What repairs it", &self.repairs),
            ("What makes it worse", &self.worse),
        ] {
            if lines.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{title}");
            for line in lines {
                text.push_str(&wrapped(line, "    ", "  - "));
            }
        }
        text.push_str("\nRules\n");
        for rule in self.rules.iter().filter_map(|rule| RuleId::parse(rule)) {
            text.push_str(&wrapped(
                rule.title(),
                "           ",
                &format!("  {rule:<8} "),
            ));
        }
        text.push_str("\nSources\n");
        for source in &self.sources {
            let title = source_title(source).unwrap_or_default();
            text.push_str(&wrapped(&format!("{source}: {title}"), "    ", "  "));
        }
        if !self.scenarios.is_empty() {
            text.push_str("\nScenarios\n");
            for scenario in &self.scenarios {
                let _ = writeln!(text, "  {scenario}");
            }
        }
        text
    }
}
