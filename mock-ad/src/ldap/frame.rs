//! Where messages begin and end, and whether they are sound enough to be read.

/// MaxReceiveBuffer: the largest request in bytes (MS-ADTS 3.1.1.3.4.6).
pub const MESSAGE_SIZE_MAX: usize = 10 * 1024 * 1024;

/// How deep elements of a message may be nested, filters included.
pub const NESTING_MAX: usize = 128;

/// How many elements a message may have: more than any group of Active Directory has members, and
/// few enough that a message takes no more than some hundred megabytes once it is read.
pub const ELEMENTS_MAX: usize = 250_000;

/// Bytes that are no LDAP message, after which a connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first byte is not that of a SEQUENCE.
    #[error("an LDAP message begins with the byte 30")]
    NotASequence,
    /// A length that is not given up front.
    #[error("indefinite lengths are not allowed in LDAP (RFC 4511, section 5.1)")]
    Indefinite,
    /// A length of more than four bytes, or more bytes than a server takes.
    #[error("the message is larger than the server takes")]
    TooLarge,
}

/// The length of the message that begins a buffer, its header included; `None` if more bytes are
/// needed to tell.
///
/// ```
/// use mock_ad::ldap::{FrameError, frame_length};
/// assert_eq!(frame_length(b"\x30\x05\x02"), Ok(Some(7)));
/// assert_eq!(frame_length(b"\x30\x84\x00\x00"), Ok(None));
/// assert_eq!(frame_length(b"\x30\x84\x00\x00\x00\x05"), Ok(Some(11)));
/// assert_eq!(frame_length(b"GET / HTTP/1.1"), Err(FrameError::NotASequence));
/// assert_eq!(frame_length(b"\x30\x80"), Err(FrameError::Indefinite));
/// ```
pub fn frame_length(buffer: &[u8]) -> Result<Option<usize>, FrameError> {
    let Some(first) = buffer.first() else {
        return Ok(None);
    };
    if *first != 0x30 {
        return Err(FrameError::NotASequence);
    }
    match length(&buffer[1..])? {
        Some((header, contents)) if contents <= MESSAGE_SIZE_MAX => Ok(Some(1 + header + contents)),
        Some(_) => Err(FrameError::TooLarge),
        None => Ok(None),
    }
}

/// The bytes that a length takes and the length itself; `None` if the length is cut off.
fn length(bytes: &[u8]) -> Result<Option<(usize, usize)>, FrameError> {
    let Some(first) = bytes.first() else {
        return Ok(None);
    };
    match *first {
        short @ 0..=0x7F => Ok(Some((1, usize::from(short)))),
        0x80 => Err(FrameError::Indefinite),
        long => {
            let count = usize::from(long & 0x7F);
            if count > 4 {
                return Err(FrameError::TooLarge);
            }
            let Some(digits) = bytes.get(1..=count) else {
                return Ok(None);
            };
            let value = digits
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            Ok(Some((1 + count, value)))
        }
    }
}

/// One element: its tag, its contents, and what comes after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) whole: &'a [u8],
    pub(super) contents: &'a [u8],
    pub(super) rest: &'a [u8],
}

/// The first element of some bytes; `None` if they hold none that is complete.
pub(super) fn element(bytes: &[u8]) -> Option<Element<'_>> {
    let tag = *bytes.first()?;
    // LDAP has no tag that takes more than a byte.
    if tag & 0x1F == 0x1F {
        return None;
    }
    let (header, length) = length(&bytes[1..]).ok()??;
    let start = 1 + header;
    let end = start.checked_add(length)?;
    Some(Element {
        tag,
        whole: bytes.get(..end)?,
        contents: bytes.get(start..end)?,
        rest: bytes.get(end..)?,
    })
}

/// Whether all elements within some bytes are complete, of definite length, not nested too deep
/// and not too many.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    let mut elements = 0;
    // The bytes that are left at each level that is open.
    let mut levels = vec![bytes];
    while let Some(left) = levels.last_mut() {
        if left.is_empty() {
            levels.pop();
            continue;
        }
        let Some(found) = element(left) else {
            return false;
        };
        elements += 1;
        if elements > ELEMENTS_MAX {
            return false;
        }
        *left = found.rest;
        if found.tag & 0x20 != 0 {
            if levels.len() > NESTING_MAX {
                return false;
            }
            levels.push(found.contents);
        }
    }
    true
}
