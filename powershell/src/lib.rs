//! The administrator's subset of PowerShell: a parser, a checker, an interpreter and the core
//! cmdlets, as values and pure functions.
//!
//! The language knows nothing of directories. Modules offer cmdlets as [`command::Command`]s,
//! and whatever a script may touch (a clock, a prompt, files, chance) it gets from a
//! [`host::Host`]: there is no process, no network and no file behind it unless the host has one.

pub mod check;
pub mod cmdlets;
pub mod command;
pub mod convert;
pub mod error;
pub mod format;
pub mod host;
pub mod interpreter;
pub mod operators;
pub mod syntax;
pub mod types;
pub mod value;

/// The modules that tests run with.
#[cfg(test)]
fn test_modules() -> Vec<std::rc::Rc<dyn command::Module>> {
    vec![cmdlets::core()]
}
