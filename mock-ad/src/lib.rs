//! A mock Active Directory: a pure directory with LDIF in and out.

pub mod directory;
pub mod ldif;
