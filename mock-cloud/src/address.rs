//! User principal names and proxy addresses.

use std::fmt;

use store::Text;

/// A sign-in name, `prefix@suffix`; compared without regard to case (rule R2.12).
#[derive(Debug, Clone)]
pub struct Upn(Text);

impl Upn {
    /// The name with this text.
    pub fn new(text: impl Into<Text>) -> Self {
        Self(text.into())
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The shared text.
    pub const fn text(&self) -> &Text {
        &self.0
    }

    /// What stands before the last `@`; all of it where there is none.
    pub fn prefix(&self) -> &str {
        prefix(&self.0)
    }

    /// What stands after the last `@`; nothing where there is none.
    pub fn suffix(&self) -> &str {
        suffix(&self.0)
    }

    /// Whether the service takes the name as it is: one `@`, something on both sides, and none of
    /// the characters it refuses (rule R4.2).
    pub fn is_well_formed(&self) -> bool {
        has_form(&self.0, REFUSED_IN_UPN)
    }
}

impl PartialEq for Upn {
    fn eq(&self, other: &Self) -> bool {
        store::eq_fold(&self.0, &other.0)
    }
}

impl Eq for Upn {}

impl fmt::Display for Upn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One value of `proxyAddresses`: a protocol prefix and an address.
///
/// An upper-case `SMTP:` marks the primary address, lower-case `smtp:` an alias (rule R2.10).
///
/// ```
/// use mock_cloud::ProxyAddress;
/// let primary = ProxyAddress::new("SMTP:Ann@lamplight.example");
/// assert!(primary.is_primary() && primary.is_smtp());
/// assert_eq!(primary.address(), "Ann@lamplight.example");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProxyAddress(Text);

impl ProxyAddress {
    /// The value with this text, prefix included.
    pub fn new(text: impl Into<Text>) -> Self {
        Self(text.into())
    }

    /// The primary address `SMTP:address`.
    pub fn primary(address: &str) -> Self {
        Self::prefixed("SMTP:", address)
    }

    /// The alias `smtp:address`.
    pub fn alias(address: &str) -> Self {
        Self::prefixed("smtp:", address)
    }

    fn prefixed(prefix: &str, address: &str) -> Self {
        let mut text = Text::with_capacity(prefix.len() + address.len());
        text.push_str(prefix);
        text.push_str(address);
        Self(text)
    }

    /// The value as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The prefix without its colon; empty where there is none.
    pub fn protocol(&self) -> &str {
        split_protocol(&self.0).map_or("", |(protocol, _)| protocol)
    }

    /// The address without its prefix.
    pub fn address(&self) -> &str {
        split_protocol(&self.0).map_or(&*self.0, |(_, address)| address)
    }

    /// Whether this is an SMTP address, primary or alias.
    pub fn is_smtp(&self) -> bool {
        starts_with_protocol(&self.0, b"smtp:")
    }

    /// Whether this is a SIP address.
    pub fn is_sip(&self) -> bool {
        starts_with_protocol(&self.0, b"sip:")
    }

    /// Whether this is the primary SMTP address: the prefix is upper-case (rule R2.10).
    pub fn is_primary(&self) -> bool {
        self.0.starts_with("SMTP:")
    }
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The part before the first colon and the part after it.
fn split_protocol(value: &str) -> Option<(&str, &str)> {
    // The values are short: a plain loop is done before a vectorised search has begun.
    let colon = value.bytes().position(|byte| byte == b':')?;
    Some((&value[..colon], &value[colon + 1..]))
}

/// Whether a value starts with a protocol, colon included, whatever its case.
fn starts_with_protocol(value: &str, protocol: &[u8]) -> bool {
    let head = value.as_bytes().get(..protocol.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(protocol))
}

fn last_at(address: &str) -> Option<usize> {
    address.bytes().rposition(|byte| byte == b'@')
}

/// What stands before the last `@` of an address; all of it where there is none.
pub fn prefix(address: &str) -> &str {
    last_at(address).map_or(address, |at| &address[..at])
}

/// What stands after the last `@` of an address; nothing where there is none.
pub fn suffix(address: &str) -> &str {
    last_at(address).map_or("", |at| &address[at + 1..])
}

/// A SIP address without the `sip:` in front of it, whatever its case.
pub fn without_sip_prefix(address: &str) -> &str {
    if starts_with_protocol(address, b"sip:") {
        &address[4..]
    } else {
        address
    }
}

/// Whether an SMTP address is one the service keeps: something on both sides of one `@`, no
/// blanks, no control characters (rule R4.11, step 1).
pub fn is_well_formed(address: &str) -> bool {
    has_form(address, REFUSED_IN_ADDRESS)
}

const REFUSED_IN_UPN: u8 = 1;
const REFUSED_IN_ADDRESS: u8 = 2;

/// The byte belongs to a character outside ASCII.
const OUTSIDE: u8 = 4;

/// What the character of each byte is refused in.
const REFUSED: [u8; 256] = {
    let mut table = [OUTSIDE; 256];
    let mut byte = 0u8;
    while byte < 128 {
        // The vertical tab is a blank of Unicode, and a control character anyhow.
        table[byte as usize] = if byte.is_ascii_whitespace() || byte.is_ascii_control() {
            REFUSED_IN_UPN | REFUSED_IN_ADDRESS
        } else {
            0
        };
        byte += 1;
    }
    let mut at = 0;
    let upn = b"\"/\\[]:|<>;?*,";
    while at < upn.len() {
        table[upn[at] as usize] |= REFUSED_IN_UPN;
        at += 1;
    }
    at = 0;
    let address = b"<>()[]\\,;:\"";
    while at < address.len() {
        table[address[at] as usize] |= REFUSED_IN_ADDRESS;
        at += 1;
    }
    table
};

/// A name's first part without what a UPN can't have: what is left of it begins the UPN that the
/// service makes up (rule R4.2).
pub(crate) fn without_refused(prefix: &str) -> String {
    let is_taken = |c: &char| {
        let mut bytes = [0; 4];
        let seen = c.encode_utf8(&mut bytes).bytes();
        let refused = seen.fold(0, |seen, byte| seen | REFUSED[usize::from(byte)]) & REFUSED_IN_UPN;
        refused == 0 && !c.is_whitespace() && !c.is_control() && *c != '@'
    };
    prefix.chars().filter(is_taken).collect()
}

/// Whether a name has exactly one `@` with something on both sides, and nothing that is refused.
fn has_form(name: &str, refused_in: u8) -> bool {
    let (mut seen, mut ats) = (0, 0u32);
    for byte in name.bytes() {
        seen |= REFUSED[usize::from(byte)];
        ats += u32::from(byte == b'@');
    }
    let outside = |c: char| !c.is_ascii() && (c.is_whitespace() || c.is_control());
    seen & refused_in == 0
        && ats == 1
        && !name.starts_with('@')
        && !name.ends_with('@')
        && (seen & OUTSIDE == 0 || !name.contains(outside))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules as they are written down, one character after the other.
    fn by_the_letter(name: &str, listed: &str) -> bool {
        let refused = |c: char| c.is_whitespace() || c.is_control() || listed.contains(c);
        !prefix(name).is_empty()
            && !suffix(name).is_empty()
            && name.matches('@').count() == 1
            && !name.contains(refused)
    }

    #[test]
    fn every_character_is_refused_or_taken_as_the_rules_say() {
        let near = [
            '\u{85}', '\u{a0}', '\u{2028}', '\u{3000}', 'ü', '\u{feff}', '𐍈',
        ];
        for c in (0..0x100).filter_map(char::from_u32).chain(near) {
            for name in [
                format!("a{c}b@x.y"),
                format!("ab@x{c}y"),
                format!("{c}@x"),
                format!("a@{c}"),
                format!("{c}"),
            ] {
                let upn = by_the_letter(&name, "\"/\\[]:|<>;?*,");
                assert_eq!(Upn::new(name.as_str()).is_well_formed(), upn, "{name:?}");
                let address = by_the_letter(&name, "<>()[]\\,;:\"");
                assert_eq!(is_well_formed(&name), address, "{name:?}");
            }
        }
    }

    #[test]
    fn the_protocol_ends_at_the_first_colon() {
        for (value, protocol, address, smtp, sip) in [
            ("smtp:a@b", "smtp", "a@b", true, false),
            ("SMTP:a:b", "SMTP", "a:b", true, false),
            ("Sip:a@b", "Sip", "a@b", false, true),
            ("smtpa@b", "", "smtpa@b", false, false),
            ("x smtp:a", "x smtp", "a", false, false),
            ("ümtp:a", "ümtp", "a", false, false),
            ("", "", "", false, false),
        ] {
            let value = ProxyAddress::new(value);
            assert_eq!((value.protocol(), value.address()), (protocol, address));
            assert_eq!((value.is_smtp(), value.is_sip()), (smtp, sip), "{value}");
        }
        assert_eq!(without_sip_prefix("SIP:a@b"), "a@b");
        assert_eq!(without_sip_prefix("si"), "si");
    }
}
