use super::{Ended, Interpreter, Limits};
use crate::convert;
use crate::error::{Stop, Unwind};
use crate::host::MemoryHost;
use crate::value::Value;

/// What a row of the table says of a value: its type and its text, or the id of an error.
fn described(text: &str) -> String {
    let mut session = Interpreter::new(
        Box::new(MemoryHost::default()),
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
    let host = MemoryHost::answering(answers);
    let modules = crate::test_modules();
    let mut session = Interpreter::new(Box::new(host.clone()), modules, Limits::default());
    let ended = session.run_script("C:\\x.ps1", text, Vec::new());
    drop(session);
    (host.shown(), ended)
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
fn streams_go_to_files() {
    let script = "
        function f { 'out'; Write-Error 'bad'; Write-Warning 'careful'; Write-Host 'hi' }
        f > C:\\o.txt 2> C:\\e.txt 3> $null
        'o:'; Get-Content C:\\o.txt; 'e:'; (Get-Content C:\\e.txt)[0]
        f *> C:\\all.txt
        (Get-Content C:\\all.txt | Where-Object { $_ -match 'out|bad|careful|hi' }).Count -ge 4
        f 2>> C:\\e.txt > $null 3> $null 6> $null
        (Get-Content C:\\e.txt | Where-Object { $_ -match 'bad' }).Count
        Get-Date > $null 2> C:\\none.txt; Test-Path C:\\none.txt
        $x = f 2>&1 3>&1 6> $null; $x.Count
    ";
    let (shown, _) = output(script, &[]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "hi", "{shown}");
    assert_eq!(lines[1..4], ["o:", "out", "e:"], "{shown}");
    assert_eq!(lines[4], "f : bad", "{shown}");
    assert_eq!(lines[5..], ["True", "2", "True", "3"], "{shown}");
}

#[test]
fn limits_end_what_does_not_end() {
    let ended = |text: &str| {
        let limits = Limits {
            steps: 100_000,
            memory: 50_000_000,
            depth: 64,
        };
        let mut session = Interpreter::new(Box::new(MemoryHost::default()), Vec::new(), limits);
        session.run_script("", text, Vec::new())
    };
    let how = ended("while ($true) { }");
    assert!(matches!(how, Ended::Stopped(Stop::Steps(_))), "{how:?}");
    let how = ended("function f { f }\nf");
    assert!(matches!(how, Ended::Stopped(Stop::Depth(_))), "{how:?}");
    let how = ended("class A { [A]$B = [A]::new() }\n[A]::new()");
    assert!(matches!(how, Ended::Stopped(Stop::Depth(_))), "{how:?}");
    let how = ended("class A { [int] F() { return $this.F() } }\n[A]::new().F()");
    assert!(matches!(how, Ended::Stopped(Stop::Depth(_))), "{how:?}");
    let how = ended("enum E { X }; class A { [A]$B = [A]@{} }; [A]@{}; while ($true) { }");
    assert!(matches!(how, Ended::Stopped(_)), "{how:?}");
    let how = ended("$a = 'x' * 1000; while ($true) { $a += $a }");
    assert!(!matches!(how, Ended::Done(_)), "{how:?}");
}
