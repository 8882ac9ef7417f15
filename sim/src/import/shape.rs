//! Which shape an export has, from its content.

use mock_cloud::graph::Part;
use serde_json::{Map, Value};

use super::loss::Report;
use crate::snapshot::{SourceFile, items};

/// A shape of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `dn: …`
    Ldif,
    /// Of Graph, or what ConvertTo-Json makes of cmdlets' objects.
    Json,
    /// csvde: the first column is `DN`, each attribute that anybody has is a column.
    Csvde(u8),
    /// Export-Csv, the portal, Excel, somebody's script.
    Csv(u8),
    /// The report of IdFix.
    IdFix,
    /// The pending exports of a connector space.
    CsExport,
    /// Export-Clixml.
    Clixml,
    /// A page of a web site.
    Html,
    /// A table or list that PowerShell printed for people.
    Screen,
    /// Nothing.
    Empty,
    /// None of these.
    Unknown,
}

impl Shape {
    /// Why a file of this shape is not read.
    pub(super) fn refusal(self) -> &'static str {
        match self {
            Self::Ldif => "this is LDIF, an export of Active Directory",
            Self::IdFix => "this is a report of IdFix, not an export: give it to `hygiene --idfix`",
            Self::CsExport => {
                "these are pending exports of a connector space, not an export: give it to \
                 `predict --compare`"
            }
            Self::Clixml => "this is CLIXML, which Export-Clixml writes and only PowerShell reads",
            Self::Html => "this is a page of a web site, often that of a sign-in, not an export",
            Self::Screen => {
                "this was printed for people: columns that did not fit the screen are cut off"
            }
            Self::Empty => "the file is empty",
            Self::Json | Self::Csvde(_) | Self::Csv(_) | Self::Unknown => {
                "the file is no export that is known here"
            }
        }
    }
}

/// Looks at the first lines.
pub(super) fn of(text: &str) -> Shape {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(mut first) = lines.next() else {
        // The loader of LDIF has words of its own for that.
        return Shape::Empty;
    };
    match first.trim_start().as_bytes() {
        [b'{' | b'[', ..] => return Shape::Json,
        [b'<', ..] => {
            let head = beginning(text, 400);
            let named = |name: &str| head.contains(name);
            return if named("<cs-objects") {
                Shape::CsExport
            } else if named("schemas.microsoft.com/powershell") {
                Shape::Clixml
            } else if named("<html") || named("<!DOCTYPE") || named("<!doctype") {
                Shape::Html
            } else {
                Shape::Unknown
            };
        }
        _ => {}
    }
    let mut second = lines.next().unwrap_or_default();
    if first.starts_with("#TYPE ") {
        (first, second) = (second, lines.next().unwrap_or_default());
    } else if is_ldif(first) {
        return Shape::Ldif;
    }
    if !second.is_empty() && second.chars().all(|c| c == '-' || c == ' ') {
        return Shape::Screen;
    }
    // A list that was printed: `Name : value`.
    if first
        .split_once(" : ")
        .is_some_and(|(name, _)| is_word(name.trim()))
    {
        return Shape::Screen;
    }
    let Some(delimiter) = delimiter(first) else {
        return Shape::Unknown;
    };
    let names = header(first, delimiter);
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if has("distinguishedname") && has("attribute") && has("error") && has("action") {
        Shape::IdFix
    } else if names
        .first()
        .is_some_and(|name| name.eq_ignore_ascii_case("DN"))
    {
        Shape::Csvde(delimiter)
    } else {
        Shape::Csv(delimiter)
    }
}

/// So many bytes, or one or two less.
fn beginning(text: &str, bytes: usize) -> &str {
    let ends = (0..=bytes.min(text.len())).rev();
    let end = ends.into_iter().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_ldif(line: &str) -> bool {
    line.starts_with('#')
        || line
            .split_once(':')
            .is_some_and(|(name, _)| is_word(name) && !line.contains("\":"))
}

/// What stands between the columns of a header.
fn delimiter(header: &str) -> Option<u8> {
    [b',', b';', b'\t']
        .into_iter()
        .map(|it| (header.bytes().filter(|byte| byte == &it).count(), it))
        .max_by_key(|(count, it)| (*count, *it == b','))
        .filter(|(count, _)| *count > 0)
        .map(|(_, it)| it)
}

fn header(line: &str, delimiter: u8) -> Vec<&str> {
    line.split(char::from(delimiter))
        .map(|name| name.trim().trim_matches('"'))
        .collect()
}

/// What JSON is about.
#[derive(Debug, Default)]
pub(super) struct CloudJson {
    /// The part of the tenant that it must hold, where it shows.
    pub(super) part: Option<Part>,
    /// Whether the objects are as Graph writes them.
    pub(super) is_graph: bool,
    /// Whether they are of Active Directory.
    pub(super) is_directory: bool,
}

/// Looks at the first object, and at the context that Graph gives.
pub(super) fn cloud_json(text: &str) -> CloudJson {
    let all = items(text);
    let Some(first) = all.first() else {
        // An empty list, or damaged: the reader of Graph says what.
        return CloudJson {
            is_graph: true,
            ..CloudJson::default()
        };
    };
    let object: Map<String, Value> = serde_json::from_str(first.text).unwrap_or_default();
    let has = |wanted: &str| object.keys().any(|name| name.eq_ignore_ascii_case(wanted));
    let inner = object
        .get("AdditionalProperties")
        .and_then(Value::as_object);
    let wraps = inner.is_some_and(|inner| inner.contains_key("userPrincipalName"));
    let older = has("ObjectId") && !has("id");
    CloudJson {
        part: context(text).or_else(|| part_of(&object, inner.filter(|_| wraps))),
        is_graph: !older && !wraps,
        is_directory: has("DistinguishedName") && !has("id") && !has("ObjectId"),
    }
}

/// The part that `@odata.context` names.
fn context(text: &str) -> Option<Part> {
    let head = beginning(text, 600);
    let (_, behind) = head.split_once("$metadata#")?;
    let starts = |name: &str| behind.starts_with(name);
    Some(if starts("users(id,manager(") {
        Part::Managers
    } else if starts("users(id,onPremisesObjectIdentifier)") {
        Part::Identifiers
    } else if starts("users") {
        Part::Users
    } else if starts("groups") {
        Part::Groups
    } else if starts("contacts") {
        Part::Contacts
    } else if starts("domains") {
        Part::Domains
    } else if starts("organization") {
        Part::Organization
    } else if starts("directoryRoles") {
        Part::Roles
    } else if starts("roleManagement/directory/roleEligibilitySchedules") {
        Part::EligibleRoles
    } else if starts("directoryObjects") || starts("directory/deletedItems") {
        Part::Deleted
    } else if starts("directory/onPremisesSynchronization") {
        Part::Features
    } else {
        return None;
    })
}

fn part_of(object: &Map<String, Value>, inner: Option<&Map<String, Value>>) -> Option<Part> {
    let get = |wanted: &str| {
        let mut all = object.iter().chain(inner.into_iter().flatten());
        let found = all.find(|(name, value)| name.eq_ignore_ascii_case(wanted) && !value.is_null());
        found.map(|(_, value)| value)
    };
    let has = |wanted: &str| get(wanted).is_some();
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let is_identifier = has("onPremisesObjectIdentifier") && object.len() <= 3;
    Some(if any(&["deletedDateTime", "SoftDeletionTimestamp"]) {
        Part::Deleted
    } else if is_identifier {
        Part::Identifiers
    } else if any(&["userPrincipalName", "onPremisesImmutableId"]) {
        Part::Users
    } else if has("manager") {
        Part::Managers
    } else if any(&["isInitial", "authenticationType", "supportedServices"]) {
        Part::Domains
    } else if any(&["verifiedDomains", "assignedPlans", "tenantType"]) {
        Part::Organization
    } else if any(&["roleTemplateId"]) {
        Part::Roles
    } else if has("principalId") && has("roleDefinitionId") {
        Part::EligibleRoles
    } else if has("features") && has("configuration") {
        Part::Features
    } else if any(&["groupTypes", "mailEnabled", "securityEnabled"]) {
        Part::Groups
    } else if has("members") {
        Part::Members
    } else if get("@odata.type").is_some_and(|kind| kind == "#microsoft.graph.orgContact") {
        Part::Contacts
    } else {
        return None;
    })
}

/// Whether an export in LDIF came to its end.
pub(super) fn ldif_end(file: &SourceFile, text: &str, report: &mut Report) {
    let again = "export again until the end; with ldapsearch page it: `-E pr=1000/noprompt`";
    for (place, line) in text.lines().enumerate() {
        let Some(told) = line.strip_prefix("result: ") else {
            continue;
        };
        if !told.starts_with("0 ") && told.trim() != "0" {
            let message = format!(
                "the export is a part: the search ended with `{}`",
                told.trim()
            );
            report.loss(&file.name, place + 1, &message, again);
        }
    }
    let total = text.lines().count();
    let last_line = text.lines().next_back().unwrap_or_default();
    let told = text
        .lines()
        .rev()
        .take(12)
        .find_map(|line| line.strip_prefix("# numEntries: "));
    let told = told.and_then(|count| count.trim().parse::<usize>().ok());
    if let Some(told) = told.filter(|_| text.matches("\n# numEntries: ").count() == 1) {
        let begins = |line: &&str| line.starts_with("dn:");
        let found = text.lines().filter(begins).count();
        if found != told {
            let message = format!("the search found {told} entries, and the file has {found}");
            report.loss(&file.name, total, &message, again);
        }
    }
    // Each page but the last of a search ends with the cookie of the next one.
    let pages = text.lines().enumerate().filter_map(|(place, line)| {
        let page = line
            .trim_start_matches("# ")
            .strip_prefix("pagedresults: ")?;
        Some((place + 1, page.split_once("cookie=")?.1.trim()))
    });
    if let Some((line, cookie)) = pages.last()
        && !cookie.is_empty()
    {
        let message = "the export is a page of several: the server has more";
        report.loss(&file.name, line, message, again);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        let shown: String = last_line.chars().take(40).collect();
        let message = format!("the file ends inside a line, `{shown}`: it may be cut off");
        let help = "copy or export it again; if it is whole, end the last line";
        report.loss(&file.name, total, &message, help);
    }
}
