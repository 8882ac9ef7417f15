//! Connectors: run profiles, search of the connector space, properties.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mock_ad::directory::{Dn, ObjectId};
use sim::engine::{AnchorAttribute, ConnectorId, CsId, Scope, Source, Step};
use sim::manager::connector_name;
use sim::world::{Action, EngineChange};

use super::things;
use crate::desk::Desk;
use crate::equal::{self, quoted};
use crate::frame::{Page, hidden};
use crate::rows::{PAGE, Shown};
use crate::runs::profile_name;
use crate::scene::{Scene, Thing};
use crate::words;

/// What a search of the connector space can be for.
const STATES: &[(&str, &str)] = &[
    ("pending-import-add", "Pending Import + Add"),
    ("pending-import-modify", "Pending Import + Modify"),
    ("pending-import-delete", "Pending Import + Delete"),
    ("pending-export-add", "Pending Export + Add"),
    ("pending-export-modify", "Pending Export + Modify"),
    ("pending-export-delete", "Pending Export + Delete"),
    ("export-errors", "Export Errors"),
    ("synchronization-errors", "Synchronization Errors"),
    ("disconnectors", "Disconnectors"),
    ("connectors", "Connectors"),
];

const ANCHORS: [AnchorAttribute; 2] = [
    AnchorAttribute::ObjectGuid,
    AnchorAttribute::ConsistencyGuid,
];

const STEPS: [Step; 5] = [
    Step::FullImport,
    Step::DeltaImport,
    Step::FullSynchronization,
    Step::DeltaSynchronization,
    Step::Export,
];

fn all(scene: &Scene<'_>) -> impl Iterator<Item = ConnectorId> + use<> {
    let forests = (0..scene.world.forests().len()).map(ConnectorId::Ad);
    forests.chain([ConnectorId::Entra])
}

fn states(
    scene: &Scene<'_>,
    desk: &mut Desk,
    connector: ConnectorId,
) -> BTreeMap<&'static str, usize> {
    let space = desk.space(scene);
    let found = match connector {
        ConnectorId::Entra => Some(&space.entra),
        ConnectorId::Ad(place) => space.forests.get(place),
    };
    let counts = found.into_iter().flatten();
    counts.map(|(state, ids)| (*state, ids.len())).collect()
}

/// The list of connectors.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let rows: Vec<_> = all(scene)
        .map(|connector| (connector, states(scene, desk, connector)))
        .collect();
    let body = html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Connectors" }
                thead {
                    tr {
                        th { "Name" } th { "Type" } th { "State" } th.number { "Connectors" }
                        th.number { "Disconnectors" } th.number { "Pending exports" }
                        th.number { "Errors" }
                        @if scene.can_act() { th { "Run" } }
                    }
                }
                tbody {
                    @for (connector, states) in &rows { (row(scene, *connector, states)) }
                }
            }
        }
        (engine(scene))
    };
    Page::new("Connectors", body, &["Get-ADSyncConnector".to_owned()])
}

fn row(
    scene: &Scene<'_>,
    connector: ConnectorId,
    states: &BTreeMap<&'static str, usize>,
) -> Markup {
    let path = format!("/connectors/{}", connector.address());
    let count = |state: &str| states.get(state).copied().unwrap_or(0);
    let pending: usize = ["add", "modify", "delete"]
        .iter()
        .map(|what| count(&format!("pending-export-{what}")))
        .sum();
    let kind = match connector {
        ConnectorId::Entra => "Windows Azure Active Directory (Microsoft)",
        ConnectorId::Ad(_) => "Active Directory Domain Services",
    };
    let link = |state: &str, number: usize| {
        html! {
            td.number {
                a href=(scene.link(&path, &[("state", state)])) { (words::grouped(number)) }
            }
        }
    };
    html! {
        tr {
            td { a href=(scene.link(&path, &[])) { (connector_name(&scene.world, connector)) } }
            td { (kind) }
            td { "Idle" }
            (link("connectors", count("connectors")))
            (link("disconnectors", count("disconnectors")))
            td.number { (words::grouped(pending)) }
            td.number {
                (words::grouped(count("export-errors") + count("synchronization-errors")))
            }
            @if scene.can_act() { td { (run(scene, connector)) } }
        }
    }
}

fn run(scene: &Scene<'_>, connector: ConnectorId) -> Markup {
    let name = connector_name(&scene.world, connector);
    html! {
        form.inline method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="do" value="run";
            input type="hidden" name="connector" value=(connector.address());
            label.hidden for={ "step-" (connector.address()) } { "Run profile of " (name) }
            select id={ "step-" (connector.address()) } name="step" {
                @for step in STEPS { option value=(step.name()) { (profile_name(step)) } }
            }
            button { "Run" }
        }
    }
}

/// The settings of the engine, and how they are changed.
fn engine(scene: &Scene<'_>) -> Markup {
    let config = scene.world.engine().config();
    let threshold = config.deletion_threshold.map(|count| count.to_string());
    let every = config.schedule.map(|length| format!("{length:#}"));
    html! {
        section.cards aria-label="Engine" {
            div.card {
                h2 { "Scheduler" }
                p { @match &every { Some(every) => { "every " (every) } None => "off" } }
                @if scene.can_act() {
                    form.inline method="post" action="/act" {
                        (hidden(scene))
                        input type="hidden" name="do" value="schedule";
                        label for="every" { "Every" }
                        input id="every" name="every" size="6" placeholder="30m";
                        button { "Set" }
                        span.quiet { "empty turns it off" }
                    }
                    (equals(scene, EngineChange::Schedule(config.schedule)))
                }
            }
            div.card {
                h2 { "Deletion threshold of the engine" }
                p { (threshold.as_deref().unwrap_or("off")) }
                @if scene.can_act() {
                    form.inline method="post" action="/act" {
                        (hidden(scene))
                        input type="hidden" name="do" value="engine-threshold";
                        label for="count" { "At most" }
                        input id="count" name="count" inputmode="numeric" size="6"
                            value=(threshold.as_deref().unwrap_or_default());
                        button { "Set" }
                        span.quiet { "empty turns it off" }
                    }
                    (equals(scene, EngineChange::DeletionThreshold(config.deletion_threshold)))
                }
            }
            div.card {
                h2 { "Staging mode" }
                p { @if config.staging { "on: nothing is exported" } @else { "off" } }
                @if scene.can_act() {
                    form.inline method="post" action="/act" {
                        (hidden(scene))
                        input type="hidden" name="do" value="staging";
                        input type="hidden" name="on"
                            value=(if config.staging { "no" } else { "yes" });
                        button { @if config.staging { "Turn off" } @else { "Turn on" } }
                    }
                    (equals(scene, EngineChange::Staging(!config.staging)))
                }
            }
            div.card {
                h2 { "Source anchor" }
                p.mono { (config.anchor.name()) }
                @if scene.can_act() {
                    form.inline method="post" action="/act" {
                        (hidden(scene))
                        input type="hidden" name="do" value="anchor";
                        label for="attribute" { "Made of" }
                        select id="attribute" name="attribute" {
                            @for one in ANCHORS {
                                option selected[one == config.anchor] { (one.name()) }
                            }
                        }
                        button data-confirm="Another anchor makes strangers of everybody whose \
                                             anchor differs. Change it?" { "Change" }
                    }
                    (equals(scene, EngineChange::Anchor(config.anchor)))
                }
            }
        }
    }
}

/// What a setting of the engine equals, in small print.
fn equals(scene: &Scene<'_>, change: EngineChange) -> Markup {
    equal::shown(&equal::of(&scene.world, &Action::Configure(change)))
}

/// One connector: its properties and a search of its space.
pub(super) fn one(scene: &Scene<'_>, desk: &mut Desk, name: &str) -> Page {
    let Some(connector) = ConnectorId::from_address(name) else {
        return Page::missing("There is no such connector.");
    };
    let title = connector_name(&scene.world, connector);
    if title.is_empty() {
        return Page::missing("There is no such connector.");
    }
    let counts = states(scene, desk, connector);
    let wanted = scene.query.get("state").unwrap_or("connectors");
    let found = found(scene, desk, connector, wanted);
    let from: usize = scene.query.number("from").unwrap_or(0);
    let page: Vec<u32> = found.iter().skip(from).take(PAGE).copied().collect();
    let shown = Shown {
        total: found.len(),
        ids: page.clone(),
        from,
    };
    let first = Action::Run {
        connector,
        step: Step::FullImport,
    };
    let body = html! {
        @if scene.can_act() {
            div.bar { (run(scene, connector)) }
            (equal::shown(&equal::of(&scene.world, &first)))
            @if connector == ConnectorId::Entra { (broken(scene)) }
        }
        h2 { "Search Connector Space" }
        ul.tabs {
            @for (state, label) in STATES {
                @let count = counts.get(state).copied().unwrap_or(0);
                li.danger[*state == "pending-export-delete" && count > 0] {
                    a href=(scene.link(&scene.path, &[("state", state)]))
                        aria-current=[(*state == wanted).then_some("page")] {
                        (label) " " b { (words::grouped(count)) }
                    }
                }
            }
        }
        (words::pager(scene, &shown))
        @if found.is_empty() { (words::none("No object is found.")) } @else {
            (listed(scene, connector, &page))
        }
        (properties(scene, connector))
    };
    let commands = commands(scene, connector, &page);
    Page::new(title, body, &commands)
}

/// The first object that is listed, as cmdlets show it.
fn commands(scene: &Scene<'_>, connector: ConnectorId, page: &[u32]) -> Vec<String> {
    let name = quoted(&connector_name(&scene.world, connector));
    let first = page.first().and_then(|id| match connector {
        ConnectorId::Ad(forest) => Some(scene.dn(forest, ObjectId(*id))),
        ConnectorId::Entra => {
            let entry = scene.world.engine().entra().get(CsId(*id))?;
            Some(entry.anchor.connector_space_dn())
        }
    });
    let mut all = vec![format!("Get-ADSyncConnector -Name {name}")];
    all.extend(first.map(|dn| {
        let dn = quoted(&dn);
        format!("Get-ADSyncCSObject -ConnectorName {name} -DistinguishedName {dn}")
    }));
    all
}

/// An export in which the connection breaks.
fn broken(scene: &Scene<'_>) -> Markup {
    html! {
        details.action {
            summary { "An export that breaks" }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="broken-export";
                label for="objects" { "The connection breaks after so many objects" }
                input id="objects" name="objects" inputmode="numeric" size="6" value="1" required;
                button { "Export" }
            }
            (equal::shown(&equal::of(&scene.world, &Action::BrokenExport(1))))
        }
    }
}

fn found(scene: &Scene<'_>, desk: &mut Desk, connector: ConnectorId, state: &str) -> Vec<u32> {
    let space = desk.space(scene);
    let lists = match connector {
        ConnectorId::Entra => Some(&space.entra),
        ConnectorId::Ad(place) => space.forests.get(place),
    };
    lists
        .and_then(|lists| lists.get(state))
        .cloned()
        .unwrap_or_default()
}

fn listed(scene: &Scene<'_>, connector: ConnectorId, ids: &[u32]) -> Markup {
    if let ConnectorId::Ad(forest) = connector {
        let all: Vec<Thing> = ids
            .iter()
            .map(|id| {
                Thing::Ad(Source {
                    forest,
                    object: ObjectId(*id),
                })
            })
            .collect();
        return things::table(scene, "Objects of the connector space", &all);
    }
    let entra = scene.world.engine().entra();
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Objects of the connector space" }
                thead {
                    tr {
                        th { "Distinguished name" } th { "Type" } th { "Object" } th { "Account" }
                        th { "Error" }
                    }
                }
                tbody {
                    @for id in ids {
                        @if let Some(entry) = entra.get(CsId(*id)) {
                            tr {
                                td.mono { (entry.anchor.connector_space_dn()) }
                                td { (entry.kind.name()) }
                                td {
                                    @if let Some(mv) = entry.metaverse {
                                        (things::link(scene, Thing::Metaverse(mv)))
                                    }
                                }
                                td {
                                    @if let Some(key) = entry.cloud {
                                        (things::link(scene, Thing::Cloud(key)))
                                    }
                                }
                                td {
                                    @if let Some(failure) = &entry.failure {
                                        (words::badge("bad", failure.error.code.name()))
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

fn properties(scene: &Scene<'_>, connector: ConnectorId) -> Markup {
    let config = scene.world.engine().config();
    let ConnectorId::Ad(place) = connector else {
        return html! {};
    };
    let Some(scope) = config.scopes.get(place) else {
        return html! {};
    };
    html! {
        h2 { "Properties" }
        dl.facts {
            dt { "Containers that are synced" }
            dd {
                @if scope.include.is_empty() { "the whole domain" }
                @for dn in &scope.include { div.mono { (dn.to_string()) } }
            }
            dt { "Containers that are not" }
            dd {
                @if scope.exclude.is_empty() { "none" }
                @for dn in &scope.exclude { div.mono { (dn.to_string()) } }
            }
            @if let Some(group) = &scope.group {
                dt { "Only direct members of" }
                dd { div.mono { (group.to_string()) } }
            }
            dt { "Synchronization rules" }
            dd {
                @match &config.rules {
                    None => "those that are installed; `dirsync-lab explain rules` lists them",
                    Some(_) => "rules of your own, evaluated as they stand",
                }
            }
        }
        @if scene.can_act() { (scope_form(scene, place, scope)) }
    }
}

/// The containers of a forest, to be selected anew.
fn scope_form(scene: &Scene<'_>, forest: usize, scope: &Scope) -> Markup {
    let lines = |list: &[Dn]| {
        let all: Vec<String> = list.iter().map(ToString::to_string).collect();
        all.join("\n")
    };
    let group = scope.group.as_ref().map(ToString::to_string);
    let group = group.unwrap_or_default();
    html! {
        details.action {
            summary { "Configure containers" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="scope";
                input type="hidden" name="forest" value=(forest);
                label for="include" { "Synced, one a line; empty is the whole domain" }
                textarea id="include" name="include" rows="3" { (lines(&scope.include)) }
                label for="exclude" { "Not synced, one a line" }
                textarea id="exclude" name="exclude" rows="2" { (lines(&scope.exclude)) }
                label for="group" { "Only direct members of this group; empty is everybody" }
                input id="group" name="group" value=(group);
                button { "Select" }
                span.quiet { "What it means for anybody shows after a full import (R5.13)." }
            }
            (equals(scene, EngineChange::Scope(forest, scope.clone())))
        }
    }
}
