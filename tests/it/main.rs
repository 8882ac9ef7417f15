//! End-to-end tests.

mod agreement;
mod cases;
mod cli;
mod configuration;
mod conformance;
mod determinism;
mod examples;
mod explain;
mod exploration;
mod hazards;
mod labs;
mod laws;
mod oracle;
mod rules;
mod scenarios;
mod small_worlds;
mod tidy;
