//! Connector space search: what is pending, what failed, what nobody is connected to.

use mock_ad::directory::ObjectId;

use super::connector_name;
use crate::engine::{ConnectorId, PendingExport, PendingImport, Source};
use crate::world::World;

/// An object of a connector space, as a search lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorSpaceObject {
    /// The connector, by the name that the tool lists it under.
    pub connector: String,
    /// The distinguished name.
    pub dn: String,
    /// The states under which a search finds it, such as `Pending Export + Delete`.
    pub states: Vec<&'static str>,
    /// Why its last synchronisation or export failed.
    pub error: Option<String>,
}

/// All objects that a search for something pending, failed or disconnected finds; what is
/// connected and at rest is left out.
pub fn search(world: &World) -> Vec<ConnectorSpaceObject> {
    let mut found = Vec::new();
    for place in 0..world.forests().len() {
        search_forest(world, place, &mut found);
    }
    let connector = connector_name(world, ConnectorId::Entra);
    for (_, entry) in world.engine().entra().iter() {
        let mut states = Vec::new();
        states.extend(pending_import(entry.pending_import));
        states.extend(match entry.pending_export {
            PendingExport::None => None,
            PendingExport::Add => Some("Pending Export + Add"),
            PendingExport::Update => Some("Pending Export + Modify"),
            PendingExport::Delete => Some("Pending Export + Delete"),
        });
        if entry.unconfirmed && entry.pending_export == PendingExport::None {
            states.push("Awaiting Export Confirmation");
        }
        if entry.failure.is_some() {
            states.push("Export Error");
        }
        if entry.metaverse.is_none() {
            states.push("Disconnector");
        }
        if states.is_empty() {
            continue;
        }
        let failure = entry.failure.as_ref();
        found.push(ConnectorSpaceObject {
            connector: connector.clone(),
            dn: entry.anchor.connector_space_dn(),
            states,
            error: failure.map(|failure| failure.error.to_string()),
        });
    }
    found
}

fn search_forest(world: &World, place: usize, found: &mut Vec<ConnectorSpaceObject>) {
    let Some(connector) = world.engine().forest(place) else {
        return;
    };
    let name = connector_name(world, ConnectorId::Ad(place));
    for id in 0..world.forests()[place].places() as u32 {
        let source = Source {
            forest: place,
            object: ObjectId(id),
        };
        let Some(entry) = connector.entry(source.object) else {
            continue;
        };
        let mut states = Vec::new();
        states.extend(pending_import(entry.pending));
        if entry.error.is_some() {
            states.push("Synchronization Error");
        }
        if entry.write_back {
            states.push("Pending Export + Modify");
        }
        if entry.image.is_some() && entry.metaverse.is_none() && states.is_empty() {
            states.push("Disconnector");
        }
        if states.is_empty() {
            continue;
        }
        let dn = match &entry.image {
            Some(image) => connector.name(image).to_string(),
            None => world.forests()[place].dn(source.object).to_string(),
        };
        found.push(ConnectorSpaceObject {
            connector: name.clone(),
            dn,
            states,
            error: entry.error.as_ref().map(|why| why.text()),
        });
    }
}

const fn pending_import(pending: PendingImport) -> Option<&'static str> {
    match pending {
        PendingImport::None => None,
        PendingImport::Add => Some("Pending Import + Add"),
        PendingImport::Update => Some("Pending Import + Modify"),
        PendingImport::Delete => Some("Pending Import + Delete"),
    }
}
