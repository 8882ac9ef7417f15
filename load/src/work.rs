//! The kinds of load, each run for a while on one server.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::forest::{BASE, PASSWORD, dn};
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
    added: AtomicU64,
    deleted: AtomicU64,
}

impl Newcomers {
    pub(crate) fn after(people: u64) -> Self {
        Self {
            added: AtomicU64::new(people + 1),
            deleted: AtomicU64::new(people + 1),
        }
    }
}

/// Runs a row for a while.
pub(crate) fn run(
    server: &Server,
    row: Row,
    people: u64,
    newcomers: &Newcomers,
    time: Duration,
) -> Result<Measured, Failure> {
    let stop = AtomicBool::new(false);
    let before = server.processor_seconds();
    let start = Instant::now();
    let done: Result<Vec<u64>, Failure> = thread::scope(|scope| {
        let workers: Vec<_> = (0..row.connections)
            .map(|number| {
                let worker = Worker {
                    server,
                    row,
                    people,
                    newcomers,
                    stop: &stop,
                    random: 0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1),
                };
                scope.spawn(move || worker.run())
            })
            .collect();
        while start.elapsed() < time && !workers.iter().any(thread::ScopedJoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .map(|one| one.unwrap_or(Err(Failure::Garbled)))
            .collect()
    });
    let total: u64 = done?.iter().sum();
    let seconds = start.elapsed().as_secs_f64();
    Ok(Measured {
        rate: total as f64 / seconds,
        processor: (server.processor_seconds() - before) * 1e6 / (total.max(1) as f64),
    })
}

struct Worker<'a> {
    server: &'a Server,
    row: Row,
    people: u64,
    newcomers: &'a Newcomers,
    stop: &'a AtomicBool,
    random: u64,
}

impl Worker<'_> {
    fn run(mut self) -> Result<u64, Failure> {
        let mut connection = Connection::open(&self.server.address)?;
        connection.bind(&self.server.administrator, PASSWORD)?;
        if self.row.work == Work::Dump {
            return self.dump(&mut connection);
        }
        let (mut done, mut under_way) = (0, 0);
        loop {
            let stopped = self.stop.load(Ordering::Relaxed);
            while !stopped && under_way < self.row.pipelined {
                let Some(request) = self.request() else {
                    return Ok(done);
                };
                connection.send(&request, &[])?;
                under_way += 1;
            }
            if under_way == 0 {
                return Ok(done);
            }
            let answer = connection.receive()?;
            if answer.ends() {
                if answer.code != 0 {
                    return Err(Failure::Refused(answer.code));
                }
                debug_assert!(answer.id > 0);
                under_way -= 1;
                done += 1;
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
                wire::search(BASE, account, &wanted, &["cn", "mail", "displayName"])
            }
            Work::Bind => wire::bind(&dn(anybody), PASSWORD),
            Work::Modify => {
                let title = format!("Clerk {}", self.random % 1000);
                wire::replace(&dn(anybody), "title", &title)
            }
            Work::Add => {
                let number = self.newcomers.added.fetch_add(1, Ordering::Relaxed);
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
                let number = self.newcomers.deleted.fetch_add(1, Ordering::Relaxed);
                if number >= self.newcomers.added.load(Ordering::Relaxed) {
                    return None;
                }
                wire::delete(&dn(number))
            }
            Work::Dump => return None,
        })
    }

    fn dump(&self, connection: &mut Connection) -> Result<u64, Failure> {
        let mut entries = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let mut cookie = Vec::new();
            loop {
                let search = wire::search(BASE, "objectClass", "", &[]);
                connection.send(&search, &wire::page(1000, &cookie))?;
                let end = loop {
                    let answer = connection.receive()?;
                    if answer.ends() {
                        break answer;
                    }
                    entries += u64::from(answer.tag == 0x64);
                };
                if end.code != 0 {
                    return Err(Failure::Refused(end.code));
                }
                cookie = end.cookie;
                if cookie.is_empty() || self.stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        }
        Ok(entries)
    }
}
