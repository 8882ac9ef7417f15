//! The console: one lab as pages for a browser, in the words of the admins' own tools.
//!
//! [`Console::respond`] is all of it, as one function from a request to its response: pages are
//! made here, of a [`Lab`] and of what the console remembers between requests. It opens no socket
//! and reads no clock; `host::Serving::open` puts it on an address.
//!
//! ```
//! use console::{Console, Settings};
//! use host::{Lab, Settings as LabSettings};
//! use mock_cloud::server::Request;
//! # use sim::rehearse::{Prelude, Rehearsal};
//! # let words = sim::run::known();
//! # let source = "scenario: One person\nworld: { profile: entra-2026, ad: { ann: {} } }\n\
//! #     check: { finally: [converged] }\n";
//! # let scenario = sim::run::load("one.yaml", source, &words).map_err(|_| "no scenario")?;
//! # let settings = LabSettings::default();
//! # let rehearsal = Rehearsal::of_scenario("one.yaml", &scenario, mock_cloud::Profile::Entra2026,
//! #     Prelude::Mess, &mut settings.arrange()).map_err(|_| "no world")?;
//! let mut lab = Lab::new(rehearsal, settings);
//! let mut console = Console::new(Settings::local("secret"));
//! let mut request = Request::new("GET", "/cloud/users");
//! request.host = "127.0.0.1:8080".to_owned();
//! let response = console.respond(&mut lab, &request);
//! assert_eq!(response.status, 200);
//! # Ok::<(), &str>(())
//! ```
//!
//! # Map
//!
//! - `guard`: who may ask; `answer`: headers that keep a browser to this console
//! - `pages`: one module for each entry of the rail
//! - `act`: forms into actions; `equal`: what an action is in PowerShell and in Graph
//! - `runs`, `preview`, `draft`, `branch`, `triple`: what pages show, found out without a page
//! - `class`: the page of an instructor, over many learners
//! - `practice`: a learner at work on a lab; what they do besides changing the world
//! - `desk`, `rows`: what is remembered, so that a page costs the same at a hundred thousand users

mod act;
mod answer;
mod at;
mod class;
mod desk;
mod draft;
mod equal;
mod frame;
mod guard;
mod pages;
mod posts;
mod practice;
mod preview;
mod query;
mod rows;
mod runs;
mod scene;
#[cfg(test)]
mod tests;
mod triple;
mod words;

use std::time::Duration;

use host::Lab;
use mock_cloud::server::{Request, Response};

pub use crate::class::{Seat, class};
pub use crate::practice::{Note, Offer, Practice, Terms};

use crate::at::At;
use crate::desk::Desk;
use crate::query::Query;
use crate::scene::Scene;

/// How a console is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What a browser has to bring along; `None` on this machine itself.
    pub token: Option<String>,
    /// What every form carries, so that no other site can send one.
    pub form_key: String,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// What is said about the world on every page, such as how a run ended.
    pub about: Option<String>,
}

impl Settings {
    /// For browsers on this machine only.
    pub fn local(form_key: impl Into<String>) -> Self {
        Self {
            token: None,
            form_key: form_key.into(),
            read_only: false,
            about: None,
        }
    }
}

/// A console over a lab: what it remembers between requests.
#[derive(Debug)]
pub struct Console {
    settings: Settings,
    desk: Desk,
    practice: Option<Box<dyn Practice>>,
    offers: Vec<Offer>,
}

/// What is beside the world: how it is served, and who works on what.
#[derive(Clone, Copy)]
struct Around<'a> {
    settings: &'a Settings,
    practice: Option<&'a dyn Practice>,
    offers: &'a [Offer],
}

const STYLE: &str = include_str!("../assets/console.css");
const SCRIPT: &str = include_str!("../assets/console.js");

/// How long a browser waits for news before it is looked again.
const PAUSE: Duration = Duration::from_millis(150);

impl Console {
    /// A console that has not looked at anything yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            desk: Desk::default(),
            practice: None,
            offers: Vec::new(),
        }
    }

    /// The same console for a learner who works on a lab, whose world it shows.
    #[must_use]
    pub fn with_practice(mut self, practice: Box<dyn Practice>) -> Self {
        self.practice = Some(practice);
        self
    }

    /// The same console with labs to start.
    #[must_use]
    pub fn with_offers(mut self, offers: Vec<Offer>) -> Self {
        self.offers = offers;
        self
    }

    /// Sorts and writes down what pages list and search, so that the first of them need not.
    pub fn warm(&mut self, lab: &mut Lab) {
        lab.remember();
        self.desk.runs.follow(lab);
        let around = around(&self.settings, self.practice.as_deref(), &self.offers);
        if let Some(scene) = scene(around, &self.desk, lab, "/", Query::default()) {
            self.desk.warm(&scene);
        }
    }

    /// Answers a request.
    pub fn respond(&mut self, lab: &mut Lab, request: &Request) -> Response {
        if let Err(refused) = guard::admit(&self.settings, request) {
            return refused;
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("GET" | "HEAD", "/console.css") => answer::file("text/css; charset=utf-8", STYLE),
            ("GET" | "HEAD", "/console.js") => {
                answer::file("text/javascript; charset=utf-8", SCRIPT)
            }
            ("GET" | "HEAD", "/icon.svg") => answer::file("image/svg+xml", frame::ICON),
            ("GET" | "HEAD", "/") if self.practice.is_some() => answer::redirect("/labs"),
            ("GET" | "HEAD", "/") => answer::redirect("/operations"),
            ("GET", "/live") => live(lab, request),
            ("GET" | "HEAD", _) => self.page(lab, request),
            ("POST", path) => {
                let form = Query::parse(&String::from_utf8_lossy(&request.body));
                self.post(lab, path, &form)
            }
            _ => answer::refused(405, "only GET and POST are known here"),
        }
    }

    /// Takes in what the learner has done elsewhere.
    fn follow(&mut self) -> Result<(), Response> {
        let followed = self.practice.as_mut().map_or(Ok(()), |it| it.follow());
        followed.map_err(|why| answer::refused(500, &why))
    }

    fn post(&mut self, lab: &mut Lab, path: &str, form: &Query) -> Response {
        lab.remember();
        self.desk.runs.follow(lab);
        if let Err(broken) = self.follow() {
            return broken;
        }
        if path.starts_with("/labs/") {
            return match &mut self.practice {
                Some(_) if self.settings.read_only => {
                    answer::refused(403, "this console only shows")
                }
                Some(practice) => {
                    practice::post(practice.as_mut(), &mut self.desk, lab, path, form)
                }
                None => answer::refused(404, "no lab is worked on here"),
            };
        }
        let around = around(&self.settings, self.practice.as_deref(), &self.offers);
        posts::post(around, &mut self.desk, lab, path, form)
    }

    fn page(&mut self, lab: &mut Lab, request: &Request) -> Response {
        lab.remember();
        self.desk.runs.follow(lab);
        if let Err(broken) = self.follow() {
            return broken;
        }
        let query = Query::parse(&request.query);
        let path = query::decode(&request.path);
        let around = around(&self.settings, self.practice.as_deref(), &self.offers);
        let Some(scene) = scene(around, &self.desk, lab, &path, query) else {
            return answer::refused(404, "there is no such moment");
        };
        if let Some(list) = path
            .strip_prefix("/cloud/")
            .and_then(|it| it.strip_suffix(".csv"))
        {
            return match pages::cloud_csv(&scene, &mut self.desk, list) {
                Some(body) => answer::csv(body),
                None => answer::refused(404, "there is no such list"),
            };
        }
        if path == "/errors.csv" {
            return answer::csv(pages::errors_csv(&scene, &mut self.desk));
        }
        let page = pages::page(&scene, &mut self.desk);
        answer::html(page.status, frame::frame(&scene, &page))
    }
}

const fn around<'a>(
    settings: &'a Settings,
    practice: Option<&'a dyn Practice>,
    offers: &'a [Offer],
) -> Around<'a> {
    Around {
        settings,
        practice,
        offers,
    }
}

/// What a request looks at; `None` where there is no such moment.
fn scene<'a>(
    around: Around<'a>,
    desk: &Desk,
    lab: &'a Lab,
    path: &str,
    query: Query,
) -> Option<Scene<'a>> {
    let at = match query.get("at") {
        None => At::Now,
        Some(text) => text.parse().ok()?,
    };
    let world = match at {
        At::Now => lab.world().clone(),
        At::Entry(entries) => lab.world_after(entries)?,
        At::Branch(number) => desk.branch(number)?.world.clone(),
    };
    Some(Scene {
        lab,
        world,
        at,
        query,
        path: path.to_owned(),
        key: &around.settings.form_key,
        read_only: around.settings.read_only,
        about: around.settings.about.as_deref(),
        practice: around.practice,
        offers: around.offers,
    })
}

/// Tells a browser that the journal has grown, as soon as it has.
fn live(lab: &Lab, request: &Request) -> Response {
    let query = Query::parse(&request.query);
    let last = request.header_value("last-event-id");
    let seen = last
        .and_then(|id| id.parse().ok())
        .or(query.number("since"));
    let position = lab.journal().len();
    if seen.is_none_or(|seen: usize| seen == position) {
        return Response {
            again: Some(PAUSE),
            ..Response::default()
        };
    }
    let what = lab.journal().last().map_or("", |entry| entry.what.as_str());
    let what = what.replace(['\r', '\n'], " ");
    answer::event(format!(
        "retry: 300\nid: {position}\nevent: moved\ndata: {position} {what}\n\n"
    ))
}
