//! Clock and faults: time, the world kept under names, what goes wrong on purpose.

use jiff::SignedDuration;
use maud::{Markup, html};
use sim::world::Action;

use crate::equal;
use crate::frame::{Page, hidden};
use crate::scene::Scene;
use crate::words;

/// The clock, the kept worlds, the faults.
pub(super) fn page(scene: &Scene<'_>) -> Page {
    let body = html! {
        section.cards aria-label="Time and faults" {
            div.card {
                h2 { "Virtual time" }
                p.mono { (words::time(scene.world.now())) " UTC" }
                @if scene.can_act() { (clock(scene)) }
            }
            div.card {
                h2 { "The world under a name" }
                (kept(scene))
            }
            div.card {
                h2 { "Faults" }
                p {
                    (scene.lab.faults.planned()) " planned, "
                    (scene.lab.faults.struck()) " requests met one"
                }
                @if scene.can_act() { (faults(scene)) }
            }
        }
    };
    let commands = [
        "dirsync-lab clock advance 30m",
        "dirsync-lab snapshot save before",
        "dirsync-lab snapshot restore before",
        "dirsync-lab reset",
        "dirsync-lab fault graph 429 --retry-after 1",
    ];
    Page::new("Clock and faults", body, &commands.map(str::to_owned))
}

fn clock(scene: &Scene<'_>) -> Markup {
    html! {
        form.inline method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="do" value="advance";
            @for by in ["30m", "1h", "1d", "31d"] { button name="by" value=(by) { "+" (by) } }
        }
        form.inline method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="do" value="advance";
            label for="by" { "Let pass" }
            input id="by" name="by" size="6" required placeholder="2h30m";
            button { "Advance" }
        }
        (equal::shown(&equal::of(
            &scene.world,
            &Action::Advance(SignedDuration::from_mins(30)),
        )))
    }
}

fn kept(scene: &Scene<'_>) -> Markup {
    let names: Vec<&str> = scene.lab.kept().collect();
    html! {
        @if names.is_empty() { (words::none("Nothing is kept yet.")) }
        @if scene.can_act() {
            @for name in names {
                form.inline method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="restore";
                    input type="hidden" name="name" value=(name);
                    button { "Go back to " (name) }
                }
            }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="save";
                label for="keep" { "Name" }
                input id="keep" name="name" size="10" placeholder="before";
                button { "Keep the world" }
            }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="reset";
                button.danger data-confirm="Set the world to its beginning?" {
                    "Set to the beginning"
                }
            }
        }
    }
}

fn faults(scene: &Scene<'_>) -> Markup {
    let mut planned = scene.lab.faults.commands();
    if !scene.lab.conduct().is_plain() {
        planned.extend(host::conduct_commands(&scene.lab.conduct()));
    }
    html! {
        @if !planned.is_empty() {
            ul { @for command in &planned { li { code { (command) } } } }
        }
        form.fields method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="do" value="fault";
            label for="kind" { "What goes wrong" }
            select id="kind" name="kind" {
                option value="graph-429" { "Graph: 429 Too Many Requests" }
                option value="graph-500" { "Graph: 500 Internal Server Error" }
                option value="graph-502" { "Graph: 502 Bad Gateway" }
                option value="graph-503" { "Graph: 503 Service Unavailable" }
                option value="graph-504" { "Graph: 504 Gateway Timeout" }
                option value="graph-lose-reply" { "Graph: the reply is lost" }
                option value="ldap-busy" { "LDAP: busy" }
                option value="ldap-unavailable" { "LDAP: unavailable" }
                option value="ldap-dropped" { "LDAP: the connection is dropped" }
                option value="ldap-lose-reply" { "LDAP: the reply is lost" }
                option value="ldap-no-reply" { "LDAP: there is no reply" }
                option value="ldap-delayed" { "LDAP: the reply is late" }
                option value="chaos" { "Both: as a seed decides" }
            }
            label for="times" { "How often" }
            input id="times" name="times" inputmode="numeric" value="1";
            label for="every" { "Only every so many requests" }
            input id="every" name="every" inputmode="numeric" value="1";
            label for="retry-after" { "Graph: Retry-After in seconds" }
            input id="retry-after" name="retry-after" inputmode="numeric";
            label for="method" { "Graph: only this method" }
            input id="method" name="method" placeholder="PATCH" autocomplete="off";
            label for="path" { "Graph: only paths with" }
            input id="path" name="path" placeholder="/users" autocomplete="off";
            label for="request" { "LDAP: only this request" }
            select id="request" name="request" {
                option value="" { "whatever writes" }
                @for kind in ["bind", "search", "add", "modify", "modify-dn", "delete", "compare"] {
                    option { (kind) }
                }
            }
            label for="milliseconds" { "LDAP: late by milliseconds" }
            input id="milliseconds" name="milliseconds" inputmode="numeric";
            label for="seed" { "Both: the seed" }
            input id="seed" name="seed" inputmode="numeric";
            button { "Plan" }
        }
        form.inline method="post" action="/act" {
            (hidden(scene))
            button name="do" value="calm" { "Forget what is planned" }
            code.equals { "dirsync-lab fault clear" }
        }
    }
}
