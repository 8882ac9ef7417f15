//! The scheduler's interval and the deletion threshold: a value, or `off`.

use std::fmt;

use super::super::collect::Written;
use super::{Duration, from_str, written_as_text};

/// When the engine runs a cycle by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schedule {
    /// Never: cycles run only where the steps say so.
    #[default]
    Off,
    /// Each time this much virtual time has passed.
    Every(Duration),
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Every(length) => write!(f, "every {length}"),
        }
    }
}

impl Written for Schedule {
    fn read(text: &str) -> Result<Self, String> {
        let complaint =
            || format!("`{text}` is no schedule\nwrite `off`, or for example `every 30m`");
        if text.trim() == "off" {
            return Ok(Self::Off);
        }
        let length = text.trim().strip_prefix("every ").ok_or_else(complaint)?;
        match Duration::read(length) {
            Ok(length) if length.as_secs() > 0 => Ok(Self::Every(length)),
            _ => Err(complaint()),
        }
    }

    fn stand_in() -> Self {
        Self::Off
    }
}

written_as_text!(
    Schedule,
    "When the engine runs a cycle by itself: `off`, or `every` and a length of time.",
    ["off", "every 30m", "every 3h"]
);

/// How many deletions one export may hold before the engine refuses to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// Any number.
    Off,
    /// More than this many stop the export.
    Above(u32),
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Above(count) => write!(f, "{count}"),
        }
    }
}

impl Written for Threshold {
    fn read(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let complaint = |_| {
            format!("`{text}` is no deletion threshold\nwrite `off`, or a number such as `500`")
        };
        text.parse().map(Self::Above).map_err(complaint)
    }

    fn stand_in() -> Self {
        Self::Off
    }
}

from_str!(Threshold);

impl<'de> serde::Deserialize<'de> for Threshold {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        super::super::collect::written(d)
    }
}

impl serde::Serialize for Threshold {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str("off"),
            Self::Above(count) => serializer.serialize_u32(*count),
        }
    }
}

impl schemars::JsonSchema for Threshold {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Threshold".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "How many deletions one export may hold, or `off`.",
            "anyOf": [{ "type": "integer", "minimum": 0 }, { "const": "off" }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::collect::Written;
    use super::{Schedule, Threshold};

    #[test]
    fn schedules_and_thresholds_print_as_they_are_read() {
        for text in ["off", "every 3h", "every 30m"] {
            assert_eq!(Schedule::read(text).expect(text).to_string(), text);
        }
        for text in ["off", "500", "0"] {
            assert_eq!(Threshold::read(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["3h", "every", "every 0s", "on", "every day"] {
            assert!(Schedule::read(text).is_err(), "{text}");
        }
        for text in ["-1", "many", "1e3"] {
            assert!(Threshold::read(text).is_err(), "{text}");
        }
    }
}
