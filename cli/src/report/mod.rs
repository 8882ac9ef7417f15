//! What people and programs read.

pub(crate) mod campaign;
pub(crate) mod exploration;
pub(crate) mod history;
pub(crate) mod lab_reports;
pub(crate) mod labs;
pub(crate) mod page;
pub(crate) mod planned;
pub(crate) mod prediction;
pub(crate) mod rehearsal;
pub(crate) mod scenarios;
pub(crate) mod staging;

use std::io::Write as _;

/// Prints data. A reader that has gone away, such as `head`, is no error.
pub(crate) fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints what is not data.
pub(crate) fn note(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// The same lines, each with an indent.
pub(crate) fn indented(text: &str, indent: &str) -> String {
    let lines = text.lines().map(|line| format!("{indent}{line}\n"));
    lines.collect()
}
