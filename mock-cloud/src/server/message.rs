//! Requests and responses as plain values.

use std::time::Duration;

use serde_json::Value;

/// A request as it arrived, headers and body complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, upper-case.
    pub method: String,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// What the client calls this server: the `Host` header.
    pub host: String,
    /// The path, percent-encoded as it was sent.
    pub path: String,
    /// The query string without its `?`, percent-encoded as it was sent.
    pub query: String,
    /// The headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body, to an address such as `/v1.0/users?$top=5`.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_owned(),
            scheme: "https",
            host: "graph.microsoft.com".to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same request with a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = name.to_ascii_lowercase();
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("content-type", "application/json")
    }

    /// The same request with a body of bytes.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The value of a header, by its name in lower case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The scheme and host that links in the response start with.
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }
}

/// A response, complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers; names as they are usually spelled.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the connection breaks instead of carrying this response: the request was served,
    /// but the client never hears of it.
    pub lost: bool,
    /// Instead of answering now, the request is put to the handler again after so long: there was
    /// nothing to tell yet.
    pub again: Option<Duration>,
}

/// The content type of Graph's JSON.
const GRAPH_JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
                          IEEE754Compatible=false;charset=utf-8";

impl Response {
    /// A response without a body.
    pub(super) const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            lost: false,
            again: None,
        }
    }

    /// A response of Graph with a JSON body.
    pub(super) fn graph(status: u16, body: &Value) -> Self {
        Self::empty(status).with_body(GRAPH_JSON, body.to_string())
    }

    /// A response of Graph whose body is JSON already.
    pub(super) fn graph_bytes(status: u16, body: Vec<u8>) -> Self {
        Self {
            body,
            ..Self::empty(status).with_header("Content-Type", GRAPH_JSON)
        }
    }

    /// A JSON response of something else than Graph.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::empty(status).with_body("application/json; charset=utf-8", body.to_string())
    }

    pub(super) fn text(status: u16, body: impl Into<String>) -> Self {
        Self::empty(status).with_body("text/plain", body.into())
    }

    pub(super) fn with_body(mut self, content_type: &str, body: String) -> Self {
        self.body = body.into_bytes();
        self.with_header("Content-Type", content_type)
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header, by its usual spelling.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub fn body_json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
