//! From text to words with places.

use std::ops::Range;

use super::{ExpressionError, Operator};

/// One word of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Text(String),
    Number(i64),
    Name(String),
    Attribute(String),
    Parameter(String),
    Variable(String),
    Operator(Operator),
    Open,
    Close,
    Comma,
    End,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next word and the bytes it stands at.
    pub(super) fn next(&mut self) -> Result<(Token, Range<usize>), ExpressionError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, start..start));
        };
        let token = match first {
            '"' => self.quoted(start)?,
            '[' => Token::Attribute(self.enclosed(start, ']', "an attribute such as `[mail]`")?),
            '%' => Token::Parameter(self.enclosed(
                start,
                '%',
                "a parameter such as `%Domain.FQDN%`",
            )?),
            '$' => {
                self.at += 1;
                Token::Variable(self.name())
            }
            '0'..='9' => self.number(start, 10)?,
            '&' if is_hexadecimal(rest) => {
                self.at += 2;
                self.number(start, 16)?
            }
            _ if first.is_alphabetic() => Token::Name(self.name()),
            '“' | '”' => {
                return Err(self.error(start, "text stands in straight quotes, `\"…\"`"));
            }
            _ => self.sign(start)?,
        };
        Ok((token, start..self.at))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> ExpressionError {
        error_at(self.text, at, message)
    }

    /// Text in quotes: `""` is a quote, `\\` a backslash; other backslashes stand for themselves.
    fn quoted(&mut self, start: usize) -> Result<Token, ExpressionError> {
        let mut value = String::new();
        let mut characters = self.text[start + 1..].char_indices().peekable();
        while let Some((place, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            match (character, next) {
                ('"', Some('"')) | ('\\', Some('\\')) => {
                    characters.next();
                    value.push(character);
                }
                ('"', _) => {
                    self.at = start + 1 + place + 1;
                    return Ok(Token::Text(value));
                }
                _ => value.push(character),
            }
        }
        Err(self.error(start, "this text has no closing quote"))
    }

    fn enclosed(
        &mut self,
        start: usize,
        end: char,
        example: &str,
    ) -> Result<String, ExpressionError> {
        let inner = &self.text[start + 1..];
        match inner.find(end) {
            Some(length) if length > 0 => {
                self.at = start + 1 + length + end.len_utf8();
                Ok(inner[..length].to_owned())
            }
            _ => Err(self.error(start, format!("expected {example}"))),
        }
    }

    fn name(&mut self) -> String {
        let rest = &self.text[self.at..];
        let is_end = |character: char| !(character.is_alphanumeric() || character == '_');
        let length = rest.find(is_end).unwrap_or(rest.len());
        self.at += length;
        rest[..length].to_owned()
    }

    fn number(&mut self, start: usize, radix: u32) -> Result<Token, ExpressionError> {
        let rest = &self.text[self.at..];
        let is_end = |character: char| !character.is_digit(radix);
        let length = rest.find(is_end).unwrap_or(rest.len());
        self.at += length;
        i64::from_str_radix(&rest[..length], radix)
            .map(Token::Number)
            .map_err(|_| self.error(start, "this number is too large"))
    }

    fn sign(&mut self, start: usize) -> Result<Token, ExpressionError> {
        const SIGNS: [(&str, Token); 16] = [
            ("||", Token::Operator(Operator::Or)),
            ("&&", Token::Operator(Operator::And)),
            ("<>", Token::Operator(Operator::NotEqual)),
            ("<=", Token::Operator(Operator::LessOrEqual)),
            (">=", Token::Operator(Operator::GreaterOrEqual)),
            ("==", Token::Operator(Operator::Equal)),
            ("=", Token::Operator(Operator::Equal)),
            ("<", Token::Operator(Operator::Less)),
            (">", Token::Operator(Operator::Greater)),
            ("&", Token::Operator(Operator::Concatenate)),
            ("+", Token::Operator(Operator::Plus)),
            ("-", Token::Operator(Operator::Minus)),
            ("*", Token::Operator(Operator::Times)),
            ("(", Token::Open),
            (")", Token::Close),
            (",", Token::Comma),
        ];
        let rest = &self.text[start..];
        for (sign, token) in SIGNS {
            if rest.starts_with(sign) {
                self.at = start + sign.len();
                return Ok(token);
            }
        }
        let found: String = rest.chars().take(1).collect();
        Err(self.error(start, format!("`{found}` does not belong in an expression")))
    }
}

fn is_hexadecimal(rest: &str) -> bool {
    let mut bytes = rest.bytes().skip(1);
    matches!(bytes.next(), Some(b'H' | b'h'))
        && bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit())
}

/// An error whose place is told in characters.
pub(super) fn error_at(text: &str, at: usize, message: impl Into<String>) -> ExpressionError {
    let before = text.get(..at).unwrap_or(text);
    ExpressionError {
        at: before.chars().count(),
        message: message.into(),
        unknown: None,
    }
}
