//! What happened within one entry, event by event.

use maud::{Markup, html};
use mock_cloud::RuleId;
use sim::engine::{EngineEvent, PendingExport, Source};
use sim::manager::connector_name;
use sim::rehearse::event_word;
use sim::world::Event;

use crate::pages::things;
use crate::rows::{PAGE, Shown};
use crate::scene::{Scene, Thing};
use crate::words;

/// One event, as it is told.
struct Told {
    what: String,
    about: Option<Thing>,
    rules: Vec<RuleId>,
}

/// The events of an entry in their order, page by page; links lead to objects as they are at the
/// moment of the scene.
pub(super) fn list(scene: &Scene<'_>, events: &[Event]) -> Markup {
    let from: usize = scene.query.number("from").unwrap_or(0);
    let page = events.iter().skip(from).take(PAGE);
    let told: Vec<Told> = page.map(|event| told(scene, event)).collect();
    let shown = Shown {
        ids: (0..told.len() as u32).collect(),
        total: events.len(),
        from,
    };
    html! {
        @if told.is_empty() { (words::none("Nothing.")) } @else {
            (words::pager(scene, &shown))
            ol.events start=(from + 1) {
                @for one in &told {
                    li {
                        (one.what)
                        @if let Some(thing) = one.about.filter(|it| is_there(scene, *it)) {
                            " " (things::link(scene, thing))
                        }
                        @if scene.tells_reasons() {
                            @for rule in &one.rules { " " (words::rule(*rule)) }
                        }
                    }
                }
            }
        }
    }
}

fn is_there(scene: &Scene<'_>, thing: Thing) -> bool {
    match thing {
        Thing::Ad(source) => {
            let forest = scene.world.forests().get(source.forest);
            forest.is_some_and(|it| it.object(source.object).is_some())
        }
        Thing::Cloud(key) => scene.world.tenant().object(key).is_some(),
        Thing::Metaverse(id) => scene.world.engine().metaverse().get(id).is_some(),
    }
}

fn told(scene: &Scene<'_>, event: &Event) -> Told {
    let (what, about) = match event {
        Event::AdChanged { forest, object } => {
            let source = Source {
                forest: *forest,
                object: *object,
            };
            (
                "changed in Active Directory".to_owned(),
                Some(Thing::Ad(source)),
            )
        }
        Event::AdRefused(refusal) => (refusal.message.trim().to_owned(), None),
        Event::CloudChanged { object } => {
            ("changed in the cloud".to_owned(), object.map(Thing::Cloud))
        }
        Event::CloudRefused(refusal) => (refusal.message.clone(), None),
        Event::CycleStarted {
            policy, scheduled, ..
        } => {
            let who = if *scheduled {
                "the scheduler starts"
            } else {
                "starts"
            };
            (format!("a {} cycle {who}", policy_word(*policy)), None)
        }
        Event::Engine(one) => engine(scene, event, one),
        Event::Healed(healed) => (
            "a withheld value came back to".to_owned(),
            Some(Thing::Cloud(healed.key)),
        ),
        Event::Expired(key) => (
            "expired in the recycle bin:".to_owned(),
            Some(Thing::Cloud(*key)),
        ),
        Event::SyncDeactivated { .. } => ("every account became one of the cloud".to_owned(), None),
        Event::Configured => ("the engine is set up anew".to_owned(), None),
    };
    Told {
        what,
        about,
        rules: event.rules(),
    }
}

const fn policy_word(policy: sim::engine::CyclePolicy) -> &'static str {
    match policy {
        sim::engine::CyclePolicy::Delta => "delta",
        sim::engine::CyclePolicy::Initial => "initial",
    }
}

fn engine(scene: &Scene<'_>, whole: &Event, event: &EngineEvent) -> (String, Option<Thing>) {
    let ad = |source: &Source| Some(Thing::Ad(*source));
    match event {
        EngineEvent::Filtered { source, .. } => ("left out of the sync:".to_owned(), ad(source)),
        EngineEvent::SyncError { source, .. } => ("synchronization error:".to_owned(), ad(source)),
        EngineEvent::Unreadable { source, .. } => ("discovery error:".to_owned(), ad(source)),
        EngineEvent::Disconnected { source, .. } => ("disconnected:".to_owned(), ad(source)),
        EngineEvent::Joined { source, .. } => {
            ("joined to a metaverse object:".to_owned(), ad(source))
        }
        EngineEvent::AnchorWrittenBack { source } => (
            "the source anchor is written back to".to_owned(),
            ad(source),
        ),
        EngineEvent::WriteBackRefused { source, .. } => (
            "the source anchor could not be written back to".to_owned(),
            ad(source),
        ),
        EngineEvent::Exported(one) => {
            let pending = match one.pending {
                PendingExport::Add => "Add",
                PendingExport::Update => "Update",
                PendingExport::Delete => "Delete",
                PendingExport::None => "nothing",
            };
            let came = match &one.answer.result {
                Ok(_) => event_word(whole),
                Err(error) => error.code.name(),
            };
            let about = one
                .source
                .map(Thing::Ad)
                .or(one.answer.key.map(Thing::Cloud));
            (format!("export of {pending}: {came}"), about)
        }
        EngineEvent::Finished(result) => {
            let name = connector_name(&scene.world, result.connector);
            let text = format!(
                "{} on {name} ends: {}",
                crate::runs::profile_name(result.step),
                result.status.name()
            );
            (text, None)
        }
        EngineEvent::NotReimported(_) => ("an exported change was not reimported".to_owned(), None),
        EngineEvent::DuplicateAnchor { mv, .. } => (
            "two metaverse objects claim one anchor:".to_owned(),
            Some(Thing::Metaverse(*mv)),
        ),
        EngineEvent::CloudObjectVanished { cloud, .. } => (
            "gone without the engine having deleted it:".to_owned(),
            Some(Thing::Cloud(*cloud)),
        ),
        EngineEvent::DeletionThresholdExceeded { deletes, threshold } => (
            format!("stopped: {deletes} deletions, {threshold} are allowed"),
            None,
        ),
        EngineEvent::JobQuarantined { deletes, threshold } => (
            format!("Delete threshold exceeded: {deletes} deletions, {threshold} stop the job"),
            None,
        ),
    }
}
