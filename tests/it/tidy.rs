//! Limits of this repository that no compiler checks: sizes, widths, leftovers, stray files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Hard limits for Rust sources.
const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 100;
const LINE_COLUMNS_MAX: usize = 100;

/// One tracked file: its path from the root, with `/`, and its bytes.
struct Source {
    path: String,
    bytes: Vec<u8>,
}

impl Source {
    fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    fn has_extension(&self, wanted: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().and_then(|e| e.to_str());
        extension.is_some_and(|extension| wanted.contains(&extension))
    }

    /// Recorded data is kept as its source wrote it; snapshots as the test wrote them.
    fn is_written_by_hand(&self) -> bool {
        let data = ["csv", "ldf", "ldif", "snap", "svg", "tsv"];
        !self.path.starts_with("examples/") && !self.has_extension(&data)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What git tracks, and what it would track if it were added.
fn sources() -> Vec<Source> {
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git").current_dir(root()).args(list).output();
    let output = output.expect("git is needed to list the files of the repository");
    assert!(output.status.success(), "git ls-files failed");
    let names = String::from_utf8(output.stdout).expect("file names are UTF-8");
    let mut names: Vec<_> = names.split('\0').filter(|name| !name.is_empty()).collect();
    names.dedup();
    let read = |name: &str| {
        let bytes = fs::read(root().join(name)).ok()?; // deleted, but not yet committed
        Some(Source {
            path: name.to_owned(),
            bytes,
        })
    };
    names.into_iter().filter_map(read).collect()
}

fn rust_sources() -> Vec<Source> {
    let mut all = sources();
    all.retain(|source| source.has_extension(&["rs"]));
    assert!(all.len() > 20, "git lists too few sources");
    all
}

/// Fails with every complaint at once.
fn check(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Complaints about single lines of `sources`, with their places.
fn about_lines(sources: &[Source], complaint: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        for (index, line) in source.text().into_iter().flat_map(str::lines).enumerate() {
            if let Some(text) = complaint(line) {
                complaints.push(format!("{}:{}: {text}", source.path, index + 1));
            }
        }
    }
    complaints
}

/// First line and length of every function, relying on rustfmt: a function ends at the first brace
/// indented as its `fn` is.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = |line: &str| {
        let words = line.split_whitespace();
        let qualifier = |word: &&str| {
            let plain = ["const", "async", "unsafe", "extern", "default"].contains(word);
            plain || word.starts_with("pub") || word.starts_with('"') || word.ends_with(')')
        };
        words
            .skip_while(qualifier)
            .take(2)
            .collect::<Vec<_>>()
            .first()
            == Some(&"fn")
    };
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate().filter(|(_, line)| starts(line)) {
        let indent = &line[..line.len() - line.trim_start().len()];
        let ends = |later: &&str| {
            let rest = later.strip_prefix(indent).unwrap_or_default();
            rest.starts_with('}') || rest.ends_with(';') && rest.starts_with(')')
        };
        let one_line = line.ends_with('}') || line.ends_with(';');
        let length = match lines[start + 1..].iter().position(ends) {
            _ if one_line => 1,
            Some(position) => position + 2,
            None => lines.len() - start,
        };
        found.push((start + 1, length));
    }
    found
}

#[test]
fn files_are_short() {
    let long = |source: &Source| {
        let lines = source.text().unwrap_or_default().lines().count();
        let text = format!("{}: {lines} lines, at most {FILE_LINES_MAX}", source.path);
        (lines > FILE_LINES_MAX).then_some(text)
    };
    check(&rust_sources().iter().filter_map(long).collect::<Vec<_>>());
}

#[test]
fn functions_fit_a_screen() {
    let mut complaints = Vec::new();
    for source in rust_sources() {
        for (line, length) in functions(source.text().unwrap_or_default()) {
            if length > FUNCTION_LINES_MAX {
                let limit = format!("{length} lines, at most {FUNCTION_LINES_MAX}");
                complaints.push(format!("{}:{line}: function of {limit}", source.path));
            }
        }
    }
    check(&complaints);
}

#[test]
fn function_lengths_are_counted_right() {
    let text = "fn one() {}\npub(crate) const fn two(\n    a: u8,\n) -> u8 {\n    a\n}\n\
                trait T {\n    fn three(&self);\n    fn four(\n        &self,\n    );\n}\n\
                // fn five\nlet fnord = 1;\n";
    assert_eq!(functions(text), [(1, 1), (2, 5), (8, 1), (9, 3)]);
}

#[test]
fn lines_are_narrow() {
    let wide = |line: &str| {
        let columns = line.chars().count();
        let text = format!("{columns} columns, at most {LINE_COLUMNS_MAX}");
        (columns > LINE_COLUMNS_MAX).then_some(text)
    };
    check(&about_lines(&rust_sources(), wide));
}

#[test]
fn nothing_is_left_over() {
    let mut all = sources();
    all.retain(Source::is_written_by_hand);
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!"),
    ];
    let left = |line: &str| {
        let word = words.iter().find(|word| line.contains(**word))?;
        Some(format!("`{word}`: do it, or open an issue"))
    };
    check(&about_lines(&all, left));
}

#[test]
fn the_repository_speaks_of_no_machine() {
    let places = [
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("../", "shared"),
    ];
    let strays = |line: &str| {
        let place = places.iter().find(|place| line.contains(**place))?;
        Some(format!("`{place}` is a place on somebody's machine"))
    };
    check(&about_lines(&sources(), strays));
}

#[test]
fn text_is_clean() {
    let mut complaints = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.is_written_by_hand())
    {
        let Some(text) = source.text() else { continue };
        if text.contains('\t') {
            complaints.push(format!("{}: has a tab", source.path));
        }
        if text.contains('\r') {
            complaints.push(format!("{}: has a carriage return", source.path));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            complaints.push(format!("{}: does not end with a newline", source.path));
        }
        if text.lines().any(|line| line.ends_with(' ')) {
            complaints.push(format!("{}: has trailing blanks", source.path));
        }
    }
    check(&complaints);
}

#[test]
fn no_binary_is_tracked() {
    // ldifde writes UTF-16, which is what such a file is there to show.
    let binary = |source: &&Source| {
        let allowed = source.has_extension(&["ldf"]);
        !allowed && (source.bytes.contains(&0) || source.text().is_none())
    };
    let name = |source: &Source| format!("{}: not text", source.path);
    check(
        &sources()
            .iter()
            .filter(binary)
            .map(name)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_architecture_names_every_member() {
    let Ok(architecture) = fs::read_to_string(root().join("ARCHITECTURE.md")) else {
        return; // written last
    };
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has one");
    let members = manifest
        .lines()
        .find_map(|line| line.strip_prefix("members = ["));
    let members = members
        .expect("the members are listed on one line")
        .trim_end_matches(']');
    let names = members.split(',').map(|name| name.trim().trim_matches('"'));
    let missing = names.filter(|name| !architecture.contains(&format!("`{name}/`")));
    check(
        &missing
            .map(|name| format!("ARCHITECTURE.md says nothing of `{name}/`"))
            .collect::<Vec<_>>(),
    );
}
