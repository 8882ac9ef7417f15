//! The command line.

mod belongs;
mod capture;
mod completions;
mod control;
mod engine;
mod explain;
pub(crate) mod explore;
mod hygiene;
mod import;
mod kit;
mod labs;
pub(crate) mod messes;
pub(crate) mod plan;
mod predict;
pub(crate) mod rehearse;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod shell;
mod what_if;

use clap::{Parser, Subcommand};

use crate::error::Error;
use crate::exit::Exit;

/// Rehearse directory synchronisation between Active Directory and Microsoft Entra ID.
///
/// Exit codes: 0 fine, 1 failed expectation or predicted damage, 2 usage or invalid input,
/// 3 inconclusive, 4 nothing selected, 101 bug.
#[derive(Debug, Parser)]
#[command(name = "dirsync-lab", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read exports of Active Directory and of the tenant into a snapshot.
    Import(import::Import),
    Kit(kit::Kit),
    /// Read a tenant, or a forest, into the files that `import` takes.
    Capture(capture::Capture),
    Belongs(belongs::Belongs),
    Hygiene(hygiene::Hygiene),
    /// Say what the next synchronisation does to each object, and why.
    Predict(predict::Predict),
    /// Run scenarios: build their worlds, apply their steps, check their expectations.
    Run(run::Run),
    Plan(plan::Plan),
    Explore(explore::Explore),
    Replay(explore::Replay),
    /// Check scenarios: their shape, their names, and the hazards that their steps commit.
    Check(run::Check),
    Rehearse(rehearse::Rehearse),
    Serve(Box<serve::Serve>),
    Shell(shell::Shell),
    Lab(labs::Lab),
    Sync(control::Sync),
    Clock(control::Clock),
    Fault(control::Fault),
    Snapshot(control::Snapshot),
    Reset(control::Reset),
    Engine(engine::Engine),
    WhatIf(what_if::WhatIf),
    /// Explain an error, a status, a rule or the profiles.
    Explain(explain::Explain),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Print the manual page.
    Man,
}

impl Cli {
    /// Carries out the command.
    pub(crate) fn run(self) -> Result<Exit, Error> {
        match self.command {
            Command::Import(command) => command.run(),
            Command::Kit(command) => Ok(command.run()),
            Command::Capture(command) => command.run(),
            Command::Belongs(command) => command.run(),
            Command::Hygiene(command) => command.run(),
            Command::Predict(command) => command.run(),
            Command::Run(command) => command.run(),
            Command::Plan(command) => command.run(),
            Command::Explore(command) => command.run(),
            Command::Replay(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Rehearse(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Shell(command) => command.run(),
            Command::Lab(command) => command.run(),
            Command::Sync(command) => command.run(),
            Command::Clock(command) => command.run(),
            Command::Fault(command) => command.run(),
            Command::Snapshot(command) => command.run(),
            Command::Reset(command) => command.run(),
            Command::Engine(command) => command.run(),
            Command::WhatIf(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Schema => Ok(run::schema()),
            Command::Completions(command) => Ok(command.run()),
            Command::Man => completions::man(),
        }
    }
}
