//! Case-insensitive comparison and hashing, the same on every machine and in every run.

use crate::Text;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;

/// Stirs one word into a running hash.
///
/// The functions of this module are fixed for all time of one build: they carry no per-process
/// key, so that equal worlds have equal bytes. They are not meant to resist chosen collisions;
/// [`crate::Index`] stays correct under them, only slower.
pub const fn mix(hash: u64, word: u64) -> u64 {
    let mut mixed = (hash ^ word).wrapping_mul(MULTIPLIER);
    mixed ^= mixed >> 32;
    mixed.wrapping_mul(MULTIPLIER) ^ (mixed >> 29)
}

/// Hashes bytes as they are.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = mix(SEED, bytes.len() as u64);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    hash
}

/// Hashes text without regard to case: texts that are [`eq_fold`] have equal hashes.
pub fn fold_hash(text: &str) -> u64 {
    if text.is_ascii() {
        return fold_hash_ascii(text.as_bytes());
    }
    let mut hash = SEED;
    let mut word = 0u64;
    let mut filled = 0u32;
    let mut push = |byte: u8| {
        word |= u64::from(byte) << (8 * filled);
        filled += 1;
        if filled == 8 {
            hash = mix(hash, word);
            word = 0;
            filled = 0;
        }
    };
    let mut buffer = [0; 4];
    for lower in text.chars().flat_map(char::to_lowercase) {
        lower.encode_utf8(&mut buffer).bytes().for_each(&mut push);
    }
    mix(hash, word ^ (u64::from(filled) << 56))
}

/// As [`fold_hash`], eight bytes at a time.
fn fold_hash_ascii(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(SEED, |hash, word| {
        mix(hash, lower_word(u64::from_le_bytes(*word)))
    });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let last = lower_word(u64::from_le_bytes(last));
    mix(hash, last ^ ((rest.len() as u64) << 56))
}

/// Eight ASCII characters in lower case.
const fn lower_word(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // No byte is above 0x7f, so that no sum reaches into the next byte: its highest bit says
    // whether the character is at least `A`, and whether it is beyond `Z`.
    let at_least_a = word + EACH * (0x80 - b'A' as u64);
    let beyond_z = word + EACH * (0x7f - b'Z' as u64);
    let capital = (at_least_a & !beyond_z) & (EACH << 7);
    word | (capital >> 2)
}

/// Compares text without regard to case, character by character.
///
/// How the services compare is not stated anywhere (rule R2.12); directories compare so.
pub fn eq_fold(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars()
        .flat_map(char::to_lowercase)
        .eq(right.chars().flat_map(char::to_lowercase))
}

/// The lower-case form under which [`eq_fold`] texts are equal.
pub fn fold(text: &str) -> Text {
    if text.is_ascii() {
        let mut folded = Text::with_capacity(text.len());
        text.bytes()
            .for_each(|byte| folded.push(char::from(byte.to_ascii_lowercase())));
        return folded;
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_hash_alike_whatever_their_case() {
        for (left, right) in [
            ("Ann@Example.TEST", "ann@example.test"),
            ("ÜNÏT", "ünït"),
            ("", ""),
        ] {
            assert!(eq_fold(left, right), "{left} {right}");
            assert_eq!(fold_hash(left), fold_hash(right), "{left} {right}");
            assert_eq!(fold(left), fold(right));
        }
    }

    #[test]
    fn different_texts_rarely_hash_alike() {
        let mut hashes: Vec<u64> = (0..100_000u32)
            .map(|n| fold_hash(&format!("u{n}@x.y")))
            .collect();
        hashes.extend((0..1_000u32).map(|n| hash_bytes(&n.to_le_bytes())));
        hashes.sort_unstable();
        let all = hashes.len();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn every_ascii_character_is_lowered_alone() {
        for byte in 0..128u8 {
            let word = u64::from_le_bytes([byte, b'@', b'[', 0, 0x7f, b'Z', b'A', byte]);
            let lower = word.to_le_bytes().map(|byte| byte.to_ascii_lowercase());
            assert_eq!(lower_word(word).to_le_bytes(), lower);
        }
    }

    #[test]
    fn length_counts_even_where_the_tail_is_zero() {
        assert_ne!(hash_bytes(&[1]), hash_bytes(&[1, 0]));
        assert_ne!(fold_hash("a"), fold_hash("a\0"));
    }
}
