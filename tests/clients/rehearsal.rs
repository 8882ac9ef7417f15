//! The example scripts, rehearsed: real LDAP and Graph clients against one world.

use std::process::{Command, Output};

use serde_json::Value;

use crate::served::built;
use crate::tools::{node_program, python, root, steps, tool};

/// How a script is run.
#[derive(Debug, Clone, Copy)]
enum Language {
    Python,
    Node,
}

/// Rehearses one of the example scripts, and gives the report with the exit code.
fn rehearse(language: Language, script: &str, options: &[&str]) -> (Value, Option<i32>) {
    let output = run(language, script, &[&["--format", "json"], options].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let complained = String::from_utf8_lossy(&output.stderr);
        panic!("{script}: no report: {error}\n{complained}")
    });
    (report, output.status.code())
}

fn run(language: Language, script: &str, options: &[&str]) -> Output {
    let examples = root().join("examples/repair-duplicate");
    let mut command = Command::new(built("dirsync-lab"));
    command.arg("rehearse").arg(examples.join("mess.yaml"));
    command.args(options).arg("--");
    match language {
        Language::Python => {
            command.arg(tool("python/bin/python"));
            command.arg(examples.join(format!("{script}.py")));
            command.env("PYTHONDONTWRITEBYTECODE", "1");
        }
        Language::Node => {
            let scripts = ["repair.mjs", "swapped.mjs"].map(|name| examples.join(name));
            command.arg("node");
            command.arg(node_program(&scripts, &format!("{script}.mjs")));
        }
    }
    command.output().expect("the program starts")
}

fn hazards(run: &Value) -> Vec<&str> {
    let met = run["hazards"].as_array().into_iter().flatten();
    met.filter_map(|met| met["number"].as_str()).collect()
}

#[track_caller]
fn assert_repairs(language: Language, options: &[&str]) -> Value {
    let (report, code) = rehearse(language, "repair", options);
    assert_eq!(code, Some(0), "{language:?} {options:?}: {report:#}");
    for run in report["runs"].as_array().into_iter().flatten() {
        assert_eq!(run["converged"], true, "{language:?}: {run:#}");
        assert_eq!(run["lost"], Value::Array(Vec::new()), "{run:#}");
        assert_eq!(run["after"]["joined"], 1, "{run:#}");
    }
    report
}

#[test]
fn the_examples_repair_the_mess_wherever_they_are_killed() {
    for language in [Language::Python, Language::Node] {
        let report = assert_repairs(language, &["--every-crash=writes"]);
        let runs = report["runs"].as_array().expect("runs");
        // Two moves, a purge and an anchor: one run as it is, and one for each of them.
        assert_eq!(runs.len(), 5, "{report:#}");
        assert_eq!(runs[4]["killedAfter"]["write"], 4, "{report:#}");
        let happened = runs[0]["happened"].as_array().expect("what happened");
        let whose: Vec<&str> = happened
            .iter()
            .filter_map(|it| it["from"].as_str())
            .collect();
        let wanted = ["ldap", "control", "graph", "graph", "ldap", "control"];
        assert_eq!(whose, wanted, "{report:#}");
        assert_eq!(
            hazards(&runs[0]),
            ["W10"],
            "the one that the scenario acknowledges"
        );
    }
}

#[test]
fn the_example_repairs_the_mess_whichever_request_it_is_killed_after() {
    let report = assert_repairs(Language::Node, &["--every-crash"]);
    let runs = report["runs"].as_array().expect("runs");
    // It signs in and looks before it writes, and asks for cycles.
    assert!(runs.len() > 10, "{report:#}");
    let last = runs.len() - 1;
    assert_eq!(runs[last]["killedAfter"]["request"], last, "{report:#}");
}

/// A place with what a repository of its own has: the mess and the scripts below `rehearsal/`.
fn repository() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a temporary directory can be made");
    let rehearsal = place.path().join("rehearsal");
    std::fs::create_dir(&rehearsal).expect("a directory");
    for name in ["mess.yaml", "repair.py", "swapped.py"] {
        let from = root().join("examples/repair-duplicate").join(name);
        std::fs::copy(from, rehearsal.join(name)).expect("an example");
    }
    place
}

#[test]
fn the_recipe_for_a_shell_rehearses_the_examples() {
    let run = |script: &str| {
        let place = repository();
        let examples = root().join("examples/repair-duplicate");
        let scripts = ["repair.mjs", "swapped.mjs"].map(|name| examples.join(name));
        let mut command = Command::new("sh");
        command.arg(root().join("examples/ci/rehearse.sh"));
        command.arg("rehearsal/mess.yaml").arg("node");
        command.arg(node_program(&scripts, &format!("{script}.mjs")));
        command.env("DIRSYNC_LAB", built("dirsync-lab"));
        let output = command.current_dir(place.path());
        let output = output.output().expect("sh starts");
        let report = std::fs::read_to_string(place.path().join("rehearsal.xml"));
        (output, report.expect("a report"))
    };
    let (output, report) = run("repair");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        report.contains("<testsuite ") && !report.contains("<failure"),
        "{report}"
    );
    assert!(report.contains("killed after request 2"), "{report}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        said.matches("PASSED").count(),
        3,
        "one for each seed: {said}"
    );
    let (output, report) = run("swapped");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        report.contains("<failure") && report.contains("W03"),
        "{report}"
    );
}

#[test]
fn the_recipe_for_github_rehearses_the_examples() {
    let recipe = std::fs::read_to_string(root().join("examples/ci/github-actions.yml"));
    let recipe = recipe.expect("the recipe");
    // The command of its last step, as YAML folds it.
    let (_, step) = recipe.split_once("- run: >").expect("the last step");
    let words: Vec<&str> = step.split_whitespace().collect();
    let [
        program,
        "rehearse",
        "--every-crash",
        "--format",
        "github",
        world,
        "--",
        "python",
        script,
    ] = words[..]
    else {
        panic!("another command than this test knows: {step}");
    };
    assert!(program.ends_with("/release/dirsync-lab"), "{step}");
    assert!(script.ends_with("/repair.py"), "{step}");
    // Killed after each request, as the step says, they are in the recipe for a shell.
    for (script, code) in [("repair", 0), ("swapped", 1)] {
        let place = repository();
        let mut command = Command::new(built("dirsync-lab"));
        command.arg("rehearse");
        command.args(["--format", "github", world, "--"]);
        command.arg(tool("python/bin/python"));
        command.arg(format!("rehearsal/{script}.py"));
        let output = command.current_dir(place.path());
        let output = output.output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{said}");
        let is_marked = said.contains("::error file=rehearsal/mess.yaml");
        assert_eq!(is_marked, code == 1, "{said}");
    }
}

#[test]
fn the_examples_repair_the_mess_through_faults() {
    for seed in ["1", "2", "3"] {
        let report = assert_repairs(Language::Node, &["--chaos", seed]);
        assert_ne!(
            report["runs"][0]["faults"], 0,
            "seed {seed} strikes: {report:#}"
        );
    }
}

#[test]
fn two_lines_swapped_fail_with_the_hazard_named() {
    for language in [Language::Python, Language::Node] {
        let (report, code) = rehearse(language, "swapped", &[]);
        let run = &report["runs"][0];
        assert_eq!(code, Some(1), "{language:?}: {report:#}");
        assert_eq!(hazards(run), ["W03"], "{language:?}: {run:#}");
        assert_eq!(run["converged"], false, "{language:?}: {run:#}");
    }
}

#[test]
fn every_format_names_the_hazard_and_what_does_not_hold() {
    for (format, wanted) in [
        (
            "human",
            &[
                "FAILED",
                "warning[W03]: twin-still-in-bin",
                "error[expectation-failed]",
            ][..],
        ),
        (
            "junit",
            &[
                "<failure",
                "W03 twin-still-in-bin",
                "the command ended with 1",
            ],
        ),
        (
            "github",
            &["::error file=", "::warning title=rehearsal, as it is::W03 "],
        ),
    ] {
        let output = run(Language::Node, "swapped", &["--format", format]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for wanted in wanted {
            assert!(said.contains(wanted), "{format}: no `{wanted}` in {said}");
        }
    }
}

#[test]
fn the_prompt_is_used_at_a_terminal() {
    let mess = root().join("examples/repair-duplicate/mess.yaml");
    let mut command = python("prompt_story.py");
    command.arg(mess).env("DIRSYNC_LAB", built("dirsync-lab"));
    assert_eq!(
        steps(command),
        [
            "the prompt waits",
            "a line shows what comes of it",
            "a cmdlet reaches the world",
            "a cmdlet is completed",
            "an earlier line comes back",
            "a question is asked",
            "what does not end is interrupted",
            "exit ends it",
        ]
    );
}
