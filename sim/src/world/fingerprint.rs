//! One number for a whole world, to compare two of them by.

use std::hash::{Hash, Hasher};

use super::World;
use crate::engine::AdConnector;

/// A hasher that gives the same number on every machine.
#[derive(Debug, Clone, Copy)]
struct Stable([u64; 2]);

impl Hasher for Stable {
    fn finish(&self) -> u64 {
        self.0[0]
    }

    fn write(&mut self, bytes: &[u8]) {
        let word = store::hash_bytes(bytes);
        self.0[0] = store::mix(self.0[0], word);
        self.0[1] = store::mix(self.0[1] ^ 0x5bd1_e995, word);
    }
}

impl World {
    /// A fingerprint of 128 bits over what a world holds and what an action of it can depend on.
    /// Worlds that went through the same actions from the same start have the same fingerprint, in
    /// every run and on every machine.
    ///
    /// What only counts is left out, such as how many exports there were or how far the change log
    /// was read: a cycle that finds nothing to do leaves the fingerprint as it was.
    pub fn fingerprint(&self) -> u128 {
        let mut hasher = Stable([0x6469_7273, 0x796e_6c61]);
        self.now.as_nanosecond().hash(&mut hasher);
        self.timers.fingerprint().hash(&mut hasher);
        format!("{:?}", self.entropy).hash(&mut hasher);
        for directory in &self.forests {
            for (id, object) in directory.objects() {
                format!("{id:?}{object:?}").hash(&mut hasher);
            }
            directory.links().for_each(|link| link.hash(&mut hasher));
            directory.has_recycle_bin().hash(&mut hasher);
            let days = [
                directory.tombstone_lifetime(),
                directory.deleted_object_lifetime(),
            ];
            days.hash(&mut hasher);
        }
        for (key, object) in self.tenant.objects() {
            format!("{key:?}{object:?}").hash(&mut hasher);
        }
        format!("{:?}{:?}", self.tenant.features, self.tenant.roles).hash(&mut hasher);
        format!("{:?}{:?}", self.tenant.organization, self.tenant.domains).hash(&mut hasher);
        format!("{:?}", self.tenant.policy).hash(&mut hasher);
        format!("{:?}", self.engine.config()).hash(&mut hasher);
        let connectors = (0..self.forests.len()).filter_map(|place| self.engine.forest(place));
        for connector in connectors {
            for (id, entry) in AdConnector::entries(connector) {
                format!("{id:?}{entry:?}").hash(&mut hasher);
            }
            for members in connector.filtering() {
                format!("{members:?}").hash(&mut hasher);
            }
        }
        for (id, object) in self.engine.metaverse().iter() {
            format!("{id:?}{object:?}").hash(&mut hasher);
        }
        for (id, entry) in self.engine.entra().iter() {
            format!("{id:?}{entry:?}").hash(&mut hasher);
        }
        u128::from(hasher.0[0]) << 64 | u128::from(hasher.0[1])
    }
}
