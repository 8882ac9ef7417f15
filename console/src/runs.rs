//! The run history of a lab, and the objects behind each counter.

use std::collections::{BTreeMap, BTreeSet};

use host::Lab;
use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::ObjectId;
use sim::engine::{
    ConnectorId, CsId, CyclePolicy, EngineEvent, PendingExport, PendingImport, Source, Step,
};
use sim::manager::{History, StepRecord};
use sim::rehearse::Happening;
use sim::world::{Action, Event, World};

use crate::scene::Thing;

/// The objects behind each counter of a step, by the counter's label.
pub(crate) type Counted = BTreeMap<&'static str, BTreeSet<Thing>>;

/// One step that ran, and where it is found again.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// What the tool keeps of it.
    pub(crate) record: StepRecord,
    /// The entry of the journal that it ran in.
    pub(crate) entry: usize,
    /// Its place among the steps of its cycle; `None` where it was run alone.
    place: Option<usize>,
    /// The profile that the tool would list it under.
    pub(crate) profile: &'static str,
}

/// All steps that ran, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    seen: usize,
    all: Vec<Run>,
}

impl Runs {
    /// All steps that ran, oldest first.
    pub(crate) fn all(&self) -> &[Run] {
        &self.all
    }

    /// Takes note of what has been added to the journal.
    pub(crate) fn follow(&mut self, lab: &Lab) {
        while self.seen < lab.journal().len() {
            let entry = &lab.journal()[self.seen];
            self.seen += 1;
            if !entry
                .events
                .iter()
                .any(|event| matches!(event, Event::Engine(_)))
            {
                continue;
            }
            if let Some(world) = lab.world_after(self.seen) {
                self.take(self.seen, &entry.events, &world);
            }
        }
    }

    fn take(&mut self, entry: usize, events: &[Event], world: &World) {
        let mut history = History::default();
        let mut place = None;
        let mut started = world.now();
        for event in events {
            if let Event::CycleStarted { at, .. } = event {
                place = Some(0);
                started = *at;
            }
            history.note(event, world);
            let known = self.all.len();
            if let Some(record) = history.records().last()
                && let Event::Engine(EngineEvent::Finished(_)) = event
            {
                let record = StepRecord {
                    run: known as u32 + 1,
                    at: started,
                    ..record.clone()
                };
                self.all.push(Run {
                    profile: profile_name(record.result.step),
                    record,
                    entry,
                    place,
                });
                place = place.map(|place| place + 1);
            }
        }
    }
}

/// The name of the run profile that has this step.
pub(crate) const fn profile_name(step: Step) -> &'static str {
    match step {
        Step::FullImport => "Full Import",
        Step::DeltaImport => "Delta Import",
        Step::FullSynchronization => "Full Synchronization",
        Step::DeltaSynchronization => "Delta Synchronization",
        Step::Export => "Export",
    }
}

/// The steps of a cycle, in their order (rule R6.9).
pub(crate) fn steps_of(world: &World, policy: CyclePolicy) -> Vec<(ConnectorId, Step)> {
    let (import, synchronization) = match policy {
        CyclePolicy::Delta => (Step::DeltaImport, Step::DeltaSynchronization),
        CyclePolicy::Initial => (Step::FullImport, Step::FullSynchronization),
    };
    let forests = (0..world.forests().len()).map(ConnectorId::Ad);
    let connectors: Vec<ConnectorId> = forests.chain([ConnectorId::Entra]).collect();
    let forward = |step| connectors.iter().map(move |connector| (*connector, step));
    let exports = connectors
        .iter()
        .rev()
        .map(|connector| (*connector, Step::Export));
    forward(import)
        .chain(forward(synchronization))
        .chain(exports)
        .collect()
}

/// Runs one step on a world, and gives its events and the objects behind its counters.
pub(crate) fn step(world: &mut World, connector: ConnectorId, step: Step) -> (Vec<Event>, Counted) {
    let before = world.clone();
    let events = world.apply(&Action::Run { connector, step });
    let counted = count(&before, world, connector, step, &events);
    (events, counted)
}

/// The objects behind the counters of a step that ran, found by running it again.
pub(crate) fn counted(lab: &Lab, run: &Run) -> Option<Counted> {
    let mut world = lab.world_after(run.entry.checked_sub(1)?)?;
    let entry = lab.journal().get(run.entry - 1)?;
    let Happening::Act(action) = &entry.happening else {
        return None;
    };
    let policy = match action {
        Action::Cycle(policy) => *policy,
        Action::Advance(_) => {
            advance_to(&mut world, run.record.at);
            CyclePolicy::Delta
        }
        _ => {
            let result = run.record.result;
            return Some(step(&mut world, result.connector, result.step).1);
        }
    };
    let steps = steps_of(&world, policy);
    let place = run.place?;
    for (connector, step) in steps.iter().take(place) {
        world.apply(&Action::Run {
            connector: *connector,
            step: *step,
        });
    }
    let (connector, wanted) = steps.get(place)?;
    Some(step(&mut world, *connector, *wanted).1)
}

/// Lets time pass until just before something that happened by itself.
fn advance_to(world: &mut World, at: Timestamp) {
    let length = at.duration_since(world.now()) - SignedDuration::from_nanos(1);
    if length > SignedDuration::ZERO {
        world.apply(&Action::Advance(length));
    }
}

/// What stands for an object of the tenant's connector space.
pub(crate) fn thing_of(world: &World, cs: CsId) -> Option<Thing> {
    let entry = world.engine().entra().get(cs)?;
    let person = entry
        .metaverse
        .and_then(|mv| world.engine().metaverse().get(mv));
    let source = person.map(|person| Thing::Ad(person.source));
    source.or(entry.cloud.map(Thing::Cloud))
}

fn count(
    before: &World,
    after: &World,
    connector: ConnectorId,
    step: Step,
    events: &[Event],
) -> Counted {
    let mut counted = Counted::new();
    let mut note = |label, thing: Option<Thing>| {
        counted.entry(label).or_default().extend(thing);
    };
    match (connector, step) {
        (ConnectorId::Ad(forest), Step::FullImport | Step::DeltaImport) => {
            staged_ad(before, after, forest, &mut note);
        }
        (ConnectorId::Entra, Step::FullImport | Step::DeltaImport) => {
            for (id, entry) in after.engine().entra().iter() {
                let was = before.engine().entra().get(id);
                if was.map(|it| it.pending_import) != Some(entry.pending_import)
                    && let Some(label) = import_label(entry.pending_import)
                {
                    note(label, thing_of(after, id));
                }
            }
        }
        (_, Step::FullSynchronization | Step::DeltaSynchronization) => {
            synchronized(before, after, connector, &mut note);
        }
        (_, Step::Export) => exported(before, after, events, &mut note),
    }
    for event in events {
        match event {
            Event::Engine(EngineEvent::SyncError { source, .. }) => {
                note("Synchronization Errors", Some(Thing::Ad(*source)));
            }
            Event::Engine(EngineEvent::Filtered { source, .. }) => {
                let label = if joined(before, *source) {
                    "Filtered Connectors"
                } else {
                    "Filtered Disconnectors"
                };
                note(label, Some(Thing::Ad(*source)));
            }
            Event::Engine(EngineEvent::Disconnected { source, .. }) => {
                note("Deleted Connectors", Some(Thing::Ad(*source)));
            }
            Event::Engine(EngineEvent::Joined { source, .. }) => {
                note("Joins", Some(Thing::Ad(*source)));
            }
            _ => {}
        }
    }
    counted
}

fn joined(world: &World, source: Source) -> bool {
    let connector = world.engine().forest(source.forest);
    let entry = connector.and_then(|it| it.entry(source.object));
    entry.is_some_and(|entry| entry.metaverse.is_some())
}

const fn import_label(pending: PendingImport) -> Option<&'static str> {
    match pending {
        PendingImport::None => None,
        PendingImport::Add => Some("Adds"),
        PendingImport::Update => Some("Updates"),
        PendingImport::Delete => Some("Deletes"),
    }
}

type Note<'a> = &'a mut dyn FnMut(&'static str, Option<Thing>);

fn staged_ad(before: &World, after: &World, forest: usize, note: Note<'_>) {
    let (Some(was), Some(is)) = (
        before.engine().forest(forest),
        after.engine().forest(forest),
    ) else {
        return;
    };
    let count = after.forests()[forest].places() as u32;
    for object in (0..count).map(ObjectId) {
        let Some(entry) = is.entry(object) else {
            continue;
        };
        let known = was.entry(object);
        if known.map(|it| it.pending) == Some(entry.pending) {
            continue;
        }
        let source = Source { forest, object };
        let renamed = known
            .and_then(|it| it.image.as_ref())
            .zip(entry.image.as_ref())
            .is_some_and(|(old, new)| old.name() != new.name() || old.parent != new.parent);
        let label = match import_label(entry.pending) {
            Some("Updates") if renamed => Some("Renames"),
            other => other,
        };
        if let Some(label) = label {
            note(label, Some(Thing::Ad(source)));
        }
    }
}

fn synchronized(before: &World, after: &World, connector: ConnectorId, note: Note<'_>) {
    let (was, is) = (before.engine(), after.engine());
    for (id, person) in is.metaverse().iter() {
        let ours = match connector {
            ConnectorId::Ad(forest) => person.source.forest == forest,
            ConnectorId::Entra => true,
        };
        if !ours {
            continue;
        }
        match was.metaverse().get(id) {
            None => note("Projections", Some(Thing::Ad(person.source))),
            Some(old) if old.attributes != person.attributes => {
                note(
                    "Connectors with Flow Updates",
                    Some(Thing::Ad(person.source)),
                );
            }
            Some(_) => {}
        }
    }
    for (id, person) in was.metaverse().iter() {
        if is.metaverse().get(id).is_none() {
            note("Metaverse Object Deletes", Some(Thing::Ad(person.source)));
        }
    }
    for (id, entry) in is.entra().iter() {
        let known = was.entra().get(id).map(|old| old.pending_export);
        match entry.pending_export {
            PendingExport::Add if known.is_none() => {
                note("Provisioning Adds", thing_of(after, id));
            }
            PendingExport::Delete if known != Some(PendingExport::Delete) => {
                let account = entry.cloud.map(Thing::Cloud);
                note("Provisioning Disconnects", account.or(thing_of(before, id)));
            }
            _ => {}
        }
    }
}

fn exported(before: &World, after: &World, events: &[Event], note: Note<'_>) {
    for event in events {
        match event {
            Event::Engine(EngineEvent::Exported(one)) => {
                let label = match (&one.answer.result, one.pending) {
                    (Err(_), _) => "Export Errors",
                    (Ok(_), PendingExport::Add) => "Adds",
                    (Ok(_), PendingExport::Delete) => "Deletes",
                    (Ok(_), PendingExport::Update | PendingExport::None) => "Updates",
                };
                let account = one.answer.key.map(Thing::Cloud);
                let source = one.source.map(Thing::Ad);
                let thing = source.or(account);
                note(
                    label,
                    thing
                        .or(thing_of(after, one.cs))
                        .or(thing_of(before, one.cs)),
                );
            }
            Event::Engine(EngineEvent::AnchorWrittenBack { source }) => {
                note("Updates", Some(Thing::Ad(*source)));
            }
            Event::Engine(EngineEvent::WriteBackRefused { source, .. }) => {
                note("Export Errors", Some(Thing::Ad(*source)));
            }
            _ => {}
        }
    }
}
