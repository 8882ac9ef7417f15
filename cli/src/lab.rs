//! A lab from the command line: which world, and how it is served.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use host::{Lab, Origin, Pace, Secrets, Settings};
use jiff::SignedDuration;
use mock_ad::directory::{Directory, DirectoryOptions, Dn, ObjectGuid};
use mock_cloud::conduct::Throttling;
use mock_cloud::server::Client;
use mock_cloud::{Profile, Tenant};
use serde_json::{Value, json};
use sim::engine::{EngineConfig, answer_switch};
use sim::rehearse::{Prelude, Rehearsal};
use sim::run::{known, load};
use sim::scenario::{render, value};
use sim::snapshot::EngineMemory;
use sim::world::World;
use store::Entropy;

use crate::error::Error;
use crate::switches::Switches;
use crate::{files, report};

/// Which world, and how its servers answer.
#[derive(Debug, Clone, Args)]
pub(crate) struct LabArguments {
    /// The era; for a scenario the newest it is written for, for a snapshot its own.
    #[arg(long)]
    pub(crate) profile: Option<Profile>,
    #[command(flatten)]
    switches: Switches,
    /// How many steps of a scenario are taken first: `mess` for those before the first that an
    /// administrator takes, `all`, or a number.
    #[arg(long, value_name = "STEPS", default_value = "mess", value_parser = prelude)]
    steps: Prelude,
    /// What the engine remembers of a snapshot.
    #[arg(long, value_enum, default_value_t = Engine::Established)]
    engine: Engine,
    /// The password of the administrator of each forest.
    #[arg(long, value_name = "PW", default_value = "Passw0rd!")]
    admin_password: String,
    /// The password of every account that has none.
    #[arg(long, value_name = "PW")]
    user_password: Option<String>,
    /// Run a delta cycle after every so many requests that write.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    sync_every: u64,
    /// Let so much virtual time pass with every request that writes, such as `1m`, so that the
    /// world's own schedule comes round.
    #[arg(long, value_name = "TIME", value_parser = length)]
    write_takes: Option<SignedDuration>,
    /// Let Graph throttle by resource units: as documented, or after so many in ten seconds.
    #[arg(long, value_name = "UNITS", num_args = 0..=1, require_equals = true,
          default_missing_value = "documented")]
    throttle: Option<Throttling>,
    /// Let reads of Graph see a write only after up to so many milliseconds of the world's time.
    #[arg(long, value_name = "MS")]
    lag: Option<u32>,
    /// Decides how late each write is.
    #[arg(long, value_name = "SEED", requires = "lag", default_value_t = 1)]
    lag_seed: u64,
    /// Check permissions of tokens and roles of users, as Graph does.
    #[arg(long)]
    permissions: bool,
    /// The bearer token of Graph and of the control API [default: drawn at every start].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// What the engine is taken to remember.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Engine {
    /// It has been running, and provisioned what the tenant calls synced.
    Established,
    /// It was installed just now, and deletes nothing.
    Fresh,
}

fn prelude(text: &str) -> Result<Prelude, String> {
    match text {
        "mess" => Ok(Prelude::Mess),
        "all" => Ok(Prelude::All),
        number => number
            .parse()
            .map(Prelude::Steps)
            .map_err(|_| "expected `mess`, `all` or a number".to_owned()),
    }
}

/// A length of virtual time such as `31d`.
pub(crate) fn length(text: &str) -> Result<SignedDuration, String> {
    let length: value::Duration = text.parse()?;
    Ok(length.signed())
}

/// A world that was read, with its source for diagnostics.
pub(crate) struct Loaded {
    /// The world and what it is judged by.
    pub(crate) rehearsal: Rehearsal,
    /// The path, or what stands for it.
    pub(crate) name: String,
    /// The text of the scenario, where it is one.
    pub(crate) source: String,
}

impl LabArguments {
    /// A world that no server stands before.
    pub(crate) fn unserved(profile: Option<Profile>, engine: Engine, switches: &Switches) -> Self {
        Self {
            profile,
            switches: switches.clone(),
            steps: Prelude::Mess,
            engine,
            admin_password: String::new(),
            user_password: None,
            sync_every: 0,
            write_takes: None,
            throttle: None,
            lag: None,
            lag_seed: 1,
            permissions: false,
            token: None,
        }
    }

    /// How the lab is set up.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            password: self.admin_password.clone(),
            user_password: self.user_password.clone(),
            pace: Pace {
                sync_every: self.sync_every,
                write_takes: self.write_takes.unwrap_or_default(),
                follows_wall: false,
            },
            ..Settings::default()
        }
    }

    /// What clients prove themselves by.
    pub(crate) fn secrets(&self) -> Result<Secrets, Error> {
        Ok(Secrets {
            token: self.token.clone().map_or_else(Self::drawn, Ok)?,
            password: self.admin_password.clone(),
            client: Client::for_seed(1),
            permissions: self.permissions,
        })
    }

    /// A secret that nobody can guess.
    pub(crate) fn drawn() -> Result<String, Error> {
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).map_err(|error| Error::Usage {
            message: format!("no token can be drawn: {error}"),
            help: "give one with `--token`".to_owned(),
        })?;
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        Ok(digits.collect())
    }

    /// Reads the world of a path: a scenario, a snapshot, or an empty one where there is none.
    pub(crate) fn load(&self, path: Option<&Path>) -> Result<Loaded, Error> {
        match path {
            None => Ok(self.empty()),
            Some(path) if path.is_dir() => self.snapshot(path),
            Some(path) => self.scenario(path),
        }
    }

    /// What shapes the world, to build the same one again.
    pub(crate) fn shape(&self) -> Value {
        let steps = match self.steps {
            Prelude::Mess => json!("mess"),
            Prelude::All => json!("all"),
            Prelude::Steps(count) => json!(count.to_string()),
        };
        json!({
            "profile": self.profile.map(Profile::name),
            "switches": self.switches.written(),
            "steps": steps,
            "engine_is_fresh": matches!(self.engine, Engine::Fresh),
            "admin_password": self.admin_password,
            "user_password": self.user_password,
            "token": self.token,
        })
    }

    /// The same arguments with the shape of a world that was begun before.
    pub(crate) fn in_shape(&self, shape: &Value) -> Self {
        let text = |key: &str| shape[key].as_str();
        Self {
            profile: text("profile").and_then(|name| name.parse().ok()),
            switches: Switches::read(
                shape["switches"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str),
            ),
            steps: text("steps")
                .and_then(|steps| prelude(steps).ok())
                .unwrap_or_default(),
            engine: if shape["engine_is_fresh"] == true {
                Engine::Fresh
            } else {
                Engine::Established
            },
            admin_password: text("admin_password").unwrap_or_default().to_owned(),
            user_password: text("user_password").map(str::to_owned),
            token: self.token.clone().or(text("token").map(str::to_owned)),
            ..self.clone()
        }
    }

    /// The same arguments with a token that was drawn, unless one is given.
    pub(crate) fn with_token(&self) -> Result<Self, Error> {
        Ok(Self {
            token: Some(self.secrets()?.token),
            ..self.clone()
        })
    }

    /// A lab over a world that was read.
    pub(crate) fn lab(&self, loaded: &Loaded) -> Lab {
        Lab::new(loaded.rehearsal.clone(), self.settings())
    }

    /// Lets Graph treat its clients as was asked for; what was not is as it was.
    pub(crate) fn treat(&self, lab: &mut Lab) {
        let mut conduct = lab.conduct();
        conduct.throttling = self.throttle.unwrap_or(conduct.throttling);
        if let Some(milliseconds) = self.lag {
            conduct.lag = SignedDuration::from_millis(milliseconds.into());
            conduct.seed = self.lag_seed;
        }
        if conduct != lab.conduct() {
            lab.set_conduct(Origin::Control, conduct);
        }
    }

    fn empty(&self) -> Loaded {
        let profile = self.profile.unwrap_or(Profile::Entra2026);
        let mut entropy = Entropy::new(1);
        let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
        let base = "DC=example,DC=test".parse::<Dn>().unwrap_or_default();
        let start = value::StartTime::default().0;
        let forest = Directory::new(DirectoryOptions::new(base), start, &mut guids);
        let mut tenant = Tenant::new("contoso.onmicrosoft.com", profile);
        let mut config = EngineConfig::new(profile, 1);
        for (name, word) in self.switches.answers() {
            answer_switch(name, word, &mut tenant.policy, &mut config.policy);
        }
        let world = World::new(
            profile,
            vec![forest],
            tenant,
            config,
            start,
            Entropy::new(2),
        );
        Loaded {
            rehearsal: Rehearsal::of_world(world, &mut self.settings().arrange()),
            name: "an empty world".to_owned(),
            source: String::new(),
        }
    }

    fn snapshot(&self, path: &Path) -> Result<Loaded, Error> {
        let mut snapshot = files::snapshot(path)?;
        self.switches.in_snapshot(&mut snapshot);
        for note in &snapshot.notes {
            report::note(&format!("note: {note}\n"));
        }
        let memory = match self.engine {
            Engine::Established => EngineMemory::Established,
            Engine::Fresh => EngineMemory::Fresh,
        };
        let mut arrange = self.settings().arrange();
        let made = Rehearsal::of_snapshot(&snapshot, self.profile, memory, &mut arrange);
        let rehearsal = made.map_err(|missing| Error::Usage {
            message: missing.join("\n"),
            help: "correct `belongs` in lab.yaml: distinguished name to object id".to_owned(),
        })?;
        Ok(Loaded {
            rehearsal,
            name: path.display().to_string(),
            source: String::new(),
        })
    }

    fn scenario(&self, path: &Path) -> Result<Loaded, Error> {
        let [file] = &files::scenarios(&[PathBuf::from(path)])?[..] else {
            return Err(Error::Usage {
                message: format!("{} is no scenario", path.display()),
                help: "expected one scenario file, or the directory of a snapshot".to_owned(),
            });
        };
        let wrong = |found: Vec<_>| Error::Scenario(render(&found, &file.source));
        let mut scenario = load(&file.name, &file.source, &known()).map_err(wrong)?;
        self.switches.in_scenario(&mut scenario);
        let profiles = scenario.profiles().into_iter().map(Profile::from);
        let profile = match self.profile {
            Some(profile) => profile,
            None => profiles.max().unwrap_or(Profile::Entra2026),
        };
        let mut arrange = self.settings().arrange();
        let rehearsal =
            Rehearsal::of_scenario(&file.name, &scenario, profile, self.steps, &mut arrange)
                .map_err(wrong)?;
        Ok(Loaded {
            rehearsal,
            name: file.name.clone(),
            source: file.source.clone(),
        })
    }
}
