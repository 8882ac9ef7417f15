//! The virtual clock and what is due when.

use jiff::{SignedDuration, Timestamp};

use super::{Event, EventSink, World};
use crate::engine::CyclePolicy;

/// How often the service looks for quarantined values that are free again (rule R3.8).
const HEALING_INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// When what is due next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timers {
    healing: Timestamp,
    cycle: Option<(Timestamp, SignedDuration)>,
}

/// What a timer does.
enum Due {
    Cycle,
    Healing,
    Expiry,
    Deactivation,
}

impl Timers {
    pub(super) fn start(now: Timestamp, schedule: Option<SignedDuration>) -> Self {
        let mut timers = Self {
            healing: after(now, HEALING_INTERVAL),
            cycle: None,
        };
        timers.reschedule(now, schedule);
        timers
    }

    pub(super) fn reschedule(&mut self, now: Timestamp, schedule: Option<SignedDuration>) {
        self.cycle = schedule
            .filter(|interval| *interval > SignedDuration::ZERO)
            .map(|interval| (after(now, interval), interval));
    }

    /// Moves the hourly task on where hours were skipped because it had nothing to do: it runs at
    /// the same minute as ever.
    fn catch_up(&mut self, now: Timestamp) {
        let late = now.duration_since(self.healing);
        if late >= SignedDuration::ZERO {
            let hours = late.as_hours().saturating_add(1);
            self.healing = after(self.healing, SignedDuration::from_hours(hours));
        }
    }

    /// The sum of what distinguishes two sets of timers.
    pub(super) fn fingerprint(&self) -> [i128; 2] {
        [
            self.healing.as_nanosecond(),
            self.cycle.map_or(0, |(at, _)| at.as_nanosecond()),
        ]
    }
}

impl World {
    /// Lets time pass. What falls due at one instant happens in a fixed order: the recycle bin,
    /// the end of directory synchronisation, the hourly task, the scheduler.
    pub(super) fn advance(&mut self, duration: SignedDuration, sink: &mut dyn EventSink) {
        let end = after(self.now, duration.max(SignedDuration::ZERO));
        while let Some((at, due)) = self.next_due(end) {
            self.now = self.now.max(at);
            self.collect_garbage();
            match due {
                Due::Expiry => {
                    for key in self.tenant.expire_recycle_bin(self.now) {
                        sink.event(Event::Expired(key));
                    }
                }
                Due::Deactivation => {
                    let objects = self.tenant.complete_deactivation(self.now).len() as u64;
                    sink.event(Event::SyncDeactivated { objects });
                }
                Due::Healing => {
                    self.timers.healing = after(at, HEALING_INTERVAL);
                    for healed in self.tenant.heal(self.now, &mut self.entropy) {
                        sink.event(Event::Healed(Box::new(healed)));
                    }
                }
                Due::Cycle => {
                    if let Some((_, interval)) = self.timers.cycle {
                        self.timers.cycle = Some((after(at, interval), interval));
                    }
                    self.cycle(CyclePolicy::Delta, true, sink);
                }
            }
        }
        self.now = end;
        self.collect_garbage();
        self.timers.catch_up(end);
    }

    /// What domain controllers do by themselves with objects that have been deleted for long
    /// enough.
    fn collect_garbage(&mut self) {
        for directory in &mut self.forests {
            directory.collect_garbage(self.now);
        }
    }

    fn next_due(&self, end: Timestamp) -> Option<(Timestamp, Due)> {
        let expiry = self.tenant.next_expiry().map(|at| (at, Due::Expiry));
        // Healing that finds nothing withheld would only turn the clock: skip to the end.
        let idle = self.tenant.quarantined().next().is_none() && self.timers.cycle.is_none();
        let healing = (!idle).then_some((self.timers.healing, Due::Healing));
        let cycle = self.timers.cycle.map(|(at, _)| (at, Due::Cycle));
        let deactivation = self.tenant.organization.deactivated_at;
        let deactivation = deactivation.map(|at| (at, Due::Deactivation));
        [expiry, deactivation, healing, cycle]
            .into_iter()
            .flatten()
            .filter(|(at, _)| *at <= end)
            .reduce(|first, other| if other.0 < first.0 { other } else { first })
    }
}

fn after(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}
