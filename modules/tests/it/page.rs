//! The page on PowerShell: what there is, and in what it falls short, read off the declarations.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::desk::{WORLD, stage};

const MARK: &str = "<!-- What follows is written by a test of `modules`: \
                    DIRSYNC_LAB_BLESS=1 cargo test -p modules page -->\n";

/// Names in columns of a page: separated by commas, in lines of 120 at most.
fn wrapped(names: &[String]) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (index, name) in names.iter().enumerate() {
        let end = if index + 1 == names.len() { "" } else { "," };
        if column + name.len() + 2 > 118 && column > 0 {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        let _ = write!(out, "{name}{end}");
        column += name.len() + end.len();
    }
    out
}

fn generated() -> String {
    let mut out = String::from("\n## Cmdlets\n");
    let mut all = modules::all(&stage(WORLD));
    all.push(powershell::cmdlets::core());
    let mut short: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for module in all {
        let mut nouns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut count = 0;
        for name in module.names() {
            let Some(command) = module.find(&name) else {
                continue;
            };
            count += 1;
            let (verb, noun) = name.split_once('-').unwrap_or(("", &name));
            nouns
                .entry(noun.to_owned())
                .or_default()
                .push(verb.to_owned());
            if let Some(remark) = &command.remark {
                short
                    .entry(remark.to_string())
                    .or_default()
                    .push(format!("`{name}`"));
            }
            let ignored = command.parameters.iter().filter(|it| it.ignored);
            for parameter in ignored {
                let entry = short.entry(format!("`-{}` has no effect", parameter.name));
                entry.or_default().push(format!("`{name}`"));
            }
        }
        let _ = writeln!(out, "\n### {} ({count})\n", module.name());
        let families: Vec<String> = nouns
            .into_iter()
            .map(|(noun, mut verbs)| {
                verbs.sort();
                let verbs = verbs.join("/");
                if verbs.is_empty() {
                    noun
                } else {
                    format!("{verbs}-{noun}")
                }
            })
            .collect();
        let _ = writeln!(out, "{}", wrapped(&families));
    }
    out.push_str("\n## What is taken and has no effect\n\n| what | where |\n|---|---|\n");
    for (what, mut names) in short {
        names.sort();
        names.dedup();
        let _ = writeln!(out, "| {what} | {} |", names.join(", "));
    }
    out
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the page is a file of this repository"
)]
fn the_page_says_what_there_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/powershell.md");
    let page = std::fs::read_to_string(&path)
        .expect("the page")
        .replace("\r\n", "\n");
    let (written, _) = page.split_once(MARK).expect("the mark");
    let expected = format!("{written}{MARK}{}", generated());
    if std::env::var_os("DIRSYNC_LAB_BLESS").is_some() {
        std::fs::write(&path, &expected).expect("the page can be written");
        return;
    }
    for (number, (was, is)) in page.lines().zip(expected.lines()).enumerate() {
        assert_eq!(was, is, "docs/powershell.md, line {}", number + 1);
    }
    assert!(
        page == expected,
        "docs/powershell.md is out of date: see the mark in it"
    );
}
