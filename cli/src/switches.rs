//! Named doubts, answered on the command line.

use clap::Args;
use sim::engine::switches;
use sim::scenario::Scenario;
use sim::snapshot::Snapshot;

/// A switch and the word that answers it.
type Answer = (&'static str, &'static str);

/// Answers to points where sources disagree or are silent.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Switches {
    /// Answer a doubt otherwise than the world or its era does, such as
    /// `match-clears-absent=on`; can be repeated. `dirsync-lab explain profiles` lists them.
    #[arg(long = "switch", value_name = "NAME=WORD", value_parser = answer)]
    switch_answers: Vec<Answer>,
}

/// Reads `NAME=WORD`.
pub(crate) fn answer(text: &str) -> Result<Answer, String> {
    let (name, word) = text
        .split_once('=')
        .ok_or_else(|| "write NAME=on, NAME=off or NAME=WORD".to_owned())?;
    let found = switches().find(|(known, _)| *known == name);
    let (name, values) = found.ok_or_else(|| {
        format!("there is no switch `{name}`; `dirsync-lab explain profiles` lists them")
    })?;
    let shown = mock_cloud::profile::shown;
    let mut words = values.iter();
    let word = words.find(|value| **value == word || shown(value) == word);
    word.map(|word| (name, *word)).ok_or_else(|| {
        let values: Vec<&str> = values.iter().map(|value| shown(value)).collect();
        format!("`{name}` is answered by {}", values.join(", "))
    })
}

impl Switches {
    /// The answers as they can be typed again.
    pub(crate) fn written(&self) -> Vec<String> {
        let answers = self.switch_answers.iter();
        answers
            .map(|(name, word)| format!("{name}={word}"))
            .collect()
    }

    /// The answers of what [`Switches::written`] gave; what can't be read is left out.
    pub(crate) fn read<'a>(written: impl Iterator<Item = &'a str>) -> Self {
        Self {
            switch_answers: written.filter_map(|text| answer(text).ok()).collect(),
        }
    }

    /// Answers them in a scenario.
    pub(crate) fn in_scenario(&self, scenario: &mut Scenario) {
        for (name, word) in &self.switch_answers {
            scenario.answer(name, word);
        }
    }

    /// Answers them in a snapshot.
    pub(crate) fn in_snapshot(&self, snapshot: &mut Snapshot) {
        let answers = self.switch_answers.iter();
        let answers = answers.map(|(name, word)| ((*name).to_owned(), (*word).to_owned()));
        snapshot.lab.switches.extend(answers);
    }

    /// All of them.
    pub(crate) fn answers(&self) -> &[Answer] {
        &self.switch_answers
    }
}
