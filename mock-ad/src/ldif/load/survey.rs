//! The first pass over a file: which names it uses.

use std::collections::BTreeMap;

use memchr::memmem;
use store::{Text, eq_fold, fold};

use super::LoadOptions;
use super::names::{ClassLists, Names};
use crate::directory::{Dn, ObjectKind, Schema};
use crate::ldif::error::Errors;
use crate::ldif::reader::Line;
use crate::ldif::{LdifError, Notes, RawValue, Reader, Record};

/// Where an entry stands and what it is called.
pub(super) struct Entry<'a> {
    /// Gives the entry again, so that only names stay in memory.
    pub(super) at: Reader<'a>,
    pub(super) line: usize,
    pub(super) dn: Dn,
}

/// What the first pass found.
pub(super) struct Survey<'a> {
    pub(super) schema: Schema,
    entries: Vec<Entry<'a>>,
    /// The name of the highest domain object.
    domain: Option<Dn>,
    /// Whether entries of these classes are domains.
    class_lists: ClassLists<bool>,
}

pub(super) fn survey<'a>(
    text: &'a str,
    options: &LoadOptions,
    errors: &mut Errors,
    notes: &mut Notes,
) -> Survey<'a> {
    let mut survey = Survey {
        schema: options.schema.clone(),
        // Nearly exact: names in base64 are counted, values that go on with `dn:` are not there.
        entries: Vec::with_capacity(memmem::find_iter(text.as_bytes(), "\ndn:").count() + 1),
        domain: None,
        class_lists: ClassLists::new(),
    };
    let mut unknown = Unknown {
        known: Names::new(),
        names: BTreeMap::new(),
    };
    let mut reader = Reader::new(text);
    while !errors.is_full() {
        let at = reader.clone();
        match reader.next() {
            None => break,
            Some(Err(error)) => errors.push(error),
            Some(Ok(record)) => {
                unknown.look_at(&survey.schema, &record);
                if let Some(entry) = survey.entry(at, &record, options, errors) {
                    survey.entries.push(entry);
                }
            }
        }
    }
    notes.entries = survey.entries.len();
    unknown.decide(&mut survey.schema, options, errors, notes);
    survey
}

impl<'a> Survey<'a> {
    fn entry(
        &mut self,
        at: Reader<'a>,
        record: &Record<'a>,
        options: &LoadOptions,
        errors: &mut Errors,
    ) -> Option<Entry<'a>> {
        let dn: Dn = match record.dn.parse() {
            Ok(dn) => dn,
            Err(error) => {
                let help = "names are written as in RFC 4514: CN=Frey\\, Ann,OU=Staff,DC=…";
                errors.push(LdifError::new(record.line, format!("{error}"), help));
                return None;
            }
        };
        let names: Vec<&str> = classes(record).map(|(_, name)| name).collect();
        let is_domain = self.class_lists.get(&names).unwrap_or_else(|| {
            self.extend_classes(record, options, errors);
            let is_domain = names.iter().any(|name| eq_fold(name, "domainDNS"));
            self.class_lists.remember(&names, is_domain);
            is_domain
        });
        let is_higher = self
            .domain
            .as_ref()
            .is_none_or(|known| dn.len() < known.len());
        if is_domain && is_higher {
            self.domain = Some(dn.clone());
        }
        Some(Entry {
            at,
            line: record.line,
            dn,
        })
    }

    /// Takes in the classes that a forest has of its own, each below the one named before it.
    fn extend_classes(&mut self, record: &Record<'_>, options: &LoadOptions, errors: &mut Errors) {
        let mut above = crate::directory::ClassId::TOP;
        for (line, name) in classes(record) {
            if let Some(class) = self.schema.class(name) {
                above = class;
            } else {
                if !accepts(options, name) {
                    errors.push(LdifError::new(
                        line,
                        format!("the schema has no class `{name}`"),
                        format!("if the forest has it, {}", taken_in(name)),
                    ));
                }
                // Taken in even so, that it is reported once.
                self.schema = self.schema.with_class(name, above);
            }
        }
    }

    /// The domain that the entries belong to: that of the domain object, or what the names share.
    ///
    /// What two domains share is no domain: the first of them is taken, and the entries of the
    /// other are outside.
    pub(super) fn base(&self) -> Option<Dn> {
        if let Some(domain) = &self.domain {
            return Some(domain.clone());
        }
        let suffix = |dn: &Dn| {
            let mut parts: Vec<_> = dn.components().cloned().collect();
            let below = parts.iter().rposition(|rdn| !eq_fold(&rdn.attribute, "DC"));
            Dn::from_components(parts.split_off(below.map_or(0, |at| at + 1)))
        };
        let mut suffixes = self.entries.iter().map(|entry| suffix(&entry.dn));
        let first = suffixes.next()?;
        let highest = |known: Dn, next: Dn| if known.is_within(&next) { next } else { known };
        let shared = suffixes.filter(|it| !it.is_empty()).fold(first, highest);
        (!shared.is_empty()).then_some(shared)
    }

    /// The entries within the domain, the higher ones first.
    pub(super) fn into_entries(self, base: &Dn, errors: &mut Errors) -> Vec<Entry<'a>> {
        let mut entries = self.entries;
        let mut outside = entries.iter().filter(|entry| !entry.dn.is_within(base));
        if let Some(first) = outside.next() {
            let more = match outside.count() {
                0 => String::new(),
                more => format!(", and {more} more entries: two domains are mixed"),
            };
            errors.push(LdifError::new(
                first.line,
                format!("`{}` is not within the domain `{base}`{more}", first.dn),
                "load each domain from its own file, or give the domain that is meant",
            ));
        }
        entries.retain(|entry| entry.dn.is_within(base));
        entries.sort_by_key(|entry| entry.dn.len());
        entries
    }
}

fn accepts(options: &LoadOptions, name: &str) -> bool {
    let named = |accepted: &String| accepted == "*" || eq_fold(accepted, name);
    Schema::is_known_prefix(name) || options.accept.iter().any(named)
}

/// How a name outside the schema is taken in, wherever one says so.
fn taken_in(name: &str) -> String {
    format!(
        "take it as it is: `--accept-attribute {name}` of `dirsync-lab import`, `accept: [{name}]` \
         in lab.yaml, `--accept {name}` of `mock-ad`; `*` takes any"
    )
}

/// The objectClass values of an entry with their lines.
pub(super) fn classes<'r>(record: &'r Record<'_>) -> impl Iterator<Item = (usize, &'r str)> {
    record
        .attributes
        .iter()
        .filter(|line| is_object_class(line))
        .filter_map(|line| {
            let name = match &line.value {
                RawValue::Text(text) => text.as_ref(),
                RawValue::Bytes(bytes) => std::str::from_utf8(bytes).ok()?,
            };
            Some((line.line, name))
        })
}

pub(super) fn is_object_class(line: &Line<'_>) -> bool {
    line.name.eq_ignore_ascii_case("objectClass")
}

/// Attributes that the schema does not have.
struct Unknown {
    known: Names,
    /// By the name in lower case: how it is written first, where, and how often.
    names: BTreeMap<Text, (Text, usize, usize)>,
}

impl Unknown {
    fn look_at(&mut self, schema: &Schema, record: &Record<'_>) {
        for line in &record.attributes {
            if self.known.attribute(schema, &line.name).is_none() {
                let first = || (Text::from(line.name.as_ref()), line.line, 0);
                self.names.entry(fold(&line.name)).or_insert_with(first).2 += 1;
            }
        }
    }

    fn decide(
        self,
        schema: &mut Schema,
        options: &LoadOptions,
        errors: &mut Errors,
        notes: &mut Notes,
    ) {
        for (name, line, count) in self.names.into_values() {
            if accepts(options, &name) {
                notes.accepted.push(name);
                continue;
            }
            let help = match schema.suggest(&name) {
                Some(known) => format!("did you mean `{known}`? If the forest has `{name}`, "),
                None => "if the forest has it, ".to_owned(),
            };
            errors.push(LdifError::new(
                line,
                format!("the schema has no attribute `{name}` ({count} in the file)"),
                format!("{help}{}", taken_in(&name)),
            ));
        }
        *schema = schema.with_extensions(&notes.accepted);
    }
}

/// The kinds of object that synchronisation cannot do without an objectGUID for.
pub(super) fn needs_guid(kind: ObjectKind) -> bool {
    kind.is_security_principal() || kind == ObjectKind::Contact
}

impl RawValue<'_> {
    /// Whether there is nothing after the colon.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
        }
    }
}
