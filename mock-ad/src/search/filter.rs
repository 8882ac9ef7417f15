//! Search filters (RFC 4511, section 4.5.1.7) and their text form (RFC 4515).

/// The filter of a search: values are bytes, for objectGUID and objectSid are not text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of them; with none, always true (RFC 4526).
    And(Vec<Filter>),
    /// Any of them; with none, never true (RFC 4526).
    Or(Vec<Filter>),
    /// The other way round.
    Not(Box<Filter>),
    /// An attribute has a value.
    Equality(String, Vec<u8>),
    /// An attribute has a value that contains pieces in order.
    Substrings(Substrings),
    /// An attribute has a value that is not before another.
    GreaterOrEqual(String, Vec<u8>),
    /// An attribute has a value that is not after another.
    LessOrEqual(String, Vec<u8>),
    /// An attribute has any value.
    Present(String),
    /// An attribute has a value that is nearly another: to Active Directory, the same.
    Approx(String, Vec<u8>),
    /// A matching rule says so.
    Extensible(Extensible),
}

/// The pieces that a value must contain, in order and without overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Substrings {
    /// The attribute.
    pub attribute: String,
    /// What the value begins with.
    pub initial: Option<Vec<u8>>,
    /// What comes somewhere between.
    pub any: Vec<Vec<u8>>,
    /// What the value ends with.
    pub last: Option<Vec<u8>>,
}

/// An extensible match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extensible {
    /// The matching rule, as an OID.
    pub rule: Option<String>,
    /// The attribute.
    pub attribute: Option<String>,
    /// The value to match.
    pub value: Vec<u8>,
    /// Whether the parts of the distinguished name count as attributes; Active Directory ignores
    /// it.
    pub dn_attributes: bool,
}

/// Text that is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}, at character {} of the filter", position + 1)]
pub struct FilterError {
    /// The byte at which reading stopped, counted from zero.
    pub position: usize,
    /// What is wrong there.
    pub reason: &'static str,
}
