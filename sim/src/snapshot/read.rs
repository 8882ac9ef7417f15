//! From files to a snapshot.

use std::sync::Arc;

use mock_ad::directory::{Directory, Dn, ObjectKind};
use mock_ad::ldif;
use mock_cloud::graph::{self, Part};
use mock_cloud::{CloudId, Profile, Tenant};

use super::places::Key;
use super::{Lab, Problem, items, rules};
use crate::engine::Source;
use crate::rules::RuleSet;
use crate::scenario::nearest;

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
    /// LDIF files of further forests that are synced to the same tenant, those of each together.
    pub further: Vec<Vec<SourceFile>>,
    /// Files of the tenant, each with the part it holds.
    pub cloud: Vec<(Part, SourceFile)>,
    /// What `lab.yaml` says.
    pub lab: Lab,
    /// `rules.yaml`, where there is one: all sync rules of the engine.
    pub rules: Option<SourceFile>,
}

/// Forests and a tenant as they were exported.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The forests; mostly there is one.
    pub forests: Vec<Directory>,
    /// The tenant.
    pub tenant: Tenant,
    /// What the exports do not say.
    pub lab: Lab,
    /// All sync rules of the engine, where they are not those that are installed.
    pub rules: Option<Arc<RuleSet>>,
    /// What a person should know about the exports.
    pub notes: Vec<String>,
}

/// The forests of a snapshot with what a person should know about them, or what is wrong.
pub type Forests = Result<(Vec<Directory>, Vec<String>), Vec<Problem>>;

/// Reads all files, or says what is wrong with them.
pub fn read(files: &Files) -> Result<Snapshot, Vec<Problem>> {
    assemble(files, read_forests(files), read_tenant(files))
}

/// Makes a snapshot of its two halves, which may have been read beside each other.
pub fn assemble(
    files: &Files,
    forests: Forests,
    tenant: Result<Tenant, Vec<Problem>>,
) -> Result<Snapshot, Vec<Problem>> {
    let mut problems = Vec::new();
    let (forests, mut notes) = forests
        .map_err(|found| problems.extend(found))
        .map_or_else(|()| (None, Vec::new()), |(all, notes)| (Some(all), notes));
    let tenant = tenant.map_err(|found| problems.extend(found)).ok();
    let rules = files.rules.as_ref().and_then(|file| {
        rules::read(file, &files.lab)
            .map_err(|found| problems.extend(found))
            .ok()
    });
    let (Some(forests), Some(tenant), true) = (forests, tenant, problems.is_empty()) else {
        return Err(problems);
    };
    check_scope(&forests, &files.lab, &mut problems);
    check_belongs(&forests, &tenant, &files.lab, &mut problems);
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
        (
            Part::EligibleRoles,
            "who may activate a role looks like an ordinary user, whose account can be taken over",
        ),
        (Part::Groups, "addresses that groups own look free"),
        (Part::Contacts, "addresses that contacts own look free"),
        (
            Part::Members,
            "who joins and who leaves a group is not told",
        ),
        (Part::Managers, "a manager that changes is not told"),
    ] {
        if !files.cloud.iter().any(|(known, _)| *known == part) {
            let name = part.file_name();
            notes.push(format!(
                "{name} is missing: {why} (`dirsync-lab kit` prints the command)"
            ));
        }
    }
    notes.extend(identifiers_unknown(files, &tenant));
    Ok(Snapshot {
        forests,
        tenant,
        lab: files.lab.clone(),
        rules: rules.map(Arc::new),
        notes,
    })
}

/// Rule R2.20: which object has taken an account decides on a hard match from 2026 on.
fn identifiers_unknown(files: &Files, tenant: &Tenant) -> Option<String> {
    let era = files.lab.profile.unwrap_or(Profile::Entra2026);
    let told = files
        .cloud
        .iter()
        .any(|(part, _)| *part == Part::Identifiers);
    let mut accounts = tenant.objects().map(|(_, object)| &object.on_premises);
    let known = told || accounts.any(|facts| facts.object_identifier.is_some());
    let name = Part::Identifiers.file_name();
    (era == Profile::Entra2026 && !known).then(|| {
        format!(
            "{name} is missing: an account that another object has taken looks free for a hard \
             match (`dirsync-lab kit` prints the command)"
        )
    })
}

/// What is wrong with one half, where the other is not there to be read.
pub(crate) fn problems(files: &Files, ad: bool, cloud: bool) -> Vec<Problem> {
    let directory = ad.then(|| read_forests(files).err());
    let tenant = cloud.then(|| read_tenant(files).err());
    directory
        .into_iter()
        .chain(tenant)
        .flatten()
        .flatten()
        .collect()
}

/// Reads the forests alone.
pub fn read_forests(files: &Files) -> Forests {
    let mut forests: Vec<Directory> = Vec::new();
    let mut notes = Vec::new();
    let mut problems = Vec::new();
    for forest in std::iter::once(&files.ad).chain(&files.further) {
        match read_forest(forest, &files.lab, &mut notes) {
            Ok(forest) => {
                let twice = forests.iter().find(|it| it.base() == forest.base());
                problems.extend(twice.map(|it| there_twice(&files.further, it)));
                forests.push(forest);
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok((forests, notes))
    } else {
        Err(problems)
    }
}

fn there_twice(further: &[Vec<SourceFile>], forest: &Directory) -> Problem {
    let files = further.iter().flatten().map(|file| file.name.as_str());
    Problem {
        file: files.collect::<Vec<_>>().join(", "),
        line: 0,
        column: 0,
        message: format!("the forest `{}` is there twice", forest.base()),
        help: "give all exports of one domain to one option: the first to `--ad`, each other \
               forest to a `--forest` of its own"
            .to_owned(),
    }
}

fn read_forest(
    files: &[SourceFile],
    lab: &Lab,
    notes: &mut Vec<String>,
) -> Result<Directory, Vec<Problem>> {
    let [first, rest @ ..] = files else {
        return Err(vec![Problem {
            file: "ad.ldif".to_owned(),
            line: 0,
            column: 0,
            message: "there is no export of Active Directory".to_owned(),
            help: EXPORT_AD.to_owned(),
        }]);
    };
    let options = ldif::LoadOptions {
        accept: lab.accept.clone(),
        ..ldif::LoadOptions::default()
    };
    let joined;
    let bytes = if rest.is_empty() {
        first.bytes.as_slice()
    } else {
        joined = join(files)?;
        joined.as_slice()
    };
    let loaded = ldif::load(bytes, &options).map_err(|errors| {
        errors
            .into_iter()
            .map(|error| locate(files, error))
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

/// Several files of one domain, one after the other.
fn join(files: &[SourceFile]) -> Result<Vec<u8>, Vec<Problem>> {
    let mut joined = Vec::new();
    let mut before = 0;
    for file in files {
        let (text, _) =
            ldif::decode(&file.bytes).map_err(|error| vec![located(file, error.line, &error)])?;
        joined.extend_from_slice(format!("{}{before}\n", ldif::LINES_FROM).as_bytes());
        joined.extend_from_slice(text.as_bytes());
        joined.extend_from_slice(b"\n\n");
        before += lines(&text);
    }
    Ok(joined)
}

/// How many lines a file has, or the one that it was made of.
fn lines(text: &str) -> usize {
    let told = text
        .rsplit(ldif::LINE_OF)
        .next()
        .filter(|_| text.starts_with(ldif::LINE_OF));
    let told = told.and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
    1 + told.unwrap_or_else(|| text.matches('\n').count())
}

/// Finds the file that a line of the joined text is from.
fn locate(files: &[SourceFile], error: ldif::LdifError) -> Problem {
    let mut before = 0;
    for file in files {
        let lines = ldif::decode(&file.bytes).map_or(0, |(text, _)| lines(&text));
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

/// The initial domain of a tenant that does not tell it.
const UNKNOWN: &str = "unknown.onmicrosoft.com";

/// Reads the tenant alone.
pub fn read_tenant(files: &Files) -> Result<Tenant, Vec<Problem>> {
    let era = files.lab.profile.unwrap_or(Profile::Entra2026);
    let mut tenant = Tenant::new(UNKNOWN, era);
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
    for (place, (part, file)) in in_order.iter().enumerate() {
        if let Err(error) = graph::load(&mut tenant, *part, &file.bytes) {
            // Half of the part may be in it.
            tenant = Tenant::new(UNKNOWN, era);
            for (part, file) in &in_order[..place] {
                let _ = graph::load(&mut tenant, *part, &file.bytes);
            }
            problems.extend(all_problems(&mut tenant, *part, file, error));
        }
    }
    if problems.is_empty() {
        Ok(tenant)
    } else {
        Err(problems)
    }
}

/// More errors than this in one file tell nobody anything new.
const ERRORS_MAX: usize = 100;

/// Everything that is wrong with a part: each of its objects is read by itself, so that the first
/// that is wrong does not hide the others. Those that are right are in the tenant then.
fn all_problems(
    tenant: &mut Tenant,
    part: Part,
    file: &SourceFile,
    first: graph::GraphError,
) -> Vec<Problem> {
    let located = |line, column, error: graph::GraphError| Problem {
        file: file.name.clone(),
        line,
        column,
        message: error.message,
        help: error.help,
    };
    let text = ldif::decode(&file.bytes).map(|(text, _)| text);
    let is_list = matches!(
        part,
        Part::Users | Part::Groups | Part::Contacts | Part::Deleted
    );
    let mut problems: Vec<Problem> = Vec::new();
    for item in text.iter().filter(|_| is_list).flat_map(|text| items(text)) {
        let read = graph::load(tenant, part, item.text.as_bytes());
        if let Err(error) = read
            && item.is_whole
            && problems.len() < ERRORS_MAX
        {
            problems.push(located(item.line + error.line.saturating_sub(1), 0, error));
        }
    }
    // What stopped the parser is known with its column.
    match problems
        .iter_mut()
        .find(|known| known.message == first.message)
    {
        Some(known) if known.line == first.line => known.column = first.column,
        Some(_) => {}
        None => problems.insert(0, located(first.line, first.column, first)),
    }
    problems
}

/// A scope that names no container would silently sync nothing.
fn check_scope(forests: &[Directory], lab: &Lab, problems: &mut Vec<Problem>) {
    let scope = lab.scope.iter().map(|name| (Key::Scope, name));
    let exclude = lab.exclude.iter().map(|name| (Key::Exclude, name));
    let group = lab.group.iter().map(|name| (Key::Group, name));
    for (key, name) in scope.chain(exclude).chain(group) {
        let home = forests.iter().find(|forest| name.is_within(forest.base()));
        let found = home.and_then(|forest| Some(forest.kind(forest.find(name)?)));
        if key == Key::Group && found.is_some_and(|kind| kind != ObjectKind::Group) {
            let message = format!("`{name}` is no group, and a pilot is limited to one");
            let help = "write the distinguished name of the group".to_owned();
            let written = name.to_string();
            problems.push(lab.places.problem(key, &written, message, help));
        }
        if found.is_some() {
            continue;
        }
        let message = if home.is_some() {
            format!("the scope names `{name}`, which the export does not contain")
        } else {
            let bases = forests.iter().map(|forest| format!("`{}`", forest.base()));
            let bases: Vec<String> = bases.collect();
            format!(
                "the scope names `{name}`, which is outside the forest {}",
                bases.join(" and ")
            )
        };
        let written = name.to_string();
        if key == Key::Group {
            let help = "export the group, too: without it nobody knows who is in it".to_owned();
            problems.push(lab.places.problem(key, &written, message, help));
            continue;
        }
        let units: Vec<String> = forests
            .iter()
            .flat_map(units)
            .map(|dn| dn.to_string())
            .collect();
        let help = match nearest(&written, units.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "expected containers of the export, such as {}",
                examples(forests, &units)
            ),
        };
        problems.push(lab.places.problem(key, &written, message, help));
    }
}

fn units(directory: &Directory) -> impl Iterator<Item = Dn> {
    let is_unit = |id| directory.kind(id) == ObjectKind::OrganizationalUnit;
    directory
        .objects()
        .filter(move |(id, object)| !object.is_deleted() && is_unit(*id))
        .map(|(id, _)| directory.dn(id))
}

fn examples(forests: &[Directory], units: &[String]) -> String {
    let names: Vec<String> = units
        .iter()
        .take(3)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.is_empty() {
        let bases = forests.iter().map(|forest| format!("`{}`", forest.base()));
        bases.collect::<Vec<_>>().join(", ")
    } else {
        names.join(", ")
    }
}

/// How many names that are not there are looked for elsewhere.
const SUGGESTED_MAX: usize = 5;

/// Whose account is whose decides what is nobody else's: a name or an id that is not there is a
/// mistake whatever is asked.
fn check_belongs(forests: &[Directory], tenant: &Tenant, lab: &Lab, problems: &mut Vec<Problem>) {
    let mut suggested = 0;
    for (dn, id) in &lab.belongs {
        let name = dn.parse::<Dn>();
        let found = name.as_ref().ok().and_then(|name| find(forests, name));
        if found.is_none() {
            suggested += 1;
            let near = name
                .ok()
                .filter(|_| suggested <= SUGGESTED_MAX)
                .and_then(|name| forests.iter().find_map(|forest| elsewhere(forest, &name)));
            let message = format!("`belongs` names `{dn}`, which the export does not contain");
            let help = near.map_or_else(
                || "expected a distinguished name of the export of Active Directory".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            problems.push(lab.places.problem(Key::Person, dn, message, help));
        }
        let account = id.parse::<CloudId>().ok();
        if account.and_then(|id| tenant.find_by_id(id)).is_none() {
            let message =
                format!("`belongs` gives `{dn}` the account `{id}`, which is not in the tenant");
            let help = "expected the object id of an account of the export; `dirsync-lab belongs` \
                        says whose account is whose";
            let help = help.to_owned();
            problems.push(lab.places.problem(Key::Account, dn, message, help));
        }
    }
}

/// The object of a name, in whichever forest it is.
pub(crate) fn find(forests: &[Directory], name: &Dn) -> Option<Source> {
    let places = forests.iter().enumerate();
    let mut found = places.filter_map(|(forest, it)| {
        Some(Source {
            forest,
            object: it.find(name)?,
        })
    });
    found.next()
}

/// The object that is probably meant: one of that name in another container, or one of nearly that
/// name in the same.
fn elsewhere(directory: &Directory, name: &Dn) -> Option<Dn> {
    let wanted = &name.components().next()?.value;
    let mut live = directory
        .objects()
        .filter(|(_, object)| !object.is_deleted());
    if let Some((id, _)) = live.find(|(_, object)| store::eq_fold(object.name(), wanted)) {
        return Some(directory.dn(id));
    }
    let above = directory.find(&name.parent()?)?;
    let names: Vec<_> = directory
        .children(above)
        .filter_map(|id| Some((id, directory.object(id)?.name().to_string())))
        .collect();
    let near = nearest(wanted, names.iter().map(|(_, name)| name.as_str()))?;
    let (id, _) = names.iter().find(|(_, name)| name == near)?;
    Some(directory.dn(*id))
}
