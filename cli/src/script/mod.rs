//! Somebody's PowerShell, run in this process against a copy of their directories.

mod host;
mod sandbox;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::host::Lab;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use clap::Args;
use modules::Stage;
use powershell::check::{Finding, Severity};
use powershell::error::Stop;
use powershell::interpreter::{Ended, Interpreter, Limits, Parameter};
use powershell::value::Value;

pub(crate) use host::{Answers, ScriptHost};
pub(crate) use sandbox::Sandbox;

use crate::child::End;
use crate::error::Error;
use crate::report;

/// How a script is run.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScriptArguments {
    /// A PowerShell script to run in this process, instead of a command: unmodified, on the
    /// virtual clock. What stands behind `--` are its arguments.
    #[arg(long, value_name = "FILE", conflicts_with = "intercept")]
    pub(crate) script: Option<PathBuf>,
    /// The folder whose files the script sees; what it writes stays in memory [default: the
    /// script's own].
    #[arg(long, value_name = "DIR", requires = "script")]
    files: Option<PathBuf>,
    /// Write the files that the script has written to this folder.
    #[arg(long, value_name = "DIR", requires = "script")]
    output: Option<PathBuf>,
    /// Answers to what the script asks, one a line. Without them, questions for confirmation are
    /// answered with yes, and others end the script.
    #[arg(long, value_name = "FILE", requires = "script")]
    answers: Option<PathBuf>,
    /// Start although there is something in the script that is not simulated.
    #[arg(long, requires = "script")]
    run_anyway: bool,
    /// Let the script sign in first, as on a fresh machine, instead of finding its sessions open.
    #[arg(long, requires = "script")]
    signed_out: bool,
    /// Say to the script that this is PowerShell 7.4, and not Windows PowerShell 5.1; what it
    /// does stays the same.
    #[arg(long, requires = "script")]
    pwsh: bool,
    /// The most steps that the script may take.
    #[arg(long, value_name = "N", requires = "script", default_value_t = STEPS_MAX)]
    max_steps: u64,
}

/// The most steps unless said otherwise: some minutes of running.
const STEPS_MAX: u64 = 200_000_000;

/// A script that was read.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    root: PathBuf,
    answers: Vec<String>,
    arguments: Vec<String>,
    options: ScriptArguments,
}

/// What a report says of a script: its lines, and which of them ran.
#[derive(Debug, Clone)]
pub(crate) struct Covered {
    /// Its name.
    pub(crate) name: String,
    /// Its text.
    text: String,
    /// The lines with statements.
    pub(crate) statements: BTreeSet<u32>,
    reached: BTreeSet<u32>,
}

impl Covered {
    /// The lines with statements that did not run.
    pub(crate) fn missed(&self) -> impl Iterator<Item = u32> + '_ {
        self.statements.difference(&self.reached).copied()
    }

    /// A line of the script.
    pub(crate) fn line(&self, number: u32) -> &str {
        self.text
            .lines()
            .nth(number.saturating_sub(1) as usize)
            .unwrap_or_default()
    }
}

/// What a run left behind.
pub(crate) struct Left {
    pub(crate) end: End,
    pub(crate) lab: Lab,
    pub(crate) covered: Covered,
    sandbox: Sandbox,
}

impl ScriptArguments {
    /// Reads the script that is to run, if there is one.
    pub(crate) fn read(&self, arguments: &[String]) -> Result<Option<Script>, Error> {
        let Some(path) = &self.script else {
            return Ok(None);
        };
        let bytes = read(path, "check the path of the script")?;
        let own = path.parent().filter(|it| !it.as_os_str().is_empty());
        let root = self.files.clone().or_else(|| own.map(Path::to_owned));
        let answers = match &self.answers {
            None => Vec::new(),
            Some(path) => {
                let text = decoded(&read(path, "check the path of the answers")?);
                text.lines().map(str::to_owned).collect()
            }
        };
        Ok(Some(Script {
            path: path.clone(),
            text: decoded(&bytes),
            root: root.unwrap_or_else(|| PathBuf::from(".")),
            answers,
            arguments: arguments.to_vec(),
            options: self.clone(),
        }))
    }
}

fn read(path: &Path, help: &str) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
        help: help.to_owned(),
    })
}

/// A text file of Windows: UTF-8 or UTF-16, with a mark or without; else the ANSI page.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], join: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| join([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => ansi(bytes),
        },
    }
}

/// Windows-1252, in which the upper half differs from Latin-1 in 27 places.
fn ansi(bytes: &[u8]) -> String {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let letter = |byte: &u8| match byte {
        0x80..=0x9F => UPPER[(byte - 0x80) as usize],
        other => *other as char,
    };
    bytes.iter().map(letter).collect()
}

impl Script {
    /// Its name in reports.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// What keeps it from running as it would, with line and caret; an error unless that is to
    /// be passed over.
    pub(crate) fn check(&self, lab: &Lab) -> Result<(), Error> {
        let stage = Stage::new(lab.clone(), true);
        let mut all = modules::all(&stage);
        all.push(powershell::cmdlets::core());
        let sandbox = Sandbox::new(&self.root);
        let files = |path: &str| Some(decoded(&sandbox.read(path).ok()?));
        let seven = self.options.pwsh;
        let findings = powershell::check::check_as(&self.place(), &self.text, &all, &files, seven);
        if findings.is_empty() {
            return Ok(());
        }
        let blocking = findings
            .iter()
            .any(|it| it.severity == Severity::NotSimulated);
        let text = self.drawn(&findings);
        if !blocking || self.options.run_anyway {
            report::note(&text);
            return Ok(());
        }
        let count = findings
            .iter()
            .filter(|it| it.severity == Severity::NotSimulated)
            .count();
        Err(Error::Scenario(format!(
            "{text}error: {count} {} not simulated, so the script was not started\n  = help: \
             `--run-anyway` starts it; what is not simulated ends it when it is reached",
            if count == 1 { "thing is" } else { "things are" }
        )))
    }

    /// Runs it against a lab. Where the lab stops answering, it is started again, as somebody
    /// would who finds the window closed.
    pub(crate) fn run(&self, lab: Lab, killed: bool, quiet: bool) -> Left {
        let sandbox = Sandbox::new(&self.root);
        let mut left = self.once(lab, sandbox, quiet);
        if killed {
            left.lab.thaw();
            left = self.once(left.lab, left.sandbox, quiet);
        }
        left
    }

    fn once(&self, lab: Lab, sandbox: Sandbox, quiet: bool) -> Left {
        let stage = Stage::new(lab, !self.options.signed_out);
        let interrupted = interrupted();
        let answers = Answers::Listed(self.answers.iter().cloned().collect());
        let mut host = ScriptHost::new(stage.clone(), sandbox, answers, interrupted);
        if !self.answers.is_empty() {
            host = host.asking_everything();
        }
        if quiet {
            host = host.quiet();
        }
        let mut all = modules::all(&stage);
        all.push(powershell::cmdlets::core());
        let limits = Limits {
            steps: self.options.max_steps,
            ..Limits::default()
        };
        let name = self.place();
        let ended = {
            let mut interpreter = Interpreter::new(Box::new(&mut host), all, limits);
            interpreter.end_at_unknown();
            if self.options.pwsh {
                interpreter.claim_seven();
            }
            interpreter.run_script(&name, &self.text, parameters(&self.arguments))
        };
        if let Ended::Stopped(why) = &ended
            && !quiet
        {
            report::note(&format!("error: {}\n", stopped(why)));
        }
        let code = ended.code();
        let statements = powershell::check::statement_lines(&self.text);
        let reached = host.reached.iter().filter(|(file, _)| **file == *name);
        let covered = Covered {
            name: self.name(),
            text: self.text.clone(),
            statements: statements.into_iter().collect(),
            reached: reached.map(|(_, line)| *line).collect(),
        };
        Left {
            end: End::Script(code),
            lab: stage.lab(),
            covered,
            sandbox: host.sandbox,
        }
    }

    /// Where it lies, as it sees it itself.
    fn place(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        format!("C:\\{}", name.to_string_lossy())
    }

    /// Findings with their lines.
    fn drawn(&self, findings: &[Finding]) -> String {
        let (name, place) = (self.name(), self.place());
        let mut drawn = String::new();
        for finding in findings {
            let level = match finding.severity {
                Severity::NotSimulated => Level::ERROR,
                Severity::Mistake | Severity::Less => Level::WARNING,
            };
            let text = &*finding.source.text;
            let end = finding.span.end.min(text.len());
            let span = finding.span.start.min(end)..end;
            let file = match &*finding.source.file {
                own if own == place => name.as_str(),
                other => other,
            };
            let snippet = Snippet::source(text).path(file).annotation(
                AnnotationKind::Primary
                    .span(span)
                    .label(finding.label.as_str()),
            );
            let group = level
                .primary_title(finding.message.as_str())
                .element(snippet);
            let _ = writeln!(drawn, "{}\n", Renderer::plain().render(&[group]));
        }
        drawn
    }

    /// Writes what the script wrote, if that is wanted.
    pub(crate) fn keep(&self, left: &Left) -> Result<(), Error> {
        let Some(folder) = &self.options.output else {
            return Ok(());
        };
        for (path, bytes) in left.sandbox.written() {
            let place = folder.join(path.trim_start_matches('/'));
            let made = place.parent().map_or(Ok(()), std::fs::create_dir_all);
            made.and_then(|()| std::fs::write(&place, bytes))
                .map_err(|source| Error::Write {
                    path: place.clone(),
                    source,
                    help: "give a folder that can be written with `--output`".to_owned(),
                })?;
        }
        Ok(())
    }
}

/// The arguments of a script: `-Name value`, `-Name:value`, `-Switch`, or a value alone.
fn parameters(words: &[String]) -> Vec<Parameter> {
    let mut all = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let is_name = |it: &str| {
            let letter = it.strip_prefix('-').and_then(|it| it.chars().next());
            letter.is_some_and(char::is_alphabetic)
        };
        if !is_name(word) {
            all.push(Parameter::Value(argument(word)));
            continue;
        }
        let word = word.trim_start_matches('-');
        let (name, value) = match word.split_once(':') {
            Some((name, value)) if !value.is_empty() => (name, Some(argument(value))),
            _ => {
                let value = words.next_if(|it| !is_name(it)).map(|it| argument(it));
                (word.trim_end_matches(':'), value)
            }
        };
        all.push(Parameter::Named(name.into(), value));
    }
    all
}

/// An argument: text, but for the three constants.
fn argument(word: &str) -> Value {
    match word.to_ascii_lowercase().as_str() {
        "$true" => Value::Bool(true),
        "$false" => Value::Bool(false),
        "$null" => Value::Null,
        _ => Value::text(word),
    }
}

/// Why a script was stopped, in words.
pub(crate) fn stopped(why: &Stop) -> String {
    match why {
        Stop::Interrupted => "the script was interrupted".to_owned(),
        Stop::Steps(steps) => format!(
            "the script was stopped after {steps} steps\n  = help: `--max-steps` allows more"
        ),
        Stop::Memory(bytes) => format!("the script was stopped: it used {bytes} bytes"),
        Stop::Depth(depth) => {
            format!("the script was stopped: calls were nested {depth} deep")
        }
        Stop::NotSimulated(what) if what.ends_with('.') => {
            format!("the script was stopped: {what}")
        }
        Stop::NotSimulated(what) => format!("the script was stopped: {what} is not simulated"),
        Stop::Unanswered(prompt) => format!(
            "the script was stopped: it asked `{prompt}`, and there is no answer left\n  = help: \
             `--answers FILE` gives answers, one a line"
        ),
    }
}

/// A flag that Ctrl-C sets.
pub(crate) fn interrupted() -> Arc<AtomicBool> {
    static FLAG: std::sync::OnceLock<Arc<AtomicBool>> = std::sync::OnceLock::new();
    let flag = FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        // Where no handler can be set, Ctrl-C ends the process, as it always does.
        let _ = ctrlc::set_handler(move || set.store(true, Ordering::Relaxed));
        flag
    });
    flag.store(false, Ordering::Relaxed);
    Arc::clone(flag)
}
