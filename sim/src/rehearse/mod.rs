//! A history that somebody else made, judged: a script's writes, the cycles between them.
//!
//! A [`Rehearsal`] holds the world at its beginning. Whoever serves it keeps a list of what
//! [happened](Happening) to a copy; [`Rehearsal::judge`] goes through that list again, which gives
//! the same worlds, and says what came of it. Nothing has to be watched while it happens.

mod difference;
mod judgement;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_ad::directory::{Directory, Dn};
use mock_cloud::{CloudId, CloudKey, Conduct, Profile};

pub use difference::{AccountChange, Fate, difference};
pub use judgement::{At, HazardMet, Health, Irreversible, Judgement, Told, ViolationMet};
pub use words::{conduct_words, counts, describe, event_word};

use crate::engine::Source;
use crate::hazard::Labels;
use crate::run::Runner;
use crate::run::names::{ForestName, Names};
use crate::scenario::model::{Place, Scenario};
use crate::scenario::{Diagnostic, expanded};
use crate::snapshot::{EngineMemory, Snapshot};
use crate::world::{Action, World};

/// Something that happens to a world from outside.
#[derive(Debug, Clone)]
pub enum Happening {
    /// An action.
    Act(Action),
    /// The world is set to its beginning again.
    Reset,
    /// The world is kept under a name.
    Save(String),
    /// The world is set to what was kept under a name; one that is not known changes nothing.
    Restore(String),
    /// The service treats its clients differently from now on: limits, late reads. It changes no
    /// world.
    Conduct(Conduct),
}

/// How many steps of a scenario are taken before somebody else takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prelude {
    /// Those before the first that an administrator takes in Active Directory or in the tenant:
    /// cycles, waiting and what is expected of them. They make the mess.
    #[default]
    Mess,
    /// All of them.
    All,
    /// So many.
    Steps(usize),
}

/// A world that somebody is about to change, and what to judge the changes by.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    runner: Runner<'static>,
    file: String,
    scenario: Option<Scenario>,
}

/// What is done to a forest before anything happens.
pub type Arrange<'a> = &'a mut dyn FnMut(usize, &mut Directory, Timestamp);

impl Rehearsal {
    /// Builds the world of a checked scenario, and takes its first steps.
    ///
    /// # Errors
    ///
    /// What keeps the world from being built, or what these steps meet that is not as expected.
    pub fn of_scenario(
        file: &str,
        scenario: &Scenario,
        profile: Profile,
        prelude: Prelude,
        arrange: Arrange<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (mut runner, scenario) =
            Runner::start(file, scenario, profile).map_err(|problem| vec![*problem])?;
        runner.arrange(arrange);
        let mut first = expanded(&scenario);
        first.steps.truncate(prelude.length(&scenario));
        first.check.finally.clear();
        let failures = runner.play(&first);
        if failures.is_empty() {
            return Ok(Self {
                runner,
                file: file.to_owned(),
                scenario: Some(scenario),
            });
        }
        let named = failures.into_iter().map(|failure| Diagnostic {
            file: file.into(),
            ..failure
        });
        Err(named.collect())
    }

    /// Runs a checked scenario to its end, or to the first expectation that is not met: its world
    /// before any step, what was done to it, and what failed. It goes on after a refusal, as a
    /// script that does not look does.
    ///
    /// # Errors
    ///
    /// What keeps the world from being built.
    pub fn played(
        file: &str,
        scenario: &Scenario,
        profile: Profile,
        arrange: Arrange<'_>,
    ) -> Result<(Self, Vec<Action>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut start = Self::of_scenario(file, scenario, profile, Prelude::Steps(0), arrange)?;
        let mut runner = start.runner.clone();
        let whole = start.scenario.as_ref().map(expanded);
        let (actions, failures) = whole.map_or_else(Default::default, |it| runner.record(&it));
        // What came about on the way is called as the scenario calls it.
        start.runner.rename(runner.names().clone());
        let failures = failures.into_iter().map(|failure| Diagnostic {
            file: file.into(),
            ..failure
        });
        Ok((start, actions, failures.collect()))
    }

    /// The world of a snapshot, and whose account is whose as far as it says so.
    ///
    /// # Errors
    ///
    /// What `belongs` names that is not there, one sentence each.
    pub fn of_snapshot(
        snapshot: &Snapshot,
        profile: Option<Profile>,
        memory: EngineMemory,
        arrange: Arrange<'_>,
    ) -> Result<Self, Vec<String>> {
        let mut world = snapshot.world(profile, memory);
        world.arrange(arrange);
        let mut names = Names::of(forest_names(&world));
        let mut missing = Vec::new();
        for (dn, id) in &snapshot.lab.belongs {
            let found = dn.parse::<Dn>().ok();
            let found = found.and_then(|dn| snapshot.find(&dn));
            let account = id.parse::<CloudId>().ok();
            let account = account.and_then(|id| snapshot.tenant.find_by_id(id));
            if found.is_none() {
                missing.push(format!("`belongs` names `{dn}`, which the export lacks"));
            }
            if account.is_none() {
                missing.push(format!(
                    "`belongs` names the account `{id}`, which is not there"
                ));
            }
            if let (Some(source), Some(key)) = (found, account) {
                names.add_ad(dn, source);
                let label = snapshot.tenant.object(key).map(|it| it.label().to_string());
                // Two accounts of one label are told apart by their ids.
                let label = label.filter(|label| names.cloud(label).is_none());
                let label = label.unwrap_or_else(|| id.clone());
                names.add_cloud(&label, key);
                names.belongs.insert(dn.clone(), label);
            }
        }
        if missing.is_empty() {
            return Ok(Self::over(world, names));
        }
        Err(missing)
    }

    /// A world that nobody says anything about.
    pub fn of_world(mut world: World, arrange: Arrange<'_>) -> Self {
        world.arrange(arrange);
        let names = Names::of(forest_names(&world));
        Self::over(world, names)
    }

    /// A world that somebody is at work on already.
    pub(crate) fn of_runner(runner: Runner<'static>) -> Self {
        Self {
            runner,
            file: String::new(),
            scenario: None,
        }
    }

    fn over(world: World, names: Names) -> Self {
        Self {
            runner: Runner::over(world, names),
            file: String::new(),
            scenario: None,
        }
    }

    /// The world as it is when somebody else takes over.
    pub const fn world(&self) -> &World {
        self.runner.world()
    }

    /// The title of the scenario, where it is one.
    pub fn title(&self) -> Option<&str> {
        let scenario = self.scenario.as_ref();
        scenario.map(|scenario| scenario.scenario.value.as_str())
    }

    /// How objects are called that have names.
    pub fn labels(&self) -> &dyn Labels {
        self.runner.names()
    }

    /// Which account is whose, as far as anybody says so.
    pub fn belongs(&self) -> BTreeMap<Source, CloudKey> {
        self.runner.belongs()
    }
}

impl Prelude {
    fn length(self, scenario: &Scenario) -> usize {
        match self {
            Self::All => scenario.steps.len(),
            Self::Steps(count) => count,
            Self::Mess => {
                let by_hand = |place| matches!(place, Place::ActiveDirectory | Place::Tenant);
                let mut steps = scenario.steps.iter();
                let first = steps.position(|step| by_hand(step.value.place()));
                first.unwrap_or(scenario.steps.len())
            }
        }
    }
}

fn forest_names(world: &World) -> Vec<ForestName> {
    let forests = world.forests().iter();
    forests
        .map(|directory| ForestName {
            name: None,
            base: directory.base().clone(),
        })
        .collect()
}
