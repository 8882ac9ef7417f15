//! Settings of the tenant: features of directory synchronisation, domains, the threshold.

use maud::{Markup, html};
use mock_cloud::tenant::{Authentication, Domain, FEATURES, OTHER_FEATURES};
use sim::world::{Action, CloudChange};

use crate::desk::Desk;
use crate::equal;
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
                @if scene.can_act() {
                    (toggle(scene, "sync-enabled", "", synchronized, true))
                    (equals(scene, CloudChange::SetSyncEnabled(!synchronized)))
                }
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
                    (equals(scene, CloudChange::SetDeletionThreshold(tenant.deletion_threshold)))
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

/// What a change equals, in small print.
fn equals(scene: &Scene<'_>, change: CloudChange) -> Markup {
    equal::shown(&equal::of(&scene.world, &Action::Cloud(change)))
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
    let tenant = scene.world.tenant();
    let default = tenant.domains.default();
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Custom domain names" }
                thead {
                    tr {
                        th { "Name" } th { "Status" } th { "Authentication" }
                        @if scene.can_act() { th { "Change" } }
                    }
                }
                tbody {
                    @for domain in tenant.domains.iter() {
                        tr {
                            td.mono {
                                (domain.name) @if domain.initial { " (initial)" }
                                @if domain.name == *default { " (default)" }
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
                            @if scene.can_act() { td { (domain_forms(scene, domain)) } }
                        }
                    }
                }
            }
        }
        @if scene.can_act() {
            details.action {
                summary { "Add a domain" }
                form.inline method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="domain-add";
                    label for="domain" { "Name" }
                    input id="domain" name="name" required placeholder="fabrikam.com";
                    button { "Add" }
                }
                code.equals { "New-MgDomain / POST /v1.0/domains" }
            }
        }
    }
}

/// What may be done to a domain.
fn domain_forms(scene: &Scene<'_>, domain: &Domain) -> Markup {
    let name = &domain.name;
    let button = |what: &str, label: &str| {
        html! {
            button name="do" value=(what) aria-label={ (label) ": " (name) } { (label) } " "
        }
    };
    html! {
        form.inline method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="name" value=(name);
            @if domain.verified {
                (button("domain-default", "Make default"))
                @if !domain.initial {
                    (button("domain-authentication", match domain.authentication {
                        Authentication::Managed => "Federate",
                        Authentication::Federated => "Convert to managed",
                    }))
                }
            } @else { (button("domain-verify", "Verify")) }
            @if !domain.initial { (button("domain-remove", "Remove")) }
        }
    }
}
