//! One search over both directories.

use maud::html;
use mock_ad::directory::ObjectId;
use mock_cloud::CloudKey;
use sim::engine::Source;

use super::things;
use crate::desk::{Desk, describe_ad, describe_cloud};
use crate::frame::Page;
use crate::scene::Scene;
use crate::words;

/// What is found in Active Directory and in the cloud.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let wanted = scene.query.text("q");
    let mut people = Vec::new();
    let mut total = 0;
    for forest in 0..scene.world.forests().len() {
        let rows = desk.people(scene, forest);
        let shown = rows.show(wanted, 0, |id, add| {
            let object = ObjectId(id);
            describe_ad(&scene.world, Source { forest, object }, add);
        });
        total += shown.total;
        let found = shown.ids.iter().map(|id| Source {
            forest,
            object: ObjectId(*id),
        });
        people.extend(found);
    }
    let lists = desk.cloud(scene);
    let mut accounts = Vec::new();
    let mut in_cloud = 0;
    for rows in [&lists.users, &lists.deleted, &lists.groups, &lists.contacts] {
        let shown = rows.show(wanted, 0, |id, add| {
            describe_cloud(&scene.world, CloudKey(id), add);
        });
        in_cloud += shown.total;
        accounts.extend(shown.ids.iter().map(|id| CloudKey(*id)));
    }
    let body = html! {
        (words::search(scene, "Name, UPN or address", &[]))
        div id="results" {
            @if total > people.len() || in_cloud > accounts.len() {
                p.quiet {
                    "The first of each list; type more, or search on its own page: "
                    a href=(scene.link("/onprem", &[("q", wanted)])) { "Active Directory" } ", "
                    a href=(scene.link("/cloud/users", &[("q", wanted)])) { "Users" } ", "
                    a href=(scene.link("/cloud/groups", &[("q", wanted)])) { "Groups" } "."
                }
            }
            h2 { "Active Directory: " (words::grouped(total)) }
            @if people.is_empty() { (words::none("Nobody is found.")) }
            @else { (things::people(scene, "In Active Directory", &people)) }
            h2 { "Cloud: " (words::grouped(in_cloud)) }
            @if accounts.is_empty() { (words::none("Nobody is found.")) }
            @else { (things::accounts(scene, "In the cloud", &accounts)) }
        }
    };
    let command = format!("Get-ADObject -LDAPFilter '(anr={wanted})'");
    Page::new("Search", body, &[command])
}
