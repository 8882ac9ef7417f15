//! A mock Active Directory: one domain of a forest as a value in memory.
//!
//! It answers as a domain controller does where a directory synchronisation could notice: names
//! and how they compare, the schema, defaults of new objects, links that follow renames, names
//! that may be given only once, update sequence numbers, the recycle bin, and refusals with the
//! codes and texts that clients look for. It loads the exports of real domains and writes its own.
//!
//! # A first test
//!
//! A server on free ports, stopped when it is dropped, and what is tested against it: here
//! `ldapsearch`, but any LDAP client in any language will do.
//!
//! ```
//! # #[cfg(feature = "server")] fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use mock_ad::ldap::server::Server;
//! use std::process::Command;
//!
//! let ann = "dn: CN=Ann,OU=Staff,DC=example,DC=test\nobjectClass: user\nsAMAccountName: ann\n";
//! let server = Server::builder().ldif(ann)?.start()?;
//! let found = Command::new("ldapsearch")
//!     .args(["-x", "-LLL", "-H", &server.ldap_url(), "-b", "DC=example,DC=test"])
//!     .args(["-D", server.bind_dn(), "-w", server.password()])
//!     .args(["(&(objectCategory=person)(sAMAccountName=ANN))", "userAccountControl"])
//!     .output()?;
//! assert!(String::from_utf8(found.stdout)?.contains("userAccountControl: 546"));
//! # Ok(()) }
//! # #[cfg(not(feature = "server"))] fn main() {}
//! ```
//!
//! With the crate `ldap3` it is `LdapConn::new(&server.ldap_url())`, then the same name and
//! password. Over TLS a client is told `server.ldaps_url()` and to trust `server.ca_pem()`. What it
//! did to the directory is seen by `server.with_directory(|directory| …)`.
//!
//! `server.inject(Kind::Modify, Fault::LostReply)` has the next modification done and its answer
//! lost; `server.restore(directory)` takes everything back. Without Rust, the program `mock-ad` is
//! the same server: `mock-ad --help` has commands to paste. Scripts have to use LDAP: the cmdlets
//! of the ActiveDirectory module (`Get-ADUser`) speak another protocol, on port 9389.
//!
//! # The directory alone
//!
//! Below the server is a value without clock, randomness or files: the time and every objectGUID
//! are given to it, so that the same requests always make the same directory.
//!
//! ```
//! use mock_ad::directory::{AttributeId, Modification, ObjectKind};
//! use mock_ad::ldif;
//!
//! let export = "dn: CN=Ann,OU=Staff,DC=example,DC=test\nobjectClass: user\n\
//!               objectGUID:: AREkO7viVUKMr0E2xWapYg==\nsAMAccountName: ann\n";
//! let mut directory = ldif::load(export.as_bytes(), &ldif::LoadOptions::default())
//!     .map_err(|errors| errors[0].clone())?
//!     .directory;
//!
//! let ann = directory.find_by_sam_account_name("ANN").ok_or("Ann is there")?;
//! assert_eq!(directory.kind(ann), ObjectKind::User);
//! let fork = directory.clone();
//! let retitle = Modification::replace(AttributeId::TITLE, ["Clerk"]);
//! directory.modify(ann, &[retitle], jiff::Timestamp::UNIX_EPOCH)?;
//! assert!(directory.changes_since(fork.highest_committed_usn()).eq([ann]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! - [`directory`]: the directory itself, its schema, its names, and requests to it.
//! - [`ldif`]: exports in, with errors that name their line, and exports out.
//! - [`search`]: what a domain controller answers to a search, as a pure function.
//! - [`ldap`]: LDAP v3 from bytes to bytes, and with the feature `server` the sockets for it.
//!
//! The tables of attributes and classes are in `data/`: a forest at the 2016 schema, with those
//! attributes of Exchange and Skype for Business that are synchronised.

pub mod directory;
pub mod ldap;
pub mod ldif;
pub mod search;
