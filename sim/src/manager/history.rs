//! The run history: one record for each step of a run profile, with counters and errors.

use jiff::Timestamp;
use mock_ad::directory::Refusal;

use super::connector_name;
use super::notice::{self, Notice};
use crate::engine::{Counters, EngineEvent, Source, Step, StepResult};
use crate::world::{Event, World};

/// One counter of a step, under both of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// As the tool shows it, such as `Connectors with Flow Updates`.
    pub label: &'static str,
    /// As `Get-ADSyncRunStepResult` calls it, such as `ConnectorFlow`.
    pub property: &'static str,
    /// The count.
    pub count: u64,
}

/// One object that failed in a step, or that a step warns of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepError {
    /// The distinguished name in the connector space.
    pub object: String,
    /// The error, such as `InvalidSoftMatch`.
    pub code: String,
    /// Its text.
    pub detail: String,
}

/// One step that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// The number of the run, from 1.
    pub run: u32,
    /// When it ran, in virtual time.
    pub at: Timestamp,
    /// The connector, by the name that the tool lists it under.
    pub connector: String,
    /// Which connector, which step, how it ended and what it counted.
    pub result: StepResult,
    /// What failed, in the order in which it did.
    pub errors: Vec<StepError>,
    /// What was written to the application log and mailed.
    pub notices: Vec<Notice>,
}

impl StepRecord {
    /// The counters that the tool shows for a step of this kind, in its order.
    pub fn counters(&self) -> Vec<Counter> {
        named(self.result.step, &self.result.counters)
    }
}

/// The run history, filled from the events of a world.
#[derive(Debug, Clone, Default)]
pub struct History {
    records: Vec<StepRecord>,
    errors: Vec<StepError>,
    notices: Vec<Notice>,
    /// What the report of the export that is running will say.
    report: Vec<String>,
}

impl History {
    /// The steps that have run, in their order.
    pub fn records(&self) -> &[StepRecord] {
        &self.records
    }

    /// Takes note of one event. The world is the one after the action that reported it.
    pub fn note(&mut self, event: &Event, world: &World) {
        let Event::Engine(event) = event else { return };
        let connector = match event {
            EngineEvent::Finished(result) => connector_name(world, result.connector),
            _ => String::new(),
        };
        self.notices.extend(notice::logged(event, &connector));
        match event {
            EngineEvent::DeletionThresholdExceeded { .. } => {
                self.notices.push(notice::threshold_mail());
            }
            EngineEvent::Exported(exported) => {
                let told = notice::reported(&exported.answer, world.now());
                self.report.extend(told);
            }
            _ => {}
        }
        if let EngineEvent::Finished(result) = event {
            let report = notice::error_report(std::mem::take(&mut self.report));
            self.notices.extend(report);
            self.records.push(StepRecord {
                notices: std::mem::take(&mut self.notices),
                run: self.records.len() as u32 + 1,
                at: world.now(),
                connector: connector_name(world, result.connector),
                result: *result,
                errors: std::mem::take(&mut self.errors),
            });
        } else if let Some(error) = error_of(event, world) {
            self.errors.push(error);
        }
    }
}

fn error_of(event: &EngineEvent, world: &World) -> Option<StepError> {
    let of = |source: &Source| {
        let forest = world.forests().get(source.forest);
        forest.map_or_else(String::new, |forest| forest.dn(source.object).to_string())
    };
    match event {
        EngineEvent::SyncError { source, why } => Some(StepError {
            object: of(source),
            code: "sync-rule-error-function-triggered".to_owned(),
            detail: why.text(),
        }),
        EngineEvent::Unreadable { source, .. } => Some(StepError {
            object: of(source),
            code: "read-error".to_owned(),
            detail: Refusal::access_denied(String::new())
                .message
                .trim()
                .to_owned(),
        }),
        EngineEvent::DuplicateAnchor { mv, why } => {
            let second = world.engine().metaverse().get(*mv);
            Some(StepError {
                object: second.map_or_else(String::new, |object| of(&object.source)),
                code: "duplicate-anchor".to_owned(),
                detail: why.text(),
            })
        }
        EngineEvent::WriteBackRefused { source, refusal } => Some(StepError {
            object: of(source),
            code: "permission-issue".to_owned(),
            detail: refusal.message.trim().to_owned(),
        }),
        EngineEvent::JobQuarantined { deletes, threshold } => Some(StepError {
            object: "the job is in quarantine".to_owned(),
            code: "Delete threshold exceeded".to_owned(),
            detail: format!(
                "{deletes} deletions are staged, and {threshold} stop the job: nothing was exported"
            ),
        }),
        EngineEvent::NotReimported(warning) => Some(StepError {
            object: world
                .tenant()
                .object(warning.cloud)
                .map_or_else(String::new, |object| object.label().to_string()),
            code: "exported-change-not-reimported".to_owned(),
            detail: warning.change.to_string(),
        }),
        EngineEvent::Exported(exported) => match &exported.answer.result {
            Err(error) => Some(StepError {
                object: world
                    .engine()
                    .entra()
                    .get(exported.cs)
                    .map_or_else(String::new, |entry| entry.anchor.connector_space_dn()),
                code: error.code.name().to_owned(),
                detail: error.detail(),
            }),
            Ok(_) => None,
        },
        _ => None,
    }
}

/// The counters of a step under the names of the tool and of its PowerShell module.
fn named(step: Step, counters: &Counters) -> Vec<Counter> {
    let list: &[(&str, &str, u64)] = match step {
        Step::FullImport | Step::DeltaImport => &[
            ("Adds", "StageAdd", counters.adds),
            ("Updates", "StageUpdate", counters.updates),
            ("Renames", "StageRename", counters.renames),
            ("Deletes", "StageDelete", counters.deletes),
        ],
        Step::FullSynchronization | Step::DeltaSynchronization => &[
            (
                "Projections",
                "DisconnectorProjectedFlow",
                counters.projections,
            ),
            ("Joins", "DisconnectorJoinedFlow", counters.joins),
            (
                "Filtered Disconnectors",
                "DisconnectorFiltered",
                counters.filtered_disconnectors,
            ),
            (
                "Connectors with Flow Updates",
                "ConnectorFlow",
                counters.flow_updates,
            ),
            (
                "Connectors without Flow Updates",
                "ConnectorNoFlow",
                counters.no_flow_updates,
            ),
            (
                "Filtered Connectors",
                "ConnectorFilteredRemoveMv",
                counters.filtered_connectors,
            ),
            (
                "Deleted Connectors",
                "ConnectorDeleteRemoveMv",
                counters.deletes,
            ),
            (
                "Metaverse Object Deletes",
                "MvObjectDelete",
                counters.metaverse_deletes,
            ),
            (
                "Provisioning Adds",
                "ProvisionedAddFlow",
                counters.provisioning_adds,
            ),
            (
                "Provisioning Disconnects",
                "ProvisionedDisconnect",
                counters.provisioning_disconnects,
            ),
            ("Synchronization Errors", "FlowFailure", counters.errors),
        ],
        Step::Export => &[
            ("Adds", "ExportAdd", counters.adds),
            ("Updates", "ExportUpdate", counters.updates),
            ("Renames", "ExportRename", counters.renames),
            ("Deletes", "ExportDelete", counters.deletes),
            ("Export Errors", "ExportFailure", counters.errors),
        ],
    };
    list.iter()
        .map(|(label, property, count)| Counter {
            label,
            property,
            count: *count,
        })
        .collect()
}
