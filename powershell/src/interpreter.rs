//! The interpreter: runs what the parser made of a script.

#![expect(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "what evaluates is a method of the session and takes what it evaluates, throughout"
)]
#![expect(
    clippy::cast_possible_wrap,
    reason = "counts and lengths are 32 bits wide, as in .NET"
)]
#![expect(
    clippy::single_match_else,
    reason = "the way that something is not there stands beside the way that it is"
)]

mod aliases;
mod assign;
mod binding;
mod block;
mod call;
mod classes;
mod commands;
mod complete;
mod declared;
mod errors;
mod expressions;
mod formals;
mod functions;
#[cfg(test)]
mod laws;
mod members;
mod outlet;
mod pipeline;
mod redirect;
mod run;
mod scope;
mod session;
mod statements;
#[cfg(test)]
mod tests;
mod validate;
mod xml;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::command::Module;
use crate::error::{ErrorRecord, Position, Stop};
use crate::host::Host;
use crate::syntax::Source;
use crate::value::{Array, ArrayKind, Object, Table, Value};

pub use block::script_block;
pub(crate) use commands::{is_module_file, is_native};
pub use complete::Completion;
pub(crate) use declared::{declared_command, function_parameters, has_parameter, named_parameter};
pub use errors::error_text;
pub(crate) use redirect::{absolute, windows};
pub use run::{Ended, Parameter};

use classes::OwnType;
use outlet::Outlet;
use scope::Scope;

/// How much a script may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps: statements and turns of loops.
    pub steps: u64,
    /// Bytes, roughly, that it may have made in all.
    pub memory: u64,
    /// How deep calls may be nested.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 20_000_000,
            memory: 512_000_000,
            depth: 64,
        }
    }
}

/// A function or a script that runs.
#[derive(Debug, Clone)]
struct Frame {
    name: Rc<str>,
    position: Position,
    is_script: bool,
}

/// A session of PowerShell: its variables and functions, and the world it acts on.
pub struct Interpreter<'h> {
    outlet: Outlet<'h>,
    modules: Vec<Rc<dyn Module>>,
    limits: Limits,
    steps: u64,
    memory: u64,
    depth: u32,
    pipelines: u64,
    /// How many commands of a pipeline are left when one of them has all it wants.
    done_left: usize,
    global: Rc<Scope>,
    scope: Rc<Scope>,
    source: Rc<Source>,
    errors: Array,
    success: bool,
    /// How many `try` with a `catch` are around.
    trying: u32,
    caught: Option<Rc<ErrorRecord>>,
    frames: Vec<Frame>,
    folder: String,
    environment: BTreeMap<String, Option<String>>,
    yes_to_all: bool,
    ends_at_unknown: bool,
    /// The classes and enumerations of scripts, by name in lower case.
    types: BTreeMap<String, OwnType>,
    /// The namespaces whose types are found without them.
    namespaces: Vec<String>,
    /// Whether a method of a class runs, and no function or block within it.
    in_method: bool,
    /// What the method that runs returns.
    returned: Option<Value>,
    /// What stops the script at its next step.
    stopping: Option<Stop>,
}

impl<'h> Interpreter<'h> {
    /// A session with a world and modules.
    pub fn new(host: Box<dyn Host + 'h>, modules: Vec<Rc<dyn Module>>, limits: Limits) -> Self {
        let global = Rc::new(Scope::default());
        let folder = host.start_folder();
        let mut session = Self {
            outlet: Outlet::new(host),
            modules,
            limits,
            steps: 0,
            memory: 0,
            depth: 0,
            pipelines: 0,
            done_left: 0,
            scope: Rc::clone(&global),
            global,
            source: Rc::new(Source::new("", "")),
            errors: Array::new(ArrayKind::ArrayList, []),
            success: true,
            trying: 0,
            caught: None,
            frames: Vec::new(),
            folder,
            environment: BTreeMap::new(),
            yes_to_all: false,
            ends_at_unknown: false,
            types: BTreeMap::new(),
            namespaces: Vec::new(),
            in_method: false,
            returned: None,
            stopping: None,
        };
        session.prepare();
        session
    }

    /// The variables that a session begins with.
    fn prepare(&mut self) {
        let scope = Rc::clone(&self.global);
        let set = |name: &str, value: Value| scope.set(name, value);
        set("ErrorActionPreference", Value::text("Continue"));
        set("WarningPreference", Value::text("Continue"));
        set("VerbosePreference", Value::text("SilentlyContinue"));
        set("DebugPreference", Value::text("SilentlyContinue"));
        set("InformationPreference", Value::text("SilentlyContinue"));
        set("ProgressPreference", Value::text("Continue"));
        set("ConfirmPreference", Value::text("High"));
        set("WhatIfPreference", Value::Bool(false));
        for name in [
            "ErrorActionPreference",
            "WarningPreference",
            "VerbosePreference",
            "DebugPreference",
            "InformationPreference",
            "ProgressPreference",
        ] {
            scope.confine(name, "System.Management.Automation.ActionPreference");
        }
        set("LASTEXITCODE", Value::Null);
        set("OFS", Value::text(" "));
        set("HOME", Value::text("C:\\Users\\Administrator"));
        set(
            "PROFILE",
            Value::text(
                "C:\\Users\\Administrator\\Documents\\WindowsPowerShell\\\
             Microsoft.PowerShell_profile.ps1",
            ),
        );
        set(
            "PSHOME",
            Value::text("C:\\Windows\\System32\\WindowsPowerShell\\v1.0"),
        );
        set("PID", Value::Int(4711));
        set("ShellId", Value::text("Microsoft.PowerShell"));
        set("MaximumFunctionCount", Value::Int(4096));
        set("PSCulture", Value::text("en-US"));
        set("PSUICulture", Value::text("en-US"));
        set("PSEdition", Value::text("Desktop"));
        set("PSModuleAutoLoadingPreference", Value::text("All"));
        set("OutputEncoding", Value::text("System.Text.ASCIIEncoding"));
        set("PSScriptRoot", Value::text(""));
        set("PSCommandPath", Value::text(""));
        set("args", Value::array([]));
        set("PSDefaultParameterValues", Value::Table(Table::new(false)));
        let versions = Table::new(false);
        for (name, value) in [
            ("PSVersion", Value::Version([5, 1, 20348, 2849])),
            ("PSEdition", Value::text("Desktop")),
            ("BuildVersion", Value::Version([10, 0, 20348, 2849])),
            ("CLRVersion", Value::Version([4, 0, 30319, 42000])),
            ("WSManStackVersion", Value::Version([3, 0, -1, -1])),
            ("PSRemotingProtocolVersion", Value::Version([2, 3, -1, -1])),
            ("SerializationVersion", Value::Version([1, 1, 0, 1])),
        ] {
            versions.set(Value::text(name), value);
        }
        set("PSVersionTable", Value::Table(versions));
        let raw = Object::custom([
            ("ForegroundColor", Value::text("DarkYellow")),
            ("BackgroundColor", Value::text("DarkMagenta")),
            ("WindowTitle", Value::text("Windows PowerShell")),
        ]);
        let ui = Object::custom([("RawUI", Value::Object(raw))]);
        let host = Object::typed(
            &[
                "System.Management.Automation.Internal.Host.InternalHost",
                "System.Object",
            ],
            [
                ("Name", Value::text("ConsoleHost")),
                ("Version", Value::Version([5, 1, 20348, 2849])),
                ("UI", Value::Object(ui)),
                ("CurrentCulture", Value::text("en-US")),
                ("CurrentUICulture", Value::text("en-US")),
                ("PrivateData", Value::Object(Object::custom::<&str>([]))),
            ],
            Some("System.Management.Automation.Internal.Host.InternalHost"),
        );
        set("Host", Value::Object(host));
        let state = Object::custom([("LanguageMode", Value::text("FullLanguage"))]);
        let context = Object::custom([("SessionState", Value::Object(state))]);
        set("ExecutionContext", Value::Object(context));
    }

    /// Ends a script at a command or a type that the real machine may have and nothing here offers.
    /// Otherwise it meets the error that PowerShell has for what is not there, and goes on: right
    /// for somebody who types, and wrong for a script that would have found it.
    pub const fn end_at_unknown(&mut self) {
        self.ends_at_unknown = true;
    }

    /// Says that this is PowerShell 7.4 and not Windows PowerShell 5.1, to scripts that ask. What
    /// the two do differently stays as 5.1 does it.
    pub fn claim_seven(&mut self) {
        let global = self.scope.global();
        let version = Value::Version([7, 4, 6, -1]);
        let versions = Table::new(false);
        for (name, value) in [
            ("PSVersion", version.clone()),
            ("PSEdition", Value::text("Core")),
            ("GitCommitId", Value::text("7.4.6")),
            ("OS", Value::text("Microsoft Windows 10.0.20348")),
            ("Platform", Value::text("Win32NT")),
            ("PSRemotingProtocolVersion", Value::Version([2, 3, -1, -1])),
            ("SerializationVersion", Value::Version([1, 1, 0, 1])),
            ("WSManStackVersion", Value::Version([3, 0, -1, -1])),
        ] {
            versions.set(Value::text(name), value);
        }
        global.set("PSVersionTable", Value::Table(versions));
        global.set("PSEdition", Value::text("Core"));
        for (name, value) in [
            ("IsWindows", true),
            ("IsCoreCLR", true),
            ("IsLinux", false),
            ("IsMacOS", false),
        ] {
            global.set(name, Value::Bool(value));
        }
        global.set("PSHOME", Value::text("C:\\Program Files\\PowerShell\\7"));
    }

    /// Columns of the console: 120 at the beginning.
    pub fn set_width(&mut self, width: usize) {
        self.outlet.width = width.max(20);
    }

    /// Adds a module.
    pub fn load(&mut self, module: Rc<dyn Module>) {
        self.modules.push(module);
    }

    /// Steps so far.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// The folder that relative paths begin at, as Windows shows it.
    pub fn folder(&self) -> String {
        redirect::windows(&self.folder)
    }

    /// Keeps the exit code of a script.
    fn exit_code(&mut self, code: i32) {
        self.global.set("LASTEXITCODE", Value::Int(code));
    }

    /// The value of a variable of the session.
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.known(&name.to_lowercase())
    }

    /// Sets a variable of the session.
    pub fn set_variable(&mut self, name: &str, value: Value) {
        self.global.set(name, value);
    }

    /// The errors so far, the newest first (`$Error`).
    pub fn errors(&self) -> Vec<Rc<ErrorRecord>> {
        let errors = self.errors.borrow();
        let records = errors.iter().filter_map(|it| match it {
            Value::Error(record) => Some(Rc::clone(record)),
            _ => None,
        });
        records.collect()
    }
}
