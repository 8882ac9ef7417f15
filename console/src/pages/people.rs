//! People over time: the state of every person after each entry, as a picture.

use maud::{Markup, html};
use mock_ad::directory::ObjectId;
use mock_cloud::tenant::State;
use sim::engine::Source;
use sim::world::World;

use crate::desk::{Desk, describe_ad};
use crate::frame::Page;
use crate::rows::Shown;
use crate::scene::{Scene, Thing};
use crate::triple::{Triple, in_scope};
use crate::words;

/// So many entries stand beside each other.
const COLUMNS: usize = 40;
const CELL: usize = 18;

/// What has become of a person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Absent,
    Outside,
    Waiting,
    Joined,
    Failed,
    Deleted,
    Gone,
}

const STANDINGS: [(Standing, &str, &str); 7] = [
    (Standing::Absent, "s-absent", "not in Active Directory"),
    (Standing::Outside, "s-outside", "not synced"),
    (Standing::Waiting, "s-waiting", "waits for an export"),
    (Standing::Joined, "s-joined", "joined to a live account"),
    (Standing::Failed, "s-failed", "export error"),
    (
        Standing::Deleted,
        "s-deleted",
        "the account is in the recycle bin",
    ),
    (Standing::Gone, "s-gone", "the account is gone for good"),
];

fn standing(world: &World, source: Source) -> Standing {
    let forest = world.forests().get(source.forest);
    let there = forest.is_some_and(|forest| forest.object(source.object).is_some());
    if !there {
        return Standing::Absent;
    }
    let triple = Triple::joined(world, Thing::Ad(source));
    let entry = triple.space.and_then(|cs| world.engine().entra().get(cs));
    if entry.is_some_and(|entry| entry.failure.is_some()) {
        return Standing::Failed;
    }
    let account = triple.cloud.and_then(|key| world.tenant().object(key));
    match account.map(|account| &account.state) {
        Some(State::SoftDeleted { .. }) => Standing::Deleted,
        Some(State::Purged { .. }) => Standing::Gone,
        Some(State::Live) if entry.is_some_and(|entry| entry.cloud.is_some()) => Standing::Joined,
        _ if in_scope(world, source) => Standing::Waiting,
        _ => Standing::Outside,
    }
}

/// The picture.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let forest = scene.query.number("forest").unwrap_or(0);
    let rows = desk.people(scene, forest);
    let from = scene.query.number("from").unwrap_or(0);
    let shown = rows.show(scene.query.text("q"), from, |id, add| {
        let object = ObjectId(id);
        describe_ad(&scene.world, Source { forest, object }, add);
    });
    let last = scene.lab.journal().len();
    let first = last.saturating_sub(COLUMNS);
    let worlds: Vec<(usize, World)> = (first..=last)
        .filter_map(|entries| Some((entries, scene.lab.world_after(entries)?)))
        .collect();
    let body = html! {
        (words::search(scene, "Name, UPN or address", &["forest"]))
        ul.legend aria-label="Legend" {
            @for (_, class, text) in STANDINGS {
                li { svg width="12" height="12" aria-hidden="true" {
                    rect class={ "cell " (class) } width="12" height="12" {} } " " (text) }
            }
        }
        div id="results" {
            (words::pager(scene, &shown))
            (picture(scene, forest, &shown, &worlds))
        }
    };
    let command = "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \
                   \"$DIRSYNC_LAB_CONTROL/events\"";
    Page::new("People over time", body, &[command.to_owned()])
}

fn picture(scene: &Scene<'_>, forest: usize, shown: &Shown, worlds: &[(usize, World)]) -> Markup {
    if shown.ids.is_empty() {
        return words::none("Nobody is found.");
    }
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table.states {
                caption { "The state of each person after each entry of the journal" }
                thead {
                    tr {
                        th { "Person" }
                        @for (entries, _) in worlds {
                            th.number {
                                a href=(crate::query::url("/timeline", &[
                                    ("at", &entries.to_string()),
                                ])) { (entries) }
                            }
                        }
                    }
                }
                tbody {
                    @for id in &shown.ids {
                        @let source = Source { forest, object: ObjectId(*id) };
                        tr {
                            th scope="row" {
                                a href=(scene.thing(Thing::Ad(source))) {
                                    (scene.ad_label(source))
                                }
                            }
                            @for (_, world) in worlds { (cell(standing(world, source))) }
                        }
                    }
                }
            }
        }
    }
}

fn cell(standing: Standing) -> Markup {
    let known = STANDINGS.iter().find(|(one, ..)| *one == standing);
    let (class, text) = known.map_or(("", ""), |(_, class, text)| (*class, *text));
    html! {
        td.state {
            svg width=(CELL) height=(CELL) role="img" aria-label=(text) {
                title { (text) }
                rect class={ "cell " (class) } width=(CELL) height=(CELL) {}
            }
        }
    }
}
