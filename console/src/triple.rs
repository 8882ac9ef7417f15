//! One person in three places, and the link between them.

use std::num::NonZeroU32;

use mock_ad::directory::{AttributeId, ObjectKind};
use mock_cloud::provisioning::{Answer, Context, Operation, Outcome, SoftMatchField};
use mock_cloud::{CloudKey, Reason, RuleId, SyncObjectType};
use sim::engine::{CsId, EngineEvent, MvId, PendingExport, Source};
use sim::world::{Event, World};
use store::Entropy;

use crate::scene::{Scene, Thing};

/// One person in Active Directory, metaverse and tenant, as far as there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Triple {
    /// The object of a forest.
    pub(crate) source: Option<Source>,
    /// The metaverse object.
    pub(crate) metaverse: Option<MvId>,
    /// The object of the tenant's connector space.
    pub(crate) space: Option<CsId>,
    /// The account.
    pub(crate) cloud: Option<CloudKey>,
    /// The link between person and account.
    pub(crate) link: Link,
    /// The account that stands in the way, or would be found.
    pub(crate) other: Option<CloudKey>,
    /// The steps of the decision.
    pub(crate) why: Vec<Reason>,
    /// Whether these steps were taken, or would be.
    pub(crate) taken: bool,
}

/// The link between a person and an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Link {
    /// There is none.
    #[default]
    None,
    /// Nothing is there to link: it is not synced.
    OutOfScope,
    /// It is synced, and joined to no account yet; how the next export decides is not told.
    Open,
    /// They are joined, by the anchor.
    Hard,
    /// They were joined by an address or a UPN, and by the anchor since.
    Soft(SoftMatchField),
    /// They are joined, and the next export deletes the account.
    Ending,
    /// The next export joins them by the anchor.
    WouldHard,
    /// The next export joins them by an address or a UPN.
    WouldSoft(SoftMatchField),
    /// The next export makes an account.
    WouldCreate,
    /// The export fails with this.
    Blocked(String),
}

impl Link {
    /// In words.
    pub(crate) fn text(&self) -> String {
        let field = |field: &SoftMatchField| match field {
            SoftMatchField::PrimarySmtp => "primary SMTP address",
            SoftMatchField::UserPrincipalName => "userPrincipalName",
        };
        match self {
            Self::None => "no link".to_owned(),
            Self::OutOfScope => "no link: not synced".to_owned(),
            Self::Open => "no link yet: the next export decides".to_owned(),
            Self::Hard => "hard: joined by sourceAnchor".to_owned(),
            Self::Soft(by) => format!("soft: matched on {}, joined since", field(by)),
            Self::Ending => "joined, and to be deleted by the next export".to_owned(),
            Self::WouldHard => "hard match at the next export".to_owned(),
            Self::WouldSoft(by) => format!("soft match on {} at the next export", field(by)),
            Self::WouldCreate => "no match: the next export creates an account".to_owned(),
            Self::Blocked(code) => format!("blocked by {code}"),
        }
    }

    /// The class that draws it.
    pub(crate) const fn class(&self) -> &'static str {
        match self {
            Self::None | Self::OutOfScope | Self::Open | Self::WouldCreate => "link-none",
            Self::Hard | Self::WouldHard => "link-hard",
            Self::Soft(_) | Self::WouldSoft(_) => "link-soft",
            Self::Ending | Self::Blocked(_) => "link-blocked",
        }
    }
}

impl Triple {
    /// Follows a thing in both directions.
    pub(crate) fn of(scene: &Scene<'_>, thing: Thing) -> Self {
        let mut found = Self::joined(&scene.world, thing);
        found.judge(scene);
        found
    }

    /// What is joined to a thing.
    pub(crate) fn joined(world: &World, thing: Thing) -> Self {
        let engine = world.engine();
        let mut found = Self::default();
        match thing {
            Thing::Ad(source) => {
                found.source = Some(source);
                let connector = engine.forest(source.forest);
                let entry = connector.and_then(|it| it.entry(source.object));
                found.metaverse = entry.and_then(|entry| entry.metaverse);
            }
            Thing::Metaverse(id) => found.metaverse = Some(id),
            Thing::Cloud(key) => {
                found.cloud = Some(key);
                found.space = engine.entra().find_by_cloud(key);
                let entry = found.space.and_then(|cs| engine.entra().get(cs));
                found.metaverse = entry.and_then(|entry| entry.metaverse);
            }
        }
        if let Some(person) = found.metaverse.and_then(|mv| engine.metaverse().get(mv)) {
            found.source = found.source.or(Some(person.source));
            found.space = found.space.or(person.connector);
        }
        let entry = found.space.and_then(|cs| engine.entra().get(cs));
        found.cloud = found.cloud.or(entry.and_then(|entry| entry.cloud));
        if found.source.is_none() {
            found.source = found.cloud.and_then(|key| source_of(world, key));
        }
        if found.cloud.is_none() {
            found.cloud = found.source.and_then(|source| account_of(world, source));
        }
        found
    }

    fn judge(&mut self, scene: &Scene<'_>) {
        let engine = scene.world.engine();
        let entry = self.space.and_then(|cs| engine.entra().get(cs));
        if let Some(failure) = entry.and_then(|entry| entry.failure.as_ref()) {
            self.link = Link::Blocked(failure.error.code.name().to_owned());
            self.other = failure.error.in_conflict_with;
            self.why.clone_from(&failure.why);
            self.taken = true;
            return;
        }
        let person = self.metaverse.and_then(|mv| engine.metaverse().get(mv));
        let connected = entry.filter(|entry| entry.cloud.is_some());
        if let (Some(entry), Some(cs)) = (connected, self.space) {
            let told = last_answer(scene, cs);
            self.link = match told.as_ref().map(|answer| &answer.result) {
                _ if entry.pending_export == PendingExport::Delete => Link::Ending,
                Some(Ok(Outcome::SoftMatched(field))) => Link::Soft(*field),
                _ => Link::Hard,
            };
            self.why = told.map(|answer| answer.why).unwrap_or_default();
            self.taken = true;
            return;
        }
        let outgoing = person.and_then(|person| person.attributes.clone());
        if let Some(attributes) = outgoing {
            if scene.tells_answers() {
                self.would(&scene.world, &Operation::Set(attributes));
            } else {
                self.link = Link::Open;
            }
        } else if let Some(filtered) = person.and_then(|person| person.filtered.as_ref()) {
            self.link = Link::OutOfScope;
            self.why = vec![Reason::clone(filtered)];
        } else if self
            .source
            .is_some_and(|source| !in_scope(&scene.world, source))
        {
            self.link = Link::OutOfScope;
            let text = "it is not in a container that is synced";
            self.why = vec![Reason::plain(RuleId::R5_12, text)];
        }
    }

    /// Asks a copy of the tenant what it would do.
    fn would(&mut self, world: &World, operation: &Operation) {
        let mut tenant = world.tenant().clone();
        let mut context = Context {
            upn_is_matched: world.engine().config().is_matched_by_upn(),
            now: world.now(),
            entropy: &mut Entropy::new(0),
            run: NonZeroU32::MIN,
        };
        let Answer {
            key, result, why, ..
        } = tenant.provision(operation, &mut context);
        self.why = why;
        self.link = match result {
            Ok(Outcome::SoftMatched(field)) => Link::WouldSoft(field),
            Ok(Outcome::Created) => Link::WouldCreate,
            Ok(Outcome::Skipped) => Link::None,
            Ok(_) => Link::WouldHard,
            Err(error) => {
                self.other = error.in_conflict_with;
                Link::Blocked(error.code.name().to_owned())
            }
        };
        let is_there = |key: &CloudKey| world.tenant().object(*key).is_some();
        if let Some(key) = key.filter(is_there) {
            self.cloud = Some(key);
        }
    }
}

/// What the service answered when an object of the connector space was joined, or last exported.
fn last_answer(scene: &Scene<'_>, cs: CsId) -> Option<Answer> {
    let entries = match scene.at {
        crate::at::At::Entry(entries) => entries,
        _ => scene.lab.journal().len(),
    };
    let journal = scene.lab.journal().get(..entries)?;
    let events = journal
        .iter()
        .rev()
        .flat_map(|entry| entry.events.iter().rev());
    let mut last = None;
    for event in events {
        if let Event::Engine(EngineEvent::Exported(one)) = event
            && one.cs == cs
        {
            // How it was joined says more than that it was brought up to date later.
            if !matches!(one.answer.result, Ok(Outcome::Updated)) {
                return Some(one.answer.clone());
            }
            last.get_or_insert(&one.answer);
        }
    }
    last.cloned()
}

/// Whether an object lies in a container that is synced.
pub(crate) fn in_scope(world: &World, source: Source) -> bool {
    let Some(directory) = world.forests().get(source.forest) else {
        return false;
    };
    let scope = world.engine().config().scopes.get(source.forest);
    directory.is_live(source.object)
        && scope.is_some_and(|scope| scope.takes(directory, source.object))
}

/// The object of a forest that an account was made from, by its anchor, or bears the name of.
fn source_of(world: &World, key: CloudKey) -> Option<Source> {
    let object = world.tenant().object(key)?;
    let anchor = object.on_premises.immutable_id.as_ref();
    let guid = anchor.and_then(|anchor| anchor.guid_bytes());
    let mut forests = world.forests().iter().enumerate();
    let by_guid = guid.and_then(|guid| {
        let guid = mock_ad::directory::ObjectGuid::from_bytes(*guid);
        forests.find_map(|(forest, directory)| {
            let object = directory.find_by_guid(&guid)?;
            Some(Source { forest, object })
        })
    });
    let upn = object.user_principal_name.as_ref();
    by_guid.or_else(|| {
        let mut forests = world.forests().iter().enumerate();
        forests.find_map(|(forest, directory)| {
            let object = directory.find_by_user_principal_name(upn?.as_str())?;
            Some(Source { forest, object })
        })
    })
}

/// The account that carries the anchor of an object of a forest, or its name or address.
fn account_of(world: &World, source: Source) -> Option<CloudKey> {
    let tenant = world.tenant();
    let directory = world.forests().get(source.forest)?;
    let object = directory.object(source.object)?;
    let anchor = world.engine().source_anchor(world.forests(), source);
    let kind = match directory.kind(source.object) {
        ObjectKind::Group => SyncObjectType::Group,
        ObjectKind::Contact => SyncObjectType::Contact,
        ObjectKind::Computer => SyncObjectType::Device,
        _ => SyncObjectType::User,
    };
    let by_anchor = anchor.and_then(|anchor| tenant.find_by_anchor(&anchor, kind).first().copied());
    let by_address = || {
        let primary = object
            .texts(AttributeId::PROXY_ADDRESSES)
            .find_map(|value| value.strip_prefix("SMTP:"));
        primary.and_then(|address| tenant.owners_of(address).next())
    };
    let by_name = || {
        let upn = object.text(AttributeId::USER_PRINCIPAL_NAME)?;
        tenant.find_user_by_upn(upn)
    };
    by_anchor.or_else(by_address).or_else(by_name)
}
