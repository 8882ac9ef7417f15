//! GUIDs and the moment at which a scenario begins.

use std::fmt;

use uuid::Uuid;

use super::super::collect::Written;
use super::written_as_text;

/// An objectGUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guid(pub Uuid);

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Written for Guid {
    fn read(text: &str) -> Result<Self, String> {
        let complaint = |_| {
            format!(
                "`{text}` is no GUID\n\
                 write it as `Get-ADUser` prints it: `6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162`"
            )
        };
        Uuid::try_parse(text.trim()).map(Self).map_err(complaint)
    }

    fn stand_in() -> Self {
        Self(Uuid::nil())
    }
}

written_as_text!(
    Guid,
    "An objectGUID as `Get-ADUser` prints it. Without one it is derived from the object's name.",
    ["6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162"]
);

/// The virtual moment at which a scenario begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartTime(pub jiff::Timestamp);

impl StartTime {
    /// Monday, 5 January 2026, eight o'clock in the morning.
    fn usual() -> Self {
        Self(jiff::Timestamp::constant(1_767_600_000, 0))
    }
}

impl Default for StartTime {
    fn default() -> Self {
        Self::usual()
    }
}

impl fmt::Display for StartTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Written for StartTime {
    fn read(text: &str) -> Result<Self, String> {
        let complaint =
            || format!("`{text}` is no point in time\nwrite for example `2026-01-05T08:00:00Z`");
        let time: jiff::Timestamp = text.trim().parse().map_err(|_| complaint())?;
        // Virtual time runs forward from here, a hundred years at most for each `wait`.
        let years = jiff::Timestamp::UNIX_EPOCH..jiff::Timestamp::constant(7_258_118_400, 0);
        if years.contains(&time) {
            Ok(Self(time))
        } else {
            Err(complaint())
        }
    }

    fn stand_in() -> Self {
        Self::usual()
    }
}

written_as_text!(
    StartTime,
    "The virtual moment at which the scenario begins.",
    ["2026-01-05T08:00:00Z"]
);

#[cfg(test)]
mod tests {
    use super::super::super::collect::Written;
    use super::{Guid, StartTime};

    #[test]
    fn guids_and_times_print_as_they_are_read() {
        let guid = "6f1d2c3b-4a59-4e87-9b0c-1d2e3f405162";
        assert_eq!(Guid::read(guid).expect("a GUID").to_string(), guid);
        let time = "2026-01-05T08:00:00Z";
        assert_eq!(StartTime::read(time).expect("a time"), StartTime::default());
        assert_eq!(StartTime::default().to_string(), time);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "yesterday", "2026-01-05", "9000-01-01T00:00:00Z"] {
            assert!(StartTime::read(text).is_err(), "{text}");
        }
        for text in ["", "6f1d", "not-a-guid"] {
            assert!(Guid::read(text).is_err(), "{text}");
        }
    }
}
