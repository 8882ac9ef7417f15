//! From what was heard of one object to its verdict.

use std::fmt;

use mock_ad::directory::ObjectKind;
use mock_cloud::provisioning::{Outcome as Provisioned, SoftMatchField};
use mock_cloud::{CloudKey, Reason, RuleId, SourceAnchor, SyncObjectType, Tenant};
use store::Text;

use super::changes::{Told, changes, losses};
use super::{Account, Log, Names, PredictedError, Prediction, Withheld, out_of_scope};
use crate::engine::{CsId, Exported, Source};
use crate::world::World;

/// What happens to an object. The names are a contract: scripts read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It takes over the account with its anchor.
    HardMatch,
    /// It takes over the account with its address or UPN.
    SoftMatch,
    /// It gets a new account.
    Create,
    /// Its account changes.
    Update,
    /// Nothing changes.
    Unchanged,
    /// Its account is deleted.
    Delete,
    /// Its account comes back from the recycle bin.
    Restore,
    /// It is not synced.
    OutOfScope,
    /// It gets an account that lacks a value, because another object owns it.
    Quarantined,
    /// It fails.
    Error,
}

impl Outcome {
    /// All outcomes, in the order of the contract.
    pub const ALL: [Self; 10] = [
        Self::HardMatch,
        Self::SoftMatch,
        Self::Create,
        Self::Update,
        Self::Unchanged,
        Self::Delete,
        Self::Restore,
        Self::OutOfScope,
        Self::Quarantined,
        Self::Error,
    ];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HardMatch => "hard-match",
            Self::SoftMatch => "soft-match",
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::OutOfScope => "out-of-scope",
            Self::Quarantined => "quarantined",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How an account was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Same anchor.
    SourceAnchor,
    /// Same primary SMTP address.
    PrimarySmtp,
    /// Same UPN.
    UserPrincipalName,
}

impl By {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SourceAnchor => "sourceAnchor",
            Self::PrimarySmtp => "primarySmtp",
            Self::UserPrincipalName => "userPrincipalName",
        }
    }
}

/// The type under which a class of Active Directory is reported.
pub(super) const fn kind(kind: ObjectKind) -> Option<SyncObjectType> {
    match kind {
        ObjectKind::User | ObjectKind::InetOrgPerson => Some(SyncObjectType::User),
        ObjectKind::Group => Some(SyncObjectType::Group),
        ObjectKind::Contact => Some(SyncObjectType::Contact),
        _ => None,
    }
}

/// What a verdict is made from.
pub(super) struct Judge<'a> {
    pub(super) world: &'a World,
    pub(super) before: &'a Tenant,
    pub(super) future: &'a World,
    pub(super) names: &'a Names,
    pub(super) told: Told,
}

impl Judge<'_> {
    pub(super) fn predict(&self, source: Source, kind: SyncObjectType, log: &Log) -> Prediction {
        let directory = &self.world.forests()[source.forest];
        let mut prediction = Prediction {
            dn: directory.dn_text(source.object),
            kind,
            source_anchor: self.anchor(source),
            outcome: Outcome::Unchanged,
            by: None,
            account: None,
            error: None,
            quarantined: Vec::new(),
            changes: Vec::new(),
            loses: Vec::new(),
            resembles: Vec::new(),
            why: Vec::new(),
        };
        let deleted = || log.deleted.get(&self.connector(source)?);
        if let Some(reason) = log.failed.get(&source) {
            prediction.outcome = Outcome::Error;
            prediction.why.push(reason.clone());
        } else if let Some(exported) = log.exported.get(&source) {
            self.judge_export(&mut prediction, exported);
        } else if let Some(exported) = deleted() {
            self.judge_delete(&mut prediction, exported, log.filtered.get(&source));
        } else {
            self.judge_silence(&mut prediction, source, log);
        }
        prediction
    }

    /// What the object was connected to when the prediction began: its deletion says no more than
    /// which connection went, and an object that left may have no anchor of its own any longer.
    fn connector(&self, source: Source) -> Option<CsId> {
        let engine = self.world.engine();
        let entry = engine.forest(source.forest)?.entry(source.object)?;
        engine.metaverse().get(entry.metaverse?)?.connector
    }

    /// The anchor that the object has in the metaverse, or would have.
    fn anchor(&self, source: Source) -> Option<SourceAnchor> {
        let engine = self.future.engine();
        let entry = engine
            .forest(source.forest)
            .and_then(|forest| forest.entry(source.object));
        let known = entry
            .and_then(|entry| engine.metaverse().get(entry.metaverse?))
            .and_then(|object| object.attributes.as_ref());
        if let Some(known) = known {
            return Some(known.source_anchor.clone());
        }
        self.world
            .engine()
            .source_anchor(self.world.forests(), source)
    }

    fn account(&self, key: CloudKey) -> Option<Account> {
        let object = self
            .before
            .object(key)
            .or_else(|| self.future.tenant().object(key))?;
        Some(Account {
            id: object.id,
            label: object.label(),
        })
    }

    fn judge_export(&self, prediction: &mut Prediction, exported: &Exported) {
        prediction.why.clone_from(&exported.answer.why);
        let outcome = match &exported.answer.result {
            Err(error) => {
                prediction.outcome = Outcome::Error;
                prediction.error = Some(PredictedError {
                    code: error.code,
                    message: error.message(),
                    attribute: error.property(),
                    values: error
                        .conflicts
                        .iter()
                        .map(|(_, value)| value.clone())
                        .collect(),
                    conflicts_with: error.in_conflict_with.and_then(|key| self.account(key)),
                });
                return;
            }
            Ok(outcome) => *outcome,
        };
        (prediction.outcome, prediction.by) = match outcome {
            Provisioned::HardMatched => (Outcome::HardMatch, Some(By::SourceAnchor)),
            Provisioned::Restored => (Outcome::Restore, Some(By::SourceAnchor)),
            Provisioned::SoftMatched(SoftMatchField::PrimarySmtp) => {
                (Outcome::SoftMatch, Some(By::PrimarySmtp))
            }
            Provisioned::SoftMatched(SoftMatchField::UserPrincipalName) => {
                (Outcome::SoftMatch, Some(By::UserPrincipalName))
            }
            Provisioned::Created => (Outcome::Create, None),
            Provisioned::Updated => (Outcome::Update, None),
            Provisioned::Deleted => (Outcome::Delete, None),
            Provisioned::Skipped => (Outcome::Unchanged, None),
        };
        let Some(key) = exported.answer.key else {
            return;
        };
        prediction.account = if outcome == Provisioned::Created {
            let made = self.future.tenant().object(key);
            made.map(|made| Account {
                id: made.id,
                label: made.label(),
            })
        } else {
            self.account(key)
        };
        self.compare(prediction, key);
        prediction.quarantined = self.withheld(exported, key);
        if outcome == Provisioned::Updated && prediction.changes.is_empty() {
            prediction.outcome = Outcome::Unchanged;
        }
        let is_new = !matches!(outcome, Provisioned::Updated | Provisioned::Skipped);
        if is_new && !prediction.quarantined.is_empty() {
            prediction.outcome = Outcome::Quarantined;
        }
        if outcome == Provisioned::Created {
            self.note_resemblance(prediction, key);
        }
    }

    fn compare(&self, prediction: &mut Prediction, key: CloudKey) {
        let (before, after) = (self.before.object(key), self.future.tenant().object(key));
        if let (Some(before), Some(after)) = (before, after) {
            prediction.changes = changes(before, after, self.told);
            prediction.loses = losses(before, after);
        }
    }

    fn withheld(&self, exported: &Exported, key: CloudKey) -> Vec<Withheld> {
        let tenant = self.future.tenant();
        exported
            .answer
            .withheld
            .iter()
            .map(|one| {
                let address = one
                    .value
                    .split_once(':')
                    .map_or(&*one.value, |(_, address)| address);
                let owner = tenant.owners_of(address).find(|owner| *owner != key);
                let owner = owner.and_then(|owner| tenant.object(owner));
                Withheld {
                    property: one.property,
                    value: one.value.clone(),
                    owner: owner.map(|owner| Account {
                        id: owner.id,
                        label: owner.label(),
                    }),
                }
            })
            .collect()
    }

    /// A new account beside one with the same display name: rule R3.14, second row.
    fn note_resemblance(&self, prediction: &mut Prediction, key: CloudKey) {
        let Some(made) = self.future.tenant().object(key) else {
            return;
        };
        let Some(name) = &made.display_name else {
            return;
        };
        prediction.resembles = self.names.like(self.before, name);
        if let Some(first) = prediction.resembles.first() {
            let text = "{0} has the same display name but nothing that matches: is it the same \
                        person?";
            prediction
                .why
                .push(Reason::one(RuleId::R3_14, text, &first.label));
        }
    }

    fn judge_delete(&self, prediction: &mut Prediction, exported: &Exported, why: Option<&Reason>) {
        prediction.outcome = Outcome::Delete;
        prediction.account = exported.answer.key.and_then(|key| self.account(key));
        let left = Reason::plain(
            RuleId::R5_14,
            "it left the scope, so its account is deleted",
        );
        prediction
            .why
            .push(why.cloned().unwrap_or_else(out_of_scope));
        prediction.why.push(left);
        prediction.why.extend(exported.answer.why.iter().cloned());
        if let Err(error) = &exported.answer.result {
            prediction.outcome = Outcome::Error;
            prediction.error = Some(PredictedError {
                code: error.code,
                message: error.message(),
                attribute: error.property(),
                values: Vec::new(),
                conflicts_with: None,
            });
        }
    }

    /// Nothing was exported: it is out of scope, filtered, or already as it should be.
    fn judge_silence(&self, prediction: &mut Prediction, source: Source, log: &Log) {
        if let Some(reason) = log.filtered.get(&source) {
            prediction.outcome = Outcome::OutOfScope;
            prediction.why.push(reason.clone());
            return;
        }
        let engine = self.future.engine();
        let entry = engine
            .forest(source.forest)
            .and_then(|forest| forest.entry(source.object));
        let staged = entry.is_some_and(|entry| entry.image.is_some());
        if !staged {
            prediction.outcome = Outcome::OutOfScope;
            prediction.why.push(out_of_scope());
            self.note_orphan(prediction);
            return;
        }
        let object = entry.and_then(|entry| engine.metaverse().get(entry.metaverse?));
        if let Some(reason) = object.and_then(|object| object.filtered.as_deref()) {
            prediction.outcome = Outcome::OutOfScope;
            prediction.why.push(reason.clone());
            return;
        }
        let key = object
            .and_then(|object| engine.entra().get(object.connector?))
            .and_then(|entry| entry.cloud);
        prediction.account = key.and_then(|key| self.account(key));
        let text = "nothing differs from what was exported before";
        prediction.why.push(Reason::plain(RuleId::R6_3, text));
    }

    /// Out of scope, and yet a synced account carries its anchor: nobody deletes that one.
    fn note_orphan(&self, prediction: &mut Prediction) {
        let Some(anchor) = &prediction.source_anchor else {
            return;
        };
        let holder = self
            .before
            .find_by_anchor(anchor, prediction.kind)
            .into_iter()
            .filter_map(|key| self.before.object(key))
            .find(|object| object.is_live() && object.is_synced());
        if let Some(holder) = holder {
            let text = "{0} is synced from it, but this engine never provisioned it: an orphan \
                        that nothing deletes";
            prediction
                .why
                .push(Reason::one(RuleId::R6_22, text, holder.label()));
            prediction.account = Some(Account {
                id: holder.id,
                label: holder.label(),
            });
        }
    }
}

impl Prediction {
    /// How much a person should look at it: 0 needs nobody, more is worse.
    pub fn severity(&self) -> u8 {
        match self.outcome {
            Outcome::Delete => 6,
            Outcome::Error => 5,
            Outcome::Quarantined => 4,
            _ if !self.loses.is_empty() => 3,
            Outcome::Create if !self.resembles.is_empty() => 3,
            Outcome::Restore => 2,
            Outcome::Update if !self.quarantined.is_empty() => 2,
            Outcome::HardMatch => 1,
            _ => 0,
        }
    }

    /// What the object is called in its domain: the first component's value.
    pub fn name(&self) -> Text {
        let first = self.dn.split(',').next().unwrap_or_default();
        Text::from(first.split_once('=').map_or(first, |(_, name)| name))
    }
}
