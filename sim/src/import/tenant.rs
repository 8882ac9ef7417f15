//! Rows of a tenant into the JSON of Graph.
//!
//! Each object stands in the line of its row, so that errors about it name that.

use mock_cloud::graph::Part;
use serde_json::{Map, Value, json};

use super::columns::{Columns, IGNORE, TENANT};
use super::loss::{EXPORT_CLOUD, Report};
use super::shape::Shape;
use super::table::{Cell, Item, Record, Source};
use super::value;
use crate::snapshot::SourceFile;

/// How the values of a property are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Flag,
    Time,
    /// Addresses, each with its type.
    Addresses,
    List,
    Licences,
    /// What Graph has as a list of objects; no table holds them.
    Objects,
}

/// The properties that are read, and how they are written.
const PROPERTIES: &[(&str, Form)] = &[
    ("id", Form::Text),
    ("userPrincipalName", Form::Text),
    ("displayName", Form::Text),
    ("givenName", Form::Text),
    ("surname", Form::Text),
    ("mail", Form::Text),
    ("mailNickname", Form::Text),
    ("mailEnabled", Form::Flag),
    ("securityEnabled", Form::Flag),
    ("groupTypes", Form::List),
    ("proxyAddresses", Form::Addresses),
    ("userType", Form::Text),
    ("accountEnabled", Form::Flag),
    ("usageLocation", Form::Text),
    ("createdDateTime", Form::Time),
    ("deletedDateTime", Form::Time),
    ("jobTitle", Form::Text),
    ("department", Form::Text),
    ("companyName", Form::Text),
    ("officeLocation", Form::Text),
    ("mobilePhone", Form::Text),
    ("streetAddress", Form::Text),
    ("city", Form::Text),
    ("state", Form::Text),
    ("postalCode", Form::Text),
    ("country", Form::Text),
    ("preferredLanguage", Form::Text),
    ("faxNumber", Form::Text),
    ("description", Form::Text),
    ("businessPhones", Form::List),
    ("onPremisesImmutableId", Form::Text),
    ("onPremisesSyncEnabled", Form::Flag),
    ("onPremisesLastSyncDateTime", Form::Time),
    ("onPremisesDistinguishedName", Form::Text),
    ("onPremisesSamAccountName", Form::Text),
    ("onPremisesDomainName", Form::Text),
    ("onPremisesUserPrincipalName", Form::Text),
    ("onPremisesSecurityIdentifier", Form::Text),
    ("onPremisesObjectIdentifier", Form::Text),
    ("onPremisesProvisioningErrors", Form::Objects),
    ("assignedLicenses", Form::Licences),
    ("isInitial", Form::Flag),
    ("isVerified", Form::Flag),
    ("authenticationType", Form::Text),
];

/// The names of the properties that are read.
pub(super) fn properties() -> impl Iterator<Item = &'static str> {
    PROPERTIES.iter().map(|(name, _)| *name)
}

/// Properties without which no account can be told from another, or matched.
const DECISIVE: [&str; 3] = [
    "onPremisesImmutableId",
    "onPremisesSyncEnabled",
    "proxyAddresses",
];
/// Properties whose loss is worth a note and no more.
const HARMLESS: [&str; 4] = [
    "businessPhones",
    "onPremisesProvisioningErrors",
    "groupTypes",
    "createdDateTime",
];

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Property(&'static str, Form),
    /// `BlockCredential`: the opposite of accountEnabled.
    Blocked,
    /// `SignInName`, the older name of the UPN, which stands beside it.
    SignInName,
    /// Whether there are licences, which the export may not name.
    IsLicensed,
    Ignored,
}

/// Turns the rows of one file into the JSON of Graph.
pub(super) struct Converter<'a> {
    file: &'a str,
    part: Part,
    columns: &'a Columns,
    targets: Vec<Target>,
    /// What each column lost: how many values, the first line, what stands in their place.
    losses: Vec<(usize, usize, String)>,
    is_json: bool,
    unknown_licences: usize,
    /// Whether columns are missing without which nothing can be told.
    is_short: bool,
}

impl<'a> Converter<'a> {
    pub(super) fn new(
        file: &'a SourceFile,
        part: Part,
        columns: &'a Columns,
        shape: Shape,
    ) -> Self {
        Self {
            file: &file.name,
            part,
            columns,
            targets: Vec::new(),
            losses: Vec::new(),
            is_json: matches!(shape, Shape::Json),
            unknown_licences: 0,
            is_short: false,
        }
    }

    /// The parts that the rows are of: an export by MSOnline may hold deleted users as well.
    pub(super) fn run(mut self, mut table: Source<'_>, report: &mut Report) -> Vec<(Part, String)> {
        let mut there = Placed::default();
        let mut deleted = Placed::default();
        self.learn(&table);
        self.missing(&table, report);
        while let Some(record) = table.next(self.file, report) {
            self.learn(&table);
            let line = record.line;
            let object = self.object(record);
            let is_deleted = self.part == Part::Users && object.contains_key("deletedDateTime");
            let place = if is_deleted { &mut deleted } else { &mut there };
            place.push(line, &object);
        }
        if self.is_json {
            self.missing(&table, report);
        }
        self.tell(&table, report);
        let mut all = vec![(self.part, there.finish())];
        if deleted.count > 0 {
            all.push((Part::Deleted, deleted.finish()));
        }
        all
    }

    fn learn(&mut self, table: &Source<'_>) {
        for name in table.names.iter().skip(self.targets.len()) {
            self.targets.push(target(name, self.columns));
            self.losses.push((0, 0, String::new()));
        }
    }

    fn object(&mut self, record: Record<'_>) -> Map<String, Value> {
        let mut object = Map::new();
        let (mut is_licensed, mut sign_in_name) = (false, None);
        for (place, cell) in record.cells {
            let mut lose = |text: &str| {
                let (count, line, example) = &mut self.losses[place];
                if *count == 0 {
                    *line = record.line;
                    *example = text.chars().take(70).collect();
                }
                *count += 1;
            };
            if let Cell::Lost(text) = &cell {
                lose(text);
                continue;
            }
            match self.targets[place] {
                Target::Property(name, form) => match property(form, cell) {
                    Ok(value) => drop(object.insert(name.to_owned(), value)),
                    Err(text) => lose(&text),
                },
                Target::Blocked => {
                    let blocked = cell.text().and_then(value::flag);
                    object.insert(
                        "accountEnabled".to_owned(),
                        json!(!blocked.unwrap_or(false)),
                    );
                }
                Target::SignInName => sign_in_name = cell.text().map(str::to_owned),
                Target::IsLicensed => is_licensed = cell.text().and_then(value::flag) == Some(true),
                Target::Ignored => {}
            }
        }
        if let Some(name) = sign_in_name {
            object.entry("userPrincipalName").or_insert(json!(name));
        }
        // MSOnline has no flag: whoever was ever synchronised has a time, and is synchronised.
        if object.contains_key("onPremisesLastSyncDateTime") {
            object.entry("onPremisesSyncEnabled").or_insert(json!(true));
        }
        if is_licensed && !object.contains_key("assignedLicenses") {
            self.unknown_licences += 1;
            let unknown = json!([{ "skuId": "licence that the export does not name" }]);
            object.insert("assignedLicenses".to_owned(), unknown);
        }
        object
    }

    /// What the export should have and has not.
    fn missing(&mut self, table: &Source<'_>, report: &mut Report) {
        let has = |wanted: &str| {
            let mut all = self.targets.iter();
            all.any(|it| match it {
                Target::Property(name, _) => *name == wanted,
                Target::SignInName => wanted == "userPrincipalName",
                _ => false,
            })
        };
        if table.names.is_empty() || !matches!(self.part, Part::Users | Part::Deleted) {
            return;
        }
        let mut wanted = vec!["id", "userPrincipalName"];
        wanted.extend(DECISIVE.iter().filter(|name| {
            let told = **name == "onPremisesSyncEnabled" && has("onPremisesLastSyncDateTime");
            !told
        }));
        let missing: Vec<&str> = wanted.into_iter().filter(|name| !has(name)).collect();
        self.is_short = !missing.is_empty();
        if self.is_short {
            let message = format!(
                "the export lacks {}: matching needs them",
                missing.join(", ")
            );
            report.loss(self.file, table.header_line, &message, EXPORT_CLOUD);
        }
    }

    fn tell(&self, table: &Source<'_>, report: &mut Report) {
        let mut unread = Vec::new();
        for (place, name) in table.names.iter().enumerate() {
            let (count, line, example) = &self.losses[place];
            let target = self.targets[place];
            if *count > 0 {
                let message = format!(
                    "values of `{name}` are lost ({count} in the file): the export holds \
                     `{example}` in their place"
                );
                let harmless = match target {
                    Target::Property(name, form) => {
                        HARMLESS.contains(&name) || form == Form::Time && name != "deletedDateTime"
                    }
                    // Where more is lost than not, all of it is told.
                    _ => !self.is_short,
                };
                if harmless {
                    report.note(self.file, &format!("line {line}: {message}"));
                } else {
                    report.loss(self.file, *line, &message, EXPORT_CLOUD);
                }
            }
            if target == Target::Ignored && self.columns.target(name).is_none() {
                unread.push(name.as_str());
            }
        }
        if !unread.is_empty() && !self.is_json {
            let names = unread.join(", ");
            report.note(
                self.file,
                &format!("columns that decide nothing are left out: {names}"),
            );
        }
        if self.unknown_licences > 0 {
            let count = self.unknown_licences;
            let text = format!("{count} accounts have licences that the export does not name");
            report.note(self.file, &text);
        }
    }
}

fn target(name: &str, columns: &Columns) -> Target {
    let chosen = columns.target(name);
    let lower = name.to_lowercase();
    match (chosen, lower.as_str()) {
        (Some(IGNORE), _) => return Target::Ignored,
        (None, "blockcredential") => return Target::Blocked,
        (None, "signinname") => return Target::SignInName,
        (None, "islicensed") => return Target::IsLicensed,
        _ => {}
    }
    let alias = TENANT.iter().find(|(alias, _)| *alias == lower);
    let meant = chosen.or(alias.map(|(_, meant)| *meant)).unwrap_or(name);
    let mut known = PROPERTIES.iter();
    let known = known.find(|(property, _)| property.eq_ignore_ascii_case(meant));
    known.map_or(Target::Ignored, |(name, form)| {
        Target::Property(name, *form)
    })
}

/// The value of a property as Graph writes it, or what can't be read.
fn property(form: Form, cell: Cell<'_>) -> Result<Value, String> {
    let text = match &cell {
        Cell::Nested(_) if matches!(form, Form::Objects | Form::Licences) => {
            let Cell::Nested(value) = cell else {
                return Ok(Value::Null);
            };
            return Ok(if value.is_array() {
                value
            } else {
                json!([value])
            });
        }
        Cell::One(Item::Text(text)) => text.trim(),
        Cell::List(items) => {
            let texts: Vec<&str> = items
                .iter()
                .filter_map(|item| match item {
                    Item::Text(text) => Some(text.trim()),
                    Item::Bytes(_) => None,
                })
                .collect();
            return match form {
                Form::Addresses | Form::List => Ok(json!(texts)),
                Form::Licences => Ok(licences(texts)),
                _ => Err(texts.join(", ")),
            };
        }
        _ => return Err("an object".to_owned()),
    };
    let wrong = || text.to_owned();
    match form {
        Form::Text => Ok(json!(text)),
        Form::Flag => value::flag(text).map(Value::Bool).ok_or_else(wrong),
        Form::Time => value::time(text)
            .map(|time| json!(time.to_string()))
            .ok_or_else(wrong),
        Form::Addresses => Ok(json!(value::addresses(text))),
        Form::List => Ok(json!(value::list(text))),
        Form::Licences => Ok(licences(value::list(text).iter().map(String::as_str))),
        Form::Objects => Err(wrong()),
    }
}

fn licences<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    names
        .into_iter()
        .map(|name| json!({ "skuId": name }))
        .collect()
}

/// A list of objects, each in its line.
#[derive(Debug, Default)]
struct Placed {
    out: String,
    line: usize,
    count: usize,
}

impl Placed {
    fn push(&mut self, line: usize, object: &Map<String, Value>) {
        self.out.push(if self.count == 0 { '[' } else { ',' });
        self.line = self.line.max(1);
        while self.line < line {
            self.out.push('\n');
            self.line += 1;
        }
        self.out
            .push_str(&serde_json::to_string(object).unwrap_or_default());
        self.count += 1;
    }

    fn finish(mut self) -> String {
        if self.count == 0 {
            self.out.push('[');
        }
        self.out.push_str("]\n");
        self.out
    }
}
