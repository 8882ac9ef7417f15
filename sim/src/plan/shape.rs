//! What two components have in common when only their names differ.
//!
//! Matching only asks whether two values are equal, so a proof about one component holds for every
//! other with the same pattern of equality. The hash reads everything that a decision is known to
//! read: names by the place of their first occurrence, what rules look into as it is.

use std::collections::BTreeMap;

use mock_ad::directory::{AttributeId, Object, ObjectKind, Value};
use mock_cloud::DirectoryObject;
use mock_cloud::tenant::State;
use store::{fold, hash_bytes, mix};

use super::case::Case;
use crate::engine::Source;
use crate::repair::{self, PlannedStep};
use crate::world::World;

/// Texts and bytes, numbered by their first occurrence.
#[derive(Default)]
struct Numbers {
    known: BTreeMap<Vec<u8>, usize>,
    hash: [u64; 2],
}

impl Numbers {
    fn put(&mut self, word: u64) {
        self.hash = [
            mix(self.hash[0], word),
            mix(self.hash[1], word ^ 0x5a5a_5a5a),
        ];
    }

    fn plain(&mut self, bytes: &[u8]) {
        self.put(hash_bytes(bytes));
    }

    fn number(&mut self, bytes: &[u8]) {
        let next = self.known.len();
        let number = *self.known.entry(bytes.to_vec()).or_insert(next);
        self.put(number as u64);
    }

    /// A name: the domain as it is, because domains differ, and the rest by its number unless a
    /// rule could look into it.
    fn name(&mut self, text: &str) {
        let (protocol, text) = text.split_once(':').unwrap_or(("", text));
        self.plain(protocol.as_bytes());
        let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
        self.plain(fold(domain).as_bytes());
        let is_tame = local.len() <= 48
            && local
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'.' || it == b'-')
            && !local.starts_with(['.', '-'])
            && !local.ends_with(['.', '-']);
        if is_tame {
            self.number(fold(local).as_bytes());
        } else {
            self.plain(local.as_bytes());
        }
    }
}

/// 128 bits for the pattern of a case and for the steps that were planned for it.
pub(super) fn shape(case: &Case, steps: &[PlannedStep]) -> u128 {
    let world = &case.world;
    let mut numbers = Numbers::default();
    numbers.plain(world.profile.name().as_bytes());
    for (forest, directory) in world.forests().iter().enumerate() {
        for (id, image) in directory.objects() {
            let source = Source { forest, object: id };
            let kind = directory.kind(id);
            let has_names =
                kind.is_account() || matches!(kind, ObjectKind::Group | ObjectKind::Contact);
            if case.person(source).is_some() && has_names {
                numbers.plain(format!("{kind:?}").as_bytes());
                put_object(&mut numbers, world, source, image);
            }
        }
    }
    for (key, account) in world.tenant().objects() {
        put_account(&mut numbers, account, world);
        let held = world.tenant().roles.held(key);
        for role in world.tenant().roles.of(key) {
            numbers.put(u64::from(held.contains(&role)));
            numbers.plain(role.0.as_bytes());
        }
        let owner = case.belongs.iter().find(|(_, own)| **own == key);
        numbers.put(owner.map_or(u64::MAX, |(source, _)| u64::from(source.object.0)));
        let place = world.engine().entra().find_by_cloud(key);
        let entry = place.and_then(|id| world.engine().entra().get(id));
        numbers.put(entry.map_or(0, |entry| {
            1 + u64::from(entry.deleted) + 2 * u64::from(entry.failure.is_some())
        }));
    }
    for step in steps {
        let words = format!("{:?}", std::mem::discriminant(&step.what));
        numbers.plain(words.as_bytes());
    }
    u128::from(numbers.hash[0]) << 64 | u128::from(numbers.hash[1])
}

fn put_object(numbers: &mut Numbers, world: &World, source: Source, image: &Object) {
    numbers.put(u64::from(source.object.0) | 1 << 40);
    numbers.put(u64::from(repair::in_scope(world, source)));
    numbers.number(image.guid.as_bytes());
    let names = [
        AttributeId::USER_PRINCIPAL_NAME,
        AttributeId::SAM_ACCOUNT_NAME,
        AttributeId::MAIL,
        AttributeId::MAIL_NICKNAME,
        AttributeId::PROXY_ADDRESSES,
        AttributeId::MS_RTCSIP_PRIMARY_USER_ADDRESS,
    ];
    for (attribute, values) in image.stored_attributes() {
        numbers.put(u64::from(attribute.0));
        let matters = names.contains(&attribute);
        for value in values.as_slice() {
            match value {
                Value::Text(text) if matters => numbers.name(text),
                Value::Text(text) if attribute == AttributeId::ADMIN_DESCRIPTION => {
                    numbers.plain(text.as_bytes());
                }
                Value::Boolean(truth) => numbers.put(u64::from(*truth)),
                Value::Bytes(bytes) => numbers.number(bytes),
                Value::Integer(number) if attribute == AttributeId::USER_ACCOUNT_CONTROL => {
                    numbers.plain(&number.to_le_bytes());
                }
                Value::Text(_) | Value::Integer(_) => {}
            }
        }
    }
    // What recipients are is read by the rules as a number.
    let recipient = world.forests()[source.forest]
        .schema()
        .attribute("msExchRecipientTypeDetails");
    let kind = recipient.and_then(|it| image.integer(it));
    numbers.plain(&kind.unwrap_or_default().to_le_bytes());
}

fn put_account(numbers: &mut Numbers, account: &DirectoryObject, world: &World) {
    let facts = &account.on_premises;
    numbers.plain(format!("{:?}", account.kind).as_bytes());
    numbers.put(match account.state {
        State::Live => 0,
        // Whether it stays for longer than a repair takes.
        State::SoftDeleted { at } => {
            1 + u64::from(world.now().duration_since(at).as_hours() > 27 * 24)
        }
        State::Purged { .. } => 3,
    });
    if let Some(upn) = &account.user_principal_name {
        numbers.name(upn.as_str());
    }
    for text in [&account.mail, &account.mail_nickname] {
        numbers.put(u64::from(text.is_some()));
        if let Some(text) = text {
            numbers.name(text);
        }
    }
    numbers.put(account.proxy_addresses.len() as u64);
    for address in account.proxy_addresses.iter() {
        numbers.name(address.as_str());
    }
    for one in facts.provisioning_errors.iter() {
        numbers.plain(one.property.name().as_bytes());
        numbers.name(&one.value);
    }
    numbers.put(account.licences.len() as u64 * 2 + u64::from(account.mailbox.is_some()));
    numbers.plain(format!("{:?} {}", facts.sync_enabled, facts.cloud_managed).as_bytes());
    match &facts.immutable_id {
        Some(anchor) => match anchor.guid_bytes() {
            Some(bytes) => numbers.number(bytes),
            None => numbers.plain(anchor.to_string().as_bytes()),
        },
        None => numbers.put(7),
    }
    if let Some(guid) = &facts.object_identifier {
        numbers.number(guid);
    }
    if let Some(sid) = &facts.security_identifier {
        numbers.number(sid.as_bytes());
    }
}
