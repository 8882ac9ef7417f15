//! Values that are written as one piece of text.

mod connector;
mod duration;
mod identifier;
mod ou;
mod schedule;

pub use connector::Connector;
pub use duration::Duration;
pub use identifier::{Guid, StartTime};
pub use ou::OuPath;
pub use schedule::{Schedule, Threshold};

/// Derives `FromStr`, whose error is the complaint, for a [`super::collect::Written`] type.
macro_rules! from_str {
    ($type:ident) => {
        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                $crate::scenario::collect::Written::read(text)
            }
        }
    };
}

/// Derives reading, writing and the schema of a [`super::collect::Written`] type from its
/// `read`, its `Display` and the description and examples given here.
macro_rules! written_as_text {
    ($type:ident, $description:literal, [$($example:literal),*]) => {
        $crate::scenario::value::from_str!($type);

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::scenario::collect::written(d)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": $description,
                    "examples": [$($example),*]
                })
            }
        }
    };
}

use {from_str, written_as_text};
