//! Labs from the command line: a learner in a directory, an instructor over many.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::program::{Desk, program};

/// A lab without anything drawn, so that its texts can be compared.
const LAB: &str = "\
lab: T1
title: A twin
goal: To learn what a twin is.
brief: Jane is there twice. Make one account of the two.
incident:
  - { from: Helpdesk, subject: two entries, text: She is there twice! }
world:
  profiles: [entra-2025, entra-2026]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ous: [OU=Out]
  ad: { jane: { ou: OU=Staff, upn: jane@contoso.com } }
  cloud: { own: { upn: j@contoso.onmicrosoft.com, mailbox: true, licences: [E3] } }
  belongs: { jane: own }
before:
  - sync: delta
  - expect: { provisioned: { for: jane, as: twin } }
  - sync: delta
picture:
  text: One Jane on each side.
  rows: [{ ad: jane, cloud: own }, { cloud: twin, state: gone }]
win:
  - { name: mailbox of Jane, met: kept, missed: gone, expect: [kept: own] }
  - name: extra twin
    met: gone
    missed: still there or in the recycle bin
    expect: [purged: twin]
  - { name: link, met: made, expect: [joined: { ad: jane, cloud: own }] }
predict:
  - { cycle: 1, about: jane }
hints:
  - { stage: Match, concept: Set the id., object: own, command: set it }
par: { commands: 4, cycles: 3, irreversible: 1 }
solve:
  - move: { user: jane, to: OU=Out }
  - sync: delta
  - sync: delta
  - remove-cloud-user: { user: twin, purge: true }
  - set-immutable-id: { user: own, from: jane }
  - move: { user: jane, to: OU=Staff }
  - sync: delta
traps:
  - name: Purging the wrong one
    steps: [remove-cloud-user: { user: own }, remove-cloud-user: { user: own, purge: true }]
    costs: [data, goal]
debrief:
  - { says: It is tried once., hazards: [W01] }
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("lab.yaml", LAB);
    desk
}

/// Runs `lab` with these words, and gives what was printed.
#[track_caller]
fn lab(desk: &Desk, code: i32, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = std::iter::once("lab")
        .chain(arguments.iter().copied())
        .collect();
    let ran = desk.run(&arguments);
    assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr)
}

fn begun(more: &[&str]) -> Desk {
    let desk = desk();
    lab(
        &desk,
        0,
        &[&["start", "lab.yaml", "--seed", "1"][..], more].concat(),
    );
    desk
}

/// The whole way of somebody who makes one slip.
#[test]
fn a_learner_repairs_the_twin() {
    let desk = desk();
    let mut said = String::new();
    let mut run = |code: i32, arguments: &[&str]| {
        let out = lab(&desk, code, arguments);
        let _ = writeln!(said, "$ lab {}\n{out}", arguments.join(" "));
    };
    run(0, &["start", "lab.yaml", "--seed", "1"]);
    run(0, &["show"]);
    run(1, &["check"]);
    run(2, &["sync"]);
    run(1, &["do", "set-immutable-id: { user: own, from: jane }"]);
    run(2, &["do", "move: { user: jame, to: OU=Out }"]);
    run(0, &["do", "move: { user: jane, to: OU=Out }"]);
    run(0, &["predict", "jane=unchanged"]);
    run(0, &["sync"]);
    run(0, &["do", "remove-cloud-user: { user: own }"]);
    run(0, &["undo"]);
    run(0, &["hint"]);
    run(0, &["sync"]);
    run(0, &["do", "remove-cloud-user: { user: twin, purge: true }"]);
    run(0, &["do", "set-immutable-id: { user: own, from: jane }"]);
    run(0, &["do", "move: { user: jane, to: OU=Staff }"]);
    run(0, &["sync"]);
    run(0, &["status"]);
    run(0, &["check"]);
    insta::assert_snapshot!("a_learner", said);
}

#[test]
fn a_learner_works_at_a_powershell_prompt() {
    let desk = begun(&[]);
    lab(&desk, 0, &["predict", "jane=delete"]);
    let lines = "\
        $jane = Get-ADUser jane\n\
        Move-ADObject $jane.DistinguishedName -TargetPath 'OU=Out,DC=contoso,DC=test'\n\
        Start-ADSyncSyncCycle -PolicyType Delta | Out-Null\n\
        Set-ADSyncScheduler -SyncCycleEnabled $false\n\
        'moved to ' + (Get-ADUser jane).DistinguishedName\n";
    let ran = desk.run_with(&["lab", "shell"], lines);
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
    assert_eq!(ran.code, Some(0), "{said}");
    assert!(
        said.contains("moved to CN=jane,OU=Out,DC=contoso,DC=test"),
        "{said}"
    );
    let status = lab(&desk, 0, &["status"]);
    assert!(status.contains("2 commands (par 4), 1 cycles"), "{status}");
    // The prompt is over, and the world goes on from there.
    lab(&desk, 0, &["sync"]);
    let check = lab(&desk, 1, &["check"]);
    assert!(check.contains("1  of 1 predictions right"), "{check}");
}

#[test]
fn an_exam_allows_no_second_try() {
    let desk = begun(&["--exam"]);
    lab(&desk, 0, &["do", "move: { user: jane, to: OU=Out }"]);
    for refused in [&["undo"][..], &["hint"], &["reset"], &["solve"]] {
        let said = lab(&desk, 2, refused);
        assert!(said.contains("this is an exam"), "{said}");
    }
    assert!(lab(&desk, 0, &["status"]).contains("1 commands"));
}

#[test]
fn an_incident_tells_no_reasons() {
    let desk = begun(&["--incident"]);
    let brief = lab(&desk, 0, &["brief"]);
    assert!(
        brief.contains("She is there twice!") && !brief.contains("To learn"),
        "{brief}"
    );
    let said = lab(
        &desk,
        1,
        &["do", "set-immutable-id: { user: own, from: jane }"],
    );
    assert!(
        said.contains("refused: 400") && !said.contains("R2."),
        "{said}"
    );
    let said = lab(&desk, 0, &["sync", "--unpredicted"]);
    assert!(said.contains("delta-synchronization  success"), "{said}");
}

#[test]
fn a_directory_holds_one_lab_and_can_be_begun_anew() {
    let desk = begun(&[]);
    assert!(lab(&desk, 2, &["start", "L01"]).contains("holds a lab already"));
    lab(&desk, 0, &["do", "move: { user: jane, to: OU=Out }"]);
    lab(&desk, 0, &["reset"]);
    assert_eq!(lab(&desk, 4, &["undo"]), "there is nothing to undo\n");
    assert!(
        lab(&desk, 2, &["check", "--dir", "nowhere"]).contains("no lab was started in nowhere")
    );
}

#[test]
fn the_solution_is_shown_at_the_price_of_all_points() {
    let desk = begun(&[]);
    let said = lab(&desk, 0, &["solve"]);
    assert!(
        said.contains("   4  remove-cloud-user: { user: twin, purge: true }"),
        "{said}"
    );
    assert!(lab(&desk, 1, &["check"]).contains("the solution was shown"));
}

/// What a power failure leaves of a line does not count; what somebody wrote into it is an error.
#[test]
fn a_journal_is_whole_or_refused() {
    let desk = begun(&[]);
    lab(&desk, 0, &["do", "move: { user: jane, to: OU=Out }"]);
    let journal = desk.path(".lab/journal.jsonl");
    let whole = fs::read_to_string(&journal).expect("the journal");
    fs::write(&journal, format!("{whole}{{\"do\":\"sync: de")).expect("cut off");
    assert!(lab(&desk, 0, &["status"]).contains("was cut off"));
    lab(&desk, 0, &["sync", "--unpredicted"]);
    let now = fs::read_to_string(&journal).expect("the journal");
    assert_eq!(now, format!("{whole}{{\"do\":\"sync: delta\"}}\n"));
    fs::write(&journal, format!("{whole}{{\"did\":1}}\n")).expect("spoilt");
    assert!(lab(&desk, 2, &["status"]).contains("journal.jsonl:3 can't be read"));
}

#[test]
fn an_instructor_reads_about_everybody() {
    let desk = desk();
    for name in ["ada", "bob"] {
        let dir = format!("class/{name}");
        lab(
            &desk,
            0,
            &["start", "lab.yaml", "--seed", "1", "--dir", &dir],
        );
    }
    let ada = ["--dir", "class/ada"];
    let steps = [
        "move: { user: jane, to: OU=Out }",
        "[sync: delta, sync: delta]",
        "remove-cloud-user: { user: twin, purge: true }",
        "set-immutable-id: { user: own, from: jane }",
        "move: { user: jane, to: OU=Staff }",
        "sync: delta",
    ];
    for step in steps {
        lab(
            &desk,
            0,
            &[&["do", "--unpredicted", step], &ada[..]].concat(),
        );
    }
    for step in [
        "remove-cloud-user: { user: own }",
        "remove-cloud-user: { user: own, purge: true }",
    ] {
        lab(&desk, 0, &["do", step, "--dir", "class/bob"]);
    }
    let mut said = lab(&desk, 0, &["report", "class"]);
    said.push_str(&lab(&desk, 0, &["report", "class", "--format", "csv"]).replace('\r', ""));
    let junit = lab(&desk, 0, &["report", "class", "--format", "junit"]);
    let stamped = junit.find("uuid=").is_some();
    assert!(!stamped, "{junit}");
    said.push_str(&junit);
    insta::assert_snapshot!("an_instructor", said);
    lab(&desk, 4, &["report", "."]);
}

#[test]
fn labs_are_listed_and_found_by_name() {
    let desk = Desk::new();
    let listed = lab(&desk, 0, &["list"]);
    for number in 1..=12 {
        assert!(listed.contains(&format!("L{number:02} ")), "{listed}");
    }
    lab(
        &desk,
        0,
        &["start", "two-janes", "--seed", "3", "--dir", "a"],
    );
    lab(&desk, 0, &["start", "l02", "--seed", "3", "--dir", "b"]);
    let brief = |dir: &str| lab(&desk, 0, &["brief", "--dir", dir]);
    assert_eq!(brief("a"), brief("b"));
    assert!(lab(&desk, 2, &["start", "two-jans"]).contains("did you mean `two-janes`?"));
    let other = lab(&desk, 2, &["start", "L02", "--profile", "entra-2027"]);
    assert!(other.contains("entra-2027"), "{other}");
}

#[test]
fn the_table_in_the_guide_is_that_of_the_labs() {
    let desk = Desk::new();
    let table = lab(&desk, 0, &["list", "--markdown"]);
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/labs.md");
    let guide = fs::read_to_string(guide)
        .expect("the guide")
        .replace("\r\n", "\n");
    assert!(
        guide.contains(&format!("<!-- labs -->\n{table}<!-- /labs -->")),
        "put what `dirsync-lab lab list --markdown` prints into docs/labs.md"
    );
}

#[test]
fn the_labs_are_proved_by_the_program() {
    let desk = desk();
    let said = lab(&desk, 0, &["test", "--seeds", "2"]);
    assert!(said.contains("12 labs proved, 0 failed"), "{said}");
    desk.put(
        "broken.yaml",
        LAB.replace("  - set-immutable-id: { user: own, from: jane }\n", ""),
    );
    let said = lab(&desk, 1, &["test", "broken.yaml", "--seeds", "1"]);
    assert!(said.contains("error[not-won]"), "{said}");
    desk.put("wrong.yaml", LAB.replace("brief:", "breif:"));
    assert!(lab(&desk, 2, &["test", "wrong.yaml"]).contains("did you mean `brief`?"));
    lab(&desk, 4, &["test", "--filter", "nothing"]);
}

/// A server of a lab, stopped when it goes out of scope.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A client works on the served world, and the judge sees it.
#[test]
fn a_served_lab_is_judged_by_its_journal() {
    let desk = begun(&[]);
    let child = Command::new(program())
        .args(["lab", "serve", "--token", "secret", "--ready", "ready.json"])
        .current_dir(desk.path("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _served = Served(child.expect("the program starts"));
    let ready = desk.path("ready.json");
    for _ in 0..2000 {
        if ready.exists() {
            break;
        }
        thread::yield_now();
        thread::park_timeout(Duration::from_millis(10));
    }
    let ready: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(ready).expect("the ready file")).expect("JSON");
    let control = ready["control"]["url"]
        .as_str()
        .or(ready["control"].as_str());
    let address = control
        .expect("an address")
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let body = "{\"policy\":\"delta\"}";
    let request = format!(
        "POST /sync HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer secret\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .write_all(request.as_bytes())
        .expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let status = lab(&desk, 0, &["status"]);
    assert!(status.contains("1 cycles"), "{status}");
    let refused = lab(&desk, 2, &["do", "move: { user: jane, to: OU=Out }"]);
    assert!(refused.contains("is being served"), "{refused}");
    lab(&desk, 0, &["hint"]);
    lab(&desk, 1, &["check"]);
}
