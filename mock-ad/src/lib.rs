//! mock-ad
