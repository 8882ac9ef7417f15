//! `lab.yaml`: what no export says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_ad::directory::Dn;
use mock_cloud::Profile;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::engine::{AnchorAttribute, ENGINE_SWITCHES};
use crate::scenario::{Diagnostic, read_document};

/// What a snapshot says besides its exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    /// The era; the newest unless given.
    pub profile: Option<Profile>,
    /// The containers that are synced; empty means the whole domain.
    pub scope: Vec<Dn>,
    /// Containers inside them that are not.
    pub exclude: Vec<Dn>,
    /// Where the sourceAnchor of users comes from; objectGUID unless given.
    pub anchor: Option<AnchorAttribute>,
    /// The named switches that differ from their defaults.
    pub switches: BTreeMap<String, bool>,
    /// Attributes of the forest's own schema extension.
    pub accept: Vec<String>,
    /// Which cloud account belongs to which object: distinguished name to object id.
    pub belongs: BTreeMap<String, String>,
    /// When the exports were taken; the newest date in them unless given.
    pub taken: Option<Timestamp>,
    /// What new identifiers and digits are drawn from.
    pub seed: u64,
}

impl Default for Lab {
    fn default() -> Self {
        Self {
            profile: None,
            scope: Vec::new(),
            exclude: Vec::new(),
            anchor: None,
            switches: BTreeMap::new(),
            accept: Vec::new(),
            belongs: BTreeMap::new(),
            taken: None,
            seed: 1,
        }
    }
}

/// The file as it is written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LabFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scope: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exclude: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    switches: BTreeMap<String, bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accept: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    belongs: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

impl Lab {
    /// Reads the file, or says everything that is wrong with it.
    pub fn read(file: &str, source: &str) -> Result<Self, Vec<Problem>> {
        if source.trim().is_empty() {
            return Ok(Self::default());
        }
        let written: LabFile =
            read_document(file, source).map_err(|found| problems_of(&found, source))?;
        let mut problems = Vec::new();
        let lab = Self {
            profile: written.profile.as_deref().and_then(|name| {
                name.parse()
                    .map_err(|error| note(&mut problems, file, source, name, &error))
                    .ok()
            }),
            scope: names(&written.scope, file, source, &mut problems),
            exclude: names(&written.exclude, file, source, &mut problems),
            anchor: written.anchor.as_deref().and_then(|name| {
                anchor(name)
                    .map_err(|error| note(&mut problems, file, source, name, &error))
                    .ok()
            }),
            taken: written.taken.as_deref().and_then(|text| {
                text.parse()
                    .map_err(|error| note(&mut problems, file, source, text, &error))
                    .ok()
            }),
            accept: written.accept,
            belongs: written.belongs,
            seed: written.seed.unwrap_or(1),
            switches: written.switches,
        };
        for name in lab.switches.keys() {
            let known = switch_names();
            if !known.contains(&name.as_str()) {
                let error = format!(
                    "unknown switch `{name}`: expected one of {}",
                    known.join(", ")
                );
                note(&mut problems, file, source, name, &error);
            }
        }
        if problems.is_empty() {
            Ok(lab)
        } else {
            Err(problems)
        }
    }

    /// Writes the file.
    pub fn write(&self) -> String {
        let names = |all: &[Dn]| all.iter().map(ToString::to_string).collect();
        let written = LabFile {
            profile: self.profile.map(|profile| profile.name().to_owned()),
            scope: names(&self.scope),
            exclude: names(&self.exclude),
            anchor: self.anchor.map(|anchor| anchor.name().to_owned()),
            switches: self.switches.clone(),
            accept: self.accept.clone(),
            belongs: self.belongs.clone(),
            taken: self.taken.map(|taken| taken.to_string()),
            seed: (self.seed != 1).then_some(self.seed),
        };
        let head = "# What the exports beside this file do not say.\n";
        format!("{head}{}", crate::scenario::write_document(&written))
    }
}

/// The names of all switches, of service and engine.
pub(super) fn switch_names() -> Vec<&'static str> {
    let service = mock_cloud::profile::SERVICE_SWITCHES
        .iter()
        .map(|switch| switch.name);
    service
        .chain(ENGINE_SWITCHES.iter().map(|switch| switch.name))
        .collect()
}

fn anchor(name: &str) -> Result<AnchorAttribute, String> {
    AnchorAttribute::from_name(name).ok_or_else(|| {
        format!("unknown anchor `{name}`: expected `objectGUID` or `mS-DS-ConsistencyGuid`")
    })
}

fn names(all: &[String], file: &str, source: &str, problems: &mut Vec<Problem>) -> Vec<Dn> {
    all.iter()
        .filter_map(|name| {
            name.parse::<Dn>()
                .map_err(|error| {
                    let error = format!("`{name}` is no distinguished name: {error}");
                    note(problems, file, source, name, &error);
                })
                .ok()
        })
        .collect()
}

fn note(
    problems: &mut Vec<Problem>,
    file: &str,
    source: &str,
    value: &str,
    error: &dyn std::fmt::Display,
) {
    let line = source
        .lines()
        .position(|line| line.contains(value))
        .map_or(0, |place| place + 1);
    problems.push(Problem {
        file: file.to_owned(),
        line,
        column: 0,
        message: error.to_string(),
        help: "see the chapter on snapshots in the README".to_owned(),
    });
}

/// Errors of a document as those of a file.
pub(crate) fn problems_of(found: &[Diagnostic], source: &str) -> Vec<Problem> {
    found.iter().map(|one| problem_of(one, source)).collect()
}

pub(super) fn problem_of(found: &Diagnostic, source: &str) -> Problem {
    let (line, column) = found.position(source);
    Problem {
        file: found.file.to_string(),
        line,
        column,
        message: found.message.to_string(),
        help: if found.help.is_empty() {
            "see the chapter on snapshots in the README".to_owned()
        } else {
            found.help.join("; ")
        },
    }
}
