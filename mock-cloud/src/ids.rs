//! The identities of a tenant: object ids and anchors.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::Text;
use uuid::Uuid;

/// The object id that Entra gives: `id` in Graph, `ObjectId` in older tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloudId(Uuid);

impl CloudId {
    /// The id with these bytes, in the order of its text.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The bytes in the order of the text.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The text without hyphens, as it stands before the UPN of a deleted user (rule R5.18).
    pub fn simple(&self) -> String {
        self.0.simple().to_string()
    }
}

impl fmt::Display for CloudId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for CloudId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

/// The key of an object in the tables of one [`crate::tenant::Tenant`]; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloudKey(pub u32);

/// What ties a cloud object to its source object: `sourceAnchor` in the sync engine, `immutableId`
/// in the older directory, `onPremisesImmutableId` in Graph (rule R1.1).
///
/// Compared byte for byte, with regard to case (rule R1.5).
///
/// ```
/// use mock_cloud::SourceAnchor;
/// // Sixteen bytes in the order Active Directory stores them (rule R1.2).
/// let bytes = *b"\x01\x11\x24\x3b\xbb\xe2\x55\x42\x8c\xaf\x41\x36\xc5\x66\xa9\x62";
/// let anchor = SourceAnchor::from_guid_bytes(bytes);
/// assert_eq!(anchor.to_string(), "AREkO7viVUKMr0E2xWapYg==");
/// assert_eq!(anchor, SourceAnchor::from_text("AREkO7viVUKMr0E2xWapYg=="));
/// assert_ne!(anchor, SourceAnchor::from_text("arEkO7viVUKMr0E2xWapYg=="));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceAnchor(Anchor);

/// Nearly all anchors are the Base64 of sixteen bytes; those are kept as the bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Anchor {
    Guid([u8; 16]),
    Text(Text),
}

impl SourceAnchor {
    /// The anchor made of a GUID: Base64 of its bytes in the order Active Directory stores them
    /// (rule R1.2). Tests hold it against the published pairs (rule R1.3).
    pub const fn from_guid_bytes(bytes: [u8; 16]) -> Self {
        Self(Anchor::Guid(bytes))
    }

    /// The anchor that reads as this text.
    pub fn from_text(text: &str) -> Self {
        if text.len() == 24
            && let Ok(bytes) = STANDARD.decode(text)
            && let Ok(bytes) = <[u8; 16]>::try_from(bytes)
        {
            return Self::from_guid_bytes(bytes);
        }
        Self(Anchor::Text(Text::from(text)))
    }

    /// The sixteen bytes, where the anchor is the Base64 of sixteen bytes.
    pub const fn guid_bytes(&self) -> Option<&[u8; 16]> {
        match &self.0 {
            Anchor::Guid(bytes) => Some(bytes),
            Anchor::Text(_) => None,
        }
    }

    /// The distinguished name of the object in the Entra connector space: the hexadecimal form of
    /// the anchor's own text, not of the GUID (rule R1.4).
    pub fn connector_space_dn(&self) -> String {
        use fmt::Write as _;
        let text = self.to_string();
        let mut dn = String::with_capacity(text.len() * 2 + 5);
        dn.push_str("CN={");
        for byte in text.bytes() {
            let _ = write!(dn, "{byte:02X}");
        }
        dn.push('}');
        dn
    }

    pub(crate) fn hash(&self) -> u64 {
        match &self.0 {
            Anchor::Guid(bytes) => store::hash_bytes(bytes),
            Anchor::Text(text) => store::hash_bytes(text.as_bytes()),
        }
    }

    /// A hash that is the same in every run, for a [`store::Index`].
    pub fn index_hash(&self) -> u64 {
        self.hash()
    }
}

impl fmt::Display for SourceAnchor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Anchor::Guid(bytes) => formatter.write_str(&STANDARD.encode(bytes)),
            Anchor::Text(text) => formatter.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule R1.3, vectors V1, V2, V6; rule R1.4 for V2.
    #[test]
    fn anchors_are_base64_of_the_stored_byte_order() {
        for (guid, expected) in [
            (
                "00112233-4455-6677-8899-aabbccddeeff",
                "MyIRAFVEd2aImaq7zN3u/w==",
            ),
            (
                "e3f2a9c1-0b5d-4a7e-9c10-fedcba987654",
                "wany410LfkqcEP7cuph2VA==",
            ),
            (
                "512792c7-95f5-4ad9-980d-81641f3098a7",
                "x5InUfWV2UqYDYFkHzCYpw==",
            ),
            (
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "/////////////////////w==",
            ),
        ] {
            let stored = Uuid::try_parse(guid).unwrap().to_bytes_le();
            assert_eq!(SourceAnchor::from_guid_bytes(stored).to_string(), expected);
        }
        assert_eq!(
            SourceAnchor::from_text("wany410LfkqcEP7cuph2VA==").connector_space_dn(),
            "CN={77616E793431304C666B7163455037637570683256413D3D}"
        );
    }

    #[test]
    fn text_that_only_looks_like_base64_keeps_its_spelling() {
        // The last character carries bits that decoding drops, so it is another text.
        for text in ["AREkO7viVUKMr0E2xWapYh==", "someIdSetAtCreation", ""] {
            assert_eq!(SourceAnchor::from_text(text).to_string(), text);
        }
    }
}
