//! Values as programs write them.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// A point in time as Graph, PowerShell or Active Directory write it: `2026-01-31T08:00:00Z`,
/// `/Date(1704873600000)/`, `20260131080000.0Z`. Dates in the form of a country are none: whether
/// 3/4 is in March or in April is nothing to guess.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let plain = text.replace('\\', "");
    if let Some(inner) = plain
        .strip_prefix("/Date(")
        .and_then(|it| it.strip_suffix(")/"))
    {
        // Behind the milliseconds there may be an offset, which changes nothing.
        let end = inner
            .get(1..)
            .and_then(|it| it.find(['+', '-']))
            .map_or(inner.len(), |at| at + 1);
        return Timestamp::from_millisecond(inner[..end].parse().ok()?).ok();
    }
    if let Some(time) = mock_ad::directory::parse_time(text) {
        return Some(time);
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // Round-trip format without a zone.
    let civil: DateTime = text.parse().ok()?;
    text.contains('T')
        .then(|| civil.in_tz("UTC").ok())
        .flatten()
        .map(|it| it.timestamp())
}

/// Yes or no, also as Excel in some languages writes it.
pub(super) fn flag(text: &str) -> Option<bool> {
    const YES: [&str; 5] = ["true", "wahr", "vrai", "verdadero", "vero"];
    const NO: [&str; 5] = ["false", "falsch", "faux", "falso", "onwaar"];
    let is = |words: &[&str]| {
        words
            .iter()
            .any(|word| word.eq_ignore_ascii_case(text.trim()))
    };
    match (is(&YES), is(&NO)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// The bytes of `X'0102'`, as csvde writes binary values.
pub(super) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let inner = text
        .strip_prefix("X'")
        .or_else(|| text.strip_prefix("x'"))?;
    let digits = inner.strip_suffix('\'')?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8);
    digits.as_bytes().chunks_exact(2).map(pair).collect()
}

/// Values that stand in one field: between semicolons or bars, `\;` being a semicolon, or in
/// braces as PowerShell prints a list.
pub(super) fn list(text: &str) -> Vec<String> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        return inner.split(", ").map(|it| it.trim().to_owned()).collect();
    }
    let mut all = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&';') => {
                characters.next();
                push(&mut all, ';');
            }
            ';' | '|' | '\n' | '\r' => all.push(String::new()),
            other => push(&mut all, other),
        }
    }
    all.iter()
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

fn push(all: &mut [String], character: char) {
    if let Some(last) = all.last_mut() {
        last.push(character);
    }
}

/// Addresses that stand in one field; besides what [`list()`] knows, a comma or a blank separates
/// where the next address begins with its type, such as `smtp:`.
pub(super) fn addresses(text: &str) -> Vec<String> {
    let begins = |word: &str| {
        let kind = word.split_once(':').map_or("", |(kind, _)| kind);
        !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let mut all: Vec<String> = Vec::new();
    for part in list(text) {
        for (place, word) in part
            .split([' ', ','])
            .filter(|it| !it.is_empty())
            .enumerate()
        {
            if place == 0 || begins(word) {
                all.push(word.to_owned());
            } else if let Some(last) = all.last_mut() {
                // A blank inside an X.400 or X.500 address.
                last.push(' ');
                last.push_str(word);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_program_are_one_and_those_of_a_country_none() {
        for text in [
            "2024-01-10T08:00:00Z",
            "2024-01-10T08:00:00.0000000Z",
            "2024-01-10T09:00:00+01:00",
            "/Date(1704873600000)/",
            "\\/Date(1704873600000+0100)\\/",
            "20240110080000.0Z",
        ] {
            assert_eq!(
                time(text).unwrap().to_string(),
                "2024-01-10T08:00:00Z",
                "{text}"
            );
        }
        for text in [
            "3/4/2024 8:00:00 AM",
            "04.03.2024 08:00",
            "yesterday",
            "/Date()/",
            "/Date(é)/",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn lists_in_one_field_come_apart() {
        assert_eq!(list("a;b\\;c| d;"), ["a", "b;c", "d"]);
        assert_eq!(list("{a, b}"), ["a", "b"]);
        let addresses = addresses("SMTP:a@x smtp:b@x,sip:c@x;X500:/o=First Org/cn=d");
        assert_eq!(
            addresses,
            ["SMTP:a@x", "smtp:b@x", "sip:c@x", "X500:/o=First Org/cn=d"]
        );
    }

    #[test]
    fn the_bytes_of_csvde_are_those_of_the_field_guide() {
        let bytes = hexadecimal("X'0111243bbbe255428caf4136c566a962'").unwrap();
        let guid = mock_cloud::SourceAnchor::from_guid_bytes(bytes.try_into().unwrap());
        assert_eq!(guid.to_string(), "AREkO7viVUKMr0E2xWapYg==");
        assert_eq!((hexadecimal("X'01"), hexadecimal("X'0é'")), (None, None));
    }
}
