//! Setting a server up.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Server;
use super::running::{Listen, serve};
use super::shared::{Clock, LocalHost, LocalSecond};
use crate::directory::{Directory, DirectoryOptions, Dn, DnError, ObjectGuid};
use crate::ldap::host::Standalone;
use crate::ldap::provision::{give_passwords, provision};
use crate::ldif::{self, LdifError, LoadOptions};

/// Sets the objectGUIDs of an empty domain apart from those of accounts that a server adds to it,
/// and both from those that clients' requests bring about: a GUID that came twice would be refused.
const DOMAIN: u64 = 0x444F_4D41;
const ACCOUNTS: u64 = 0x4C44_4150;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A name is no distinguished name.
    #[error("the base `{0}` is no distinguished name: {1}")]
    Base(String, DnError),
    /// An export cannot be loaded.
    #[error("{}", list(.0))]
    Ldif(Vec<LdifError>),
    /// A port cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The threads cannot be started.
    #[error("cannot start: {0}")]
    Runtime(#[source] io::Error),
    /// The certificate of the authority cannot be written.
    #[error("cannot write `{path}`: {error}", path = .0.display(), error = .1)]
    CaFile(PathBuf, #[source] io::Error),
}

fn list(errors: &[LdifError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// A server that is being set up.
pub struct Builder {
    directory: Option<Directory>,
    ldap: SocketAddr,
    ldaps: SocketAddr,
    global_catalog: Option<SocketAddr>,
    second: Option<(SocketAddr, SignedDuration)>,
    password: String,
    user_password: Option<String>,
    recycle_bin: bool,
    seed: u64,
    clock: Clock,
    ca_file: Option<PathBuf>,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").finish_non_exhaustive()
    }
}

impl Default for Builder {
    fn default() -> Self {
        let ephemeral = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            directory: None,
            ldap: ephemeral,
            ldaps: ephemeral,
            global_catalog: None,
            second: None,
            password: "Passw0rd!".to_owned(),
            user_password: None,
            recycle_bin: true,
            seed: 0,
            clock: Box::new(wall_clock),
            ca_file: None,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server that was given no clock tells the time of the day"
)]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

impl Builder {
    /// Serves a directory.
    #[must_use]
    pub fn directory(mut self, directory: Directory) -> Self {
        self.directory = Some(directory);
        self
    }

    /// Whether deleted objects rest in the recycle bin, as they do unless this says otherwise, or
    /// become tombstones; to be said before the domain is named or loaded.
    #[must_use]
    pub fn recycle_bin(mut self, recycle_bin: bool) -> Self {
        self.recycle_bin = recycle_bin;
        self
    }

    /// Serves an empty domain of a name such as `DC=example,DC=test`.
    pub fn base(self, base: &str) -> Result<Self, StartError> {
        let wrong = |error| StartError::Base(base.to_owned(), error);
        let options = DirectoryOptions {
            recycle_bin: self.recycle_bin,
            ..DirectoryOptions::new(base.parse::<Dn>().map_err(wrong)?)
        };
        let mut entropy = store::Entropy::new(self.seed ^ DOMAIN);
        let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
        let directory = Directory::new(options, (self.clock)(), &mut guids);
        Ok(self.directory(directory))
    }

    /// Serves what an export describes.
    pub fn ldif(self, text: impl AsRef<[u8]>) -> Result<Self, StartError> {
        let options = LoadOptions {
            recycle_bin: self.recycle_bin,
            complete: true,
            now: (self.clock)(),
            ..LoadOptions::default()
        };
        let loaded = ldif::load(text.as_ref(), &options).map_err(StartError::Ldif)?;
        Ok(self.directory(loaded.directory))
    }

    /// Where to listen for LDAP; without this, on a free port of the loopback interface.
    #[must_use]
    pub fn ldap(mut self, address: SocketAddr) -> Self {
        self.ldap = address;
        self
    }

    /// Where to listen for LDAP over TLS; without this, on a free port of the loopback interface.
    #[must_use]
    pub fn ldaps(mut self, address: SocketAddr) -> Self {
        self.ldaps = address;
        self
    }

    /// Where to listen for requests to the global catalog; without this, nowhere.
    #[must_use]
    pub fn global_catalog(mut self, address: SocketAddr) -> Self {
        self.global_catalog = Some(address);
        self
    }

    /// Where a second, read-only domain controller of the domain listens for LDAP, and how much
    /// later it hears of changes; without this, there is none.
    #[must_use]
    pub fn second_controller(mut self, address: SocketAddr, lag: SignedDuration) -> Self {
        self.second = Some((address, lag));
        self
    }

    /// The password of the administrator.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = password.into();
        self
    }

    /// The password that every account of the directory gets that has none: exports contain none.
    #[must_use]
    pub fn user_password(mut self, password: impl Into<String>) -> Self {
        self.user_password = Some(password.into());
        self
    }

    /// What new objectGUIDs follow from: the same seed and the same requests give the same ones.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A clock other than that on the wall, such as one that stands still.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// A file that the certificate of the authority is written to as PEM.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Starts the server.
    pub fn start(mut self) -> Result<Server, StartError> {
        if self.directory.is_none() {
            self = self.base("DC=example,DC=test")?;
        }
        let now = (self.clock)();
        let mut entropy = store::Entropy::new(self.seed ^ ACCOUNTS);
        let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
        let Some(mut directory) = self.directory.take() else {
            // Set just above.
            return Server::builder().start();
        };
        let administrator = provision(&mut directory, &self.password, now, &mut guids);
        if let Some(password) = &self.user_password {
            give_passwords(&mut directory, password, now);
        }
        directory.index_values();
        let mut host = Standalone::new(directory, self.seed, now);
        if let Some((_, lag)) = self.second {
            host.replicate(lag);
        }
        let host = Arc::new(LocalHost::new(host, self.clock));
        let addresses = Listen {
            ldap: self.ldap,
            ldaps: self.ldaps,
            global_catalog: self.global_catalog,
        };
        let running = serve(host.clone(), &addresses)?;
        let second = self.second.map(|(ldap, _)| {
            let addresses = Listen {
                ldap,
                ..Listen::default()
            };
            serve(Arc::new(LocalSecond(host.clone())), &addresses)
        });
        let second = second.transpose()?;
        let authorities = [Some(&running), second.as_ref()].into_iter().flatten();
        let ca_pem: String = authorities.map(|one| one.ca_pem.as_str()).collect();
        if let Some(path) = &self.ca_file {
            write_file(path, &ca_pem).map_err(|error| StartError::CaFile(path.clone(), error))?;
        }
        Ok(Server {
            running,
            second,
            ca_pem,
            administrator,
            password: self.password,
            host,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "clients read the certificate of the authority from a file"
)]
fn write_file(path: &std::path::Path, text: &str) -> io::Result<()> {
    std::fs::write(path, text)
}
