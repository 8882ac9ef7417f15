//! What commands there are and what they take, for whoever asks before anything runs.

use std::rc::Rc;

use super::formals::{common, of_command};
use super::{aliases, session};
use crate::command::{Command, Module, Parameter};
use crate::syntax::ast::{Attribute, Block};

/// The cmdlet that a name calls: of the session itself or of a module, by its name, an alias, the
/// name of its module before a backslash, or the last part of a path.
pub(crate) fn declared_command(name: &str, modules: &[Rc<dyn Module>]) -> Option<Rc<Command>> {
    let of = |name: &str| {
        let own = session::find(name);
        own.or_else(|| modules.iter().find_map(|module| module.find(name)))
            .or_else(|| {
                modules
                    .iter()
                    .find_map(|module| module.find(&format!("Get-{name}")))
            })
    };
    let name = aliases::resolve(name).unwrap_or(name);
    of(name).or_else(|| {
        let bare = name.rsplit(['\\', '/']).next().filter(|it| *it != name)?;
        of(bare)
    })
}

/// The parameter of a command that has a name, or begins with it where no other does.
pub(crate) fn named_parameter<'a>(command: &'a Command, name: &str) -> Option<&'a Parameter> {
    let is = |it: &str| it.eq_ignore_ascii_case(name);
    let mut all = command.parameters.iter();
    let exact = all.find(|it| is(&it.name) || it.aliases.iter().any(|it| is(it)));
    exact.or_else(|| {
        let lower = name.to_ascii_lowercase();
        let begins = |it: &&Parameter| it.name.to_ascii_lowercase().starts_with(&lower);
        let mut all = command.parameters.iter().filter(begins);
        all.next().filter(|_| all.next().is_none())
    })
}

/// Whether a command has a parameter of a name, which may be shortened as far as it is clear.
pub(crate) fn has_parameter(command: &Command, name: &str) -> bool {
    let formals = of_command(command);
    let lower = name.to_ascii_lowercase();
    let begins = |it: &str| it.to_ascii_lowercase().starts_with(&lower);
    formals
        .iter()
        .any(|it| begins(&it.name) || it.aliases.iter().any(|it| begins(it)))
}

/// The names that parameters of an advanced function may have; `None` for another function, which
/// takes whatever it is given.
pub(crate) fn function_parameters(block: &Block) -> Option<Vec<Rc<str>>> {
    let is = |it: &Attribute, name: &str| {
        let lower = it.name.to_ascii_lowercase();
        lower.trim_end_matches("attribute") == name
    };
    let binding = block.attributes.iter().find(|it| is(it, "cmdletbinding"));
    let mut own = block.parameters.iter().flat_map(|it| &it.attributes);
    if binding.is_none() && !own.any(|it| is(it, "parameter")) {
        return None;
    }
    let asks = binding.is_some_and(|it| {
        let mut named = it.named.iter();
        named.any(|(name, _)| name.eq_ignore_ascii_case("SupportsShouldProcess"))
    });
    let mut all = Vec::new();
    for parameter in &block.parameters {
        all.push(Rc::clone(&parameter.name));
        let aliases = parameter.attributes.iter().filter(|it| is(it, "alias"));
        for alias in aliases.flat_map(|it| &it.positional) {
            // An alias that has to be computed may be anything.
            let crate::syntax::ast::ExpressionKind::Text(text, _) = &alias.kind else {
                return None;
            };
            all.push(Rc::clone(text));
        }
    }
    for one in common(asks) {
        all.push(one.name);
        all.extend(one.aliases);
    }
    Some(all)
}
