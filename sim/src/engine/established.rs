//! The memory of an engine that has been running, reconstructed from exports (rule R6.22).

use std::collections::BTreeMap;
use std::sync::Arc;

use mock_ad::directory::{AttributeId, Directory, ObjectGuid};
use mock_cloud::{CloudKey, DirectoryObject, SourceAnchor, SyncObjectType, Tenant};

use super::entra_connector::CsEntry;
use super::flow::{source_anchor, sync_type};
use super::metaverse::Source;
use super::{AnchorAttribute, Engine, PendingImport};

impl Engine {
    /// Assumes that what the tenant calls synced, and what Active Directory has, was provisioned
    /// by this engine: each such pair is connected, whether or not the object is in scope now.
    ///
    /// What the tenant calls synced from an object that no forest has any more becomes a
    /// disconnector: had this engine ever held it, it would have deleted it.
    pub fn establish(&mut self, directories: &[Directory], tenant: &Tenant) {
        let synced: Vec<(CloudKey, Arc<DirectoryObject>)> = tenant
            .objects()
            .filter(|(_, object)| object.is_live() && object.is_synced())
            .map(|(key, object)| (key, Arc::clone(object)))
            .collect();
        let by_consistency_guid = self.by_consistency_guid(directories);
        for (key, object) in synced {
            let Some(anchor) = object.on_premises.immutable_id.clone() else {
                continue;
            };
            let kind = object.kind.sync_type();
            let source = self.find_source(directories, &by_consistency_guid, &anchor, kind);
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

    /// The sourceAnchor that the default rules make of an object, whether or not it is in scope
    /// (rules R1.7 and R1.12).
    pub fn source_anchor(&self, directories: &[Directory], source: Source) -> Option<SourceAnchor> {
        let directory = directories.get(source.forest)?;
        let object = directory.object(source.object)?;
        let kind = sync_type(directory.schema().kind(object.class))?;
        source_anchor(object, kind, self.config.anchor)
    }

    /// The Active Directory object that an anchor was made from.
    fn find_source(
        &self,
        directories: &[Directory],
        by_consistency_guid: &BTreeMap<[u8; 16], Source>,
        anchor: &SourceAnchor,
        kind: SyncObjectType,
    ) -> Option<Source> {
        let bytes = anchor.guid_bytes()?;
        let guid = ObjectGuid::from_bytes(*bytes);
        let mut by_guid = directories.iter().enumerate().filter_map(|(forest, one)| {
            let object = one.find_by_guid(&guid)?;
            Some(Source { forest, object })
        });
        let fits = |source: &Source| {
            let directory = &directories[source.forest];
            directory.object(source.object).is_some_and(|object| {
                !object.is_deleted()
                    && sync_type(directory.schema().kind(object.class)) == Some(kind)
            })
        };
        let source = by_guid
            .find(fits)
            .or_else(|| by_consistency_guid.get(bytes).copied().filter(fits))?;
        let known = self.forests[source.forest].entry(source.object);
        let unused = known.is_none_or(|entry| entry.metaverse.is_none());
        unused.then_some(source)
    }

    /// Users by the mS-DS-ConsistencyGuid they have, where the anchor is made from it.
    fn by_consistency_guid(&self, directories: &[Directory]) -> BTreeMap<[u8; 16], Source> {
        let mut found = BTreeMap::new();
        if self.config.anchor != AnchorAttribute::ConsistencyGuid {
            return found;
        }
        for (forest, directory) in directories.iter().enumerate() {
            for (object, image) in directory.objects().filter(|(_, image)| !image.is_deleted()) {
                let bytes = image.bytes(AttributeId::MS_DS_CONSISTENCY_GUID);
                if let Some(Ok(bytes)) = bytes.map(<[u8; 16]>::try_from) {
                    found.entry(bytes).or_insert(Source { forest, object });
                }
            }
        }
        found
    }
}
