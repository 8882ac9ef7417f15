//! The frame around every page: rail, clock, title, command line.

use maud::{DOCTYPE, Markup, html};

use crate::at::At;
use crate::query::url;
use crate::scene::Scene;
use crate::words;

/// The rail, in the words of the admins' own tools.
pub(crate) const RAIL: &[(&str, &[(&str, &str)])] = &[
    (
        "Synchronization Service",
        &[
            ("Operations", "/operations"),
            ("Connectors", "/connectors"),
            ("Metaverse search", "/metaverse"),
            ("Preview", "/preview"),
        ],
    ),
    ("On-premises", &[("Active Directory", "/onprem")]),
    (
        "Cloud",
        &[
            ("Users", "/cloud/users"),
            ("Deleted users", "/cloud/deleted"),
            ("Groups", "/cloud/groups"),
            ("Contacts", "/cloud/contacts"),
            ("Roles", "/cloud/roles"),
            ("Settings", "/cloud/settings"),
        ],
    ),
    ("Repair", &[("Sync errors", "/errors"), ("Plan", "/plan")]),
    (
        "Time",
        &[
            ("Timeline", "/timeline"),
            ("People over time", "/people"),
            ("Shared addresses", "/addresses"),
            ("Clock and faults", "/clock"),
        ],
    ),
    ("Practice", &[("Labs", "/labs")]),
];

/// A page before its frame is drawn.
pub(crate) struct Page {
    /// What it is called.
    pub(crate) title: String,
    /// What it says.
    pub(crate) body: Markup,
    /// What shows the same on a command line.
    pub(crate) commands: Vec<String>,
    /// 200, or 404.
    pub(crate) status: u16,
}

impl Page {
    /// A page with its commands.
    pub(crate) fn new(title: impl Into<String>, body: Markup, commands: &[String]) -> Self {
        Self {
            title: title.into(),
            body,
            commands: commands.to_vec(),
            status: 200,
        }
    }

    /// A page that says that something is not there.
    pub(crate) fn missing(what: &str) -> Self {
        let body = html! { p.quiet { (what) } p { a href="/operations" { "Go to Operations" } } };
        Self {
            status: 404,
            ..Self::new("Not found", body, &[])
        }
    }
}

/// What makes a snapshot of a world that is served, for the commands that take one.
pub(crate) fn captured() -> [String; 3] {
    [
        "dirsync-lab capture ad $DIRSYNC_LAB_LDAP \
         --bind-dn $DIRSYNC_LAB_BIND_DN -o ad",
        "dirsync-lab capture cloud $DIRSYNC_LAB_GRAPH -o cloud",
        "dirsync-lab import --ad ad/ad.ldif --cloud cloud -o snapshot",
    ]
    .map(str::to_owned)
}

/// A whole page.
pub(crate) fn frame(scene: &Scene<'_>, page: &Page) -> Markup {
    let position = scene.lab.journal().len();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&page.title))
            body data-position=(position) data-now[scene.at == At::Now] {
                a.skip href="#main" { "Skip to content" }
                (top(scene))
                (rail(scene))
                main id="main" tabindex="-1" {
                    (about(scene))
                    (past(scene))
                    (done(scene))
                    h1 { (page.title) }
                    (page.body)
                    (command_line(scene, &page.commands))
                }
                div id="moved" role="status" aria-live="polite" {}
            }
        }
    }
}

/// The head of a page with a title.
pub(crate) fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " - dirsync-lab" }
            link rel="icon" type="image/svg+xml" href="/icon.svg";
            link rel="stylesheet" href="/console.css";
            script src="/console.js" defer {}
        }
    }
}

fn top(scene: &Scene<'_>) -> Markup {
    let world = &scene.world;
    let title = scene.lab.rehearsal().title().unwrap_or("dirsync-lab");
    html! {
        header.top {
            a.brand href="/operations" { (icon()) span { "dirsync-lab" } }
            span.world title=(title) { (title) " · " (world.profile.name()) }
            form.find role="search" action="/search" {
                label.hidden for="find" { "Search people, groups and addresses" }
                input id="find" name="q" type="search" autocomplete="off"
                    placeholder="Search people, addresses, anchors" value=(scene.query.text("q"));
            }
            span.clock title="Virtual time of the world" { (words::time(world.now())) }
            @if scene.can_act() {
                form.quick method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="cycle";
                    input type="hidden" name="policy" value="delta";
                    button.primary title="Start-ADSyncSyncCycle -PolicyType Delta" {
                        "Run delta cycle"
                    }
                }
                form.quick method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="advance";
                    input type="hidden" name="by" value="30m";
                    button title="Let 30 minutes pass" { "+30 min" }
                }
            } @else if scene.read_only {
                span.badge { "read-only" }
            }
            button.theme type="button" data-theme title="Dark or light" {
                span.hidden { "Switch between dark and light" } "◐"
            }
        }
    }
}

fn rail(scene: &Scene<'_>) -> Markup {
    html! {
        nav.rail aria-label="Console" {
            @for (group, entries) in RAIL {
                h2 { (group) }
                ul {
                    @for (name, path) in *entries {
                        @let here = scene.path.starts_with(path);
                        li {
                            a href=(scene.link(path, &[])) aria-current=[here.then_some("page")] {
                                (name)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Says what there is to say about the world, and how far a learner has got.
fn about(scene: &Scene<'_>) -> Markup {
    html! {
        @if let Some(about) = scene.about { p.past role="note" { (about) } }
        @if let Some(practice) = scene.practice.filter(|_| !scene.path.starts_with("/labs")) {
            @let (session, standing) = (practice.session(), practice.session().report());
            p.lab role="note" {
                a href="/labs" { (session.lab().lab.value) " " (session.lab().title.value) }
                ": " (standing.met()) " of " (standing.findings.len()) " of the goal, "
                (standing.score) " points"
            }
        }
    }
}

/// Says that a page does not show the present.
fn past(scene: &Scene<'_>) -> Markup {
    let text = match scene.at {
        At::Now => return html! {},
        At::Entry(0) => "The world as it was at the beginning".to_owned(),
        At::Entry(entries) => format!("The world as it was after entry {entries}"),
        At::Branch(number) => format!("The world at the end of branch {number}"),
    };
    html! {
        p.past role="note" {
            (text) ", " (words::time(scene.world.now())) ". Nothing can be changed here. "
            a href=(scene.query.with(&scene.path, "at", "")) { "Back to now" }
        }
    }
}

/// Says what the last action came to.
fn done(scene: &Scene<'_>) -> Markup {
    let entry = scene.query.number::<usize>("done");
    let entry = entry.and_then(|number| scene.lab.journal().get(number.checked_sub(1)?));
    let Some(entry) = entry else {
        let problem = scene.query.get("problem");
        return html! {
            @if let Some(problem) = problem { p.done.refused role="alert" { (problem) } }
        };
    };
    let came = entry.came();
    let equal = crate::equal::entry(scene, entry);
    html! {
        div.done.refused[entry.is_refused()] role="status" {
            p {
                b { @if entry.is_refused() { "Refused: " } @else { "Done: " } }
                (entry.what)
                @if !came.is_empty() { " - " (came) }
                " " a href=(url(&format!("/timeline/{}", entry.number), &[])) {
                    "entry " (entry.number)
                }
            }
            (crate::equal::shown(&equal))
        }
    }
}

fn command_line(scene: &Scene<'_>, commands: &[String]) -> Markup {
    let then = match scene.at {
        At::Entry(entries) if !commands.is_empty() => Some(format!(
            "dirsync-lab what-if nothing --after {entries}   # how it was then, beside the present"
        )),
        _ => None,
    };
    html! {
        @if !commands.is_empty() {
            details.commands {
                summary { "The same on a command line" }
                pre { @for command in then.iter().chain(commands) { (command) "\n" } }
            }
        }
    }
}

/// The fields that every form carries.
pub(crate) fn hidden(scene: &Scene<'_>) -> Markup {
    html! {
        input type="hidden" name="key" value=(scene.key);
        input type="hidden" name="back" value=(scene.here());
    }
}

fn icon() -> Markup {
    html! {
        svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" {
            circle cx="5" cy="8" r="3.2" class="one" {}
            circle cx="11" cy="8" r="3.2" class="two" {}
        }
    }
}

/// The icon of the tab.
pub(crate) const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">\
    <circle cx=\"5\" cy=\"8\" r=\"4\" fill=\"#2f6fb3\"/>\
    <circle cx=\"11\" cy=\"8\" r=\"4\" fill=\"#d98a1f\" fill-opacity=\".8\"/></svg>";
