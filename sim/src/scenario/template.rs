//! Files of other languages that hold parts of a scenario, with places that are filled in first.
//!
//! `<jane.first>` in a text or a key stands for a value that is drawn elsewhere; `<<` is a plain
//! `<`. The tree is filled before it is read, so that whatever is wrong with a value points at the
//! place in the file where it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::decode::{Problems, decode};
use super::diagnostic::Diagnostic;
use super::node::{Kind, Node};
use super::{suggest, yaml};

/// A file that is about to be filled in and read.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    file: String,
    source: String,
    /// What a file of this language is called.
    noun: &'static str,
    root: Node,
    found: Vec<Diagnostic>,
    is_partial: bool,
}

/// What came of reading a template.
#[derive(Debug)]
pub(crate) struct Filled<T> {
    /// The value, unless something kept it from being read at all.
    pub(crate) value: Option<T>,
    /// Everything that is wrong.
    pub(crate) found: Vec<Diagnostic>,
    /// Whether names may be missing from the value because of a mistake.
    pub(crate) is_partial: bool,
}

impl Template {
    /// Reads a file into a tree.
    pub(crate) fn read(
        file: &str,
        source: &str,
        noun: &'static str,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (root, mut found) = yaml::read(source, file);
        let Some(root) = root.filter(|root| !root.is_null()) else {
            if found.is_empty() {
                let problem = Diagnostic::new("invalid-yaml", "the file is empty", file, 0..0);
                found.push(problem.help(format!("begin with `{noun}:` and a short name")));
            }
            return Err(found);
        };
        Ok(Self {
            file: file.to_owned(),
            source: source.to_owned(),
            noun,
            root,
            is_partial: !found.is_empty(),
            found,
        })
    }

    /// Reads what stands under one key of the file.
    pub(crate) fn part<T: for<'de> Deserialize<'de> + Default>(&mut self, key: &str) -> T {
        let Some(node) = child(&self.root, key) else {
            return T::default();
        };
        let problems = Problems::of(self.noun, &self.file, &self.source);
        let value = decode(node, &problems);
        let (found, is_partial) = problems.into_found();
        self.found.extend(found);
        self.is_partial |= is_partial;
        value.unwrap_or_default()
    }

    /// How many items stand in the list under a key.
    pub(crate) fn length(&self, key: &str) -> usize {
        self.items(key).len()
    }

    fn items(&self, key: &str) -> &[Node] {
        match child(&self.root, key).map(|node| &node.kind) {
            Some(Kind::List(items)) => items,
            _ => &[],
        }
    }

    /// Puts one item of the list under a key over the file, but for the keys in `own`: mappings
    /// are merged, everything else takes the place of what is there, and nothing (`~`) removes it.
    pub(crate) fn overlay(&mut self, key: &str, place: usize, own: &[&str]) {
        let Some(item) = self.items(key).get(place).cloned() else {
            return;
        };
        let Kind::Mapping(mut entries) = item.kind else {
            let at = item.head(&self.source);
            let message = format!("an item of `{key}` is keys and values");
            self.found
                .push(Diagnostic::new("wrong-type", message, &self.file, at));
            return;
        };
        entries.retain(|(key, _)| !own.contains(&key.text.as_str()));
        let kind = Kind::Mapping(entries);
        merge(&mut self.root, Node { at: item.at, kind });
    }

    /// Puts values where the file has placeholders, but for what stands under the keys in `but`.
    pub(crate) fn fill(&mut self, values: &BTreeMap<String, String>, but: &[&str]) {
        let mut filling = Filling {
            file: &self.file,
            source: &self.source,
            values,
            found: Vec::new(),
        };
        if let Kind::Mapping(entries) = &mut self.root.kind {
            for (key, node) in entries {
                if !but.contains(&key.text.as_str()) {
                    key.text = filling.text(&key.text, &key.at);
                    filling.node(node);
                }
            }
        }
        // Where something that is drawn was lost to a mistake, its placeholders are no news.
        if !self.is_partial {
            self.is_partial = !filling.found.is_empty();
            self.found.extend(filling.found);
        }
    }

    /// Reads the whole.
    pub(crate) fn finish<T: for<'de> Deserialize<'de>>(mut self) -> Filled<T> {
        let problems = Problems::of(self.noun, &self.file, &self.source);
        let value = decode(&self.root, &problems);
        let (found, is_partial) = problems.into_found();
        self.found.extend(found);
        Filled {
            value,
            found: self.found,
            is_partial: self.is_partial || is_partial,
        }
    }
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.kind {
        Kind::Mapping(entries) => {
            let found = entries.iter().find(|(own, _)| own.text == key);
            found.map(|(_, node)| node)
        }
        _ => None,
    }
}

fn merge(under: &mut Node, over: Node) {
    let (Kind::Mapping(below), Kind::Mapping(_)) = (&mut under.kind, &over.kind) else {
        *under = over;
        return;
    };
    let Kind::Mapping(above) = over.kind else {
        return;
    };
    for (key, node) in above {
        let place = below.iter().position(|(own, _)| own.text == key.text);
        match place {
            Some(place) if node.is_null() => {
                below.remove(place);
            }
            Some(place) => merge(&mut below[place].1, node),
            None => below.push((key, node)),
        }
    }
}

struct Filling<'f> {
    file: &'f str,
    source: &'f str,
    values: &'f BTreeMap<String, String>,
    found: Vec<Diagnostic>,
}

impl Filling<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.kind {
            Kind::Scalar { text, .. } => *text = self.text(text, &node.at),
            Kind::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Mapping(entries) => {
                for (key, value) in entries {
                    key.text = self.text(&key.text, &key.at);
                    self.node(value);
                }
            }
        }
    }

    fn text(&mut self, text: &str, at: &std::ops::Range<usize>) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            filled.push_str(before);
            rest = after;
            if let Some(after) = rest.strip_prefix('<') {
                filled.push('<');
                rest = after;
                continue;
            }
            let name = placeholder(rest);
            let value = name.and_then(|name| self.values.get(name));
            match (name, value) {
                (Some(name), Some(value)) => {
                    filled.push_str(value);
                    rest = &rest[name.len() + 1..];
                }
                (Some(name), None) => {
                    self.unknown(name, at);
                    filled.push('<');
                }
                (None, _) => filled.push('<'),
            }
        }
        filled.push_str(rest);
        filled
    }

    fn unknown(&mut self, name: &str, at: &std::ops::Range<usize>) {
        let written = format!("<{name}>");
        let within = self.source.get(at.clone()).unwrap_or_default();
        let at = match within.find(&written) {
            Some(place) => at.start + place..at.start + place + written.len(),
            None => at.clone(),
        };
        let message = format!("nothing is drawn for `{written}`");
        let problem = Diagnostic::new("unknown-placeholder", message, self.file, at);
        let names = self.values.keys().map(String::as_str);
        let problem = match suggest::nearest(name, names) {
            Some(near) => problem.help(format!("did you mean `<{near}>`?")),
            None => problem.help("declare it under `vary`, or write `<<` for a plain `<`"),
        };
        self.found.push(problem);
    }
}

/// The name of a placeholder whose `<` has been read: words of small letters with dots between.
fn placeholder(rest: &str) -> Option<&str> {
    let (name, _) = rest.split_once('>')?;
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && (word.chars()).all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    name.split('.').all(is_word).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Template;

    fn filled(source: &str) -> (BTreeMap<String, String>, Vec<String>) {
        let mut template = Template::read("t.yaml", source, "lab").expect("a tree");
        let values = [("jane.first", "Ann"), ("n", "3")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        template.fill(&BTreeMap::from(values), &["raw"]);
        let filled = template.finish();
        let found = filled.found.iter().map(|it| it.message.to_string());
        (filled.value.unwrap_or_default(), found.collect())
    }

    #[test]
    fn placeholders_in_texts_and_keys_are_filled() {
        let source = "\"<n>\": <jane.first> x<n>\nraw: <jane.first>\nkeep: a << b <4 d> <x@y>\n";
        let (value, found) = filled(source);
        assert_eq!(found, [""; 0]);
        assert_eq!(value["3"], "Ann x3");
        assert_eq!(value["raw"], "<jane.first>");
        assert_eq!(value["keep"], "a < b <4 d> <x@y>");
    }

    #[test]
    fn what_is_not_drawn_is_reported() {
        let (_, found) = filled("a: <jane.frist>\nb: <who>\n");
        assert_eq!(
            found,
            [
                "nothing is drawn for `<jane.frist>`",
                "nothing is drawn for `<who>`"
            ]
        );
    }

    #[test]
    fn an_overlay_merges_mappings_and_replaces_the_rest() {
        let source = "a: { x: 1, y: 2, z: 3 }\nmore:\n  - name: one\n    a: { y: 5, z: ~, w: 6 }\n";
        let mut template = Template::read("t.yaml", source, "lab").expect("a tree");
        assert_eq!(template.length("more"), 1);
        template.overlay("more", 0, &["name"]);
        let a: BTreeMap<String, String> = template.part("a");
        let a: Vec<(&str, &str)> = a.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(a, [("w", "6"), ("x", "1"), ("y", "5")]);
    }
}
