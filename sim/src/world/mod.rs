//! The World: forests, engine, tenant, clock and entropy as one value.
//!
//! A [`World`] changes only by an [`Action`], through [`World::apply`], which is total: what is
//! refused is an [`Event`], not an error. Equal worlds and equal actions give equal worlds.

mod action;
mod event;
mod fingerprint;
mod time;

use std::sync::Arc;

use jiff::Timestamp;
use mock_ad::directory::{Directory, ObjectGuid};
use mock_cloud::{Profile, Tenant};
use store::Entropy;

pub use action::{Action, AdChange, CloudChange, EngineChange};
pub use event::{Discard, Event, EventSink};

use crate::engine::{Condition, CyclePolicy, Directories, Engine, EngineConfig, EngineEvent};

/// Everything there is: forests, engine, tenant, virtual clock, source of identifiers.
///
/// Cloning a world forks it, in microseconds at a million users.
#[derive(Debug, Clone)]
pub struct World {
    /// The era that the world lives in.
    pub profile: Profile,
    forests: Vec<Directory>,
    tenant: Tenant,
    engine: Engine,
    now: Timestamp,
    entropy: Entropy,
    timers: time::Timers,
}

impl World {
    /// A world of these forests and this tenant, with an engine that knows nothing yet.
    pub fn new(
        profile: Profile,
        forests: Vec<Directory>,
        tenant: Tenant,
        config: EngineConfig,
        now: Timestamp,
        entropy: Entropy,
    ) -> Self {
        let timers = time::Timers::start(now, config.schedule);
        let engine = Engine::new(config, &forests);
        Self {
            profile,
            forests,
            tenant,
            engine,
            now,
            entropy,
            timers,
        }
    }

    /// Gives the engine the memory of one that has been running (rule R6.22).
    pub fn establish(&mut self) {
        self.engine.establish(&self.forests, &self.tenant);
    }

    /// Sets the forests up before anything happens: what a server needs besides what an export
    /// or a scenario says.
    pub fn arrange(&mut self, arrange: &mut dyn FnMut(usize, &mut Directory, Timestamp)) {
        for (place, directory) in self.forests.iter_mut().enumerate() {
            arrange(place, directory, self.now);
        }
    }

    /// The forests.
    pub fn forests(&self) -> &[Directory] {
        &self.forests
    }

    /// The tenant.
    pub const fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The virtual time.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Carries out one action and gives what happened.
    pub fn apply(&mut self, action: &Action) -> Vec<Event> {
        let mut events = Vec::new();
        self.apply_into(action, &mut events);
        events
    }

    /// Carries out one action and reports what happens to a sink.
    pub fn apply_into(&mut self, action: &Action, sink: &mut dyn EventSink) {
        match action {
            Action::Ad { forest, change } => self.change_ad(*forest, change, sink),
            Action::Cloud(change) => match self.tenant.apply(change, self.now, &mut self.entropy) {
                Ok(object) => sink.event(Event::CloudChanged { object }),
                Err(refusal) => sink.event(Event::CloudRefused(Box::new(refusal))),
            },
            Action::Run { connector, step } => {
                let (engine, mut on) = self.split();
                let mut forward = |event: EngineEvent| sink.event(Event::Engine(event));
                engine.run_step(*connector, *step, &mut on, &mut forward);
            }
            Action::BrokenExport(objects) => {
                let (engine, mut on) = self.split();
                let mut forward = |event: EngineEvent| sink.event(Event::Engine(event));
                engine.run_broken_export(*objects, &mut on, &mut forward);
            }
            Action::Cycle(policy) => self.cycle(*policy, false, sink),
            Action::Advance(duration) => self.advance(*duration, sink),
            Action::Configure(change) => self.configure(change, sink),
        }
    }

    fn cycle(&mut self, policy: CyclePolicy, scheduled: bool, sink: &mut dyn EventSink) {
        sink.event(Event::CycleStarted {
            at: self.now,
            policy,
            scheduled,
        });
        let (engine, mut on) = self.split();
        let mut forward = |event: EngineEvent| sink.event(Event::Engine(event));
        engine.run_cycle(policy, &mut on, &mut forward);
    }

    const fn split(&mut self) -> (&mut Engine, Directories<'_>) {
        let directories = Directories {
            forests: self.forests.as_mut_slice(),
            tenant: &mut self.tenant,
            entropy: &mut self.entropy,
            now: self.now,
        };
        (&mut self.engine, directories)
    }

    fn change_ad(&mut self, forest: usize, change: &AdChange, sink: &mut dyn EventSink) {
        let Some(directory) = self.forests.get_mut(forest) else {
            return;
        };
        let now = self.now;
        let entropy = &mut self.entropy;
        let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
        let result = directory.apply(change, now, &mut guids);
        sink.event(match result {
            Ok(object) => Event::AdChanged { forest, object },
            Err(refusal) => Event::AdRefused(Box::new(refusal)),
        });
    }

    fn configure(&mut self, change: &EngineChange, sink: &mut dyn EventSink) {
        self.engine.configure(|config| match change {
            EngineChange::Scope(forest, scope) => {
                if let Some(known) = config.scopes.get_mut(*forest) {
                    known.clone_from(scope);
                }
            }
            EngineChange::Staging(staging) => config.staging = *staging,
            EngineChange::DeletionThreshold(threshold) => config.deletion_threshold = *threshold,
            EngineChange::Schedule(schedule) => config.schedule = *schedule,
            EngineChange::Anchor(anchor) => config.anchor = *anchor,
            EngineChange::Rules(rules) => config.rules = Some(Arc::clone(rules)),
            EngineChange::Condition(connector, Condition::Ready) => {
                config.conditions.remove(connector);
            }
            EngineChange::Condition(connector, condition) => {
                config.conditions.insert(*connector, *condition);
            }
            EngineChange::Readable(source, true) => {
                config.unreadable.remove(source);
            }
            EngineChange::Readable(source, false) => {
                config.unreadable.insert(*source);
            }
        });
        if let EngineChange::Schedule(schedule) = change {
            self.timers.reschedule(self.now, *schedule);
        }
        sink.event(Event::Configured);
    }

    /// Changes a tenant as no administrator and no engine can: tests plant bugs with it.
    #[cfg(test)]
    pub(crate) fn plant(&mut self, bug: impl FnOnce(&mut Tenant)) {
        bug(&mut self.tenant);
    }

    /// An id for an object that an administrator makes in the tenant.
    pub fn fresh_cloud_id(&mut self) -> mock_cloud::CloudId {
        mock_cloud::CloudId::from_bytes(self.entropy.next_uuid())
    }
}
