//! End-to-end tests.

mod oracle;
