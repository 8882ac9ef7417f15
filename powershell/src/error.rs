//! What goes wrong in a script, and how control leaves a statement.

use std::fmt;
use std::rc::Rc;

use crate::value::Value;

/// A place in a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The file, as it was given; empty for what was typed at a prompt.
    pub file: Rc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1 in characters.
    pub column: u32,
    /// The whole line as it stands in the script.
    pub text: Rc<str>,
    /// The bytes of the file that are meant.
    pub span: std::ops::Range<usize>,
}

/// What kind of error it is, as `CategoryInfo` shows it (`ObjectNotFound`, `InvalidArgument` …).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum Category {
    #[default]
    NotSpecified,
    OpenError,
    CloseError,
    DeviceError,
    DeadlockDetected,
    InvalidArgument,
    InvalidData,
    InvalidOperation,
    InvalidResult,
    InvalidType,
    MetadataError,
    NotImplemented,
    NotInstalled,
    ObjectNotFound,
    OperationStopped,
    OperationTimeout,
    SyntaxError,
    ParserError,
    PermissionDenied,
    ResourceBusy,
    ResourceExists,
    ResourceUnavailable,
    ReadError,
    WriteError,
    FromStdErr,
    SecurityError,
    ProtocolError,
    ConnectionError,
    AuthenticationError,
    LimitsExceeded,
    QuotaExceeded,
    NotEnabled,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// An error as PowerShell records it.
#[derive(Debug, Clone, Default)]
pub struct ErrorRecord {
    /// The message (`$_.Exception.Message`).
    pub message: String,
    /// The full name of the exception's type.
    pub exception: Rc<str>,
    /// The first part of `FullyQualifiedErrorId`, before the comma.
    pub id: Rc<str>,
    /// Its category.
    pub category: Category,
    /// What it was about (`TargetObject`).
    pub target: Value,
    /// What it was about, in words, for `CategoryInfo`; made from the target when empty.
    pub target_name: String,
    /// `CategoryInfo.Activity`: the command that raised it (`Get-ADUser`); empty for the language.
    pub activity: Rc<str>,
    /// The second part of `FullyQualifiedErrorId`: the class of the cmdlet; empty for none.
    pub command_class: Rc<str>,
    /// Where. Filled in by the interpreter when empty.
    pub position: Option<Position>,
    /// `ScriptStackTrace`. Filled in by the interpreter.
    pub stack: Rc<str>,
    /// What the console shows before the message; the activity where it is empty.
    pub shown_by: Rc<str>,
    /// Whether it ends the script and not only a statement (`throw`, `-ErrorAction Stop`).
    pub is_fatal: bool,
    /// `ErrorDetails.Message`, where it differs from the message (Graph puts its JSON there).
    pub details: Option<String>,
    /// Further properties of the exception (`ErrorCode`, `Response` …).
    pub properties: Vec<(Rc<str>, Value)>,
    /// The exception inside (`InnerException`).
    pub inner: Option<Rc<Self>>,
}

impl ErrorRecord {
    /// An error with a message, the type of its exception, its id and its category.
    pub fn new(message: impl Into<String>, exception: &str, id: &str, category: Category) -> Self {
        Self {
            message: message.into(),
            exception: Rc::from(exception),
            id: Rc::from(id),
            category,
            ..Self::default()
        }
    }

    /// The same about something.
    #[must_use]
    pub fn about(mut self, target: Value) -> Self {
        self.target = target;
        self
    }
}

/// How control leaves a statement other than at its end.
#[derive(Debug, Clone)]
pub enum Unwind {
    /// A terminating error: `catch` sees it.
    Error(Rc<ErrorRecord>),
    /// `break`, to a label or out of the innermost loop.
    Break(Option<Rc<str>>),
    /// `continue`.
    Continue(Option<Rc<str>>),
    /// `return`; what it returns has been written already.
    Return,
    /// `exit`, with its code.
    Exit(i32),
    /// The rest of a pipeline has all it wants (`Select-Object -First`), by the number of the
    /// pipeline. A cmdlet says 0: its own.
    PipelineDone(u64),
    /// The script is stopped from outside: a limit, or somebody at the keyboard. `catch` does
    /// not see it, `finally` does.
    Stopped(Stop),
}

/// Why a script is stopped from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Somebody pressed Ctrl-C, or the host wants no more.
    Interrupted,
    /// So many steps were taken.
    Steps(u64),
    /// So many bytes were in use.
    Memory(u64),
    /// Calls were nested so deep.
    Depth(u32),
    /// Something that is not simulated was met.
    NotSimulated(String),
    /// It asked this, and nobody answers.
    Unanswered(String),
}

impl From<ErrorRecord> for Unwind {
    fn from(record: ErrorRecord) -> Self {
        Self::Error(Rc::new(record))
    }
}

/// What comes of a statement or a cmdlet: nothing, or a way out.
pub type Outcome<T = ()> = Result<T, Unwind>;
