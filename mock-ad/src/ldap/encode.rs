//! From responses to bytes.
//!
//! Written by hand, for a search entry is the hot path: a BER library that encodes from types
//! takes some seventeen times as long. Constructed elements have lengths of five bytes, as those
//! of domain controllers have, so that nothing is moved when a length becomes known.

use std::io::Write as _;

use super::message::{Body, Kind, Response};
use crate::directory::Value;
use crate::search::{Control, Entry, Outcome};

/// Appends a response to a buffer.
pub fn encode(response: &Response, out: &mut Vec<u8>) {
    let message = begin(out, 0x30);
    put_integer(out, 0x02, i64::from(response.id));
    match &response.body {
        Body::Entry(entry) => put_entry(out, entry),
        Body::Reference(urls) => {
            let reference = begin(out, 0x73);
            for url in urls {
                put(out, 0x04, url.as_bytes());
            }
            end(out, reference);
        }
        Body::Result(kind, outcome) => {
            let result = begin(out, response_tag(*kind));
            put_outcome(out, outcome);
            end(out, result);
        }
        Body::Extended {
            outcome,
            oid,
            value,
        } => {
            let result = begin(out, 0x78);
            put_outcome(out, outcome);
            if let Some(oid) = oid {
                put(out, 0x8A, oid.as_bytes());
            }
            if let Some(value) = value {
                put(out, 0x8B, value);
            }
            end(out, result);
        }
    }
    put_controls(out, &response.controls);
    end(out, message);
}

fn response_tag(kind: Kind) -> u8 {
    match kind {
        Kind::Bind => 0x61,
        Kind::Search => 0x65,
        Kind::Modify => 0x67,
        Kind::Add => 0x69,
        Kind::Delete => 0x6B,
        Kind::ModifyDn => 0x6D,
        Kind::Compare => 0x6F,
        Kind::Extended | Kind::Unbind | Kind::Abandon => 0x78,
    }
}

fn put_entry(out: &mut Vec<u8>, entry: &Entry) {
    let found = begin(out, 0x64);
    put(out, 0x04, entry.dn.as_bytes());
    let attributes = begin(out, 0x30);
    for (name, values) in &entry.attributes {
        let attribute = begin(out, 0x30);
        put(out, 0x04, name.as_bytes());
        let set = begin(out, 0x31);
        for value in values {
            put_value(out, value);
        }
        end(out, set);
        end(out, attribute);
    }
    end(out, attributes);
    end(out, found);
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    let Value::Integer(integer) = value else {
        return put(out, 0x04, &value.ldap_bytes());
    };
    // At most twenty characters, so that the length is one byte.
    out.extend_from_slice(&[0x04, 0]);
    let start = out.len();
    // Writing to a buffer in memory cannot fail.
    let _ = write!(out, "{integer}");
    let length = out.len() - start;
    if let Some(place) = out.get_mut(start - 1) {
        *place = length as u8;
    }
}

fn put_outcome(out: &mut Vec<u8>, outcome: &Outcome) {
    put_integer(out, 0x0A, i64::from(outcome.code.0));
    put(out, 0x04, outcome.matched_dn.as_bytes());
    put(out, 0x04, outcome.diagnostic.as_bytes());
    if !outcome.referrals.is_empty() {
        let referrals = begin(out, 0xA3);
        for url in &outcome.referrals {
            put(out, 0x04, url.as_bytes());
        }
        end(out, referrals);
    }
}

fn put_controls(out: &mut Vec<u8>, controls: &[Control]) {
    if controls.is_empty() {
        return;
    }
    let list = begin(out, 0xA0);
    for control in controls {
        let one = begin(out, 0x30);
        put(out, 0x04, control.oid.as_bytes());
        if control.critical {
            put(out, 0x01, &[0xFF]);
        }
        if let Some(value) = &control.value {
            put(out, 0x04, value);
        }
        end(out, one);
    }
    end(out, list);
}

/// Begins a constructed element and says where its contents start.
fn begin(out: &mut Vec<u8>, tag: u8) -> usize {
    out.extend_from_slice(&[tag, 0x84, 0, 0, 0, 0]);
    out.len()
}

/// Fills in the length of a constructed element.
fn end(out: &mut [u8], start: usize) {
    let length = (out.len() - start) as u32;
    if let Some(place) = out.get_mut(start - 4..start) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

/// Appends a primitive element.
fn put(out: &mut Vec<u8>, tag: u8, contents: &[u8]) {
    out.push(tag);
    let length = contents.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let digits = (length as u32).to_be_bytes();
        let zeroes = digits.iter().take_while(|digit| **digit == 0).count();
        out.push(0x80 | (digits.len() - zeroes) as u8);
        out.extend_from_slice(&digits[zeroes..]);
    }
    out.extend_from_slice(contents);
}

fn put_integer(out: &mut Vec<u8>, tag: u8, value: i64) {
    let digits = value.to_be_bytes();
    let mut start = 0;
    while start < 7 {
        let sign = if digits[start + 1] & 0x80 == 0 {
            0
        } else {
            0xFF
        };
        if digits[start] != sign {
            break;
        }
        start += 1;
    }
    put(out, tag, &digits[start..]);
}
