//! The cmdlets of `Microsoft.PowerShell.*`: what every script uses.

mod ask;
mod common;
mod compare;
mod content;
mod csv;
mod csv_text;
mod formatting;
mod group;
mod html;
mod items;
mod jobs;
mod json;
mod json_text;
mod mail;
mod measure;
mod members;
mod modules;
mod new_object;
mod objects;
mod output;
mod paths;
mod remoting;
mod select;
mod sort;
#[cfg(test)]
mod tests;
mod time;
mod transcript;
mod xml;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::command::{Call, Cmdlet, Command, Impact, Module, Parameter};
use crate::error::Outcome;

pub use modules::{KNOWN_MODULES, is_known_module};

/// The core cmdlets.
pub fn core() -> Rc<dyn Module> {
    let groups = [
        output::commands(),
        objects::commands(),
        select::commands(),
        sort::commands(),
        group::commands(),
        measure::commands(),
        compare::commands(),
        members::commands(),
        new_object::commands(),
        formatting::commands(),
        time::commands(),
        ask::commands(),
        csv::commands(),
        json::commands(),
        content::commands(),
        items::commands(),
        paths::commands(),
        modules::commands(),
        remoting::commands(),
        transcript::commands(),
        html::commands(),
        xml::commands(),
        mail::commands(),
        jobs::commands(),
    ];
    let mut commands = BTreeMap::new();
    for command in groups.into_iter().flatten() {
        commands.insert(command.name.to_ascii_lowercase(), Rc::new(command));
    }
    Rc::new(Core { commands })
}

struct Core {
    commands: BTreeMap<String, Rc<Command>>,
}

impl Module for Core {
    fn name(&self) -> &'static str {
        "Microsoft.PowerShell"
    }

    fn find(&self, name: &str) -> Option<Rc<Command>> {
        let lower = name.to_ascii_lowercase();
        let bare = match lower.split_once('\\') {
            Some((module, bare)) if module.starts_with("microsoft.powershell.") => bare,
            _ => &lower,
        };
        self.commands.get(bare).cloned()
    }

    fn names(&self) -> Vec<Rc<str>> {
        self.commands
            .values()
            .map(|it| Rc::clone(&it.name))
            .collect()
    }
}

const UTILITY: &str = "Microsoft.PowerShell.Utility";
const MANAGEMENT: &str = "Microsoft.PowerShell.Management";
const CORE: &str = "Microsoft.PowerShell.Core";
const SECURITY: &str = "Microsoft.PowerShell.Security";
const HOST: &str = "Microsoft.PowerShell.Host";

/// Declares a cmdlet.
fn declare(
    name: &str,
    module: &str,
    synopsis: &str,
    parameters: Vec<Parameter>,
    make: impl Fn() -> Box<dyn Cmdlet> + 'static,
) -> Command {
    Command {
        name: Rc::from(name),
        module: Rc::from(module),
        parameters,
        default_set: None,
        should_process: None,
        class: Rc::from(format!(
            "Microsoft.PowerShell.Commands.{}Command",
            name.replace('-', "")
        )),
        synopsis: Rc::from(synopsis),
        remark: None,
        make: Rc::new(make),
    }
}

/// Declares a cmdlet that does the same for every object.
fn simple(
    name: &str,
    module: &str,
    synopsis: &str,
    parameters: Vec<Parameter>,
    run: fn(&mut dyn Call) -> Outcome,
) -> Command {
    declare(name, module, synopsis, parameters, move || {
        Box::new(common::Simple(run))
    })
}

/// Declares a cmdlet that waits for all objects.
fn collecting(
    name: &str,
    module: &str,
    synopsis: &str,
    parameters: Vec<Parameter>,
    end: common::End,
) -> Command {
    declare(name, module, synopsis, parameters, move || {
        Box::new(common::Collecting::new(end))
    })
}

impl Command {
    /// It supports `-WhatIf` and `-Confirm`.
    fn asking(mut self, impact: Impact) -> Self {
        self.should_process = Some(impact);
        self
    }

    /// In what it falls short of the real one.
    fn but(mut self, remark: &str) -> Self {
        self.remark = Some(Rc::from(remark));
        self
    }

    /// The parameter set that is taken where the arguments leave it open.
    fn by_default(mut self, set: &str) -> Self {
        self.default_set = Some(Rc::from(set));
        self
    }
}
