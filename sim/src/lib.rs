//! The World: forests, sync engine and tenant as one value, and everything that drives or watches
//! it.
//!
//! ```
//! use jiff::Timestamp;
//! use mock_ad::directory::{Directory, DirectoryOptions, ObjectGuid};
//! use mock_cloud::{Profile, Tenant};
//! use sim::engine::{CyclePolicy, EngineConfig};
//! use sim::world::{Action, World};
//! use store::Entropy;
//!
//! let mut entropy = Entropy::new(1);
//! let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
//! let options = DirectoryOptions::new("DC=example,DC=test".parse()?);
//! let start = Timestamp::UNIX_EPOCH;
//! let forest = Directory::new(options, start, &mut guids);
//! let tenant = Tenant::new("contoso.onmicrosoft.com", Profile::Entra2025);
//! let config = EngineConfig::new(Profile::Entra2025, 1);
//! let mut world =
//!     World::new(Profile::Entra2025, vec![forest], tenant, config, start, Entropy::new(2));
//! let events = world.apply(&Action::Cycle(CyclePolicy::Initial));
//! assert!(!events.is_empty());
//! # Ok::<(), mock_ad::directory::DnError>(())
//! ```
//!
//! # Map
//!
//! - [`world`]: the World, its actions and its events
//! - [`engine`]: connectors, metaverse, synchronisation, export, scheduler
//! - [`scenario`]: scenario files: reading, checking, running
//! - [`snapshot`]: a forest and a tenant in files that people can read
//! - [`import`]: exports of every shape into a snapshot
//! - [`hazard`]: right actions at the wrong time, by name
//! - [`judge`]: what must hold of a world, by name
//! - [`explore`]: every order and every fault within bounds: does a procedure converge?
//! - [`explain`]: what codes, rules and profiles mean
//! - [`manager`]: run history, connector space search and lineage, in the tool's words
//! - [`rehearse`]: a history that somebody else made, judged
//! - [`lab`]: a mess to repair, for one learner, judged as it is repaired
//! - [`hygiene`]: what is wrong with values before anything is synchronised
//! - [`ownership`]: which account belongs to which user, and how sure that is
//! - [`rules`]: synchronization rules as data: expressions, scope, precedence, configurations
//! - [`plan`]: a whole world's repair as an ordered list, component by component, proven
//! - [`predict`]: what the next synchronisation does to each object, and why
//! - [`staging`]: the pending exports of a real server, held against those of an engine here
//! - [`mess`]: starting points of a repair, over patterns of equality
//! - [`repair`]: what an administrator does next, decided anew before each step

pub mod engine;
pub mod explain;
pub mod explore;
pub mod hazard;
pub mod hygiene;
pub mod import;
pub mod judge;
pub mod lab;
pub mod manager;
pub mod mess;
pub mod ownership;
pub mod plan;
pub mod predict;
pub mod rehearse;
pub mod repair;
pub mod rules;
pub mod run;
pub mod scenario;
pub mod snapshot;
pub mod staging;
pub mod world;
