//! Reading distinguished names (RFC 4514, and the RFC 1779 forms that exports still contain).

use std::str::FromStr;

use store::Text;

use super::{Dn, DnError, Rdn};

/// More parts than this are an attack or a mistake, not a directory.
const COMPONENTS_MAX: usize = 256;

impl FromStr for Dn {
    type Err = DnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader { text, at: 0 };
        reader.skip_spaces();
        let mut leaf_first = Vec::new();
        if reader.peek().is_none() {
            return Ok(Self::default());
        }
        loop {
            if leaf_first.len() == COMPONENTS_MAX {
                return Err(reader.error("there are more than 256 parts"));
            }
            leaf_first.push(reader.rdn()?);
            match reader.peek() {
                None => return Ok(Self::from_components(leaf_first)),
                Some(b',' | b';') => reader.at += 1,
                Some(b'+') => {
                    return Err(reader.error(
                        "`+` joins two attributes, and Active Directory has no multi-valued RDNs",
                    ));
                }
                Some(_) => return Err(reader.error("a comma is missing after a quoted value")),
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, reason: &'static str) -> DnError {
        DnError {
            position: self.at,
            reason,
        }
    }

    fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn rdn(&mut self) -> Result<Rdn, DnError> {
        self.skip_spaces();
        let attribute = Text::from(self.attribute()?);
        self.skip_spaces();
        let value = match self.peek() {
            Some(b'"') => self.quoted()?,
            Some(b'#') => {
                return Err(self.error("a value given as #hex cannot be read without its encoding"));
            }
            _ => self.plain()?,
        };
        if value.is_empty() {
            return Err(self.error("a value is missing"));
        }
        Ok(Rdn { attribute, value })
    }

    fn attribute(&mut self) -> Result<&'a str, DnError> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => self.at += 1,
                b'=' | b' ' => break,
                _ => return Err(self.error("`attribute=value` is expected")),
            }
        }
        let name = &self.text[start..self.at];
        self.skip_spaces();
        if name.is_empty() || self.peek() != Some(b'=') {
            return Err(self.error("`attribute=value` is expected"));
        }
        self.at += 1;
        // RFC 1779 allowed an `OID.` before a dotted number.
        Ok(name
            .get(..4)
            .filter(|prefix| prefix.eq_ignore_ascii_case("oid."))
            .map_or(name, |_| &name[4..]))
    }

    fn plain(&mut self) -> Result<Text, DnError> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let run = rest
            .iter()
            .position(|b| matches!(b, b',' | b'+' | b';' | b'\\' | b'"'))
            .unwrap_or(rest.len());
        self.at += run;
        if self.peek() != Some(b'\\') && self.peek() != Some(b'"') {
            // The usual case: no escape at all, and so no second buffer.
            return Ok(self.text[start..self.at].trim_end_matches(' ').into());
        }
        let mut bytes = self.text.as_bytes()[start..self.at].to_vec();
        // Spaces at the end do not count, unless they were escaped.
        let mut kept = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'+' | b';' => break,
                b'"' => return Err(self.error("a quote inside a value needs a backslash")),
                b'\\' => {
                    bytes.push(self.escaped()?);
                    kept = bytes.len();
                }
                _ => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        while bytes.len() > kept && bytes.last() == Some(&b' ') {
            bytes.pop();
        }
        self.text_of(&bytes)
    }

    fn quoted(&mut self) -> Result<Text, DnError> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.error("the closing quote is missing")),
                Some(b'"') => break,
                Some(b'\\') => bytes.push(self.escaped()?),
                Some(byte) => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        self.skip_spaces();
        self.text_of(&bytes)
    }

    fn escaped(&mut self) -> Result<u8, DnError> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        if let Some(pair) = rest.get(..2)
            && let (Some(high), Some(low)) = (hex(pair[0]), hex(pair[1]))
        {
            self.at += 3;
            return Ok(high << 4 | low);
        }
        match rest.first() {
            Some(b) if b.is_ascii_punctuation() || *b == b' ' => {
                self.at += 2;
                Ok(*b)
            }
            _ => Err(self.error("a backslash must be followed by two hex digits or a special")),
        }
    }

    fn text_of(&self, bytes: &[u8]) -> Result<Text, DnError> {
        std::str::from_utf8(bytes)
            .map(Text::from)
            .map_err(|_| self.error("the escaped bytes are not UTF-8"))
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}
