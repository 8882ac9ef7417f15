//! How long every page takes at a hundred thousand users, beside a static page.
//!
//! `cargo bench -p console` runs it; `cargo bench -p console -- 10000` at another size. A page is
//! asked for cold, right after the world has changed, and warm, once more. With `--check` a page
//! that takes 100 ms or more fails the run.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::time::{Duration, Instant};

use console::{Console, Note, Practice, Seat, Settings, Terms, class};
use host::{Lab, Origin, Settings as LabSettings};
use jiff::{SignedDuration, Timestamp};
use mock_ad::directory::{AddRequest, AttributeId, Directory, DirectoryOptions, ObjectGuid, Value};
use mock_cloud::server::Request;
use mock_cloud::{Profile, Tenant};
use sim::engine::{CyclePolicy, EngineConfig, Scope};
use sim::lab::Session;
use sim::rehearse::Rehearsal;
use sim::world::{Action, AdChange, World};
use store::Entropy;

/// What a page may take.
const LIMIT: Duration = Duration::from_millis(100);

const PAGES: &[&str] = &[
    "/operations",
    "/operations?run=5",
    "/connectors",
    "/connectors/ad0",
    "/connectors/entra",
    "/connectors/entra?state=connectors&from=50000",
    "/metaverse",
    "/metaverse?q=given4711",
    "/metaverse?attribute=mail&operator=contains&value=surname4711",
    "/preview",
    "/onprem",
    "/onprem?ou=OU%3DStaff%2CDC%3Dbench%2CDC%3Dtest",
    "/onprem?q=given4711",
    "/cloud/users",
    "/cloud/users?from=50000",
    "/cloud/users?q=given4711",
    "/cloud/deleted",
    "/cloud/groups",
    "/cloud/contacts",
    "/cloud/roles",
    "/cloud/settings",
    "/errors",
    "/plan",
    "/timeline",
    "/timeline/1",
    "/people",
    "/addresses",
    "/clock",
    "/labs",
    "/search?q=given4711",
    "/cloud/users?at=0",
    "/people?of=accounts",
    "/people?of=removed",
    "/timeline/compare?a=1&b=now",
    "/errors.csv",
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let users = words.iter().find_map(|word| word.parse().ok());
    let users: usize = users.unwrap_or(100_000);
    let check = words.iter().any(|word| word == "--check");
    let rehearsal = Rehearsal::of_world(world(users), &mut LabSettings::default().arrange());
    let mut lab = Lab::new(rehearsal, LabSettings::default());
    lab.remember();
    let start = Instant::now();
    lab.act(Origin::Control, Action::Cycle(CyclePolicy::Initial));
    println!(
        "{users} users; the first cycle took {:?}\n",
        start.elapsed()
    );
    trouble(&mut lab, users);
    let mut console = Console::new(Settings::local("key"));
    let start = Instant::now();
    console.warm(&mut lab);
    println!(
        "sorting and writing down what is searched took {:?}",
        start.elapsed()
    );
    let static_page = median(&mut console, &mut lab, "/console.css");
    println!("static page: {static_page:?}\n");
    println!("| page | cold | warm |\n|---|---|---|");
    let mut slow = Vec::new();
    let object = format!("/object/{}", person(&mut console, &mut lab));
    let pages = PAGES.iter().map(|page| (*page).to_owned()).chain([object]);
    for page in pages {
        // Something happens, so that nothing is known of the moment yet.
        lab.act(Origin::Clock, Action::Advance(SignedDuration::from_secs(1)));
        let cold = ask(&mut console, &mut lab, &page).0;
        let warm = median(&mut console, &mut lab, &page);
        println!("| {page} | {cold:.1?} | {warm:.1?} |");
        if cold >= LIMIT {
            slow.push(page);
        }
    }
    for (page, took) in of_labs() {
        println!("| {page} | {took:.1?} | |");
        if took >= LIMIT {
            slow.push(page);
        }
    }
    println!("\npages at 100 ms or more: {}", slow.len());
    assert!(!check || slow.is_empty(), "too slow: {slow:?}");
}

/// Every hundredth person leaves the scope: accounts in the recycle bin, and a journal.
fn trouble(lab: &mut Lab, users: usize) {
    let directory = &lab.world().forests()[0];
    let out = directory.find(&"OU=Former,DC=bench,DC=test".parse().expect("a name"));
    let people = (0..users).step_by(100).filter_map(|n| {
        let dn = format!("CN=Given{n} Surname{n},OU=Staff,DC=bench,DC=test");
        directory.find(&dn.parse().ok()?)
    });
    let moves: Vec<Action> = people
        .map(|object| Action::Ad {
            forest: 0,
            change: AdChange::Move {
                object,
                name: None,
                parent: out,
            },
        })
        .collect();
    for action in moves {
        lab.act(Origin::Control, action);
    }
    lab.act(Origin::Control, Action::Cycle(CyclePolicy::Delta));
}

/// A learner's page in a lab of its own, and the page of an instructor of fifty.
fn of_labs() -> Vec<(String, Duration)> {
    let source = include_str!("../../scenarios/labs/l08-the-big-delete.yaml");
    let lab = sim::lab::load("l08.yaml", source, 1, &sim::run::known()).expect("a lab");
    let settings = LabSettings::default();
    let session = Session::begin(
        "l08.yaml",
        &lab,
        Profile::Entra2025,
        &mut settings.arrange(),
    );
    let session = session.expect("a world");
    let mut world = Lab::new(session.rehearsal(), settings);
    let console = Console::new(Settings::local("key"));
    let mut console = console.with_practice(Box::new(Learner(session)));
    let learner = ask(&mut console, &mut world, "/labs").0;
    let seats: Vec<Seat> = (0..50).map(seat).collect();
    let mut request = Request::new("GET", "/");
    "localhost".clone_into(&mut request.host);
    let start = Instant::now();
    let response = class(&Settings::local("key"), "A class", &seats, &request);
    let instructor = start.elapsed();
    assert_eq!(response.status, 200);
    vec![
        ("/labs, somebody at work on L08".to_owned(), learner),
        ("an instructor's page of 50".to_owned(), instructor),
    ]
}

/// Somebody who works on a lab and has done nothing yet.
#[derive(Debug)]
struct Learner(Session);

impl Practice for Learner {
    fn session(&self) -> &Session {
        &self.0
    }

    fn terms(&self) -> Terms {
        Terms {
            seed: 1,
            learner: None,
            exam: false,
            incident: false,
        }
    }

    fn follow(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn note(&mut self, _: &Note) -> Result<(), String> {
        Ok(())
    }
}

fn seat(number: u64) -> Seat {
    Seat {
        learner: format!("Learner {number}"),
        console: format!("http://127.0.0.1:{}/", 20_000 + number),
        passed: number.is_multiple_of(3),
        parts: (2, 5),
        score: 80,
        commands: 4,
        cycles: 2,
        hints: 1,
        predicted: (1, 2),
        last: "run a delta cycle".to_owned(),
        progress: number,
    }
}

/// The address of somebody, as a search gives it.
fn person(console: &mut Console, lab: &mut Lab) -> String {
    let page = ask(console, lab, "/onprem?q=given4711").1;
    let (_, after) = page.split_once("/object/").expect("somebody");
    after.split('"').next().unwrap_or_default().to_owned()
}

fn ask(console: &mut Console, lab: &mut Lab, target: &str) -> (Duration, String) {
    let mut request = Request::new("GET", target);
    "localhost".clone_into(&mut request.host);
    let start = Instant::now();
    let response = console.respond(lab, &request);
    let took = start.elapsed();
    assert_eq!(response.status, 200, "{target}");
    let body = String::from_utf8(response.body);
    (took, body.expect("a page is UTF-8"))
}

fn median(console: &mut Console, lab: &mut Lab, target: &str) -> Duration {
    let mut all: Vec<Duration> = (0..9).map(|_| ask(console, lab, target).0).collect();
    all.sort_unstable();
    all[4]
}

fn world(users: usize) -> World {
    let mut tenant = Tenant::new("bench.onmicrosoft.com", Profile::Entra2026);
    let managed = mock_cloud::tenant::Authentication::Managed;
    tenant.domains.verify("bench.example", managed);
    let mut config = EngineConfig::new(Profile::Entra2026, 1);
    config.scopes = vec![Scope {
        include: vec!["OU=Staff,DC=bench,DC=test".parse().expect("a name")],
        exclude: Vec::new(),
        group: None,
    }];
    World::new(
        Profile::Entra2026,
        vec![forest(users)],
        tenant,
        config,
        Timestamp::UNIX_EPOCH,
        Entropy::new(2),
    )
}

/// Every five-hundredth person has the address of the one before as well: errors and withheld
/// values.
fn addresses(n: usize, mail: &str) -> Vec<Value> {
    let own = format!("SMTP:{mail}");
    let mut all = vec![Value::Text(own.into())];
    if n % 500 == 499 {
        let other = format!("smtp:given{0}.surname{0}@bench.example", n - 1);
        all.push(Value::Text(other.into()));
    }
    all
}

fn forest(users: usize) -> Directory {
    let start = Timestamp::UNIX_EPOCH;
    let mut entropy = Entropy::new(1);
    let base = "DC=bench,DC=test".parse().expect("a name");
    let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
    let mut directory = Directory::new(DirectoryOptions::new(base), start, &mut guids);
    directory.reserve(users);
    let text = |text: String| vec![Value::Text(text.into())];
    let class = |name: &str| (AttributeId::OBJECT_CLASS, text(name.to_owned()));
    for unit in ["OU=Staff,DC=bench,DC=test", "OU=Former,DC=bench,DC=test"] {
        let unit = AddRequest {
            dn: unit.parse().expect("a name"),
            attributes: vec![class("organizationalUnit")],
            guid: guids(),
        };
        directory.add(unit, start).expect("the unit");
    }
    for n in 0..users {
        let mail = format!("given{n}.surname{n}@bench.example");
        let name = format!("Given{n} Surname{n}");
        let attributes = vec![
            class("user"),
            (AttributeId::SAM_ACCOUNT_NAME, text(format!("u{n}"))),
            (AttributeId::USER_PRINCIPAL_NAME, text(mail.clone())),
            (AttributeId::MAIL, text(mail.clone())),
            (AttributeId::PROXY_ADDRESSES, addresses(n, &mail)),
            (AttributeId::DISPLAY_NAME, text(name.clone())),
            (AttributeId::DEPARTMENT, text(format!("Unit {}", n % 97))),
        ];
        let dn = format!("CN={name},OU=Staff,DC=bench,DC=test");
        let request = AddRequest {
            dn: dn.parse().expect("a name"),
            attributes,
            guid: guids(),
        };
        directory.add(request, start).expect("a user");
    }
    directory
}
