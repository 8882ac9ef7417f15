//! Distinguished names.

mod parse;

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};

use ecow::EcoVec;
use store::{Text, eq_fold, fold_hash};

/// A relative distinguished name: one attribute and its value, such as `CN=Ann Frey`.
#[derive(Debug, Clone)]
pub struct Rdn {
    /// The naming attribute as it was written, such as `CN`.
    pub attribute: Text,
    /// The value without any escapes.
    pub value: Text,
}

/// A distinguished name: the path of an object from the root of its forest.
///
/// Two names are equal if they differ in case, in how they escape, or in the spaces around their
/// separators only.
///
/// ```
/// use mock_ad::directory::Dn;
/// let dn: Dn = r"CN=Frey\, Ann,OU=Staff,DC=example,DC=test".parse()?;
/// assert_eq!(dn, r"cn=frey\2C ann, ou=staff, dc=EXAMPLE, dc=test".parse()?);
/// assert_eq!(dn.rdn().unwrap().value, "Frey, Ann");
/// assert_eq!(dn.parent().unwrap().to_string(), "OU=Staff,DC=example,DC=test");
/// # Ok::<(), mock_ad::directory::DnError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Dn {
    /// From the root to the leaf, so that a parent is a prefix of its children.
    path: EcoVec<Rdn>,
}

/// Text that is not a distinguished name Active Directory could have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}, at character {} of the distinguished name", position + 1)]
pub struct DnError {
    /// The byte at which reading stopped, counted from zero.
    pub position: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl Rdn {
    /// Names an attribute and a value that carries no escapes.
    pub fn new(attribute: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self {
            attribute: attribute.into(),
            value: value.into(),
        }
    }

    fn key(&self) -> (u64, u64) {
        (fold_hash(&self.attribute), fold_hash(&self.value))
    }
}

impl PartialEq for Rdn {
    fn eq(&self, other: &Self) -> bool {
        eq_fold(&self.attribute, &other.attribute) && eq_fold(&self.value, &other.value)
    }
}

impl Eq for Rdn {}

impl Ord for Rdn {
    fn cmp(&self, other: &Self) -> Ordering {
        cmp_fold(&self.attribute, &other.attribute)
            .then_with(|| cmp_fold(&self.value, &other.value))
    }
}

impl PartialOrd for Rdn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Rdn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

fn cmp_fold(left: &str, right: &str) -> Ordering {
    left.chars()
        .flat_map(char::to_lowercase)
        .cmp(right.chars().flat_map(char::to_lowercase))
}

impl fmt::Display for Rdn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.attribute)?;
        formatter.write_char('=')?;
        write_escaped(&self.value, formatter)
    }
}

/// Writes an RDN value as Active Directory prints it inside a distinguished name.
pub(crate) fn write_escaped(value: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let last = value.len().saturating_sub(1);
    for (at, character) in value.char_indices() {
        match character {
            ',' | '\\' | '+' | '"' | '<' | '>' | ';' | '=' => {
                out.write_char('\\')?;
                out.write_char(character)?;
            }
            ' ' if at == 0 || at == last => out.write_str("\\ ")?,
            '#' if at == 0 => out.write_str("\\#")?,
            '\n' => out.write_str("\\0A")?,
            '\r' => out.write_str("\\0D")?,
            '\0' => out.write_str("\\00")?,
            _ => out.write_char(character)?,
        }
    }
    Ok(())
}

impl Dn {
    /// Builds a name from its parts, the leaf first, as they are written.
    pub fn from_components(leaf_first: impl IntoIterator<Item = Rdn>) -> Self {
        let mut path: Vec<Rdn> = leaf_first.into_iter().collect();
        path.reverse();
        Self { path: path.into() }
    }

    /// The parts, the leaf first, as they are written.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &Rdn> + ExactSizeIterator {
        self.path.iter().rev()
    }

    /// How many parts there are.
    pub fn len(&self) -> usize {
        self.path.len()
    }

    /// Whether this is the empty name, that of the root of all directories.
    pub fn is_empty(&self) -> bool {
        self.path.is_empty()
    }

    /// The part that names the object among its siblings.
    pub fn rdn(&self) -> Option<&Rdn> {
        self.path.last()
    }

    /// The name of the object above.
    pub fn parent(&self) -> Option<Self> {
        let above = self.path.len().checked_sub(1)?;
        Some(Self {
            path: self.path.iter().take(above).cloned().collect(),
        })
    }

    /// The name of an object below.
    #[must_use]
    pub fn child(&self, rdn: Rdn) -> Self {
        let mut path = EcoVec::with_capacity(self.path.len() + 1);
        path.extend(self.path.iter().cloned());
        path.push(rdn);
        Self { path }
    }

    /// Whether this name is `ancestor` or below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        self.path.len() >= ancestor.path.len()
            && self.path.iter().zip(&ancestor.path).all(|(a, b)| a == b)
    }

    /// The parts below `ancestor`, from the top down; `None` if this name is not within it.
    pub fn below(&self, ancestor: &Self) -> Option<impl ExactSizeIterator<Item = &Rdn>> {
        self.is_within(ancestor)
            .then(|| self.path.iter().skip(ancestor.path.len()))
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.path.len() == other.path.len() && self.is_within(other)
    }
}

impl Eq for Dn {}

impl Ord for Dn {
    /// Names sort from the root down, so that every object follows its parent.
    fn cmp(&self, other: &Self) -> Ordering {
        self.path.iter().cmp(other.path.iter())
    }
}

impl PartialOrd for Dn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Dn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.iter().for_each(|rdn| rdn.hash(state));
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rdn) in self.components().enumerate() {
            if at > 0 {
                formatter.write_char(',')?;
            }
            rdn.fmt(formatter)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
