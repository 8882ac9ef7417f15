//! Preview: the next cycle on a copy, with the counters that it would have.

use std::sync::Arc;

use maud::{Markup, html};
use sim::engine::CyclePolicy;
use sim::manager::StepRecord;

use super::operations::status_class;
use super::things;
use crate::desk::Desk;
use crate::frame::{Page, hidden};
use crate::preview::Preview;
use crate::rows::{PAGE, Shown};
use crate::runs::profile_name;
use crate::scene::{Scene, Thing};
use crate::words;

/// Worlds with more objects are previewed when somebody asks for it.
pub(crate) const SMALL: usize = 5_000;

/// The policy that the address asks for.
fn policy(scene: &Scene<'_>) -> CyclePolicy {
    match scene.query.text("policy") {
        "initial" => CyclePolicy::Initial,
        _ => CyclePolicy::Delta,
    }
}

const fn policy_name(policy: CyclePolicy) -> &'static str {
    match policy {
        CyclePolicy::Delta => "delta",
        CyclePolicy::Initial => "initial",
    }
}

/// How many objects there are in all forests and the tenant.
pub(crate) fn size(scene: &Scene<'_>) -> usize {
    let forests = scene.world.forests().iter();
    let forests: usize = forests.map(|directory| directory.objects().count()).sum();
    forests + scene.world.tenant().objects().len()
}

/// What was made for this moment, or is made now: at once where the world is small.
fn made(scene: &Scene<'_>, desk: &mut Desk) -> Option<Arc<Preview>> {
    let (moment, policy) = (scene.moment(), policy(scene));
    let known = desk.previews.iter().find(|it| it.is_for(moment, policy));
    if let Some(known) = known {
        return Some(Arc::clone(known));
    }
    (size(scene) <= SMALL).then(|| desk.preview(scene, policy))
}

/// The preview of the next cycle.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let policy = policy(scene);
    let made = made(scene, desk);
    let body = html! {
        div.bar {
            @for (word, name) in [("delta", "Delta"), ("initial", "Initial (full)")] {
                a.tab href=(scene.link("/preview", &[("policy", word)]))
                    aria-current=[(word == policy_name(policy)).then_some("page")] { (name) }
            }
            @if scene.can_act() {
                form method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="cycle";
                    input type="hidden" name="policy" value=(policy_name(policy));
                    button.primary { "Commit: run this cycle" }
                }
            }
        }
        @match made {
            None => {
                p {
                    "This world is large: the preview takes as long as the cycle itself."
                }
                form method="post" action="/preview" {
                    (hidden(scene))
                    input type="hidden" name="at" value=(scene.at.to_string());
                    input type="hidden" name="policy" value=(policy_name(policy));
                    button { "Generate Preview" }
                }
            }
            Some(preview) => (shown(scene, &preview)),
        }
    };
    let commands = [
        format!("dirsync-lab what-if {}", policy_name(policy)),
        format!("dirsync-lab sync {}", policy_name(policy)),
    ];
    Page::new("Preview of the next cycle", body, &commands)
}

fn shown(scene: &Scene<'_>, preview: &Preview) -> Markup {
    html! {
        @if let Some((deletes, threshold)) = preview.stopped {
            p.alert role="alert" {
                b { "stopped-deletion-threshold-exceeded" } ": "
                (deletes) " deletions are pending, " (threshold) " are allowed. \
                Nothing would be exported."
            }
        }
        (deletes(scene, preview))
        h2 { "Steps" }
        div.steps {
            @for (place, (connector, result, _)) in preview.steps.iter().enumerate() {
                section.step {
                    h3 {
                        (connector) ": " (profile_name(result.step)) " "
                        (words::badge(status_class(result.status), result.status.name()))
                    }
                    ul.counters { (counters(scene, preview, place)) }
                }
            }
        }
        (changes(scene, preview))
    }
}

fn counters(scene: &Scene<'_>, preview: &Preview, place: usize) -> Markup {
    let Some((connector, result, _)) = preview.steps.get(place) else {
        return html! {};
    };
    let record = StepRecord {
        run: 0,
        at: scene.world.now(),
        connector: connector.clone(),
        result: *result,
        errors: Vec::new(),
        notices: Vec::new(),
    };
    let counted = record.counters();
    let any = counted.iter().any(|counter| counter.count > 0);
    html! {
        @for counter in counted.iter().filter(|counter| counter.count > 0) {
            li.danger[counter.label.contains("Delete") || counter.label.contains("Disconnect")
                || counter.label.contains("Error")] {
                a href=(scene.link("/preview/objects", &[
                    ("policy", policy_name(preview.policy)),
                    ("step", &place.to_string()),
                    ("counter", counter.label),
                ])) { b { (words::grouped(counter.count as usize)) } " " (counter.label) }
            }
        }
        @if !any { li.quiet { "nothing" } }
    }
}

fn deletes(scene: &Scene<'_>, preview: &Preview) -> Markup {
    html! {
        @if !preview.deletes.is_empty() {
            section.deletes aria-label="Deletions" {
                h2 { (words::grouped(preview.deletes.len())) " to be deleted in the cloud" }
                ul {
                    @for delete in preview.deletes.iter().take(PAGE) {
                        li {
                            (things::link(scene, Thing::Cloud(delete.key))) " "
                            @if delete.for_good { (words::badge("bad", "for good")) }
                            @else { (words::badge("warn", "30 days in the recycle bin")) }
                            @if !delete.takes.is_empty() {
                                span.takes { " takes along " (delete.takes.join(", ")) }
                            }
                        }
                    }
                }
                @if preview.deletes.len() > PAGE {
                    p { "and " (words::grouped(preview.deletes.len() - PAGE)) " more" }
                }
            }
        }
    }
}

fn changes(scene: &Scene<'_>, preview: &Preview) -> Markup {
    let there = |key| scene.world.tenant().object(key).is_some();
    html! {
        h2 { "Other accounts: " (words::grouped(preview.changes.len())) }
        @if preview.changes.is_empty() { (words::none("No other account changes.")) } @else {
            div.scroll role="group" tabindex="0" aria-label="Table" {
                table {
                    caption { "What becomes of accounts" }
                    thead { tr { th { "Account" } th { "What" } th { "Changes" } th { "Loses" } } }
                    tbody {
                        @for change in preview.changes.iter().take(PAGE) {
                            tr {
                                td {
                                    @if there(change.key) {
                                        (things::link(scene, Thing::Cloud(change.key)))
                                    } @else { (change.label) }
                                }
                                td { (change.fate.word()) }
                                td {
                                    @for one in &change.changes {
                                        div { b { (one.property) } ": "
                                            (one.from.join(", ")) " → " (one.to.join(", ")) }
                                    }
                                }
                                td.loses {
                                    @for one in &change.loses {
                                        div { b { (one.property) } ": " (one.value) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The objects behind a counter of a step.
pub(super) fn objects(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let Some(preview) = made(scene, desk) else {
        return Page::missing("The preview has not been generated for this moment.");
    };
    let place: usize = scene.query.number("step").unwrap_or(0);
    let label = scene.query.text("counter");
    let Some((connector, result, counted)) = preview.steps.get(place) else {
        return Page::missing("There is no such step.");
    };
    let things: Vec<Thing> = counted.get(label).into_iter().flatten().copied().collect();
    let from: usize = scene.query.number("from").unwrap_or(0);
    let page: Vec<Thing> = things.iter().skip(from).take(PAGE).copied().collect();
    let shown = Shown {
        ids: (0..page.len() as u32).collect(),
        total: things.len(),
        from,
    };
    let back = scene.link("/preview", &[("policy", policy_name(preview.policy))]);
    let body = html! {
        p { a href=(back) { "Back to the preview" } }
        (words::pager(scene, &shown))
        (things::table(scene, "Objects", &page))
    };
    let title = format!("{label}: {} on {connector}", profile_name(result.step));
    let command = format!("dirsync-lab what-if {}", policy_name(preview.policy));
    Page::new(title, body, &[command])
}
