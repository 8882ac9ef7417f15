//! How the service treats its clients on request: limits, and writes that arrive late.
//!
//! Both are off unless somebody asks for them, and follow from the time that is passed in and from
//! a seed, so that the same history shows the same answers.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::tenant::Tenant;

/// The length of the window that resource units are counted in, in seconds.
pub(crate) const WINDOW_SECONDS: i64 = 10;

/// How many resource units an application may use in a tenant within ten seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Throttling {
    /// As many as it likes.
    #[default]
    Off,
    /// As the documentation of the identity service has it: by the size of the tenant.
    Documented,
    /// So many: for scripts that are too small to meet the real limit.
    Units(u32),
}

impl Throttling {
    /// The limit in a tenant of so many objects, where there is one.
    pub const fn units(self, objects: usize) -> Option<u32> {
        match (self, objects) {
            (Self::Off, _) => None,
            // None at all would let nobody in for ever.
            (Self::Units(0), _) => Some(1),
            (Self::Units(units), _) => Some(units),
            (Self::Documented, 0..50) => Some(3_500),
            (Self::Documented, 50..=500) => Some(5_000),
            (Self::Documented, _) => Some(8_000),
        }
    }
}

/// A limit that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `documented`, `off` or a number of resource units")]
pub struct NoLimit;

impl FromStr for Throttling {
    type Err = NoLimit;

    fn from_str(text: &str) -> Result<Self, NoLimit> {
        match text {
            "off" => Ok(Self::Off),
            "documented" => Ok(Self::Documented),
            units => match units.parse() {
                Ok(0) | Err(_) => Err(NoLimit),
                Ok(units) => Ok(Self::Units(units)),
            },
        }
    }
}

/// How the service treats its clients, besides answering them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conduct {
    /// Its limits.
    pub throttling: Throttling,
    /// How much later than a write reads see it at most; zero means at once.
    pub lag: SignedDuration,
    /// Decides how late each write is.
    pub seed: u64,
}

impl Conduct {
    /// Whether anything is out of the ordinary.
    pub fn is_plain(&self) -> bool {
        self.throttling == Throttling::Off && !self.lags()
    }

    /// Whether reads may miss what was just written.
    pub fn lags(&self) -> bool {
        self.lag > SignedDuration::ZERO
    }

    /// How late the write of this number is, in whole milliseconds.
    fn late(&self, number: u64) -> SignedDuration {
        let most = u64::try_from(self.lag.as_millis()).unwrap_or_default();
        let drawn = store::mix(self.seed, number) % most.saturating_add(1);
        SignedDuration::from_millis(i64::try_from(drawn).unwrap_or_default())
    }
}

impl fmt::Display for Conduct {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.throttling {
            Throttling::Off => formatter.write_str("no limits")?,
            Throttling::Documented => formatter.write_str("the documented limits")?,
            Throttling::Units(units) => {
                write!(formatter, "{units} resource units in {WINDOW_SECONDS} s")?;
            }
        }
        if !self.lags() {
            return formatter.write_str(", writes are seen at once");
        }
        let milliseconds = self.lag.as_millis();
        let seed = self.seed;
        write!(
            formatter,
            ", writes are seen up to {milliseconds} ms late (seed {seed})"
        )
    }
}

/// The older states of a tenant that reads still see.
#[derive(Debug, Clone, Default)]
pub struct Replication {
    /// Each with the time from which on it is no longer seen; the oldest first.
    older: VecDeque<(Timestamp, Tenant)>,
    /// How many writes there were.
    writes: u64,
}

impl Replication {
    /// Takes note of a write: what the tenant was before it, and when it came.
    pub fn note(&mut self, conduct: &Conduct, before: Tenant, now: Timestamp) {
        self.writes += 1;
        self.older.retain(|(until, _)| *until > now);
        let until = now.saturating_add(conduct.late(self.writes)).unwrap_or(now);
        // A later write is never seen before an earlier one.
        let until = self
            .older
            .back()
            .map_or(until, |(last, _)| until.max(*last));
        if until > now {
            self.older.push_back((until, before));
        }
    }

    /// What reads see, where that is not the tenant as it is.
    pub fn seen(&self, now: Timestamp) -> Option<&Tenant> {
        let mut older = self.older.iter();
        older
            .find(|(until, _)| *until > now)
            .map(|(_, tenant)| tenant)
    }

    /// Lets every write be seen that there was so far.
    pub fn arrive(&mut self) {
        self.older.clear();
    }

    /// Lets every write be seen; draws begin anew.
    pub fn settle(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn after(milliseconds: i64) -> Timestamp {
        let start = Timestamp::UNIX_EPOCH;
        start
            .saturating_add(SignedDuration::from_millis(milliseconds))
            .unwrap()
    }

    /// Which of so many writes, one each 100 ms, is the last that a read sees, at 50 ms steps.
    fn seen(seed: u64) -> Vec<String> {
        let conduct = Conduct {
            lag: SignedDuration::from_millis(700),
            seed,
            ..Conduct::default()
        };
        let mut replication = Replication::default();
        let named = |number: i64| Tenant::new(&format!("t{number}.example"), Profile::Entra2026);
        let mut all = Vec::new();
        for step in 0..60 {
            let now = after(50 * step);
            if step % 2 == 0 && step < 20 {
                replication.note(&conduct, named(step / 2), now);
            }
            let tenant = replication.seen(now);
            all.push(tenant.map_or("now".to_owned(), |it| it.domains.default().to_string()));
        }
        all
    }

    #[test]
    fn writes_are_seen_late_in_order_and_at_last_all_of_them() {
        for seed in 0..50 {
            let seen = seen(seed);
            assert_eq!(seen.last().map(String::as_str), Some("now"));
            // `now` sorts before `t…`: until the last write nothing may be older than before.
            let late: Vec<&String> = seen.iter().filter(|name| *name != "now").collect();
            assert!(!late.is_empty(), "seed {seed}");
            assert!(late.is_sorted(), "seed {seed}: {seen:?}");
        }
    }

    #[test]
    fn a_seed_decides_and_another_decides_otherwise() {
        assert_eq!(seen(7), seen(7));
        assert_ne!(seen(7), seen(8));
    }

    #[test]
    fn a_limit_is_a_word_or_a_number() {
        assert_eq!("off".parse(), Ok(Throttling::Off));
        assert_eq!("documented".parse(), Ok(Throttling::Documented));
        assert_eq!("40".parse(), Ok(Throttling::Units(40)));
        for none in ["0", "-1", "", "Off", "4294967296"] {
            assert_eq!(none.parse::<Throttling>(), Err(NoLimit), "{none}");
        }
        let sizes = [49, 50, 500, 501].map(|objects| Throttling::Documented.units(objects));
        assert_eq!(sizes, [3_500, 5_000, 5_000, 8_000].map(Some));
    }

    #[test]
    fn nothing_is_late_where_nobody_asked_for_it() {
        let mut replication = Replication::default();
        let tenant = Tenant::new("a.example", Profile::Entra2026);
        replication.note(&Conduct::default(), tenant, after(0));
        assert!(replication.seen(after(0)).is_none());
    }
}
