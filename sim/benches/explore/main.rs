//! Speed and memory of the explorer, beside Paxos in stateright in the same run.
//!
//! `cargo bench -p sim --bench explore` runs it, on one thread.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
#![expect(clippy::cast_precision_loss, reason = "a rate is rounded anyhow")]

use std::time::{Duration, Instant};

use mock_cloud::Profile;
use sim::explore::{Tally, messes};
use sim::mess::{Mess, Scope, all};

mod paxos;

/// So many messes are searched with one memory, as `explore --people` does.
const TOGETHER: usize = 64;

fn main() {
    let scope = Scope {
        people: 2,
        cloud: 3,
        oddities: 2,
    };
    let wanted = all(scope);
    println!(
        "{} messes of 2 people and 3 cloud objects, 2 oddities, 2 faults; one thread\n",
        wanted.len()
    );
    let (paxos, reference) = timed(paxos::check);
    println!("| what | transitions | states | processor s | transitions/s | of the reference |");
    println!("|---|---|---|---|---|---|");
    let row = |what: &str, transitions: usize, states: usize, took: Duration| {
        let seconds = took.as_secs_f64();
        let rate = transitions as f64 / seconds;
        let ratio = rate / (paxos.generated as f64 / reference.as_secs_f64());
        println!("| {what} | {transitions} | {states} | {seconds:.2} | {rate:.0} | {ratio:.2} |");
    };
    row(
        "reference: Paxos in stateright, 3 servers, 3 clients",
        paxos.generated,
        paxos.unique,
        reference,
    );
    let mut whole = Tally::default();
    for profile in Profile::ALL {
        let (tally, took) = timed(|| campaign(&wanted, profile));
        assert_eq!(tally.word(), "converges", "{profile}");
        row(
            &format!("explorer, {profile}"),
            tally.transitions,
            tally.states,
            took,
        );
        whole.add(tally);
    }
    let share = whole.carried_out as f64 * 100.0 / whole.transitions as f64;
    let each = whole.bytes as f64 / whole.states as f64;
    println!(
        "\n{share:.0} % of the transitions were carried out on a World; the others are faults"
    );
    println!("of which it is known that they change nothing, or what a step without one changes.");
    println!("{each:.0} bytes for each state that was visited, its edges among them.");
}

/// How long something kept processors busy: this machine may have other work, too.
fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let (begun, busy) = (Instant::now(), busy());
    let answer = what();
    let took = self::busy()
        .zip(busy)
        .map(|(now, then)| now.saturating_sub(then));
    (answer, took.unwrap_or_else(|| begun.elapsed()))
}

/// How long all threads of this process have been on a processor; only where the kernel tells, in
/// its ticks of a hundredth of a second.
fn busy() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets and may have spaces.
    let (_, rest) = text.rsplit_once(')')?;
    let mut times = rest.split_whitespace().skip(11);
    let ticks = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
    let (user, system) = (ticks(times.next())?, ticks(times.next())?);
    Some(Duration::from_millis((user + system) * 10))
}

fn campaign(wanted: &[Mess], profile: Profile) -> Tally {
    let mut tally = Tally::default();
    for group in wanted.chunks(TOGETHER) {
        let found = messes(group, profile, 2, 50_000);
        tally.add(found.expect("every mess is a world"));
    }
    tally
}
