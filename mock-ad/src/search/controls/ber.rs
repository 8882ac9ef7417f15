//! The little of BER (X.690) that the values of controls are made of.

/// Reads values one after the other; lengths of any form, `None` where the bytes are no BER.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct Reader<'a> {
    rest: &'a [u8],
}

pub(in crate::search) const INTEGER: u8 = 0x02;
pub(in crate::search) const OCTETS: u8 = 0x04;
pub(in crate::search) const ENUMERATED: u8 = 0x0a;
pub(in crate::search) const SEQUENCE: u8 = 0x30;

impl<'a> Reader<'a> {
    pub(in crate::search) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(in crate::search) fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    pub(in crate::search) fn peek(self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The tag and the contents of the next value.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let digits = usize::from(first & 0x7f);
            if digits == 0 || digits > 8 {
                return None;
            }
            let (digits, rest) = rest.split_at_checked(digits)?;
            let length = digits
                .iter()
                .fold(0u64, |length, digit| (length << 8) | u64::from(*digit));
            (usize::try_from(length).ok()?, rest)
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some((tag, contents))
    }

    /// The contents of the next value, which must have a tag.
    pub(in crate::search) fn tagged(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next()
            .filter(|(tag, _)| *tag == wanted)
            .map(|(_, contents)| contents)
    }

    /// The values inside the next one, which must be a sequence or tagged like one.
    pub(in crate::search) fn inside(&mut self, wanted: u8) -> Option<Self> {
        self.tagged(wanted).map(Reader::new)
    }

    /// The next value, an integer or an enumeration of at most eight bytes.
    pub(in crate::search) fn integer(&mut self) -> Option<i64> {
        let (tag, contents) = self.next()?;
        if !matches!(tag, INTEGER | ENUMERATED) || contents.is_empty() || contents.len() > 8 {
            return None;
        }
        let negative = contents.first().is_some_and(|byte| byte & 0x80 != 0);
        let start = if negative { -1i64 } else { 0 };
        let number = contents
            .iter()
            .fold(start, |number, byte| (number << 8) | i64::from(*byte));
        Some(number)
    }
}

/// Appends one value.
pub(in crate::search) fn put(out: &mut Vec<u8>, tag: u8, contents: &[u8]) {
    out.push(tag);
    let length = contents.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let digits = bytes.iter().position(|byte| *byte != 0).unwrap_or_default();
        out.push(0x80 | (bytes.len() - digits) as u8);
        out.extend_from_slice(&bytes[digits..]);
    }
    out.extend_from_slice(contents);
}

/// Appends an integer or an enumeration in its shortest form.
pub(in crate::search) fn put_integer(out: &mut Vec<u8>, tag: u8, number: i64) {
    let bytes = number.to_be_bytes();
    let mut start = 0;
    while start < 7 {
        let next_is_negative = bytes[start + 1] & 0x80 != 0;
        let superfluous = match bytes[start] {
            0 => !next_is_negative,
            0xff => next_is_negative,
            _ => false,
        };
        if !superfluous {
            break;
        }
        start += 1;
    }
    put(out, tag, &bytes[start..]);
}

/// A sequence of what has been appended to `contents`.
pub(in crate::search) fn sequence(contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(contents.len() + 6);
    put(&mut out, SEQUENCE, contents);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_and_integers_of_any_form_are_read() {
        let mut reader = Reader::new(&[0x30, 0x84, 0, 0, 0, 3, 2, 1, 5]);
        assert_eq!(reader.inside(SEQUENCE).unwrap().integer(), Some(5));
        // Flags of DirSync come as four bytes with a sign or as five without.
        assert_eq!(
            Reader::new(&[2, 4, 0x80, 0, 8, 0]).integer(),
            Some(-0x7FFF_F800)
        );
        assert_eq!(
            Reader::new(&[2, 5, 0, 0x80, 0, 8, 0]).integer(),
            Some(0x8000_0800)
        );
        assert_eq!(Reader::new(&[2, 0x80, 1]).integer(), None);
        assert_eq!(Reader::new(&[4, 2, 1]).tagged(OCTETS), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            number: i64,
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let mut out = Vec::new();
            put_integer(&mut out, INTEGER, number);
            put(&mut out, OCTETS, &bytes);
            let out = sequence(&out);
            let mut reader = Reader::new(&out).inside(SEQUENCE).unwrap();
            prop_assert_eq!(reader.integer(), Some(number));
            prop_assert_eq!(reader.tagged(OCTETS), Some(&*bytes));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            let mut reader = Reader::new(&bytes);
            let _ = reader.integer();
            let _ = reader.inside(SEQUENCE).and_then(|mut inside| inside.integer());
        }
    }
}
