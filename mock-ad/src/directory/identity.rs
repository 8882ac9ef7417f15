//! The names by which a directory knows its objects and its changes.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// An objectGUID: what an object is called for as long as it exists, wherever it moves.
///
/// The bytes are in the order in which Active Directory stores and exports them, which is not the
/// order of the printed form: the first three fields are little-endian.
///
/// ```
/// use mock_ad::directory::ObjectGuid;
/// let guid: ObjectGuid = "3b241101-e2bb-4255-8caf-4136c566a962".parse()?;
/// assert_eq!(guid.as_bytes()[..4], [0x01, 0x11, 0x24, 0x3b]);
/// assert_eq!(guid.to_string(), "3b241101-e2bb-4255-8caf-4136c566a962");
/// # Ok::<(), mock_ad::directory::GuidError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectGuid([u8; 16]);

/// Text that is not a GUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a GUID of the form 3b241101-e2bb-4255-8caf-4136c566a962")]
pub struct GuidError(pub String);

impl ObjectGuid {
    /// Takes the sixteen bytes as Active Directory stores them.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes as Active Directory stores them: the base64 of these is the ImmutableId.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Takes a UUID, whose bytes are in printed order.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid.to_bytes_le())
    }

    /// The same identifier as a UUID.
    pub fn to_uuid(self) -> Uuid {
        Uuid::from_bytes_le(self.0)
    }
}

impl fmt::Display for ObjectGuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_uuid().hyphenated().fmt(formatter)
    }
}

impl FromStr for ObjectGuid {
    type Err = GuidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let dashed = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(text);
        let well_formed = dashed.len() == 36;
        Uuid::try_parse(dashed)
            .ok()
            .filter(|_| well_formed)
            .map(Self::from_uuid)
            .ok_or_else(|| GuidError(text.to_owned()))
    }
}

/// An update sequence number: every change of a directory takes the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usn(pub u64);

impl fmt::Display for Usn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The place of an object in the table of one directory and its forks: dense, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn one_identity_has_its_known_spellings() {
        for (text, base64) in [
            (
                "3b241101-e2bb-4255-8caf-4136c566a962",
                "AREkO7viVUKMr0E2xWapYg==",
            ),
            (
                "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "eWaefCV03kCUS+B/wfkK5w==",
            ),
            (
                "f47ac10b-58cc-4372-a567-0e02b2c3d479",
                "C8F69MxYckOlZw4CssPUeQ==",
            ),
        ] {
            let guid: ObjectGuid = text.parse().unwrap();
            assert_eq!(STANDARD.encode(guid.as_bytes()), base64);
            assert_eq!(guid.to_string(), text);
            assert_eq!(format!("{{{text}}}").parse(), Ok(guid));
            assert_eq!(ObjectGuid::from_uuid(guid.to_uuid()), guid);
        }
    }

    #[test]
    fn other_spellings_are_not_guessed_at() {
        for text in ["", "3b241101e2bb42558caf4136c566a962", "{}", "{3b241101"] {
            assert!(text.parse::<ObjectGuid>().is_err(), "{text}");
        }
    }
}
