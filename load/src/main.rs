//! `ldap-load`: mock-ad and OpenLDAP's slapd with the same people under the same load, one after
//! the other in one run, as a table of rates and ratios.
//!
//! - [`forest`]: the people, in the words of each server
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
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

mod forest;
mod server;
mod wire;
mod work;

use server::Server;
use work::{Measured, Newcomers, ROWS, Row, Work};

/// Compares mock-ad with slapd (apt-get install slapd) under the same load.
///
/// Both servers run at once, each on the first processor; every row runs on one and then on the
/// other, several times, and the table holds the middle of the rates and the ratio of those.
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
    rows: Vec<Measured>,
}

impl Arguments {
    fn rows(&self) -> Vec<Row> {
        let mut rows = ROWS.to_vec();
        rows.retain(|row| {
            let reads = matches!(row.work, Work::Search | Work::Dump);
            row.title.contains(&self.row) && (reads || !self.searches)
        });
        rows
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(columns) => {
            print(&columns, &arguments);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

type Start = fn(&std::path::Path, u64) -> Result<Server, Failure>;

fn measure(arguments: &Arguments) -> Result<Vec<Column>, Failure> {
    let servers: &[Start] = if arguments.alone {
        &[Server::mock_ad]
    } else {
        &[Server::mock_ad, Server::slapd]
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
                rounds[at].push(work::run(server, row, arguments.people, newcomers, time)?);
            }
        }
        for (measured, (_, server, _, column)) in rounds.into_iter().zip(&mut running) {
            let measured = middle(measured);
            eprintln!("{}: {}: {:.0}/s", server.name, row.title, measured.rate);
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
fn middle(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let at = rounds.len() / 2;
    rounds.get(at).copied().unwrap_or_default()
}

fn print(columns: &[Column], arguments: &Arguments) {
    let people = arguments.people;
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    println!("| {people} people | {} | ratio |", names.join(" | "));
    println!("|---|{}---|", "---|".repeat(columns.len()));
    let ratio = |value: &dyn Fn(&Column) -> f64| match columns {
        [first, second] => format!("{:.2}", value(first) / value(second)),
        _ => "-".to_owned(),
    };
    for (at, row) in arguments.rows().iter().enumerate() {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| {
                let measured = column.rows[at];
                format!("{:.0}/s ({:.0} µs)", measured.rate, measured.processor)
            })
            .collect();
        let ratio = ratio(&|column| column.rows[at].rate);
        println!("| {} | {} | {ratio} |", row.title, cells.join(" | "));
    }
    let cells: Vec<String> = columns
        .iter()
        .map(|column| format!("{:.2} s", column.startup.as_secs_f64()))
        .collect();
    let startup = ratio(&|column| column.startup.as_secs_f64());
    println!(
        "| until it answers, loading included | {} | {startup} |",
        cells.join(" | ")
    );
    for after in [false, true] {
        let title = if after {
            "memory after all rows"
        } else {
            "memory after loading"
        };
        let amount = |column: &Column| {
            if after {
                column.memory_after
            } else {
                column.memory
            }
        };
        let cells: Vec<String> = columns
            .iter()
            .map(|column| format!("{} MiB", amount(column) >> 20))
            .collect();
        let ratio = ratio(&|column| amount(column) as f64);
        println!("| {title} | {} | {ratio} |", cells.join(" | "));
    }
}
