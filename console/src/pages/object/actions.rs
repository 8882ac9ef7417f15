//! What may be done to a person, each with the PowerShell and the Graph call that it equals.

use maud::{Markup, html};
use mock_ad::directory::{AttributeId, Modification, ObjectKind};
use mock_cloud::tenant::administer::ObjectUpdate;
use mock_cloud::tenant::{DirectoryObject, State};
use mock_cloud::{CloudKey, SyncObjectType};
use sim::engine::Source;
use sim::world::{Action, AdChange, CloudChange};

use crate::desk::is_person;
use crate::equal;
use crate::frame::hidden;
use crate::scene::{Scene, Thing};
use crate::triple::Triple;
use crate::words;

/// The end of the address of a thing: what forms call it.
fn name(scene: &Scene<'_>, thing: Thing) -> String {
    scene.thing(thing).trim_start_matches("/object/").to_owned()
}

/// What an action equals, in small print.
fn equals(scene: &Scene<'_>, action: &Action) -> Markup {
    equal::shown(&equal::of(&scene.world, action))
}

fn equals_cloud(scene: &Scene<'_>, change: CloudChange) -> Markup {
    equals(scene, &Action::Cloud(change))
}

/// Everything that may be done here.
pub(super) fn shown(scene: &Scene<'_>, triple: &Triple) -> Markup {
    html! {
        section.actions aria-label="Actions" {
            h2 { "Actions" }
            div.columns {
                @if let Some(source) = triple.source { (in_ad(scene, source)) }
                @if let Some(key) = triple.cloud { (in_cloud(scene, triple, key)) }
            }
        }
    }
}

fn in_ad(scene: &Scene<'_>, source: Source) -> Markup {
    let Some(directory) = scene.world.forests().get(source.forest) else {
        return html! {};
    };
    let object = name(scene, Thing::Ad(source));
    let Source { forest, object: id } = source;
    if !directory.is_live(id) {
        let change = AdChange::Restore {
            object: id,
            parent: None,
            name: None,
        };
        return html! {
            div {
                h3 { "In Active Directory" }
                form.action.fields method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="object" value=(object);
                    label for="restore-to" { "Container, if not where it was" }
                    input id="restore-to" name="to" list="containers" autocomplete="off";
                    label for="restore-name" { "Name, if not the one it had" }
                    input id="restore-name" name="name" autocomplete="off";
                    (containers(scene, forest))
                    button name="do" value="ad-restore" { "Restore from Deleted Objects" }
                }
                (equals(scene, &Action::Ad { forest, change }))
            }
        };
    }
    html! {
        div {
            h3 { "In Active Directory" }
            (move_form(scene, source, &object))
            (rename_form(scene, source, &object))
            (modify_form(scene, &object))
            @if matches!(directory.kind(id), ObjectKind::User | ObjectKind::InetOrgPerson) {
                (password_form(scene, source, &object))
            }
            @if is_person(directory.kind(id)) || directory.children(id).next().is_none() {
                details.action {
                    summary { "Delete" }
                    form method="post" action="/act" {
                        (hidden(scene))
                        input type="hidden" name="object" value=(object);
                        button.danger name="do" value="ad-delete"
                            data-confirm="Delete this object in Active Directory?" { "Delete" }
                    }
                    (equals(scene, &Action::Ad { forest, change: AdChange::Delete { object: id } }))
                }
            }
        }
    }
}

fn move_form(scene: &Scene<'_>, source: Source, object: &str) -> Markup {
    let dn = scene.dn(source.forest, source.object);
    html! {
        details.action {
            summary { "Move to another container" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="ad-move";
                input type="hidden" name="object" value=(object);
                label for="to" { "Container" }
                input id="to" name="to" list="containers" required autocomplete="off"
                    placeholder="OU=…,DC=…";
                (containers(scene, source.forest))
                button { "Move" }
            }
            code.equals { "Move-ADObject -Identity '" (dn) "' -TargetPath 'OU=…'" }
        }
    }
}

fn rename_form(scene: &Scene<'_>, source: Source, object: &str) -> Markup {
    let dn = scene.dn(source.forest, source.object);
    html! {
        details.action {
            summary { "Rename" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="ad-rename";
                input type="hidden" name="object" value=(object);
                label for="rename" { "New name" }
                input id="rename" name="name" required autocomplete="off";
                button { "Rename" }
            }
            code.equals { "Rename-ADObject -Identity '" (dn) "' -NewName '…'" }
        }
    }
}

fn password_form(scene: &Scene<'_>, source: Source, object: &str) -> Markup {
    let Source { forest, object: id } = source;
    let change = AdChange::Modify {
        object: id,
        changes: vec![Modification::clear(AttributeId::UNICODE_PWD)],
    };
    html! {
        details.action {
            summary { "Reset the password" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="ad-password";
                input type="hidden" name="object" value=(object);
                label for="ad-password" { "New password" }
                input id="ad-password" name="password" type="password" required
                    autocomplete="new-password";
                button { "Reset" }
            }
            (equals(scene, &Action::Ad { forest, change }))
        }
    }
}

/// So many containers are offered; more are typed.
const OFFERED: usize = 200;

fn containers(scene: &Scene<'_>, forest: usize) -> Markup {
    use mock_ad::directory::ObjectKind::OrganizationalUnit;
    let directory = scene.world.forests().get(forest);
    let all = directory.into_iter().flat_map(|directory| {
        // Containers stand near the top of a domain; what lies deep is typed.
        let top = directory.children(directory.domain());
        let below = top.flat_map(|id| std::iter::once(id).chain(directory.children(id)));
        let is_unit = |id: &_| directory.kind(*id) == OrganizationalUnit;
        below
            .take(10_000)
            .filter(is_unit)
            .map(|id| directory.dn_text(id).to_string())
    });
    html! {
        datalist id="containers" { @for dn in all.take(OFFERED) { option value=(dn) {} } }
    }
}

fn modify_form(scene: &Scene<'_>, object: &str) -> Markup {
    html! {
        details.action {
            summary { "Change an attribute" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="ad-modify";
                input type="hidden" name="object" value=(object);
                label for="attribute" { "Attribute" }
                input id="attribute" name="attribute" list="attributes" required autocomplete="off";
                datalist id="attributes" {
                    @for name in ["userPrincipalName", "mail", "proxyAddresses", "mailNickname",
                        "displayName", "adminDescription", "mS-DS-ConsistencyGuid", "title",
                        "department", "userAccountControl"] { option value=(name) {} }
                }
                label for="operation" { "What" }
                select id="operation" name="operation" {
                    option value="replace" { "Replace" } option value="add" { "Add" }
                    option value="remove" { "Remove" } option value="clear" { "Clear" }
                }
                label for="value" { "Values, one a line" }
                textarea id="value" name="value" rows="2" {}
                button { "Change" }
            }
            code.equals { "Set-ADObject -Identity … -Replace @{attribute='value'}" }
        }
    }
}

fn in_cloud(scene: &Scene<'_>, triple: &Triple, key: CloudKey) -> Markup {
    let Some(object) = scene.world.tenant().object(key) else {
        return html! {};
    };
    let named = name(scene, Thing::Cloud(key));
    html! {
        div {
            h3 { "In the cloud" }
            @match object.state {
                State::Purged { .. } => p.quiet { "It is gone for good." },
                State::SoftDeleted { .. } => (deleted(scene, key, &named)),
                State::Live => {
                    @if object.kind.is_user() { (anchor_form(scene, triple, key, &named)) }
                    (update_form(scene, key, &named))
                    @if object.kind.is_user() {
                        (cloud_password_form(scene, key, &named))
                        (manager_form(scene, key, &named))
                        (licences(scene, object, &named))
                        (roles(scene, key, &named))
                        (authority(scene, object, key, &named))
                    }
                    @if object.kind.sync_type() == SyncObjectType::Group {
                        (list_form(scene, "member", &object.members, &named))
                        (list_form(scene, "owner", &object.extras().owners, &named))
                    }
                    (delete_form(scene, key, &named))
                }
            }
        }
    }
}

fn deleted(scene: &Scene<'_>, key: CloudKey, named: &str) -> Markup {
    use mock_cloud::tenant::administer::RestoreOptions;
    html! {
        form.action.fields method="post" action="/act" {
            (hidden(scene))
            input type="hidden" name="object" value=(named);
            label for="new-upn" { "New UPN, if the old one is taken" }
            input id="new-upn" name="upn";
            label { input type="checkbox" name="reconcile" value="yes"; " drop taken addresses" }
            button name="do" value="cloud-restore" { "Restore" }
            button.danger name="do" value="cloud-purge"
                data-confirm="Delete permanently? There is no way back." { "Delete permanently" }
        }
        (equals_cloud(scene, CloudChange::Restore(key, RestoreOptions::default())))
        (equals_cloud(scene, CloudChange::Purge(key)))
    }
}

fn anchor_form(scene: &Scene<'_>, triple: &Triple, key: CloudKey, named: &str) -> Markup {
    let anchor = triple.source.and_then(|source| {
        scene
            .world
            .engine()
            .source_anchor(scene.world.forests(), source)
    });
    html! {
        details.action {
            summary { "Set or clear the ImmutableId" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="cloud-anchor";
                input type="hidden" name="object" value=(named);
                label for="anchor" { "Base64, or ad0-GUID of an object" }
                input id="anchor" name="value"
                    value=(anchor.as_ref().map(ToString::to_string).unwrap_or_default());
                button { "Set" }
                span.quiet { "empty clears it" }
            }
            (equals_cloud(scene, CloudChange::SetImmutableId(key, anchor)))
        }
    }
}

fn update_form(scene: &Scene<'_>, key: CloudKey, named: &str) -> Markup {
    let update = ObjectUpdate {
        display_name: Some("…".into()),
        ..ObjectUpdate::default()
    };
    html! {
        details.action {
            summary { "Change a property" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="cloud-update";
                input type="hidden" name="object" value=(named);
                label for="property" { "Property" }
                select id="property" name="property" {
                    @for name in ["userPrincipalName", "displayName", "mail", "mailNickname",
                        "proxyAddresses", "usageLocation", "accountEnabled"] {
                        option { (name) }
                    }
                }
                label for="new-value" { "Value; addresses one a line" }
                textarea id="new-value" name="value" rows="2" {}
                button { "Change" }
            }
            (equals_cloud(scene, CloudChange::Update(key, Box::new(update))))
        }
    }
}

fn cloud_password_form(scene: &Scene<'_>, key: CloudKey, named: &str) -> Markup {
    let update = ObjectUpdate {
        password: Some("…".into()),
        ..ObjectUpdate::default()
    };
    html! {
        details.action {
            summary { "Reset the password" }
            form.fields method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="cloud-password";
                input type="hidden" name="object" value=(named);
                label for="cloud-password" { "New password" }
                input id="cloud-password" name="password" type="password" required
                    autocomplete="new-password";
                button { "Reset" }
            }
            (equals_cloud(scene, CloudChange::Update(key, Box::new(update))))
        }
    }
}

fn manager_form(scene: &Scene<'_>, key: CloudKey, named: &str) -> Markup {
    html! {
        details.action {
            summary { "Manager" }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="manager";
                input type="hidden" name="object" value=(named);
                label for="manager" { "Manager: cloud-ID" }
                input id="manager" name="manager" placeholder="cloud-…";
                button { "Set" }
                span.quiet { "empty clears it" }
            }
            (equals_cloud(scene, CloudChange::SetManager(key, None)))
        }
    }
}

fn licences(scene: &Scene<'_>, object: &DirectoryObject, named: &str) -> Markup {
    html! {
        details.action {
            summary { "Licences" }
            @for licence in object.licences.iter() {
                form.inline method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="licence";
                    input type="hidden" name="object" value=(named);
                    input type="hidden" name="sku" value=(licence);
                    input type="hidden" name="on" value="no";
                    button { "Take " (licence) }
                }
            }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="licence";
                input type="hidden" name="object" value=(named);
                input type="hidden" name="on" value="yes";
                label for="sku" { "Licence" }
                input id="sku" name="sku" required placeholder="E3";
                button { "Give" }
            }
            code.equals { "Set-MgUserLicense / POST /v1.0/users/{id}/assignLicense" }
        }
    }
}

fn roles(scene: &Scene<'_>, key: CloudKey, named: &str) -> Markup {
    let tenant = scene.world.tenant();
    let held = tenant.roles.held(key);
    html! {
        details.action {
            summary { "Roles" }
            @for role in &held {
                form.inline method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value="role";
                    input type="hidden" name="object" value=(named);
                    input type="hidden" name="role" value=(role.0);
                    input type="hidden" name="on" value="no";
                    button { "Take " (role.0) }
                }
            }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value="role";
                input type="hidden" name="object" value=(named);
                input type="hidden" name="on" value="yes";
                label for="role" { "Role" }
                select id="role" name="role" {
                    @for role in tenant.directory_roles() { option { (role.0) } }
                }
                button { "Give" }
            }
            code.equals {
                "New-MgRoleManagementDirectoryRoleAssignment / \
                 POST /v1.0/roleManagement/directory/roleAssignments"
            }
        }
    }
}

fn authority(scene: &Scene<'_>, object: &DirectoryObject, key: CloudKey, named: &str) -> Markup {
    let managed = object.on_premises.cloud_managed;
    html! {
        details.action {
            summary { "Source of authority" }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="object" value=(named);
                input type="hidden" name="on" value=(if managed { "no" } else { "yes" });
                button name="do" value="managed" {
                    @if managed { "Hand back to Active Directory" }
                    @else { "Convert to cloud-managed" }
                }
                button name="do" value="clear-object-identifier" {
                    "Clear onPremisesObjectIdentifier"
                }
                button name="do" value="clear-security-identifier" {
                    "Clear onPremisesSecurityIdentifier"
                }
            }
            (equals_cloud(scene, CloudChange::SetCloudManaged(key, !managed)))
        }
    }
}

/// The members or owners of a group, page by page.
fn list_form(scene: &Scene<'_>, list: &str, keys: &[CloudKey], named: &str) -> Markup {
    const SHOWN: usize = 50;
    let from: usize = scene.query.number(list).unwrap_or(0);
    let to = |from: usize| scene.query.with(&scene.path, list, &from.to_string());
    let (title, noun) = match list {
        "owner" => ("Owners", "Owner"),
        _ => ("Members", "Member"),
    };
    html! {
        details.action open[from > 0] {
            summary { (title) ": " (words::grouped(keys.len())) }
            @for one in keys.iter().skip(from).take(SHOWN) {
                form.inline method="post" action="/act" {
                    (hidden(scene))
                    input type="hidden" name="do" value=(list);
                    input type="hidden" name="object" value=(named);
                    input type="hidden" name=(list) value=(name(scene, Thing::Cloud(*one)));
                    input type="hidden" name="on" value="no";
                    a href=(scene.thing(Thing::Cloud(*one))) { (scene.cloud_label(*one)) }
                    " " button aria-label={ "Remove " (list) " " (scene.cloud_label(*one)) } {
                        "Remove"
                    }
                }
            }
            @if keys.len() > SHOWN {
                p {
                    @if from > 0 { a href=(to(from.saturating_sub(SHOWN))) { "Previous" } " " }
                    @if from + SHOWN < keys.len() { a href=(to(from + SHOWN)) { "Next" } }
                }
            }
            form.inline method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="do" value=(list);
                input type="hidden" name="object" value=(named);
                input type="hidden" name="on" value="yes";
                label for=(list) { (noun) ": cloud-ID" }
                input id=(list) name=(list) required placeholder="cloud-…";
                button { "Add" }
            }
            code.equals {
                "New-MgGroup" (noun) " / POST /v1.0/groups/{id}/" (list) "s/$ref"
            }
        }
    }
}

fn delete_form(scene: &Scene<'_>, key: CloudKey, named: &str) -> Markup {
    html! {
        details.action {
            summary { "Delete" }
            form method="post" action="/act" {
                (hidden(scene))
                input type="hidden" name="object" value=(named);
                button.danger name="do" value="cloud-delete"
                    data-confirm="Delete this object in the cloud?" { "Delete" }
            }
            (equals_cloud(scene, CloudChange::Delete(key)))
        }
    }
}
