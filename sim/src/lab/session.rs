//! One learner at work.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::Profile;

use super::deeds::{Deeds, Told, count};
use super::hints::Level;
use super::model::{Lab, Question};
use super::predict::{Forecast, Predicted};
use crate::hazard::{Hazard, Labels};
use crate::judge::Addresses;
use crate::manager::StepRecord;
use crate::rehearse::{Arrange, Rehearsal, describe};
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
    /// What the deed did to the world.
    pub(super) actions: Vec<Action>,
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
            stands: vec![Stand {
                runner,
                deeds,
                actions: Vec::new(),
            }],
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
        self.questions_before(|tried| {
            // What can't be taken is told when it is taken.
            let _ = tried.take(steps);
        })
    }

    /// The questions that have to be answered before this action is carried out.
    pub fn questions_before_action(&self, action: &Action) -> Vec<&Question> {
        self.questions_before(|tried| {
            tried.act(action);
        })
    }

    /// Tries something on a copy, so that it does not matter how it comes to a cycle.
    fn questions_before(&self, does: impl FnOnce(&mut Self)) -> Vec<&Question> {
        let open = self.questions_before_cycle();
        if open.is_empty() {
            return open;
        }
        let mut tried = self.clone();
        does(&mut tried);
        if tried.deeds().synchronised > self.deeds().synchronised {
            open
        } else {
            Vec::new()
        }
    }

    /// The questions that have to be answered before the next cycle.
    pub fn questions_before_cycle(&self) -> Vec<&Question> {
        let next = self.deeds().synchronised + 1;
        let questions = self.lab.predict.iter().filter(|it| it.cycle == next);
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
        stand.actions.clear();
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
        stand.actions.clear();
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

    /// The world as it was at the beginning, for somebody who serves it with all its history, and
    /// everything that was done to it since.
    pub fn history(&self) -> (Rehearsal, Vec<Action>) {
        let mut runner = self.stands[0].runner.clone();
        runner.rename(self.now().runner.names().clone());
        (
            Rehearsal::of_runner(runner),
            self.last_actions(self.length()),
        )
    }

    /// What the last deeds did to the world, in order.
    pub fn last_actions(&self, deeds: usize) -> Vec<Action> {
        let stays = self.length().saturating_sub(deeds) + 1;
        let stands = self.stands.get(stays..).unwrap_or_default();
        stands.iter().flat_map(|it| it.actions.clone()).collect()
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

    /// Whether the learner was shown the solution.
    pub const fn was_shown(&self) -> bool {
        self.aside.was_shown
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
}

pub(super) fn named(file: &str, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let named = found.into_iter().map(|one| Diagnostic {
        file: file.into(),
        ..one
    });
    named.collect()
}
