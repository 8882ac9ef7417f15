//! Running a scenario: a World is built, the steps are applied, the expectations are checked.
//!
//! Running is pure: the same file in the same profile gives the same verdict, event for event.

mod build;
mod expect;
mod hazards;
mod known;
pub(crate) mod learner;
pub(crate) mod names;
pub(crate) mod staged;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::provisioning::{Outcome, SoftMatchField};
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, Profile, Reason, RuleId};
use store::Text;

pub use hazards::hazards;
pub(crate) use known::model_profile;
pub use known::{Words, known, load};

use crate::engine::{ConnectorId, EngineEvent, Source, Step as EngineStep, StepResult, StepStatus};
use crate::manager::{
    ConnectorSpaceObject, EVENT_DELETIONS, EVENT_EXPORT_ERROR, EVENT_NO_START, EVENT_SKIPPED,
    History, Lineage, StepRecord, lineage, search,
};
use crate::scenario::model::{Expectation, Scenario, Step};
use crate::scenario::{Diagnostic, Spanned, expanded};
use crate::world::{Action, Event, World};
use names::Names;

/// Every event that is logged here.
const EVENTS: [u32; 4] = [
    EVENT_DELETIONS,
    EVENT_EXPORT_ERROR,
    EVENT_SKIPPED,
    EVENT_NO_START,
];

/// The error of two objects that claim one anchor (rule R6.16).
const DUPLICATE_ANCHOR: &str = "duplicate-anchor";

/// What came of one scenario in one profile.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The title.
    pub title: String,
    /// The era it ran in.
    pub profile: Profile,
    /// What failed; empty when everything is as expected.
    pub failures: Vec<Diagnostic>,
    /// How many steps were applied.
    pub steps: usize,
    /// How many expectations were checked.
    pub expectations: usize,
    /// The rules that fired.
    pub rules: BTreeSet<RuleId>,
    /// The fingerprint of the world at the end.
    pub fingerprint: u128,
    /// Every step of a run profile that ran, as Synchronization Service Manager lists it.
    pub history: Vec<StepRecord>,
    /// What a search of the connector spaces finds at the end.
    pub connector_space: Vec<ConnectorSpaceObject>,
    /// Where each named object of Active Directory has got to at the end.
    pub lineage: BTreeMap<String, Lineage>,
}

impl Verdict {
    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Runs a scenario in one of its profiles. It has to have been checked: what its words stand for
/// is not questioned again.
pub fn run(file: &str, scenario: &Scenario, profile: Profile) -> Verdict {
    let scenario = expanded(&scenario.in_profile(model_profile(profile)));
    let title = scenario.scenario.value.clone();
    let mut runner = match build::world(&scenario, profile) {
        Ok((world, names)) => Runner::new(file, world, names),
        Err(problem) => {
            return Verdict {
                title,
                profile,
                failures: vec![problem.diagnostic(file)],
                steps: 0,
                expectations: 0,
                rules: BTreeSet::new(),
                fingerprint: 0,
                history: Vec::new(),
                connector_space: Vec::new(),
                lineage: BTreeMap::new(),
            };
        }
    };
    runner.run(&scenario);
    let lineage = runner.lineage();
    Verdict {
        title,
        profile,
        failures: runner.failures,
        steps: runner.steps,
        expectations: runner.expectations,
        rules: runner.rules,
        fingerprint: runner.world.fingerprint(),
        history: runner.history.records().to_vec(),
        connector_space: search(&runner.world),
        lineage,
    }
}

/// Something that a scenario asks for and that can't be had.
#[derive(Debug, Clone)]
pub(crate) struct Impossible {
    at: std::ops::Range<usize>,
    message: String,
    help: String,
}

impl Impossible {
    fn new(
        at: std::ops::Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            at,
            message: message.into(),
            help: help.into(),
        }
    }

    fn diagnostic(self, file: &str) -> Diagnostic {
        Diagnostic::new("impossible-step", self.message, file, self.at).help(self.help)
    }
}

/// A refusal by either directory.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    status: u16,
    code: String,
    message: String,
    hint: String,
}

/// How an Active Directory object came to its account.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    outcome: Outcome,
    why: Vec<Reason>,
}

/// A scenario that is being run.
#[derive(Debug, Clone)]
pub(crate) struct Runner<'f> {
    file: &'f str,
    world: World,
    names: Names,
    failures: Vec<Diagnostic>,
    steps: usize,
    expectations: usize,
    rules: BTreeSet<RuleId>,
    /// What every object that was ever exported came to last.
    came: BTreeMap<Source, Came>,
    /// Everything that was said of an object by the last cycle, for reason chains.
    said: BTreeMap<Source, Vec<Reason>>,
    /// Why accounts were deleted by an export.
    removed: BTreeMap<CloudKey, Vec<Reason>>,
    /// Accounts that held a mailbox or licences at some time.
    valuable: BTreeSet<CloudKey>,
    /// Accounts that a step named, and may therefore be deleted by it.
    refused: Option<Refused>,
    results: BTreeMap<(ConnectorId, EngineStep), StepResult>,
    history: History,
    events: BTreeSet<u32>,
    last_step: Option<(std::ops::Range<usize>, &'static str)>,
    /// Where hazards are looked for.
    watched: Option<hazards::Watched>,
    /// Where everything that happens is written down, for whoever asks.
    heard: Option<Vec<Event>>,
    /// Where everything that is done is written down, for whoever does it again.
    acted: Option<Vec<Action>>,
}

impl<'f> Runner<'f> {
    fn new(file: &'f str, world: World, names: Names) -> Self {
        let mut runner = Self {
            file,
            world,
            names,
            failures: Vec::new(),
            steps: 0,
            expectations: 0,
            rules: BTreeSet::new(),
            came: BTreeMap::new(),
            said: BTreeMap::new(),
            removed: BTreeMap::new(),
            valuable: BTreeSet::new(),
            refused: None,
            results: BTreeMap::new(),
            history: History::default(),
            events: BTreeSet::new(),
            last_step: None,
            watched: None,
            heard: None,
            acted: None,
        };
        runner.note_valuables();
        runner
    }

    fn run(&mut self, scenario: &Scenario) {
        let expects_refusal = |step: Option<&Spanned<Step>>| {
            step.is_some_and(|step| match &step.value {
                Step::Expect(all) => all
                    .iter()
                    .any(|one| matches!(one.value, Expectation::Refused(_))),
                _ => false,
            })
        };
        for (place, step) in scenario.steps.iter().enumerate() {
            if let Step::Expect(all) = &step.value {
                for one in all.iter() {
                    self.check(one);
                }
            } else {
                self.refused = None;
                self.last_step = Some((step.at.clone(), step.value.verb()));
                self.steps += 1;
                if let Err(problem) = self.step(&step.value, step.at.clone()) {
                    self.failures.push(problem.diagnostic(self.file));
                }
                self.note_valuables();
                if let Some(refused) = self.refused.clone()
                    && !expects_refusal(scenario.steps.get(place + 1))
                {
                    self.failures.push(self.unexpected_refusal(step, &refused));
                }
                for one in &scenario.check.always {
                    if self.names.knows(&one.value) {
                        self.check(one);
                    }
                }
            }
            // What went wrong first explains what goes wrong later; but whoever looks at a run
            // afterwards wants to see where a refusal that nobody heeded led to.
            let heeded = |one: &Diagnostic| self.acted.is_none() || one.code != "step-refused";
            if self.failures.iter().any(heeded) {
                return;
            }
        }
        for one in &scenario.check.finally {
            self.check(one);
        }
    }

    fn unexpected_refusal(&self, step: &Spanned<Step>, refused: &Refused) -> Diagnostic {
        let message = format!("the step was refused: {} {}", refused.status, refused.code);
        Diagnostic::new("step-refused", message, self.file, step.at.clone())
            .label(refused.message.clone())
            .help(refused.hint.clone())
            .help(
                "if the refusal is what the scenario is about, follow with \
                 `expect: { refused: {} }`",
            )
    }

    fn check(&mut self, expectation: &Spanned<Expectation>) {
        self.expectations += 1;
        let Err(missed) = self.expect(&expectation.value) else {
            return;
        };
        let mut diagnostic = Diagnostic::new(
            "expectation-failed",
            missed.expected,
            self.file,
            expectation.at.clone(),
        )
        .label(missed.found);
        if let Some((at, verb)) = &self.last_step {
            diagnostic = diagnostic.also(at.clone(), format!("the last step was this `{verb}`"));
        }
        for reason in missed.why {
            diagnostic = diagnostic.help(format!("{} {}", reason.rule, reason.text()));
        }
        for help in missed.help {
            diagnostic = diagnostic.help(help);
        }
        self.failures.push(diagnostic);
    }

    /// Where each named object has got to; of a name for several, the last.
    fn lineage(&self) -> BTreeMap<String, Lineage> {
        let named = self.names.ad_names();
        named
            .filter_map(|(name, sources)| {
                let source = *sources.last()?;
                Some((name.to_owned(), lineage(&self.world, source)))
            })
            .collect()
    }

    fn note_valuables(&mut self) {
        for (key, object) in self.world.tenant().objects() {
            let holds = object.mailbox.is_some() || !object.licences.is_empty();
            if holds && !matches!(object.state, State::Purged { .. }) {
                self.valuable.insert(key);
            }
        }
    }

    /// Carries out one action and takes note of what happens.
    fn act(&mut self, action: &Action) -> Vec<Event> {
        let before = self.watched.is_some().then(|| self.world.clone());
        self.foresee(action);
        let events = self.world.apply(action);
        for event in &events {
            self.rules.extend(event.rules());
            self.history.note(event, &self.world);
            self.note(event);
        }
        if let Some(before) = before {
            self.look_back(action, &before, &events);
        }
        if let Some(heard) = &mut self.heard {
            heard.extend(events.iter().cloned());
        }
        if let Some(acted) = &mut self.acted {
            acted.push(action.clone());
        }
        events
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::AdRefused(refusal) => {
                self.refused = Some(Refused {
                    status: u16::try_from(refusal.code.0).unwrap_or(u16::MAX),
                    code: format!("{:08X}", refusal.win32),
                    message: refusal.message.clone(),
                    hint: refusal.hint.clone(),
                });
            }
            Event::CloudRefused(refusal) => {
                self.refused = Some(Refused {
                    status: refusal.status,
                    code: refusal.code.to_owned(),
                    message: refusal.message.clone(),
                    hint: refusal.hint.clone(),
                });
            }
            Event::CycleStarted { .. } => self.events.clear(),
            Event::Engine(event) => self.note_engine(event),
            _ => {}
        }
    }

    fn note_engine(&mut self, event: &EngineEvent) {
        match event {
            EngineEvent::Exported(exported) => {
                if matches!(exported.answer.result, Ok(Outcome::Skipped)) {
                    self.events.insert(EVENT_SKIPPED);
                }
                if exported.answer.result.is_err() {
                    self.events.insert(EVENT_EXPORT_ERROR);
                }
                if matches!(exported.answer.result, Ok(Outcome::Deleted)) {
                    let entry = self.world.engine().entra().get(exported.cs);
                    let key = entry.and_then(|entry| entry.cloud);
                    let why = exported.answer.why.clone();
                    self.removed.extend(key.map(|key| (key, why)));
                }
                let Some(source) = exported.source else {
                    return;
                };
                self.said.insert(source, exported.answer.why.clone());
                if let Ok(outcome) = exported.answer.result
                    && outcome != Outcome::Updated
                {
                    let why = exported.answer.why.clone();
                    self.came.insert(source, Came { outcome, why });
                }
            }
            EngineEvent::Filtered { source, why }
            | EngineEvent::SyncError { source, why }
            | EngineEvent::Joined { source, why } => {
                self.said.insert(*source, vec![why.clone()]);
            }
            EngineEvent::DuplicateAnchor { mv, why } => {
                let object = self.world.engine().metaverse().get(*mv);
                let source = object.map(|object| object.source);
                self.said
                    .extend(source.map(|source| (source, vec![why.clone()])));
            }
            EngineEvent::DeletionThresholdExceeded { .. } => {
                self.events.insert(EVENT_DELETIONS);
            }
            EngineEvent::Finished(result) => {
                if result.status == StepStatus::NoStartCredentials {
                    self.events.insert(EVENT_NO_START);
                }
                self.results
                    .insert((result.connector, result.step), *result);
            }
            _ => {}
        }
    }
}

/// The word for how an account was come to, as scenarios write it.
pub(crate) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Updated => "updated",
        Outcome::HardMatched => "hard-match",
        Outcome::Restored => "restored",
        Outcome::SoftMatched(SoftMatchField::PrimarySmtp) => "soft-match by primary-smtp",
        Outcome::SoftMatched(SoftMatchField::UserPrincipalName) => "soft-match by upn",
        Outcome::Created => "created",
        Outcome::Deleted => "deleted",
        Outcome::Skipped => "skipped",
    }
}

/// Text of a name, shared.
pub(crate) fn shared(text: &str) -> Text {
    Text::from(text)
}
