//! The connector of the tenant: its connector space, import and confirmation (rules R6.3 to R6.5).

use std::fmt;
use std::sync::Arc;

use imbl::Vector;
use mock_cloud::provisioning::ExportError;
use mock_cloud::{
    CloudKey, DirectoryObject, Reason, SourceAnchor, SyncObject, SyncObjectType, Tenant,
};
use store::{DenseIndex, Index, Text};

use super::ad_connector::PendingImport;
use super::metaverse::MvId;
use super::run::Counters;

/// The key of an object of the Entra connector space; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CsId(pub u32);

/// What has yet to be exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PendingExport {
    /// Nothing.
    #[default]
    None,
    /// The object is new.
    Add,
    /// It changed.
    Update,
    /// It is to go.
    Delete,
}

/// Why the last export of an object failed; it is tried again at every export (rule R6.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFailure {
    /// The service's error.
    pub error: ExportError,
    /// The steps of its decision.
    pub why: Vec<Reason>,
}

/// One object of the Entra connector space. Its distinguished name is made of its anchor
/// (rule R1.4).
#[derive(Debug, Clone)]
pub struct CsEntry {
    /// User, group or contact.
    pub kind: SyncObjectType,
    /// The sourceAnchor.
    pub anchor: SourceAnchor,
    /// The cloud object it stands for (`cloudAnchor`, rule R1.11), once it is known.
    pub cloud: Option<CloudKey>,
    /// What was exported last; unknown for an object that was only ever imported.
    pub exported: Option<Arc<SyncObject>>,
    /// What has yet to be exported.
    pub pending_export: PendingExport,
    /// What the last import found.
    pub pending_import: PendingImport,
    /// The metaverse object it is connected to; none for a disconnector.
    pub metaverse: Option<MvId>,
    /// Why the last export failed.
    pub failure: Option<Arc<ExportFailure>>,
    /// Whether an export has yet to be seen by an import (rule R6.5).
    pub unconfirmed: bool,
    /// Whether an import has shown the object with this anchor (rule R1.10).
    pub confirmed_anchor: bool,
    /// Whether it was deleted by export, and only the confirmation is missing.
    pub deleted: bool,
}

/// An exported change that the tenant does not show (rule R6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReimported {
    /// The object.
    pub cloud: CloudKey,
    /// What was exported, and what is there instead.
    pub change: UnconfirmedChange,
}

/// What an import finds in place of an exported change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnconfirmedChange {
    /// Another UPN.
    UserPrincipalName {
        /// The UPN that was exported.
        exported: Text,
        /// The UPN that the tenant has taken.
        imported: Text,
    },
    /// The object that had been deleted: somebody restored it before an import had seen that it
    /// was gone.
    Deletion,
}

impl fmt::Display for UnconfirmedChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UserPrincipalName { exported, imported } => write!(
                formatter,
                "userPrincipalName {exported} was exported, {imported} was imported"
            ),
            Self::Deletion => formatter.write_str(
                "the deletion was exported, but the object was restored in the tenant before an \
                 import had confirmed that it was gone",
            ),
        }
    }
}

/// What an import of the tenant makes of what it finds, by the engine's switches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Objects that were deleted in the tenant by hand are missed (rule R6.6).
    pub(super) sees_deletions: bool,
    /// A deletion that is not confirmed is exported again (rule R6.5).
    pub(super) repeats_deletions: bool,
}

/// The connector of the tenant.
#[derive(Debug, Clone, Default)]
pub struct EntraConnector {
    entries: Vector<Option<CsEntry>>,
    by_anchor: Index,
    by_cloud: DenseIndex,
    watermark: u64,
}

impl EntraConnector {
    /// The entry of a key, unless it is gone.
    pub fn get(&self, id: CsId) -> Option<&CsEntry> {
        self.entries.get(id.0 as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: CsId) -> Option<&mut CsEntry> {
        self.entries.get_mut(id.0 as usize)?.as_mut()
    }

    /// All entries with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (CsId, &CsEntry)> {
        (0u32..)
            .map(CsId)
            .zip(&self.entries)
            .filter_map(|(id, entry)| Some((id, entry.as_ref()?)))
    }

    /// How many entries wait for an export.
    pub fn pending_exports(&self) -> usize {
        self.iter()
            .filter(|(_, entry)| entry.pending_export != PendingExport::None)
            .count()
    }

    /// Makes room for so many objects in all.
    pub(super) fn reserve_for(&mut self, count: u32) {
        let more = (count as usize).saturating_sub(self.entries.len());
        self.by_anchor.reserve(more);
    }

    /// The entry with an anchor.
    pub fn find_by_anchor(&self, anchor: &SourceAnchor, kind: SyncObjectType) -> Option<CsId> {
        self.by_anchor
            .candidates(anchor.index_hash())
            .map(CsId)
            .find(|id| {
                self.get(*id)
                    .is_some_and(|entry| entry.anchor == *anchor && entry.kind == kind)
            })
    }

    /// The entry of a cloud object.
    pub fn find_by_cloud(&self, key: CloudKey) -> Option<CsId> {
        self.by_cloud.first(key.0).map(CsId)
    }

    pub(super) fn insert(&mut self, entry: CsEntry) -> CsId {
        let id = CsId(self.entries.len() as u32);
        self.by_anchor.insert(entry.anchor.index_hash(), id.0);
        if let Some(key) = entry.cloud {
            self.by_cloud.insert(key.0, id.0);
        }
        self.entries.push_back(Some(entry));
        id
    }

    pub(super) fn remove(&mut self, id: CsId) -> Option<CsEntry> {
        let entry = self.entries.get_mut(id.0 as usize)?.take()?;
        self.by_anchor.remove(entry.anchor.index_hash(), id.0);
        if let Some(key) = entry.cloud {
            self.by_cloud.remove(key.0, id.0);
        }
        Some(entry)
    }

    /// Records which cloud object an entry stands for.
    pub(super) fn link(&mut self, id: CsId, key: CloudKey) {
        let Some(entry) = self.get_mut(id) else {
            return;
        };
        let old = entry.cloud.replace(key);
        if old == Some(key) {
            return;
        }
        if let Some(old) = old {
            self.by_cloud.remove(old.0, id.0);
        }
        self.by_cloud.insert(key.0, id.0);
    }

    pub(super) fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    /// Reads every synced object of the tenant; what is not there any more is pending delete.
    pub(super) fn full_import(
        &mut self,
        tenant: &Tenant,
        reading: Reading,
    ) -> (Counters, Vec<NotReimported>) {
        let reading = Reading {
            sees_deletions: true,
            ..reading
        };
        let mut counters = Counters::default();
        let mut warnings = Vec::new();
        for place in 0..self.len() {
            let Some(entry) = self.get_mut(CsId(place)) else {
                continue;
            };
            confirm(entry, tenant, reading, &mut counters, &mut warnings);
        }
        for (key, object) in tenant.objects() {
            self.discover(key, object, &mut counters);
        }
        self.watermark = tenant.change_count();
        (counters, warnings)
    }

    /// Reads what the tenant's own change log says has changed.
    pub(super) fn delta_import(
        &mut self,
        tenant: &Tenant,
        reading: Reading,
    ) -> (Counters, Vec<NotReimported>) {
        let mut counters = Counters::default();
        let mut warnings = Vec::new();
        let changed: Vec<CloudKey> = tenant.changes_since(self.watermark).collect();
        for key in changed {
            match self.find_by_cloud(key).and_then(|id| self.get_mut(id)) {
                Some(entry) => confirm(entry, tenant, reading, &mut counters, &mut warnings),
                None => {
                    if let Some(object) = tenant.object(key) {
                        self.discover(key, object, &mut counters);
                    }
                }
            }
        }
        self.watermark = tenant.change_count();
        (counters, warnings)
    }

    /// Takes note of a synced object that no entry stands for.
    fn discover(&mut self, key: CloudKey, object: &DirectoryObject, counters: &mut Counters) {
        if !is_read(object) || self.find_by_cloud(key).is_some() {
            return;
        }
        let Some(anchor) = object.on_premises.immutable_id.clone() else {
            return;
        };
        counters.adds += 1;
        let kind = object.kind.sync_type();
        let waiting = self.find_by_anchor(&anchor, kind);
        let waiting = waiting.filter(|id| self.get(*id).is_some_and(|entry| entry.cloud.is_none()));
        let Some(id) = waiting else {
            self.insert(CsEntry::imported(kind, anchor, key));
            return;
        };
        // The name of an entry is made of its anchor (rule R1.4): what waits to be added is there.
        self.link(id, key);
        if let Some(entry) = self.get_mut(id) {
            entry.pending_import = PendingImport::Add;
            entry.confirmed_anchor = true;
            if entry.pending_export == PendingExport::Add {
                entry.pending_export = PendingExport::Update;
            }
        }
    }

    /// How far into the tenant's change log the last import read.
    pub(crate) const fn watermark(&self) -> u64 {
        self.watermark
    }

    /// Reads the tenant without staging anything: what an established engine already knows.
    pub(super) fn catch_up(&mut self, tenant: &Tenant) {
        self.watermark = tenant.change_count();
    }
}

impl CsEntry {
    /// An entry that an import has just found.
    pub(super) fn imported(kind: SyncObjectType, anchor: SourceAnchor, key: CloudKey) -> Self {
        Self {
            cloud: Some(key),
            pending_import: PendingImport::Add,
            confirmed_anchor: true,
            ..Self::provisioned(kind, anchor)
        }
    }

    /// An entry that synchronisation has just made.
    pub(super) fn provisioned(kind: SyncObjectType, anchor: SourceAnchor) -> Self {
        Self {
            kind,
            anchor,
            cloud: None,
            exported: None,
            pending_export: PendingExport::None,
            pending_import: PendingImport::None,
            metaverse: None,
            failure: None,
            unconfirmed: false,
            confirmed_anchor: false,
            deleted: false,
        }
    }
}

/// Whether the service hands an object to the engine at all: synced objects, and those that were
/// converted to cloud-managed (rules R2.2 and R2.30).
fn is_read(object: &DirectoryObject) -> bool {
    let facts = &object.on_premises;
    object.is_live() && (facts.sync_enabled == Some(true) || facts.cloud_managed)
}

/// Whether somebody took an object out of the recycle bin that the engine had deleted: it is not
/// synced, and no cloud object either (rule R5.24).
fn was_restored(object: &DirectoryObject) -> bool {
    let facts = &object.on_premises;
    object.is_live() && facts.sync_enabled == Some(false) && !facts.cloud_managed
}

/// Compares an entry with the tenant: an export is confirmed, a vanished object is noticed.
fn confirm(
    entry: &mut CsEntry,
    tenant: &Tenant,
    reading: Reading,
    counters: &mut Counters,
    warnings: &mut Vec<NotReimported>,
) {
    let Some(key) = entry.cloud else { return };
    let found = tenant
        .object(key)
        .filter(|object| object.on_premises.immutable_id.as_ref() == Some(&entry.anchor));
    if reading.repeats_deletions
        && entry.deleted
        && found.is_some_and(|object| was_restored(object))
    {
        counters.updates += 1;
        warnings.push(NotReimported {
            cloud: key,
            change: UnconfirmedChange::Deletion,
        });
        entry.deleted = false;
        entry.unconfirmed = false;
        // What is there is not what was exported: a match would have to write all of it.
        entry.exported = None;
        if entry.pending_export == PendingExport::None {
            entry.pending_export = PendingExport::Delete;
        }
        return;
    }
    let Some(object) = found.filter(|object| is_read(object)) else {
        if entry.pending_export == PendingExport::Delete
            && found.is_some_and(|object| was_restored(object))
        {
            return;
        }
        if (entry.deleted || reading.sees_deletions)
            && entry.pending_import != PendingImport::Delete
        {
            counters.deletes += 1;
            entry.pending_import = PendingImport::Delete;
        }
        return;
    };
    if entry.pending_import == PendingImport::Delete {
        entry.pending_import = PendingImport::None;
    }
    entry.confirmed_anchor = true;
    if !entry.unconfirmed {
        return;
    }
    counters.updates += 1;
    entry.unconfirmed = false;
    entry.deleted = false;
    let exported = entry
        .exported
        .as_ref()
        .and_then(|sent| sent.user_principal_name.as_ref());
    let shadow = object.on_premises.shadow.as_ref();
    let imported = shadow.and_then(|shadow| shadow.user_principal_name.as_ref());
    if let (Some(exported), Some(imported)) = (exported, imported)
        && exported != imported
        && !object.on_premises.cloud_managed
    {
        warnings.push(NotReimported {
            cloud: key,
            change: UnconfirmedChange::UserPrincipalName {
                exported: exported.clone(),
                imported: imported.clone(),
            },
        });
        if entry.pending_export == PendingExport::None {
            entry.pending_export = PendingExport::Update;
        }
    }
}
