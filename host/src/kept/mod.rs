//! Journals that outlive the process: entries as JSON that people can read, and back.
//!
//! An entry is written before its request is answered, so that an acknowledged write survives
//! whatever happens to the process. Actions are all there is to keep: the same actions on the
//! same world give the same world.

mod ad;
mod cloud;
mod engine;
mod read;

#[cfg(test)]
mod tests;

use mock_cloud::conduct::{Conduct, Throttling};
use serde_json::{Value, json};
use sim::engine::CyclePolicy;
use sim::rehearse::Happening;
use sim::world::{Action, World};

use crate::lab::Origin;
use read::{Broken, get, number, text};

/// Where a journal is kept.
pub trait Keep: std::fmt::Debug + Send + Sync {
    /// Keeps the entry of a number for good; it returns when nothing can undo that any more.
    ///
    /// # Errors
    ///
    /// Why it can't be kept; then nothing is acknowledged any more.
    fn keep(&self, number: u64, entry: &Value) -> Result<(), String>;
}

/// An entry as JSON; `None` for an action that no door brings about: other sync rules.
pub(crate) fn write(world: &World, from: Origin, happening: &Happening) -> Option<Value> {
    let happening = match happening {
        Happening::Reset => json!("reset"),
        Happening::Save(name) => json!({ "save": name }),
        Happening::Restore(name) => json!({ "restore": name }),
        Happening::Conduct(conduct) => json!({ "service": write_conduct(conduct) }),
        Happening::Act(Action::Cycle(CyclePolicy::Delta)) => json!({ "sync": "delta" }),
        Happening::Act(Action::Cycle(CyclePolicy::Initial)) => json!({ "sync": "initial" }),
        Happening::Act(Action::Advance(by)) => json!({ "advance": engine::write_length(*by) }),
        Happening::Act(Action::Run { connector, step }) => {
            json!({ "run": engine::write_run(*connector, *step) })
        }
        Happening::Act(Action::BrokenExport(objects)) => json!({ "broken-export": objects }),
        Happening::Act(Action::Configure(change)) => {
            json!({ "configure": engine::write(change)? })
        }
        Happening::Act(Action::Ad { forest, change }) => {
            let schema = world.forests().get(*forest)?.schema();
            json!({ "ad": { "forest": forest, "change": ad::write(schema, change) } })
        }
        Happening::Act(Action::Cloud(change)) => json!({ "cloud": cloud::write(change) }),
    };
    Some(json!({ "from": origin(from), "happening": happening }))
}

/// An entry from JSON, on the world as it is before it.
///
/// # Errors
///
/// What in it can't be read.
pub fn read(world: &World, entry: &Value) -> Result<(Origin, Happening), String> {
    let found = read_entry(world, entry);
    found.map_err(|Broken(what)| format!("the entry {entry} can't be read: {what}"))
}

fn read_entry(world: &World, entry: &Value) -> Result<(Origin, Happening), Broken> {
    let from = read_origin(get(entry, "from")?)?;
    let happening = get(entry, "happening")?;
    if happening == "reset" {
        return Ok((from, Happening::Reset));
    }
    let (kind, value) = read::only(happening)?;
    let happening = match kind {
        "save" => Happening::Save(text(value)?.to_owned()),
        "restore" => Happening::Restore(text(value)?.to_owned()),
        "service" => Happening::Conduct(read_conduct(value)?),
        "sync" => Happening::Act(Action::Cycle(match text(value)? {
            "initial" => CyclePolicy::Initial,
            _ => CyclePolicy::Delta,
        })),
        "advance" => Happening::Act(Action::Advance(engine::read_length(value)?)),
        "run" => Happening::Act(engine::read_run(value)?),
        "broken-export" => Happening::Act(Action::BrokenExport(number(value)? as usize)),
        "configure" => Happening::Act(Action::Configure(engine::read(value)?)),
        "ad" => {
            let forest = number(get(value, "forest")?)? as usize;
            let directory = world.forests().get(forest);
            let directory = directory.ok_or(Broken::of("a forest", value))?;
            let change = ad::read(directory.schema(), get(value, "change")?)?;
            Happening::Act(Action::Ad { forest, change })
        }
        "cloud" => Happening::Act(Action::Cloud(cloud::read(value)?)),
        _ => return Err(Broken::of("something that happens", happening)),
    };
    Ok((from, happening))
}

fn write_conduct(conduct: &Conduct) -> Value {
    let throttle = match conduct.throttling {
        Throttling::Off => Value::Null,
        Throttling::Documented => "documented".into(),
        Throttling::Units(units) => units.into(),
    };
    let lag = engine::write_length(conduct.lag);
    json!({ "throttle": throttle, "lag": lag, "seed": conduct.seed })
}

fn read_conduct(value: &Value) -> Result<Conduct, Broken> {
    let seed = get(value, "seed")?;
    Ok(Conduct {
        throttling: match get(value, "throttle")? {
            Value::Null => Throttling::Off,
            Value::String(word) if word == "documented" => Throttling::Documented,
            units => Throttling::Units(number(units)?),
        },
        lag: engine::read_length(get(value, "lag")?)?,
        seed: seed.as_u64().ok_or(Broken::of("a seed", seed))?,
    })
}

fn origin(from: Origin) -> Value {
    match from {
        Origin::Ldap(forest) => json!({ "ldap": forest }),
        Origin::Script(line) => json!({ "script": line }),
        other => json!(other.word()),
    }
}

fn read_origin(value: &Value) -> Result<Origin, Broken> {
    match value.as_str() {
        Some("graph") => Ok(Origin::Graph),
        Some("control") => Ok(Origin::Control),
        Some("console") => Ok(Origin::Console),
        Some("pace") => Ok(Origin::Pace),
        Some("scenario") => Ok(Origin::Scenario),
        Some("clock") => Ok(Origin::Clock),
        Some(_) => Err(Broken::of("an origin", value)),
        None => match read::only(value)? {
            ("script", line) => Ok(Origin::Script(number(line)?)),
            ("ldap", forest) => Ok(Origin::Ldap(number(forest)? as usize)),
            _ => Err(Broken::of("an origin", value)),
        },
    }
}
