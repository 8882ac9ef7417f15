//! From a scenario's steps to Actions.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::SignedDuration;
use mock_ad::directory::{AttributeId, Modification, Operation, Schema, Value};
use mock_cloud::tenant::administer::{ObjectUpdate, RestoreOptions};
use mock_cloud::tenant::{FEATURES, Role};
use mock_cloud::{CloudKey, Property, ProxyAddress, SourceAnchor};

use super::{Impossible, Runner, build, shared};
use crate::engine::{ConnectorId, CyclePolicy, EngineConfig, Source, Step as EngineStep};
use crate::scenario::model::{
    self, AttributeSet, AttributeValue, ByteOrder, CloudUserChange, ImmutableIdSet, RunStep, Step,
    SyncPolicy,
};
use crate::scenario::value::{Connector, OuPath};
use crate::scenario::{Name, OneOrMany, Spanned};
use crate::world::{Action, AdChange, CloudChange, EngineChange, Event};

type Done = Result<(), Impossible>;

impl Runner<'_> {
    /// Applies one step.
    pub(super) fn step(&mut self, step: &Step, at: Range<usize>) -> Done {
        match step {
            Step::Sync(SyncPolicy::Delta) => self.apply(&Action::Cycle(CyclePolicy::Delta)),
            Step::Sync(SyncPolicy::Initial) => self.apply(&Action::Cycle(CyclePolicy::Initial)),
            Step::Wait(length) => {
                let seconds = length.value.as_secs().min(1 << 40) as i64;
                self.apply(&Action::Advance(SignedDuration::from_secs(seconds)));
            }
            Step::RunProfile(run) => return self.run_profile(&run.connector, run.run),
            Step::SetEngine(change) => self.set_engine(change),
            Step::StopScheduler => {
                self.apply(&Action::Configure(EngineChange::Schedule(None)));
            }
            Step::StartScheduler => {
                let interval = EngineConfig::default_interval(self.world.profile);
                self.apply(&Action::Configure(EngineChange::Schedule(Some(interval))));
            }
            Step::SetOnPremisesSync(_) | Step::VerifyDomain(_) => {
                return Err(Impossible::new(
                    at,
                    format!("`{}` is not modelled yet", step.verb()),
                    "leave the step out; what is modelled is listed in docs/rules.md",
                ));
            }
            Step::Expect(_) => {}
            step if step.place() == model::Place::ActiveDirectory => return self.ad_step(step, at),
            step => return self.cloud_step(step),
        }
        Ok(())
    }

    fn apply(&mut self, action: &Action) {
        self.act(action);
    }

    fn ad_step(&mut self, step: &Step, at: Range<usize>) -> Done {
        match step {
            Step::Move(moved) => {
                for source in self.sources(&moved.user)? {
                    let parent = Some(self.place(&moved.to, source.forest)?);
                    self.ad(source, AdChange::Move { object: source.object, name: None, parent });
                }
            }
            Step::Rename(renamed) => {
                let source = self.source(&renamed.user)?;
                let name = Some(shared(&renamed.to));
                self.ad(source, AdChange::Move { object: source.object, name, parent: None });
            }
            Step::MoveOu(moved) => {
                let (unit, parent) = (self.place(&moved.ou, 0)?, self.place(&moved.to, 0)?);
                let source = Source { forest: 0, object: unit };
                let parent = Some(parent);
                self.ad(source, AdChange::Move { object: unit, name: None, parent });
            }
            Step::RenameOu(renamed) => {
                let unit = self.place(&renamed.ou, 0)?;
                let name = renamed.to.split_once('=').map_or(renamed.to.as_str(), |(_, name)| name);
                let source = Source { forest: 0, object: unit };
                let name = Some(shared(name));
                self.ad(source, AdChange::Move { object: unit, name, parent: None });
            }
            Step::Set(AttributeSet { user, attribute, to }) => {
                for source in self.sources(user)? {
                    self.modify(source, attribute, to, Operation::Replace)?;
                }
            }
            Step::Clear(cleared) => {
                for source in self.sources(&cleared.user)? {
                    let none = OneOrMany::default();
                    self.modify(source, &cleared.attribute, &none, Operation::Replace)?;
                }
            }
            Step::AddValue(AttributeValue { user, attribute, value }) => {
                let value = OneOrMany(vec![value.clone()]);
                self.modify(self.source(user)?, attribute, &value, Operation::Add)?;
            }
            Step::RemoveValue(AttributeValue { user, attribute, value }) => {
                let value = OneOrMany(vec![value.clone()]);
                self.modify(self.source(user)?, attribute, &value, Operation::Delete)?;
            }
            Step::AddMember(added) => self.member(added, Operation::Add)?,
            Step::RemoveMember(removed) => self.member(removed, Operation::Delete)?,
            Step::SetConsistencyGuid(set) => self.set_consistency_guid(set)?,
            Step::Add(added) => {
                let forest = build::forest_of(&added.object, &self.names);
                let request = build::ad_request(&added.name, &added.object, forest, &self.names)?;
                let (dn, attributes, guid) = request;
                let change = AdChange::Add { dn, attributes, guid: Some(*guid.as_bytes()) };
                let events = self.act(&Action::Ad { forest, change });
                for event in events {
                    if let Event::AdChanged { forest, object } = event {
                        self.names.add_ad(&added.name, Source { forest, object });
                    }
                }
            }
            Step::Delete(deleted) => {
                for source in self.sources(&deleted.user)? {
                    self.ad(source, AdChange::Delete { object: source.object });
                }
            }
            Step::Restore(restored) => {
                let source = self.source(&restored.user)?;
                let parent = match &restored.to {
                    Some(path) => Some(self.place(path, source.forest)?),
                    None => None,
                };
                self.ad(source, AdChange::Restore { object: source.object, parent });
            }
            _ => return Err(unknown(&at)),
        }
        Ok(())
    }

    fn ad(&mut self, source: Source, change: AdChange) {
        self.act(&Action::Ad { forest: source.forest, change });
    }

    fn modify(
        &mut self,
        source: Source,
        attribute: &Name,
        to: &OneOrMany<Name>,
        operation: Operation,
    ) -> Done {
        let schema = self.world.forests()[source.forest].schema().clone();
        let (attribute, values) = values(&schema, attribute, to)?;
        let changes = vec![Modification { attribute, operation, values }];
        self.ad(source, AdChange::Modify { object: source.object, changes });
        Ok(())
    }

    fn member(&mut self, member: &model::AddedMember, operation: Operation) -> Done {
        let group = self.source(&member.group)?;
        let other = self.source(&member.member)?;
        let name = self.world.forests()[other.forest].dn_text(other.object);
        let values = vec![Value::Text(name)];
        let changes = vec![Modification { attribute: AttributeId::MEMBER, operation, values }];
        self.ad(group, AdChange::Modify { object: group.object, changes });
        Ok(())
    }

    fn set_consistency_guid(&mut self, set: &model::ConsistencyGuidSet) -> Done {
        let source = self.source(&set.user)?;
        let bytes = match (&set.from, &set.value) {
            (Some(from), _) => Some(self.guid_bytes(from)?),
            (None, Some(value)) => Some(guid_of_text(value)?),
            (None, None) => None,
        };
        let values = bytes.map(|bytes| Value::Bytes(bytes.as_slice().into())).into_iter().collect();
        let changes = vec![Modification {
            attribute: AttributeId::MS_DS_CONSISTENCY_GUID,
            operation: Operation::Replace,
            values,
        }];
        self.ad(source, AdChange::Modify { object: source.object, changes });
        Ok(())
    }

    /// The bytes behind a name's anchor: an Active Directory object's GUID, or the anchor of a
    /// cloud account.
    fn guid_bytes(&self, name: &Name) -> Result<[u8; 16], Impossible> {
        if let Some(source) = self.names.ad(name) {
            let object = self.world.forests()[source.forest].object(source.object);
            return object.map(|object| *object.guid.as_bytes()).ok_or_else(|| unknown(&name.at));
        }
        let key = self.cloud(name)?;
        let object = self.world.tenant().object(key);
        let anchor = object.and_then(|object| object.on_premises.immutable_id.as_ref());
        anchor.and_then(SourceAnchor::guid_bytes).copied().ok_or_else(|| {
            let message = format!("`{name}` has no ImmutableId made of a GUID");
            Impossible::new(name.at.clone(), message, "give the value itself with `value`")
        })
    }

    fn cloud_step(&mut self, step: &Step) -> Done {
        let change = match step {
            Step::RemoveCloudUser(removed) if removed.purge => {
                CloudChange::Purge(self.cloud(&removed.user)?)
            }
            Step::RemoveCloudUser(removed) => CloudChange::Delete(self.cloud(&removed.user)?),
            Step::RestoreCloudUser(restored) => {
                let options = RestoreOptions {
                    new_user_principal_name: restored.new_upn.as_ref().map(|upn| shared(upn)),
                    auto_reconcile_proxy_conflicts: restored.auto_reconcile_proxy_conflicts,
                };
                CloudChange::Restore(self.cloud(&restored.user)?, options)
            }
            Step::SetImmutableId(set) => {
                CloudChange::SetImmutableId(self.cloud(&set.user)?, self.immutable_id(set)?)
            }
            Step::SetCloudUser(change) => {
                let key = self.cloud(&change.user)?;
                CloudChange::Update(key, Box::new(update(change)))
            }
            Step::CreateCloudUser(created) => return self.create_cloud_user(created),
            Step::AssignLicence(licence) => {
                CloudChange::AssignLicence(self.cloud(&licence.user)?, shared(&licence.licence))
            }
            Step::RemoveLicence(licence) => {
                CloudChange::RemoveLicence(self.cloud(&licence.user)?, shared(&licence.licence))
            }
            Step::AssignRole(role) => {
                CloudChange::AssignRole(self.cloud(&role.user)?, Role(shared(&role.role)))
            }
            Step::RemoveRole(role) => {
                CloudChange::RemoveRole(self.cloud(&role.user)?, Role(shared(&role.role)))
            }
            Step::SetFeature(set) => {
                let name = set.feature.value.name();
                let known = FEATURES.iter().find(|feature| feature.name == name);
                let known = known.ok_or_else(|| unknown(&set.feature.at))?;
                CloudChange::SetFeature(known.name, set.enabled)
            }
            Step::ConvertToCloudManaged(set) => {
                CloudChange::SetCloudManaged(self.cloud(&set.user)?, set.cloud_managed)
            }
            Step::ClearOnPremisesObjectIdentifier(cleared) => {
                CloudChange::ClearObjectIdentifier(self.cloud(&cleared.user)?)
            }
            _ => return Ok(()),
        };
        self.apply(&Action::Cloud(change));
        Ok(())
    }

    fn create_cloud_user(
        &mut self,
        created: &crate::scenario::Introduced<model::CloudObject>,
    ) -> Done {
        let mut anchors = BTreeMap::new();
        if let Some(of) = &created.object.anchor_of {
            anchors.insert(of.value.clone(), self.guid_bytes(of)?);
        }
        let now = self.world.now();
        let mut fresh = store::Entropy::new(0);
        let mut made = build::cloud_object(&created.object, &anchors, now, &mut fresh)?;
        made.id = self.world.fresh_cloud_id();
        let count = self.world.tenant().objects().len() as u32;
        let events = self.act(&Action::Cloud(CloudChange::Create(Box::new(made))));
        for event in events {
            if let Event::CloudChanged { object: Some(key) } = event {
                debug_assert_eq!(key, CloudKey(count));
                self.names.add_cloud(&created.name, key);
                for role in &created.object.roles {
                    let role = Role(shared(role));
                    self.apply(&Action::Cloud(CloudChange::AssignRole(key, role)));
                }
            }
        }
        Ok(())
    }

    fn immutable_id(&self, set: &ImmutableIdSet) -> Result<Option<SourceAnchor>, Impossible> {
        if let Some(value) = &set.value {
            return Ok(Some(SourceAnchor::from_text(value)));
        }
        let Some(from) = &set.from else { return Ok(None) };
        let bytes = self.guid_bytes(from)?;
        let big_endian = set.byte_order.as_ref().map(|it| it.value) == Some(ByteOrder::BigEndian);
        let bytes = if big_endian { *uuid::Uuid::from_bytes_le(bytes).as_bytes() } else { bytes };
        Ok(Some(SourceAnchor::from_guid_bytes(bytes)))
    }

    fn run_profile(&mut self, connector: &Spanned<Connector>, run: RunStep) -> Done {
        let connector = self.connector(connector)?;
        for step in engine_steps(run) {
            self.apply(&Action::Run { connector, step: *step });
        }
        Ok(())
    }

    pub(super) fn connector(
        &self,
        connector: &Spanned<Connector>,
    ) -> Result<ConnectorId, Impossible> {
        match (&connector.value, self.names.forest(&connector.value)) {
            (Connector::Entra, _) => Ok(ConnectorId::Entra),
            (Connector::Ad(_), Some(forest)) => Ok(ConnectorId::Ad(forest)),
            (Connector::Ad(_), None) => {
                let message = format!("there is no forest behind `{}`", connector.value);
                Err(Impossible::new(connector.at.clone(), message, "declare it under `forests`"))
            }
        }
    }

    fn set_engine(&mut self, change: &model::EngineChange) {
        if change.scope.is_some() || change.exclude.is_some() {
            for place in 0..self.names.forests.len() {
                let known = self.world.engine().config().scopes[place].clone();
                let list = |list: &Option<OneOrMany<Spanned<OuPath>>>| {
                    list.as_ref().map(|list| list.to_vec()).unwrap_or_default()
                };
                let written =
                    build::scope(&list(&change.scope), &list(&change.exclude), &self.names, place);
                let scope = crate::engine::Scope {
                    include: change.scope.as_ref().map_or(known.include, |_| written.include),
                    exclude: change.exclude.as_ref().map_or(known.exclude, |_| written.exclude),
                };
                self.apply(&Action::Configure(EngineChange::Scope(place, scope)));
            }
        }
        if let Some(staging) = change.staging {
            self.apply(&Action::Configure(EngineChange::Staging(staging)));
        }
        if let Some(threshold) = change.deletion_threshold {
            let threshold = build::threshold(threshold);
            self.apply(&Action::Configure(EngineChange::DeletionThreshold(threshold)));
        }
        if let Some(schedule) = change.schedule {
            let schedule = build::schedule(schedule);
            self.apply(&Action::Configure(EngineChange::Schedule(schedule)));
        }
    }

    fn source(&self, name: &Name) -> Result<Source, Impossible> {
        self.names.ad(name).ok_or_else(|| not_there(name))
    }

    fn sources(&self, name: &Name) -> Result<Vec<Source>, Impossible> {
        match self.names.all(name) {
            [] => Err(not_there(name)),
            all => Ok(all.to_vec()),
        }
    }

    fn cloud(&self, name: &Name) -> Result<CloudKey, Impossible> {
        self.names.cloud(name).ok_or_else(|| not_there(name))
    }

    fn place(
        &self,
        path: &Spanned<OuPath>,
        forest: usize,
    ) -> Result<mock_ad::directory::ObjectId, Impossible> {
        let directory = &self.world.forests()[forest];
        build::find_place(directory, &self.names, &path.value, forest).ok_or_else(|| {
            let message = format!("there is no `{}` in the forest", path.value);
            Impossible::new(path.at.clone(), message, "declare it under `ous`")
        })
    }
}

/// The steps that a run profile consists of.
pub(super) const fn engine_steps(run: RunStep) -> &'static [EngineStep] {
    use EngineStep::{DeltaImport, DeltaSynchronization, Export, FullImport, FullSynchronization};
    match run {
        RunStep::FullImport => &[FullImport],
        RunStep::DeltaImport => &[DeltaImport],
        RunStep::FullSynchronization => &[FullSynchronization],
        RunStep::DeltaSynchronization => &[DeltaSynchronization],
        RunStep::Export => &[Export],
        RunStep::FullImportFullSynchronization => &[FullImport, FullSynchronization],
        RunStep::FullImportDeltaSynchronization => &[FullImport, DeltaSynchronization],
        RunStep::DeltaImportDeltaSynchronization => &[DeltaImport, DeltaSynchronization],
    }
}

/// An attribute and its values in the form that the schema asks for.
pub(super) fn values(
    schema: &Schema,
    attribute: &Name,
    written: &OneOrMany<Name>,
) -> Result<(AttributeId, Vec<Value>), Impossible> {
    use mock_ad::directory::Syntax;
    let Some(id) = schema.attribute(attribute) else {
        let message = format!("there is no attribute `{attribute}`");
        let near = schema.suggest(attribute);
        let help = near.map_or_else(
            || "expected the LDAP name of an attribute".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Impossible::new(attribute.at.clone(), message, help));
    };
    let syntax = schema.definition(id).syntax;
    let values = written
        .iter()
        .map(|value| {
            let wrong = |help: &str| {
                let message = format!("`{value}` is no value of {attribute}");
                Impossible::new(value.at.clone(), message, help)
            };
            match syntax {
                Syntax::Integer | Syntax::LargeInteger => {
                    let number = value.parse().map_err(|_| wrong("expected a whole number"))?;
                    Ok(Value::Integer(number))
                }
                Syntax::Boolean => match value.to_ascii_uppercase().as_str() {
                    "TRUE" => Ok(Value::Boolean(true)),
                    "FALSE" => Ok(Value::Boolean(false)),
                    _ => Err(wrong("expected TRUE or FALSE")),
                },
                Syntax::Sid => {
                    let sid: mock_cloud::SecurityIdentifier =
                        value.parse().map_err(|_| wrong("write it as `S-1-5-21-…`"))?;
                    Ok(Value::Bytes(sid.as_bytes().into()))
                }
                Syntax::OctetString => Ok(Value::Bytes(match uuid::Uuid::try_parse(value) {
                    Ok(guid) => guid.to_bytes_le().as_slice().into(),
                    Err(_) => value.as_bytes().into(),
                })),
                _ => Ok(Value::Text(shared(value))),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok((id, values))
}

fn guid_of_text(value: &Name) -> Result<[u8; 16], Impossible> {
    if let Ok(guid) = uuid::Uuid::try_parse(value) {
        return Ok(guid.to_bytes_le());
    }
    SourceAnchor::from_text(value).guid_bytes().copied().ok_or_else(|| {
        let message = format!("`{value}` is neither a GUID nor an ImmutableId made of one");
        Impossible::new(value.at.clone(), message, "write the GUID as `Get-ADUser` prints it")
    })
}

fn update(change: &CloudUserChange) -> ObjectUpdate {
    let text = |name: &Option<Name>| name.as_ref().map(|name| shared(name));
    let addresses = change.smtp.as_ref().map(|list| {
        let all = crate::scenario::proxy_addresses(list);
        all.iter().map(|value| ProxyAddress::new(shared(value))).collect()
    });
    let mut properties: Vec<_> = change
        .attributes
        .iter()
        .filter_map(|(name, values)| {
            Some((Property::from_name(name)?, shared(values.first()?)))
        })
        .collect();
    properties.sort_unstable_by_key(|(property, _)| *property);
    ObjectUpdate {
        user_principal_name: text(&change.upn),
        display_name: text(&change.display_name),
        mail: text(&change.mail),
        mail_nickname: text(&change.mail_nickname),
        proxy_addresses: addresses,
        properties: (!properties.is_empty()).then(|| properties.into()),
        account_enabled: None,
        usage_location: None,
    }
}

fn not_there(name: &Name) -> Impossible {
    let message = format!("`{name}` is not there");
    Impossible::new(name.at.clone(), message, "the step that makes it was refused")
}

fn unknown(at: &Range<usize>) -> Impossible {
    Impossible::new(at.clone(), "this step can't be run", "this should not happen: please report it")
}
