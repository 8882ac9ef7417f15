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
use work::{Measured, Newcomers, ROWS};

/// Compares mock-ad with slapd (apt-get install slapd) under the same load.
#[derive(Parser)]
struct Arguments {
    /// How many people there are.
    #[arg(long, default_value_t = 100_000)]
    people: u64,
    /// How many seconds each row runs.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
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
    rows: Vec<Measured>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(columns) => {
            print(&columns, arguments.people);
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
    let mut columns = Vec::new();
    for start in servers {
        let place = tempfile::tempdir()?;
        let server = start(place.path(), arguments.people)?;
        let newcomers = Newcomers::after(arguments.people);
        let memory = server.memory();
        let mut rows = Vec::new();
        for row in ROWS {
            let time = Duration::from_secs_f64(arguments.seconds);
            let measured = work::run(&server, row, arguments.people, &newcomers, time)?;
            eprintln!("{}: {}: {:.0}/s", server.name, row.title, measured.rate);
            rows.push(measured);
        }
        columns.push(Column {
            name: server.name,
            startup: server.startup,
            memory,
            rows,
        });
    }
    Ok(columns)
}

fn print(columns: &[Column], people: u64) {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    println!("| {people} people | {} | ratio |", names.join(" | "));
    println!("|---|{}---|", "---|".repeat(columns.len()));
    let ratio = |value: &dyn Fn(&Column) -> f64| match columns {
        [first, second] => format!("{:.2}", value(first) / value(second)),
        _ => "-".to_owned(),
    };
    for (at, row) in ROWS.iter().enumerate() {
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
    let cells: Vec<String> = columns
        .iter()
        .map(|column| format!("{} MiB", column.memory >> 20))
        .collect();
    let memory = ratio(&|column| column.memory as f64);
    println!(
        "| memory after loading | {} | {memory} |",
        cells.join(" | ")
    );
}
