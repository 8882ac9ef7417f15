//! What may follow at a prompt.

use super::Interpreter;
use super::formals::of_command;
use crate::command::Module as _;
use crate::syntax::ast::Block;

/// A proposal for the word that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins, in bytes.
    pub start: usize,
    /// What may stand there instead.
    pub words: Vec<String>,
}

impl Interpreter<'_> {
    /// What may stand where the cursor is: names of commands, parameters and variables.
    pub fn complete(&mut self, line: &str, cursor: usize) -> Completion {
        let before = line.get(..cursor).unwrap_or(line);
        let is_break =
            |c: char| c.is_whitespace() || matches!(c, '(' | '|' | ';' | '{' | ',' | '=');
        let start = before.rfind(is_break).map_or(0, |place| {
            place + before[place..].chars().next().map_or(1, char::len_utf8)
        });
        let word = &before[start..];
        let lower = word.to_lowercase();
        let mut words: Vec<String> = if let Some(name) = word.strip_prefix('$') {
            let name = name.to_lowercase();
            let names = self.scope.names();
            let fitting = names
                .iter()
                .filter(|it| it.to_lowercase().starts_with(&name));
            fitting.map(|it| format!("${it}")).collect()
        } else if word.starts_with('-') {
            self.parameters_of(&before[..start], &lower[1..])
        } else if is_command_place(&before[..start]) {
            let all = self.command_names();
            all.into_iter()
                .filter(|it| it.to_lowercase().starts_with(&lower))
                .collect()
        } else {
            Vec::new()
        };
        words.sort();
        words.dedup();
        Completion { start, words }
    }

    /// The names of all commands that can be called.
    pub fn command_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .scope
            .function_names()
            .iter()
            .map(ToString::to_string)
            .collect();
        for module in &self.modules {
            names.extend(module.names().iter().map(ToString::to_string));
        }
        names.extend(
            super::session::Session
                .names()
                .iter()
                .map(ToString::to_string),
        );
        names
    }

    fn parameters_of(&mut self, before: &str, wanted: &str) -> Vec<String> {
        let command = before
            .rsplit(['|', ';', '(', '{', '='])
            .next()
            .unwrap_or(before);
        let name = command.split_whitespace().next().unwrap_or_default();
        let names: Vec<String> = match self.meaning(name) {
            Ok(super::commands::Meaning::Cmdlet(command)) => of_command(&command)
                .iter()
                .map(|it| it.name.to_string())
                .collect(),
            Ok(
                super::commands::Meaning::Function(_, body)
                | super::commands::Meaning::Script(_, body),
            ) => parameter_names(&body.block),
            Err(_) => Vec::new(),
        };
        let fitting = names
            .into_iter()
            .filter(|it| it.to_lowercase().starts_with(wanted));
        fitting.map(|it| format!("-{it}")).collect()
    }
}

fn parameter_names(block: &Block) -> Vec<String> {
    block
        .parameters
        .iter()
        .map(|it| it.name.to_string())
        .collect()
}

/// Whether a command can begin after this.
fn is_command_place(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['|', ';', '(', '{', '='])
}
