//! Walks through everything that a script is made of.

#![expect(
    clippy::needless_for_each,
    clippy::single_match_else,
    reason = "a walk reads best as one visit a line"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::files::{Loads, loads};
use super::{Files, Finding, Severity, may_exist, unparsed};
use crate::command::{Command as Declared, Module};
use crate::interpreter::{
    absolute, declared_command, function_parameters, has_parameter, is_native, named_parameter,
    windows,
};
use crate::syntax::ast::{
    Argument, Block, Body, Command, Element, ElementKind, Expression, ExpressionKind, Member,
    MemberName, Operator, Piece, RedirectTarget, Statement, StatementKind,
};
use crate::syntax::{Source, Span, parse};

/// Commands that are known and refused.
const REFUSED: [&str; 3] = ["Add-Type", "Register-ObjectEvent", "Start-Process"];

/// Drives of Windows that no script reaches here: the registry, certificates, WS-Management.
const DRIVES: [&str; 4] = ["HKLM", "HKCU", "Cert", "WSMan"];

/// A file that a script loads, read and parsed.
type Loaded = (Rc<Source>, Rc<Block>);

pub(super) struct Walk<'a> {
    modules: &'a [Rc<dyn Module>],
    /// What is walked through.
    pub(super) source: Rc<Source>,
    /// The functions and aliases of the script and of what it loads, in lower case, with the names
    /// that parameters of an advanced function may have. What takes anything has none, and neither
    /// has what is defined twice.
    own: BTreeMap<String, Option<Vec<Rc<str>>>>,
    /// The classes and enumerations of the script and of what it loads, in lower case, with their
    /// static members where all of them are known.
    pub(super) own_types: BTreeMap<String, Option<Vec<String>>>,
    /// Namespaces whose types are found without them.
    pub(super) spaces: Vec<String>,
    /// Whether what only PowerShell 7 has is taken.
    pub(super) seven: bool,
    /// Whether this walk collects what is defined.
    pub(super) collects: bool,
    /// What the script loads, with the places where it does.
    loads: Vec<(Loads, Span)>,
    /// Whether it loads what is only known when it runs.
    open: bool,
    pub(super) findings: Vec<Finding>,
    pub(super) statements: Vec<Span>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(modules: &'a [Rc<dyn Module>], source: &Rc<Source>) -> Self {
        Self {
            modules,
            source: Rc::clone(source),
            own: BTreeMap::new(),
            own_types: BTreeMap::new(),
            spaces: Vec::new(),
            seven: true,
            collects: false,
            loads: Vec::new(),
            open: false,
            findings: Vec::new(),
            statements: Vec::new(),
        }
    }

    pub(super) fn find(&mut self, severity: Severity, span: Span, message: String, label: &str) {
        self.findings.push(Finding {
            severity,
            message,
            label: label.to_owned(),
            source: Rc::clone(&self.source),
            span: span.start..span.end,
        });
    }

    /// Takes note of every function of a script and of the files that it loads, wherever it is
    /// defined. Gives those files.
    pub(super) fn declare(
        &mut self,
        source: &Rc<Source>,
        block: &Rc<Block>,
        files: Files<'_>,
    ) -> Vec<Loaded> {
        let mut known = BTreeSet::from([absolute("/", &source.file)]);
        let mut all: Vec<Loaded> = Vec::new();
        let mut next = Some((Rc::clone(source), Rc::clone(block)));
        let mut waiting = Vec::new();
        while let Some((source, block)) = next {
            let mut collector = Walk::new(&[], &source);
            collector.collects = true;
            collector.block(&block);
            self.collects = true;
            for (name, parameters) in std::mem::take(&mut collector.own) {
                self.define(name, parameters);
            }
            self.collects = false;
            self.own_types.append(&mut collector.own_types);
            self.source = Rc::clone(&source);
            for (loads, span) in std::mem::take(&mut collector.loads) {
                let Loads::File(path) = loads else {
                    self.open = true;
                    continue;
                };
                // Scripts are started where they lie.
                let path = absolute("/", &path);
                if !known.insert(path.to_lowercase()) {
                    continue;
                }
                let Some(text) = files(&path) else {
                    let message = format!("The file {} is not there.", windows(&path));
                    let label = "not in the folder whose files the script sees";
                    self.find(Severity::NotSimulated, span, message, label);
                    continue;
                };
                let source = Rc::new(Source::new(&windows(&path), &text));
                match parse(&source) {
                    Ok(block) => waiting.push((source, block)),
                    Err(error) => self.findings.push(unparsed(&source, error)),
                }
            }
            next = waiting.pop();
            all.extend(next.clone());
        }
        self.source = Rc::clone(source);
        all
    }

    /// The folder of the script that is walked through.
    fn folder(&self) -> String {
        let path = absolute("/", &self.source.file);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/")
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
                self.of_seven(statement.span, "&&");
                self.statement(first);
                rest.iter().for_each(|(_, it)| self.statement(it));
            }
            StatementKind::Assign(assign) => {
                if assign.operator == "??" {
                    self.of_seven(statement.span, "??=");
                }
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
                self.define(name.to_lowercase(), function_parameters(&function.body));
                self.block(&function.body);
            }
            StatementKind::Namespace(name) => self.spaces.push(name.to_string()),
            kind @ (StatementKind::Class(_) | StatementKind::Enumeration(_)) => {
                self.declared_type(kind);
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
        match loads(command, &self.folder()) {
            Loads::Nothing => {}
            loads => self.loads.push((loads, command.name.span)),
        }
        let declared = match &command.name.kind {
            ExpressionKind::Text(name, _) => self.called(command, name),
            _ => {
                self.expression(&command.name);
                None
            }
        };
        // Programs take words.
        let declared = declared.filter(|it| !is_native(it));
        let mut after_filter = false;
        for argument in &command.arguments {
            let is_filter = std::mem::take(&mut after_filter);
            match argument {
                // A filter of Active Directory in braces is read by its cmdlet, not as a script.
                Argument::Value(Expression {
                    kind: ExpressionKind::Block(_),
                    ..
                }) if is_filter => {}
                Argument::Value(it) => {
                    if let ExpressionKind::Text(text, _) = &it.kind {
                        self.drive(text, it.span);
                    }
                    self.expression(it);
                }
                Argument::Splat(..) => {}
                Argument::Parameter { name, span, value } => {
                    after_filter = "filter".starts_with(&name.to_lowercase());
                    if !after_filter {
                        value.iter().for_each(|it| self.expression(it));
                    }
                    if let Some(declared) = &declared
                        && named_parameter(declared, name).is_some_and(|it| it.ignored)
                    {
                        let message = format!("-{name} has no effect here.");
                        let label = format!("{} is run without it", declared.name);
                        self.find(Severity::Less, *span, message, &label);
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
            self.define(alias.to_lowercase(), None);
        }
        if self.own.contains_key(&name.to_lowercase()) {
            self.own_parameters(command, name);
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
            if let Some(remark) = &found.remark {
                let message = format!("{} does less here than it would.", found.name);
                self.find(Severity::Less, span, message, remark);
            }
            return Some(found);
        }
        // Another script is looked for where it is loaded.
        if name.to_lowercase().ends_with(".ps1") {
            return None;
        }
        let near = nearest(name, self.modules).map(|near| format!("there is {near}"));
        // Nobody gave a command a verb that is nearly one of PowerShell's own.
        let is_slip = near.is_some() && !has_known_verb(name, self.modules);
        if self.open || is_slip || !may_exist(name) {
            let message = format!("The command '{name}' is not known.");
            let label = if self.open {
                "fails here, unless a file that is loaded has it"
            } else {
                "no cmdlet and no program is called so; fails here, as it would in PowerShell"
            };
            let label = near.unwrap_or_else(|| label.to_owned());
            self.find(Severity::Mistake, span, message, &label);
            return None;
        }
        let message = format!("The command '{name}' is not simulated.");
        let label = "neither a function of the script nor a cmdlet of a simulated module";
        let label = near.unwrap_or_else(|| label.to_owned());
        self.find(Severity::NotSimulated, span, message, &label);
        None
    }

    /// Takes note of a function or an alias. Which of two definitions is called is only known when
    /// the script runs.
    fn define(&mut self, name: String, parameters: Option<Vec<Rc<str>>>) {
        // Everything was collected before anything is looked at.
        if !self.collects {
            return;
        }
        let known = self.own.entry(name);
        known
            .and_modify(|known| *known = None)
            .or_insert(parameters);
    }

    /// Looks at the parameters that a function of the script is called with.
    fn own_parameters(&mut self, command: &Command, function: &str) {
        let Some(Some(known)) = self.own.get(&function.to_lowercase()).cloned() else {
            return;
        };
        for argument in &command.arguments {
            let Argument::Parameter { name, span, .. } = argument else {
                continue;
            };
            let lower = name.to_lowercase();
            if !known.iter().any(|it| it.to_lowercase().starts_with(&lower)) {
                let message =
                    format!("A parameter cannot be found that matches parameter name '{name}'.");
                let label = format!("{function} has none of this name");
                self.find(Severity::Mistake, *span, message, &label);
            }
        }
    }

    /// Whether a word names a place on a drive of Windows that is not here.
    fn drive(&mut self, text: &str, span: Span) {
        let drive = text.split_once(':').map(|(drive, _)| drive);
        let drive = drive.filter(|it| DRIVES.iter().any(|known| known.eq_ignore_ascii_case(it)));
        let path = drive.and_then(|drive| text.get(drive.len() + 1..));
        if path.is_some_and(|path| path.is_empty() || path.starts_with(['\\', '/'])) {
            let message = format!("{text} is not simulated.");
            self.find(
                Severity::NotSimulated,
                span,
                message,
                "reaches the machine itself",
            );
        }
    }

    pub(super) fn expression(&mut self, expression: &Expression) {
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
                    // One that is splatted is read by its cmdlet.
                    if !(is_text(key, "filter") && is_block(value)) {
                        self.statement(value);
                    }
                }
            }
            ExpressionKind::Block(block) => self.block(block),
            ExpressionKind::Unary(_, it) | ExpressionKind::Step(_, _, it) => self.expression(it),
            ExpressionKind::Binary(
                Operator {
                    name: "??", span, ..
                },
                one,
                other,
            ) => {
                self.of_seven(*span, "??");
                self.expression(one);
                self.expression(other);
            }
            ExpressionKind::Index(one, other, true) => {
                self.of_seven(expression.span, "?[");
                self.expression(one);
                self.expression(other);
            }
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
                self.of_seven(expression.span, "?");
                [condition, one, other]
                    .into_iter()
                    .for_each(|it| self.expression(it));
            }
        }
    }

    fn member(&mut self, member: &Member, span: Span) {
        if member.conditional {
            self.of_seven(span, "?.");
        }
        self.expression(&member.target);
        if let MemberName::Computed(it) = &member.name {
            self.expression(it);
        }
        member
            .arguments
            .iter()
            .flatten()
            .for_each(|it| self.expression(it));
        self.static_member(member, span);
    }
}

/// Whether a name has the form of those of cmdlets and functions: a verb, a dash and a noun.
pub(super) fn is_cmdlet(name: &str) -> bool {
    let is_word = |it: &str| it.chars().all(|it| it.is_alphanumeric() || it == '_');
    let bare = name.rsplit('\\').next().unwrap_or(name);
    bare.split_once('-').is_some_and(|(verb, noun)| {
        !verb.is_empty()
            && verb.chars().all(char::is_alphabetic)
            && is_word(noun)
            && !noun.is_empty()
    })
}

pub(super) fn is_text(expression: &Expression, text: &str) -> bool {
    matches!(&expression.kind, ExpressionKind::Text(it, _) if it.eq_ignore_ascii_case(text))
}

/// Whether a statement is a script block and nothing else.
fn is_block(statement: &Statement) -> bool {
    let StatementKind::Pipeline(pipeline) = &statement.kind else {
        return false;
    };
    match pipeline.elements.as_slice() {
        [
            Element {
                kind: ElementKind::Expression(it),
                ..
            },
        ] => matches!(it.kind, ExpressionKind::Block(_)),
        _ => false,
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
/// Whether a name begins with a verb that some cmdlet here has.
fn has_known_verb(name: &str, modules: &[Rc<dyn Module>]) -> bool {
    let verb = name.split('-').next().unwrap_or(name);
    let all = modules.iter().flat_map(|module| module.names());
    let mut verbs = all.filter_map(|it| it.split_once('-').map(|(verb, _)| verb.to_owned()));
    verbs.any(|it| it.eq_ignore_ascii_case(verb))
}

fn nearest(name: &str, modules: &[Rc<dyn Module>]) -> Option<Rc<str>> {
    let lower = name.to_lowercase();
    let all = modules.iter().flat_map(|module| module.names());
    let scored = all.map(|it| (strsim::damerau_levenshtein(&it.to_lowercase(), &lower), it));
    let best = scored.min_by(|one, other| one.0.cmp(&other.0))?;
    (best.0 <= 3.min(name.len() / 4)).then_some(best.1)
}
