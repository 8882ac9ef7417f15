//! Sign-in: what client libraries insist upon before they send a request to Graph.
//!
//! The addresses are those of `login.microsoftonline.com`; any tenant name is taken for this
//! tenant. Sources: the probes in the reference notes for MSAL, azure-identity, Azure CLI and
//! Terraform; error bodies as captured from the real service in August 2026.

mod assertion;
mod authorize;
mod claims;
mod discovery;
mod token;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::host::Host;
use super::message::{Request, Response};
use super::path::pairs;
use super::service::Service;

pub use assertion::{Certificate, CertificateUnread};
pub(super) use claims::bearer;

/// A request that may be one for sign-in, with what it works on.
pub(super) struct Visit<'a> {
    pub(super) service: &'a mut Service,
    pub(super) host: &'a mut dyn Host,
    pub(super) request: &'a Request,
    /// The first segment of the path: a tenant, or one of its aliases.
    pub(super) tenant: String,
}

/// Answers what belongs to sign-in; `None` where the path is something else.
pub(super) fn answer(
    service: &mut Service,
    host: &mut dyn Host,
    request: &Request,
    segments: &[String],
) -> Option<Response> {
    let lower: Vec<String> = segments.iter().map(|it| it.to_lowercase()).collect();
    let names: Vec<&str> = lower.iter().map(String::as_str).collect();
    let (first, rest) = names.split_first()?;
    let mut visit = Visit {
        service,
        host,
        request,
        tenant: segments[0].clone(),
    };
    let is_post = request.method == "POST";
    let answer = match rest {
        ["v2.0", ".well-known", "openid-configuration"] => visit.open_id_configuration(true),
        [".well-known", "openid-configuration"] if *first != "v1.0" => {
            visit.open_id_configuration(false)
        }
        ["discovery", "instance"] => visit.instance_discovery(),
        ["discovery", "v2.0", "keys"] | ["discovery", "keys"] => visit.keys(),
        ["userrealm", _] => visit.user_realm(&segments[2]),
        ["oauth2", "v2.0", "token"] | ["oauth2", "token"] if is_post => visit.token(),
        ["oauth2", "v2.0", "devicecode"] | ["oauth2", "devicecode"] if is_post => {
            visit.device_code()
        }
        ["oauth2", "v2.0", "authorize"] | ["oauth2", "authorize"] => visit.authorize(),
        ["oauth2", "v2.0", "logout"] => Response::text(200, "You signed out of your account."),
        ["endpoints"] if *first == "metadata" => visit.endpoints(),
        [] if *first == "subscriptions" || *first == "tenants" => Response::json(
            200,
            &json!({ "value": [], "count": { "type": "Total", "value": 0 } }),
        ),
        _ => return None,
    };
    Some(answer)
}

impl Visit<'_> {
    /// The fields of the form in the body, and those of the query.
    fn form(&self) -> Form {
        let mut fields = pairs(&String::from_utf8_lossy(&self.request.body));
        fields.extend(pairs(&self.request.query));
        Form(fields)
    }

    fn now(&self) -> Timestamp {
        self.host.now()
    }

    fn tenant_id(&self) -> String {
        self.host.tenant().organization.id.to_string()
    }

    /// An error of the token endpoint, in the shape captured from the real service.
    fn refuse(&mut self, status: u16, error: &str, number: u32, text: &str) -> Response {
        let (trace, correlation) = (self.service.next_uuid(), self.service.next_uuid());
        let timestamp = self.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let description = format!(
            "AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: \
             {timestamp}"
        );
        let mut body = json!({
            "error": error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
        });
        if error == "invalid_client" || error == "invalid_grant" {
            let link = format!("{}/error?code={number}", self.request.origin());
            body["error_uri"] = Value::from(link);
        }
        no_store(Response::json(status, &body))
    }
}

/// Fields of a form.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|it| !it.is_empty())
    }
}

fn no_store(response: Response) -> Response {
    response.with_header("Cache-Control", "no-store, no-cache")
}
