//! What is done to the engine, as JSON and back.

use jiff::SignedDuration;
use mock_ad::directory::{Dn, ObjectId};
use serde_json::{Value, json};
use sim::engine::{AnchorAttribute, Condition, ConnectorId, Scope, Source, Step};
use sim::world::{Action, EngineChange};

use super::read::{Broken, get, list, maybe, number, only, text, truth};

/// A length of time: whole seconds, and nanoseconds.
pub(super) fn write_length(length: SignedDuration) -> Value {
    json!([length.as_secs(), length.subsec_nanos()])
}

/// A length of time.
pub(super) fn read_length(value: &Value) -> Result<SignedDuration, Broken> {
    let whole = |value: &Value| value.as_i64().ok_or(Broken::of("a length", value));
    let (seconds, nanos) = (whole(&value[0])?, whole(&value[1])?);
    let nanos = i32::try_from(nanos).map_err(|_| Broken::of("a length", value))?;
    Ok(SignedDuration::new(seconds, nanos))
}

/// A step of a run profile.
pub(super) fn write_run(connector: ConnectorId, step: Step) -> Value {
    let forest = match connector {
        ConnectorId::Ad(forest) => Some(forest),
        ConnectorId::Entra => None,
    };
    json!({ "forest": forest, "step": step.name() })
}

/// A step of a run profile.
pub(super) fn read_run(value: &Value) -> Result<Action, Broken> {
    let connector = match maybe(value, "forest") {
        Some(forest) => ConnectorId::Ad(number(forest)? as usize),
        None => ConnectorId::Entra,
    };
    let step = get(value, "step")?;
    let step = Step::from_name(text(step)?).ok_or_else(|| Broken::of("a step", step))?;
    Ok(Action::Run { connector, step })
}

/// A change of the engine's setup; `None` where there is no form for it.
pub(super) fn write(change: &EngineChange) -> Option<Value> {
    let names = |all: &[Dn]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    Some(match change {
        EngineChange::Scope(forest, scope) => json!({ "scope": {
            "forest": forest,
            "include": names(&scope.include),
            "exclude": names(&scope.exclude),
            "group": scope.group.as_ref().map(ToString::to_string),
        } }),
        EngineChange::Staging(on) => json!({ "staging": on }),
        EngineChange::DeletionThreshold(count) => json!({ "threshold": count }),
        EngineChange::Schedule(every) => json!({ "schedule": every.map(write_length) }),
        EngineChange::Anchor(anchor) => json!({ "anchor": anchor.name() }),
        EngineChange::Condition(connector, condition) => json!({ "condition": {
            "connector": connector.address(),
            "is": condition.name(),
        } }),
        EngineChange::Readable(source, readable) => json!({ "readable": {
            "forest": source.forest,
            "object": source.object.0,
            "is": readable,
        } }),
        EngineChange::Rules(_) => return None,
    })
}

/// A change of the engine's setup.
pub(super) fn read(value: &Value) -> Result<EngineChange, Broken> {
    let name = |value: &Value| {
        let name = text(value)?.parse::<Dn>();
        name.map_err(|_| Broken::of("a distinguished name", value))
    };
    let names = |all: &Value| list(all)?.iter().map(name).collect::<Result<Vec<_>, _>>();
    Ok(match only(value)? {
        ("scope", scope) => EngineChange::Scope(
            number(get(scope, "forest")?)? as usize,
            Scope {
                include: names(get(scope, "include")?)?,
                exclude: names(get(scope, "exclude")?)?,
                group: match scope.get("group") {
                    None | Some(Value::Null) => None,
                    Some(group) => Some(name(group)?),
                },
            },
        ),
        ("staging", on) => EngineChange::Staging(truth(on)?),
        ("threshold", Value::Null) => EngineChange::DeletionThreshold(None),
        ("threshold", count) => EngineChange::DeletionThreshold(Some(number(count)?)),
        ("schedule", Value::Null) => EngineChange::Schedule(None),
        ("schedule", every) => EngineChange::Schedule(Some(read_length(every)?)),
        ("anchor", anchor) => {
            let known = AnchorAttribute::from_name(text(anchor)?);
            EngineChange::Anchor(known.ok_or_else(|| Broken::of("an anchor", anchor))?)
        }
        ("condition", condition) => {
            let (connector, is) = (get(condition, "connector")?, get(condition, "is")?);
            let known = ConnectorId::from_address(text(connector)?);
            let state = Condition::from_name(text(is)?);
            EngineChange::Condition(
                known.ok_or_else(|| Broken::of("a connector", connector))?,
                state.ok_or_else(|| Broken::of("a condition", is))?,
            )
        }
        ("readable", readable) => {
            let object = number(get(readable, "object")?)?;
            let source = Source {
                forest: number(get(readable, "forest")?)? as usize,
                object: ObjectId(object),
            };
            EngineChange::Readable(source, truth(get(readable, "is")?)?)
        }
        _ => return Err(Broken::of("a setting of the engine", value)),
    })
}
