//! `shell`: a PowerShell prompt over a copy of somebody's directories.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;
use modules::Stage;
use powershell::interpreter::{Ended, Interpreter, Limits};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Editor, Helper};

use crate::commands::rehearse::Ran;
use crate::error::Error;
use crate::exit::Exit;
use crate::lab::LabArguments;
use crate::report;
use crate::script::{Answers, Sandbox, ScriptHost, interrupted, stopped};

/// Type PowerShell against a world: the cmdlets of ActiveDirectory, MSOnline, AzureAD,
/// Microsoft.Graph, ADSync and Exchange, on the virtual clock.
///
/// Nothing real is touched. Files are read below the current folder; what is written stays in
/// memory. At a terminal there are history and completion of cmdlets, parameters and variables;
/// otherwise lines are read from standard input. `exit` ends it and says what came of the session.
#[derive(Debug, Args)]
pub(crate) struct Shell {
    /// A scenario file, or the directory of a snapshot; an empty world without.
    #[arg(value_name = "SCENARIO|SNAPSHOT")]
    world: Option<PathBuf>,
    #[command(flatten)]
    lab: LabArguments,
    /// The folder whose files the session sees.
    #[arg(long, value_name = "DIR", default_value = ".")]
    files: PathBuf,
    /// Sign in first, as on a fresh machine.
    #[arg(long)]
    signed_out: bool,
    /// Do not judge the session at its end.
    #[arg(long)]
    no_verdict: bool,
}

type Session<'h> = Rc<RefCell<Interpreter<'h>>>;

struct Prompt<'h>(Session<'h>);

impl Helper for Prompt<'_> {}

impl Highlighter for Prompt<'_> {}

impl Hinter for Prompt<'_> {
    type Hint = String;
}

impl Completer for Prompt<'_> {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let found = self.0.borrow_mut().complete(line, cursor);
        let pairs = found.words.into_iter().map(|word| Pair {
            display: word.clone(),
            replacement: word,
        });
        Ok((found.start, pairs.collect()))
    }
}

impl Validator for Prompt<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        if powershell::syntax::is_incomplete(context.input()) {
            return Ok(ValidationResult::Incomplete);
        }
        Ok(ValidationResult::Valid(None))
    }
}

impl Shell {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let loaded = self.lab.load(self.world.as_deref())?;
        let stage = Stage::new(self.lab.lab(&loaded), !self.signed_out);
        let code = prompt(&stage, &self.files, &loaded.name)?;
        if self.no_verdict {
            return Ok(if code == 0 {
                Exit::Success
            } else {
                Exit::Failure
            });
        }
        let ran = Ran::of_session(&stage.lab(), code);
        let words = ["shell".to_owned()];
        let format = super::run::Format::Human;
        report::note(&report::rehearsal::render(format, &loaded, &words, &[ran]));
        Ok(if code == 0 {
            Exit::Success
        } else {
            Exit::Failure
        })
    }
}

/// Types PowerShell against a world, until somebody ends it; gives the code.
pub(crate) fn prompt(stage: &Stage, files: &Path, name: &str) -> Result<i32, Error> {
    let terminal = std::io::stdin().is_terminal();
    let flag = interrupted();
    let sandbox = Sandbox::new(files);
    let host = ScriptHost::new(stage.clone(), sandbox, Answers::Terminal, flag);
    let host = host.asking_everything();
    let mut all = modules::all(stage);
    all.push(powershell::cmdlets::core());
    let interpreter = Interpreter::new(Box::new(host), all, Limits::default());
    let session = Rc::new(RefCell::new(interpreter));
    if !terminal {
        return Ok(from_lines(&session));
    }
    report::note(&format!(
        "{name}: nothing real is touched. `exit` ends the session, `Get-Command` lists what there \
         is.\n"
    ));
    at_terminal(&session)
}

/// Reads lines with history and completion.
fn at_terminal(session: &Session<'_>) -> Result<i32, Error> {
    let refused = |error: &ReadlineError| Error::Usage {
        message: format!("the terminal can't be used: {error}"),
        help: "give the lines on standard input".to_owned(),
    };
    let mut editor: Editor<Prompt<'_>, DefaultHistory> =
        Editor::new().map_err(|error| refused(&error))?;
    editor.set_helper(Some(Prompt(Rc::clone(session))));
    loop {
        let prompt = format!("PS {}> ", session.borrow().folder());
        match editor.readline(&prompt) {
            Ok(line) => {
                // A line that can't be remembered is run all the same.
                let _ = editor.add_history_entry(&line);
                if let Some(code) = run(session, &line) {
                    return Ok(code);
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(0),
            Err(error) => return Err(refused(&error)),
        }
    }
}

/// Reads lines from standard input; a statement may take several.
fn from_lines(session: &Session<'_>) -> i32 {
    let mut pending = String::new();
    // A question in between reads its answer from the same input, so nothing is read ahead.
    while std::io::stdin()
        .read_line(&mut pending)
        .is_ok_and(|bytes| bytes > 0)
    {
        if powershell::syntax::is_incomplete(&pending) {
            continue;
        }
        if let Some(code) = run(session, &std::mem::take(&mut pending)) {
            return code;
        }
    }
    run(session, &pending).unwrap_or(0)
}

/// Runs a statement; gives the code where the session is over.
fn run(session: &Session<'_>, text: &str) -> Option<i32> {
    let _ = interrupted();
    match session.borrow_mut().run_line(text) {
        Ended::Done(code) if session_is_over(text) => Some(code),
        Ended::Done(_) | Ended::Failed(_) => None,
        Ended::Stopped(why) => {
            report::note(&format!("{}\n", stopped(&why)));
            None
        }
    }
}

fn session_is_over(text: &str) -> bool {
    text.trim().to_lowercase().split_whitespace().next() == Some("exit")
}
