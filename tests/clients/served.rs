//! A server as its users start it: the program itself, on free ports, stopped at the end.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::tools::{root, target};

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server and what it says of itself.
pub(crate) struct Served {
    child: Child,
    /// What stands in the file that `--ready` names.
    ready: Value,
    directory: TempDir,
}

impl Served {
    /// Starts a program of the workspace; `--ready` is added.
    pub(crate) fn start(program: &str, directory: TempDir, arguments: &[&str]) -> Self {
        let ready_file = directory.path().join("ready.json");
        // That of a server before is none of this one.
        let _ = fs::remove_file(&ready_file);
        let mut child = Command::new(built(program))
            .args(arguments)
            .arg("--ready")
            .arg(&ready_file)
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let start = Instant::now();
        let ready = loop {
            if let Ok(text) = fs::read_to_string(&ready_file)
                && let Ok(ready) = serde_json::from_str(&text)
            {
                break ready;
            }
            let ended = child.try_wait().expect("the server can be asked");
            assert!(ended.is_none(), "{program} ended at once: {ended:?}");
            assert!(start.elapsed() < PATIENCE, "{program} does not listen");
            // The file appears when it appears; nothing else is waited for.
            std::thread::sleep(Duration::from_millis(10));
        };
        Self {
            child,
            ready,
            directory,
        }
    }

    /// One thing the server says of itself.
    pub(crate) fn said(&self, key: &str) -> &str {
        self.ready[key]
            .as_str()
            .unwrap_or_else(|| panic!("--ready has no `{key}`: {}", self.ready))
    }

    /// The same as JSON.
    pub(crate) fn value(&self, key: &str) -> &Value {
        &self.ready[key]
    }

    /// A place for files of a client.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Served {
    /// Stops the server, and gives back its directory.
    pub(crate) fn stopped(mut self) -> TempDir {
        let other = tempfile::tempdir().expect("a temporary directory can be made");
        std::mem::replace(&mut self.directory, other)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A console over something that is over, which says on standard error where it is.
pub(crate) struct Shown {
    child: Child,
    /// Its address.
    pub(crate) console: String,
}

impl Shown {
    /// Starts `dirsync-lab` at the root of the workspace, with `--console` among its arguments.
    /// They name files from there, and what they run finds `dirsync-lab` by its name: where a
    /// machine keeps them is nothing for a page.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let program = built("dirsync-lab");
        let mut child = Command::new(&program)
            .args(arguments)
            .current_dir(root())
            .env("PATH", path_with(&program))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = child.stderr.take().expect("it is piped");
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let console = lines.find_map(|line| {
            let (_, rest) = line.split_once("the console is at ")?;
            Some(rest.split(';').next()?.to_owned())
        });
        Self {
            child,
            console: console.expect("it says where the console is"),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, built as the tests are.
pub(crate) fn built(program: &str) -> PathBuf {
    let status = tests::build()
        .current_dir(root())
        .status()
        .expect("cargo starts");
    assert!(status.success(), "{program} does not build");
    target().join("debug").join(program)
}

/// What `PATH` is with the program's directory before all others.
pub(crate) fn path_with(program: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = program.parent().expect("a directory").to_path_buf();
    let all = std::iter::once(own).chain(std::env::split_paths(&path));
    std::env::join_paths(all).expect("a path")
}
