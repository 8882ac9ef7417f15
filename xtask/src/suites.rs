//! Suites that others wrote, run against our servers on demand: they are fetched over the network.

use std::path::Path;

use crate::Failure;
use crate::setup::Workshop;
use crate::step::Step;

/// The suites: each has a runner `NAME_suite.py` below `tests/suites`.
const SUITES: [&str; 2] = ["ldap3", "samba"];

/// Builds mock-ad as the tests do, and runs a suite against it with further arguments.
pub(crate) fn run(workshop: &Workshop, name: &str, rest: &[&str]) -> Result<(), Failure> {
    if !SUITES.contains(&name) {
        return Err(Failure::Suite {
            name: name.to_owned(),
            known: format!("there are {}", SUITES.join(", ")),
        });
    }
    let build = ["build", "--workspace", "--bins", "--tests"];
    workshop.cargo("programs", &build).run()?;
    let runner = format!("tests/suites/{name}_suite.py");
    let program = workshop.target().join("debug").join("mock-ad");
    let program = program.display().to_string();
    let arguments = [&[runner.as_str(), program.as_str()], rest].concat();
    let suite = Step::new("suite", Path::new("python3"), &workshop.root, &arguments);
    suite.run().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_has_a_runner() {
        let runners = Workshop::here().root.join("tests/suites");
        for name in SUITES {
            assert!(runners.join(format!("{name}_suite.py")).exists(), "{name}");
        }
        let unknown = run(&Workshop::here(), "nosuch", &[]);
        assert!(matches!(unknown, Err(Failure::Suite { .. })));
    }
}
