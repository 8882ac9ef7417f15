//! `rules.yaml`: all sync rules of the engine.

use std::fmt;
use std::ops::Range;

use mock_cloud::Profile;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::places::position;
use super::{Lab, Problem, SourceFile, problems_of};
use crate::engine::{AnchorAttribute, EnginePolicy};
use crate::rules::{RuleError, RuleSet, RulesFile, Variant};
use crate::scenario::{Name, Spanned, read_document, text_of};

/// What shows how rules are written.
const SHOWN: &str = "`dirsync-lab explain rules` shows rules as they are written";

/// Keys of a rule whose values are taken as they are, so that no error is about them.
const NEVER_WRONG: [&str; 4] = ["name", "from", "to", "copied"];

/// Reads the rules of a file, or says everything that is wrong with them.
pub(super) fn read(file: &SourceFile, lab: &Lab) -> Result<RuleSet, Vec<Problem>> {
    let text = text_of(&file.name, &file.bytes).map_err(|found| {
        // Everything before the place is text.
        problems_of(&[found], &String::from_utf8_lossy(&file.bytes), SHOWN)
    });
    let source = text?;
    let wrong = |found: Vec<_>| problems_of(&found, source, SHOWN);
    let forms = read_document::<RulesFile>(&file.name, source).map_err(wrong)?;
    let words = read_document::<Words>(&file.name, source).map_err(wrong)?;
    let variant = Variant {
        anchor: lab.anchor.unwrap_or(AnchorAttribute::ObjectGuid),
        policy: EnginePolicy::of(lab.profile.unwrap_or(Profile::Entra2026)),
    };
    let mut problems = Vec::new();
    let mut rules = Vec::new();
    for (form, words) in forms.rules.iter().zip(&words.rules) {
        match form.read(&variant) {
            Ok(rule) => rules.push(rule),
            Err(errors) => problems.extend(errors.iter().map(|error| {
                let at = place(words, error);
                let (line, column) = position(source, &at);
                Problem {
                    file: file.name.clone(),
                    line,
                    column,
                    message: error.to_string(),
                    help: SHOWN.to_owned(),
                }
            })),
        }
    }
    if problems.is_empty() {
        Ok(RuleSet::new(rules))
    } else {
        problems.sort_by_key(|it| (it.line, it.column));
        Err(problems)
    }
}

/// The rules of a file again, as words with their places.
#[derive(Deserialize)]
struct Words {
    rules: Vec<Spanned<Tree>>,
}

/// Anything that is written in YAML.
enum Tree {
    Text(String),
    List(Vec<Spanned<Self>>),
    Keys(Vec<(Name, Spanned<Self>)>),
}

/// Where the text is that an error is about; the head of the rule where it is not found.
fn place(rule: &Spanned<Tree>, error: &RuleError) -> Range<usize> {
    let found = match &rule.value {
        Tree::Keys(keys) => keys
            .iter()
            .filter(|(key, _)| !NEVER_WRONG.contains(&key.as_str()))
            .find_map(|(_, value)| find(value, &error.text)),
        Tree::Text(_) | Tree::List(_) => None,
    };
    found.unwrap_or_else(|| rule.at.clone())
}

fn find(tree: &Spanned<Tree>, text: &str) -> Option<Range<usize>> {
    // An attribute under `trimmed` is short for that expression.
    let is_meant = |written: &str| {
        let inner = text
            .strip_prefix("Trim([")
            .and_then(|it| it.strip_suffix("])"));
        written == text || inner == Some(written)
    };
    match &tree.value {
        Tree::Text(written) => is_meant(written).then(|| tree.at.clone()),
        Tree::List(items) => items.iter().find_map(|item| find(item, text)),
        Tree::Keys(keys) => keys.iter().find_map(|(key, value)| {
            let here = (key.value == text).then(|| key.at.clone());
            here.or_else(|| find(value, text))
        }),
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::List(Vec::new()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut keys = Vec::new();
        while let Some(entry) = map.next_entry()? {
            keys.push(entry);
        }
        Ok(Tree::Keys(keys))
    }
}
