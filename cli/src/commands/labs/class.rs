//! `lab class`: a world for each learner of a class, in one process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use console::{Seat, class};
use host::Listen;
use mock_cloud::server::Request;
use serde_json::{Value, json};
use sim::run::known;

use super::serve::Served;
use super::start::{How, drawn};
use crate::commands::serve::{refused, wait_for_interrupt};
use crate::error::Error;
use crate::exit::Exit;
use crate::lab::LabArguments;
use crate::labs::{Desk, find, read};
use crate::report::lab_reports;
use crate::{browser, files, report};

/// Serve a lab to a class: each learner has a world, names and a defect of their own, with a
/// console, LDAP, Graph and a control API; the instructor has a page with everybody on it.
///
/// The roster is a text file with one name a line. A learner's directory is made in `--dir` when
/// they come first; the same command goes on with it, and `lab report DIR` reports on all. Who is
/// to have which address is printed, and written to links.csv in `--dir`.
#[derive(Debug, Args)]
pub(super) struct Class {
    /// A text file with the name of a learner in each line; what follows a comma is left out.
    roster: PathBuf,
    /// The lab: its name, such as L02 or two-janes, or a file.
    #[arg(long)]
    lab: String,
    /// Where the directories of the learners are.
    #[arg(long, value_name = "DIR", default_value = "class")]
    dir: PathBuf,
    /// The first learner's seed; each has the next [default: drawn]. Whoever has begun already
    /// goes on with theirs.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    how: How,
    /// The address of this machine to listen at, such as 192.0.2.7 for a class room.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The port of the instructor's page.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Write JSON with the addresses and secrets of everybody here once listening.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
}

/// A learner with the doors of their world.
struct Learner {
    name: String,
    directory: PathBuf,
    served: Served,
}

impl Class {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let names = roster(&self.roster)?;
        let first = self.seed.map_or_else(drawn, Ok)?;
        files::make_directory(&self.dir)?;
        // Everybody's desk is opened before anybody is served.
        let mut desks = Vec::new();
        let mut going_on = 0;
        for (seed, name) in (first..).zip(&names) {
            let directory = self.dir.join(folder(name));
            going_on += usize::from(Desk::is_there(&directory));
            desks.push((directory.clone(), self.desk(&directory, name, seed)?));
        }
        if going_on > 0 {
            report::note(&format!(
                "{going_on} of {} go on where they were\n",
                names.len()
            ));
        }
        let mut learners = Vec::new();
        for ((directory, desk), name) in desks.into_iter().zip(names) {
            let served = self.serve(desk, &directory)?;
            learners.push(Learner {
                name,
                directory,
                served,
            });
        }
        let address = SocketAddr::new(self.listen, self.port);
        let token = LabArguments::drawn()?;
        let settings = browser::settings(address, &token)?;
        let sheet = Mutex::new(Sheet::open(&learners)?);
        let page = settings.clone();
        let answer = move |request: &Request| {
            let mut sheet = sheet.lock().unwrap_or_else(PoisonError::into_inner);
            let seats = sheet.seats();
            class(&page, &sheet.title, &seats, request)
        };
        let running = host::open(address, Box::new(answer)).map_err(|error| refused(&error))?;
        let link = browser::link(&running, address, settings.token.as_deref());
        self.tell(&learners, &link)?;
        wait_for_interrupt()?;
        report::note("stopped\n");
        Ok(Exit::Success)
    }

    /// A learner's desk, as it was left or begun now.
    fn desk(&self, directory: &Path, name: &str, seed: u64) -> Result<Desk, Error> {
        let known = known();
        let file = find(&self.lab, &known)?;
        let begun = self.how.begun(&file, seed, Some(name.to_owned()), &known)?;
        if !Desk::is_there(directory) {
            return Desk::begin(directory, file, begun);
        }
        let desk = Desk::open(directory)?;
        let wanted = read(&file, seed, &known)?.lab;
        let lab = &desk.session.lab().lab;
        if *lab.value != *wanted.value {
            return Err(Error::Usage {
                message: format!("{} holds {lab}, not {wanted}", directory.display()),
                help: "give another --dir for another lab".to_owned(),
            });
        }
        match self.how.differs(&desk.begun) {
            None => Ok(desk),
            Some(how) => Err(Error::Usage {
                message: format!("the lab in {} was begun {how}", directory.display()),
                help: "go on with the options of then, or give another --dir to begin anew"
                    .to_owned(),
            }),
        }
    }

    fn serve(&self, desk: Desk, directory: &Path) -> Result<Served, Error> {
        let free = SocketAddr::new(self.listen, 0);
        let listen = Listen {
            ldap: free,
            ldaps: free,
            global_catalog: None,
            second: None,
            graph: free,
            graph_tls: free,
            control: free,
        };
        Served::start(desk, directory, &listen, Some(free), LabArguments::drawn()?)
    }

    /// Says who has which address.
    fn tell(&self, learners: &[Learner], instructor: &str) -> Result<(), Error> {
        let mut csv = String::from("learner,console,ldap,graph,control,token\r\n");
        let mut all = Vec::new();
        let width = learners.iter().map(|it| it.name.chars().count()).max();
        let width = width.unwrap_or(0);
        for learner in learners {
            let ready = &learner.served.ready;
            let cell = |key: &str| ready[key].as_str().unwrap_or_default().to_owned();
            let keys = ["console", "ldap", "graph", "control", "token"];
            let cells = std::iter::once(learner.name.clone()).chain(keys.map(cell));
            let cells: Vec<String> = cells.map(|it| report::prediction::quoted(&it)).collect();
            csv.push_str(&cells.join(","));
            csv.push_str("\r\n");
            let mut entry = ready.clone();
            entry["learner"] = learner.name.as_str().into();
            entry["directory"] = learner.directory.display().to_string().into();
            all.push(entry);
            report::print(&format!("{:<width$}  {}\n", learner.name, cell("console")));
        }
        let links = self.dir.join("links.csv");
        files::replace(&links, &csv)?;
        if let Some(path) = &self.ready {
            let ready: Value = json!({ "instructor": instructor, "learners": all });
            files::replace(path, &format!("{ready:#}\n"))?;
        }
        report::note(&format!(
            "{} worlds; the class is at {instructor}\nEverybody's addresses are in {} as well; \
             Ctrl-C stops it, `dirsync-lab lab report {}` reports\n",
            learners.len(),
            links.display(),
            self.dir.display()
        ));
        Ok(())
    }
}

/// What an instructor looks at: everybody's journal, read on as it grows.
struct Sheet {
    title: String,
    desks: Vec<(String, String, Desk)>,
}

impl Sheet {
    fn open(learners: &[Learner]) -> Result<Self, Error> {
        let desk = |learner: &Learner| {
            let link = learner.served.link.clone().unwrap_or_default();
            Ok((learner.name.clone(), link, Desk::open(&learner.directory)?))
        };
        let desks = learners
            .iter()
            .map(desk)
            .collect::<Result<Vec<_>, Error>>()?;
        let lab = desks.first().map(|(_, _, desk)| desk.session.lab());
        let title = lab.map_or_else(String::new, |lab| format!("{} {}", lab.lab, lab.title));
        Ok(Self { title, desks })
    }

    fn seats(&mut self) -> Vec<Seat> {
        let seat = |(name, link, desk): &mut (String, String, Desk)| {
            // A journal that can't be read any more is shown as it was last.
            let damaged = desk.catch_up().is_err();
            lab_reports::seat(name, link, desk, damaged)
        };
        self.desks.iter_mut().map(seat).collect()
    }
}

/// The names of a roster.
fn roster(path: &Path) -> Result<Vec<String>, Error> {
    let bytes = files::read(path)?;
    let wrong = |line: usize, message: String, help: &str| Error::Usage {
        message: format!("{}:{line}: {message}", path.display()),
        help: help.to_owned(),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        wrong(
            1,
            "this is no text in UTF-8".to_owned(),
            "write one name in each line",
        )
    })?;
    let mut names: Vec<String> = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    for (place, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let name = line
            .split(',')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches('"');
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        let folder = folder(name);
        if let Some(other) = folders.iter().position(|known| *known == folder) {
            let message = format!("`{name}` would share a directory with `{}`", names[other]);
            return Err(wrong(place + 1, message, "tell them apart, as by a number"));
        }
        names.push(name.to_owned());
        folders.push(folder);
    }
    if names.is_empty() {
        return Err(wrong(
            1,
            "there is nobody in it".to_owned(),
            "write one name in each line",
        ));
    }
    Ok(names)
}

/// A directory's name for a learner, on any system.
fn folder(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let folder: String = name.to_lowercase().chars().map(plain).collect();
    let folder = folder.trim_matches('-');
    if folder.is_empty() {
        "learner".to_owned()
    } else {
        folder.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roster_is_read_and_its_mistakes_are_named() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("roster.csv");
        let read = |text: &str| {
            files::write(&path, text).expect("it is written");
            roster(&path).map_err(|error| error.to_string())
        };
        let names = read("\u{feff}# group 7\r\n\"Ann Ek\",ann@x.example\r\n\r\nBo\n").expect("two");
        assert_eq!(names, ["Ann Ek", "Bo"]);
        assert_eq!(folder("../Ann Ek!"), "ann-ek");
        let twice = read("Ann Ek\nann-ek\n").expect_err("one directory for two");
        assert!(twice.contains(":2: `ann-ek` would share"), "{twice}");
        assert!(read("# nobody\n").is_err());
    }
}
