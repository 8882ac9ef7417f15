//! Values as sync rules see them.

use ecow::EcoVec;
use store::{Text, eq_fold};

/// What an attribute holds or an expression yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleValue {
    /// No value: `NULL`, or an attribute that is absent (rule R5.2).
    Null,
    /// `AuthoritativeNull`: no value, and no rule of lower precedence may give one.
    AuthoritativeNull,
    /// `IgnoreThisFlow`: the target stays as it is.
    IgnoreThisFlow,
    /// Text, references included.
    Text(Text),
    /// A number.
    Number(i64),
    /// True or False.
    Boolean(bool),
    /// Binary data: GUIDs, SIDs, certificates.
    Bytes(EcoVec<u8>),
    /// A date, as Active Directory counts them: hundreds of nanoseconds since 1601.
    Date(i64),
    /// Two or more values of a multi-valued attribute.
    Many(Vec<Self>),
}

impl RuleValue {
    /// Text.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Text(text.into())
    }

    /// A count, or a place from 1 on.
    pub fn count(count: usize) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// One value of a list as itself, none as `NULL`.
    pub fn from_list(mut values: Vec<Self>) -> Self {
        values.retain(|value| *value != Self::Null);
        match values.len() {
            0 => Self::Null,
            1 => values.swap_remove(0),
            _ => Self::Many(values),
        }
    }

    /// All values, one by one.
    pub fn values(&self) -> &[Self] {
        match self {
            Self::Null | Self::AuthoritativeNull | Self::IgnoreThisFlow => &[],
            Self::Many(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// Whether there is a value at all, and not just an empty text.
    pub fn is_present(&self) -> bool {
        self.values()
            .iter()
            .any(|value| !matches!(value, Self::Text(text) if text.is_empty()))
    }

    /// The value as text, where it reads as one: numbers in decimal, truth as True or False.
    pub fn as_text(&self) -> Option<Text> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(Text::from(number.to_string())),
            Self::Boolean(truth) => Some(Text::from(if *truth { "True" } else { "False" })),
            _ => None,
        }
    }

    /// The value as a number, where it reads as one.
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Boolean(truth) => Some(i64::from(*truth)),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The value as a condition, where it reads as one: a number other than 0 is True.
    pub fn as_condition(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Boolean(truth) => Some(*truth),
            Self::Number(number) => Some(*number != 0),
            Self::Text(text) if eq_fold(text, "True") => Some(true),
            Self::Text(text) if eq_fold(text, "False") || text.is_empty() => Some(false),
            Self::Many(values) => {
                let each: Option<Vec<bool>> = values.iter().map(Self::as_condition).collect();
                each.map(|each| each.into_iter().any(|it| it))
            }
            _ => None,
        }
    }

    /// What the value is, for messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null | Self::AuthoritativeNull => "no value",
            Self::IgnoreThisFlow => "IgnoreThisFlow",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Boolean(_) => "True or False",
            Self::Bytes(_) => "binary data",
            Self::Date(_) => "a date",
            Self::Many(_) => "several values",
        }
    }

    /// Equality as rules compare: text without regard to case (rule R5.10), numbers by value, and
    /// a number or a truth value with the text that says the same.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => eq_fold(left, right),
            (Self::Null, other) | (other, Self::Null) => {
                matches!(other, Self::Null) || matches!(other, Self::Text(it) if it.is_empty())
            }
            (Self::Number(left), right) => right.as_number() == Some(*left),
            (left, Self::Number(right)) => left.as_number() == Some(*right),
            (Self::Boolean(left), right) => right.as_condition() == Some(*left),
            (left, Self::Boolean(right)) => left.as_condition() == Some(*right),
            (left, right) => left == right,
        }
    }
}
