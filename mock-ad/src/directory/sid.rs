//! Security identifiers.

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// The most sub-authorities a SID may have.
const SUB_AUTHORITIES_MAX: usize = 15;

/// A security identifier in its binary form, as objectSid holds it.
///
/// ```
/// use mock_ad::directory::Sid;
/// let domain: Sid = "S-1-5-21-1-2-3".parse()?;
/// let user = domain.with_rid(1104);
/// assert_eq!(user.to_string(), "S-1-5-21-1-2-3-1104");
/// assert_eq!((user.rid(), user.domain()), (Some(1104), Some(domain)));
/// # Ok::<(), mock_ad::directory::SidError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid(Box<[u8]>);

/// Bytes or text that are not a SID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SidError {
    /// The length does not follow from the count of sub-authorities.
    #[error("a SID of {length} bytes cannot be: 8 bytes and 4 for each sub-authority make one")]
    Length {
        /// How many bytes there were.
        length: usize,
    },
    /// The first byte is not 1.
    #[error("revision {0} of the SID format does not exist")]
    Revision(u8),
    /// The text is not of the form S-1-5-….
    #[error("`{0}` is not a SID of the form S-1-5-21-1-2-3-1104")]
    Text(String),
}

impl Sid {
    /// Takes the binary form, checking that it is one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SidError> {
        let length = bytes.len();
        let (Some(&revision), Some(&count)) = (bytes.first(), bytes.get(1)) else {
            return Err(SidError::Length { length });
        };
        if revision != 1 {
            return Err(SidError::Revision(revision));
        }
        let count = usize::from(count);
        if count > SUB_AUTHORITIES_MAX || length != 8 + 4 * count {
            return Err(SidError::Length { length });
        }
        Ok(Self(bytes.into()))
    }

    /// The SID S-1-5-21-… of a domain.
    pub fn of_domain(parts: [u32; 3]) -> Self {
        let mut bytes = vec![1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
        for part in parts {
            bytes.extend_from_slice(&part.to_le_bytes());
        }
        Self(bytes.into())
    }

    /// The binary form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last sub-authority: what tells the accounts of one domain apart.
    pub fn rid(&self) -> Option<u32> {
        self.sub_authorities().last()
    }

    /// This SID, a domain's, with one more sub-authority.
    ///
    /// A SID that already has all fifteen is given back as it is.
    #[must_use]
    pub fn with_rid(&self, rid: u32) -> Self {
        if usize::from(self.0[1]) == SUB_AUTHORITIES_MAX {
            return self.clone();
        }
        let mut bytes = self.0.to_vec();
        bytes[1] += 1;
        bytes.extend_from_slice(&rid.to_le_bytes());
        Self(bytes.into())
    }

    /// This SID without its last sub-authority: the domain of an account.
    pub fn domain(&self) -> Option<Self> {
        let mut bytes = self.0.to_vec();
        let rest = bytes.len().checked_sub(4).filter(|rest| *rest >= 8)?;
        bytes.truncate(rest);
        bytes[1] -= 1;
        Some(Self(bytes.into()))
    }

    fn sub_authorities(&self) -> impl Iterator<Item = u32> + '_ {
        self.0[8..].chunks_exact(4).map(|chunk| {
            let mut word = [0; 4];
            word.copy_from_slice(chunk);
            u32::from_le_bytes(word)
        })
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut authority = [0; 8];
        authority[2..].copy_from_slice(&self.0[2..8]);
        write!(formatter, "S-1-{}", u64::from_be_bytes(authority))?;
        for part in self.sub_authorities() {
            formatter.write_char('-')?;
            fmt::Display::fmt(&part, formatter)?;
        }
        Ok(())
    }
}

impl FromStr for Sid {
    type Err = SidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| SidError::Text(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Sid> {
    let mut parts = text.split('-');
    if !parts.next()?.eq_ignore_ascii_case("s") || parts.next()? != "1" {
        return None;
    }
    let authority: u64 = parts.next()?.parse().ok().filter(|n| *n < 1 << 48)?;
    let mut bytes = vec![1, 0];
    bytes.extend_from_slice(&authority.to_be_bytes()[2..]);
    for part in parts {
        bytes.extend_from_slice(&part.parse::<u32>().ok()?.to_le_bytes());
        bytes[1] += 1;
        if usize::from(bytes[1]) > SUB_AUTHORITIES_MAX {
            return None;
        }
    }
    Some(Sid(bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_are_one_sid() {
        let text = "S-1-5-21-1785510542-463215453-2313035033-1816";
        let sid: Sid = text.parse().unwrap();
        assert_eq!(sid.as_bytes().len(), 28);
        assert_eq!(sid.as_bytes()[..8], [1, 5, 0, 0, 0, 0, 0, 5]);
        assert_eq!(sid.to_string(), text);
        assert_eq!(Sid::from_bytes(sid.as_bytes()), Ok(sid.clone()));
        assert_eq!(sid.domain().unwrap().with_rid(1816), sid);
        assert_eq!("S-1-5-17".parse::<Sid>().unwrap().rid(), Some(17));
    }

    #[test]
    fn what_is_no_sid_is_refused() {
        for text in [
            "",
            "S-1",
            "S-2-5-1",
            "S-1-x",
            "S-1-5-",
            "S-1-5-4294967296",
            "S-1-281474976710656",
        ] {
            assert!(text.parse::<Sid>().is_err(), "{text}");
        }
        for bytes in [&[][..], &[1], &[1, 1, 0, 0], &[2, 0, 0, 0, 0, 0, 0, 5]] {
            assert!(Sid::from_bytes(bytes).is_err(), "{bytes:?}");
        }
    }
}
