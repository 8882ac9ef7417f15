//! The connector of a forest: its connector space, and import into it (rules R6.1 to R6.4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::{OrdMap, Vector};
use mock_ad::directory::{AttributeId, Directory, Dn, Object, ObjectId, ObjectKind, Schema, Usn};
use mock_cloud::{Reason, SyncObjectType};
use store::Text;

use super::config::Scope;
use super::flow::{PropertyMap, sync_type};
use super::metaverse::MvId;
use super::run::Counters;

/// What the last import found about an object that synchronisation has not looked at yet
/// (rule R6.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PendingImport {
    /// Nothing.
    #[default]
    None,
    /// It is new.
    Add,
    /// It changed.
    Update,
    /// It is gone, or it left the scope.
    Delete,
}

/// One object of the connector space of a forest.
#[derive(Debug, Clone, Default)]
pub struct AdEntry {
    /// The object as the last import read it; `None` where it is not staged.
    pub image: Option<Arc<Object>>,
    /// What synchronisation has yet to process.
    pub pending: PendingImport,
    /// The metaverse object it is joined to.
    pub metaverse: Option<MvId>,
    /// Why the last synchronisation of it failed.
    pub error: Option<Arc<Reason>>,
    /// Whether it is a linked mailbox that waits for the account it is for.
    pub lends: bool,
    /// Whether its anchor has yet to be written back to Active Directory (rule R1.8).
    pub write_back: bool,
}

/// What an import sees of a forest.
pub(super) struct View<'a> {
    pub(super) directory: &'a Directory,
    pub(super) scope: &'a Scope,
    /// The groups that scope and rules ask for members of.
    pub(super) groups: Vec<Dn>,
    /// Whether a delta import reads them, too.
    pub(super) delta_reads_groups: bool,
    /// Whether computers are read.
    pub(super) devices: bool,
    /// Objects that it may not read.
    pub(super) unreadable: BTreeSet<ObjectId>,
}

impl View<'_> {
    /// The type under which an object is synced, where it is at all.
    fn sync_type(&self, object: &Object) -> Option<SyncObjectType> {
        let kind = sync_type(self.directory.schema().kind(object.class))?;
        (kind != SyncObjectType::Device || self.devices).then_some(kind)
    }
}

/// The connector of one forest.
#[derive(Debug, Clone)]
pub struct AdConnector {
    schema: Schema,
    /// Which properties the attributes of the schema feed.
    pub(super) properties: Arc<PropertyMap>,
    base: Text,
    pub(super) domain_name: Text,
    pub(super) net_bios_name: Text,
    pub(super) entries: Vector<AdEntry>,
    /// The members of each group, as imported.
    pub(super) members: OrdMap<ObjectId, Arc<[ObjectId]>>,
    /// Who is above an object, as imported with it: `manager`, of a group `managedBy`. Empty in a
    /// forest where nobody has either.
    pub(super) managers: OrdMap<ObjectId, ObjectId>,
    /// The direct members of the groups that scope and rules ask for, as imported, in order; by the
    /// distinguished names of the groups, folded.
    pub(super) filtering: OrdMap<Text, Arc<[ObjectId]>>,
    watermark: Usn,
    /// Containers as imported: what objects are called is read from here.
    containers: OrdMap<ObjectId, Arc<Object>>,
}

impl AdConnector {
    /// The empty connector space of a forest.
    pub(super) fn new(directory: &Directory) -> Self {
        Self {
            schema: directory.schema().clone(),
            properties: Arc::new(PropertyMap::new(directory.schema())),
            base: Text::from(directory.base().to_string()),
            domain_name: Text::from(directory.dns_name()),
            net_bios_name: Text::from(directory.netbios_name()),
            entries: Vector::new(),
            members: OrdMap::new(),
            managers: OrdMap::new(),
            filtering: OrdMap::new(),
            watermark: Usn(0),
            containers: OrdMap::new(),
        }
    }

    /// The schema of the forest.
    pub const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How far into the directory's change log the last import read.
    pub(crate) const fn watermark(&self) -> Usn {
        self.watermark
    }

    /// Containers as the last import that saw them read them.
    pub(crate) fn containers(&self) -> impl Iterator<Item = (&ObjectId, &Arc<Object>)> {
        self.containers.iter()
    }

    /// The entry of an object, where it ever was in scope.
    pub fn entry(&self, id: ObjectId) -> Option<&AdEntry> {
        self.entries.get(id.0 as usize)
    }

    /// All entries, also of objects that never were in scope.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (ObjectId, &AdEntry)> {
        (0u32..).map(ObjectId).zip(&self.entries)
    }

    pub(super) fn entry_mut(&mut self, id: ObjectId) -> &mut AdEntry {
        while self.entries.len() <= id.0 as usize {
            self.entries.push_back(AdEntry::default());
        }
        &mut self.entries[id.0 as usize]
    }

    /// Reads everything in scope; what is not there any more is pending delete, unless something
    /// could not be read: then nobody knows whether it is gone (rule R6.4). Says what that was.
    pub(super) fn full_import(&mut self, view: &View<'_>) -> (Counters, Vec<ObjectId>) {
        let directory = view.directory;
        let mut pass = Pass::new(directory, view.scope);
        let unread = pass.unread(&view.unreadable);
        while self.entries.len() < directory.places() {
            self.entries.push_back(AdEntry::default());
        }
        let mut objects = directory.objects().peekable();
        let mut groups = Vec::new();
        for (id, entry) in (0u32..).map(ObjectId).zip(self.entries.iter_mut()) {
            let Some((_, object)) = objects.next_if(|(at, _)| *at == id) else {
                // The place of an object that garbage collection has removed.
                if stage(entry, None, &mut pass.counters) {
                    stage_manager(&mut self.managers, id, None);
                }
                continue;
            };
            if pass.is_container(object) {
                self.containers.insert(id, Arc::clone(object));
                continue;
            }
            let Some(kind) = view.sync_type(object) else {
                continue;
            };
            if kind == SyncObjectType::Group {
                groups.push(id);
            }
            let staged = !object.is_deleted() && pass.is_in_scope(object);
            if !unread.is_empty() && (!staged || unread.binary_search(&id).is_ok()) {
                continue;
            }
            if stage(entry, staged.then_some(object), &mut pass.counters) {
                let above = staged.then(|| pass.above(id, kind)).flatten();
                stage_manager(&mut self.managers, id, above);
            }
        }
        for id in groups {
            self.stage_members(directory, id);
        }
        self.stage_filtering(view);
        self.watermark = directory.highest_committed_usn();
        (pass.counters, unread)
    }

    /// Reads what changed since the last import. Objects whose container was renamed or moved have
    /// not changed themselves, so they are not seen (rule R5.15).
    pub(super) fn delta_import(&mut self, view: &View<'_>) -> (Counters, Vec<ObjectId>) {
        let directory = view.directory;
        let mut pass = Pass::new(directory, view.scope);
        let mut unread = Vec::new();
        for id in directory.changes_since(self.watermark) {
            let Some(object) = directory.object(id) else {
                continue;
            };
            if pass.is_container(object) {
                self.containers.insert(id, Arc::clone(object));
                continue;
            }
            let Some(kind) = view.sync_type(object) else {
                continue;
            };
            let staged = !object.is_deleted() && pass.is_in_scope(object);
            if staged && view.unreadable.contains(&id) {
                unread.push(id);
                continue;
            }
            let object = staged.then_some(object);
            if stage(self.entry_mut(id), object, &mut pass.counters) {
                let above = staged.then(|| pass.above(id, kind)).flatten();
                stage_manager(&mut self.managers, id, above);
            }
            if kind == SyncObjectType::Group {
                self.stage_members(directory, id);
            }
        }
        if view.delta_reads_groups {
            self.stage_filtering(view);
        }
        self.watermark = directory.highest_committed_usn();
        pass.counters.errors = unread.len() as u64;
        (pass.counters, unread)
    }

    /// Whether a container that is known has another name or place by now: a delta import does not
    /// look at what is in it (rule R5.15, question Q9.20).
    pub(super) fn misses_renames(&self, directory: &Directory) -> bool {
        let mut changed = directory.changes_since(self.watermark);
        changed.any(|id| {
            let (known, object) = (self.containers.get(&id), directory.object(id));
            known.zip(object).is_some_and(|(known, object)| {
                known.parent != object.parent || known.name() != object.name()
            })
        })
    }

    /// Reads who is in the groups that filters ask for. Who came or went has a pending import, so
    /// that the next delta synchronisation looks whether they are in scope (rule R5.12).
    fn stage_filtering(&mut self, view: &View<'_>) {
        if view.groups.is_empty() && self.filtering.is_empty() {
            return;
        }
        let directory = view.directory;
        let mut found = OrdMap::new();
        for group in &view.groups {
            let members = directory
                .find(group)
                .map(|id| directory.link_targets(id, AttributeId::MEMBER));
            let mut members = members.unwrap_or_default();
            members.sort_unstable();
            found.insert(filtering_key(group), Arc::from(members));
        }
        let before = std::mem::replace(&mut self.filtering, found);
        let mut moved = BTreeSet::new();
        for (group, members) in &self.filtering {
            let known: &[ObjectId] = before.get(group).map(|it| &**it).unwrap_or_default();
            let differ = |all: &[ObjectId], others: &[ObjectId]| -> Vec<ObjectId> {
                let missing = |id: &&ObjectId| others.binary_search(id).is_err();
                all.iter().filter(missing).copied().collect()
            };
            moved.extend(differ(members, known));
            moved.extend(differ(known, members));
        }
        for id in moved {
            let Some(entry) = self.entries.get_mut(id.0 as usize) else {
                continue;
            };
            if entry.image.is_some() && entry.pending == PendingImport::None {
                entry.pending = PendingImport::Update;
            }
        }
    }

    /// Who is in the groups that filters ask for, as imported; by the names of the groups.
    pub(crate) fn filtering(&self) -> impl Iterator<Item = (&Text, &[ObjectId])> {
        self.filtering
            .iter()
            .map(|(group, members)| (group, &**members))
    }

    /// The groups among those that filters ask for which an object is in.
    pub(super) fn groups_of(&self, id: ObjectId) -> Vec<Text> {
        // Nearly every engine filters by none, and this is asked for each object.
        if self.filtering.is_empty() {
            return Vec::new();
        }
        let has = |(_, members): &(&Text, &Arc<[ObjectId]>)| members.binary_search(&id).is_ok();
        let groups = self.filtering.iter().filter(has);
        groups.map(|(group, _)| group.clone()).collect()
    }

    fn stage_members(&mut self, directory: &Directory, id: ObjectId) {
        if self.entry(id).is_none_or(|entry| entry.image.is_none()) {
            self.members.remove(&id);
            return;
        }
        let members = directory.link_targets(id, AttributeId::MEMBER);
        self.members.insert(id, members.into());
    }

    /// The distinguished name of a container, as this connector space knows it.
    pub(super) fn container_name(
        &self,
        id: ObjectId,
        cache: &mut BTreeMap<ObjectId, Text>,
    ) -> Text {
        if let Some(known) = cache.get(&id) {
            return known.clone();
        }
        let name = match self.containers.get(&id) {
            Some(container) => match container.parent {
                Some(parent) => {
                    let attribute = self.schema.name(container.rdn_attribute());
                    let rdn = mock_ad::directory::Rdn::new(
                        attribute.to_ascii_uppercase(),
                        container.name().clone(),
                    );
                    Text::from(format!("{rdn},{}", self.container_name(parent, cache)))
                }
                None => self.base.clone(),
            },
            None => self.base.clone(),
        };
        cache.insert(id, name.clone());
        name
    }

    /// What an object of this connector space is called.
    pub fn name(&self, image: &Object) -> Text {
        let mut cache = BTreeMap::new();
        let attribute = self.schema.name(image.rdn_attribute()).to_ascii_uppercase();
        let rdn = mock_ad::directory::Rdn::new(attribute, image.name().clone());
        match image.parent {
            Some(parent) => {
                Text::from(format!("{rdn},{}", self.container_name(parent, &mut cache)))
            }
            None => self.base.clone(),
        }
    }
}

/// What a group is looked up by, however its name is written.
pub(super) fn filtering_key(group: &Dn) -> Text {
    store::fold(&group.to_string())
}

/// Notes who is above an object. What a link names is read with the object that has it: a manager
/// who is deleted leaves the object itself unchanged.
fn stage_manager(managers: &mut OrdMap<ObjectId, ObjectId>, id: ObjectId, above: Option<ObjectId>) {
    match above {
        Some(above) => {
            managers.insert(id, above);
        }
        None if managers.is_empty() => {}
        None => {
            managers.remove(&id);
        }
    }
}

/// Puts what an import read beside what is known: any change makes the next delta synchronisation
/// look at the object (rule R6.7). Says whether there was one.
fn stage(entry: &mut AdEntry, object: Option<&Arc<Object>>, counters: &mut Counters) -> bool {
    match object {
        None => {
            let known = entry.image.is_some() || entry.metaverse.is_some();
            if known && entry.pending != PendingImport::Delete {
                counters.deletes += 1;
                entry.pending = if entry.metaverse.is_some() || entry.error.is_some() {
                    PendingImport::Delete
                } else {
                    PendingImport::None
                };
            }
            entry.image = None;
            known
        }
        Some(object) => {
            let same = entry
                .image
                .as_ref()
                .is_some_and(|image| Arc::ptr_eq(image, object));
            if same && entry.pending != PendingImport::Delete {
                return false;
            }
            let new = entry.image.is_none() && entry.metaverse.is_none();
            let renamed = entry.image.as_ref().is_some_and(|image| {
                image.parent != object.parent || image.name() != object.name()
            });
            entry.image = Some(Arc::clone(object));
            if new || entry.pending == PendingImport::Add {
                counters.adds += u64::from(new);
                entry.pending = PendingImport::Add;
            } else {
                counters.renames += u64::from(renamed);
                counters.updates += u64::from(!renamed);
                entry.pending = PendingImport::Update;
            }
            true
        }
    }
}

/// What one import remembers: which containers are in scope.
struct Pass<'a> {
    directory: &'a Directory,
    scope: &'a Scope,
    in_scope: BTreeMap<ObjectId, bool>,
    last: Option<(ObjectId, bool)>,
    /// Those of `manager` and `managedBy` that any object of the forest has.
    manager: Option<AttributeId>,
    managed_by: Option<AttributeId>,
    counters: Counters,
}

impl<'a> Pass<'a> {
    fn new(directory: &'a Directory, scope: &'a Scope) -> Self {
        let counters = Counters::default();
        let links = directory.used_links();
        let used = |link: Option<AttributeId>| link.filter(|link| links.contains(link));
        Self {
            directory,
            scope,
            in_scope: BTreeMap::new(),
            last: None,
            manager: used(Some(AttributeId::MANAGER)),
            managed_by: used(directory.schema().attribute("managedBy")),
            counters,
        }
    }

    /// Who is above an object.
    fn above(&self, id: ObjectId, kind: SyncObjectType) -> Option<ObjectId> {
        let link = match kind {
            SyncObjectType::Group => self.managed_by,
            SyncObjectType::User | SyncObjectType::Contact => self.manager,
            SyncObjectType::Device => None,
        };
        self.directory.link_targets(id, link?).first().copied()
    }

    /// Which of the objects that can't be read are there, in order; they are counted as errors.
    fn unread(&mut self, unreadable: &BTreeSet<ObjectId>) -> Vec<ObjectId> {
        let mut unread = Vec::new();
        for id in unreadable {
            let object = self.directory.object(*id).filter(|it| !it.is_deleted());
            if object.is_some_and(|object| self.is_in_scope(object)) {
                unread.push(*id);
            }
        }
        self.counters.errors = unread.len() as u64;
        unread
    }

    fn is_container(&self, object: &Object) -> bool {
        use ObjectKind::{Container, Domain, OrganizationalUnit};
        let kind = self.directory.schema().kind(object.class);
        matches!(kind, Container | Domain | OrganizationalUnit)
    }

    fn is_in_scope(&mut self, object: &Object) -> bool {
        let Some(parent) = object.parent else {
            return false;
        };
        if let Some((last, answer)) = self.last
            && last == parent
        {
            return answer;
        }
        let answer = *self.in_scope.entry(parent).or_insert_with(|| {
            let name: Dn = self.directory.dn(parent);
            self.scope.contains(&name)
        });
        self.last = Some((parent, answer));
        answer
    }
}
