//! End-to-end tests.

mod oracle;
mod tidy;
