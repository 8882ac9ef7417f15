//! `sync`, `clock`, `fault`, `snapshot` and `reset`: drive a server that is running.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mock_cloud::conduct::Throttling;
use serde_json::{Value, json};

use crate::control::Server;
use crate::error::Error;
use crate::exit::Exit;
use crate::report;

/// Which server.
#[derive(Debug, Clone, Args)]
pub(crate) struct Where {
    /// The ready file of the server [default: what DIRSYNC_LAB_READY names, or the address and
    /// token in DIRSYNC_LAB_CONTROL and DIRSYNC_LAB_TOKEN].
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
    /// Print the whole answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Where {
    /// Sends a request, and gives the answer.
    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, Error> {
        Server::find(self.ready.as_deref())?.send(method, path, body)
    }

    /// Whether the whole answer is wanted.
    pub(super) const fn json(&self) -> bool {
        self.json
    }

    /// Sends a request and prints the answer: what was done and what came of it.
    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Exit, Error> {
        let answer = self.ask(method, path, body)?;
        if self.json {
            report::print(&format!("{answer:#}\n"));
            return Ok(Exit::Success);
        }
        let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        let (what, came, now) = (text("what"), text("came"), text("now"));
        let came = if came.is_empty() {
            "nothing to tell".to_owned()
        } else {
            came
        };
        match (what.is_empty(), now.is_empty()) {
            (false, _) => report::print(&format!("{what}: {came} ({now})\n")),
            (true, false) => report::print(&format!("{now}\n")),
            (true, true) => report::print(&format!("{answer:#}\n")),
        }
        Ok(Exit::Success)
    }
}

/// Run a synchronisation cycle on a running server.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// What it reads.
    #[arg(value_enum, default_value_t = Policy::Delta)]
    policy: Policy,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Policy {
    /// Changes only.
    Delta,
    /// Everything.
    Initial,
}

impl Sync {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let policy = match self.policy {
            Policy::Delta => "delta",
            Policy::Initial => "initial",
        };
        let body = json!({ "policy": policy });
        self.place.send("POST", "/sync", &body)
    }
}

/// Show or move the virtual time of a running server.
#[derive(Debug, Args)]
pub(crate) struct Clock {
    #[command(subcommand)]
    what: Time,
}

#[derive(Debug, Subcommand)]
enum Time {
    /// Let time pass: the scheduler, the hourly task and the recycle bin do what is due.
    Advance {
        /// How much, such as `31d` or `90m`.
        by: String,
        #[command(flatten)]
        place: Where,
    },
    /// Show it.
    Show {
        #[command(flatten)]
        place: Where,
    },
}

impl Clock {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        match &self.what {
            Time::Advance { by, place } => {
                place.send("POST", "/clock/advance", &json!({ "by": by }))
            }
            Time::Show { place } => place.send("GET", "/clock", &Value::Null),
        }
    }
}

/// Keep the world of a running server under a name, or go back to it.
#[derive(Debug, Args)]
pub(crate) struct Snapshot {
    #[command(subcommand)]
    what: Keep,
}

#[derive(Debug, Subcommand)]
enum Keep {
    /// Keep the world.
    Save {
        /// The name.
        #[arg(default_value = "default")]
        name: String,
        #[command(flatten)]
        place: Where,
    },
    /// Set the world to what was kept.
    Restore {
        /// The name.
        #[arg(default_value = "default")]
        name: String,
        #[command(flatten)]
        place: Where,
    },
    /// List the names.
    List {
        #[command(flatten)]
        place: Where,
    },
}

impl Snapshot {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        match &self.what {
            Keep::Save { name, place } => {
                place.send("POST", "/snapshot/save", &json!({ "name": name }))
            }
            Keep::Restore { name, place } => {
                place.send("POST", "/snapshot/restore", &json!({ "name": name }))
            }
            Keep::List { place } => place.send("GET", "/snapshot", &Value::Null),
        }
    }
}

/// Set the world of a running server to its beginning.
#[derive(Debug, Args)]
pub(crate) struct Reset {
    #[command(flatten)]
    place: Where,
}

impl Reset {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        self.place.send("POST", "/reset", &Value::Null)
    }
}

/// Plan a fault of a running server.
#[derive(Debug, Args)]
pub(crate) struct Fault {
    #[command(subcommand)]
    what: Planned,
}

#[derive(Debug, Subcommand)]
enum Planned {
    /// A request of Graph is refused with a status, or its answer lost.
    Graph {
        /// 429, 500, 502, 503, 504 or lose-reply.
        fault: String,
        /// `Retry-After` in seconds.
        #[arg(long, value_name = "SECONDS")]
        retry_after: Option<u32>,
        /// Only requests of this method.
        #[arg(long, value_name = "METHOD")]
        method: Option<String>,
        /// Only requests whose path contains this text.
        #[arg(long, value_name = "TEXT")]
        path: Option<String>,
        /// Only every so many requests.
        #[arg(long, value_name = "N", default_value_t = 1)]
        every: u32,
        /// How often in all.
        #[arg(long, value_name = "N", default_value_t = 1)]
        times: u32,
        #[command(flatten)]
        place: Where,
    },
    /// A request of LDAP is refused, its answer lost, or its connection dropped.
    Ldap {
        /// busy, unavailable, dropped, lose-reply, no-reply or delayed.
        fault: String,
        /// Only bind, search, modify, add, delete, modify-dn or compare [default: every write].
        #[arg(long, value_name = "KIND")]
        request: Option<String>,
        /// How late, with `delayed`.
        #[arg(long, value_name = "MS")]
        milliseconds: Option<u64>,
        /// Only every so many requests.
        #[arg(long, value_name = "N", default_value_t = 1)]
        every: u32,
        /// How often in all.
        #[arg(long, value_name = "N", default_value_t = 1)]
        times: u32,
        #[command(flatten)]
        place: Where,
    },
    /// About one request in four meets a fault, as a seed decides; never two in a row.
    Chaos {
        /// The seed.
        seed: u64,
        #[command(flatten)]
        place: Where,
    },
    /// Graph throttles by resource units from now on.
    Throttle {
        /// `documented`, a number of units in ten seconds, or `off`.
        limit: Throttling,
        #[command(flatten)]
        place: Where,
    },
    /// Reads of Graph see a write only after a while, of the world's time.
    Lag {
        /// At most so many milliseconds; 0 ends it.
        milliseconds: u32,
        /// Decides how late each write is.
        #[arg(long, value_name = "SEED")]
        seed: Option<u64>,
        #[command(flatten)]
        place: Where,
    },
    /// Forget what is planned; limits and late reads end.
    Clear {
        #[command(flatten)]
        place: Where,
    },
}

impl Fault {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        match &self.what {
            Planned::Graph {
                fault,
                retry_after,
                method,
                path,
                every,
                times,
                place,
            } => {
                let body = json!({
                    "on": "graph", "fault": fault, "retryAfter": retry_after, "method": method,
                    "path": path, "every": every, "times": times,
                });
                place.send("POST", "/fault", &body)
            }
            Planned::Ldap {
                fault,
                request,
                milliseconds,
                every,
                times,
                place,
            } => {
                let body = json!({
                    "on": "ldap", "fault": fault, "request": request,
                    "milliseconds": milliseconds, "every": every, "times": times,
                });
                place.send("POST", "/fault", &body)
            }
            Planned::Chaos { seed, place } => {
                let body = json!({ "on": "both", "chaos": seed });
                place.send("POST", "/fault", &body)
            }
            Planned::Throttle { limit, place } => {
                let throttle = match limit {
                    Throttling::Off => Value::from(false),
                    Throttling::Documented => Value::from(true),
                    Throttling::Units(units) => Value::from(*units),
                };
                let body = json!({ "on": "graph", "throttle": throttle });
                place.send("POST", "/fault", &body)
            }
            Planned::Lag {
                milliseconds,
                seed,
                place,
            } => {
                let body = json!({ "on": "graph", "lagMilliseconds": milliseconds, "seed": seed });
                place.send("POST", "/fault", &body)
            }
            Planned::Clear { place } => place.send("DELETE", "/fault", &Value::Null),
        }
    }
}
