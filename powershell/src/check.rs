//! What a script can't do here, said before it runs: nothing is skipped in silence.

mod files;
mod programs;
mod types;
mod walk;

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use crate::command::Module;
use crate::syntax::{ParseError, Source, parse};

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The real PowerShell could run it, and this one can't.
    NotSimulated,
    /// The real PowerShell would fail there too.
    Mistake,
    /// It runs, and does less than it would.
    Less,
}

/// Something that can't be run.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What it means.
    pub severity: Severity,
    /// What it is, in a sentence.
    pub message: String,
    /// What to say at the place.
    pub label: String,
    /// The script that it is in: the one that was given, or a file that it loads.
    pub source: Rc<Source>,
    /// The place, in bytes.
    pub span: Range<usize>,
}

/// The files that a script sees: gives the text behind a path from the root, such as
/// `/lib/common.ps1`.
pub type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Looks through a script and the files that it loads: commands, parameters, types and members
/// that are not there. `name` is the path that the script has on its machine.
///
/// A cmdlet or a program that nothing here offers is not simulated, because the real machine may
/// have it. What can be neither, and a parameter that a cmdlet does not have, is a mistake: the
/// real PowerShell says so when it gets there, and most scripts go on.
pub fn check(name: &str, text: &str, modules: &[Rc<dyn Module>], files: Files<'_>) -> Vec<Finding> {
    check_as(name, text, modules, files, true)
}

/// The same, where operators of PowerShell 7 may be a mistake: Windows PowerShell 5.1 does not
/// parse them. They are run all the same.
pub fn check_as(
    name: &str,
    text: &str,
    modules: &[Rc<dyn Module>],
    files: Files<'_>,
    seven: bool,
) -> Vec<Finding> {
    let source = Rc::new(Source::new(name, text));
    let block = match parse(&source) {
        Ok(block) => block,
        // Nothing of a script that can't be parsed is run by anybody.
        Err(error) => return vec![unparsed(&source, error)],
    };
    let mut walk = walk::Walk::new(modules, &source);
    walk.seven = seven;
    let loaded = walk.declare(&source, &block, files);
    walk.block(&block);
    for (source, block) in loaded {
        walk.source = source;
        walk.block(&block);
    }
    let mut findings = walk.findings;
    // The script itself first, and what it loads in the order of loading.
    findings.sort_by_key(|it| {
        let other = !Rc::ptr_eq(&it.source, &source);
        (other, it.source.file.clone(), it.span.start, it.span.end)
    });
    findings.dedup_by(|one, other| {
        one.span == other.span
            && one.message == other.message
            && one.source.file == other.source.file
    });
    findings
}

/// Whether a name that nothing here offers may be that of a command all the same: it has the form
/// of a cmdlet, or is known to be a program.
pub(crate) fn may_exist(name: &str) -> bool {
    walk::is_cmdlet(name) || programs::is_program(name)
}

fn unparsed(source: &Rc<Source>, error: ParseError) -> Finding {
    let label = if error.not_simulated {
        "not simulated"
    } else {
        error.id
    };
    Finding {
        severity: Severity::NotSimulated,
        label: label.to_owned(),
        message: error.message,
        source: Rc::clone(source),
        span: error.span.start..error.span.end,
    }
}

/// The lines on which a statement begins, in order; none for a script that can't be parsed.
pub fn statement_lines(text: &str) -> Vec<u32> {
    let source = Rc::new(Source::new("", text));
    let Ok(block) = parse(&source) else {
        return Vec::new();
    };
    let mut walk = walk::Walk::new(&[], &source);
    walk.block(&block);
    let lines: BTreeSet<u32> = walk
        .statements
        .iter()
        .map(|span| source.position(*span).line)
        .collect();
    lines.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<(Severity, String)> {
        labels_beside(text, &[])
    }

    /// The same where there are files beside the script.
    fn labels_beside(text: &str, beside: &[(&str, &str)]) -> Vec<(Severity, String)> {
        let modules = [crate::cmdlets::core()];
        let read = |path: &str| {
            let found = beside.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| (*text).to_owned())
        };
        let found = check("C:\\t.ps1", text, &modules, &read);
        found
            .into_iter()
            .map(|it| (it.severity, it.source.text[it.span].to_owned()))
            .collect()
    }

    #[test]
    fn what_is_not_there_is_pointed_at() {
        assert_eq!(
            labels("function f($a) { $a }\nf 1 | ForEach-Object { $_ }"),
            []
        );
        let not = |text: &str| (Severity::NotSimulated, text.to_owned());
        let mistake = |text: &str| (Severity::Mistake, text.to_owned());
        assert_eq!(labels("Get-Nothing -x"), [not("Get-Nothing")]);
        assert_eq!(
            labels("if ($a) { Get-Date -Nonsense 1 }"),
            [mistake("-Nonsense")]
        );
        assert_eq!(
            labels("$x = [No.Such.Type]::new()"),
            [not("[No.Such.Type]")]
        );
        assert_eq!(labels("[Math]::Nonsense(1)"), [not("[Math]::Nonsense(1)")]);
        assert_eq!(labels("Add-Type -AssemblyName X"), [not("Add-Type")]);
        assert_eq!(labels("[xml]'<a/>'"), []);
        let own = "class A { static [int]$N }; enum B { X }; [A]::N; [B]::X; [B]::Y";
        assert_eq!(labels(own), [mistake("[B]::Y")]);
        assert_eq!(labels("class A { [Nope]$N }"), [not("[Nope]")]);
        assert_eq!(
            labels("New-Object -ComObject Excel.Application"),
            [not("-ComObject")]
        );
        let less = (Severity::Less, "-ComObject".to_owned());
        assert_eq!(labels("New-Object -ComObject wscript.shell"), [less]);
        assert_eq!(
            labels("using namespace System.Net\n[ServicePointManager]::SecurityProtocol"),
            []
        );
        assert_eq!(labels("Wrtie-Host 1"), [mistake("Wrtie-Host")]);
        let modules = [crate::cmdlets::core()];
        let old = check_as("C:\\t.ps1", "$a ?? 1; 1 && 2", &modules, &|_| None, false);
        let severities: Vec<Severity> = old.iter().map(|it| it.severity).collect();
        assert_eq!(severities, [Severity::Mistake, Severity::Mistake]);
        assert_eq!(labels("\"$x: y\"").len(), 1);
    }

    #[test]
    fn functions_of_loaded_files_are_known_and_looked_through() {
        let library = "function Move-Them { Get-Nothing }";
        let not = |text: &str| (Severity::NotSimulated, text.to_owned());
        for load in [
            ". .\\lib.ps1",
            ". \"$PSScriptRoot\\lib.ps1\"",
            ". (Join-Path $PSScriptRoot 'lib.ps1')",
            ". ($PSScriptRoot + '\\lib.ps1')",
            ". C:\\x\\..\\lib.ps1",
            "Import-Module .\\lib.ps1",
        ] {
            let text = format!("{load}\nMove-Them");
            let found = labels_beside(&text, &[("/lib.ps1", library)]);
            assert_eq!(found, [not("Get-Nothing")], "{load}");
        }
        // Files load files, and each other.
        let nested = [
            (
                "/lib/one.ps1",
                ". $PSScriptRoot\\two.ps1\nfunction One { Two }",
            ),
            (
                "/lib/two.ps1",
                ". $PSScriptRoot\\one.ps1\nfunction Two { One }",
            ),
        ];
        assert_eq!(labels_beside(". .\\lib\\one.ps1\nOne; Two", &nested), []);
        // A file that is not there has what nobody knows.
        let text = ". .\\lib.ps1\nMove-Them";
        assert_eq!(labels(text), [not(".\\lib.ps1"), not("Move-Them")]);
        // Where a path is only known when the script runs, so are its functions.
        let text = ". $path\nMove-Them";
        assert_eq!(labels(text), [(Severity::Mistake, "Move-Them".to_owned())]);
    }

    #[test]
    fn what_nothing_is_called_like_is_a_mistake() {
        let not = |text: &str| (Severity::NotSimulated, text.to_owned());
        let mistake = |text: &str| (Severity::Mistake, text.to_owned());
        for text in ["UserPrincipalName", "user1@domain.com", "goto", "-filter"] {
            assert_eq!(labels(&format!("& {text}")), [mistake(text)], "{text}");
        }
        for text in [
            "Get-Nothing",
            "ldifde",
            "repadmin",
            ".\\tool.exe",
            "cscript",
        ] {
            assert_eq!(labels(text), [not(text)], "{text}");
        }
    }

    #[test]
    fn parameters_of_own_functions_are_looked_at() {
        let advanced = "function Move-It { [CmdletBinding(SupportsShouldProcess)] \
                        param([Alias('Who')]$Name, [switch]$All) }\n";
        let found = |line: &str| labels(&format!("{advanced}{line}"));
        assert_eq!(found("Move-It -Who x -A -Verbose -WhatIf -ea Stop"), []);
        let mistake = |text: &str| (Severity::Mistake, text.to_owned());
        assert_eq!(found("Move-It -Nmae x"), [mistake("-Nmae")]);
        // One without attributes takes whatever it is given.
        assert_eq!(labels("function f($Name) { $args }\nf -Nmae x"), []);
        // Which of two is called is only known when the script runs.
        let twice = format!("{advanced}function Move-It {{ $args }}\nMove-It -Nmae x");
        assert_eq!(labels(&twice), []);
        let library = [("/lib.ps1", advanced)];
        let text = ". .\\lib.ps1\nMove-It -Nmae x";
        assert_eq!(labels_beside(text, &library), [mistake("-Nmae")]);
    }

    #[test]
    fn drives_of_windows_are_not_simulated() {
        let not = |text: &str| (Severity::NotSimulated, text.to_owned());
        let text = "Test-Path HKLM:\\Software\\X";
        assert_eq!(labels(text), [not("HKLM:\\Software\\X")]);
        assert_eq!(labels("Get-ChildItem Cert:\\"), [not("Cert:\\")]);
        assert_eq!(labels("Write-Output 'HKLM: a note'"), []);
        assert_eq!(labels("Get-ChildItem C:\\x; Get-Item env:PATH"), []);
    }

    #[test]
    fn lines_with_statements_are_counted_once() {
        assert_eq!(
            statement_lines("$a = 1; $b = 2\n\n# no\nif ($a) {\n  $b\n}\n"),
            [1, 4, 5]
        );
    }
}
