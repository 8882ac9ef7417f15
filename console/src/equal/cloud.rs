//! Changes to the tenant as cmdlets of Microsoft.Graph and as requests.

use mock_cloud::tenant::administer::ObjectUpdate;
use mock_cloud::tenant::{Authentication, DirectoryObject, Domain, FEATURES, Kind, Link};
use mock_cloud::{CloudKey, ProxyAddress, SourceAnchor, Upn};
use serde_json::{Map, Value, json};
use sim::world::{CloudChange, World};

use super::{Equal, key, quoted};

/// An account as addresses and cmdlets name it.
struct Named {
    id: String,
    /// `users`, `groups` or `contacts`.
    set: &'static str,
    /// `User`, `Group`, `Contact` or `Device`.
    noun: &'static str,
}

fn named(world: &World, key: CloudKey) -> Named {
    use mock_cloud::SyncObjectType::{Contact, Device, Group, User};
    let object = world.tenant().object(key);
    let kind = object.map(|object| object.kind.sync_type());
    let (set, noun) = match kind {
        Some(Group) => ("groups", "Group"),
        Some(Contact) => ("contacts", "Contact"),
        Some(Device) => ("devices", "Device"),
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

/// A body as PowerShell writes it down.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "$null".to_owned(),
        Value::Bool(on) => format!("${on}"),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(literal).collect();
            format!("@({})", all.join(", "))
        }
        Value::Object(all) => {
            let all = all.iter();
            let all: Vec<String> = all
                .map(|(name, value)| format!("{} = {}", key(name), literal(value)))
                .collect();
            format!("@{{ {} }}", all.join("; "))
        }
    }
}

/// What a change to the tenant equals.
pub(super) fn of(world: &World, change: &CloudChange) -> Equal {
    match change {
        CloudChange::Create(object) => created(object),
        CloudChange::Update(key, update) => {
            let Named { id, set, noun } = named(world, *key);
            let body = body_of(update);
            both(
                format!(
                    "Update-Mg{noun} -{noun}Id {id} -BodyParameter {}",
                    literal(&body)
                ),
                format!("PATCH /v1.0/{set}/{id}\n{body}"),
            )
        }
        CloudChange::Delete(_) | CloudChange::Purge(_) | CloudChange::Restore(..) => {
            bin(world, change)
        }
        CloudChange::SetImmutableId(key, anchor) => {
            immutable_id(&named(world, *key).id, anchor.as_ref())
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
            let path = format!("/users/{}", named(world, *key).id);
            patch(&path, &json!({ "onPremisesObjectIdentifier": null }))
        }
        CloudChange::ClearOnPremisesFacts(key, names) => cleared(world, *key, names),
        CloudChange::AddLinks(key, link, targets) => {
            let target = targets.first().copied().unwrap_or(*key);
            linked(world, *key, *link, target, true)
        }
        CloudChange::RemoveLink(key, link, target) => linked(world, *key, *link, *target, false),
        CloudChange::SetManager(key, manager) => {
            managed_by(&named(world, *key), manager.map(|it| named(world, it)))
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

fn created(object: &DirectoryObject) -> Equal {
    let name = object.display_name.as_deref();
    let nickname = object.mail_nickname.as_deref();
    let (noun, set, body) = match object.kind {
        Kind::Group {
            mail_enabled,
            security_enabled,
        } => (
            "Group",
            "groups",
            json!({
                "displayName": name,
                "mailNickname": nickname,
                "mailEnabled": mail_enabled,
                "securityEnabled": security_enabled,
            }),
        ),
        Kind::Microsoft365Group => (
            "Group",
            "groups",
            json!({
                "displayName": name,
                "mailNickname": nickname,
                "mailEnabled": true,
                "securityEnabled": false,
                "groupTypes": ["Unified"],
            }),
        ),
        Kind::User | Kind::Guest | Kind::Contact | Kind::Device => (
            "User",
            "users",
            json!({
                "displayName": name,
                "userPrincipalName": object.user_principal_name.as_ref().map(Upn::as_str),
                "mailNickname": nickname,
                "accountEnabled": object.account_enabled,
                "passwordProfile": { "password": "…" },
            }),
        ),
    };
    both(
        format!("New-Mg{noun} -BodyParameter {}", literal(&body)),
        format!("POST /v1.0/{set}\n{body}"),
    )
}

fn immutable_id(id: &str, anchor: Option<&SourceAnchor>) -> Equal {
    let value = anchor.map(ToString::to_string);
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

fn managed_by(person: &Named, manager: Option<Named>) -> Equal {
    let path = format!("/v1.0/users/{}/manager/$ref", person.id);
    match manager {
        Some(manager) => {
            let to = format!("https://graph.microsoft.com/v1.0/users/{}", manager.id);
            let body = json!({ "@odata.id": to });
            both(
                format!(
                    "Set-MgUserManagerByRef -UserId {} -OdataId {}",
                    person.id,
                    quoted(&to)
                ),
                format!("PUT {path}\n{body}"),
            )
        }
        None => both(
            format!("Remove-MgUserManagerByRef -UserId {}", person.id),
            format!("DELETE {path}"),
        ),
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
            let path = format!("/v1.0/directory/deletedItems/{id}/restore");
            if body.is_empty() {
                return both(
                    format!("Restore-MgDirectoryDeletedItem -DirectoryObjectId {id}"),
                    format!("POST {path}"),
                );
            }
            let body = Value::Object(body);
            both(
                format!(
                    "Invoke-MgGraphRequest -Method POST -Uri {} -Body {}",
                    quoted(path.trim_start_matches('/')),
                    quoted(&body.to_string())
                ),
                format!("POST {path}\n{body}"),
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
            literal(&json!({ "addLicenses": add, "removeLicenses": remove }))
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
    let id = named(world, key).id;
    let switches: Vec<String> = names.iter().map(|name| format!("-{name}")).collect();
    Equal::powershell(format!(
        "Clear-ADSyncToolsOnPremisesAttribute -Identity {} {}",
        quoted(&id),
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

fn changed(world: &World, new: &Domain) -> Equal {
    let name = &new.name;
    let mut known = world.tenant().domains.iter();
    match known.find(|it| it.name == *name) {
        None => {
            let body = json!({ "id": name.as_str() });
            both(
                format!("New-MgDomain -BodyParameter {}", literal(&body)),
                format!("POST /v1.0/domains\n{body}"),
            )
        }
        Some(known) if known.authentication != new.authentication => {
            let verb = match new.authentication {
                Authentication::Managed => "Remove",
                Authentication::Federated => "New",
            };
            Equal::powershell(format!(
                "# {verb}-MgDomainFederationConfiguration -DomainId {name}, with what the other \
                 side signs with"
            ))
        }
        Some(_) => posted(name, "verify"),
    }
}

/// A call of a domain that has no body.
fn posted(name: &str, call: &str) -> Equal {
    both(
        format!("Invoke-MgGraphRequest -Method POST -Uri 'v1.0/domains/{name}/{call}'"),
        format!("POST /v1.0/domains/{name}/{call}"),
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
        CloudChange::ChangeDomain(new) => changed(world, new),
        CloudChange::MakeDefaultDomain(name) => {
            patch(&format!("/domains/{name}"), &json!({ "isDefault": true }))
        }
        CloudChange::PromoteDomain(name) => posted(name, "promote"),
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
