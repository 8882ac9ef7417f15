//! What the control API shows of a lab.

use std::collections::BTreeSet;

use mock_cloud::{CloudKey, SyncObjectType};
use serde_json::{Value, json};
use sim::engine::EngineEvent;
use sim::rehearse::Health;
use sim::world::{Event, World};

use crate::branch::{Branch, differing, facts};
use crate::lab::{Entry, Lab};

/// How many events of one answer.
const EVENTS_MAX: usize = 1_000;

/// What the world holds, in numbers.
pub(super) fn state(lab: &Lab) -> Value {
    let world = lab.world();
    let tenant = world.tenant();
    let live = tenant.objects().filter(|(_, object)| object.is_live());
    let mut live_by_type = [0; 4];
    for (_, object) in live {
        let place = match object.kind.sync_type() {
            SyncObjectType::User => 0,
            SyncObjectType::Group => 1,
            SyncObjectType::Contact => 2,
            SyncObjectType::Device => 3,
        };
        live_by_type[place] += 1;
    }
    let forests = world.forests().iter().map(|directory| {
        let live = directory.objects().filter(|(_, it)| !it.is_deleted());
        json!({ "base_dn": directory.base().to_string(), "objects": live.count() })
    });
    let config = world.engine().config();
    let health = Health::of(world);
    json!({
        "title": lab.rehearsal().title(),
        "profile": world.profile.name(),
        "now": world.now().to_string(),
        "forests": forests.collect::<Vec<_>>(),
        "tenant": {
            "users": live_by_type[0],
            "groups": live_by_type[1],
            "contacts": live_by_type[2],
            "devices": live_by_type[3],
            "deleted": tenant.deleted().count(),
            "quarantined": health.quarantined,
        },
        "engine": {
            "in_scope": health.in_scope,
            "joined": health.joined,
            "errors": health.errors,
            "pending_exports": health.pending,
            "staging": config.staging,
            "deletion_threshold": config.deletion_threshold,
            "schedule_seconds": config.schedule.map(|it| it.as_secs()),
        },
        "journal": lab.journal().len(),
        "writes": lab.writes(),
        "kept": lab.kept().collect::<Vec<_>>(),
        "faults": lab.faults.planned(),
        "service": lab.conduct().to_string(),
    })
}

/// The entries of the journal behind a number.
pub(super) fn events(lab: &Lab, since: u64) -> Value {
    let from = usize::try_from(since).unwrap_or(usize::MAX);
    let behind = lab.journal().get(from..).unwrap_or_default();
    let shown = &behind[..behind.len().min(EVENTS_MAX)];
    let next = shown.last().map_or(since, |entry| entry.number);
    json!({
        "events": shown.iter().map(told).collect::<Vec<_>>(),
        "next": next,
        "more": behind.len() > shown.len(),
    })
}

fn told(entry: &Entry) -> Value {
    let rules: BTreeSet<_> = entry.events.iter().flat_map(Event::rules).collect();
    json!({
        "number": entry.number,
        "at": entry.at.to_string(),
        "from": entry.from.word(),
        "what": entry.what,
        "came": entry.came(),
        "refused": entry.is_refused(),
        "rules": rules.iter().map(|rule| rule.number()).collect::<Vec<_>>(),
    })
}

/// What would have happened, and the accounts that would differ from the present.
pub(super) fn branch(lab: &Lab, branch: &Branch) -> Value {
    let happened = branch.happened.iter().map(|one| {
        json!({
            "at": one.at.to_string(),
            "what": one.what,
            "came": one.came,
            "inserted": one.inserted,
            "refused": one.refused,
        })
    });
    let at = |world: &World, key: Option<CloudKey>| {
        let object = key.and_then(|key| world.tenant().object(key));
        object.map(|object| facts(object))
    };
    let all = differing(lab.world(), &branch.world);
    let differs = all.iter().take(EVENTS_MAX).map(|one| {
        json!({
            "account": one.label,
            "present": at(lab.world(), one.one),
            "branch": at(&branch.world, one.other),
        })
    });
    json!({
        "branch": branch.title(),
        "happened": happened.collect::<Vec<_>>(),
        "differs": differs.collect::<Vec<_>>(),
        "more": all.len() > EVENTS_MAX,
        "ends": branch.world.now().to_string(),
    })
}

/// The last entry of the journal, and the time now.
pub(super) fn last(lab: &Lab) -> Value {
    let mut value = lab.journal().last().map(told).unwrap_or_default();
    value["now"] = lab.world().now().to_string().into();
    value
}

/// The last entry, with the steps of the cycles that ran in it.
pub(super) fn cycle(lab: &Lab) -> Value {
    let mut value = last(lab);
    let events = lab.journal().last().map(|entry| entry.events.as_slice());
    let steps = events.unwrap_or_default().iter().filter_map(|event| {
        let Event::Engine(EngineEvent::Finished(result)) = event else {
            return None;
        };
        let connector = match result.connector {
            sim::engine::ConnectorId::Entra => "entra".to_owned(),
            sim::engine::ConnectorId::Ad(place) => {
                let forests = lab.world().forests();
                let forest = forests.get(place);
                forest.map_or_else(String::new, |it| it.dns_name().to_owned())
            }
        };
        Some(json!({
            "connector": connector,
            "step": result.step.name(),
            "status": result.status.name(),
            "adds": result.counters.adds,
            "updates": result.counters.updates,
            "renames": result.counters.renames,
            "deletes": result.counters.deletes,
            "errors": result.counters.errors,
        }))
    });
    value["steps"] = steps.collect();
    value
}
