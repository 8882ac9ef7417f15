//! The bodies with which Graph refuses a request.

use std::fmt;

use serde_json::{Value, json};

/// A refusal: what Graph answers instead of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`, such as `Request_ResourceNotFound`.
    pub code: &'static str,
    /// `error.message`.
    pub message: String,
    /// `error.details`; most errors have none.
    pub details: Vec<Detail>,
}

/// One entry of `error.details`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Such as `ObjectConflict`.
    pub code: &'static str,
    /// Usually the message of the error.
    pub message: String,
    /// The property, or the other object.
    pub target: String,
}

impl GraphError {
    /// An error without details.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// The same error with one more detail, which repeats its message.
    #[must_use]
    pub fn with_detail(mut self, code: &'static str, target: impl Into<String>) -> Self {
        self.details.push(Detail {
            code,
            message: self.message.clone(),
            target: target.into(),
        });
        self
    }

    /// An object that is not there, by the id or name it was asked for.
    pub fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are \
             not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// The body, with the date in UTC without a zone (`2026-01-31T08:00:00`) and the ids of the
    /// request.
    pub fn body(&self, date: &str, request_id: &str, client_request_id: &str) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if !self.details.is_empty() {
            let details = self.details.iter().map(|detail| {
                json!({
                    "code": detail.code,
                    "message": detail.message,
                    "target": detail.target,
                })
            });
            error["details"] = details.collect();
        }
        error["innerError"] = json!({
            "date": date,
            "request-id": request_id,
            "client-request-id": client_request_id,
        });
        json!({ "error": error })
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for GraphError {}
