//! `/directoryRoles` and `/roleManagement/directory`.

use serde_json::{Value, json};
use store::eq_fold;
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
            ["directory", "roleeligibilityschedules"] if self.method() == "GET" => {
                let tenant = self.tenant();
                let eligible = tenant.roles.eligible();
                let values = eligible.map(|(user, role)| eligibility_json(tenant, user, role));
                let values = values.collect();
                self.assigned("roleManagement/directory/roleEligibilitySchedules", values)
            }
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
        self.keep_equal(&["id", "templateId", "displayName"], &mut values)?;
        self.cut(&mut values)?;
        Ok(self.values("roleManagement/directory/roleDefinitions", &values))
    }

    fn role_assignments(&mut self) -> Answer {
        let tenant = self.tenant();
        let values = assignments(tenant)
            .into_iter()
            .map(|(user, role)| assignment_json(tenant, user, &role))
            .collect();
        self.assigned("roleManagement/directory/roleAssignments", values)
    }

    /// Those assignments that were asked for, with what was asked for of them.
    fn assigned(&mut self, context: &str, mut values: Vec<Value>) -> Answer {
        let filterable = ["id", "principalId", "roleDefinitionId", "directoryScopeId"];
        self.keep_equal(&filterable, &mut values)?;
        let expand = self.option("expand").unwrap_or_default();
        let expand = expand.split(',').map(str::trim).filter(|it| !it.is_empty());
        for name in expand.map(str::to_owned).collect::<Vec<_>>() {
            for value in &mut values {
                self.expand_assignment(&name, value)?;
            }
        }
        self.cut(&mut values)?;
        Ok(self.values(context, &values))
    }

    /// Adds who holds a role, or the role itself.
    fn expand_assignment(&self, name: &str, value: &mut Value) -> Result<(), Problem> {
        let id = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "principal" => {
                let tenant = self.host.tenant();
                let who = find::live(tenant, &id("principalId"), EntityType::DirectoryObject);
                let who = who.ok_or_else(|| Problem::not_found(&id("principalId")))?;
                let mut principal = self.item(who, "")?;
                principal["@odata.type"] = self.odata_type(who).into();
                value["principal"] = principal;
                Ok(())
            }
            "roledefinition" => {
                let role = self.host.tenant().find_role(&id("roleDefinitionId"));
                value["roleDefinition"] = role.as_ref().map_or(Value::Null, definition_json);
                Ok(())
            }
            _ => Err(Problem::not_modelled(&format!(
                "$expand={name} of role assignments"
            ))),
        }
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

    /// Keeps what `$filter=name eq 'value' and …` says, which is all that these collections take.
    fn keep_equal(&self, names: &[&str], values: &mut Vec<Value>) -> Result<(), Problem> {
        let Some(filter) = self.option("filter") else {
            return Ok(());
        };
        for (name, wanted) in equalities(&filter, names)? {
            let is = |value: &Value| value[name].as_str().is_some_and(|it| eq_fold(it, &wanted));
            values.retain(is);
        }
        Ok(())
    }

    /// Obeys `$top`, where nothing is cut off, and `$select`; other options are refused.
    fn cut(&self, values: &mut Vec<Value>) -> Result<(), Problem> {
        for option in ["skip", "orderby", "search", "count"] {
            if self.option(option).is_some() {
                return Err(Problem::not_modelled(&format!(
                    "${option} of roleManagement"
                )));
            }
        }
        let top = self.option("top").and_then(|top| top.parse::<usize>().ok());
        if top.is_some_and(|top| top < values.len()) {
            return Err(Problem::not_modelled("pages of roleManagement"));
        }
        let Some(select) = self.option("select") else {
            return Ok(());
        };
        let wanted: Vec<&str> = select.split(',').map(str::trim).collect();
        for value in values {
            if let Value::Object(map) = value {
                // What is expanded is answered whether it is selected or not.
                map.retain(|name, value| {
                    value.is_object() || wanted.iter().any(|it| it.eq_ignore_ascii_case(name))
                });
            }
        }
        Ok(())
    }
}

/// The comparisons of a filter that is nothing but `name eq 'value'`, joined by `and`.
fn equalities<'a>(filter: &str, names: &[&'a str]) -> Result<Vec<(&'a str, String)>, Problem> {
    let mut rest = filter.trim();
    let mut all = Vec::new();
    loop {
        let (name, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let refused = || {
            let text = format!(
                "Unsupported or invalid query filter clause specified for property '{name}'."
            );
            Problem::new(400, "Request_UnsupportedQuery", text)
        };
        let known = names.iter().find(|known| known.eq_ignore_ascii_case(name));
        let known = known.copied().ok_or_else(refused)?;
        let (operator, after) = after.trim_start().split_once(' ').ok_or_else(refused)?;
        if operator != "eq" {
            return Err(refused());
        }
        let (value, after) = quoted(after.trim_start()).ok_or_else(refused)?;
        all.push((known, value));
        let after = after.trim();
        if after.is_empty() {
            return Ok(all);
        }
        rest = after.strip_prefix("and ").ok_or_else(refused)?.trim_start();
    }
}

/// A text in quotes at the start, where two quotes stand for one, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        rest = after;
        let Some(more) = rest.strip_prefix('\'') else {
            return Some((value, rest));
        };
        value.push('\'');
        rest = more;
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

fn eligibility_json(tenant: &Tenant, user: CloudKey, role: &Role) -> Value {
    let mut one = assignment_json(tenant, user, role);
    one["memberType"] = "Direct".into();
    one["status"] = "Provisioned".into();
    one
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
