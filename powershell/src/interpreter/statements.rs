//! Statements.

use std::rc::Rc;

use super::Interpreter;
use super::block::BlockBody;
use super::pipeline::Sink;
use super::scope::FunctionDefinition;
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Stop, Unwind};
use crate::operators;
use crate::syntax::Span;
use crate::syntax::ast::{
    Body, Expression, ExpressionKind, For, Foreach, Function, Matching, Statement, StatementKind,
    Switch, Try, While,
};
use crate::value::Value;

/// What a turn of a loop says about the next.
enum Turn {
    Next,
    Leave,
}

/// Takes `break` and `continue` that are meant for this loop.
fn turn(outcome: Outcome, label: Option<&Rc<str>>) -> Outcome<Turn> {
    let is_mine = |meant: &Option<Rc<str>>| match (meant, label) {
        (None, _) => true,
        (Some(meant), Some(label)) => meant.eq_ignore_ascii_case(label),
        (Some(_), None) => false,
    };
    match outcome {
        Ok(()) => Ok(Turn::Next),
        Err(Unwind::Break(meant)) if is_mine(&meant) => Ok(Turn::Leave),
        Err(Unwind::Continue(meant)) if is_mine(&meant) => Ok(Turn::Next),
        Err(unwind) => Err(unwind),
    }
}

impl Interpreter<'_> {
    /// Runs statements; an error that ends one of them is shown, and the next runs, unless
    /// somebody catches it.
    pub(crate) fn statements(&mut self, body: &[Statement], out: &mut dyn Sink) -> Outcome {
        for statement in body {
            let outcome = self.statement(statement, out);
            let Err(unwind) = outcome else { continue };
            let Unwind::Error(record) = unwind else {
                return Err(unwind);
            };
            let record = self.placed(record, statement.span);
            self.trap_or_report(body, record, out)?;
        }
        Ok(())
    }

    /// Deals with an error that ended a statement.
    fn trap_or_report(
        &mut self,
        body: &[Statement],
        record: Rc<ErrorRecord>,
        out: &mut dyn Sink,
    ) -> Outcome {
        for statement in body {
            let StatementKind::Trap(types, handler) = &statement.kind else {
                continue;
            };
            if !types.is_empty() && !self.catches(types, &record) {
                continue;
            }
            self.remember(&record);
            let ran = self.with_dollar(Some(Value::Error(Rc::clone(&record))), |it| {
                it.statements(handler, out)
            });
            match ran {
                Err(Unwind::Continue(None)) => return Ok(()),
                Err(Unwind::Break(None)) => return Err(Unwind::Error(record)),
                Err(other) => return Err(other),
                Ok(()) => {
                    self.show_error(&record);
                    return Ok(());
                }
            }
        }
        if self.trying > 0 || record.is_fatal || self.stops_on_error() {
            return Err(Unwind::Error(record));
        }
        self.success = false;
        self.report(&record);
        Ok(())
    }

    /// A step: limits, interruption, coverage.
    pub(crate) fn step(&mut self, span: Span) -> Outcome {
        self.count()?;
        let position = self.source.position(span);
        self.outlet.host.reached(&position);
        Ok(())
    }

    /// Counts a step, and looks at what may stop the script.
    pub(crate) fn count(&mut self) -> Outcome {
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(Unwind::Stopped(Stop::Steps(self.limits.steps)));
        }
        if self.memory > self.limits.memory {
            return Err(Unwind::Stopped(Stop::Memory(self.limits.memory)));
        }
        if let Some(stop) = self.stopping.take() {
            return Err(Unwind::Stopped(stop));
        }
        if self.outlet.host.is_interrupted() {
            return Err(Unwind::Stopped(Stop::Interrupted));
        }
        Ok(())
    }

    /// Runs a statement.
    pub(crate) fn statement(&mut self, statement: &Statement, out: &mut dyn Sink) -> Outcome {
        if !matches!(
            statement.kind,
            StatementKind::Function(_)
                | StatementKind::Trap(..)
                | StatementKind::Namespace(_)
                | StatementKind::Class(_)
                | StatementKind::Enumeration(_)
        ) {
            self.step(statement.span)?;
        }
        match &statement.kind {
            StatementKind::Pipeline(pipeline) => self.pipeline(pipeline, out),
            StatementKind::Chain(first, others) => self.chain(first, others, out),
            StatementKind::Assign(assign) => self.assign_statement(assign).map(|_| ()),
            StatementKind::If(clauses, otherwise) => {
                for (condition, body) in clauses {
                    if self.condition(condition)? {
                        return self.statements(body, out);
                    }
                }
                otherwise
                    .as_ref()
                    .map_or(Ok(()), |body| self.statements(body, out))
            }
            StatementKind::Switch(switch) => self.switch(switch, out),
            StatementKind::Foreach(foreach) => self.foreach(foreach, out),
            StatementKind::For(it) => self.for_loop(it, out),
            StatementKind::While(it) => self.while_loop(it, out),
            StatementKind::Break(label) => Err(Unwind::Break(self.label(label.as_ref())?)),
            StatementKind::Continue(label) => Err(Unwind::Continue(self.label(label.as_ref())?)),
            StatementKind::Return(value) => {
                if self.in_method {
                    self.returned = match value {
                        Some(value) => self.written(value)?,
                        None => None,
                    };
                } else if let Some(value) = value {
                    self.statement(value, out)?;
                }
                Err(Unwind::Return)
            }
            StatementKind::Exit(value) => {
                let value = match value {
                    Some(value) => self.value_of(value)?,
                    None => Value::Int(0),
                };
                let code = match convert::cast(&value, "System.Int32") {
                    Ok(Value::Int(code)) => code,
                    _ => 0,
                };
                Err(Unwind::Exit(code))
            }
            StatementKind::Throw(value) => {
                let value = value
                    .as_ref()
                    .map(|value| self.value_of(value))
                    .transpose()?;
                let record = self.thrown(value);
                Err(Unwind::Error(self.placed(Rc::new(record), statement.span)))
            }
            StatementKind::Try(it) => self.try_statement(it, out),
            StatementKind::Trap(..) => Ok(()),
            StatementKind::Function(function) => {
                self.define(function);
                Ok(())
            }
            StatementKind::Namespace(name) => {
                self.namespaces.push(name.to_string());
                Ok(())
            }
            kind @ (StatementKind::Class(_) | StatementKind::Enumeration(_)) => {
                self.declare_type(kind)
            }
        }
    }

    pub(crate) fn define(&mut self, function: &Function) {
        let (scope, name) = match function.name.split_once(':') {
            Some((scope, name)) => (scope.to_ascii_lowercase(), name),
            None => (String::new(), &*function.name),
        };
        let definition = FunctionDefinition {
            name: Rc::from(name),
            body: Rc::new(BlockBody {
                block: Rc::clone(&function.body),
                source: Rc::clone(&self.source),
                scope: None,
            }),
        };
        match scope.as_str() {
            "global" => self.scope.global().define(definition),
            "script" => self.scope.script().define(definition),
            _ => self.scope.define(definition),
        }
    }

    fn chain(
        &mut self,
        first: &Statement,
        others: &[(bool, Statement)],
        out: &mut dyn Sink,
    ) -> Outcome {
        self.statement(first, out)?;
        for (is_and, other) in others {
            if self.success == *is_and {
                self.statement(other, out)?;
            }
        }
        Ok(())
    }

    /// Whether a condition holds.
    fn condition(&mut self, condition: &Statement) -> Outcome<bool> {
        let value = self.value_of(condition);
        let value = self.located(value, condition.span)?;
        Ok(convert::to_bool(&value))
    }

    /// The value of a statement: everything it writes.
    pub(crate) fn value_of(&mut self, statement: &Statement) -> Outcome<Value> {
        self.written(statement).map(Option::unwrap_or_default)
    }

    fn label(&mut self, label: Option<&Expression>) -> Outcome<Option<Rc<str>>> {
        let Some(label) = label else { return Ok(None) };
        if let ExpressionKind::Text(text, _) = &label.kind {
            return Ok(Some(Rc::clone(text)));
        }
        let value = self.expression(label)?;
        Ok(Some(Rc::from(self.text(&value))))
    }

    fn foreach(&mut self, foreach: &Foreach, out: &mut dyn Sink) -> Outcome {
        let subject = self.value_of(&foreach.subject);
        let subject = self.located(subject, foreach.subject.span)?;
        if subject.is_null() {
            return Ok(());
        }
        // Lists notice when they are changed under an enumerator.
        let list = match &subject {
            Value::Array(array) if array.grows() => Some((array, array.borrow().len())),
            _ => None,
        };
        for value in self.enumerated(&subject) {
            self.count()?;
            self.set(&foreach.variable, value)?;
            let outcome = self.statements(&foreach.body, out);
            if let Turn::Leave = turn(outcome, foreach.label.as_ref())? {
                break;
            }
            if list.is_some_and(|(array, length)| array.borrow().len() != length) {
                let mut record = ErrorRecord::new(
                    "Collection was modified; enumeration operation may not execute.",
                    "System.InvalidOperationException",
                    "System.InvalidOperationException",
                    Category::OperationStopped,
                );
                record.position = Some(self.source.position(foreach.subject.span));
                return Err(record.into());
            }
        }
        Ok(())
    }

    fn for_loop(&mut self, it: &For, out: &mut dyn Sink) -> Outcome {
        if let Some(first) = &it.first {
            self.value_of(first)?;
        }
        loop {
            if let Some(condition) = &it.condition
                && !self.condition(condition)?
            {
                return Ok(());
            }
            self.count()?;
            let outcome = self.statements(&it.body, out);
            if let Turn::Leave = turn(outcome, it.label.as_ref())? {
                return Ok(());
            }
            if let Some(step) = &it.step {
                self.value_of(step)?;
            }
        }
    }

    fn while_loop(&mut self, it: &While, out: &mut dyn Sink) -> Outcome {
        let mut skip = it.body_first;
        loop {
            if !skip && self.condition(&it.condition)? == it.until {
                return Ok(());
            }
            skip = false;
            self.count()?;
            let outcome = self.statements(&it.body, out);
            if let Turn::Leave = turn(outcome, it.label.as_ref())? {
                return Ok(());
            }
        }
    }

    fn switch(&mut self, switch: &Switch, out: &mut dyn Sink) -> Outcome {
        let subject = self.value_of(&switch.subject);
        let subject = self.located(subject, switch.subject.span)?;
        let subjects = match &subject {
            Value::Null => vec![Value::Null],
            other => self.enumerated(other),
        };
        let before = self.scope.own("_");
        let outcome = self.switch_all(switch, subjects, out);
        match before {
            Some(slot) => self.scope.put("_", slot),
            None => {
                self.scope.unset("_");
            }
        }
        outcome
    }

    fn switch_all(&mut self, switch: &Switch, subjects: Vec<Value>, out: &mut dyn Sink) -> Outcome {
        for subject in subjects {
            self.scope.set("_", subject.clone());
            let mut found = false;
            let mut outcome = Ok(());
            for (condition, body) in &switch.cases {
                if self.case_holds(switch, condition, &subject)? {
                    found = true;
                    outcome = self.statements(body, out);
                    if outcome.is_err() {
                        break;
                    }
                }
            }
            if let (false, Some(body)) = (found, &switch.default) {
                outcome = self.statements(body, out);
            }
            if let Turn::Leave = turn(outcome, switch.label.as_ref())? {
                break;
            }
        }
        Ok(())
    }

    fn case_holds(
        &mut self,
        switch: &Switch,
        condition: &Expression,
        subject: &Value,
    ) -> Outcome<bool> {
        let value = self.expression(condition)?;
        if let Value::Block(block) = &value {
            let written = self.run_block(block, Some(subject.clone()), &[])?;
            return Ok(convert::to_bool(&Value::collected(written)));
        }
        let case = switch.case_sensitive;
        Ok(match switch.matching {
            Matching::Exact => convert::equals_case(subject, &value, case),
            Matching::Wildcard => {
                operators::wildcard(&self.text(&value), &self.text(subject), case)
            }
            Matching::Regex => {
                let pattern = self.text(&value);
                let found = operators::matches(&pattern, &self.text(subject), case)?;
                if let Some(found) = &found {
                    self.scope.set("Matches", found.clone());
                }
                found.is_some()
            }
        })
    }

    fn try_statement(&mut self, it: &Try, out: &mut dyn Sink) -> Outcome {
        let catches = !it.catches.is_empty();
        self.trying += u32::from(catches);
        let outcome = self.statements(&it.body, out);
        self.trying -= u32::from(catches);
        let outcome = match outcome {
            Err(Unwind::Error(record)) if catches => self.catch(it, record, out),
            other => other,
        };
        let Some(finally) = &it.finally else {
            return outcome;
        };
        let success = self.success;
        self.statements(finally, out)?;
        self.success = success;
        outcome
    }

    fn catch(&mut self, it: &Try, record: Rc<ErrorRecord>, out: &mut dyn Sink) -> Outcome {
        let mut best: Option<(usize, &Body)> = None;
        for (types, body) in &it.catches {
            let rank = if types.is_empty() {
                Some(usize::MAX)
            } else {
                self.catch_rank(types, &record)
            };
            if let Some(rank) = rank
                && best.as_ref().is_none_or(|(it, _)| rank < *it)
            {
                best = Some((rank, body));
            }
        }
        let Some((_, body)) = best else {
            return Err(Unwind::Error(record));
        };
        self.remember(&record);
        self.success = false;
        let error = Value::Error(Rc::clone(&record));
        let outer = self.caught.replace(record);
        let outcome = self.with_dollar(Some(error), |it| it.statements(body, out));
        self.caught = outer;
        outcome
    }

    /// Runs something with `$_`, and puts the old one back.
    pub(crate) fn with_dollar<T>(
        &mut self,
        dollar: Option<Value>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let Some(dollar) = dollar else {
            return run(self);
        };
        let scope = Rc::clone(&self.scope);
        let before = scope.own("_");
        scope.set("_", dollar);
        let done = run(self);
        match before {
            Some(slot) => scope.put("_", slot),
            None => {
                scope.unset("_");
            }
        }
        done
    }
}
