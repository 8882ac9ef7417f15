//! Actions on the memberships of objects, and `getByIds`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::problem::Problem;
use super::links::cast;
use super::{Answer, Exchange, body};
use crate::ids::CloudId;
use crate::odata::EntityType;
use crate::tenant::Kind;

/// How many ids `getByIds` takes.
const IDS_MAX: usize = 1_000;
/// How many groups `checkMemberGroups` takes.
const GROUPS_MAX: usize = 20;

impl Exchange<'_> {
    pub(super) fn get_by_ids(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let ids = texts(&map, "ids")?.ok_or_else(|| missing("ids"))?;
        if ids.len() > IDS_MAX {
            return Err(Problem::bad_request(format!(
                "Too many ids: at most {IDS_MAX} may be given."
            )));
        }
        let asked = texts(&map, "types")?.unwrap_or_default();
        // Service principals are types, too: there is none of them here.
        let types: Vec<EntityType> = asked.iter().filter_map(|name| cast(name)).collect();
        let tenant = self.tenant();
        let found: BTreeSet<_> = ids
            .iter()
            .filter_map(|id| id.parse::<CloudId>().ok())
            .filter_map(|id| tenant.find_by_id(id))
            .filter(|key| {
                let object = tenant.object(*key);
                object.is_some_and(|object| {
                    let is_meant = |entity: &EntityType| entity.admits(object);
                    object.is_live() && (asked.is_empty() || types.iter().any(is_meant))
                })
            })
            .collect();
        let mut items = Vec::with_capacity(found.len());
        for key in found {
            let mut item = self.item(key, &self.request.query)?;
            item["@odata.type"] = self.odata_type(key).into();
            items.push(item);
        }
        Ok(self.values("directoryObjects", &items))
    }

    /// `getMemberGroups` and `getMemberObjects`.
    pub(super) fn get_member_groups(&mut self, entity: EntityType, with_roles: bool) -> Answer {
        let key = self.find(1, entity)?;
        let map = body::object(&self.request.body)?;
        let only_security = match body::member(&map, "securityEnabledOnly") {
            Some(Value::Bool(only)) => *only,
            Some(Value::Null) => false,
            None => return Err(missing("securityEnabledOnly")),
            Some(other) => return Err(body::wrong_type(other, "Edm.Boolean")),
        };
        let ids = self.memberships(key, only_security, with_roles);
        let ids: Vec<Value> = ids.into_iter().map(|id| json!(id.to_string())).collect();
        Ok(self.values("Collection(Edm.String)", &ids))
    }

    /// `checkMemberGroups` and `checkMemberObjects`.
    pub(super) fn check_member_groups(&mut self, entity: EntityType) -> Answer {
        let key = self.find(1, entity)?;
        let map = body::object(&self.request.body)?;
        let asked = match texts(&map, "groupIds")? {
            Some(ids) => Some(ids),
            None => texts(&map, "ids")?,
        };
        let asked = asked.ok_or_else(|| missing("groupIds"))?;
        if asked.len() > GROUPS_MAX {
            return Err(Problem::bad_request(format!(
                "Too many ids: at most {GROUPS_MAX} may be given."
            )));
        }
        let held = self.memberships(key, false, true);
        let held: BTreeSet<CloudId> = held.into_iter().collect();
        let is_held = |text: &&String| text.parse().is_ok_and(|id: CloudId| held.contains(&id));
        let ids: Vec<Value> = asked.iter().filter(is_held).map(|id| json!(id)).collect();
        Ok(self.values("Collection(Edm.String)", &ids))
    }

    fn memberships(
        &self,
        key: crate::CloudKey,
        only_security: bool,
        with_roles: bool,
    ) -> Vec<CloudId> {
        let tenant = self.tenant();
        let grants = |kind: Kind| {
            let secured = matches!(
                kind,
                Kind::Group {
                    security_enabled: true,
                    ..
                }
            );
            secured || !only_security
        };
        let groups = tenant.transitive_member_of(key);
        let groups = groups.into_iter().filter_map(|key| tenant.object(key));
        let mut ids: Vec<CloudId> = groups
            .filter(|it| grants(it.kind))
            .map(|it| it.id)
            .collect();
        if with_roles {
            let roles = tenant.roles.held(key);
            ids.extend(roles.iter().map(|role| role.id(tenant.organization.id)));
        }
        ids
    }
}

fn missing(name: &str) -> Problem {
    Problem::bad_request(format!("The required parameter '{name}' is missing."))
}

/// A list of texts in a body.
fn texts(map: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, Problem> {
    let all = match body::member(map, name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(all)) => all,
        Some(other) => return Err(body::wrong_type(other, "Collection(Edm.String)")),
    };
    let text = |one: &Value| one.as_str().map(str::to_owned);
    all.iter()
        .map(|one| text(one).ok_or_else(|| body::wrong_type(one, "Edm.String")))
        .collect::<Result<_, _>>()
        .map(Some)
}
