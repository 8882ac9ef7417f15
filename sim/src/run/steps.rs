//! From a scenario's steps to Actions.

mod ad;
mod cloud;
mod values;

use std::ops::Range;

use mock_cloud::CloudKey;

pub(super) use values::values;

use super::{Impossible, Runner, build};
use crate::engine::{Condition, ConnectorId, CyclePolicy, Scope, Source, Step as EngineStep};
use crate::scenario::model::{self, ConnectorState, RunStep, Step, SyncPolicy};
use crate::scenario::value::{Connector, OuPath};
use crate::scenario::{Name, Spanned};
use crate::world::{Action, EngineChange};

type Done = Result<(), Impossible>;

impl Runner<'_> {
    /// Applies one step.
    pub(super) fn step(&mut self, step: &Step, at: Range<usize>) -> Done {
        match step {
            Step::Sync(SyncPolicy::Delta) => self.apply(&Action::Cycle(CyclePolicy::Delta)),
            Step::Sync(SyncPolicy::Initial) => self.apply(&Action::Cycle(CyclePolicy::Initial)),
            Step::Wait(length) => {
                self.apply(&Action::Advance(length.value.signed()));
            }
            Step::RunProfile(run) => match run.objects {
                Some(objects) => self.apply(&Action::BrokenExport(objects as usize)),
                None => return self.run_profile(&run.connector, run.run),
            },
            Step::SetEngine(change) => self.set_engine(change),
            Step::SetConnector(change) => return self.set_connector(change),
            Step::StopScheduler => {
                self.apply(&Action::Configure(EngineChange::Schedule(None)));
            }
            Step::StartScheduler => {
                let config = self.world.engine().config();
                let interval = config.usual_interval(self.world.profile);
                self.apply(&Action::Configure(EngineChange::Schedule(Some(interval))));
            }
            Step::Expect(_) => {}
            step if step.place() == model::Place::ActiveDirectory => return self.ad_step(step, at),
            step => return self.cloud_step(step),
        }
        Ok(())
    }

    pub(super) fn apply(&mut self, action: &Action) {
        self.act(action);
    }

    fn run_profile(&mut self, connector: &Spanned<Connector>, run: RunStep) -> Done {
        let connector = self.connector(connector)?;
        for step in engine_steps(run) {
            self.apply(&Action::Run {
                connector,
                step: *step,
            });
        }
        Ok(())
    }

    pub(super) fn connector(
        &self,
        connector: &Spanned<Connector>,
    ) -> Result<ConnectorId, Impossible> {
        match (&connector.value, self.names.forest(&connector.value)) {
            (Connector::Entra, _) => Ok(ConnectorId::Entra),
            (Connector::Ad(_), Some(forest)) => Ok(ConnectorId::Ad(forest)),
            (Connector::Ad(_), None) => {
                let message = format!("there is no forest behind `{}`", connector.value);
                Err(Impossible::new(
                    connector.at.clone(),
                    message,
                    "declare it under `forests`",
                ))
            }
        }
    }

    fn set_engine(&mut self, change: &model::EngineChange) {
        if change.scope.is_some() || change.exclude.is_some() {
            for place in 0..self.names.forests.len() {
                let known = &self.world.engine().config().scopes[place];
                let include = change.scope.as_deref();
                let exclude = change.exclude.as_deref();
                let scope = build::scope(known, include, exclude, &self.names, place);
                self.apply(&Action::Configure(EngineChange::Scope(place, scope)));
            }
        }
        if let Some(group) = &change.group {
            let group = self.names.ad(group);
            for place in 0..self.names.forests.len() {
                let forests = self.world.forests();
                let scope = Scope {
                    group: group.and_then(|group| build::filtering_group(forests, group, place)),
                    ..self.world.engine().config().scopes[place].clone()
                };
                self.apply(&Action::Configure(EngineChange::Scope(place, scope)));
            }
        }
        if let Some(staging) = change.staging {
            self.apply(&Action::Configure(EngineChange::Staging(staging)));
        }
        if let Some(threshold) = change.deletion_threshold {
            let threshold = build::threshold(threshold);
            self.apply(&Action::Configure(EngineChange::DeletionThreshold(
                threshold,
            )));
        }
        if let Some(anchor) = change.anchor {
            let anchor = build::anchor(anchor);
            self.apply(&Action::Configure(EngineChange::Anchor(anchor)));
        }
        if !change.rules.is_empty() {
            let rules = build::rules(self.world.engine().config(), &change.rules);
            self.apply(&Action::Configure(EngineChange::Rules(rules)));
        }
        if let Some(schedule) = change.schedule {
            let schedule = build::schedule(schedule);
            self.apply(&Action::Configure(EngineChange::Schedule(schedule)));
        }
    }

    fn set_connector(&mut self, change: &model::ConnectorChange) -> Done {
        let connector = self.connector(&change.connector)?;
        if let Some(state) = change.state {
            let condition = match state {
                ConnectorState::Ready => Condition::Ready,
                ConnectorState::CredentialsInvalid => Condition::CredentialsInvalid,
                ConnectorState::Unreachable => Condition::Unreachable,
                ConnectorState::LosesConnection => Condition::LosesConnection,
            };
            self.apply(&Action::Configure(EngineChange::Condition(
                connector, condition,
            )));
        }
        for (names, readable) in [(&change.unreadable, false), (&change.readable, true)] {
            for name in names.iter() {
                for source in self.sources(name)? {
                    self.apply(&Action::Configure(EngineChange::Readable(source, readable)));
                }
            }
        }
        Ok(())
    }

    pub(super) fn source(&self, name: &Name) -> Result<Source, Impossible> {
        self.names.ad(name).ok_or_else(|| not_there(name))
    }

    pub(super) fn sources(&self, name: &Name) -> Result<Vec<Source>, Impossible> {
        match self.names.all(name) {
            [] => Err(not_there(name)),
            all => Ok(all.to_vec()),
        }
    }

    pub(super) fn cloud(&self, name: &Name) -> Result<CloudKey, Impossible> {
        self.names.cloud(name).ok_or_else(|| not_there(name))
    }

    pub(super) fn place(
        &self,
        path: &Spanned<OuPath>,
        forest: usize,
    ) -> Result<mock_ad::directory::ObjectId, Impossible> {
        let directory = &self.world.forests()[forest];
        build::find_place(directory, &self.names, &path.value, forest).ok_or_else(|| {
            let message = format!("there is no `{}` in the forest", path.value);
            Impossible::new(path.at.clone(), message, "declare it under `ous`")
        })
    }
}

/// The steps that a run profile consists of.
pub(super) const fn engine_steps(run: RunStep) -> &'static [EngineStep] {
    use EngineStep::{DeltaImport, DeltaSynchronization, Export, FullImport, FullSynchronization};
    match run {
        RunStep::FullImport => &[FullImport],
        RunStep::DeltaImport => &[DeltaImport],
        RunStep::FullSynchronization => &[FullSynchronization],
        RunStep::DeltaSynchronization => &[DeltaSynchronization],
        RunStep::Export => &[Export],
        RunStep::FullImportFullSynchronization => &[FullImport, FullSynchronization],
        RunStep::FullImportDeltaSynchronization => &[FullImport, DeltaSynchronization],
        RunStep::DeltaImportDeltaSynchronization => &[DeltaImport, DeltaSynchronization],
    }
}

fn not_there(name: &Name) -> Impossible {
    let message = format!("`{name}` is not there");
    Impossible::new(
        name.at.clone(),
        message,
        "the step that makes it was refused",
    )
}

pub(super) fn unknown(at: &Range<usize>) -> Impossible {
    Impossible::new(
        at.clone(),
        "this step can't be run",
        "this should not happen: please report it",
    )
}
