use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Ended, Interpreter, Limits};
use crate::convert;
use crate::error::{Stop, Unwind};
use crate::host::{FileEntry, FileError, Host, Stream};
use crate::value::Value;

/// A world with a few files, which keeps what is shown.
#[derive(Default)]
struct World {
    shown: String,
    answers: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Host for World {
    fn write(&mut self, _stream: Stream, text: &str, _colour: Option<&str>) {
        self.shown.push_str(text);
    }

    fn ask(&mut self, prompt: &str, _secret: bool) -> Option<String> {
        self.shown.push_str(prompt);
        self.shown.push('\n');
        (!self.answers.is_empty()).then(|| self.answers.remove(0))
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn sleep(&mut self, _duration: SignedDuration) {}

    fn random(&mut self) -> u64 {
        4
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.get(path).cloned().ok_or(FileError::NotFound)
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn entry(&self, path: &str) -> Result<FileEntry, FileError> {
        let bytes = self.read(path)?;
        Ok(FileEntry {
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            folder: false,
            size: bytes.len() as u64,
        })
    }

    fn list(&self, _path: &str) -> Result<Vec<FileEntry>, FileError> {
        Ok(Vec::new())
    }

    fn make_folder(&mut self, _path: &str) -> Result<(), FileError> {
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.files
            .remove(path)
            .map(|_| ())
            .ok_or(FileError::NotFound)
    }
}

/// What a row of the table says of a value: its type and its text, or the id of an error.
fn described(text: &str) -> String {
    let mut world = World::default();
    let mut session = Interpreter::new(
        Box::new(&mut world),
        crate::test_modules(),
        Limits::default(),
    );
    session.set_variable("ErrorActionPreference", Value::text("Stop"));
    match session.evaluate(text) {
        Ok(written) => shown(&written),
        Err(Unwind::Error(record)) => format!("error {}", record.id),
        Err(Unwind::Stopped(stop)) => format!("stopped {stop:?}"),
        Err(other) => format!("{other:?}"),
    }
}

fn shown(values: &[Value]) -> String {
    let texts = values.iter().map(|value| match value {
        Value::Array(array) => format!("[{}]", shown(&array.borrow())),
        Value::Null => "null".to_owned(),
        other => {
            let kind = convert::type_name(other);
            let short = kind.rsplit('.').next().unwrap_or(&kind);
            format!("{short}:{}", convert::to_text(other))
        }
    });
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_language_does_what_is_documented() {
    let table = include_str!("../../tests/language.tsv");
    let mut wrong = Vec::new();
    for line in table
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with("##"))
    {
        let Some((expression, expected)) = line.split_once('\t') else {
            wrong.push(format!("no tab: {line}"));
            continue;
        };
        let expression = expression.replace("\\n", "\n");
        let got = described(&expression);
        if got != expected {
            wrong.push(format!("{line}\n    got {got}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Runs a script and returns all it shows.
fn output(text: &str, answers: &[&str]) -> (String, Ended) {
    let mut world = World {
        answers: answers.iter().map(ToString::to_string).collect(),
        ..World::default()
    };
    let ended = {
        let mut session = Interpreter::new(
            Box::new(&mut world),
            crate::test_modules(),
            Limits::default(),
        );
        session.run_script("C:\\x.ps1", text, Vec::new())
    };
    (world.shown, ended)
}

#[test]
fn errors_look_as_in_the_console() {
    let (shown, _) = output("Get-Nothing -Foo 1\n'next'", &[]);
    assert_eq!(
        shown,
        "Get-Nothing : The term 'Get-Nothing' is not recognized as the name of a cmdlet, function, \
         script file, or operable program. Check the spelling of the name, or if a path was \
         included, verify that the path is correct and try again.\n\
         At C:\\x.ps1:1 char:1\n+ Get-Nothing -Foo 1\n+ ~~~~~~~~~~~\n    \
         + CategoryInfo          : ObjectNotFound: (Get-Nothing:String) [], \
         CommandNotFoundException\n    + FullyQualifiedErrorId : CommandNotFoundException\n \n\
         next\n"
    );
}

#[test]
fn a_mandatory_parameter_is_asked_for() {
    let script = "function f { param([Parameter(Mandatory)]$Name) \"got $Name\" }\nf";
    let (shown, _) = output(script, &["x"]);
    assert_eq!(
        shown,
        "\ncmdlet f at command pipeline position 1\nSupply values for the following parameters:\n\
         Name: \ngot x\n"
    );
}

#[test]
fn limits_end_what_does_not_end() {
    let ended = |text: &str| {
        let limits = Limits {
            steps: 100_000,
            memory: 50_000_000,
            depth: 64,
        };
        let mut session = Interpreter::new(Box::new(World::default()), Vec::new(), limits);
        session.run_script("", text, Vec::new())
    };
    let how = ended("while ($true) { }");
    assert!(matches!(how, Ended::Stopped(Stop::Steps(_))), "{how:?}");
    let how = ended("function f { f }\nf");
    assert!(matches!(how, Ended::Stopped(Stop::Depth(_))), "{how:?}");
    let how = ended("$a = 'x' * 1000; while ($true) { $a += $a }");
    assert!(!matches!(how, Ended::Done(_)), "{how:?}");
}
