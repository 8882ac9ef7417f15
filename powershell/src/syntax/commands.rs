//! Pipelines, assignments and commands.

use std::rc::Rc;

use super::ast::{
    Argument, Assign, Command, Element, ElementKind, Expression, ExpressionKind, Invocation,
    Pipeline, RedirectTarget, Redirection, Statement, StatementKind,
};
use super::cursor::{
    Parsed, Parser, ends_word, is_blank, is_dash, is_double_quote, is_single_quote, is_word,
};
use super::source::Span;

impl Parser<'_> {
    /// A pipeline or an assignment, and what `&&` and `||` join to it.
    pub(super) fn pipeline_statement(&mut self) -> Parsed<Statement> {
        let start = self.at;
        let first = self.pipeline_or_assignment()?;
        let mut others = Vec::new();
        loop {
            self.blanks()?;
            let is_and = self.is("&&");
            if !is_and && !self.is("||") {
                break;
            }
            self.at += 2;
            self.lines()?;
            others.push((is_and, self.pipeline_or_assignment()?));
        }
        if others.is_empty() {
            return Ok(first);
        }
        Ok(Statement {
            span: self.from(start),
            kind: StatementKind::Chain(Box::new(first), others),
        })
    }

    fn pipeline_or_assignment(&mut self) -> Parsed<Statement> {
        let start = self.at;
        let element = if self.starts_expression() {
            let expression = self.expression()?;
            let end = self.at;
            self.blanks()?;
            if let Some(operator) = self.assignment_operator() {
                return self.assignment(start, expression, operator);
            }
            let redirections = self.redirections()?;
            if redirections.is_empty() {
                self.at = end;
            }
            Element {
                span: self.from(start),
                kind: ElementKind::Expression(expression),
                redirections,
            }
        } else {
            self.command()?
        };
        let mut elements = vec![element];
        while self.pipe()? {
            if self.is_end() || matches!(self.peek(), Some('|' | ';' | '}' | ')')) {
                let message = "An empty pipe element is not allowed.";
                return self.fail("EmptyPipeElement", message, self.here());
            }
            if self.starts_expression() {
                let message = "Expressions are only allowed as the first element of a pipeline.";
                let span = self.token_here();
                return self.fail("ExpressionsMustBeFirstInPipeline", message, span);
            }
            elements.push(self.command()?);
        }
        Ok(Statement {
            span: self.from(start),
            kind: StatementKind::Pipeline(Pipeline { elements }),
        })
    }

    /// Takes a `|`, also at the beginning of the next line.
    fn pipe(&mut self) -> Parsed<bool> {
        let before = self.at;
        self.lines()?;
        if self.is("|") && !self.is("||") {
            self.bump();
            self.lines()?;
            return Ok(true);
        }
        self.at = before;
        Ok(false)
    }

    fn assignment_operator(&mut self) -> Option<&'static str> {
        const OPERATORS: [(&str, &str); 7] = [
            ("??=", "??"),
            ("+=", "+"),
            ("*=", "*"),
            ("/=", "/"),
            ("%=", "%"),
            ("-=", "-"),
            ("=", ""),
        ];
        for (text, operator) in OPERATORS {
            if self.eat(text) {
                return Some(operator);
            }
        }
        let first = self.peek()?;
        if is_dash(first) && self.second() == Some('=') {
            self.bump();
            self.bump();
            return Some("-");
        }
        None
    }

    fn assignment(
        &mut self,
        start: usize,
        target: Expression,
        operator: &'static str,
    ) -> Parsed<Statement> {
        if !is_assignable(&target) {
            let message = "The assignment expression is not valid. The input to an assignment \
                           operator must be an object that is able to accept assignments, such \
                           as a variable or a property.";
            return self.fail("InvalidLeftHandSide", message, target.span);
        }
        self.lines()?;
        if self.is_end() || matches!(self.peek(), Some(';' | '}' | ')')) {
            let message = format!(
                "You must provide a value expression following the '{operator}=' operator."
            );
            return self.fail("ExpectedValueExpression", message, self.here());
        }
        let value = Box::new(self.nested(Self::statement)?);
        Ok(Statement {
            span: self.from(start),
            kind: StatementKind::Assign(Assign {
                target,
                operator,
                value,
            }),
        })
    }

    /// Whether what comes is an expression and not a command.
    fn starts_expression(&self) -> bool {
        let Some(c) = self.peek() else { return false };
        let second = self.second().unwrap_or(' ');
        match c {
            '$' | '(' | '{' | '[' | ',' | '!' | '@' | '+' => true,
            '.' => second.is_ascii_digit(),
            _ if is_single_quote(c) || is_double_quote(c) => true,
            _ if c.is_ascii_digit() => {
                let mut probe = Self {
                    text: self.text,
                    at: self.at,
                    depth: self.depth,
                    comma: true,
                };
                let is_number = matches!(probe.number(), Ok(Some(_)));
                is_number && probe.peek().is_none_or(|c| !is_word(c) && c != '\\')
            }
            _ if is_dash(c) => {
                let is_value = second.is_ascii_digit() || matches!(second, '$' | '(' | '.' | '[');
                is_value || is_dash(second) || self.unary_word().is_some()
            }
            _ => false,
        }
    }

    /// A command with its arguments and redirections.
    fn command(&mut self) -> Parsed<Element> {
        let start = self.at;
        let second = self.second().unwrap_or(' ');
        let mut invocation = Invocation::Name;
        if self.is("&") {
            invocation = Invocation::Call;
        } else if self.is(".")
            && (is_blank(second) || matches!(second, '$' | '"' | '\'' | '(' | '{'))
        {
            invocation = Invocation::Dot;
        }
        let name = if invocation == Invocation::Name {
            if self.is("<") {
                return self.redirect_from();
            }
            self.bare_word()?
        } else {
            self.bump();
            self.blanks()?;
            if self.is_end() || matches!(self.peek(), Some('\n' | '\r' | ';' | '|' | '}' | ')')) {
                let message = "An expression was expected after '&' or '.'.";
                return self.fail("MissingExpression", message, self.here());
            }
            self.argument_value()?
        };
        let mut arguments = Vec::new();
        let mut redirections = Vec::new();
        loop {
            let end = self.at;
            self.blanks()?;
            if self.ends_command() {
                self.at = end;
                break;
            }
            redirections.append(&mut self.redirections()?);
            if self.ends_command() {
                break;
            }
            arguments.push(self.argument()?);
        }
        let span = self.from(start);
        Ok(Element {
            span,
            kind: ElementKind::Command(Command {
                span,
                invocation,
                name,
                arguments,
            }),
            redirections,
        })
    }

    fn ends_command(&self) -> bool {
        self.is_end()
            || matches!(self.peek(), Some('\n' | '\r' | ';' | '|' | '}' | ')'))
            || self.is("&&")
    }

    fn redirect_from<T>(&self) -> Parsed<T> {
        let message = "The '<' operator is reserved for future use.";
        self.fail("RedirectionNotSupported", message, self.here())
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let start = self.at;
        if self.is("&") {
            let message = "The ampersand (&) character is not allowed. The & operator is reserved \
                           for future use; wrap an ampersand in double quotation marks (\"&\") to \
                           pass it as part of a string.";
            return self.fail("AmpersandNotAllowed", message, self.here());
        }
        if self.is("<") {
            return self.redirect_from();
        }
        if self.is("--%") {
            return self.refuse("The stop-parsing token '--%'", Span::new(start, start + 3));
        }
        if self.is("@") && self.second().is_some_and(is_word) {
            self.bump();
            let word: Rc<str> = Rc::from(self.word_here());
            self.at += word.len();
            let mut variable = super::ast::Variable {
                scope: None,
                name: Rc::from(word.to_lowercase()),
                written: word,
            };
            if self.is(":") && self.second().is_some_and(is_word) {
                self.bump();
                variable.scope = Some(Rc::clone(&variable.name));
                let name: Rc<str> = Rc::from(self.word_here());
                self.at += name.len();
                variable.name = Rc::from(name.to_lowercase());
                variable.written = name;
            }
            return Ok(Argument::Splat(variable, self.from(start)));
        }
        if let Some(parameter) = self.parameter_argument()? {
            return Ok(parameter);
        }
        self.argument_list().map(Argument::Value)
    }

    /// `-Name` or `-Name:value`; `None`, and nothing taken, for anything else.
    fn parameter_argument(&mut self) -> Parsed<Option<Argument>> {
        let start = self.at;
        let begins_name = |c: char| c.is_alphabetic() || matches!(c, '_' | '?');
        if !self.peek().is_some_and(is_dash) || !self.second().is_some_and(begins_name) {
            return Ok(None);
        }
        self.bump();
        let rest = self.rest();
        let ends = |c: char| ends_word(c) || matches!(c, ':' | '.' | '[' | '$' | '=' | '#');
        let length = rest.find(ends).unwrap_or(rest.len());
        let name = &rest[..length];
        if name.contains(|c| is_single_quote(c) || is_double_quote(c) || c == '`') {
            let is_continued = name.ends_with('`') && rest[length..].starts_with(['\n', '\r']);
            if !is_continued {
                self.at = start;
                return Ok(None);
            }
        }
        let name = name.trim_end_matches('`');
        self.at += name.len();
        let span = self.from(start);
        let mut value = None;
        if self.is(":") {
            self.bump();
            self.blanks()?;
            if self.ends_command() {
                let message = "Parameter declarations are a comma-separated list of variable \
                               names with optional initializer expressions.";
                return self.fail("MissingArgument", message, span);
            }
            value = Some(self.argument_list()?);
        }
        let name: String = name
            .chars()
            .map(|c| if is_dash(c) { '-' } else { c })
            .collect();
        Ok(Some(Argument::Parameter {
            name: Rc::from(name),
            span,
            value,
        }))
    }

    /// A value, or several with commas between them.
    fn argument_list(&mut self) -> Parsed<Expression> {
        let start = self.at;
        if self.is(",") {
            let message = "Missing argument in parameter list.";
            return self.fail("MissingArgument", message, self.here());
        }
        let first = self.argument_value()?;
        let mut values = vec![first];
        loop {
            let end = self.at;
            self.blanks()?;
            if !self.eat(",") {
                self.at = end;
                break;
            }
            self.lines()?;
            if self.ends_command() || self.is(",") {
                let message = "Missing argument in parameter list.";
                return self.fail("MissingArgument", message, self.here());
            }
            values.push(self.argument_value()?);
        }
        if values.len() == 1 {
            return values.pop().map_or_else(|| self.unexpected(), Ok);
        }
        Ok(Expression {
            span: self.from(start),
            kind: ExpressionKind::List(values),
        })
    }

    /// One value of a command: a variable, a string, something in brackets or a bare word.
    fn argument_value(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let Some(c) = self.peek() else {
            return self.unexpected();
        };
        if self.is_variable() {
            self.variable()?;
            let ends = |c: char| ends_word(c) || matches!(c, '.' | '[' | ':' | '?');
            let is_alone = self.peek().is_none_or(ends) && !self.is(":\\") && !self.is(":/");
            self.at = start;
            if is_alone {
                return self.nested(Self::postfix);
            }
            return self.bare_word();
        }
        let is_value = matches!(c, '(' | '{')
            || is_single_quote(c)
            || is_double_quote(c)
            || self.is("@(")
            || self.is("@{")
            || self.is("$(")
            || self.is_here_string();
        if is_value {
            let value = self.nested(Self::postfix)?;
            return Ok(value);
        }
        if c.is_ascii_digit() || (is_dash(c) || c == '.') {
            let minus = is_dash(c);
            if minus {
                self.bump();
            }
            let number = self.number()?;
            if let Some(value) = number.filter(|_| self.peek().is_none_or(ends_word)) {
                let value = if minus {
                    super::expressions::negated(value)
                } else {
                    value
                };
                return Ok(Expression {
                    span: self.from(start),
                    kind: ExpressionKind::Number(value),
                });
            }
            self.at = start;
        }
        self.bare_word()
    }

    /// Redirections, if any come.
    fn redirections(&mut self) -> Parsed<Vec<Redirection>> {
        let mut found = Vec::new();
        loop {
            self.blanks()?;
            let start = self.at;
            let stream = match (self.peek(), self.second()) {
                (Some('>'), _) => 1,
                (Some('*'), Some('>')) => {
                    self.bump();
                    0
                }
                (Some(c @ '1'..='6'), Some('>')) => {
                    self.bump();
                    c as u8 - b'0'
                }
                _ => return Ok(found),
            };
            self.bump();
            let target = if self.eat("&1") {
                RedirectTarget::Output
            } else {
                let append = self.eat(">");
                self.blanks()?;
                if self.ends_command() {
                    let message = "Missing file specification after redirection operator.";
                    return self.fail("MissingFileSpecification", message, self.from(start));
                }
                let path = self.argument_value()?;
                RedirectTarget::File { path, append }
            };
            found.push(Redirection {
                span: self.from(start),
                stream,
                target,
            });
        }
    }
}

/// Whether something can be assigned to an expression.
pub(super) fn is_assignable(target: &Expression) -> bool {
    match &target.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Index(_, _, conditional) => !conditional,
        ExpressionKind::Member(member) => member.arguments.is_none() && !member.conditional,
        ExpressionKind::List(items) => items.iter().all(is_assignable),
        ExpressionKind::Cast(_, inner) => is_assignable(inner),
        ExpressionKind::Paren(inner) => match &inner.kind {
            StatementKind::Pipeline(pipeline) => match pipeline.elements.as_slice() {
                [
                    Element {
                        kind: ElementKind::Expression(inner),
                        ..
                    },
                ] => is_assignable(inner),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}
