//! The values of filters, read as the syntax of their attribute asks (MS-ADTS 3.1.1.2.2.4).

use std::cmp::Ordering;

use store::{Text, eq_fold, fold};

use crate::directory::{
    AttributeDefinition, AttributeId, Directory, Dn, ObjectGuid, Sid, Syntax, Value, boolean,
    parse_time,
};
use crate::search::Substrings;

/// How a value is compared with the one of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum Comparison {
    Equal,
    NotBefore,
    NotAfter,
}

/// Which bits of a number must be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum Bits {
    All,
    Any,
}

/// What a value must be like.
#[derive(Debug, Clone)]
pub(in crate::search) enum Matcher {
    /// Text in which case does not count; the value of the filter is in lower case.
    Text(Comparison, Text),
    Exact(Comparison, Text),
    Integer(Comparison, i64),
    Bits(Bits, i64),
    Boolean(bool),
    /// Seconds since 1970.
    Time(Comparison, i64),
    Bytes(Comparison, Vec<u8>),
    Dn(Dn),
    Pieces(Pieces),
}

/// The pieces of a substring match.
#[derive(Debug, Clone, Default)]
pub(in crate::search) struct Pieces {
    initial: Option<Vec<u8>>,
    any: Vec<Vec<u8>>,
    last: Option<Vec<u8>>,
    /// Whether case does not count; the pieces then are in lower case.
    folds: bool,
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotBefore => ordering.is_ge(),
            Self::NotAfter => ordering.is_le(),
        }
    }
}

/// Reads the value of a filter; `None` if it is none of the syntax, or if the syntax has no such
/// comparison.
pub(super) fn matcher(
    directory: &Directory,
    definition: &AttributeDefinition,
    comparison: Comparison,
    value: &[u8],
) -> Option<Matcher> {
    let equal = comparison == Comparison::Equal;
    let text = || std::str::from_utf8(value).ok();
    Some(match definition.syntax {
        Syntax::Text | Syntax::ObjectIdentifier | Syntax::DnWithBinary | Syntax::DnWithText => {
            Matcher::Text(comparison, fold(text()?))
        }
        Syntax::CaseExactText | Syntax::NumericText | Syntax::PresentationAddress => {
            Matcher::Exact(comparison, text()?.into())
        }
        Syntax::Integer => Matcher::Integer(comparison, as_signed(integer(text()?)?)),
        Syntax::LargeInteger => Matcher::Integer(comparison, integer(text()?)?),
        Syntax::Boolean if equal => Matcher::Boolean(boolean(text()?)?),
        Syntax::Time => Matcher::Time(comparison, parse_time(text()?)?.as_second()),
        Syntax::Sid => Matcher::Bytes(comparison, sid_bytes(value)),
        Syntax::OctetString => Matcher::Bytes(comparison, guid_bytes(definition, value)),
        Syntax::DistinguishedName if equal => Matcher::Dn(directory.named_dn(text()?)?),
        Syntax::Boolean | Syntax::DistinguishedName | Syntax::SecurityDescriptor => return None,
    })
}

/// Decimal digits with a sign, nothing else.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

/// A number of 32 bits, which some write without its sign: 2147483653 is -2147483643 (Samba's
/// `test_groupType_int32`).
fn as_signed(number: i64) -> i64 {
    match u32::try_from(number) {
        Ok(bits) => i64::from(bits.cast_signed()),
        Err(_) => number,
    }
}

/// A SID in its binary form or as S-1-….
fn sid_bytes(value: &[u8]) -> Vec<u8> {
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse::<Sid>().ok())
        .map_or_else(|| value.to_vec(), |sid| sid.as_bytes().to_vec())
}

/// Bytes as they are; objectGUID also takes the printed form ("measured on Samba 4.17").
fn guid_bytes(definition: &AttributeDefinition, value: &[u8]) -> Vec<u8> {
    let named = |id: &str| eq_fold(&definition.name, id);
    if !named("objectGUID") && !named("invocationId") {
        return value.to_vec();
    }
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse::<ObjectGuid>().ok())
        .map_or_else(|| value.to_vec(), |guid| guid.as_bytes().to_vec())
}

/// The value of a bit rule; 32-bit attributes compare as patterns of 32 bits, so that
/// 2147483648 is the highest bit of groupType.
pub(super) fn bits(definition: &AttributeDefinition, rule: Bits, value: &[u8]) -> Option<Matcher> {
    let number = integer(std::str::from_utf8(value).ok()?)?;
    match definition.syntax {
        Syntax::Integer => Some(Matcher::Bits(rule, i64::from(low_bits(number)))),
        Syntax::LargeInteger => Some(Matcher::Bits(rule, number)),
        _ => None,
    }
}

/// The lower half of a number, as a pattern of bits.
fn low_bits(number: i64) -> u32 {
    (number & 0xFFFF_FFFF).try_into().unwrap_or_default()
}

pub(super) fn pieces(definition: &AttributeDefinition, given: &Substrings) -> Option<Pieces> {
    let folds = match definition.syntax {
        Syntax::Text => true,
        Syntax::CaseExactText
        | Syntax::NumericText
        | Syntax::PresentationAddress
        | Syntax::OctetString => false,
        // Names, numbers, times and class names have no substrings.
        _ => return None,
    };
    let piece = |piece: &Vec<u8>| match std::str::from_utf8(piece) {
        Ok(text) if folds => fold(text).as_bytes().to_vec(),
        _ => piece.clone(),
    };
    Some(Pieces {
        initial: given.initial.as_ref().map(piece),
        any: given.any.iter().map(piece).collect(),
        last: given.last.as_ref().map(piece),
        folds,
    })
}

impl Pieces {
    /// A match of the beginning alone.
    pub(super) fn beginning(definition: &AttributeDefinition, text: &str) -> Option<Self> {
        pieces(
            definition,
            &Substrings {
                initial: Some(text.as_bytes().to_vec()),
                ..Substrings::default()
            },
        )
    }

    fn matches(&self, value: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(value) else {
            return !self.folds && self.found_in(value, |left, right| left == right);
        };
        if !self.folds {
            self.found_in(value, |left, right| left == right)
        } else if text.is_ascii() {
            self.found_in(value, <[u8]>::eq_ignore_ascii_case)
        } else {
            self.found_in(fold(text).as_bytes(), |left, right| left == right)
        }
    }

    fn found_in(&self, value: &[u8], same: impl Fn(&[u8], &[u8]) -> bool) -> bool {
        let mut rest = value;
        if let Some(initial) = &self.initial {
            let Some((start, after)) = rest.split_at_checked(initial.len()) else {
                return false;
            };
            if !same(start, initial) {
                return false;
            }
            rest = after;
        }
        if let Some(last) = &self.last {
            let Some(at) = rest.len().checked_sub(last.len()) else {
                return false;
            };
            let (before, end) = rest.split_at(at);
            if !same(end, last) {
                return false;
            }
            rest = before;
        }
        self.any.iter().all(|piece| {
            let found = rest
                .windows(piece.len().max(1))
                .position(|window| same(window, piece));
            match found {
                Some(at) => {
                    rest = &rest[at + piece.len()..];
                    true
                }
                None => false,
            }
        })
    }
}

impl Matcher {
    /// Whether a value matches.
    pub(in crate::search) fn matches(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(Comparison::Equal, wanted), Value::Text(text)) => eq_fold(text, wanted),
            (Self::Text(comparison, wanted), Value::Text(text)) => {
                comparison.holds(compare_folded(text, wanted))
            }
            (Self::Exact(comparison, wanted), Value::Text(text)) => {
                comparison.holds(text.as_str().cmp(wanted.as_str()))
            }
            (Self::Integer(comparison, wanted), Value::Integer(number)) => {
                comparison.holds(number.cmp(wanted))
            }
            (Self::Bits(Bits::All, wanted), Value::Integer(number)) => number & wanted == *wanted,
            (Self::Bits(Bits::Any, wanted), Value::Integer(number)) => number & wanted != 0,
            (Self::Boolean(wanted), Value::Boolean(boolean)) => wanted == boolean,
            (Self::Time(comparison, wanted), Value::Integer(seconds)) => {
                comparison.holds(seconds.cmp(wanted))
            }
            (Self::Time(comparison, wanted), Value::Text(text)) => {
                parse_time(text).is_some_and(|time| comparison.holds(time.as_second().cmp(wanted)))
            }
            (Self::Bytes(comparison, wanted), Value::Bytes(bytes)) => {
                comparison.holds(bytes.as_slice().cmp(wanted.as_slice()))
            }
            (Self::Dn(wanted), Value::Text(text)) => {
                text.parse::<Dn>().is_ok_and(|dn| dn == *wanted)
            }
            (Self::Pieces(pieces), Value::Text(text)) => pieces.matches(text.as_bytes()),
            (Self::Pieces(pieces), Value::Bytes(bytes)) => pieces.matches(bytes),
            _ => false,
        }
    }

    /// The value that an equality match looks for, in the form of the index of values.
    pub(in crate::search) fn sought(&self) -> Option<Value> {
        match self {
            Self::Text(Comparison::Equal, text) | Self::Exact(Comparison::Equal, text) => {
                Some(Value::Text(text.clone()))
            }
            Self::Bytes(Comparison::Equal, bytes) => Some(bytes.as_slice().into()),
            _ => None,
        }
    }

    /// The least number of a comparison `>=`.
    pub(in crate::search) fn at_least(&self, id: AttributeId) -> Option<i64> {
        match self {
            Self::Integer(Comparison::NotBefore | Comparison::Equal, least)
                if id == AttributeId::USN_CHANGED =>
            {
                Some(*least)
            }
            _ => None,
        }
    }
}

/// Orders text by its lower case; `folded` is in lower case already.
fn compare_folded(text: &str, folded: &str) -> Ordering {
    text.chars()
        .flat_map(char::to_lowercase)
        .cmp(folded.chars())
}
