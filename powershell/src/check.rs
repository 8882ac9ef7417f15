//! What of a script can't run, found before it runs.

use std::rc::Rc;

use crate::command::{Command, Module};
use crate::convert;
use crate::interpreter::{alias, of_command, session_command};
use crate::syntax::ast::{
    Argument, Block, Body, ElementKind, Expression, ExpressionKind, Invocation, MemberName, Piece,
    RedirectTarget, Statement, StatementKind, TypeName,
};
use crate::syntax::{Source, Span, parse};
use crate::types;

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// PowerShell could run it, this interpreter can't.
    NotSimulated,
    /// PowerShell fails too.
    Mistake,
}

/// Something that can't run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose fault it is.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Everything in a script that can't run with these modules, in the order it stands.
pub fn check(file: &str, text: &str, modules: &[Rc<dyn Module>]) -> Vec<Finding> {
    let source = Rc::new(Source::new(file, text));
    let block = match parse(&source) {
        Ok(block) => block,
        Err(error) => {
            let severity = if error.not_simulated {
                Severity::NotSimulated
            } else {
                Severity::Mistake
            };
            return vec![Finding {
                severity,
                message: error.message,
                span: error.span,
            }];
        }
    };
    let mut checker = Checker {
        modules,
        functions: Vec::new(),
        findings: Vec::new(),
        collecting: true,
    };
    checker.block(&block);
    checker.findings.clear();
    checker.collecting = false;
    checker.block(&block);
    checker.findings.sort_by_key(|it| it.span.start);
    checker.findings
}

struct Checker<'m> {
    modules: &'m [Rc<dyn Module>],
    functions: Vec<String>,
    findings: Vec<Finding>,
    collecting: bool,
}

impl Checker<'_> {
    fn find(&mut self, severity: Severity, message: String, span: Span) {
        self.findings.push(Finding {
            severity,
            message,
            span,
        });
    }

    fn block(&mut self, block: &Block) {
        for parameter in &block.parameters {
            for name in &parameter.types {
                self.type_name(name);
            }
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
        }
        for part in [&block.begin, &block.process, &block.end]
            .into_iter()
            .flatten()
        {
            self.body(part);
        }
    }

    fn body(&mut self, body: &Body) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Pipeline(pipeline) => {
                for element in &pipeline.elements {
                    match &element.kind {
                        ElementKind::Expression(expression) => self.expression(expression),
                        ElementKind::Command(command) => self.command(command),
                    }
                    for redirection in &element.redirections {
                        if let RedirectTarget::File { path, .. } = &redirection.target {
                            self.expression(path);
                        }
                    }
                }
            }
            StatementKind::Chain(first, others) => {
                self.statement(first);
                others.iter().for_each(|(_, it)| self.statement(it));
            }
            StatementKind::Assign(assign) => {
                self.expression(&assign.target);
                self.statement(&assign.value);
            }
            StatementKind::If(clauses, otherwise) => {
                for (condition, body) in clauses {
                    self.statement(condition);
                    self.body(body);
                }
                otherwise.iter().for_each(|it| self.body(it));
            }
            StatementKind::Switch(it) => {
                self.statement(&it.subject);
                for (condition, body) in &it.cases {
                    self.expression(condition);
                    self.body(body);
                }
                it.default.iter().for_each(|it| self.body(it));
            }
            StatementKind::Foreach(it) => {
                self.statement(&it.subject);
                self.body(&it.body);
            }
            StatementKind::For(it) => {
                let parts = [&it.first, &it.condition, &it.step];
                parts
                    .into_iter()
                    .flatten()
                    .for_each(|it| self.statement(it));
                self.body(&it.body);
            }
            StatementKind::While(it) => {
                self.statement(&it.condition);
                self.body(&it.body);
            }
            StatementKind::Return(value)
            | StatementKind::Exit(value)
            | StatementKind::Throw(value) => value.iter().for_each(|it| self.statement(it)),
            StatementKind::Try(it) => {
                self.body(&it.body);
                it.catches.iter().for_each(|(_, body)| self.body(body));
                it.finally.iter().for_each(|it| self.body(it));
            }
            StatementKind::Trap(_, body) => self.body(body),
            StatementKind::Function(it) => {
                let name = it.name.rsplit(':').next().unwrap_or_default();
                self.functions.push(name.to_lowercase());
                self.block(&it.body);
            }
            StatementKind::Break(_) | StatementKind::Continue(_) => {}
        }
    }

    fn command(&mut self, command: &crate::syntax::ast::Command) {
        for argument in &command.arguments {
            match argument {
                Argument::Value(value) => self.expression(value),
                Argument::Parameter { value, .. } => {
                    value.iter().for_each(|it| self.expression(it));
                }
                Argument::Splat(..) => {}
            }
        }
        let ExpressionKind::Text(name, _) = &command.name.kind else {
            self.expression(&command.name);
            return;
        };
        if self.collecting || self.functions.contains(&name.to_lowercase()) {
            return;
        }
        let wanted = alias(name).unwrap_or(name);
        if let Some(found) = self.cmdlet(wanted) {
            self.parameters(command, &found);
            return;
        }
        let is_file = name.contains(['\\', '/']) || name.to_lowercase().ends_with(".ps1");
        if !is_file || command.invocation == Invocation::Name && !name.ends_with(".ps1") {
            let message = format!("The command '{name}' is not simulated.");
            self.find(Severity::NotSimulated, message, command.name.span);
        }
    }

    fn cmdlet(&self, name: &str) -> Option<Rc<Command>> {
        let bare = name.rsplit('\\').next().unwrap_or(name);
        let known = |name: &str| {
            let mut modules = self.modules.iter();
            session_command(name).or_else(|| modules.find_map(|it| it.find(name)))
        };
        known(name).or_else(|| known(bare)).or_else(|| {
            let is_word = bare.chars().all(char::is_alphanumeric);
            is_word.then(|| known(&format!("Get-{bare}"))).flatten()
        })
    }

    fn parameters(&mut self, command: &crate::syntax::ast::Command, found: &Command) {
        if matches!(found.parameters.as_slice(), [only] if only.remaining) {
            return;
        }
        let formals = of_command(found);
        for argument in &command.arguments {
            let Argument::Parameter { name, span, .. } = argument else {
                continue;
            };
            let lower = name.to_lowercase();
            let names = formals
                .iter()
                .flat_map(|it| std::iter::once(&it.name).chain(&it.aliases));
            let fits = names
                .into_iter()
                .any(|it| it.to_lowercase().starts_with(&lower));
            if !fits {
                let message = format!("'{}' has no parameter '{name}' here.", found.name);
                self.find(Severity::NotSimulated, message, *span);
            }
        }
    }

    fn type_name(&mut self, name: &TypeName) {
        let special = ["void", "ordered", "pscustomobject"];
        let lower = name.name.to_ascii_lowercase();
        if !special.contains(&lower.as_str()) && convert::resolve_type(&name.name).is_none() {
            let message = format!("The type [{}] is not simulated.", name.name);
            self.find(Severity::NotSimulated, message, name.span);
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Expandable(pieces, _) => {
                for piece in pieces {
                    if let Piece::Value(value) = piece {
                        self.expression(value);
                    }
                }
            }
            ExpressionKind::List(items) => items.iter().for_each(|it| self.expression(it)),
            ExpressionKind::Array(body) | ExpressionKind::Sub(body) => self.body(body),
            ExpressionKind::Paren(statement) => self.statement(statement),
            ExpressionKind::Table(entries) => {
                for (key, value) in entries {
                    self.expression(key);
                    self.statement(value);
                }
            }
            ExpressionKind::Block(block) => self.block(block),
            ExpressionKind::Unary(_, operand) | ExpressionKind::Step(_, _, operand) => {
                self.expression(operand);
            }
            ExpressionKind::Binary(_, left, right) | ExpressionKind::Index(left, right, _) => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::Cast(name, operand) => {
                self.type_name(name);
                self.expression(operand);
            }
            ExpressionKind::Type(name) => self.type_name(name),
            ExpressionKind::Member(member) => {
                self.expression(&member.target);
                for argument in member.arguments.iter().flatten() {
                    self.expression(argument);
                }
                if let (true, ExpressionKind::Type(name), MemberName::Known(called)) =
                    (member.is_static, &member.target.kind, &member.name)
                    && let Some(full) = convert::resolve_type(&name.name)
                    && !types::has_static(&full, called)
                    && !(called.eq_ignore_ascii_case("create") && full.ends_with("ScriptBlock"))
                {
                    let message = format!("[{}]::{called} is not simulated.", name.name);
                    self.find(Severity::NotSimulated, message, expression.span);
                }
            }
            ExpressionKind::Ternary(one, two, three) => {
                [one, two, three]
                    .into_iter()
                    .for_each(|it| self.expression(it));
            }
            ExpressionKind::Number(_) | ExpressionKind::Text(..) | ExpressionKind::Variable(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Severity, check};

    fn found(text: &str) -> Vec<(Severity, String)> {
        let modules = [crate::cmdlets::core()];
        let findings = check("x.ps1", text, &modules);
        findings
            .into_iter()
            .map(|it| (it.severity, text[it.span.start..it.span.end].to_owned()))
            .collect()
    }

    #[test]
    fn what_can_not_run_is_found() {
        assert_eq!(found("function f { 1 }\nf | Where-Object { $_ }"), []);
        assert_eq!(
            found("'a'; Get-Nothing"),
            [(Severity::NotSimulated, "Get-Nothing".into())]
        );
        assert_eq!(
            found("Get-Date -Nope 1"),
            [(Severity::NotSimulated, "-Nope".into())]
        );
        assert_eq!(
            found("[no.such]$x = 1"),
            [(Severity::NotSimulated, "[no.such]".into())]
        );
        assert_eq!(
            found("class A { }"),
            [(Severity::NotSimulated, "class".into())]
        );
        assert_eq!(found("\"$upn: x\""), [(Severity::Mistake, "$upn:".into())]);
    }
}
