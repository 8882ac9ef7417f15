//! Runs all scenarios below a folder, each in all its profiles, and names those that do not hold.
//!
//! The smallest program that does so, for whoever changes a rule and wants to know soon:
//! `cargo run -p sim --example scenarios`. `dirsync-lab run` says far more.

#![expect(
    clippy::disallowed_methods,
    reason = "a program of its own reads files"
)]
#![expect(clippy::print_stdout, reason = "this is what it says")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sim::run::{known, load, run};

/// All files below a folder, in a fixed order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let below = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    paths.into_iter().flat_map(below).collect()
}

fn main() -> ExitCode {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "scenarios".to_owned());
    let words = known();
    let (mut held, mut failed) = (0, 0);
    for path in files(Path::new(&folder)) {
        let name = path.display().to_string();
        let Ok(source) = fs::read_to_string(&path) else {
            continue;
        };
        if path.extension().is_none_or(|end| end != "yaml") || sim::lab::is_lab(&source) {
            continue;
        }
        let Ok(scenario) = load(&name, &source, &words) else {
            println!("{name} can't be read");
            failed += 1;
            continue;
        };
        for profile in scenario.profiles() {
            if run(&name, &scenario, profile.into()).failures.is_empty() {
                held += 1;
            } else {
                println!("{name} does not hold in {}", profile.name());
                failed += 1;
            }
        }
    }
    println!("{held} hold, {failed} do not");
    if failed == 0 && held > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
