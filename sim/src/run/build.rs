//! From a scenario's words to a World.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::{
    AddRequest, AttributeId, Directory, DirectoryOptions, Dn, ObjectGuid, ObjectId, Rdn, Value,
};
use mock_cloud::profile::SERVICE_SWITCHES;
use mock_cloud::tenant::{
    Authentication, DirectoryObject, FEATURES, Kind, Role, State,
};
use mock_cloud::{
    CloudId, Profile, Property, ProxyAddress, SecurityIdentifier, SourceAnchor, Tenant, Upn,
};
use store::{Entropy, Text};

use super::names::{ForestName, Names};
use super::{Impossible, shared};
use crate::engine::{self, ENGINE_SWITCHES, EngineConfig, Scope, Source};
use crate::scenario::model::{
    self, AdObject, AdType, CloudObject, CloudType, GroupCategory, Scenario, Step, Synced,
};
use crate::scenario::value::{OuPath, Schedule, Threshold};
use crate::scenario::{BASE, INITIAL_DOMAIN, Name, copies, guid_of, sid_of};
use crate::world::World;

/// `groupType` of a global group that is not for security.
const DISTRIBUTION_GROUP: i64 = 2;
/// `groupType` of a global group that is for security.
const SECURITY_GROUP: i64 = -2_147_483_646;

/// Builds the world of an expanded scenario.
pub(super) fn world(
    scenario: &Scenario,
    profile: Profile,
) -> Result<(World, Names), Impossible> {
    let initial = &scenario.world;
    let start = initial.start.0;
    let mut entropy = Entropy::new(initial.seed);
    let mut names = Names::of(forests(initial)?);
    let belongs = initial.belongs.iter();
    names.belongs = belongs.map(|(ad, cloud)| (ad.value.clone(), cloud.value.clone())).collect();
    let mut directories: Vec<Directory> = (0..names.forests.len())
        .map(|place| directory(scenario, &names, place, &mut entropy, start))
        .collect();
    make_units(scenario, &names, &mut directories, &mut entropy, start);
    let mut anchors = BTreeMap::new();
    for (name, object) in initial.ad.iter() {
        for (own, copy) in copies(name, &object.value) {
            let added = add_ad(&own, &copy, &names, &mut directories, start)?;
            names.add_ad(name, added);
            let guid = directories[added.forest].object(added.object).map(|object| object.guid);
            anchors.extend(guid.map(|guid| (own, *guid.as_bytes())));
        }
    }
    link_members(initial, &names, &mut directories, start)?;
    let mut tenant = tenant(scenario, profile)?;
    for (name, object) in initial.cloud.iter() {
        let made = cloud_object(&object.value, &anchors, start, &mut entropy)?;
        let key = tenant.insert(made);
        assign_roles(&mut tenant, key, &object.value);
        names.add_cloud(name, key);
    }
    let config = config(scenario, profile, &names);
    let mut world = World::new(profile, directories, tenant, config, start, entropy);
    world.establish();
    Ok((world, names))
}

fn forests(world: &model::InitialWorld) -> Result<Vec<ForestName>, Impossible> {
    let make = |name: Option<String>, forest: &model::Forest| {
        let base = forest.base.as_ref().map_or(BASE, |base| base.value.as_str());
        let at = forest.base.as_ref().map(|base| base.at.clone()).unwrap_or_default();
        let base = base.parse::<Dn>().map_err(|error| {
            let message = format!("`{base}` is no domain: {error}");
            Impossible::new(at, message, "write for example `DC=contoso,DC=test`")
        })?;
        Ok(ForestName { name, base })
    };
    if world.forests.is_empty() {
        let only = world.forest.as_ref().map(|forest| forest.value.clone()).unwrap_or_default();
        return Ok(vec![make(None, &only)?]);
    }
    world.forests.iter().map(|(name, forest)| make(Some(name.value.clone()), forest)).collect()
}

fn directory(
    scenario: &Scenario,
    names: &Names,
    place: usize,
    entropy: &mut Entropy,
    start: Timestamp,
) -> Directory {
    let forest = &names.forests[place];
    let written = match &forest.name {
        Some(name) => scenario.world.forests.get(name).cloned(),
        None => scenario.world.forest.as_ref().map(|forest| forest.value.clone()),
    };
    let mut options = DirectoryOptions::new(forest.base.clone());
    options.recycle_bin = written.and_then(|forest| forest.recycle_bin).unwrap_or(true);
    let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
    Directory::new(options, start, &mut guids)
}

/// Units need not be declared: those that anything names are there.
fn make_units(
    scenario: &Scenario,
    names: &Names,
    directories: &mut [Directory],
    entropy: &mut Entropy,
    start: Timestamp,
) {
    let world = &scenario.world;
    let mut paths: Vec<&OuPath> = world.ous.iter().map(|ou| &ou.value).collect();
    paths.extend(world.engine.scope.iter().chain(&world.engine.exclude).map(|ou| &ou.value));
    paths.extend(world.ad.iter().filter_map(|(_, object)| Some(&object.value.ou.as_ref()?.value)));
    for step in &scenario.steps {
        match &step.value {
            Step::Move(moved) => paths.push(&moved.to.value),
            Step::MoveOu(moved) => paths.extend([&moved.ou.value, &moved.to.value]),
            Step::RenameOu(renamed) => paths.push(&renamed.ou.value),
            Step::Add(added) => paths.extend(added.object.ou.as_ref().map(|ou| &ou.value)),
            Step::Restore(restored) => paths.extend(restored.to.as_ref().map(|ou| &ou.value)),
            Step::SetEngine(change) => {
                let lists = [&change.scope, &change.exclude];
                let lists = lists.into_iter().flatten();
                paths.extend(lists.flat_map(|list| list.iter()).map(|ou| &ou.value));
            }
            _ => {}
        }
    }
    for path in paths {
        for (place, directory) in directories.iter_mut().enumerate() {
            let Some(dn) = names.place(path, place) else { continue };
            if dn.is_within(directory.base()) {
                make_unit(directory, &dn, entropy, start);
            }
        }
    }
}

fn make_unit(directory: &mut Directory, dn: &Dn, entropy: &mut Entropy, start: Timestamp) {
    if directory.find(dn).is_some() || !dn.is_within(directory.base()) {
        return;
    }
    if let Some(parent) = dn.parent() {
        make_unit(directory, &parent, entropy, start);
    }
    let is_unit = dn.rdn().is_some_and(|rdn| rdn.attribute.eq_ignore_ascii_case("ou"));
    let class = if is_unit { "organizationalUnit" } else { "container" };
    let request = AddRequest {
        dn: dn.clone(),
        attributes: vec![(AttributeId::OBJECT_CLASS, vec![Value::Text(shared(class))])],
        guid: ObjectGuid::from_bytes(entropy.next_uuid()),
    };
    // A unit that can't be made is missed, and named, by what wants to stand in it.
    let _ = directory.add(request, start);
}

/// Adds one object of `world.ad`, or of an `add` step.
pub(super) fn add_ad(
    name: &str,
    object: &AdObject,
    names: &Names,
    directories: &mut [Directory],
    now: Timestamp,
) -> Result<Source, Impossible> {
    let at = object.ou.as_ref().map(|ou| ou.at.clone()).unwrap_or_default();
    let forest = forest_of(object, names);
    let (dn, attributes, guid) = ad_request(name, object, forest, names)?;
    let request = AddRequest { dn, attributes, guid };
    let Some(directory) = directories.get_mut(forest) else {
        return Err(Impossible::new(at, "there is no such forest", "declare it under `forests`"));
    };
    match directory.add(request, now) {
        Ok(object) => Ok(Source { forest, object }),
        Err(refusal) => Err(Impossible::new(
            at,
            format!("Active Directory does not take `{name}`: {}", refusal.message.trim()),
            refusal.hint,
        )),
    }
}

pub(super) fn forest_of(object: &AdObject, names: &Names) -> usize {
    let named = object.forest.as_ref();
    let place = names.forests.iter().position(|forest| {
        named.is_none_or(|name| forest.name.as_deref() == Some(name.as_str()))
    });
    place.unwrap_or(0)
}

type Request = (Dn, Vec<(AttributeId, Vec<Value>)>, ObjectGuid);

/// What is asked of Active Directory for one object.
pub(super) fn ad_request(
    name: &str,
    object: &AdObject,
    forest: usize,
    names: &Names,
) -> Result<Request, Impossible> {
    let default: OuPath = "CN=Users".parse().map_err(|error| {
        Impossible::new(0..0, error, "this should not happen: please report it")
    })?;
    let path = object.ou.as_ref().map_or(&default, |ou| &ou.value);
    let at = object.ou.as_ref().map(|ou| ou.at.clone()).unwrap_or_default();
    let Some(parent) = names.place(path, forest) else {
        let message = format!("`{path}` is no place in the forest");
        return Err(Impossible::new(at, message, "write for example `OU=Staff`"));
    };
    let dn = parent.child(Rdn::new("CN", name));
    let guid = object.guid.as_ref().map_or_else(|| guid_of(name), |guid| guid.value);
    let attributes = ad_attributes(name, object, &names.forests[forest].base)?;
    Ok((dn, attributes, ObjectGuid::from_uuid(guid.0)))
}

fn ad_attributes(
    name: &str,
    object: &AdObject,
    base: &Dn,
) -> Result<Vec<(AttributeId, Vec<Value>)>, Impossible> {
    let class = match object.kind {
        AdType::User => "user",
        AdType::Group => "group",
        AdType::Contact => "contact",
    };
    let mut all = vec![(AttributeId::OBJECT_CLASS, vec![Value::Text(shared(class))])];
    let mut text = |attribute, value: Option<&Name>| {
        if let Some(value) = value {
            all.push((attribute, vec![Value::Text(shared(value))]));
        }
    };
    let is_principal = object.kind != AdType::Contact;
    let sam = object.sam.clone().or_else(|| is_principal.then(|| Name::derived(name.to_owned())));
    text(AttributeId::USER_PRINCIPAL_NAME, object.upn.as_ref());
    text(AttributeId::SAM_ACCOUNT_NAME, sam.as_ref());
    text(AttributeId::MAIL, object.mail.as_ref());
    text(AttributeId::MAIL_NICKNAME, object.mail_nickname.as_ref());
    text(AttributeId::DISPLAY_NAME, object.display_name.as_ref());
    text(AttributeId::GIVEN_NAME, object.given_name.as_ref());
    text(AttributeId::SN, object.surname.as_ref());
    text(AttributeId::ADMIN_DESCRIPTION, object.admin_description.as_ref());
    text(AttributeId::MS_RTCSIP_PRIMARY_USER_ADDRESS, object.sip.as_ref());
    if !object.smtp.is_empty() {
        let values = object.smtp.iter().map(|value| Value::Text(shared(value))).collect();
        all.push((AttributeId::PROXY_ADDRESSES, values));
    }
    if object.kind == AdType::User {
        let control = if object.enabled == Some(false) { 514 } else { 512 };
        all.push((AttributeId::USER_ACCOUNT_CONTROL, vec![Value::Integer(control)]));
    }
    if object.kind == AdType::Group {
        let kind = match object.category {
            Some(GroupCategory::Distribution) => DISTRIBUTION_GROUP,
            _ => SECURITY_GROUP,
        };
        all.push((AttributeId::GROUP_TYPE, vec![Value::Integer(kind)]));
    }
    if is_principal {
        let (sid, at) = match &object.sid {
            Some(sid) => (sid.value.clone(), sid.at.clone()),
            None => (sid_of(name, &base.to_string()), 0..0),
        };
        let sid: SecurityIdentifier = sid.parse().map_err(|error| {
            Impossible::new(at, format!("{error}"), "write it as `Get-ADUser` prints it")
        })?;
        all.push((AttributeId::OBJECT_SID, vec![Value::Bytes(sid.as_bytes().into())]));
    }
    let schema = mock_ad::directory::Schema::standard();
    for (attribute, values) in object.attributes.iter() {
        let values = super::steps::values(&schema, attribute, values)?;
        all.retain(|(known, _)| *known != values.0);
        all.push(values);
    }
    Ok(all)
}

fn link_members(
    world: &model::InitialWorld,
    names: &Names,
    directories: &mut [Directory],
    start: Timestamp,
) -> Result<(), Impossible> {
    for (name, object) in world.ad.iter() {
        let members = object.value.members.iter().map(|member| (AttributeId::MEMBER, member));
        let manager = object.value.manager.iter().map(|manager| (AttributeId::MANAGER, manager));
        for (attribute, target) in members.chain(manager) {
            for own in names.all(name) {
                for other in names.all(target) {
                    let directory = &mut directories[own.forest];
                    let value = directory.dn_text(other.object);
                    let change =
                        mock_ad::directory::Modification::add(attribute, [Value::Text(value)]);
                    directory.modify(own.object, &[change], start).map_err(|refusal| {
                        Impossible::new(target.at.clone(), refusal.message.clone(), refusal.hint)
                    })?;
                }
            }
        }
    }
    Ok(())
}

fn tenant(scenario: &Scenario, profile: Profile) -> Result<Tenant, Impossible> {
    let written = &scenario.world.tenant;
    let initial = written.initial_domain.as_ref().map_or(INITIAL_DOMAIN, |name| name.as_str());
    let mut tenant = Tenant::new(initial, profile);
    for domain in &written.verified {
        tenant.domains.verify(shared(domain), Authentication::Managed);
    }
    for domain in &written.federated {
        tenant.domains.verify(shared(domain), Authentication::Federated);
    }
    for feature in model::Feature::ALL {
        let Some(on) = written.features.get(feature) else { continue };
        if let Some(known) = FEATURES.iter().find(|known| known.name == feature.name()) {
            (known.set)(&mut tenant.features, on);
        }
    }
    for (name, value) in scenario.world.switches.iter() {
        let service = SERVICE_SWITCHES.iter().find(|switch| switch.name == name.as_str());
        if let Some(switch) = service {
            (switch.set)(&mut tenant.policy, value.as_str() == "true");
        } else if !ENGINE_SWITCHES.iter().any(|switch| switch.name == name.as_str()) {
            let message = format!("there is no switch `{name}`");
            return Err(Impossible::new(name.at.clone(), message, "see `dirsync-lab schema`"));
        }
    }
    Ok(tenant)
}

/// Makes one object of `world.cloud`, or of a `create-cloud-user` step.
pub(super) fn cloud_object(
    object: &CloudObject,
    anchors: &BTreeMap<String, [u8; 16]>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<DirectoryObject, Impossible> {
    let kind = match object.kind {
        CloudType::User if object.guest => Kind::Guest,
        CloudType::User => Kind::User,
        CloudType::Group => Kind::Group {
            mail_enabled: !object.smtp.is_empty() || object.mail.is_some(),
            security_enabled: true,
        },
        CloudType::SecurityGroup => Kind::Group { mail_enabled: false, security_enabled: true },
        CloudType::M365Group => Kind::Microsoft365Group,
        CloudType::Contact => Kind::Contact,
    };
    let text = |name: &Option<Name>| name.as_ref().map(|name| shared(name));
    let mut made = DirectoryObject::new(CloudId::from_bytes(entropy.next_uuid()), kind, now);
    made.user_principal_name = object.upn.as_ref().map(|upn| Upn::new(shared(upn)));
    made.display_name = text(&object.display_name);
    made.mail = text(&object.mail);
    made.mail_nickname = text(&object.mail_nickname);
    made.proxy_addresses = object.smtp.iter().map(|it| ProxyAddress::new(shared(it))).collect();
    made.licences = object.licences.iter().map(|licence| shared(licence)).collect();
    made.mailbox = object.mailbox.then(|| shared("mailbox"));
    made.was_recipient = object.mailbox || !object.licences.is_empty();
    made.properties = properties(object);
    if let Some(since) = &object.deleted {
        let age = SignedDuration::from_secs(since.value.as_secs().min(1 << 40) as i64);
        made.state = State::SoftDeleted { at: now.checked_sub(age).unwrap_or(now) };
        made.account_enabled = false;
    }
    let facts = &mut made.on_premises;
    let written = object.immutable_id.as_ref().map(|id| SourceAnchor::from_text(id));
    let of = object.anchor_of.as_ref().and_then(|name| anchors.get(name.as_str()));
    facts.immutable_id = written.or_else(|| of.map(|guid| SourceAnchor::from_guid_bytes(*guid)));
    facts.sync_enabled = match object.synced {
        Synced::Never => None,
        Synced::Yes => Some(true),
        Synced::Formerly => Some(false),
    };
    if let Some(sid) = &object.sid {
        let parsed: SecurityIdentifier = sid.parse().map_err(|error| {
            Impossible::new(sid.at.clone(), format!("{error}"), "write it as `S-1-5-21-…`")
        })?;
        facts.security_identifier = Some(parsed);
    }
    if let Some(guid) = &object.on_premises_object_identifier {
        let parsed = uuid::Uuid::try_parse(guid).map_err(|_| {
            let message = format!("`{guid}` is no GUID");
            Impossible::new(guid.at.clone(), message, "write it as `Get-ADUser` prints it")
        })?;
        facts.object_identifier = Some(parsed.to_bytes_le());
    }
    Ok(made)
}

fn properties(object: &CloudObject) -> Arc<[(Property, Text)]> {
    let mut all: Vec<(Property, Text)> = object
        .attributes
        .iter()
        .filter_map(|(name, values)| {
            Some((Property::from_name(name)?, shared(values.first()?)))
        })
        .collect();
    all.sort_unstable_by_key(|(property, _)| *property);
    all.into()
}

pub(super) fn assign_roles(
    tenant: &mut Tenant,
    key: mock_cloud::CloudKey,
    object: &CloudObject,
) {
    for role in &object.roles {
        tenant.roles.assign(key, Role(shared(role)));
    }
    for role in &object.eligible_roles {
        tenant.roles.make_eligible(key, Role(shared(role)));
    }
}

fn config(scenario: &Scenario, profile: Profile, names: &Names) -> EngineConfig {
    let written = &scenario.world.engine;
    let mut config = EngineConfig::new(profile, names.forests.len());
    for (place, scope) in config.scopes.iter_mut().enumerate() {
        *scope = self::scope(&written.scope, &written.exclude, names, place);
    }
    config.anchor = match written.anchor {
        model::AnchorAttribute::ObjectGuid => engine::AnchorAttribute::ObjectGuid,
        model::AnchorAttribute::ConsistencyGuid => engine::AnchorAttribute::ConsistencyGuid,
    };
    config.staging = written.staging;
    config.schedule = schedule(written.schedule);
    if let Some(threshold) = &written.deletion_threshold {
        config.deletion_threshold = self::threshold(*threshold);
    }
    for (name, value) in scenario.world.switches.iter() {
        if let Some(switch) = ENGINE_SWITCHES.iter().find(|switch| switch.name == name.as_str()) {
            (switch.set)(&mut config.policy, value.as_str() == "true");
        }
    }
    config
}

/// The scope of one forest: of all paths those that lie in it.
pub(super) fn scope(
    include: &[crate::scenario::Spanned<OuPath>],
    exclude: &[crate::scenario::Spanned<OuPath>],
    names: &Names,
    place: usize,
) -> Scope {
    let base = &names.forests[place].base;
    let within = |list: &[crate::scenario::Spanned<OuPath>]| -> Vec<Dn> {
        let all = list.iter().filter_map(|path| names.place(&path.value, place));
        all.filter(|dn| dn.is_within(base)).collect()
    };
    Scope { include: within(include), exclude: within(exclude) }
}

pub(super) fn schedule(schedule: Schedule) -> Option<SignedDuration> {
    match schedule {
        Schedule::Off => None,
        Schedule::Every(length) => {
            Some(SignedDuration::from_secs(length.as_secs().min(1 << 40) as i64))
        }
    }
}

pub(super) const fn threshold(threshold: Threshold) -> Option<u32> {
    match threshold {
        Threshold::Off => None,
        Threshold::Above(count) => Some(count),
    }
}

/// The object of a path in one forest.
pub(super) fn find_place(
    directory: &Directory,
    names: &Names,
    path: &OuPath,
    forest: usize,
) -> Option<ObjectId> {
    directory.find(&names.place(path, forest)?)
}
