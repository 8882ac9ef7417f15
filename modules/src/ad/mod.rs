//! `ActiveDirectory`: nouns over the forests of the World, and the verbs that follow from them.

mod domain;
mod error;
mod filter;
mod get;
mod ldifde;
mod members;
mod object;
mod objects;
mod property;
mod store;
mod write;

use std::rc::Rc;

use powershell::command::Module;

use crate::declare::Offer;
use crate::stage::Stage;

pub(crate) use error::failed;

/// The module.
pub(crate) fn module(stage: &Stage) -> Rc<dyn Module> {
    let classes = "Microsoft.ActiveDirectory.Management.Commands.";
    let mut offer = Offer::new("ActiveDirectory", classes);
    get::declare(&mut offer, stage);
    write::declare(&mut offer, stage);
    objects::declare(&mut offer, stage);
    members::declare(&mut offer, stage);
    domain::declare(&mut offer, stage);
    ldifde::declare(&mut offer, stage);
    Rc::new(offer)
}
