//! The query string: pairs of names and values, percent-encoded.

/// One option as it was sent and as it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// As it was sent, for links to further pages.
    pub(super) raw: String,
    /// The name in lower case without its `$`.
    pub(super) name: String,
    /// The name as it was sent, decoded.
    pub(super) written: String,
    pub(super) value: String,
}

/// The options of a query string. Names and values may be percent-encoded, `+` is a blank
/// (graph.md 1.3, quirk 4); the `$` before a name may be missing, as Graph's documentation says.
pub(super) fn pairs(raw_query: &str) -> Vec<Pair> {
    raw_query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|raw| {
            let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
            let written = decode(name);
            Pair {
                raw: raw.to_owned(),
                name: written.trim_start_matches('$').to_ascii_lowercase(),
                written,
                value: decode(value),
            }
        })
        .collect()
}

fn decode(text: &str) -> String {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let digit = |place: usize| {
        let byte = bytes.get(place).copied()?;
        char::from(byte).to_digit(16).map(|digit| digit as u8)
    };
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let escaped = digit(place + 1).zip(digit(place + 2));
        match (byte, escaped) {
            (b'%', Some((high, low))) => {
                decoded.push((high << 4) | low);
                place += 3;
                continue;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        place += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
