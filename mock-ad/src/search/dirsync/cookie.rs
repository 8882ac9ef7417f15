//! The cookie of DirSync, in the one layout that has been published: `MSDS`, a version, a time,
//! the high watermark, the invocationId it counts for, and a vector of others (packed, all numbers
//! little-endian; the reading of Samba 4.17, whose tests take it apart).

use jiff::Timestamp;

use crate::directory::{ObjectGuid, Usn};

const MAGIC: &[u8; 4] = b"MSDS";
const VERSION: u32 = 3;
/// The bytes up to the vector.
const HEAD: usize = 68;
/// Seconds from 1601 to 1970.
const TO_1970: i64 = 11_644_473_600;

/// A cookie, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    time: u64,
    usn: Usn,
    invocation_id: ObjectGuid,
    /// Up to which USN of which database everything is known.
    vector: Vec<(ObjectGuid, Usn)>,
}

impl Cookie {
    /// A cookie of a round that has come to a USN, where everything is known up to another.
    pub(super) fn new(now: Timestamp, invocation_id: ObjectGuid, usn: Usn, complete: Usn) -> Self {
        let time = (now.as_second() + TO_1970).unsigned_abs() * 10_000_000;
        Self {
            time,
            usn,
            invocation_id,
            vector: vec![(invocation_id, complete)],
        }
    }

    /// Up to which USN of a database the cookie knows everything; 0 for one it has not heard of.
    pub(super) fn usn_of(&self, invocation_id: ObjectGuid) -> Usn {
        if self.invocation_id == invocation_id {
            return self.usn;
        }
        self.complete_of(invocation_id)
    }

    /// Up to which USN of a database the rounds that came to their end told everything.
    pub(super) fn complete_of(&self, invocation_id: ObjectGuid) -> Usn {
        let mut known = self.vector.iter();
        let known = known.find(|(guid, _)| *guid == invocation_id);
        known.map_or(Usn(0), |(_, usn)| *usn)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(108);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&[0; 8]);
        let vector = 16 + 24 * self.vector.len() as u32;
        out.extend_from_slice(&vector.to_le_bytes());
        // The high watermark: reached, reserved, and complete.
        out.extend_from_slice(&self.usn.0.to_le_bytes());
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&self.usn.0.to_le_bytes());
        out.extend_from_slice(self.invocation_id.as_bytes());
        out.extend_from_slice(&1u32.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&(self.vector.len() as u32).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        for (guid, usn) in &self.vector {
            out.extend_from_slice(guid.as_bytes());
            out.extend_from_slice(&usn.0.to_le_bytes());
        }
        out
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, tail) = bytes.split_at_checked(HEAD)?;
        if head.get(..4)? != MAGIC || number(head, 4, 4)? != u64::from(VERSION) {
            return None;
        }
        let length = usize::try_from(number(head, 24, 4)?).ok()?;
        if tail.len() != length {
            return None;
        }
        let mut vector = Vec::new();
        if length > 0 {
            let (about, cursors) = tail.split_at_checked(16)?;
            // The second version of the vector adds a time to every entry.
            let step = match number(about, 0, 4)? {
                1 => 24,
                2 => 32,
                _ => return None,
            };
            let count = usize::try_from(number(about, 8, 4)?).ok()?;
            if count.checked_mul(step)? != cursors.len() {
                return None;
            }
            for cursor in cursors.chunks_exact(step) {
                vector.push((guid(cursor, 0)?, Usn(number(cursor, 16, 8)?)));
            }
        }
        Some(Self {
            time: number(head, 8, 8)?,
            usn: Usn(number(head, 44, 8)?),
            invocation_id: guid(head, 52)?,
            vector,
        })
    }
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let digits = bytes.get(at..at + size)?.iter().rev();
    Some(digits.fold(0, |number, digit| (number << 8) | u64::from(*digit)))
}

fn guid(bytes: &[u8], at: usize) -> Option<ObjectGuid> {
    let bytes: [u8; 16] = bytes.get(at..at + 16)?.try_into().ok()?;
    Some(ObjectGuid::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cookie_is_as_long_as_those_of_samba_and_comes_back() {
        let guid = ObjectGuid::from_bytes([7; 16]);
        let cookie = Cookie::new(Timestamp::UNIX_EPOCH, guid, Usn(4711), Usn(11));
        let bytes = cookie.bytes();
        assert_eq!(bytes.len(), 108);
        assert_eq!(&bytes[..8], b"MSDS\x03\0\0\0");
        assert_eq!(Cookie::read(&bytes), Some(cookie.clone()));
        assert_eq!(
            (cookie.usn_of(guid), cookie.complete_of(guid)),
            (Usn(4711), Usn(11))
        );
        assert_eq!(cookie.usn_of(ObjectGuid::from_bytes([8; 16])), Usn(0));
        assert_eq!(Cookie::read(&bytes[..107]), None);
        assert_eq!(Cookie::read(b"aa"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
            let mut framed = b"MSDS\x03\0\0\0".to_vec();
            framed.extend(bytes);
            let _ = Cookie::read(&framed);
        }
    }
}
