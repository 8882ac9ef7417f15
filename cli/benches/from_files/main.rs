//! From files to report: `predict` and `plan` as people run them, `import` of an export with one
//! broken line, and `serve` killed and started again, each beside one pass over the same files.
//!
//! `cargo bench -p dirsync-lab` runs it with 100,000 people, of whom 5,000 are in a conflict where
//! `plan` is measured, and 20 kills; `cargo bench -p dirsync-lab -- 10000 500 100` with other
//! numbers.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

mod restart;
mod snapshot;

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().filter_map(|word| word.parse().ok());
    let people: u64 = numbers.next().unwrap_or(100_000);
    let conflicts: u64 = numbers.next().unwrap_or(people / 20);
    println!("{people} people\n\n| what | measured | of the reference |\n|---|---|---|");
    measure("predict", people, 0)?;
    measure("plan", people, conflicts)?;
    broken(people)?;
    let kills = numbers.next().unwrap_or(20);
    restart::restart(people, kills)
}

/// Imports an export of which one line is broken, which has to be named.
fn broken(people: u64) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    snapshot::write(directory.path(), people, 0)?;
    let path = directory.path().join("ad.ldif");
    let mut text = fs::read_to_string(&path)?;
    let half = text.len() / 2;
    let place = text[half..].find("\n\n").map_or(half, |at| half + at + 1);
    let line = text[..place].matches('\n').count() + 1;
    text.insert_str(place, "this line is broken\n");
    fs::write(&path, text)?;
    let start = Instant::now();
    black_box(pass(directory.path())?);
    let reference = start.elapsed();
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_dirsync-lab"))
        .arg("import")
        .arg("--ad")
        .arg(&path)
        .arg("--cloud")
        .arg(directory.path().join("cloud"))
        .arg("--output")
        .arg(directory.path().join("snapshot"))
        .output()?;
    let took = start.elapsed();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(&format!("ad.ldif:{line}\n")), "{told}");
    assert_eq!(output.status.code(), Some(2), "{told}");
    row(
        "reference: one pass over the files of `import`",
        reference,
        reference,
    );
    row("`import`, one broken line", took, reference);
    Ok(())
}

/// Measures one command on a snapshot of its own.
fn measure(command: &str, people: u64, conflicts: u64) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    snapshot::write(directory.path(), people, conflicts)?;
    let start = Instant::now();
    black_box(pass(directory.path())?);
    let reference = start.elapsed();
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_dirsync-lab"))
        .arg(command)
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let took = start.elapsed();
    // 1 says that there is something to see to, which there is.
    assert!(status.code().is_some_and(|code| code <= 1), "{status}");
    row(
        &format!("reference: one pass over the files of `{command}`"),
        reference,
        reference,
    );
    row(
        &format!("`{command}`, {conflicts} conflicts"),
        took,
        reference,
    );
    Ok(())
}

/// Reads every file once and hashes what is in it.
fn pass(directory: &Path) -> io::Result<u64> {
    let cloud = directory.join("cloud");
    let mut files: Vec<PathBuf> = Vec::new();
    for place in [directory, &cloud] {
        for entry in fs::read_dir(place)? {
            files.push(entry?.path());
        }
    }
    let mut files = files.iter().filter(|file| file.is_file());
    files.try_fold(0, |sum, file| {
        Ok(store::mix(sum, store::hash_bytes(&fs::read(file)?)))
    })
}

fn row(what: &str, took: Duration, reference: Duration) {
    let ratio = took.as_secs_f64() / reference.as_secs_f64();
    println!("| {what} | {:.2} s | {ratio:.0} |", took.as_secs_f64());
}
