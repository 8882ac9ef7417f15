//! `ldap-load`: mock-ad, OpenLDAP's slapd and a protocol reference with the same people under the
//! same load, by turns in one run, as a table of rates and ratios.
//!
//! - [`forest`]: the people, in the words of each server
//! - [`mod@reference`]: what carrying the same bytes costs without a directory
//! - [`server`]: starting and stopping
//! - [`work`]: the kinds of load
//! - [`wire`]: the little of LDAP that they need
#![expect(clippy::print_stdout, reason = "the table is the output")]
#![expect(
    clippy::print_stderr,
    reason = "progress goes where it does not disturb the table"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "counts of operations are far below 2^52"
)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

mod forest;
mod reference;
mod server;
mod wire;
mod work;

use server::{REFERENCE, Server};
use work::{Measured, Newcomers, ROWS, Row};

/// Compares mock-ad with slapd (apt-get install slapd) and a protocol reference under one load.
///
/// All servers run at once, each on the first processor; every row runs on one after the other,
/// several times, and the table holds the middle of the rates and the ratios of those. The floors
/// are slapd's rate everywhere and half of the reference's on searches.
#[derive(Parser)]
struct Arguments {
    /// How many people there are.
    #[arg(long, default_value_t = 100_000)]
    people: u64,
    /// How many seconds each row runs in each round.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// How many rounds each row runs on each server.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Measure searches, loading and memory only.
    #[arg(long)]
    searches: bool,
    /// Measure only rows whose title contains this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    row: String,
    /// Measure mock-ad alone.
    #[arg(long)]
    alone: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What the program does for itself, in processes of their own.
#[derive(clap::Subcommand)]
enum Part {
    /// Serve the people of a file as the protocol reference.
    #[command(hide = true)]
    Reference {
        /// The people, as LDIF.
        file: PathBuf,
        /// Where to listen.
        address: String,
    },
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
    /// A server answered what is no LDAP.
    #[error("the server's answer cannot be read")]
    Garbled,
    /// A request was refused.
    #[error("the server refused a request with code {0}")]
    Refused(u32),
}

/// What one server came to.
struct Column {
    name: &'static str,
    startup: Duration,
    memory: u64,
    /// After all rows: slapd reads its file into memory only when it is asked.
    memory_after: u64,
    /// Nothing where the server cannot do what the row asks.
    rows: Vec<Option<Measured>>,
}

impl Arguments {
    fn rows(&self) -> Vec<Row> {
        let mut rows = ROWS.to_vec();
        rows.retain(|row| {
            row.title.contains(&self.row) && (row.work.only_searches() || !self.searches)
        });
        rows
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.part {
        Some(Part::Reference { file, address }) => reference::serve(file, address),
        None => measure(&arguments).map(|columns| print(&columns, &arguments)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

type Start = fn(&Path, u64) -> Result<Server, Failure>;

fn measure(arguments: &Arguments) -> Result<Vec<Column>, Failure> {
    let servers: &[Start] = if arguments.alone {
        &[Server::mock_ad]
    } else {
        &[Server::mock_ad, Server::slapd, Server::reference]
    };
    let mut running = Vec::new();
    for start in servers {
        let place = tempfile::tempdir()?;
        let server = start(place.path(), arguments.people)?;
        let column = Column {
            name: server.name,
            startup: server.startup,
            memory: server.memory(),
            memory_after: 0,
            rows: Vec::new(),
        };
        eprintln!("{} answers after {:.2?}", server.name, server.startup);
        let newcomers = Newcomers::after(arguments.people);
        running.push((place, server, newcomers, column));
    }
    for row in arguments.rows() {
        let time = Duration::from_secs_f64(arguments.seconds);
        let mut rounds = vec![Vec::new(); running.len()];
        for _ in 0..arguments.rounds {
            for (at, (_, server, newcomers, _)) in running.iter_mut().enumerate() {
                if row.work.only_searches() || server.name != REFERENCE {
                    rounds[at].push(work::run(server, row, arguments.people, newcomers, time)?);
                }
            }
        }
        for (measured, (_, server, _, column)) in rounds.into_iter().zip(&mut running) {
            let measured = middle(measured);
            if let Some(measured) = measured {
                eprintln!("{}: {}: {:.0}/s", server.name, row.title, measured.rate);
            }
            column.rows.push(measured);
        }
    }
    let columns = running.into_iter().map(|(_, server, _, mut column)| {
        column.memory_after = server.memory();
        column
    });
    Ok(columns.collect())
}

/// The measurement with the middle rate.
fn middle(mut rounds: Vec<Measured>) -> Option<Measured> {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    rounds.get(rounds.len() / 2).copied()
}

fn print(columns: &[Column], arguments: &Arguments) {
    let own = std::iter::once(format!("{} people", arguments.people));
    let names = columns.iter().map(|column| column.name.to_owned());
    let others = columns.iter().skip(1);
    let ratios = others.map(|column| format!("to {}", column.name));
    let titles: Vec<String> = own.chain(names).chain(ratios).collect();
    println!("| {} |", titles.join(" | "));
    println!("|{}", "---|".repeat(titles.len()));
    for (at, row) in arguments.rows().iter().enumerate() {
        let cell =
            |measured: Measured| format!("{:.0}/s ({:.0} µs)", measured.rate, measured.processor);
        let rate = |column: &Column| column.rows[at].map(|measured| measured.rate);
        let show = |column: &Column| column.rows[at].map(cell);
        print_row(row.title, columns, &rate, &show);
    }
    let seconds = |column: &Column| is_directory(column).then_some(column.startup.as_secs_f64());
    print_row(
        "until it answers, loading included",
        columns,
        &seconds,
        &|column| seconds(column).map(|seconds| format!("{seconds:.2} s")),
    );
    let loaded = |column: &Column| is_directory(column).then_some(column.memory as f64);
    let after = |column: &Column| is_directory(column).then_some(column.memory_after as f64);
    let amount = |bytes: f64| format!("{:.0} MiB", bytes / f64::from(1 << 20));
    print_row("memory after loading", columns, &loaded, &|column| {
        loaded(column).map(amount)
    });
    print_row("memory after all rows", columns, &after, &|column| {
        after(column).map(amount)
    });
}

/// The reference holds answers, no directory: what that takes says nothing.
fn is_directory(column: &Column) -> bool {
    column.name != REFERENCE
}

/// What each server came to, and the first of them in proportion to each other.
fn print_row(
    title: &str,
    columns: &[Column],
    value: &dyn Fn(&Column) -> Option<f64>,
    show: &dyn Fn(&Column) -> Option<String>,
) {
    let none = || "-".to_owned();
    let cells = columns
        .iter()
        .map(|column| show(column).unwrap_or_else(none));
    let ratios = columns.iter().skip(1).map(|column| {
        let both = columns.first().and_then(value).zip(value(column));
        both.map_or_else(none, |(own, other)| format!("{:.2}", own / other))
    });
    let cells: Vec<String> = cells.chain(ratios).collect();
    println!("| {title} | {} |", cells.join(" | "));
}
