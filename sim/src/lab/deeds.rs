//! What a learner has done, and how each deed is looked at.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use mock_cloud::CloudKey;
use mock_cloud::tenant::State;

use super::predict::{Forecast, Predicted, outcome};
use super::session::{Came, Session, Stand};
use crate::engine::{ConnectorId, EngineEvent, Source, Step as EngineStep};
use crate::hazard::{Hazard, Labels as _, hazard};
use crate::judge::administrators;
use crate::rehearse::counts;
use crate::run::Runner;
use crate::scenario::model::Step;
use crate::world::{Event, World};

/// What a learner has done, as far as it was not undone.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    /// Commands in the directories and on the engine.
    pub commands: u32,
    /// Cycles that were asked for.
    pub cycles: u32,
    /// How often objects went to the tenant, or would have but for staging mode: by a cycle that
    /// was asked for, by the scheduler, by a run profile. Questions count these.
    pub synchronised: u32,
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

impl Session {
    /// Looks at what one command has done.
    pub(super) fn look(
        &mut self,
        before: &Runner<'static>,
        stand: &mut Stand,
        what: &str,
        came: &mut Came,
    ) {
        let Stand {
            runner,
            deeds,
            actions,
        } = stand;
        let events = runner.heard();
        actions.extend(runner.carried_out());
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
        let synchronised = synchronisations(&events);
        if synchronised > 0 {
            let first = deeds.synchronised + 1;
            deeds.synchronised += synchronised;
            let decided = self.decide(before, runner, &events, first..=deeds.synchronised);
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

    /// Compares predictions, and questions that were left open, with what these cycles did.
    fn decide(
        &mut self,
        before: &Runner<'static>,
        after: &Runner<'static>,
        events: &[Event],
        cycles: RangeInclusive<u32>,
    ) -> Vec<Predicted> {
        let announced = std::mem::take(&mut self.aside.announced);
        let mut asked: BTreeMap<String, Option<Forecast>> = BTreeMap::new();
        let questions = self.lab.predict.iter();
        let questions = questions.filter(|it| cycles.contains(&it.cycle));
        let cycle = *cycles.start();
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

/// How often these events took objects to the tenant: a cycle does, and an export that was run
/// alone.
fn synchronisations(events: &[Event]) -> u32 {
    let cycles = events
        .iter()
        .filter(|event| matches!(event, Event::CycleStarted { .. }))
        .count();
    // One that broke half-way has no end.
    let is_export = |event: &Event| match event {
        Event::Engine(EngineEvent::Finished(result)) => {
            result.connector == ConnectorId::Entra && result.step == EngineStep::Export
        }
        Event::Engine(EngineEvent::Exported(_)) => true,
        _ => false,
    };
    if cycles > 0 {
        cycles as u32
    } else {
        u32::from(events.iter().any(is_export))
    }
}

pub(super) fn count(step: &Step, deeds: &mut Deeds) {
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
