//! A prediction for people, programs and spreadsheets.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sim::predict::{Account, Outcome, Prediction, Report, Stopped};

/// How many objects of one severity are printed in full.
const SHOWN_MAX: usize = 10;

/// The report for people: a summary, then what needs eyes, worst first.
pub(crate) fn human(report: &Report, notes: &[String], everything: bool) -> String {
    let mut text = String::new();
    summary(&mut text, report);
    for note in notes {
        let _ = writeln!(text, "note: {note}");
    }
    if let Some(stopped) = report.stopped {
        let _ = match stopped {
            Stopped::DeletionThreshold { deletes, threshold } => writeln!(
                text,
                "\nwarning: the export stops before it changes anything: {deletes} pending \
                 deletes, {threshold} are allowed (R6.17, event 116).\nWhat follows is what it \
                 does once somebody has allowed it."
            ),
            Stopped::SynchronizationIsOff { locked_until } => {
                let locked = locked_until.map_or(String::new(), |at| {
                    format!(" It is locked until {at} and can't be turned on before.")
                });
                writeln!(
                    text,
                    "\nwarning: directory synchronization is turned off for the whole tenant: \
                     nothing is imported or exported (R2.7).{locked}\nWhat follows is what the \
                     first cycle does once it is turned on again."
                )
            }
        };
    }
    let mut listed: Vec<&Prediction> = report
        .objects
        .iter()
        .filter(|object| everything || object.severity() > 1)
        .collect();
    listed.sort_by(|left, right| {
        (right.severity(), left.outcome, &left.dn).cmp(&(left.severity(), right.outcome, &right.dn))
    });
    let mut last = None;
    let mut shown = 0;
    let mut hidden = 0;
    for object in listed {
        let group = (object.severity(), object.outcome);
        if last != Some(group) {
            more(&mut text, hidden);
            heading(&mut text, object);
            (last, shown, hidden) = (Some(group), 0, 0);
        }
        if everything || shown < SHOWN_MAX {
            one(&mut text, object);
            shown += 1;
        } else {
            hidden += 1;
        }
    }
    more(&mut text, hidden);
    if !report.orphans.is_empty() {
        let _ = writeln!(
            text,
            "\nSynced accounts without an Active Directory object: {} (R6.22: nothing deletes \
             them)",
            report.orphans.len()
        );
        for account in report.orphans.iter().take(SHOWN_MAX) {
            let _ = writeln!(text, "  {}  {}", account.label, account.id);
        }
        more(&mut text, report.orphans.len().saturating_sub(SHOWN_MAX));
    }
    text
}

fn more(text: &mut String, hidden: usize) {
    if hidden > 0 {
        let _ = writeln!(text, "  … and {hidden} more (--all prints every object)");
    }
}

fn summary(text: &mut String, report: &Report) {
    let _ = writeln!(
        text,
        "The next synchronisation of {} objects, as {} does it:\n",
        report.objects.len(),
        report.profile
    );
    let by = |by: &str| {
        let soft = report
            .objects
            .iter()
            .filter(|object| object.outcome == Outcome::SoftMatch);
        soft.filter(|object| object.by.is_some_and(|it| it.name() == by))
            .count()
    };
    for (outcome, count) in report.counts() {
        if count == 0 {
            continue;
        }
        let detail = match outcome {
            Outcome::HardMatch => "take over the account that carries their anchor".to_owned(),
            Outcome::SoftMatch => format!(
                "take over an account: {} by primary address, {} by UPN",
                by("primarySmtp"),
                by("userPrincipalName")
            ),
            Outcome::Create => match silent(report) {
                0 => "get a new account".to_owned(),
                silent => format!(
                    "get a new account; {silent} of them beside an account of the same name"
                ),
            },
            Outcome::Update => "have an account that changes".to_owned(),
            Outcome::Unchanged => "stay as they are".to_owned(),
            Outcome::Delete => "lose their account, because they left the scope".to_owned(),
            Outcome::Restore => "get their account back from the recycle bin".to_owned(),
            Outcome::OutOfScope => "are not synced".to_owned(),
            Outcome::Quarantined => {
                "get an account that lacks a value somebody else has".to_owned()
            }
            Outcome::Error => errors(report),
        };
        let _ = writeln!(text, "{count:>9}  {:<13} {detail}", outcome.name());
    }
}

fn silent(report: &Report) -> usize {
    let created = report
        .objects
        .iter()
        .filter(|object| object.outcome == Outcome::Create);
    created
        .filter(|object| !object.resembles.is_empty())
        .count()
}

fn errors(report: &Report) -> String {
    let mut codes = std::collections::BTreeMap::new();
    for object in report
        .objects
        .iter()
        .filter(|object| object.outcome == Outcome::Error)
    {
        let code = object
            .error
            .as_ref()
            .map_or("sync-rule-error-function-triggered", |error| {
                error.code.name()
            });
        *codes.entry(code).or_insert(0) += 1;
    }
    let codes: Vec<String> = codes
        .iter()
        .map(|(code, count)| format!("{count} {code}"))
        .collect();
    format!("fail: {}", codes.join(", "))
}

fn heading(text: &mut String, object: &Prediction) {
    let title = match object.outcome {
        Outcome::Delete => "Accounts that are deleted",
        Outcome::Error => "Objects that fail, at every cycle until somebody repairs them",
        Outcome::Quarantined => "Accounts that lack a value, because another object owns it",
        Outcome::Create if !object.resembles.is_empty() => {
            "New accounts beside one with the same display name: silent duplicates?"
        }
        Outcome::Restore => "Accounts that come back from the recycle bin",
        _ if !object.loses.is_empty() => "Accounts that lose values",
        Outcome::HardMatch => "Accounts taken over by their anchor",
        Outcome::SoftMatch => "Accounts taken over by address or UPN",
        Outcome::Create => "New accounts",
        Outcome::Update => "Accounts that change",
        Outcome::Unchanged => "Unchanged",
        Outcome::OutOfScope => "Not synced",
    };
    let _ = writeln!(text, "\n{title}");
}

fn one(text: &mut String, object: &Prediction) {
    let _ = writeln!(text, "\n  {}", object.dn);
    if let Some(account) = &object.account {
        let _ = writeln!(text, "      account  {}  {}", account.label, account.id);
    }
    if let Some(error) = &object.error {
        let _ = writeln!(text, "      error    {}", error.code);
        if let Some(owner) = &error.conflicts_with {
            let _ = writeln!(text, "      owner    {}  {}", owner.label, owner.id);
        }
    }
    for value in &object.quarantined {
        let owner = value
            .owner
            .as_ref()
            .map_or_else(|| "another".to_owned(), |owner| owner.label.to_string());
        let _ = writeln!(
            text,
            "      withheld {} {} (has it: {owner})",
            value.property, value.value
        );
    }
    for loss in &object.loses {
        let _ = writeln!(text, "      loses    {} {}", loss.property, loss.value);
    }
    for reason in &object.why {
        let _ = writeln!(
            text,
            "      {:<8} {}",
            reason.rule.to_string(),
            reason.text()
        );
    }
}

/// The report for programs; its shape is a contract.
pub(crate) fn json(report: &Report) -> String {
    let summary: Map<String, Value> = report
        .counts()
        .into_iter()
        .map(|(outcome, count)| (outcome.name().to_owned(), json!(count)))
        .chain([
            ("objects".to_owned(), json!(report.objects.len())),
            ("orphans".to_owned(), json!(report.orphans.len())),
        ])
        .collect();
    let mut value = json!({
        "profile": report.profile.name(),
        "summary": summary,
        "objects": report.objects.iter().map(object).collect::<Vec<_>>(),
        "orphans": report.orphans.iter().map(account).collect::<Vec<_>>(),
    });
    if let Some(stopped) = report.stopped {
        value["stopped"] = match stopped {
            Stopped::DeletionThreshold { deletes, threshold } => json!({
                "status": "stopped-deletion-threshold-exceeded",
                "deletes": deletes,
                "threshold": threshold,
            }),
            Stopped::SynchronizationIsOff { locked_until } => json!({
                "status": "stopped-extension-dll-exception",
                "onPremisesSyncEnabled": false,
                "lockedUntil": locked_until.map(|at| at.to_string()),
            }),
        };
    }
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

fn account(account: &Account) -> Value {
    json!({ "cloudId": account.id.to_string(), "name": account.label })
}

fn object(object: &Prediction) -> Value {
    let mut value = json!({
        "dn": object.dn,
        "kind": object.kind.name().to_lowercase(),
        "sourceAnchor": object.source_anchor.as_ref().map(ToString::to_string),
        "outcome": object.outcome.name(),
        "why": object
            .why
            .iter()
            .map(|reason| json!({ "rule": reason.rule.number(), "text": reason.text() }))
            .collect::<Vec<_>>(),
    });
    if let Some(by) = object.by {
        value["by"] = json!(by.name());
    }
    if let Some(account) = &object.account {
        value["cloudId"] = json!(account.id.to_string());
        value["cloudName"] = json!(account.label);
    }
    if let Some(error) = &object.error {
        value["error"] = json!({
            "code": error.code.name(),
            "message": error.message,
            "attribute": error.attribute.map(mock_cloud::tenant::ConflictProperty::name),
            "values": error.values,
            "conflictsWith": error.conflicts_with.as_ref().map(|owner| owner.id.to_string()),
        });
    }
    if !object.quarantined.is_empty() {
        let withheld = object.quarantined.iter().map(|one| {
            json!({
                "attribute": one.property.name(),
                "value": one.value,
                "conflictsWith": one.owner.as_ref().map(|owner| owner.id.to_string()),
            })
        });
        value["quarantined"] = withheld.collect();
    }
    if !object.changes.is_empty() {
        let changes = object.changes.iter().map(
            |change| json!({ "property": change.property, "from": change.from, "to": change.to }),
        );
        value["changes"] = changes.collect();
    }
    if !object.loses.is_empty() {
        let loses = object.loses.iter();
        value["loses"] = loses
            .map(|loss| json!({ "property": loss.property, "value": loss.value }))
            .collect();
    }
    if !object.resembles.is_empty() {
        value["resembles"] = object.resembles.iter().map(account).collect();
    }
    value
}

/// The report for spreadsheets: a line for each object.
pub(crate) fn csv(report: &Report) -> String {
    let mut text =
        "dn,kind,sourceAnchor,outcome,by,cloudId,cloudName,error,quarantined,loses,rules\r\n"
            .to_owned();
    for object in &report.objects {
        let join = |all: Vec<String>| all.join("; ");
        let cells = [
            object.dn.to_string(),
            object.kind.name().to_lowercase(),
            object
                .source_anchor
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            object.outcome.name().to_owned(),
            object.by.map(|by| by.name().to_owned()).unwrap_or_default(),
            object
                .account
                .as_ref()
                .map(|it| it.id.to_string())
                .unwrap_or_default(),
            object
                .account
                .as_ref()
                .map(|it| it.label.to_string())
                .unwrap_or_default(),
            object
                .error
                .as_ref()
                .map(|it| it.code.name().to_owned())
                .unwrap_or_default(),
            join(
                object
                    .quarantined
                    .iter()
                    .map(|it| it.value.to_string())
                    .collect(),
            ),
            join(object.loses.iter().map(|it| it.value.to_string()).collect()),
            join(object.why.iter().map(|it| it.rule.to_string()).collect()),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    if formula || cell.contains([',', '"', '\n', '\r']) {
        let lead = if formula { "'" } else { "" };
        return format!("\"{lead}{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}
