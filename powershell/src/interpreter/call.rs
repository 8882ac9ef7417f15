//! What a cmdlet is given when it runs.

use std::rc::Rc;

use super::Interpreter;
use super::binding::Given;
use super::functions::FunctionCall;
use super::outlet::Muted;
use super::pipeline::{Chain, Meta, Sink, Stage};
use crate::command::{Call, Command, Impact, Module};
use crate::convert;
use crate::error::{ErrorRecord, Outcome, Position, Unwind};
use crate::host::{Host, Stream};
use crate::syntax::ast::Variable;
use crate::syntax::parse;
use crate::value::{ScriptBlock, Value};

/// A cmdlet that runs, and all around it.
pub(crate) struct CallContext<'a, 'h> {
    pub(crate) it: &'a mut Interpreter<'h>,
    pub(crate) command: &'a Rc<Command>,
    pub(crate) stage: &'a mut Stage,
    pub(crate) chain: Chain<'a>,
}

/// A variable by its name in a text.
fn variable_of(name: &str) -> Variable {
    let name = name.trim_start_matches('$');
    let (scope, name) = match name.split_once(':') {
        Some((scope, name)) => (Some(Rc::from(scope.to_lowercase())), name),
        None => (None, name),
    };
    Variable {
        scope,
        name: Rc::from(name.to_lowercase()),
        written: Rc::from(name),
    }
}

impl Call for CallContext<'_, '_> {
    fn name(&self) -> Rc<str> {
        Rc::clone(&self.command.name)
    }

    fn position(&self) -> Position {
        self.stage.meta.position.clone()
    }

    fn input(&self) -> Option<Value> {
        self.stage.input.clone()
    }

    fn parameter_set(&self) -> Rc<str> {
        if &*self.stage.binding.set == super::binding::ALL_SETS {
            return Rc::from("");
        }
        Rc::clone(&self.stage.binding.set)
    }

    fn argument(&self, parameter: &str) -> Option<Value> {
        self.stage.binding.value(parameter)
    }

    fn arguments(&self) -> Vec<(Rc<str>, Value)> {
        let binding = &self.stage.binding;
        // Those that every cmdlet has are not its own.
        let own = |index: usize| !binding.formals[index].common;
        let bound = binding.bound.iter().filter(|(index, _)| own(*index));
        bound
            .map(|(index, value)| (Rc::clone(&binding.formals[*index].name), value.clone()))
            .collect()
    }

    fn write(&mut self, value: Value) -> Outcome {
        match &value {
            Value::Array(_) | Value::Bytes(_) => {
                for item in value.enumerate() {
                    self.chain.put(self.it, item)?;
                }
                Ok(())
            }
            _ => self.chain.put(self.it, value),
        }
    }

    fn write_whole(&mut self, value: Value) -> Outcome {
        self.chain.put(self.it, value)
    }

    fn error(&mut self, error: ErrorRecord) -> Outcome {
        self.stage.failed = true;
        let meta = Rc::clone(&self.stage.meta);
        self.it.command_error(&meta, error)
    }

    fn should_process(&mut self, target: &str, action: &str) -> Outcome<bool> {
        let meta = Rc::clone(&self.stage.meta);
        self.it.should_process(&meta, meta.impact, target, action)
    }

    fn should_continue(&mut self, query: &str, caption: &str) -> Outcome<bool> {
        self.it.should_continue(query, caption)
    }

    fn warning(&mut self, text: &str) -> Outcome {
        let meta = Rc::clone(&self.stage.meta);
        self.it.warning(&meta, text)
    }

    fn verbose(&mut self, text: &str) -> Outcome {
        let meta = Rc::clone(&self.stage.meta);
        self.it.verbose(&meta, text);
        Ok(())
    }

    fn debug(&mut self, text: &str) -> Outcome {
        let meta = Rc::clone(&self.stage.meta);
        self.it.debug(&meta, text);
        Ok(())
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let variable = variable_of(name);
        match variable.scope.as_deref() {
            Some("env") => self.it.environment(&variable.written).map(Value::from),
            Some("global") => self
                .it
                .scope
                .global()
                .own(&variable.name)
                .map(|it| it.value),
            Some("script") => self
                .it
                .scope
                .script()
                .own(&variable.name)
                .map(|it| it.value),
            _ => self.it.known(&variable.name),
        }
    }

    fn set_variable(&mut self, name: &str, value: Value) {
        let variable = variable_of(name);
        if &*variable.name == "pwd" {
            let text = self.it.text(&value);
            self.it.folder = self.it.absolute(&text);
            return;
        }
        // A variable that can't be set is left as it is.
        let _ = self.it.set(&variable, value);
    }

    fn evaluate(&mut self, source: &str) -> Outcome<Value> {
        let typed = super::functions::typed(source);
        let block = parse(&typed).map_err(|error| Unwind::from(self.it.parse_error(&error)))?;
        let outer = std::mem::replace(&mut self.it.source, typed);
        let mut written: Vec<Value> = Vec::new();
        let mut outcome = Ok(());
        if let Some(body) = &block.end {
            self.it.trying += 1;
            outcome = self.it.statements(body, &mut written);
            self.it.trying -= 1;
        }
        self.it.source = outer;
        outcome.map(|()| Value::collected(written))
    }

    fn run(
        &mut self,
        block: &ScriptBlock,
        dollar: Option<Value>,
        arguments: &[Value],
    ) -> Outcome<Vec<Value>> {
        self.it.run_block(block, dollar, arguments)
    }

    fn run_quietly(
        &mut self,
        block: &ScriptBlock,
        dollar: Option<Value>,
        arguments: &[Value],
    ) -> Outcome<Vec<Value>> {
        let errors = Muted {
            stream: 2,
            kept: None,
            file: None,
        };
        let base = self.it.outlet.muted.len();
        self.it.outlet.muted.push(errors);
        let outcome = self.it.run_block(block, dollar, arguments);
        self.it.outlet.muted.truncate(base);
        outcome
    }

    fn invoke(&mut self, command: &str, arguments: &[(Rc<str>, Value)]) -> Outcome<Vec<Value>> {
        let given = arguments.iter().map(|(name, value)| {
            if name.is_empty() {
                return Given::Value(value.clone(), None);
            }
            Given::Named {
                name: Rc::clone(name),
                value: Some((value.clone(), None)),
                position: None,
            }
        });
        let call = FunctionCall {
            given: given.collect(),
            position: self.stage.meta.position.clone(),
            invocation: Rc::from(command),
            ..FunctionCall::default()
        };
        let stage = self.it.named_stage(command, call)?;
        let mut written: Vec<Value> = Vec::new();
        self.it.run_stages(&mut [stage], None, &mut written)?;
        Ok(written)
    }

    fn member(&mut self, value: &Value, name: &str) -> Outcome<Value> {
        Ok(self.it.find_member(value, name)?.unwrap_or_default())
    }

    fn path(&self, text: &str) -> String {
        self.it.absolute(text)
    }

    fn modules(&self) -> Vec<Rc<dyn Module>> {
        let mut modules = self.it.modules.clone();
        modules.push(Rc::new(super::session::Session));
        modules
    }

    fn host(&mut self) -> &mut dyn Host {
        &mut self.it.outlet
    }

    fn session(&mut self, request: crate::command::Request) -> Outcome<Vec<Value>> {
        let caller = Rc::clone(&self.stage.meta.caller);
        self.it.session_request(&caller, request, &mut self.chain)
    }
}

impl Interpreter<'_> {
    /// The value of a variable by its name in lower case.
    pub(crate) fn known(&self, name: &str) -> Option<Value> {
        self.automatic(name)
            .or_else(|| self.scope.find(name).map(|it| it.value))
    }

    /// An error of a command that does not end it, as its `-ErrorAction` says.
    pub(crate) fn command_error(&mut self, meta: &Meta, error: ErrorRecord) -> Outcome {
        let mut record = self.labelled(&error, meta);
        let action = match &meta.common.error_action {
            Some(action) => action.to_ascii_lowercase(),
            None => self.preference("erroractionpreference"),
        };
        match action.as_str() {
            "ignore" | "4" => return Ok(()),
            "stop" | "1" => {
                record.is_fatal = true;
                let record = Rc::new(record);
                self.keep_in_variable(meta, &record);
                return Err(Unwind::Error(record));
            }
            _ => {}
        }
        let record = Rc::new(record);
        self.remember(&record);
        self.keep_in_variable(meta, &record);
        match action.as_str() {
            "silentlycontinue" | "0" => Ok(()),
            "inquire" | "3" => {
                let goes_on = self.should_continue(&record.message, "Confirm")?;
                if goes_on {
                    Ok(())
                } else {
                    Err(Unwind::Error(record))
                }
            }
            _ => {
                self.show_error(&record);
                Ok(())
            }
        }
    }

    /// `WriteWarning`.
    pub(crate) fn warning(&mut self, meta: &Meta, text: &str) -> Outcome {
        if let Some(name) = &meta.common.warning_variable {
            self.append_variable(&Rc::clone(&meta.caller), name, Value::text(text));
        }
        let action = match &meta.common.warning_action {
            Some(action) => action.to_ascii_lowercase(),
            None => self.preference("warningpreference"),
        };
        match action.as_str() {
            "silentlycontinue" | "ignore" | "0" | "4" => Ok(()),
            other => {
                let line = format!("WARNING: {text}\n");
                self.outlet.write(Stream::Warning, &line, Some("Yellow"));
                if !matches!(other, "stop" | "1") {
                    return Ok(());
                }
                let message = "The running command stopped because the preference variable \
                               \"WarningPreference\" or common parameter is set to Stop: ";
                let mut record = ErrorRecord::new(
                    format!("{message}{text}"),
                    "System.Management.Automation.ActionPreferenceStopException",
                    "ActionPreferenceStop",
                    crate::error::Category::OperationStopped,
                );
                record.is_fatal = true;
                Err(record.into())
            }
        }
    }

    /// `WriteVerbose`.
    pub(crate) fn verbose(&mut self, meta: &Meta, text: &str) {
        let wanted = meta.common.verbose.unwrap_or_else(|| {
            let preference = self.preference("verbosepreference");
            !matches!(preference.as_str(), "silentlycontinue" | "ignore" | "")
        });
        if wanted {
            let line = format!("VERBOSE: {text}\n");
            self.outlet.write(Stream::Verbose, &line, Some("Yellow"));
        }
    }

    /// `WriteDebug`.
    pub(crate) fn debug(&mut self, meta: &Meta, text: &str) {
        let wanted = meta.common.debug.unwrap_or_else(|| {
            let preference = self.preference("debugpreference");
            !matches!(preference.as_str(), "silentlycontinue" | "ignore" | "")
        });
        if wanted {
            let line = format!("DEBUG: {text}\n");
            self.outlet.write(Stream::Debug, &line, Some("Yellow"));
        }
    }

    /// `ShouldProcess(target, action)`.
    pub(crate) fn should_process(
        &mut self,
        meta: &Meta,
        impact: Option<Impact>,
        target: &str,
        action: &str,
    ) -> Outcome<bool> {
        let text = format!("Performing the operation \"{action}\" on target \"{target}\".");
        self.should_process_text(meta, impact, &text, &text)
    }

    /// The same in other words.
    pub(crate) fn should_process_text(
        &mut self,
        meta: &Meta,
        impact: Option<Impact>,
        description: &str,
        query: &str,
    ) -> Outcome<bool> {
        let what_if = match meta.common.what_if {
            Some(on) => on,
            None => self
                .known("whatifpreference")
                .is_some_and(|it| convert::to_bool(&it)),
        };
        if what_if {
            let line = format!("What if: {description}\n");
            self.outlet.write(Stream::Information, &line, None);
            return Ok(false);
        }
        let needs = match meta.common.confirm {
            Some(on) => on,
            None => {
                let threshold = match self.preference("confirmpreference").as_str() {
                    "low" => Some(Impact::Low),
                    "medium" => Some(Impact::Medium),
                    "none" | "" => None,
                    _ => Some(Impact::High),
                };
                threshold.is_some_and(|it| impact.is_some_and(|impact| impact >= it))
            }
        };
        if !needs || self.yes_to_all {
            self.verbose(meta, description);
            return Ok(true);
        }
        let caption = "Confirm\nAre you sure you want to perform this action?";
        self.confirm(caption, query)
    }

    /// `ShouldContinue(query, caption)`.
    pub(crate) fn should_continue(&mut self, query: &str, caption: &str) -> Outcome<bool> {
        self.confirm(caption, query)
    }

    /// Asks, with the choices of PowerShell.
    fn confirm(&mut self, caption: &str, query: &str) -> Outcome<bool> {
        let text = format!("\n{caption}\n{query}\n");
        self.outlet.write(Stream::Information, &text, None);
        let prompt = "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help \
                      (default is \"Y\"): ";
        for _ in 0..16 {
            let Some(answer) = self.outlet.ask(prompt, false) else {
                let record = ErrorRecord::new(
                    "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality \
                     is not available.",
                    "System.Management.Automation.PSInvalidOperationException",
                    "InvalidOperation",
                    crate::error::Category::InvalidOperation,
                );
                return Err(record.into());
            };
            match answer.trim().to_ascii_lowercase().as_str() {
                "" | "y" | "yes" => return Ok(true),
                "a" | "yes to all" => {
                    return Ok(true);
                }
                "n" | "no" | "l" | "no to all" => return Ok(false),
                _ => {}
            }
        }
        Ok(false)
    }
}
