//! A forest, page after page, into LDIF.
//!
//! With DirSync, which every user may use on what that user may read, a page ends with a cookie
//! that is good on any connection: a capture that stopped goes on behind the last page. Where the
//! server refuses it, pages are those of a paged search, whose cookies die with the connection.

#![expect(
    clippy::no_effect_underscore_binding,
    reason = "the derived codecs bind so"
)]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::Value;
use mock_ad::ldif::{self, RawValue, Reader};
use rasn::types::OctetString;
use rasn::{AsnType, Decode, Decoder as _, Encode};
use serde::{Deserialize, Serialize};

/// A search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) base: String,
    pub(crate) is_subtree: bool,
    /// Objects of any of these classes; of any class if there is none.
    pub(crate) classes: Vec<String>,
    pub(crate) attributes: Vec<String>,
    /// A control, by its OID, with its value.
    pub(crate) control: Option<(&'static str, Vec<u8>)>,
}

/// An object that was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) dn: String,
    pub(crate) attributes: Vec<(String, Vec<Vec<u8>>)>,
}

/// What comes back for a search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) entries: Vec<Entry>,
    /// The result code.
    pub(crate) code: u32,
    /// It in words.
    pub(crate) message: String,
    /// The value of the control of that OID, where there is one.
    pub(crate) control: Option<Vec<u8>>,
}

/// What answers searches.
pub(crate) trait Ask {
    /// Searches; an error is a connection that broke.
    fn ask(&mut self, asked: &Asked) -> Result<Answer, String>;
}

/// Where pages and progress are kept between runs.
pub(crate) trait Pages {
    /// Why something can't be kept.
    type Error;

    /// Keeps the LDIF of a page; an older one of that number is replaced.
    fn page(&mut self, number: u32, ldif: &str) -> Result<(), Self::Error>;

    /// Keeps how far it went; called after the page it speaks of.
    fn progress(&mut self, progress: &Progress) -> Result<(), Self::Error>;
}

/// How far a capture went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The server and the domain: pages of another must never be mixed in.
    pub(crate) from: String,
    /// How many pages are kept.
    pub(crate) pages: u32,
    /// How many objects are in them.
    pub(crate) entries: usize,
    /// The cookie of DirSync behind the last page, in base64.
    pub(crate) cookie: Option<String>,
    /// Whether all is there.
    pub(crate) is_complete: bool,
}

/// Why a capture stopped.
#[derive(Debug)]
pub(crate) enum Stopped<E> {
    /// The server does not give the rest.
    Refused(String),
    /// A page can't be kept.
    Keep(E),
}

const DIR_SYNC: &str = "1.2.840.113556.1.4.841";
const PAGED: &str = "1.2.840.113556.1.4.319";
/// LDAP_DIRSYNC_OBJECT_SECURITY: what the caller may read, without the right to replicate.
const OBJECT_SECURITY: u32 = 1;
const PAGE_SIZE: u32 = 1000;
/// What is captured: what the engine imports, and what stands above it.
const CLASSES: [&str; 7] = [
    "user",
    "contact",
    "group",
    "organizationalUnit",
    "container",
    "domainDNS",
    "builtinDomain",
];

#[derive(AsnType, Encode, Decode)]
struct DirSyncValue {
    flags: u32,
    bytes: u32,
    cookie: OctetString,
}

#[derive(AsnType, Encode, Decode)]
struct PagedValue {
    size: u32,
    cookie: OctetString,
}

/// The name of the domain that a server holds.
pub(crate) fn domain(server: &mut impl Ask) -> Result<String, String> {
    let answer = server.ask(&Asked {
        attributes: vec!["defaultNamingContext".to_owned()],
        ..Asked::default()
    })?;
    let entry = answer
        .entries
        .first()
        .ok_or_else(|| answer.message.clone())?;
    let mut all = entry.attributes.iter();
    let found = all.find(|(name, _)| name.eq_ignore_ascii_case("defaultNamingContext"));
    let value = found.and_then(|(_, values)| values.first());
    value
        .and_then(|value| String::from_utf8(value.clone()).ok())
        .ok_or_else(|| {
            "the server names no defaultNamingContext: is it a domain controller?".to_owned()
        })
}

/// Reads what is missing.
pub(crate) fn read<P: Pages>(
    server: &mut impl Ask,
    pages: &mut P,
    progress: &mut Progress,
    base: &str,
    told: &mut dyn FnMut(&Progress),
) -> Result<(), Stopped<P::Error>> {
    let mut by_page: Option<Vec<u8>> = None;
    while !progress.is_complete {
        let asked = match &by_page {
            None => dir_sync(base, progress.cookie.as_deref()).map_err(Stopped::Refused)?,
            Some(cookie) => paged(base, cookie).map_err(Stopped::Refused)?,
        };
        let mut answer = server.ask(&asked).map_err(Stopped::Refused)?;
        let is_refused = matches!(answer.code, 12 | 50 | 53);
        if is_refused && by_page.is_none() && progress.pages == 0 {
            by_page = Some(Vec::new());
            continue;
        }
        if answer.code != 0 {
            return Err(Stopped::Refused(answer.message));
        }
        let goes_on = behind(&answer, by_page.is_some()).map_err(Stopped::Refused)?;
        for entry in &mut answer.entries {
            plain(entry);
            complete(server, entry).map_err(Stopped::Refused)?;
        }
        pages
            .page(progress.pages, &ldif_of(&answer.entries))
            .map_err(Stopped::Keep)?;
        progress.pages += 1;
        progress.entries += answer.entries.len();
        progress.is_complete = goes_on.is_none();
        match (&mut by_page, goes_on) {
            (Some(cookie), Some(next)) => *cookie = next,
            (None, Some(next)) => progress.cookie = Some(STANDARD.encode(next)),
            (_, None) => {}
        }
        // A paged search can't go on later: only what can is taken down.
        if by_page.is_none() || progress.is_complete {
            pages.progress(progress).map_err(Stopped::Keep)?;
        }
        told(progress);
    }
    Ok(())
}

fn dir_sync(base: &str, cookie: Option<&str>) -> Result<Asked, String> {
    let cookie = STANDARD
        .decode(cookie.unwrap_or_default())
        .map_err(|error| error.to_string())?;
    let value = DirSyncValue {
        flags: OBJECT_SECURITY,
        bytes: 0,
        cookie: cookie.into(),
    };
    subtree(base, DIR_SYNC, rasn::ber::encode(&value))
}

fn paged(base: &str, cookie: &[u8]) -> Result<Asked, String> {
    let value = PagedValue {
        size: PAGE_SIZE,
        cookie: cookie.to_vec().into(),
    };
    subtree(base, PAGED, rasn::ber::encode(&value))
}

fn subtree(
    base: &str,
    oid: &'static str,
    value: Result<Vec<u8>, rasn::error::EncodeError>,
) -> Result<Asked, String> {
    Ok(Asked {
        base: base.to_owned(),
        is_subtree: true,
        classes: CLASSES.map(str::to_owned).to_vec(),
        attributes: vec!["*".to_owned()],
        control: Some((oid, value.map_err(|error| error.to_string())?)),
    })
}

/// The cookie of the next page, where there is one.
fn behind(answer: &Answer, by_page: bool) -> Result<Option<Vec<u8>>, String> {
    let Some(value) = &answer.control else {
        return Err("the server does not say whether there is more".to_owned());
    };
    if by_page {
        let value: PagedValue = rasn::ber::decode(value).map_err(|error| error.to_string())?;
        return Ok((!value.cookie.is_empty()).then(|| value.cookie.to_vec()));
    }
    let value: DirSyncValue = rasn::ber::decode(value).map_err(|error| error.to_string())?;
    Ok((value.flags != 0).then(|| value.cookie.to_vec()))
}

/// Takes out of an entry what DirSync adds: the security descriptor, which a plain search leaves
/// out and nothing here reads, and the GUID and SID in front of distinguished names.
fn plain(entry: &mut Entry) {
    entry
        .attributes
        .retain(|(name, _)| !name.eq_ignore_ascii_case("nTSecurityDescriptor"));
    for value in entry.attributes.iter_mut().flat_map(|(_, values)| values) {
        let from = name_in(value);
        while value[from..].starts_with(b"<GUID=") || value[from..].starts_with(b"<SID=") {
            let Some(end) = value[from..].windows(2).position(|it| it == b">;") else {
                break;
            };
            value.drain(from..from + end + 2);
        }
    }
}

/// Where a distinguished name begins in a value: behind the binary part, where there is one, as in
/// `B:4:0102:CN=Users,DC=corp,DC=example`.
fn name_in(value: &[u8]) -> usize {
    if !value.starts_with(b"B:") {
        return 0;
    }
    let mut colons = value.iter().enumerate().filter(|(_, byte)| **byte == b':');
    colons.nth(2).map_or(0, |(place, _)| place + 1)
}

/// Fetches the rest of attributes that came as a range.
fn complete(server: &mut impl Ask, entry: &mut Entry) -> Result<(), String> {
    for place in 0..entry.attributes.len() {
        while let Some((name, from)) = next_range(&entry.attributes[place].0) {
            let part = format!("{name};range={from}-*");
            let answer = server.ask(&Asked {
                base: entry.dn.clone(),
                attributes: vec![part],
                ..Asked::default()
            })?;
            let mut found = answer.entries.into_iter().flat_map(|it| it.attributes);
            let more = found.find(|(other, values)| {
                other
                    .to_ascii_lowercase()
                    .starts_with(&name.to_ascii_lowercase())
                    && !values.is_empty()
            });
            let (told, values) = more.ok_or_else(|| {
                format!(
                    "{}: the values of {name} from {from} on are not given",
                    entry.dn
                )
            })?;
            entry.attributes[place].0 = told;
            entry.attributes[place].1.extend(values);
        }
        let plain = entry.attributes[place]
            .0
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        entry.attributes[place].0 = plain;
    }
    Ok(())
}

/// The name, and where the next part begins, of an attribute such as `member;range=0-1499`.
fn next_range(name: &str) -> Option<(String, usize)> {
    let (plain, option) = name.split_once(';')?;
    let (_, end) = option.strip_prefix("range=")?.split_once('-')?;
    let last: usize = end.parse().ok()?;
    Some((plain.to_owned(), last + 1))
}

/// All pages as one: DirSync gives an object that changes meanwhile once more, with its identity
/// and what changed. The later values count, and an empty one says that there are none.
pub(crate) fn merged(pages: &str) -> String {
    let mut all: Vec<(String, Attributes)> = Vec::new();
    let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for record in Reader::new(pages).flatten() {
        let mut attributes = Attributes::new();
        for line in record.attributes {
            let value = match line.value {
                RawValue::Text(text) => text.into_owned().into_bytes(),
                RawValue::Bytes(bytes) => bytes,
            };
            attributes
                .entry(line.name.into_owned())
                .or_default()
                .push(value);
        }
        let identity = attributes
            .get("objectGUID")
            .and_then(|values| values.first());
        let known = identity.and_then(|identity| places.get(identity)).copied();
        if let Some(place) = known {
            let (dn, older) = &mut all[place];
            *dn = record.dn.into_owned();
            older.extend(attributes);
        } else {
            if let Some(identity) = identity {
                places.insert(identity.clone(), all.len());
            }
            all.push((record.dn.into_owned(), attributes));
        }
    }
    let entries = all.into_iter().map(|(dn, attributes)| {
        let kept = attributes.into_iter().map(|(name, mut values)| {
            values.retain(|value| !value.is_empty());
            (name, values)
        });
        let attributes = kept.filter(|(_, values)| !values.is_empty()).collect();
        Entry { dn, attributes }
    });
    ldif_of(&entries.collect::<Vec<_>>())
}

/// The values of an entry by the names of their attributes.
type Attributes = BTreeMap<String, Vec<Vec<u8>>>;

fn ldif_of(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        ldif::write_value(&mut out, "dn", &Value::from(entry.dn.as_str()));
        for (name, values) in &entry.attributes {
            if values.is_empty() {
                // The attribute is gone; `merged` knows it by that.
                ldif::write_value(&mut out, name, &Value::from(""));
            }
            for value in values {
                let value = match std::str::from_utf8(value) {
                    Ok(text) => Value::from(text),
                    Err(_) => Value::from(value.as_slice()),
                };
                ldif::write_value(&mut out, name, &value);
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests;
