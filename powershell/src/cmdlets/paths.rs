//! Paths: `Join-Path`, `Split-Path`, `Resolve-Path`; and `Select-String`.

use crate::command::{Call, Command, Parameter};
use crate::convert::{number, to_display};
use crate::error::Outcome;
use crate::types;
use crate::types::encoding::Encoding;
use crate::value::{Object, Value};

use super::common;
use super::{MANAGEMENT, UTILITY, simple};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        simple(
            "Join-Path",
            MANAGEMENT,
            "Puts paths together.",
            vec![
                Parameter::texts("Path")
                    .at(0)
                    .mandatory()
                    .piped()
                    .piped_by_name(),
                Parameter::text("ChildPath").at(1).mandatory().nullable(),
                Parameter::switch("Resolve"),
            ],
            join,
        ),
        simple(
            "Split-Path",
            MANAGEMENT,
            "Takes paths apart.",
            vec![
                Parameter::texts("Path").at(0).piped().piped_by_name(),
                Parameter::texts("LiteralPath").or(&["PSPath"]),
                Parameter::switch("Parent"),
                Parameter::switch("Leaf"),
                Parameter::switch("Qualifier"),
                Parameter::switch("NoQualifier"),
                Parameter::switch("IsAbsolute"),
                Parameter::switch("Resolve"),
            ],
            split,
        ),
        simple(
            "Resolve-Path",
            MANAGEMENT,
            "Where a path leads.",
            vec![
                Parameter::texts("Path").at(0).piped(),
                Parameter::texts("LiteralPath").or(&["PSPath"]),
            ],
            resolve,
        ),
        simple(
            "Select-String",
            UTILITY,
            "Finds text.",
            vec![
                Parameter::object("InputObject").piped(),
                Parameter::texts("Pattern").at(0).mandatory(),
                Parameter::texts("Path").at(1),
                Parameter::texts("LiteralPath").or(&["PSPath"]),
                Parameter::switch("SimpleMatch"),
                Parameter::switch("CaseSensitive"),
                Parameter::switch("NotMatch"),
                Parameter::switch("Quiet"),
                Parameter::switch("List"),
                Parameter::switch("AllMatches"),
            ],
            select_string,
        ),
    ]
}

fn join(call: &mut dyn Call) -> Outcome {
    let child = common::text(call, "ChildPath")
        .unwrap_or_default()
        .replace('/', "\\");
    for path in common::texts(call, "Path") {
        let path = path.replace('/', "\\");
        let joined = format!(
            "{}\\{}",
            path.trim_end_matches('\\'),
            child.trim_start_matches('\\')
        );
        call.write(Value::from(joined))?;
    }
    Ok(())
}

fn split(call: &mut dyn Call) -> Outcome {
    let mut all = common::texts(call, "Path");
    all.extend(common::texts(call, "LiteralPath"));
    for path in all {
        let drive = path.find(':').map_or(0, |at| at + 1);
        let bare = path.trim_end_matches(['\\', '/']);
        let last = bare.rfind(['\\', '/']);
        let value = if call.switch("Leaf") {
            Value::text(last.map_or(bare, |at| &bare[at + 1..]))
        } else if call.switch("Qualifier") {
            Value::text(&path[..drive])
        } else if call.switch("NoQualifier") {
            Value::text(&path[drive..])
        } else if call.switch("IsAbsolute") {
            Value::Bool(drive > 0)
        } else {
            let parent = last.map_or("", |at| &bare[..at]);
            Value::from(if parent.ends_with(':') {
                format!("{parent}\\")
            } else {
                parent.to_owned()
            })
        };
        call.write(value)?;
    }
    Ok(())
}

fn resolve(call: &mut dyn Call) -> Outcome {
    let mut all = common::texts(call, "Path");
    all.extend(common::texts(call, "LiteralPath"));
    for path in all {
        for file in common::expanded(call, &path) {
            if file != "/" && call.host().entry(&file).is_err() {
                call.error(common::no_path(&file))?;
                continue;
            }
            let shown = types::windows_path(&file);
            let members = [
                ("Path", Value::text(&shown)),
                ("ProviderPath", Value::text(&shown)),
            ];
            let kinds = ["System.Management.Automation.PathInfo", "System.Object"];
            call.write(Value::Object(Object::typed(&kinds, members, Some(&shown))))?;
        }
    }
    Ok(())
}

fn select_string(call: &mut dyn Call) -> Outcome {
    let mut paths = common::texts(call, "Path");
    paths.extend(common::texts(call, "LiteralPath"));
    if paths.is_empty() {
        let texts = call
            .argument("InputObject")
            .map(|it| it.enumerate())
            .unwrap_or_default();
        let lines: Vec<String> = texts.iter().map(to_display).collect();
        return find(call, "InputStream", &lines);
    }
    for path in paths {
        for file in common::expanded(call, &path) {
            match call.host().read(&file) {
                Ok(bytes) => {
                    let lines = types::io::lines_of(&Encoding::read(&bytes, None));
                    find(call, &types::windows_path(&file), &lines)?;
                }
                Err(_) => call.error(common::no_path(&file))?,
            }
        }
    }
    Ok(())
}

fn find(call: &mut dyn Call, file: &str, lines: &[String]) -> Outcome {
    let case = call.switch("CaseSensitive");
    let mut patterns = Vec::new();
    for pattern in common::texts(call, "Pattern") {
        let source = if call.switch("SimpleMatch") {
            types::regex::escaped(&pattern)
        } else {
            pattern.clone()
        };
        patterns.push((pattern, types::regex::compile(&source, case)?));
    }
    for (at, line) in lines.iter().enumerate() {
        let hit = patterns
            .iter()
            .find(|(_, it)| it.is_match(line).unwrap_or(false));
        if hit.is_some() == call.switch("NotMatch") {
            continue;
        }
        if call.switch("Quiet") {
            return call.write(Value::Bool(true));
        }
        let matches = hit.map_or(Value::Null, |(_, it)| types::regex::matches(it, line));
        let shown = if file == "InputStream" {
            line.clone()
        } else {
            format!("{file}:{}:{line}", at + 1)
        };
        let members = [
            ("IgnoreCase", Value::Bool(!case)),
            ("LineNumber", number::length(at + 1)),
            ("Line", Value::text(line)),
            ("Filename", Value::text(types::io::file_name(file))),
            ("Path", Value::text(file)),
            (
                "Pattern",
                hit.map_or(Value::Null, |(it, _)| Value::text(it)),
            ),
            ("Matches", matches),
        ];
        let kinds = ["Microsoft.PowerShell.Commands.MatchInfo", "System.Object"];
        call.write(Value::Object(Object::typed(&kinds, members, Some(&shown))))?;
        if call.switch("List") {
            break;
        }
    }
    Ok(())
}
