//! The tenant as a server: sign-in and Microsoft Graph v1.0.
//!
//! [`respond`] is the whole server as one pure function from a request to its response; what
//! surrounds it ([`listen`]) only carries bytes. A server stands on a [`Host`]: alone, that is a
//! tenant; in a world, every write becomes an action of that world.
//!
//! ```
//! use jiff::Timestamp;
//! use mock_cloud::server::{Request, Service, Settings, StandaloneHost, Tokens, respond};
//! use mock_cloud::{Profile, Tenant};
//! use serde_json::json;
//!
//! let tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2025);
//! let mut host = StandaloneHost::new(tenant, Timestamp::UNIX_EPOCH, 1);
//! let mut service = Service::new(Settings { tokens: Tokens::Any, ..Settings::default() });
//! let request = Request::new("POST", "/v1.0/users")
//!     .header("Authorization", "Bearer any")
//!     .json(&json!({
//!         "accountEnabled": true,
//!         "displayName": "Ann",
//!         "mailNickname": "ann",
//!         "userPrincipalName": "ann@contoso.onmicrosoft.com",
//!         "passwordProfile": { "password": "Correct-Horse-9" },
//!     }));
//! let response = respond(&mut service, &mut host, &request);
//! assert_eq!(response.status, 201);
//! ```

mod batch;
pub mod certificate;
mod directory;
mod host;
mod key;
pub mod listen;
mod message;
mod openapi;
mod path;
mod problem;
mod respond;
mod service;
mod sign_in;
mod standalone;
mod throttle;

pub use host::{Fault, Host, PlannedFault, StandaloneHost};
pub use message::{Request, Response};
pub use openapi::openapi;
pub use problem::Problem;
pub use respond::{BODY_MAX, respond};
pub use service::{Client, Identity, Service, Settings, Tokens};
pub use sign_in::{Certificate, CertificateUnread};
pub use standalone::{Clock, Listen, MockCloud, Running, StartError, start};

/// The application id of Microsoft Graph.
const GRAPH_APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

#[cfg(test)]
mod tests;
