//! 128 bits for everything that a world's future depends on, whatever its fresh identifiers.
//!
//! Left out, because no decision reads them: the ids of cloud objects, the times of the last
//! change, update sequence numbers, and what has been purged. Keys are replaced by their place
//! among what is left.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use mock_ad::directory::{Object, Usn};
use mock_cloud::tenant::{Features, State};
use mock_cloud::{CloudKey, DirectoryObject, SyncObject};

use crate::engine::EngineConfig;
use crate::world::World;

/// Hashes of values behind shared pointers, so that what did not change is not read again. The
/// pointers are held, so that no address is used twice.
#[derive(Debug, Default)]
pub(super) struct Memo {
    ad: BTreeMap<usize, (Arc<Object>, u64)>,
    cloud: BTreeMap<usize, (Arc<DirectoryObject>, u64)>,
    sent: BTreeMap<usize, (Arc<SyncObject>, u64)>,
    config: Option<(EngineConfig, u64)>,
    features: Option<(Features, u64)>,
}

/// The hash of a value that is nearly always the one before.
fn usual<T: Clone + PartialEq + Debug>(known: &mut Option<(T, u64)>, value: &T) -> u64 {
    match known {
        Some((same, hash)) if same == value => *hash,
        _ => known.insert((value.clone(), text_hash(value))).1,
    }
}

/// So many hashes are remembered before all are forgotten.
const REMEMBERED_MAX: usize = 1 << 16;

fn remembered<T>(
    known: &mut BTreeMap<usize, (Arc<T>, u64)>,
    value: &Arc<T>,
    hash: impl FnOnce(&T) -> u64,
) -> u64 {
    let place = Arc::as_ptr(value) as usize;
    if let Some((_, hash)) = known.get(&place) {
        return *hash;
    }
    if known.len() >= REMEMBERED_MAX {
        known.clear();
    }
    let hash = hash(value);
    known.insert(place, (Arc::clone(value), hash));
    hash
}

fn text_hash(value: &impl Debug) -> u64 {
    store::hash_bytes(format!("{value:?}").as_bytes())
}

fn ad_hash(object: &Object) -> u64 {
    let mut object = object.clone();
    (object.usn_created, object.usn_changed) = (Usn(0), Usn(0));
    object.when_changed = object.when_created;
    text_hash(&object)
}

fn cloud_hash(object: &DirectoryObject) -> u64 {
    let mut facts = object.on_premises.clone();
    facts.last_sync = None;
    facts.created_in_run = None;
    let names = (
        &object.kind,
        &object.state,
        &object.user_principal_name,
        &object.display_name,
        &object.mail,
        &object.mail_nickname,
        &object.proxy_addresses,
        &object.properties,
    );
    let holds = (
        object.account_enabled,
        &object.usage_location,
        &object.licences,
        object.mailbox.is_some(),
        object.was_recipient,
        &object.members,
        facts,
    );
    text_hash(&(names, holds))
}

/// Two lanes of 64 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixer([u64; 2]);

impl Mixer {
    pub(super) const fn new() -> Self {
        Self([0x6578_706c, 0x6f72_6572])
    }

    pub(super) fn put(&mut self, word: u64) {
        self.0[0] = store::mix(self.0[0], word);
        self.0[1] = store::mix(self.0[1] ^ 0x9e37_79b9_7f4a_7c15, word.rotate_left(29));
    }

    fn option(&mut self, word: Option<u64>) {
        self.put(word.map_or(u64::MAX, |word| word ^ 1));
    }

    pub(super) const fn finish(self) -> u128 {
        (self.0[0] as u128) << 64 | self.0[1] as u128
    }
}

/// Feeds a world, and gives the places of the cloud objects that are left.
pub(super) fn world(world: &World, memo: &mut Memo, mixer: &mut Mixer) -> BTreeMap<CloudKey, u64> {
    mixer.put(store::hash_bytes(
        &world.now().as_nanosecond().to_le_bytes(),
    ));
    let tenant = world.tenant();
    let mut places = BTreeMap::new();
    for (key, object) in tenant.objects() {
        if matches!(object.state, State::Purged { .. }) {
            continue;
        }
        places.insert(key, places.len() as u64);
        mixer.put(remembered(&mut memo.cloud, object, cloud_hash));
    }
    for (key, role) in tenant.roles.iter() {
        mixer.option(places.get(&key).copied());
        mixer.put(text_hash(role));
    }
    mixer.put(usual(&mut memo.features, &tenant.features));
    for key in tenant.changes_since(world.engine().entra().watermark()) {
        mixer.option(places.get(&key).copied());
    }
    mixer.put(usual(&mut memo.config, world.engine().config()));
    forests(world, memo, mixer);
    engine(world, memo, mixer, &places);
    places
}

fn forests(world: &World, memo: &mut Memo, mixer: &mut Mixer) {
    for (place, directory) in world.forests().iter().enumerate() {
        for (_, object) in directory.objects() {
            mixer.put(remembered(&mut memo.ad, object, ad_hash));
        }
        let Some(connector) = world.engine().forest(place) else {
            continue;
        };
        for id in directory.changes_since(connector.watermark()) {
            mixer.put(u64::from(id.0));
        }
        for (id, object) in connector.containers() {
            mixer.put(u64::from(id.0));
            mixer.put(remembered(&mut memo.ad, object, ad_hash));
        }
    }
}

fn engine(world: &World, memo: &mut Memo, mixer: &mut Mixer, places: &BTreeMap<CloudKey, u64>) {
    let engine = world.engine();
    let ids = |all: &mut dyn Iterator<Item = u32>| -> BTreeMap<u32, u64> {
        all.enumerate()
            .map(|(place, id)| (id, place as u64))
            .collect()
    };
    let mvs = ids(&mut engine.metaverse().iter().map(|(id, _)| id.0));
    let entries = ids(&mut engine.entra().iter().map(|(id, _)| id.0));
    for (_, object) in engine.metaverse().iter() {
        mixer.put(text_hash(&(object.source, &object.joined)));
        let sent = object.attributes.as_ref();
        mixer.option(sent.map(|sent| remembered(&mut memo.sent, sent, text_hash)));
        mixer.put(u64::from(object.filtered.is_some()));
        mixer.option(object.connector.and_then(|id| entries.get(&id.0).copied()));
    }
    for (_, entry) in engine.entra().iter() {
        let facts = (
            entry.kind,
            &entry.anchor,
            entry.pending_export,
            entry.pending_import,
        );
        let flags = (entry.unconfirmed, entry.confirmed_anchor, entry.deleted);
        mixer.put(text_hash(&(facts, flags)));
        mixer.option(entry.cloud.and_then(|key| places.get(&key).copied()));
        let sent = entry.exported.as_ref();
        mixer.option(sent.map(|sent| remembered(&mut memo.sent, sent, text_hash)));
        mixer.option(entry.metaverse.and_then(|id| mvs.get(&id.0).copied()));
        let failure = entry.failure.as_ref();
        mixer.option(failure.map(|failure| text_hash(&failure.error.code)));
    }
    for (place, directory) in world.forests().iter().enumerate() {
        for (id, _) in directory.objects() {
            let entry = engine.forest(place).and_then(|forest| forest.entry(id));
            let Some(entry) = entry else { continue };
            let image = entry.image.as_ref();
            mixer.option(image.map(|image| remembered(&mut memo.ad, image, ad_hash)));
            mixer.option(entry.metaverse.and_then(|id| mvs.get(&id.0).copied()));
            let flags = (entry.pending, entry.error.is_some(), entry.write_back);
            mixer.put(text_hash(&flags));
        }
    }
}
