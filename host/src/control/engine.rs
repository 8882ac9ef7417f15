//! The engine as the control API drives and sets it: run profiles, settings.

use mock_ad::directory::{Dn, ObjectKind};
use serde_json::{Map, Value};
use sim::engine::{AnchorAttribute, ConnectorId, Scope, Step};
use sim::manager::connector_name;
use sim::scenario::value::Duration;
use sim::world::{Action, EngineChange};

use super::{Answer, Refused, views};
use crate::lab::{Lab, Origin};

/// Runs one step of a run profile.
pub(super) fn run(lab: &mut Lab, body: &Value) -> Answer {
    let name = body["connector"].as_str().unwrap_or_default();
    let known = ConnectorId::from_address(name)
        .filter(|connector| !connector_name(lab.world(), *connector).is_empty());
    let connector = known.ok_or_else(|| {
        let message = format!("there is no connector `{name}`: expected entra, ad0 or the like");
        Refused::bad(message)
    })?;
    let name = body["step"].as_str().unwrap_or_default();
    let step = Step::from_name(name).ok_or_else(|| {
        let known = "full-import, delta-import, full-synchronization, delta-synchronization or \
                     export";
        Refused::bad(format!("there is no step `{name}`: expected {known}"))
    })?;
    let action = match &body["brokenAfter"] {
        Value::Null => Action::Run { connector, step },
        count => {
            let objects = count.as_u64().and_then(|it| usize::try_from(it).ok());
            let objects = objects.ok_or_else(|| Refused::bad("`brokenAfter` is no number"))?;
            if (connector, step) != (ConnectorId::Entra, Step::Export) {
                let message = "`brokenAfter` is for the export of entra";
                return Err(Refused::bad(message));
            }
            Action::BrokenExport(objects)
        }
    };
    lab.act(Origin::Control, action);
    Ok(views::cycle(lab))
}

/// Changes settings of the engine: all that are named, or none.
pub(super) fn set(lab: &mut Lab, body: &Value) -> Answer {
    let map = body.as_object().cloned().unwrap_or_default();
    let changes = map
        .iter()
        .map(|(name, value)| change(lab, name, value))
        .collect::<Result<Vec<_>, _>>()?;
    if changes.is_empty() {
        return Err(Refused::bad(format!("nothing is to be set: {KNOWN}")));
    }
    for change in changes {
        lab.act(Origin::Control, Action::Configure(change));
    }
    Ok(views::last(lab))
}

const KNOWN: &str = "expected staging, deletionThreshold, schedule, anchor or scope";

fn change(lab: &Lab, name: &str, value: &Value) -> Result<EngineChange, Refused> {
    let wrong = |expected: &str| Refused::bad(format!("`{name}` is {value}: expected {expected}"));
    match name {
        "staging" => value
            .as_bool()
            .map(EngineChange::Staging)
            .ok_or_else(|| wrong("true or false")),
        "deletionThreshold" if value.is_null() => Ok(EngineChange::DeletionThreshold(None)),
        "deletionThreshold" => value
            .as_u64()
            .and_then(|count| u32::try_from(count).ok())
            .map(|count| EngineChange::DeletionThreshold(Some(count)))
            .ok_or_else(|| wrong("a number, or null to turn it off")),
        "schedule" if value.is_null() => Ok(EngineChange::Schedule(None)),
        "schedule" => {
            let length = value.as_str().and_then(|it| it.parse::<Duration>().ok());
            length
                .map(|length| EngineChange::Schedule(Some(length.signed())))
                .ok_or_else(|| wrong("a length of time such as 30m, or null to turn it off"))
        }
        "anchor" => value
            .as_str()
            .and_then(AnchorAttribute::from_name)
            .map(EngineChange::Anchor)
            .ok_or_else(|| wrong("objectGUID or mS-DS-ConsistencyGuid")),
        "scope" => scope(lab, value.as_object().ok_or_else(|| wrong("an object"))?),
        _ => Err(Refused::bad(format!("`{name}` is not known: {KNOWN}"))),
    }
}

fn scope(lab: &Lab, map: &Map<String, Value>) -> Result<EngineChange, Refused> {
    let forest = match map.get("forest") {
        None => 0,
        Some(place) => place
            .as_u64()
            .and_then(|it| usize::try_from(it).ok())
            .ok_or_else(|| Refused::bad("`scope.forest` is no number"))?,
    };
    let directory = lab.world().forests().get(forest);
    let directory =
        directory.ok_or_else(|| Refused::bad(format!("there is no forest {forest}")))?;
    let containers = |name: &str| {
        let all = map.get(name).and_then(Value::as_array);
        let all = all.map(Vec::as_slice).unwrap_or_default().iter();
        all.map(|one| {
            let dn = one.as_str().and_then(|text| text.parse::<Dn>().ok());
            let dn = dn.ok_or_else(|| {
                Refused::bad(format!("`scope.{name}` has {one}: no distinguished name"))
            })?;
            match directory.find(&dn) {
                Some(_) => Ok(dn),
                None => Err(Refused::bad(format!("there is no container `{dn}`"))),
            }
        })
        .collect::<Result<Vec<Dn>, Refused>>()
    };
    let unknown = map
        .keys()
        .find(|it| !matches!(it.as_str(), "include" | "exclude" | "forest" | "group"));
    if let Some(unknown) = unknown {
        return Err(Refused::bad(format!("`scope.{unknown}` is not known")));
    }
    // Other containers do not end a pilot: only `null` does.
    let group =
        match map.get("group") {
            None => {
                let known = lab.world().engine().config().scopes.get(forest);
                known.and_then(|scope| scope.group.clone())
            }
            Some(Value::Null) => None,
            Some(one) => {
                let dn = one.as_str().and_then(|text| text.parse::<Dn>().ok());
                let is_group = |dn: &Dn| {
                    directory.find(dn).map(|it| directory.kind(it)) == Some(ObjectKind::Group)
                };
                let known = dn.filter(is_group);
                Some(known.ok_or_else(|| {
                    Refused::bad(format!("`scope.group`: there is no group {one}"))
                })?)
            }
        };
    let scope = Scope {
        include: containers("include")?,
        exclude: containers("exclude")?,
        group,
    };
    Ok(EngineChange::Scope(forest, scope))
}
