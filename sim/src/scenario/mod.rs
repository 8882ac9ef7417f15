//! Scenarios: a world, what is done to it, and what must come of it, in a YAML file.
//!
//! Reading one has two layers, and each reports all it finds at once:
//!
//! 1. *shape*: is it YAML, and does it use the words of the language ([`model`])?
//! 2. *names and meaning*: does every name stand for something that exists at that point, do the
//!    parts agree ([`Known`] brings the words that the engine and the tenant know)?
//!
//! The third layer, running the steps, is not here. All layers speak in [`Diagnostic`]s, which
//! [`render`] draws with a caret at the place in the file.
//!
//! What is not here: files (callers pass their text), the engine, the directories.

mod check;
mod collect;
mod decode;
mod derive;
mod diagnostic;
mod expand;
mod flow;
mod known;
pub mod model;
mod node;
mod read;
mod schema;
mod spanned;
mod suggest;
mod template;
#[cfg(test)]
mod tests;
pub mod value;
mod yaml;

pub use collect::{Introduced, Named, OneOrMany};
pub(crate) use collect::{each, recover};
pub use derive::{BASE, INITIAL_DOMAIN, copies, guid_of, proxy_addresses, sid_of};
pub use diagnostic::{Colour, Diagnostic, Label, Severity, render, render_in};
pub use expand::{expand, expanded};
pub(crate) use flow::one_line;
pub use known::{Known, Switch};
pub use model::Scenario;
pub use read::{check, load, parse, text_of};
pub(crate) use read::{read_document, write_document};
pub use schema::schema_json;
pub use spanned::{Name, Spanned};
pub(crate) use suggest::{help as nearest_help, nearest};
pub(crate) use template::{Filled, Template};
