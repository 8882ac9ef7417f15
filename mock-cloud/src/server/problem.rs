//! What Graph answers instead of what was asked for.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::message::Response;
use crate::tenant::Refusal;

/// An error of Graph: status, code, text and details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// `error.code`.
    pub code: String,
    /// `error.message`.
    pub message: String,
    /// `error.details`: code, message and target of each.
    pub details: Vec<(&'static str, String, String)>,
    /// Headers of the response.
    pub headers: Vec<(&'static str, String)>,
}

impl Problem {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// 400 `Request_BadRequest`.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 404 `Request_ResourceNotFound` for an id or name.
    pub(super) fn not_found(what: &str) -> Self {
        let message = format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects \
             are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// 405 for a method that a path does not know.
    pub(super) fn method_not_allowed() -> Self {
        let message = "Specified HTTP method is not allowed for the request target.";
        Self::new(405, "Request_BadRequest", message)
    }

    /// 403 `Authorization_RequestDenied`.
    pub(super) fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(403, "Authorization_RequestDenied", message)
    }

    /// 400 for a body that can't be read.
    pub(super) fn unreadable_body() -> Self {
        let message = "Unable to read JSON request payload. Please ensure Content-Type header is \
                       set and payload is of valid JSON format.";
        Self::new(400, "BadRequest", message)
    }

    /// 400 with `InvalidValue` for one property.
    pub(super) fn invalid_value(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "Invalid value specified for property '{property}' of resource '{resource}'."
        ))
        .detail("InvalidValue", property)
    }

    /// 400 with `PropertyRequired` for one property.
    pub(super) fn required(property: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "A value is required for property '{property}' of resource '{resource}'."
        ))
        .detail("PropertyRequired", property)
    }

    /// 400 for a property that nobody may set.
    pub(super) fn read_only(property: &str) -> Self {
        Self::bad_request(format!(
            "Property '{property}' is read-only and cannot be set."
        ))
    }

    /// 400 for a UPN outside the verified domains.
    pub(super) fn unverified_domain() -> Self {
        Self::bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of \
             the verified domain names in your organization.",
        )
        .detail("InvalidValue", "userPrincipalName")
    }

    /// 501 for what Graph has and this project does not model.
    pub(super) fn not_modelled(what: &str) -> Self {
        let message = format!("mock-cloud does not model {what}.");
        Self::new(501, "NotImplemented", message)
    }

    /// The same problem with a detail that repeats its message.
    #[must_use]
    pub(super) fn detail(mut self, code: &'static str, target: &str) -> Self {
        let message = self.message.clone();
        self.details.push((code, message, target.to_owned()));
        self
    }

    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The response that carries it.
    pub(super) fn into_response(self, stamp: &Stamp) -> Response {
        let mut error = Map::new();
        error.insert("code".to_owned(), Value::from(self.code));
        error.insert("message".to_owned(), Value::from(self.message));
        if !self.details.is_empty() {
            let details = self.details.into_iter();
            let details = details.map(|(code, message, target)| {
                json!({ "code": code, "message": message, "target": target })
            });
            error.insert("details".to_owned(), details.collect());
        }
        error.insert(
            "innerError".to_owned(),
            json!({
                "date": stamp.at.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "request-id": stamp.request_id.to_string(),
                "client-request-id": stamp.client_request_id,
            }),
        );
        let mut response = Response::graph(self.status, &json!({ "error": error }));
        response.headers.extend(self.headers);
        response
    }
}

/// What marks a response: when, and the ids of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) at: Timestamp,
    pub(super) request_id: Uuid,
    /// What the client sent, or the request id.
    pub(super) client_request_id: String,
}

/// The text that names a value which another object has.
const TAKEN: (&str, &str) = (
    "Another object with the same value for property ",
    " already exists.",
);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let problem = Self::new(refusal.status, refusal.code, refusal.message);
        let taken = problem
            .message
            .strip_prefix(TAKEN.0)
            .and_then(|rest| rest.strip_suffix(TAKEN.1))
            .map(str::to_owned);
        match taken {
            None => problem,
            Some(property) => problem.taken(&property, refusal.other.as_deref()),
        }
    }
}

impl Problem {
    /// The details of a value that another object has.
    fn taken(self, property: &str, other: Option<&str>) -> Self {
        let problem = self.detail("ObjectConflict", property);
        match other {
            Some(other) if property != "userPrincipalName" => {
                problem.detail("ConflictingObjects", other)
            }
            _ => problem,
        }
    }

    /// 400 for a value that another object has.
    pub(super) fn value_taken(property: &str, other: Option<&str>) -> Self {
        let (before, after) = TAKEN;
        Self::bad_request(format!("{before}{property}{after}")).taken(property, other)
    }
}
