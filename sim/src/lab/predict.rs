//! Predictions: what a learner says a cycle will do to an object, and what it did.

use std::fmt;
use std::str::FromStr;

use mock_cloud::CloudKey;
use mock_cloud::provisioning::Outcome;

use crate::engine::{EngineEvent, PendingExport, Source};
use crate::world::{Event, World};

/// What a cycle does to an object, in the words of `predict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forecast {
    /// It takes over the account that carries its anchor.
    HardMatch,
    /// It takes over an account by primary address or UPN.
    SoftMatch,
    /// It gets a new account.
    Create,
    /// It gets its account back from the recycle bin.
    Restore,
    /// Its account changes.
    Update,
    /// Its account is deleted.
    Delete,
    /// It gets an account, or keeps one, that lacks a value somebody else has.
    Quarantined,
    /// It fails.
    Error,
    /// Nothing.
    Unchanged,
}

impl Forecast {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::HardMatch,
        Self::SoftMatch,
        Self::Create,
        Self::Restore,
        Self::Update,
        Self::Delete,
        Self::Quarantined,
        Self::Error,
        Self::Unchanged,
    ];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::HardMatch => "hard-match",
            Self::SoftMatch => "soft-match",
            Self::Create => "create",
            Self::Restore => "restore",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Quarantined => "quarantined",
            Self::Error => "error",
            Self::Unchanged => "unchanged",
        }
    }
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Forecast {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let known = all.find(|it| it.word().eq_ignore_ascii_case(text));
        known.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.into_iter().map(Self::word).collect();
            let help = crate::scenario::nearest_help("prediction", text, &words);
            format!("`{text}` is no prediction\n{}", help.replace('\n', " "))
        })
    }
}

/// A prediction, and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicted {
    /// The learner's cycle, counted from 1.
    pub cycle: u32,
    /// The object.
    pub object: String,
    /// What was said; `None` where a question was left open.
    pub said: Option<Forecast>,
    /// What came.
    pub came: Forecast,
    /// Why, in short.
    pub because: Vec<String>,
}

impl Predicted {
    /// Whether it was right.
    pub fn is_right(&self) -> bool {
        self.said == Some(self.came)
    }
}

/// What a cycle did to an object.
pub(super) fn outcome(
    source: Source,
    had: Option<CloudKey>,
    events: &[Event],
    before: &World,
    after: &World,
) -> (Forecast, Vec<String>) {
    let live = |world: &World| {
        let object = had.and_then(|key| world.tenant().object(key));
        object.is_some_and(|object| object.is_live())
    };
    let mut came = Forecast::Unchanged;
    let mut because = Vec::new();
    for event in events {
        match event {
            Event::Engine(EngineEvent::Exported(one)) if one.source == Some(source) => {
                because = one.answer.why.iter().map(reason).collect();
                came = match &one.answer.result {
                    Err(error) => {
                        because.insert(0, error.code.name().to_owned());
                        Forecast::Error
                    }
                    Ok(_) if one.pending == PendingExport::Delete => Forecast::Delete,
                    Ok(Outcome::HardMatched) => Forecast::HardMatch,
                    Ok(Outcome::SoftMatched(_)) => Forecast::SoftMatch,
                    Ok(Outcome::Restored) => Forecast::Restore,
                    Ok(Outcome::Deleted) => Forecast::Delete,
                    Ok(_) if !one.answer.withheld.is_empty() => Forecast::Quarantined,
                    Ok(Outcome::Created) => Forecast::Create,
                    Ok(Outcome::Updated) => Forecast::Update,
                    Ok(Outcome::Skipped) => Forecast::Unchanged,
                };
            }
            Event::Engine(EngineEvent::SyncError {
                source: failed,
                why,
            }) if *failed == source => {
                came = Forecast::Error;
                because = vec![reason(why)];
            }
            Event::Engine(EngineEvent::Filtered {
                source: left_out,
                why,
            }) if *left_out == source => {
                because = vec![reason(why)];
            }
            _ => {}
        }
    }
    if live(before) && !live(after) {
        came = Forecast::Delete;
    }
    (came, because)
}

fn reason(reason: &mock_cloud::Reason) -> String {
    format!("{} {}", reason.rule, reason.text())
}
