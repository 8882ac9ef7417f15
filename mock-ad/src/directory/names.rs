//! The ways in which a client names an object.

use std::str::FromStr;

use store::{Text, eq_fold};

use super::{AttributeId, Directory, Dn, DnError, ObjectGuid, ObjectId, Rdn, Sid, Value};

/// The name of an object in any of the forms that Active Directory takes (MS-ADTS 3.1.1.3.1.2.4).
///
/// ```
/// use mock_ad::directory::ObjectName;
/// let by_guid: ObjectName = "<guid=3B241101-E2BB-4255-8CAF-4136C566A962>".parse()?;
/// assert_eq!(by_guid, "<GUID=0111243bbbe255428caf4136c566a962>".parse()?);
/// assert!(matches!("CN=Ann,DC=example,DC=test".parse()?, ObjectName::Dn(_)));
/// # Ok::<(), mock_ad::directory::DnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectName {
    /// A distinguished name.
    Dn(Dn),
    /// `<GUID=…>`: an objectGUID, dashed or as 32 digits in the order in which it is stored.
    Guid(ObjectGuid),
    /// `<SID=…>`: an objectSid, as S-1-… or as the digits of its bytes.
    Sid(Sid),
    /// `<WKGUID=…,…>`: what an object calls by a well-known GUID; the sixteen bytes as printed.
    WellKnown([u8; 16], Dn),
}

/// The GUIDs by which a domain calls its well-known containers (MS-ADTS 6.1.1.4), and their names.
pub(crate) const WELL_KNOWN: [(&str, &str); 11] = [
    ("6227F0AF1FC2410D8E3BB10615BB5B0F", "CN=NTDS Quotas"),
    (
        "F4BE92A4C777485E878E9421D53087DB",
        "CN=Microsoft,CN=Program Data",
    ),
    ("09460C08AE1E4A4EA0F64AEE7DAA1E5A", "CN=Program Data"),
    (
        "22B70C67D56E4EFB91E9300FCA3DC1AA",
        "CN=ForeignSecurityPrincipals",
    ),
    ("18E2EA80684F11D2B9AA00C04F79F805", "CN=Deleted Objects"),
    ("2FBAC1870ADE11D297C400C04FD8D5CD", "CN=Infrastructure"),
    ("AB8153B7768811D1ADED00C04FD8D5CD", "CN=LostAndFound"),
    ("AB1D30F3768811D1ADED00C04FD8D5CD", "CN=System"),
    ("A361B2FFFFD211D1AA4B00C04FD7D83A", "OU=Domain Controllers"),
    ("AA312825768811D1ADED00C04FD8D5CD", "CN=Computers"),
    ("A9D1CA15768811D1ADED00C04FD8D5CD", "CN=Users"),
];

impl FromStr for ObjectName {
    type Err = DnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        if !trimmed.starts_with('<') {
            return trimmed.parse().map(Self::Dn);
        }
        let wrong = |reason| DnError {
            position: text.len() - text.trim_start().len() + 1,
            reason,
        };
        // An extended name says the same thing several times; the first is enough.
        let first = trimmed.split(">;").next().unwrap_or(trimmed);
        let inner = first[1..].strip_suffix('>').unwrap_or(&first[1..]);
        let closed = first.ends_with('>') || trimmed.contains(">;");
        let Some((kind, value)) = inner.split_once('=').filter(|_| closed) else {
            return Err(wrong(
                "`<GUID=…>`, `<SID=…>` or `<WKGUID=…,…>` was expected",
            ));
        };
        if kind.eq_ignore_ascii_case("GUID") {
            return guid(value).ok_or_else(|| wrong("this is no GUID"));
        }
        if kind.eq_ignore_ascii_case("SID") {
            return sid(value).ok_or_else(|| wrong("this is no SID"));
        }
        if kind.eq_ignore_ascii_case("WKGUID") {
            let known = value.split_once(',').and_then(|(digits, dn)| {
                let bytes = hex(digits)?.try_into().ok()?;
                Some(Self::WellKnown(bytes, dn.parse().ok()?))
            });
            return known.ok_or_else(|| wrong("a GUID of 32 digits and a name were expected"));
        }
        Err(wrong(
            "`<GUID=…>`, `<SID=…>` or `<WKGUID=…,…>` was expected",
        ))
    }
}

fn guid(value: &str) -> Option<ObjectName> {
    if value.len() == 32 {
        let bytes = hex(value)?.try_into().ok()?;
        return Some(ObjectName::Guid(ObjectGuid::from_bytes(bytes)));
    }
    // Braces are not taken here ("measured on Samba 4.17").
    let dashed = value.parse().ok().filter(|_| !value.starts_with('{'))?;
    Some(ObjectName::Guid(dashed))
}

fn sid(value: &str) -> Option<ObjectName> {
    let sid = match value.parse() {
        Ok(sid) => sid,
        Err(_) => Sid::from_bytes(&hex(value)?).ok()?,
    };
    Some(ObjectName::Sid(sid))
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits
        .chars()
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

impl Directory {
    /// The object that a name stands for, deleted or not.
    pub fn resolve(&self, name: &ObjectName) -> Option<ObjectId> {
        match name {
            ObjectName::Dn(dn) => self.find(dn),
            ObjectName::Guid(guid) => self.find_by_guid(guid),
            ObjectName::Sid(sid) => self.find_by_sid(sid),
            ObjectName::WellKnown(guid, dn) => {
                let domain = self.find(dn).filter(|id| *id == Self::DOMAIN)?;
                self.well_known(domain, guid)
            }
        }
    }

    /// The well-known container of a GUID.
    fn well_known(&self, above: ObjectId, guid: &[u8; 16]) -> Option<ObjectId> {
        let (_, name) = WELL_KNOWN
            .iter()
            .find(|(digits, _)| hex(digits).is_some_and(|bytes| bytes == guid))?;
        let path: Dn = name.parse().ok()?;
        path.components()
            .rev()
            .try_fold(above, |at, rdn: &Rdn| self.child(at, rdn))
    }

    /// The well-known containers that the domain has, as wellKnownObjects tells them.
    pub(crate) fn well_known_objects(&self) -> Vec<Value> {
        let held = WELL_KNOWN.iter().filter_map(|(digits, _)| {
            let guid = hex(digits)?.try_into().ok()?;
            let id = self.well_known(Self::DOMAIN, &guid)?;
            Some(format!("B:32:{digits}:{}", self.dn_text(id)).into())
        });
        held.collect()
    }

    /// The object of an objectSid, a live one before a deleted one.
    pub fn find_by_sid(&self, sid: &Sid) -> Option<ObjectId> {
        let is_it = |id: &ObjectId| {
            let object = self.object(*id);
            object.and_then(|o| o.bytes(AttributeId::OBJECT_SID)) == Some(sid.as_bytes())
        };
        let value = sid.as_bytes().into();
        let key = self.value_key(AttributeId::OBJECT_SID, &value);
        let found: Vec<ObjectId> = match key {
            Some(key) => self.of_key_from(key, ObjectId(0)).filter(is_it).collect(),
            None => self.objects().map(|(id, _)| id).filter(is_it).collect(),
        };
        let live = found.iter().find(|id| self.is_live(**id));
        live.or(found.first()).copied()
    }

    /// The object that a value names, if there is one; an error if the value is no name.
    pub(crate) fn named_object(&self, value: &[u8]) -> Result<Option<ObjectId>, DnError> {
        let text = std::str::from_utf8(value).map_err(|error| DnError {
            position: error.valid_up_to(),
            reason: "this is not text",
        })?;
        Ok(self.resolve(&text.parse()?))
    }

    /// The distinguished name that a value gives, in whatever form.
    pub(crate) fn named_dn(&self, text: &str) -> Option<Dn> {
        match text.parse().ok()? {
            ObjectName::Dn(dn) => Some(dn),
            name => Some(self.dn(self.resolve(&name)?)),
        }
    }

    /// The common name of a class whose object in the schema a distinguished name names.
    pub(crate) fn category_of_dn(&self, text: &str) -> Option<Text> {
        let dn: Dn = text.parse().ok()?;
        let mut components = dn.components();
        let class = components.next()?;
        let expected = [("CN", "Schema"), ("CN", "Configuration")];
        let in_schema = expected.iter().all(|(attribute, value)| {
            components
                .next()
                .is_some_and(|rdn| eq_fold(&rdn.attribute, attribute) && eq_fold(&rdn.value, value))
        });
        let above = Dn::from_components(components.cloned());
        (in_schema && above == *self.forest_root()).then(|| class.value.clone())
    }
}
