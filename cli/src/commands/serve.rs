//! `serve`: one World behind LDAP, Graph and the control API.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use console::{Console, Settings};
use host::{Lab, Listen, ServeError, Serving};
use jiff::SignedDuration;
use mock_cloud::server::Running;
use serde_json::{Value, json};

use crate::browser::{self, FREE};
use crate::error::Error;
use crate::exit::Exit;
use crate::lab::{LabArguments, length};
use crate::store::Store;
use crate::{files, report};

/// Serve one world over LDAP, LDAPS, Microsoft Graph and a control API until it is interrupted.
///
/// What a client writes over LDAP or Graph changes the same world, and the next cycle carries it
/// over. Time is virtual: it moves by `dirsync-lab clock advance` only. `dirsync-lab sync`,
/// `fault`, `snapshot` and `reset` drive the server as well; docs/control-api.md describes their
/// HTTP.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// A scenario file, or the directory of a snapshot; without it, an empty forest and tenant.
    #[arg(value_name = "SCENARIO|SNAPSHOT")]
    world: Option<PathBuf>,
    #[command(flatten)]
    lab: LabArguments,
    /// Where to listen for LDAP and StartTLS; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    ldap: SocketAddr,
    /// Where to listen for LDAP over TLS.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    ldaps: SocketAddr,
    /// Where to listen for the global catalog; else nowhere.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    gc: Option<SocketAddr>,
    /// Where a second domain controller of the first forest listens for LDAP: read-only, and late;
    /// else nowhere.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    second_dc: Option<SocketAddr>,
    /// How much later, in the time of the world, it hears of a change.
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = length)]
    replication_lag: SignedDuration,
    /// Where to serve Graph over HTTP, and CONNECT for clients with HTTPS_PROXY.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    graph: SocketAddr,
    /// Where to serve Graph over HTTPS.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    graph_tls: SocketAddr,
    /// Where to serve the control API.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    control: SocketAddr,
    /// Serve the console, for a browser; on a free port of this machine unless an address is given.
    /// Elsewhere than on this machine a browser needs the token.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, require_equals = true,
          default_missing_value = FREE, value_parser = address)]
    console: Option<SocketAddr>,
    /// The console only shows, and changes nothing.
    #[arg(long, requires = "console")]
    read_only: bool,
    /// Keep the world in this directory: what was acknowledged outlives the process, and the same
    /// command goes on with it.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// What moves the time of the world.
    #[arg(long, value_enum, default_value_t = Clock::Virtual)]
    clock: Clock,
    /// Write JSON with every address and secret here once listening.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
    /// Where to write the certificates of the authorities [default: beside the ready file, or in
    /// the temporary directory].
    #[arg(long, value_name = "FILE.pem")]
    ca_file: Option<PathBuf>,
}

/// What moves the time of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Clock {
    /// The control API alone.
    Virtual,
    /// The clock on the wall as well, from the world's own time on.
    Real,
}

/// A place to listen at.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let mut found = text.to_socket_addrs().map_err(|error| error.to_string())?;
    found.next().ok_or_else(|| "it has no address".to_owned())
}

/// What can't be served, for people.
pub(crate) fn refused(error: &ServeError) -> Error {
    Error::Usage {
        message: error.to_string(),
        help: "choose another address, or port 0 for a free one".to_owned(),
    }
}

impl Serve {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let (mut lab, arguments, name) = if let Some(directory) = &self.state {
            self.kept(directory)?
        } else {
            let loaded = self.lab.load(self.world.as_deref())?;
            (self.lab.lab(&loaded), self.lab.clone(), loaded.name)
        };
        arguments.treat(&mut lab);
        let listen = Listen {
            ldap: self.ldap,
            ldaps: self.ldaps,
            global_catalog: self.gc,
            second: self
                .second_dc
                .map(|address| (address, self.replication_lag)),
            graph: self.graph,
            graph_tls: self.graph_tls,
            control: self.control,
        };
        let clock = (self.clock == Clock::Real).then(|| {
            let start = Instant::now();
            let wall = move || start.elapsed().try_into().unwrap_or_default();
            Box::new(wall) as host::WallClock
        });
        let serving = host::serve(lab, arguments.secrets()?, &listen, clock)
            .map_err(|error| refused(&error))?;
        let ca_file = self.ca_file();
        files::write(&ca_file, &serving.authorities())?;
        let mut ready = ready(&serving, &ca_file);
        let console = self.open_console(&serving)?;
        if let Some((_, address)) = &console {
            ready["console"] = address.as_str().into();
        }
        let text = format!("{ready:#}\n");
        if let Some(path) = &self.ready {
            files::replace(path, &text)?;
        }
        report::print(&text);
        report::note(&format!("serving {name}; Ctrl-C stops it\n"));
        if let Some((_, address)) = &console {
            report::note(&format!("the console is at {address}\n"));
        }
        wait_for_interrupt()?;
        report::note("stopped\n");
        Ok(Exit::Success)
    }

    /// Opens the console, where it is asked for; gives its address as a browser takes it.
    fn open_console(&self, serving: &Serving) -> Result<Option<(Running, String)>, Error> {
        let Some(address) = self.console else {
            return Ok(None);
        };
        let settings = Settings {
            read_only: self.read_only,
            ..browser::settings(address, serving.token())?
        };
        let console = Console::new(settings.clone()).with_offers(browser::offers()?);
        browser::open(serving, address, &settings, console).map(Some)
    }

    /// The world of a directory: begun now, or gone on with.
    fn kept(&self, directory: &Path) -> Result<(Lab, LabArguments, String), Error> {
        let store = Store::open(directory)?;
        let begun = match store.begun()? {
            Some(begun) => {
                self.check_same(directory, &begun)?;
                begun
            }
            None => self.begin(&store)?,
        };
        let arguments = self.lab.in_shape(&begun["shape"]);
        let copy = begun["world"].as_str().map(|_| copy_of(&store, &begun));
        let loaded = arguments.load(copy.as_deref())?;
        let mut lab = arguments.lab(&loaded);
        let entries = store.entries()?;
        let count = entries.len();
        let store = Arc::new(store);
        lab.reopen(entries.into_iter(), store)
            .map_err(|message| Error::Usage {
                message: format!(
                    "the journal in {} is damaged: {message}",
                    directory.display()
                ),
                help: "it was written by another version, or by hand".to_owned(),
            })?;
        if count > 0 {
            report::note(&format!("going on after {count} entries of the journal\n"));
        }
        let name = begun["world"].as_str().unwrap_or("an empty world");
        Ok((lab, arguments, name.to_owned()))
    }

    /// Copies the world, and takes down how it is begun.
    fn begin(&self, store: &Store) -> Result<Value, Error> {
        let world = self.world.as_ref().map(|path| path.display().to_string());
        let shape = self.lab.with_token()?.shape();
        let begun = json!({ "world": world, "shape": shape });
        if let Some(path) = &self.world {
            // Read once before anything is kept, so that a mistake leaves nothing behind.
            self.lab.load(Some(path))?;
            let copy = copy_of(store, &begun);
            files::make_directory(copy.parent().unwrap_or(&copy))?;
            files::copy(path, &copy)?;
        }
        store.begin(&begun)?;
        Ok(begun)
    }

    fn check_same(&self, directory: &Path, begun: &Value) -> Result<(), Error> {
        let Some(wanted) = self.world.as_ref().map(|path| path.display().to_string()) else {
            return Ok(());
        };
        let there = begun["world"].as_str().unwrap_or("an empty world");
        if wanted == there {
            return Ok(());
        }
        let directory = directory.display();
        Err(Error::Usage {
            message: format!("{directory} holds a world that was begun from {there}"),
            help: format!("leave `{wanted}` out to go on with it, or choose another directory"),
        })
    }

    fn ca_file(&self) -> PathBuf {
        match (&self.ca_file, &self.ready) {
            (Some(path), _) => path.clone(),
            (None, Some(ready)) => ready.with_extension("ca.pem"),
            (None, None) => {
                let name = format!("dirsync-lab-{}.ca.pem", std::process::id());
                std::env::temp_dir().join(name)
            }
        }
    }
}

/// What the ready file says, with the certificates under their whole path.
pub(crate) fn ready(serving: &Serving, ca_file: &Path) -> Value {
    let whole = std::path::absolute(ca_file).unwrap_or_else(|_| ca_file.to_owned());
    serving.ready(&whole.display().to_string())
}

/// Where the copy of a world lies, under its own name.
fn copy_of(store: &Store, begun: &Value) -> PathBuf {
    let world = Path::new(begun["world"].as_str().unwrap_or_default());
    let name = world.file_name().unwrap_or("world".as_ref());
    store.world().join(name)
}

/// Waits for Ctrl-C, or to be told to end.
pub(crate) fn wait_for_interrupt() -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::Usage {
        message: format!("can't wait for an interrupt: {error}"),
        help: "this should not happen: please report it".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(failed)?.block_on(async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
            tokio::select! {
                done = tokio::signal::ctrl_c() => done.map_err(failed),
                _ = terminate.recv() => Ok(()),
            }
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await.map_err(failed)
    })
}
