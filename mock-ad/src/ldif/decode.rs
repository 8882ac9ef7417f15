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
/// UTF-16 is recognised by its mark, or without one by an ASCII beginning. Bytes that are neither
/// UTF-16 nor valid UTF-8 are taken for Windows-1252, of which every byte is a character.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), LdifError> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, Encoding::Utf16Le),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, Encoding::Utf16Be),
        _ if looks_like_utf16(bytes, 1) => utf16(bytes, u16::from_le_bytes, Encoding::Utf16Le),
        _ if looks_like_utf16(bytes, 0) => utf16(bytes, u16::from_be_bytes, Encoding::Utf16Be),
        _ => {
            let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            match std::str::from_utf8(rest) {
                Ok(text) => Ok((Cow::Borrowed(text), Encoding::Utf8)),
                Err(_) => Ok((rest.iter().map(|b| ansi(*b)).collect(), Encoding::Ansi)),
            }
        }
    }
}

/// Whether every second byte of the beginning, from `high` on, is zero and no other one: ASCII in
/// UTF-16. No text in another encoding has zeros.
fn looks_like_utf16(bytes: &[u8], high: usize) -> bool {
    let head = &bytes[..bytes.len().min(64)];
    let mut pairs = head.chunks_exact(2);
    head.len() >= 4 && pairs.all(|pair| pair[high] == 0 && pair[1 - high] != 0)
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
    fn utf16_without_its_mark_is_recognised_by_an_ascii_beginning() {
        let text = format!("{}\nä€", "dn: DC=test".repeat(8));
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            decode(&little).unwrap(),
            (text.as_str().into(), Encoding::Utf16Le)
        );
        assert_eq!(
            decode(&big).unwrap(),
            (text.as_str().into(), Encoding::Utf16Be)
        );
        assert_eq!(decode(b"\0\0\0\0").unwrap().1, Encoding::Utf8);
    }

    #[test]
    fn broken_utf16_names_its_line() {
        let error = decode(b"\xff\xfea\0\n\0b").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(decode(b"\xff\xfe\x00\xd8").is_err());
    }
}
