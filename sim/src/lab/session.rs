//! One learner at work.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, Profile};

use super::model::{Lab, Question};
use super::predict::{Forecast, Predicted, outcome};
use crate::engine::{EngineEvent, Source};
use crate::hazard::{Hazard, Labels, hazard};
use crate::judge::{Addresses, administrators};
use crate::manager::StepRecord;
use crate::rehearse::{Arrange, Rehearsal, counts, describe};
use crate::run::Runner;
use crate::run::learner::Refusal;
use crate::scenario::model::{Check, Expectation, Step};
use crate::scenario::{Diagnostic, OneOrMany, Spanned, check, expanded, one_line, read_document};
use crate::world::{Action, Event, World};

/// What a text that a learner types is called in messages.
const COMMAND: &str = "command";

/// A learner at work on a lab.
#[derive(Debug, Clone)]
pub struct Session {
    pub(super) lab: Lab,
    /// What the world is like at the beginning and after each deed that was not undone.
    pub(super) stands: Vec<Stand>,
    /// What people wrote to at the beginning.
    pub(super) addresses: Addresses,
    /// What can't be undone.
    pub(super) aside: Aside,
    /// What a client of the served world has saved, by name.
    saves: BTreeMap<String, Vec<Stand>>,
}

/// The world after a deed, with everything that led to it.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    pub(super) runner: Runner<'static>,
    pub(super) deeds: Deeds,
}

/// What a learner has done, as far as it was not undone.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    /// Commands in the directories and on the engine.
    pub commands: u32,
    /// Cycles.
    pub cycles: u32,
    /// Commands that were refused; they count as commands.
    pub refused: u32,
    /// What is gone for good.
    pub irreversible: Vec<String>,
    /// The hazards that were met.
    pub hazards: Vec<(&'static Hazard, String)>,
    /// What cost points on the way, by its place in the file, and what was found.
    pub(super) broken: BTreeMap<usize, String>,
    /// Whether there was a moment without any Global Administrator.
    pub leaderless: bool,
    /// What was done, in order.
    pub told: Vec<Told>,
}

/// One deed, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What was done.
    pub what: String,
    /// What came of it.
    pub came: String,
}

/// What stays, whatever is undone.
#[derive(Debug, Clone, Default)]
pub(super) struct Aside {
    pub(super) hints: BTreeSet<(usize, Level)>,
    pub(super) undone: u32,
    pub(super) was_shown: bool,
    /// Why an exam does not count.
    pub(super) void: Option<String>,
    pub(super) announced: BTreeMap<String, Forecast>,
    pub(super) predicted: Vec<Predicted>,
}

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

/// What came of a command.
#[derive(Debug, Clone, Default)]
pub struct Came {
    /// The command in an administrator's words, step by step, and what came of each.
    pub told: Vec<Told>,
    /// How it was refused, if it was. What was to follow was not done.
    pub refused: Option<Refusal>,
    /// Everything that happened.
    pub events: Vec<Event>,
    /// The run profiles that ran, as Synchronization Service Manager lists them.
    pub runs: Vec<StepRecord>,
    /// Predictions that this decided.
    pub predicted: Vec<Predicted>,
    /// Hazards that were met.
    pub hazards: Vec<(&'static Hazard, String)>,
}

impl Session {
    /// Builds the world of a lab in one profile.
    ///
    /// # Errors
    ///
    /// What keeps the world from being built, or what has happened before and was not as expected.
    pub fn begin(
        file: &str,
        lab: &Lab,
        profile: Profile,
        arrange: Arrange<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        // The containers of later steps are there from the start, as in a scenario.
        let later = std::iter::once(&lab.solve).chain(lab.traps.iter().map(|it| &it.value.steps));
        let later: Vec<Spanned<Step>> = later.flatten().cloned().collect();
        let scenario = lab.scenario(lab.after_before(&later), Check::default());
        let started = Runner::start(file, &scenario, profile);
        let (mut runner, mut scenario) = started.map_err(|problem| vec![*problem])?;
        runner.arrange(arrange);
        scenario.steps.truncate(lab.before.len());
        let failures = runner.play(&scenario);
        if !failures.is_empty() {
            return Err(named(file, failures));
        }
        runner.hand_over();
        runner.name_accounts();
        runner.watch_hazards();
        runner.listen();
        let addresses = Addresses::of(runner.world());
        let deeds = Deeds::default();
        Ok(Self {
            lab: lab.clone(),
            stands: vec![Stand { runner, deeds }],
            addresses,
            aside: Aside::default(),
            saves: BTreeMap::new(),
        })
    }

    /// The lab.
    pub const fn lab(&self) -> &Lab {
        &self.lab
    }

    pub(super) fn now(&self) -> &Stand {
        // There is always the beginning.
        &self.stands[self.stands.len() - 1]
    }

    /// The world as it is.
    pub fn world(&self) -> &World {
        self.now().runner.world()
    }

    /// What was done and not undone.
    pub fn deeds(&self) -> &Deeds {
        &self.now().deeds
    }

    /// How objects are called.
    pub fn labels(&self) -> &dyn Labels {
        self.now().runner.names()
    }

    /// How often something was undone.
    pub const fn undone(&self) -> u32 {
        self.aside.undone
    }

    /// The predictions that were decided.
    pub fn predicted(&self) -> &[Predicted] {
        &self.aside.predicted
    }

    /// The predictions that wait for a cycle.
    pub const fn announced(&self) -> &BTreeMap<String, Forecast> {
        &self.aside.announced
    }

    /// Reads a command: a step of the scenario language, or a list of them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, with its place in the text.
    pub fn read(
        &self,
        text: &str,
        words: &crate::run::Words,
    ) -> Result<Vec<Spanned<Step>>, Vec<Diagnostic>> {
        let read: OneOrMany<Spanned<Step>> = read_document(COMMAND, text)?;
        let scenario = self.named().vocabulary(&self.lab.world, read.0);
        let found = words.with(|known| check(COMMAND, &scenario, known));
        // A directory says itself what it refuses, and what has no place is not the learner's.
        let is_ours = |problem: &Diagnostic| {
            !problem.span.is_empty() && !matches!(problem.code, "unverified-domain" | "misplaced")
        };
        let mut found: Vec<Diagnostic> = found.into_iter().filter(is_ours).collect();
        for problem in &mut found {
            // A learner has no file with a `world` to look into.
            problem
                .labels
                .retain(|label| !label.text.contains("`world."));
        }
        if found.is_empty() {
            Ok(expanded(&scenario).steps)
        } else {
            Err(found)
        }
    }

    /// The questions that have to be answered before these steps are taken.
    pub fn open_questions(&self, steps: &[Spanned<Step>]) -> Vec<&Question> {
        let syncs = steps.iter().any(|step| matches!(step.value, Step::Sync(_)));
        let next = self.deeds().cycles + 1;
        let questions = self
            .lab
            .predict
            .iter()
            .filter(|it| syncs && it.cycle == next);
        let is_open = |question: &&Question| {
            let about = question.about.as_str();
            let mut decided = self.aside.predicted.iter();
            !self.aside.announced.contains_key(about)
                && !decided.any(|it| it.cycle == next && it.object == about)
        };
        questions.filter(is_open).collect()
    }

    /// Says what the next cycle will do to an object.
    ///
    /// # Errors
    ///
    /// The name, where no object of Active Directory has it.
    pub fn announce(&mut self, object: &str, forecast: Forecast) -> Result<(), String> {
        if self.now().runner.names().ad(object).is_none() {
            let names = self.now().runner.names().ad_names().map(|(name, _)| name);
            let near = crate::scenario::nearest(object, names);
            let near = near.map(|near| format!("\ndid you mean `{near}`?"));
            let near = near.unwrap_or_default();
            return Err(format!(
                "no object of Active Directory is named `{object}`{near}"
            ));
        }
        self.aside.announced.insert(object.to_owned(), forecast);
        Ok(())
    }

    /// Takes steps that were read. A refused one is the last.
    ///
    /// # Errors
    ///
    /// What keeps a step from being taken; then nothing has changed.
    pub fn take(&mut self, steps: &[Spanned<Step>]) -> Result<Came, Vec<Diagnostic>> {
        let mut stand = self.now().clone();
        let mut came = Came::default();
        for step in steps {
            if let Step::Expect(all) = &step.value {
                for one in all.iter() {
                    if let Err(missed) = stand.runner.holds(&one.value) {
                        let problem = Diagnostic::new(
                            "expectation-failed",
                            missed.expected,
                            COMMAND,
                            one.at.clone(),
                        );
                        return Err(vec![problem.label(missed.found)]);
                    }
                }
                continue;
            }
            if came.refused.is_some() {
                break;
            }
            stand.runner.name_accounts();
            let before = stand.runner.clone();
            let done = stand.runner.command(&step.value, step.at.clone());
            came.refused = done.map_err(|problem| named(COMMAND, vec![problem]))?;
            count(&step.value, &mut stand.deeds);
            self.look(&before, &mut stand, &one_line(&step.value), &mut came);
        }
        self.push(stand);
        Ok(came)
    }

    /// Takes the steps of the file itself, which say what has to come of them.
    pub(super) fn play(&mut self, file: &str, steps: &[Spanned<Step>]) -> Result<(), Diagnostic> {
        let scenario = self
            .lab
            .scenario(self.lab.after_before(steps), Check::default());
        let mut scenario = expanded(&scenario);
        let steps = scenario.steps.split_off(self.lab.before.len());
        let refusal_expected = |step: Option<&Spanned<Step>>| match step.map(|step| &step.value) {
            Some(Step::Expect(all)) => {
                let mut all = all.iter();
                all.any(|one| matches!(one.value, Expectation::Refused(_)))
            }
            _ => false,
        };
        for (place, step) in steps.iter().enumerate() {
            let came = self.take(std::slice::from_ref(step));
            let came = came.map_err(|found| {
                let first = found.into_iter().next();
                let first = first.map(|one| Diagnostic {
                    file: file.into(),
                    ..one
                });
                first.unwrap_or_else(|| Diagnostic::new("impossible-step", "", file, 0..0))
            })?;
            if let Some(refused) = came.refused
                && !refusal_expected(steps.get(place + 1))
            {
                let message = format!("the step was refused: {} {}", refused.status, refused.code);
                let problem = Diagnostic::new("step-refused", message, file, step.at.clone());
                return Err(problem.label(refused.message).help(refused.hint));
            }
        }
        Ok(())
    }

    /// Takes note of an action that somebody else carried out: an LDAP or Graph client.
    pub fn act(&mut self, action: &Action) -> Came {
        let mut stand = self.now().clone();
        stand.runner.name_accounts();
        let before = stand.runner.clone();
        let what = describe(before.world(), action, before.names());
        stand.runner.take(action);
        let mut came = Came {
            refused: stand.runner.refusal_met(),
            ..Came::default()
        };
        match action {
            Action::Cycle(_) => stand.deeds.cycles += 1,
            Action::Advance(_) => {}
            _ => stand.deeds.commands += 1,
        }
        self.look(&before, &mut stand, &what, &mut came);
        self.push(stand);
        came
    }

    /// Goes back to what was there after so many deeds: a served world was set back.
    pub fn set_back(&mut self, deeds: usize) {
        let stays = (deeds + 1).clamp(1, self.stands.len());
        self.aside.undone += (self.stands.len() - stays) as u32;
        self.stands.truncate(stays);
    }

    /// Keeps the world under a name: a client of the served world asked for it.
    pub fn save(&mut self, name: &str) {
        self.saves.insert(name.to_owned(), self.stands.clone());
    }

    /// Sets the world to what was kept under a name, if anything was.
    pub fn restore(&mut self, name: &str) {
        if let Some(stands) = self.saves.get(name) {
            self.stands = stands.clone();
            self.aside.undone += 1;
        }
    }

    /// Takes note that an exam does not count, and why.
    pub fn void(&mut self, why: &str) {
        self.aside.void.get_or_insert_with(|| why.to_owned());
    }

    /// The world as it is, for somebody who serves it.
    pub fn rehearsal(&self) -> Rehearsal {
        Rehearsal::of_runner(self.now().runner.clone())
    }

    /// How many deeds there are to undo.
    pub fn length(&self) -> usize {
        self.stands.len() - 1
    }

    /// Undoes the last deeds, and gives how many there were.
    pub fn undo(&mut self, deeds: usize) -> usize {
        let before = self.length();
        self.set_back(before.saturating_sub(deeds));
        before - self.length()
    }

    /// Takes note that the learner was shown the solution.
    pub const fn show_solution(&mut self) {
        self.aside.was_shown = true;
    }

    /// The file's own solution, one step a line, as it would be typed.
    pub fn solution(&self) -> Vec<String> {
        let steps = self.lab.solve.iter();
        let steps = steps.filter(|step| !matches!(step.value, Step::Expect(_)));
        steps.map(|step| one_line(&step.value)).collect()
    }

    /// Takes the next hint of the stage that is not over yet, or of the one of that place.
    pub fn hint(&mut self, place: Option<usize>) -> Option<Hint> {
        let place = place.or_else(|| self.stage())?;
        let stage = self.lab.hints.get(place)?.clone();
        let known = |level: &Level| self.aside.hints.contains(&(place, *level));
        let next = Level::ALL.into_iter().find(|level| !known(level));
        let level = next.unwrap_or(Level::Command);
        let (text, costs) = match level {
            Level::Concept => (&stage.concept, stage.costs.concept),
            Level::Object => (&stage.object, stage.costs.object),
            Level::Command => (&stage.command, stage.costs.command),
        };
        self.aside.hints.insert((place, level));
        Some(Hint {
            place,
            stage: stage.stage.value.clone(),
            level,
            text: text.value.clone(),
            costs: if next.is_some() { costs } else { 0 },
        })
    }

    /// The first stage that is not over.
    pub fn stage(&self) -> Option<usize> {
        let mut runner = self.now().runner.clone();
        let mut stages = self.lab.hints.iter();
        let open = stages.position(|stage| {
            let missing = |one: &Spanned<_>| runner.holds(&one.value).is_err();
            stage.until.is_empty() || stage.until.iter().any(missing)
        });
        open.or_else(|| self.lab.hints.len().checked_sub(1))
    }

    fn push(&mut self, stand: Stand) {
        self.stands.push(stand);
    }

    /// The world with a name for every account. What is named here is not named for good: the
    /// next command may be an expectation that gives a name.
    pub(super) fn named(&self) -> Runner<'static> {
        let mut runner = self.now().runner.clone();
        runner.name_accounts();
        runner
    }

    /// Looks at what one command has done.
    fn look(&mut self, before: &Runner<'static>, stand: &mut Stand, what: &str, came: &mut Came) {
        let Stand { runner, deeds } = stand;
        let events = runner.heard();
        let hazards = runner.hazards_met();
        deeds.irreversible.extend(gone(before.world(), runner));
        if came.refused.is_some() {
            deeds.refused += 1;
        }
        let administered = administrators(before.world()) > 0;
        deeds.leaderless |= administered && administrators(runner.world()) == 0;
        for (place, loss) in self.lab.losses.iter().enumerate() {
            let wanted = loss.hazard.as_ref().and_then(|name| hazard(name));
            if let Some((met, what)) = hazards.iter().find(|it| Some(it.0) == wanted) {
                let found = format!("{} {}: {what}", met.number, met.name);
                deeds.broken.entry(place).or_insert(found);
            }
            if !loss.always || deeds.broken.contains_key(&place) {
                continue;
            }
            let missed = loss
                .expect
                .iter()
                .find_map(|one| runner.holds(&one.value).err());
            if let Some(missed) = missed {
                deeds.broken.insert(place, missed.found);
            }
        }
        let is_cycle = |event: &Event| {
            matches!(
                event,
                Event::Engine(EngineEvent::Finished(_)) | Event::CycleStarted { .. }
            )
        };
        if events.iter().any(is_cycle) {
            let decided = self.decide(before, runner, &events, deeds.cycles);
            came.predicted.extend(decided);
        }
        for (hazard, about) in &hazards {
            let known = deeds
                .hazards
                .iter()
                .any(|it| it.0 == *hazard && it.1 == *about);
            if !known {
                deeds.hazards.push((hazard, about.clone()));
            }
        }
        let told = Told {
            what: what.to_owned(),
            came: match &came.refused {
                Some(refused) => format!("refused: {} {}", refused.status, refused.message),
                None => counts(&events),
            },
        };
        deeds.told.push(told.clone());
        came.told.push(told);
        came.hazards.extend(hazards);
        came.events.extend(events);
        let known = before.records().len();
        came.runs
            .extend(runner.records().iter().skip(known).cloned());
    }

    /// Compares predictions, and questions that were left open, with what a cycle did.
    fn decide(
        &mut self,
        before: &Runner<'static>,
        after: &Runner<'static>,
        events: &[Event],
        cycle: u32,
    ) -> Vec<Predicted> {
        let announced = std::mem::take(&mut self.aside.announced);
        let mut asked: BTreeMap<String, Option<Forecast>> = BTreeMap::new();
        let questions = self.lab.predict.iter().filter(|it| it.cycle == cycle);
        asked.extend(questions.map(|it| (it.about.value.clone(), None)));
        asked.extend(announced.into_iter().map(|(name, it)| (name, Some(it))));
        let mut decided = Vec::new();
        for (object, said) in asked {
            let mut known = self.aside.predicted.iter();
            if known.any(|it| it.cycle == cycle && it.object == object) {
                continue;
            }
            let Some(source) = before.names().ad(&object) else {
                continue;
            };
            let had = before.joined_account(source);
            let (came, because) = outcome(source, had, events, before.world(), after.world());
            decided.push(Predicted {
                cycle,
                object,
                said,
                came,
                because,
            });
        }
        self.aside.predicted.extend(decided.iter().cloned());
        decided
    }
}

fn count(step: &Step, deeds: &mut Deeds) {
    match step {
        Step::Sync(_) => deeds.cycles += 1,
        Step::Wait(_) | Step::Expect(_) => {}
        _ => deeds.commands += 1,
    }
}

/// What is gone for good and was not before.
fn gone(before: &World, after: &Runner<'static>) -> Vec<String> {
    let purged = |world: &World, key: CloudKey| {
        let object = world.tenant().object(key);
        object.is_some_and(|it| matches!(it.state, State::Purged { .. }))
    };
    let world = after.world();
    let keys = world.tenant().objects().map(|(key, _)| key);
    let mut gone: Vec<String> = keys
        .filter(|key| purged(world, *key) && !purged(before, *key))
        .map(|key| format!("{} is gone for good", after.names().account(before, key)))
        .collect();
    for (forest, (was, is)) in before.forests().iter().zip(world.forests()).enumerate() {
        if was.has_recycle_bin() {
            continue;
        }
        let deleted = was.objects().map(|(object, _)| object);
        let deleted = deleted.filter(|object| was.is_live(*object) && !is.is_live(*object));
        let name = |object| after.names().object(before, Source { forest, object });
        gone.extend(deleted.map(|it| format!("{} is a tombstone without a way back", name(it))));
    }
    gone
}

pub(super) fn named(file: &str, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let named = found.into_iter().map(|one| Diagnostic {
        file: file.into(),
        ..one
    });
    named.collect()
}
