//! A scenario taken one step at a time, in any order: what `explore` drives.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::{CloudKey, Profile};

use super::{Runner, build, known};
use crate::engine::Source;
use crate::judge::GroundTruth;
use crate::scenario::model::{Expectation, Scenario, Step};
use crate::scenario::{Diagnostic, expanded};
use crate::world::{Action, World};

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

    /// What the judge knows.
    pub(crate) fn truth(&self) -> GroundTruth {
        let mut belongs: BTreeMap<Source, CloudKey> = BTreeMap::new();
        for (ad, cloud) in &self.names.belongs {
            if let (Some(source), Some(key)) = (self.names.ad(ad), self.names.cloud(cloud)) {
                belongs.insert(source, key);
            }
        }
        GroundTruth::of(&self.world, belongs)
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
