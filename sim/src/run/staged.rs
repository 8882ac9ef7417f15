//! A scenario taken one step at a time, in any order: what `explore` drives.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::{CloudKey, Profile};

use super::names::Names;
use super::{Runner, build, known};
use crate::engine::Source;
use crate::judge::GroundTruth;
use crate::scenario::model::{Check, Expectation, Scenario, Step};
use crate::scenario::{Diagnostic, expanded};
use crate::world::{Action, Event, World};

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was carried out.
    Carried,
    /// A directory refused it.
    Refused(String),
    /// What it names is not there.
    Absent(String),
}

impl Runner<'static> {
    /// Builds the world of a checked scenario in one profile, with the scenario as it stands there.
    pub(crate) fn start(
        file: &str,
        scenario: &Scenario,
        profile: Profile,
    ) -> Result<(Self, Scenario), Box<Diagnostic>> {
        let scenario = expanded(&scenario.in_profile(known::model_profile(profile)));
        match build::world(&scenario, profile) {
            Ok((world, names)) => Ok((Runner::new("", world, names), scenario)),
            Err(problem) => Err(Box::new(problem.diagnostic(file))),
        }
    }
}

impl Runner<'_> {
    pub(crate) const fn world(&self) -> &World {
        &self.world
    }

    /// Carries out one step.
    pub(crate) fn perform(&mut self, step: &Step) -> Done {
        self.refused = None;
        let result = self.step(step, 0..0);
        self.note_valuables();
        match (result, self.refused.take()) {
            (Err(problem), _) => Done::Absent(problem.message),
            (Ok(()), Some(refused)) => {
                Done::Refused(format!("{} {}", refused.status, refused.message))
            }
            (Ok(()), None) => Done::Carried,
        }
    }

    /// Carries out an action that is no step of the procedure.
    pub(crate) fn happen(&mut self, action: &Action) {
        self.act(action);
    }

    /// Looks whether an expectation holds; one that introduces a name introduces it. What a
    /// refusal said is not looked at: the person at the keyboard goes by the directories.
    pub(crate) fn looks(&mut self, expectation: &Expectation) -> Result<(), String> {
        if matches!(expectation, Expectation::Refused(_)) {
            return Ok(());
        }
        let missed =
            |missed: super::expect::Missed| format!("{}: {}", missed.expected, missed.found);
        self.expect(expectation).map_err(missed)
    }

    /// Which account is whose, as far as both have been introduced.
    pub(crate) fn belongs(&self) -> BTreeMap<Source, CloudKey> {
        let mut belongs: BTreeMap<Source, CloudKey> = BTreeMap::new();
        for (ad, cloud) in &self.names.belongs {
            if let (Some(source), Some(key)) = (self.names.ad(ad), self.names.cloud(cloud)) {
                belongs.insert(source, key);
            }
        }
        belongs
    }

    /// What the judge knows.
    pub(crate) fn truth(&self) -> GroundTruth {
        GroundTruth::of(&self.world, self.belongs())
    }

    /// The account of a name.
    pub(crate) fn named(&self, name: &str) -> Option<CloudKey> {
        self.names.cloud(name)
    }

    /// The accounts that have names, in the order of the names.
    pub(crate) fn cloud_names(&self) -> impl Iterator<Item = CloudKey> + '_ {
        self.names.cloud_keys()
    }

    /// What accounts are called.
    pub(crate) fn cloud_by_name(&self) -> BTreeMap<CloudKey, String> {
        let keys = self.names.cloud_keys();
        keys.filter_map(|key| Some((key, self.names.name_of(key)?.to_owned())))
            .collect()
    }

    /// What Active Directory objects are called.
    pub(crate) fn ad_by_name(&self) -> BTreeMap<Source, String> {
        self.names
            .ad_names()
            .filter_map(|(name, sources)| Some((*sources.last()?, name.to_owned())))
            .collect()
    }

    /// The Active Directory objects that have names, the latest of each name.
    pub(crate) fn ad_sources(&self) -> impl Iterator<Item = Source> + '_ {
        self.names
            .ad_names()
            .filter_map(|(_, sources)| sources.last().copied())
    }

    /// Forgets which rules fired, and gives them.
    pub(crate) fn take_rules(&mut self) -> BTreeSet<mock_cloud::RuleId> {
        std::mem::take(&mut self.rules)
    }

    /// How objects came to their accounts, as words.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = (Source, &'static str)> + '_ {
        let all = self.came.iter();
        all.map(|(source, came)| (*source, super::outcome_word(came.outcome)))
    }
}

/// What a rehearsal asks for: a history that is no procedure.
impl Runner<'static> {
    /// A world without a scenario.
    pub(crate) fn over(world: World, names: Names) -> Self {
        Self::new("", world, names)
    }

    /// Sets the forests up before anything happens.
    pub(crate) fn arrange(&mut self, arrange: crate::rehearse::Arrange<'_>) {
        self.world.arrange(arrange);
    }

    /// Takes all steps of a scenario that was expanded already, and gives what was not as
    /// expected.
    pub(crate) fn play(&mut self, scenario: &Scenario) -> Vec<Diagnostic> {
        self.run(scenario);
        std::mem::take(&mut self.failures)
    }

    /// Takes every step of a scenario; gives what was done to the world, and what failed.
    pub(crate) fn record(&mut self, scenario: &Scenario) -> (Vec<Action>, Vec<Diagnostic>) {
        self.acted = Some(Vec::new());
        let failures = self.play(scenario);
        (self.acted.take().unwrap_or_default(), failures)
    }

    /// Calls objects by other names.
    pub(crate) fn rename(&mut self, names: Names) {
        self.names = names;
    }

    /// Carries out an action of somebody else, and gives what happened.
    pub(crate) fn take(&mut self, action: &Action) -> Vec<Event> {
        self.refused = None;
        let events = self.act(action);
        self.note_valuables();
        events
    }

    /// Forgets what only the scenario's own steps are measured by.
    pub(crate) fn hand_over(&mut self) {
        self.last_step = None;
        self.refused = None;
        self.expectations = 0;
        self.rules.clear();
    }

    pub(crate) const fn names(&self) -> &Names {
        &self.names
    }

    /// How the last action was refused, if it was.
    pub(crate) fn refusal(&self) -> Option<String> {
        let refused = self.refused.as_ref()?;
        Some(format!("{} {}", refused.status, refused.message))
    }

    /// How many expectations were checked.
    pub(crate) const fn checked(&self) -> usize {
        self.expectations
    }

    /// Checks what must hold after every step, as far as everything named is there.
    pub(crate) fn check_always(&mut self, check: &Check) -> Vec<Diagnostic> {
        for one in &check.always {
            if self.names.knows(&one.value) {
                self.check(one);
            }
        }
        std::mem::take(&mut self.failures)
    }

    /// Checks what must hold at the end.
    pub(crate) fn check_finally(&mut self, check: &Check) -> Vec<Diagnostic> {
        for one in &check.finally {
            self.check(one);
        }
        std::mem::take(&mut self.failures)
    }
}
