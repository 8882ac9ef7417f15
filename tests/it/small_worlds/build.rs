//! The World of a small world, built as any caller of the public interface would.

use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::{
    AddRequest, AttributeId, Directory, DirectoryOptions, ObjectGuid, Sid, Value,
};
use mock_cloud::tenant as cloud;
use mock_cloud::{CloudId, Property, ProxyAddress, SourceAnchor, Upn};
use sim::engine::{AnchorAttribute, EngineConfig, Scope};
use sim::world::World;
use store::Entropy;

use super::{BASE, INITIAL, SmallWorld};
use crate::agreement::profile;
use crate::oracle::model::{AdPerson, CloudThing, Features, GroupKind, Kind};

/// userAccountControl of an account that may sign in.
const ENABLED: i64 = 512;
/// groupType of a global group, for security and for distribution.
const SECURITY: i64 = -2_147_483_646;
const DISTRIBUTION: i64 = 2;

/// The World of a small world.
pub(crate) fn world_of(small: &SmallWorld) -> World {
    let start = Timestamp::from_second(1_700_000_000).expect("a time");
    let era = profile(small.era);
    let mut config = EngineConfig::new(era, 1);
    let include = vec![format!("OU=Sync,{BASE}").parse().expect("a name")];
    config.scopes = vec![Scope {
        include,
        exclude: Vec::new(),
        group: None,
    }];
    if small.consistency_guids {
        config.anchor = AnchorAttribute::ConsistencyGuid;
    }
    let forests = vec![directory(small, start)];
    let tenant = tenant(small, start);
    let mut world = World::new(era, forests, tenant, config, start, Entropy::new(2));
    if small.established {
        world.establish();
    }
    world
}

fn directory(small: &SmallWorld, start: Timestamp) -> Directory {
    let mut options = DirectoryOptions::new(BASE.parse().expect("a name"));
    options.enforce_unique_upn = false;
    let mut entropy = Entropy::new(1);
    let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
    let mut directory = Directory::new(options, start, &mut guids);
    for unit in ["Sync", "Park"] {
        let class = vec![Value::from("organizationalUnit")];
        let request = AddRequest {
            dn: format!("OU={unit},{BASE}").parse().expect("a name"),
            attributes: vec![(AttributeId::OBJECT_CLASS, class)],
            guid: guids(),
        };
        directory.add(request, start).expect("a unit");
    }
    for person in &small.people {
        directory.add(request(person), start).expect("a person");
    }
    directory
}

fn request(person: &AdPerson) -> AddRequest {
    let (class, number) = match person.kind {
        Kind::User => ("user", Some((AttributeId::USER_ACCOUNT_CONTROL, ENABLED))),
        Kind::Group if person.security_group => {
            ("group", Some((AttributeId::GROUP_TYPE, SECURITY)))
        }
        Kind::Group => ("group", Some((AttributeId::GROUP_TYPE, DISTRIBUTION))),
        Kind::Contact => ("contact", None),
    };
    let title = mock_ad::directory::Schema::standard().attribute("title");
    let texts = [
        (AttributeId::USER_PRINCIPAL_NAME, &person.upn),
        (AttributeId::SAM_ACCOUNT_NAME, &person.sam),
        (AttributeId::MAIL, &person.mail),
        (AttributeId::MAIL_NICKNAME, &person.mail_nickname),
        (AttributeId::DISPLAY_NAME, &person.display_name),
        (title.expect("an attribute of every forest"), &person.title),
        (AttributeId::ADMIN_DESCRIPTION, &person.admin_description),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(attribute, text)| Some((attribute, vec![Value::from(text.as_deref()?)])));
    let sid = person.sid.as_ref().map(|sid| {
        let sid: Sid = sid.parse().expect("a SID");
        (AttributeId::OBJECT_SID, Value::from(sid.as_bytes()))
    });
    let recipient = person
        .recipient_type
        .map(|kind| i64::try_from(kind).expect("a small number"));
    let guid = person.consistency_guid.as_ref();
    let others = [
        number.map(|(attribute, number)| (attribute, Value::from(number))),
        sid,
        recipient.map(|kind| {
            (
                AttributeId::MS_EXCH_RECIPIENT_TYPE_DETAILS,
                Value::from(kind),
            )
        }),
        guid.map(|guid| (AttributeId::MS_DS_CONSISTENCY_GUID, Value::from(&guid[..]))),
        person
            .critical
            .then(|| (AttributeId::IS_CRITICAL_SYSTEM_OBJECT, Value::from(true))),
    ];
    let others = others
        .into_iter()
        .flatten()
        .map(|(attribute, value)| (attribute, vec![value]));
    let proxies = person
        .proxies
        .iter()
        .map(|value| Value::from(value.as_str()))
        .collect();
    let mut attributes = vec![
        (AttributeId::OBJECT_CLASS, vec![Value::from(class)]),
        (AttributeId::PROXY_ADDRESSES, proxies),
    ];
    attributes.extend(texts.chain(others));
    AddRequest {
        dn: person.dn.parse().expect("a name"),
        attributes,
        guid: ObjectGuid::from_bytes(person.guid),
    }
}

fn tenant(small: &SmallWorld, start: Timestamp) -> cloud::Tenant {
    let mut tenant = cloud::Tenant::new(INITIAL, profile(small.era));
    for domain in &small.tenant.verified {
        let how = if small.tenant.federated.contains(domain) {
            cloud::Authentication::Federated
        } else {
            cloud::Authentication::Managed
        };
        tenant.domains.verify(domain.as_str(), how);
    }
    if let Some(features) = small.tenant.features {
        set_features(features, &mut tenant.features);
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
    tenant
}

fn set_features(wanted: Features, on: &mut cloud::Features) {
    on.block_cloud_object_takeover_through_hard_match = wanted.block_hard_match;
    on.block_soft_match = wanted.block_soft_match;
    on.soft_match_on_upn = wanted.soft_match_on_upn;
    on.synchronize_upn_for_managed_users = wanted.synchronize_upn_for_managed_users;
    on.quarantine_upon_upn_conflict = wanted.quarantine_upn;
    on.quarantine_upon_proxy_addresses_conflict = wanted.quarantine_addresses;
    on.allow_on_prem_update_of_on_premises_object_identifier = wanted.allow_object_id_update;
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
    let marker = id.simple();
    let upn = thing.upn.as_deref();
    let upn = upn.map(|upn| {
        upn.strip_prefix(&marker)
            .filter(|_| thing.deleted)
            .unwrap_or(upn)
    });
    object.user_principal_name = upn.map(Upn::new);
    object.mail = thing.mail.as_deref().map(Into::into);
    object.mail_nickname = thing.mail_nickname.as_deref().map(Into::into);
    object.display_name = thing.display_name.as_deref().map(Into::into);
    let title = thing.job_title.as_deref();
    let job = Property::from_name("jobTitle").expect("a property of every user");
    object.properties = title
        .map(|title| (job, store::Text::from(title)))
        .into_iter()
        .collect();
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
    let facts = &mut object.on_premises;
    facts.immutable_id = thing.immutable_id.as_deref().map(SourceAnchor::from_text);
    facts.sync_enabled = thing.sync_enabled;
    facts.cloud_managed = thing.cloud_managed;
    facts.object_identifier = thing.on_prem_object_id;
    facts.user_principal_name = thing.on_prem_upn.as_deref().map(Into::into);
    facts.security_identifier = thing.sid.as_ref().map(|sid| sid.parse().expect("a SID"));
    object
}
