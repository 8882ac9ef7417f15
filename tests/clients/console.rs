//! The console in headless Chromium, against the real server.

use std::process::Command;

use crate::served::{Served, Shown, built, path_with};
use crate::tools::{browser_story, python, root, steps};

/// What the browser does, in this order.
const STORY: &[&str] = &[
    "pages can be used by everybody",
    "search as somebody types",
    "the person in three panes",
    "a plan, put in another order by dragging",
    "the founding procedure: out of scope",
    "the founding procedure: what the next cycle deletes",
    "the founding procedure: the duplicate for good",
    "the founding procedure: the anchor",
    "the founding procedure: back into scope",
    "a run with its counters",
    "the timeline, step by step",
    "a branch, compared with what happened",
    "every page looks as it did",
    "pictures of people and addresses",
    "another window hears of it at once",
    "by keyboard alone",
    "nothing leaves this machine and nothing complains",
];

#[test]
fn the_founding_procedure_is_clicked_through_in_the_console() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let mess = root().join("examples/repair-duplicate/mess.yaml");
    let mess = mess.display().to_string();
    let served = Served::start("dirsync-lab", directory, &["serve", &mess, "--console"]);
    let mut command = browser_story("console.mjs");
    command.env("CONSOLE", served.said("console"));
    assert_eq!(steps(command), STORY);
}

#[test]
fn a_lab_is_solved_in_the_console() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let place = directory.path().to_owned();
    let lab = |arguments: &[&str]| {
        let mut command = Command::new(built("dirsync-lab"));
        command.arg("lab").args(arguments).current_dir(&place);
        command.output().expect("it runs")
    };
    let started = lab(&["start", "L02", "--seed", "7", "--learner", "Ada"]);
    assert!(started.status.success());
    assert_eq!(lab(&["check"]).status.code(), Some(1));
    // Done at the prompt, to be undone in the browser.
    assert!(lab(&["do", "wait: 5m"]).status.success());
    let served = Served::start("dirsync-lab", directory, &["lab", "serve", "--console"]);
    let mut command = browser_story("lab.mjs");
    command.env("CONSOLE", served.said("console"));
    assert_eq!(
        steps(command),
        [
            "the goal beside the present",
            "what would give it away is closed",
            "a prediction is asked for before the cycle",
            "a hint, at its price",
            "as often undone as somebody likes",
            "the solution, clicked through",
            "the goal is reached, and what there was to learn is told",
            "nothing leaves this machine and nothing complains",
        ]
    );
    // The journal says the same to a command as to the console.
    let checked = lab(&["check"]);
    let said = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(said.contains("   97  score, of 100"), "{said}");
}

#[test]
fn a_lab_is_solved_with_clients_of_ldap_and_graph() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let place = directory.path().to_owned();
    let mut started = Command::new(built("dirsync-lab"));
    started.args(["lab", "start", "L02", "--seed", "11"]);
    let started = started.current_dir(&place).output().expect("it runs");
    assert!(started.status.success());
    let served = Served::start("dirsync-lab", directory, &["lab", "serve"]);
    let mut command = python("lab_story.py");
    command.current_dir(&place);
    command.env("READY", served.path("ready.json"));
    command.env("DIRSYNC_LAB", built("dirsync-lab"));
    assert_eq!(
        steps(command),
        [
            "the twins are found by what they are called",
            "out of scope by LDAP, and the prediction",
            "the twin for good by Graph",
            "the anchor by Graph, the address by LDAP",
            "back into scope, and everything is as it should be",
            "what would happen is told to nobody who is asked for it",
        ]
    );
}

#[test]
fn what_is_wrong_is_seen() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let trouble = root().join("tests/data/console/trouble.yaml");
    let trouble = trouble.display().to_string();
    let served = Served::start(
        "dirsync-lab",
        directory,
        &["serve", &trouble, "--steps", "all", "--console"],
    );
    let mut command = browser_story("trouble.mjs");
    command.env("CONSOLE", served.said("console"));
    assert_eq!(
        steps(command),
        [
            "both sides of a conflict",
            "who shares which address",
            "what the next cycle deletes, and what goes with it",
            "links as they are: hard, soft, none, blocked",
            "what happened, event by event",
            "nothing leaves this machine and nothing complains",
        ]
    );
}

#[test]
fn one_process_carries_a_class_of_fifty() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let names: Vec<String> = (1..=50).map(|number| format!("Learner {number}")).collect();
    std::fs::write(directory.path().join("roster.txt"), names.join("\n")).expect("a roster");
    let arguments = ["lab", "class", "roster.txt", "--lab", "L02", "--seed", "1"];
    let served = Served::start("dirsync-lab", directory, &arguments);
    let mut command = browser_story("class.mjs");
    command.env("CONSOLE", served.said("instructor"));
    command.env("SEATS", served.value("learners").to_string());
    assert_eq!(
        steps(command),
        [
            "everybody is on the instructor's page",
            "what one does is seen at once, and nobody else's world changes",
            "everybody works at once",
            "each has other names",
            "nothing leaves this machine and nothing complains",
        ]
    );
    let mut report = Command::new(built("dirsync-lab"));
    let report = report
        .args(["lab", "report", "--format", "csv"])
        .arg(served.path("class"));
    let told = report.output().expect("it runs").stdout;
    assert_eq!(String::from_utf8_lossy(&told).lines().count(), 51);
}

#[test]
fn a_class_goes_on_the_next_day() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    std::fs::write(directory.path().join("roster.txt"), "Ann Ek\nBo\n").expect("a roster");
    let class = ["lab", "class", "roster.txt", "--lab", "L02", "--exam"];
    let clock = |served: &Served, arguments: &[&str]| {
        let ann = &served.value("learners")[0];
        let mut command = Command::new(built("dirsync-lab"));
        command.args(arguments);
        for (name, key) in [("CONTROL", "control"), ("TOKEN", "token")] {
            let told = ann[key].as_str().expect("it is told");
            command.env(format!("DIRSYNC_LAB_{name}"), told);
        }
        let told = command.output().expect("it runs");
        assert!(told.status.success(), "{told:?}");
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    let first = Served::start("dirsync-lab", directory, &class);
    let began = clock(&first, &["clock", "show"]);
    clock(&first, &["clock", "advance", "5m"]);
    let later = clock(&first, &["clock", "show"]);
    assert_ne!(began, later);
    let directory = first.stopped();
    // Another mode is not gone on with in silence.
    let mut other = Command::new(built("dirsync-lab"));
    other.args(["lab", "class", "roster.txt", "--lab", "L02"]);
    let other = other.current_dir(directory.path()).output();
    let other = other.expect("it runs");
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert_eq!(other.status.code(), Some(2), "{said}");
    assert!(said.contains("was begun with --exam"), "{said}");
    let next = Served::start("dirsync-lab", directory, &class);
    assert_eq!(clock(&next, &["clock", "show"]), later);
    let mut state = Command::new(built("dirsync-lab"));
    state.args(["lab", "status", "--dir"]);
    let state = state.arg(next.path("class").join("ann-ek")).output();
    let state = String::from_utf8_lossy(&state.expect("it runs").stdout).into_owned();
    assert!(state.contains("let 5m pass"), "{state}");
}

/// What the browser does at a run that is over.
const FINISHED: [&str; 4] = [
    "how it ended is said on every page",
    "the steps are entries of the timeline",
    "nothing can be changed",
    "nothing leaves this machine and nothing complains",
];

#[test]
fn a_run_that_is_over_is_looked_at() {
    let scenario = "scenarios/founding/duplicate-account.yaml";
    let arguments = ["run", scenario, "--profile", "entra-2026", "--console"];
    let shown = Shown::start(&arguments);
    let mut command = browser_story("finished.mjs");
    command.env("CONSOLE", &shown.console);
    command.env("SAYS", "a run that passed");
    command.env("ENTRIES", "8");
    command.env("PICTURE", "finished-run");
    assert_eq!(steps(command), FINISHED);
}

#[test]
fn a_counterexample_is_looked_at() {
    let scenario = "scenarios/procedures/hazard-w03-twin-still-in-bin.yaml";
    let shown = Shown::start(&["explore", scenario, "--profile", "entra-2026", "--console"]);
    let mut command = browser_story("finished.mjs");
    command.env("CONSOLE", &shown.console);
    command.env("SAYS", "is broken: from here no step");
    command.env("ENTRIES", "4");
    command.env("PICTURE", "counterexample");
    assert_eq!(steps(command), FINISHED);
}

#[test]
fn a_rehearsal_that_is_over_is_looked_at() {
    let command = [
        "rehearse",
        "examples/repair-duplicate/mess.yaml",
        "--profile",
        "entra-2025",
        "--console",
        "--",
        "dirsync-lab",
        "sync",
        "delta",
    ];
    let shown = Shown::start(&command);
    let mut command = browser_story("finished.mjs");
    command.env("CONSOLE", &shown.console);
    command.env("SAYS", "a rehearsal that failed");
    command.env("ENTRIES", "1");
    command.env("PICTURE", "rehearsal");
    assert_eq!(steps(command), FINISHED);
}

#[test]
fn what_pages_say_for_a_command_line_can_be_typed() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let trouble = root().join("tests/data/console/trouble.yaml");
    let trouble = trouble.display().to_string();
    let served = Served::start(
        "dirsync-lab",
        directory,
        &["serve", &trouble, "--steps", "all", "--console"],
    );
    let work = served.path("work");
    std::fs::create_dir(&work).expect("a directory to work in");
    let program = built("dirsync-lab");
    let shell = |line: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(&work);
        command.env("PATH", path_with(&program));
        command.env("DIRSYNC_LAB_READY", served.path("ready.json"));
        for key in ["control", "token", "graph", "ldap", "bind_dn", "password"] {
            let name = format!("DIRSYNC_LAB_{}", key.to_uppercase());
            command.env(name, served.said(key));
        }
        let told = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        let problem = String::from_utf8_lossy(&told.stderr).into_owned();
        (told.status.code(), text, problem)
    };
    let console = served.said("console").trim_end_matches('/').to_owned();
    let page = |path: &str| {
        let (code, page, problem) = shell(&format!("curl -fsS '{console}{path}'"));
        assert_eq!(code, Some(0), "{path}: {problem}");
        page
    };
    // Something to look back at.
    assert_eq!(shell("dirsync-lab sync delta").0, Some(0));
    let pages = [
        "/operations",
        "/metaverse",
        "/onprem",
        "/cloud/users",
        "/cloud/groups",
        "/cloud/deleted",
        "/cloud/contacts",
        "/cloud/roles",
        "/cloud/settings",
        "/errors",
        "/timeline",
        "/timeline/1",
        "/people",
        "/addresses",
        "/plan",
        "/clock",
        "/preview",
        "/preview?policy=initial",
        "/cloud/users?at=0",
        "/search?q=boss",
    ];
    let mut typed = std::collections::BTreeSet::new();
    for path in pages {
        let page = page(path);
        let (_, told) = page.split_once("<details class=\"commands\">").expect(path);
        let (_, told) = told.split_once("<pre>").expect("a list");
        let told = told.split("</pre>").next().unwrap_or_default();
        let told = told.replace("&quot;", "\"").replace("&lt;", "<");
        let told = told.replace("&gt;", ">").replace("&amp;", "&");
        for line in told.lines() {
            let program = line.split(' ').next().unwrap_or_default();
            let ours = ["curl", "ldapsearch", "dirsync-lab"].contains(&program);
            // What sets the world back would leave nothing to look at.
            if !ours || line == "dirsync-lab reset" || !typed.insert(line.to_owned()) {
                continue;
            }
            let line = line.replacen("curl ", "curl -fsS ", 1);
            let (code, text, problem) = shell(&line);
            // A plan and a hygiene report say by their exit code that something is to be done,
            // or to be decided.
            let reports = ["dirsync-lab plan", "dirsync-lab hygiene"];
            let told = reports.iter().any(|it| line.starts_with(it));
            let fine = code == Some(0) || (told && matches!(code, Some(1 | 3)));
            assert!(fine, "{path}: {line}\n{code:?} {text}\n{problem}");
        }
    }
    assert!(typed.len() > 20, "{typed:?}");
    let (_, told, _) = shell("dirsync-lab what-if nothing --after 0");
    assert!(told.contains("accounts end otherwise"), "{told}");
}
