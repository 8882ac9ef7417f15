//! On-premises: the tree of containers, and what is in one.

use maud::{Markup, html};
use mock_ad::directory::{Directory, Dn, ObjectId};
use sim::engine::Source;

use super::things;
use crate::desk::{Desk, describe_ad};
use crate::frame::{Page, hidden};
use crate::scene::Scene;
use crate::words;

/// The tree beside the objects of the chosen container.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let forest: usize = scene.query.number("forest").unwrap_or(0);
    let Some(directory) = scene.world.forests().get(forest) else {
        return Page::missing("There is no such forest.");
    };
    let wanted: Option<Dn> = scene.query.get("ou").and_then(|text| text.parse().ok());
    let place = wanted.as_ref().and_then(|dn| directory.find(dn));
    let place = place.unwrap_or_else(|| directory.domain());
    let everywhere = scene.query.get("q").is_some();
    let rows = if everywhere {
        desk.people(scene, forest)
    } else {
        desk.children(
            scene,
            Source {
                forest,
                object: place,
            },
        )
    };
    let from = scene.query.number("from").unwrap_or(0);
    let shown = rows.show(scene.query.text("q"), from, |id, add| {
        let object = ObjectId(id);
        describe_ad(&scene.world, Source { forest, object }, add);
    });
    let sources = shown.ids.iter().map(|id| Source {
        forest,
        object: ObjectId(*id),
    });
    let sources: Vec<Source> = sources.collect();
    let here = directory.dn_text(place).to_string();
    let body = html! {
        (forests(scene, forest))
        div.tree-and-list {
            (tree(scene, desk, forest, place))
            div {
                (words::search(scene, "In the whole domain", &["forest", "ou"]))
                div id="results" {
                    h2.mono {
                        @if everywhere { "Found in " (directory.dns_name()) } @else { (here) }
                    }
                    (scope_badge(scene, forest, &directory.dn(place)))
                    (words::pager(scene, &shown))
                    @if sources.is_empty() { (words::none("Nothing is in here.")) } @else {
                        (things::people(scene, "Objects", &sources))
                    }
                }
                @if scene.can_act() { (add(scene, forest, &here)) }
            }
        }
    };
    let commands = [
        format!("Get-ADObject -SearchBase '{here}' -SearchScope OneLevel -Filter *"),
        format!(
            "ldapsearch -H $DIRSYNC_LAB_LDAP -D $DIRSYNC_LAB_BIND_DN -w $DIRSYNC_LAB_PASSWORD \
                 -b '{here}' -s one"
        ),
    ];
    Page::new("Active Directory", body, &commands)
}

fn forests(scene: &Scene<'_>, chosen: usize) -> Markup {
    html! {
        @if scene.world.forests().len() > 1 {
            ul.tabs {
                @for (place, directory) in scene.world.forests().iter().enumerate() {
                    li {
                        a href=(scene.link("/onprem", &[("forest", &place.to_string())]))
                            aria-current=[(place == chosen).then_some("page")] {
                            (directory.dns_name())
                        }
                    }
                }
            }
        }
    }
}

fn scope_badge(scene: &Scene<'_>, forest: usize, dn: &Dn) -> Markup {
    let scope = scene.world.engine().config().scopes.get(forest);
    if scope.is_some_and(|scope| scope.contains(dn)) {
        words::badge("good", "synced")
    } else {
        words::badge("plain", "not synced")
    }
}

fn tree(scene: &Scene<'_>, desk: &mut Desk, forest: usize, chosen: ObjectId) -> Markup {
    let containers = desk.containers(scene, forest);
    let Some(directory) = scene.world.forests().get(forest) else {
        return html! {};
    };
    html! {
        nav.tree aria-label="Containers" {
            ul { (branch(scene, directory, forest, &containers, directory.domain(), chosen, 0)) }
        }
    }
}

/// Below this no more containers are drawn: nobody reads such a tree.
const DEPTH_MAX: usize = 24;

fn branch(
    scene: &Scene<'_>,
    directory: &Directory,
    forest: usize,
    containers: &[ObjectId],
    at: ObjectId,
    chosen: ObjectId,
    depth: usize,
) -> Markup {
    let Some(object) = directory.object(at) else {
        return html! {};
    };
    let below = containers.iter().copied().filter(|id| {
        directory
            .object(*id)
            .is_some_and(|it| it.parent == Some(at))
    });
    let below: Vec<ObjectId> = if depth < DEPTH_MAX {
        below.collect()
    } else {
        Vec::new()
    };
    let dn = directory.dn_text(at).to_string();
    let name = if object.parent.is_some() {
        object.name().as_str()
    } else {
        directory.dns_name()
    };
    let to = scene.link("/onprem", &[("forest", &forest.to_string()), ("ou", &dn)]);
    let scope = scene.world.engine().config().scopes.get(forest);
    let synced = scope.is_some_and(|scope| scope.contains(&directory.dn(at)));
    html! {
        li {
            a.synced[synced] href=(to) aria-current=[(at == chosen).then_some("page")] {
                (name) @if synced { span.hidden { " (synced)" } }
            }
            @if !below.is_empty() {
                ul {
                    @for id in below {
                        (branch(scene, directory, forest, containers, id, chosen, depth + 1))
                    }
                }
            }
        }
    }
}

fn add(scene: &Scene<'_>, forest: usize, here: &str) -> Markup {
    html! {
        details.action {
            summary { "New object here" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="ad-add";
                input type="hidden" name="forest" value=(forest);
                input type="hidden" name="to" value=(here);
                label for="class" { "Type" }
                select id="class" name="class" {
                    option value="user" { "User" }
                    option value="group" { "Group" }
                    option value="contact" { "Contact" }
                    option value="ou" { "Organizational unit" }
                }
                label for="name" { "Name" } input id="name" name="name" required;
                label for="account" { "sAMAccountName" } input id="account" name="account";
                label for="upn" { "userPrincipalName" } input id="upn" name="upn";
                label for="mail" { "mail, and primary address" } input id="mail" name="mail";
                button { "Create" }
                code.equals { "New-ADUser -Path '" (here) "' -Name …" }
            }
        }
    }
}
