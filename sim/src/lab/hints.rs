//! Hints: three levels for each stage, each at its price.

use super::model::Stage;
use super::session::Session;
use crate::scenario::Spanned;
use crate::scenario::model::Expectation;

/// How much a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The idea.
    Concept,
    /// The object.
    Object,
    /// The command.
    Command,
}

impl Level {
    /// All levels, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Concept, Self::Object, Self::Command];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Concept => "concept",
            Self::Object => "object",
            Self::Command => "command",
        }
    }
}

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The place of its stage in the file.
    pub place: usize,
    /// What the stage is about.
    pub stage: String,
    /// How much it says.
    pub level: Level,
    /// What it says.
    pub text: String,
    /// What it costs; 0 where it was taken before.
    pub costs: u32,
}

impl Hint {
    fn of(stage: &Stage, place: usize, level: Level) -> Self {
        let (text, costs) = match level {
            Level::Concept => (&stage.concept, stage.costs.concept),
            Level::Object => (&stage.object, stage.costs.object),
            Level::Command => (&stage.command, stage.costs.command),
        };
        Self {
            place,
            stage: stage.stage.value.clone(),
            level,
            text: text.value.clone(),
            costs,
        }
    }
}

impl Session {
    /// Takes the next hint of the stage that is not over yet, or of the one of that place.
    pub fn hint(&mut self, place: Option<usize>) -> Option<Hint> {
        let place = place.or_else(|| self.stage())?;
        let stage = self.lab.hints.get(place)?.clone();
        let known = |level: &Level| self.aside.hints.contains(&(place, *level));
        let next = Level::ALL.into_iter().find(|level| !known(level));
        let level = next.unwrap_or(Level::Command);
        self.aside.hints.insert((place, level));
        let hint = Hint::of(&stage, place, level);
        Some(Hint {
            costs: if next.is_some() { hint.costs } else { 0 },
            ..hint
        })
    }

    /// The hints that were taken, by stage and level.
    pub fn hints(&self) -> Vec<Hint> {
        let taken = self.aside.hints.iter();
        let taken = taken.filter_map(|(place, level)| {
            let stage = self.lab.hints.get(*place)?;
            Some(Hint::of(stage, *place, *level))
        });
        taken.collect()
    }

    /// What the next hint of the stage that is not over yet would cost, and how much it would say.
    pub fn next_hint(&self) -> Option<Hint> {
        let place = self.stage()?;
        let known = |level: &Level| self.aside.hints.contains(&(place, *level));
        let level = Level::ALL.into_iter().find(|level| !known(level))?;
        Some(Hint::of(self.lab.hints.get(place)?, place, level))
    }

    /// The first stage that is not over.
    pub fn stage(&self) -> Option<usize> {
        let mut stages = self.lab.hints.iter();
        let open = stages.position(|stage| !self.is_over(stage));
        open.or_else(|| self.lab.hints.len().checked_sub(1))
    }

    pub(super) fn is_over(&self, stage: &Stage) -> bool {
        let mut runner = self.now().runner.clone();
        let mut missing = |one: &Spanned<Expectation>| runner.holds(&one.value).is_err();
        !stage.until.is_empty() && !stage.until.iter().any(&mut missing)
    }
}
