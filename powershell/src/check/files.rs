//! Which files a script loads: those whose paths can be read off it.

use crate::interpreter::{is_module_file, windows};
use crate::syntax::ast::{
    Argument, Command, ElementKind, Expression, ExpressionKind, Invocation, Piece, Statement,
    StatementKind, Variable,
};

/// What a command loads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Loads {
    /// Nothing.
    Nothing,
    /// A file, by the path that is written.
    File(String),
    /// A file whose path is only known when the script runs.
    Unknown,
}

/// What a command of a script in a folder of the sandbox loads.
pub(super) fn loads(command: &Command, folder: &str) -> Loads {
    let name = constant(&command.name, folder);
    if let Some(name) = &name
        && ["Import-Module", "ipmo"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(name))
    {
        let values = command.arguments.iter().filter_map(|it| match it {
            Argument::Value(it) => Some(it),
            Argument::Parameter { name, value, .. } if name.eq_ignore_ascii_case("Name") => {
                value.as_ref()
            }
            _ => None,
        });
        let mut paths = values.filter_map(|it| constant(it, folder));
        return match paths.find(|path| is_module_file(path)) {
            Some(path) => Loads::File(path),
            None => Loads::Nothing,
        };
    }
    match (name, command.invocation) {
        (Some(name), _) if is_script(&name) => Loads::File(name),
        (None, Invocation::Dot) if !is_block(&command.name) => Loads::Unknown,
        _ => Loads::Nothing,
    }
}

fn is_script(path: &str) -> bool {
    path.to_lowercase().ends_with(".ps1")
}

const fn is_block(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Block(_))
}

/// The text that an expression has wherever the script runs.
fn constant(expression: &Expression, folder: &str) -> Option<String> {
    match &expression.kind {
        ExpressionKind::Text(text, _) => Some(text.to_string()),
        ExpressionKind::Variable(Variable {
            scope: None, name, ..
        }) if &**name == "psscriptroot" => Some(windows(folder)),
        ExpressionKind::Expandable(pieces, _) => {
            let texts = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => Some(text.to_string()),
                Piece::Value(it) => constant(it, folder),
            });
            texts.collect()
        }
        ExpressionKind::Binary(operator, one, other) if operator.name == "+" => {
            Some(constant(one, folder)? + &constant(other, folder)?)
        }
        ExpressionKind::Paren(statement) => joined(statement, folder),
        _ => None,
    }
}

/// The value of what stands in brackets: an expression, or a `Join-Path`.
fn joined(statement: &Statement, folder: &str) -> Option<String> {
    let StatementKind::Pipeline(pipeline) = &statement.kind else {
        return None;
    };
    let [element] = pipeline.elements.as_slice() else {
        return None;
    };
    let command = match &element.kind {
        ElementKind::Expression(it) => return constant(it, folder),
        ElementKind::Command(it) => it,
    };
    if !constant(&command.name, folder)?.eq_ignore_ascii_case("Join-Path") {
        return None;
    }
    let values = command.arguments.iter().filter_map(|it| match it {
        Argument::Value(it) => Some(it),
        Argument::Parameter { value, .. } => value.as_ref(),
        Argument::Splat(..) => None,
    });
    let parts: Vec<String> = values
        .map(|it| constant(it, folder))
        .collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join("\\"))
}
