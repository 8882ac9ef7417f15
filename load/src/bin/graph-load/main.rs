//! `graph-load`: mock-cloud and a bare axum handler that returns the same bytes under the same
//! load, row after row in one run, as a table of rates and ratios.
//!
//! - [`people`]: the tenant
//! - [`server`]: starting and stopping
//! - [`bare`]: the handler to compare with
//! - [`peers`]: other servers, for scale
//! - [`http`]: the client
#![expect(clippy::print_stdout, reason = "the table is the output")]
#![expect(
    clippy::print_stderr,
    reason = "progress goes where it does not disturb the table"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "counts of requests are far below 2^52"
)]

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;

mod bare;
mod http;
mod peers;
mod people;
mod server;

use http::Connection;
use peers::Peer;
use server::Server;

/// Compares mock-cloud with a bare axum handler that returns the same bytes.
#[derive(Parser)]
struct Arguments {
    /// How many users there are; several sizes are measured one after the other.
    #[arg(long, default_values_t = [10_000, 100_000, 1_000_000])]
    people: Vec<u64>,
    /// How many seconds each row runs.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many connections there are.
    #[arg(long, default_value_t = 8)]
    connections: u64,
    /// Compare with json-server, Prism and Mockoon as well, as `npm install json-server@0.17.4
    /// @stoplight/prism-cli@5 @mockoon/cli@9` puts them into this directory.
    #[arg(long, value_name = "DIR")]
    peers: Option<PathBuf>,
    /// Serve the bodies of a directory; this is how the bare handler is started.
    #[arg(long, hide = true, requires = "address")]
    bare: Option<PathBuf>,
    #[arg(long, hide = true)]
    address: Option<String>,
}

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// A file, a program or a connection failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A server could not be set up.
    #[error("{0}")]
    Setup(String),
    /// A server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// A server answered what is no HTTP.
    #[error("the server's answer cannot be read")]
    Garbled,
    /// A request was refused.
    #[error("the server refused `{0}` with {1}")]
    Refused(String, u16),
}

/// What is asked, and for whom.
struct Row {
    title: &'static str,
    /// The target for one person.
    target: Box<dyn Fn(u64) -> String + Sync>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match (&arguments.bare, &arguments.address) {
        (Some(place), Some(address)) => bare::serve(place, address),
        _ => measure(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    println!("| users | request | mock-cloud | bare axum | ratio |\n|---|---|---|---|---|");
    for people in &arguments.people {
        size(arguments, *people)?;
    }
    Ok(())
}

fn size(arguments: &Arguments, people: u64) -> Result<(), Failure> {
    let place = tempfile::tempdir()?;
    people::write(place.path(), people)?;
    let cloud = Server::mock_cloud(place.path())?;
    let memory = cloud.memory() >> 20;
    let rows = rows(&cloud, people)?;
    let bodies = tempfile::tempdir()?;
    let mut connection = Connection::open(&cloud.address)?;
    for (number, row) in rows.iter().enumerate() {
        let target = (row.target)(people / 2);
        let (status, body) = connection.ask("GET", &target, "")?;
        if status != 200 {
            return Err(Failure::Refused(target, status));
        }
        fs::write(bodies.path().join(number.to_string()), body)?;
    }
    let bare = Server::bare(bodies.path())?;
    for (number, row) in rows.iter().enumerate() {
        // Each is measured right after the other, so that whatever else the machine does meets
        // both.
        let ours = rate(arguments, &cloud, people, &row.target)?;
        let behind = |person: u64| format!("/{number}{}", (row.target)(person));
        let theirs = rate(arguments, &bare, people, &behind)?;
        let ratio = ours / theirs;
        println!(
            "| {people} | {} | {ours:.0}/s | {theirs:.0}/s | {ratio:.2} |",
            row.title
        );
    }
    if let Some(tools) = &arguments.peers {
        let body = |number: usize| fs::read(bodies.path().join(number.to_string()));
        let started = peers::start(
            tools,
            bodies.path(),
            &place.path().join("users.json"),
            (&body(0)?, &body(PAGE_OF_100)?),
        )?;
        compare(arguments, &cloud, people, &rows, &started)?;
    }
    let seconds = cloud.startup.as_secs_f64();
    println!("| {people} | *until it answers, loading included* | {seconds:.2} s | | |");
    println!("| {people} | *memory after loading* | {memory} MiB | | |");
    Ok(())
}

/// The place of the page of a hundred among the rows.
const PAGE_OF_100: usize = 3;

/// The two rows that every peer has, and how often the fastest of them mock-cloud answers.
fn compare(
    arguments: &Arguments,
    cloud: &Server,
    people: u64,
    rows: &[Row],
    peers: &[Peer],
) -> Result<(), Failure> {
    for place in [0, PAGE_OF_100] {
        let row = &rows[place];
        let ours = rate(arguments, cloud, people, &row.target)?;
        let mut theirs = Vec::new();
        for peer in peers {
            let target = |person: u64| match place {
                0 => (peer.one)(&people::id(person)),
                _ => peer.page.to_owned(),
            };
            theirs.push((peer.name, rate(arguments, &peer.server, people, &target)?));
        }
        let best = theirs.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let theirs: Vec<String> = theirs
            .iter()
            .map(|(name, rate)| format!("{name} {rate:.0}/s"))
            .collect();
        println!(
            "| {people} | {}, {} | {ours:.0}/s | | {:.1} |",
            row.title,
            theirs.join(", "),
            ours / best
        );
    }
    Ok(())
}

fn rows(cloud: &Server, people: u64) -> Result<Vec<Row>, Failure> {
    let row = |title, target: fn(u64) -> String| Row {
        title,
        target: Box::new(target),
    };
    let delta = delta(cloud, people)?;
    Ok(vec![
        row("GET by id", |number| {
            format!("/v1.0/users/{}", people::id(number))
        }),
        row("GET by UPN", |number| {
            format!("/v1.0/users/{}", people::upn(number))
        }),
        row("`$filter` on proxyAddresses", |number| {
            let alias = people::alias(number).replace('@', "%40");
            let filter = format!("proxyAddresses/any(p:p%20eq%20'{alias}')");
            format!("/v1.0/users?$filter={filter}&$select=id,userPrincipalName")
        }),
        row("page of 100", |_| "/v1.0/users".to_owned()),
        row("page of 999", |_| "/v1.0/users?$top=999".to_owned()),
        Row {
            title: "delta round with ten changes",
            target: Box::new(move |_| delta.clone()),
        },
    ])
}

/// The target of a delta link behind which ten users changed.
fn delta(cloud: &Server, people: u64) -> Result<String, Failure> {
    let mut connection = Connection::open(&cloud.address)?;
    let latest = "/v1.0/users/delta?$deltatoken=latest";
    let (_, body) = connection.ask("GET", latest, "")?;
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let link = body["@odata.deltaLink"].as_str().unwrap_or_default();
    let (_, target) = link.split_once("localhost").ok_or(Failure::Garbled)?;
    for number in 0..10 {
        let user = format!("/v1.0/users/{}", people::id(number * (people / 10)));
        let (status, _) = connection.ask("PATCH", &user, "{\"usageLocation\":\"DE\"}")?;
        if status != 204 {
            return Err(Failure::Refused(user, status));
        }
    }
    Ok(target.to_owned())
}

/// Requests a second, over all connections.
fn rate(
    arguments: &Arguments,
    server: &Server,
    people: u64,
    target: &(dyn Fn(u64) -> String + Sync),
) -> Result<f64, Failure> {
    let done = AtomicU64::new(0);
    let time = Duration::from_secs_f64(arguments.seconds);
    let start = Instant::now();
    let work = &|seed: u64| -> Result<(), Failure> {
        let mut connection = Connection::open(&server.address)?;
        let mut person = seed;
        while start.elapsed() < time {
            // A walk that meets everybody and never two neighbours in a row.
            person = (person + 7_919) % people;
            let target = target(person);
            let (status, _) = connection.ask("GET", &target, "")?;
            if status != 200 {
                return Err(Failure::Refused(target, status));
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    let outcome = thread::scope(|scope| {
        let all: Vec<_> = (0..arguments.connections)
            .map(|seed| scope.spawn(move || work(seed)))
            .collect();
        all.into_iter().try_for_each(|one| {
            let ended = one.join();
            ended.unwrap_or_else(|_| Err(Failure::Setup("a client broke".to_owned())))
        })
    });
    outcome?;
    Ok(done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}
