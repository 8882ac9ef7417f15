//! `dirsync-lab`: rehearse directory synchronisation between Active Directory and Microsoft
//! Entra ID.
//!
//! This crate is the edge: it reads files, prints reports and sets exit codes. Everything that
//! decides anything is in `sim`.

mod browser;
mod capture;
mod child;
mod commands;
mod control;
mod emit;
mod error;
mod exit;
mod files;
mod lab;
mod labs;
mod parallel;
mod report;
mod script;
mod store;
mod switches;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Cli;
use crate::exit::Exit;

/// Threads that read, build and drop large worlds beside each other would wait for one another in
/// the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            // A closed standard error can't be told about.
            let _ = writeln!(anstream::stderr(), "{error}");
            Exit::Usage.into()
        }
    }
}
