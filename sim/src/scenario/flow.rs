//! A value of the language in one line, as a person types it.

use serde::Serialize;

use super::node::{Kind, Node};
use super::yaml;

/// Writes a value in one line; what is written can be read again.
pub(crate) fn one_line<T: Serialize>(value: &T) -> String {
    let block = yaml::write(value);
    let (root, _) = yaml::read(&block, "");
    match root {
        Some(root) => top(&root),
        None => String::new(),
    }
}

/// The outermost mapping goes without braces.
fn top(node: &Node) -> String {
    match &node.kind {
        Kind::Mapping(_) => entries(node),
        _ => inner(node),
    }
}

fn inner(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { .. } if node.is_null() => "~".to_owned(),
        Kind::Scalar { text, plain: true } => text.clone(),
        Kind::Scalar { text, plain: false } => quoted(text),
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(inner).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Mapping(_) => format!("{{ {} }}", entries(node)),
    }
}

fn entries(node: &Node) -> String {
    let Kind::Mapping(entries) = &node.kind else {
        return String::new();
    };
    let entries = entries.iter();
    let entries: Vec<String> = entries
        .map(|(key, value)| format!("{}: {}", quoted(&key.text), inner(value)))
        .collect();
    entries.join(", ")
}

/// A text as YAML takes it within braces.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || ".@_-+=/~() ".contains(c);
    let begins = text.starts_with(|c: char| c.is_alphanumeric());
    if begins && !text.ends_with(' ') && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::OneOrMany;
    use super::super::Spanned;
    use super::super::model::Step;
    use super::super::read::read_document;
    use super::one_line;

    #[test]
    fn a_step_in_one_line_reads_as_it_was() {
        for line in [
            "move: { user: j.doe, to: OU=Not Synced }",
            "sync: delta",
            "stop-scheduler",
            "wait: 2d",
            "set: { user: ann, attribute: proxyAddresses, to: [\"SMTP:a@x.y\", \"smtp:b@x.y\"] }",
            "set-engine: { scope: [OU=People], deletion-threshold: 500 }",
        ] {
            let read = read_document::<OneOrMany<Spanned<Step>>>("step", line);
            let step = read.expect("a step").0.remove(0);
            let written = one_line(&step);
            let again = read_document::<OneOrMany<Spanned<Step>>>("step", &written);
            assert_eq!(again.expect("a step").0, [step], "{written}");
        }
    }
}
