//! What a server stands on: a tenant that it reads and that somebody changes for it.

use jiff::Timestamp;
use store::Entropy;

use crate::conduct::{Conduct, Replication};
use crate::ids::{CloudId, CloudKey};
use crate::tenant::{Change, Refusal, Tenant};

/// Where requests read and write.
///
/// Alone, this is a [`StandaloneHost`]; in `dirsync-lab serve` it is a world, in which every write
/// becomes an action.
pub trait Host: Send {
    /// The tenant as it is now.
    fn tenant(&self) -> &Tenant;

    /// Carries out a change, or refuses it.
    fn apply(&mut self, change: &Change) -> Result<Option<CloudKey>, Refusal>;

    /// The time.
    fn now(&self) -> Timestamp;

    /// An id for an object that is about to be made.
    fn fresh_id(&mut self) -> CloudId;

    /// The tenant as reads see it: an older one while a write has not arrived everywhere.
    fn visible_tenant(&self) -> &Tenant {
        self.tenant()
    }

    /// How clients are treated: limits, and how late reads are.
    fn conduct(&self) -> Conduct {
        Conduct::default()
    }

    /// Takes note that a client was sent away, and has to wait so many seconds.
    fn sent_away(&mut self, seconds: u32) {
        let _ = seconds;
    }

    /// What goes wrong with the next request, if anything does.
    fn fault(&mut self, method: &str, path: &str) -> Option<Fault> {
        let _ = (method, path);
        None
    }
}

/// Something that goes wrong between a client and the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request is not served; this status is answered (429, 500, 502, 503, 504).
    Refuse {
        /// The status.
        status: u16,
        /// `Retry-After` in seconds, where the answer has one.
        retry_after: Option<u32>,
    },
    /// The request is served, but its answer never arrives.
    LoseReply,
}

/// A tenant with nothing around it.
#[derive(Debug)]
pub struct StandaloneHost {
    tenant: Tenant,
    entropy: Entropy,
    now: Timestamp,
    conduct: Conduct,
    replication: Replication,
    faults: Vec<PlannedFault>,
    /// How many requests there were.
    requests: u64,
}

/// A fault that is to happen, and to which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFault {
    /// What happens.
    pub fault: Fault,
    /// Which methods it happens to; empty means all.
    pub method: String,
    /// What the path has to contain, without regard to case; empty means anything.
    pub path_contains: String,
    /// To every which request of those: 1 means each.
    pub every: u32,
    /// How often in all.
    pub at_most: u32,
}

impl PlannedFault {
    /// What happens to a request by its number, counted from 1; it is used up by that.
    pub fn strike(&mut self, number: u64, method: &str, path: &str) -> Option<Fault> {
        let is_meant = (self.method.is_empty() || self.method.eq_ignore_ascii_case(method))
            && path
                .to_lowercase()
                .contains(&self.path_contains.to_lowercase());
        let is_its_turn = number.is_multiple_of(u64::from(self.every.max(1)));
        if !is_meant || !is_its_turn || self.at_most == 0 {
            return None;
        }
        self.at_most -= 1;
        Some(self.fault)
    }
}

impl StandaloneHost {
    /// The host of a tenant; `seed` decides on ids and digits.
    pub fn new(tenant: Tenant, now: Timestamp, seed: u64) -> Self {
        Self {
            tenant,
            entropy: Entropy::new(seed),
            now,
            conduct: Conduct::default(),
            replication: Replication::default(),
            faults: Vec::new(),
            requests: 0,
        }
    }

    /// Sets the time, and removes for good what has been deleted for 30 days.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
        if self.tenant.next_expiry().is_some_and(|at| at <= now) {
            self.tenant.expire_recycle_bin(now);
        }
    }

    /// Treats clients differently from now on; the seed decides how late each write is.
    pub fn set_conduct(&mut self, conduct: Conduct) {
        self.conduct = conduct;
        self.replication.settle();
    }

    /// Plans a fault.
    pub fn plan_fault(&mut self, fault: PlannedFault) {
        self.faults.push(fault);
    }

    /// Changes the tenant without a request.
    pub fn change_tenant(&mut self, change: impl FnOnce(&mut Tenant)) {
        change(&mut self.tenant);
    }
}

impl Host for StandaloneHost {
    fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn apply(&mut self, change: &Change) -> Result<Option<CloudKey>, Refusal> {
        let before = self.conduct.lags().then(|| self.tenant.clone());
        let done = self.tenant.apply(change, self.now, &mut self.entropy)?;
        if let Some(before) = before {
            self.replication.note(&self.conduct, before, self.now);
        }
        Ok(done)
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn fresh_id(&mut self) -> CloudId {
        CloudId::from_bytes(self.entropy.next_uuid())
    }

    fn visible_tenant(&self) -> &Tenant {
        self.replication.seen(self.now).unwrap_or(&self.tenant)
    }

    fn conduct(&self) -> Conduct {
        self.conduct
    }

    fn fault(&mut self, method: &str, path: &str) -> Option<Fault> {
        self.requests += 1;
        let mut due = None;
        for planned in &mut self.faults {
            due = due.or_else(|| planned.strike(self.requests, method, path));
        }
        self.faults.retain(|planned| planned.at_most > 0);
        due
    }
}
