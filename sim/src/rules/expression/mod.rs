//! The expression language of sync rules: text in, a tree with places, values out.
//!
//! The language is a list of functions over attributes, as the Functions Reference of Entra
//! Connect describes it (source E/reference-connect-sync-functions-reference.md). Names of
//! functions and attributes are case-sensitive. Operators of arithmetic and `&` are taken from
//! left to right and bind tighter than comparisons, those tighter than `&&`, that tighter than
//! `||`: the documentation says that all have one rank, and the shipped rules need these.

mod binary;
mod evaluate;
mod function;
mod lexer;
mod lists;
mod parse;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::ops::Range;

use mock_ad::directory::Dn;

use super::RuleValue;
pub use function::{FUNCTIONS, Function};

/// An expression that was read.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    root: Node,
}

/// One part of an expression and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// What a part is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// `"text"`, `42`, `&H2A`, `True`, `NULL`, `IgnoreThisFlow` …
    Literal(RuleValue),
    /// A word that chooses, such as `CaseInsensitive` or `vbTextCompare`.
    Choice(&'static str),
    /// `[attribute]`.
    Attribute(String),
    /// `%Domain.FQDN%`.
    Parameter(String),
    /// `$item`.
    Variable(String),
    /// `Function(…)`.
    Call(&'static Function, Vec<Node>),
    /// `left = right`.
    Binary(Operator, Box<Node>, Box<Node>),
    /// `-number`.
    Negated(Box<Node>),
}

/// An operator between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concatenate,
    Plus,
    Minus,
    Times,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {}: {message}", .at + 1)]
pub struct ExpressionError {
    /// Where, in characters from 0.
    pub at: usize,
    /// What was found and what was expected.
    pub message: String,
    /// The function or parameter that is not known, if that is all that is wrong:
    /// `the function Fold`.
    pub unknown: Option<String>,
}

/// Why an expression has no value for an object: the error that the engine shows as
/// `sync-rule-error-function-triggered`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The expression itself calls `Error`.
    #[error("{0}")]
    Raised(String),
    /// A function got what it can't work with.
    #[error("{0}")]
    Type(String),
    /// A function that is not evaluated here.
    #[error("the function {0} is not evaluated")]
    NotEvaluated(&'static str),
}

/// The parameters of a connector. A forest is one domain here, so both have the same names.
/// Nothing but other rules ever compares `Connector.ID`; connectors have no GUID here, and the
/// domain's name, as unique, stands for it.
pub(crate) const PARAMETERS: [&str; 7] = [
    "Connector.ID",
    "Domain.FQDN",
    "Domain.LDAP",
    "Domain.Netbios",
    "Forest.FQDN",
    "Forest.LDAP",
    "Forest.Netbios",
];

/// What an expression reads: one object and the parameters of its connector.
pub trait Source {
    /// The values of an attribute; [`RuleValue::Null`] where it has none.
    fn attribute(&self, name: &str) -> RuleValue;
    /// The value of one of the known parameters, such as `Domain.FQDN`.
    fn parameter(&self, name: &str) -> RuleValue;
    /// Whether it is a direct member of a group of its connector space.
    fn is_member_of(&self, _group: &Dn) -> bool {
        false
    }
}

impl Expression {
    /// Reads an expression.
    ///
    /// ```
    /// use sim::rules::Expression;
    ///
    /// let read = Expression::read(r#"IIF(IsPresent([mail]),[mail],"none")"#)?;
    /// assert_eq!(read.attributes(), ["mail", "mail"]);
    /// let wrong = Expression::read("iif([mail])").unwrap_err();
    /// assert_eq!(
    ///     wrong.to_string(),
    ///     "at character 1: there is no function `iif`: did you mean `IIF`?"
    /// );
    /// # Ok::<(), sim::rules::ExpressionError>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, ExpressionError> {
        let root = parse::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            root,
        })
    }

    /// The expression that is one attribute: a direct flow.
    pub fn direct(attribute: &str) -> Self {
        Self::of(
            format!("[{attribute}]"),
            Kind::Attribute(attribute.to_owned()),
        )
    }

    /// The expression that is one text: a constant flow.
    pub fn constant(value: &str) -> Self {
        let written = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\"\""));
        Self::of(written, Kind::Literal(RuleValue::text(value)))
    }

    fn of(text: String, kind: Kind) -> Self {
        let span = 0..text.len();
        Self {
            text,
            root: Node { kind, span },
        }
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The attribute, if the expression is nothing but one.
    pub fn as_attribute(&self) -> Option<&str> {
        match &self.root.kind {
            Kind::Attribute(name) => Some(name),
            _ => None,
        }
    }

    /// The value for one object.
    pub fn evaluate(&self, source: &dyn Source) -> Result<RuleValue, Failure> {
        evaluate::Evaluation::new(&self.text, source).value(&self.root)
    }

    /// The attributes it names, in order.
    pub fn attributes(&self) -> Vec<&str> {
        let mut found = Vec::new();
        walk(&self.root, &mut |node| match &node.kind {
            Kind::Attribute(name) => found.push(name.as_str()),
            Kind::Call(function, arguments) if function.names_an_attribute() => {
                if let Some(Kind::Literal(RuleValue::Text(name))) =
                    arguments.first().map(|first| &first.kind)
                {
                    found.push(name.as_str());
                }
            }
            _ => {}
        });
        found
    }

    /// The functions it calls that are known and not evaluated here, in order, each once.
    pub fn not_evaluated(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        walk(&self.root, &mut |node| {
            if let Kind::Call(function, _) = &node.kind
                && !function.is_evaluated()
                && !found.contains(&function.name)
            {
                found.push(function.name);
            }
        });
        found
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn walk<'a>(node: &'a Node, see: &mut dyn FnMut(&'a Node)) {
    see(node);
    match &node.kind {
        Kind::Call(_, arguments) => arguments.iter().for_each(|argument| walk(argument, see)),
        Kind::Binary(_, left, right) => {
            walk(left, see);
            walk(right, see);
        }
        Kind::Negated(inner) => walk(inner, see),
        _ => {}
    }
}
