//! One number for a whole world, to compare two of them by.

use std::hash::{Hash, Hasher};

use super::World;

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
    /// A fingerprint of 128 bits over everything a world holds. Worlds that went through the same
    /// actions from the same start have the same fingerprint, in every run and on every machine.
    pub fn fingerprint(&self) -> u128 {
        let mut hasher = Stable([0x6469_7273, 0x796e_6c61]);
        self.now.as_nanosecond().hash(&mut hasher);
        self.timers.fingerprint().hash(&mut hasher);
        format!("{:?}", self.entropy).hash(&mut hasher);
        for directory in &self.forests {
            for (id, object) in directory.objects() {
                format!("{id:?}{object:?}").hash(&mut hasher);
            }
        }
        for (key, object) in self.tenant.objects() {
            format!("{key:?}{object:?}").hash(&mut hasher);
        }
        format!("{:?}{:?}", self.tenant.features, self.tenant.roles).hash(&mut hasher);
        format!("{:?}{:?}", self.tenant.organization, self.tenant.domains).hash(&mut hasher);
        for (id, object) in self.engine.metaverse().iter() {
            format!("{id:?}{object:?}").hash(&mut hasher);
        }
        for (id, entry) in self.engine.entra().iter() {
            format!("{id:?}{entry:?}").hash(&mut hasher);
        }
        u128::from(hasher.0[0]) << 64 | u128::from(hasher.0[1])
    }
}
