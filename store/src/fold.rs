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
    if text.is_ascii() {
        text.bytes()
            .for_each(|byte| push(byte.to_ascii_lowercase()));
    } else {
        let mut buffer = [0; 4];
        for lower in text.chars().flat_map(char::to_lowercase) {
            lower.encode_utf8(&mut buffer).bytes().for_each(&mut push);
        }
    }
    mix(hash, word ^ (u64::from(filled) << 56))
}

/// Compares text without regard to case, character by character.
///
/// How the services compare is not stated anywhere (rule R2.12); directories compare so.
pub fn eq_fold(left: &str, right: &str) -> bool {
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
    fn length_counts_even_where_the_tail_is_zero() {
        assert_ne!(hash_bytes(&[1]), hash_bytes(&[1, 0]));
        assert_ne!(fold_hash("a"), fold_hash("a\0"));
    }
}
