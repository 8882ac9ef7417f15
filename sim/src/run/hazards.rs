//! Noticing hazards while the steps of a scenario are played.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use mock_cloud::CloudKey;

use super::{Runner, build, known};
use crate::engine::Source;
use crate::hazard::{self, Hazard, Labels, Met, Watch};
use crate::scenario::model::{Profile, Scenario};
use crate::scenario::{Diagnostic, Severity, expanded};
use crate::world::{Action, Event, World};

/// What hazards a scenario commits, and where.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    watch: Watch,
    found: Vec<(&'static Hazard, Range<usize>, String)>,
    /// Guards that a step has lifted, and where.
    lifted: BTreeMap<&'static str, Range<usize>>,
}

/// Plays a scenario in all its profiles and says which steps commit a hazard that the file does
/// not acknowledge, and which acknowledgements are of no use.
pub fn hazards(file: &str, scenario: &Scenario) -> Vec<Diagnostic> {
    let mut all: Vec<(&'static Hazard, Range<usize>, String)> = Vec::new();
    for profile in scenario.profiles() {
        for one in hazards_in(file, scenario, profile) {
            // What is tried again at each cycle is committed once.
            if !all.iter().any(|known| known.0 == one.0 && known.2 == one.2) {
                all.push(one);
            }
        }
    }
    all.sort_by_key(|(hazard, at, _)| (at.start, hazard.number));
    let committed: BTreeSet<&str> = all.iter().map(|one| one.0.number).collect();
    let is_meant = |hazard: &Hazard| {
        let mut meant = scenario.hazards.iter();
        meant.any(|name| hazard::hazard(name) == Some(hazard))
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    for (hazard, at, what) in &all {
        if is_meant(hazard) {
            continue;
        }
        let message = format!("{} {}: {what}", hazard.number, hazard.name);
        let severity = match hazard.severity {
            hazard::Severity::Danger => Severity::Error,
            hazard::Severity::Warning => Severity::Warning,
        };
        let problem = Diagnostic::new(hazard.number, message, file, at.clone())
            .severity(severity)
            .label(hazard.cost)
            .help(format!("instead: {}", hazard.instead))
            .help(format!(
                "where it is meant, write `hazards: [{}]` at the top of the file",
                hazard.number
            ));
        found.push(problem);
    }
    for name in &scenario.hazards {
        let known = hazard::hazard(name);
        if known.is_some_and(|hazard| !committed.contains(hazard.number)) {
            let message = format!("no step commits the hazard `{name}`");
            let problem = Diagnostic::new("unused-acknowledgement", message, file, name.at.clone());
            found.push(problem.severity(Severity::Warning));
        }
    }
    found
}

fn hazards_in(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
) -> Vec<(&'static Hazard, Range<usize>, String)> {
    let scenario = expanded(&scenario.in_profile(known::model_profile(profile.into())));
    let Ok((world, names)) = build::world(&scenario, profile.into()) else {
        return Vec::new();
    };
    let mut runner = Runner::new(file, world, names);
    runner.watch_hazards();
    runner.run(&scenario);
    let Some(watched) = runner.watched.take() else {
        return Vec::new();
    };
    let mut found = watched.found;
    for (guard, at) in watched.lifted {
        found.push((&hazard::W09, at, format!("{guard} stays off")));
    }
    found
}

impl Runner<'_> {
    /// Begins to look for hazards.
    pub(crate) fn watch_hazards(&mut self) {
        self.watched = Some(Watched {
            watch: Watch::new(&self.world, self.belongs()),
            found: Vec::new(),
            lifted: BTreeMap::new(),
        });
    }

    /// The hazards that were met since this was asked last.
    pub(crate) fn hazards_met(&mut self) -> Vec<(&'static Hazard, String)> {
        let found = self
            .watched
            .as_mut()
            .map(|it| std::mem::take(&mut it.found));
        let found = found.unwrap_or_default().into_iter();
        found.map(|(hazard, _, what)| (hazard, what)).collect()
    }

    /// The guards that are lifted and not set again.
    pub(crate) fn guards_open(&self) -> Vec<&'static str> {
        let lifted = self.watched.iter().flat_map(|it| it.lifted.keys());
        lifted.copied().collect()
    }

    /// Looks for hazards in an action that is about to be carried out.
    pub(super) fn foresee(&mut self, action: &Action) {
        let Some(mut watched) = self.watched.take() else {
            return;
        };
        watched.watch.belongs = self.belongs();
        let found = watched.watch.foresee(&self.world, action, &self.names);
        watched.take(found, self.step_place());
        self.watched = Some(watched);
    }

    /// Looks for hazards in what an action has done.
    pub(super) fn look_back(&mut self, action: &Action, before: &World, events: &[Event]) {
        let Some(mut watched) = self.watched.take() else {
            return;
        };
        let watch = &mut watched.watch;
        let found = watch.look_back(before, &self.world, action, events, &self.names);
        watched.take(found, self.step_place());
        self.watched = Some(watched);
    }

    /// Where the step stands that is being played.
    fn step_place(&self) -> Range<usize> {
        let step = self.last_step.as_ref();
        step.map(|(at, _)| at.clone()).unwrap_or_default()
    }
}

impl Watched {
    fn take(&mut self, found: Vec<Met>, at: Range<usize>) {
        let open: BTreeSet<&'static str> = self.watch.left_open().collect();
        self.lifted.retain(|guard, _| open.contains(guard));
        for guard in open {
            self.lifted.entry(guard).or_insert_with(|| at.clone());
        }
        let found = found.into_iter();
        self.found
            .extend(found.map(|met| (met.hazard, at.clone(), met.what)));
    }
}

impl Labels for super::Names {
    fn account(&self, world: &World, key: CloudKey) -> String {
        match (self.name_of(key), world.tenant().object(key)) {
            (Some(name), _) => format!("`{name}`"),
            (None, Some(object)) => format!("the account {}", object.label()),
            (None, None) => "an account that is not there".to_owned(),
        }
    }

    fn object(&self, world: &World, source: Source) -> String {
        let mut named = self.ad_names();
        if let Some((name, _)) = named.find(|(_, sources)| sources.contains(&source)) {
            return format!("`{name}`");
        }
        let directory = world.forests().get(source.forest);
        let known = directory.filter(|it| it.object(source.object).is_some());
        known.map_or_else(
            || "an object".to_owned(),
            |directory| format!("`{}`", directory.dn_text(source.object)),
        )
    }
}
