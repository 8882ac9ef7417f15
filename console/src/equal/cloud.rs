//! Changes to the tenant as cmdlets of Microsoft.Graph and as requests.

use mock_cloud::tenant::administer::ObjectUpdate;
use mock_cloud::tenant::{FEATURES, Link};
use mock_cloud::{CloudKey, ProxyAddress, Upn};
use serde_json::{Map, Value, json};
use sim::world::{CloudChange, World};

use super::{Equal, quoted};

/// An account as addresses and cmdlets name it.
struct Named {
    id: String,
    /// `users`, `groups` or `contacts`.
    set: &'static str,
    /// `User`, `Group` or `Contact`.
    noun: &'static str,
}

fn named(world: &World, key: CloudKey) -> Named {
    use mock_cloud::SyncObjectType::{Contact, Group, User};
    let object = world.tenant().object(key);
    let kind = object.map(|object| object.kind.sync_type());
    let (set, noun) = match kind {
        Some(Group) => ("groups", "Group"),
        Some(Contact) => ("contacts", "Contact"),
        Some(User) | None => ("users", "User"),
    };
    Named {
        id: object.map_or_else(String::new, |object| object.id.to_string()),
        set,
        noun,
    }
}

fn both(powershell: String, graph: String) -> Equal {
    Equal {
        powershell,
        graph,
        command: String::new(),
    }
}

/// A request that has a body, and the cmdlet that sends any request.
fn patch(path: &str, body: &Value) -> Equal {
    both(
        format!(
            "Invoke-MgGraphRequest -Method PATCH -Uri {} -Body {}",
            quoted(&format!("v1.0{path}")),
            quoted(&body.to_string())
        ),
        format!("PATCH /v1.0{path}\n{body}"),
    )
}

/// What a change to the tenant equals.
pub(super) fn of(world: &World, change: &CloudChange) -> Equal {
    match change {
        CloudChange::Create(object) => {
            let body = json!({
                "displayName": object.display_name.as_deref(),
                "userPrincipalName": object.user_principal_name.as_ref().map(Upn::as_str),
                "mailNickname": object.mail_nickname.as_deref(),
                "accountEnabled": object.account_enabled,
            });
            both(
                format!("New-MgUser -BodyParameter {}", quoted(&body.to_string())),
                format!("POST /v1.0/users\n{body}"),
            )
        }
        CloudChange::Update(key, update) => {
            let Named { id, set, noun } = named(world, *key);
            let body = body_of(update);
            both(
                format!(
                    "Update-Mg{noun} -{noun}Id {id} -BodyParameter {}",
                    quoted(&body.to_string())
                ),
                format!("PATCH /v1.0/{set}/{id}\n{body}"),
            )
        }
        CloudChange::Delete(_) | CloudChange::Purge(_) | CloudChange::Restore(..) => {
            bin(world, change)
        }
        CloudChange::SetImmutableId(key, anchor) => {
            let Named { id, .. } = named(world, *key);
            let value = anchor.as_ref().map(ToString::to_string);
            let body = json!({ "onPremisesImmutableId": value });
            match value {
                Some(value) => both(
                    format!(
                        "Update-MgUser -UserId {id} -OnPremisesImmutableId {}",
                        quoted(&value)
                    ),
                    format!("PATCH /v1.0/users/{id}\n{body}"),
                ),
                None => patch(&format!("/users/{id}"), &body),
            }
        }
        CloudChange::AssignLicence(..)
        | CloudChange::RemoveLicence(..)
        | CloudChange::AssignRole(..)
        | CloudChange::RemoveRole(..) => held(world, change),
        CloudChange::SetCloudManaged(key, on) => {
            let Named { id, set, .. } = named(world, *key);
            let path = format!("/{set}/{id}/onPremisesSyncBehavior");
            patch(&path, &json!({ "isCloudManaged": on }))
        }
        CloudChange::ClearObjectIdentifier(key) => {
            cleared(world, *key, &["onPremisesObjectIdentifier"])
        }
        CloudChange::ClearOnPremisesFacts(key, names) => cleared(world, *key, names),
        CloudChange::AddLinks(key, link, targets) => {
            let target = targets.first().copied().unwrap_or(*key);
            linked(world, *key, *link, target, true)
        }
        CloudChange::RemoveLink(key, link, target) => linked(world, *key, *link, *target, false),
        CloudChange::SetManager(key, manager) => {
            let (person, manager) = (named(world, *key), manager.map(|it| named(world, it)));
            let path = format!("/v1.0/users/{}/manager/$ref", person.id);
            match manager {
                Some(manager) => both(
                    format!(
                        "Set-MgUserManagerByRef -UserId {} -OdataId \
                         'https://graph.microsoft.com/v1.0/users/{}'",
                        person.id, manager.id
                    ),
                    format!("PUT {path}"),
                ),
                None => both(
                    format!("Remove-MgUserManagerByRef -UserId {}", person.id),
                    format!("DELETE {path}"),
                ),
            }
        }
        CloudChange::All(changes) => {
            let all: Vec<Equal> = changes.iter().map(|change| of(world, change)).collect();
            let joined =
                |read: fn(&Equal) -> &str| all.iter().map(read).collect::<Vec<_>>().join("\n");
            both(joined(|it| &it.powershell), joined(|it| &it.graph))
        }
        _ => tenant_wide(world, change),
    }
}

fn bin(world: &World, change: &CloudChange) -> Equal {
    match change {
        CloudChange::Delete(key) => {
            let Named { id, set, noun } = named(world, *key);
            both(
                format!("Remove-Mg{noun} -{noun}Id {id}"),
                format!("DELETE /v1.0/{set}/{id}"),
            )
        }
        CloudChange::Purge(key) => {
            let id = named(world, *key).id;
            both(
                format!("Remove-MgDirectoryDeletedItem -DirectoryObjectId {id}"),
                format!("DELETE /v1.0/directory/deletedItems/{id}"),
            )
        }
        CloudChange::Restore(key, options) => {
            let id = named(world, *key).id;
            let mut body = Map::new();
            if let Some(upn) = &options.new_user_principal_name {
                body.insert("newUserPrincipalName".to_owned(), json!(upn.as_str()));
            }
            if options.auto_reconcile_proxy_conflicts {
                body.insert("autoReconcileProxyConflict".to_owned(), json!(true));
            }
            let body = if body.is_empty() {
                String::new()
            } else {
                format!("\n{}", Value::Object(body))
            };
            both(
                format!("Restore-MgDirectoryDeletedItem -DirectoryObjectId {id}"),
                format!("POST /v1.0/directory/deletedItems/{id}/restore{body}"),
            )
        }
        _ => Equal::default(),
    }
}

fn held(world: &World, change: &CloudChange) -> Equal {
    let licence = |key: &CloudKey, add: Value, remove: Value| {
        let id = named(world, *key).id;
        let cmdlet = format!(
            "Set-MgUserLicense -UserId {id} -BodyParameter {}",
            quoted(&json!({ "addLicenses": add, "removeLicenses": remove }).to_string())
        );
        let body = json!({ "addLicenses": add, "removeLicenses": remove });
        both(
            cmdlet,
            format!("POST /v1.0/users/{id}/assignLicense\n{body}"),
        )
    };
    match change {
        CloudChange::AssignLicence(key, sku) => {
            licence(key, json!([{ "skuId": sku.as_str() }]), json!([]))
        }
        CloudChange::RemoveLicence(key, sku) => licence(key, json!([]), json!([sku.as_str()])),
        CloudChange::AssignRole(key, role) => {
            let id = named(world, *key).id;
            let template = role.template_id();
            let body = json!({
                "principalId": id,
                "roleDefinitionId": template.to_string(),
                "directoryScopeId": "/",
            });
            both(
                format!(
                    "New-MgRoleManagementDirectoryRoleAssignment -PrincipalId {id} \
                     -RoleDefinitionId {template} -DirectoryScopeId '/'"
                ),
                format!("POST /v1.0/roleManagement/directory/roleAssignments\n{body}"),
            )
        }
        CloudChange::RemoveRole(key, role) => {
            let id = named(world, *key).id;
            let role = role.id(world.tenant().organization.id);
            both(
                format!(
                    "Remove-MgDirectoryRoleMemberDirectoryObjectByRef -DirectoryRoleId {role} \
                     -DirectoryObjectId {id}"
                ),
                format!("DELETE /v1.0/directoryRoles/{role}/members/{id}/$ref"),
            )
        }
        _ => Equal::default(),
    }
}

fn cleared(world: &World, key: CloudKey, names: &[&'static str]) -> Equal {
    let object = world.tenant().object(key);
    let label = object.map_or_else(String::new, |object| object.label().to_string());
    let switches: Vec<String> = names.iter().map(|name| format!("-{name}")).collect();
    Equal::powershell(format!(
        "Clear-ADSyncToolsOnPremisesAttribute -Identity {} {}",
        quoted(&label),
        switches.join(" ")
    ))
}

fn linked(world: &World, group: CloudKey, link: Link, target: CloudKey, add: bool) -> Equal {
    let (group, target) = (named(world, group).id, named(world, target).id);
    let list = link.name();
    let noun = if list == "owners" { "Owner" } else { "Member" };
    if add {
        let body = json!({
            "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{target}")
        });
        return both(
            format!("New-MgGroup{noun} -GroupId {group} -DirectoryObjectId {target}"),
            format!("POST /v1.0/groups/{group}/{list}/$ref\n{body}"),
        );
    }
    both(
        format!("Remove-MgGroup{noun}ByRef -GroupId {group} -DirectoryObjectId {target}"),
        format!("DELETE /v1.0/groups/{group}/{list}/{target}/$ref"),
    )
}

fn tenant_wide(world: &World, change: &CloudChange) -> Equal {
    let tenant = world.tenant().organization.id;
    let synchronization = format!("/directory/onPremisesSynchronization/{tenant}");
    let features = |name: &str, on: bool| {
        let mut features = Map::new();
        features.insert(name.to_owned(), json!(on));
        patch(&synchronization, &json!({ "features": features }))
    };
    let domain = |name: &str, call: &str| {
        both(
            format!("Invoke-MgGraphRequest -Method POST -Uri 'v1.0/domains/{name}/{call}'"),
            format!("POST /v1.0/domains/{name}/{call}"),
        )
    };
    match change {
        CloudChange::SetFeature(name, on) => {
            let known = FEATURES.iter().find(|feature| feature.name == *name);
            features(known.map_or(*name, |feature| feature.graph_name), *on)
        }
        CloudChange::SetOtherFeature(name, on) => features(name, *on),
        CloudChange::SetDeletionThreshold(threshold) => {
            let kind = threshold.map_or("disabled", |_| "enabledForCount");
            let body = json!({ "configuration": { "accidentalDeletionPrevention": {
                "synchronizationPreventionType": kind, "alertThreshold": threshold } } });
            patch(&synchronization, &body)
        }
        CloudChange::SetSyncEnabled(on) => {
            let body = json!({ "onPremisesSyncEnabled": on });
            patch(&format!("/organization/{tenant}"), &body)
        }
        CloudChange::ChangeDomain(new) => domain(&new.name, "verify"),
        CloudChange::MakeDefaultDomain(name) => {
            patch(&format!("/domains/{name}"), &json!({ "isDefault": true }))
        }
        CloudChange::PromoteDomain(name) => domain(name, "promote"),
        CloudChange::RemoveDomain(name) => both(
            format!("Remove-MgDomain -DomainId {name}"),
            format!("DELETE /v1.0/domains/{name}"),
        ),
        _ => Equal::default(),
    }
}

fn body_of(update: &ObjectUpdate) -> Value {
    let mut body = Map::new();
    let texts = [
        ("userPrincipalName", &update.user_principal_name),
        ("displayName", &update.display_name),
        ("mail", &update.mail),
        ("mailNickname", &update.mail_nickname),
        ("usageLocation", &update.usage_location),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            body.insert(name.to_owned(), json!(value.as_str()));
        }
    }
    if let Some(addresses) = &update.proxy_addresses {
        let all: Vec<&str> = addresses.iter().map(ProxyAddress::as_str).collect();
        body.insert("proxyAddresses".to_owned(), json!(all));
    }
    if let Some(enabled) = update.account_enabled {
        body.insert("accountEnabled".to_owned(), json!(enabled));
    }
    if update.password.is_some() {
        body.insert("passwordProfile".to_owned(), json!({ "password": "…" }));
    }
    for (name, value) in &update.values {
        body.insert(name.to_string(), value.clone());
    }
    Value::Object(body)
}
