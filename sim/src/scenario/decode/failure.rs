//! Why a value could not be read.

use std::fmt;

/// The error type of the reader: what is wrong, before it is known where.
#[derive(Debug)]
pub(in super::super) enum Failure {
    /// It has been reported: the callers only have to give up.
    Reported,
    /// A key that has to be there is not.
    Missing(&'static str),
    /// A key was written twice, the second time under another of its names.
    Repeated(&'static str),
    /// A list where text is expected, and the like.
    WrongType(String),
    /// A complaint of the model about a text; a second line says what to write instead.
    Invalid(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => f.write_str("already reported"),
            Self::Missing(key) => write!(f, "the key `{key}` is missing"),
            Self::Repeated(key) => write!(f, "the key `{key}` is written twice"),
            Self::WrongType(message) | Self::Invalid(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Invalid(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Repeated(field)
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::WrongType(format!("expected {expected}"))
    }
}
