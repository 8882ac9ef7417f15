//! `lab serve`: the world of a lab behind LDAP, Graph and the control API.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use console::Console;
use host::{Lab, Listen, Origin, Secrets, Serving, Settings};
use mock_cloud::server::{Client, Running};
use serde_json::Value;

use super::Where;
use crate::browser::{self, FREE};
use crate::commands::serve::{address, ready, refused, wait_for_interrupt};
use crate::error::Error;
use crate::exit::Exit;
use crate::lab::LabArguments;
use crate::labs::{Desk, Entry, PASSWORD};
use crate::{files, report};

/// Serve the world of the lab over LDAP, LDAPS, Microsoft Graph and a control API, until it is
/// interrupted.
///
/// What a client does goes into the learner's journal before it is answered. `lab check`, `show`,
/// `hint` and `predict` go beside it; `dirsync-lab sync` and `clock advance` drive the engine.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Where,
    /// Where to listen for LDAP and StartTLS; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    ldap: SocketAddr,
    /// Where to listen for LDAP over TLS.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    ldaps: SocketAddr,
    /// Where to serve Graph over HTTP.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    graph: SocketAddr,
    /// Where to serve Graph over HTTPS.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    graph_tls: SocketAddr,
    /// Where to serve the control API.
    #[arg(long, value_name = "ADDR", default_value = FREE, value_parser = address)]
    control: SocketAddr,
    /// Serve the console, for a browser: the goal beside the present, hints, predictions, undo; on
    /// a free port of this machine unless an address is given. Elsewhere than on this machine a
    /// browser needs the token.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, require_equals = true,
          default_missing_value = FREE, value_parser = address)]
    console: Option<SocketAddr>,
    /// The bearer token of Graph and of the control API [default: drawn at every start].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Write JSON with every address and secret here once listening.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let desk = self.place.open()?;
        let title = desk.session.lab().title.value.clone();
        let listen = Listen {
            ldap: self.ldap,
            ldaps: self.ldaps,
            global_catalog: None,
            second: None,
            graph: self.graph,
            graph_tls: self.graph_tls,
            control: self.control,
        };
        let token = self.token.clone().map_or_else(LabArguments::drawn, Ok)?;
        let served = Served::start(desk, &self.place.dir, &listen, self.console, token)?;
        let text = format!("{:#}\n", served.ready);
        if let Some(path) = &self.ready {
            files::replace(path, &text)?;
        }
        report::print(&text);
        report::note(&format!(
            "serving {title}; Ctrl-C stops it, `dirsync-lab lab check` judges\n"
        ));
        if let Some(link) = &served.link {
            report::note(&format!("the console is at {link}\n"));
        }
        wait_for_interrupt()?;
        report::note("stopped\n");
        Ok(Exit::Success)
    }
}

/// The world of a desk, which writes down what is done to it; and the right to do so.
pub(super) fn kept(desk: &mut Desk, directory: &Path) -> Result<(Lab, File), Error> {
    let Some(held) = desk.serving()? else {
        return Err(Error::Usage {
            message: format!(
                "the world of {} is being served already",
                directory.display()
            ),
            help: "stop the other server first".to_owned(),
        });
    };
    let settings = Settings {
        password: PASSWORD.to_owned(),
        tells_no_branches: true,
        ..Settings::default()
    };
    // What was done before is a part of the timeline, and can be undone.
    let (start, actions) = desk.session.history();
    let mut lab = Lab::new(start, settings.clone());
    for action in actions {
        lab.act(Origin::Earlier, action);
    }
    let whole = lab.world().fingerprint() == desk.session.world().fingerprint();
    if !whole {
        lab = Lab::new(desk.session.rehearsal(), settings);
    }
    desk.enter(&Entry::Serving { whole })?;
    let keeper = Arc::new(desk.keeper());
    lab.reopen(std::iter::empty(), keeper)
        .map_err(|message| Error::Usage {
            message,
            help: "this should not happen: please report it".to_owned(),
        })?;
    lab.draw_apart(desk.progress());
    Ok((lab, held))
}

/// A learner's world behind its doors, until this is dropped.
pub(super) struct Served {
    /// Every address and secret.
    pub(super) ready: Value,
    /// The console, as a browser takes it.
    pub(super) link: Option<String>,
    _console: Option<Running>,
    _serving: Serving,
    _held: File,
}

impl Served {
    /// Opens the doors of a desk in a directory.
    pub(super) fn start(
        desk: Desk,
        directory: &Path,
        listen: &Listen,
        console: Option<SocketAddr>,
        token: String,
    ) -> Result<Self, Error> {
        let mut desk = desk;
        let (lab, held) = kept(&mut desk, directory)?;
        let secrets = Secrets {
            token,
            password: PASSWORD.to_owned(),
            client: Client::for_seed(1),
            permissions: false,
        };
        let serving = host::serve(lab, secrets, listen, None).map_err(|error| refused(&error))?;
        let ca_file = directory.join(".lab").join("ca.pem");
        files::write(&ca_file, &serving.authorities())?;
        let mut ready = ready(&serving, &ca_file);
        let opened = console.map(|address| {
            let settings = browser::settings(address, serving.token())?;
            let console = Console::new(settings.clone())
                .with_offers(browser::offers()?)
                .with_practice(Box::new(desk));
            browser::open(&serving, address, &settings, console)
        });
        let (console, link) = opened.transpose()?.unzip();
        if let Some(link) = &link {
            ready["console"] = link.as_str().into();
        }
        Ok(Self {
            ready,
            link,
            _console: console,
            _serving: serving,
            _held: held,
        })
    }
}
