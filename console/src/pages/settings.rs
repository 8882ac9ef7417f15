//! Settings of the tenant: features of directory synchronisation, domains, the threshold.

use maud::{Markup, html};
use mock_cloud::tenant::{Authentication, FEATURES, OTHER_FEATURES};

use crate::desk::Desk;
use crate::frame::{Page, hidden};
use crate::scene::Scene;
use crate::words;

/// The settings.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let tenant = scene.world.tenant();
    let organization = &tenant.organization;
    let synchronized = tenant.is_synchronized();
    let synced = desk.cloud(scene).synced;
    let body = html! {
        section.cards aria-label="Tenant" {
            div.card {
                h2 { "Directory synchronisation" }
                p {
                    @if synchronized { "on" } @else { "off" }
                    ", " (words::grouped(synced)) " objects synced"
                }
                @if let Some(at) = organization.deactivated_at {
                    p { "Locked until " (words::time(at)) }
                }
                @if scene.can_act() { (toggle(scene, "sync-enabled", "", synchronized, true)) }
            }
            div.card {
                h2 { "Accidental deletion prevention" }
                p {
                    @match tenant.deletion_threshold {
                        Some(count) => { "at most " (count) " deletions" }
                        None => "off",
                    }
                }
                @if scene.can_act() {
                    form.inline method="post" action="/act" {
                        (hidden(scene))
                        input type="hidden" name="do" value="tenant-threshold";
                        label for="count" { "At most" }
                        input id="count" name="count" inputmode="numeric" size="6";
                        button { "Set" }
                        span.quiet { "empty turns it off" }
                    }
                }
            }
            div.card {
                h2 { "Tenant" }
                p.mono { (organization.id.to_string()) }
                p { "Profile " (scene.world.profile.name()) }
            }
        }
        h2 { "Features of onPremisesSynchronization" }
        (features(scene))
        h2 { "Domains" }
        (domains(scene))
    };
    let commands = [
        "Get-MgDirectoryOnPremiseSynchronization | Select-Object -ExpandProperty Features"
            .to_owned(),
        "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \
         \"$DIRSYNC_LAB_GRAPH/v1.0/directory/onPremisesSynchronization\""
            .to_owned(),
    ];
    Page::new("Settings", body, &commands)
}

fn toggle(scene: &Scene<'_>, what: &str, name: &str, on: bool, ask: bool) -> Markup {
    let question = "Turn this off? Read what it does first.";
    html! {
        form.inline method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="do" value=(what);
            input type="hidden" name="name" value=(name);
            input type="hidden" name="on" value=(if on { "no" } else { "yes" });
            button aria-label={ "Turn " (if on { "off" } else { "on" }) " " (name) }
                data-confirm=[(on && ask).then_some(question)] {
                @if on { "Turn off" } @else { "Turn on" }
            }
        }
    }
}

fn features(scene: &Scene<'_>) -> Markup {
    let features = &scene.world.tenant().features;
    let known = FEATURES
        .iter()
        .map(|it| (it.graph_name, (it.get)(features), it.one_way));
    let others = OTHER_FEATURES
        .iter()
        .map(|it| (*it, features.other(it), false));
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Features" }
                thead {
                    tr {
                        th { "Feature" } th { "State" }
                        @if scene.can_act() { th { "Change" } }
                    }
                }
                tbody {
                    @for (name, on, one_way) in known.chain(others) {
                        tr {
                            td.mono { (name) }
                            td {
                                @if on { (words::badge("good", "on")) }
                                @else { (words::badge("plain", "off")) }
                            }
                            @if scene.can_act() {
                                td {
                                    (toggle(scene, "feature", name, on, false))
                                    @if one_way && on {
                                        " " span.quiet { "can't be turned off again" }
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

fn domains(scene: &Scene<'_>) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Custom domain names" }
                thead { tr { th { "Name" } th { "Status" } th { "Authentication" } } }
                tbody {
                    @for domain in scene.world.tenant().domains.iter() {
                        tr {
                            td.mono {
                                (domain.name) @if domain.initial { " (initial)" }
                            }
                            td {
                                @if domain.verified { (words::badge("good", "verified")) }
                                @else { (words::badge("warn", "unverified")) }
                            }
                            td {
                                @match domain.authentication {
                                    Authentication::Managed => "Managed",
                                    Authentication::Federated => "Federated",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
