//! The console in headless Chromium, against the real server.

use std::process::Command;

use crate::served::{Served, Shown, built};
use crate::tools::{browser_story, root, steps};

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

/// What the browser does at a run that is over.
const FINISHED: [&str; 4] = [
    "how it ended is said on every page",
    "the steps are entries of the timeline",
    "nothing can be changed",
    "nothing leaves this machine and nothing complains",
];

#[test]
fn a_run_that_is_over_is_looked_at() {
    let scenario = root().join("scenarios/founding/duplicate-account.yaml");
    let scenario = scenario.display().to_string();
    let arguments = ["run", &scenario, "--profile", "entra-2026", "--console"];
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
    let scenario = root().join("scenarios/procedures/hazard-w03-twin-still-in-bin.yaml");
    let scenario = scenario.display().to_string();
    let shown = Shown::start(&["explore", &scenario, "--profile", "entra-2026", "--console"]);
    let mut command = browser_story("finished.mjs");
    command.env("CONSOLE", &shown.console);
    command.env("SAYS", "is broken: from here no step");
    command.env("ENTRIES", "4");
    command.env("PICTURE", "counterexample");
    assert_eq!(steps(command), FINISHED);
}
