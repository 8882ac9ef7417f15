//! `cargo xtask test`: sets up what the tests need, then runs every check there is.
//!
//! - [`setup`]: the one list of what the tests need besides the sources, and how it is provided
//! - [`checks`]: the checks in order, the first failure stops
//! - [`mutants`]: planted faults, and whether a scenario notices each
//! - [`suites`]: suites that others wrote, against our servers
//! - [`step`]: one command, printed before it runs
//!
//! No shell is involved, so it works the same on Windows.
#![expect(
    clippy::print_stderr,
    reason = "a task runner talks to whoever runs it"
)]

use std::env;
use std::process::ExitCode;

mod checks;
mod mutants;
mod setup;
mod step;
mod suites;

use mutants::Judge;
use setup::Workshop;

const USAGE: &str = "\
usage: cargo xtask <task>

tasks:
  setup  check and install what the tests need
  mutants [--tests] [TEXT...]
         plant the faults of xtask/mutants.txt, or those whose titles have one of the
         texts in them, and say which no scenario notices, or no unit test of the
         crate that the fault is in
  suite NAME [ARGUMENT...]
         run a suite that others wrote against mock-ad: ldap3 or samba
  test   set up, then run formatting, lints, tests, doctests and documentation
  test --heavy
         the same with az and m365 (some 700 and 170 MB) among the clients
  help   this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["setup"] => setup::provide(&Workshop::here(), false).map(drop),
        ["test"] => test(false),
        ["test", "--heavy"] => test(true),
        ["mutants", "--tests", ref wanted @ ..] => {
            mutants::run(&Workshop::here(), Judge::Tests, wanted)
        }
        ["mutants", ref wanted @ ..] => mutants::run(&Workshop::here(), Judge::Scenarios, wanted),
        ["suite", name, ref rest @ ..] => suites::run(&Workshop::here(), name, rest),
        ["help" | "--help" | "-h"] => {
            eprintln!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Sets up, runs every check, and lists what was run.
fn test(heavy: bool) -> Result<(), Failure> {
    let workshop = Workshop::here();
    let provided = setup::provide(&workshop, heavy)?;
    let steps = checks::all(&workshop, &provided, heavy);
    let total = steps.len();
    let mut summary = Vec::new();
    for (done, step) in steps.iter().enumerate() {
        eprintln!("\n[{}/{total}] {}: {step}", done + 1, step.title);
        let seconds = step.run()?.as_secs_f64();
        summary.push(format!("  {seconds:>7.1} s  {}: {step}", step.title));
    }
    eprintln!("\nall {total} checks passed:\n{}", summary.join("\n"));
    Ok(())
}

/// Why a task stopped.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Something the tests need is not there and cannot be provided.
    #[error("{name} is needed {purpose}, but {problem}\nhint: {hint}")]
    Missing {
        name: &'static str,
        purpose: &'static str,
        problem: String,
        hint: &'static str,
    },
    /// A directory of our own cannot be made.
    #[error("failed to create {path}: {error}")]
    Directory { path: String, error: std::io::Error },
    /// A command could not be started.
    #[error("failed to start `{command}`: {error}")]
    Start {
        command: String,
        error: std::io::Error,
    },
    /// There is no suite of a name.
    #[error("`{name}` is no suite\nhint: {known}")]
    Suite { name: String, known: String },
    /// A check did not pass.
    #[error("{title} failed ({status})\nhint: run it alone with `{command}`")]
    Check {
        title: &'static str,
        status: String,
        command: String,
    },
}
