//! What the next cycle will do, step by step, on a copy of the world.

use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, DirectoryObject};
use sim::engine::{CyclePolicy, EngineEvent, PendingExport, StepResult};
use sim::manager::connector_name;
use sim::rehearse::{AccountChange, Fate, difference};
use sim::world::{Event, World};

use crate::at::At;
use crate::runs::{Counted, step, steps_of};

/// A cycle that has not been run.
#[derive(Debug)]
pub(crate) struct Preview {
    /// The moment it was made at.
    pub(crate) moment: At,
    /// What the cycle reads.
    pub(crate) policy: CyclePolicy,
    /// Its steps, with connector and the objects behind each counter.
    pub(crate) steps: Vec<(String, StepResult, Counted)>,
    /// Accounts that are deleted, or wait to be where the threshold holds them back.
    pub(crate) deletes: Vec<Delete>,
    /// What becomes of every other account.
    pub(crate) changes: Vec<AccountChange>,
    /// So many deletions, and so many are allowed: nothing is exported.
    pub(crate) stopped: Option<(u64, u32)>,
}

/// One account that goes, and what goes with it.
#[derive(Debug)]
pub(crate) struct Delete {
    /// The account.
    pub(crate) key: CloudKey,
    /// What it takes along.
    pub(crate) takes: Vec<String>,
    /// Whether there is no way back.
    pub(crate) for_good: bool,
}

impl Preview {
    /// Runs a cycle on a copy.
    pub(crate) fn of(world: &World, moment: At, policy: CyclePolicy) -> Self {
        let mut after = world.clone();
        let mut steps = Vec::new();
        let mut stopped = None;
        for (connector, wanted) in steps_of(world, policy) {
            let (events, counted) = step(&mut after, connector, wanted);
            for event in &events {
                match event {
                    Event::Engine(EngineEvent::Finished(result)) => {
                        steps.push((connector_name(world, connector), *result, counted.clone()));
                    }
                    Event::Engine(EngineEvent::DeletionThresholdExceeded {
                        deletes,
                        threshold,
                    }) => stopped = Some((*deletes, *threshold)),
                    _ => {}
                }
            }
        }
        let (gone, changes) = difference(world.tenant(), after.tenant())
            .into_iter()
            .partition::<Vec<_>, _>(|it| matches!(it.fate, Fate::Deleted | Fate::Purged));
        let mut keys: Vec<CloudKey> = gone.iter().map(|it| it.key).collect();
        let waiting = after.engine().entra().iter();
        keys.extend(waiting.filter_map(|(_, entry)| {
            let held = entry.pending_export == PendingExport::Delete && !entry.deleted;
            entry.cloud.filter(|_| held)
        }));
        keys.sort_unstable();
        keys.dedup();
        let deletes = keys
            .into_iter()
            .filter_map(|key| delete(world, &after, key));
        Self {
            moment,
            policy,
            steps,
            deletes: deletes.collect(),
            changes,
            stopped,
        }
    }

    /// What was made for a moment, under a policy.
    pub(crate) fn is_for(&self, moment: At, policy: CyclePolicy) -> bool {
        self.moment == moment && self.policy == policy
    }
}

fn delete(world: &World, after: &World, key: CloudKey) -> Option<Delete> {
    let object = world.tenant().object(key)?;
    let then = after.tenant().object(key)?;
    Some(Delete {
        key,
        takes: takes(world, key, object),
        for_good: matches!(then.state, State::Purged { .. }) || !object.kind.is_user(),
    })
}

/// What goes with an account.
pub(crate) fn takes(world: &World, key: CloudKey, object: &DirectoryObject) -> Vec<String> {
    let tenant = world.tenant();
    let mut all = Vec::new();
    if let Some(mailbox) = &object.mailbox {
        all.push(match mailbox.as_str() {
            "true" | "mailbox" | "" => "the mailbox".to_owned(),
            name => format!("the mailbox {name}"),
        });
    }
    for licence in object.licences.iter() {
        all.push(format!("the licence {licence}"));
    }
    for role in tenant.roles.held(key) {
        all.push(format!("the role {}", role.0));
    }
    let groups: Vec<String> = tenant
        .member_of(key)
        .filter_map(|group| Some(tenant.object(group)?.label().to_string()))
        .collect();
    if !groups.is_empty() {
        all.push(format!("membership of {}", groups.join(", ")));
    }
    if !object.kind.is_user() {
        all.push(format!("the {} id {}", object.kind.word(), object.id));
        if !object.members.is_empty() {
            all.push(format!("a list of {} members", object.members.len()));
        }
    }
    all
}
