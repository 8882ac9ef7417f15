//! The server without a socket: requests in, responses and the tenant out.

mod assertion;
mod bad_input;
mod batch;
mod deleted;
mod delta;
mod gate;
mod groups;
mod parity;
mod people;
mod service;
mod sign_in;
mod sockets;
mod switches;
mod writes;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Client, Host as _, Request, Response, Service, Settings, StandaloneHost, Tokens, respond,
};
use crate::ids::{CloudId, CloudKey, SourceAnchor};
use crate::odata::contract::violations;
use crate::profile::Profile;
use crate::tenant::{DirectoryObject, Kind, Tenant};
use crate::workbench::Workbench;
use crate::{ProxyAddress, Upn};

/// An anchor in the form that scripts send.
const ANCHOR: &str = "AREkO7viVUKMr0E2xWapYg==";

/// A server over a tenant with `lamplight.example` verified and `fed.lamplight.example` federated.
struct Bench {
    service: Service,
    host: StandaloneHost,
}

impl Bench {
    fn new() -> Self {
        Self::with(Settings {
            tokens: Tokens::Any,
            ..Settings::default()
        })
    }

    fn with(settings: Settings) -> Self {
        let tenant = Workbench::new(Profile::Entra2026).tenant;
        let now: Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        Self {
            service: Service::new(settings),
            host: StandaloneHost::new(tenant, now, 5),
        }
    }

    /// Every answer of Graph keeps to the published types, whatever a test is about.
    fn send(&mut self, request: &Request) -> Response {
        let response = respond(&mut self.service, &mut self.host, request);
        let path = request.path.to_lowercase();
        let is_graph = ["/v1.0/", "/beta/"].iter().any(|it| path.starts_with(it));
        let kind = response.header_value("Content-Type").unwrap_or_default();
        if is_graph && kind.contains("json") && !response.body.is_empty() {
            let body = response.body_json();
            let bodies = match body["responses"].as_array() {
                Some(inner) => inner.iter().map(|one| one["body"].clone()).collect(),
                None => vec![body],
            };
            for body in bodies.iter().filter(|body| body.is_object()) {
                let found = violations(body);
                let is_document = path.trim_matches('/').len() <= 4;
                let none: [String; 0] = [];
                assert!(is_document || found == none, "{path}: {found:?} in {body}");
            }
        }
        response
    }

    /// Sends with a bearer token, and a body unless it is null.
    fn ask(&mut self, method: &str, target: &str, body: &Value) -> Response {
        let mut request = Request::new(method, target).header("Authorization", "Bearer any");
        if !body.is_null() {
            request = request.json(body);
        }
        self.send(&request)
    }

    fn get(&mut self, target: &str) -> Response {
        self.ask("GET", target, &Value::Null)
    }

    /// A user without anything that is not needed.
    fn add_user(&mut self, name: &str) -> (CloudKey, String) {
        let body = json!({
            "accountEnabled": true,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": format!("{name}@lamplight.example"),
            "passwordProfile": { "password": "Correct-Horse-9" },
        });
        let response = self.ask("POST", "/v1.0/users", &body);
        assert_eq!(response.status, 201, "{}", response.body_json());
        let id = response.body_json()["id"].as_str().unwrap().to_owned();
        (self.key(&id), id)
    }

    fn add_group(&mut self, name: &str) -> (CloudKey, String) {
        let body = json!({
            "displayName": name,
            "mailNickname": name,
            "mailEnabled": false,
            "securityEnabled": true,
        });
        let response = self.ask("POST", "/v1.0/groups", &body);
        assert_eq!(response.status, 201, "{}", response.body_json());
        let id = response.body_json()["id"].as_str().unwrap().to_owned();
        (self.key(&id), id)
    }

    /// A user that the sync engine made.
    fn add_synced(&mut self, name: &str, addresses: &[&str]) -> String {
        let id = self.host.fresh_id();
        let mut object = DirectoryObject::new(id, Kind::User, Timestamp::UNIX_EPOCH);
        object.user_principal_name = Some(Upn::new(format!("{name}@lamplight.example")));
        object.display_name = Some(name.into());
        object.on_premises.sync_enabled = Some(true);
        object.on_premises.immutable_id = Some(SourceAnchor::from_text(&format!("anchor-{name}")));
        let addresses = addresses.iter().map(|address| ProxyAddress::new(*address));
        object.proxy_addresses = addresses.collect();
        self.host.change_tenant(|tenant| {
            tenant.insert(object);
        });
        id.to_string()
    }

    fn tenant(&self) -> &Tenant {
        self.host.tenant()
    }

    fn key(&self, id: &str) -> CloudKey {
        let id: CloudId = id.parse().unwrap();
        self.tenant().find_by_id(id).unwrap()
    }

    fn object(&self, id: &str) -> &DirectoryObject {
        self.tenant().object(self.key(id)).unwrap()
    }
}

/// Status, code, message and details of an error, as people compare them.
fn refusal(response: &Response) -> String {
    let body = response.body_json();
    let error = &body["error"];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut line = format!(
        "{} {}: {}",
        response.status,
        text(&error["code"]),
        text(&error["message"])
    );
    for detail in error["details"].as_array().into_iter().flatten() {
        let (code, target) = (text(&detail["code"]), text(&detail["target"]));
        line = format!("{line} [{code} {target}]");
    }
    line
}
