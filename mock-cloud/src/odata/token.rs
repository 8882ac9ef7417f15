//! `$skiptoken`: where the next page begins.
//!
//! The token says which object came last and by which values it was sorted, and which question it
//! belongs to. Nothing is remembered between requests, and no page looks again at what an earlier
//! one has shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use store::Text;

use super::error::GraphError;
use super::order::Key;
use crate::ids::CloudKey;

const VERSION: u8 = 1;

/// A place in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The last entry that was shown: an object's key, or the number of a record.
    pub(super) last: CloudKey,
    /// What it was sorted by.
    pub(super) keys: Vec<Key>,
}

impl Place {
    /// The token, for one question only.
    pub(super) fn write(&self, question: u64) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&question.to_be_bytes());
        bytes.extend_from_slice(&self.last.0.to_be_bytes());
        for key in &self.keys {
            match key {
                Key::Nothing => bytes.push(0),
                Key::Instant(at) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&at.as_nanosecond().to_be_bytes());
                }
                Key::Text(text) => {
                    bytes.push(2);
                    bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token; refuses what is none, and what belongs to another question.
    pub(super) fn read(token: &str, question: u64, keys: usize) -> Result<Self, GraphError> {
        parse(token, question, keys).ok_or_else(invalid_token)
    }
}

/// The body for a page token that means nothing to the directory (recorded for a stale one,
/// msgraph-sdk-dotnet#2254 of 2023-12).
pub fn expired_page_token() -> GraphError {
    let message = "The specified page token value has expired and can no longer be included in \
                   your request.";
    GraphError::new(400, "Directory_ExpiredPageToken", message)
}

fn invalid_token() -> GraphError {
    expired_page_token()
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let hash = store::hash_bytes(bytes);
    ((hash >> 32) as u32 ^ hash as u32).to_be_bytes()
}

fn parse(token: &str, question: u64, keys: usize) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (bytes, sum) = bytes.split_last_chunk::<4>()?;
    if check(bytes) != *sum {
        return None;
    }
    let mut rest = bytes;
    let version = take::<1>(&mut rest)?;
    let asked = u64::from_be_bytes(take(&mut rest)?);
    if version != [VERSION] || asked != question {
        return None;
    }
    let last = CloudKey(u32::from_be_bytes(take(&mut rest)?));
    let mut found = Vec::with_capacity(keys);
    for _ in 0..keys {
        found.push(match take::<1>(&mut rest)? {
            [0] => Key::Nothing,
            [1] => {
                let nanoseconds = i128::from_be_bytes(take(&mut rest)?);
                Key::Instant(Timestamp::from_nanosecond(nanoseconds).ok()?)
            }
            [2] => {
                let length = u32::from_be_bytes(take(&mut rest)?) as usize;
                let (text, after) = rest.split_at_checked(length)?;
                rest = after;
                Key::Text(Text::from(std::str::from_utf8(text).ok()?))
            }
            _ => return None,
        });
    }
    rest.is_empty().then_some(Place { last, keys: found })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = bytes.split_first_chunk::<N>()?;
    *bytes = tail;
    Some(*head)
}
