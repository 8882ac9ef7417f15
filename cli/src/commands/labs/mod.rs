//! `lab`: messes to repair, for those who learn.

mod class;
mod prove;
mod results;
mod serve;
mod shell;
mod start;
mod work;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::error::Error;
use crate::exit::Exit;
use crate::labs::Desk;
use crate::report;

/// Learn on a mess: start a lab, repair it, have it checked.
///
/// A lab is a world with something wrong in it, a brief with the messages as they really arrive,
/// and a goal. The learner works with `show`, `do` and `sync`, or serves the world and works
/// with any LDAP or Graph client; `check` says how each part of the goal stands and what cost
/// points. Names, addresses and defects are drawn anew for each learner. Everything is kept in the
/// folder `.lab` of the directory.
#[derive(Debug, Args)]
pub(crate) struct Lab {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(start::List),
    Start(start::Start),
    Brief(start::Brief),
    Show(work::Show),
    Do(work::Do),
    Sync(work::Sync),
    Predict(work::Predict),
    Undo(work::Undo),
    Check(results::Check),
    Hint(work::Hint),
    Solve(start::Solve),
    Reset(start::Reset),
    Status(results::Status),
    Report(results::Report),
    Serve(serve::Serve),
    Shell(shell::Shell),
    Class(class::Class),
    Test(prove::Test),
    /// Print the JSON Schema of lab files.
    Schema,
}

impl Lab {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        match &self.command {
            Command::List(command) => command.run(),
            Command::Start(command) => command.run(),
            Command::Brief(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Do(command) => command.run(),
            Command::Sync(command) => command.run(),
            Command::Predict(command) => command.run(),
            Command::Undo(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Hint(command) => command.run(),
            Command::Solve(command) => command.run(),
            Command::Reset(command) => command.run(),
            Command::Status(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Shell(command) => command.run(),
            Command::Class(command) => command.run(),
            Command::Test(command) => command.run(),
            Command::Schema => {
                report::print(&sim::lab::schema_json());
                Ok(Exit::Success)
            }
        }
    }
}

/// Where the learner works.
#[derive(Debug, Args)]
struct Where {
    /// The directory that the learner works in.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

impl Where {
    fn open(&self) -> Result<Desk, Error> {
        Desk::open(&self.dir)
    }
}
