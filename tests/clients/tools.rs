//! Where the clients are, and how one is run to its end.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// Where cargo builds, and the clients are installed below.
pub(crate) fn target() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target)
}

/// A program of the Python clients.
pub(crate) fn python(story: &str) -> Command {
    let mut command = Command::new(tool("python/bin/python"));
    command.arg(root().join("tests/clients/python").join(story));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A program of the Node clients.
pub(crate) fn node(story: &str) -> Command {
    let stories = ["steps.mjs", "story.mjs", story];
    let stories = stories.map(|name| root().join("tests/clients/node").join(name));
    let mut command = Command::new("node");
    command.arg(node_program(&stories, story));
    command
}

/// A program of the Rust clients.
pub(crate) fn rust(story: &str) -> Command {
    Command::new(tool("rust/debug").join(story))
}

/// A program of the shell.
pub(crate) fn shell(story: &str) -> Command {
    let mut command = Command::new("bash");
    command.arg(root().join("tests/clients/shell").join(story));
    command
}

/// Puts files beside the packages of Node, because modules are found from where a file lies, and
/// gives the place of one of them.
pub(crate) fn node_program(files: &[PathBuf], program: &str) -> PathBuf {
    beside(&tool("node/node_modules"), files).join(program)
}

/// A program that drives a browser, and which browser.
pub(crate) fn browser_story(program: &str) -> Command {
    let files = [
        root().join("tests/clients/node/steps.mjs"),
        root().join("tests/clients/browser/window.mjs"),
        root().join("tests/clients/browser").join(program),
    ];
    let place = beside(&tool("browser/node_modules"), &files);
    let chromium = std::fs::read_to_string(tool("browser/chromium")).expect("which browser");
    let mut command = Command::new("node");
    command.arg(place.join(program));
    command.env("CHROMIUM", chromium.trim());
    let pictures = target().join("pictures");
    std::fs::create_dir_all(&pictures).expect("a directory for the pictures");
    command.env("PICTURES", pictures);
    let known = Path::new(program).with_extension("pictures.json");
    command.env("KNOWN", root().join("tests/clients/browser").join(known));
    command.env("DRAWINGS", root().join("docs/pictures"));
    if std::env::var_os("DIRSYNC_LAB_BLESS").is_some() {
        command.env("BLESS", "1");
    }
    command
}

fn beside(packages: &Path, files: &[PathBuf]) -> PathBuf {
    let place = packages.with_file_name("stories");
    std::fs::create_dir_all(&place).expect("a directory for the stories");
    for from in files {
        let name = from.file_name().expect("a file").to_string_lossy();
        let whole = place.join(format!("{name}.{}", std::process::id()));
        std::fs::copy(from, &whole).expect("the story can be copied");
        std::fs::rename(&whole, place.join(&*name)).expect("the story can be put in place");
    }
    place
}

/// A program or directory that `cargo xtask setup` installs.
pub(crate) fn tool(path: &str) -> PathBuf {
    let tool = target().join("test-tools").join(path);
    assert!(
        tool.exists(),
        "{} is not installed: run `cargo xtask setup`",
        tool.display()
    );
    tool
}

/// The steps that a client took, in its own order.
///
/// Panics with all it printed where a step failed or none was taken.
#[track_caller]
pub(crate) fn steps(mut command: Command) -> Vec<String> {
    let output = command.output().expect("the client starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let taken: Vec<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("ok "))
        .map(str::to_owned)
        .collect();
    assert!(
        output.status.success() && !taken.is_empty(),
        "{command:?} ended with {}\n{said}\n{complained}",
        output.status
    );
    taken
}
