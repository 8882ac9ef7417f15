//! Times as LDAP writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Reads a time such as `20261123033230.0Z` or `261123033230Z`.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim().strip_suffix('Z')?;
    let (digits, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(digits) || !all_digits(fraction) {
        return None;
    }
    let (year, rest) = match digits.len() {
        14 => (digits[..4].parse::<i16>().ok()?, &digits[4..]),
        // UTC time has two digits of the year, which turn in 1950 (RFC 5280).
        12 => match digits[..2].parse::<i16>().ok()? {
            year @ 0..50 => (2000 + year, &digits[2..]),
            year => (1900 + year, &digits[2..]),
        },
        _ => return None,
    };
    let part = |at: usize| rest[at..at + 2].parse::<i8>().ok();
    let (month, day, hour) = (part(0)?, part(2)?, part(4)?);
    let local = DateTime::new(year, month, day, hour, part(6)?, part(8)?, 0).ok()?;
    Offset::UTC.to_timestamp(local).ok()
}
