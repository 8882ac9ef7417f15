//! Reading a tenant through Microsoft Graph into the files that `import` takes.
//!
//! - [`judge`]: what to do about one answer, as a pure function
//! - [`read`]: collection after collection, page after page; goes on where it was stopped
//! - [`wire`]: the client that sends and the clock that waits
//!
//! Nothing is ever written to the tenant: every request is a `GET`.

pub(crate) mod judge;
pub(crate) mod read;
pub(crate) mod wire;

#[cfg(test)]
mod tests;
