//! mock-cloud
