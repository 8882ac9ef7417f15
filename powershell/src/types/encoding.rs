//! Encodings of text.

use crate::convert::number;
use crate::error::ErrorRecord;
use crate::value::Value;

use super::{Arguments, Called, typed};

/// How text is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8.
    Utf8,
    /// ASCII; everything else becomes a question mark.
    Ascii,
    /// UTF-16, little-endian.
    Unicode,
    /// UTF-16, big-endian.
    BigEndian,
    /// UTF-32, little-endian.
    Utf32,
    /// Windows-1252, which `Default` is on most hosts.
    Ansi,
}

impl Encoding {
    /// The text as bytes, without a mark in front.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Ascii => text
                .chars()
                .map(|it| if it.is_ascii() { ascii(it) } else { b'?' })
                .collect(),
            Self::Unicode => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::BigEndian => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf32 => text
                .chars()
                .flat_map(|it| u32::from(it).to_le_bytes())
                .collect(),
            Self::Ansi => text.chars().map(ansi).collect(),
        }
    }

    /// The mark that `Out-File` and its like put in front.
    pub(crate) const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => &[0xEF, 0xBB, 0xBF],
            Self::Unicode => &[0xFF, 0xFE],
            Self::BigEndian => &[0xFE, 0xFF],
            Self::Utf32 => &[0xFF, 0xFE, 0, 0],
            Self::Ascii | Self::Ansi => &[],
        }
    }

    /// The bytes as text.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Ascii => bytes
                .iter()
                .map(|it| if it.is_ascii() { char::from(*it) } else { '?' })
                .collect(),
            Self::Unicode => utf16(bytes, u16::from_le_bytes),
            Self::BigEndian => utf16(bytes, u16::from_be_bytes),
            Self::Utf32 => bytes
                .chunks_exact(4)
                .map(|it| {
                    let unit = <[u8; 4]>::try_from(it).map_or(0, u32::from_le_bytes);
                    char::from_u32(unit).unwrap_or('\u{FFFD}')
                })
                .collect(),
            Self::Ansi => bytes.iter().map(|it| from_ansi(*it)).collect(),
        }
    }

    /// The encoding of a name that `-Encoding` takes; `None` where it takes no such name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf8" | "utf8bom" | "utf8nobom" | "utf-8" => Self::Utf8,
            "ascii" | "utf7" => Self::Ascii,
            "unicode" | "string" | "unknown" => Self::Unicode,
            "bigendianunicode" => Self::BigEndian,
            "utf32" => Self::Utf32,
            "default" | "oem" => Self::Ansi,
            _ => return None,
        })
    }

    /// The bytes of a file as text: the mark decides, otherwise what was asked for, otherwise
    /// UTF-8 where it is that, and Windows-1252.
    pub(crate) fn read(bytes: &[u8], asked: Option<Self>) -> String {
        let marks = [Self::Utf8, Self::Utf32, Self::Unicode, Self::BigEndian];
        for encoding in marks {
            if let Some(rest) = bytes.strip_prefix(encoding.mark()) {
                return encoding.decode(rest);
            }
        }
        match asked {
            Some(encoding) => encoding.decode(bytes),
            None => match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => Self::Ansi.decode(bytes),
            },
        }
    }
}

fn ascii(char: char) -> u8 {
    u8::try_from(u32::from(char)).unwrap_or(b'?')
}

/// What Windows-1252 has where Latin-1 has control characters.
const ANSI: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn ansi(char: char) -> u8 {
    if let Some(at) = ANSI.iter().position(|it| *it == char) {
        return u8::try_from(at + 0x80).unwrap_or(b'?');
    }
    u8::try_from(u32::from(char))
        .ok()
        .filter(|it| !(0x80..0xA0).contains(it))
        .unwrap_or(b'?')
}

fn from_ansi(byte: u8) -> char {
    let special = byte
        .checked_sub(0x80)
        .and_then(|it| ANSI.get(usize::from(it)));
    special.copied().unwrap_or_else(|| char::from(byte))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|it| unit([it[0], it[1]]));
    char::decode_utf16(units)
        .map(|it| it.unwrap_or('\u{FFFD}'))
        .collect()
}

/// `[System.Text.Encoding]::UTF8` and its like.
pub(crate) fn property(lower: &str) -> Option<Value> {
    let (kind, name, page) = match lower {
        "utf8" => ("System.Text.UTF8Encoding", "utf-8", 65001),
        "ascii" => ("System.Text.ASCIIEncoding", "us-ascii", 20127),
        "unicode" => ("System.Text.UnicodeEncoding", "utf-16", 1200),
        "bigendianunicode" => ("System.Text.BigEndianUnicodeEncoding", "utf-16BE", 1201),
        "utf32" => ("System.Text.UTF32Encoding", "utf-32", 12000),
        "default" => ("System.Text.SBCSCodePageEncoding", "Windows-1252", 1252),
        _ => return None,
    };
    Some(made(kind, name, page))
}

fn made(kind: &str, name: &str, page: i32) -> Value {
    let properties = vec![
        ("BodyName", Value::text(name)),
        ("EncodingName", Value::text(name)),
        ("HeaderName", Value::text(name)),
        ("WebName", Value::text(name)),
        ("CodePage", Value::Int(page)),
    ];
    Value::Object(typed(kind, properties, Some(kind)))
}

/// An encoding made by its constructor.
pub(crate) fn named(kind: &str, _values: &[Value]) -> Value {
    let lower = kind.to_ascii_lowercase();
    let found = if lower.contains("utf8") {
        property("utf8")
    } else if lower.contains("ascii") {
        property("ascii")
    } else {
        property("unicode")
    };
    found.unwrap_or_default()
}

/// `[System.Text.Encoding]::GetEncoding(name)`.
pub(crate) fn by_name(value: &Value) -> Option<Value> {
    let name = crate::convert::to_text(value).to_ascii_lowercase();
    property(match name.as_str() {
        "utf-8" | "utf8" | "65001" => "utf8",
        "us-ascii" | "ascii" | "20127" => "ascii",
        "utf-16" | "unicode" | "1200" => "unicode",
        "utf-16be" | "1201" => "bigendianunicode",
        "windows-1252" | "iso-8859-1" | "1252" | "28591" => "default",
        _ => return None,
    })
}

/// The encoding of an encoding object, by its type.
pub(crate) fn of_type(kind: &str) -> Encoding {
    let kind = kind.rsplit('.').next().unwrap_or(kind);
    match kind {
        "ASCIIEncoding" => Encoding::Ascii,
        "UnicodeEncoding" => Encoding::Unicode,
        "BigEndianUnicodeEncoding" => Encoding::BigEndian,
        "UTF32Encoding" => Encoding::Utf32,
        "SBCSCodePageEncoding" => Encoding::Ansi,
        _ => Encoding::Utf8,
    }
}

/// The methods of an encoding.
pub(crate) fn call(kind: &str, lower: &str, arguments: &Arguments<'_>) -> Called {
    let encoding = of_type(kind);
    let text = || -> Result<String, ErrorRecord> {
        Ok(match arguments.get(0)? {
            Value::Array(array) => array.borrow().iter().map(crate::convert::to_text).collect(),
            other => crate::convert::to_text(other),
        })
    };
    let done = match lower {
        "getbytes" => text().map(|it| Value::bytes(encoding.encode(&it))),
        "getbytecount" => text().map(|it| number::length(encoding.encode(&it).len())),
        "getstring" => arguments.bytes(0).map(|bytes| {
            let start = arguments
                .int(1)
                .ok()
                .and_then(|it| usize::try_from(it).ok())
                .unwrap_or(0);
            let count = arguments
                .int(2)
                .ok()
                .and_then(|it| usize::try_from(it).ok());
            let rest = bytes.get(start..).unwrap_or_default();
            let part = rest.get(..count.unwrap_or(rest.len())).unwrap_or(rest);
            Value::from(encoding.decode(part))
        }),
        "getpreamble" => Ok(Value::bytes(encoding.mark())),
        _ => return None,
    };
    Some(done)
}
