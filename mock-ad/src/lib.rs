//! A mock Active Directory: one domain of a forest as a value in memory.
//!
//! It answers as a domain controller does where a directory synchronisation could notice: names
//! and how they compare, the schema, defaults of new objects, links that follow renames, names
//! that may be given only once, update sequence numbers, the recycle bin, and refusals with the
//! codes and texts that clients look for. It loads the exports of real domains and writes its own.
//!
//! What it is not: a server, a place for passwords, or a judge of access rights. It has no clock,
//! no randomness and no files: the time and every objectGUID are given to it, so that the same
//! requests always make the same directory.
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
//!
//! The tables of attributes and classes are in `data/`: a forest at the 2016 schema, with those
//! attributes of Exchange and Skype for Business that are synchronised.

pub mod directory;
pub mod ldap;
pub mod ldif;
pub mod search;
