//! Limits in resource units, as the identity service has them.
//!
//! Microsoft's "Graph service-specific throttling limits", identity and access: a token bucket
//! per application and tenant, larger for larger tenants; costs by request.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::conduct::WINDOW_SECONDS;

/// How many writes an application may do in a tenant within [`WRITE_WINDOW_SECONDS`].
const WRITES_MAX: u32 = 3_000;
/// The length of the window for writes.
const WRITE_WINDOW_SECONDS: i64 = 150;

/// What was used so far, by application.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    used: BTreeMap<String, Used>,
}

#[derive(Debug, Clone, Copy)]
struct Used {
    since: Timestamp,
    units: u32,
    writes_since: Timestamp,
    writes: u32,
}

/// Why a request has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// In seconds.
    pub(super) retry_after: u32,
    /// `WriteLimitExceeded` or `ResourceUnitLimitExceeded`.
    pub(super) information: &'static str,
}

impl Throttle {
    /// Takes the cost of a request out of an application's bucket, or says how long to wait.
    /// Gives the part of the limit that is used.
    pub(super) fn take(
        &mut self,
        client: &str,
        max: u32,
        cost: u32,
        is_write: bool,
        now: Timestamp,
    ) -> Result<f64, Wait> {
        const CLIENTS_MAX: usize = 10_000;
        if self.used.len() > CLIENTS_MAX {
            self.used.clear();
        }
        let used = self.used.entry(client.to_owned()).or_insert(Used {
            since: now,
            units: 0,
            writes_since: now,
            writes: 0,
        });
        let age = |since: Timestamp| now.as_second() - since.as_second();
        // A world that was set back is younger than what was used in it.
        let is_over = |since: Timestamp, window: i64| !(0..window).contains(&age(since));
        if is_over(used.since, WINDOW_SECONDS) {
            (used.since, used.units) = (now, 0);
        }
        if is_over(used.writes_since, WRITE_WINDOW_SECONDS) {
            (used.writes_since, used.writes) = (now, 0);
        }
        let wait =
            |since: Timestamp, window: i64| u32::try_from(window - age(since)).unwrap_or(1).max(1);
        // What costs more than the whole limit would never be served: it takes all of it.
        let cost = cost.min(max);
        if used.units + cost > max {
            return Err(Wait {
                retry_after: wait(used.since, WINDOW_SECONDS),
                information: "ResourceUnitLimitExceeded",
            });
        }
        if is_write && used.writes >= WRITES_MAX {
            return Err(Wait {
                retry_after: wait(used.writes_since, WRITE_WINDOW_SECONDS),
                information: "WriteLimitExceeded",
            });
        }
        used.units += cost;
        used.writes += u32::from(is_write);
        Ok(f64::from(used.units) / f64::from(max))
    }
}

/// What a request costs, by its path and options: the floor is 1.
pub(super) fn cost(is_write: bool, names: &[&str], query: &str) -> u32 {
    if is_write {
        return 1;
    }
    let last = names.last().copied().unwrap_or_default();
    let base: i32 = match (names.first().copied().unwrap_or_default(), last) {
        (_, "transitivemembers") => 5,
        (_, "checkmembergroups" | "checkmemberobjects" | "domainnamereferences") => 4,
        ("groups", "members") | (_, "getbyids") | ("subscribedskus", _) => 3,
        (_, "getmembergroups" | "getmemberobjects" | "memberof" | "transitivememberof")
        | ("users", _) => 2,
        _ => 1,
    };
    let options = super::path::pairs(query);
    let option = |name: &str| {
        let mut all = options.iter();
        let found = all.find(|(known, _)| known.trim_start_matches('$').eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let top = option("top").and_then(|top| top.parse::<u32>().ok());
    let cost = base - i32::from(option("select").is_some()) + i32::from(option("expand").is_some())
        - i32::from(top.is_some_and(|top| top < 20));
    u32::try_from(cost.max(1)).unwrap_or(1)
}
