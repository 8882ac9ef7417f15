//! `/directoryRoles` and `/roleManagement/directory`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::message::Response;
use super::super::path::pairs;
use super::super::problem::Problem;
use super::{Answer, Exchange, body, find};
use crate::CloudKey;
use crate::ids::CloudId;
use crate::odata::{EntityType, Resource};
use crate::tenant::{Change, ROLE_TEMPLATES, Role, Tenant};

impl Exchange<'_> {
    pub(super) fn directory_roles(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => match self.method() {
                "GET" => self.collection(&Resource::DirectoryRoles),
                "POST" => self.activate_role(),
                _ => Err(Problem::method_not_allowed()),
            },
            ["delta"] => self.only_get(Self::roles_delta),
            [_] => self.only_get(|this| {
                let role = this.role()?;
                let mut body = role_json(this.tenant(), &role);
                body["@odata.context"] = this.context("directoryRoles/$entity").into();
                Ok(Response::graph(200, &body))
            }),
            [_, "members"] | [_, "members", "user"] => self.only_get(|this| {
                let role = this.role()?;
                this.collection(&Resource::RoleMembers(role))
            }),
            [_, "members", "$ref"] if self.method() == "POST" => {
                let role = self.role()?;
                let map = body::object(&self.request.body)?;
                let reference = map.get("@odata.id").ok_or_else(find::invalid_reference)?;
                let member = self.referenced(reference)?;
                if self.host.tenant().roles.held(member).contains(&role) {
                    return Err(Problem::bad_request(
                        "One or more added object references already exist for the following \
                         modified properties: 'members'.",
                    ));
                }
                self.apply(&Change::AssignRole(member, role))?;
                Ok(Response::empty(204))
            }
            [_, "members", _, "$ref"] if self.method() == "DELETE" => {
                let role = self.role()?;
                let member = self.find_to_write(3, EntityType::DirectoryObject)?;
                self.apply(&Change::RemoveRole(member, role))?;
                Ok(Response::empty(204))
            }
            _ => Err(self.no_segment(2)),
        }
    }

    /// The role that the path names: by id, or by `roleTemplateId='…'`.
    fn role(&self) -> Result<Role, Problem> {
        let text = self.path.raw(1);
        let key = text
            .split_once('=')
            .map_or(text, |(_, key)| key)
            .trim_matches('\'');
        let found = self.host.tenant().find_role(key);
        found.ok_or_else(|| Problem::not_found(text))
    }

    fn activate_role(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let Some(template) = body::member(&map, "roleTemplateId").and_then(Value::as_str) else {
            return Err(Problem::required("roleTemplateId", "DirectoryRole"));
        };
        let tenant = self.host.tenant();
        let role = tenant
            .find_role(template)
            .ok_or_else(|| Problem::not_found(template))?;
        let mut body = role_json(tenant, &role);
        body["@odata.context"] = self.context("directoryRoles/$entity").into();
        Ok(Response::graph(201, &body))
    }

    pub(super) fn directory_role_templates(&mut self, rest: &[&str]) -> Answer {
        self.only_get(|this| {
            let all = ROLE_TEMPLATES.iter().map(|(name, id)| {
                json!({
                    "id": id,
                    "deletedDateTime": null,
                    "displayName": name,
                    "description": name,
                })
            });
            match rest {
                [] => Ok(this.values("directoryRoleTemplates", &all.collect::<Vec<_>>())),
                [wanted] => {
                    let mut all = all;
                    let found = all.find(|one| one["id"].as_str() == Some(*wanted));
                    let mut one = found.ok_or_else(|| Problem::not_found(this.path.raw(1)))?;
                    one["@odata.context"] = this.context("directoryRoleTemplates/$entity").into();
                    Ok(Response::graph(200, &one))
                }
                _ => Err(this.no_segment(2)),
            }
        })
    }

    pub(super) fn role_management(&mut self, rest: &[&str]) -> Answer {
        match rest {
            ["directory", "roledefinitions"] => self.only_get(Self::role_definitions),
            ["directory", "roledefinitions", id] => {
                let role = self.host.tenant().find_role(id);
                let role = role.ok_or_else(|| Problem::not_found(self.path.raw(3)))?;
                self.only_get(|this| {
                    let mut body = definition_json(&role);
                    let context = "roleManagement/directory/roleDefinitions/$entity";
                    body["@odata.context"] = this.context(context).into();
                    Ok(Response::graph(200, &body))
                })
            }
            ["directory", "roleassignments"] => match self.method() {
                "GET" => self.role_assignments(),
                "POST" => self.assign_role(),
                _ => Err(Problem::method_not_allowed()),
            },
            ["directory", "roleassignments", id] => {
                let all = assignments(self.host.tenant());
                let found = all.into_iter().find(|(user, role)| {
                    assignment_id(self.host.tenant(), *user, role).to_string() == **id
                });
                let (user, role) = found.ok_or_else(|| Problem::not_found(self.path.raw(3)))?;
                match self.method() {
                    "GET" => {
                        let mut body = assignment_json(self.host.tenant(), user, &role);
                        let context = "roleManagement/directory/roleAssignments/$entity";
                        body["@odata.context"] = self.context(context).into();
                        Ok(Response::graph(200, &body))
                    }
                    "DELETE" => {
                        self.apply(&Change::RemoveRole(user, role))?;
                        Ok(Response::empty(204))
                    }
                    _ => Err(Problem::method_not_allowed()),
                }
            }
            ["directory", ..] => Err(Problem::not_modelled(&format!(
                "/roleManagement/directory/{}",
                self.path.raw(2)
            ))),
            _ => Err(self.no_segment(1)),
        }
    }

    fn role_definitions(&mut self) -> Answer {
        let all = self.tenant().directory_roles();
        let mut values: Vec<Value> = all.iter().map(definition_json).collect();
        if let Some((name, wanted)) = self.equality()? {
            values.retain(|one| {
                one[&name]
                    .as_str()
                    .is_some_and(|it| store::eq_fold(it, &wanted))
            });
        }
        Ok(self.values("roleManagement/directory/roleDefinitions", &values))
    }

    fn role_assignments(&mut self) -> Answer {
        let tenant = self.tenant();
        let all = assignments(tenant);
        let mut values: Vec<(CloudKey, Value)> = all
            .into_iter()
            .map(|(user, role)| (user, assignment_json(tenant, user, &role)))
            .collect();
        if let Some((name, wanted)) = self.equality()? {
            values.retain(|(_, one)| {
                one[&name]
                    .as_str()
                    .is_some_and(|it| store::eq_fold(it, &wanted))
            });
        }
        let expand = self.option("expand");
        let mut items = Vec::with_capacity(values.len());
        for (user, mut value) in values {
            if expand
                .as_deref()
                .is_some_and(|it| it.eq_ignore_ascii_case("principal"))
            {
                let mut principal = self.item(user, "")?;
                principal["@odata.type"] = self.odata_type(user).into();
                value["principal"] = principal;
            }
            items.push(value);
        }
        Ok(self.values("roleManagement/directory/roleAssignments", &items))
    }

    fn assign_role(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let text = |name: &str| {
            let value = body::member(&map, name).and_then(Value::as_str);
            value.ok_or_else(|| Problem::required(name, "UnifiedRoleAssignment"))
        };
        let tenant = self.host.tenant();
        let (principal, definition) = (text("principalId")?, text("roleDefinitionId")?);
        let user = find::live(tenant, principal, EntityType::DirectoryObject);
        let user = user.ok_or_else(|| Problem::not_found(principal))?;
        let role = tenant.find_role(definition);
        let role = role.ok_or_else(|| Problem::not_found(definition))?;
        let scope = body::member(&map, "directoryScopeId")
            .and_then(Value::as_str)
            .unwrap_or("/");
        if scope != "/" {
            return Err(Problem::not_modelled("roles of a part of the directory"));
        }
        if tenant.roles.held(user).contains(&role) {
            let text = "A conflicting object with one or more of the specified property values is \
                        present in the directory.";
            return Err(Problem::new(400, "Request_BadRequest", text));
        }
        self.apply(&Change::AssignRole(user, role.clone()))?;
        let mut body = assignment_json(self.host.tenant(), user, &role);
        let context = "roleManagement/directory/roleAssignments/$entity";
        body["@odata.context"] = self.context(context).into();
        Ok(Response::graph(201, &body))
    }

    /// The value of a query option, by its name without `$`.
    pub(super) fn option(&self, wanted: &str) -> Option<String> {
        let mut all = pairs(&self.request.query).into_iter();
        let found = all.find(|(name, _)| {
            let name = name.strip_prefix('$').unwrap_or(name);
            name.eq_ignore_ascii_case(wanted)
        });
        found.map(|(_, value)| value)
    }

    /// `$filter=name eq 'value'`, which is all that these collections take.
    fn equality(&self) -> Result<Option<(String, String)>, Problem> {
        let Some(filter) = self.option("filter") else {
            return Ok(None);
        };
        let mut words = filter.trim().splitn(3, ' ');
        let (name, operator) = (words.next().unwrap_or_default(), words.next());
        let value = words.next().unwrap_or_default().trim();
        let value = value
            .strip_prefix('\'')
            .and_then(|it| it.strip_suffix('\''));
        if let (Some("eq"), Some(value)) = (operator, value) {
            return Ok(Some((name.to_owned(), value.replace("''", "'"))));
        }
        let text =
            format!("Unsupported or invalid query filter clause specified for property '{name}'.");
        Err(Problem::new(400, "Request_UnsupportedQuery", text))
    }
}

fn assignments(tenant: &Tenant) -> Vec<(CloudKey, Role)> {
    let all = tenant.roles.iter();
    all.map(|(user, role)| (user, role.clone())).collect()
}

fn assignment_id(tenant: &Tenant, user: CloudKey, role: &Role) -> CloudId {
    let namespace = Uuid::from_bytes(*role.template_id().as_bytes());
    let user = tenant.object(user).map(|object| *object.id.as_bytes());
    let id = Uuid::new_v5(&namespace, &user.unwrap_or_default());
    CloudId::from_bytes(*id.as_bytes())
}

fn assignment_json(tenant: &Tenant, user: CloudKey, role: &Role) -> Value {
    json!({
        "id": assignment_id(tenant, user, role).to_string(),
        "principalId": tenant.object(user).map(|object| object.id.to_string()),
        "directoryScopeId": "/",
        "roleDefinitionId": role.template_id().to_string(),
    })
}

fn definition_json(role: &Role) -> Value {
    let id = role.template_id().to_string();
    json!({
        "id": id,
        "templateId": id,
        "displayName": role.0,
        "description": role.0,
        "isBuiltIn": true,
        "isEnabled": true,
        "resourceScopes": ["/"],
        "version": "1",
        "rolePermissions": [],
    })
}

pub(super) fn role_json(tenant: &Tenant, role: &Role) -> Value {
    json!({
        "id": role.id(tenant.organization.id).to_string(),
        "deletedDateTime": null,
        "description": role.0,
        "displayName": role.0,
        "roleTemplateId": role.template_id().to_string(),
    })
}
