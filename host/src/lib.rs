//! One World behind LDAP, Microsoft Graph and a control API.
//!
//! A [`Lab`] is a world that several doors lead to, as a plain value: a write over LDAP becomes an
//! action on a forest, a write over Graph one on the tenant, and both go into its journal. Nothing
//! in it reads a clock or a socket; [`serve`] puts it behind a lock and listens.
//!
//! ```
//! use host::{Lab, Origin, Settings};
//! use sim::engine::CyclePolicy;
//! use sim::rehearse::{Prelude, Rehearsal};
//! use sim::world::Action;
//!
//! let words = sim::run::known();
//! let source = "scenario: One person\n\
//!     world: { profile: entra-2026, ad: { ann: {} } }\n\
//!     check: { finally: [converged] }\n";
//! let scenario = sim::run::load("one.yaml", source, &words).map_err(|_| "not a scenario")?;
//! let profile = mock_cloud::Profile::Entra2026;
//! let settings = Settings::default();
//! let rehearsal = Rehearsal::of_scenario(
//!     "one.yaml", &scenario, profile, Prelude::Mess, &mut settings.arrange(),
//! ).map_err(|_| "no world")?;
//! let mut lab = Lab::new(rehearsal, settings);
//! lab.act(Origin::Control, Action::Cycle(CyclePolicy::Delta));
//! assert_eq!(lab.journal().len(), 1);
//! assert_eq!(lab.world().tenant().user_count(), 1);
//! # Ok::<(), &str>(())
//! ```
//!
//! # Map
//!
//! - [`Lab`]: the world, its journal, what goes wrong on purpose
//! - [`Branch`]: another way it could have gone
//! - [`control`]: the control API as one function from a request to its response
//! - [`Keep`]: a journal that outlives the process
//! - [`serve`]: sockets in front of all of it

mod branch;
pub mod control;
mod doors;
mod fault;
mod inside;
mod kept;
mod lab;
mod serve;
#[cfg(test)]
mod workbench;

pub use branch::{
    Branch, Differing, Happened, Inserted, changed_attributes, differing, differing_in_ad, facts,
};
pub use fault::{Chaos, Faults, conduct_commands};
pub use inside::{NotChanged, Unreached};
pub use kept::{Keep, read as read_entry};
pub use lab::{Entry, Freeze, Lab, Origin, Pace, Settings};
pub use serve::{Answer, Answering, Listen, Secrets, ServeError, Serving, WallClock, open, serve};
