//! Functions, scripts and script blocks that run.

mod special;

pub(crate) use special::typed;

mod native;

use native::on_windows;

use std::rc::Rc;

use super::binding::{Callee, Given};
use super::block::BlockBody;
use super::formals::{SWITCH, Traits};
use super::pipeline::{Chain, Common, Meta, Runner, Sink, Stage};
use super::scope::{Scope, Slot};
use super::{Frame, Interpreter};
use crate::error::{Outcome, Unwind};
use crate::syntax::Span;
use crate::syntax::ast::Body;
use crate::value::{Object, ScriptBlock, Table, Value};

/// A function, a script or a script block as a stage of a pipeline.
pub(crate) struct FunctionStage {
    pub(crate) body: Rc<BlockBody>,
    pub(crate) name: Rc<str>,
    pub(crate) is_script: bool,
    /// Whether it runs in the scope of its caller (`.`).
    pub(crate) dotted: bool,
    pub(crate) traits: Traits,
    pub(crate) scope: Option<Rc<Scope>>,
    pub(crate) collected: Vec<Value>,
    pub(crate) is_done: bool,
}

/// Which of the named blocks.
#[derive(Clone, Copy)]
enum Part {
    Begin,
    Process,
    End,
}

impl Interpreter<'_> {
    /// A stage that runs a function, a script or a block.
    pub(crate) fn function_stage(
        &mut self,
        name: &Rc<str>,
        body: &Rc<BlockBody>,
        call: FunctionCall,
    ) -> Outcome<Stage> {
        let source = std::mem::replace(&mut self.source, Rc::clone(&body.source));
        let formals = self.formals(&body.block);
        self.source = source;
        let (formals, traits) = formals?;
        let callee = Callee {
            name: Rc::clone(name),
            class: Rc::clone(name),
            is_cmdlet: false,
            advanced: traits.advanced,
            default_set: traits.default_set.clone(),
            position: call.position.clone(),
        };
        let binding = self.bind(callee, Rc::new(formals), call.given, call.piped)?;
        let meta = Meta {
            name: Rc::clone(name),
            class: Rc::clone(name),
            position: call.position,
            caller: Rc::clone(&self.scope),
            source: Rc::clone(&self.source),
            common: super::commands::common_of(&binding),
            impact: traits.impact,
            invocation: call.invocation,
        };
        let function = FunctionStage {
            body: Rc::clone(body),
            name: Rc::clone(name),
            is_script: call.is_script,
            dotted: call.dotted,
            traits,
            scope: None,
            collected: Vec::new(),
            is_done: false,
        };
        Ok(Stage {
            meta: Rc::new(meta),
            runner: Runner::Function(Box::new(function)),
            binding,
            begun: false,
            piped: call.piped,
            input: None,
            failed: false,
            pipeline: 0,
            redirected: Vec::new(),
        })
    }

    /// Makes the scope of a function, and runs its `begin`.
    pub(crate) fn begin_function(
        &mut self,
        stage: &mut Stage,
        rest: &mut [Stage],
        out: &mut dyn Sink,
    ) -> Outcome {
        let Runner::Function(function) = &mut stage.runner else {
            return Ok(());
        };
        let caller = &stage.meta.caller;
        let around = function.body.scope.as_ref().unwrap_or(caller);
        let scope = if function.dotted {
            Rc::clone(caller)
        } else {
            Scope::child(around, function.is_script)
        };
        function.scope = Some(Rc::clone(&scope));
        let body = Rc::clone(&function.body);
        let meta = Rc::clone(&stage.meta);
        self.set_parameters(stage, &scope, &body, &meta)?;
        if body.block.begin.is_some() {
            return self.run_part(stage, rest, out, Part::Begin);
        }
        Ok(())
    }

    fn set_parameters(
        &mut self,
        stage: &Stage,
        scope: &Rc<Scope>,
        body: &Rc<BlockBody>,
        meta: &Rc<Meta>,
    ) -> Outcome {
        let Runner::Function(function) = &stage.runner else {
            return Ok(());
        };
        let binding = &stage.binding;
        let bound = Table::new(false);
        for (index, value) in &binding.bound {
            let formal = &binding.formals[*index];
            let value_shown = value.clone();
            bound.set(Value::Text(Rc::clone(&formal.name)), value_shown);
        }
        scope.set("args", Value::array(binding.rest.clone()));
        scope.set("PSBoundParameters", Value::Table(bound));
        scope.set("MyInvocation", self.my_invocation(function, meta));
        scope.set("input", Value::array([]));
        if function.is_script || !body.source.file.is_empty() {
            let file = on_windows(&body.source.file);
            let folder = match file.rsplit_once('\\') {
                // The root keeps its backslash.
                Some((folder, _)) if folder.ends_with(':') => format!("{folder}\\"),
                Some((folder, _)) => folder.to_owned(),
                None => String::new(),
            };
            scope.set("PSCommandPath", Value::from(file));
            scope.set("PSScriptRoot", Value::from(folder));
        }
        if function.traits.advanced {
            let cmdlet = self.cmdlet_object(meta, &binding.set);
            scope.set("PSCmdlet", cmdlet);
        }
        apply_common(scope, &meta.common);
        let outer = std::mem::replace(&mut self.scope, Rc::clone(scope));
        let source = std::mem::replace(&mut self.source, Rc::clone(&body.source));
        let mut outcome = if function.is_script || function.dotted {
            self.declare_types(&body.block)
        } else {
            Ok(())
        };
        for (index, parameter) in body.block.parameters.iter().enumerate() {
            let formal = &binding.formals[index];
            let given = binding.bound.iter().find(|(it, _)| *it == index);
            let value = match (given, &parameter.default) {
                (Some((_, value)), _) => Ok(value.clone()),
                (None, Some(default)) => self.expression(default).and_then(|value| {
                    let is_plain = &*formal.kind == "System.Object" || &*formal.kind == SWITCH;
                    if is_plain {
                        return Ok(value);
                    }
                    Ok(self.cast_value(&value, &formal.kind)?)
                }),
                (None, None) => Ok(empty_of(&formal.kind)),
            };
            match value {
                Ok(value) => {
                    let is_typed = &*formal.kind != "System.Object";
                    let slot = Slot {
                        value,
                        kind: is_typed.then(|| Rc::clone(&formal.kind)),
                        fixed: false,
                        private: false,
                        nothing: false,
                        written: Rc::clone(&formal.name),
                    };
                    scope.put(&formal.name, slot);
                }
                Err(unwind) => {
                    outcome = self.located(Err(unwind), parameter.span);
                    break;
                }
            }
        }
        self.scope = outer;
        self.source = source;
        outcome
    }

    /// Gives a function an object, or runs its `process` once.
    pub(crate) fn process_function(
        &mut self,
        stage: &mut Stage,
        rest: &mut [Stage],
        out: &mut dyn Sink,
    ) -> Outcome {
        let input = stage.input.clone();
        let from_pipe: Vec<(Rc<str>, Value)> = stage
            .binding
            .from_pipe
            .iter()
            .filter_map(|index| {
                let name = Rc::clone(&stage.binding.formals[*index].name);
                stage.binding.value(&name).map(|value| (name, value))
            })
            .collect();
        let Runner::Function(function) = &mut stage.runner else {
            return Ok(());
        };
        let Some(scope) = function.scope.clone() else {
            return Ok(());
        };
        for (name, value) in from_pipe {
            if let Some(Value::Table(bound)) = scope.own("psboundparameters").map(|it| it.value) {
                bound.set(Value::Text(Rc::clone(&name)), value.clone());
            }
            scope.set(&name, value);
        }
        let has_process = function.body.block.process.is_some();
        if let Some(value) = input {
            if !has_process {
                function.collected.push(value);
                return Ok(());
            }
            scope.set("input", Value::array([value.clone()]));
            scope.set("_", value);
        }
        if has_process {
            return self.run_part(stage, rest, out, Part::Process);
        }
        Ok(())
    }

    pub(crate) fn end_function(
        &mut self,
        stage: &mut Stage,
        rest: &mut [Stage],
        out: &mut dyn Sink,
    ) -> Outcome {
        let Runner::Function(function) = &mut stage.runner else {
            return Ok(());
        };
        let collected = std::mem::take(&mut function.collected);
        if let Some(scope) = &function.scope
            && function.body.block.process.is_none()
            && stage.piped
        {
            scope.set("input", Value::array(collected));
        }
        if function.body.block.end.is_some() {
            return self.run_part(stage, rest, out, Part::End);
        }
        Ok(())
    }

    /// Runs one of the named blocks in the scope of the function.
    fn run_part(
        &mut self,
        stage: &mut Stage,
        rest: &mut [Stage],
        out: &mut dyn Sink,
        part: Part,
    ) -> Outcome {
        let meta = Rc::clone(&stage.meta);
        let Runner::Function(function) = &mut stage.runner else {
            return Ok(());
        };
        if function.is_done {
            return Ok(());
        }
        let body = Rc::clone(&function.body);
        let block = &body.block;
        let statements: Option<&Body> = match part {
            Part::Begin => block.begin.as_ref(),
            Part::Process => block.process.as_ref(),
            Part::End => block.end.as_ref(),
        };
        let (Some(statements), Some(scope)) = (statements, function.scope.clone()) else {
            return Ok(());
        };
        let is_script = function.is_script;
        let is_nested = !self.frames.is_empty();
        let frame = Frame {
            name: Rc::clone(&function.name),
            position: meta.position.clone(),
            is_script,
        };
        self.frames.push(frame);
        let outer = std::mem::replace(&mut self.scope, scope);
        let source = std::mem::replace(&mut self.source, Rc::clone(&body.source));
        let method = std::mem::replace(&mut self.in_method, false);
        let outcome = {
            let base = self.push_redirects(stage);
            let mut chain = Chain {
                stages: rest,
                out,
                meta,
                base,
            };
            let outcome = self.statements(statements, &mut chain);
            let popped = self.pop_redirects(&mut chain);
            outcome.and(popped)
        };
        self.scope = outer;
        self.source = source;
        self.in_method = method;
        self.frames.pop();
        match outcome {
            Err(Unwind::Return) => Ok(()),
            Err(Unwind::Exit(code)) if is_script && is_nested => {
                self.exit_code(code);
                if let Runner::Function(function) = &mut stage.runner {
                    function.is_done = true;
                }
                stage.failed |= code != 0;
                Ok(())
            }
            Err(Unwind::Error(record)) => {
                stage.failed = true;
                Err(Unwind::Error(record))
            }
            other => other,
        }
    }

    /// What is to be undone when a pipeline ends.
    pub(crate) fn leave_stage(&mut self, stage: &mut Stage) {
        if let Some(name) = &stage.meta.common.pipeline_variable {
            stage.meta.caller.unset(name);
        }
    }

    /// Runs a block for one object, in the scope that runs now, as `ForEach-Object` does.
    pub(crate) fn run_block(
        &mut self,
        block: &ScriptBlock,
        dollar: Option<Value>,
        arguments: &[Value],
    ) -> Outcome<Vec<Value>> {
        let Some(body) = BlockBody::of(block) else {
            return Ok(Vec::new());
        };
        if body.block.has_parameters || !arguments.is_empty() || body.scope.is_some() {
            return self.invoke_block(block, arguments, |scope| {
                if let Some(dollar) = dollar {
                    scope.set("_", dollar);
                }
            });
        }
        let source = std::mem::replace(&mut self.source, Rc::clone(&body.source));
        let method = std::mem::replace(&mut self.in_method, false);
        let mut written: Vec<Value> = Vec::new();
        let outcome = self.with_dollar(dollar, |it| {
            let parts = [&body.block.begin, &body.block.process, &body.block.end];
            for part in parts.into_iter().flatten() {
                it.statements(part, &mut written)?;
            }
            Ok(())
        });
        self.source = source;
        self.in_method = method;
        match outcome {
            Ok(()) | Err(Unwind::Return) => Ok(written),
            Err(other) => Err(other),
        }
    }

    /// Calls a block in a scope of its own.
    pub(crate) fn invoke_block(
        &mut self,
        block: &ScriptBlock,
        arguments: &[Value],
        prepare: impl FnOnce(&Scope),
    ) -> Outcome<Vec<Value>> {
        let Some(body) = BlockBody::of(block) else {
            return Ok(Vec::new());
        };
        let scope = Scope::child(&self.scope, false);
        prepare(&scope);
        let outer = std::mem::replace(&mut self.scope, scope);
        let given = arguments
            .iter()
            .map(|it| Given::Value(it.clone(), None))
            .collect();
        let call = FunctionCall {
            given,
            position: self.source.position(Span::default()),
            ..FunctionCall::default()
        };
        let mut written: Vec<Value> = Vec::new();
        let stage = self.function_stage(&Rc::from(""), &body, call);
        let outcome = stage.and_then(|stage| self.run_stages(&mut [stage], None, &mut written));
        self.scope = outer;
        outcome.map(|()| written)
    }

    /// A block that keeps the variables it sees now.
    pub(crate) fn closure(&self, block: &ScriptBlock) -> ScriptBlock {
        let Some(body) = BlockBody::of(block) else {
            return block.clone();
        };
        let scope = Scope::child(&self.scope, false);
        for name in self.scope.local_names() {
            if let Some(slot) = self.scope.own(&name) {
                scope.put(&name, slot);
            }
        }
        ScriptBlock {
            text: Rc::clone(&block.text),
            body: Rc::new(BlockBody {
                block: Rc::clone(&body.block),
                source: Rc::clone(&body.source),
                scope: Some(scope),
            }),
        }
    }

    fn my_invocation(&self, function: &FunctionStage, meta: &Meta) -> Value {
        let file = &*function.body.source.file;
        let mut command = vec![
            ("Name", Value::text(&*function.name)),
            (
                "CommandType",
                Value::text(if function.is_script {
                    "ExternalScript"
                } else {
                    "Function"
                }),
            ),
            (
                "Definition",
                Value::text(if function.is_script { file } else { "" }),
            ),
        ];
        if function.is_script {
            command.push(("Path", Value::text(file)));
            command.push(("Source", Value::text(file)));
        }
        let command = Object::typed(
            &["System.Management.Automation.CommandInfo", "System.Object"],
            command,
            Some(&function.name),
        );
        let members = [
            ("MyCommand", Value::Object(command)),
            ("InvocationName", Value::Text(Rc::clone(&meta.invocation))),
            ("Line", Value::Text(Rc::clone(&meta.position.text))),
            ("ScriptName", Value::Text(Rc::clone(&meta.position.file))),
            ("ScriptLineNumber", Value::Int(meta.position.line as i32)),
            ("OffsetInLine", Value::Int(meta.position.column as i32)),
            ("PSCommandPath", Value::text(&*meta.position.file)),
            ("ExpectingInput", Value::Bool(false)),
        ];
        let kinds = [
            "System.Management.Automation.InvocationInfo",
            "System.Object",
        ];
        Value::Object(Object::typed(&kinds, members, None))
    }
}

/// How a function is called.
#[derive(Default)]
pub(crate) struct FunctionCall {
    pub(crate) given: Vec<Given>,
    pub(crate) position: crate::error::Position,
    /// Where its name stands.
    pub(crate) name_position: crate::error::Position,
    pub(crate) piped: bool,
    pub(crate) dotted: bool,
    pub(crate) is_script: bool,
    pub(crate) invocation: Rc<str>,
}

/// What a parameter of a type is that was not given.
pub(crate) fn empty_of(kind: &str) -> Value {
    match kind {
        "System.String" => Value::text(""),
        "System.Int32" => Value::Int(0),
        "System.Int64" => Value::Long(0),
        "System.Double" | "System.Single" => Value::Double(0.0),
        "System.Decimal" => Value::Decimal(0.into()),
        "System.Boolean" | SWITCH => Value::Bool(false),
        "System.Guid" => Value::Guid(uuid::Uuid::nil()),
        _ => Value::Null,
    }
}

/// What the common parameters mean for the commands within a function.
fn apply_common(scope: &Scope, common: &Common) {
    if let Some(action) = &common.error_action {
        scope.set("ErrorActionPreference", Value::Text(Rc::clone(action)));
    }
    if let Some(action) = &common.warning_action {
        scope.set("WarningPreference", Value::Text(Rc::clone(action)));
    }
    if let Some(action) = &common.information_action {
        scope.set("InformationPreference", Value::Text(Rc::clone(action)));
    }
    let shown = |on: bool| Value::text(if on { "Continue" } else { "SilentlyContinue" });
    if let Some(on) = common.verbose {
        scope.set("VerbosePreference", shown(on));
    }
    if let Some(on) = common.debug {
        scope.set("DebugPreference", shown(on));
    }
    if let Some(on) = common.what_if {
        scope.set("WhatIfPreference", Value::Bool(on));
    }
    if let Some(on) = common.confirm {
        scope.set(
            "ConfirmPreference",
            Value::text(if on { "Low" } else { "None" }),
        );
    }
}
