//! End-to-end tests.

mod examples;
mod oracle;
mod rules;
mod scenarios;
mod tidy;
