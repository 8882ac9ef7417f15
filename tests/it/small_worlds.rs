//! Random small worlds in which collisions are frequent, as the oracle's plain structures and as
//! a World.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::{AddRequest, AttributeId, Directory, DirectoryOptions, ObjectGuid, Value};
use mock_cloud::tenant as cloud;
use mock_cloud::{CloudId, ProxyAddress, SourceAnchor, Upn};
use proptest::prelude::*;
use sim::engine::{EngineConfig, Scope};
use sim::world::World;
use store::Entropy;

use crate::agreement::profile;
use crate::oracle::model::{
    AdPerson, CloudThing, Features, GroupKind, Kind, Profile as Era, Tenant, anchor,
};

const VERIFIED: &str = "v.example";
const INITIAL: &str = "v.onmicrosoft.com";
const BASE: &str = "DC=small,DC=test";

/// One world, as the oracle sees it.
#[derive(Debug, Clone)]
pub(crate) struct SmallWorld {
    pub(crate) people: Vec<AdPerson>,
    pub(crate) things: Vec<CloudThing>,
    pub(crate) tenant: Tenant,
    pub(crate) era: Era,
    pub(crate) established: bool,
}

fn local() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["ann", "bo", "cy", "di"])
}

fn name() -> impl Strategy<Value = String> {
    let suffix = prop::sample::select(vec![VERIFIED, VERIFIED, VERIFIED, "u.local"]);
    (local(), suffix).prop_map(|(local, suffix)| format!("{local}@{suffix}"))
}

fn verified_name() -> impl Strategy<Value = String> {
    local().prop_map(|local| format!("{local}@{VERIFIED}"))
}

fn proxies() -> impl Strategy<Value = Vec<String>> {
    let primary = prop::option::of(verified_name().prop_map(|name| format!("SMTP:{name}")));
    let alias =
        prop::option::weighted(0.3, verified_name().prop_map(|name| format!("smtp:{name}")));
    (primary, alias).prop_map(|(primary, alias)| {
        let same = match (&primary, &alias) {
            (Some(primary), Some(alias)) => primary[5..] == alias[5..],
            _ => false,
        };
        primary.into_iter().chain(alias.filter(|_| !same)).collect()
    })
}

fn person(number: u8) -> impl Strategy<Value = AdPerson> {
    let kind = prop::sample::select(vec![Kind::User, Kind::User, Kind::User, Kind::Contact]);
    let flags = (
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.05),
    );
    let names = (
        prop::option::weighted(0.85, name()),
        prop::option::of(verified_name()),
    );
    let nickname = prop::option::weighted(0.2, local().prop_map(str::to_owned));
    (kind, flags, names, proxies(), nickname).prop_map(
        move |(kind, (in_scope, critical, hidden), (upn, mail), proxies, mail_nickname)| {
            let unit = if in_scope { "Sync" } else { "Park" };
            let is_user = kind == Kind::User;
            AdPerson {
                guid: [number + 1; 16],
                consistency_guid: None,
                dn: format!("CN=p{number},OU={unit},{BASE}"),
                in_scope,
                kind,
                upn: upn.filter(|_| is_user),
                sam: is_user.then(|| format!("p{number}")),
                domain_fqdn: "small.test".to_owned(),
                cn: Some(format!("p{number}")),
                display_name: None,
                given_name: None,
                surname: None,
                title: None,
                department: None,
                mail,
                mail_nickname,
                proxies,
                sid: None,
                admin_description: (hidden && is_user).then(|| "User_hidden".to_owned()),
                critical,
                recipient_type: None,
                security_group: false,
            }
        },
    )
}

fn thing(number: u8) -> impl Strategy<Value = CloudThing> {
    let kind = prop::sample::select(vec![
        (Kind::User, None),
        (Kind::User, None),
        (Kind::User, None),
        (Kind::User, None),
        (Kind::Group, Some(GroupKind::MailEnabled)),
        (Kind::Group, Some(GroupKind::Microsoft365)),
        (Kind::Contact, None),
    ]);
    let upn = prop_oneof![
        3 => verified_name(),
        1 => local().prop_map(|local| format!("{local}@{INITIAL}")),
    ];
    let id = prop::option::of(0u8..6);
    let state = (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.1),
    );
    let more = (
        prop::bool::weighted(0.1),
        prop::bool::ANY,
        prop::bool::weighted(0.3),
    );
    (kind, upn, proxies(), id, state, more).prop_map(
        move |((kind, group), upn, proxies, id, (deleted, admin, eligible), more)| {
            let (guest, licensed, formerly) = more;
            let is_user = kind == Kind::User;
            let primary = proxies.iter().find_map(|it| it.strip_prefix("SMTP:"));
            CloudThing {
                id: CloudId::from_bytes([number + 100; 16]).to_string(),
                kind,
                group,
                upn: is_user.then_some(upn),
                on_prem_upn: None,
                mail: primary.map(str::to_owned),
                proxies,
                mail_nickname: Some(format!("t{number}")),
                display_name: Some(format!("t{number}")),
                given_name: None,
                surname: None,
                job_title: None,
                department: None,
                sid: None,
                // Five is an anchor of nobody here.
                immutable_id: id.filter(|_| is_user).map(|of| of.to_string()),
                on_prem_object_id: None,
                sync_enabled: (formerly && is_user && id.is_some()).then_some(false),
                deleted: deleted && is_user,
                admin: admin && is_user,
                eligible_admin: eligible && is_user,
                licensed: licensed && is_user,
                guest: guest && is_user && id.is_none(),
                cloud_managed: false,
            }
        },
    )
}

fn features() -> impl Strategy<Value = Features> {
    prop::array::uniform5(prop::bool::ANY).prop_map(|[a, b, c, d, e]| Features {
        quarantine_upn: a,
        quarantine_addresses: b,
        soft_match_on_upn: c,
        synchronize_upn_for_managed_users: true,
        block_soft_match: d && e,
        block_hard_match: d && !e && a,
        allow_object_id_update: false,
    })
}

/// Worlds of one to four people and up to five cloud objects.
pub(crate) fn small_worlds() -> impl Strategy<Value = SmallWorld> {
    let people = (1u8..5).prop_flat_map(|count| (0..count).map(person).collect::<Vec<_>>());
    let things = (0u8..6).prop_flat_map(|count| (0..count).map(thing).collect::<Vec<_>>());
    let era = prop::sample::select(Era::ALL.to_vec());
    (
        people,
        things,
        era,
        prop::option::of(features()),
        any::<bool>(),
    )
        .prop_map(|(people, things, era, features, established)| {
            let tenant = Tenant {
                initial: INITIAL.to_owned(),
                verified: vec![VERIFIED.to_owned()],
                federated: Vec::new(),
                features,
            };
            let things = possible(things, &people);
            SmallWorld {
                people,
                things,
                tenant,
                era,
                established,
            }
        })
}

/// No tenant holds two live objects with one name or one anchor: the second goes without.
fn possible(things: Vec<CloudThing>, people: &[AdPerson]) -> Vec<CloudThing> {
    let mut names = BTreeSet::new();
    let mut anchors = BTreeSet::new();
    things
        .into_iter()
        .filter_map(|mut thing| {
            thing.immutable_id = thing.immutable_id.map(|of| {
                let of: usize = of.parse().unwrap_or_default();
                people
                    .get(of)
                    .map_or_else(|| "foreign".to_owned() + &of.to_string(), anchor)
            });
            if thing
                .immutable_id
                .clone()
                .is_some_and(|id| !anchors.insert(id))
            {
                thing.immutable_id = None;
                thing.sync_enabled = None;
            }
            if thing.deleted {
                return Some(thing);
            }
            let own: BTreeSet<String> = thing
                .proxies
                .iter()
                .map(|value| value[5..].to_owned())
                .chain(thing.upn.clone())
                .collect();
            if own.iter().any(|name| names.contains(name)) {
                return None;
            }
            names.extend(own);
            Some(thing)
        })
        .collect()
}

/// The World of a small world.
pub(crate) fn world_of(small: &SmallWorld) -> World {
    let start = Timestamp::from_second(1_700_000_000).expect("a time");
    let mut options = DirectoryOptions::new(BASE.parse().expect("a name"));
    options.enforce_unique_upn = false;
    let mut entropy = Entropy::new(1);
    let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
    let mut directory = Directory::new(options, start, &mut guids);
    for unit in ["Sync", "Park"] {
        let dn = format!("OU={unit},{BASE}").parse().expect("a name");
        let class = (
            AttributeId::OBJECT_CLASS,
            vec![Value::from("organizationalUnit")],
        );
        let request = AddRequest {
            dn,
            attributes: vec![class],
            guid: guids(),
        };
        directory.add(request, start).expect("a unit");
    }
    for person in &small.people {
        directory.add(request(person), start).expect("a person");
    }
    let era = profile(small.era);
    let mut tenant = cloud::Tenant::new(INITIAL, era);
    tenant
        .domains
        .verify(VERIFIED, cloud::Authentication::Managed);
    if let Some(features) = small.tenant.features {
        tenant.features.quarantine_upon_upn_conflict = features.quarantine_upn;
        tenant.features.quarantine_upon_proxy_addresses_conflict = features.quarantine_addresses;
        tenant.features.soft_match_on_upn = features.soft_match_on_upn;
        tenant.features.block_soft_match = features.block_soft_match;
        tenant
            .features
            .block_cloud_object_takeover_through_hard_match = features.block_hard_match;
        tenant.features.synchronize_upn_for_managed_users =
            features.synchronize_upn_for_managed_users;
    }
    for thing in &small.things {
        let key = tenant.insert(cloud_object(thing, start));
        let role = cloud::Role("Global Administrator".into());
        if thing.admin {
            tenant.roles.assign(key, role.clone());
        }
        if thing.eligible_admin {
            tenant.roles.make_eligible(key, role);
        }
    }
    let mut config = EngineConfig::new(era, 1);
    let include = vec![format!("OU=Sync,{BASE}").parse().expect("a name")];
    config.scopes = vec![Scope {
        include,
        exclude: Vec::new(),
    }];
    let forests = vec![directory];
    let mut world = World::new(era, forests, tenant, config, start, Entropy::new(2));
    if small.established {
        world.establish();
    }
    world
}

fn request(person: &AdPerson) -> AddRequest {
    let class = if person.kind == Kind::User {
        "user"
    } else {
        "contact"
    };
    let mut attributes = vec![(AttributeId::OBJECT_CLASS, vec![Value::from(class)])];
    let texts = [
        (AttributeId::USER_PRINCIPAL_NAME, &person.upn),
        (AttributeId::SAM_ACCOUNT_NAME, &person.sam),
        (AttributeId::MAIL, &person.mail),
        (AttributeId::MAIL_NICKNAME, &person.mail_nickname),
        (AttributeId::ADMIN_DESCRIPTION, &person.admin_description),
    ];
    for (attribute, text) in texts {
        if let Some(text) = text {
            attributes.push((attribute, vec![Value::from(text.as_str())]));
        }
    }
    if !person.proxies.is_empty() {
        let values = person
            .proxies
            .iter()
            .map(|value| Value::from(value.as_str()))
            .collect();
        attributes.push((AttributeId::PROXY_ADDRESSES, values));
    }
    if person.critical {
        attributes.push((
            AttributeId::IS_CRITICAL_SYSTEM_OBJECT,
            vec![Value::Boolean(true)],
        ));
    }
    AddRequest {
        dn: person.dn.parse().expect("a name"),
        attributes,
        guid: ObjectGuid::from_bytes(person.guid),
    }
}

fn cloud_object(thing: &CloudThing, start: Timestamp) -> cloud::DirectoryObject {
    let kind = match (thing.kind, thing.group) {
        (Kind::User, _) if thing.guest => cloud::Kind::Guest,
        (Kind::User, _) => cloud::Kind::User,
        (Kind::Contact, _) => cloud::Kind::Contact,
        (Kind::Group, Some(GroupKind::Microsoft365)) => cloud::Kind::Microsoft365Group,
        (Kind::Group, group) => cloud::Kind::Group {
            mail_enabled: group == Some(GroupKind::MailEnabled),
            security_enabled: true,
        },
    };
    let id: CloudId = thing.id.parse().expect("an id");
    let mut object = cloud::DirectoryObject::new(id, kind, start);
    object.user_principal_name = thing.upn.as_deref().map(Upn::new);
    object.mail = thing.mail.as_deref().map(Into::into);
    object.mail_nickname = thing.mail_nickname.as_deref().map(Into::into);
    object.display_name = thing.display_name.as_deref().map(Into::into);
    object.proxy_addresses = thing
        .proxies
        .iter()
        .map(|value| ProxyAddress::new(value.as_str()))
        .collect();
    if thing.licensed {
        object.licences = [store::Text::from("E3")].into();
        object.was_recipient = true;
    }
    if thing.deleted {
        object.state = cloud::State::SoftDeleted {
            at: start - SignedDuration::from_hours(24),
        };
    }
    object.on_premises.immutable_id = thing.immutable_id.as_deref().map(SourceAnchor::from_text);
    object.on_premises.sync_enabled = thing.sync_enabled;
    object
}
