//! Commands: what a name means, and what it is given.

use std::rc::Rc;

use super::Interpreter;
use super::binding::{Binding, Callee, Given};
use super::block::BlockBody;
use super::formals::of_command;
use super::functions::FunctionCall;
use super::pipeline::{Common, Meta, Runner, Stage};
use super::redirect::Direction;
use super::{aliases, session};
use crate::command::Command;
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Position, Stop, Unwind};
use crate::host::Host;
use crate::syntax::ast::{
    self, Argument, Element, ElementKind, Expression, ExpressionKind, Invocation, RedirectTarget,
    Variable,
};
use crate::syntax::{Source, parse};
use crate::value::{Array, ArrayKind, Value};

/// What a name of a command means.
pub(crate) enum Meaning {
    Cmdlet(Rc<Command>),
    Function(Rc<str>, Rc<BlockBody>),
    Script(Rc<str>, Rc<BlockBody>),
}

impl Interpreter<'_> {
    /// The stages of the commands of a pipeline.
    pub(crate) fn stages(&mut self, elements: &[Element], piped: bool) -> Outcome<Vec<Stage>> {
        let mut stages = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let ElementKind::Command(command) = &element.kind else {
                continue;
            };
            let stage = self.stage(command, piped || index > 0);
            let mut stage = self.located(stage, command.span)?;
            for redirection in &element.redirections {
                let is_file = matches!(redirection.target, RedirectTarget::File { .. });
                if is_file && redirection.stream <= 1 {
                    continue;
                }
                let direction = self.direction(redirection)?;
                stage.redirected.push((redirection.stream, direction));
            }
            if element
                .redirections
                .iter()
                .any(|it| it.stream == 0 && matches!(it.target, RedirectTarget::File { .. }))
            {
                stage.redirected.push((0, Direction::Merged));
            }
            stages.push(stage);
        }
        Ok(stages)
    }

    /// The stage of a command.
    fn stage(&mut self, command: &ast::Command, piped: bool) -> Outcome<Stage> {
        let position = self.source.position(command.span);
        let target = self.expression(&command.name)?;
        let given = self.given(&command.arguments)?;
        let dotted = command.invocation == Invocation::Dot;
        let call = FunctionCall {
            given,
            position,
            name_position: self.source.position(command.name.span),
            piped,
            dotted,
            is_script: false,
            invocation: Rc::from(self.source.slice(command.name.span)),
        };
        match &target {
            Value::Block(block) => match BlockBody::of(block) {
                Some(body) => self.function_stage(&Rc::from(""), &body, call),
                None => Err(not_a_command("").into()),
            },
            Value::Null => {
                let message = "The expression after '&' in a pipeline element produced an object \
                               that was not valid. It must result in a command name, a script \
                               block, or a CommandInfo object.";
                Err(super::expressions::invalid(message, "BadExpression").into())
            }
            Value::Object(object) if object.get("CommandType").is_some() => {
                let name = object.get("Name").unwrap_or_default();
                let name = self.text(&name);
                self.named_stage(&name, call)
            }
            other => {
                let name = self.text(other);
                self.named_stage(&name, call)
            }
        }
    }

    /// The stage of a command by its name.
    pub(crate) fn named_stage(&mut self, name: &str, mut call: FunctionCall) -> Outcome<Stage> {
        let meaning = self.meaning(name);
        if meaning.is_err() && self.ends_at_unknown && crate::check::may_exist(name) {
            let what = format!("the command '{name}', line {},", call.name_position.line);
            return Err(Unwind::Stopped(Stop::NotSimulated(what)));
        }
        let mut meaning = self.located_error(meaning, &call.name_position)?;
        if let Some(module) = self.module_file(&meaning, &call.given) {
            meaning = self.located_error(module, &call.name_position)?;
            call.given = Vec::new();
            call.dotted = true;
        }
        match meaning {
            Meaning::Function(name, body) => self.function_stage(&name, &body, call),
            Meaning::Script(name, body) => {
                call.is_script = true;
                self.function_stage(&name, &body, call)
            }
            Meaning::Cmdlet(command) => self.cmdlet_stage(&command, call),
        }
    }

    fn located_error<T>(&self, outcome: Result<T, ErrorRecord>, position: &Position) -> Outcome<T> {
        outcome.map_err(|mut record| {
            record.position = Some(position.clone());
            record.into()
        })
    }

    fn cmdlet_stage(&mut self, command: &Rc<Command>, call: FunctionCall) -> Outcome<Stage> {
        let callee = Callee {
            name: Rc::clone(&command.name),
            class: Rc::clone(&command.class),
            is_cmdlet: true,
            advanced: true,
            default_set: command.default_set.clone(),
            position: call.position.clone(),
        };
        let formals = Rc::new(of_command(command));
        let given = if is_native(command) {
            as_words(call.given)
        } else {
            call.given
        };
        let binding = self.bind(callee, formals, given, call.piped)?;
        let meta = Meta {
            name: Rc::clone(&command.name),
            class: Rc::clone(&command.class),
            position: call.position,
            caller: Rc::clone(&self.scope),
            source: Rc::clone(&self.source),
            common: common_of(&binding),
            impact: command.should_process,
            invocation: call.invocation,
        };
        Ok(Stage {
            meta: Rc::new(meta),
            runner: Runner::Cmdlet(Rc::clone(command), Some((command.make)())),
            binding,
            begun: false,
            piped: call.piped,
            input: None,
            failed: false,
            pipeline: 0,
            redirected: Vec::new(),
        })
    }

    /// The arguments of a command, evaluated.
    fn given(&mut self, arguments: &[Argument]) -> Outcome<Vec<Given>> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Argument::Value(expression) => {
                    let (value, raw) = self.argument_value(expression)?;
                    given.push(Given::Value(value, raw));
                }
                Argument::Parameter { name, value, span } => {
                    let value = value
                        .as_ref()
                        .map(|it| self.argument_value(it))
                        .transpose()?;
                    given.push(Given::Named {
                        name: Rc::clone(name),
                        value,
                        position: Some(self.source.position(*span)),
                    });
                }
                Argument::Splat(variable, _) => self.splat(variable, &mut given)?,
            }
        }
        Ok(given)
    }

    /// The value of an argument, and how it was written if it is a number.
    fn argument_value(&mut self, expression: &Expression) -> Outcome<(Value, Option<Rc<str>>)> {
        let value = self.expression(expression)?;
        let raw = match &expression.kind {
            ExpressionKind::Number(_) => Some(Rc::from(self.source.slice(expression.span))),
            _ => None,
        };
        Ok((value, raw))
    }

    fn splat(&mut self, variable: &Variable, given: &mut Vec<Given>) -> Outcome {
        match self.get(variable)? {
            Value::Table(table) => {
                for (key, value) in table.borrow().iter() {
                    given.push(Given::Named {
                        name: Rc::from(convert::to_text(key)),
                        value: Some((value.clone(), None)),
                        position: None,
                    });
                }
            }
            Value::Null => {}
            Value::Array(array) => {
                let values = array.borrow().clone();
                given.extend(values.into_iter().map(|it| Given::Value(it, None)));
            }
            other => given.push(Given::Value(other, None)),
        }
        Ok(())
    }

    /// What a name of a command means.
    pub(crate) fn meaning(&mut self, name: &str) -> Result<Meaning, ErrorRecord> {
        let mut wanted: Rc<str> = Rc::from(name);
        for _ in 0..8 {
            let alias = self.scope.alias(&wanted);
            let Some(next) = alias.or_else(|| aliases::resolve(&wanted).map(Rc::from)) else {
                break;
            };
            if next.eq_ignore_ascii_case(&wanted) {
                break;
            }
            wanted = next;
        }
        if let Some(found) = self.named(&wanted) {
            return Ok(found);
        }
        if let Some(found) = self.script(&wanted)? {
            return Ok(found);
        }
        if !wanted.contains(['-', '\\', '/', '.'])
            && let Some(found) = self.named(&format!("Get-{wanted}"))
        {
            return Ok(found);
        }
        // A program by its path: modules offer it by its name.
        if let Some(bare) = wanted.rsplit(['\\', '/']).next()
            && bare != &*wanted
            && let Some(found) = self.named(bare)
        {
            return Ok(found);
        }
        Err(not_a_command(name))
    }

    /// A function or a cmdlet of a name.
    fn named(&self, name: &str) -> Option<Meaning> {
        let (scope, bare) = match name.split_once(':') {
            Some((scope, bare)) if !bare.starts_with(['\\', '/']) => (scope, bare),
            _ => ("", name),
        };
        let found = match scope.to_ascii_lowercase().as_str() {
            "global" => self.scope.global().function(bare),
            "script" => self.scope.script().function(bare),
            _ => self.scope.function(bare),
        };
        if let Some(function) = found {
            return Some(Meaning::Function(function.name, function.body));
        }
        if let Some(command) = session::find(name) {
            return Some(Meaning::Cmdlet(command));
        }
        let mut modules = self.modules.iter();
        if let Some(command) = modules.find_map(|module| module.find(name)) {
            return Some(Meaning::Cmdlet(command));
        }
        // `ActiveDirectory\Get-ADUser`
        let (module, bare) = name.split_once('\\')?;
        let mut modules = self.modules.iter();
        let module = modules.find(|it| it.name().eq_ignore_ascii_case(module))?;
        module.find(bare).map(Meaning::Cmdlet)
    }

    /// The script behind a module that `Import-Module` is given by the file that it is: everything
    /// that it defines comes to where it is imported.
    fn module_file(
        &mut self,
        meaning: &Meaning,
        given: &[Given],
    ) -> Option<Result<Meaning, ErrorRecord>> {
        let Meaning::Cmdlet(command) = meaning else {
            return None;
        };
        if &*command.name != "Import-Module" {
            return None;
        }
        let path = given.iter().find_map(|it| match it {
            Given::Value(value, _) => Some(self.text(value)),
            Given::Named { name, value, .. } if name.eq_ignore_ascii_case("Name") => {
                value.as_ref().map(|(value, _)| self.text(value))
            }
            Given::Named { .. } => None,
        })?;
        if !is_module_file(&path) {
            return None;
        }
        self.script(&path).transpose()
    }

    /// A script by its path.
    fn script(&mut self, name: &str) -> Result<Option<Meaning>, ErrorRecord> {
        let is_path = name.contains(['\\', '/']);
        let is_script = is_module_file(name);
        if !is_path && !is_script {
            return Ok(None);
        }
        let path = if is_script {
            name.to_owned()
        } else {
            format!("{name}.ps1")
        };
        let absolute = self.absolute(&path);
        let Ok(bytes) = self.outlet.read(&absolute) else {
            return Ok(None);
        };
        let text = decoded(&bytes);
        let source = Rc::new(Source::new(&super::redirect::windows(&absolute), &text));
        let block = parse(&source).map_err(|error| {
            let mut record = self.parse_error(&error);
            record.position = Some(source.position(error.span));
            record
        })?;
        let file = absolute.rsplit('/').next().unwrap_or(&absolute);
        let body = BlockBody {
            block,
            source,
            scope: None,
        };
        Ok(Some(Meaning::Script(Rc::from(file), Rc::new(body))))
    }

    /// Adds a value to a variable of `-ErrorVariable` and the like.
    pub(crate) fn append_variable(
        &mut self,
        scope: &Rc<super::scope::Scope>,
        name: &str,
        value: Value,
    ) {
        let bare = name.trim_start_matches('+');
        let old = scope.find(&bare.to_lowercase()).map(|it| it.value);
        if let Some(Value::Array(array)) = old
            && *array.kind() == ArrayKind::ArrayList
        {
            array.borrow_mut().push(value);
            return;
        }
        let list = Array::new(ArrayKind::ArrayList, [value]);
        scope.set(bare, Value::Array(list));
    }
}

/// The common parameters that were given.
pub(crate) fn common_of(binding: &Binding) -> Common {
    let value = |name: &str| {
        let index = binding
            .formals
            .iter()
            .position(|it| it.common && it.is_named(name))?;
        let found = binding.bound.iter().find(|(it, _)| *it == index);
        found.map(|(_, value)| value.clone())
    };
    let text = |name: &str| value(name).map(|it| Rc::from(convert::to_text(&it)));
    let switch = |name: &str| value(name).map(|it| convert::to_bool(&it));
    Common {
        error_action: text("ErrorAction"),
        warning_action: text("WarningAction"),
        information_action: text("InformationAction"),
        error_variable: text("ErrorVariable"),
        warning_variable: text("WarningVariable"),
        out_variable: text("OutVariable"),
        pipeline_variable: text("PipelineVariable"),
        verbose: switch("Verbose"),
        debug: switch("Debug"),
        what_if: switch("WhatIf"),
        confirm: switch("Confirm"),
    }
}

/// Whether a path is that of a script, or of a module made of one.
pub(crate) fn is_module_file(path: &str) -> bool {
    let ends = |end: &str| {
        let from = path.len().checked_sub(end.len());
        from.and_then(|at| path.get(at..))
            .is_some_and(|it| it.eq_ignore_ascii_case(end))
    };
    ends(".ps1") || ends(".psm1")
}

/// Whether a command takes its arguments as words, as programs do.
pub(crate) fn is_native(command: &Command) -> bool {
    matches!(command.parameters.as_slice(), [only] if only.remaining) && !command.name.contains('-')
}

/// Arguments as the words they were written as.
fn as_words(given: Vec<Given>) -> Vec<Given> {
    let mut words = Vec::new();
    for argument in given {
        match argument {
            Given::Named { name, value, .. } => {
                let mut word = format!("-{name}");
                if let Some((value, raw)) = value {
                    word.push(':');
                    word.push_str(raw.as_deref().unwrap_or(&convert::to_text(&value)));
                }
                words.push(Given::Value(Value::from(word), None));
            }
            Given::Value(_, Some(raw)) => words.push(Given::Value(Value::Text(raw), None)),
            // `a,b` is one word to a program.
            Given::Value(Value::Array(array), None) => {
                let parts: Vec<String> = array.borrow().iter().map(convert::to_text).collect();
                words.push(Given::Value(Value::from(parts.join(",")), None));
            }
            given @ Given::Value(_, None) => words.push(given),
        }
    }
    words
}

/// A command that is nowhere.
pub(crate) fn not_a_command(name: &str) -> ErrorRecord {
    let message = format!(
        "The term '{name}' is not recognized as the name of a cmdlet, function, script file, or \
         operable program. Check the spelling of the name, or if a path was included, verify that \
         the path is correct and try again."
    );
    let mut record = ErrorRecord::new(
        message,
        "System.Management.Automation.CommandNotFoundException",
        "CommandNotFoundException",
        Category::ObjectNotFound,
    );
    record
        .properties
        .push((Rc::from("CommandName"), Value::text(name)));
    record.about(Value::text(name))
}

/// The text of a script, whatever its encoding.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], big: bool| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|it| {
                if big {
                    u16::from_be_bytes([it[0], it[1]])
                } else {
                    u16::from_le_bytes([it[0], it[1]])
                }
            })
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, false),
        [0xfe, 0xff, rest @ ..] => wide(rest, true),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        other => String::from_utf8_lossy(other).into_owned(),
    }
}
