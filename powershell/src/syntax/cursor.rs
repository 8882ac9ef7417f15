//! Where the parser stands in the text, and what it skips.

use super::ParseError;
use super::source::Span;

/// How deep things may be nested.
const DEPTH_MAX: u32 = 64;

pub(super) type Parsed<T> = Result<T, ParseError>;

/// The parser: the text and a place in it.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) depth: u32,
    /// Whether a comma makes a list here; in the arguments of a method it does not.
    pub(super) comma: bool,
}

/// Dashes as PowerShell takes them: also those that word processors make.
pub(super) const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// Single quotes, also the curly ones.
pub(super) const fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}')
}

/// Double quotes, also the curly ones.
pub(super) const fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// What may stand in a name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Blanks within a line.
pub(super) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{b}' | '\u{c}' | '\u{a0}' | '\u{85}' | '\u{feff}'
    ) || (c != '\n' && c != '\r' && c.is_whitespace())
}

/// What ends a bare word in a command.
pub(super) fn ends_word(c: char) -> bool {
    matches!(
        c,
        '{' | '}' | '(' | ')' | ';' | ',' | '|' | '&' | '<' | '>' | '\n' | '\r'
    ) || is_blank(c)
}

impl<'t> Parser<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            comma: true,
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character after the next.
    pub(super) fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) const fn from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// The next character as a span.
    pub(super) fn here(&self) -> Span {
        let width = self.peek().map_or(0, char::len_utf8);
        Span::new(self.at, self.at + width)
    }

    pub(super) fn fail<T>(
        &self,
        id: &'static str,
        message: impl Into<String>,
        span: Span,
    ) -> Parsed<T> {
        Err(ParseError {
            id,
            message: message.into(),
            span,
            not_simulated: false,
        })
    }

    /// Something that PowerShell has and this interpreter does not.
    pub(super) fn refuse<T>(&self, what: &str, span: Span) -> Parsed<T> {
        Err(ParseError {
            id: "NotSimulated",
            message: format!("{what} is not simulated."),
            span,
            not_simulated: true,
        })
    }

    /// Goes one level deeper for the time of `parse`.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            let span = self.here();
            return self.fail(
                "ScriptTooComplicated",
                "The script is nested too deeply.",
                span,
            );
        }
        self.depth += 1;
        let comma = std::mem::replace(&mut self.comma, true);
        let parsed = parse(self);
        self.comma = comma;
        self.depth -= 1;
        parsed
    }

    /// Fails at what stands here.
    pub(super) fn unexpected<T>(&self) -> Parsed<T> {
        let span = self.token_here();
        let token = self.text.get(span.start..span.end).unwrap_or_default();
        let message = format!("Unexpected token '{token}' in expression or statement.");
        self.fail("UnexpectedToken", message, span)
    }

    /// What a reader would call the next word.
    pub(super) fn token_here(&self) -> Span {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return self.here();
        };
        let is_part = |c: char| is_word(c) || is_dash(c) || c == '.' || c == ':' || c == '\\';
        if !(is_word(first) || is_dash(first) || first == '$') {
            return self.here();
        }
        let after = &rest[first.len_utf8()..];
        let length = after.find(|c| !is_part(c)).unwrap_or(after.len());
        Span::new(self.at, self.at + first.len_utf8() + length)
    }

    /// Skips blanks, continued lines and comments, but no line break.
    pub(super) fn blanks(&mut self) -> Parsed<()> {
        loop {
            let Some(c) = self.peek() else { return Ok(()) };
            if is_blank(c) {
                self.bump();
            } else if c == '`' && matches!(self.second(), Some('\n' | '\r')) {
                self.bump();
                self.line_break();
            } else if c == '`' && self.second().is_some_and(is_blank) {
                // An escaped blank is one.
                self.bump();
            } else if self.is("<#") {
                self.comment_block()?;
            } else if c == '#' {
                let rest = self.rest();
                self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            } else {
                return Ok(());
            }
        }
    }

    fn comment_block(&mut self) -> Parsed<()> {
        let start = self.at;
        let Some(length) = self.rest().find("#>") else {
            let message = "The terminator '#>' is missing from the multiline comment.";
            let span = Span::new(start, start + 2);
            return self.fail("MissingTerminatorMultiLineComment", message, span);
        };
        self.at += length + 2;
        Ok(())
    }

    /// Skips one line break if there is one.
    pub(super) fn line_break(&mut self) -> bool {
        self.eat("\r\n") || self.eat("\n") || self.eat("\r")
    }

    /// Skips blanks and line breaks.
    pub(super) fn lines(&mut self) -> Parsed<()> {
        loop {
            self.blanks()?;
            if !self.line_break() {
                return Ok(());
            }
        }
    }

    /// Skips blanks, line breaks and semicolons.
    pub(super) fn separators(&mut self) -> Parsed<()> {
        loop {
            self.lines()?;
            if !self.eat(";") {
                return Ok(());
            }
        }
    }

    /// The word that begins here, without taking it.
    pub(super) fn word_here(&self) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        &rest[..length]
    }

    /// Takes a word if it is this one, without case, and ends here.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let here = self.word_here();
        let found = here.eq_ignore_ascii_case(word);
        if found {
            self.at += here.len();
        }
        found
    }

    /// Whether what comes after blanks and line breaks is this word; it is taken if so.
    pub(super) fn eat_word_after_lines(&mut self, word: &str) -> Parsed<bool> {
        let before = self.at;
        self.lines()?;
        if self.eat_word(word) {
            return Ok(true);
        }
        self.at = before;
        Ok(false)
    }
}
