//! `lab.yaml`: what no export says.

use std::collections::BTreeMap;
use std::fmt::Display;

use jiff::Timestamp;
use mock_ad::directory::Dn;
use mock_cloud::Profile;
use serde::{Deserialize, Serialize};

use super::places::{Key, Places, position};
use super::{Problem, problems_of};
use crate::engine::{AnchorAttribute, switches};
use crate::scenario::{Name, Spanned, nearest, read_document};

/// What a snapshot says besides its exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    /// The era; the newest unless given.
    pub profile: Option<Profile>,
    /// The containers that are synced; empty means the whole domain.
    pub scope: Vec<Dn>,
    /// Containers inside them that are not.
    pub exclude: Vec<Dn>,
    /// The group whose direct members alone are synced.
    pub group: Option<Dn>,
    /// Where the sourceAnchor of users comes from; objectGUID unless given.
    pub anchor: Option<AnchorAttribute>,
    /// The named switches that differ from their defaults, with the words that answer them.
    pub switches: BTreeMap<String, String>,
    /// Attributes of the forest's own schema extension.
    pub accept: Vec<String>,
    /// Which cloud account belongs to which object: distinguished name to object id.
    pub belongs: BTreeMap<String, String>,
    /// When the exports were taken; the newest date in them unless given.
    pub taken: Option<Timestamp>,
    /// What new identifiers and digits are drawn from.
    pub seed: u64,
    /// Where the file says it, if it comes from one.
    pub places: Places,
}

impl Default for Lab {
    fn default() -> Self {
        Self {
            profile: None,
            scope: Vec::new(),
            exclude: Vec::new(),
            group: None,
            anchor: None,
            switches: BTreeMap::new(),
            accept: Vec::new(),
            belongs: BTreeMap::new(),
            taken: None,
            seed: 1,
            places: Places::default(),
        }
    }
}

/// The file as it is written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct LabFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scope: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exclude: Vec<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<Name>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    switches: BTreeMap<Name, Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accept: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    belongs: BTreeMap<Name, Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

/// What describes the file.
const PAGE: &str = "docs/snapshots.md says what lab.yaml takes";

impl Lab {
    /// Reads the file, or says everything that is wrong with it.
    pub fn read(file: &str, source: &str) -> Result<Self, Vec<Problem>> {
        if source.trim().is_empty() {
            return Ok(Self::default());
        }
        let written: LabFile =
            read_document(file, source).map_err(|found| problems_of(&found, source, PAGE))?;
        let mut reading = Reading {
            file,
            source,
            places: Places::of(file),
            problems: Vec::new(),
        };
        let lab = Self {
            profile: reading.profile(written.profile.as_ref()),
            scope: reading.names(Key::Scope, &written.scope),
            exclude: reading.names(Key::Exclude, &written.exclude),
            group: reading.names(Key::Group, written.group.as_slice()).pop(),
            anchor: reading.anchor(written.anchor.as_ref()),
            taken: reading.taken(written.taken.as_ref()),
            switches: reading.switches(written.switches),
            belongs: reading.belongs(written.belongs),
            accept: written.accept,
            seed: written.seed.unwrap_or(1),
            places: reading.places,
        };
        if reading.problems.is_empty() {
            Ok(lab)
        } else {
            reading.problems.sort_by_key(|it| (it.line, it.column));
            Err(reading.problems)
        }
    }

    /// Writes the file.
    pub fn write(&self) -> String {
        let name = |text: String| Spanned::derived(text);
        let names = |all: &[Dn]| all.iter().map(|dn| name(dn.to_string())).collect();
        let switches = self.switches.iter();
        let belongs = self.belongs.iter();
        let written = LabFile {
            profile: self.profile.map(|profile| name(profile.name().to_owned())),
            scope: names(&self.scope),
            exclude: names(&self.exclude),
            group: self.group.as_ref().map(|dn| name(dn.to_string())),
            anchor: self.anchor.map(|anchor| name(anchor.name().to_owned())),
            switches: switches
                .map(|(it, word)| (name(it.clone()), name(word.clone())))
                .collect(),
            accept: self.accept.clone(),
            belongs: belongs
                .map(|(dn, id)| (name(dn.clone()), name(id.clone())))
                .collect(),
            taken: self.taken.map(|taken| name(taken.to_string())),
            seed: (self.seed != 1).then_some(self.seed),
        };
        let head = "# What the exports beside this file do not say.\n";
        format!("{head}{}", crate::scenario::write_document(&written))
    }
}

/// "Did you mean", or where to look.
fn near<'c>(written: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    match nearest(written, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => PAGE.to_owned(),
    }
}

/// What the values of one file mean, and what is wrong with them.
struct Reading<'a> {
    file: &'a str,
    source: &'a str,
    places: Places,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn note(&mut self, written: &Name, message: impl Display, help: String) {
        let (line, column) = position(self.source, &written.at);
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            column,
            message: message.to_string(),
            help,
        });
    }

    fn profile(&mut self, written: Option<&Name>) -> Option<Profile> {
        let written = written?;
        let read = written.parse::<Profile>();
        let names = Profile::ALL.map(Profile::name);
        read.map_err(|error| self.note(written, error, near(written, names)))
            .ok()
    }

    fn anchor(&mut self, written: Option<&Name>) -> Option<AnchorAttribute> {
        let written = written?;
        let found = AnchorAttribute::from_name(written);
        if found.is_none() {
            let names = [
                AnchorAttribute::ObjectGuid,
                AnchorAttribute::ConsistencyGuid,
            ]
            .map(AnchorAttribute::name);
            let message = format!(
                "unknown anchor `{written}`: expected `{}` or `{}`",
                names[0], names[1]
            );
            self.note(written, message, near(written, names));
        }
        found
    }

    fn taken(&mut self, written: Option<&Name>) -> Option<Timestamp> {
        let written = written?;
        written
            .parse()
            .map_err(|error| {
                let message = format!("`{written}` is no point in time: {error}");
                self.note(
                    written,
                    message,
                    "write it as 2026-06-01T07:12:00Z".to_owned(),
                );
            })
            .ok()
    }

    fn names(&mut self, key: Key, all: &[Name]) -> Vec<Dn> {
        let mut read = Vec::new();
        for name in all {
            match name.parse::<Dn>() {
                Ok(dn) => {
                    let at = position(self.source, &name.at);
                    self.places.note(key, &dn.to_string(), at);
                    read.push(dn);
                }
                Err(error) => {
                    let message = format!("`{name}` is no distinguished name: {error}");
                    let help = "names are written as in RFC 4514: OU=Staff,DC=contoso,DC=com";
                    self.note(name, message, help.to_owned());
                }
            }
        }
        read
    }

    fn switches(&mut self, written: BTreeMap<Name, Name>) -> BTreeMap<String, String> {
        let known: Vec<&'static str> = switches().map(|(name, _)| name).collect();
        for (name, word) in &written {
            let Some((_, values)) = switches().find(|(known, _)| *known == name.as_str()) else {
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("expected one of {}", known.join(", ")),
                };
                self.note(name, format!("unknown switch `{name}`"), help);
                continue;
            };
            if !values.contains(&word.as_str()) {
                let help = format!("expected one of {}", values.join(", "));
                self.note(word, format!("`{word}` is no value of `{name}`"), help);
            }
        }
        let plain = written
            .into_iter()
            .map(|(name, word)| (name.value, word.value));
        plain.collect()
    }

    fn belongs(&mut self, written: BTreeMap<Name, Name>) -> BTreeMap<String, String> {
        for (dn, id) in &written {
            let [person, account] = [dn, id].map(|it| position(self.source, &it.at));
            self.places.note(Key::Person, dn, person);
            self.places.note(Key::Account, dn, account);
        }
        let plain = written.into_iter().map(|(dn, id)| (dn.value, id.value));
        plain.collect()
    }
}
