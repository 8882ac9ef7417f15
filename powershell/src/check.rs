//! What a script can't do here, said before it runs: nothing is skipped in silence.

mod walk;

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use crate::command::Module;
use crate::syntax::{Source, parse};

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The real PowerShell could run it, and this one can't.
    NotSimulated,
    /// The real PowerShell would fail there too.
    Mistake,
}

/// Something that can't be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it means.
    pub severity: Severity,
    /// What it is, in a sentence.
    pub message: String,
    /// What to say at the place.
    pub label: String,
    /// The place, in bytes.
    pub span: Range<usize>,
}

/// Looks through a script: commands, parameters, types and members that are not there.
///
/// A command that nothing here offers is not simulated, because the real machine may have it: a
/// library, a program. A parameter that a cmdlet does not have is a mistake.
pub fn check(name: &str, text: &str, modules: &[Rc<dyn Module>]) -> Vec<Finding> {
    let source = Rc::new(Source::new(name, text));
    let block = match parse(&source) {
        Ok(block) => block,
        Err(error) => {
            // Nothing of a script that can't be parsed is run by anybody.
            return vec![Finding {
                severity: Severity::NotSimulated,
                label: if error.not_simulated {
                    "not simulated"
                } else {
                    error.id
                }
                .to_owned(),
                message: error.message,
                span: error.span.start..error.span.end,
            }];
        }
    };
    let mut walk = walk::Walk::new(modules);
    walk.declare(&block);
    walk.block(&block);
    let mut findings = walk.findings;
    findings.sort_by_key(|it| (it.span.start, it.span.end));
    findings.dedup();
    findings
}

/// The lines on which a statement begins, in order; none for a script that can't be parsed.
pub fn statement_lines(text: &str) -> Vec<u32> {
    let source = Rc::new(Source::new("", text));
    let Ok(block) = parse(&source) else {
        return Vec::new();
    };
    let mut walk = walk::Walk::new(&[]);
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
        let modules = [crate::cmdlets::core()];
        let found = check("t.ps1", text, &modules);
        found
            .into_iter()
            .map(|it| (it.severity, text[it.span].to_owned()))
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
        assert_eq!(labels("\"$x: y\"").len(), 1);
    }

    #[test]
    fn lines_with_statements_are_counted_once() {
        assert_eq!(
            statement_lines("$a = 1; $b = 2\n\n# no\nif ($a) {\n  $b\n}\n"),
            [1, 4, 5]
        );
    }
}
