//! Why something happened, in plain words, with the rule behind it.

use std::fmt;

use store::Text;

use crate::ids::{CloudId, SourceAnchor};
use crate::rule::RuleId;

/// A value that a reason speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Nothing.
    None,
    /// Text, shared with where it came from.
    Text(Text),
    /// A fixed word.
    Word(&'static str),
    /// A cloud object.
    Id(CloudId),
    /// An anchor.
    Anchor(SourceAnchor),
    /// A count.
    Number(u64),
}

impl fmt::Display for Arg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => formatter.write_str(text),
            Self::Word(word) => formatter.write_str(word),
            Self::Id(id) => id.fmt(formatter),
            Self::Anchor(anchor) => anchor.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
        }
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<Text> for Arg {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<&Text> for Arg {
    fn from(text: &Text) -> Self {
        Self::Text(text.clone())
    }
}

impl From<CloudId> for Arg {
    fn from(id: CloudId) -> Self {
        Self::Id(id)
    }
}

impl From<&SourceAnchor> for Arg {
    fn from(anchor: &SourceAnchor) -> Self {
        Self::Anchor(anchor.clone())
    }
}

/// One step of a decision: the rule that applied, and what it did here.
///
/// The sentence is kept as a template and values, so that a million reasons cost no formatting
/// until somebody reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule.
    pub rule: RuleId,
    template: &'static str,
    args: [Arg; 2],
}

impl Reason {
    /// A reason without values.
    pub const fn plain(rule: RuleId, text: &'static str) -> Self {
        Self {
            rule,
            template: text,
            args: [Arg::None, Arg::None],
        }
    }

    /// A reason with one value, which takes the place of `{0}`.
    pub fn one(rule: RuleId, template: &'static str, value: impl Into<Arg>) -> Self {
        Self {
            rule,
            template,
            args: [value.into(), Arg::None],
        }
    }

    /// A reason with two values, which take the places of `{0}` and `{1}`.
    pub fn two(
        rule: RuleId,
        template: &'static str,
        first: impl Into<Arg>,
        second: impl Into<Arg>,
    ) -> Self {
        Self {
            rule,
            template,
            args: [first.into(), second.into()],
        }
    }

    /// The sentence.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.template.len() + 40);
        let mut rest = self.template;
        while let Some(start) = rest.find('{') {
            text.push_str(&rest[..start]);
            let place = usize::from(rest[start..].starts_with("{1}"));
            text.push_str(&self.args[place].to_string());
            rest = rest.get(start + 3..).unwrap_or_default();
        }
        text.push_str(rest);
        text
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}  {}", self.rule, self.text())
    }
}
