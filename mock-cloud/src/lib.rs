//! A mock Microsoft Entra tenant: its directory, its recycle bin, and the provisioning service
//! that decides which account a synced object belongs to.
//!
//! This crate is pure: no clock, no I/O, no randomness of its own. Time, ids and random digits are
//! passed in, so equal inputs give equal tenants. It knows nothing of Active Directory and nothing
//! of the sync engine; it receives [`SyncObject`]s as the real service does.
//!
//! ```
//! use std::{num::NonZeroU32, sync::Arc};
//! use jiff::Timestamp;
//! use mock_cloud::provisioning::{Context, Operation, Outcome};
//! use mock_cloud::{Profile, SourceAnchor, SyncObject, Tenant};
//! use store::Entropy;
//!
//! let mut tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2025);
//! let anchor = SourceAnchor::from_guid_bytes([7; 16]);
//! let ann = SyncObject::user(anchor, "ann@contoso.onmicrosoft.com");
//! let mut entropy = Entropy::new(1);
//! let (now, run) = (Timestamp::UNIX_EPOCH, NonZeroU32::MIN);
//! let mut context = Context { now, entropy: &mut entropy, run, upn_is_matched: true };
//! let answer = tenant.provision(&Operation::Set(Arc::new(ann)), &mut context);
//! assert_eq!(answer.result, Ok(Outcome::Created));
//! assert_eq!(answer.why[0].rule.number(), "R2.4");
//! ```
//!
//! # Map
//!
//! - [`tenant`]: the state, and what an administrator may do to it
//! - [`provisioning`]: matching, takeover, quarantine, healing (catalogue Appendix A)
//! - [`profile`]: what differs between eras, and the switches for what nobody knows
//! - [`conduct`]: limits and late reads, for who asks for them
//! - [`rule`]: the catalogue of behaviours, each with source and confidence
//! - `server` (feature `server`): sign-in and Microsoft Graph over HTTP
//! - [`odata`]: the tenant as Graph serves it: query options, errors, pages
//! - [`graph`]: reading and writing the JSON that Graph returns

pub mod address;
pub mod conduct;
pub mod graph;
mod ids;
pub mod odata;
pub mod profile;
pub mod provisioning;
pub mod reason;
pub mod rule;
#[cfg(feature = "server")]
pub mod server;
pub mod sync_object;
pub mod tenant;
#[cfg(test)]
mod workbench;

pub use address::{ProxyAddress, Upn};
pub use conduct::Conduct;
pub use ids::{CloudId, CloudKey, SourceAnchor};
pub use profile::Profile;
pub use reason::{Arg, Reason};
pub use rule::RuleId;
pub use sync_object::{
    OnPremisesName, OnPremisesPlace, Properties, Property, SecurityIdentifier, SyncObject,
    SyncObjectType,
};
pub use tenant::{DirectoryObject, Tenant};
