//! Reading a tenant through Microsoft Graph, and a forest through LDAP, into the files that
//! `import` takes.
//!
//! - [`forest`]: a forest page after page into LDIF; goes on where it was stopped
//! - [`ldap`]: the connection that only searches
//! - [`judge`]: what to do about one answer, as a pure function
//! - [`read`]: collection after collection, page after page; goes on where it was stopped
//! - [`wire`]: the client that sends and the clock that waits
//!
//! Nothing is ever written: every request is a `GET`, or a search.

pub(crate) mod forest;
pub(crate) mod judge;
pub(crate) mod ldap;
pub(crate) mod read;
pub(crate) mod wire;

#[cfg(test)]
mod tests;
