//! A server that keeps its state, killed under load and started again.

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{pass, row, snapshot};

/// So many clients write at a time.
const CLIENTS: u64 = 2;

/// Kills the server so many times while clients write, looks for what was acknowledged, and tells
/// how long it took until it listened again.
pub(crate) fn restart(people: u64, kills: u64) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let world = directory.path().join("world");
    snapshot::write(&world, people, 0)?;
    let start = Instant::now();
    black_box(pass(&world)?);
    let reference = start.elapsed();
    let (first, server, _) = serve(directory.path(), Some(&world))?;
    end(server)?;
    let mut times = Vec::new();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..kills {
        let (took, server, ready) = serve(directory.path(), None)?;
        times.push(took);
        // At another place each time, while requests are under way.
        let enough = 5 + (round as usize * 7) % 40;
        let written = AtomicUsize::new(0);
        acknowledged.extend(thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let (ready, written) = (&ready, &written);
                    scope.spawn(move || write(ready, round * CLIENTS + client, written))
                })
                .collect();
            let writes = || clients.iter().any(|client| !client.is_finished());
            while written.load(Ordering::Relaxed) < enough && writes() {
                thread::yield_now();
            }
            let ended = end(server);
            let done = clients.into_iter().filter_map(|it| it.join().ok());
            let all: Vec<String> = done.flatten().collect();
            ended.map(|()| all)
        })?);
    }
    let (took, server, ready) = serve(directory.path(), None)?;
    times.push(took);
    let lost = acknowledged
        .iter()
        .filter(|id| !is_there(&ready, id))
        .count();
    end(server)?;
    assert_eq!(lost, 0, "of {} acknowledged writes", acknowledged.len());
    times.sort_unstable();
    row(
        "reference: one pass over the files of `serve`",
        reference,
        reference,
    );
    row("`serve --state`, begun", first, reference);
    let written = acknowledged.len();
    let median = times[times.len() / 2];
    let longest = times[times.len() - 1];
    row(
        &format!("... killed {kills} times, {written} writes: median"),
        median,
        reference,
    );
    row("... the longest", longest, reference);
    Ok(())
}

fn end(mut server: Child) -> io::Result<()> {
    server.kill()?;
    server.wait().map(drop)
}

/// Starts the server; gives how long it took until it listened, and what it says then.
fn serve(directory: &Path, world: Option<&Path>) -> io::Result<(Duration, Child, Value)> {
    let ready = directory.join("ready.json");
    if ready.exists() {
        fs::remove_file(&ready)?;
    }
    let start = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_dirsync-lab"))
        .arg("serve")
        .args(world)
        .arg("--state")
        .arg(directory.join("state"))
        .arg("--ready")
        .arg(&ready)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    while !ready.exists() {
        assert!(server.try_wait()?.is_none(), "the server ended");
        // The file appears when it appears; nothing else is waited for.
        thread::sleep(Duration::from_millis(2));
    }
    let took = start.elapsed();
    let said = serde_json::from_slice(&fs::read(&ready)?)?;
    Ok((took, server, said))
}

/// Adds users until the server is gone; gives the ids of those it acknowledged.
fn write(ready: &Value, client: u64, written: &AtomicUsize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0.. {
        let name = format!("new{client}x{number}");
        let user = json!({
            "accountEnabled": true,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": format!("{name}@bench.example"),
            "passwordProfile": { "password": "Correct-horse-7" },
        });
        let answer = ureq::post(format!("{}/v1.0/users", text(ready, "graph")))
            .header("Authorization", format!("Bearer {}", text(ready, "token")))
            .header("Content-Type", "application/json")
            .send(user.to_string());
        let Ok(mut answer) = answer else { break };
        let Ok(body) = answer.body_mut().read_to_string() else {
            break;
        };
        let made: Value = serde_json::from_str(&body).unwrap_or_default();
        ids.extend(made["id"].as_str().map(str::to_owned));
        written.fetch_add(1, Ordering::Relaxed);
    }
    ids
}

fn is_there(ready: &Value, id: &str) -> bool {
    ureq::get(format!("{}/v1.0/users/{id}", text(ready, "graph")))
        .header("Authorization", format!("Bearer {}", text(ready, "token")))
        .call()
        .is_ok()
}

fn text<'a>(ready: &'a Value, key: &str) -> &'a str {
    ready[key].as_str().unwrap_or_default()
}
