//! The console in headless Chromium, against the real server.

use std::process::Command;

use crate::served::Served;
use crate::tools::{browser_story, root, steps, target};

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
    let pictures = target().join("pictures");
    std::fs::create_dir_all(&pictures).expect("a directory for the pictures");
    let mut command: Command = browser_story("console.mjs");
    command.env("CONSOLE", served.said("console"));
    command.env("PICTURES", &pictures);
    assert_eq!(steps(command), STORY);
}
