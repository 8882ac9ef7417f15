//! What a domain controller answers to a search, as a pure function.
//!
//! A search request and its controls come in as plain values ([`SearchRequest`], [`Control`]) and
//! a [`Reply`] goes out: entries, continuation references, a result and response controls. A
//! refusal is a reply like any other. What a connection has to remember between two requests is
//! a [`SearchState`]; what the request does not say is a [`Context`].
//!
//! - [`Filter`]: the filter of a request, also from and to its text form (RFC 4515).
//! - [`search`]: the function itself.

mod filter;
mod request;

pub use filter::{Extensible, Filter, FilterError, Substrings};
pub use request::{
    Bound, Context, Control, Entry, Outcome, Reply, Scope, SearchRequest, SearchState,
};

pub use crate::directory::ResultCode;

use crate::directory::Directory;

/// Answers a search request.
pub fn search(
    directory: &Directory,
    context: &Context,
    state: &mut SearchState,
    request: &SearchRequest,
    controls: &[Control],
) -> Reply {
    let _ = (directory, context, state, request, controls);
    Reply::default()
}
