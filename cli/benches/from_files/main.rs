//! From files to report: `predict` and `plan` as people run them, and `serve` killed and started
//! again, each beside one pass over the same files.
//!
//! `cargo bench -p dirsync-lab` runs it with 100,000 people, of whom 5,000 are in a conflict where
//! `plan` is measured; `cargo bench -p dirsync-lab -- 10000 500` at another size.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

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
    restart(people)
}

/// Kills a server that keeps its state, and measures how long it takes until it listens again.
fn restart(people: u64) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let world = directory.path().join("world");
    snapshot::write(&world, people, 0)?;
    let start = Instant::now();
    black_box(pass(&world)?);
    let reference = start.elapsed();
    let ready = directory.path().join("ready.json");
    let mut took = Duration::ZERO;
    for world in [Some(&world), None] {
        if ready.exists() {
            fs::remove_file(&ready)?;
        }
        let start = Instant::now();
        let mut server = Command::new(env!("CARGO_BIN_EXE_dirsync-lab"))
            .arg("serve")
            .args(world)
            .arg("--state")
            .arg(directory.path().join("state"))
            .arg("--ready")
            .arg(&ready)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        while !ready.exists() {
            assert!(server.try_wait()?.is_none(), "the server ended");
            // The file appears when it appears; nothing else is waited for.
            std::thread::sleep(Duration::from_millis(2));
        }
        took = start.elapsed();
        server.kill()?;
        server.wait()?;
    }
    row(
        "reference: one pass over the files of `serve`",
        reference,
        reference,
    );
    row("`serve --state`, killed and started again", took, reference);
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
