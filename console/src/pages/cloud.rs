//! Cloud: users, deleted users, groups, contacts and roles.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mock_cloud::CloudKey;
use mock_cloud::tenant::{RETENTION_DAYS, Role, State};

use super::things;
use crate::desk::{Desk, describe_cloud};
use crate::frame::{Page, hidden};
use crate::preview::takes;
use crate::rows::Shown;
use crate::scene::{Scene, Thing};
use crate::words;

/// One of the four lists.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk, list: &str) -> Page {
    let lists = desk.cloud(scene);
    let (title, rows, set) = match list {
        "users" => ("Users", &lists.users, "users"),
        "deleted" => (
            "Deleted users",
            &lists.deleted,
            "directory/deletedItems/graph.user",
        ),
        "groups" => ("Groups", &lists.groups, "groups"),
        "contacts" => ("Contacts", &lists.contacts, "contacts"),
        _ => return Page::missing("There is no such list."),
    };
    let from = scene.query.number("from").unwrap_or(0);
    let shown = rows.show(scene.query.text("q"), from, |id, add| {
        describe_cloud(&scene.world, CloudKey(id), add);
    });
    let keys: Vec<CloudKey> = shown.ids.iter().map(|id| CloudKey(*id)).collect();
    let csv = scene.link(
        &format!("/cloud/{list}.csv"),
        &[("q", scene.query.text("q"))],
    );
    let body = html! {
        p.quiet {
            (words::grouped(rows.len())) " here; "
            (words::grouped(lists.synced)) " live objects are synced from Active Directory. "
            a href=(csv) { "Download as CSV" }
        }
        (words::search(scene, "Name, UPN or address", &[]))
        div id="results" {
            (words::pager(scene, &shown))
            @if keys.is_empty() { (words::none("Nobody is found.")) }
            @else if list == "deleted" { (deleted(scene, &keys)) }
            @else { (things::accounts(scene, title, &keys)) }
        }
        @if list == "users" && scene.can_act() { (create(scene)) }
        @if list == "groups" && scene.can_act() { (create_group(scene)) }
    };
    let cmdlet = match list {
        "groups" => "Get-MgGroup -All",
        "contacts" => "Get-MgContact -All",
        "deleted" => "Get-MgDirectoryDeletedItemAsUser -All",
        _ => "Get-MgUser -All -Property displayName,userPrincipalName,onPremisesSyncEnabled",
    };
    let curl = format!(
        "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \"$DIRSYNC_LAB_GRAPH/v1.0/{set}\""
    );
    Page::new(title, body, &[cmdlet.to_owned(), curl])
}

/// A list as a spreadsheet; `None` where there is no such list.
pub(crate) fn csv(scene: &Scene<'_>, desk: &mut Desk, list: &str) -> Option<String> {
    let lists = desk.cloud(scene);
    let rows = match list {
        "users" => &lists.users,
        "deleted" => &lists.deleted,
        "groups" => &lists.groups,
        "contacts" => &lists.contacts,
        _ => return None,
    };
    let mut text =
        String::from("id,displayName,userPrincipalNameOrMail,type,onPremisesSyncEnabled\n");
    let tenant = scene.world.tenant();
    for object in rows
        .ids()
        .iter()
        .filter_map(|id| tenant.object(CloudKey(*id)))
    {
        let fields = [
            object.id.to_string(),
            words::csv_field(object.display_name.as_deref().unwrap_or_default()),
            words::csv_field(&object.label()),
            object.kind.word().to_owned(),
            object.is_synced().to_string(),
        ];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    Some(text)
}

fn deleted(scene: &Scene<'_>, keys: &[CloudKey]) -> Markup {
    let tenant = scene.world.tenant();
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Deleted users" }
                thead {
                    tr {
                        th { "Display name" } th { "User principal name" } th { "Deletion date" }
                        th { "Permanent deletion date" } th { "Holds" }
                        @if scene.can_act() { th { "Do" } }
                    }
                }
                tbody {
                    @for key in keys {
                        @if let Some(object) = tenant.object(*key) {
                            @let at = match object.state {
                                State::SoftDeleted { at } => at,
                                _ => scene.world.now(),
                            };
                            @let hours = RETENTION_DAYS * 24;
                            @let end = at.checked_add(jiff::SignedDuration::from_hours(hours));
                            tr {
                                td {
                                    a href=(scene.thing(Thing::Cloud(*key))) {
                                        (object.display_name.as_deref().unwrap_or("(no name)"))
                                    }
                                }
                                td.mono { (object.label()) }
                                td.mono.when { (words::time(at)) }
                                td.mono.when { (words::time(end.unwrap_or(at))) }
                                td { (takes(&scene.world, *key, object).join(", ")) }
                                @if scene.can_act() { td { (undelete(scene, *key)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn undelete(scene: &Scene<'_>, key: CloudKey) -> Markup {
    let name = scene.thing(Thing::Cloud(key));
    let name = name.trim_start_matches("/object/");
    let label = scene.cloud_label(key);
    html! {
        form.inline method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="object" value=(name);
            button name="do" value="cloud-restore" aria-label={ "Restore " (label) } { "Restore" }
            button.danger name="do" value="cloud-purge"
                aria-label={ "Delete permanently: " (label) }
                data-confirm={ "Delete " (label) " permanently? There is no way back." } {
                "Delete permanently"
            }
        }
    }
}

fn create(scene: &Scene<'_>) -> Markup {
    html! {
        details.action {
            summary { "New user" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="cloud-create";
                label for="upn" { "User principal name" } input id="upn" name="upn" required;
                label for="name" { "Display name" } input id="name" name="name";
                button { "Create" }
                code.equals { "New-MgUser -UserPrincipalName … / POST /v1.0/users" }
            }
        }
    }
}

fn create_group(scene: &Scene<'_>) -> Markup {
    html! {
        details.action {
            summary { "New security group" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="cloud-create";
                input type="hidden" name="kind" value="group";
                label for="name" { "Display name" } input id="name" name="name" required;
                button { "Create" }
                code.equals { "New-MgGroup -DisplayName … / POST /v1.0/groups" }
            }
        }
    }
}

/// Roles and who holds them.
pub(super) fn roles(scene: &Scene<'_>) -> Page {
    let mut held: BTreeMap<&Role, Vec<CloudKey>> = BTreeMap::new();
    for (key, role) in scene.world.tenant().roles.iter() {
        held.entry(role).or_default().push(key);
    }
    let shown = Shown {
        ids: (0..held.len() as u32).collect(),
        total: held.len(),
        from: 0,
    };
    let body = html! {
        (words::pager(scene, &shown))
        @if held.is_empty() { (words::none("Nobody holds a role.")) } @else {
            div.scroll role="group" tabindex="0" aria-label="Table" {
                table {
                    caption { "Roles and administrators" }
                    thead { tr { th { "Role" } th { "Held by" } } }
                    tbody {
                        @for (role, keys) in &held {
                            tr {
                                td { (role.0) }
                                td {
                                    @for key in keys.iter().take(20) {
                                        div { (things::link(scene, Thing::Cloud(*key))) }
                                    }
                                    @if keys.len() > 20 { "and " (keys.len() - 20) " more" }
                                }
                            }
                        }
                    }
                }
            }
        }
        p.quiet { "A role is given and taken on the page of a user." }
    };
    let command = "Get-MgRoleManagementDirectoryRoleAssignment -All".to_owned();
    Page::new("Roles and administrators", body, &[command])
}
