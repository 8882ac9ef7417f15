//! What the sync engine sends: one object as the provisioning service receives it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ecow::EcoVec;
use store::Text;

use crate::address::ProxyAddress;
use crate::ids::SourceAnchor;

/// The type of a synced object (`SyncObjectType` on the wire, rule R6.24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncObjectType {
    /// A user.
    User,
    /// A group.
    Group,
    /// A mail contact.
    Contact,
    /// A computer of the domain that registered itself (hybrid join).
    Device,
}

impl SyncObjectType {
    /// The name on the wire and in `cloudAnchor` (rule R1.11).
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Contact => "Contact",
            Self::Device => "Device",
        }
    }
}

impl fmt::Display for SyncObjectType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A plain synced text attribute, by its place in [`PROPERTIES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Property(u8);

/// The plain text attributes that flow: the name in the metaverse and on the wire, and the name
/// in Graph (rule R5.8).
pub const PROPERTIES: &[(&str, &str)] = &[
    ("c", "countryLetterCode"),
    ("co", "country"),
    ("company", "companyName"),
    ("department", "department"),
    ("description", "description"),
    ("facsimileTelephoneNumber", "faxNumber"),
    ("givenName", "givenName"),
    ("info", "info"),
    ("l", "city"),
    ("mobile", "mobilePhone"),
    ("physicalDeliveryOfficeName", "officeLocation"),
    ("postalCode", "postalCode"),
    ("preferredLanguage", "preferredLanguage"),
    ("sn", "surname"),
    ("st", "state"),
    ("streetAddress", "streetAddress"),
    ("telephoneNumber", "businessPhones"),
    ("title", "jobTitle"),
    ("extensionAttribute1", "extensionAttribute1"),
    ("extensionAttribute2", "extensionAttribute2"),
    ("extensionAttribute3", "extensionAttribute3"),
    ("extensionAttribute4", "extensionAttribute4"),
    ("extensionAttribute5", "extensionAttribute5"),
    ("extensionAttribute6", "extensionAttribute6"),
    ("extensionAttribute7", "extensionAttribute7"),
    ("extensionAttribute8", "extensionAttribute8"),
    ("extensionAttribute9", "extensionAttribute9"),
    ("extensionAttribute10", "extensionAttribute10"),
    ("extensionAttribute11", "extensionAttribute11"),
    ("extensionAttribute12", "extensionAttribute12"),
    ("extensionAttribute13", "extensionAttribute13"),
    ("extensionAttribute14", "extensionAttribute14"),
    ("extensionAttribute15", "extensionAttribute15"),
];

impl Property {
    /// All properties, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..PROPERTIES.len() as u8).map(Self)
    }

    /// The property with this metaverse or Graph name.
    pub fn from_name(name: &str) -> Option<Self> {
        PROPERTIES
            .iter()
            .position(|(wire, graph)| *wire == name || *graph == name)
            .map(|place| Self(place as u8))
    }

    /// Its place among the properties.
    pub(crate) const fn place(self) -> u32 {
        self.0 as u32
    }

    /// The name in the metaverse.
    pub const fn name(self) -> &'static str {
        PROPERTIES[self.0 as usize].0
    }

    /// The name in Graph.
    pub const fn graph_name(self) -> &'static str {
        PROPERTIES[self.0 as usize].1
    }
}

/// Text attributes in the order of their [`Property`], each at most once.
pub type Properties = Arc<[(Property, Text)]>;

/// The value of one property, where there is one.
pub fn property(properties: &[(Property, Text)], wanted: Property) -> Option<&Text> {
    properties
        .binary_search_by_key(&wanted, |(property, _)| *property)
        .ok()
        .map(|place| &properties[place].1)
}

/// A security identifier, as the bytes Active Directory stores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecurityIdentifier(EcoVec<u8>);

impl SecurityIdentifier {
    /// The identifier with these bytes.
    pub fn from_bytes(bytes: EcoVec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes: revision, count, six bytes of authority, then little-endian words.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn hash(&self) -> u64 {
        store::hash_bytes(&self.0)
    }
}

impl fmt::Display for SecurityIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [revision, _, authority @ ..] = self.0.get(..8).unwrap_or(&[0; 8]) else {
            return Ok(());
        };
        let authority = authority
            .iter()
            .fold(0u64, |all, byte| (all << 8) | u64::from(*byte));
        write!(formatter, "S-{revision}-{authority}")?;
        for word in self.0.get(8..).unwrap_or_default().chunks_exact(4) {
            let word = word
                .iter()
                .rev()
                .fold(0u32, |all, byte| (all << 8) | u32::from(*byte));
            write!(formatter, "-{word}")?;
        }
        Ok(())
    }
}

/// Text that is no security identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no security identifier: expected `S-1-5-21-…`")]
pub struct NoSecurityIdentifier(pub String);

impl FromStr for SecurityIdentifier {
    type Err = NoSecurityIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NoSecurityIdentifier(text.to_owned());
        let mut parts = text.split('-');
        if parts.next() != Some("S") {
            return Err(refuse());
        }
        let revision: u8 = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or_else(refuse)?;
        let authority: u64 = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or_else(refuse)?;
        let words: Vec<u32> = parts
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| refuse())?;
        if words.len() > 15 || authority >> 48 != 0 {
            return Err(refuse());
        }
        let mut bytes = EcoVec::with_capacity(8 + 4 * words.len());
        bytes.push(revision);
        bytes.push(words.len() as u8);
        bytes.extend_from_slice(&authority.to_be_bytes()[2..]);
        for word in &words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        Ok(Self(bytes))
    }
}

/// Where objects are in Active Directory: what siblings have in common, held once for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct OnPremisesPlace {
    /// The attribute that names the objects, in capitals: `CN`.
    pub attribute: Text,
    /// The distinguished name of their parent.
    pub parent: Text,
    /// The DNS name of their domain.
    pub domain_name: Text,
    /// The NetBIOS name of their domain.
    pub net_bios_name: Text,
}

/// A distinguished name as its first value and the place that siblings share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct OnPremisesName {
    /// The value of the first component, escaped: `Ann Lee`.
    pub name: Text,
    /// Everything around it.
    pub place: Arc<OnPremisesPlace>,
}

impl fmt::Display for OnPremisesName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OnPremisesPlace {
            attribute, parent, ..
        } = &*self.place;
        if attribute.is_empty() {
            return write!(formatter, "{},{parent}", self.name);
        }
        write!(formatter, "{attribute}={},{parent}", self.name)
    }
}

/// One object as the engine sends it, complete: what is absent here has no value on-premises.
///
/// The same value is the metaverse object's attributes, the exported image in the connector space
/// and the *shadow* attributes in the cloud (rule R4.10): the default outbound rules hand
/// attributes on unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SyncObject {
    /// User, group, contact or device.
    pub kind: SyncObjectType,
    /// What the cloud object will be tied to.
    pub source_anchor: SourceAnchor,
    /// The `objectGUID` in Active Directory's byte order, for `onPremisesObjectIdentifier`
    /// (rule R2.20).
    pub object_guid: [u8; 16],
    /// The on-premises UPN, as calculated by the engine (rule R4.1).
    pub user_principal_name: Option<Text>,
    /// The UPN in Active Directory, where another attribute gives the one above: an alternate
    /// login ID (rule R4.8).
    pub on_premises_user_principal_name: Option<Box<Text>>,
    /// `mail`.
    pub mail: Option<Text>,
    /// `mailNickname`, on the wire `alias`.
    pub mail_nickname: Option<Text>,
    /// `proxyAddresses`, as in Active Directory without duplicates (rule R5.6).
    pub proxy_addresses: Arc<[ProxyAddress]>,
    /// The SIP address, `sip:` included.
    pub sip_address: Option<Box<Text>>,
    /// `objectSid`.
    pub security_identifier: Option<SecurityIdentifier>,
    /// `displayName`, or `cn` where that is empty.
    pub display_name: Option<Text>,
    /// Whether the account may sign in; users and devices only.
    pub account_enabled: Option<bool>,
    /// `sAMAccountName`.
    pub sam_account_name: Option<Text>,
    /// Where the object is in Active Directory.
    pub distinguished_name: OnPremisesName,
    /// How many values `userCertificate` has (table 2.9, `LargeObject`).
    pub user_certificates: u16,
    /// Groups: whether it has an e-mail address (rule R5.7).
    pub mail_enabled: bool,
    /// Groups: whether it grants access (rule R5.7).
    pub security_enabled: bool,
    /// Groups: the members that are synced themselves.
    pub members: Arc<[SourceAnchor]>,
    /// Who is above it, where that is synced: the manager, or `managedBy` of a group. The tenant
    /// shows no owner of a synced group, so the latter is seen nowhere.
    pub manager: Option<SourceAnchor>,
    /// Users: `usageLocation`; without one the account keeps its own (rule R2.29).
    pub usage_location: Option<Box<Text>>,
    /// All other text attributes.
    pub properties: Properties,
}

impl SyncObject {
    /// A user with nothing but an anchor and a UPN.
    pub fn user(source_anchor: SourceAnchor, user_principal_name: &str) -> Self {
        Self {
            kind: SyncObjectType::User,
            object_guid: source_anchor.guid_bytes().copied().unwrap_or_default(),
            source_anchor,
            user_principal_name: Some(Text::from(user_principal_name)),
            on_premises_user_principal_name: None,
            mail: None,
            mail_nickname: None,
            proxy_addresses: Arc::default(),
            sip_address: None,
            security_identifier: None,
            display_name: None,
            account_enabled: Some(true),
            sam_account_name: None,
            distinguished_name: OnPremisesName::default(),
            user_certificates: 0,
            mail_enabled: false,
            security_enabled: false,
            members: Arc::default(),
            manager: None,
            usage_location: None,
            properties: Arc::default(),
        }
    }

    /// The DNS name of its domain.
    pub fn domain_name(&self) -> &Text {
        &self.distinguished_name.place.domain_name
    }

    /// The primary SMTP address that matching compares: the first value with an upper-case
    /// `SMTP:`, or `mail` where there are no `proxyAddresses` at all (rule R2.10).
    pub fn primary_smtp(&self) -> Option<&str> {
        match self.proxy_addresses.iter().find(|value| value.is_primary()) {
            Some(primary) => Some(primary.address()),
            None if self.proxy_addresses.is_empty() => self.mail.as_deref(),
            None => None,
        }
        .filter(|address| !address.is_empty())
    }

    /// Whether Active Directory has any mail address for the object: if not, what the cloud has
    /// may stay (rule R2.25).
    pub fn has_address(&self) -> bool {
        self.mail.is_some() || !self.proxy_addresses.is_empty()
    }

    /// All SIP addresses, from `proxyAddresses` and the attribute of its own.
    pub fn sip_addresses(&self) -> impl Iterator<Item = &str> {
        let listed = self.proxy_addresses.iter().filter(|value| value.is_sip());
        let own = self
            .sip_address
            .as_ref()
            .map(|own| crate::address::without_sip_prefix(own));
        listed.map(ProxyAddress::address).chain(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_identifiers_survive_the_round_trip() {
        let text = "S-1-5-21-1785117326-2627479386-2313019673-1816";
        let sid: SecurityIdentifier = text.parse().unwrap();
        assert_eq!(sid.to_string(), text);
        assert_eq!(sid.as_bytes().len(), 28);
        assert!("S-1".parse::<SecurityIdentifier>().is_err());
        assert!("X-1-5".parse::<SecurityIdentifier>().is_err());
    }

    #[test]
    fn the_property_table_is_ordered_as_it_is_numbered() {
        for property in Property::all() {
            assert_eq!(Property::from_name(property.name()), Some(property));
        }
    }
}
