//! The kinds of load, each run for a while on one server.

use std::time::{Duration, Instant};

use crate::Failure;
use crate::forest::{BASE, PASSWORD, dn};
use crate::reference::ASKED;
use crate::server::Server;
use crate::wire::{self, Connection};

/// What is asked over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// One person by account name.
    Search,
    /// Everybody with all attributes, in pages of 1,000; entries are counted.
    Dump,
    /// A simple bind on an open connection.
    Bind,
    /// Another title for a person.
    Modify,
    /// A new person.
    Add,
    /// One of the new persons goes.
    Delete,
}

impl Work {
    /// Whether it changes nothing and asks for nobody's password.
    pub(crate) const fn only_searches(self) -> bool {
        matches!(self, Self::Search | Self::Dump)
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) work: Work,
    pub(crate) connections: usize,
    /// Requests under way at once on each connection.
    pub(crate) pipelined: usize,
}

const fn row(title: &'static str, work: Work, connections: usize, pipelined: usize) -> Row {
    Row {
        title,
        work,
        connections,
        pipelined,
    }
}

/// The rows, in the order in which they run: what is deleted was added before.
pub(crate) const ROWS: [Row; 11] = [
    row("equality search, indexed, 1 connection", Work::Search, 1, 1),
    row("the same, 16 pipelined", Work::Search, 1, 16),
    row("the same, 16 connections", Work::Search, 16, 1),
    row("paged dump of everything, entries", Work::Dump, 1, 1),
    row("simple bind, 1 connection", Work::Bind, 1, 1),
    row("simple bind, 16 connections", Work::Bind, 16, 1),
    row("modify, 1 connection", Work::Modify, 1, 1),
    row("modify, 16 connections", Work::Modify, 16, 1),
    row("add, 1 connection", Work::Add, 1, 1),
    row("add, 16 connections", Work::Add, 16, 1),
    row("delete, 1 connection", Work::Delete, 1, 1),
];

/// What a row came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    /// Operations, or entries of a dump, a second.
    pub(crate) rate: f64,
    /// Microseconds of the server's processor time for each.
    pub(crate) processor: f64,
}

/// Where numbering of new people has got to.
#[derive(Debug)]
pub(crate) struct Newcomers {
    added: u64,
    deleted: u64,
}

impl Newcomers {
    pub(crate) fn after(people: u64) -> Self {
        Self {
            added: people + 1,
            deleted: people + 1,
        }
    }
}

/// Runs a row for a while.
///
/// One thread serves all connections and looks at them in turn without ever sleeping: so it is
/// the server's own way to wake up that counts, and not that of the load.
pub(crate) fn run(
    server: &Server,
    row: Row,
    people: u64,
    newcomers: &mut Newcomers,
    time: Duration,
) -> Result<Measured, Failure> {
    let mut connections = Vec::new();
    for _ in 0..row.connections {
        let mut connection = Connection::open(&server.address)?;
        connection.bind(&server.administrator, PASSWORD)?;
        connection.never_wait()?;
        connections.push(connection);
    }
    let mut load = Load {
        server,
        row,
        people,
        newcomers,
        random: 0x9E37_79B9_7F4A_7C15,
    };
    let before = server.processor_seconds();
    let start = Instant::now();
    let total = if row.work == Work::Dump {
        dump(&mut connections[0], start + time)?
    } else {
        load.repeat(&mut connections, start + time)?
    };
    let seconds = start.elapsed().as_secs_f64();
    Ok(Measured {
        rate: total as f64 / seconds,
        processor: (server.processor_seconds() - before) * 1e6 / (total.max(1) as f64),
    })
}

struct Load<'a> {
    server: &'a Server,
    row: Row,
    people: u64,
    newcomers: &'a mut Newcomers,
    random: u64,
}

impl Load<'_> {
    /// Keeps requests under way on all connections until `end`, and says how many were answered.
    fn repeat(&mut self, connections: &mut [Connection], end: Instant) -> Result<u64, Failure> {
        let mut under_way = vec![0; connections.len()];
        let mut done = 0;
        loop {
            let mut stopped = Instant::now() >= end;
            for (connection, under_way) in connections.iter_mut().zip(&mut under_way) {
                while !stopped && *under_way < self.row.pipelined {
                    let Some(request) = self.request() else {
                        stopped = true;
                        break;
                    };
                    connection.send(&request, &[])?;
                    *under_way += 1;
                }
                while let Some(answer) = connection.look()? {
                    if answer.ends() {
                        if answer.code != 0 {
                            return Err(Failure::Refused(answer.code));
                        }
                        *under_way -= 1;
                        done += 1;
                    }
                }
            }
            if stopped && under_way.iter().all(|under_way| *under_way == 0) {
                return Ok(done);
            }
        }
    }

    fn anybody(&mut self) -> u64 {
        // xorshift: the same people on every server and in every run
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        1 + self.random % self.people
    }

    fn request(&mut self) -> Option<Vec<u8>> {
        let dialect = self.server.dialect;
        let account = dialect.account();
        let anybody = self.anybody();
        Some(match self.row.work {
            Work::Search => {
                let wanted = format!("u{anybody:07}");
                wire::search(BASE, account, &wanted, &ASKED)
            }
            Work::Bind => wire::bind(&dn(anybody), PASSWORD),
            Work::Modify => {
                let title = format!("Clerk {}", self.random % 1000);
                wire::replace(&dn(anybody), "title", &title)
            }
            Work::Add => {
                let number = self.newcomers.added;
                self.newcomers.added += 1;
                let name = format!("u{number:07}");
                let attributes: [(&str, &[&str]); 4] = [
                    ("objectClass", &[dialect.class()]),
                    (account, &[&name]),
                    ("sn", &["Person"]),
                    ("displayName", &[&name]),
                ];
                wire::add(&dn(number), &attributes)
            }
            Work::Delete => {
                let number = self.newcomers.deleted;
                if number >= self.newcomers.added {
                    return None;
                }
                self.newcomers.deleted += 1;
                wire::delete(&dn(number))
            }
            Work::Dump => return None,
        })
    }
}

/// Reads everything in pages, over and over, and says how many entries came.
fn dump(connection: &mut Connection, end: Instant) -> Result<u64, Failure> {
    let mut entries = 0;
    let mut cookie = Vec::new();
    while Instant::now() < end {
        let search = wire::search(BASE, "objectClass", "", &[]);
        connection.send(&search, &wire::page(1000, &cookie))?;
        let last = loop {
            let Some(answer) = connection.look()? else {
                continue;
            };
            if answer.ends() {
                break answer;
            }
            entries += u64::from(answer.tag == 0x64);
        };
        if last.code != 0 {
            return Err(Failure::Refused(last.code));
        }
        cookie = last.cookie;
    }
    Ok(entries)
}
