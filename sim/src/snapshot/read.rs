//! From files to a snapshot.

use std::sync::Arc;

use mock_ad::directory::{Directory, Dn};
use mock_ad::ldif;
use mock_cloud::graph::{self, Part};
use mock_cloud::{Profile, Tenant};

use super::lab::problem_of;
use super::{Lab, Problem};
use crate::engine::{AnchorAttribute, EnginePolicy};
use crate::rules::{RuleSet, RulesFile, Variant};

/// A file and what is in it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path, as the caller wants it named.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// All files of a snapshot, or of an import.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// LDIF files of one domain.
    pub ad: Vec<SourceFile>,
    /// Files of the tenant, each with the part it holds.
    pub cloud: Vec<(Part, SourceFile)>,
    /// What `lab.yaml` says.
    pub lab: Lab,
    /// `rules.yaml`, where there is one: all sync rules of the engine.
    pub rules: Option<SourceFile>,
}

/// A forest and a tenant as they were exported.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The forest.
    pub directory: Directory,
    /// The tenant.
    pub tenant: Tenant,
    /// What the exports do not say.
    pub lab: Lab,
    /// All sync rules of the engine, where they are not those that are installed.
    pub rules: Option<Arc<RuleSet>>,
    /// What a person should know about the exports.
    pub notes: Vec<String>,
}

/// Reads all files, or says what is wrong with them.
pub fn read(files: &Files) -> Result<Snapshot, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    let directory = read_directory(files, &mut notes)
        .map_err(|found| problems.extend(found))
        .ok();
    let tenant = read_tenant(files)
        .map_err(|found| problems.extend(found))
        .ok();
    let rules = files.rules.as_ref().and_then(|file| {
        rules(file, &files.lab)
            .map_err(|found| problems.extend(found))
            .ok()
    });
    let (Some(directory), Some(tenant), true) = (directory, tenant, problems.is_empty()) else {
        return Err(problems);
    };
    check_scope(&directory, &files.lab, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let flags_known = files.cloud.iter().any(|(part, _)| *part == Part::Features);
    if !flags_known {
        notes.push(
            "the tenant's feature flags are not in the export: those of the profile are assumed \
             (export `/directory/onPremisesSynchronization` as features.json)"
                .to_owned(),
        );
    }
    for (part, why) in [
        (
            Part::Deleted,
            "accounts that would come back from the recycle bin look like new ones",
        ),
        (
            Part::Roles,
            "administrators, who are never soft-matched, look like ordinary users",
        ),
        (Part::Groups, "addresses that groups own look free"),
        (Part::Contacts, "addresses that contacts own look free"),
    ] {
        if !files.cloud.iter().any(|(known, _)| *known == part) {
            notes.push(format!("{} is missing: {why}", part.file_name()));
        }
    }
    Ok(Snapshot {
        directory,
        tenant,
        lab: files.lab.clone(),
        rules: rules.map(Arc::new),
        notes,
    })
}

/// The rules of a file in YAML.
fn rules(file: &SourceFile, lab: &Lab) -> Result<RuleSet, Vec<Problem>> {
    let one = |found: &crate::scenario::Diagnostic| problem_of(found, "");
    let source = crate::scenario::text_of(&file.name, &file.bytes).map_err(|it| vec![one(&it)])?;
    let forms =
        crate::scenario::read_document::<RulesFile>(&file.name, source).map_err(|found| {
            found
                .iter()
                .map(|it| problem_of(it, source))
                .collect::<Vec<_>>()
        })?;
    let variant = Variant {
        anchor: lab.anchor.unwrap_or(AnchorAttribute::ObjectGuid),
        policy: EnginePolicy::of(lab.profile.unwrap_or(Profile::Entra2026)),
    };
    RuleSet::read(&forms.rules, &variant).map_err(|errors| {
        let line = |text: &str| {
            let start = text.lines().next().unwrap_or_default();
            let found = source.lines().position(|line| line.contains(start));
            found.map_or(0, |place| place + 1)
        };
        errors
            .iter()
            .map(|error| Problem {
                file: file.name.clone(),
                line: line(&error.text),
                column: 0,
                message: error.to_string(),
                help: "`dirsync-lab explain rules` shows rules as they are written".to_owned(),
            })
            .collect()
    })
}

fn read_directory(files: &Files, notes: &mut Vec<String>) -> Result<Directory, Vec<Problem>> {
    let [first, rest @ ..] = files.ad.as_slice() else {
        return Err(vec![Problem {
            file: "ad.ldif".to_owned(),
            line: 0,
            column: 0,
            message: "there is no export of Active Directory".to_owned(),
            help: EXPORT_AD.to_owned(),
        }]);
    };
    for file in &files.ad {
        refuse_other_formats(file)?;
    }
    let options = ldif::LoadOptions {
        accept: files.lab.accept.clone(),
        ..ldif::LoadOptions::default()
    };
    let joined;
    let bytes = if rest.is_empty() {
        first.bytes.as_slice()
    } else {
        joined = join(&files.ad)?;
        joined.as_slice()
    };
    let loaded = ldif::load(bytes, &options).map_err(|errors| {
        errors
            .into_iter()
            .map(|error| locate(&files.ad, error))
            .collect::<Vec<_>>()
    })?;
    notes.extend(
        loaded
            .notes
            .to_string()
            .lines()
            .map(|line| format!("Active Directory: {line}")),
    );
    Ok(loaded.directory)
}

const EXPORT_AD: &str = "export it with `ldifde -f ad.ldf -u -d \"DC=contoso,DC=com\"` on a domain \
     controller, or with ldapsearch";

/// The names of types that PowerShell writes in place of values.
const LOST: [&str; 3] = [
    "System.Byte[]",
    "ADPropertyValueCollection",
    "System.String[]",
];

/// Names the export that should have been made, where a file is none that can be read.
fn refuse_other_formats(file: &SourceFile) -> Result<(), Vec<Problem>> {
    let problem = |line: usize, message: String, help: String| {
        Err(vec![Problem {
            file: file.name.clone(),
            line,
            column: 0,
            message,
            help,
        }])
    };
    let Ok((text, _)) = ldif::decode(&file.bytes) else {
        return Ok(());
    };
    let lost = text.lines().enumerate().find_map(|(line, content)| {
        LOST.iter()
            .find(|lost| content.contains(**lost))
            .map(|lost| (line + 1, *lost))
    });
    if let Some((line, lost)) = lost {
        let message = format!(
            "values are lost: the export holds `{lost}`, the name of a type, in place of the values"
        );
        return problem(line, message, EXPORT_AD.to_owned());
    }
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let is_csv = file.name.to_ascii_lowercase().ends_with(".csv")
        || first.starts_with("#TYPE ")
        || first.starts_with('"') && first.contains("\",\"");
    if is_csv {
        let message = "this is a CSV file, and CSV exports of Active Directory are not read";
        return problem(1, message.to_owned(), EXPORT_AD.to_owned());
    }
    if first.trim_start().starts_with(['{', '[']) {
        let message = "this is a JSON file, and JSON exports of Active Directory are not read";
        return problem(1, message.to_owned(), EXPORT_AD.to_owned());
    }
    Ok(())
}

/// Several files of one domain, one after the other.
fn join(files: &[SourceFile]) -> Result<Vec<u8>, Vec<Problem>> {
    let mut joined = Vec::new();
    for file in files {
        let (text, _) =
            ldif::decode(&file.bytes).map_err(|error| vec![located(file, error.line, &error)])?;
        joined.extend_from_slice(text.as_bytes());
        joined.extend_from_slice(b"\n\n");
    }
    Ok(joined)
}

/// Finds the file that a line of the joined text is from.
fn locate(files: &[SourceFile], error: ldif::LdifError) -> Problem {
    let mut before = 0;
    for file in files {
        let lines = match ldif::decode(&file.bytes) {
            Ok((text, _)) => text.matches('\n').count() + 2,
            Err(_) => 0,
        };
        if error.line <= before + lines || files.len() == 1 {
            return located(file, error.line - before, &error);
        }
        before += lines;
    }
    Problem {
        file: files
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        line: error.line,
        column: 0,
        message: error.message,
        help: error.help,
    }
}

fn located(file: &SourceFile, line: usize, error: &ldif::LdifError) -> Problem {
    Problem {
        file: file.name.clone(),
        line,
        column: 0,
        message: error.message.clone(),
        help: error.help.clone(),
    }
}

fn read_tenant(files: &Files) -> Result<Tenant, Vec<Problem>> {
    let era = files.lab.profile.unwrap_or(Profile::Entra2026);
    let mut tenant = Tenant::new("unknown.onmicrosoft.com", era);
    if !files.cloud.iter().any(|(part, _)| *part == Part::Users) {
        return Err(vec![Problem {
            file: "users.json".to_owned(),
            line: 0,
            column: 0,
            message: "there is no export of the tenant's users".to_owned(),
            help:
                "export them with `Get-MgUser -All -Property id,userPrincipalName,proxyAddresses,\
                   onPremisesImmutableId,onPremisesSyncEnabled,... | ConvertTo-Json -Depth 6`"
                    .to_owned(),
        }]);
    }
    let has_domains = |part: &Part| matches!(part, Part::Domains | Part::Organization);
    if !files.cloud.iter().any(|(part, _)| has_domains(part)) {
        return Err(vec![Problem {
            file: "domains.json".to_owned(),
            line: 0,
            column: 0,
            message: "there is no export of the tenant's domains".to_owned(),
            help: "export `/domains` (or `/organization`): whether a UPN suffix is verified \
                   decides what an account is called"
                .to_owned(),
        }]);
    }
    let mut in_order: Vec<&(Part, SourceFile)> = files.cloud.iter().collect();
    in_order.sort_by_key(|(part, _)| *part);
    let mut problems = Vec::new();
    for (part, file) in in_order {
        if let Err(error) = graph::load(&mut tenant, *part, &file.bytes) {
            problems.push(Problem {
                file: file.name.clone(),
                line: error.line,
                column: error.column,
                message: error.message,
                help: error.help,
            });
        }
    }
    if problems.is_empty() {
        Ok(tenant)
    } else {
        Err(problems)
    }
}

/// A scope that names no container would silently sync nothing.
fn check_scope(directory: &Directory, lab: &Lab, problems: &mut Vec<Problem>) {
    for name in lab.scope.iter().chain(&lab.exclude) {
        if directory.find(name).is_some() {
            continue;
        }
        let message = if name.is_within(directory.base()) {
            format!("the scope names `{name}`, which the export does not contain")
        } else {
            format!(
                "the scope names `{name}`, which is outside the forest `{}`",
                directory.base()
            )
        };
        problems.push(Problem {
            file: "lab.yaml".to_owned(),
            line: 0,
            column: 0,
            message,
            help: format!(
                "expected containers of the export, such as {}",
                examples(directory)
            ),
        });
    }
}

fn examples(directory: &Directory) -> String {
    use mock_ad::directory::ObjectKind::OrganizationalUnit;
    let units: Vec<Dn> = directory
        .objects()
        .filter(|(id, object)| !object.is_deleted() && directory.kind(*id) == OrganizationalUnit)
        .map(|(id, _)| directory.dn(id))
        .take(3)
        .collect();
    let names: Vec<String> = units.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        format!("`{}`", directory.base())
    } else {
        names.join(", ")
    }
}
