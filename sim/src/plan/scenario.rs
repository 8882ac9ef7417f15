//! A plan as a scenario: the objects that it is about, its steps, and that all converges.

use std::collections::{BTreeMap, BTreeSet};

use mock_ad::directory::{AttributeId, Directory, ObjectKind, Value};
use mock_cloud::tenant::{Authentication, FEATURES, Kind, Role, State};
use mock_cloud::{CloudKey, DirectoryObject, SecurityIdentifier};
use thiserror::Error;

use super::components::object;
use super::{Plan, case};
use crate::engine::{
    AnchorAttribute, ENGINE_SWITCHES, EngineConfig, EngineKind, EnginePolicy, Source,
};
use crate::explore::Steps;
use crate::run::model_profile;
use crate::scenario::model::{
    self, AdObject, AdType, Check, CloudObject, CloudType, Expectation, InitialWorld, Joined,
    Scenario, Step, SyncPolicy, Synced,
};
use crate::scenario::value::{Duration, Guid, OuPath, StartTime, Threshold};
use crate::scenario::{Name, Named, OneOrMany, Spanned, expand};
use crate::world::{Action, World};

/// Why a plan can't be written as a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Inexpressible {
    /// There are several forests.
    #[error("the plan is about several forests")]
    Forests,
    /// There are sync rules of one's own.
    #[error("the engine has sync rules of its own")]
    Rules,
    /// A step has no verb.
    #[error("scenarios have no verb for: {0}")]
    Step(String),
}

/// The plan as the text of a scenario.
///
/// # Errors
///
/// What the language has no words for.
pub fn scenario(plan: &Plan, title: &str) -> Result<String, Inexpressible> {
    let world = &plan.start;
    let config = world.engine().config();
    let [directory] = world.forests() else {
        return Err(Inexpressible::Forests);
    };
    if config.rules.is_some() {
        return Err(Inexpressible::Rules);
    }
    let cast = Cast::of(plan, directory);
    let mut initial = surroundings(world, config, directory);
    initial.ad = Named(cast.objects(world, directory));
    let group = pilot(config, directory);
    initial.engine.group = group
        .and_then(|group| cast.ad.get(&group))
        .map(|it| name(it));
    initial.cloud = Named(cast.accounts(world));
    let belongs = cast.ad.iter().filter_map(|(source, ad)| {
        let account = cast.cloud.get(plan.belongs.get(source)?)?;
        Some((name(ad), name(account)))
    });
    initial.belongs = Named(belongs.collect());
    let hazards: BTreeSet<&str> = (plan.steps.iter())
        .flat_map(|step| step.hazards.iter().map(|met| met.hazard.number))
        .collect();
    let finally = ends(plan, &cast);
    let scenario = Scenario {
        scenario: name(&format!("Repair of {title}")),
        about: Some(name(
            "Written by `dirsync-lab plan`: the objects of one tenant that had to be repaired, and \
             the steps that repair them. Kept as a regression test.",
        )),
        source: None,
        tags: Vec::new(),
        hazards: hazards.into_iter().map(name).collect(),
        world: initial,
        steps: steps(plan, cast)?,
        check: Check {
            always: Vec::new(),
            finally: finally.into_iter().map(Spanned::derived).collect(),
        },
        explore: None,
    };
    Ok(expand(&scenario))
}

/// What must hold in the end: each person whom the plan helps is joined to the right account, and
/// nothing is lost.
fn ends(plan: &Plan, cast: &Cast) -> Vec<Expectation> {
    let mut all = vec![
        Expectation::NothingLost,
        Expectation::RightOwner,
        Expectation::OneAnchor,
    ];
    if plan.cases.iter().all(|it| it.left.is_empty()) {
        all.extend([Expectation::NoErrors, Expectation::NothingQuarantined]);
    }
    for one in plan.cases.iter().filter(|it| it.left.is_empty()) {
        for (source, _) in &one.troubled {
            let account = plan.belongs.get(source).and_then(|key| cast.cloud.get(key));
            if let (Some(ad), Some(account)) = (cast.ad.get(source), account) {
                all.push(Expectation::Joined(Joined {
                    ad: name(ad),
                    cloud: name(account),
                    by: None,
                    field: None,
                }));
            }
        }
    }
    all
}

fn name(text: &str) -> Name {
    Spanned::derived(text.to_owned())
}

fn names(texts: &[impl AsRef<str>]) -> Vec<Name> {
    texts.iter().map(|it| name(it.as_ref())).collect()
}

/// Who is in it, and what they are called.
struct Cast {
    ad: BTreeMap<Source, String>,
    cloud: BTreeMap<CloudKey, String>,
}

impl Cast {
    fn of(plan: &Plan, directory: &Directory) -> Self {
        let world = &plan.start;
        let mut taken = BTreeSet::new();
        let mut unique = |text: &str| {
            let is_kept =
                |it: char| it.is_alphanumeric() || matches!(it, '.' | '-' | '_' | '@' | ' ');
            let text: String = text
                .chars()
                .map(|it| if is_kept(it) { it } else { '-' })
                .collect();
            let text = text.trim().to_owned();
            let mut names = (1..).map(|number: u32| match number {
                1 => text.clone(),
                _ => format!("{text}-{number}"),
            });
            let free = names.find(|it| taken.insert(it.to_lowercase()));
            free.unwrap_or_default()
        };
        let mut cast = Self {
            ad: BTreeMap::new(),
            cloud: BTreeMap::new(),
        };
        for one in &plan.cases {
            for source in &one.solution.component.objects {
                let image = directory.object(source.object);
                let called = image.map(|it| unique(it.name()));
                cast.ad.extend(called.map(|it| (*source, it)));
            }
        }
        for one in &plan.cases {
            for key in &one.solution.component.accounts {
                // What only comes about on the way is introduced there.
                let account = world.tenant().object(*key);
                let called = account.map(|it| unique(&format!("cloud {}", it.label())));
                cast.cloud.extend(called.map(|it| (*key, it)));
            }
        }
        if let Some(group) = pilot(world.engine().config(), directory) {
            let image = directory.object(group.object);
            let called = image.map(|it| unique(it.name()));
            if let Some(called) = called.filter(|_| !cast.ad.contains_key(&group)) {
                cast.ad.insert(group, called);
            }
        }
        let global = Role("Global Administrator".into());
        let mut others = world.tenant().roles.holders(&global);
        if !others.any(|key| cast.cloud.contains_key(&key))
            && let Some(key) = world.tenant().roles.holders(&global).next()
            && let Some(account) = world.tenant().object(key)
        {
            let called = unique(&format!("cloud {}", account.label()));
            cast.cloud.insert(key, called);
        }
        cast
    }

    fn objects(&self, world: &World, directory: &Directory) -> Vec<(Name, Spanned<AdObject>)> {
        let all = self.ad.iter();
        let all = all.filter_map(|(source, called)| {
            let mut made = ad_object(world, directory, *source)?;
            if Some(*source) == pilot(world.engine().config(), directory) {
                let members = directory.link_targets(source.object, AttributeId::MEMBER);
                let members = members
                    .into_iter()
                    .map(|object| Source { object, ..*source });
                let members = members.filter_map(|it| self.ad.get(&it));
                made.members = members.map(|it| name(it)).collect();
            }
            Some((name(called), Spanned::derived(made)))
        });
        all.collect()
    }

    fn accounts(&self, world: &World) -> Vec<(Name, Spanned<CloudObject>)> {
        let all = self.cloud.iter();
        let all = all.filter_map(|(key, called)| {
            let account = world.tenant().object(*key)?;
            let mut made = cloud_object(world, account);
            let held = world.tenant().roles.held(*key);
            for role in world.tenant().roles.of(*key) {
                let list = if held.contains(&role) {
                    &mut made.roles
                } else {
                    &mut made.eligible_roles
                };
                list.push(name(&role.0));
            }
            Some((name(called), Spanned::derived(made)))
        });
        all.collect()
    }
}

/// The group that a pilot is limited to.
fn pilot(config: &EngineConfig, directory: &Directory) -> Option<Source> {
    let group = config.scopes.first()?.group.as_ref()?;
    let object = directory.find(group)?;
    Some(Source { forest: 0, object })
}

fn path(directory: &Directory, dn: &str) -> Option<Spanned<OuPath>> {
    let base = format!(",{}", directory.base());
    let below = dn.strip_suffix(&base).unwrap_or(dn);
    below.parse().ok().map(Spanned::derived)
}

fn surroundings(world: &World, config: &EngineConfig, directory: &Directory) -> InitialWorld {
    let tenant = world.tenant();
    let mut initial = InitialWorld {
        profile: Some(Spanned::derived(model_profile(world.profile))),
        seed: 1,
        start: StartTime(world.now()),
        forest: Some(Spanned::derived(model::Forest {
            base: directory
                .base()
                .to_string()
                .parse()
                .ok()
                .map(Spanned::derived),
            recycle_bin: Some(directory.has_recycle_bin()),
        })),
        ..InitialWorld::default()
    };
    if let Some(scope) = config.scopes.first() {
        let paths = |list: &[mock_ad::directory::Dn]| -> Vec<Spanned<OuPath>> {
            let paths = list.iter();
            paths
                .filter_map(|dn| path(directory, &dn.to_string()))
                .collect()
        };
        initial.engine.scope = paths(&scope.include);
        initial.engine.exclude = paths(&scope.exclude);
    }
    if config.kind == EngineKind::CloudSync {
        initial.engine.kind = Some(model::EngineKind::CloudSync);
    }
    if config.anchor == AnchorAttribute::ConsistencyGuid {
        initial.engine.anchor = model::AnchorAttribute::ConsistencyGuid;
    }
    initial.engine.deletion_threshold = Some(match config.deletion_threshold {
        Some(count) => Threshold::Above(count),
        None => Threshold::Off,
    });
    let domains = |wanted: Authentication| -> Vec<Name> {
        let all = tenant
            .domains
            .iter()
            .filter(|it| it.verified && !it.initial);
        let all = all.filter(|it| it.authentication == wanted);
        all.map(|it| name(&it.name)).collect()
    };
    initial.tenant.initial_domain = Some(name(tenant.domains.initial()));
    initial.tenant.verified = domains(Authentication::Managed);
    initial.tenant.federated = domains(Authentication::Federated);
    for feature in model::Feature::ALL {
        let known = FEATURES.iter().find(|it| it.name == feature.name());
        *initial.tenant.features.slot(feature) = known.map(|it| (it.get)(&tenant.features));
    }
    let usual = world.profile.service_policy();
    let service = tenant.policy.answers_apart_from(&usual).into_iter();
    let usual = EnginePolicy::of(world.profile);
    let engine = ENGINE_SWITCHES.iter().filter_map(|switch| {
        let read = switch.read(&config.policy);
        (read != switch.read(&usual)).then_some((switch.name, read))
    });
    let switches = service.chain(engine);
    let switches = switches.map(|(switch, word)| (name(switch), name(word)));
    initial.switches = Named(switches.collect());
    initial
}

fn ad_object(world: &World, directory: &Directory, source: Source) -> Option<AdObject> {
    let image = object(world, source)?;
    let text = |attribute| image.text(attribute).map(|it| name(it));
    let above = image.parent.map(|parent| directory.dn_text(parent));
    let sid = image.bytes(AttributeId::OBJECT_SID);
    let sid = sid.map(|bytes| SecurityIdentifier::from_bytes(bytes.into()).to_string());
    let uuid = uuid::Uuid::from_bytes_le(*image.guid.as_bytes());
    let control = image.integer(AttributeId::USER_ACCOUNT_CONTROL);
    let listed: Vec<Name> = image
        .texts(AttributeId::PROXY_ADDRESSES)
        .map(|it| name(it))
        .collect();
    let mut attributes = Vec::new();
    for (attribute, values) in image.stored_attributes() {
        let definition = directory.schema().definition(attribute);
        let exchange = definition.name.starts_with("msExch");
        let numbers = values.as_slice().iter().filter_map(Value::as_integer);
        let numbers: Vec<Name> = numbers.map(|it| name(&it.to_string())).collect();
        if exchange && !numbers.is_empty() {
            attributes.push((name(&definition.name), OneOrMany(numbers)));
        }
    }
    if let Some(bytes) = image.bytes(AttributeId::MS_DS_CONSISTENCY_GUID)
        && let Ok(bytes) = <[u8; 16]>::try_from(bytes)
    {
        let guid = uuid::Uuid::from_bytes_le(bytes).to_string();
        attributes.push((name("mS-DS-ConsistencyGuid"), OneOrMany(vec![name(&guid)])));
    }
    let kind = match directory.kind(source.object) {
        ObjectKind::Group => AdType::Group,
        ObjectKind::Contact => AdType::Contact,
        ObjectKind::Computer => AdType::Computer,
        _ => AdType::User,
    };
    Some(AdObject {
        kind,
        ou: above.and_then(|dn| path(directory, &dn)),
        upn: text(AttributeId::USER_PRINCIPAL_NAME),
        sam: text(AttributeId::SAM_ACCOUNT_NAME),
        smtp: OneOrMany(listed),
        mail: text(AttributeId::MAIL),
        mail_nickname: text(AttributeId::MAIL_NICKNAME),
        display_name: text(AttributeId::DISPLAY_NAME),
        given_name: text(AttributeId::GIVEN_NAME),
        surname: text(AttributeId::SN),
        guid: Some(Spanned::derived(Guid(uuid))),
        sid: sid.as_deref().map(name),
        sip: text(AttributeId::MS_RTCSIP_PRIMARY_USER_ADDRESS),
        enabled: control.filter(|it| it & 2 != 0).map(|_| false),
        admin_description: text(AttributeId::ADMIN_DESCRIPTION),
        attributes: Named(attributes),
        ..AdObject::default()
    })
}

fn cloud_object(world: &World, account: &DirectoryObject) -> CloudObject {
    let facts = &account.on_premises;
    let listed = account.proxy_addresses.iter();
    let listed: Vec<&str> = listed.map(mock_cloud::ProxyAddress::as_str).collect();
    let text = |it: &Option<store::Text>| it.as_deref().map(name);
    let deleted = match account.state {
        State::SoftDeleted { at } => {
            let age = world.now().duration_since(at).as_secs();
            let age = Duration::from_secs(u64::try_from(age).unwrap_or_default().max(1));
            Some(Spanned::derived(age))
        }
        _ => None,
    };
    CloudObject {
        kind: match account.kind {
            Kind::User | Kind::Guest => CloudType::User,
            Kind::Microsoft365Group => CloudType::M365Group,
            Kind::Group {
                mail_enabled: true, ..
            } => CloudType::Group,
            Kind::Group { .. } => CloudType::SecurityGroup,
            Kind::Contact => CloudType::Contact,
            Kind::Device => CloudType::Device,
        },
        guest: account.kind == Kind::Guest,
        upn: account
            .user_principal_name
            .as_ref()
            .map(|it| name(it.as_str())),
        smtp: OneOrMany(names(&listed)),
        mail: text(&account.mail),
        mail_nickname: text(&account.mail_nickname),
        display_name: text(&account.display_name),
        immutable_id: facts.immutable_id.as_ref().map(|it| name(&it.to_string())),
        synced: match facts.sync_enabled {
            None => Synced::Never,
            Some(true) => Synced::Yes,
            Some(false) => Synced::Formerly,
        },
        mailbox: account.mailbox.is_some(),
        licences: account.licences.iter().map(|it| name(it)).collect(),
        sid: facts
            .security_identifier
            .as_ref()
            .map(|it| name(&it.to_string())),
        on_premises_object_identifier: (facts.object_identifier)
            .map(|it| name(&uuid::Uuid::from_bytes_le(it).to_string())),
        deleted,
        ..CloudObject::default()
    }
}

/// The scheduler's cycles and then the steps, played again to see which accounts come about.
fn steps(plan: &Plan, cast: Cast) -> Result<Vec<Spanned<Step>>, Inexpressible> {
    let mut world = plan.start.clone();
    let mut steps = Steps::of(cast.cloud, cast.ad);
    for _ in 0..case::SETTLE {
        world.apply(&Action::Cycle(crate::engine::CyclePolicy::Initial));
        steps.push(Step::Sync(SyncPolicy::Initial));
    }
    steps.introduce(&world);
    for planned in &plan.steps {
        let step = steps.step(&planned.step, &world);
        steps.push(step.ok_or_else(|| Inexpressible::Step(planned.text.clone()))?);
        let action = planned.step.action();
        world.apply(&action);
        if matches!(action, Action::Cycle(_)) {
            steps.introduce(&world);
        }
    }
    Ok(steps.list)
}
