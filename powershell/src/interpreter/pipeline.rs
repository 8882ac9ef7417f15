//! Pipelines: objects go from one command to the next as they come.

use std::rc::Rc;

use super::Interpreter;
use super::binding::Binding;
use super::call::CallContext;
use super::functions::FunctionStage;
use super::outlet::Muted;
use super::redirect::Direction;
use super::scope::Scope;
use crate::command::{Cmdlet, Command, Impact};
use crate::error::{Outcome, Position, Unwind};
use crate::syntax::Source;
use crate::syntax::ast::{Element, ElementKind, Pipeline};
use crate::value::Value;

/// Where objects go.
pub(crate) trait Sink {
    /// Takes one object as it is.
    fn put(&mut self, it: &mut Interpreter<'_>, value: Value) -> Outcome;
}

impl Sink for Vec<Value> {
    fn put(&mut self, it: &mut Interpreter<'_>, value: Value) -> Outcome {
        it.memory += 48;
        self.push(value);
        Ok(())
    }
}

/// The parameters that every cmdlet has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Common {
    pub(crate) error_action: Option<Rc<str>>,
    pub(crate) warning_action: Option<Rc<str>>,
    pub(crate) information_action: Option<Rc<str>>,
    pub(crate) error_variable: Option<Rc<str>>,
    pub(crate) warning_variable: Option<Rc<str>>,
    pub(crate) out_variable: Option<Rc<str>>,
    pub(crate) pipeline_variable: Option<Rc<str>>,
    pub(crate) verbose: Option<bool>,
    pub(crate) debug: Option<bool>,
    pub(crate) what_if: Option<bool>,
    pub(crate) confirm: Option<bool>,
}

/// What is known of a command in a pipeline from the beginning.
#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) name: Rc<str>,
    pub(crate) class: Rc<str>,
    pub(crate) position: Position,
    pub(crate) caller: Rc<Scope>,
    pub(crate) source: Rc<Source>,
    pub(crate) common: Common,
    pub(crate) impact: Option<Impact>,
    /// The text as it was called, for `$MyInvocation.Line`.
    pub(crate) invocation: Rc<str>,
}

/// What runs.
pub(crate) enum Runner {
    Cmdlet(Rc<Command>, Option<Box<dyn Cmdlet>>),
    Function(Box<FunctionStage>),
}

/// One command of a pipeline that runs.
pub(crate) struct Stage {
    pub(crate) meta: Rc<Meta>,
    pub(crate) runner: Runner,
    pub(crate) binding: Binding,
    pub(crate) begun: bool,
    /// Whether objects come down the pipeline.
    pub(crate) piped: bool,
    pub(crate) input: Option<Value>,
    pub(crate) failed: bool,
    /// The pipeline it is in.
    pub(crate) pipeline: u64,
    /// The streams that are redirected, and where to.
    pub(crate) redirected: Vec<(u8, Direction)>,
}

/// The rest of a pipeline as a sink.
pub(crate) struct Chain<'a> {
    pub(crate) stages: &'a mut [Stage],
    pub(crate) out: &'a mut dyn Sink,
    pub(crate) meta: Rc<Meta>,
    /// How many redirections were there before those of the command.
    pub(crate) base: usize,
}

impl Sink for Chain<'_> {
    fn put(&mut self, it: &mut Interpreter<'_>, value: Value) -> Outcome {
        it.emit(self, value)
    }
}

impl Interpreter<'_> {
    /// Hands on what a command wrote. Its redirections are not those of the next.
    pub(crate) fn emit(&mut self, chain: &mut Chain<'_>, value: Value) -> Outcome {
        let meta = Rc::clone(&chain.meta);
        if let Some(name) = &meta.common.out_variable {
            self.append_variable(&meta.caller, name, value.clone());
        }
        if let Some(name) = &meta.common.pipeline_variable {
            meta.caller.set(name, value.clone());
        }
        if self.outlet.muted.len() <= chain.base {
            return self.feed(chain.stages, value, chain.out);
        }
        let mut mine = self.outlet.muted.split_off(chain.base);
        let mut outcome = Ok(());
        let kept: Vec<Value> = mine
            .iter_mut()
            .filter_map(|it| it.kept.as_mut().map(std::mem::take))
            .flatten()
            .collect();
        for value in kept.into_iter().chain([value]) {
            outcome = outcome.and_then(|()| self.feed(chain.stages, value, chain.out));
        }
        self.outlet.muted.extend(mine);
        outcome
    }

    /// Sets the redirections of a command up for a while.
    pub(crate) fn push_redirects(&mut self, stage: &Stage) -> usize {
        let base = self.outlet.muted.len();
        for (stream, direction) in &stage.redirected {
            self.outlet.muted.push(Muted::new(*stream, direction));
        }
        base
    }

    /// Ends the redirections of a command, and hands on what was merged into its output.
    pub(crate) fn pop_redirects(&mut self, chain: &mut Chain<'_>) -> Outcome {
        if self.outlet.muted.len() <= chain.base {
            return Ok(());
        }
        let mine = self.outlet.muted.split_off(chain.base);
        for value in mine.into_iter().filter_map(|it| it.kept).flatten() {
            self.feed(chain.stages, value, chain.out)?;
        }
        Ok(())
    }

    /// Hands an object to the next command, or out of the pipeline.
    pub(crate) fn feed(
        &mut self,
        stages: &mut [Stage],
        value: Value,
        out: &mut dyn Sink,
    ) -> Outcome {
        if stages.is_empty() {
            return out.put(self, value);
        }
        self.process_stage(stages, Some(value), out)
    }

    /// Runs a pipeline of a script.
    pub(crate) fn pipeline(&mut self, pipeline: &Pipeline, out: &mut dyn Sink) -> Outcome {
        let [first, others @ ..] = pipeline.elements.as_slice() else {
            return Ok(());
        };
        if let ElementKind::Expression(expression) = &first.kind {
            let frame = self.redirect(&first.redirections, out)?;
            let value = self.piped(expression);
            let value = self.located(value, first.span);
            let restored = self.end_redirect(frame, out);
            let value = value?.unwrap_or_else(|| Value::array([]));
            restored?;
            self.success = true;
            if others.is_empty() {
                if super::expressions::is_silent(expression) {
                    return Ok(());
                }
                let to_file = self.file_redirect(&first.redirections)?;
                if let Some(mut sink) = to_file {
                    self.put_all(value, &mut sink)?;
                    return sink.finish(self);
                }
                return self.put_all(value, out);
            }
            return self.run_elements(others, Some(value), out);
        }
        self.run_elements(&pipeline.elements, None, out)
    }

    /// Runs the commands of a pipeline, with the output of the last one where it is redirected to.
    fn run_elements(
        &mut self,
        elements: &[Element],
        first: Option<Value>,
        out: &mut dyn Sink,
    ) -> Outcome {
        let mut stages = self.stages(elements, first.is_some())?;
        let redirections = elements.last().map_or(&[][..], |it| &it.redirections);
        let outcome = match self.file_redirect(redirections)? {
            Some(mut sink) => {
                let outcome = self.run_stages(&mut stages, first, &mut sink);
                sink.finish(self)?;
                outcome
            }
            None => self.run_stages(&mut stages, first, out),
        };
        let directions = stages.iter().flat_map(|it| &it.redirected);
        for (_, direction) in directions {
            if let Direction::File(file) = direction {
                self.write_target(file)?;
            }
        }
        outcome
    }

    /// Writes a value as a pipeline does: arrays one by one.
    pub(crate) fn put_all(&mut self, value: Value, out: &mut dyn Sink) -> Outcome {
        match value {
            Value::Array(_) | Value::Bytes(_) => {
                for item in value.enumerate() {
                    out.put(self, item)?;
                }
                Ok(())
            }
            other => out.put(self, other),
        }
    }

    /// Runs commands of a pipeline from beginning to end.
    pub(crate) fn run_stages(
        &mut self,
        stages: &mut [Stage],
        first: Option<Value>,
        out: &mut dyn Sink,
    ) -> Outcome {
        if self.depth >= self.limits.depth {
            return Err(Unwind::Stopped(crate::error::Stop::Depth(
                self.limits.depth,
            )));
        }
        self.depth += 1;
        self.pipelines += 1;
        let id = self.pipelines;
        for stage in stages.iter_mut() {
            stage.pipeline = id;
        }
        let ran = self.run_stages_of(stages, first, out, id);
        self.depth -= 1;
        for stage in stages.iter_mut() {
            self.leave_stage(stage);
        }
        ran?;
        self.success = !stages.iter().any(|stage| stage.failed);
        Ok(())
    }

    fn run_stages_of(
        &mut self,
        stages: &mut [Stage],
        first: Option<Value>,
        out: &mut dyn Sink,
        id: u64,
    ) -> Outcome {
        for index in 0..stages.len() {
            self.begin_stage(&mut stages[index..], out)?;
        }
        let fed = match first {
            Some(value) => self.feed_all(stages, value, out),
            None => self.process_stage(stages, None, out),
        };
        let mut from = 0;
        match fed {
            Err(Unwind::PipelineDone(done)) if done == id => {
                from = stages.len().saturating_sub(self.done_left);
            }
            other => other?,
        }
        for index in from..stages.len() {
            match self.end_stage(&mut stages[index..], out) {
                Err(Unwind::PipelineDone(done)) if done == id => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn feed_all(&mut self, stages: &mut [Stage], value: Value, out: &mut dyn Sink) -> Outcome {
        for value in self.enumerated(&value) {
            self.feed(stages, value, out)?;
        }
        Ok(())
    }

    /// Makes sure that a command has begun.
    pub(crate) fn begin_stage(&mut self, stages: &mut [Stage], out: &mut dyn Sink) -> Outcome {
        let Some((stage, rest)) = stages.split_first_mut() else {
            return Ok(());
        };
        if stage.begun {
            return Ok(());
        }
        stage.begun = true;
        if matches!(stage.runner, Runner::Function(_)) {
            return self.begin_function(stage, rest, out);
        }
        self.with_cmdlet(stage, rest, out, |cmdlet, call| cmdlet.begin(call))
    }

    /// Gives a command an object, or lets it run without one.
    fn process_stage(
        &mut self,
        stages: &mut [Stage],
        input: Option<Value>,
        out: &mut dyn Sink,
    ) -> Outcome {
        self.begin_stage(stages, out)?;
        let Some((stage, rest)) = stages.split_first_mut() else {
            return Ok(());
        };
        if stage.piped != input.is_some() {
            return Ok(());
        }
        if let Some(value) = &input
            && !self.bind_input(stage, value)?
        {
            return Ok(());
        }
        stage.input = input;
        if matches!(stage.runner, Runner::Function(_)) {
            return self.process_function(stage, rest, out);
        }
        self.with_cmdlet(stage, rest, out, |cmdlet, call| cmdlet.process(call))
    }

    fn end_stage(&mut self, stages: &mut [Stage], out: &mut dyn Sink) -> Outcome {
        let Some((stage, rest)) = stages.split_first_mut() else {
            return Ok(());
        };
        stage.input = None;
        if matches!(stage.runner, Runner::Function(_)) {
            return self.end_function(stage, rest, out);
        }
        self.with_cmdlet(stage, rest, out, |cmdlet, call| cmdlet.end(call))
    }

    /// Runs a part of a cmdlet in the scope of its caller.
    fn with_cmdlet(
        &mut self,
        stage: &mut Stage,
        rest: &mut [Stage],
        out: &mut dyn Sink,
        run: impl FnOnce(&mut dyn Cmdlet, &mut CallContext<'_, '_>) -> Outcome,
    ) -> Outcome {
        let Runner::Cmdlet(command, cmdlet) = &mut stage.runner else {
            return Ok(());
        };
        let command = Rc::clone(command);
        let Some(mut cmdlet) = cmdlet.take() else {
            return Ok(());
        };
        let meta = Rc::clone(&stage.meta);
        let scope = std::mem::replace(&mut self.scope, Rc::clone(&meta.caller));
        let source = std::mem::replace(&mut self.source, Rc::clone(&meta.source));
        let left = rest.len() + 1;
        let base = self.push_redirects(stage);
        let outcome = {
            let chain = Chain {
                stages: rest,
                out,
                meta: Rc::clone(&meta),
                base,
            };
            let mut context = CallContext {
                it: self,
                command: &command,
                stage,
                chain,
            };
            let outcome = run(&mut *cmdlet, &mut context);
            let CallContext { it, mut chain, .. } = context;
            let popped = it.pop_redirects(&mut chain);
            outcome.and(popped)
        };
        self.scope = scope;
        self.source = source;
        if let Runner::Cmdlet(_, place) = &mut stage.runner {
            *place = Some(cmdlet);
        }
        match outcome {
            Err(Unwind::PipelineDone(0)) => {
                self.done_left = left;
                Err(Unwind::PipelineDone(stage.pipeline))
            }
            Err(Unwind::Error(record)) => {
                stage.failed = true;
                let record = if record.position.is_none() {
                    Rc::new(self.labelled(&record, &meta))
                } else {
                    record
                };
                self.keep_in_variable(&meta, &record);
                Err(Unwind::Error(record))
            }
            other => other,
        }
    }
}
