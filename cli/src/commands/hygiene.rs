//! `hygiene`: what is wrong with the values of a forest before anything is synchronised.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mock_ad::directory::{Change, Directory, ObjectGuid};
use mock_cloud::tenant::Kind;
use serde_json::{Value, json};
use sim::hygiene::csv::{self, Row, Wanted};
use sim::hygiene::{Fault, Finding, Other, check};
use sim::snapshot::Snapshot;

use crate::error::Error;
use crate::exit::Exit;
use crate::{files, report};

/// Say what is wrong with names and addresses before anything is synchronised.
///
/// The checks of IdFix, and what it never looked at: one value on two attributes, two types of
/// object, an account of the tenant that is somebody else's, in the recycle bin, and UPN suffixes
/// that the tenant has not verified.
///
/// Exit codes: 0 nothing is wrong; 1 something is; 2 usage or invalid input.
#[derive(Debug, Args)]
pub(crate) struct Hygiene {
    /// The directory of a snapshot.
    snapshot: PathBuf,
    /// How to print; csv is the report of IdFix.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// A report of IdFix, or one of `--format csv`, that somebody has gone through: says what of it
    /// is still there, and tries on a copy what its column ACTION asks for.
    #[arg(long, value_name = "FILE")]
    idfix: Option<PathBuf>,
}

/// How to print findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// The columns of IdFix.
    Csv,
}

impl Hygiene {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let snapshot = files::snapshot(&self.snapshot)?;
        let findings = found(&snapshot, &snapshot.forests);
        if let Some(path) = &self.idfix {
            let name = path.display().to_string();
            let bytes = files::read(path)?;
            let text = mock_ad::ldif::decode(&bytes).map(|(text, _)| text);
            let rows = csv::read(&name, &text.unwrap_or_default()).map_err(Error::Content)?;
            let (text, left) = compared(&snapshot, &findings, &rows);
            report::print(&text);
            return Ok(if left == 0 {
                Exit::Success
            } else {
                Exit::Failure
            });
        }
        report::print(&match self.format {
            Format::Human => human(&snapshot, &findings),
            Format::Json => data(&snapshot, &findings),
            Format::Csv => csv::write(&snapshot.forests, &findings),
        });
        Ok(if findings.is_empty() {
            Exit::Success
        } else {
            Exit::Failure
        })
    }
}

/// What is wrong, if the forests are these.
fn found(snapshot: &Snapshot, forests: &[Directory]) -> Vec<Finding> {
    let ownership = super::belongs::inferred(snapshot);
    check(forests, &snapshot.tenant, &ownership)
}

fn other(snapshot: &Snapshot, other: Other) -> String {
    match other {
        Other::Object(place, attribute) => {
            let forest = &snapshot.forests[place.forest];
            let name = forest.schema().name(attribute);
            format!("{name} of {}", forest.dn(place.object))
        }
        Other::Account(key) => match snapshot.tenant.object(key) {
            Some(account) => {
                let state = if account.is_live() {
                    ""
                } else {
                    ", in the recycle bin"
                };
                let kind = match account.kind {
                    Kind::User | Kind::Guest => "the account",
                    Kind::Contact => "the contact",
                    Kind::Device => "the device",
                    Kind::Group { .. } | Kind::Microsoft365Group => "the group",
                };
                format!("{kind} {} ({}{state})", account.label(), account.id)
            }
            None => String::new(),
        },
    }
}

fn human(snapshot: &Snapshot, findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut last = None;
    for finding in findings {
        let directory = &snapshot.forests[finding.place.forest];
        if last != Some(finding.place) {
            let _ = writeln!(text, "{}", directory.dn(finding.place.object));
            last = Some(finding.place);
        }
        let attribute = directory.schema().name(finding.attribute);
        let _ = writeln!(text, "  {}  {attribute} `{}`", finding.fault, finding.value);
        if let Some(it) = finding.other {
            let _ = writeln!(text, "      also {}", other(snapshot, it));
        }
        if let Some(update) = &finding.update {
            let _ = writeln!(text, "      could be `{update}`");
        }
        if let Some(rule) = finding.rule {
            let _ = writeln!(text, "      {rule}: {}", rule.title());
        }
    }
    let counted: Vec<String> = Fault::ALL
        .into_iter()
        .map(|fault| {
            (
                fault,
                findings.iter().filter(|it| it.fault == fault).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .map(|(fault, count)| format!("{count} {fault}"))
        .collect();
    if counted.is_empty() {
        text.push_str("nothing is wrong\n");
    } else {
        let _ = writeln!(
            text,
            "\n{} findings: {}",
            findings.len(),
            counted.join(", ")
        );
    }
    text
}

fn data(snapshot: &Snapshot, findings: &[Finding]) -> String {
    let all: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let directory = &snapshot.forests[finding.place.forest];
            json!({
                "dn": directory.dn(finding.place.object).to_string(),
                "attribute": directory.schema().name(finding.attribute),
                "error": finding.fault.name(),
                "value": finding.value,
                "update": finding.update,
                "other": finding.other.map(|it| other(snapshot, it)),
                "rule": finding.rule.map(mock_cloud::RuleId::number),
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&json!({ "findings": all })).unwrap_or_default();
    text.push('\n');
    text
}

/// A report against what is there now, and what its actions would come to; how much is left.
fn compared(snapshot: &Snapshot, findings: &[Finding], rows: &[Row]) -> (String, usize) {
    let forests = &snapshot.forests;
    let mut text = String::new();
    let is_there = |row: &Row| findings.iter().any(|it| row.is_about(forests, it));
    let (still, gone): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| is_there(row));
    let is_new = |it: &&Finding| !rows.iter().any(|row| row.is_about(forests, it));
    let new = findings.iter().filter(is_new).count();
    let _ = writeln!(
        text,
        "{} rows: {} still there, {} no longer; {new} findings are not in the report",
        rows.len(),
        still.len(),
        gone.len()
    );
    let mut copy = snapshot.forests.clone();
    let now = snapshot.taken();
    let mut made = 0;
    for row in rows {
        let asks = matches!(row.wanted, Wanted::Edit | Wanted::Remove);
        let change = copy.iter_mut().find_map(|forest| {
            let (dn, changes) = row.change(forest)?;
            let object = forest.find(&dn)?;
            Some((forest, Change::Modify { object, changes }))
        });
        let mut nobody = || ObjectGuid::from_bytes([0; 16]);
        match change.map(|(forest, change)| forest.apply(&change, now, &mut nobody)) {
            Some(Ok(_)) => made += 1,
            Some(Err(refusal)) => {
                let _ = writeln!(text, "  line {}: refused: {refusal}", row.line);
            }
            None if asks => {
                let _ = writeln!(
                    text,
                    "  line {}: {} no longer has `{}`, or there is no update",
                    row.line, row.dn, row.value
                );
            }
            None => {}
        }
    }
    let left = if made > 0 {
        found(snapshot, &copy)
    } else {
        findings.to_vec()
    };
    let _ = writeln!(
        text,
        "{made} actions tried on a copy: {} findings are left",
        left.len()
    );
    let changed = left.iter().filter(|it| !findings.contains(it)).count();
    if changed > 0 {
        let _ = writeln!(text, "{changed} of them come from the actions themselves:");
        let with = Snapshot {
            forests: copy,
            ..snapshot.clone()
        };
        let new: Vec<Finding> = left
            .iter()
            .filter(|it| !findings.contains(it))
            .cloned()
            .collect();
        text.push_str(&human(&with, &new));
    }
    (text, left.len())
}
