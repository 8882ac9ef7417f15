//! What is written to the application log, and the mails that the service sends (table 2.9 and
//! rules R3.6, R6.13 and R6.20).

use jiff::Timestamp;
use mock_cloud::provisioning::{Answer, Outcome};
use mock_cloud::tenant::ConflictProperty;

use crate::engine::{EngineEvent, StepStatus};

/// The event of an object that failed in an export (rule R6.13).
pub const EVENT_EXPORT_ERROR: u32 = 6941;
/// The event of an object that the engine leaves to the cloud (rule R2.30).
pub const EVENT_SKIPPED: u32 = 6956;
/// The event of a run profile that did not start, since its credentials were invalid (rule R6.12).
pub const EVENT_NO_START: u32 = 6000;
/// The event of too many pending deletions (rule R6.20).
pub const EVENT_DELETIONS: u32 = 116;

const SENDER: &str = "MSOnlineServicesTeam@MicrosoftOnline.com";
const REPORT: &str = "Directory Synchronization Error Report";

/// Something that an administrator is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An entry of the application log.
    Event {
        /// Its number.
        id: u32,
        /// Its source.
        source: &'static str,
        /// Its level.
        level: &'static str,
        /// Its text, where that is known.
        text: Option<String>,
    },
    /// A mail.
    Mail {
        /// The sender, where that is known.
        from: Option<&'static str>,
        /// The subject.
        subject: &'static str,
        /// What it says of each object; nothing where that is not known.
        entries: Vec<String>,
    },
}

impl Notice {
    /// Its first line: number, source and level of an event, sender and subject of a mail.
    pub fn title(&self) -> String {
        match self {
            Self::Event {
                id, source, level, ..
            } => format!("event {id}, {source}, {level}"),
            Self::Mail { from, subject, .. } => match from {
                Some(from) => format!("mail from {from}: {subject}"),
                None => format!("mail: {subject}"),
            },
        }
    }

    /// Its text, line by line; nothing where that is not known.
    pub fn text(&self) -> Vec<&str> {
        match self {
            Self::Event { text, .. } => text.iter().flat_map(|text| text.lines()).collect(),
            Self::Mail { entries, .. } => entries.iter().map(String::as_str).collect(),
        }
    }

    /// Whether it says only what the error of an object in the same step says.
    pub const fn repeats_an_error(&self) -> bool {
        matches!(
            self,
            Self::Event {
                id: EVENT_EXPORT_ERROR,
                ..
            }
        )
    }
}

/// What one event of the engine writes to the application log.
pub(super) fn logged(event: &EngineEvent, connector: &str) -> Option<Notice> {
    match event {
        EngineEvent::Finished(result) if result.status == StepStatus::NoStartCredentials => {
            Some(Notice::Event {
                id: EVENT_NO_START,
                source: "ADSync",
                level: "Error",
                text: Some(format!(
                    "The management agent \"{connector}\" failed to run because the credentials \
                     were invalid."
                )),
            })
        }
        EngineEvent::Exported(exported) => match &exported.answer.result {
            Err(error) => Some(Notice::Event {
                id: EVENT_EXPORT_ERROR,
                source: "ADSync",
                level: "Error",
                text: Some(format!(
                    "ECMA2 MA export run caused an error.\nError Name: {}\nError Detail: {}",
                    error.code,
                    error.detail()
                )),
            }),
            Ok(Outcome::Skipped) => Some(Notice::Event {
                id: EVENT_SKIPPED,
                source: "ADSync",
                level: "Information",
                text: None,
            }),
            Ok(_) => None,
        },
        EngineEvent::DeletionThresholdExceeded { deletes, threshold } => Some(Notice::Event {
            id: EVENT_DELETIONS,
            source: "Directory Synchronization",
            level: "Warning",
            text: Some(format!(
                "Prevent Accidental Deletes: The number of deletions for this sync cycle \
                 ({deletes} pending deletes) has exceeded the current threshold of {threshold} \
                 objects. Deletions will be suppressed for this sync cycle."
            )),
        }),
        _ => None,
    }
}

/// The mail about a deletion threshold that tripped.
pub(super) const fn threshold_mail() -> Notice {
    Notice::Mail {
        from: None,
        subject: "Export to Microsoft Entra ID was Stopped. Accidental delete threshold was \
                  reached.",
        entries: Vec::new(),
    }
}

/// What the report of one export says of an answer: the error, or the values that are withheld from
/// now on. What was withheld before is told only once (rule R3.6).
pub(super) fn reported(answer: &Answer, now: Timestamp) -> Vec<String> {
    if let Err(error) = &answer.result {
        return vec![error.message()];
    }
    let fresh = answer.withheld.iter().filter(|one| one.occurred == now);
    fresh
        .map(|one| match one.property {
            ConflictProperty::ProxyAddresses | ConflictProperty::ProxyAddress => format!(
                "A synchronized object with the same proxy address already exists in your \
                 Microsoft Online Services directory. [{}]",
                one.value
            ),
            _ => format!(
                "Unable to update this object in Microsoft Online Services because the following \
                 attributes associated with this object have values that may already be \
                 associated with another object in your local directory. [{} {}]",
                one.property, one.value
            ),
        })
        .collect()
}

/// The report that the service sends after an export, if there is anything to tell.
pub(super) fn error_report(entries: Vec<String>) -> Option<Notice> {
    (!entries.is_empty()).then_some(Notice::Mail {
        from: Some(SENDER),
        subject: REPORT,
        entries,
    })
}
