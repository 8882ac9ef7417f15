//! The server: listeners, TLS, and connections over one directory.
//!
//! A test starts one on ports of its own, and it stops when it is dropped:
//!
//! ```
//! use mock_ad::ldap::server::Server;
//! let server = Server::builder()
//!     .ldif("dn: CN=Ann,OU=Staff,DC=example,DC=test\nobjectClass: contact\n")?
//!     .password("Passw0rd!23")
//!     .start()?;
//! assert!(server.ldap_url().starts_with("ldap://127.0.0.1:"));
//! assert_eq!(server.bind_dn(), "Administrator@example.test");
//! assert!(server.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
//! server.with_directory(|directory| assert_eq!(directory.dns_name(), "example.test"));
//! # Ok::<(), mock_ad::ldap::server::StartError>(())
//! ```

mod builder;
mod connection;
mod listen;
mod running;
mod shared;
mod tls;

pub use builder::{Builder, StartError};
pub use running::{Listen, Running, serve};
pub use shared::{LocalHost, SharedHost};

use std::net::SocketAddr;
use std::sync::Arc;

use super::fault::{Fault, PlannedFault};
use super::message::Kind;
use super::provision::Administrator;
use crate::directory::Directory;

/// A server that is running; dropping it stops it.
#[derive(Debug)]
pub struct Server {
    running: Running,
    second: Option<Running>,
    ca_pem: String,
    administrator: Administrator,
    password: String,
    host: Arc<LocalHost>,
}

impl Server {
    /// Begins to set up a server.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where LDAP is listened for; StartTLS is offered there too.
    pub fn ldap_address(&self) -> SocketAddr {
        self.running.ldap
    }

    /// Where LDAP over TLS is listened for.
    pub fn ldaps_address(&self) -> SocketAddr {
        self.running.ldaps
    }

    /// The URL for LDAP.
    pub fn ldap_url(&self) -> String {
        format!("ldap://{}", self.running.ldap)
    }

    /// The URL for LDAP over TLS.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://{}", self.running.ldaps)
    }

    /// The URL for the global catalog, if it is listened for.
    pub fn global_catalog_url(&self) -> Option<String> {
        let address = self.running.global_catalog?;
        Some(format!("ldap://{address}"))
    }

    /// The URL for LDAP of the second domain controller, if there is one.
    pub fn second_ldap_url(&self) -> Option<String> {
        let second = self.second.as_ref()?;
        Some(format!("ldap://{}", second.ldap))
    }

    /// The certificate of the authority that a client has to trust, as PEM; with a second domain
    /// controller, one for each.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The name of the administrator to bind with.
    pub fn bind_dn(&self) -> &str {
        &self.administrator.bind_dn
    }

    /// The password of the administrator.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Looks at the directory as it is now.
    pub fn with_directory<R>(&self, look: impl FnOnce(&Directory) -> R) -> R {
        self.host.lock(|host| look(super::Host::directory(host)))
    }

    /// Sets the directory to what it was, such as a clone that
    /// [`with_directory`](Self::with_directory) made.
    pub fn restore(&self, directory: Directory) {
        self.host.lock(|host| *host.directory_mut() = directory);
    }

    /// Has something go wrong with the next request of a kind.
    pub fn inject(&self, kind: Kind, fault: Fault) {
        self.host.lock(|host| host.inject(kind, fault));
    }

    /// Plans something to go wrong with more than one request.
    pub fn plan_fault(&self, fault: PlannedFault) {
        self.host.lock(|host| host.plan_fault(fault));
    }

    /// Stops listening, lets requests under way be answered, and closes all connections.
    pub fn stop(self) {
        drop(self);
    }
}
