//! What a domain controller answers to a search, as a pure function.
//!
//! A search request and its controls come in as plain values ([`SearchRequest`], [`Control`]) and
//! a [`Reply`] goes out: entries, continuation references, a result and response controls. A
//! refusal is a reply like any other. What a connection has to remember between two requests is
//! a [`SearchState`]; what the request does not say is a [`Context`].
//!
//! - [`Filter`]: the filter of a request, also from and to its text form (RFC 4515).
//! - [`search`]: the function itself.
//! - [`Notification`]: a search that goes on answering.
//! - [`oid`]: the controls that all of them know.
//!
//! ```
//! use mock_ad::search::{Context, Filter, Scope, SearchRequest, SearchState, search};
//! # use mock_ad::ldif;
//! # let export = "dn: CN=Ann,OU=Staff,DC=example,DC=test\nobjectClass: user\n\
//! #               objectGUID:: AREkO7viVUKMr0E2xWapYg==\nsAMAccountName: ann\n";
//! # let directory = ldif::load(export.as_bytes(), &ldif::LoadOptions::default())
//! #     .map_err(|errors| errors[0].clone())?.directory;
//! let context = Context::administrator(jiff::Timestamp::UNIX_EPOCH);
//! let filter = Filter::parse("(&(objectCategory=person)(sAMAccountName=ann))")?;
//! let request = SearchRequest::new("DC=example,DC=test", Scope::Subtree, filter);
//! let request = request.for_attributes(["objectGUID"]);
//! let reply = search(&directory, &context, &mut SearchState::default(), &request, &[]);
//! assert_eq!(reply.entries[0].dn, "CN=Ann,OU=Staff,DC=example,DC=test");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aggregate;
pub(crate) mod base;
mod candidates;
mod compile;
mod constructed;
mod controls;
mod dirsync;
mod evaluate;
mod filter;
mod notification;
mod order;
pub(crate) mod outcome;
mod paged;
mod render;
mod replication;
mod request;
mod root_dse;
mod run;
mod security;
mod select;

pub use controls::oid;
pub use filter::{Extensible, Filter, FilterError, Substrings};
pub use notification::{NOTIFICATIONS_MAX, Notification};
pub use request::{
    Bound, Context, Control, Entry, Outcome, Reply, Scope, SearchRequest, SearchState,
};
pub use root_dse::SUPPORTED_CONTROLS;
pub(crate) use run::visible as is_visible;

pub use crate::directory::ResultCode;

use crate::directory::Directory;
use controls::{Controls, Paged, Sort};
use order::Sorted;
use paged::Rest;
use run::{Place, Search};

/// MaxPageSize: how many entries one answer holds (MS-ADTS 3.1.1.3.4.6).
pub const PAGE_SIZE_MAX: usize = 1000;

/// Answers a search request.
///
/// Entries come in the order in which the objects were made, unless a control sorts them. The
/// directory may change between two pages of one search; every object that was there throughout
/// and passes the filter is found exactly once.
pub fn search(
    directory: &Directory,
    context: &Context,
    state: &mut SearchState,
    request: &SearchRequest,
    controls: &[Control],
) -> Reply {
    answer(directory, context, state, request, controls).unwrap_or_else(|result| Reply {
        result: *result,
        ..Reply::default()
    })
}

fn answer(
    directory: &Directory,
    context: &Context,
    state: &mut SearchState,
    request: &SearchRequest,
    controls: &[Control],
) -> Result<Reply, Box<Outcome>> {
    if request.base.is_empty() && request.scope == Scope::Base {
        Controls::read(directory, controls)?;
        return Ok(Reply {
            entries: Vec::from_iter(root_dse::entry(directory, context, request)),
            ..Reply::default()
        });
    }
    if context.bound == Bound::Anonymous {
        return Err(Box::new(outcome::not_bound(directory)));
    }
    let controls = Controls::read(directory, controls)?;
    if let Some(asked) = &controls.dirsync {
        return dirsync::answer(directory, context, request, &controls, asked);
    }
    if controls.notification {
        // It is registered, not answered: see `Notification`.
        return Err(Box::new(outcome::unwilling(0x2104)));
    }
    if controls.paged.is_some() && controls.window.is_some() {
        // Windows 10 1709 does (Samba's test_vlv_paged and test_asq_vlv_paged say so).
        let code = ResultCode::UNAVAILABLE_CRITICAL_EXTENSION;
        return Err(Box::new(outcome::bad_control(directory, code)));
    }
    let search = Search::prepare(directory, context, request, &controls)?;
    if let Some(attribute) = &controls.scoped_by {
        return scoped(&search, request, attribute);
    }
    let mut reply = match (&controls.paged, &controls.sort) {
        (Some(paged), _) => in_pages(directory, state, &search, request, &controls, paged)?,
        (None, Some(sort)) => sorted(&search, request, &controls, sort)?,
        (None, None) if controls.window.is_some() => {
            let code = ResultCode::SORT_CONTROL_MISSING;
            return Err(Box::new(outcome::bad_control(directory, code)));
        }
        (None, None) => at_once(&search, request)?,
    };
    if controls.domain_scope {
        reply.references.clear();
    }
    Ok(reply)
}

/// The most entries that an answer to a request holds.
fn limit(request: &SearchRequest) -> usize {
    match request.size_limit {
        0 => PAGE_SIZE_MAX,
        asked => (asked as usize).min(PAGE_SIZE_MAX),
    }
}

/// Adds the entries of places to an answer.
fn fill(reply: &mut Reply, search: &Search<'_>, places: &[Place]) -> Result<(), Box<Outcome>> {
    reply.entries.reserve(places.len());
    for place in places {
        reply.entries.extend(search.entry(*place)?);
    }
    Ok(())
}

fn at_once(search: &Search<'_>, request: &SearchRequest) -> Result<Reply, Box<Outcome>> {
    let found = search.find(Place::START, limit(request));
    let mut reply = Reply::default();
    fill(&mut reply, search, &found.places)?;
    if found.out_of_time {
        reply.result = outcome::bare(ResultCode::TIME_LIMIT_EXCEEDED);
    } else if found.next.is_some() {
        reply.result = outcome::bare(ResultCode::SIZE_LIMIT_EXCEEDED);
    } else {
        reply.references = search.references();
    }
    Ok(reply)
}

/// A search whose sort key the schema does not have is refused if sorting was critical, and is
/// answered unsorted otherwise (RFC 2891, section 2).
fn sort_key(sort: &Sort) -> Result<Option<crate::directory::AttributeId>, Box<Outcome>> {
    if sort.attribute.is_none() && sort.critical {
        let code = ResultCode::UNAVAILABLE_CRITICAL_EXTENSION;
        return Err(Box::new(outcome::bare(code)));
    }
    Ok(sort.attribute)
}

fn sorted(
    search: &Search<'_>,
    request: &SearchRequest,
    controls: &Controls,
    sort: &Sort,
) -> Result<Reply, Box<Outcome>> {
    let key = match sort_key(sort) {
        Ok(Some(key)) => key,
        Ok(None) => {
            let mut reply = at_once(search, request)?;
            reply.controls.push(order::sort_response(sort));
            return Ok(reply);
        }
        Err(result) => {
            return Ok(Reply {
                result: *result,
                controls: vec![order::sort_response(sort)],
                ..Reply::default()
            });
        }
    };
    let sorted = Sorted::new(search, key, sort.reverse);
    if sorted.out_of_time {
        return Err(Box::new(outcome::bare(ResultCode::TIME_LIMIT_EXCEEDED)));
    }
    let mut reply = Reply {
        controls: vec![order::sort_response(sort)],
        references: search.references(),
        ..Reply::default()
    };
    let (places, more) = if let Some(window) = &controls.window {
        let (places, response) = sorted.window(window)?;
        reply.controls.push(response);
        (places, false)
    } else {
        let limit = limit(request).min(sorted.places.len());
        let more = sorted.places.len() > limit;
        (sorted.places[..limit].to_vec(), more)
    };
    fill(&mut reply, search, &places)?;
    if more {
        reply.references.clear();
        reply.result = outcome::bare(ResultCode::SIZE_LIMIT_EXCEEDED);
    }
    Ok(reply)
}

fn in_pages(
    directory: &Directory,
    state: &mut SearchState,
    search: &Search<'_>,
    request: &SearchRequest,
    controls: &Controls,
    paged: &Paged,
) -> Result<Reply, Box<Outcome>> {
    let fingerprint = candidates::fingerprint(request, controls);
    let rest = if paged.cookie.is_empty() {
        let sort = controls
            .sort
            .as_ref()
            .and_then(|sort| Some((sort, sort.attribute?)));
        match sort {
            Some((sort, key)) => {
                let sorted = Sorted::new(search, key, sort.reverse);
                if sorted.out_of_time {
                    return Err(Box::new(outcome::bare(ResultCode::TIME_LIMIT_EXCEEDED)));
                }
                Rest::Sorted(sorted.places.into(), 0)
            }
            None => Rest::From(Place::START),
        }
    } else {
        let open = state.resume(&paged.cookie, fingerprint).ok_or_else(|| {
            let code = ResultCode::UNAVAILABLE_CRITICAL_EXTENSION;
            Box::new(outcome::bad_control(directory, code))
        })?;
        open.rest
    };
    if paged.size == 0 {
        // A page of nothing ends a search; it cannot begin one ("measured on Samba 4.17").
        if paged.cookie.is_empty() {
            let code = ResultCode::OPERATIONS_ERROR;
            return Err(Box::new(outcome::bad_control(directory, code)));
        }
        return Ok(Reply {
            controls: vec![paged::response(&[])],
            ..Reply::default()
        });
    }
    // The size limit bounds each page: clients made for Active Directory send the size of a page
    // as limit and read on.
    let wanted = paged.size.min(limit(request));
    let (places, next, out_of_time) = portion(search, rest, wanted);
    let mut reply = Reply::default();
    fill(&mut reply, search, &places)?;
    let mut cookie = Vec::new();
    match next {
        _ if out_of_time => reply.result = outcome::bare(ResultCode::TIME_LIMIT_EXCEEDED),
        Some(rest) => cookie = state.keep(fingerprint, rest).to_vec(),
        None => reply.references = search.references(),
    }
    reply.controls.push(paged::response(&cookie));
    reply
        .controls
        .extend(controls.sort.as_ref().map(order::sort_response));
    Ok(reply)
}

/// The next places of a paged search, what is left after them, and whether time ran out.
fn portion(search: &Search<'_>, rest: Rest, wanted: usize) -> (Vec<Place>, Option<Rest>, bool) {
    match rest {
        Rest::From(place) => {
            let found = search.find(place, wanted);
            (found.places, found.next.map(Rest::From), found.out_of_time)
        }
        Rest::Sorted(all, at) => {
            // What was sorted may have been deleted or changed since.
            let mut places = Vec::new();
            let mut end = at;
            while let Some(place) = all.get(end).filter(|_| places.len() < wanted) {
                places.extend(search.still_finds(*place).then_some(*place));
                end += 1;
            }
            let next = (end < all.len()).then_some(Rest::Sorted(all, end));
            (places, next, false)
        }
    }
}

/// An attribute-scoped query: the objects that a linked attribute of the base names (MS-ADTS
/// 3.1.1.3.4.1.18).
fn scoped(
    search: &Search<'_>,
    request: &SearchRequest,
    attribute: &str,
) -> Result<Reply, Box<Outcome>> {
    let places = search.scoped(request.scope, attribute)?;
    let mut reply = Reply::default();
    let limit = limit(request).min(places.len());
    fill(&mut reply, search, &places[..limit])?;
    if places.len() > limit {
        reply.result = outcome::bare(ResultCode::SIZE_LIMIT_EXCEEDED);
    }
    reply.controls.push(controls::scoped_response());
    Ok(reply)
}

#[cfg(test)]
mod tests;
