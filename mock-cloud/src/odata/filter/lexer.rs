//! The words of a filter.

use jiff::Timestamp;
use uuid::Uuid;

use super::Literal;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    End,
    Name(String),
    Literal(Literal),
    Minus,
    Open,
    Close,
    Comma,
    Slash,
    Colon,
}

/// A word and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads one word after the other.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    place: usize,
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'@') || byte >= 0x80
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, place: 0 }
    }

    /// A place as messages give it: counted in UTF-16 from the start.
    pub(super) fn position(&self, place: usize) -> usize {
        let before = self.text.get(..place).unwrap_or(self.text);
        before.encode_utf16().count()
    }

    pub(super) fn next(&mut self) -> Result<Token, String> {
        let rest = &self.text[self.place..];
        let blank = rest.len() - rest.trim_start().len();
        let start = self.place + blank;
        let rest = &self.text[start..];
        let Some(first) = rest.bytes().next() else {
            self.place = start;
            return Ok(self.token(Kind::End, start, 0));
        };
        let single = match first {
            b'(' => Some(Kind::Open),
            b')' => Some(Kind::Close),
            b',' => Some(Kind::Comma),
            b'/' => Some(Kind::Slash),
            b':' => Some(Kind::Colon),
            b'-' => Some(Kind::Minus),
            _ => None,
        };
        if let Some(kind) = single {
            return Ok(self.token(kind, start, 1));
        }
        if first == b'\'' {
            return self.quoted(start);
        }
        if let Some(guid) = rest.get(..36).and_then(|text| Uuid::try_parse(text).ok())
            && !rest.as_bytes().get(36).copied().is_some_and(is_name)
        {
            return Ok(self.token(Kind::Literal(Literal::Guid(guid)), start, 36));
        }
        if first.is_ascii_digit() {
            return self.number_or_date(start);
        }
        if is_name(first) && first != b'.' {
            let length = rest.bytes().take_while(|byte| is_name(*byte)).count();
            return Ok(self.name(start, length));
        }
        let character = rest.chars().next().unwrap_or_default();
        Err(format!(
            "Syntax error: character '{character}' is not valid at position {} in '{}'.",
            self.position(start),
            self.text
        ))
    }

    fn token(&mut self, kind: Kind, start: usize, length: usize) -> Token {
        self.place = start + length;
        Token {
            kind,
            start,
            end: self.place,
        }
    }

    fn name(&mut self, start: usize, length: usize) -> Token {
        let name = &self.text[start..start + length];
        let kind = match name.to_ascii_lowercase().as_str() {
            "null" => Kind::Literal(Literal::Null),
            "true" => Kind::Literal(Literal::Boolean(true)),
            "false" => Kind::Literal(Literal::Boolean(false)),
            _ => Kind::Name(name.to_owned()),
        };
        self.token(kind, start, length)
    }

    fn quoted(&mut self, start: usize) -> Result<Token, String> {
        let bytes = self.text.as_bytes();
        let mut value = String::new();
        let mut from = start + 1;
        while let Some(length) = self.text[from..].find('\'') {
            let to = from + length;
            value.push_str(&self.text[from..to]);
            if bytes.get(to + 1) == Some(&b'\'') {
                value.push('\'');
                from = to + 2;
                continue;
            }
            let kind = Kind::Literal(Literal::Text(value));
            return Ok(self.token(kind, start, to + 1 - start));
        }
        Err(format!(
            "There is an unterminated string literal at position {} in '{}'.",
            self.position(self.text.len()),
            self.text
        ))
    }

    fn number_or_date(&mut self, start: usize) -> Result<Token, String> {
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.' | b'+');
        let length = self.text[start..].bytes().take_while(is_part).count();
        let word = &self.text[start..start + length];
        let is_number = word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
            && word.matches('.').count() < 2
            && !word.ends_with('.');
        let literal = if is_number {
            Some(Literal::Number(word.to_owned()))
        } else if let Ok(at) = word.parse::<Timestamp>() {
            Some(Literal::Instant(at))
        } else {
            let midnight = format!("{word}T00:00:00Z").parse::<Timestamp>().ok();
            let midnight = midnight.filter(|_| word.len() == 10);
            midnight.map(|at| Literal::Date(word.to_owned(), at))
        };
        match literal {
            Some(literal) => Ok(self.token(Kind::Literal(literal), start, length)),
            None if word.contains('T') || word.contains(':') => Err(format!(
                "The DateTimeOffset text '{word}' should be in format \
                 'yyyy-mm-ddThh:mm:ss('.'s+)?(zzzzzz)?' and each field value is within valid range."
            )),
            None => Err(format!(
                "Syntax error at position {} in '{}'.",
                self.position(start + length),
                self.text
            )),
        }
    }
}
