//! `lab list`, `start`, `brief`, `reset` and `solve`.

use std::path::PathBuf;

use clap::Args;
use mock_cloud::Profile;
use sim::run::{Words, known};

use super::Where;
use crate::error::Error;
use crate::exit::Exit;
use crate::files::ScenarioFile;
use crate::labs::{Begun, Desk, Entry, all, find, read};
use crate::report::{self, labs as words};

/// List the labs that come with the program, or those in files and directories.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Lab files, or directories of them.
    paths: Vec<PathBuf>,
    /// Print a table in Markdown, as docs/labs.md has it.
    #[arg(long)]
    markdown: bool,
}

impl List {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let known = known();
        let mut labs = Vec::new();
        for file in all(&self.paths)? {
            let lab = read(&file, 1, &known)?;
            labs.push((file.name, lab));
        }
        if labs.is_empty() {
            report::note("there is no lab\n");
            return Ok(Exit::NothingSelected);
        }
        report::print(&if self.markdown {
            words::table(&labs)
        } else {
            words::list(&labs)
        });
        Ok(Exit::Success)
    }
}

/// Start a lab in this directory, and print its brief.
#[derive(Debug, Args)]
pub(super) struct Start {
    /// Its name, such as `L02` or `two-janes`, or a file.
    lab: String,
    #[command(flatten)]
    place: Where,
    /// What names, addresses and the defect are drawn from [default: drawn].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    how: How,
    /// Who learns, for the report.
    #[arg(long, value_name = "NAME")]
    learner: Option<String>,
}

impl Start {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let known = known();
        let file = find(&self.lab, &known)?;
        let seed = self.seed.map_or_else(drawn, Ok)?;
        let begun = self.how.begun(&file, seed, self.learner.clone(), &known)?;
        let desk = Desk::begin(&self.place.dir, file, begun)?;
        report::print(&words::brief(&desk.session, &desk.begun));
        report::note(words::FIRST_STEPS);
        Ok(Exit::Success)
    }
}

/// How a lab is played.
#[derive(Debug, Clone, Args)]
pub(super) struct How {
    /// The era; the newest that the lab is written for, by default.
    #[arg(long)]
    profile: Option<Profile>,
    /// No undoing, no hints, no starting again.
    #[arg(long)]
    exam: bool,
    /// Errors come as the messages that really arrive; no rule and no reason is told.
    #[arg(long)]
    incident: bool,
}

impl How {
    /// The beginning of a lab for a seed; in the newest era that it is played in, by default.
    pub(super) fn begun(
        &self,
        file: &ScenarioFile,
        seed: u64,
        learner: Option<String>,
        words: &Words,
    ) -> Result<Begun, Error> {
        let profiles = read(file, seed, words)?.profiles();
        let profile = match self.profile {
            None => profiles.iter().copied().max().unwrap_or(Profile::Entra2026),
            Some(wanted) if profiles.contains(&wanted) => wanted,
            Some(wanted) => {
                let names: Vec<&str> = profiles.iter().map(|it| it.name()).collect();
                return Err(Error::Usage {
                    message: format!("this lab is not played in {wanted}"),
                    help: format!("it is played in {}", names.join(", ")),
                });
            }
        };
        Ok(Begun {
            file: file.name.clone(),
            seed,
            profile: profile.name().to_owned(),
            exam: self.exam,
            incident: self.incident,
            learner,
        })
    }

    /// What was begun otherwise than is asked for now, as it was begun; an era counts only where
    /// one is asked for.
    pub(super) fn differs(&self, begun: &Begun) -> Option<String> {
        let mode = |on: bool, name: &str| format!("{} {name}", if on { "with" } else { "without" });
        if begun.exam != self.exam {
            return Some(mode(begun.exam, "--exam"));
        }
        if begun.incident != self.incident {
            return Some(mode(begun.incident, "--incident"));
        }
        let other = self.profile.filter(|it| it.name() != begun.profile);
        other.map(|_| format!("with --profile {}", begun.profile))
    }
}

/// A seed that is easy to type again.
pub(super) fn drawn() -> Result<u64, Error> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| Error::Usage {
        message: format!("no seed can be drawn: {error}"),
        help: "give one with `--seed`".to_owned(),
    })?;
    Ok(u64::from(u32::from_le_bytes(bytes) % 1_000_000))
}

/// Print the brief again: who asks for what, and the messages that arrived.
#[derive(Debug, Args)]
pub(super) struct Brief {
    #[command(flatten)]
    place: Where,
}

impl Brief {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let desk = self.place.open()?;
        report::print(&words::brief(&desk.session, &desk.begun));
        Ok(Exit::Success)
    }
}

/// Begin the lab anew: everything that was done is forgotten.
#[derive(Debug, Args)]
pub(super) struct Reset {
    #[command(flatten)]
    place: Where,
    /// Draw other names, and perhaps another defect, from this seed.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

impl Reset {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        desk.refuse_in_exam("it can't be begun anew")?;
        desk.refuse_while_served()?;
        let seed = self.seed.unwrap_or(desk.begun.seed);
        desk.reset(seed)?;
        report::note(&format!("begun anew with seed {seed}\n"));
        if self.seed.is_some() {
            report::print(&words::brief(&desk.session, &desk.begun));
        }
        Ok(Exit::Success)
    }
}

/// Print a solution with its reasons. That ends the scoring: it costs all points.
#[derive(Debug, Args)]
pub(super) struct Solve {
    #[command(flatten)]
    place: Where,
}

impl Solve {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desk = self.place.open()?;
        desk.refuse_in_exam("the solution is not shown")?;
        desk.enter(&Entry::Shown(true))?;
        report::print(&words::solution(&desk.session));
        Ok(Exit::Success)
    }
}
