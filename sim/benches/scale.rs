//! Speed and memory at a million users, each beside a pass over the same data in a flat vector.
//!
//! `cargo bench -p sim` runs it; `cargo bench -p sim -- 100000` runs it at another size.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mock_ad::directory::{
    AddRequest, AttributeId, Directory, DirectoryOptions, Modification, ObjectGuid, Value,
};
use mock_cloud::{Profile, Tenant};
use sim::engine::{ConnectorId, CyclePolicy, EngineConfig, EngineEvent, Scope};
use sim::world::{Action, AdChange, Discard, Event, EventSink, World};
use store::Entropy;

fn main() {
    let users = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next_back();
    let users: usize = users.unwrap_or(1_000_000);
    println!("{users} users\n");
    let forest = forest(users);
    let directory = resident();
    let mut world = world(forest);

    let first = Run::of(&mut world, CyclePolicy::Initial);
    assert_eq!(
        world.tenant().objects().len(),
        users,
        "every user has an account"
    );
    let filled = resident();
    let again = Run::of(&mut world, CyclePolicy::Initial);
    let delta = Run::of(&mut world, CyclePolicy::Delta);
    let peak = peak();
    let reference = flat_pass(&world);
    println!("| what | measured | processor time | of the reference |");
    println!("|---|---|---|---|");
    row(
        "reference: one pass over a flat vector",
        reference,
        reference,
    );
    first.report("first cycle: every account is created", reference);
    again.report("second cycle: everything read and compared", reference);
    delta.report("delta cycle: nothing has changed", reference);
    fork(&world);
    println!("\n| memory | all | per user |\n|---|---|---|");
    memory("directory", directory, users);
    memory("world after the first cycle", filled, users);
    memory("peak", peak, users);
}

/// How long something took: on the clock, and on the processor where the kernel tells.
#[derive(Debug, Clone, Copy)]
struct Took {
    clock: Duration,
    processor: Option<Duration>,
}

/// A moment, by the clock and by the processor.
struct Moment {
    clock: Instant,
    processor: Option<Duration>,
}

impl Moment {
    fn now() -> Self {
        Self {
            clock: Instant::now(),
            processor: processor(),
        }
    }

    fn took(&self) -> Took {
        let now = processor();
        let processor = now
            .zip(self.processor)
            .map(|(now, then)| now.saturating_sub(then));
        Took {
            clock: self.clock.elapsed(),
            processor,
        }
    }
}

/// One cycle and its steps.
struct Run {
    all: Took,
    steps: Vec<(String, Took)>,
}

/// Hears only when a step ends.
struct Steps {
    since: Moment,
    steps: Vec<(String, Took)>,
}

impl EventSink for Steps {
    fn event(&mut self, event: Event) {
        if let Event::Engine(EngineEvent::Finished(result)) = event {
            let connector = match result.connector {
                ConnectorId::Ad(_) => "AD",
                ConnectorId::Entra => "Entra",
            };
            let name = format!("{connector} {}", result.step.name());
            self.steps.push((name, self.since.took()));
            self.since = Moment::now();
        }
    }
}

impl Run {
    fn of(world: &mut World, policy: CyclePolicy) -> Self {
        let mut steps = Steps {
            since: Moment::now(),
            steps: Vec::new(),
        };
        let all = time(|| world.apply_into(&Action::Cycle(policy), &mut steps));
        Self {
            all,
            steps: steps.steps,
        }
    }

    fn report(&self, what: &str, reference: Took) {
        row(what, self.all, reference);
        for (step, took) in &self.steps {
            if took.clock > Duration::from_millis(1) {
                row(&format!("- {step}"), *took, reference);
            }
        }
    }
}

/// A fork of the world and one change to it, many times; beside it a clone of an `Arc`.
fn fork(world: &World) {
    const ROUNDS: u32 = 10_000;
    let object = world.forests()[0]
        .find_by_sam_account_name("u500")
        .expect("user u500");
    let change = |round: u32| Action::Ad {
        forest: 0,
        change: AdChange::Modify {
            object,
            changes: vec![Modification::replace(
                AttributeId::TITLE,
                [Value::Text(format!("round {round}").into())],
            )],
        },
    };
    let actions: Vec<Action> = (0..ROUNDS).map(change).collect();
    let forked = time(|| {
        for action in &actions {
            let mut fork = world.clone();
            fork.apply_into(action, &mut Discard);
            black_box(&fork);
        }
    });
    let only = time(|| (0..ROUNDS).for_each(|_| drop(black_box(world.clone()))));
    for (what, took) in [("fork and one change", forked), ("fork alone", only)] {
        println!("| {what} | {:.1?} | | |", took.clock / ROUNDS);
    }
}

fn forest(users: usize) -> Directory {
    let start = Timestamp::UNIX_EPOCH;
    let mut entropy = Entropy::new(1);
    let base = "DC=bench,DC=test".parse().expect("a name");
    let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
    let mut directory = Directory::new(DirectoryOptions::new(base), start, &mut guids);
    directory.reserve(users);
    let text = |text: String| vec![Value::Text(text.into())];
    let unit = "OU=Staff,DC=bench,DC=test".parse().expect("a name");
    let class = |name: &str| (AttributeId::OBJECT_CLASS, text(name.to_owned()));
    let request = AddRequest {
        dn: unit,
        attributes: vec![class("organizationalUnit")],
        guid: guids(),
    };
    directory.add(request, start).expect("the unit");
    for n in 0..users {
        let mail = format!("given{n}.surname{n}@bench.example");
        let attributes = vec![
            class("user"),
            (AttributeId::SAM_ACCOUNT_NAME, text(format!("u{n}"))),
            (AttributeId::USER_PRINCIPAL_NAME, text(mail.clone())),
            (AttributeId::MAIL, text(mail.clone())),
            (AttributeId::PROXY_ADDRESSES, text(format!("SMTP:{mail}"))),
            (
                AttributeId::DISPLAY_NAME,
                text(format!("Given{n} Surname{n}")),
            ),
            (AttributeId::GIVEN_NAME, text(format!("Given{n}"))),
            (AttributeId::SN, text(format!("Surname{n}"))),
            (AttributeId::TITLE, text("Clerk".to_owned())),
            (AttributeId::DEPARTMENT, text(format!("Unit {}", n % 97))),
            (AttributeId::USER_ACCOUNT_CONTROL, vec![Value::Integer(512)]),
        ];
        let dn = format!("CN=Given{n} Surname{n},OU=Staff,DC=bench,DC=test");
        let request = AddRequest {
            dn: dn.parse().expect("a name"),
            attributes,
            guid: guids(),
        };
        directory.add(request, start).expect("a user");
    }
    directory
}

fn world(forest: Directory) -> World {
    let mut tenant = Tenant::new("bench.onmicrosoft.com", Profile::Entra2026);
    tenant
        .domains
        .verify("bench.example", mock_cloud::tenant::Authentication::Managed);
    let mut config = EngineConfig::new(Profile::Entra2026, 1);
    let unit = "OU=Staff,DC=bench,DC=test".parse().expect("a name");
    config.scopes = vec![Scope {
        include: vec![unit],
        exclude: Vec::new(),
        group: None,
    }];
    let start = Timestamp::UNIX_EPOCH;
    World::new(
        Profile::Entra2026,
        vec![forest],
        tenant,
        config,
        start,
        Entropy::new(2),
    )
}

/// The physical reference: the names of all accounts, copied once and read once in one vector.
fn flat_pass(world: &World) -> Took {
    let names: Vec<(String, [u8; 16])> = world
        .tenant()
        .objects()
        .map(|(_, object)| (object.label().to_string(), *object.id.as_bytes()))
        .collect();
    time(|| {
        let copy: Vec<(String, [u8; 16])> = black_box(names.clone());
        let sum = copy.iter().fold(0u64, |sum, (name, id)| {
            store::mix(sum, store::fold_hash(name) ^ u64::from(id[0]))
        });
        black_box(sum);
    })
}

fn time(work: impl FnOnce()) -> Took {
    let start = Moment::now();
    work();
    start.took()
}

fn row(what: &str, took: Took, reference: Took) {
    let ratio = took.clock.as_secs_f64() / reference.clock.as_secs_f64();
    let processor = took
        .processor
        .map_or_else(String::new, |it| format!("{:.2} s", it.as_secs_f64()));
    let clock = took.clock.as_secs_f64();
    println!("| {what} | {clock:.2} s | {processor} | {ratio:.1} |");
}

fn memory(what: &str, kibibytes: Option<u64>, users: usize) {
    let Some(kibibytes) = kibibytes else { return };
    let each = kibibytes * 1024 / users as u64;
    println!("| {what} | {} MiB | {each} bytes |", kibibytes / 1024);
}

/// How long this process has been on a processor; only where the kernel tells.
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn resident() -> Option<u64> {
    status("VmRSS:")
}

fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// A line of the kernel's account of this process, in KiB; only where there is one.
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
