//! One host for many connections.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::ldap::host::{Host, Standalone};

/// A host that connections take turns with.
pub trait SharedHost: Send + Sync + 'static {
    /// Runs something on the host while nobody else does.
    fn with(&self, run: &mut dyn FnMut(&mut dyn Host));
}

/// Tells the time.
pub(super) type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// A directory by itself behind a lock, with a clock.
pub struct LocalHost {
    host: Mutex<Standalone>,
    clock: Clock,
}

impl LocalHost {
    pub(super) fn new(host: Standalone, clock: Clock) -> Self {
        Self {
            host: Mutex::new(host),
            clock,
        }
    }

    pub(super) fn lock<R>(&self, run: impl FnOnce(&mut Standalone) -> R) -> R {
        // What a panic elsewhere left is a directory all the same: changes are all or nothing.
        let guard = self.host.lock();
        let mut host: MutexGuard<'_, Standalone> = guard.unwrap_or_else(PoisonError::into_inner);
        host.set_now((self.clock)());
        run(&mut host)
    }
}

impl SharedHost for LocalHost {
    fn with(&self, run: &mut dyn FnMut(&mut dyn Host)) {
        self.lock(|host| run(host));
    }
}

/// The second domain controller of a directory by itself.
pub(super) struct LocalSecond(pub(super) Arc<LocalHost>);

impl SharedHost for LocalSecond {
    fn with(&self, run: &mut dyn FnMut(&mut dyn Host)) {
        self.0.lock(|host| {
            if let Some(mut second) = host.second_controller() {
                run(&mut second);
            }
        });
    }
}

impl fmt::Debug for LocalHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LocalHost").finish_non_exhaustive()
    }
}
