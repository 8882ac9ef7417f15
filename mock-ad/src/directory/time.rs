//! Times as LDAP writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use store::Text;

/// Reads a time such as `20261123033230.0Z` or `261123033230Z`.
pub fn parse_time(text: &str) -> Option<Timestamp> {
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

/// A time as LDAP writes it, such as `20261123033230.0Z`.
pub fn generalized_time(time: Timestamp) -> Text {
    let local = Offset::UTC.to_datetime(time);
    let mut text = *b"00000000000000.0Z";
    let mut put = |at: usize, width: usize, mut number: u16| {
        for place in (at..at + width).rev() {
            text[place] = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    put(0, 4, local.year().unsigned_abs());
    let rest = [
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second(),
    ];
    for (at, number) in rest.into_iter().enumerate() {
        put(4 + 2 * at, 2, u16::from(number.unsigned_abs()));
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        for text in [
            "20261123033230.0Z",
            "19700101000000.0Z",
            "16010101000000.0Z",
        ] {
            assert_eq!(generalized_time(parse_time(text).unwrap()), text);
        }
        assert_eq!(parse_time("261123033230Z"), parse_time("20261123033230.0Z"));
        assert_eq!(parse_time("20261323033230.0Z"), None);
        assert_eq!(parse_time("é20261323033230.0Z"), None);
    }
}
