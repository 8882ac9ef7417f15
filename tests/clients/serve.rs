//! `dirsync-lab serve`: one world behind both protocols, driven by its commands, killed and
//! started again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::served::{Served, built};
use crate::tools::{python, root};

/// How often the server is killed, unless DIRSYNC_LAB_KILLS says otherwise.
const KILLS: u32 = 4;

fn mess() -> String {
    let mess = root().join("examples/repair-duplicate/mess.yaml");
    mess.display().to_string()
}

fn serve(options: &[&str]) -> Served {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let mess = mess();
    let arguments = [&["serve", &mess], options].concat();
    Served::start("dirsync-lab", directory, &arguments)
}

/// Runs a command against the server, and gives what it prints.
#[track_caller]
fn say(served: &Served, arguments: &[&str], code: i32) -> String {
    let mut command = Command::new(built("dirsync-lab"));
    command
        .args(arguments)
        .arg("--ready")
        .arg(served.path("ready.json"));
    let output = command.output().expect("the program starts");
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {complained}"
    );
    format!("{}{complained}", String::from_utf8_lossy(&output.stdout))
}

fn told(mut command: Command, served: &Served) -> Command {
    for key in ["ldap", "graph", "base_dn", "bind_dn", "password", "token"] {
        let name = format!("DIRSYNC_LAB_{}", key.to_uppercase());
        command.env(name, served.said(key));
    }
    command
}

#[test]
fn commands_drive_a_running_server() {
    let served = serve(&["--token", "secret"]);
    assert_eq!(served.said("token"), "secret");
    for (arguments, wanted) in [
        (&["clock", "show"][..], "2026-01-05T08:00:00Z"),
        (
            &["sync"],
            "run a delta cycle: nothing to tell (2026-01-05T08:00:00Z)",
        ),
        (
            &["clock", "advance", "31d"],
            "let 31d pass: nothing to tell (2026-02-05",
        ),
        (&["snapshot", "save", "later"], "keep the world as `later`"),
        (
            &["reset"],
            "set the world to its beginning: nothing to tell (2026-01-05",
        ),
        (
            &["snapshot", "restore", "later"],
            "set the world to `later`",
        ),
        (&["snapshot", "list"], "\"later\""),
        (&["sync", "initial"], "run an initial cycle"),
        (
            &["fault", "graph", "429", "--retry-after", "1"],
            "\"planned\": 1",
        ),
        (
            &["fault", "ldap", "busy", "--request", "add"],
            "\"planned\": 2",
        ),
        (&["fault", "chaos", "7"], "\"planned\": 3"),
        (
            &["fault", "throttle", "40"],
            "40 resource units in 10 s, writes are seen up to 3000 ms late (seed 7)",
        ),
        (
            &["fault", "lag", "500", "--seed", "2"],
            "up to 500 ms late (seed 2)",
        ),
        (&["fault", "clear"], "\"planned\": 0"),
    ] {
        let said = say(&served, arguments, 0);
        assert!(said.contains(wanted), "{arguments:?} says {said}");
    }
    let said = say(&served, &["snapshot", "restore", "never"], 2);
    assert!(said.contains("nothing is kept as `never`"), "{said}");
}

#[test]
fn a_person_added_over_ldap_has_an_account_after_a_cycle() {
    let served = serve(&[]);
    let mut command = told(python("writes.py"), &served);
    let mut writer = command
        .args(["write", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut said = BufReader::new(writer.stdout.take().expect("a pipe")).lines();
    let first = said.next().expect("a line").expect("a text");
    assert_eq!(first, "ad person-1");
    let _ = writer.kill();
    let _ = writer.wait();
    let done = say(&served, &["sync"], 0);
    assert!(done.contains("created"), "{done}");
}

#[test]
fn no_acknowledged_write_is_lost_when_the_server_is_killed() {
    let kills = std::env::var("DIRSYNC_LAB_KILLS").ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let state = tempfile::tempdir().expect("a temporary directory can be made");
    let place = state.path().join("state").display().to_string();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..kills {
        let served = serve(&["--state", &place]);
        let mut writer = told(python("writes.py"), &served)
            .args(["write", &(round * 1_000).to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut said = BufReader::new(writer.stdout.take().expect("a pipe")).lines();
        // Killed at another place each time, while requests are under way.
        let enough = 3 + (round * 7) % 20;
        let first = said.by_ref().take(enough as usize);
        acknowledged.extend(first.map(|line| line.expect("a text")));
        drop(served);
        acknowledged.extend(said.map_while(Result::ok));
        let _ = writer.kill();
        let _ = writer.wait();
    }
    let served = serve(&["--state", &place]);
    let mut checker = told(python("writes.py"), &served)
        .arg("check")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut stdin = checker.stdin.take().expect("a pipe");
    let lines = acknowledged.join("\n");
    stdin.write_all(lines.as_bytes()).expect("Python listens");
    drop(stdin);
    let output = checker.wait_with_output().expect("Python ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(acknowledged.len() >= 3 * kills as usize, "{acknowledged:?}");
    assert_eq!(said.trim(), "missing", "of {}", acknowledged.len());
}
