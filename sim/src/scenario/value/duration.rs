//! Lengths of virtual time.

use std::fmt;

use super::super::collect::Written;
use super::written_as_text;

/// A length of virtual time such as `31d`, `1d12h`, `30m` or `90s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    seconds: u64,
}

/// The units from the longest to the shortest, with their length in seconds.
const UNITS: [(char, u64); 5] = [
    ('w', 7 * 86_400),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

/// A hundred years: more is a slip of the pen, and adding it to a date could overflow.
const SECONDS_MAX: u64 = 100 * 366 * 86_400;

impl Duration {
    /// That many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self { seconds }
    }

    /// Its length in seconds.
    pub const fn as_secs(self) -> u64 {
        self.seconds
    }

    /// The same length as the virtual clock counts it.
    pub fn signed(self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.seconds;
        // Weeks are understood but nobody says `4w2d` for thirty days.
        for (unit, seconds) in UNITS.into_iter().skip(1) {
            if rest >= seconds {
                write!(f, "{}{unit}", rest / seconds)?;
                rest %= seconds;
            }
        }
        Ok(())
    }
}

impl Written for Duration {
    fn read(text: &str) -> Result<Self, String> {
        let complaint = || {
            format!("`{text}` is no length of time\nwrite for example `31d`, `5h`, `30m` or `90s`")
        };
        let mut seconds: u64 = 0;
        let mut longest = u64::MAX;
        let mut rest = text.trim();
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .ok_or_else(complaint)?;
            let count: u64 = rest
                .get(..digits)
                .and_then(|n| n.parse().ok())
                .ok_or_else(complaint)?;
            rest = rest.get(digits..).unwrap_or_default();
            let unit = rest.chars().next().ok_or_else(complaint)?;
            let (_, length) = UNITS
                .into_iter()
                .find(|(known, _)| *known == unit)
                .ok_or_else(complaint)?;
            if length >= longest {
                return Err(complaint());
            }
            longest = length;
            seconds = count
                .checked_mul(length)
                .and_then(|more| seconds.checked_add(more))
                .filter(|sum| *sum <= SECONDS_MAX)
                .ok_or_else(|| format!("`{text}` is too long: a hundred years are the limit"))?;
            rest = rest.get(unit.len_utf8()..).unwrap_or_default();
        }
        if longest == u64::MAX {
            Err(complaint())
        } else {
            Ok(Self { seconds })
        }
    }

    fn stand_in() -> Self {
        Self { seconds: 1 }
    }
}

written_as_text!(
    Duration,
    "A length of virtual time: days, hours, minutes, seconds.",
    ["31d", "3h", "30m"]
);

#[cfg(test)]
mod tests {
    use super::super::super::collect::Written;
    use super::Duration;

    #[test]
    fn lengths_are_read_and_written() {
        for (text, seconds, canonical) in [
            ("31d", 31 * 86_400, "31d"),
            ("1d12h", 129_600, "1d12h"),
            ("90m", 5_400, "1h30m"),
            ("1w", 604_800, "7d"),
            ("0s", 0, "0s"),
        ] {
            let length = Duration::read(text).expect(text);
            assert_eq!(length.as_secs(), seconds, "{text}");
            assert_eq!(length.to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "5", "h", "5 hours", "-1d", "1h1d", "1h1h", "5ü", "1.5d"] {
            assert!(Duration::read(text).is_err(), "{text}");
        }
        assert!(Duration::read("99999999999999999999d").is_err());
        assert!(
            Duration::read("40000d")
                .expect_err("too long")
                .contains("hundred years")
        );
    }
}
