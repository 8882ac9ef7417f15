//! Reading the text form of a filter (RFC 4515).

use super::{Extensible, Filter, FilterError, Substrings};

/// How deep filters may nest; deeper ones are refused before they could exhaust the stack.
const DEPTH_MAX: usize = 256;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

type Parsed<T> = Result<T, FilterError>;

pub(super) fn parse(text: &str) -> Parsed<Filter> {
    let mut parser = Parser {
        text: text.as_bytes(),
        at: 0,
    };
    parser.skip_spaces();
    let filter = if parser.peek() == Some(b'(') {
        parser.filter(0)?
    } else {
        // As the command-line tools have it, an item alone needs no parentheses.
        parser.item()?
    };
    parser.skip_spaces();
    match parser.peek() {
        None => Ok(filter),
        Some(_) => Err(parser.error("the filter ends before this")),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn error(&self, reason: &'static str) -> FilterError {
        FilterError {
            position: self.at,
            reason,
        }
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Parsed<()> {
        if self.peek() != Some(byte) {
            return Err(self.error(reason));
        }
        self.at += 1;
        Ok(())
    }

    fn filter(&mut self, depth: usize) -> Parsed<Filter> {
        if depth > DEPTH_MAX {
            return Err(self.error("the filter nests too deeply"));
        }
        self.expect(b'(', "`(` was expected")?;
        self.skip_spaces();
        let filter = match self.peek() {
            Some(b'&') => Filter::And(self.list(depth)?),
            Some(b'|') => Filter::Or(self.list(depth)?),
            Some(b'!') => {
                self.at += 1;
                self.skip_spaces();
                Filter::Not(Box::new(self.filter(depth + 1)?))
            }
            _ => self.item()?,
        };
        self.skip_spaces();
        self.expect(b')', "`)` was expected")?;
        Ok(filter)
    }

    fn list(&mut self, depth: usize) -> Parsed<Vec<Filter>> {
        self.at += 1;
        let mut parts = Vec::new();
        loop {
            self.skip_spaces();
            if self.peek() != Some(b'(') {
                return Ok(parts);
            }
            parts.push(self.filter(depth + 1)?);
        }
    }

    fn item(&mut self) -> Parsed<Filter> {
        let attribute = self.description();
        match self.peek() {
            Some(b':') => return self.extensible(attribute),
            _ if attribute.is_empty() => {
                return Err(self.error("the name of an attribute was expected"));
            }
            _ => {}
        }
        let operator = self.peek();
        if let Some(b'>' | b'<' | b'~') = operator {
            self.at += 1;
        }
        self.expect(b'=', "`=`, `>=`, `<=`, `~=` or `:=` was expected")?;
        let mut pieces = self.pieces()?;
        if pieces.len() > 1 && operator == Some(b'=') {
            return Ok(substrings(attribute, pieces));
        }
        if pieces.len() > 1 {
            return Err(self.error("`*` in such a value is to be written `\\2a`"));
        }
        let value = pieces.pop().unwrap_or_default();
        Ok(match operator {
            Some(b'>') => Filter::GreaterOrEqual(attribute, value),
            Some(b'<') => Filter::LessOrEqual(attribute, value),
            Some(b'~') => Filter::Approx(attribute, value),
            _ => Filter::Equality(attribute, value),
        })
    }

    /// What may be the name of an attribute or a matching rule, options included.
    fn description(&mut self) -> String {
        let start = self.at;
        while let Some(byte) = self.peek()
            && (byte.is_ascii_alphanumeric() || b"-.;_ ".contains(&byte))
        {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at])
            .trim()
            .to_owned()
    }

    /// `[attribute] [:dn] [:rule] := value`, with the attribute read already.
    fn extensible(&mut self, attribute: String) -> Parsed<Filter> {
        let mut filter = Extensible {
            attribute: (!attribute.is_empty()).then_some(attribute),
            ..Extensible::default()
        };
        loop {
            self.expect(b':', "`:=` was expected")?;
            if self.peek() == Some(b'=') {
                self.at += 1;
                break;
            }
            let word = self.description();
            if word.eq_ignore_ascii_case("dn") && !filter.dn_attributes && filter.rule.is_none() {
                filter.dn_attributes = true;
            } else if filter.rule.is_none() && !word.is_empty() {
                filter.rule = Some(word);
            } else {
                return Err(self.error("`:=` was expected"));
            }
        }
        if filter.attribute.is_none() && filter.rule.is_none() {
            return Err(self.error("an attribute or a matching rule was expected"));
        }
        let mut pieces = self.pieces()?;
        if pieces.len() > 1 {
            return Err(self.error("`*` in such a value is to be written `\\2a`"));
        }
        filter.value = pieces.pop().unwrap_or_default();
        Ok(Filter::Extensible(filter))
    }

    /// A value up to the next `)`, cut at every `*`.
    fn pieces(&mut self) -> Parsed<Vec<Vec<u8>>> {
        let mut pieces = Vec::new();
        let mut piece = Vec::new();
        loop {
            match self.peek() {
                None | Some(b')') => break,
                Some(b'(') => return Err(self.error("`(` in a value is to be written `\\28`")),
                Some(b'*') => pieces.push(std::mem::take(&mut piece)),
                Some(b'\\') => {
                    piece.push(self.escape()?);
                    continue;
                }
                Some(byte) => piece.push(byte),
            }
            self.at += 1;
        }
        pieces.push(piece);
        Ok(pieces)
    }

    fn escape(&mut self) -> Parsed<u8> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let high = self.text.get(self.at + 1).and_then(digit);
        let low = self.text.get(self.at + 2).and_then(digit);
        let (Some(high), Some(low)) = (high, low) else {
            return Err(self.error("two hexadecimal digits were expected after `\\`"));
        };
        self.at += 3;
        Ok((high * 16 + low) as u8)
    }
}

fn substrings(attribute: String, mut pieces: Vec<Vec<u8>>) -> Filter {
    let some = |piece: Vec<u8>| (!piece.is_empty()).then_some(piece);
    let last = pieces.pop().and_then(some);
    let mut pieces = pieces.into_iter();
    let initial = pieces.next().and_then(some);
    let any: Vec<Vec<u8>> = pieces.filter(|piece| !piece.is_empty()).collect();
    if initial.is_none() && last.is_none() && any.is_empty() {
        return Filter::Present(attribute);
    }
    Filter::Substrings(Substrings {
        attribute,
        initial,
        any,
        last,
    })
}
