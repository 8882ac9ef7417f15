//! What happened, in an administrator's words.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use mock_ad::directory::{Directory, ForestSetting, Modification, ObjectId, Operation};
use mock_cloud::{CloudKey, Conduct};

use crate::engine::{ConnectorId, CyclePolicy, EngineEvent, PendingExport};
use crate::hazard::Labels;
use crate::run::outcome_word;
use crate::scenario::value::Duration;
use crate::world::{Action, AdChange, CloudChange, EngineChange, Event, World};

/// An action as a clause, such as `move CN=j.doe,OU=Staff,DC=example,DC=test to OU=Park,…`, on
/// the world as it is before.
pub fn describe(world: &World, action: &Action, labels: &dyn Labels) -> String {
    match action {
        Action::Ad { forest, change } => {
            let directory = world.forests().get(*forest);
            directory.map_or_else(String::new, |directory| ad(directory, change))
        }
        Action::Cloud(change) => cloud(world, change, labels),
        Action::Run { connector, step } => {
            let connector = match connector {
                ConnectorId::Ad(place) => world.forests().get(*place).map_or_else(
                    || "Active Directory".to_owned(),
                    |directory| directory.dns_name().to_owned(),
                ),
                ConnectorId::Entra => "the tenant".to_owned(),
            };
            format!("run {} on {connector}", step.name())
        }
        Action::BrokenExport(objects) => {
            format!("run an export to the tenant that breaks off after {objects} objects")
        }
        Action::Cycle(CyclePolicy::Delta) => "run a delta cycle".to_owned(),
        Action::Cycle(CyclePolicy::Initial) => "run an initial cycle".to_owned(),
        Action::Advance(length) => format!("let {} pass", length_of(*length)),
        Action::Configure(change) => configure(change),
    }
}

/// How the service treats its clients, as an administrator would read it.
pub fn conduct_words(conduct: &Conduct) -> String {
    format!("let Graph treat its clients so: {conduct}")
}

fn length_of(length: SignedDuration) -> String {
    let seconds = u64::try_from(length.as_secs()).unwrap_or_default();
    match seconds {
        0 => format!("{length:#}"),
        seconds => Duration::from_secs(seconds).to_string(),
    }
}

fn configure(change: &EngineChange) -> String {
    match change {
        EngineChange::Scope(..) => "set the scope of the engine".to_owned(),
        EngineChange::Rules(_) => "set the sync rules of the engine".to_owned(),
        EngineChange::Condition(connector, condition) => {
            format!("the connector {} is {condition}", connector.address())
        }
        EngineChange::Readable(_, true) => "let the connector read an object again".to_owned(),
        EngineChange::Readable(_, false) => "keep the connector from reading an object".to_owned(),
        EngineChange::Anchor(attribute) => {
            format!("take {} as the source anchor", attribute.name())
        }
        EngineChange::Staging(on) => format!("turn staging mode {}", on_off(*on)),
        EngineChange::DeletionThreshold(None) => "turn the deletion threshold off".to_owned(),
        EngineChange::DeletionThreshold(Some(count)) => {
            format!("set the deletion threshold to {count}")
        }
        EngineChange::Schedule(None) => "stop the scheduler".to_owned(),
        EngineChange::Schedule(Some(length)) => {
            format!("start the scheduler, every {}", length_of(*length))
        }
    }
}

const fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn ad(directory: &Directory, change: &AdChange) -> String {
    let name = |object: &ObjectId| match directory.object(*object) {
        Some(_) => directory.dn_text(*object).to_string(),
        None => "an object that is not there".to_owned(),
    };
    match change {
        AdChange::Add { dn, .. } => format!("add {dn}"),
        AdChange::Modify { object, changes } => {
            let all: Vec<String> = changes.iter().map(|one| modified(directory, one)).collect();
            format!("modify {}: {}", name(object), all.join("; "))
        }
        AdChange::Move {
            object,
            name: new,
            parent,
        } => match (parent, new) {
            (Some(parent), _) => format!("move {} to {}", name(object), name(parent)),
            (None, Some(new)) => format!("rename {} to {new}", name(object)),
            (None, None) => format!("move {} nowhere", name(object)),
        },
        AdChange::Delete { object } => format!("delete {}", name(object)),
        AdChange::Restore { object, .. } => format!("restore {}", name(object)),
        AdChange::Configure { setting } => match setting {
            ForestSetting::RecycleBin => "turn the recycle bin on".to_owned(),
            ForestSetting::TombstoneLifetime(days) => {
                format!("keep tombstones for {days} days")
            }
            ForestSetting::DeletedObjectLifetime(Some(days)) => {
                format!("keep deleted objects for {days} days")
            }
            ForestSetting::DeletedObjectLifetime(None) => {
                "keep deleted objects as long as tombstones".to_owned()
            }
        },
        AdChange::Authenticate { object, accepted } => {
            let which = if *accepted { "right" } else { "wrong" };
            format!("give a {which} password of {}", name(object))
        }
    }
}

fn modified(directory: &Directory, one: &Modification) -> String {
    const SHOWN_MAX: usize = 3;
    let attribute = &directory.schema().definition(one.attribute).name;
    let values = one.values.iter().take(SHOWN_MAX);
    let values: Vec<String> = values
        .map(|value| match value.as_text() {
            Some(text) => text.to_string(),
            None => "…".to_owned(),
        })
        .collect();
    let more = if one.values.len() > SHOWN_MAX {
        ", …"
    } else {
        ""
    };
    let values = if attribute.eq_ignore_ascii_case("unicodePwd") {
        "…".to_owned()
    } else {
        format!("{}{more}", values.join(", "))
    };
    let verb = match one.operation {
        Operation::Add => "add",
        Operation::Delete | Operation::Replace if one.values.is_empty() => {
            return format!("clear {attribute}");
        }
        Operation::Delete => "remove",
        Operation::Replace => "set",
    };
    format!("{verb} {attribute} {values}")
}

fn cloud(world: &World, change: &CloudChange, labels: &dyn Labels) -> String {
    let name = |key: &CloudKey| labels.account(world, *key);
    match change {
        CloudChange::Create(object) => format!("create {}", object.label()),
        CloudChange::Update(key, _) => format!("update {}", name(key)),
        CloudChange::Delete(key) => format!("delete {}", name(key)),
        CloudChange::Purge(key) => format!("remove {} from the recycle bin", name(key)),
        CloudChange::Restore(key, _) => format!("restore {}", name(key)),
        CloudChange::SetImmutableId(key, Some(anchor)) => {
            format!("set the ImmutableId of {} to {anchor}", name(key))
        }
        CloudChange::SetImmutableId(key, None) => format!("clear the ImmutableId of {}", name(key)),
        CloudChange::AssignLicence(key, sku) => format!("give {} the licence {sku}", name(key)),
        CloudChange::RemoveLicence(key, sku) => {
            format!("take the licence {sku} from {}", name(key))
        }
        CloudChange::AssignRole(key, role) => format!("give {} the role {}", name(key), role.0),
        CloudChange::RemoveRole(key, role) => {
            format!("take the role {} from {}", role.0, name(key))
        }
        CloudChange::SetFeature(feature, on) | CloudChange::SetOtherFeature(feature, on) => {
            format!("turn {feature} {}", on_off(*on))
        }
        CloudChange::SetDeletionThreshold(None) => "turn the deletion threshold off".to_owned(),
        CloudChange::SetDeletionThreshold(Some(count)) => {
            format!("set the deletion threshold to {count}")
        }
        CloudChange::SetCloudManaged(key, true) => {
            format!("convert {} to cloud-managed", name(key))
        }
        CloudChange::SetCloudManaged(key, false) => {
            format!("hand {} back to Active Directory", name(key))
        }
        CloudChange::ClearObjectIdentifier(key) => {
            format!("clear onPremisesObjectIdentifier of {}", name(key))
        }
        CloudChange::ClearOnPremisesFacts(key, facts) => {
            format!("clear {} of {}", facts.join(", "), name(key))
        }
        CloudChange::AddLinks(key, link, targets) => {
            let targets: Vec<String> = targets.iter().map(name).collect();
            format!(
                "add {} to {} of {}",
                targets.join(", "),
                link.name(),
                name(key)
            )
        }
        CloudChange::RemoveLink(key, link, target) => {
            format!(
                "remove {} from {} of {}",
                name(target),
                link.name(),
                name(key)
            )
        }
        CloudChange::SetManager(key, Some(manager)) => {
            format!("set the manager of {} to {}", name(key), name(manager))
        }
        CloudChange::SetManager(key, None) => format!("clear the manager of {}", name(key)),
        CloudChange::SetSyncEnabled(on) => {
            format!("turn directory synchronisation {}", on_off(*on))
        }
        CloudChange::MakeDefaultDomain(name) => format!("make {name} the default domain"),
        CloudChange::PromoteDomain(name) => format!("make {name} a root domain"),
        CloudChange::RemoveDomain(name) => format!("remove the domain {name}"),
        CloudChange::ChangeDomain(domain) => format!("set up the domain {}", domain.name),
        CloudChange::All(changes) => {
            let all: Vec<String> = changes.iter().map(|it| cloud(world, it, labels)).collect();
            all.join(", and ")
        }
    }
}

/// What the events of an action come to: `1 hard-match, 2 errors`; empty where they say nothing.
pub fn counts(events: &[Event]) -> String {
    let mut counted: BTreeMap<&'static str, usize> = BTreeMap::new();
    for event in events {
        *counted.entry(event_word(event)).or_default() += 1;
    }
    counted.remove("");
    let all = counted.into_iter();
    let all: Vec<String> = all.map(|(word, count)| format!("{count} {word}")).collect();
    all.join(", ")
}

/// What one event came to, in a word or two; empty where it says nothing.
pub const fn event_word(event: &Event) -> &'static str {
    match event {
        Event::Engine(EngineEvent::Exported(one)) => match &one.answer.result {
            Ok(_) if matches!(one.pending, PendingExport::Delete) => "deleted",
            Ok(outcome) => outcome_word(*outcome),
            Err(_) => "export error",
        },
        Event::Engine(EngineEvent::SyncError { .. }) => "synchronisation error",
        Event::Engine(EngineEvent::Unreadable { .. }) => "discovery error",
        Event::Engine(EngineEvent::DuplicateAnchor { .. }) => "duplicate anchor",
        Event::Engine(EngineEvent::DeletionThresholdExceeded { .. }) => {
            "stopped: deletion threshold exceeded"
        }
        Event::Engine(EngineEvent::JobQuarantined { .. }) => "job in quarantine",
        Event::Engine(EngineEvent::AnchorWrittenBack { .. }) => "anchor written back",
        Event::Engine(EngineEvent::WriteBackRefused { .. }) => "write-back refused",
        Event::Engine(EngineEvent::CloudObjectVanished { .. }) => "vanished in the cloud",
        Event::CycleStarted {
            scheduled: true, ..
        } => "scheduled cycle",
        Event::Healed(_) => "healed",
        Event::Expired(_) => "expired in the recycle bin",
        Event::SyncDeactivated { .. } => "every account became one of the cloud",
        _ => "",
    }
}
