//! From bytes to a scenario, or to everything that is wrong with it.

use super::check::check_all;
use super::decode::{Problems, decode};
use super::diagnostic::Diagnostic;
use super::known::Known;
use super::model::Scenario;
use super::node::Node;
use super::yaml;

/// The longest file that is read, in bytes.
const BYTES_MAX: usize = 8 << 20;

/// The text of a scenario file.
pub fn text_of<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    let refuse = |message: &str, at: usize| Diagnostic::new("not-text", message, file, at..at);
    if bytes.len() > BYTES_MAX {
        return Err(refuse(
            "the file is too large for a scenario: 8 MiB are the limit",
            0,
        ));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(refuse("the file is UTF-16", 0)
            .help("save it as UTF-8; in PowerShell: `Set-Content -Encoding utf8`"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        refuse("the file is not UTF-8 text", error.valid_up_to()).help("save it as UTF-8")
    })
}

/// Reads a scenario and looks at its names and meaning: all a runner needs.
///
/// ```
/// use sim::scenario::{Known, load, render};
///
/// let source = "\
/// scenario: Ann is renamed
/// world:
///   profile: entra-2025
///   ad: { ann: { upn: ann@contoso.com } }
/// steps:
///   - rename: { user: ane, to: Ann Lee }
/// ";
/// let problems = load("ann.yaml", source, &Known::default()).unwrap_err();
/// assert_eq!(
///     render(&problems, source),
///     "error[unknown-object]: no object is named `ane`
///  --> ann.yaml:6:21
///   |
/// 6 |   - rename: { user: ane, to: Ann Lee }
///   |                     ^^^ no such name under `world.ad`
///   |
///   = help: did you mean `ann`?
/// "
/// );
/// ```
pub fn load(file: &str, source: &str, known: &Known<'_>) -> Result<Scenario, Vec<Diagnostic>> {
    let shape = read_shape(file, source);
    let mut found = shape.found;
    // Names that were lost to mistakes of shape would be reported as unknown.
    if let Some(scenario) = &shape.scenario
        && !shape.is_partial
    {
        found.extend(check(file, scenario, known));
    }
    match shape.scenario {
        Some(scenario) if found.is_empty() => Ok(scenario),
        _ => Err(in_order(found)),
    }
}

/// Reads a scenario: the first layer, its shape.
pub fn parse(file: &str, source: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let shape = read_shape(file, source);
    match shape.scenario {
        Some(scenario) if shape.found.is_empty() => Ok(scenario),
        _ => Err(in_order(shape.found)),
    }
}

/// Looks at the names and the meaning of a scenario that has been read: the second layer.
pub fn check(file: &str, scenario: &Scenario, known: &Known<'_>) -> Vec<Diagnostic> {
    in_order(check_all(file, scenario, known))
}

struct Shape {
    scenario: Option<Scenario>,
    found: Vec<Diagnostic>,
    is_partial: bool,
}

fn read_shape(file: &str, source: &str) -> Shape {
    let (root, mut found) = read_root(file, source, "begin with `scenario:` and a title");
    let is_partial = !found.is_empty();
    let problems = Problems::new(file, source);
    let scenario = root.and_then(|root| decode(&root, &problems));
    let (wrong, has_lost) = problems.into_found();
    found.extend(wrong);
    Shape {
        scenario,
        found,
        is_partial: is_partial || has_lost,
    }
}

/// Reads a file's tree; an empty file is a finding.
fn read_root(file: &str, source: &str, begin: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let (root, mut found) = yaml::read(source, file);
    let root = root.filter(|root| !root.is_null());
    if root.is_none() && found.is_empty() {
        let problem = Diagnostic::new("invalid-yaml", "the file is empty", file, 0..0);
        found.push(problem.help(begin));
    }
    (root, found)
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by_key(|problem| problem.span.start);
    found
}

/// Reads any other file that is written in the language's style, or all that is wrong with it.
pub(crate) fn read_document<T: for<'de> serde::Deserialize<'de>>(
    file: &str,
    source: &str,
) -> Result<T, Vec<Diagnostic>> {
    let (root, mut found) = read_root(file, source, "write at least one key and its value");
    let problems = Problems::new(file, source);
    let value = root.and_then(|root| decode(&root, &problems));
    let (wrong, _) = problems.into_found();
    found.extend(wrong);
    match value {
        Some(value) if found.is_empty() => Ok(value),
        _ => Err(in_order(found)),
    }
}

/// Writes any other file in the language's style.
pub(crate) fn write_document<T: serde::Serialize>(value: &T) -> String {
    yaml::write(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{read_document, write_document};

    #[test]
    fn other_documents_are_read_and_written() {
        let pairs: BTreeMap<String, String> =
            read_document("lab.yaml", "profile: entra-2025\n").expect("one pair");
        assert_eq!(write_document(&pairs), "profile: entra-2025\n");
    }

    #[test]
    fn no_refusal_is_silent() {
        for source in ["", "# nothing\n", "a: [", "a: {b: c}\n", "a: 1\na: 2\n"] {
            let read = read_document::<BTreeMap<String, String>>("lab.yaml", source);
            assert!(!read.expect_err(source).is_empty(), "{source}");
        }
    }
}
