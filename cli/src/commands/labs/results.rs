//! How a learner stands: `lab check`, `status` and `report`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Where;
use crate::error::Error;
use crate::exit::Exit;
use crate::labs::Desk;
use crate::report::lab_reports;
use crate::report::{self, labs as words};

/// Say how each part of the goal stands, and what cost points.
///
/// Exit codes: 0 the goal is reached; 1 it is not; 2 usage.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    place: Where,
}

impl Check {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let desk = self.place.open()?;
        let standing = desk.session.report();
        report::print(&words::check(&desk.session, &desk.begun, &standing));
        Ok(if standing.passed() {
            Exit::Success
        } else {
            Exit::Failure
        })
    }
}

/// Say what was done so far, and what there is to do.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    place: Where,
}

impl Status {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let desk = self.place.open()?;
        report::print(&words::status(&desk.session, &desk.begun));
        Ok(Exit::Success)
    }
}

/// Report on many learners: one line for each directory, for their instructor.
///
/// A directory that holds no lab stands for the directories in it. A learner who was shown the
/// solution, or whose exam does not count, has not passed.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// Directories of learners, or a directory of them.
    #[arg(default_value = ".")]
    directories: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How to print a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For spreadsheets.
    Csv,
    /// For test reports.
    Junit,
}

impl Report {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut desks = Vec::new();
        for directory in &self.directories {
            if Desk::is_there(directory) {
                desks.push((name_of(directory), Desk::open(directory)?));
                continue;
            }
            for inner in crate::files::directories(directory)? {
                if Desk::is_there(&inner) {
                    desks.push((name_of(&inner), Desk::open(&inner)?));
                }
            }
        }
        if desks.is_empty() {
            report::note("no lab was started in any of these directories\n");
            return Ok(Exit::NothingSelected);
        }
        report::print(&match self.format {
            Format::Human => lab_reports::human(&desks),
            Format::Csv => lab_reports::csv(&desks),
            Format::Junit => lab_reports::junit(&desks),
        });
        Ok(Exit::Success)
    }
}

/// A learner's directory as it is called in a report.
fn name_of(directory: &Path) -> String {
    let whole = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let name = whole.components().next_back();
    name.map_or_else(String::new, |name| {
        name.as_os_str().to_string_lossy().into_owned()
    })
}
