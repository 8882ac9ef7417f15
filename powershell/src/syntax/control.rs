//! Statements that begin with a word of the language.

use std::rc::Rc;

use super::ast::{Body, For, Foreach, Matching, Statement, StatementKind, Switch, Try, While};
use super::cursor::{Parsed, Parser, is_dash, is_word};
use super::source::Span;

/// Words that begin something this interpreter does not have.
const REFUSED: [&str; 6] = [
    "configuration",
    "data",
    "inlinescript",
    "parallel",
    "sequence",
    "workflow",
];

impl Parser<'_> {
    /// A statement.
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let start = self.at;
        if self.is(":") && self.second().is_some_and(is_word) {
            return self.labelled();
        }
        if let Some(declaration) = self.declaration()? {
            return Ok(declaration);
        }
        let word = self.word_here();
        let after = self.text[self.at + word.len()..].chars().next();
        let is_apart = after.is_none_or(|c| !is_dash(c) && c != '.' && c != '\\' && c != ':');
        if word.is_empty() || !is_apart {
            return self.pipeline_statement();
        }
        let lower = word.to_ascii_lowercase();
        if let Some(statement) = self.loop_statement(start, &lower, None)? {
            return Ok(statement);
        }
        self.at = start + word.len();
        let kind = match lower.as_str() {
            "if" => self.if_statement()?,
            "try" => self.try_statement(start)?,
            "trap" => {
                self.lines()?;
                let types = self.catch_types()?;
                StatementKind::Trap(types, self.braces()?)
            }
            "break" => StatementKind::Break(self.label_expression()?),
            "continue" => StatementKind::Continue(self.label_expression()?),
            "return" => StatementKind::Return(self.optional_statement()?),
            "exit" => StatementKind::Exit(self.optional_statement()?),
            "throw" => StatementKind::Throw(self.optional_statement()?),
            "function" | "filter" => return self.function(start, lower == "filter"),
            "using" => self.using(start)?,
            _ if REFUSED.contains(&lower.as_str()) && self.is_declaration()? => {
                let span = Span::new(start, start + word.len());
                return self.refuse(&format!("The statement '{lower}'"), span);
            }
            _ => {
                self.at = start;
                return self.pipeline_statement();
            }
        };
        Ok(Statement {
            span: self.from(start),
            kind,
        })
    }

    /// Whether a name or a brace comes, as after `class`.
    pub(super) fn is_declaration(&mut self) -> Parsed<bool> {
        let before = self.at;
        self.blanks()?;
        let word = self.word_here();
        self.at += word.len();
        self.lines()?;
        let found = self.is("{") || (!word.is_empty() && self.is(":"));
        self.at = before;
        Ok(found)
    }

    fn labelled(&mut self) -> Parsed<Statement> {
        let start = self.at;
        self.bump();
        let label: Rc<str> = Rc::from(self.word_here());
        self.at += label.len();
        self.lines()?;
        let lower = self.word_here().to_ascii_lowercase();
        match self.loop_statement(start, &lower, Some(label))? {
            Some(statement) => Ok(statement),
            // A label of nothing is the name of a command.
            None => {
                self.at = start;
                self.pipeline_statement()
            }
        }
    }

    /// A statement that takes a label; `None`, and nothing taken, for others.
    fn loop_statement(
        &mut self,
        start: usize,
        word: &str,
        label: Option<Rc<str>>,
    ) -> Parsed<Option<Statement>> {
        if !matches!(word, "foreach" | "for" | "while" | "do" | "switch") {
            return Ok(None);
        }
        self.at += word.len();
        let kind = match word {
            "foreach" => self.foreach_statement(label)?,
            "for" => self.for_statement(label)?,
            "while" => self.while_statement(label)?,
            "do" => self.do_statement(label)?,
            _ => self.switch_statement(label)?,
        };
        Ok(Some(Statement {
            span: self.from(start),
            kind,
        }))
    }

    fn open(&mut self, word: &str) -> Parsed<Span> {
        self.lines()?;
        let open = self.here();
        if self.eat("(") {
            self.lines()?;
            return Ok(open);
        }
        let message = format!("Missing opening '(' after keyword '{word}'.");
        self.fail("MissingOpenParenthesisAfterKeyword", message, open)
    }

    fn close(&mut self, open: Span, word: &str) -> Parsed<()> {
        self.lines()?;
        if self.eat(")") {
            return Ok(());
        }
        if self.is_end() || matches!(self.peek(), Some('{' | '}')) {
            let message = format!("Missing closing ')' after expression in '{word}' statement.");
            return self.fail("MissingEndParenthesisAfterStatement", message, open);
        }
        self.unexpected()
    }

    /// The braces after a condition.
    fn block_after(&mut self, what: &str) -> Parsed<Body> {
        let before = self.at;
        self.lines()?;
        if self.is("{") {
            return self.braces();
        }
        self.at = before;
        let message = format!("Missing statement block after {what}.");
        self.fail("MissingStatementBlock", message, self.here())
    }

    fn condition(&mut self, word: &str) -> Parsed<Statement> {
        let open = self.open(word)?;
        if self.is(")") {
            let message = format!("Missing condition in {word} statement after '{word} ('.");
            return self.fail("IfStatementMissingCondition", message, self.here());
        }
        let condition = self.nested(Self::pipeline_statement)?;
        self.close(open, word)?;
        Ok(condition)
    }

    fn if_statement(&mut self) -> Parsed<StatementKind> {
        let condition = self.condition("if")?;
        let mut clauses = vec![(condition, self.block_after("if ( condition )")?)];
        loop {
            if self.eat_word_after_lines("elseif")? {
                let condition = self.condition("elseif")?;
                clauses.push((condition, self.block_after("elseif ( condition )")?));
            } else if self.eat_word_after_lines("else")? {
                let otherwise = self.block_after("'else' keyword")?;
                return Ok(StatementKind::If(clauses, Some(otherwise)));
            } else {
                return Ok(StatementKind::If(clauses, None));
            }
        }
    }

    fn foreach_statement(&mut self, label: Option<Rc<str>>) -> Parsed<StatementKind> {
        self.lines()?;
        if is_dash(self.peek().unwrap_or(' ')) {
            let span = self.token_here();
            return self.refuse("A parameter of the statement 'foreach'", span);
        }
        let open = self.open("foreach")?;
        if !self.is("$") {
            let message = "Missing variable name after foreach.";
            return self.fail("MissingVariableNameAfterForeach", message, self.here());
        }
        let variable = self.variable()?;
        self.lines()?;
        if !self.eat_word("in") {
            let message = "Missing 'in' after variable in foreach loop.";
            return self.fail("MissingInInForeach", message, self.here());
        }
        self.lines()?;
        if self.is(")") {
            let message = "Missing expression after 'in' in foreach loop.";
            return self.fail("MissingForeachExpression", message, self.here());
        }
        let subject = Box::new(self.nested(Self::pipeline_statement)?);
        self.close(open, "foreach")?;
        let body = self.block_after("foreach loop")?;
        Ok(StatementKind::Foreach(Foreach {
            label,
            variable,
            subject,
            body,
        }))
    }

    fn for_statement(&mut self, label: Option<Rc<str>>) -> Parsed<StatementKind> {
        let open = self.open("for")?;
        let mut parts = [None, None, None];
        for (index, part) in parts.iter_mut().enumerate() {
            self.lines()?;
            if !matches!(self.peek(), Some(';' | ')')) {
                *part = Some(Box::new(self.nested(Self::pipeline_statement)?));
            }
            if index == 2 {
                break;
            }
            self.blanks()?;
            if !self.eat(";") && !self.line_break() {
                break;
            }
        }
        self.close(open, "for")?;
        let body = self.block_after("for loop")?;
        let [first, condition, step] = parts;
        Ok(StatementKind::For(For {
            label,
            first,
            condition,
            step,
            body,
        }))
    }

    fn while_statement(&mut self, label: Option<Rc<str>>) -> Parsed<StatementKind> {
        let condition = Box::new(self.condition("while")?);
        let body = self.block_after("while loop")?;
        Ok(StatementKind::While(While {
            label,
            condition,
            body,
            body_first: false,
            until: false,
        }))
    }

    fn do_statement(&mut self, label: Option<Rc<str>>) -> Parsed<StatementKind> {
        let body = self.block_after("do keyword")?;
        let until = if self.eat_word_after_lines("while")? {
            false
        } else if self.eat_word_after_lines("until")? {
            true
        } else {
            let message = "Missing while or until keyword in do loop.";
            return self.fail("MissingWhileOrUntilInDoWhile", message, self.here());
        };
        let word = if until { "until" } else { "while" };
        let condition = Box::new(self.condition(word)?);
        Ok(StatementKind::While(While {
            label,
            condition,
            body,
            body_first: true,
            until,
        }))
    }

    fn switch_statement(&mut self, label: Option<Rc<str>>) -> Parsed<StatementKind> {
        let mut matching = Matching::Exact;
        let mut case_sensitive = false;
        self.lines()?;
        while is_dash(self.peek().unwrap_or(' ')) {
            let span = self.token_here();
            self.bump();
            let option = self.word_here().to_ascii_lowercase();
            self.at += option.len();
            match option.as_str() {
                "e" | "exact" => matching = Matching::Exact,
                "w" | "wildcard" => matching = Matching::Wildcard,
                "r" | "regex" => matching = Matching::Regex,
                "c" | "casesensitive" => case_sensitive = true,
                "f" | "file" => return self.refuse("The option '-file' of switch", span),
                "parallel" => return self.refuse("The option '-parallel' of switch", span),
                _ => {
                    let message = format!("Invalid switch statement parameter '-{option}'.");
                    return self.fail("InvalidSwitchFlag", message, span);
                }
            }
            self.lines()?;
        }
        let subject = Box::new(self.condition("switch")?);
        self.lines()?;
        let open = self.here();
        if !self.eat("{") {
            let message = "Missing '{' in switch statement.";
            return self.fail("MissingCurlyBraceInSwitchStatement", message, open);
        }
        let (cases, default) = self.switch_cases(open)?;
        Ok(StatementKind::Switch(Switch {
            label,
            matching,
            case_sensitive,
            subject,
            cases,
            default,
        }))
    }

    #[expect(
        clippy::type_complexity,
        reason = "two parts of one statement, taken apart at once"
    )]
    fn switch_cases(
        &mut self,
        open: Span,
    ) -> Parsed<(Vec<(super::ast::Expression, Body)>, Option<Body>)> {
        let mut cases = Vec::new();
        let mut default = None;
        loop {
            self.separators()?;
            if self.eat("}") {
                return Ok((cases, default));
            }
            if self.is_end() {
                return self.close_brace(open).map(|()| (cases, default));
            }
            let start = self.at;
            let is_default = self.word_here().eq_ignore_ascii_case("default");
            let condition = self.nested(Self::switch_condition)?;
            self.lines()?;
            if !self.is("{") {
                let message = "Missing statement block in switch statement clause.";
                return self.fail("MissingSwitchStatementClause", message, self.here());
            }
            let body = self.braces()?;
            if !is_default {
                cases.push((condition, body));
            } else if default.replace(body).is_some() {
                let message = "A switch statement must have at most one default clause.";
                return self.fail("MultipleSwitchDefaultClauses", message, self.from(start));
            }
        }
    }

    fn try_statement(&mut self, start: usize) -> Parsed<StatementKind> {
        let body = self.block_after("'try' keyword")?;
        let mut catches = Vec::new();
        let mut finally = None;
        loop {
            if self.eat_word_after_lines("catch")? {
                self.lines()?;
                let types = self.catch_types()?;
                catches.push((types, self.block_after("'catch' keyword")?));
            } else if finally.is_none() && self.eat_word_after_lines("finally")? {
                finally = Some(self.block_after("'finally' keyword")?);
            } else {
                break;
            }
        }
        if catches.is_empty() && finally.is_none() {
            let message = "The Try statement is missing its Catch or Finally block.";
            return self.fail("MissingCatchOrFinally", message, Span::new(start, self.at));
        }
        Ok(StatementKind::Try(Try {
            body,
            catches,
            finally,
        }))
    }

    fn catch_types(&mut self) -> Parsed<Vec<super::ast::TypeName>> {
        let mut types = Vec::new();
        while self.is("[") {
            types.push(self.type_name()?);
            self.lines()?;
            if self.eat(",") {
                self.lines()?;
            }
        }
        Ok(types)
    }

    /// What stands after `return` and the like on the same line.
    fn optional_statement(&mut self) -> Parsed<Option<Box<Statement>>> {
        self.blanks()?;
        if self.is_end() || matches!(self.peek(), Some('\n' | '\r' | ';' | '}' | ')' | '|')) {
            return Ok(None);
        }
        Ok(Some(Box::new(self.nested(Self::pipeline_statement)?)))
    }

    fn label_expression(&mut self) -> Parsed<Option<super::ast::Expression>> {
        self.blanks()?;
        let word = self.word_here();
        if !word.is_empty() {
            let start = self.at;
            self.at += word.len();
            return Ok(Some(super::ast::Expression {
                span: self.from(start),
                kind: super::ast::ExpressionKind::Text(Rc::from(word), true),
            }));
        }
        if matches!(self.peek(), Some('$' | '"' | '\'')) {
            return Ok(Some(self.nested(Self::primary)?));
        }
        Ok(None)
    }
}
