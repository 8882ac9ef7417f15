//! Sorted searches, and windows onto them.

use std::cmp::Ordering;

use store::fold;

use super::controls::{Sort, Target, Window, ber, oid};
use super::run::{Place, Search};
use super::{Control, Outcome, ResultCode, outcome};
use crate::directory::{AttributeId, Directory, ObjectId, Value, parse_time};

/// What an object is sorted by; those without a value come last (RFC 2891, section 2.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Integer(i64),
    Text(store::Text),
    Bytes(Vec<u8>),
    Missing,
}

impl Key {
    fn of(directory: &Directory, id: ObjectId, attribute: AttributeId) -> Self {
        let values = directory.attribute_values(id, attribute);
        values.first().map_or(Self::Missing, |value| match value {
            Value::Text(text) => Self::Text(fold(text)),
            Value::Integer(integer) => Self::Integer(*integer),
            Value::Boolean(boolean) => Self::Integer(i64::from(*boolean)),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        })
    }

    /// The key that a window asks for, in the form that others have.
    fn asked(value: &[u8], like: &Self) -> Self {
        let text = String::from_utf8_lossy(value);
        match like {
            Self::Integer(_) => text.parse().map_or(Self::Missing, Self::Integer),
            Self::Bytes(_) => Self::Bytes(value.to_vec()),
            Self::Text(_) | Self::Missing => match parse_time(&text) {
                Some(_) => Self::Text(text.as_ref().into()),
                None => Self::Text(fold(&text)),
            },
        }
    }
}

/// A sorted search: the places in order, beside their keys.
pub(super) struct Sorted {
    pub(super) places: Vec<Place>,
    keys: Vec<Key>,
    reverse: bool,
    /// Whether there was no time to look at all objects.
    pub(super) out_of_time: bool,
}

impl Sorted {
    /// Runs a search to its end and sorts what it finds.
    pub(super) fn new(search: &Search<'_>, attribute: AttributeId, reverse: bool) -> Self {
        let found = search.find(Place::START, usize::MAX);
        let out_of_time = found.out_of_time;
        let mut keyed: Vec<(Key, Place)> = found
            .places
            .into_iter()
            .map(|place| {
                let directory = search.parts[place.part].base.directory;
                (Key::of(directory, place.id, attribute), place)
            })
            .collect();
        keyed.sort_by(|left, right| {
            compare(&left.0, &right.0, reverse).then_with(|| left.1.cmp(&right.1))
        });
        let (keys, places) = keyed.into_iter().unzip();
        Self {
            places,
            keys,
            reverse,
            out_of_time,
        }
    }

    /// The places of a window, and the response that goes with it.
    pub(super) fn window(&self, window: &Window) -> Result<(Vec<Place>, Control), Box<Outcome>> {
        let count = self.places.len();
        let target = match &window.target {
            Target::Offset { offset, .. } if *offset < 1 => {
                return Err(Box::new(outcome::bare(ResultCode::OFFSET_RANGE_ERROR)));
            }
            Target::Offset { offset, count: 0 } => usize::try_from(*offset).unwrap_or(usize::MAX),
            Target::Offset {
                offset,
                count: thought,
            } if offset >= thought => count,
            Target::Offset {
                offset,
                count: thought,
            } => {
                // The client knows another count; the place is the like part of the real one.
                let part = i128::from(*offset) * count as i128 / i128::from(*thought).max(1);
                usize::try_from(part).unwrap_or_default().max(1)
            }
            Target::AtLeast(value) => {
                let asked = self.keys.first().map(|like| Key::asked(value, like));
                let before = self.keys.partition_point(|key| {
                    asked
                        .as_ref()
                        .is_some_and(|asked| compare(key, asked, self.reverse).is_lt())
                });
                before + 1
            }
        };
        let target = target.min(count + 1);
        let first = target
            .saturating_sub(1)
            .saturating_sub(window.before)
            .min(count);
        let last = target.saturating_add(window.after).min(count);
        let places = self.places.get(first..last).unwrap_or_default().to_vec();
        Ok((places, response(target, count)))
    }
}

fn compare(left: &Key, right: &Key, reverse: bool) -> Ordering {
    match (left, right) {
        (Key::Missing, _) | (_, Key::Missing) => left.cmp(right),
        _ if reverse => right.cmp(left),
        _ => left.cmp(right),
    }
}

fn response(target: usize, count: usize) -> Control {
    let mut contents = Vec::new();
    for number in [target, count] {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        ber::put_integer(&mut contents, ber::INTEGER, number);
    }
    ber::put_integer(&mut contents, ber::ENUMERATED, 0);
    // The list is made anew every time, so that the context it names means nothing.
    ber::put(&mut contents, ber::OCTETS, &[0, 0, 0, 1]);
    Control {
        oid: oid::VLV_RESPONSE.to_owned(),
        critical: false,
        value: Some(ber::sequence(&contents)),
    }
}

/// The response to a request to sort.
pub(super) fn sort_response(sort: &Sort) -> Control {
    let mut contents = Vec::new();
    let code = if sort.attribute.is_some() {
        ResultCode::SUCCESS
    } else {
        ResultCode::NO_SUCH_ATTRIBUTE
    };
    ber::put_integer(&mut contents, ber::ENUMERATED, i64::from(code.0));
    if sort.attribute.is_none() {
        ber::put(&mut contents, 0x80, sort.name.as_bytes());
    }
    Control {
        oid: oid::SORT_RESPONSE.to_owned(),
        critical: false,
        value: Some(ber::sequence(&contents)),
    }
}
