//! The PowerShell modules of directory synchronisation over one World.
//!
//! A [`Stage`] holds a [`Lab`](host::Lab); [`all`] gives the modules that act on it, to be handed
//! to an interpreter of [`powershell`]. Every write becomes an action of the World with the line
//! of the script that asked for it, so that a history can be judged line by line.
//!
//! Cmdlets are not a list but families: a noun, its store, its properties and the ways it is
//! named, and the verbs follow from that. Cloud cmdlets ask the very function that answers Graph
//! clients; cmdlets of Active Directory ask the one that answers LDAP searches.

mod ad;
mod adsync;
mod adsync_objects;
mod azuread;
mod declare;
mod exchange;
mod graph;
mod json;
mod msol;
mod stage;

use std::rc::Rc;

use powershell::command::{Call, Module};
use powershell::value::{Object, Value};

pub use stage::{CloudError, Remote, Stage};

/// Every module over a stage.
pub fn all(stage: &Stage) -> Vec<Rc<dyn Module>> {
    vec![
        ad::module(stage),
        graph::module(stage),
        azuread::entra(stage),
        msol::module(stage),
        azuread::module(stage),
        adsync::module(stage),
        exchange::module(stage),
    ]
}

/// An object of a type of .NET, with its properties.
pub(crate) fn typed<N: AsRef<str>>(
    type_name: &str,
    properties: impl IntoIterator<Item = (N, Value)>,
) -> Value {
    Value::Object(Object::typed(
        &[type_name, "System.Object"],
        properties,
        None,
    ))
}

/// An argument as text; empty if it was not given.
pub(crate) fn given(call: &dyn Call, parameter: &str) -> String {
    call.argument(parameter)
        .map(|it| text(&it))
        .unwrap_or_default()
}

/// A value as text, as an argument of type `[string]` would be.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Object(object) => {
            let shown = object.shown().map(ToString::to_string);
            shown.unwrap_or_else(|| json::key_text(value))
        }
        other => json::key_text(other),
    }
}
