//! `cargo xtask mutants`: plants a fault, runs all scenarios, and says whether any turned red.
//!
//! With `--tests` the unit tests of the crate judge that the fault is in: they are built sooner.
//!
//! The faults are data, `xtask/mutants.txt`. The sources are copied below the target directory and
//! changed there, so the working tree stays as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::setup::Workshop;

/// One planted fault.
#[derive(Debug, PartialEq, Eq)]
struct Mutant {
    title: String,
    file: String,
    from: String,
    to: String,
}

/// What came of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Caught,
    Survived,
    DoesNotCompile,
    DoesNotApply,
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::Survived => "SURVIVED",
            Self::DoesNotCompile => "does not compile",
            Self::DoesNotApply => "does not apply",
        }
    }
}

/// Reads the list: a title, a file, then as many lines to replace as lines that replace them.
fn read(text: &str) -> Vec<Mutant> {
    let blocks = text.split("\n\n").map(|block| {
        let lines: Vec<&str> = block
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .collect();
        lines
    });
    blocks
        .filter_map(|lines| {
            let (head, rest) = lines.split_at_checked(2)?;
            let (from, to) = rest.split_at(rest.len() / 2);
            let joined = |lines: &[&str]| lines.join("\n");
            Some(Mutant {
                title: head[0].to_owned(),
                file: head[1].to_owned(),
                from: joined(from),
                to: joined(to),
            })
        })
        .filter(|mutant| !mutant.from.is_empty())
        .collect()
}

/// Who has to notice a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// All scenarios.
    Scenarios,
    /// The unit tests of the crate that it is in.
    Tests,
}

/// Plants the faults whose title contains one of the texts, or all of them where there is no text,
/// one after the other.
pub(crate) fn run(workshop: &Workshop, judge: Judge, wanted: &[&str]) -> Result<(), Failure> {
    let list = workshop.root.join("xtask/mutants.txt");
    let text = fs::read_to_string(&list).map_err(|error| Failure::Directory {
        path: list.display().to_string(),
        error,
    })?;
    let copy = workshop.tools().join("mutants");
    copy_sources(workshop, &copy)?;
    if judge == Judge::Scenarios && by_scenarios(workshop, &copy) != Outcome::Survived {
        return Err(Failure::Check {
            title: "the scenarios without any fault",
            status: "some do not hold".to_owned(),
            command: "cargo run -p sim --example scenarios".to_owned(),
        });
    }
    let mut survivors = 0;
    let is_wanted =
        |it: &&Mutant| wanted.is_empty() || wanted.iter().any(|text| it.title.contains(text));
    for mutant in read(&text).iter().filter(is_wanted) {
        let outcome = plant(workshop, &copy, mutant, judge);
        survivors += usize::from(outcome != Outcome::Caught);
        eprintln!("{:>16}  {}", outcome.word(), mutant.title);
    }
    eprintln!("\n{survivors} not caught");
    Ok(())
}

fn plant(workshop: &Workshop, copy: &Path, mutant: &Mutant, by: Judge) -> Outcome {
    let path = copy.join(&mutant.file);
    let Ok(sound) = fs::read_to_string(&path) else {
        return Outcome::DoesNotApply;
    };
    if sound.matches(&mutant.from).count() != 1 {
        return Outcome::DoesNotApply;
    }
    if fs::write(&path, sound.replacen(&mutant.from, &mutant.to, 1)).is_err() {
        return Outcome::DoesNotApply;
    }
    let outcome = match by {
        Judge::Scenarios => by_scenarios(workshop, copy),
        Judge::Tests => by_tests(workshop, copy, &mutant.file),
    };
    if fs::write(&path, sound).is_err() {
        return Outcome::DoesNotApply;
    }
    outcome
}

/// Runs a command of cargo on the copy; says whether it went well.
fn cargo(workshop: &Workshop, copy: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new(&workshop.cargo);
    command.current_dir(copy).args(arguments);
    // Warnings, such as of code that is not reached any more, are no errors here.
    command.env("CARGO_TARGET_DIR", copy.join("target"));
    command.env("RUSTFLAGS", "--cap-lints=allow");
    // Each fault is built once and runs for seconds.
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "0");
    command.env("CARGO_PROFILE_DEV_DEBUG", "false");
    let output = command.output();
    output.is_ok_and(|output| output.status.success())
}

fn by_tests(workshop: &Workshop, copy: &Path, file: &str) -> Outcome {
    let package = file.split('/').next().unwrap_or_default();
    let mut arguments = vec!["test", "--quiet", "--lib", "--no-default-features"];
    arguments.extend(["--package", package]);
    let build = [&arguments[..], &["--no-run"]].concat();
    if !cargo(workshop, copy, &build) {
        return Outcome::DoesNotCompile;
    }
    if cargo(workshop, copy, &arguments) {
        Outcome::Survived
    } else {
        Outcome::Caught
    }
}

fn by_scenarios(workshop: &Workshop, copy: &Path) -> Outcome {
    let cargo = |arguments: &[&str]| cargo(workshop, copy, arguments);
    let program = ["--quiet", "--package", "sim", "--example", "scenarios"];
    if !cargo(&[&["build"], &program[..]].concat()) {
        return Outcome::DoesNotCompile;
    }
    if cargo(&[&["run"], &program[..]].concat()) {
        Outcome::Survived
    } else {
        Outcome::Caught
    }
}

/// Copies what git tracks; what is the same stays untouched, so that little is built anew.
fn copy_sources(workshop: &Workshop, copy: &Path) -> Result<(), Failure> {
    let output = Command::new("git")
        .current_dir(&workshop.root)
        .args(["ls-files", "-z"])
        .output();
    let output = output.map_err(|error| Failure::Start {
        command: "git ls-files".to_owned(),
        error,
    })?;
    let names = String::from_utf8_lossy(&output.stdout);
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (workshop.root.join(name), copy.join(name));
        let Ok(bytes) = fs::read(&from) else {
            continue;
        };
        if fs::read(&to).is_ok_and(|known| known == bytes) {
            continue;
        }
        let parent = to.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&to, bytes));
        written.map_err(|error| Failure::Directory {
            path: to.display().to_string(),
            error,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_stands_in_its_file_once() {
        let root = Workshop::here().root;
        let text = fs::read_to_string(root.join("xtask/mutants.txt")).unwrap();
        let all = read(&text);
        assert!(all.len() > 30, "{}", all.len());
        for mutant in all {
            let source = fs::read_to_string(root.join(&mutant.file)).unwrap();
            let times = source.matches(&mutant.from).count();
            assert_eq!(times, 1, "{}: {}", mutant.title, mutant.from);
            assert_ne!(mutant.from, mutant.to, "{}", mutant.title);
        }
    }
}
