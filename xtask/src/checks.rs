//! The checks in the order they run; CONTRIBUTING.md lists the same commands.

use crate::setup::{Provided, Workshop};
use crate::step::Step;

/// Every check. Cheap ones come first.
pub(crate) fn all(workshop: &Workshop, provided: &Provided, heavy: bool) -> Vec<Step> {
    let cargo = |title, arguments: &[&str]| workshop.cargo(title, arguments);
    let lints = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    // Benchmarks are linted above and measured on demand, never run as tests.
    let tests: &[&str] = if provided.nextest() {
        &["nextest", "run", "--workspace"]
    } else {
        &[
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--examples",
        ]
    };
    let mut tests = cargo("tests", tests);
    if heavy {
        // Stories of clients that are heavy to install are told only where this says so.
        tests = tests.with("DIRSYNC_LAB_HEAVY", "1");
    }
    let documentation = ["doc", "--workspace", "--no-deps"];
    vec![
        cargo("formatting", &["fmt", "--all", "--check"]),
        cargo("lints", &lints),
        // Tests start programs; building them first keeps that out of the time of a test, and
        // building them with the tests gives both the same features, so that nothing is built
        // twice.
        cargo("programs", &["build", "--workspace", "--bins", "--tests"]),
        tests,
        cargo("doctests", &["test", "--workspace", "--doc"]),
        cargo("documentation", &documentation).with("RUSTDOCFLAGS", "-D warnings"),
    ]
}
