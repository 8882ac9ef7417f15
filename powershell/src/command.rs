//! Cmdlets: how they are declared, and what they are given when they run.

use std::fmt;
use std::rc::Rc;

use crate::error::{ErrorRecord, Outcome, Position};
use crate::host::Host;
use crate::value::{ScriptBlock, Value};

/// One parameter of a cmdlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, as it is written in help.
    pub name: Rc<str>,
    /// Other names for it.
    pub aliases: Vec<Rc<str>>,
    /// The type that arguments are converted to: `System.String`, `System.String[]`,
    /// `System.Management.Automation.SwitchParameter` …; `System.Object` takes anything as it is.
    pub kind: Rc<str>,
    /// Its place among arguments without a name.
    pub position: Option<u8>,
    /// Whether it has to be given.
    pub mandatory: bool,
    /// Whether it takes the object of the pipeline.
    pub from_pipeline: bool,
    /// Whether it takes the property of its name, or of an alias, of the object of the pipeline.
    pub from_property: bool,
    /// The parameter sets it belongs to; none means all.
    pub sets: Vec<Rc<str>>,
    /// The only values it takes (`ValidateSet`); none means any.
    pub values: Vec<Rc<str>>,
    /// Whether it takes all arguments that are left.
    pub remaining: bool,
    /// Whether `$null` or an empty string may be given although it is mandatory.
    pub allow_null: bool,
    /// Whether it is taken and has no effect here; that is said before a script runs.
    pub ignored: bool,
}

impl Parameter {
    /// A parameter of a type.
    pub fn new(name: &str, kind: &str) -> Self {
        Self {
            name: Rc::from(name),
            aliases: Vec::new(),
            kind: Rc::from(kind),
            position: None,
            mandatory: false,
            from_pipeline: false,
            from_property: false,
            sets: Vec::new(),
            values: Vec::new(),
            remaining: false,
            allow_null: false,
            ignored: false,
        }
    }

    /// A `[string]`.
    pub fn text(name: &str) -> Self {
        Self::new(name, "System.String")
    }

    /// A `[string[]]`.
    pub fn texts(name: &str) -> Self {
        Self::new(name, "System.String[]")
    }

    /// Anything.
    pub fn object(name: &str) -> Self {
        Self::new(name, "System.Object")
    }

    /// A `[switch]`.
    pub fn switch(name: &str) -> Self {
        Self::new(name, "System.Management.Automation.SwitchParameter")
    }

    /// A `[bool]`.
    pub fn bool(name: &str) -> Self {
        Self::new(name, "System.Boolean")
    }

    /// An `[int]`.
    pub fn int(name: &str) -> Self {
        Self::new(name, "System.Int32")
    }

    /// Whether it is a switch.
    pub fn is_switch(&self) -> bool {
        &*self.kind == "System.Management.Automation.SwitchParameter"
    }

    /// At this place among arguments without a name.
    #[must_use]
    pub const fn at(mut self, position: u8) -> Self {
        self.position = Some(position);
        self
    }

    /// It has to be given.
    #[must_use]
    pub const fn mandatory(mut self) -> Self {
        self.mandatory = true;
        self
    }

    /// It takes the object of the pipeline.
    #[must_use]
    pub const fn piped(mut self) -> Self {
        self.from_pipeline = true;
        self
    }

    /// It takes the property of its name.
    #[must_use]
    pub const fn piped_by_name(mut self) -> Self {
        self.from_property = true;
        self
    }

    /// It belongs to these parameter sets.
    #[must_use]
    pub fn in_sets(mut self, sets: &[&str]) -> Self {
        self.sets = sets.iter().copied().map(Rc::from).collect();
        self
    }

    /// It has other names.
    #[must_use]
    pub fn or(mut self, aliases: &[&str]) -> Self {
        self.aliases = aliases.iter().copied().map(Rc::from).collect();
        self
    }

    /// It takes only these values.
    #[must_use]
    pub fn one_of(mut self, values: &[&str]) -> Self {
        self.values = values.iter().copied().map(Rc::from).collect();
        self
    }

    /// It takes all arguments that are left.
    #[must_use]
    pub const fn rest(mut self) -> Self {
        self.remaining = true;
        self
    }

    /// It is taken and has no effect here.
    #[must_use]
    pub const fn ignored(mut self) -> Self {
        self.ignored = true;
        self
    }

    /// `$null` and the empty string may be given.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.allow_null = true;
        self
    }
}

/// How sure somebody must be before a cmdlet does what it does (`ConfirmImpact`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Impact {
    /// It reads only.
    #[default]
    None,
    /// Low.
    Low,
    /// Medium, the default of those that support `ShouldProcess`.
    Medium,
    /// High: it asks, unless `-Confirm:$false`.
    High,
}

/// A cmdlet as a module offers it.
#[derive(Clone)]
pub struct Command {
    /// Its name: `Get-ADUser`.
    pub name: Rc<str>,
    /// The module that offers it.
    pub module: Rc<str>,
    /// Its parameters, without the common ones (`-ErrorAction`, `-Verbose` …), which every
    /// cmdlet has, and without `-WhatIf` and `-Confirm`, which follow from `should_process`.
    pub parameters: Vec<Parameter>,
    /// The parameter set that is taken where the arguments leave it open.
    pub default_set: Option<Rc<str>>,
    /// Whether it supports `-WhatIf` and `-Confirm`, and how sure one must be.
    pub should_process: Option<Impact>,
    /// The class of .NET behind it, for `FullyQualifiedErrorId`.
    pub class: Rc<str>,
    /// One sentence for `Get-Help`.
    pub synopsis: Rc<str>,
    /// In what it falls short of the real one, where that is worth saying before a script runs.
    pub remark: Option<Rc<str>>,
    /// Makes what runs, afresh for each use in a pipeline.
    pub make: Rc<dyn Fn() -> Box<dyn Cmdlet>>,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Command").field(&self.name).finish()
    }
}

/// What offers cmdlets.
pub trait Module {
    /// Its name: `ActiveDirectory`.
    fn name(&self) -> &str;

    /// A cmdlet of this name, without case; aliases of cmdlets are names too.
    fn find(&self, name: &str) -> Option<Rc<Command>>;

    /// The names of all its cmdlets, for completion, `Get-Command` and did-you-mean.
    fn names(&self) -> Vec<Rc<str>>;
}

/// A cmdlet that runs: once for the whole pipeline, with every object of it in turn.
pub trait Cmdlet {
    /// Before the first object. Parameters that come from the pipeline are not bound yet.
    fn begin(&mut self, _call: &mut dyn Call) -> Outcome {
        Ok(())
    }

    /// For every object of the pipeline; once if there is no pipeline.
    fn process(&mut self, call: &mut dyn Call) -> Outcome;

    /// After the last object.
    fn end(&mut self, _call: &mut dyn Call) -> Outcome {
        Ok(())
    }
}

/// What a cmdlet is given when it runs.
pub trait Call {
    /// The cmdlet's name as it was declared.
    fn name(&self) -> Rc<str>;

    /// Where it stands in the script.
    fn position(&self) -> Position;

    /// Whether an object came down the pipeline, and which (`$_` of this cmdlet).
    fn input(&self) -> Option<Value>;

    /// The parameter set that was chosen; empty where there is none.
    fn parameter_set(&self) -> Rc<str>;

    /// The argument of a parameter, by its declared name, converted to its type; `None` if it
    /// was not given. A `$null` that was given is [`Value::Null`].
    fn argument(&self, parameter: &str) -> Option<Value>;

    /// Everything that was given, in the order it was written.
    fn arguments(&self) -> Vec<(Rc<str>, Value)>;

    /// Hands an object on. An array is handed on as its elements.
    fn write(&mut self, value: Value) -> Outcome;

    /// Hands an object on as it is, also if it is an array.
    fn write_whole(&mut self, value: Value) -> Outcome;

    /// Reports an error that does not end the cmdlet, as `-ErrorAction` says: it is shown, kept,
    /// passed over, or becomes terminating.
    fn error(&mut self, error: ErrorRecord) -> Outcome;

    /// `ShouldProcess(target, action)`: whether to do it. Says so under `-WhatIf`, asks under
    /// `-Confirm`.
    fn should_process(&mut self, target: &str, action: &str) -> Outcome<bool>;

    /// `ShouldContinue(query, caption)`: asks in any case; `-Force` is for the cmdlet to look at.
    fn should_continue(&mut self, query: &str, caption: &str) -> Outcome<bool>;

    /// `WriteWarning`, as `-WarningAction` says.
    fn warning(&mut self, text: &str) -> Outcome;

    /// `WriteVerbose`, shown where it is wanted.
    fn verbose(&mut self, text: &str) -> Outcome;

    /// `WriteDebug`, shown where it is wanted.
    fn debug(&mut self, text: &str) -> Outcome;

    /// A variable of the caller, by name without `$`; scopes (`global:x`) and drives (`env:x`)
    /// are understood.
    fn variable(&self, name: &str) -> Option<Value>;

    /// Sets a variable of the caller.
    fn set_variable(&mut self, name: &str, value: Value);

    /// Evaluates the text of an expression in the scope of the caller, such as `$user.Name`.
    fn evaluate(&mut self, source: &str) -> Outcome<Value>;

    /// Runs a block with `$_` and arguments, in the scope of the caller, and returns what it
    /// wrote.
    fn run(
        &mut self,
        block: &ScriptBlock,
        dollar: Option<Value>,
        arguments: &[Value],
    ) -> Outcome<Vec<Value>>;

    /// Runs a block as [`run`](Self::run) does, without showing its errors: what a calculated
    /// property, a key to sort or to group by is computed with.
    fn run_quietly(
        &mut self,
        block: &ScriptBlock,
        dollar: Option<Value>,
        arguments: &[Value],
    ) -> Outcome<Vec<Value>> {
        self.run(block, dollar, arguments)
    }

    /// Runs a command by name with arguments by name, and returns what it wrote.
    fn invoke(&mut self, command: &str, arguments: &[(Rc<str>, Value)]) -> Outcome<Vec<Value>>;

    /// The value of a member of a value, as `.` finds it, also where a block computes it.
    fn member(&mut self, value: &Value, name: &str) -> Outcome<Value>;

    /// An absolute path of the sandbox for a path of the script (`.\out.csv`, `C:\temp\x`).
    fn path(&self, text: &str) -> String;

    /// All modules that are loaded, for `Get-Command` and `Get-Help`.
    fn modules(&self) -> Vec<Rc<dyn Module>>;

    /// The world outside.
    fn host(&mut self) -> &mut dyn Host;

    /// Asks the session itself for something, such as another strict mode or another folder.
    fn session(&mut self, _request: Request) -> Outcome<Vec<Value>> {
        Ok(Vec::new())
    }
}

/// What a cmdlet can ask of the session.
#[derive(Debug, Clone)]
pub enum Request {
    /// `Set-StrictMode`: the level, 0 for off.
    Strict(u8),
    /// An alias: its name and its command.
    Alias(Rc<str>, Rc<str>),
    /// The command of an alias, or of all.
    Aliases(Option<Rc<str>>),
    /// The folder that relative paths begin at from now on.
    Folder(String),
    /// The folder that relative paths begin at.
    CurrentFolder,
    /// Runs a text as a script in the scope of the caller (`Invoke-Expression`).
    Run(Rc<str>),
    /// Calls a block in a scope of its own, or, if `true`, in that of the caller.
    Block(ScriptBlock, Vec<Value>, bool),
    /// Sets a variable: its name, its value, its scope (`Global`, `Script`, `Local`, a number)
    /// and whether it can't be set again.
    Variable(Rc<str>, Value, Option<Rc<str>>, bool),
    /// Takes a variable away.
    RemoveVariable(Rc<str>, Option<Rc<str>>),
    /// The names of all variables.
    Variables,
    /// The names of all functions.
    Functions,
    /// Defines a function.
    Function(Rc<str>, ScriptBlock),
    /// Takes a function away.
    RemoveFunction(Rc<str>),
    /// Forgets the errors in `$Error`.
    ClearErrors,
    /// Makes an object of a class of the script; nothing where it has no such class.
    Make(Rc<str>, Vec<Value>),
    /// Records from now on what is shown, in this file of the sandbox too.
    Record(String),
    /// Ends the newest recording; gives its file.
    EndRecord,
}

impl dyn Call + '_ {
    /// Whether an argument was given.
    pub fn is_given(&self, parameter: &str) -> bool {
        self.argument(parameter).is_some()
    }

    /// Whether a switch is on.
    pub fn switch(&self, parameter: &str) -> bool {
        matches!(self.argument(parameter), Some(Value::Bool(true)))
    }

    /// An argument that is a string; `None` if it was not given or is `$null`.
    pub fn text(&self, parameter: &str) -> Option<Rc<str>> {
        match self.argument(parameter)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The strings of an argument that is a `[string[]]`; none if it was not given.
    pub fn texts(&self, parameter: &str) -> Vec<Rc<str>> {
        let values = self
            .argument(parameter)
            .map(|it| it.enumerate())
            .unwrap_or_default();
        let texts = values.into_iter().filter_map(|value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    /// An argument that is an `[int]`.
    pub fn int(&self, parameter: &str) -> Option<i32> {
        match self.argument(parameter)? {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }
}
