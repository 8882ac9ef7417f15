//! What the service answers when it does not do what an administrator asks.

use std::fmt;

use crate::rule::RuleId;

/// A refusal: data, as a Graph client would receive it, with a hint for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code of Graph.
    pub code: &'static str,
    /// The message of Graph, or of the older cmdlet where that is what is known.
    pub message: String,
    /// Why, and what to do instead, in plain words.
    pub hint: String,
    /// The rule behind it, where the catalogue has one.
    pub rule: Option<RuleId>,
    /// The id of the object that is in the way, where there is one.
    pub other: Option<String>,
}

impl Refusal {
    pub(crate) fn bad_request(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: "Request_BadRequest",
            message: message.into(),
            hint: hint.into(),
            rule: None,
            other: None,
        }
    }

    pub(crate) fn not_found(what: &str, hint: impl Into<String>) -> Self {
        Self {
            status: 404,
            code: "Request_ResourceNotFound",
            message: format!(
                "Resource '{what}' does not exist or one of its queried reference-property \
                 objects are not present."
            ),
            hint: hint.into(),
            rule: None,
            other: None,
        }
    }

    pub(crate) fn because_of(mut self, other: impl fmt::Display) -> Self {
        self.other = Some(other.to_string());
        self
    }

    pub(crate) fn by(mut self, rule: RuleId) -> Self {
        self.rule = Some(rule);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.status, self.code, self.message)
    }
}

impl std::error::Error for Refusal {}
