//! The CSV of IdFix, out and in.
//!
//! Its columns are `DISTINGUISHEDNAME, COMMONNAME, OBJECTCLASS, ATTRIBUTE, ERROR, VALUE, UPDATE,
//! PROPOSEDACTION, ACTION`. IdFix quoted a field only where it had a comma, and did not double the
//! quotes inside; both that and the usual form are read.

use mock_ad::directory::{Directory, Dn, Modification, Value};
use store::eq_fold;

use super::{Fault, Finding};
use crate::snapshot::Problem;

const HEADER: [&str; 9] = [
    "DISTINGUISHEDNAME",
    "COMMONNAME",
    "OBJECTCLASS",
    "ATTRIBUTE",
    "ERROR",
    "VALUE",
    "UPDATE",
    "PROPOSEDACTION",
    "ACTION",
];

/// Writes findings as IdFix writes its report.
pub fn write(forests: &[Directory], findings: &[Finding]) -> String {
    let mut text = HEADER.join(",");
    text.push_str("\r\n");
    for finding in findings {
        let Some(directory) = forests.get(finding.place.forest) else {
            continue;
        };
        let id = finding.place.object;
        let Some(object) = directory.object(id) else {
            continue;
        };
        let schema = directory.schema();
        let fields = [
            directory.dn(id).to_string(),
            object.name().to_string(),
            schema.class_definition(object.class).name.to_string(),
            schema.name(finding.attribute).to_owned(),
            finding.fault.name().to_owned(),
            finding.value.clone(),
            finding.update.clone().unwrap_or_default(),
            if finding.update.is_some() { "EDIT" } else { "" }.to_owned(),
            String::new(),
        ];
        let quoted: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        text.push_str(&quoted.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// What a person wants done about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing is chosen.
    Open,
    /// It is right as it is.
    Complete,
    /// The update takes the place of the value.
    Edit,
    /// The value is removed.
    Remove,
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line, from 1.
    pub line: usize,
    /// The distinguished name.
    pub dn: String,
    /// The attribute, as it is written there.
    pub attribute: String,
    /// The error, which IdFix may have several of.
    pub error: String,
    /// The value.
    pub value: String,
    /// What it should become.
    pub update: String,
    /// What is wanted.
    pub wanted: Wanted,
}

impl Row {
    /// Whether a finding is about what this row is about.
    pub fn is_about(&self, forests: &[Directory], finding: &Finding) -> bool {
        let Some(directory) = forests.get(finding.place.forest) else {
            return false;
        };
        let has = |fault: Fault| {
            let mut errors = self.error.split([',', ' ', '|']);
            errors.any(|error| error.eq_ignore_ascii_case(fault.name()))
        };
        has(finding.fault)
            && eq_fold(directory.schema().name(finding.attribute), &self.attribute)
            && eq_fold(&finding.value, &self.value)
            && eq_fold(&directory.dn(finding.place.object).to_string(), &self.dn)
    }

    /// The change that the row asks for, and the object; `None` if it asks for none.
    pub fn change(&self, directory: &Directory) -> Option<(Dn, Vec<Modification>)> {
        let dn: Dn = self.dn.parse().ok()?;
        let object = directory.object(directory.find(&dn)?)?;
        let attribute = directory.schema().attribute(&self.attribute)?;
        let old = object.texts(attribute).find(|it| eq_fold(it, &self.value));
        let new = Value::from(self.update.as_str());
        let several = !directory.schema().definition(attribute).single_valued;
        let remove = || {
            vec![Modification::delete(
                attribute,
                old.map(store::Text::as_str),
            )]
        };
        let has_update = !self.update.is_empty();
        let changes = match (self.wanted, old.is_some()) {
            (Wanted::Remove, true) => remove(),
            (Wanted::Edit, true) if has_update && several => {
                let mut all = remove();
                all.push(Modification::add(attribute, [new]));
                all
            }
            // Nothing was there, or the one value is another by now.
            (Wanted::Edit, is_there) if has_update && (is_there || self.value.is_empty()) => {
                vec![Modification::replace(attribute, [new])]
            }
            _ => return None,
        };
        Some((dn, changes))
    }
}

/// Reads a report, or says everything that is wrong with it.
pub fn read(file: &str, text: &str) -> Result<Vec<Row>, Vec<Problem>> {
    let problem = |line: usize, message: String, help: &str| Problem {
        file: file.to_owned(),
        line,
        column: 0,
        message,
        help: help.to_owned(),
    };
    let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let header = lines
        .next()
        .map(|(_, line)| fields(line))
        .unwrap_or_default();
    let place = |wanted: &str| {
        header
            .iter()
            .position(|it| it.trim().eq_ignore_ascii_case(wanted))
    };
    let places: Vec<Option<usize>> = [
        "DISTINGUISHEDNAME",
        "ATTRIBUTE",
        "ERROR",
        "VALUE",
        "UPDATE",
        "ACTION",
    ]
    .map(place)
    .to_vec();
    if places[..4].contains(&None) {
        let message = "this is no report of IdFix: columns are missing".to_owned();
        let help = format!("expected the columns {}", HEADER.join(","));
        return Err(vec![problem(1, message, &help)]);
    }
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    for (line, content) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let fields = fields(content);
        if fields.len() != header.len() {
            let (found, wanted) = (fields.len(), header.len());
            let message = format!("the row has {found} fields, the header {wanted}");
            problems.push(problem(
                line,
                message,
                "a row stands in one line; quote commas",
            ));
            continue;
        }
        let field = |at: usize| {
            places[at]
                .map_or("", |place| fields[place].trim())
                .to_owned()
        };
        let action = field(5).to_ascii_uppercase();
        let wanted = match action.as_str() {
            "" | "FAIL" | "UNDO" => Wanted::Open,
            "COMPLETE" => Wanted::Complete,
            "EDIT" => Wanted::Edit,
            "REMOVE" => Wanted::Remove,
            _ => {
                let message = format!("`{action}` is no action");
                problems.push(problem(
                    line,
                    message,
                    "expected EDIT, REMOVE, COMPLETE or nothing",
                ));
                continue;
            }
        };
        let [dn, attribute, error, value, update] = [0, 1, 2, 3, 4].map(field);
        rows.push(Row {
            line,
            dn,
            attribute,
            error,
            value,
            update,
            wanted,
        });
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems)
    }
}

/// The fields of a line: a quote closes where a comma or the end follows.
fn fields(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = line;
    loop {
        let (field, behind) = if let Some(inner) = rest.strip_prefix('"') {
            match closing(inner) {
                Some(at) => (inner[..at].replace("\"\"", "\""), &inner[at + 1..]),
                None => (rest.to_owned(), ""),
            }
        } else {
            let at = rest.find(',').unwrap_or(rest.len());
            (rest[..at].to_owned(), &rest[at..])
        };
        all.push(field);
        match behind.strip_prefix(',') {
            Some(more) => rest = more,
            None => return all,
        }
    }
}

/// Where a quoted field ends: at a quote with a comma or nothing behind it, and an even number of
/// quotes in it, if there is such a place.
fn closing(inner: &str) -> Option<usize> {
    let is_end = |at: usize| matches!(inner.as_bytes().get(at + 1), None | Some(b','));
    let ends: Vec<usize> = inner
        .match_indices('"')
        .map(|(at, _)| at)
        .filter(|at| is_end(*at))
        .collect();
    let is_even = |at: &&usize| inner[..**at].matches('"').count().is_multiple_of(2);
    ends.iter().find(is_even).or(ends.first()).copied()
}
