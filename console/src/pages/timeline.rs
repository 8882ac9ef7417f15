//! Timeline: every entry of the journal, both directories at each, branches and their comparison.

mod events;

use host::{Branch, Differing, Entry, changed_attributes, differing, differing_in_ad, facts};
use maud::{Markup, html};
use mock_cloud::CloudKey;
use sim::engine::Source;
use sim::rehearse::{AccountChange, difference};
use sim::world::World;

use super::things;
use crate::at::At;
use crate::desk::Desk;
use crate::equal;
use crate::frame::{Page, hidden};
use crate::rows::{PAGE, Shown};
use crate::scene::{Scene, Thing};
use crate::words;

/// The moment that the scrubber stands at.
fn place(scene: &Scene<'_>) -> usize {
    match scene.at {
        At::Entry(entries) => entries,
        _ => scene.lab.journal().len(),
    }
}

/// Every entry, newest first, with a scrubber above.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let journal = scene.lab.journal();
    let from: usize = scene.query.number("from").unwrap_or(0);
    let entries: Vec<&Entry> = journal.iter().rev().skip(from).take(PAGE).collect();
    let shown = Shown {
        ids: (0..entries.len() as u32).collect(),
        total: journal.len(),
        from,
    };
    let body = html! {
        (scrubber(scene))
        (moment(scene))
        (branches(scene, desk))
        h2 { "Journal" }
        @if journal.is_empty() {
            (words::none("Nothing has happened yet."))
        } @else {
            (words::pager(scene, &shown))
            (table(scene, &entries))
        }
    };
    let commands = [
        "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \
         \"$DIRSYNC_LAB_CONTROL/events?since=0\""
            .to_owned(),
        format!("dirsync-lab what-if delta --after {}", place(scene)),
    ];
    Page::new("Timeline", body, &commands)
}

fn scrubber(scene: &Scene<'_>) -> Markup {
    let (place, last) = (place(scene), scene.lab.journal().len());
    let to = |entries: usize| crate::query::url("/timeline", &[("at", &entries.to_string())]);
    html! {
        form.scrubber action="/timeline" data-scrubber {
            @if place > 0 {
                a.button rel="prev" href=(to(place - 1)) { "Step back" }
            } @else { span.button aria-disabled="true" { "Step back" } }
            label for="at" { "After entry" }
            input id="at" type="range" name="at" min="0" max=(last) value=(place)
                aria-valuetext={ "after entry " (place) " of " (last) };
            output for="at" { (place) " of " (last) }
            @if place < last {
                a.button rel="next" href=(to(place + 1)) { "Step forward" }
            } @else { span.button aria-disabled="true" { "Step forward" } }
            noscript { button { "Go" } }
        }
    }
}

/// Both directories at the moment, in numbers that lead there, and what made it.
fn moment(scene: &Scene<'_>) -> Markup {
    let place = place(scene);
    let world = &scene.world;
    let last = place
        .checked_sub(1)
        .and_then(|place| scene.lab.journal().get(place));
    let before = place
        .checked_sub(1)
        .and_then(|entries| scene.lab.world_after(entries));
    let changed = before
        .map(|before| changed(&before, world))
        .unwrap_or_default();
    let branching = matches!(scene.at, At::Now | At::Entry(_)) && scene.tells_answers();
    html! {
        section.moment aria-label="The moment" {
            div {
                h2 { @if place == 0 { "At the beginning" } @else { "After entry " (place) } }
                p.mono { (words::time(world.now())) }
                @if let Some(entry) = last { p { (entry.what) } }
                dl.facts {
                    dt { "Users in the cloud" }
                    dd { (words::grouped(world.tenant().user_count() as usize)) }
                    dt { "Metaverse objects" }
                    dd { (words::grouped(world.engine().metaverse().iter().count())) }
                    dt { "Pending exports" }
                    dd { (words::grouped(world.engine().entra().pending_exports())) }
                }
                p.bar {
                    a.button href=(scene.link("/onprem", &[])) { "Active Directory then" }
                    a.button href=(scene.link("/cloud/users", &[])) { "Cloud then" }
                    a.button href=(scene.link("/connectors", &[])) { "Connectors then" }
                    a.button href=(scene.link("/preview", &[])) { "Next cycle then" }
                }
            }
            div {
                h2 { "What it changed in the cloud" }
                (accounts(scene, &changed))
            }
            @if branching { (branch_form(scene, place)) }
        }
    }
}

fn changed(before: &World, after: &World) -> Vec<AccountChange> {
    difference(before.tenant(), after.tenant())
}

fn branch_form(scene: &Scene<'_>, place: usize) -> Markup {
    html! {
        div {
            h2 { "What if …" }
            form.fields method="post" action="/timeline/branch" {
                (hidden(scene))
                input type="hidden" name="from" value=(place);
                label for="insert" { "After entry " (place) }
                select id="insert" name="insert" {
                    option value="delta" { "the scheduler fires here" }
                    option value="initial" { "an initial cycle runs here" }
                    option value="30m" { "30 minutes pass here" }
                    option value="1h" { "an hour passes here" }
                    option value="31d" { "31 days pass here" }
                    option value="nothing" { "nothing is inserted" }
                }
                label {
                    input type="checkbox" name="follow" value="yes" checked;
                    " and then the rest as it was"
                }
                button.primary { "Branch" }
            }
        }
    }
}

fn accounts(scene: &Scene<'_>, changes: &[AccountChange]) -> Markup {
    html! {
        @if changes.is_empty() { (words::none("Nothing.")) } @else {
            ul.fates {
                @for change in changes.iter().take(PAGE) {
                    li {
                        (words::badge(fate_class(change), change.fate.word())) " "
                        @if scene.world.tenant().object(change.key).is_some() {
                            (things::link(scene, Thing::Cloud(change.key)))
                        } @else { (change.label) }
                        @for one in change.changes.iter().take(6) {
                            div.quiet { (one.property) ": " (one.from.join(", ")) " → "
                                (one.to.join(", ")) }
                        }
                    }
                }
            }
        }
    }
}

const fn fate_class(change: &AccountChange) -> &'static str {
    use sim::rehearse::Fate::{Changed, Created, Deleted, Purged, Restored};
    match change.fate {
        Purged => "bad",
        Deleted => "warn",
        Restored | Created => "good",
        Changed => "plain",
    }
}

fn table(scene: &Scene<'_>, entries: &[&Entry]) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table.journal {
                caption { "Entries, newest first" }
                thead {
                    tr {
                        th.number { "Entry" } th { "Time" } th { "From" } th { "What" }
                        th { "What came of it" }
                    }
                }
                tbody {
                    @for entry in entries {
                        tr.refused[entry.is_refused()] {
                            td.number {
                                a href=(scene.link(&format!("/timeline/{}", entry.number), &[])) {
                                    (entry.number)
                                }
                            }
                            td.mono.when { (words::time(entry.at)) }
                            td { (entry.from.word()) }
                            td { (entry.what) }
                            td { (entry.came()) }
                        }
                    }
                }
            }
        }
    }
}

fn branches(scene: &Scene<'_>, desk: &Desk) -> Markup {
    html! {
        @if !desk.branches.is_empty() {
            section.branches aria-label="Branches" {
                h2 { "Branches" }
                form.inline action="/timeline/compare" {
                    label for="a" { "Compare" }
                    (choice("a", desk, ""))
                    label for="b" { "with" }
                    (choice("b", desk, "b1"))
                    button { "Compare" }
                }
                @for (number, branch) in &desk.branches {
                    (branch_card(scene, *number, branch))
                }
            }
        }
    }
}

fn choice(id: &str, desk: &Desk, chosen: &str) -> Markup {
    html! {
        select id=(id) name=(id) {
            option value="now" { "what really happened" }
            @for (number, branch) in &desk.branches {
                @let value = At::Branch(*number).to_string();
                option value=(value) selected[value == chosen] { (titled(*number, branch)) }
            }
        }
    }
}

/// What a branch is called in the console.
fn titled(number: usize, branch: &Branch) -> String {
    format!("Branch {number}: {}", branch.title())
}

fn branch_card(scene: &Scene<'_>, number: usize, branch: &Branch) -> Markup {
    let at = At::Branch(number).to_string();
    let to = |path: &str| crate::query::url(path, &[("at", &at)]);
    html! {
        div.card {
            h3 { (titled(number, branch)) }
            ol.happened {
                @for one in &branch.happened {
                    li.inserted[one.inserted] {
                        span.mono { (words::time(one.at)) } " " (one.what)
                        @if !one.came.is_empty() { ": " (one.came) }
                        @if one.refused { " " (words::badge("bad", "refused")) }
                    }
                }
            }
            p.bar {
                a.button href=(to("/onprem")) { "Active Directory there" }
                a.button href=(to("/cloud/users")) { "Cloud there" }
                a.button.primary
                    href=(crate::query::url("/timeline/compare", &[("a", "now"), ("b", &at)])) {
                    "Compare with what happened"
                }
            }
            @if !scene.read_only && branch.follows {
                p.quiet { "Entries behind entry " (branch.from) " followed as they were." }
            }
        }
    }
}

/// So many objects that differ are shown.
const COMPARED: usize = 200;

/// The objects of the forests that differ, as they are called at either end.
fn in_ad(left: &World, right: &World, titles: [&str; 2]) -> Markup {
    let sources = differing_in_ad(left, right);
    let name = |world: &World, source: Source| {
        let forest = world.forests().get(source.forest);
        let forest = forest.filter(|it| it.object(source.object).is_some());
        forest.map_or_else(
            || "not there".to_owned(),
            |forest| forest.dn_text(source.object).to_string(),
        )
    };
    html! {
        @if sources.is_empty() {
            (words::none("Both ends are the same in Active Directory."))
        } @else {
            div.scroll role="group" tabindex="0" aria-label="Table" {
                table.compare {
                    caption { "Objects of Active Directory that differ: " (sources.len()) }
                    thead { tr { @for title in titles { th { (title) } } th { "Attributes" } } }
                    tbody {
                        @for source in sources.iter().take(COMPARED) {
                            tr {
                                td.mono { (name(left, *source)) }
                                td.mono { (name(right, *source)) }
                                td { (changed_attributes(left, right, *source).join(", ")) }
                            }
                        }
                    }
                }
            }
            @if sources.len() > COMPARED { (words::none("The first 200 are shown.")) }
        }
    }
}

/// Two ends side by side.
pub(super) fn compare(scene: &Scene<'_>, desk: &Desk) -> Page {
    let side = |name: &str| {
        let at: At = scene.query.text(name).parse().unwrap_or(At::Now);
        let (title, world) = match at {
            At::Branch(number) => {
                let branch = desk.branch(number)?;
                (titled(number, branch), branch.world.clone())
            }
            At::Entry(entries) => (
                format!("After entry {entries}"),
                scene.lab.world_after(entries)?,
            ),
            At::Now => ("What really happened".to_owned(), scene.lab.world().clone()),
        };
        Some((at, title, world))
    };
    let (Some(left), Some(right)) = (side("a"), side("b")) else {
        return Page::missing("There is no such branch.");
    };
    let rows = differing(&left.2, &right.2);
    let body = html! {
        p { a href="/timeline" { "Back to the timeline" } }
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table.compare {
                caption { "Accounts that differ: " (rows.len()) }
                thead { tr { th { "Account" } th { (left.1) } th { (right.1) } } }
                tbody {
                    @for Differing { label, one, other } in rows.iter().take(COMPARED) {
                        tr {
                            th scope="row" { (label) }
                            (end(&left.2, left.0, *one)) (end(&right.2, right.0, *other))
                        }
                    }
                }
            }
        }
        @if rows.is_empty() { (words::none("Both ends are the same in the cloud.")) }
        @if rows.len() > COMPARED { (words::none("The first 200 are shown.")) }
        (in_ad(&left.2, &right.2, [&left.1, &right.1]))
    };
    let commands = [left.0, right.0].into_iter().filter_map(|at| match at {
        At::Branch(number) => Some(command_of(desk.branch(number)?)),
        At::Entry(entries) => Some(format!("dirsync-lab what-if nothing --after {entries}")),
        At::Now => None,
    });
    Page::new("Two ends compared", body, &commands.collect::<Vec<_>>())
}

fn end(world: &World, at: At, key: Option<CloudKey>) -> Markup {
    let object = key.and_then(|key| world.tenant().object(key));
    html! {
        td {
            @match object {
                None => span.quiet { "not there" },
                Some(object) => {
                    @let path = format!("/object/cloud-{}", object.id);
                    a href=(crate::query::url(&path, &[("at", &at.to_string())])) {
                        (object.label())
                    }
                    @for fact in facts(object) { div.mono { (fact) } }
                }
            }
        }
    }
}

/// The command that compares a branch with what happened.
fn command_of(branch: &Branch) -> String {
    let follow = if branch.follows { " --follow" } else { "" };
    format!(
        "dirsync-lab what-if {} --after {}{follow}",
        branch.inserted, branch.from
    )
}

/// One entry, with what it equals and every rule that fired.
pub(super) fn entry(scene: &Scene<'_>, number: &str) -> Page {
    let number: Option<usize> = number.parse().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    let found = place.and_then(|place| Some((place, scene.lab.journal().get(place)?)));
    let Some((place, entry)) = found else {
        return Page::missing("There is no such entry.");
    };
    let worlds = scene
        .lab
        .world_after(place)
        .zip(scene.lab.world_after(place + 1));
    let changes = worlds
        .map(|(before, after)| changed(&before, &after))
        .unwrap_or_default();
    let at = entry.number.to_string();
    let body = html! {
        p {
            (words::time(entry.at)) " from " (entry.from.word()) " "
            @if entry.is_refused() { (words::badge("bad", "refused")) }
        }
        p { (entry.came()) }
        (equal::shown(&equal::entry(scene, entry)))
        p {
            a.button href=(crate::query::url("/timeline", &[("at", &place.to_string())])) {
                "The moment before"
            }
            " "
            a.button href=(crate::query::url("/timeline", &[("at", &at)])) { "The moment after" }
        }
        h2 { "What it changed in the cloud" }
        (accounts(scene, &changes))
        h2 { "What happened, event by event" }
        (events::list(scene, &entry.events))
    };
    let command = format!(
        "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \
         \"$DIRSYNC_LAB_CONTROL/events?since={place}\"   # the first of them"
    );
    let title = format!("Entry {}: {}", entry.number, entry.what);
    Page::new(title, body, &[command])
}
