//! `lab serve`: the world of a lab behind LDAP, Graph and the control API.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use host::{Lab, Listen, Secrets, Settings};
use mock_cloud::server::Client;

use super::Where;
use crate::commands::serve::{address, ready, refused, wait_for_interrupt};
use crate::error::Error;
use crate::exit::Exit;
use crate::labs::{Entry, PASSWORD};
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
    /// The bearer token of Graph and of the control API [default: drawn at every start].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Write JSON with every address and secret here once listening.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
}

const FREE: &str = "127.0.0.1:0";

impl Serve {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        let Some(_held) = desk.serving()? else {
            return Err(Error::Usage {
                message: "the world of this lab is being served already".to_owned(),
                help: "stop the other server first".to_owned(),
            });
        };
        desk.enter(&Entry::Serving(true))?;
        let settings = Settings {
            password: PASSWORD.to_owned(),
            ..Settings::default()
        };
        let mut lab = Lab::new(desk.session.rehearsal(), settings);
        let keeper = Arc::new(desk.keeper());
        lab.reopen(std::iter::empty(), keeper)
            .map_err(|message| Error::Usage {
                message,
                help: "this should not happen: please report it".to_owned(),
            })?;
        lab.draw_apart(desk.progress());
        let listen = Listen {
            ldap: self.ldap,
            ldaps: self.ldaps,
            global_catalog: None,
            second: None,
            graph: self.graph,
            graph_tls: self.graph_tls,
            control: self.control,
        };
        let serving =
            host::serve(lab, self.secrets()?, &listen, None).map_err(|error| refused(&error))?;
        let ca_file = self.place.dir.join(".lab").join("ca.pem");
        files::write(&ca_file, &serving.authorities())?;
        let text = format!("{:#}\n", ready(&serving, &ca_file));
        if let Some(path) = &self.ready {
            files::replace(path, &text)?;
        }
        report::print(&text);
        report::note(&format!(
            "serving {}; Ctrl-C stops it, `dirsync-lab lab check` judges\n",
            desk.session.lab().title
        ));
        wait_for_interrupt()?;
        report::note("stopped\n");
        Ok(Exit::Success)
    }

    fn secrets(&self) -> Result<Secrets, Error> {
        let drawn = || {
            let mut bytes = [0; 24];
            getrandom::fill(&mut bytes).map_err(|error| Error::Usage {
                message: format!("no token can be drawn: {error}"),
                help: "give one with `--token`".to_owned(),
            })?;
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            Ok(digits.collect())
        };
        Ok(Secrets {
            token: self.token.clone().map_or_else(drawn, Ok)?,
            password: PASSWORD.to_owned(),
            client: Client::for_seed(1),
            permissions: false,
        })
    }
}
