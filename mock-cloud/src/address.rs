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
        let refused =
            |c: char| c.is_whitespace() || c.is_control() || "\"/\\[]:|<>;?*,".contains(c);
        !self.prefix().is_empty()
            && !self.suffix().is_empty()
            && self.0.matches('@').count() == 1
            && !self.0.contains(refused)
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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
        self.0.split_once(':').map_or("", |(protocol, _)| protocol)
    }

    /// The address without its prefix.
    pub fn address(&self) -> &str {
        self.0
            .split_once(':')
            .map_or(&*self.0, |(_, address)| address)
    }

    /// Whether this is an SMTP address, primary or alias.
    pub fn is_smtp(&self) -> bool {
        self.protocol().eq_ignore_ascii_case("smtp")
    }

    /// Whether this is a SIP address.
    pub fn is_sip(&self) -> bool {
        self.protocol().eq_ignore_ascii_case("sip")
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

/// What stands before the last `@` of an address; all of it where there is none.
pub fn prefix(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(prefix, _)| prefix)
}

/// What stands after the last `@` of an address; nothing where there is none.
pub fn suffix(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, suffix)| suffix)
}

/// A SIP address without the `sip:` in front of it, whatever its case.
pub fn without_sip_prefix(address: &str) -> &str {
    match address.split_once(':') {
        Some((protocol, rest)) if protocol.eq_ignore_ascii_case("sip") => rest,
        _ => address,
    }
}

/// Whether an SMTP address is one the service keeps: something on both sides of one `@`, no
/// blanks, no control characters (rule R4.11, step 1).
pub fn is_well_formed(address: &str) -> bool {
    let refused = |c: char| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"".contains(c);
    address.matches('@').count() == 1
        && !prefix(address).is_empty()
        && !suffix(address).is_empty()
        && !address.contains(refused)
}
