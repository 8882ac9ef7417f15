//! Cmdlets that change the session itself.

use std::rc::Rc;

use super::Interpreter;
use super::pipeline::{Chain, Sink};
use super::scope::{FunctionDefinition, Scope, Slot};
use crate::command::{Call, Cmdlet, Command, Module, Parameter, Request};
use crate::convert;
use crate::error::{Category, ErrorRecord, Outcome, Unwind};
use crate::syntax::parse;
use crate::value::{Object, Value};

/// The module of these cmdlets.
pub(crate) struct Session;

impl Module for Session {
    fn name(&self) -> &'static str {
        "Microsoft.PowerShell.Core"
    }

    fn find(&self, name: &str) -> Option<Rc<Command>> {
        find(name)
    }

    fn names(&self) -> Vec<Rc<str>> {
        TABLE.iter().map(|(name, ..)| Rc::from(*name)).collect()
    }
}

type Run = fn(&mut dyn Call) -> Outcome;

/// A cmdlet that is a function.
struct Simple(Run);

impl Cmdlet for Simple {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        (self.0)(call)
    }
}

/// Names, parameters and functions. A parameter begins with `!` if it is mandatory, with `0` to
/// `9` for its place, with `/` if it is a switch, with `|` if it takes the pipeline.
const TABLE: [(&str, &[&str], Run); 17] = [
    ("Clear-Variable", &["!0Name", "Scope"], clear_variable),
    ("Get-Alias", &["0Name", "Definition"], get_alias),
    ("Get-Location", &[], get_location),
    (
        "Get-Variable",
        &["0|Name", "Scope", "/ValueOnly"],
        get_variable,
    ),
    ("Invoke-Expression", &["!0|Command"], invoke_expression),
    (
        "New-Alias",
        &[
            "!0Name",
            "!1Value",
            "/Force",
            "Scope",
            "Option",
            "Description",
        ],
        set_alias,
    ),
    (
        "New-Variable",
        &[
            "!0Name",
            "1Value",
            "Scope",
            "Option",
            "Description",
            "/Force",
            "Visibility",
            "/PassThru",
        ],
        set_variable,
    ),
    ("Pop-Location", &["/PassThru", "StackName"], pop_location),
    (
        "Push-Location",
        &["0|Path", "LiteralPath", "/PassThru", "StackName"],
        push_location,
    ),
    (
        "Remove-Variable",
        &["!0Name", "Scope", "/Force"],
        remove_variable,
    ),
    (
        "Set-Alias",
        &[
            "!0Name",
            "!1Value",
            "/Force",
            "Scope",
            "Option",
            "Description",
        ],
        set_alias,
    ),
    (
        "Set-Location",
        &["0|Path", "LiteralPath", "/PassThru"],
        set_location,
    ),
    (
        "Set-PSDebug",
        &["Trace", "/Strict", "/Off", "/Step"],
        nothing,
    ),
    ("Set-StrictMode", &["Version", "/Off"], set_strict_mode),
    (
        "Set-Variable",
        &[
            "!0Name",
            "1|Value",
            "Scope",
            "Option",
            "Description",
            "/Force",
            "Visibility",
            "/PassThru",
        ],
        set_variable,
    ),
    (
        "Set-ExecutionPolicy",
        &["0ExecutionPolicy", "1Scope", "/Force"],
        nothing,
    ),
    (
        "Get-ExecutionPolicy",
        &["0Scope", "/List"],
        get_execution_policy,
    ),
];

/// A cmdlet of the session.
pub(crate) fn find(name: &str) -> Option<Rc<Command>> {
    let (name, parameters, run) = TABLE
        .iter()
        .find(|(it, ..)| it.eq_ignore_ascii_case(name))?;
    let run = *run;
    Some(Rc::new(Command {
        name: Rc::from(*name),
        module: Rc::from("Microsoft.PowerShell.Core"),
        parameters: parameters.iter().map(|it| parameter(it)).collect(),
        default_set: None,
        should_process: None,
        class: Rc::from(format!(
            "Microsoft.PowerShell.Commands.{}Command",
            name.replace('-', "")
        )),
        synopsis: Rc::from(""),
        remark: None,
        make: Rc::new(move || Box::new(Simple(run))),
    }))
}

fn parameter(text: &str) -> Parameter {
    let name = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let marks = &text[..text.len() - name.len()];
    let mut parameter = if marks.contains('/') {
        Parameter::switch(name)
    } else {
        Parameter::object(name)
    };
    parameter.mandatory = marks.contains('!');
    parameter.from_pipeline = marks.contains('|');
    parameter.position = marks
        .chars()
        .find_map(|c| c.to_digit(10))
        .map(|it| it as u8);
    parameter.allow_null = true;
    if name == "Path" {
        parameter.aliases.push(Rc::from("PSPath"));
    }
    parameter
}

fn text_of(call: &dyn Call, name: &str) -> Option<Rc<str>> {
    call.argument(name)
        .map(|it| Rc::from(convert::to_text(&it)))
}

fn texts_of(call: &dyn Call, name: &str) -> Vec<Rc<str>> {
    let values = call
        .argument(name)
        .map(|it| it.enumerate())
        .unwrap_or_default();
    values
        .iter()
        .map(|it| Rc::from(convert::to_text(it)))
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "it is a cmdlet like the others")]
fn nothing(_call: &mut dyn Call) -> Outcome {
    Ok(())
}

fn get_execution_policy(call: &mut dyn Call) -> Outcome {
    call.write(Value::text("RemoteSigned"))
}

fn set_strict_mode(call: &mut dyn Call) -> Outcome {
    let version = text_of(call, "Version").unwrap_or_default();
    let level = match version.split('.').next() {
        _ if call.switch("Off") => 0,
        Some("1") => 1,
        Some("2") => 2,
        _ => 3,
    };
    call.session(Request::Strict(level)).map(|_| ())
}

fn set_alias(call: &mut dyn Call) -> Outcome {
    let name = text_of(call, "Name").unwrap_or_default();
    let value = text_of(call, "Value").unwrap_or_default();
    call.session(Request::Alias(name, value)).map(|_| ())
}

fn get_alias(call: &mut dyn Call) -> Outcome {
    let name = text_of(call, "Name");
    let found = call.session(Request::Aliases(name.clone()))?;
    if let (true, Some(name)) = (found.is_empty(), name) {
        let message = format!(
            "This command cannot find a matching alias because an alias with the name '{name}' \
             does not exist."
        );
        let record = ErrorRecord::new(
            message,
            "System.Management.Automation.ItemNotFoundException",
            "ItemNotFoundException",
            Category::ObjectNotFound,
        );
        return call.error(record.about(Value::Text(name)));
    }
    found.into_iter().try_for_each(|it| call.write(it))
}

fn get_location(call: &mut dyn Call) -> Outcome {
    let found = call.session(Request::CurrentFolder)?;
    found.into_iter().try_for_each(|it| call.write(it))
}

fn set_location(call: &mut dyn Call) -> Outcome {
    let Some(path) = text_of(call, "Path").or_else(|| text_of(call, "LiteralPath")) else {
        return Ok(());
    };
    let absolute = call.path(&path);
    let is_folder = absolute == "/" || call.host().entry(&absolute).is_ok_and(|it| it.folder);
    if !is_folder {
        let shown = super::redirect::windows(&absolute);
        let record = ErrorRecord::new(
            format!("Cannot find path '{shown}' because it does not exist."),
            "System.Management.Automation.ItemNotFoundException",
            "PathNotFound",
            Category::ObjectNotFound,
        );
        return call.error(record.about(Value::from(shown)));
    }
    call.session(Request::Folder(absolute)).map(|_| ())
}

fn push_location(call: &mut dyn Call) -> Outcome {
    let mut stack = match call.variable("global:__locations") {
        Some(value @ Value::Array(_)) => value.enumerate(),
        _ => Vec::new(),
    };
    stack.extend(call.session(Request::CurrentFolder)?);
    call.set_variable("global:__locations", Value::array(stack));
    set_location(call)
}

fn pop_location(call: &mut dyn Call) -> Outcome {
    let mut stack = match call.variable("global:__locations") {
        Some(value @ Value::Array(_)) => value.enumerate(),
        _ => Vec::new(),
    };
    if let Some(last) = stack.pop() {
        let path = call.path(&convert::to_text(&last));
        call.session(Request::Folder(path))?;
    }
    call.set_variable("global:__locations", Value::array(stack));
    Ok(())
}

fn invoke_expression(call: &mut dyn Call) -> Outcome {
    let text = text_of(call, "Command").unwrap_or_default();
    let written = call.session(Request::Run(text))?;
    written.into_iter().try_for_each(|it| call.write_whole(it))
}

fn get_variable(call: &mut dyn Call) -> Outcome {
    let names = texts_of(call, "Name");
    let all = call.session(Request::Variables)?;
    let wanted: Vec<Rc<str>> = if names.is_empty() {
        all.iter()
            .map(|it| Rc::from(convert::to_text(it)))
            .collect()
    } else if names.iter().any(|it| it.contains(['*', '?'])) {
        let all = all.iter().map(|it| Rc::<str>::from(convert::to_text(it)));
        all.filter(|it| {
            names
                .iter()
                .any(|name| crate::operators::wildcard(name, it, false))
        })
        .collect()
    } else {
        names
    };
    for name in wanted {
        let Some(value) = call.variable(&name) else {
            call.error(no_variable(&name))?;
            continue;
        };
        if call.switch("ValueOnly") {
            call.write(value)?;
            continue;
        }
        let members = [("Name", Value::Text(name)), ("Value", value)];
        let kinds = ["System.Management.Automation.PSVariable", "System.Object"];
        call.write(Value::Object(Object::typed(&kinds, members, None)))?;
    }
    Ok(())
}

fn set_variable(call: &mut dyn Call) -> Outcome {
    let option = text_of(call, "Option")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let fixed = option.contains("readonly") || option.contains("constant");
    let scope = text_of(call, "Scope");
    let value = call.argument("Value").unwrap_or_default();
    for name in texts_of(call, "Name") {
        let request = Request::Variable(name, value.clone(), scope.clone(), fixed);
        call.session(request)?;
    }
    Ok(())
}

fn clear_variable(call: &mut dyn Call) -> Outcome {
    let scope = text_of(call, "Scope");
    for name in texts_of(call, "Name") {
        if call.variable(&name).is_none() {
            call.error(no_variable(&name))?;
        } else {
            call.session(Request::Variable(name, Value::Null, scope.clone(), false))?;
        }
    }
    Ok(())
}

fn remove_variable(call: &mut dyn Call) -> Outcome {
    let scope = text_of(call, "Scope");
    for name in texts_of(call, "Name") {
        let bare = name.trim_start_matches('$');
        let removed = if bare.contains('*') {
            let all = call.session(Request::Variables)?;
            let all = all.iter().map(convert::to_text);
            let fits = |it: &String| crate::operators::wildcard(bare, it, false);
            for name in all.filter(fits).collect::<Vec<_>>() {
                call.session(Request::RemoveVariable(Rc::from(name), scope.clone()))?;
            }
            true
        } else {
            !call
                .session(Request::RemoveVariable(Rc::from(bare), scope.clone()))?
                .is_empty()
        };
        if !removed {
            call.error(no_variable(bare))?;
        }
    }
    Ok(())
}

fn no_variable(name: &str) -> ErrorRecord {
    ErrorRecord::new(
        format!("Cannot find a variable with the name '{name}'."),
        "System.Management.Automation.ItemNotFoundException",
        "VariableNotFound",
        Category::ObjectNotFound,
    )
    .about(Value::text(name))
}

impl Interpreter<'_> {
    /// Does what a cmdlet asks of the session.
    pub(crate) fn session_request(
        &mut self,
        caller: &Rc<Scope>,
        request: Request,
        out: &mut Chain<'_>,
    ) -> Outcome<Vec<Value>> {
        let one = |value: Value| Ok(vec![value]);
        match request {
            Request::Strict(level) => caller.strict.set(Some(level)),
            Request::Alias(name, command) => caller.set_alias(&name, &command),
            Request::Aliases(name) => return Ok(self.alias_objects(name.as_deref())),
            Request::Folder(path) => self.folder = path,
            Request::CurrentFolder => return one(self.current_folder_value()),
            Request::Run(text) => return self.run_text(&text, out),
            Request::Block(block, arguments, dotted) => {
                return if dotted {
                    self.run_block(&block, None, &arguments)
                } else {
                    self.invoke_block(&block, &arguments, |_| {})
                };
            }
            Request::Variable(name, value, scope, fixed) => {
                let target = self.scope_named(caller, scope.as_deref());
                if target.own(&name.to_lowercase()).is_some_and(|it| it.fixed) {
                    let record = ErrorRecord::new(
                        format!(
                            "Cannot overwrite variable {name} because it is read-only or constant."
                        ),
                        "System.Management.Automation.SessionStateUnauthorizedAccessException",
                        "VariableNotWritable",
                        Category::WriteError,
                    );
                    return Err(record.about(Value::Text(name)).into());
                }
                let slot = Slot {
                    value,
                    kind: None,
                    fixed,
                    private: false,
                    nothing: false,
                    written: Rc::clone(&name),
                };
                target.put(&name, slot);
            }
            Request::RemoveVariable(name, scope) => {
                let target = self.scope_named(caller, scope.as_deref());
                return Ok(if target.unset(&name) {
                    vec![Value::Bool(true)]
                } else {
                    Vec::new()
                });
            }
            Request::Variables => {
                return Ok(caller.names().into_iter().map(Value::Text).collect());
            }
            Request::Functions => {
                return Ok(caller
                    .function_names()
                    .into_iter()
                    .map(Value::Text)
                    .collect());
            }
            Request::Function(name, block) => {
                if let Some(body) = super::block::BlockBody::of(&block) {
                    caller.define(FunctionDefinition { name, body });
                }
            }
            Request::RemoveFunction(name) => {
                let found = caller.undefine(&name);
                return Ok(if found {
                    vec![Value::Bool(true)]
                } else {
                    Vec::new()
                });
            }
            Request::ClearErrors => self.errors.borrow_mut().clear(),
            Request::Make(name, arguments) => {
                return Ok(self.make_own(&name, &arguments)?.into_iter().collect());
            }
            Request::Record(path) => {
                self.outlet.flush();
                self.outlet.records.push(path);
            }
            Request::EndRecord => {
                self.outlet.flush();
                return Ok(self
                    .outlet
                    .records
                    .pop()
                    .into_iter()
                    .map(Value::from)
                    .collect());
            }
        }
        Ok(Vec::new())
    }

    fn scope_named(&self, caller: &Rc<Scope>, name: Option<&str>) -> Rc<Scope> {
        let name = name.unwrap_or("local").to_ascii_lowercase();
        let meant: *const Scope = match name.as_str() {
            "global" => std::ptr::from_ref(caller.global()),
            "script" => std::ptr::from_ref(caller.script()),
            other => match other.parse::<usize>() {
                Ok(levels) => caller.above(levels),
                Err(_) => Rc::as_ptr(caller),
            },
        };
        caller.shared(meant).unwrap_or_else(|| Rc::clone(caller))
    }

    fn alias_objects(&self, name: Option<&str>) -> Vec<Value> {
        let fits = |it: &str| name.is_none_or(|name| crate::operators::wildcard(name, it, false));
        let object = |alias: &str, command: &str| {
            let members = [
                ("CommandType", Value::text("Alias")),
                ("Name", Value::text(alias)),
                ("DisplayName", Value::from(format!("{alias} -> {command}"))),
                ("Definition", Value::text(command)),
                ("ReferencedCommand", Value::text(command)),
                ("ResolvedCommandName", Value::text(command)),
            ];
            let kinds = ["System.Management.Automation.AliasInfo", "System.Object"];
            Value::Object(Object::typed(&kinds, members, Some(alias)))
        };
        let mut found: Vec<Value> = Vec::new();
        if let Some(name) = name
            && let Some(command) = self.scope.alias(name)
        {
            found.push(object(name, &command));
            return found;
        }
        let all = super::aliases::all()
            .iter()
            .filter(|(alias, _)| fits(alias));
        found.extend(all.map(|(alias, command)| object(alias, command)));
        found
    }

    /// Runs a text in the scope that runs now.
    fn run_text(&mut self, text: &str, _out: &mut dyn Sink) -> Outcome<Vec<Value>> {
        let source = super::functions::typed(text);
        let block = parse(&source).map_err(|error| {
            let mut record = self.parse_error(&error);
            record.position = Some(source.position(error.span));
            Unwind::from(record)
        })?;
        let outer = std::mem::replace(&mut self.source, source);
        let mut written: Vec<Value> = Vec::new();
        let mut outcome = Ok(());
        for part in [&block.begin, &block.process, &block.end]
            .into_iter()
            .flatten()
        {
            outcome = self.statements(part, &mut written);
            if outcome.is_err() {
                break;
            }
        }
        self.source = outer;
        match outcome {
            Ok(()) | Err(Unwind::Return) => Ok(written),
            Err(other) => Err(other),
        }
    }
}
