//! People over time: the state of every person after each entry, as a picture.

use std::sync::Arc;

use maud::{Markup, html};
use mock_ad::directory::ObjectId;
use mock_cloud::CloudKey;
use mock_cloud::tenant::State;
use sim::engine::Source;
use sim::world::World;
use store::Text;

use super::things;
use crate::at::At;
use crate::desk::{Desk, describe_ad, describe_cloud, is_person};
use crate::frame::Page;
use crate::rows::{Rows, Shown};
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
    Removed,
    Outside,
    Waiting,
    Joined,
    Alone,
    Failed,
    Deleted,
    Gone,
}

const STANDINGS: [(Standing, &str, &str); 9] = [
    (Standing::Absent, "s-absent", "not there yet"),
    (
        Standing::Removed,
        "s-removed",
        "deleted in Active Directory",
    ),
    (Standing::Outside, "s-outside", "not synced"),
    (Standing::Waiting, "s-waiting", "waits for an export"),
    (Standing::Joined, "s-joined", "joined to a live account"),
    (
        Standing::Alone,
        "s-alone",
        "a live account that nobody is joined to",
    ),
    (Standing::Failed, "s-failed", "export error"),
    (
        Standing::Deleted,
        "s-deleted",
        "the account is in the recycle bin",
    ),
    (Standing::Gone, "s-gone", "the account is gone for good"),
];

/// Who is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The people of a forest.
    People(usize),
    /// Those of a forest that were deleted.
    Removed(usize),
    /// Accounts that nobody is joined to.
    Accounts,
}

impl Whose {
    fn asked(scene: &Scene<'_>) -> Self {
        let forest = scene.query.number("forest").unwrap_or(0);
        match scene.query.text("of") {
            "removed" => Self::Removed(forest),
            "accounts" => Self::Accounts,
            _ => Self::People(forest),
        }
    }

    fn thing(self, id: u32) -> Thing {
        match self {
            Self::People(forest) | Self::Removed(forest) => {
                let object = ObjectId(id);
                Thing::Ad(Source { forest, object })
            }
            Self::Accounts => Thing::Cloud(CloudKey(id)),
        }
    }
}

fn standing(world: &World, thing: Thing) -> Standing {
    if let Thing::Ad(source) = thing {
        let forest = world.forests().get(source.forest);
        if forest.is_none_or(|forest| forest.object(source.object).is_none()) {
            return Standing::Absent;
        }
    }
    let triple = Triple::joined(world, thing);
    let entry = triple.space.and_then(|cs| world.engine().entra().get(cs));
    if entry.is_some_and(|entry| entry.failure.is_some()) {
        return Standing::Failed;
    }
    let joined = entry.is_some_and(|entry| entry.cloud.is_some());
    let account = triple.cloud.and_then(|key| world.tenant().object(key));
    match (account.map(|account| &account.state), thing) {
        (Some(State::SoftDeleted { .. }), _) => Standing::Deleted,
        (Some(State::Purged { .. }), _) => Standing::Gone,
        (Some(State::Live), _) if joined => Standing::Joined,
        (Some(State::Live), Thing::Cloud(_)) => Standing::Alone,
        (None, Thing::Cloud(_)) => Standing::Absent,
        (_, Thing::Ad(source)) => {
            let forest = world.forests().get(source.forest);
            if forest.is_some_and(|forest| !forest.is_live(source.object)) {
                Standing::Removed
            } else if in_scope(world, source) {
                Standing::Waiting
            } else {
                Standing::Outside
            }
        }
        (_, Thing::Metaverse(_)) => Standing::Outside,
    }
}

/// Those who are shown, in the order of their names.
fn rows(scene: &Scene<'_>, desk: &mut Desk, whose: Whose) -> Arc<Rows> {
    match whose {
        Whose::People(forest) => desk.people(scene, forest),
        Whose::Removed(forest) => {
            let directory = scene.world.forests().get(forest);
            let removed = directory.into_iter().flat_map(|directory| {
                let all = directory.objects();
                let removed = all
                    .filter(|(id, object)| object.is_deleted() && is_person(directory.kind(*id)));
                removed.map(|(id, object)| (id.0, object.name().as_str()))
            });
            Arc::new(Rows::sorted(removed))
        }
        Whose::Accounts => {
            let space = scene.world.engine().entra();
            let objects = scene.world.tenant().objects();
            let alone = objects.filter(|(key, _)| {
                let entry = space.find_by_cloud(*key).and_then(|cs| space.get(cs));
                entry.is_none_or(|entry| entry.metaverse.is_none())
            });
            let named: Vec<(u32, Text)> = alone
                .map(|(key, object)| (key.0, Text::from(&*object.label())))
                .collect();
            Arc::new(Rows::sorted(
                named.iter().map(|(id, name)| (*id, name.as_str())),
            ))
        }
    }
}

/// The picture.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let whose = Whose::asked(scene);
    let rows = rows(scene, desk, whose);
    let from = scene.query.number("from").unwrap_or(0);
    let shown = rows.show(scene.query.text("q"), from, |id, add| {
        match whose.thing(id) {
            Thing::Ad(source) => describe_ad(&scene.world, source, add),
            Thing::Cloud(key) => describe_cloud(&scene.world, key, add),
            Thing::Metaverse(_) => {}
        }
    });
    let end = match scene.at {
        At::Entry(entries) => entries,
        _ => scene.lab.journal().len(),
    };
    let last = scene.query.number("to").unwrap_or(end).min(end);
    let first = last.saturating_sub(COLUMNS);
    let worlds: Vec<(usize, World)> = (first..=last)
        .filter_map(|entries| Some((entries, scene.lab.world_after(entries)?)))
        .collect();
    let body = html! {
        (tabs(scene, whose))
        (words::search(scene, "Name, UPN or address", &["forest", "of", "to"]))
        ul.legend aria-label="Legend" {
            @for (_, class, text) in STANDINGS {
                li { svg width="12" height="12" aria-hidden="true" {
                    rect class={ "cell " (class) } width="12" height="12" {} } " " (text) }
            }
        }
        div id="results" {
            (words::pager(scene, &shown))
            (columns(scene, first, last, end))
            (picture(scene, whose, &shown, &worlds))
        }
    };
    let command = "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \
                   \"$DIRSYNC_LAB_CONTROL/events\"";
    Page::new("People over time", body, &[command.to_owned()])
}

/// Whose states are shown.
fn tabs(scene: &Scene<'_>, chosen: Whose) -> Markup {
    let forests = scene.world.forests();
    let mut all = Vec::new();
    for (forest, directory) in forests.iter().enumerate() {
        let of = |what: &str| match forests.len() {
            1 => what.to_owned(),
            _ => format!("{what}: {}", directory.dns_name()),
        };
        let place = forest.to_string();
        let to = |of: &str| scene.link("/people", &[("forest", &place), ("of", of)]);
        all.push((Whose::People(forest), of("People"), to("")));
        all.push((
            Whose::Removed(forest),
            of("Deleted in Active Directory"),
            to("removed"),
        ));
    }
    all.push((
        Whose::Accounts,
        "Accounts of nobody".to_owned(),
        scene.link("/people", &[("of", "accounts")]),
    ));
    html! {
        ul.tabs {
            @for (whose, text, to) in &all {
                li { a href=(to) aria-current=[(*whose == chosen).then_some("page")] { (text) } }
            }
        }
    }
}

/// The way to earlier and later entries.
fn columns(scene: &Scene<'_>, first: usize, last: usize, end: usize) -> Markup {
    let to = |entries: usize| scene.query.with(&scene.path, "to", &entries.to_string());
    html! {
        @if first > 0 || last < end {
            nav.pager aria-label="Entries" {
                span { "after entries " (first) "–" (last) " of " (end) }
                @if first > 0 { a rel="prev" href=(to(first)) { "Earlier" } }
                @if last < end { a rel="next" href=(to((last + COLUMNS).min(end))) { "Later" } }
            }
        }
    }
}

fn picture(scene: &Scene<'_>, whose: Whose, shown: &Shown, worlds: &[(usize, World)]) -> Markup {
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
                        @let thing = whose.thing(*id);
                        tr {
                            th scope="row" { (things::link(scene, thing)) }
                            @for (_, world) in worlds { (cell(standing(world, thing))) }
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
