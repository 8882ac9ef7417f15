//! What goes wrong on purpose, at either door.

use jiff::SignedDuration;
use mock_ad::ldap::{Kind, PlannedFault as LdapFault};
use mock_cloud::conduct::{Conduct, Throttling};
use mock_cloud::server::PlannedFault;
use store::Entropy;

/// Faults drawn from a seed: about one request in four meets one, never two in a row, so that a
/// client that tries again gets on.
#[derive(Debug, Clone)]
pub struct Chaos {
    seed: u64,
    entropy: Entropy,
    calm: bool,
}

impl Chaos {
    /// The faults of a seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            entropy: Entropy::new(seed),
            calm: true,
        }
    }

    /// How the service treats its clients meanwhile: reads miss what was just written.
    pub const fn conduct(&self) -> Conduct {
        Conduct {
            throttling: Throttling::Documented,
            lag: SignedDuration::from_secs(3),
            seed: self.seed,
        }
    }

    /// A number that decides on a fault, if one is due.
    fn draw(&mut self) -> Option<u64> {
        let drawn = self.entropy.next_u64();
        let strikes = self.calm && drawn.is_multiple_of(4);
        self.calm = !strikes;
        strikes.then_some(drawn / 4)
    }
}

fn graph_command(planned: &PlannedFault) -> String {
    use mock_cloud::server::Fault::{LoseReply, Refuse};
    let mut words = vec!["graph".to_owned()];
    match planned.fault {
        LoseReply => words.push("lose-reply".to_owned()),
        Refuse {
            status,
            retry_after,
        } => {
            words.push(status.to_string());
            words.extend(retry_after.map(|seconds| format!("--retry-after {seconds}")));
        }
    }
    if !planned.method.is_empty() {
        words.push(format!("--method {}", planned.method));
    }
    if !planned.path_contains.is_empty() {
        words.push(format!("--path {}", planned.path_contains));
    }
    words.extend(how_often(planned.every, planned.at_most));
    words.join(" ")
}

fn ldap_command(planned: &LdapFault) -> String {
    let mut words = vec!["ldap".to_owned()];
    words.push(match planned.fault {
        mock_ad::ldap::Fault::Delayed(length) => {
            format!("delayed --milliseconds {}", length.as_millis())
        }
        fault => fault.to_string(),
    });
    words.extend(planned.kind.map(|kind| format!("--request {kind}")));
    words.extend(how_often(planned.every, planned.at_most));
    words.join(" ")
}

fn how_often(every: u32, at_most: u32) -> impl Iterator<Item = String> {
    let every = (every > 1).then(|| format!("--every {every}"));
    let times = (at_most > 1).then(|| format!("--times {at_most}"));
    every.into_iter().chain(times)
}

/// The commands of `dirsync-lab fault` that let the service treat its clients so.
pub fn conduct_commands(conduct: &Conduct) -> Vec<String> {
    let throttle = match conduct.throttling {
        Throttling::Off => "off".to_owned(),
        Throttling::Documented => "documented".to_owned(),
        Throttling::Units(units) => units.to_string(),
    };
    let milliseconds = conduct.lag.as_millis();
    let seed = conduct.seed;
    vec![
        format!("dirsync-lab fault throttle {throttle}"),
        format!("dirsync-lab fault lag {milliseconds} --seed {seed}"),
    ]
}

/// All faults that are planned.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    graph: Vec<PlannedFault>,
    ldap: Vec<LdapFault>,
    chaos: Option<Chaos>,
    /// How many requests Graph had.
    requests: u64,
    struck: u64,
}

impl Faults {
    /// Plans a fault of Graph.
    pub fn plan_graph(&mut self, fault: PlannedFault) {
        self.graph.push(fault);
    }

    /// Plans a fault of LDAP.
    pub fn plan_ldap(&mut self, fault: LdapFault) {
        self.ldap.push(fault);
    }

    /// Lets a seed decide, or stops it.
    pub fn set_chaos(&mut self, chaos: Option<Chaos>) {
        self.chaos = chaos;
    }

    /// Forgets all that is planned.
    pub fn clear(&mut self) {
        *self = Self {
            requests: self.requests,
            struck: self.struck,
            ..Self::default()
        };
    }

    /// How many faults are planned and not used up.
    pub fn planned(&self) -> usize {
        self.graph.len() + self.ldap.len() + usize::from(self.chaos.is_some())
    }

    /// The commands of `dirsync-lab fault` that plan what is planned and not used up.
    pub fn commands(&self) -> Vec<String> {
        let graph = self.graph.iter().map(graph_command);
        let ldap = self.ldap.iter().map(ldap_command);
        let chaos = self
            .chaos
            .iter()
            .map(|chaos| format!("chaos {}", chaos.seed));
        let all = graph.chain(ldap).chain(chaos);
        all.map(|one| format!("dirsync-lab fault {one}")).collect()
    }

    /// How many requests have met a fault.
    pub const fn struck(&self) -> u64 {
        self.struck
    }

    /// What goes wrong with a request of Graph.
    pub fn of_graph(&mut self, method: &str, path: &str) -> Option<mock_cloud::server::Fault> {
        let due = self.due_at_graph(method, path);
        self.struck += u64::from(due.is_some());
        due
    }

    fn due_at_graph(&mut self, method: &str, path: &str) -> Option<mock_cloud::server::Fault> {
        use mock_cloud::server::Fault::{LoseReply, Refuse};
        self.requests += 1;
        let requests = self.requests;
        let mut planned = self.graph.iter_mut();
        let due = planned.find_map(|planned| planned.strike(requests, method, path));
        self.graph.retain(|planned| planned.at_most > 0);
        if due.is_some() {
            return due;
        }
        // Signing in is not what anybody rehearses.
        if !path.starts_with("/v1.0/") && !path.starts_with("/beta/") {
            return None;
        }
        let refuse = |status, retry_after| Refuse {
            status,
            retry_after,
        };
        let drawn = self.chaos.as_mut().and_then(Chaos::draw)?;
        Some(match drawn % 4 {
            0 => refuse(429, Some(1)),
            1 => refuse(503, Some(1)),
            2 => refuse(504, None),
            _ => LoseReply,
        })
    }

    /// What goes wrong with a request of LDAP.
    pub fn of_ldap(&mut self, kind: Kind) -> Option<mock_ad::ldap::Fault> {
        let due = self.due_at_ldap(kind);
        self.struck += u64::from(due.is_some());
        due
    }

    fn due_at_ldap(&mut self, kind: Kind) -> Option<mock_ad::ldap::Fault> {
        use mock_ad::ldap::Fault::{Busy, Dropped, LostReply, Unavailable};
        let due = LdapFault::strike_first(&mut self.ldap, kind);
        if due.is_some() || matches!(kind, Kind::Bind | Kind::Extended) {
            return due;
        }
        let drawn = self.chaos.as_mut().and_then(Chaos::draw)?;
        Some(match drawn % 4 {
            0 => Busy,
            1 => Unavailable,
            2 => Dropped,
            _ => LostReply,
        })
    }
}
