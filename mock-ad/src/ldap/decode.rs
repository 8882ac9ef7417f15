//! From bytes to messages.

use rasn::types::OctetString;

use super::frame::{element, is_sound};
use super::message::Request;
use super::message::{Addition, Authentication, Change, Kind, Message, Modification, Renaming};
use super::wire;
use crate::search::{Control, Extensible, Filter, Scope, SearchRequest, Substrings};

/// A message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DecodeFailure {
    /// The messageID, if that much could be read: then the request can be answered, otherwise the
    /// connection is over.
    pub id: Option<i32>,
    /// The kind of request, as far as its tag tells.
    pub kind: Option<Kind>,
    /// What is wrong.
    pub reason: &'static str,
}

/// Reads one whole message, as [`frame_length`](super::frame_length) found it.
pub fn decode(frame: &[u8]) -> Result<Message, DecodeFailure> {
    let mut failure = DecodeFailure {
        id: None,
        kind: None,
        reason: "the envelope of the message cannot be read",
    };
    let Some((id, rest)) = envelope(frame) else {
        return Err(failure);
    };
    failure.id = Some(id);
    let Some(operation) = element(rest) else {
        return Err(failure);
    };
    failure.kind = Kind::of_tag(operation.tag);
    let Some(kind) = failure.kind else {
        failure.reason = "this is no request that LDAP has";
        return Err(failure);
    };
    if !is_sound(rest) {
        failure.reason = "an element is cut off, of indefinite length, or nested too deep";
        return Err(failure);
    }
    let controls = match operation.rest {
        [] => Some(Vec::new()),
        bytes => controls(bytes),
    };
    let Some(controls) = controls else {
        failure.reason = "the controls cannot be read";
        return Err(failure);
    };
    match request(kind, operation.whole, operation.contents) {
        Ok(request) => Ok(Message {
            id,
            request,
            controls,
        }),
        Err(reason) => Err(DecodeFailure { reason, ..failure }),
    }
}

/// The messageID of a message and what comes after it.
fn envelope(frame: &[u8]) -> Option<(i32, &[u8])> {
    let sequence = element(frame).filter(|found| found.tag == 0x30)?;
    let id = element(sequence.contents).filter(|found| found.tag == 0x02)?;
    let id_value = integer(id.contents)?;
    Some((id_value, id.rest))
}

/// A messageID: not negative, of 31 bits.
fn integer(contents: &[u8]) -> Option<i32> {
    let significant = contents.len().saturating_sub(4);
    let (zeroes, digits) = contents.split_at(significant);
    if contents.is_empty() || zeroes.iter().any(|byte| *byte != 0) {
        return None;
    }
    let value = digits
        .iter()
        .fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    i32::try_from(value).ok()
}

fn controls(bytes: &[u8]) -> Option<Vec<Control>> {
    let found = element(bytes)?;
    if found.tag != 0xA0 {
        // What comes after the operation and is no list of controls is for later versions.
        return Some(Vec::new());
    }
    let wire::Controls(list) = rasn::ber::decode(found.whole).ok()?;
    let read = |control: wire::Control| {
        Some(Control {
            oid: text(control.oid)?,
            critical: control.criticality,
            value: control.value.map(bytes_of),
        })
    };
    list.into_iter().map(read).collect()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the octets end here; all callers hand theirs over"
)]
fn bytes_of(octets: OctetString) -> Vec<u8> {
    octets.to_vec()
}

fn text(octets: OctetString) -> Option<String> {
    String::from_utf8(bytes_of(octets)).ok()
}

const NOT_BER: &str = "the request cannot be read";
const NOT_TEXT: &str = "a name is not UTF-8";

fn parse<T: rasn::Decode>(whole: &[u8]) -> Result<T, &'static str> {
    rasn::ber::decode(whole).map_err(|_| NOT_BER)
}

fn name(octets: OctetString) -> Result<String, &'static str> {
    text(octets).ok_or(NOT_TEXT)
}

fn request(kind: Kind, whole: &[u8], contents: &[u8]) -> Result<Request, &'static str> {
    Ok(match kind {
        Kind::Unbind => Request::Unbind,
        Kind::Abandon => Request::Abandon(integer(contents).ok_or(NOT_BER)?),
        Kind::Delete => {
            let dn = std::str::from_utf8(contents).map_err(|_| NOT_TEXT)?;
            Request::Delete(dn.to_owned())
        }
        Kind::Bind => bind(parse(whole)?)?,
        Kind::Search => Request::Search(search(parse(whole)?)?),
        Kind::Modify => {
            let wire: wire::Modify = parse(whole)?;
            let changes = wire.changes.into_iter().map(change);
            Request::Modify {
                dn: name(wire.dn)?,
                changes: changes.collect::<Result<_, _>>()?,
            }
        }
        Kind::Add => {
            let wire: wire::Add = parse(whole)?;
            let attributes = wire.attributes.into_iter().map(attribute);
            Request::Add(Addition {
                dn: name(wire.dn)?,
                attributes: attributes.collect::<Result<_, _>>()?,
            })
        }
        Kind::ModifyDn => {
            let wire: wire::ModifyDn = parse(whole)?;
            Request::ModifyDn(Renaming {
                dn: name(wire.dn)?,
                new_rdn: name(wire.new_rdn)?,
                delete_old_rdn: wire.delete_old_rdn,
                new_superior: wire.new_superior.map(name).transpose()?,
            })
        }
        Kind::Compare => {
            let wire: wire::Compare = parse(whole)?;
            Request::Compare {
                dn: name(wire.dn)?,
                attribute: name(wire.assertion.attribute)?,
                value: bytes_of(wire.assertion.value),
            }
        }
        Kind::Extended => {
            let wire: wire::Extended = parse(whole)?;
            Request::Extended {
                oid: name(wire.oid)?,
                value: wire.value.map(bytes_of),
            }
        }
    })
}

fn bind(wire: wire::Bind) -> Result<Request, &'static str> {
    let authentication = match wire.authentication {
        wire::Authentication::Simple(password) => Authentication::Simple(bytes_of(password)),
        wire::Authentication::Sasl(sasl) => Authentication::Sasl {
            mechanism: name(sasl.mechanism)?,
            credentials: sasl.credentials.map(bytes_of),
        },
        wire::Authentication::SicilyPackageDiscovery(bytes) => {
            Authentication::Sicily(9, bytes_of(bytes))
        }
        wire::Authentication::SicilyNegotiate(bytes) => Authentication::Sicily(10, bytes_of(bytes)),
        wire::Authentication::SicilyResponse(bytes) => Authentication::Sicily(11, bytes_of(bytes)),
    };
    Ok(Request::Bind {
        version: wire.version,
        name: name(wire.name)?,
        authentication,
    })
}

fn attribute(wire: wire::Attribute) -> Result<(String, Vec<Vec<u8>>), &'static str> {
    let values = wire.values.into_iter().map(bytes_of).collect();
    Ok((name(wire.description)?, values))
}

fn change(wire: wire::Change) -> Result<Modification, &'static str> {
    let operation = match wire.operation {
        0 => Change::Add,
        1 => Change::Delete,
        2 => Change::Replace,
        3 => Change::Increment,
        other => Change::Other(other),
    };
    let (attribute, values) = attribute(wire.attribute)?;
    Ok(Modification {
        operation,
        attribute,
        values,
    })
}

fn search(wire: wire::Search) -> Result<SearchRequest, &'static str> {
    let scope = match wire.scope {
        0 => Scope::Base,
        1 => Scope::OneLevel,
        2 => Scope::Subtree,
        _ => return Err("the scope of a search is 0, 1 or 2"),
    };
    let limit = |limit: i64| u32::try_from(limit).map_err(|_| "a limit is negative or too large");
    let attributes = wire.attributes.into_iter().map(name);
    Ok(SearchRequest {
        base: name(wire.base)?,
        scope,
        filter: filter(wire.filter)?,
        attributes: attributes.collect::<Result<_, _>>()?,
        types_only: wire.types_only,
        size_limit: limit(wire.size_limit)?,
        time_limit: limit(wire.time_limit)?,
    })
}

/// Takes a filter over; its depth is bounded by that of the message.
fn filter(wire: wire::Filter) -> Result<Filter, &'static str> {
    let all = |parts: Vec<wire::Filter>| parts.into_iter().map(filter).collect::<Result<_, _>>();
    let item = |wire: wire::Assertion| Ok((name(wire.attribute)?, bytes_of(wire.value)));
    let build = |make: fn(String, Vec<u8>) -> Filter, wire| {
        item(wire).map(|(attribute, value)| make(attribute, value))
    };
    match wire {
        wire::Filter::And(parts) => all(parts).map(Filter::And),
        wire::Filter::Or(parts) => all(parts).map(Filter::Or),
        wire::Filter::Not(part) => Ok(Filter::Not(Box::new(filter(*part)?))),
        wire::Filter::Equality(assertion) => build(Filter::Equality, assertion),
        wire::Filter::GreaterOrEqual(assertion) => build(Filter::GreaterOrEqual, assertion),
        wire::Filter::LessOrEqual(assertion) => build(Filter::LessOrEqual, assertion),
        wire::Filter::Approx(assertion) => build(Filter::Approx, assertion),
        wire::Filter::Present(attribute) => Ok(Filter::Present(name(attribute)?)),
        wire::Filter::Substrings(wire) => substrings(wire).map(Filter::Substrings),
        wire::Filter::Extensible(wire) => Ok(Filter::Extensible(Extensible {
            rule: wire.rule.map(name).transpose()?,
            attribute: wire.attribute.map(name).transpose()?,
            value: bytes_of(wire.value),
            dn_attributes: wire.dn_attributes,
        })),
    }
}

fn substrings(wire: wire::Substrings) -> Result<Substrings, &'static str> {
    let mut read = Substrings {
        attribute: name(wire.attribute)?,
        ..Substrings::default()
    };
    let last = wire.pieces.len().wrapping_sub(1);
    for (at, piece) in wire.pieces.into_iter().enumerate() {
        match piece {
            wire::Piece::Initial(value) if at == 0 => read.initial = Some(bytes_of(value)),
            wire::Piece::Any(value) => read.any.push(bytes_of(value)),
            wire::Piece::Last(value) if at == last => read.last = Some(bytes_of(value)),
            _ => return Err("the pieces of a substring filter are out of order"),
        }
    }
    Ok(read)
}
