//! The open questions of the catalogue, and how each is answered here.

use std::fmt::Write as _;

use mock_cloud::profile::{SERVICE_SWITCHES, shown};
use mock_cloud::rule::Confidence;
use mock_cloud::{Profile, RuleId};
use serde::Deserialize;

use super::wrapped;
use crate::engine::{ENGINE_SWITCHES, EnginePolicy};

const QUESTIONS: &str = include_str!("../../data/questions.yaml");

/// What sources disagree on, or say nothing about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its number in the catalogue, such as `Q9.2`.
    pub number: String,
    /// What is asked.
    pub about: String,
    /// What is known, and from where.
    #[serde(default)]
    pub known: Option<String>,
    /// What is done where no switch answers it, and why none is needed.
    #[serde(default)]
    pub instead: Option<String>,
    /// How far that can be trusted: a word of [`Confidence`]; a switch has its own.
    #[serde(default)]
    confidence: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    questions: Vec<Question>,
}

/// Every open question, in the order of the catalogue.
pub fn questions() -> Vec<Question> {
    let read = crate::scenario::read_document::<Questions>("questions.yaml", QUESTIONS);
    read.map(|all| all.questions).unwrap_or_default()
}

/// A switch of service or engine, as reports need it.
#[derive(Debug, Clone, Copy)]
pub struct Doubt {
    /// The name in scenario files and on command lines.
    pub name: &'static str,
    /// The rule it belongs to.
    pub rule: RuleId,
    /// The open question that it answers.
    pub question: Option<&'static str>,
    /// How far the defaults can be trusted.
    pub confidence: Confidence,
    /// What turning it on means, or what its words mean.
    pub effect: &'static str,
    /// The word that answers it in each profile.
    pub defaults: [&'static str; 4],
}

/// Every switch, those of the service first.
pub fn doubts() -> impl Iterator<Item = Doubt> {
    let service = SERVICE_SWITCHES.iter().map(|it| Doubt {
        name: it.name,
        rule: it.rule,
        question: it.question,
        confidence: it.confidence,
        effect: it.effect,
        defaults: Profile::ALL.map(|profile| it.read(&profile.service_policy())),
    });
    let engine = ENGINE_SWITCHES.iter().map(|it| Doubt {
        name: it.name,
        rule: it.rule,
        question: it.question,
        confidence: it.confidence,
        effect: it.effect,
        defaults: Profile::ALL.map(|profile| it.read(&EnginePolicy::of(profile))),
    });
    service.chain(engine)
}

impl Question {
    /// How far the fixed answer can be trusted, where there is one.
    pub fn confidence(&self) -> Option<Confidence> {
        match self.confidence.as_deref()? {
            "Assumed" => Some(Confidence::Assumed),
            "Reported" => Some(Confidence::Reported),
            "Supported" => Some(Confidence::Supported),
            "Documented" => Some(Confidence::Documented),
            _ => None,
        }
    }

    /// The switches that answer it.
    pub fn switches(&self) -> impl Iterator<Item = Doubt> {
        doubts().filter(|doubt| doubt.question == Some(self.number.as_str()))
    }

    /// The question as a person reads it.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{} (open question)\n\n", self.number);
        text.push_str(&wrapped(&self.about, "  ", "  "));
        if let Some(known) = &self.known {
            text.push_str("\nWhat is known\n");
            text.push_str(&wrapped(known, "  ", "  "));
        }
        text.push_str("\nHow it is answered here\n");
        if let (Some(instead), Some(confidence)) = (&self.instead, self.confidence()) {
            text.push_str(&wrapped(&format!("{confidence}: {instead}"), "  ", "  "));
        }
        for doubt in self.switches() {
            let said = format!("{} ({}): {}", doubt.name, doubt.confidence, doubt.effect);
            text.push_str(&wrapped(&said, "    ", "  "));
            for (profile, word) in Profile::ALL.iter().zip(doubt.defaults) {
                let _ = writeln!(text, "      {:<17}{}", profile.name(), shown(word));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_a_switch_or_says_why_it_needs_none() {
        let all = questions();
        let numbers: Vec<String> = (1..=27).map(|number| format!("Q9.{number}")).collect();
        let found: Vec<&String> = all.iter().map(|it| &it.number).collect();
        assert_eq!(found, numbers.iter().collect::<Vec<_>>());
        for question in &all {
            let number = &question.number;
            let switched = question.switches().next().is_some();
            assert_ne!(switched, question.instead.is_some(), "{number}");
            assert_eq!(switched, question.known.is_some(), "{number}");
            assert_eq!(question.confidence().is_some(), !switched, "{number}");
        }
    }

    #[test]
    fn every_switch_answers_a_question_that_is_listed() {
        let all = questions();
        for doubt in doubts() {
            let known = |number| all.iter().any(|it| it.number == number);
            assert!(doubt.question.is_none_or(known), "{}", doubt.name);
        }
        let mut names: Vec<&str> = doubts().map(|doubt| doubt.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "no name is given twice");
    }
}
