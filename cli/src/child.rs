//! Somebody's own program, told where the servers are.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::Error;

/// How often a program is asked whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself.
    Ended(ExitStatus),
    /// It was killed, because the time was up or because that was asked for.
    Killed,
    /// It is a script that ran in this process, and ended with this code.
    Script(i32),
}

impl End {
    /// Whether it ended well.
    pub(crate) fn is_success(self) -> bool {
        match self {
            Self::Ended(status) => status.success(),
            Self::Killed => false,
            Self::Script(code) => code == 0,
        }
    }

    /// How it ended, after "the command".
    pub(crate) fn words(self) -> String {
        match self {
            Self::Ended(status) => match status.code() {
                Some(code) => format!("ended with {code}"),
                None => "was ended by a signal".to_owned(),
            },
            Self::Killed => "was killed".to_owned(),
            Self::Script(code) => format!("ended with {code}"),
        }
    }
}

/// What is run, and what it is told.
#[derive(Debug, Clone)]
pub(crate) struct Program<'a> {
    /// The program with its arguments.
    pub(crate) words: &'a [String],
    /// What the ready file would say.
    pub(crate) ready: &'a Value,
    /// The certificates that it has to trust.
    pub(crate) ca_file: &'a Path,
    /// Whether requests to Microsoft's own names come here as well.
    pub(crate) intercept: bool,
    /// How long it may take.
    pub(crate) patience: Duration,
}

impl Program<'_> {
    /// Starts the program and waits until it ends, the time is up, or `doomed` says so.
    pub(crate) fn run(&self, doomed: &dyn Fn() -> bool) -> Result<End, Error> {
        let mut child = self.start()?;
        let start = Instant::now();
        loop {
            let ended = child.try_wait().map_err(|error| self.failed(&error))?;
            if let Some(status) = ended {
                return Ok(End::Ended(status));
            }
            if doomed() || start.elapsed() > self.patience {
                kill(&mut child);
                return Ok(End::Killed);
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn start(&self) -> Result<Child, Error> {
        let (program, arguments) = self.words.split_first().ok_or_else(|| Error::Usage {
            message: "there is no command".to_owned(),
            help: "write it behind `--`".to_owned(),
        })?;
        let mut command = Command::new(program);
        command.args(arguments);
        for (name, value) in environment(self.ready, self.ca_file, self.intercept) {
            command.env(name, value);
        }
        if let Some(path) = with_ourselves() {
            command.env("PATH", path);
        }
        // What it prints is not data of ours.
        command.stdout(Stdio::from(std::io::stderr()));
        // What it starts itself is killed with it. At a terminal the group stays ours, so that
        // Ctrl-C reaches it.
        #[cfg(unix)]
        if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        command.spawn().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        let program = self.words.first().map(String::as_str).unwrap_or_default();
        Error::Usage {
            message: format!("`{program}` can't be run: {error}"),
            help: "check its path; it is looked for as a shell would".to_owned(),
        }
    }
}

/// Kills a program and what it has started.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // One that has just ended is as good as killed.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The search path with this program's own directory first, so that `dirsync-lab sync` is found.
fn with_ourselves() -> Option<std::ffi::OsString> {
    let own = std::env::current_exe().ok()?;
    let own: PathBuf = own.parent()?.to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).ok()
}

/// What a program is told: `DIRSYNC_LAB_*` with the keys of the ready file, and the variables that
/// common clients read.
pub(crate) fn environment(ready: &Value, ca_file: &Path, intercept: bool) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let text = |key: &str| ready[key].as_str().unwrap_or_default().to_owned();
    tell(&mut all, "DIRSYNC_LAB", ready);
    for (place, forest) in ready["forests"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        tell(
            &mut all,
            &format!("DIRSYNC_LAB_FOREST_{}", place + 1),
            forest,
        );
    }
    // OpenSSL and so Python's ssl and httpx, requests, curl, Node, OpenLDAP, git.
    for name in [
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "LDAPTLS_CACERT",
    ] {
        all.push((name.to_owned(), ca_file.display().to_string()));
    }
    let authority = text("authority");
    let host = authority
        .trim_end_matches(&text("tenant_id"))
        .trim_end_matches('/');
    for (name, value) in [
        ("LDAPURI", text("ldap")),
        ("LDAPBASE", text("base_dn")),
        ("AZURE_TENANT_ID", text("tenant_id")),
        ("AZURE_CLIENT_ID", text("client_id")),
        ("AZURE_CLIENT_SECRET", text("client_secret")),
        ("AZURE_AUTHORITY_HOST", host.to_owned()),
    ] {
        all.push((name.to_owned(), value));
    }
    if intercept {
        for name in ["HTTPS_PROXY", "https_proxy"] {
            all.push((name.to_owned(), text("graph")));
        }
        for name in ["NO_PROXY", "no_proxy"] {
            all.push((name.to_owned(), "localhost,127.0.0.1".to_owned()));
        }
    }
    all
}

fn tell(all: &mut Vec<(String, String)>, prefix: &str, told: &Value) {
    for (key, value) in told.as_object().into_iter().flatten() {
        if let Some(text) = value.as_str() {
            all.push((format!("{prefix}_{}", key.to_uppercase()), text.to_owned()));
        }
    }
}
