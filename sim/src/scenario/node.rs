//! A scenario file as a tree of nodes, each of which knows its place in the file.

use std::ops::Range;

/// One scalar, list or mapping.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The bytes it covers.
    pub(super) at: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
}

/// The three shapes a node can have.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A single value; `plain` when it was written without quotes.
    Scalar { text: String, plain: bool },
    /// Values in order.
    List(Vec<Node>),
    /// Keys and values in the order of the file; every key is a scalar.
    Mapping(Vec<(Key, Node)>),
}

/// The key of an entry of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The bytes it covers.
    pub(super) at: Range<usize>,
    /// Its text.
    pub(super) text: String,
}

impl Node {
    /// The bytes that a message about this node as a whole points at: the verb of a one-key
    /// mapping, otherwise everything up to the end of the node's first line.
    pub(super) fn head(&self, source: &str) -> Range<usize> {
        if let Kind::Mapping(entries) = &self.kind
            && let [(key, _)] = entries.as_slice()
        {
            return key.at.clone();
        }
        let text = source.get(self.at.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().trim_end();
        self.at.start..self.at.start + line.len()
    }

    /// Whether nothing was written here, or `null`.
    pub(super) fn is_null(&self) -> bool {
        match &self.kind {
            Kind::Scalar { text, plain: true } => {
                matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// The node's shape in words.
    pub(super) fn shape(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            Kind::Scalar { .. } => "text",
            Kind::List(_) => "a list",
            Kind::Mapping(_) => "keys and values",
        }
    }
}
