//! `/directory`: the recycle bin and the settings of directory synchronisation.

use serde_json::Value;

use super::super::message::Response;
use super::super::problem::Problem;
use super::links::cast;
use super::{Answer, Exchange, body, find};
use crate::CloudKey;
use crate::ids::CloudId;
use crate::odata::{EntityType, Resource};
use crate::tenant::administer::RestoreOptions;
use crate::tenant::{Change, ConflictProperty};

impl Exchange<'_> {
    pub(super) fn directory(&mut self, rest: &[&str]) -> Answer {
        match rest {
            ["onpremisessynchronization", rest @ ..] => self.synchronization(rest),
            ["deleteditems"] => self.only_get(|_| {
                let text = "Resource not found for the segment 'deletedItems': a type is needed, \
                            as in /directory/deletedItems/microsoft.graph.user.";
                Err(Problem::new(400, "BadRequest", text))
            }),
            ["deleteditems", "getuserownedobjects"] => self.only_post(Self::get_user_owned_objects),
            ["deleteditems", name] => match cast(name) {
                Some(entity) => {
                    self.only_get(|this| this.collection(&Resource::DeletedItems(entity)))
                }
                None if is_other_type(name) => self.only_get(|this| {
                    let context = format!("directoryObjects/microsoft.graph.{name}");
                    Ok(this.values(&context, &[]))
                }),
                None => match self.method() {
                    "GET" => {
                        let key = self.find_deleted(false)?;
                        self.deleted_item(key)
                    }
                    "DELETE" => {
                        let key = self.find_deleted(true)?;
                        self.check_sensitive(key, ["delete"].into_iter())?;
                        self.apply(&Change::Purge(key))?;
                        Ok(Response::empty(204))
                    }
                    _ => Err(Problem::method_not_allowed()),
                },
            },
            ["deleteditems", name, "$count"] => match cast(name) {
                Some(entity) => self.only_get(|this| this.count(&Resource::DeletedItems(entity))),
                None => Err(self.no_segment(3)),
            },
            ["deleteditems", _, "restore"] => self.only_post(Self::restore),
            ["deleteditems", _, name] if cast(name).is_some() => self.only_get(|this| {
                let key = this.find_deleted(false)?;
                this.deleted_item(key)
            }),
            [
                "administrativeunits" | "devicelocalcredentials" | "subscriptions",
                ..,
            ] => Err(Problem::not_modelled(&format!(
                "/directory/{}",
                self.path.raw(1)
            ))),
            _ => Err(self.no_segment(1)),
        }
    }

    /// What a user owned and somebody deleted: groups, as nothing else here has owners.
    fn get_user_owned_objects(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let text = |name: &str| match body::member(&map, name) {
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => Err(body::wrong_type(other, "Edm.String")),
            None => Err(Problem::bad_request(format!(
                "The required parameter '{name}' is missing."
            ))),
        };
        let (user, kind) = (text("userId")?, text("type")?);
        let tenant = self.tenant();
        let owner = find::live(tenant, user, EntityType::User);
        let owner = owner.ok_or_else(|| Problem::not_found(user))?;
        let is_owned = |object: &crate::DirectoryObject| {
            kind.eq_ignore_ascii_case(EntityType::of(object).name())
                && object.extras().owners.contains(&owner)
        };
        let found: Vec<CloudKey> = tenant
            .deleted()
            .filter(|(_, object)| is_owned(object))
            .map(|(key, _)| key)
            .collect();
        let mut items = Vec::with_capacity(found.len());
        for key in found {
            let mut item = self.item(key, &self.request.query)?;
            item["@odata.type"] = self.odata_type(key).into();
            items.push(item);
        }
        Ok(self.values("directoryObjects", &items))
    }

    /// The object in the recycle bin that the path names, by its id only.
    fn find_deleted(&self, to_write: bool) -> Result<CloudKey, Problem> {
        let text = self.path.raw(2);
        let tenant = if to_write {
            self.host.tenant()
        } else {
            self.tenant()
        };
        let key = text
            .parse::<CloudId>()
            .ok()
            .and_then(|id| tenant.find_by_id(id));
        let is_deleted = |key: &CloudKey| {
            tenant
                .object(*key)
                .is_some_and(|object| object.is_soft_deleted())
        };
        key.filter(is_deleted)
            .ok_or_else(|| Problem::not_found(text))
    }

    fn deleted_item(&self, key: CloudKey) -> Answer {
        let mut item = self.item(key, &self.request.query)?;
        if let Some(object) = self.tenant().object(key)
            && let crate::tenant::State::SoftDeleted { at } = object.state
            && item.get("deletedDateTime").is_none()
            && !self.request.query.contains("select")
        {
            item["deletedDateTime"] = Value::from(at.to_string());
        }
        item["@odata.context"] = self.context("directoryObjects/$entity").into();
        item["@odata.type"] = self.odata_type(key).into();
        Ok(Response::graph(200, &item))
    }

    fn restore(&mut self) -> Answer {
        let key = self.find_deleted(true)?;
        self.check_sensitive(key, ["restore"].into_iter())?;
        let map = body::optional_object(&self.request.body)?;
        let mut options = RestoreOptions::default();
        match body::member(&map, "autoReconcileProxyConflict") {
            None | Some(Value::Null) => {}
            Some(Value::Bool(reconcile)) => options.auto_reconcile_proxy_conflicts = *reconcile,
            Some(other) => return Err(body::wrong_type(other, "Edm.Boolean")),
        }
        match body::member(&map, "newUserPrincipalName") {
            None | Some(Value::Null) => {}
            Some(Value::String(upn)) => {
                options.new_user_principal_name = Some(upn.as_str().into());
            }
            Some(other) => return Err(body::wrong_type(other, "Edm.String")),
        }
        self.check_restore(key, &options)?;
        self.apply(&Change::Restore(key, options))?;
        let mut item = self.item_now(key);
        item["@odata.context"] = self.context("directoryObjects/$entity").into();
        item["@odata.type"] = self.odata_type(key).into();
        Ok(Response::graph(200, &item))
    }

    /// What Graph says where a name was taken meanwhile. Its text for a restore is not recorded:
    /// that of any other write is assumed.
    fn check_restore(&self, key: CloudKey, options: &RestoreOptions) -> Result<(), Problem> {
        let tenant = self.host.tenant();
        let Some(object) = tenant.object(key) else {
            return Ok(());
        };
        let mut wanted = crate::tenant::DirectoryObject::clone(object);
        if let Some(upn) = &options.new_user_principal_name {
            let upn = crate::Upn::new(upn.clone());
            if !tenant.domains.is_verified(upn.suffix()) {
                return Err(Problem::unverified_domain());
            }
            wanted.user_principal_name = Some(upn);
        }
        let taken = tenant.taken_meanwhile(&wanted);
        let is_upn = |property: ConflictProperty| property == ConflictProperty::UserPrincipalName;
        if taken.iter().any(|(property, _)| is_upn(*property)) {
            return Err(self.not_restored("userPrincipalName", None));
        }
        let other = taken.first().and_then(|(_, value)| {
            let address = crate::provisioning::address_of(value);
            let owner = tenant.owners_of(address).next()?;
            Some(tenant.object(owner)?.id.to_string())
        });
        if other.is_some() && !options.auto_reconcile_proxy_conflicts {
            return Err(self.not_restored("proxyAddresses", other.as_deref()));
        }
        Ok(())
    }

    fn not_restored(&self, property: &str, other: Option<&str>) -> Problem {
        let problem = Problem::value_taken(property, other);
        if !self.policy().restore_conflict_is_409 {
            return problem;
        }
        let message = "A conflicting object with one or more of the specified property values is \
                       present in the directory.";
        let code = "Request_MultipleObjectsWithSameKeyValue";
        Problem::new(409, code, message).detail("ConflictingObjects", other.unwrap_or(property))
    }

    /// An object as it is after a write, whatever reads see.
    fn item_now(&self, key: CloudKey) -> Value {
        let mut item = self.written(200, key).body_json();
        if let Some(map) = item.as_object_mut() {
            map.remove("@odata.context");
        }
        item
    }
}

/// The kinds of deleted items that a tenant may have and this one never has.
fn is_other_type(name: &str) -> bool {
    [
        "application",
        "serviceprincipal",
        "administrativeunit",
        "device",
    ]
    .contains(&name)
}
