//! What a code, a rule or a profile means, in plain words.
//!
//! The codes are data, `sim/data/codes.yaml`; rules and profiles are told from what the code of
//! the mocks itself goes by, so they can't disagree with it.

mod code;
mod profiles;
mod question;
mod rule;
mod sync_rules;

pub use code::{CodeEntry, codes};
pub use profiles::profiles;
pub use question::{Doubt, Question, doubts, questions};
pub use rule::{NotModelled, modelled_in_part, not_modelled};
pub use sync_rules::{installed, rule, rules};

use std::fmt::Write as _;

use mock_cloud::RuleId;

/// A word that nothing is known about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// What was asked.
    pub word: String,
    /// The known word that is nearest to it.
    pub nearest: Option<String>,
}

/// Explains an error code, a status, an event, a Graph code, a rule such as `R2.14a`, an open
/// question such as `Q9.2`, a hazard such as `W04`, a sync rule such as `In from AD - User Join`,
/// `profiles` or `rules`. Case does not matter.
///
/// ```
/// let text = sim::explain::explain("invalidsoftmatch").unwrap();
/// assert!(text.starts_with("InvalidSoftMatch (export error)"));
/// let unknown = sim::explain::explain("InvalidSoftMach").unwrap_err();
/// assert_eq!(unknown.nearest.as_deref(), Some("InvalidSoftMatch"));
/// ```
pub fn explain(word: &str) -> Result<String, UnknownWord> {
    let asked = word.trim();
    if asked.eq_ignore_ascii_case("profiles") {
        return Ok(profiles());
    }
    let installed = installed();
    if asked.eq_ignore_ascii_case("rules") {
        return Ok(rules(&installed));
    }
    if let Some(found) = installed
        .rules()
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(asked))
    {
        return Ok(rule(found));
    }
    let codes = codes();
    if let Some(entry) = codes.iter().find(|it| it.code.eq_ignore_ascii_case(asked)) {
        return Ok(entry.text());
    }
    let questions = questions();
    let number = questions
        .iter()
        .find(|it| it.number.eq_ignore_ascii_case(asked));
    if let Some(question) = number {
        return Ok(question.text());
    }
    if let Some(hazard) = crate::hazard::hazard(asked) {
        return Ok(hazard_text(hazard));
    }
    let lower = asked.to_ascii_lowercase();
    let number = lower.strip_prefix('r').map(|rest| format!("R{rest}"));
    if let Some(rule) = number.as_deref().and_then(RuleId::parse) {
        return Ok(rule::text(rule, &codes));
    }
    if let Some(heading) = &number {
        let parts: Vec<String> = RuleId::all()
            .filter(|rule| {
                let letter = rule.number().strip_prefix(heading.as_str());
                letter.is_some_and(|letter| letter.chars().all(|c| c.is_ascii_lowercase()))
            })
            .map(|rule| rule::text(rule, &codes))
            .collect();
        if !parts.is_empty() {
            return Ok(parts.join("\n"));
        }
    }
    let mut words: Vec<&str> = codes.iter().map(|entry| entry.code.as_str()).collect();
    for rule in RuleId::all() {
        words.push(rule.number());
    }
    for hazard in crate::hazard::HAZARDS {
        words.extend([hazard.number, hazard.name]);
    }
    words.extend(questions.iter().map(|question| question.number.as_str()));
    words.extend(["profiles", "rules"]);
    words.extend(installed.rules().iter().map(|rule| rule.name.as_str()));
    let nearest = crate::scenario::nearest(asked, words);
    Err(UnknownWord {
        word: asked.to_owned(),
        nearest: nearest.map(str::to_owned),
    })
}

fn hazard_text(hazard: &crate::hazard::Hazard) -> String {
    let kind = match hazard.severity {
        crate::hazard::Severity::Danger => "hazard, can't be undone",
        crate::hazard::Severity::Warning => "hazard",
    };
    let mut text = format!("{} {} ({kind})\n\n", hazard.number, hazard.name);
    text.push_str(&wrapped(hazard.cost, "  ", "  "));
    text.push_str("\nInstead\n");
    text.push_str(&wrapped(hazard.instead, "  ", "  "));
    let _ = writeln!(text, "\nSeen in\n  {}", hazard.cases);
    text
}

/// Text in lines of at most so many characters, each behind the same indent.
fn wrapped(text: &str, indent: &str, first: &str) -> String {
    const COLUMNS: usize = 96;
    let mut lines = String::new();
    let mut line = String::from(first);
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let fits = line.chars().count() + 1 + word.chars().count() <= COLUMNS;
        if !is_empty && !fits {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = String::from(indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push_str(line.trim_end());
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_cloud::provisioning::ErrorCode;
    use mock_cloud::rule::source_title;

    #[test]
    fn every_export_error_and_step_status_is_explained() {
        use crate::engine::StepStatus;
        for code in ErrorCode::ALL {
            assert!(explain(code.name()).is_ok(), "{code:?}");
        }
        for status in StepStatus::ALL {
            assert!(explain(status.name()).is_ok(), "{status}");
        }
    }

    #[test]
    fn rules_and_sources_of_every_entry_are_known() {
        let codes = codes();
        assert!(codes.len() > 40, "{}", codes.len());
        for entry in &codes {
            assert!(!entry.means.trim().is_empty(), "{}", entry.code);
            let lists = [
                ("causes", &entry.causes),
                ("look", &entry.look),
                ("repairs", &entry.repairs),
                ("worse", &entry.worse),
                ("sources", &entry.sources),
            ];
            for (name, list) in lists {
                assert!(!list.is_empty(), "{}: {name}", entry.code);
                let refers = |line: &String| line.starts_with("see ");
                assert!(!list.iter().any(refers), "{}: {name} refers", entry.code);
            }
            let again = codes.iter().filter(|it| it.code == entry.code);
            assert_eq!(again.count(), 1, "{}", entry.code);
            for rule in &entry.rules {
                assert!(RuleId::parse(rule).is_some(), "{}: {rule}", entry.code);
            }
            for source in &entry.sources {
                assert!(source_title(source).is_some(), "{}: {source}", entry.code);
            }
        }
    }

    #[test]
    fn every_rule_is_explained_whatever_its_case() {
        for rule in RuleId::all() {
            let text = explain(&rule.number().to_ascii_uppercase()).unwrap();
            assert!(text.starts_with(rule.number()), "{text}");
        }
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = wrapped(&"word ".repeat(60), "    ", "  - ");
        assert!(text.lines().count() > 2);
        assert!(text.lines().all(|line| line.len() <= 96));
        assert!(text.starts_with("  - word word"));
    }
}
