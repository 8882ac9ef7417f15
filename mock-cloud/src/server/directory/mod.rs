//! The directory: what each path of Graph answers.

mod actions;
mod body;
mod contacts;
mod deleted;
mod delta;
mod devices;
mod find;
mod gate;
mod groups;
mod licences;
mod links;
mod organization;
mod roles;
mod segments;
mod synchronization;
mod users;
mod write;

use serde_json::{Value, json};

use super::host::Host;
use super::message::{Request, Response};
use super::path::Path;
use super::problem::Problem;
use super::service::{Identity, Service};
use crate::ids::CloudKey;
use crate::odata::{self, EntityType, QueryOptions, Resource};
use crate::profile::GraphPolicy;
use crate::tenant::{Change, Tenant};

/// A request for Graph, with what it works on.
pub(super) struct Exchange<'a> {
    pub(super) service: &'a mut Service,
    pub(super) host: &'a mut dyn Host,
    pub(super) request: &'a Request,
    pub(super) path: &'a Path,
    pub(super) identity: Identity,
    /// Scheme, host and version: what links start with.
    pub(super) base: String,
}

/// What a path answers.
type Answer = Result<Response, Problem>;

/// `$metadata`: the types that are served.
pub(super) fn metadata() -> Response {
    Response::empty(200).with_body("application/xml", odata::metadata())
}

impl Exchange<'_> {
    /// Answers by the first segment of the path.
    pub(super) fn answer(&mut self) -> Answer {
        let path = self.path;
        let names = path.names();
        segments::refuse_unmodelled(path)?;
        self.check_permission(&names)?;
        let Some((first, rest)) = names.split_first() else {
            return self.only_get(|this| Ok(this.service_document()));
        };
        match *first {
            "users" => self.users(rest),
            "me" => self.me(rest),
            "groups" => self.groups(rest),
            "contacts" => self.contacts(rest),
            "devices" => self.devices(rest),
            "directoryobjects" => self.directory_objects(rest),
            "directory" => self.directory(rest),
            "directoryroles" => self.directory_roles(rest),
            "directoryroletemplates" => self.directory_role_templates(rest),
            "rolemanagement" => self.role_management(rest),
            "domains" => self.domains(rest),
            "organization" => self.organization(rest),
            "subscribedskus" => self.subscribed_skus(rest),
            _ => Err(self.no_segment(0)),
        }
    }

    /// 400 for a segment that Graph does not know.
    fn no_segment(&self, place: usize) -> Problem {
        let text = format!(
            "Resource not found for the segment '{}'.",
            self.path.raw(place)
        );
        Problem::new(400, "BadRequest", text)
    }

    fn only_get(&mut self, answer: impl FnOnce(&mut Self) -> Answer) -> Answer {
        match self.method() {
            "GET" => answer(self),
            _ => Err(Problem::method_not_allowed()),
        }
    }

    fn only_post(&mut self, answer: impl FnOnce(&mut Self) -> Answer) -> Answer {
        match self.method() {
            "POST" => answer(self),
            _ => Err(Problem::method_not_allowed()),
        }
    }

    /// The method; HEAD counts as GET.
    fn method(&self) -> &str {
        match self.request.method.as_str() {
            "HEAD" => "GET",
            method => method,
        }
    }

    /// The tenant as reads see it.
    fn tenant(&self) -> &Tenant {
        self.host.visible_tenant()
    }

    fn policy(&self) -> GraphPolicy {
        self.host.tenant().policy.graph
    }

    fn apply(&mut self, change: &Change) -> Result<Option<CloudKey>, Problem> {
        self.host.apply(change).map_err(Problem::from)
    }

    fn consistency_level(&self) -> Option<&str> {
        self.request.header_value("consistencylevel")
    }

    /// One page of a collection.
    fn collection(&self, resource: &Resource) -> Answer {
        let (query, level) = (&self.request.query, self.consistency_level());
        let options = QueryOptions::parse_by(self.policy(), resource, query, level)?;
        let page = odata::list(self.tenant(), resource, &options, &self.base)?;
        Ok(Response::graph_bytes(200, page.into_body()))
    }

    /// How many objects a collection has, as text.
    fn count(&self, resource: &Resource) -> Answer {
        let level = self.consistency_level();
        let query = &self.request.query;
        let options = QueryOptions::parse_count_by(self.policy(), resource, query, level)?;
        let count = odata::count(self.tenant(), resource, &options);
        Ok(Response::text(200, count.to_string()))
    }

    /// One object.
    fn one(&self, entity: EntityType, key: CloudKey) -> Answer {
        let options = QueryOptions::parse_one(entity, &self.request.query)?;
        Ok(Response::graph_bytes(
            200,
            odata::render_one(self.tenant(), key, &options, &self.base),
        ))
    }

    /// An object that was just made or changed.
    fn written(&self, status: u16, key: CloudKey) -> Response {
        let options = QueryOptions::default();
        let body = odata::render_one(self.host.tenant(), key, &options, &self.base);
        Response::graph_bytes(status, body)
    }

    /// An object as JSON without its context, for lists that are put together here.
    fn item(&self, key: CloudKey, query: &str) -> Result<Value, Problem> {
        let tenant = self.tenant();
        let entity = tenant
            .object(key)
            .map_or(EntityType::DirectoryObject, |it| EntityType::of(it));
        let options = QueryOptions::parse_one(entity, query)?;
        let body = odata::render_one(tenant, key, &options, &self.base);
        let mut item: Value = serde_json::from_slice(&body).unwrap_or_default();
        if let Some(map) = item.as_object_mut() {
            map.remove("@odata.context");
        }
        Ok(item)
    }

    fn context(&self, rest: &str) -> String {
        format!("{}/$metadata#{rest}", self.base)
    }

    /// A collection that is put together here.
    fn values(&self, context: &str, values: &[Value]) -> Response {
        let body = json!({ "@odata.context": self.context(context), "value": values });
        Response::graph(200, &body)
    }

    fn service_document(&self) -> Response {
        let sets = [
            "users",
            "groups",
            "contacts",
            "devices",
            "directoryObjects",
            "directoryRoles",
            "domains",
            "organization",
            "subscribedSkus",
        ];
        let sets = sets.map(|name| json!({ "name": name, "kind": "EntitySet", "url": name }));
        let body = json!({ "@odata.context": format!("{}/$metadata", self.base), "value": sets });
        Response::graph(200, &body)
    }
}

impl From<odata::GraphError> for Problem {
    fn from(error: odata::GraphError) -> Self {
        let mut problem = Self::new(error.status, error.code, error.message);
        let details = error.details.into_iter();
        problem.details = details.map(|it| (it.code, it.message, it.target)).collect();
        problem
    }
}
