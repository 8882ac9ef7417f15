//! Synchronisation: scope, join, projection, attribute flow and provisioning (rules R5.1 to R5.5).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mock_ad::directory::{AttributeId, Object, ObjectId};
use mock_cloud::{OnPremisesPlace, Reason, RuleId, SyncObject};
use store::Text;

use super::ad_connector::{PendingImport, filtering_key};
use super::config::AnchorAttribute;
use super::data_flow::{self, Before};
use super::entra_connector::{CsEntry, CsId, PendingExport};
use super::flow::{GROUP_MEMBERS_MAX, Inbound, Surroundings, inbound};
use super::metaverse::{MvId, Source};
use super::run::{Counters, ERRORS_MAX};
use super::{Engine, EngineEvent, Sink};

/// The parent of objects and the attribute that names them.
type PlaceKey = (Option<ObjectId>, AttributeId);

/// What one synchronisation of a forest carries along.
pub(super) struct Pass<'a> {
    pub(super) forest: usize,
    pub(super) around: Surroundings<'a>,
    containers: BTreeMap<ObjectId, Text>,
    /// What the names of siblings have in common.
    places: BTreeMap<PlaceKey, Arc<OnPremisesPlace>>,
    /// The place of the object before: most objects have it, too.
    last_place: Option<(PlaceKey, Arc<OnPremisesPlace>)>,
    pub(super) counters: Counters,
    /// Objects that began or ceased to be exported: what refers to them has to follow.
    pub(super) moved: BTreeSet<ObjectId>,
    pub(super) has_groups: bool,
    pub(super) has_managers: bool,
}

impl Engine {
    /// Synchronises one forest's connector space with the metaverse, and provisions.
    pub(super) fn synchronize_ad(&mut self, forest: usize, full: bool, sink: Sink<'_>) -> Counters {
        let connector = &self.forests[forest];
        let schema = connector.schema().clone();
        let mut pass = Pass {
            forest,
            around: Surroundings {
                anchor: self.config.anchor,
                policy: self.config.policy,
                domain_name: connector.domain_name.clone(),
                net_bios_name: connector.net_bios_name.clone(),
                properties: Arc::clone(&connector.properties),
                schema: &schema,
            },
            containers: BTreeMap::new(),
            places: BTreeMap::new(),
            last_place: None,
            counters: Counters::default(),
            moved: BTreeSet::new(),
            has_groups: !connector.members.is_empty(),
            has_managers: !connector.managers.is_empty(),
        };
        let count = connector.entries.len() as u32;
        if full {
            self.metaverse.reserve_for(count);
            self.entra.reserve_for(count);
        }
        let (mut groups, mut managed) = (Vec::new(), Vec::new());
        for place in 0..count {
            let id = ObjectId(place);
            let Some(entry) = self.forests[forest].entry(id) else {
                continue;
            };
            let waits =
                entry.pending != PendingImport::None || entry.error.is_some() || entry.lends;
            let known = entry.image.is_some() || entry.metaverse.is_some();
            if !(waits || full && known) {
                continue;
            }
            if pass.has_groups && self.forests[forest].members.contains_key(&id) {
                groups.push(id);
                continue;
            }
            if pass.has_managers && self.forests[forest].managers.contains_key(&id) {
                managed.push(id);
                continue;
            }
            self.synchronize_entry(id, &mut pass, sink);
            if pass.counters.errors > ERRORS_MAX {
                return pass.counters;
            }
        }
        self.synchronize_managed(managed, &mut pass, sink);
        for id in groups {
            self.synchronize_entry(id, &mut pass, sink);
        }
        self.follow_references(&mut pass, sink);
        pass.counters
    }

    pub(super) fn synchronize_entry(&mut self, id: ObjectId, pass: &mut Pass<'_>, sink: Sink<'_>) {
        let Some(entry) = self.forests[pass.forest].entry(id) else {
            return;
        };
        let (image, metaverse, pending) = (entry.image.clone(), entry.metaverse, entry.pending);
        let gone = pending == PendingImport::Delete || image.is_none();
        let source = Source {
            forest: pass.forest,
            object: id,
        };
        let Some(image) = image.filter(|_| !gone) else {
            if let Some(mv) = metaverse {
                pass.counters.deletes += 1;
                pass.moved.insert(id);
                self.disconnect_source(mv, source, pass, sink);
            }
            let entry = self.forests[pass.forest].entry_mut(id);
            entry.pending = PendingImport::None;
            entry.metaverse = None;
            entry.error = None;
            return;
        };
        let evaluated = self.evaluate(&image, id, pass);
        let error = match evaluated {
            Inbound::Error(reason) => Some(reason),
            Inbound::Filtered(reason) => {
                pass.counters.filtered_connectors += u64::from(metaverse.is_some());
                pass.counters.filtered_disconnectors += u64::from(metaverse.is_none());
                if let Some(mv) = metaverse {
                    pass.moved.insert(id);
                    let rest = (self.forests.len() > 1)
                        .then(|| self.without(mv, source))
                        .flatten();
                    let why = rest.is_none().then(|| Arc::new(reason.clone()));
                    self.set_attributes(mv, rest, why);
                    self.provision(mv, pass.counters_mut(), sink);
                }
                sink(EngineEvent::Filtered {
                    source,
                    why: reason,
                });
                None
            }
            Inbound::Lends(object) => {
                self.lend(source, *object, &image, pass, sink);
                None
            }
            Inbound::Flows(object) => self
                .flow(source, metaverse, Arc::new(*object), &image, pass, sink)
                .err(),
        };
        let entry = self.forests[pass.forest].entry_mut(id);
        entry.pending = PendingImport::None;
        match error {
            Some(reason) => {
                pass.counters.errors += 1;
                entry.error = Some(Arc::new(reason.clone()));
                sink(EngineEvent::SyncError {
                    source,
                    why: reason,
                });
            }
            None => entry.error = None,
        }
    }

    fn evaluate(&self, image: &Object, id: ObjectId, pass: &mut Pass<'_>) -> Inbound {
        let place = self.place(image, pass);
        let references = self.references(pass.forest, id);
        let group = self.config.scopes.get(pass.forest);
        if let Some(group) = group.and_then(|scope| scope.group.as_ref())
            && !references.groups.contains(&filtering_key(group))
        {
            let text = "it is no direct member of {0}, the group that the pilot is limited to";
            let why = Reason::one(RuleId::R5_12, text, Text::from(group.to_string()));
            return Inbound::Filtered(why);
        }
        let Some(rules) = &self.config.rules else {
            return inbound(image, &place, references, &pass.around);
        };
        let metaverse = self.forests[pass.forest]
            .entry(id)
            .and_then(|it| it.metaverse);
        let known = metaverse.and_then(|it| self.metaverse.get(it));
        let before = Before {
            attributes: known.and_then(|it| it.attributes.as_deref()),
            connected: known.is_some_and(|it| it.connector.is_some()),
        };
        data_flow::evaluate(rules, image, &place, references, before, &pass.around)
    }

    /// Where an object is, as this connector space knows it.
    pub(super) fn place(&self, image: &Object, pass: &mut Pass<'_>) -> Arc<OnPremisesPlace> {
        let key = (image.parent, image.rdn_attribute());
        if let Some((last, place)) = &pass.last_place
            && *last == key
        {
            return Arc::clone(place);
        }
        let connector = &self.forests[pass.forest];
        let (around, containers) = (&pass.around, &mut pass.containers);
        let place = pass.places.entry(key).or_insert_with(|| {
            let attribute = around.schema.name(key.1).to_ascii_uppercase();
            let parent = key.0.map(|id| connector.container_name(id, containers));
            Arc::new(OnPremisesPlace {
                attribute: Text::from(attribute.as_str()),
                parent: parent.unwrap_or_default(),
                domain_name: around.domain_name.clone(),
                net_bios_name: around.net_bios_name.clone(),
            })
        });
        let place = Arc::clone(place);
        pass.last_place = Some((key, Arc::clone(&place)));
        place
    }

    /// Joins or projects, lets the attributes flow, and provisions.
    fn flow(
        &mut self,
        source: Source,
        metaverse: Option<MvId>,
        object: Arc<SyncObject>,
        image: &Object,
        pass: &mut Pass<'_>,
        sink: Sink<'_>,
    ) -> Result<(), Reason> {
        let mv = match metaverse {
            Some(mv) => mv,
            None => self.join_or_project(source, image, pass, sink),
        };
        self.forests[source.forest]
            .entry_mut(source.object)
            .metaverse = Some(mv);
        let object = if self.forests.len() > 1 {
            self.combined(mv, source, Arc::clone(&object), false)
                .unwrap_or(object)
        } else {
            object
        };
        let Some(known) = self.metaverse.get(mv) else {
            return Ok(());
        };
        let connected = known.connector.and_then(|id| self.entra.get(id));
        if let Some(entry) = connected
            && entry.confirmed_anchor
            && entry.anchor != object.source_anchor
        {
            return Err(Reason::plain(
                RuleId::R1_10,
                "SourceAnchor attribute has changed.",
            ));
        }
        let was_out = known.attributes.is_none();
        let changed = known.attributes.as_ref() != Some(&object);
        if metaverse.is_some() {
            pass.counters.flow_updates += u64::from(changed);
            pass.counters.no_flow_updates += u64::from(!changed);
        }
        if changed {
            if was_out && (pass.has_groups || pass.has_managers) {
                pass.moved.insert(source.object);
            }
            let large = object.members.len() > GROUP_MEMBERS_MAX;
            if large && known.connector.is_none() {
                let text = "a new group with so many members is never provisioned";
                let why = Arc::new(Reason::plain(RuleId::R5_7, text));
                self.set_attributes(mv, None, Some(why));
                return Ok(());
            }
            if large {
                return Err(Reason::plain(
                    RuleId::R5_7,
                    "Maximum Group member count exceeded",
                ));
            }
            self.set_attributes(mv, Some(object), None);
        }
        self.note_write_back(source, image);
        self.provision(mv, &mut pass.counters, sink);
        Ok(())
    }

    /// Rule R1.8: an empty mS-DS-ConsistencyGuid is filled by the next export to Active Directory.
    fn note_write_back(&mut self, source: Source, image: &Object) {
        if self.config.anchor != AnchorAttribute::ConsistencyGuid {
            return;
        }
        let connector = &mut self.forests[source.forest];
        let is_user = super::flow::sync_type(connector.schema().kind(image.class))
            == Some(mock_cloud::SyncObjectType::User);
        let empty = image.get(AttributeId::MS_DS_CONSISTENCY_GUID).is_none();
        connector.entry_mut(source.object).write_back = is_user && empty;
    }

    fn join_or_project(
        &mut self,
        source: Source,
        image: &Object,
        pass: &mut Pass<'_>,
        sink: Sink<'_>,
    ) -> MvId {
        if self.forests.len() > 1
            && let Some(mv) = self.owner_of(image, source.object, pass)
        {
            self.note_joined(mv, source, pass, sink);
            return mv;
        }
        pass.counters.projections += 1;
        self.metaverse.project(source)
    }

    pub(super) fn set_attributes(
        &mut self,
        mv: MvId,
        attributes: Option<Arc<SyncObject>>,
        why: Option<Arc<Reason>>,
    ) {
        let several = self.forests.len() > 1;
        self.metaverse.set_attributes(mv, attributes, why, several);
    }

    /// A source is gone: the metaverse object goes with its last one (rule R5.3).
    fn disconnect_source(&mut self, mv: MvId, source: Source, pass: &mut Pass<'_>, sink: Sink<'_>) {
        let Some(known) = self.metaverse.get_mut(mv) else {
            return;
        };
        if known.source != source {
            known.joined.retain(|joined| *joined != source);
            if let Some(rest) = self.without(mv, source) {
                self.set_attributes(mv, Some(rest), None);
                self.provision(mv, &mut pass.counters, sink);
            }
            return;
        }
        let lenders: Vec<Source> = known
            .contributions
            .iter()
            .filter(|it| it.lends)
            .map(|it| it.source)
            .collect();
        let heir = known
            .joined
            .iter()
            .copied()
            .find(|it| !lenders.contains(it));
        let Some(heir) = heir else {
            for lender in known.joined.clone() {
                let entry = self.forests[lender.forest].entry_mut(lender.object);
                entry.metaverse = None;
                entry.lends = true;
            }
            let Some(known) = self.metaverse.get_mut(mv) else {
                return;
            };
            let attributes = known.attributes.clone();
            self.set_attributes(mv, None, None);
            self.provision(mv, &mut pass.counters, sink);
            self.metaverse.remove(mv);
            pass.counters.metaverse_deletes += 1;
            sink(EngineEvent::Disconnected { source, attributes });
            return;
        };
        known.joined.retain(|it| *it != heir);
        known.source = heir;
        known.contributions.retain(|it| it.source != source);
        self.forests[heir.forest].entry_mut(heir.object).pending = PendingImport::Update;
    }

    /// Outbound: decides what is pending export for one metaverse object.
    pub(super) fn provision(&mut self, mv: MvId, counters: &mut Counters, sink: Sink<'_>) {
        let Some(known) = self.metaverse.get(mv) else {
            return;
        };
        let wanted = known.attributes.clone();
        match (known.connector, wanted) {
            (None, None) => {}
            (None, Some(object)) => self.connect(mv, &object, counters, sink),
            (Some(id), Some(object)) => self.update_connector(id, &object),
            (Some(id), None) => {
                counters.provisioning_disconnects += 1;
                if let Some(known) = self.metaverse.get_mut(mv) {
                    known.connector = None;
                }
                self.deprovision(id);
            }
        }
    }

    fn connect(
        &mut self,
        mv: MvId,
        object: &Arc<SyncObject>,
        counters: &mut Counters,
        sink: Sink<'_>,
    ) {
        let anchor = &object.source_anchor;
        let id = match self.entra.find_by_anchor(anchor, object.kind) {
            Some(id)
                if self
                    .entra
                    .get(id)
                    .is_some_and(|entry| entry.metaverse.is_some()) =>
            {
                let text = "another metaverse object already has the anchor {0}";
                let why = Reason::one(RuleId::R6_16, text, anchor);
                counters.errors += 1;
                sink(EngineEvent::DuplicateAnchor { mv, why });
                return;
            }
            Some(id) => {
                counters.joins += 1;
                id
            }
            None => {
                counters.provisioning_adds += 1;
                let entry = CsEntry::provisioned(object.kind, anchor.clone());
                self.entra.insert(CsEntry {
                    pending_export: PendingExport::Add,
                    ..entry
                })
            }
        };
        if let Some(known) = self.metaverse.get_mut(mv) {
            known.connector = Some(id);
        }
        let Some(entry) = self.entra.get_mut(id) else {
            return;
        };
        entry.metaverse = Some(mv);
        if entry.deleted || entry.cloud.is_none() {
            // Its deletion has been exported already: the object has to be made anew.
            entry.pending_export = PendingExport::Add;
            entry.exported = None;
            return;
        }
        if entry.pending_export == PendingExport::Delete {
            // The deletion had not been exported yet, so it is called off.
            entry.pending_export = PendingExport::None;
            entry.failure = None;
        }
        self.update_connector(id, object);
    }

    fn update_connector(&mut self, id: CsId, object: &Arc<SyncObject>) {
        let Some(entry) = self.entra.get(id) else {
            return;
        };
        if entry.anchor != object.source_anchor {
            // Never confirmed under the old anchor: the object simply takes the new one.
            let Some(mut entry) = self.entra.remove(id) else {
                return;
            };
            entry.anchor = object.source_anchor.clone();
            let mv = entry.metaverse;
            let new = self.entra.insert(entry);
            if let Some(known) = mv.and_then(|mv| self.metaverse.get_mut(mv)) {
                known.connector = Some(new);
            }
            return;
        }
        let Some(entry) = self.entra.get_mut(id) else {
            return;
        };
        match entry.pending_export {
            PendingExport::Add => {}
            _ if entry.exported.as_ref() == Some(object) && entry.failure.is_none() => {
                if entry.pending_export == PendingExport::Update && !entry.unconfirmed {
                    return;
                }
                entry.pending_export = PendingExport::None;
            }
            _ => entry.pending_export = PendingExport::Update,
        }
    }

    /// The metaverse no longer wants the object: its deletion is pending (rules R5.3 and R5.14).
    fn deprovision(&mut self, id: CsId) {
        let Some(entry) = self.entra.get_mut(id) else {
            return;
        };
        entry.metaverse = None;
        entry.failure = None;
        if entry.cloud.is_none() || entry.deleted {
            self.entra.remove(id);
        } else {
            entry.pending_export = PendingExport::Delete;
        }
    }

    /// Synchronises the Entra connector space: joins what was found, lets go of what vanished.
    pub(super) fn synchronize_entra(&mut self, full: bool, sink: Sink<'_>) -> Counters {
        let mut counters = Counters::default();
        for place in 0..self.entra.len() {
            let id = CsId(place);
            let Some(entry) = self.entra.get(id) else {
                continue;
            };
            match entry.pending_import {
                PendingImport::Delete => self.let_go(id, &mut counters, sink),
                PendingImport::None if !full || entry.metaverse.is_some() => {}
                _ => self.join_entra(id, &mut counters),
            }
        }
        counters
    }

    /// The cloud object has vanished: the person is no longer connected to it (rule R5.25).
    fn let_go(&mut self, id: CsId, counters: &mut Counters, sink: Sink<'_>) {
        counters.deletes += 1;
        let Some(entry) = self.entra.remove(id) else {
            return;
        };
        let Some(mv) = entry.metaverse else { return };
        if let Some(known) = self.metaverse.get_mut(mv) {
            known.connector = None;
        }
        let expected = entry.deleted;
        if let Some(cloud) = entry.cloud.filter(|_| !expected) {
            let text = "the cloud object is gone without the engine having deleted it";
            sink(EngineEvent::CloudObjectVanished {
                cloud,
                why: Reason::plain(RuleId::R5_25, text),
            });
        }
        if expected || self.config.policy.disconnect_reprovisions {
            self.provision(mv, counters, sink);
        }
    }

    /// Rule R2.2: a synced cloud object joins the metaverse object with its anchor; where there is
    /// none it stays a disconnector, which is never deleted (rule R6.22).
    fn join_entra(&mut self, id: CsId, counters: &mut Counters) {
        let Some(entry) = self.entra.get_mut(id) else {
            return;
        };
        entry.pending_import = PendingImport::None;
        if entry.metaverse.is_some() || entry.pending_export == PendingExport::Delete {
            return;
        }
        let anchor = entry.anchor.clone();
        let Some(mv) = self.metaverse.find_by_anchor(&anchor) else {
            return;
        };
        let Some(known) = self.metaverse.get_mut(mv) else {
            return;
        };
        if known.connector.is_some() {
            return;
        }
        let wanted = known.attributes.clone();
        known.connector = Some(id);
        counters.joins += 1;
        if let Some(entry) = self.entra.get_mut(id) {
            entry.metaverse = Some(mv);
        }
        if let Some(wanted) = wanted {
            self.update_connector(id, &wanted);
        }
    }
}

impl Pass<'_> {
    const fn counters_mut(&mut self) -> &mut Counters {
        &mut self.counters
    }
}
