//! `rehearse`: somebody's own script against a world, and what came of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use host::{Freeze, Lab, Listen, Origin};
use sim::judge::Property;
use sim::rehearse::{At, HazardMet, Judgement};

use super::run::Format;
use super::serve::{ready, refused};
use crate::browser::Afterwards;
use crate::child::{End, Program};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::lab::{LabArguments, Loaded};
use crate::report::{self, rehearsal};
use crate::script::{Covered, Script, ScriptArguments};

/// How long a command may take unless said otherwise.
const PATIENCE: &str = "10m";

/// Run a script or program against a world, and judge the world it leaves.
///
/// Starts the servers of `serve` on free ports and tells the command where they are in
/// DIRSYNC_LAB_LDAP, _LDAPS, _GRAPH, _GRAPH_TLS, _CONTROL, _TOKEN, _BIND_DN, _PASSWORD, _BASE_DN,
/// _CA_FILE, _TENANT_ID, _CLIENT_ID, _CLIENT_SECRET, _AUTHORITY, and the variables that common
/// clients read (SSL_CERT_FILE, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, LDAPTLS_CACERT, AZURE_*).
/// Synchronisation runs when the command asks for it (`dirsync-lab sync`), with --sync-every, or
/// by the world's schedule with --write-takes; after the command, until the world rests. With
/// --script, a PowerShell script runs in this process instead, line by line. Then what
/// changed, what was lost and which hazards were met is said, and the scenario's checks are held.
///
/// Exit codes: 0 fine; 1 the command failed, an expectation or a property does not hold, or a
/// danger was met that the scenario does not acknowledge; 2 usage; 4 nothing was written.
#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// A scenario file, or the directory of a snapshot.
    #[arg(value_name = "SCENARIO|SNAPSHOT")]
    world: PathBuf,
    #[command(flatten)]
    lab: LabArguments,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also fail on hazards that can be undone.
    #[arg(long)]
    strict: bool,
    /// Do not ask for this property: kept, one-anchor, right-owner, scoped-deletes or admin-left;
    /// may be repeated.
    #[arg(long, value_name = "PROPERTY", value_parser = property)]
    allow: Vec<Property>,
    /// Let faults happen as this seed decides: throttling, refusals, lost replies, late reads.
    #[arg(long, value_name = "SEED")]
    chaos: Option<u64>,
    /// Run the command again for each of its requests to a directory, or only for those that
    /// wrote something: killed after it, and started again.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "requests"
    )]
    every_crash: Option<Crash>,
    /// Let requests to graph.microsoft.com and login.microsoftonline.com come here, through
    /// HTTPS_PROXY.
    #[arg(long)]
    intercept: bool,
    /// How long the command may take.
    #[arg(long, value_name = "TIME", default_value = PATIENCE, value_parser = patience)]
    timeout: Duration,
    #[command(flatten)]
    script: ScriptArguments,
    #[command(flatten)]
    afterwards: Afterwards,
    /// The command with its arguments, or those of the script.
    #[arg(last = true, required_unless_present = "script", value_name = "CMD")]
    command: Vec<String>,
}

fn property(text: &str) -> Result<Property, String> {
    let known = Property::ALL.into_iter().take(5);
    let words: Vec<&str> = known.clone().map(Property::name).collect();
    let mut known = known;
    known
        .find(|property| property.name() == text)
        .ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

fn patience(text: &str) -> Result<Duration, String> {
    let length = crate::lab::length(text)?;
    Duration::try_from(length).map_err(|error| error.to_string())
}

/// After what a command is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Crash {
    /// After each request: what the command has kept for itself may be only half there.
    Requests,
    /// After each request that wrote something.
    Writes,
}

/// One run of the command, and what came of it.
pub(crate) struct Ran {
    /// After what it was killed, if that was asked for.
    pub(crate) killed: Option<Freeze>,
    /// How it ended, the second time where it was killed.
    pub(crate) end: End,
    /// How many requests wrote something.
    pub(crate) writes: u64,
    /// How many requests there were.
    requests: u64,
    /// How many requests met a fault.
    pub(crate) faults: u64,
    /// Who brought about each thing that happened.
    pub(crate) origins: Vec<Origin>,
    /// What came of it.
    pub(crate) judgement: Judgement,
    /// The script, where it was one.
    pub(crate) script: Option<Covered>,
    /// Whether hazards that can be undone are failures too.
    strict: bool,
}

impl Ran {
    /// What came of a session at a prompt.
    pub(crate) fn of_session(lab: &Lab, code: i32) -> Self {
        Self {
            killed: None,
            end: End::Script(code),
            writes: lab.writes(),
            requests: lab.requests(),
            faults: lab.faults.struck(),
            origins: lab.journal().iter().map(|entry| entry.from).collect(),
            judgement: lab.judge(&[]),
            script: None,
            strict: false,
        }
    }

    /// The line of the script that something was done by: its file, its number, its text.
    pub(crate) fn line(&self, at: At) -> Option<(&str, u32, &str)> {
        let At::Happening(place) = at else {
            return None;
        };
        let script = self.script.as_ref()?;
        match self.origins.get(place)? {
            Origin::Script(line) => Some((&script.name, *line, script.line(*line))),
            _ => None,
        }
    }

    /// Whether hazards that can be undone are failures too.
    pub(crate) const fn strict(&self) -> bool {
        self.strict
    }

    /// Whether nothing is wrong.
    pub(crate) fn passed(&self) -> bool {
        let meant = HazardMet::is_excused;
        let strict = self.strict && !self.judgement.hazards.iter().all(meant);
        self.end.is_success() && self.judgement.passed() && !strict
    }
}

impl Rehearse {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let loaded = self.lab.load(Some(&self.world))?;
        let place = tempfile::tempdir().map_err(|source| Error::Write {
            path: std::env::temp_dir(),
            source,
            help: "the certificates are written to the temporary directory".to_owned(),
        })?;
        let script = self.script.read(&self.command)?;
        if let Some(script) = &script {
            script.check(&self.lab.lab(&loaded))?;
        }
        let once = |kill| match &script {
            Some(script) => self.inside(&loaded, script, kill),
            None => self.once(&loaded, place.path(), kill),
        };
        let (first, lab) = once(None)?;
        let mut runs = vec![first];
        for kill in self.kills(&runs[0]) {
            report::note(&format!("{}\n", rehearsal::killed(kill)));
            runs.push(once(Some(kill))?.0);
        }
        report::print(&rehearsal::render(
            self.format,
            &loaded,
            &self.words(),
            &runs,
        ));
        let word = if runs[0].passed() { "passed" } else { "failed" };
        let about = format!(
            "{} after `{}`: a rehearsal that {word}. Nothing can be changed here.",
            loaded.name,
            self.words().join(" ")
        );
        self.afterwards.show(lab, about)?;
        if runs.iter().any(|ran| !ran.passed()) {
            return Ok(Exit::Failure);
        }
        if runs[0].writes == 0 {
            report::note("the command wrote nothing\n");
            return Ok(Exit::NothingSelected);
        }
        Ok(Exit::Success)
    }

    /// Where the command is killed, one run for each.
    fn kills(&self, first: &Ran) -> Vec<Freeze> {
        match self.every_crash {
            None => Vec::new(),
            Some(Crash::Requests) => (1..=first.requests).map(Freeze::AfterRequest).collect(),
            Some(Crash::Writes) => (1..=first.writes).map(Freeze::AfterWrite).collect(),
        }
    }

    /// Lets go wrong what was asked for.
    fn disturb(&self, lab: &mut Lab) {
        if let Some(seed) = self.chaos {
            lab.set_chaos(Origin::Control, seed);
        }
        self.lab.treat(lab);
    }

    /// What is run, with its arguments.
    fn words(&self) -> Vec<String> {
        let script = self.script.script.iter().map(|it| it.display().to_string());
        script.chain(self.command.iter().cloned()).collect()
    }

    /// Runs the script against a world of its own, in this process.
    fn inside(
        &self,
        loaded: &Loaded,
        script: &Script,
        kill: Option<Freeze>,
    ) -> Result<(Ran, Lab), Error> {
        let mut settings = self.lab.settings();
        settings.freeze = kill;
        let mut lab = Lab::new(loaded.rehearsal.clone(), settings);
        self.disturb(&mut lab);
        let left = script.run(lab, kill.is_some(), kill.is_some());
        if kill.is_none() {
            script.keep(&left)?;
        }
        let lab = left.lab;
        let ran = Ran {
            killed: kill,
            end: left.end,
            writes: lab.writes(),
            requests: lab.requests(),
            faults: lab.faults.struck(),
            origins: lab.journal().iter().map(|entry| entry.from).collect(),
            judgement: lab.judge(&self.allow),
            script: Some(left.covered),
            strict: self.strict,
        };
        Ok((ran, lab))
    }

    /// Runs the command against a world of its own.
    fn once(
        &self,
        loaded: &Loaded,
        place: &Path,
        kill: Option<Freeze>,
    ) -> Result<(Ran, Lab), Error> {
        let mut settings = self.lab.settings();
        settings.freeze = kill;
        let mut lab = Lab::new(loaded.rehearsal.clone(), settings);
        self.disturb(&mut lab);
        let serving = host::serve(lab, self.lab.secrets()?, &Listen::default(), None)
            .map_err(|error| refused(&error))?;
        let ca_file = place.join("ca.pem");
        files::write(&ca_file, &serving.authorities())?;
        let ready = ready(&serving, &ca_file);
        let program = Program {
            words: &self.command,
            ready: &ready,
            ca_file: &ca_file,
            intercept: self.intercept,
            patience: self.timeout,
        };
        let frozen = || serving.with(|lab| lab.is_frozen());
        let mut end = program.run(&frozen)?;
        if kill.is_some() {
            serving.with(Lab::thaw);
            end = program.run(&|| false)?;
        }
        let lab = serving.with(|lab| lab.clone());
        drop(serving);
        let ran = Ran {
            killed: kill,
            end,
            writes: lab.writes(),
            requests: lab.requests(),
            faults: lab.faults.struck(),
            origins: lab.journal().iter().map(|entry| entry.from).collect(),
            judgement: lab.judge(&self.allow),
            script: None,
            strict: self.strict,
        };
        Ok((ran, lab))
    }
}
