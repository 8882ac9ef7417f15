//! 128 bits for everything that a world's future depends on, whatever its fresh identifiers.
//!
//! Left out, because no decision reads them: the ids of cloud objects, the times of the last
//! change, update sequence numbers, and what has been purged. Keys are replaced by their place
//! among what is left.
//!
//! Values are fed as they are, never as text: an exploration spends most of its time elsewhere
//! then. Each object is taken apart field by field, so that a field that is new has to be thought
//! about here. The module `peer` has the same as text, and a test compares both.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use mock_ad::directory::{Object, ObjectId};
use mock_cloud::tenant::{Features, OnPremises, State};
use mock_cloud::{CloudKey, DirectoryObject, SyncObject};

use crate::engine::{AdEntry, CsEntry, EngineConfig, MvObject};
use crate::judge::GroundTruth;
use crate::world::World;

/// The place of a cloud object that was purged, or of none.
const NOWHERE: u64 = u64::MAX;

/// Hashes of values behind shared pointers, so that what did not change is not read again.
#[derive(Debug, Default)]
pub(super) struct Memo {
    ad: Cache<Object>,
    cloud: Cache<DirectoryObject>,
    sent: Cache<SyncObject>,
    config: Cache<EngineConfig>,
    features: Option<(Features, u64)>,
    places: Vec<u32>,
    metaverse: Vec<u32>,
    entries: Vec<u32>,
}

impl Memo {
    /// The place of a cloud object among those that are left, in the world fed last.
    pub(super) fn place(&self, key: CloudKey) -> u64 {
        place(&self.places, key.0)
    }
}

/// Fingerprints of worlds, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints(Memo);

impl Fingerprints {
    /// 128 bits for a world and what the judge knows of it.
    pub(crate) fn of(&mut self, world: &World, truth: &GroundTruth) -> u128 {
        let mut mixer = Mixer::new();
        self::world(world, &mut self.0, &mut mixer);
        let memo = &self.0;
        truth.mix(&|key| memo.place(key), &mut |word| mixer.put(word));
        mixer.total()
    }

    /// 128 bits for several.
    pub(crate) fn together(prints: &[u128]) -> u128 {
        let mut mixer = Mixer::new();
        for print in prints {
            mixer.wide(*print);
        }
        mixer.total()
    }
}

/// So many hashes are remembered; a power of two.
const REMEMBERED: usize = 1 << 12;

/// Each pointer has one place, which the last pointer of that place holds. The pointers are held,
/// so that no address is used twice.
#[derive(Debug)]
struct Cache<T>(Vec<Option<(Arc<T>, u128)>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Cache<T> {
    fn hash(&mut self, value: &Arc<T>, feed: impl FnOnce(&T, &mut Mixer)) -> u128 {
        if self.0.is_empty() {
            self.0.resize_with(REMEMBERED, || None);
        }
        let address = Arc::as_ptr(value) as usize as u64;
        let place = store::mix(0, address) as usize % REMEMBERED;
        if let Some((known, hash)) = &self.0[place]
            && Arc::ptr_eq(known, value)
        {
            return *hash;
        }
        let mut mixer = Mixer::new();
        feed(value, &mut mixer);
        let hash = mixer.total();
        self.0[place] = Some((Arc::clone(value), hash));
        hash
    }
}

/// The hash of settings, which few worlds change.
fn text_hash(value: &impl std::fmt::Debug) -> u64 {
    store::hash_bytes(format!("{value:?}").as_bytes())
}

/// The hash of the features of a tenant, which are nearly always those before.
fn features_hash(known: &mut Option<(Features, u64)>, features: Features) -> u64 {
    match known {
        Some((same, hash)) if *same == features => *hash,
        _ => known.insert((features, text_hash(&features))).1,
    }
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

    fn wide(&mut self, hash: u128) {
        self.0[0] = store::mix(self.0[0], hash as u64);
        self.0[1] = store::mix(self.0[1], (hash >> 64) as u64);
    }

    fn option(&mut self, hash: Option<u128>) {
        self.wide(hash.unwrap_or(u128::MAX));
    }

    pub(super) const fn total(self) -> u128 {
        (self.0[0] as u128) << 64 | self.0[1] as u128
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0[0]
    }

    fn write(&mut self, bytes: &[u8]) {
        self.put(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.put(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.put(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.put(u64::from(word));
    }

    fn write_u16(&mut self, word: u16) {
        self.put(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.put(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.put(word);
    }

    fn write_usize(&mut self, word: usize) {
        self.put(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.put(word.cast_unsigned() as u64);
    }
}

fn ad_object(object: &Object, mixer: &mut Mixer) {
    let facts = (
        &object.guid,
        object.class,
        object.parent,
        &object.deleted,
        object.placeholder,
        object.when_created,
        object.rdn_attribute(),
        object.name(),
    );
    facts.hash(mixer);
    for (id, values) in object.attributes() {
        id.hash(mixer);
        values.as_slice().hash(mixer);
    }
}

fn cloud_object(object: &DirectoryObject, sent: &mut Cache<SyncObject>, mixer: &mut Mixer) {
    (object.kind, &object.state).hash(mixer);
    let upn = object.user_principal_name.as_ref();
    let names = (
        upn.map(mock_cloud::Upn::text),
        &object.display_name,
        &object.mail,
        &object.mail_nickname,
        &object.proxy_addresses,
        &object.properties,
    );
    names.hash(mixer);
    let holds = (
        object.account_enabled,
        &object.usage_location,
        &object.licences,
        object.mailbox.is_some(),
        object.was_recipient,
        &object.members,
        object.extras().manager,
    );
    holds.hash(mixer);
    let OnPremises {
        immutable_id,
        sync_enabled,
        last_sync: _,
        cloud_managed,
        object_identifier,
        security_identifier,
        user_principal_name,
        sam_account_name,
        distinguished_name,
        domain_name,
        shadow,
        provisioning_errors,
        admin_role_conflict,
        // Only the run that is under way reads it, and a run is one move here.
        created_in_run: _,
    } = &object.on_premises;
    let identity = (immutable_id, sync_enabled, cloud_managed);
    let identifiers = (object_identifier, security_identifier, admin_role_conflict);
    let written = (user_principal_name, sam_account_name, domain_name);
    (identity, identifiers, written).hash(mixer);
    (distinguished_name, provisioning_errors).hash(mixer);
    mixer.option((shadow.as_ref()).map(|shadow| sent.hash(shadow, feed)));
}

/// Feeds what hashes as it is.
fn feed<T: Hash>(value: &T, mixer: &mut Mixer) {
    value.hash(mixer);
}

/// Feeds a world; the places of its cloud objects are in the memo afterwards.
pub(super) fn world(world: &World, memo: &mut Memo, mixer: &mut Mixer) {
    let Memo {
        cloud,
        sent,
        config,
        features,
        places,
        ..
    } = memo;
    world.now().hash(mixer);
    let tenant = world.tenant();
    places.clear();
    let mut count = 0;
    for (_, object) in tenant.objects() {
        if matches!(object.state, State::Purged { .. }) {
            places.push(u32::MAX);
            continue;
        }
        places.push(count);
        count += 1;
        mixer.wide(cloud.hash(object, |object, mixer| cloud_object(object, sent, mixer)));
    }
    for (key, role) in tenant.roles.iter() {
        mixer.put(place(places, key.0));
        role.hash(mixer);
    }
    mixer.put(features_hash(features, tenant.features));
    let organization = &tenant.organization;
    (organization.sync_enabled, organization.deactivated_at).hash(mixer);
    for key in tenant.changes_since(world.engine().entra().watermark()) {
        mixer.put(place(places, key.0));
    }
    let settings = world.engine().shared_config();
    mixer.wide(config.hash(settings, |settings, mixer| mixer.put(text_hash(settings))));
    number(
        &mut memo.metaverse,
        world.engine().metaverse().iter().map(|(id, _)| id.0),
    );
    number(
        &mut memo.entries,
        world.engine().entra().iter().map(|(id, _)| id.0),
    );
    forests(world, memo, mixer);
    engine(world, memo, mixer);
}

/// The places of ids that ascend.
fn number(places: &mut Vec<u32>, ids: impl Iterator<Item = u32>) {
    places.clear();
    for (place, id) in (0..).zip(ids) {
        places.resize(id as usize, u32::MAX);
        places.push(place);
    }
}

fn place(places: &[u32], id: u32) -> u64 {
    let place = places.get(id as usize).filter(|place| **place != u32::MAX);
    place.map_or(NOWHERE, |place| u64::from(*place))
}

/// A sum of hashes, each mixed with where it stands: the order of adding does not matter, so that
/// no addition waits for another.
#[derive(Debug, Clone, Copy, Default)]
struct Sum(u128);

impl Sum {
    fn add(&mut self, place: u32, hash: u128) {
        let mut mixer = Mixer::new();
        mixer.put(u64::from(place));
        mixer.wide(hash);
        self.0 = self.0.wrapping_add(mixer.total());
    }
}

fn forests(world: &World, memo: &mut Memo, mixer: &mut Mixer) {
    for (number, directory) in world.forests().iter().enumerate() {
        let mut objects = Sum::default();
        for (ObjectId(id), object) in directory.objects() {
            objects.add(id, memo.ad.hash(object, ad_object));
        }
        mixer.wide(objects.0);
        let Some(connector) = world.engine().forest(number) else {
            continue;
        };
        for (group, members) in connector.filtering() {
            mixer.put(store::hash_bytes(group.as_bytes()));
            for ObjectId(id) in members {
                mixer.put(u64::from(*id));
            }
        }
        for (ObjectId(id), entry) in connector.entries() {
            let AdEntry {
                image,
                pending,
                metaverse,
                error,
                lends,
                write_back,
            } = entry;
            let flags = (*pending as u64) << 3
                | u64::from(error.is_some()) << 2
                | u64::from(*lends) << 1
                | u64::from(*write_back);
            if image.is_none() && metaverse.is_none() && flags == 0 {
                continue;
            }
            mixer.put(u64::from(id) << 32 | flags);
            mixer.option(image.as_ref().map(|image| memo.ad.hash(image, ad_object)));
            mixer.put(metaverse.map_or(NOWHERE, |id| place(&memo.metaverse, id.0)));
        }
        mixer.put(NOWHERE);
        for ObjectId(id) in directory.changes_since(connector.watermark()) {
            mixer.put(u64::from(id));
        }
        let mut containers = Sum::default();
        for (ObjectId(id), object) in connector.containers() {
            containers.add(*id, memo.ad.hash(object, ad_object));
        }
        mixer.wide(containers.0);
    }
}

fn engine(world: &World, memo: &mut Memo, mixer: &mut Mixer) {
    let engine = world.engine();
    let Memo {
        sent,
        places,
        metaverse,
        entries,
        ..
    } = memo;
    for (_, object) in engine.metaverse().iter() {
        let MvObject {
            source,
            joined,
            contributions,
            attributes,
            filtered,
            connector,
        } = object;
        let source = (source.forest as u64) << 33 | u64::from(source.object.0) << 1;
        mixer.put(source | u64::from(filtered.is_some()));
        if !joined.is_empty() || !contributions.is_empty() {
            joined.as_slice().hash(mixer);
            for one in contributions {
                (one.source, one.lends).hash(mixer);
                mixer.wide(sent.hash(&one.attributes, feed));
            }
        }
        mixer.option(attributes.as_ref().map(|it| sent.hash(it, feed)));
        mixer.put(connector.map_or(NOWHERE, |id| place(entries, id.0)));
    }
    // Between the two, so that one object more here is not one less there.
    mixer.put(NOWHERE);
    for (_, entry) in engine.entra().iter() {
        let CsEntry {
            kind,
            anchor,
            cloud,
            exported,
            pending_export,
            pending_import,
            metaverse: joined,
            failure,
            unconfirmed,
            confirmed_anchor,
            deleted,
        } = entry;
        let states = (*kind as u64) << 16 | (*pending_export as u64) << 12;
        let flags =
            u64::from(*unconfirmed) << 2 | u64::from(*confirmed_anchor) << 1 | u64::from(*deleted);
        mixer.put(states | (*pending_import as u64) << 8 | flags);
        mixer.put(anchor.index_hash());
        mixer.put(cloud.map_or(NOWHERE, |key| place(places, key.0)));
        mixer.option(exported.as_ref().map(|it| sent.hash(it, feed)));
        mixer.put(joined.map_or(NOWHERE, |id| place(metaverse, id.0)));
        let code = failure.as_ref().map(|failure| failure.error.code as u64);
        mixer.put(code.unwrap_or(NOWHERE));
    }
}
