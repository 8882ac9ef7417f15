//! Lineage: one person through connector spaces, metaverse and tenant.

use mock_cloud::tenant::State;

use super::connector_name;
use crate::engine::{ConnectorId, Source};
use crate::world::World;

/// Where an object of Active Directory has got to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Its distinguished name in Active Directory.
    pub ad: String,
    /// The connector that reads it, by the name that the tool lists it under.
    pub connector: String,
    /// The number of its metaverse object.
    pub metaverse: Option<u32>,
    /// The objects that contribute to the metaverse object, the one with precedence first.
    pub contributors: Vec<String>,
    /// Why the rules keep it in, where they do.
    pub filtered: Option<String>,
    /// The distinguished name in the connector space of the tenant.
    pub connector_space: Option<String>,
    /// The type word and id of the cloud object (`cloudAnchor`, rule R1.11).
    pub cloud_anchor: Option<String>,
    /// What the cloud object is called.
    pub account: Option<String>,
    /// `live`, `deleted` or `purged`.
    pub state: Option<&'static str>,
}

/// Follows an object of Active Directory as far as it has got.
pub fn lineage(world: &World, source: Source) -> Lineage {
    let engine = world.engine();
    let name = |source: &Source| match world.forests().get(source.forest) {
        Some(forest) => forest.dn(source.object).to_string(),
        None => String::new(),
    };
    let mut found = Lineage {
        ad: name(&source),
        connector: connector_name(world, ConnectorId::Ad(source.forest)),
        ..Lineage::default()
    };
    let entry = engine
        .forest(source.forest)
        .and_then(|forest| forest.entry(source.object));
    let Some(id) = entry.and_then(|entry| entry.metaverse) else {
        return found;
    };
    let Some(person) = engine.metaverse().get(id) else {
        return found;
    };
    found.metaverse = Some(id.0);
    found.contributors = std::iter::once(&person.source)
        .chain(&person.joined)
        .map(name)
        .collect();
    found.filtered = person.filtered.as_ref().map(ToString::to_string);
    let connected = person.connector.and_then(|id| engine.entra().get(id));
    let Some(connected) = connected else {
        return found;
    };
    found.connector_space = Some(connected.anchor.connector_space_dn());
    let account = connected.cloud.and_then(|key| world.tenant().object(key));
    if let Some(account) = account {
        found.cloud_anchor = Some(format!("{}_{}", connected.kind.name(), account.id));
        found.account = Some(account.label().to_string());
        found.state = Some(match account.state {
            State::Live => "live",
            State::SoftDeleted { .. } => "deleted",
            State::Purged { .. } => "purged",
        });
    }
    found
}
