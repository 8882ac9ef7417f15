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

use maud::html;

use crate::desk::Desk;
use crate::frame::Page;
use crate::scene::Scene;

pub(crate) use addresses::{Shared, shared};
pub(crate) use cloud::csv as cloud_csv;
pub(crate) use errors::csv as errors_csv;
pub(crate) use plan::list as plan_list;

/// Why a page is closed to somebody who works on a lab.
pub(crate) const CLOSED: &str = "This page would give the lab away. It opens once the goal is \
                                 reached, or the solution was shown.";

/// The page of a path.
pub(crate) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let path = scene.path.trim_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    if matches!(first, "preview" | "plan") && !scene.tells_answers() {
        let body = html! { p.quiet { (CLOSED) } p { a href="/labs" { "Back to the lab" } } };
        return Page::new("Closed while you learn", body, &[]);
    }
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
