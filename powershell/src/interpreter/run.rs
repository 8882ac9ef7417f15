//! How scripts and lines are run, and how they end.

use std::rc::Rc;

use super::Interpreter;
use super::binding::Given;
use super::block::BlockBody;
use super::functions::FunctionCall;
use super::pipeline::Sink;
use crate::error::{ErrorRecord, Outcome, Position, Stop, Unwind};
use crate::host::{Host, Stream};
use crate::syntax::{Source, parse};
use crate::value::{Property, Value};

/// How a script ended.
#[derive(Debug, Clone)]
pub enum Ended {
    /// At its end, or with `exit`.
    Done(i32),
    /// With an error that nobody caught. It has been shown.
    Failed(Rc<ErrorRecord>),
    /// From outside. Nothing has been shown.
    Stopped(Stop),
}

impl Ended {
    /// The exit code of `powershell.exe -File`.
    pub const fn code(&self) -> i32 {
        match self {
            Self::Done(code) => *code,
            Self::Failed(_) | Self::Stopped(_) => 1,
        }
    }
}

/// An argument of a script.
#[derive(Debug, Clone)]
pub enum Parameter {
    /// A value without a name.
    Value(Value),
    /// `-Name value`; `None` for a switch.
    Named(Rc<str>, Option<Value>),
}

/// What reaches the end of all pipelines is shown.
struct Console;

impl Sink for Console {
    fn put(&mut self, it: &mut Interpreter<'_>, value: Value) -> Outcome {
        let value = it.computed(value)?;
        it.outlet.show(value);
        Ok(())
    }
}

/// The place of what was typed at a prompt.
fn typed(text: &str) -> Position {
    Position {
        line: 1,
        column: 1,
        text: Rc::from(text),
        span: 0..text.len(),
        ..Position::default()
    }
}

impl Interpreter<'_> {
    /// Runs a script as `powershell.exe -File` does, and shows what it writes.
    pub fn run_script(&mut self, file: &str, text: &str, arguments: Vec<Parameter>) -> Ended {
        let source = Rc::new(Source::new(file, text));
        let block = match parse(&source) {
            Ok(block) => block,
            Err(error) => return self.not_parsed(&source, &error),
        };
        let name = file.rsplit(['\\', '/']).next().unwrap_or(file);
        let body = Rc::new(BlockBody {
            block,
            source,
            scope: None,
        });
        let given = arguments.into_iter().map(|it| match it {
            Parameter::Value(value) => Given::Value(value, None),
            Parameter::Named(name, value) => Given::Named {
                name,
                value: value.map(|value| (value, None)),
                position: None,
            },
        });
        let call = FunctionCall {
            given: given.collect(),
            is_script: true,
            invocation: Rc::from(file),
            // As if it were called at a prompt.
            position: typed(&format!(".\\{name}")),
            ..FunctionCall::default()
        };
        let stage = self.function_stage(&Rc::from(name), &body, call);
        let outcome = stage.and_then(|stage| self.run_stages(&mut [stage], None, &mut Console));
        self.ended(outcome)
    }

    /// Runs what was typed at a prompt, and shows what it writes.
    pub fn run_line(&mut self, text: &str) -> Ended {
        let source = Rc::new(Source::new("", text));
        let block = match parse(&source) {
            Ok(block) => block,
            Err(error) => return self.not_parsed(&source, &error),
        };
        self.source = source;
        self.scope = Rc::clone(&self.global);
        let mut outcome = self.declare_types(&block);
        for part in [&block.begin, &block.process, &block.end]
            .into_iter()
            .flatten()
        {
            outcome = outcome.and_then(|()| self.statements(part, &mut Console));
        }
        self.ended(outcome)
    }

    /// Runs a text and returns what it writes instead of showing it.
    pub fn evaluate(&mut self, text: &str) -> Outcome<Vec<Value>> {
        let source = Rc::new(Source::new("", text));
        let block = parse(&source).map_err(|error| {
            let mut record = self.parse_error(&error);
            record.position = Some(source.position(error.span));
            Unwind::from(record)
        })?;
        self.source = source;
        self.declare_types(&block)?;
        let mut written: Vec<Value> = Vec::new();
        for part in [&block.begin, &block.process, &block.end]
            .into_iter()
            .flatten()
        {
            self.statements(part, &mut written)?;
        }
        Ok(written)
    }

    fn not_parsed(&mut self, source: &Source, error: &crate::syntax::ParseError) -> Ended {
        let mut record = self.parse_error(error);
        record.position = Some(source.position(error.span));
        let record = Rc::new(record);
        if error.not_simulated {
            return Ended::Stopped(Stop::NotSimulated(error.message.clone()));
        }
        self.remember(&record);
        self.show_error(&record);
        self.outlet.flush();
        Ended::Failed(record)
    }

    fn ended(&mut self, outcome: Outcome) -> Ended {
        let ended = match outcome {
            Ok(())
            | Err(
                Unwind::Return | Unwind::Break(_) | Unwind::Continue(_) | Unwind::PipelineDone(_),
            ) => Ended::Done(0),
            Err(Unwind::Exit(code)) => Ended::Done(code),
            Err(Unwind::Stopped(stop)) => Ended::Stopped(stop),
            Err(Unwind::Error(record)) => {
                self.remember(&record);
                self.success = false;
                self.show_error(&record);
                Ended::Failed(record)
            }
        };
        self.outlet.flush();
        self.scope = Rc::clone(&self.global);
        self.frames.clear();
        self.trying = 0;
        self.depth = 0;
        self.in_method = false;
        self.returned = None;
        self.stopping = None;
        self.outlet.muted.clear();
        ended
    }

    /// An object with its computed properties computed, to be shown later.
    fn computed(&mut self, value: Value) -> Outcome<Value> {
        let Value::Object(object) = &value else {
            return Ok(value);
        };
        if let Some(node) = crate::types::xml::node_of(object) {
            return Ok(crate::types::xml::shown(node));
        }
        let blocks: Vec<_> = object
            .properties()
            .iter()
            .filter_map(|(name, property)| match property {
                Property::Script(block) => Some((Rc::clone(name), block.clone())),
                _ => None,
            })
            .collect();
        if blocks.is_empty() {
            return Ok(value);
        }
        let mut values = Vec::new();
        for (name, block) in blocks {
            let found = self.run_method(&block, &value, &[])?;
            values.push((name, found));
        }
        Ok(super::outlet::with_values(object, values))
    }

    /// Shows a line of the session itself.
    pub fn say(&mut self, text: &str) {
        self.outlet.write(Stream::Information, text, None);
    }
}
