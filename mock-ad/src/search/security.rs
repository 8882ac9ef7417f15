//! nTSecurityDescriptor: who may do what, in the bytes that clients decode (MS-DTYP 2.4.6).
//!
//! Access rights are not modelled object by object. The descriptor of an object that carries none
//! says what the server really does: administrators change everything, others read.

use crate::directory::{Directory, Sid};

/// Parts of a descriptor, as LDAP_SERVER_SD_FLAGS_OID names them (MS-ADTS 3.1.1.3.4.1.11).
const OWNER: i64 = 1;
const GROUP: i64 = 2;
const DACL: i64 = 4;
const SACL: i64 = 8;
/// What is told without the control.
pub(super) const EVERYTHING: i64 = OWNER | GROUP | DACL | SACL;

/// SE_DACL_PRESENT, SE_SACL_PRESENT and SE_SELF_RELATIVE.
const DACL_PRESENT: u16 = 0x0004;
const SACL_PRESENT: u16 = 0x0010;
const SELF_RELATIVE: u16 = 0x8000;

/// All that Active Directory knows to grant.
const FULL_CONTROL: u32 = 0x000F_01FF;
/// READ_CONTROL, list contents, read properties, list the object.
const READ: u32 = 0x0002_0094;

const HEADER: usize = 20;

/// A security descriptor in its parts, each as bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Descriptor {
    control: u16,
    owner: Option<Vec<u8>>,
    group: Option<Vec<u8>>,
    sacl: Option<Vec<u8>>,
    dacl: Option<Vec<u8>>,
}

impl Descriptor {
    /// What the server does with an object that says nothing of its own.
    pub(super) fn of(directory: &Directory) -> Self {
        let domain = directory.domain_sid();
        let admins = domain.with_rid(512);
        let known = |text: &str| text.parse::<Sid>().ok();
        let grants = [
            (Some(admins.clone()), FULL_CONTROL),
            (Some(domain.with_rid(519)), FULL_CONTROL),
            (known("S-1-5-32-544"), FULL_CONTROL),
            (known("S-1-5-18"), FULL_CONTROL),
            (known("S-1-5-11"), READ),
        ];
        let entries = grants
            .into_iter()
            .filter_map(|(sid, mask)| Some((sid?, mask)));
        Self {
            control: DACL_PRESENT | SELF_RELATIVE,
            owner: Some(admins.as_bytes().to_vec()),
            group: Some(admins.as_bytes().to_vec()),
            sacl: None,
            dacl: Some(list(entries)),
        }
    }

    /// Reads a descriptor in self-relative form; `None` if it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let short = |at: usize| {
            let bytes = bytes.get(at..at + 2)?.try_into().ok()?;
            Some(u16::from_le_bytes(bytes))
        };
        let offset = |at: usize| {
            let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(bytes)).ok()
        };
        let sid = |at: usize| match offset(at)? {
            0 => Some(None),
            start => {
                let count = usize::from(*bytes.get(start + 1)?);
                Some(Some(bytes.get(start..start + 8 + 4 * count)?.to_vec()))
            }
        };
        let acl = |at: usize| match offset(at)? {
            0 => Some(None),
            start => {
                let length = usize::from(short(start + 2)?);
                Some(Some(bytes.get(start..start + length)?.to_vec()))
            }
        };
        Some(Self {
            control: short(2).filter(|_| bytes.first() == Some(&1))?,
            owner: sid(4)?,
            group: sid(8)?,
            sacl: acl(12)?,
            dacl: acl(16)?,
        })
    }

    /// The parts that flags name; no flag names all of them.
    pub(super) fn only(mut self, flags: i64) -> Self {
        let wanted = if flags & EVERYTHING == 0 {
            EVERYTHING
        } else {
            flags
        };
        let keep = |part: &mut Option<Vec<u8>>, flag: i64| {
            if wanted & flag == 0 {
                *part = None;
            }
        };
        keep(&mut self.owner, OWNER);
        keep(&mut self.group, GROUP);
        keep(&mut self.sacl, SACL);
        keep(&mut self.dacl, DACL);
        if self.dacl.is_none() {
            self.control &= !DACL_PRESENT;
        }
        if self.sacl.is_none() {
            self.control &= !SACL_PRESENT;
        }
        self
    }

    /// The self-relative form: a header with offsets, and the parts behind it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, 0];
        bytes.extend(self.control.to_le_bytes());
        let mut end = HEADER;
        let parts = [&self.owner, &self.group, &self.sacl, &self.dacl];
        for part in parts {
            let start = part.as_ref().map_or(0, |_| end);
            bytes.extend((start as u32).to_le_bytes());
            end += part.as_ref().map_or(0, Vec::len);
        }
        parts
            .into_iter()
            .flatten()
            .for_each(|part| bytes.extend(part));
        bytes
    }
}

/// A list of entries that each allow somebody something.
fn list(entries: impl Iterator<Item = (Sid, u32)>) -> Vec<u8> {
    let mut body = Vec::new();
    let mut count: u16 = 0;
    for (sid, mask) in entries {
        let sid = sid.as_bytes();
        // ACCESS_ALLOWED_ACE_TYPE without flags.
        body.extend([0, 0]);
        body.extend((8 + sid.len() as u16).to_le_bytes());
        body.extend(mask.to_le_bytes());
        body.extend(sid);
        count += 1;
    }
    // ACL_REVISION_DS.
    let mut bytes = vec![4, 0];
    bytes.extend((8 + body.len() as u16).to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(body);
    bytes
}
