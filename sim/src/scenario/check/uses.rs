//! Which names a step or an expectation uses.

use super::super::model::{Expectation, Step};
use super::super::spanned::Name;
use super::names::Side;

/// What ends a pilot that is limited to a group.
const EVERYBODY: &str = "everybody";

/// A use of a name: the object must live there, and with a type, be of that type.
pub(super) struct Use<'s> {
    pub(super) name: &'s Name,
    pub(super) side: Side,
    pub(super) kind: Option<&'static str>,
}

fn ad(name: &Name) -> Use<'_> {
    Use {
        name,
        side: Side::Ad,
        kind: None,
    }
}

fn cloud(name: &Name) -> Use<'_> {
    Use {
        name,
        side: Side::Cloud,
        kind: None,
    }
}

impl Use<'_> {
    fn of(self, kind: &'static str) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }
}

/// The names that a step uses, apart from those in its expectations.
pub(super) fn of_step(step: &Step) -> Vec<Use<'_>> {
    match step {
        Step::Move(step) => vec![ad(&step.user)],
        Step::Rename(step) => vec![ad(&step.user)],
        Step::Set(step) => vec![ad(&step.user)],
        Step::Clear(step) => vec![ad(&step.user)],
        Step::AddValue(step) | Step::RemoveValue(step) => vec![ad(&step.user)],
        Step::AddMember(step) | Step::RemoveMember(step) => {
            vec![ad(&step.group).of("group"), ad(&step.member)]
        }
        Step::SetConsistencyGuid(step) => {
            let from = step.from.iter();
            let from = from.map(|name| Use {
                name,
                side: Side::Either,
                kind: None,
            });
            std::iter::once(ad(&step.user)).chain(from).collect()
        }
        Step::Add(new) => {
            let members = new.object.members.iter().map(ad);
            members.chain(new.object.manager.iter().map(ad)).collect()
        }
        Step::Delete(step) => vec![ad(&step.user)],
        Step::Restore(step) => vec![ad(&step.user)],
        Step::RemoveCloudUser(step) => vec![cloud(&step.user)],
        Step::RestoreCloudUser(step) => vec![cloud(&step.user)],
        Step::SetImmutableId(step) => {
            let from = step.from.iter().map(ad);
            std::iter::once(cloud(&step.user).of("user"))
                .chain(from)
                .collect()
        }
        Step::SetCloudUser(step) => vec![cloud(&step.user)],
        Step::CreateCloudUser(new) => {
            let members = new.object.members.iter().map(cloud);
            members.chain(new.object.anchor_of.iter().map(ad)).collect()
        }
        Step::AssignLicence(step) | Step::RemoveLicence(step) => {
            vec![cloud(&step.user).of("user")]
        }
        Step::AssignRole(step) | Step::RemoveRole(step) => vec![cloud(&step.user).of("user")],
        Step::ConvertToCloudManaged(step) => vec![cloud(&step.user)],
        Step::ClearOnPremisesObjectIdentifier(step)
        | Step::ClearOnPremisesSecurityIdentifier(step) => vec![cloud(&step.user).of("user")],
        Step::SetConnector(step) => {
            let readable = step.readable.iter();
            step.unreadable.iter().chain(readable).map(ad).collect()
        }
        Step::SetEngine(step) => {
            let group = step.group.iter().filter(|it| it.as_str() != EVERYBODY);
            group.map(|group| ad(group).of("group")).collect()
        }
        Step::MoveOu(_)
        | Step::RenameOu(_)
        | Step::SetFeature(_)
        | Step::SetOnPremisesSync(_)
        | Step::VerifyDomain(_)
        | Step::Sync(_)
        | Step::RunProfile(_)
        | Step::StopScheduler
        | Step::StartScheduler
        | Step::Wait(_)
        | Step::Expect(_) => Vec::new(),
    }
}

/// The names that an expectation uses, apart from those in its alternatives.
pub(super) fn of_expectation(expectation: &Expectation) -> Vec<Use<'_>> {
    match expectation {
        Expectation::Provisioned(expected) => vec![ad(&expected.r#for)],
        Expectation::Joined(expected) => vec![ad(&expected.ad), cloud(&expected.cloud)],
        Expectation::NotJoined(name) | Expectation::NoError(name) => vec![ad(name)],
        Expectation::Error(expected) => vec![ad(&expected.on)],
        Expectation::Quarantined(expected) => vec![cloud(&expected.user)],
        Expectation::NotQuarantined(name)
        | Expectation::Deleted(name)
        | Expectation::Purged(name)
        | Expectation::Kept(name)
        | Expectation::Lost(name) => vec![cloud(name)],
        Expectation::CloudUser(expected) => {
            let members = expected
                .members
                .iter()
                .flat_map(|members| members.iter())
                .map(cloud);
            let anchor = expected.anchor_of.iter().map(ad);
            std::iter::once(cloud(&expected.user))
                .chain(members)
                .chain(anchor)
                .collect()
        }
        Expectation::AdObject(expected) => vec![ad(&expected.user)],
        Expectation::MetaverseObject(expected) => vec![ad(&expected.user)],
        Expectation::NoErrors
        | Expectation::NothingQuarantined
        | Expectation::Refused(_)
        | Expectation::NothingLost
        | Expectation::NoDuplicates
        | Expectation::OneAnchor
        | Expectation::RightOwner
        | Expectation::Converged
        | Expectation::PendingExports(_)
        | Expectation::DeletionThreshold(_)
        | Expectation::StepStatus(_)
        | Expectation::Event(_)
        | Expectation::Count(_)
        | Expectation::AnyOf(_) => Vec::new(),
    }
}
