//! Checking expectations against the world.

mod account;
mod object;
mod reasons;

use mock_cloud::SyncObjectType::{Contact, Group, User};
use mock_cloud::tenant::{ConflictProperty, State};
use mock_cloud::{CloudKey, DirectoryObject, Reason};

pub(super) use object::metaverse_names;

use super::{Runner, outcome_word};
use crate::engine::{ConnectorId, Source};
use crate::scenario::Name;
use crate::scenario::model::{
    Count, Expectation, JoinField, Joined, JoinedBy, Provisioned, QuarantinedAttribute,
    QuarantinedValue, Refused, StepStatus,
};
use crate::scenario::value::Threshold;

/// What was expected, what was found, and why.
#[derive(Debug, Clone)]
pub(super) struct Missed {
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) why: Vec<Reason>,
    pub(super) help: Vec<String>,
}

impl Missed {
    pub(super) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            found: found.into(),
            why: Vec::new(),
            help: Vec::new(),
        }
    }

    fn because(mut self, why: &[Reason]) -> Self {
        self.why = why.to_vec();
        self
    }
}

pub(super) type Met = Result<(), Missed>;

impl Runner<'_> {
    /// Checks one expectation.
    pub(super) fn expect(&mut self, expectation: &Expectation) -> Met {
        match expectation {
            Expectation::Provisioned(provisioned) => self.provisioned(provisioned),
            Expectation::Joined(joined) => self.joined(joined),
            Expectation::NotJoined(name) => self.not_joined(name),
            Expectation::Error(error) => self.object_error(error),
            Expectation::NoError(name) => self.no_error(name),
            Expectation::NoErrors => self.no_errors(),
            Expectation::Quarantined(value) => self.quarantined(value),
            Expectation::NotQuarantined(name) => self.not_quarantined(name),
            Expectation::NothingQuarantined => self.nothing_quarantined(),
            Expectation::Refused(refused) => self.was_refused(refused),
            Expectation::CloudUser(account) => self.account(account),
            Expectation::AdObject(attribute) => self.ad_attribute(attribute),
            Expectation::MetaverseObject(attribute) => self.metaverse_attribute(attribute),
            Expectation::Deleted(name) => self.state(name, "in the recycle bin", |object| {
                object.is_soft_deleted()
            }),
            Expectation::Purged(name) => self.state(name, "gone for good", |object| {
                matches!(object.state, State::Purged { .. })
            }),
            Expectation::Kept(name) => {
                self.state(name, "live, with what it holds", DirectoryObject::is_live)
            }
            Expectation::Lost(name) => self.lost(name),
            Expectation::NothingLost => self.nothing_lost(),
            Expectation::NoDuplicates => self.no_duplicates(),
            Expectation::OneAnchor => self.one_anchor(),
            Expectation::RightOwner => self.right_owner(),
            Expectation::Converged => self.converged(),
            Expectation::PendingExports(count) => self.pending_exports(*count),
            Expectation::DeletionThreshold(wanted) => self.deletion_threshold(*wanted),
            Expectation::StepStatus(status) => self.step_status(status),
            Expectation::Event(id) => self.event(*id),
            Expectation::Count(count) => self.count(count),
            Expectation::AnyOf(choices) => self.any_of(choices),
        }
    }

    fn any_of(&mut self, choices: &[crate::scenario::model::Expectations]) -> Met {
        let (mut found, mut why) = (Vec::new(), Vec::new());
        for choice in choices {
            let missed: Vec<Missed> = choice
                .iter()
                .filter_map(|one| self.expect(&one.value).err())
                .collect();
            if missed.is_empty() {
                return Ok(());
            }
            for one in missed {
                found.push(format!("{}: {}", one.expected, one.found));
                why.extend(one.why);
            }
        }
        let expected = "expected one of several, and none holds";
        Err(Missed::new(expected, found.join("; ")).because(&reasons::once(why)))
    }

    /// The cloud object that an Active Directory object is joined to.
    pub(super) fn account_of(&self, source: Source) -> Option<CloudKey> {
        let engine = self.world.engine();
        let entry = engine.forest(source.forest)?.entry(source.object)?;
        let connector = engine.metaverse().get(entry.metaverse?)?.connector?;
        let entry = engine.entra().get(connector)?;
        entry.cloud.filter(|_| !entry.deleted)
    }

    pub(super) fn cloud_object(&self, key: CloudKey) -> Option<&DirectoryObject> {
        self.world.tenant().object(key).map(|object| &**object)
    }

    /// How a cloud object is called in a message.
    pub(super) fn label(&self, key: CloudKey) -> String {
        match (self.names.name_of(key), self.cloud_object(key)) {
            (Some(name), _) => format!("`{name}`"),
            (None, Some(object)) => format!("the account {}", object.label()),
            (None, None) => "an account that is not there".to_owned(),
        }
    }

    fn provisioned(&mut self, provisioned: &Provisioned) -> Met {
        let expected = format!("expected an account made for `{}`", provisioned.r#for);
        let Some(source) = self.names.ad(&provisioned.r#for) else {
            return Err(Missed::new(expected, "there is no such object"));
        };
        let why = self.said.get(&source).cloned().unwrap_or_default();
        let Some(key) = self.account_of(source) else {
            return Err(Missed::new(expected, "it has no account").because(&why));
        };
        if let Some(known) = self.names.name_of(key) {
            let found = format!("it has the account `{known}`, which was there before");
            return Err(Missed::new(expected, found).because(&why));
        }
        self.names.add_cloud(&provisioned.r#as, key);
        Ok(())
    }

    fn joined(&self, joined: &Joined) -> Met {
        let expected = format!(
            "expected `{}` to be joined to `{}`",
            joined.ad, joined.cloud
        );
        let Some(source) = self.names.ad(&joined.ad) else {
            return Err(Missed::new(expected, "there is no such object"));
        };
        let came = self.came.get(&source);
        let why = self
            .said
            .get(&source)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let Some(key) = self.account_of(source) else {
            let found = match self.error_of(source) {
                Some(error) => format!("it has no account: {error}"),
                None => "it has no account".to_owned(),
            };
            return Err(Missed::new(expected, found).because(why));
        };
        if self.names.cloud(&joined.cloud) != Some(key) {
            let came = came.map_or(why, |came| &came.why);
            let found = format!("it is joined to {}", self.label(key));
            return Err(Missed::new(expected, found).because(came));
        }
        let live = self.cloud_object(key).is_some_and(DirectoryObject::is_live);
        if !live {
            return Err(Missed::new(expected, "the account is deleted").because(why));
        }
        let word = came.map_or("established", |came| outcome_word(came.outcome));
        let wanted = match (joined.by, joined.field) {
            (None, None) => return Ok(()),
            (Some(JoinedBy::HardMatch), _) | (None, Some(JoinField::SourceAnchor)) => "hard-match",
            (Some(JoinedBy::Created), _) => "created",
            (Some(JoinedBy::Restored), _) => "restored",
            (_, Some(JoinField::PrimarySmtp)) => "soft-match by primary-smtp",
            (_, Some(JoinField::Upn)) => "soft-match by upn",
            (Some(JoinedBy::SoftMatch), _) => "soft-match",
        };
        if word.starts_with(wanted) {
            return Ok(());
        }
        let expected = format!("{expected} by {wanted}");
        let why = came.map(|came| came.why.clone()).unwrap_or_default();
        Err(Missed::new(expected, format!("it was joined by {word}")).because(&why))
    }

    fn not_joined(&self, name: &Name) -> Met {
        let source = self.names.ad(name);
        let joined = source.and_then(|source| Some((source, self.account_of(source)?)));
        let Some((source, key)) = joined else {
            return Ok(());
        };
        let expected = format!("expected `{name}` to have no account");
        let found = format!("it is joined to {}", self.label(key));
        Err(Missed::new(expected, found).because(&self.why_of(source)))
    }

    fn quarantined(&self, value: &QuarantinedValue) -> Met {
        let property = match value.attribute {
            QuarantinedAttribute::UserPrincipalName => ConflictProperty::UserPrincipalName,
            QuarantinedAttribute::ProxyAddresses => ConflictProperty::ProxyAddresses,
        };
        let wanted = value
            .value
            .as_ref()
            .map_or_else(String::new, |value| format!(" {value}"));
        let expected = format!(
            "expected {property}{wanted} of `{}` to be withheld",
            value.user
        );
        let errors = self.withheld(&value.user);
        let fits = errors.iter().any(|(found, text)| {
            // The other spelling of it (question Q9.7) is the same attribute.
            let found = match found {
                ConflictProperty::ProxyAddress => ConflictProperty::ProxyAddresses,
                other => *other,
            };
            found == property
                && value
                    .value
                    .as_ref()
                    .is_none_or(|wanted| wanted.value == *text)
        });
        if fits {
            return Ok(());
        }
        Err(Missed::new(expected, described(&errors)).because(&self.why_of_name(&value.user)))
    }

    /// An account by its name, or by that of its source object.
    fn key_of(&self, name: &Name) -> Option<CloudKey> {
        let by_source = || self.account_of(self.names.ad(name)?);
        self.names.cloud(name).or_else(by_source)
    }

    /// The values that an account lacks.
    fn withheld(&self, name: &Name) -> Vec<(ConflictProperty, String)> {
        let key = self.key_of(name);
        let object = key.and_then(|key| self.cloud_object(key));
        let errors = object.map(|object| &*object.on_premises.provisioning_errors);
        errors
            .unwrap_or_default()
            .iter()
            .map(|one| (one.property, one.value.to_string()))
            .collect()
    }

    fn not_quarantined(&self, name: &Name) -> Met {
        let errors = self.withheld(name);
        if errors.is_empty() {
            return Ok(());
        }
        let expected = format!("expected nothing of `{name}` to be withheld");
        Err(Missed::new(expected, described(&errors)).because(&self.why_of_name(name)))
    }

    fn nothing_quarantined(&self) -> Met {
        let first = self.world.tenant().quarantined().next();
        match first {
            None => Ok(()),
            Some(key) => {
                let found = format!("{} lacks values", self.label(key));
                let missed = Missed::new("expected nothing to be withheld anywhere", found);
                Err(missed.because(&self.why_of_account(key)))
            }
        }
    }

    fn was_refused(&self, wanted: &Refused) -> Met {
        let Some(refused) = &self.refused else {
            return Err(Missed::new(
                "expected the step to be refused",
                "it was carried out",
            ));
        };
        let holds = wanted.status.is_none_or(|status| status == refused.status)
            && wanted
                .code
                .as_ref()
                .is_none_or(|code| code.value == refused.code)
            && wanted.message.as_ref().is_none_or(|text| {
                refused.message.contains(text.as_str()) || refused.hint.contains(text.as_str())
            });
        if holds {
            return Ok(());
        }
        let found = format!("{} {}: {}", refused.status, refused.code, refused.message);
        let mut missed = Missed::new("expected another refusal", found);
        missed.help.push(refused.hint.clone());
        Err(missed)
    }

    fn state(&self, name: &Name, wanted: &str, holds: impl Fn(&DirectoryObject) -> bool) -> Met {
        let expected = format!("expected `{name}` to be {wanted}");
        let key = self.names.cloud(name);
        let found = key.and_then(|key| Some((key, self.cloud_object(key)?)));
        let Some((key, object)) = found else {
            return Err(Missed::new(expected, "there is no such account"));
        };
        if holds(object) {
            return Ok(());
        }
        let missed = Missed::new(expected, format!("it is {}", state_word(object)));
        Err(missed.because(self.why_removed(key)))
    }

    fn lost(&self, name: &Name) -> Met {
        let key = self.names.cloud(name);
        let was_valuable = key.is_some_and(|key| self.valuable.contains(&key));
        if !was_valuable {
            let expected = format!("expected `{name}` to be lost");
            return Err(Missed::new(
                expected,
                "it never held a mailbox or a licence",
            ));
        }
        self.state(name, "lost with what it held", |object| {
            matches!(object.state, State::Purged { .. })
        })
    }

    fn nothing_lost(&self) -> Met {
        let lost = self.valuable.iter().find(|key| {
            let object = self.cloud_object(**key);
            object.is_some_and(|object| matches!(object.state, State::Purged { .. }))
        });
        match lost {
            None => Ok(()),
            Some(key) => {
                let found = format!("{} is gone, with what it held", self.label(*key));
                let missed = Missed::new("expected nothing to be lost", found);
                Err(missed.because(self.why_removed(*key)))
            }
        }
    }

    fn pending_exports(&self, count: u32) -> Met {
        let found = self.world.engine().entra().pending_exports();
        if found == count as usize {
            return Ok(());
        }
        Err(Missed::new(
            format!("expected {count} pending exports"),
            format!("there are {found}"),
        ))
    }

    fn deletion_threshold(&self, wanted: Threshold) -> Met {
        let is = self.world.engine().config().deletion_threshold;
        if is == super::build::threshold(wanted) {
            return Ok(());
        }
        Err(Missed::new(
            format!("expected the deletion threshold {wanted}"),
            format!("it is {}", is.map_or(Threshold::Off, Threshold::Above)),
        ))
    }

    fn step_status(&self, wanted: &StepStatus) -> Met {
        let connector: Result<ConnectorId, _> = self.connector(&wanted.connector);
        let step = super::steps::engine_steps(wanted.run).last().copied();
        let expected = format!("expected the status {}", wanted.status);
        let result = connector
            .ok()
            .zip(step)
            .and_then(|(connector, step)| self.results.get(&(connector, step)));
        let Some(result) = result else {
            return Err(Missed::new(expected, "it has not run"));
        };
        if !result.status.name().eq_ignore_ascii_case(&wanted.status) {
            return Err(Missed::new(expected, result.status.name()));
        }
        let counters = &result.counters;
        let all = [
            ("Adds", wanted.adds, counters.adds),
            ("Updates", wanted.updates, counters.updates),
            ("Renames", wanted.renames, counters.renames),
            ("Deletes", wanted.deletes, counters.deletes),
            ("Projections", wanted.projections, counters.projections),
            ("Joins", wanted.joins, counters.joins),
            (
                "Filtered Disconnectors",
                wanted.filtered,
                counters.filtered_disconnectors,
            ),
            (
                "Connectors with Flow Updates",
                wanted.flow_updates,
                counters.flow_updates,
            ),
            ("errors", wanted.errors, counters.errors),
        ];
        for (what, wanted, found) in all {
            if let Some(wanted) = wanted
                && u64::from(wanted) != found
            {
                let expected = format!("expected {wanted} {what}");
                return Err(Missed::new(expected, format!("there are {found}")));
            }
        }
        Ok(())
    }

    fn event(&self, id: u32) -> Met {
        if self.events.contains(&id) {
            return Ok(());
        }
        let found = format!("the events were {:?}", self.events);
        Err(Missed::new(
            format!("expected event {id} since the last cycle began"),
            found,
        ))
    }

    fn count(&self, wanted: &Count) -> Met {
        let count = |holds: &dyn Fn(&DirectoryObject) -> bool| {
            self.world
                .tenant()
                .objects()
                .filter(|(_, object)| holds(object))
                .count() as u32
        };
        let kind = |object: &DirectoryObject| object.kind.sync_type();
        let all = [
            (
                "users",
                wanted.users,
                count(&|it| it.is_live() && kind(it) == User),
            ),
            (
                "deleted users",
                wanted.deleted_users,
                count(&|it| it.is_soft_deleted() && kind(it) == User),
            ),
            (
                "groups",
                wanted.groups,
                count(&|it| it.is_live() && kind(it) == Group),
            ),
            (
                "contacts",
                wanted.contacts,
                count(&|it| it.is_live() && kind(it) == Contact),
            ),
        ];
        for (what, wanted, found) in all {
            if let Some(wanted) = wanted
                && wanted != found
            {
                return Err(Missed::new(
                    format!("expected {wanted} {what}"),
                    format!("there are {found}"),
                ));
            }
        }
        Ok(())
    }
}

fn described(errors: &[(ConflictProperty, String)]) -> String {
    if errors.is_empty() {
        return "nothing is withheld".to_owned();
    }
    let all: Vec<String> = errors
        .iter()
        .map(|(property, value)| format!("{property} {value}"))
        .collect();
    format!("withheld: {}", all.join(", "))
}

pub(super) fn state_word(object: &DirectoryObject) -> &'static str {
    match object.state {
        State::Live => "live",
        State::SoftDeleted { .. } => "in the recycle bin",
        State::Purged { .. } => "gone for good",
    }
}
