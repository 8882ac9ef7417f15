//! The controls of a search request, read.

pub(super) mod ber;

use super::render::NameForm;
use super::{Control, Outcome, ResultCode, outcome};
use crate::directory::{AttributeId, Directory, LinkSight};
use ber::Reader;

/// The OIDs of the controls that searches know (MS-ADTS 3.1.1.3.4.1).
pub mod oid {
    /// LDAP_PAGED_RESULT_OID_STRING.
    pub const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";
    /// LDAP_SERVER_SHOW_DELETED_OID.
    pub const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";
    /// LDAP_SERVER_SORT_OID.
    pub const SORT: &str = "1.2.840.113556.1.4.473";
    /// LDAP_SERVER_RESP_SORT_OID.
    pub const SORT_RESPONSE: &str = "1.2.840.113556.1.4.474";
    /// LDAP_SERVER_NOTIFICATION_OID.
    pub const NOTIFICATION: &str = "1.2.840.113556.1.4.528";
    /// LDAP_SERVER_EXTENDED_DN_OID.
    pub const EXTENDED_DN: &str = "1.2.840.113556.1.4.529";
    /// LDAP_SERVER_SD_FLAGS_OID.
    pub const SD_FLAGS: &str = "1.2.840.113556.1.4.801";
    /// LDAP_SERVER_DIRSYNC_OID.
    pub const DIRSYNC: &str = "1.2.840.113556.1.4.841";
    /// LDAP_SERVER_DOMAIN_SCOPE_OID.
    pub const DOMAIN_SCOPE: &str = "1.2.840.113556.1.4.1339";
    /// LDAP_SERVER_SEARCH_OPTIONS_OID.
    pub const SEARCH_OPTIONS: &str = "1.2.840.113556.1.4.1340";
    /// LDAP_SERVER_ASQ_OID.
    pub const ATTRIBUTE_SCOPED_QUERY: &str = "1.2.840.113556.1.4.1504";
    /// LDAP_SERVER_RANGE_RETRIEVAL_NOERR_OID.
    pub const RANGE_NO_ERROR: &str = "1.2.840.113556.1.4.1948";
    /// LDAP_SERVER_SHOW_RECYCLED_OID.
    pub const SHOW_RECYCLED: &str = "1.2.840.113556.1.4.2064";
    /// LDAP_SERVER_SHOW_DEACTIVATED_LINK_OID.
    pub const SHOW_DEACTIVATED_LINK: &str = "1.2.840.113556.1.4.2065";
    /// LDAP_CONTROL_VLVREQUEST.
    pub const VLV: &str = "2.16.840.1.113730.3.4.9";
    /// LDAP_CONTROL_VLVRESPONSE.
    pub const VLV_RESPONSE: &str = "2.16.840.1.113730.3.4.10";
}

/// The search option that has all naming contexts below the base searched.
const PHANTOM_ROOT: i64 = 0x2;
/// The search option that keeps a search within one domain.
const DOMAIN_SCOPE: i64 = 0x1;

/// Paged results (RFC 2696).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paged {
    pub(super) size: usize,
    pub(super) cookie: Vec<u8>,
}

/// Server-side sorting (RFC 2891) by one attribute, as domain controllers have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sort {
    /// `None` if the schema does not have it.
    pub(super) attribute: Option<AttributeId>,
    pub(super) name: String,
    pub(super) reverse: bool,
    pub(super) critical: bool,
}

/// A window onto a sorted list (draft-ietf-ldapext-ldapv3-vlv-09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) target: Target,
}

/// The entry that a window is around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Its place among as many entries as the client thinks there are, 0 if it does not know.
    Offset { offset: i64, count: i64 },
    /// The first whose sort key is not before a value.
    AtLeast(Vec<u8>),
}

/// A DirSync request (MS-ADTS 3.1.1.3.4.1.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DirSync {
    pub(super) flags: u32,
    pub(super) max_bytes: u32,
    pub(super) cookie: Vec<u8>,
}

/// All that the controls of one search ask for.
#[derive(Debug, Clone, Default)]
pub(super) struct Controls {
    pub(super) paged: Option<Paged>,
    pub(super) sort: Option<Sort>,
    pub(super) window: Option<Window>,
    pub(super) dirsync: Option<DirSync>,
    pub(super) scoped_by: Option<String>,
    pub(super) deleted: bool,
    pub(super) recycled: bool,
    deactivated_links: bool,
    pub(super) names: NameForm,
    pub(super) domain_scope: bool,
    pub(super) phantom_root: bool,
    pub(super) range_no_error: bool,
    pub(super) descriptor_parts: Option<i64>,
    pub(super) notification: bool,
}

impl Controls {
    /// Which links the search sees: those on deleted objects only where these are shown too.
    pub(super) fn links(&self) -> LinkSight {
        match (self.deactivated_links, self.deleted) {
            (false, _) => LinkSight::Active,
            (true, false) => LinkSight::ToDeleted,
            (true, true) => LinkSight::All,
        }
    }

    /// Reads the controls of a search; one that is critical and unknown, or that cannot be read,
    /// is the result of the search.
    pub(super) fn read(directory: &Directory, controls: &[Control]) -> Result<Self, Box<Outcome>> {
        let mut read = Self::default();
        for control in controls {
            match read.take(directory, control) {
                Some(false) if control.critical => {
                    return Err(Box::new(outcome::unknown_control()));
                }
                Some(_) => {}
                None => {
                    let code = ResultCode::PROTOCOL_ERROR;
                    return Err(Box::new(outcome::bad_control(directory, code)));
                }
            }
        }
        Ok(read)
    }

    /// Takes one control in; `Some(false)` if it is not known, `None` if its value is wrong.
    fn take(&mut self, directory: &Directory, control: &Control) -> Option<bool> {
        let value = control.value.as_deref().unwrap_or_default();
        let flags = || -> Option<i64> { Reader::new(value).inside(ber::SEQUENCE)?.integer() };
        match control.oid.as_str() {
            oid::PAGED_RESULTS => self.paged = Some(paged(value)?),
            oid::SHOW_DELETED => self.deleted = true,
            oid::SHOW_RECYCLED => {
                self.deleted = true;
                self.recycled = true;
            }
            oid::SHOW_DEACTIVATED_LINK => self.deactivated_links = true,
            oid::SORT => self.sort = Some(sort(directory, value, control.critical)?),
            oid::VLV => self.window = Some(window(value)?),
            oid::EXTENDED_DN => {
                let readable = !value.is_empty() && flags()? != 0;
                self.names = if readable {
                    NameForm::Readable
                } else {
                    NameForm::Hexadecimal
                };
            }
            oid::SD_FLAGS => self.descriptor_parts = Some(flags()?),
            oid::DIRSYNC => self.dirsync = Some(dirsync(value)?),
            oid::DOMAIN_SCOPE => self.domain_scope = true,
            oid::SEARCH_OPTIONS => {
                let flags = flags()?;
                self.domain_scope |= flags & DOMAIN_SCOPE != 0;
                self.phantom_root |= flags & PHANTOM_ROOT != 0;
            }
            oid::ATTRIBUTE_SCOPED_QUERY => {
                let name = Reader::new(value)
                    .inside(ber::SEQUENCE)?
                    .tagged(ber::OCTETS)?;
                self.scoped_by = Some(String::from_utf8(name.to_vec()).ok()?);
            }
            oid::RANGE_NO_ERROR => self.range_no_error = true,
            oid::NOTIFICATION => self.notification = true,
            _ => return Some(false),
        }
        Some(true)
    }
}

fn paged(value: &[u8]) -> Option<Paged> {
    let mut inside = Reader::new(value).inside(ber::SEQUENCE)?;
    let size = inside.integer()?;
    let cookie = inside.tagged(ber::OCTETS)?.to_vec();
    Some(Paged {
        size: usize::try_from(size).ok()?,
        cookie,
    })
}

fn sort(directory: &Directory, value: &[u8], critical: bool) -> Option<Sort> {
    let mut keys = Reader::new(value).inside(ber::SEQUENCE)?;
    let mut key = keys.inside(ber::SEQUENCE)?;
    let name = String::from_utf8(key.tagged(ber::OCTETS)?.to_vec()).ok()?;
    let mut reverse = false;
    while let Some(tag) = key.peek() {
        let contents = key.tagged(tag)?;
        // [0] is an ordering rule, which would only name a language.
        if tag == 0x81 {
            reverse = contents.iter().any(|byte| *byte != 0);
        }
    }
    // A domain controller sorts by one key only (MS-ADTS 3.1.1.3.4.1.13).
    let attribute = directory.schema().described(&name);
    let attribute = attribute.filter(|_| keys.is_empty());
    Some(Sort {
        attribute,
        name,
        reverse,
        critical,
    })
}

fn window(value: &[u8]) -> Option<Window> {
    let mut inside = Reader::new(value).inside(ber::SEQUENCE)?;
    let before = usize::try_from(inside.integer()?).ok()?;
    let after = usize::try_from(inside.integer()?).ok()?;
    let target = match inside.peek()? {
        0xa0 => {
            let mut place = inside.inside(0xa0)?;
            Target::Offset {
                offset: place.integer()?,
                count: place.integer()?,
            }
        }
        tag => Target::AtLeast(inside.tagged(tag).filter(|_| tag == 0x81)?.to_vec()),
    };
    Some(Window {
        before,
        after,
        target,
    })
}

fn dirsync(value: &[u8]) -> Option<DirSync> {
    let mut inside = Reader::new(value).inside(ber::SEQUENCE)?;
    // Some clients send the highest flag as a sign, others as a fifth byte.
    let flags = (inside.integer()? & 0xFFFF_FFFF).try_into().ok()?;
    let max_bytes = inside.integer()?;
    let cookie = inside.tagged(ber::OCTETS)?.to_vec();
    inside.is_empty().then_some(DirSync {
        flags,
        max_bytes: u32::try_from(max_bytes).unwrap_or(u32::MAX),
        cookie,
    })
}

/// The response to an attribute-scoped query that succeeded.
pub(super) fn scoped_response() -> Control {
    let mut contents = Vec::new();
    ber::put_integer(&mut contents, ber::ENUMERATED, 0);
    Control {
        oid: oid::ATTRIBUTE_SCOPED_QUERY.to_owned(),
        critical: false,
        value: Some(ber::sequence(&contents)),
    }
}
