//! The memory of an engine that has been running, reconstructed from exports (rule R6.22).

use std::sync::Arc;

use mock_ad::directory::{Directory, ObjectId};
use mock_cloud::{CloudKey, SyncObjectType, Tenant};

use super::entra_connector::CsEntry;
use super::flow::sync_type;
use super::metaverse::Source;
use super::{Engine, PendingImport};

impl Engine {
    /// Assumes that what the tenant calls synced, and what Active Directory has, was provisioned
    /// by this engine: each such pair is connected, whether or not the object is in scope now.
    ///
    /// What the tenant calls synced from an object that no forest has any more becomes a
    /// disconnector: had this engine ever held it, it would have deleted it.
    pub fn establish(&mut self, directories: &[Directory], tenant: &Tenant) {
        let synced: Vec<(CloudKey, Arc<mock_cloud::DirectoryObject>)> = tenant
            .objects()
            .filter(|(_, object)| object.is_live() && object.is_synced())
            .map(|(key, object)| (key, Arc::clone(object)))
            .collect();
        for (key, object) in synced {
            let Some(anchor) = object.on_premises.immutable_id.clone() else {
                continue;
            };
            let kind = object.kind.sync_type();
            let source = self.find_source(directories, &anchor, kind);
            let mut entry = CsEntry::imported(kind, anchor, key);
            entry.pending_import = PendingImport::None;
            let id = self.entra.insert(entry);
            let Some(source) = source else { continue };
            let mv = self.metaverse.project(source);
            if let Some(known) = self.metaverse.get_mut(mv) {
                known.connector = Some(id);
            }
            if let Some(entry) = self.entra.get_mut(id) {
                entry.metaverse = Some(mv);
            }
            self.forests[source.forest]
                .entry_mut(source.object)
                .metaverse = Some(mv);
        }
        self.entra.catch_up(tenant);
    }

    /// The Active Directory object that an anchor was made from.
    fn find_source(
        &self,
        directories: &[Directory],
        anchor: &mock_cloud::SourceAnchor,
        kind: SyncObjectType,
    ) -> Option<Source> {
        let bytes = anchor.guid_bytes()?;
        let fits = |directory: &Directory, id: ObjectId| {
            directory.object(id).is_some_and(|object| {
                !object.is_deleted()
                    && sync_type(directory.schema().kind(object.class)) == Some(kind)
            })
        };
        let consistency = mock_ad::directory::AttributeId::MS_DS_CONSISTENCY_GUID;
        directories
            .iter()
            .enumerate()
            .find_map(|(forest, directory)| {
                let guid = mock_ad::directory::ObjectGuid::from_bytes(*bytes);
                let by_guid = directory
                    .find_by_guid(&guid)
                    .filter(|id| fits(directory, *id));
                let object = by_guid.or_else(|| {
                    (self.config.anchor == super::AnchorAttribute::ConsistencyGuid)
                        .then(|| {
                            directory.objects().find(|(id, object)| {
                                object.bytes(consistency) == Some(bytes) && fits(directory, *id)
                            })
                        })
                        .flatten()
                        .map(|(id, _)| id)
                })?;
                let unused = self.forests[forest]
                    .entry(object)
                    .is_none_or(|e| e.metaverse.is_none());
                unused.then_some(Source { forest, object })
            })
    }
}
