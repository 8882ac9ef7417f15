//! Relations between objects: lists of them, and `$ref` to change them.

use serde_json::{Value, json};

use super::super::message::Response;
use super::super::problem::Problem;
use super::{Answer, Exchange, body, find};
use crate::CloudKey;
use crate::odata::{EntityType, Navigation, Resource};
use crate::tenant::{Change, Link};

impl Exchange<'_> {
    /// `/{set}/{id}/{relation}`, with a cast, `$count`, `$ref` or a key behind it.
    pub(super) fn related(
        &mut self,
        entity: EntityType,
        navigation: Navigation,
        rest: &[&str],
    ) -> Answer {
        let link = match navigation {
            Navigation::Members => Some(Link::Member),
            Navigation::Owners => Some(Link::Owner),
            _ => None,
        };
        let resource = |of: CloudKey, cast: Option<EntityType>| Resource::Related {
            of,
            navigation,
            cast,
        };
        match (rest, link) {
            ([], _) => self.only_get(|this| {
                let of = this.find(1, entity)?;
                this.collection(&resource(of, None))
            }),
            (["$count"], _) => self.only_get(|this| {
                let of = this.find(1, entity)?;
                this.count(&resource(of, None))
            }),
            (["$ref"], Some(link)) if self.method() == "POST" => self.add_reference(link),
            (["$ref"], _) => self.only_get(|this| {
                let of = this.find(1, entity)?;
                this.references(&resource(of, None))
            }),
            ([_, "$ref"], Some(link)) if self.method() == "DELETE" => self.remove_reference(link),
            // Without `$ref` the service deletes the object itself; that is refused here, where a
            // script can still be repaired.
            ([_], Some(_)) if self.method() == "DELETE" => Err(Problem::not_modelled(
                "DELETE of a member without /$ref, which deletes the object itself",
            )),
            ([name, rest @ ..], _) => match (cast(name), rest) {
                (Some(cast), []) => self.only_get(|this| {
                    let of = this.find(1, entity)?;
                    this.collection(&resource(of, Some(cast)))
                }),
                (Some(cast), ["$count"]) => self.only_get(|this| {
                    let of = this.find(1, entity)?;
                    this.count(&resource(of, Some(cast)))
                }),
                _ => Err(self.no_segment(3)),
            },
        }
    }

    /// A list of addresses only.
    fn references(&self, resource: &Resource) -> Answer {
        let response = self.collection(resource)?;
        let mut body = response.body_json();
        let items = body["value"].as_array().cloned().unwrap_or_default();
        let items: Vec<Value> = items
            .iter()
            .filter_map(|item| item["id"].as_str())
            .map(|id| json!({ "@odata.id": format!("{}/directoryObjects/{id}", self.base) }))
            .collect();
        body["@odata.context"] = Value::from(self.context("Collection($ref)"));
        body["value"] = Value::from(items);
        Ok(Response::graph(200, &body))
    }

    fn add_reference(&mut self, link: Link) -> Answer {
        let group = self.find_to_write(1, EntityType::Group)?;
        let map = body::object(&self.request.body)?;
        let reference = map.get("@odata.id").ok_or_else(find::invalid_reference)?;
        let target = self.referenced(reference)?;
        self.apply(&Change::AddLinks(group, link, vec![target]))?;
        Ok(Response::empty(204))
    }

    fn remove_reference(&mut self, link: Link) -> Answer {
        let group = self.find_to_write(1, EntityType::Group)?;
        let target = self.find_to_write(3, EntityType::DirectoryObject)?;
        self.apply(&Change::RemoveLink(group, link, target))?;
        Ok(Response::empty(204))
    }

    /// `/users/{id}/manager`.
    pub(super) fn manager(&mut self, rest: &[&str]) -> Answer {
        match (self.method(), rest) {
            ("GET", [] | ["$ref"]) => {
                let user = self.find(1, EntityType::User)?;
                let tenant = self.tenant();
                let manager = tenant
                    .object(user)
                    .and_then(|object| object.extras().manager);
                let is_live = |key: &CloudKey| tenant.object(*key).is_some_and(|it| it.is_live());
                let Some(manager) = manager.filter(is_live) else {
                    return Err(Problem::not_found("manager"));
                };
                if rest.is_empty() {
                    let mut item = self.item(manager, &self.request.query)?;
                    item["@odata.context"] = Value::from(self.context("directoryObjects/$entity"));
                    item["@odata.type"] = Value::from(self.odata_type(manager));
                    return Ok(Response::graph(200, &item));
                }
                let id = tenant.object(manager).map(|it| it.id.to_string());
                let address = format!("{}/directoryObjects/{}", self.base, id.unwrap_or_default());
                let body = json!({ "@odata.context": self.context("$ref"), "@odata.id": address });
                Ok(Response::graph(200, &body))
            }
            ("PUT", ["$ref"]) => {
                let user = self.find_to_write(1, EntityType::User)?;
                let map = body::object(&self.request.body)?;
                let reference = map.get("@odata.id").ok_or_else(find::invalid_reference)?;
                let manager = self.referenced(reference)?;
                self.apply(&Change::SetManager(user, Some(manager)))?;
                Ok(Response::empty(204))
            }
            ("DELETE", ["$ref"]) => {
                let user = self.find_to_write(1, EntityType::User)?;
                let object = self.host.tenant().object(user);
                if object.is_none_or(|object| object.extras().manager.is_none()) {
                    return Err(Problem::not_found("manager"));
                }
                self.apply(&Change::SetManager(user, None))?;
                Ok(Response::empty(204))
            }
            (_, [] | ["$ref"]) => Err(Problem::method_not_allowed()),
            _ => Err(self.no_segment(3)),
        }
    }

    /// `#microsoft.graph.user` and the like.
    pub(super) fn odata_type(&self, key: CloudKey) -> String {
        let object = self.tenant().object(key);
        let entity = object.map_or(EntityType::DirectoryObject, |it| EntityType::of(it));
        format!("#microsoft.graph.{}", entity.name())
    }
}

/// The type that a segment casts to; its namespace is gone already.
pub(super) fn cast(name: &str) -> Option<EntityType> {
    let mut all = EntityType::ALL.into_iter();
    all.find(|entity| entity.name().eq_ignore_ascii_case(name))
}
