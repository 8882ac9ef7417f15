//! Walks through everything that a script is made of.

#![expect(
    clippy::needless_for_each,
    clippy::single_match_else,
    reason = "a walk reads best as one visit a line"
)]

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Finding, Severity};
use crate::command::{Command as Declared, Module};
use crate::convert::resolve_type;
use crate::interpreter::{declared_command, has_parameter};
use crate::syntax::Span;
use crate::syntax::ast::{
    Argument, Block, Body, Command, Element, ElementKind, Expression, ExpressionKind, Member,
    MemberName, Piece, RedirectTarget, Statement, StatementKind, TypeName,
};
use crate::types::has_static;

/// Commands that are known and refused.
const REFUSED: [&str; 3] = ["Add-Type", "Register-ObjectEvent", "Start-Process"];

pub(super) struct Walk<'a> {
    modules: &'a [Rc<dyn Module>],
    /// The functions and aliases of the script, in lower case.
    own: BTreeSet<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) statements: Vec<Span>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(modules: &'a [Rc<dyn Module>]) -> Self {
        Self {
            modules,
            own: BTreeSet::new(),
            findings: Vec::new(),
            statements: Vec::new(),
        }
    }

    fn find(&mut self, severity: Severity, span: Span, message: String, label: &str) {
        self.findings.push(Finding {
            severity,
            message,
            label: label.to_owned(),
            span: span.start..span.end,
        });
    }

    /// Takes note of every function of a script, wherever it is defined.
    pub(super) fn declare(&mut self, block: &Block) {
        let mut collector = Walk::new(&[]);
        collector.block(block);
        self.own = collector.own;
    }

    pub(super) fn block(&mut self, block: &Block) {
        for parameter in &block.parameters {
            self.types(&parameter.types);
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
        }
        for body in [&block.begin, &block.process, &block.end]
            .into_iter()
            .flatten()
        {
            self.body(body);
        }
    }

    fn body(&mut self, body: &Body) {
        for statement in body {
            self.statements.push(statement.span);
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Pipeline(pipeline) => {
                pipeline.elements.iter().for_each(|it| self.element(it));
            }
            StatementKind::Chain(first, rest) => {
                self.statement(first);
                rest.iter().for_each(|(_, it)| self.statement(it));
            }
            StatementKind::Assign(assign) => {
                self.expression(&assign.target);
                self.statement(&assign.value);
            }
            StatementKind::Break(it) | StatementKind::Continue(it) => {
                it.iter().for_each(|it| self.expression(it));
            }
            StatementKind::Return(it) | StatementKind::Exit(it) | StatementKind::Throw(it) => {
                it.iter().for_each(|it| self.statement(it));
            }
            StatementKind::Trap(types, body) => {
                self.types(types);
                self.body(body);
            }
            StatementKind::Function(function) => {
                let name = function.name.rsplit(':').next().unwrap_or(&function.name);
                self.own.insert(name.to_lowercase());
                self.block(&function.body);
            }
            other => self.control(other),
        }
    }

    fn control(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::If(clauses, otherwise) => {
                for (condition, body) in clauses {
                    self.statement(condition);
                    self.body(body);
                }
                otherwise.iter().for_each(|it| self.body(it));
            }
            StatementKind::Switch(switch) => {
                self.statement(&switch.subject);
                for (case, body) in &switch.cases {
                    self.expression(case);
                    self.body(body);
                }
                switch.default.iter().for_each(|it| self.body(it));
            }
            StatementKind::Foreach(foreach) => {
                self.statement(&foreach.subject);
                self.body(&foreach.body);
            }
            StatementKind::For(it) => {
                for part in [&it.first, &it.condition, &it.step].into_iter().flatten() {
                    self.statement(part);
                }
                self.body(&it.body);
            }
            StatementKind::While(it) => {
                self.statement(&it.condition);
                self.body(&it.body);
            }
            StatementKind::Try(it) => {
                self.body(&it.body);
                // A type that nothing here throws is no mistake: the block is never entered.
                it.catches.iter().for_each(|(_, body)| self.body(body));
                it.finally.iter().for_each(|it| self.body(it));
            }
            _ => {}
        }
    }

    fn element(&mut self, element: &Element) {
        match &element.kind {
            ElementKind::Expression(it) => self.expression(it),
            ElementKind::Command(it) => self.command(it),
        }
        for redirection in &element.redirections {
            if let RedirectTarget::File { path, .. } = &redirection.target {
                self.expression(path);
            }
        }
    }

    fn command(&mut self, command: &Command) {
        let declared = match &command.name.kind {
            ExpressionKind::Text(name, _) => self.called(command, name),
            _ => {
                self.expression(&command.name);
                None
            }
        };
        let mut after_filter = false;
        for argument in &command.arguments {
            let is_filter = std::mem::take(&mut after_filter);
            match argument {
                // A filter of Active Directory in braces is read by its cmdlet, not as a script.
                Argument::Value(Expression {
                    kind: ExpressionKind::Block(_),
                    ..
                }) if is_filter => {}
                Argument::Value(it) => self.expression(it),
                Argument::Splat(..) => {}
                Argument::Parameter { name, span, value } => {
                    after_filter = "filter".starts_with(&name.to_lowercase());
                    if !after_filter {
                        value.iter().for_each(|it| self.expression(it));
                    }
                    if let Some(declared) = &declared
                        && !has_parameter(declared, name)
                    {
                        let message = format!(
                            "A parameter cannot be found that matches parameter name '{name}'."
                        );
                        let label = format!("{} has none of this name", declared.name);
                        self.find(Severity::Mistake, *span, message, &label);
                    }
                }
            }
        }
        self.new_object(command, declared.as_deref());
    }

    /// The cmdlet that a name calls, if it is one; what is not there is reported.
    fn called(&mut self, command: &Command, name: &str) -> Option<Rc<Declared>> {
        let span = command.name.span;
        let defines = |name: &str| {
            ["set-alias", "new-alias"]
                .iter()
                .any(|it| name.eq_ignore_ascii_case(it))
        };
        if defines(name)
            && let Some(alias) = command.arguments.iter().find_map(word)
        {
            self.own.insert(alias.to_lowercase());
        }
        if self.own.contains(&name.to_lowercase()) {
            return None;
        }
        if REFUSED.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let message = format!("{name} is not simulated.");
            self.find(
                Severity::NotSimulated,
                span,
                message,
                "reaches the machine itself",
            );
            return None;
        }
        if let Some(found) = declared_command(name, self.modules) {
            return Some(found);
        }
        // Another script of the same folder is looked for when it is called.
        let is_script = name.to_lowercase().ends_with(".ps1");
        if is_script {
            return None;
        }
        let message = format!("The command '{name}' is not simulated.");
        let label = nearest(name, self.modules).map_or_else(
            || "neither a function of the script nor a cmdlet of a simulated module".to_owned(),
            |near| format!("there is {near}"),
        );
        self.find(Severity::NotSimulated, span, message, &label);
        None
    }

    /// The type that `New-Object` is to make.
    fn new_object(&mut self, command: &Command, declared: Option<&Declared>) {
        if declared.is_none_or(|it| &*it.name != "New-Object") {
            return;
        }
        let mut arguments = command.arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument {
                Argument::Parameter { name, span, .. }
                    if "comobject".starts_with(&name.to_lowercase()) =>
                {
                    let message = "COM objects are not simulated.".to_owned();
                    self.find(
                        Severity::NotSimulated,
                        *span,
                        message,
                        "reaches the machine itself",
                    );
                    return;
                }
                Argument::Parameter { name, .. }
                    if "typename".starts_with(&name.to_lowercase()) => {}
                Argument::Parameter { .. } => drop(arguments.next()),
                Argument::Value(Expression {
                    span,
                    kind: ExpressionKind::Text(name, _),
                }) => {
                    self.type_name(name, *span);
                    return;
                }
                _ => return,
            }
        }
    }

    fn types(&mut self, types: &[TypeName]) {
        types
            .iter()
            .for_each(|it| self.type_name(&it.name, it.span));
    }

    fn type_name(&mut self, name: &str, span: Span) {
        if resolve_type(name).is_none() {
            let message = format!("The type [{name}] is not simulated.");
            self.find(Severity::NotSimulated, span, message, "unknown type");
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Number(_) | ExpressionKind::Text(..) | ExpressionKind::Variable(_) => {}
            ExpressionKind::Expandable(pieces, _) => {
                for piece in pieces {
                    if let Piece::Value(it) = piece {
                        self.expression(it);
                    }
                }
            }
            ExpressionKind::List(all) => all.iter().for_each(|it| self.expression(it)),
            ExpressionKind::Array(body) | ExpressionKind::Sub(body) => self.body(body),
            ExpressionKind::Paren(statement) => self.statement(statement),
            ExpressionKind::Table(pairs) => {
                for (key, value) in pairs {
                    self.expression(key);
                    self.statement(value);
                }
            }
            ExpressionKind::Block(block) => self.block(block),
            ExpressionKind::Unary(_, it) | ExpressionKind::Step(_, _, it) => self.expression(it),
            ExpressionKind::Binary(_, one, other) | ExpressionKind::Index(one, other, _) => {
                self.expression(one);
                self.expression(other);
            }
            ExpressionKind::Cast(name, it) => {
                self.type_name(&name.name, name.span);
                self.expression(it);
            }
            ExpressionKind::Type(name) => self.type_name(&name.name, name.span),
            ExpressionKind::Member(member) => self.member(member, expression.span),
            ExpressionKind::Ternary(condition, one, other) => {
                [condition, one, other]
                    .into_iter()
                    .for_each(|it| self.expression(it));
            }
        }
    }

    fn member(&mut self, member: &Member, span: Span) {
        self.expression(&member.target);
        if let MemberName::Computed(it) = &member.name {
            self.expression(it);
        }
        member
            .arguments
            .iter()
            .flatten()
            .for_each(|it| self.expression(it));
        if let (true, ExpressionKind::Type(of), MemberName::Known(name)) =
            (member.is_static, &member.target.kind, &member.name)
            && let Some(full) = resolve_type(&of.name)
            && !has_static(&full, name)
        {
            let message = format!("[{}]::{name} is not simulated.", of.name);
            self.find(
                Severity::NotSimulated,
                span,
                message,
                "unknown static member",
            );
        }
    }
}

/// The text of an argument that is one word.
fn word(argument: &Argument) -> Option<Rc<str>> {
    match argument {
        Argument::Value(Expression {
            kind: ExpressionKind::Text(text, _),
            ..
        }) => Some(Rc::clone(text)),
        _ => None,
    }
}

/// The name of a cmdlet that a name is nearly.
fn nearest(name: &str, modules: &[Rc<dyn Module>]) -> Option<Rc<str>> {
    let lower = name.to_lowercase();
    let all = modules.iter().flat_map(|module| module.names());
    let scored = all.map(|it| (strsim::damerau_levenshtein(&it.to_lowercase(), &lower), it));
    let best = scored.min_by(|one, other| one.0.cmp(&other.0))?;
    (best.0 <= 3).then_some(best.1)
}
