//! Attribute values.

use std::borrow::Cow;
use std::sync::Arc;

use ecow::EcoVec;
use store::{Text, eq_fold};

/// One value of an attribute, in the form that its syntax asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Text of any syntax that is text, distinguished names and times included.
    Text(Text),
    /// An integer, an enumeration or a large integer.
    Integer(i64),
    /// TRUE or FALSE.
    Boolean(bool),
    /// Octet strings, SIDs and security descriptors.
    Bytes(EcoVec<u8>),
}

/// The values of one attribute: never none where an object stores them.
#[derive(Debug, Clone)]
pub enum Values {
    /// The usual case.
    One(Value),
    /// Two or more, in the order in which they were added; or none, in an answer.
    Many(Arc<[Value]>),
}

impl Value {
    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(boolean) => Some(*boolean),
            _ => None,
        }
    }

    /// The bytes, if they are bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value as LDAP writes it: text as UTF-8, numbers in decimal digits, TRUE and FALSE.
    pub fn ldap_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.as_bytes()),
            Self::Integer(integer) => Cow::Owned(integer.to_string().into_bytes()),
            Self::Boolean(true) => Cow::Borrowed(b"TRUE"),
            Self::Boolean(false) => Cow::Borrowed(b"FALSE"),
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// Equality as Active Directory's text syntaxes have it: case does not count.
    pub fn eq_fold(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => eq_fold(left, right),
            _ => self == other,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl Values {
    /// Makes one of a list; `None` if the list is empty.
    pub fn from_vec(mut values: Vec<Value>) -> Option<Self> {
        match values.len() {
            0 => None,
            1 => values.pop().map(Self::One),
            _ => Some(Self::Many(values.into())),
        }
    }

    /// The values of an answer, in which there may be none.
    pub(crate) fn answer(values: Vec<Value>) -> Self {
        Self::from_vec(values).unwrap_or_else(|| Self::Many(Arc::default()))
    }

    /// The values as a slice.
    pub fn as_slice(&self) -> &[Value] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// All values in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.as_slice().iter()
    }

    /// The first value.
    pub fn first(&self) -> Option<&Value> {
        self.as_slice().first()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is no value, which an object never stores.
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

impl<'a> IntoIterator for &'a Values {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Values {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_small() {
        assert_eq!(size_of::<Value>(), 24);
        assert_eq!(size_of::<Values>(), 24);
    }

    #[test]
    fn lists_of_one_are_ones() {
        assert_eq!(Values::from_vec(Vec::new()), None);
        let one = Values::from_vec(vec![Value::from("a")]).unwrap();
        assert!(matches!(one, Values::One(_)));
        let two = Values::from_vec(vec![Value::from("a"), Value::from(2)]).unwrap();
        assert_eq!((two.len(), two.first()), (2, Some(&Value::from("a"))));
        assert!(Value::from("SMTP:A@x").eq_fold(&Value::from("smtp:a@X")));
    }
}
