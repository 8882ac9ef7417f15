//! mock-cloud

pub mod rule;
