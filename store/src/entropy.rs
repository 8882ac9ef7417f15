//! Identifiers and digits from a seed.

use crate::fold::mix;

/// The only source of randomness in a world: a seed and a count of what was drawn from it.
///
/// Equal seeds give equal sequences. A fork of a world carries its own copy, so that two futures
/// of one world draw independently of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entropy {
    seed: u64,
    drawn: u64,
}

impl Entropy {
    /// The source for a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The seed that this source was made from.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.drawn += 1;
        mix(mix(self.seed, 0x6469_7273_796e_636c), self.drawn)
    }

    /// The next 16 bytes in the shape of a random UUID (version 4, in text order).
    pub fn next_uuid(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next_u64().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next_u64().to_be_bytes());
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        bytes
    }

    /// The next number of four digits, 1000 to 9999 (rule R3.4).
    pub fn next_four_digits(&mut self) -> u16 {
        (self.next_u64() % 9_000) as u16 + 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_sequences_and_others_do_not() {
        let draw = |seed| {
            let mut source = Entropy::new(seed);
            (0..4).map(|_| source.next_uuid()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut source = Entropy::new(3);
        assert!((0..10_000).all(|_| (1_000..=9_999).contains(&source.next_four_digits())));
    }
}
