//! Consoles on addresses.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use console::{Console, Offer, Settings};
use host::{Lab, Origin, Serving};
use mock_cloud::Profile;
use mock_cloud::server::{Request, Response, Running};
use sim::rehearse::Rehearsal;
use sim::run::known;
use sim::scenario::{Scenario, render};
use sim::world::Action;

use crate::commands::serve::{address, refused, wait_for_interrupt};
use crate::error::Error;
use crate::files::ScenarioFile;
use crate::lab::LabArguments;
use crate::{labs, report};

/// A free port of this machine.
pub(crate) const FREE: &str = "127.0.0.1:0";

/// How a console is served at an address: whoever is on another machine has to know the token.
pub(crate) fn settings(address: SocketAddr, token: &str) -> Result<Settings, Error> {
    let settings = Settings::local(LabArguments::drawn()?);
    let token = (!address.ip().is_loopback()).then(|| token.to_owned());
    Ok(Settings { token, ..settings })
}

/// A console as what answers requests.
pub(crate) fn answering(
    console: Console,
) -> impl Fn(&mut Lab, &Request) -> Response + Send + Sync + 'static {
    let console = Mutex::new(console);
    move |lab, request| {
        let mut console = console.lock().unwrap_or_else(PoisonError::into_inner);
        console.respond(lab, request)
    }
}

/// Where a browser finds a console.
pub(crate) fn link(running: &Running, asked: SocketAddr, token: Option<&str>) -> String {
    let address = running.graph.unwrap_or(asked);
    let query = token.map_or_else(String::new, |token| format!("?token={token}"));
    format!("http://{address}/{query}")
}

/// Opens the console of a world that is served; gives its address as a browser takes it.
pub(crate) fn open(
    serving: &Serving,
    address: SocketAddr,
    settings: &Settings,
    console: Console,
) -> Result<(Running, String), Error> {
    let mut console = console;
    serving.with(|lab| console.warm(lab));
    let running = serving
        .open(address, Box::new(answering(console)))
        .map_err(|error| refused(&error))?;
    let link = link(&running, address, settings.token.as_deref());
    Ok((running, link))
}

/// The labs that come with the program, for a console to list.
pub(crate) fn offers() -> Result<Vec<Offer>, Error> {
    let words = known();
    let offer = |file: &ScenarioFile| {
        let lab = labs::read(file, 1, &words)?;
        let goal = lab.goal.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Offer {
            name: lab.lab.value.clone(),
            title: lab.title.value.clone(),
            goal,
        })
    };
    labs::all(&[])?.iter().map(offer).collect()
}

/// Whether to look at something that is over.
#[derive(Debug, Clone, Args)]
pub(crate) struct Afterwards {
    /// Then serve a console over it that only shows, until it is interrupted; on a free port of
    /// this machine unless an address is given.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, require_equals = true,
          default_missing_value = FREE, value_parser = address)]
    console: Option<SocketAddr>,
}

impl Afterwards {
    /// Whether that was asked for.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.console.is_some()
    }

    /// Shows a lab, if that was asked for.
    pub(crate) fn show(&self, lab: Lab, about: String) -> Result<(), Error> {
        let Some(address) = self.console else {
            return Ok(());
        };
        let settings = Settings {
            read_only: true,
            about: Some(about),
            ..settings(address, &LabArguments::drawn()?)?
        };
        let token = settings.token.clone();
        let mut lab = lab;
        let mut console = Console::new(settings).with_offers(offers()?);
        console.warm(&mut lab);
        let (lab, answer) = (Mutex::new(lab), answering(console));
        let answer = move |request: &Request| {
            let mut lab = lab.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&mut lab, request)
        };
        let running = host::open(address, Box::new(answer)).map_err(|error| refused(&error))?;
        report::note(&format!(
            "the console is at {}; Ctrl-C stops it\n",
            link(&running, address, token.as_deref())
        ));
        wait_for_interrupt()
    }

    /// Shows a scenario that is run to its end, each of its actions an entry of the journal. How it
    /// ended is said by the run itself unless it is known better.
    pub(crate) fn show_scenario(
        &self,
        file: &ScenarioFile,
        scenario: &Scenario,
        profile: Profile,
        ended: Option<String>,
    ) -> Result<(), Error> {
        if !self.is_wanted() {
            return Ok(());
        }
        let settings = host::Settings::default();
        let (start, actions, failures) =
            Rehearsal::played(&file.name, scenario, profile, &mut settings.arrange())
                .map_err(|found| Error::Scenario(render(&found, &file.source)))?;
        let ended = ended.unwrap_or_else(|| match failures.last() {
            None => "a run that passed".to_owned(),
            Some(failure) => format!("a run that failed: {}", failure.message),
        });
        let about = format!(
            "{} in {profile}: {ended}. Nothing can be changed here.",
            file.name
        );
        self.show(replayed(start, actions, settings), about)
    }
}

/// A lab in which these actions have happened.
fn replayed(start: Rehearsal, actions: Vec<Action>, settings: host::Settings) -> Lab {
    let mut lab = Lab::new(start, settings);
    lab.remember();
    for action in actions {
        lab.act(Origin::Scenario, action);
    }
    lab
}
