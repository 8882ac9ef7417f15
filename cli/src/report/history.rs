//! Run history, connector space and lineage, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sim::manager::{ConnectorSpaceObject, Lineage, Notice, StepRecord};
use sim::run::Verdict;

/// Everything that Synchronization Service Manager would show of a scenario's run.
pub(crate) fn human(verdict: &Verdict) -> String {
    let mut text = String::from("\n  Run history\n");
    for record in &verdict.history {
        let _ = writeln!(
            text,
            "    {:>3}  {}  {}  {}  {}",
            record.run,
            record.at,
            record.connector,
            record.result.step.name(),
            record.result.status,
        );
        let counted: Vec<String> = record
            .counters()
            .iter()
            .filter(|counter| counter.count > 0)
            .map(|counter| format!("{} {}", counter.label, counter.count))
            .collect();
        if !counted.is_empty() {
            let _ = writeln!(text, "         {}", counted.join(", "));
        }
        for error in &record.errors {
            let _ = writeln!(text, "         {}: {}", error.code, error.object);
            for line in error.detail.lines().filter(|line| !line.is_empty()) {
                let _ = writeln!(text, "           {line}");
            }
        }
        for notice in record
            .notices
            .iter()
            .filter(|notice| !notice.repeats_an_error())
        {
            let _ = writeln!(text, "         {}", notice.title());
            for line in notice.text() {
                let _ = writeln!(text, "           {line}");
            }
        }
    }
    if !verdict.connector_space.is_empty() {
        text.push_str("\n  Connector space\n");
    }
    for object in &verdict.connector_space {
        let states = object.states.join(", ");
        let _ = writeln!(text, "    {}: {}", object.connector, object.dn);
        let _ = writeln!(text, "         {states}");
        if let Some(error) = &object.error {
            let _ = writeln!(text, "         {error}");
        }
    }
    text.push_str("\n  Lineage\n");
    for (name, lineage) in &verdict.lineage {
        let _ = writeln!(text, "    {name}: {}", line(lineage));
    }
    text.push('\n');
    text
}

/// One person in one line, from Active Directory to the tenant.
fn line(lineage: &Lineage) -> String {
    let mut parts = vec![lineage.ad.clone()];
    match lineage.metaverse {
        Some(id) => parts.push(format!("metaverse object {id}")),
        None => parts.push("not in the metaverse".to_owned()),
    }
    parts.extend(lineage.filtered.clone());
    parts.extend(lineage.connector_space.clone());
    if let (Some(anchor), Some(account), Some(state)) =
        (&lineage.cloud_anchor, &lineage.account, lineage.state)
    {
        parts.push(format!("{anchor} {account} ({state})"));
    }
    parts.join(" > ")
}

/// The run history, with the properties of `Get-ADSyncRunStepResult`.
pub(crate) fn json(history: &[StepRecord]) -> Value {
    let steps = history.iter().map(|record| {
        let counters: Map<String, Value> = record
            .counters()
            .iter()
            .map(|counter| (counter.property.to_owned(), counter.count.into()))
            .collect();
        let errors = record.errors.iter().map(
            |error| json!({ "dn": error.object, "errorType": error.code, "detail": error.detail }),
        );
        json!({
            "runNumber": record.run,
            "startDate": record.at.to_string(),
            "connectorName": record.connector,
            "runProfile": record.result.step.name(),
            "stepResult": record.result.status.name(),
            "counters": counters,
            "errors": errors.collect::<Vec<_>>(),
            "notices": record.notices.iter().map(notice).collect::<Vec<_>>(),
        })
    });
    steps.collect()
}

/// An entry of the application log, or a mail.
fn notice(notice: &Notice) -> Value {
    match notice {
        Notice::Event {
            id, source, level, ..
        } => json!({
            "eventId": id,
            "source": source,
            "level": level,
            "text": notice.text().join("\n"),
        }),
        Notice::Mail { from, subject, .. } => json!({
            "from": from,
            "subject": subject,
            "text": notice.text().join("\n"),
        }),
    }
}

/// What a search of the connector spaces finds.
pub(crate) fn connector_space_json(objects: &[ConnectorSpaceObject]) -> Value {
    let objects = objects.iter().map(|object| {
        json!({
            "connectorName": object.connector,
            "dn": object.dn,
            "states": object.states,
            "error": object.error,
        })
    });
    objects.collect()
}

/// The lineage of each named object.
pub(crate) fn lineage_json(lineage: &BTreeMap<String, Lineage>) -> Value {
    let all = lineage.iter().map(|(name, one)| {
        json!({
            "name": name,
            "ad": one.ad,
            "connectorName": one.connector,
            "metaverseObject": one.metaverse,
            "contributors": one.contributors,
            "filtered": one.filtered,
            "connectorSpaceDn": one.connector_space,
            "cloudAnchor": one.cloud_anchor,
            "account": one.account,
            "state": one.state,
        })
    });
    all.collect()
}
