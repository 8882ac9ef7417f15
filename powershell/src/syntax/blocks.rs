//! Scripts, script blocks, functions, parameters and attributes.

use std::rc::Rc;

use super::ast::{Attribute, Block, Body, Function, Parameter, Statement, StatementKind, TypeName};
use super::cursor::{Parsed, Parser, is_dash, is_word};
use super::source::Span;

impl Parser<'_> {
    /// A whole script.
    pub(super) fn script(&mut self) -> Parsed<Block> {
        self.eat("\u{feff}");
        let block = self.block_body()?;
        self.separators()?;
        if self.is_end() {
            Ok(block)
        } else {
            self.unexpected()
        }
    }

    /// What stands between the braces of a script block, or a whole script.
    pub(super) fn block_body(&mut self) -> Parsed<Block> {
        let start = self.at;
        let mut block = Block::default();
        self.separators()?;
        self.parameter_block(&mut block)?;
        if !self.named_blocks(&mut block)? {
            let body = self.statements()?;
            block.end = Some(body);
        }
        block.span = self.from(start);
        Ok(block)
    }

    /// Attributes and `param( … )`, if they come.
    fn parameter_block(&mut self, block: &mut Block) -> Parsed<()> {
        let before = self.at;
        let mut attributes = Vec::new();
        while self.is("[") {
            let Some(attribute) = self.try_attribute()? else {
                break;
            };
            attributes.push(attribute);
            self.lines()?;
        }
        if !self.eat_word("param") {
            self.at = before;
            return Ok(());
        }
        self.lines()?;
        if !self.eat("(") {
            self.at = before;
            return Ok(());
        }
        block.attributes = attributes;
        block.parameters = self.parameters()?;
        block.has_parameters = true;
        self.separators()
    }

    /// `begin`, `process`, `end`; false if there are none.
    fn named_blocks(&mut self, block: &mut Block) -> Parsed<bool> {
        let mut found = false;
        loop {
            self.separators()?;
            let start = self.at;
            let word = self.word_here().to_ascii_lowercase();
            let known = matches!(word.as_str(), "begin" | "process" | "end");
            if !known && !matches!(word.as_str(), "dynamicparam" | "clean") {
                break;
            }
            self.at += word.len();
            self.lines()?;
            if !self.is("{") {
                self.at = start;
                break;
            }
            if !known {
                let span = Span::new(start, start + word.len());
                return self.refuse(&format!("The block '{word}'"), span);
            }
            let body = self.braces()?;
            let place = match word.as_str() {
                "begin" => &mut block.begin,
                "process" => &mut block.process,
                _ => &mut block.end,
            };
            if place.replace(body).is_some() {
                let span = Span::new(start, start + word.len());
                let message = format!("Script command clause '{word}' has already been defined.");
                return self.fail("DuplicateScriptCommandClause", message, span);
            }
            found = true;
        }
        if found && !self.is_end() && !self.is("}") {
            let span = self.token_here();
            let token = self.text.get(span.start..span.end).unwrap_or_default();
            let message = format!(
                "unexpected token '{token}', expected 'begin', 'process', 'end', or 'dynamicparam'."
            );
            return self.fail("MissingNamedBlocks", message, span);
        }
        Ok(found)
    }

    /// Statements up to a closing brace, a closing parenthesis or the end.
    pub(super) fn statements(&mut self) -> Parsed<Body> {
        let mut body = Vec::new();
        loop {
            self.separators()?;
            if self.is_end() || self.is("}") || self.is(")") {
                return Ok(body);
            }
            let statement = self.nested(Self::statement)?;
            let is_closed = self.text[..self.at].ends_with('}');
            body.push(statement);
            self.blanks()?;
            let goes_on = self.is_end()
                || matches!(self.peek(), Some('\n' | '\r' | ';' | '}' | ')'))
                || is_closed;
            if !goes_on {
                return self.unexpected();
            }
        }
    }

    /// `{ statements }`.
    pub(super) fn braces(&mut self) -> Parsed<Body> {
        let start = self.here();
        if !self.eat("{") {
            return self.fail("MissingStatementBlock", "Missing statement block.", start);
        }
        let body = self.nested(Self::statements)?;
        self.close_brace(start)?;
        Ok(body)
    }

    pub(super) fn close_brace(&mut self, open: Span) -> Parsed<()> {
        if self.eat("}") {
            return Ok(());
        }
        if self.is_end() {
            let message = "Missing closing '}' in statement block or type definition.";
            return self.fail("MissingEndCurlyBrace", message, open);
        }
        self.unexpected()
    }

    /// `function` and `filter`; the word is taken already.
    pub(super) fn function(&mut self, start: usize, filter: bool) -> Parsed<Statement> {
        self.lines()?;
        let name_start = self.at;
        let is_part = |c: char| is_word(c) || is_dash(c) || matches!(c, ':' | '.' | '?' | '\\');
        let rest = self.rest();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name: String = rest[..length]
            .chars()
            .map(|c| if is_dash(c) { '-' } else { c })
            .collect();
        self.at += length;
        let name_span = self.from(name_start);
        if name.is_empty() {
            let word = if filter { "filter" } else { "function" };
            let message = format!("Missing name after {word} keyword.");
            return self.fail("MissingNameAfterKeyword", message, self.here());
        }
        self.lines()?;
        let mut header = None;
        if self.eat("(") {
            header = Some(self.parameters()?);
            self.lines()?;
        }
        let open = self.here();
        if !self.eat("{") {
            let message = "Missing function body in function declaration.";
            return self.fail("MissingFunctionBody", message, name_span);
        }
        let mut body = self.nested(Self::block_body)?;
        self.close_brace(open)?;
        if let Some(parameters) = header {
            body.parameters = parameters;
            body.has_parameters = true;
        }
        if filter && body.process.is_none() {
            body.process = body.end.take();
        }
        let function = Function {
            name: Rc::from(name),
            name_span,
            filter,
            body: Rc::new(body),
        };
        Ok(Statement {
            span: self.from(start),
            kind: StatementKind::Function(function),
        })
    }

    /// Parameters up to the closing parenthesis; the opening one is taken already.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        let mut parameters: Vec<Parameter> = Vec::new();
        loop {
            self.lines()?;
            if self.eat(")") {
                return Ok(parameters);
            }
            let parameter = self.parameter()?;
            let is_double = |it: &&Parameter| it.name.eq_ignore_ascii_case(&parameter.name);
            if parameters.iter().any(|it| is_double(&it)) {
                let message = format!("Duplicate parameter ${} in parameter list.", parameter.name);
                return self.fail("DuplicateFormalParameter", message, parameter.span);
            }
            parameters.push(parameter);
            self.lines()?;
            if self.eat(",") {
                self.lines()?;
                if self.is(")") {
                    let message = "Missing expression after ','.";
                    return self.fail("MissingExpressionAfterToken", message, self.here());
                }
            } else if !self.is(")") {
                let message = "Missing ')' in function parameter list.";
                return self.fail(
                    "MissingEndParenthesisInFunctionParameterList",
                    message,
                    self.here(),
                );
            }
        }
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let mut attributes = Vec::new();
        let mut types = Vec::new();
        while self.is("[") {
            match self.try_attribute()? {
                Some(attribute) => attributes.push(attribute),
                None => types.push(self.type_name()?),
            }
            self.lines()?;
        }
        let start = self.at;
        if !self.is("$") {
            return self.unexpected();
        }
        let variable = self.variable()?;
        let span = self.from(start);
        let before = self.at;
        self.lines()?;
        let default = if self.eat("=") {
            self.lines()?;
            Some(self.expression_without_comma()?)
        } else {
            self.at = before;
            None
        };
        Ok(Parameter {
            name: variable.written,
            span,
            attributes,
            types,
            default,
        })
    }

    /// `[Name( … )]`; `None`, and nothing taken, if what comes is a type.
    pub(super) fn try_attribute(&mut self) -> Parsed<Option<Attribute>> {
        let start = self.at;
        self.bump();
        self.lines()?;
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(is_word(c) || c == '.'))
            .unwrap_or(rest.len());
        let name = &rest[..length];
        self.at += length;
        self.blanks()?;
        if name.is_empty() || !self.eat("(") {
            self.at = start;
            return Ok(None);
        }
        let mut attribute = Attribute {
            name: Rc::from(name),
            span: Span::default(),
            positional: Vec::new(),
            named: Vec::new(),
        };
        self.attribute_arguments(&mut attribute)?;
        self.lines()?;
        if !self.eat("]") {
            let message = "Missing ] at end of attribute or type literal.";
            return self.fail(
                "EndSquareBracketExpectedAtEndOfAttribute",
                message,
                self.here(),
            );
        }
        attribute.span = self.from(start);
        Ok(Some(attribute))
    }

    fn attribute_arguments(&mut self, attribute: &mut Attribute) -> Parsed<()> {
        loop {
            self.lines()?;
            if self.eat(")") {
                return Ok(());
            }
            if self.eat(",") {
                continue;
            }
            let start = self.at;
            let word = self.word_here();
            self.at += word.len();
            self.lines()?;
            let is_name = !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit());
            if is_name && self.is("=") && !self.is("==") {
                self.bump();
                self.lines()?;
                let value = self.expression_without_comma()?;
                attribute.named.push((Rc::from(word), Some(value)));
            } else if is_name && matches!(self.peek(), Some(',' | ')')) {
                attribute.named.push((Rc::from(word), None));
            } else {
                self.at = start;
                let value = self.expression_without_comma()?;
                attribute.positional.push(value);
            }
            self.lines()?;
            if !matches!(self.peek(), Some(',' | ')')) {
                let message = "Missing ')' in attribute argument list.";
                return self.fail("MissingEndParenthesisInExpression", message, self.here());
            }
        }
    }

    /// `[name]` as a type.
    pub(super) fn type_name(&mut self) -> Parsed<TypeName> {
        let start = self.at;
        self.bump();
        let mut open = 1_u32;
        let rest = self.rest();
        let mut length = None;
        for (index, c) in rest.char_indices() {
            match c {
                '[' => open += 1,
                ']' if open == 1 => {
                    length = Some(index);
                    break;
                }
                ']' => open -= 1,
                _ if is_word(c) || matches!(c, '.' | ',' | ' ' | '`' | '+' | '*') => {}
                _ => break,
            }
        }
        let name = rest.get(..length.unwrap_or(0)).unwrap_or_default().trim();
        if name.is_empty() {
            let message = "Missing type name after '['.";
            return self.fail("MissingTypename", message, Span::new(start, start + 1));
        }
        self.at += length.unwrap_or(0) + 1;
        Ok(TypeName {
            name: Rc::from(name),
            span: self.from(start),
        })
    }
}
