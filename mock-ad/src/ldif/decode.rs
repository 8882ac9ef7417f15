//! From bytes to text.

use std::borrow::Cow;

use super::LdifError;

/// How the characters of a file were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little-endian with a byte order mark: `ldifde -u`.
    Utf16Le,
    /// UTF-16, big-endian with a byte order mark.
    Utf16Be,
    /// The Western ANSI code page, Windows-1252: `ldifde` without `-u`.
    Ansi,
}

/// The text of a file and how it was encoded.
///
/// Bytes that are neither marked as UTF-16 nor valid UTF-8 are taken for Windows-1252, of which
/// every byte is a character.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), LdifError> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, Encoding::Utf16Le),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, Encoding::Utf16Be),
        _ => {
            let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            match std::str::from_utf8(rest) {
                Ok(text) => Ok((Cow::Borrowed(text), Encoding::Utf8)),
                Err(_) => Ok((rest.iter().map(|b| ansi(*b)).collect(), Encoding::Ansi)),
            }
        }
    }
}

fn utf16(
    bytes: &[u8],
    word: fn([u8; 2]) -> u16,
    encoding: Encoding,
) -> Result<(Cow<'static, str>, Encoding), LdifError> {
    let pairs = bytes.chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let mut text = String::with_capacity(bytes.len() / 2);
    for character in char::decode_utf16(pairs.map(|pair| word([pair[0], pair[1]]))) {
        let Ok(character) = character else {
            return Err(broken_utf16(&text));
        };
        text.push(character);
    }
    if !whole {
        return Err(broken_utf16(&text));
    }
    Ok((Cow::Owned(text), encoding))
}

fn broken_utf16(text: &str) -> LdifError {
    let line = text.matches('\n').count() + 1;
    LdifError::new(
        line,
        "the file is marked as UTF-16 but breaks off inside a character here",
        "copy the file again in binary mode, or export it again with `ldifde -u`",
    )
}

/// The character of a byte in Windows-1252; its five unused bytes are control characters.
fn ansi(byte: u8) -> char {
    const UPPER_CONTROLS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => UPPER_CONTROLS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_recognised() {
        let little: Vec<u8> = "\u{feff}ä€"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "\u{feff}ä€"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        for (bytes, encoding) in [
            ("ä€".as_bytes(), Encoding::Utf8),
            ("\u{feff}ä€".as_bytes(), Encoding::Utf8),
            (&little, Encoding::Utf16Le),
            (&big, Encoding::Utf16Be),
            (b"\xe4\x80", Encoding::Ansi),
        ] {
            assert_eq!(decode(bytes).unwrap(), (Cow::Borrowed("ä€"), encoding));
        }
    }

    #[test]
    fn broken_utf16_names_its_line() {
        let error = decode(b"\xff\xfea\0\n\0b").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(decode(b"\xff\xfe\x00\xd8").is_err());
    }
}
