//! Search filters (RFC 4511, section 4.5.1.7) and their text form (RFC 4515).

mod parse;

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// The filter of a search: values are bytes, for objectGUID and objectSid are not text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of them; with none, always true (RFC 4526).
    And(Vec<Self>),
    /// Any of them; with none, never true (RFC 4526).
    Or(Vec<Self>),
    /// The other way round.
    Not(Box<Self>),
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

impl Filter {
    /// Reads the text form; the position in an error is a byte, counted from zero.
    ///
    /// ```
    /// use mock_ad::search::Filter;
    /// let filter = Filter::parse("(&(objectClass=user)(!(mail=*)))")?;
    /// assert_eq!(filter.to_string(), "(&(objectClass=user)(!(mail=*)))");
    /// assert_eq!(Filter::parse("(cn=a").unwrap_err().position, 5);
    /// # Ok::<(), mock_ad::search::FilterError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::parse(text)
    }

    /// `(objectClass=*)`, which every object passes.
    pub fn any_object() -> Self {
        Self::Present("objectClass".to_owned())
    }

    /// An attribute has a value, given as text.
    pub fn equals(attribute: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        Self::Equality(attribute.into(), value.as_ref().to_vec())
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_char('(')?;
        match self {
            Self::And(parts) => {
                out.write_char('&')?;
                parts.iter().try_for_each(|part| part.fmt(out))?;
            }
            Self::Or(parts) => {
                out.write_char('|')?;
                parts.iter().try_for_each(|part| part.fmt(out))?;
            }
            Self::Not(part) => {
                out.write_char('!')?;
                part.fmt(out)?;
            }
            Self::Equality(attribute, value) => write_item(out, attribute, "=", value)?,
            Self::GreaterOrEqual(attribute, value) => write_item(out, attribute, ">=", value)?,
            Self::LessOrEqual(attribute, value) => write_item(out, attribute, "<=", value)?,
            Self::Approx(attribute, value) => write_item(out, attribute, "~=", value)?,
            Self::Present(attribute) => write!(out, "{attribute}=*")?,
            Self::Substrings(pieces) => write_substrings(out, pieces)?,
            Self::Extensible(filter) => write_extensible(out, filter)?,
        }
        out.write_char(')')
    }
}

fn write_item(
    out: &mut fmt::Formatter<'_>,
    attribute: &str,
    operator: &str,
    value: &[u8],
) -> fmt::Result {
    out.write_str(attribute)?;
    out.write_str(operator)?;
    write_value(out, value)
}

fn write_substrings(out: &mut fmt::Formatter<'_>, pieces: &Substrings) -> fmt::Result {
    write!(out, "{}=", pieces.attribute)?;
    write_value(out, pieces.initial.as_deref().unwrap_or_default())?;
    out.write_char('*')?;
    for piece in &pieces.any {
        write_value(out, piece)?;
        out.write_char('*')?;
    }
    write_value(out, pieces.last.as_deref().unwrap_or_default())
}

fn write_extensible(out: &mut fmt::Formatter<'_>, filter: &Extensible) -> fmt::Result {
    out.write_str(filter.attribute.as_deref().unwrap_or_default())?;
    if filter.dn_attributes {
        out.write_str(":dn")?;
    }
    if let Some(rule) = &filter.rule {
        write!(out, ":{rule}")?;
    }
    out.write_str(":=")?;
    write_value(out, &filter.value)
}

/// Writes a value as RFC 4515 has it: what is not text, and what would end it, as digits.
fn write_value(out: &mut fmt::Formatter<'_>, value: &[u8]) -> fmt::Result {
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '(' | ')' | '*' | '\\' | '\0'..='\x1f' | '\x7f' => {
                    write!(out, "\\{:02x}", u32::from(character))?;
                }
                _ => out.write_char(character)?,
            }
        }
        for byte in chunk.invalid() {
            write!(out, "\\{byte:02x}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
