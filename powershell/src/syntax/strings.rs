//! Variables and strings.

use std::rc::Rc;

use super::ast::{Expression, ExpressionKind, Piece, Variable};
use super::cursor::{Parsed, Parser, ends_word, is_double_quote, is_single_quote, is_word};
use super::source::Span;

/// The pieces of a string so far.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    text: String,
}

impl Pieces {
    fn value(&mut self, value: Expression) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.done.push(Piece::Text(Rc::from(text)));
        }
        self.done.push(Piece::Value(value));
    }

    fn finish(mut self, bare: bool) -> ExpressionKind {
        if self.done.is_empty() {
            return ExpressionKind::Text(Rc::from(self.text), bare);
        }
        if !self.text.is_empty() {
            self.done.push(Piece::Text(Rc::from(self.text)));
        }
        ExpressionKind::Expandable(self.done, bare)
    }
}

/// What a variable is made of.
fn variable_of(text: &str) -> Variable {
    let (scope, name) = match text.split_once(':') {
        Some((scope, name)) if !scope.is_empty() => (Some(scope), name),
        _ => (None, text),
    };
    Variable {
        scope: scope.map(|scope| Rc::from(scope.to_lowercase())),
        name: Rc::from(name.to_lowercase()),
        written: Rc::from(name),
    }
}

impl Parser<'_> {
    /// Whether what comes is a variable, and not a `$` alone.
    pub(super) fn is_variable(&self) -> bool {
        self.is("$")
            && self
                .second()
                .is_some_and(|c| is_word(c) || matches!(c, '{' | '?' | '$' | '^' | ':'))
    }

    /// A variable; `$` comes next.
    pub(super) fn variable(&mut self) -> Parsed<Variable> {
        let start = self.at;
        self.bump();
        if self.is("{") {
            return self.braced_variable(start);
        }
        if let Some(c @ ('$' | '?' | '^')) = self.peek() {
            self.bump();
            return Ok(variable_of(&c.to_string()));
        }
        self.eat(":");
        let first = self.word_here();
        let name_start = self.at;
        self.at += first.len();
        if self.is(":") && !self.is("::") {
            self.bump();
            let second = self.word_here();
            if second.is_empty() {
                let message = "Variable reference is not valid. ':' was not followed by a valid \
                               variable name character. Consider using ${} to delimit the name.";
                let span = self.from(start);
                return self.fail("InvalidVariableReferenceWithDrive", message, span);
            }
            self.at += second.len();
        }
        if self.at == name_start {
            return self.unexpected();
        }
        Ok(variable_of(&self.text[name_start..self.at]))
    }

    fn braced_variable(&mut self, start: usize) -> Parsed<Variable> {
        self.bump();
        let mut name = String::new();
        loop {
            match self.bump() {
                Some('}') if name.is_empty() => {
                    let message = "Empty ${} variable reference, there should be a name between \
                                   the braces.";
                    return self.fail("EmptyVariableReference", message, self.from(start));
                }
                Some('}') => return Ok(variable_of(&name)),
                Some('`') => name.extend(self.bump()),
                Some(c) => name.push(c),
                None => {
                    let message = "The braced variable name is missing its closing brace.";
                    let span = Span::new(start, start + 2);
                    return self.fail("IncompleteDollarSubexpressionReference", message, span);
                }
            }
        }
    }

    /// A string that begins with a quote.
    pub(super) fn quoted(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let is_single = self.peek().is_some_and(is_single_quote);
        self.bump();
        let kind = if is_single {
            let mut text = String::new();
            self.single_quoted(start, &mut text)?;
            ExpressionKind::Text(Rc::from(text), false)
        } else {
            let mut pieces = Pieces::default();
            self.double_quoted(start, &mut pieces)?;
            pieces.finish(false)
        };
        Ok(Expression {
            span: self.from(start),
            kind,
        })
    }

    fn unterminated<T>(&self, start: usize, mark: &str) -> Parsed<T> {
        let message = format!("The string is missing the terminator: {mark}.");
        let width = self.text[start..].chars().next().map_or(0, char::len_utf8);
        let span = Span::new(start, start + width);
        self.fail("TerminatorExpectedAtEndOfString", message, span)
    }

    fn single_quoted(&mut self, start: usize, text: &mut String) -> Parsed<()> {
        loop {
            match self.bump() {
                Some(c) if is_single_quote(c) => {
                    if self.peek().is_some_and(is_single_quote) {
                        text.extend(self.bump());
                    } else {
                        return Ok(());
                    }
                }
                Some(c) => text.push(c),
                None => return self.unterminated(start, "'"),
            }
        }
    }

    fn double_quoted(&mut self, start: usize, pieces: &mut Pieces) -> Parsed<()> {
        loop {
            match self.peek() {
                Some(c) if is_double_quote(c) => {
                    self.bump();
                    if self.peek().is_some_and(is_double_quote) {
                        pieces.text.extend(self.bump());
                    } else {
                        return Ok(());
                    }
                }
                Some(_) => self.expandable_piece(pieces)?,
                None => return self.unterminated(start, "\""),
            }
        }
    }

    /// One character, escape, variable or subexpression of an expandable string.
    fn expandable_piece(&mut self, pieces: &mut Pieces) -> Parsed<()> {
        let start = self.at;
        if self.is("$(") {
            let value = self.nested(Self::subexpression)?;
            pieces.value(value);
        } else if self.is_variable() {
            let variable = self.variable()?;
            pieces.value(Expression {
                span: self.from(start),
                kind: ExpressionKind::Variable(variable),
            });
        } else if self.eat("`") {
            self.escape(&mut pieces.text)?;
        } else {
            pieces.text.extend(self.bump());
        }
        Ok(())
    }

    /// What follows a backtick.
    fn escape(&mut self, text: &mut String) -> Parsed<()> {
        let Some(c) = self.bump() else { return Ok(()) };
        let meant = match c {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\r' => {
                self.eat("\n");
                '\n'
            }
            'u' if self.is("{") => {
                let rest = &self.rest()[1..];
                let length = rest.find('}').unwrap_or(0);
                let code = u32::from_str_radix(&rest[..length], 16);
                let Some(c) = code.ok().and_then(char::from_u32) else {
                    let message = "The Unicode escape sequence is not valid. A valid sequence is \
                                   `u{ followed by one to six hex digits and a closing '}'.";
                    return self.fail("InvalidUnicodeEscapeSequence", message, self.here());
                };
                self.at += length + 2;
                c
            }
            other => other,
        };
        text.push(meant);
        Ok(())
    }

    /// Whether `@` and a quote begin a here-string.
    pub(super) fn is_here_string(&self) -> bool {
        self.is("@")
            && self
                .second()
                .is_some_and(|c| is_single_quote(c) || is_double_quote(c))
    }

    /// A here-string; `@` comes next.
    pub(super) fn here_string(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.bump();
        let is_single = self.bump().is_some_and(is_single_quote);
        let rest = self.rest();
        let blank = rest
            .find(|c| !matches!(c, ' ' | '\t'))
            .unwrap_or(rest.len());
        self.at += blank;
        if !self.line_break() {
            let message = "No characters are allowed after a here-string header but before the \
                           end of the line.";
            return self.fail(
                "UnexpectedCharactersAfterHereStringHeader",
                message,
                self.here(),
            );
        }
        let mut pieces = Pieces::default();
        let mut at_line_start = true;
        loop {
            if at_line_start && self.is_here_end(is_single) {
                self.bump();
                self.bump();
                break;
            }
            at_line_start = false;
            if self.is_end() {
                let mark = if is_single { "'@" } else { "\"@" };
                return self.unterminated(start, mark);
            }
            let before = self.at;
            if self.line_break() {
                if self.is_here_end(is_single) {
                    at_line_start = true;
                } else {
                    pieces.text.push_str(&self.text[before..self.at]);
                }
            } else if is_single {
                pieces.text.extend(self.bump());
            } else {
                self.expandable_piece(&mut pieces)?;
            }
        }
        Ok(Expression {
            span: self.from(start),
            kind: pieces.finish(false),
        })
    }

    fn is_here_end(&self, is_single: bool) -> bool {
        let mut characters = self.rest().chars();
        let quote = characters.next();
        let is_quote = if is_single {
            quote.is_some_and(is_single_quote)
        } else {
            quote.is_some_and(is_double_quote)
        };
        is_quote && characters.next() == Some('@')
    }

    /// A bare word of a command, which may hold variables and quoted parts.
    pub(super) fn bare_word(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let mut pieces = Pieces::default();
        while let Some(c) = self.peek() {
            if c == '`' && matches!(self.second(), Some('\n' | '\r')) {
                break;
            }
            if self.is("$(") || self.is_variable() {
                self.expandable_piece(&mut pieces)?;
            } else if ends_word(c) {
                break;
            } else if is_single_quote(c) {
                let quote = self.at;
                self.bump();
                self.single_quoted(quote, &mut pieces.text)?;
            } else if is_double_quote(c) {
                let quote = self.at;
                self.bump();
                self.double_quoted(quote, &mut pieces)?;
            } else {
                self.expandable_piece(&mut pieces)?;
            }
        }
        if self.at == start {
            return self.unexpected();
        }
        Ok(Expression {
            span: self.from(start),
            kind: pieces.finish(true),
        })
    }
}
