//! What a server in staging mode would export beside what the engine here would, for people and
//! programs.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sim::staging::{Comparison, Difference, Operation};

/// How many differences of one kind are printed in full.
const SHOWN_MAX: usize = 10;

/// The comparison for people: what is the same, then what differs, deletions first.
pub(crate) fn human(
    compared: &Comparison,
    file: &str,
    notes: &[String],
    everything: bool,
) -> String {
    let mut text = format!("What is pending in {file}, beside what would be pending here:\n\n");
    for operation in Operation::ALL {
        let count = compared.same.get(&operation).unwrap_or(&0);
        if *count > 0 {
            let _ = writeln!(text, "{count:>9}  {:<7} alike in both", operation.name());
        }
    }
    let silent = compared.updates_not_modelled;
    if silent > 0 {
        let _ = writeln!(
            text,
            "{silent:>9}  update  of nothing that has a place here"
        );
    }
    let _ = writeln!(text, "{:>9}  differ", compared.differences.len());
    for note in notes {
        let _ = writeln!(text, "note: {note}");
    }
    if !compared.not_modelled.is_empty() {
        let all = compared.not_modelled.iter();
        let names: Vec<String> = all
            .map(|(name, count)| format!("{name} ({count})"))
            .collect();
        let _ = writeln!(text, "note: not compared: {}", names.join(", "));
    }
    let mut differences: Vec<&Difference> = compared.differences.iter().collect();
    differences.sort_by_key(|it| std::cmp::Reverse((it.there, it.here)));
    let groups = differences.chunk_by(|left, right| kind(left) == kind(right));
    for group in groups {
        let _ = writeln!(text, "\n{}:", heading(group[0]));
        let most = if everything { usize::MAX } else { SHOWN_MAX };
        for difference in group.iter().take(most) {
            one(&mut text, difference, file);
        }
        if group.len() > most {
            let more = group.len() - most;
            let _ = writeln!(text, "  … and {more} more (--all prints every one)");
        }
    }
    text
}

fn kind(difference: &Difference) -> (Option<Operation>, Option<Operation>) {
    (difference.there, difference.here)
}

fn heading(difference: &Difference) -> String {
    let done = |operation: Operation| match operation {
        Operation::Add => "adds",
        Operation::Update => "updates",
        Operation::Delete => "deletes",
    };
    match kind(difference) {
        (Some(there), None) => format!("The server {}, and nothing is pending here", done(there)),
        (None, Some(here)) => format!(
            "Nothing is pending at the server, and {} here",
            pending(here)
        ),
        (Some(there), Some(here)) if there != here => {
            format!("The server {}, and {} here", done(there), pending(here))
        }
        _ => "The same is done with other values".to_owned(),
    }
}

const fn pending(operation: Operation) -> &'static str {
    match operation {
        Operation::Add => "an add is pending",
        Operation::Update => "an update is pending",
        Operation::Delete => "a deletion is pending",
    }
}

fn one(text: &mut String, difference: &Difference, file: &str) {
    let _ = writeln!(text, "  {}", difference.label);
    let mut place = Vec::new();
    if difference.label != difference.dn {
        place.push(difference.dn.clone());
    }
    place.extend(difference.line.map(|line| format!("{file}:{line}")));
    if !place.is_empty() {
        let _ = writeln!(text, "      {}", place.join("  "));
    }
    for differing in &difference.attributes {
        let (here, there) = (list(&differing.here), list(&differing.there));
        let _ = writeln!(text, "      {}  there {there}, here {here}", differing.name);
    }
}

fn list(values: &[String]) -> String {
    if values.is_empty() {
        return "no value".to_owned();
    }
    values.join(", ")
}

/// The comparison for programs.
pub(crate) fn json(compared: &Comparison) -> String {
    let word = |operation: Option<Operation>| operation.map(Operation::name);
    let differences = compared.differences.iter().map(|it| {
        let attributes = it
            .attributes
            .iter()
            .map(|one| json!({ "name": one.name, "here": one.here, "there": one.there }));
        json!({
            "object": it.label,
            "dn": it.dn,
            "here": word(it.here),
            "there": word(it.there),
            "line": it.line,
            "attributes": attributes.collect::<Vec<Value>>(),
        })
    });
    let same = compared
        .same
        .iter()
        .map(|(operation, count)| (operation.name(), json!(count)));
    let value = json!({
        "same": same.map(|(name, count)| (name.to_owned(), count))
            .collect::<serde_json::Map<_, _>>(),
        "differences": differences.collect::<Vec<Value>>(),
        "notModelled": compared.not_modelled,
        "updatesNotModelled": compared.updates_not_modelled,
    });
    format!("{value:#}\n")
}
