//! Plan: ordered steps that can be put in another order, judged anew each time.

use maud::{Markup, html};
use sim::hazard::Severity;

use super::preview::{SMALL, size};
use super::things;
use crate::desk::Desk;
use crate::draft::{Draft, Judged};
use crate::equal;
use crate::frame::{Page, captured, hidden};
use crate::scene::{Scene, Thing};
use crate::words;

/// The plan, made at once where the world is small.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let moment = scene.moment();
    let stale = desk
        .draft
        .as_ref()
        .is_none_or(|draft| draft.moment != moment);
    if stale && size(scene) <= SMALL {
        desk.draft = Some(Draft::of(scene.lab, &scene.world, moment));
    }
    let draft = desk.draft.as_ref().filter(|draft| draft.moment == moment);
    let body = html! {
        @match draft {
            None => {
                p { "This world is large: planning its repair takes a while." }
                form method="post" action="/plan" {
                    (hidden(scene))
                    input type="hidden" name="at" value=(scene.at.to_string());
                    button { "Plan the repair" }
                }
            }
            Some(draft) => (list(scene, draft)),
        }
    };
    let mut commands = captured().to_vec();
    commands.push("dirsync-lab plan snapshot".to_owned());
    commands.push("dirsync-lab plan snapshot --emit powershell".to_owned());
    Page::new("Plan", body, &commands)
}

/// The list of steps, which is also what a new order is answered with.
pub(crate) fn list(scene: &Scene<'_>, draft: &Draft) -> Markup {
    let met = draft
        .judged
        .iter()
        .map(|one| one.hazards.len())
        .sum::<usize>();
    let refused = draft
        .judged
        .iter()
        .filter(|one| one.refused.is_some())
        .count();
    let order: Vec<String> = draft.order.iter().map(ToString::to_string).collect();
    html! {
        div id="plan" {
            p role="status" {
                (draft.judged.len()) " steps, "
                b { (met) @if met == 1 { " hazard" } @else { " hazards" } }
                ", " (refused) " refused. "
                @if !draft.before.is_empty() {
                    "Before the first step the scheduler's cycles come to: " (draft.before) ". "
                }
                span.quiet { "Drag a step, or use its buttons, to see what another order does." }
            }
            @for note in &draft.notes { p.alert { "Left to a person: " (note) } }
            @for guard in &draft.left_open { p.alert { b { "W09" } " left open: " (guard) } }
            @if draft.judged.is_empty() { (words::none("There is nothing to repair.")) } @else {
                form method="post" action="/plan/order" data-order {
                    (hidden(scene))
                    input type="hidden" name="at" value=(scene.at.to_string());
                    input type="hidden" name="order" value=(order.join(","));
                    ol.plan {
                        @for (place, one) in draft.judged.iter().enumerate() {
                            (step(scene, one, place, draft.judged.len()))
                        }
                    }
                    button name="move" value="as-planned" { "Back to the order as planned" }
                }
            }
        }
    }
}

fn step(scene: &Scene<'_>, one: &Judged, place: usize, count: usize) -> Markup {
    let danger = one
        .hazards
        .iter()
        .any(|met| met.hazard.severity == Severity::Danger);
    let warns = !one.hazards.is_empty() || one.refused.is_some();
    let equal = equal::of(&scene.world, &one.step.action());
    html! {
        li draggable="true" data-place=(one.place) class={
            "step" @if danger { " danger" } @else if warns { " warns" }
        } {
            div.head {
                span.grip aria-hidden="true" { "⠿" }
                b { (one.text) }
                @if one.step.is_irreversible() { (words::badge("bad", "irreversible")) }
                @if one.step.is_destructive() { (words::badge("warn", "destructive")) }
                @if one.step.waits_for_cycle() { (words::badge("plain", "waits for a cycle")) }
                span.moves {
                    @if place > 0 {
                        button name="move" value={ "up-" (one.place) }
                            aria-label={ "Move up: " (one.text) } { "↑" }
                    }
                    @if place + 1 < count {
                        button name="move" value={ "down-" (one.place) }
                            aria-label={ "Move down: " (one.text) } { "↓" }
                    }
                }
            }
            p.quiet {
                "because " (one.step.why)
                @if let Some(person) = one.step.person {
                    ", for " (things::link(scene, Thing::Ad(person)))
                }
                @if !one.came.is_empty() { " · comes to: " (one.came) }
            }
            @if let Some(refused) = &one.refused { p.refused { b { "Refused: " } (refused) } }
            @for met in &one.hazards {
                p.hazard {
                    b { (met.hazard.number) " " (met.hazard.name) } ": " (met.what) "; "
                    (met.hazard.cost) ". Instead: " (met.hazard.instead) "."
                }
            }
            details { summary { "PowerShell and Graph" } (equal::shown(&equal)) }
        }
    }
}
