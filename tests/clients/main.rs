//! Real clients against the running servers.
//!
//! Each client tells the same story in its own language: a program below `python/` or `node/`
//! prints one line per step, `ok NAME` or `FAILED NAME: why`. The table in `docs/clients.md` says
//! which steps which client takes; it is generated, and held to what the clients did.

mod console;
mod contract;
mod controller;
mod graph;
mod ldap;
mod matrix;
mod rehearsal;
mod serve;
mod served;
mod tools;
