//! The two directories as people look at them.

use mock_ad::directory::{AttributeId, ObjectKind};
use mock_cloud::tenant::State;

use crate::engine::Source;
use crate::repair::in_scope;
use crate::world::World;

/// One object of a directory, as a line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What stays the same while the object changes.
    pub key: String,
    /// The values, one for each column.
    pub cells: Vec<String>,
}

/// Both directories at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Users, groups and contacts of Active Directory; the columns are [`View::AD`].
    pub ad: Vec<Row>,
    /// Objects of the tenant, also deleted and purged ones; the columns are [`View::CLOUD`].
    pub cloud: Vec<Row>,
}

impl View {
    /// The columns for Active Directory.
    pub const AD: [&str; 4] = ["name", "in scope", "userPrincipalName", "proxyAddresses"];
    /// The columns for the tenant.
    pub const CLOUD: [&str; 7] = [
        "userPrincipalName",
        "state",
        "proxyAddresses",
        "onPremisesImmutableId",
        "synced",
        "holds",
        "joined to",
    ];

    /// What a world looks like now.
    pub fn of(world: &World) -> Self {
        Self {
            ad: ad(world),
            cloud: cloud(world),
        }
    }
}

fn ad(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for (forest, directory) in world.forests().iter().enumerate() {
        for (object, image) in directory.objects() {
            let shown = matches!(
                directory.kind(object),
                ObjectKind::User
                    | ObjectKind::InetOrgPerson
                    | ObjectKind::Group
                    | ObjectKind::Contact
                    | ObjectKind::Computer
            );
            let listed: Vec<&str> = image
                .texts(AttributeId::PROXY_ADDRESSES)
                .map(|text| &**text)
                .collect();
            let upn = image.text(AttributeId::USER_PRINCIPAL_NAME);
            // Accounts that every domain has are no part of the story.
            if !shown || upn.is_none() && listed.is_empty() {
                continue;
            }
            let source = Source { forest, object };
            let scope = if in_scope(world, source) { "yes" } else { "no" };
            rows.push(Row {
                key: format!("{forest}/{}", object.0),
                cells: vec![
                    image.name().to_string(),
                    scope.to_owned(),
                    upn.map(ToString::to_string).unwrap_or_default(),
                    listed.join(" "),
                ],
            });
        }
    }
    rows
}

fn cloud(world: &World) -> Vec<Row> {
    let (tenant, engine) = (world.tenant(), world.engine());
    let joined = |key| {
        let mut entries = engine.entra().iter();
        let entry = entries.find(|(_, entry)| entry.cloud == Some(key) && !entry.deleted);
        let mv = entry.and_then(|(_, entry)| engine.metaverse().get(entry.metaverse?))?;
        let directory = world.forests().get(mv.source.forest)?;
        Some(directory.object(mv.source.object)?.name().to_string())
    };
    let objects = tenant.objects();
    objects
        .map(|(key, object)| {
            let state = match object.state {
                State::Live => "live",
                State::SoftDeleted { .. } => "in the recycle bin",
                State::Purged { .. } => "gone for good",
            };
            let mut holds: Vec<String> = Vec::new();
            holds.extend(object.mailbox.is_some().then(|| "mailbox".to_owned()));
            holds.extend(object.licences.iter().map(ToString::to_string));
            holds.extend(tenant.roles.of(key).iter().map(|role| role.0.to_string()));
            let listed: Vec<&str> = object
                .proxy_addresses
                .iter()
                .map(mock_cloud::ProxyAddress::as_str)
                .collect();
            let anchor = object.on_premises.immutable_id.as_ref();
            let synced = match object.on_premises.sync_enabled {
                Some(true) => "yes",
                Some(false) => "formerly",
                None => "never",
            };
            Row {
                key: key.0.to_string(),
                cells: vec![
                    object.label().to_string(),
                    state.to_owned(),
                    listed.join(" "),
                    anchor.map(ToString::to_string).unwrap_or_default(),
                    synced.to_owned(),
                    holds.join(", "),
                    joined(key).unwrap_or_default(),
                ],
            }
        })
        .collect()
}
