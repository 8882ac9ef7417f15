//! The closed loop: what an administrator does next, decided anew from what can be seen now.
//!
//! [`next`] looks at a [`World`] and at an [`Aim`] (whose account is whose, and how things were
//! found), and plans one step. It remembers nothing: a script that is killed, or that carries out
//! a step twice, looks again and goes on. That is the difference to a list of steps, which takes
//! a person out of scope a second time when it is started a second time.
//!
//! The order, for each person who is not joined to the own account (catalogue section 7.2):
//!
//! 1. out of scope whoever is joined to a wrong account, and cycles until the engine has let go
//! 2. the own account back from the recycle bin
//! 3. the anchor away from whoever else holds it: a twin that holds nothing leaves the recycle bin
//!    for good, one that holds something is restored and loses the id
//! 4. UPN and addresses away from whoever else has them
//! 5. the own account made ready: roles, `onPremisesObjectIdentifier`, takeover block, ImmutableId
//! 6. back into scope, a cycle, and everything that was taken away given back
//!
//! Before 2026 nothing is known to refuse a hard match on an administrator, so roles are taken away
//! only where rule R2.20 holds.

mod aim;
mod anchors;
mod choices;
mod look;
mod names;
mod plan;
mod ready;
mod sequence;
mod step;
#[cfg(test)]
pub(crate) mod tests;

pub use aim::Aim;
pub(crate) use choices::{choices, still_needed};
pub(crate) use look::in_scope;
pub(crate) use names::spare;
pub use plan::next;
pub use sequence::{End, Plan, Taken, dn};
pub use step::{PlannedStep, What};

use mock_cloud::CloudKey;

use crate::engine::{PendingExport, Source};
use crate::world::World;
use look::Look;

/// What there is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// This step.
    Step(Box<PlannedStep>),
    /// Nothing: everything is as it should be.
    Done,
    /// Nothing that is known to help: somebody has to decide.
    Stuck(Vec<Trouble>),
}

impl Next {
    /// The step, where there is one.
    pub fn step(&self) -> Option<&PlannedStep> {
        match self {
            Self::Step(step) => Some(step),
            Self::Done | Self::Stuck(_) => None,
        }
    }
}

/// Something that the planner leaves to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whose account it is about.
    pub person: Option<Source>,
    /// What is the matter, and what would help.
    pub text: String,
    /// The account that only turning synchronisation off for the whole tenant makes editable
    /// (before 2025), where that is it.
    pub locked: Option<CloudKey>,
}

/// What is not as it should be, in one sentence; `None` once the world has converged: each person
/// in scope is joined to the right live account, nothing fails or is withheld or waits for an
/// export, and roles and guards are as they were found.
pub fn missing(world: &World, aim: &Aim) -> Option<String> {
    let look = Look::new(world, aim);
    let mut people = look.people.iter();
    people
        .find_map(|person| astray(&look, person))
        .or_else(|| guards(&look))
        .or_else(|| unrest(&look))
}

/// Everybody with whom something is not as it should be, and what.
pub fn troubled(world: &World, aim: &Aim) -> Vec<(Source, String)> {
    let look = Look::new(world, aim);
    let withheld = |person: &look::Person| {
        let account = look.object(person.joined?)?;
        let any = !account.on_premises.provisioning_errors.is_empty();
        any.then(|| format!("values are withheld from {}", account.label()))
    };
    let people = look.people.iter();
    let wrong = |person| astray(&look, person).or_else(|| withheld(person));
    people
        .filter_map(|person| Some((person.source, wrong(person)?)))
        .collect()
}

fn astray(look: &Look<'_>, person: &look::Person) -> Option<String> {
    let name = || look.name(person.source);
    if !person.in_scope {
        return Some(format!("{} is out of scope", name()));
    }
    let Some(joined) = person.joined.filter(|key| look.is_live(*key)) else {
        return Some(format!("{} has no account", name()));
    };
    let meant = look.aim.belongs.get(&person.source);
    if meant.is_some_and(|own| *own != joined) || look.is_anothers(person.source, joined) {
        return Some(format!(
            "{} has {}, a wrong account",
            name(),
            look.label(joined)
        ));
    }
    person
        .fails
        .then(|| format!("the export of {} fails", name()))
}

fn guards(look: &Look<'_>) -> Option<String> {
    let (tenant, aim) = (look.world.tenant(), look.aim);
    for (key, roles) in &aim.roles {
        if look.is_live(*key) && tenant.roles.held(*key) != *roles {
            return Some(format!("{} lacks a role that it had", look.label(*key)));
        }
    }
    let blocked = tenant
        .features
        .block_cloud_object_takeover_through_hard_match;
    if blocked != aim.takeover_blocked {
        return Some("the takeover block is not as it was found".to_owned());
    }
    let lost = aim.valuable.iter().find(|key| !look.is_live(**key));
    lost.map(|key| format!("{} is deleted, with what it holds", look.label(*key)))
}

fn unrest(look: &Look<'_>) -> Option<String> {
    let tenant = look.world.tenant();
    // On an account that is not synced any more the record is history, and nothing clears it.
    let synced = |key: &CloudKey| look.object(*key).is_some_and(|it| it.is_synced());
    if let Some(key) = tenant.quarantined().find(synced) {
        return Some(format!("values are withheld from {}", look.label(key)));
    }
    let mut entries = look.world.engine().entra().iter();
    let waits = entries
        .any(|(_, entry)| entry.pending_export != PendingExport::None || entry.failure.is_some());
    waits.then(|| "an export is pending or fails".to_owned())
}
