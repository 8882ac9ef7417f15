//! The pages.

mod addresses;
mod cloud;
mod connectors;
mod errors;
mod labs;
mod metaverse;
mod object;
mod onprem;
mod operations;
mod people;
mod plan;
mod preview;
mod search;
mod settings;
mod things;
mod time;
mod timeline;

use crate::desk::Desk;
use crate::frame::Page;
use crate::scene::Scene;

pub(crate) use addresses::{Shared, shared};
pub(crate) use cloud::csv as cloud_csv;
pub(crate) use plan::list as plan_list;

/// The page of a path.
pub(crate) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let path = scene.path.trim_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match (first, rest) {
        ("operations", "") => operations::page(scene, desk),
        ("operations", "objects") => operations::objects(scene, desk),
        ("connectors", "") => connectors::page(scene, desk),
        ("connectors", name) => connectors::one(scene, desk, name),
        ("metaverse", "") => metaverse::page(scene, desk),
        ("onprem", "") => onprem::page(scene, desk),
        ("cloud", "roles") => cloud::roles(scene),
        ("cloud", "settings") => settings::page(scene, desk),
        ("cloud", list) => cloud::page(scene, desk, list),
        ("object", name) => object::page(scene, name),
        ("errors", "") => errors::page(scene, desk),
        ("preview", "") => preview::page(scene, desk),
        ("preview", "objects") => preview::objects(scene, desk),
        ("plan", "") => plan::page(scene, desk),
        ("timeline", "") => timeline::page(scene, desk),
        ("timeline", "compare") => timeline::compare(scene, desk),
        ("timeline", number) => timeline::entry(scene, number),
        ("people", "") => people::page(scene, desk),
        ("addresses", "") => addresses::page(scene, desk),
        ("clock", "") => time::page(scene),
        ("labs", "") => labs::page(scene),
        ("search", "") => search::page(scene, desk),
        _ => Page::missing("There is no such page."),
    }
}
