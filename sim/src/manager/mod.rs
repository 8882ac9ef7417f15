//! What Synchronization Service Manager shows: run history, connector space search, lineage.
//!
//! Everything here is read from a [`World`] and its events, under the names
//! that the tool and its PowerShell module use.

mod history;
mod lineage;
mod notice;
mod search;

pub use history::{Counter, History, StepError, StepRecord};
pub use lineage::{Lineage, lineage};
pub use notice::{EVENT_DELETIONS, EVENT_EXPORT_ERROR, EVENT_NO_START, EVENT_SKIPPED, Notice};
pub use search::{ConnectorSpaceObject, search};

use mock_cloud::Profile;

use crate::engine::ConnectorId;
use crate::world::World;

/// The name of a connector, as the tool of the era lists it (rule R6.10).
///
/// DirSync named its two connectors after what they are; since then a forest's connector has the
/// forest's name, and the tenant's the initial domain and `AAD`. Where DirSync serves several
/// forests, which it never did, the forest's name tells them apart.
pub fn connector_name(world: &World, connector: ConnectorId) -> String {
    let dirsync = world.profile == Profile::DirSync2013;
    match connector {
        ConnectorId::Entra if dirsync => "Windows Azure Active Directory Connector".to_owned(),
        ConnectorId::Entra => format!("{} - AAD", world.tenant().domains.initial()),
        ConnectorId::Ad(_) if dirsync && world.forests().len() == 1 => {
            "Active Directory Connector".to_owned()
        }
        ConnectorId::Ad(forest) => world
            .forests()
            .get(forest)
            .map_or_else(String::new, |forest| forest.dns_name().to_owned()),
    }
}

#[cfg(test)]
mod tests;
