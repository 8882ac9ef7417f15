//! Classes and enumerations.

use std::rc::Rc;

use super::ast::{
    Argument, Block, Class, ClassMember, Command, Element, ElementKind, Enumeration, Expression,
    ExpressionKind, Invocation, Method, Parameter, Pipeline, Statement, StatementKind, TypeName,
};
use super::cursor::{Parsed, Parser, is_word};
use super::source::Span;

/// What may stand before a member.
#[derive(Default)]
struct Modifiers {
    is_static: bool,
    hidden: bool,
}

impl Parser<'_> {
    /// `class` or `enum`, with or without attributes before it; `None`, and nothing taken, if
    /// something else comes.
    pub(super) fn declaration(&mut self) -> Parsed<Option<Statement>> {
        let start = self.at;
        let mut flags = false;
        while self.is("[") {
            let Some(attribute) = self.try_attribute()? else {
                break;
            };
            let name = attribute.name.to_ascii_lowercase();
            flags |= matches!(name.as_str(), "flags" | "system.flags" | "flagsattribute");
            self.lines()?;
        }
        let word = self.word_here().to_ascii_lowercase();
        if !matches!(word.as_str(), "class" | "enum") {
            self.at = start;
            return Ok(None);
        }
        self.at += word.len();
        if !self.is_declaration()? {
            self.at = start;
            return Ok(None);
        }
        let kind = if word == "class" {
            self.class()?
        } else {
            self.enumeration(flags)?
        };
        Ok(Some(Statement {
            span: self.from(start),
            kind,
        }))
    }

    /// `using namespace`, and `using module`, which loads a module as a command does.
    pub(super) fn using(&mut self, start: usize) -> Parsed<StatementKind> {
        self.blanks()?;
        let word_start = self.at;
        let word = self.word_here();
        self.at += word.len();
        self.blanks()?;
        let name = self.bare_or_quoted()?;
        match word.to_ascii_lowercase().as_str() {
            "namespace" => match name.kind {
                ExpressionKind::Text(text, _) => Ok(StatementKind::Namespace(text)),
                _ => self.unexpected(),
            },
            "module" => {
                let command = Expression {
                    span: Span::new(word_start, word_start + word.len()),
                    kind: ExpressionKind::Text(Rc::from("Import-Module"), true),
                };
                let span = self.from(start);
                let kind = ElementKind::Command(Command {
                    span,
                    invocation: Invocation::Name,
                    name: command,
                    arguments: vec![Argument::Value(name)],
                });
                let element = Element {
                    span,
                    kind,
                    redirections: Vec::new(),
                };
                Ok(StatementKind::Pipeline(Pipeline {
                    elements: vec![element],
                }))
            }
            other => {
                let span = self.from(start);
                self.refuse(&format!("The statement 'using {other}'"), span)
            }
        }
    }

    /// A name up to a blank, or a string.
    fn bare_or_quoted(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let (text, length) = match quote {
            Some(quote) => match rest[1..].find(quote) {
                Some(end) => (&rest[1..=end], end + 2),
                None => return self.unexpected(),
            },
            None => {
                let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '}' | '#');
                let end = rest.find(ends).unwrap_or(rest.len());
                (&rest[..end], end)
            }
        };
        self.at += length;
        if text.is_empty() {
            return self.unexpected();
        }
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::Text(Rc::from(text), true),
        })
    }

    fn declared_name(&mut self, word: &str) -> Parsed<(Rc<str>, Span)> {
        self.lines()?;
        let start = self.at;
        let name = self.word_here();
        self.at += name.len();
        if name.is_empty() {
            let message = format!("Missing name after {word} keyword.");
            return self.fail("MissingNameAfterKeyword", message, self.here());
        }
        Ok((Rc::from(name), self.from(start)))
    }

    fn class(&mut self) -> Parsed<StatementKind> {
        let (name, name_span) = self.declared_name("class")?;
        let mut bases = Vec::new();
        self.lines()?;
        if self.eat(":") {
            loop {
                self.lines()?;
                bases.push(self.bare_type()?);
                self.lines()?;
                if !self.eat(",") {
                    break;
                }
            }
        }
        let open = self.open_body()?;
        let mut members = Vec::new();
        loop {
            self.separators()?;
            if self.is_end() || self.is("}") {
                break;
            }
            let member = self.nested(|it| it.class_member(&name))?;
            members.push(member);
        }
        self.close_brace(open)?;
        Ok(StatementKind::Class(Rc::new(Class {
            name,
            name_span,
            bases,
            members,
        })))
    }

    fn open_body(&mut self) -> Parsed<Span> {
        let open = self.here();
        if self.eat("{") {
            return Ok(open);
        }
        let message = "Missing '{' in type definition.";
        self.fail("MissingTypeBody", message, open)
    }

    /// The name of a type without brackets around it.
    fn bare_type(&mut self) -> Parsed<TypeName> {
        let start = self.at;
        let is_part = |c: char| is_word(c) || matches!(c, '.' | '[' | ']' | '`');
        let rest = self.rest();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if length == 0 {
            let message = "Missing type name after ':'.";
            return self.fail("TypeNameExpected", message, self.here());
        }
        self.at += length;
        Ok(TypeName {
            name: Rc::from(&rest[..length]),
            span: self.from(start),
        })
    }

    fn class_member(&mut self, class: &str) -> Parsed<ClassMember> {
        let start = self.at;
        let mut attributes = Vec::new();
        let mut types = Vec::new();
        let mut modifiers = Modifiers::default();
        loop {
            if self.is("[") {
                match self.try_attribute()? {
                    Some(attribute) => attributes.push(attribute),
                    None => types.push(self.type_name()?),
                }
            } else if self.eat_word("static") {
                modifiers.is_static = true;
            } else if self.eat_word("hidden") {
                modifiers.hidden = true;
            } else {
                break;
            }
            self.lines()?;
        }
        if !self.is("$") {
            return self.method(class, start, types, &modifiers);
        }
        let name_start = self.at;
        let variable = self.variable()?;
        let span = self.from(name_start);
        self.blanks()?;
        let default = if self.eat("=") {
            self.lines()?;
            Some(self.expression()?)
        } else {
            None
        };
        self.blanks()?;
        if !(self.is_end() || matches!(self.peek(), Some('\n' | '\r' | ';' | '}'))) {
            return self.unexpected();
        }
        Ok(ClassMember::Property {
            parameter: Parameter {
                name: variable.written,
                span,
                attributes,
                types,
                default,
            },
            is_static: modifiers.is_static,
            hidden: modifiers.hidden,
        })
    }

    fn method(
        &mut self,
        class: &str,
        start: usize,
        types: Vec<TypeName>,
        modifiers: &Modifiers,
    ) -> Parsed<ClassMember> {
        let name_start = self.at;
        let name = self.word_here();
        self.at += name.len();
        let name_span = self.from(name_start);
        self.blanks()?;
        if name.is_empty() || !self.eat("(") {
            self.at = name_start;
            return self.unexpected();
        }
        let parameters = self.parameters()?;
        self.lines()?;
        let is_constructor = name.eq_ignore_ascii_case(class) && types.is_empty();
        let mut base = None;
        if is_constructor && self.eat(":") {
            self.lines()?;
            if !self.eat_word("base") {
                return self.unexpected();
            }
            self.lines()?;
            if !self.is("(") {
                return self.unexpected();
            }
            base = Some(self.call_arguments()?);
            self.lines()?;
        }
        let body_start = self.at;
        let body = self.braces()?;
        let block = Block {
            span: Span::new(body_start + 1, self.at.saturating_sub(1)),
            parameters,
            has_parameters: true,
            end: Some(body),
            ..Block::default()
        };
        Ok(ClassMember::Method(Rc::new(Method {
            name: Rc::from(name),
            span: self.from(start),
            name_span,
            is_static: modifiers.is_static,
            hidden: modifiers.hidden,
            is_constructor,
            returns: types.into_iter().next(),
            base,
            body: Rc::new(block),
        })))
    }

    fn enumeration(&mut self, flags: bool) -> Parsed<StatementKind> {
        let (name, name_span) = self.declared_name("enum")?;
        self.lines()?;
        if self.eat(":") {
            self.lines()?;
            self.bare_type()?;
            self.lines()?;
        }
        let open = self.open_body()?;
        let mut values = Vec::new();
        loop {
            self.separators()?;
            if self.is_end() || self.is("}") {
                break;
            }
            let label = self.word_here();
            if label.is_empty() {
                return self.unexpected();
            }
            self.at += label.len();
            self.blanks()?;
            let number = if self.eat("=") {
                self.lines()?;
                Some(self.expression()?)
            } else {
                None
            };
            values.push((Rc::from(label), number));
            self.blanks()?;
            if !(self.is_end() || matches!(self.peek(), Some('\n' | '\r' | ';' | '}'))) {
                return self.unexpected();
            }
        }
        self.close_brace(open)?;
        Ok(StatementKind::Enumeration(Rc::new(Enumeration {
            name,
            name_span,
            flags,
            values,
        })))
    }
}
