//! `engine`: run profiles and settings of the engine of a running server.

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::control::Where;
use crate::error::Error;
use crate::exit::Exit;

/// Run one step of a run profile on a running server, or change a setting of its engine.
#[derive(Debug, Args)]
pub(crate) struct Engine {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run one step: full-import, delta-import, full-synchronization, delta-synchronization or
    /// export.
    Run {
        /// The connector: entra, or ad0 for the first forest.
        connector: String,
        /// The step.
        step: String,
        /// The connection breaks after so many objects; for the export of entra.
        #[arg(long, value_name = "OBJECTS")]
        broken_after: Option<u32>,
        #[command(flatten)]
        place: Where,
    },
    /// Change settings.
    Set(Settings),
}

#[derive(Debug, Args)]
struct Settings {
    /// Staging mode: on or off.
    #[arg(long, value_name = "on|off", value_parser = on_or_off)]
    staging: Option<bool>,
    /// How many deletions one export may hold: a number, or off.
    #[arg(long, value_name = "N|off", value_parser = number_or_off)]
    deletion_threshold: Option<Value>,
    /// How often the scheduler runs a cycle: a length of time such as 30m, or off.
    #[arg(long, value_name = "TIME|off")]
    schedule: Option<String>,
    /// What the source anchor is made of: objectGUID or mS-DS-ConsistencyGuid.
    #[arg(long, value_name = "ATTRIBUTE")]
    anchor: Option<String>,
    /// The containers that are synced, as distinguished names; without one, the whole domain.
    #[arg(long, value_name = "DN", num_args = 0..)]
    scope: Option<Vec<String>>,
    /// The containers below them that are not.
    #[arg(long, value_name = "DN", num_args = 1.., requires = "scope")]
    exclude: Vec<String>,
    /// The group whose direct members alone are synced, or everybody, which ends a pilot; without
    /// it that stays as it is.
    #[arg(long, value_name = "DN|everybody", requires = "scope")]
    group: Option<String>,
    /// Whose containers these are: the place of the forest, from 0.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "scope")]
    forest: usize,
    #[command(flatten)]
    place: Where,
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("expected on or off".to_owned()),
    }
}

fn number_or_off(text: &str) -> Result<Value, String> {
    match (text, text.parse::<u32>()) {
        ("off", _) => Ok(Value::Null),
        (_, Ok(number)) => Ok(number.into()),
        _ => Err("expected a number, or off".to_owned()),
    }
}

impl Engine {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        match &self.what {
            What::Run {
                connector,
                step,
                broken_after,
                place,
            } => {
                let body = json!({
                    "connector": connector, "step": step, "brokenAfter": broken_after,
                });
                place.send("POST", "/run", &body)
            }
            What::Set(settings) => settings.place.send("POST", "/engine", &settings.body()),
        }
    }
}

impl Settings {
    /// What is to be set, and nothing else.
    fn body(&self) -> Value {
        let mut body = Map::new();
        if let Some(on) = self.staging {
            body.insert("staging".to_owned(), on.into());
        }
        if let Some(threshold) = &self.deletion_threshold {
            body.insert("deletionThreshold".to_owned(), threshold.clone());
        }
        if let Some(length) = &self.schedule {
            let length = Some(length.as_str()).filter(|it| *it != "off");
            body.insert("schedule".to_owned(), length.into());
        }
        if let Some(anchor) = &self.anchor {
            body.insert("anchor".to_owned(), anchor.as_str().into());
        }
        if let Some(scope) = &self.scope {
            let mut scope = json!({
                "forest": self.forest, "include": scope, "exclude": self.exclude,
            });
            if let Some(group) = &self.group {
                scope["group"] = match group.as_str() {
                    "everybody" => Value::Null,
                    group => group.into(),
                };
            }
            body.insert("scope".to_owned(), scope);
        }
        Value::Object(body)
    }
}
