//! `$filter`: its grammar, what the table of properties allows of it, and its meaning.
//!
//! A text is parsed into an [`Expression`], which is what was written and prints as it could be
//! written again. A check turns that into a test over the properties of one type, or into the
//! refusal of Graph. A filter's depth, its length and the lists in it are
//! bounded, so that nothing here recurses or runs for long whatever is sent.

pub(super) mod check;
mod display;
pub(super) mod eval;
mod lexer;
mod parser;
pub(super) mod plan;

use jiff::Timestamp;
use uuid::Uuid;

use super::error::GraphError;

/// How long a filter may be, in bytes. Graph limits the address of a request as a whole.
pub const FILTER_LENGTH_MAX: usize = 8192;
/// How deep parentheses, `not`, lambdas and calls may be nested.
pub const FILTER_DEPTH_MAX: usize = 100;
/// How many alternatives `or` and `in` may offer together (docs-contrib and a recorded answer of
/// 2019: "Max allowed: 15").
pub const FILTER_CLAUSES_MAX: usize = 15;

/// A filter as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// All of them, two or more.
    And(Vec<Self>),
    /// Any of them, two or more.
    Or(Vec<Self>),
    /// `not (…)`.
    Not(Box<Self>),
    /// `left op right`.
    Compare(Operand, Comparison, Operand),
    /// `left in (…)`.
    In(Operand, Vec<Operand>),
    /// `path/any(x:…)` or `path/all(x:…)`.
    Lambda {
        /// What it ranges over.
        path: Path,
        /// Whether it is `all`.
        all: bool,
        /// The variable and what is said of it; nothing for `any()`.
        body: Option<(String, Box<Self>)>,
    },
    /// An operand that is true or false by itself: a function or a property.
    Truth(Operand),
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A constant.
    Literal(Literal),
    /// A property.
    Path(Path),
    /// `path/$count`.
    Count(Path),
    /// A function.
    Call(String, Vec<Self>),
}

/// Names with slashes between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(pub Vec<String>);

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// Text between apostrophes; an apostrophe in it is doubled.
    Text(String),
    /// A GUID without apostrophes.
    Guid(Uuid),
    /// A number.
    Number(String),
    /// A date with time and offset.
    Instant(Timestamp),
    /// A date: the start of that day in UTC.
    Date(String, Timestamp),
}

impl Literal {
    /// The type, as messages name it.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "<null>",
            Self::Boolean(_) => "Edm.Boolean",
            Self::Text(_) => "Edm.String",
            Self::Guid(_) => "Edm.Guid",
            Self::Number(_) => "Edm.Int32",
            Self::Instant(_) => "Edm.DateTimeOffset",
            Self::Date(..) => "Edm.Date",
        }
    }
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`.
    Eq,
    /// `ne`.
    Ne,
    /// `gt`.
    Gt,
    /// `ge`.
    Ge,
    /// `lt`.
    Lt,
    /// `le`.
    Le,
}

impl Comparison {
    /// Every operator.
    pub const ALL: [Self; 6] = [Self::Eq, Self::Ne, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// As messages name it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Eq => "Equal",
            Self::Ne => "NotEqual",
            Self::Gt => "GreaterThan",
            Self::Ge => "GreaterThanOrEqual",
            Self::Lt => "LessThan",
            Self::Le => "LessThanOrEqual",
        }
    }

    /// The operator with its sides exchanged.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            same => same,
        }
    }
}

impl Expression {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, GraphError> {
        parser::parse(text).map_err(|detail| invalid(&detail))
    }
}

/// The refusal of a filter that can't be read; the words behind the colon are those of
/// Microsoft's OData library.
pub(super) fn invalid(detail: &str) -> GraphError {
    GraphError::new(
        400,
        "BadRequest",
        format!("Invalid filter clause: {detail}"),
    )
}
