//! `/organization` and `/domains`.

use serde_json::{Value, json};

use super::super::message::Response;
use super::super::problem::Problem;
use super::{Answer, Exchange, body};
use crate::odata::Resource;
use crate::tenant::{Authentication, Change, Domain};

impl Exchange<'_> {
    pub(super) fn organization(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => self.only_get(|this| this.collection(&Resource::Organization)),
            [id] => {
                let own = self.host.tenant().organization.id.to_string();
                if **id != own {
                    return Err(Problem::not_found(self.path.raw(1)));
                }
                match self.method() {
                    "GET" => self.first_of(&Resource::Organization, "organization/$entity"),
                    "PATCH" => self.update_organization(),
                    _ => Err(Problem::method_not_allowed()),
                }
            }
            _ => Err(self.no_segment(2)),
        }
    }

    /// The only object of a collection, as one object.
    fn first_of(&self, resource: &Resource, context: &str) -> Answer {
        let mut all = self.collection(resource)?.body_json();
        let mut one = all["value"].get_mut(0).map(Value::take).unwrap_or_default();
        if !one.is_object() {
            return Err(Problem::not_found(self.path.raw(1)));
        }
        one["@odata.context"] = self.context(context).into();
        Ok(Response::graph(200, &one))
    }

    fn update_organization(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        for (name, value) in &map {
            if name.contains('@') {
                continue;
            }
            if !name.eq_ignore_ascii_case("onPremisesSyncEnabled") {
                return Err(Problem::not_modelled(&format!(
                    "a change of organization/{name}"
                )));
            }
            if !self.host.tenant().policy.graph.sync_enabled_is_writable {
                return Err(Problem::read_only("onPremisesSyncEnabled"));
            }
            let Some(enabled) = value.as_bool() else {
                return Err(body::wrong_type(value, "Edm.Boolean"));
            };
            self.apply(&Change::SetSyncEnabled(enabled))?;
        }
        Ok(Response::empty(204))
    }

    pub(super) fn domains(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => match self.method() {
                "GET" => self.collection(&Resource::Domains),
                "POST" => self.create_domain(),
                _ => Err(Problem::method_not_allowed()),
            },
            [_] => match self.method() {
                "PATCH" => self.update_domain(),
                "DELETE" => {
                    let name = self.known_domain()?.name;
                    self.apply(&Change::RemoveDomain(name))?;
                    Ok(Response::empty(204))
                }
                _ => self.only_get(|this| {
                    let domain = this.domain_json()?;
                    Ok(Response::graph(200, &domain))
                }),
            },
            [_, "verify"] => self.only_post(|this| {
                let mut domain = this.known_domain()?;
                domain.verified = true;
                this.apply(&Change::ChangeDomain(domain))?;
                let domain = this.domain_json()?;
                Ok(Response::graph(200, &domain))
            }),
            [_, "domainnamereferences"] => self.only_get(Self::domain_name_references),
            [_, "promote"] => self.only_post(|this| {
                let name = this.known_domain()?.name;
                this.apply(&Change::PromoteDomain(name))?;
                let context = this.context("Edm.Boolean");
                let body = json!({ "@odata.context": context, "value": true });
                Ok(Response::graph(200, &body))
            }),
            [
                _,
                "forcedelete"
                | "federationconfiguration"
                | "verificationdnsrecords"
                | "serviceconfigurationrecords",
                ..,
            ] => Err(Problem::not_modelled(&format!(
                "/domains/{{id}}/{}",
                self.path.raw(2)
            ))),
            _ => Err(self.no_segment(2)),
        }
    }

    /// `PATCH /domains/{id}`: `isDefault`, the one property that decides anything here.
    fn update_domain(&mut self) -> Answer {
        let name = self.known_domain()?.name;
        let map = body::object(&self.request.body)?;
        let mut changes = Vec::new();
        for (property, value) in map.iter().filter(|(property, _)| !property.contains('@')) {
            match property.to_ascii_lowercase().as_str() {
                "isdefault" => match value.as_bool() {
                    Some(true) => changes.push(Change::MakeDefaultDomain(name.clone())),
                    Some(false) => return Err(Problem::invalid_value("isDefault", "Domain")),
                    None => return Err(body::wrong_type(value, "Edm.Boolean")),
                },
                "id" | "isinitial" | "isroot" | "isverified" | "isadminmanaged" => {
                    return Err(Problem::read_only(property));
                }
                _ => {
                    return Err(Problem::not_modelled(&format!(
                        "a change of domains/{property}"
                    )));
                }
            }
        }
        self.apply_all(changes)?;
        Ok(Response::empty(204))
    }

    fn known_domain(&self) -> Result<Domain, Problem> {
        let name = self.path.raw(1);
        let found = self.host.tenant().domains.find(name).cloned();
        found.ok_or_else(|| Problem::not_found(name))
    }

    fn domain_json(&self) -> Result<Value, Problem> {
        let name = self.known_domain()?.name;
        let all = self.collection(&Resource::Domains)?.body_json();
        let mut all = all["value"].as_array().into_iter().flatten();
        let is_meant = |domain: &&Value| {
            domain["id"]
                .as_str()
                .is_some_and(|id| store::eq_fold(id, &name))
        };
        let found = all.find(is_meant).cloned();
        let mut domain = found.ok_or_else(|| Problem::not_found(self.path.raw(1)))?;
        domain["@odata.context"] = self.context("domains/$entity").into();
        Ok(domain)
    }

    fn create_domain(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let name = match body::member(&map, "id") {
            Some(Value::String(name)) if is_dns_name(name) => name.clone(),
            Some(Value::String(_)) => return Err(Problem::invalid_value("id", "Domain")),
            Some(other) => return Err(body::wrong_type(other, "Edm.String")),
            None => return Err(Problem::required("id", "Domain")),
        };
        if self.host.tenant().domains.find(&name).is_some() {
            return Err(Problem::value_taken("id", None));
        }
        let domain = Domain {
            name: name.to_lowercase().into(),
            initial: false,
            verified: false,
            authentication: Authentication::Managed,
        };
        let root = self.host.tenant().domains.parent(&domain.name).is_none();
        self.apply(&Change::ChangeDomain(domain))?;
        let body = json!({
            "@odata.context": self.context("domains/$entity"),
            "id": name.to_lowercase(),
            "authenticationType": "Managed",
            "isAdminManaged": true,
            "isDefault": false,
            "isInitial": false,
            "isRoot": root,
            "isVerified": false,
            "supportedServices": [],
        });
        Ok(Response::graph(201, &body))
    }

    fn domain_name_references(&mut self) -> Answer {
        let name = self.known_domain()?.name;
        let found: Vec<crate::CloudKey> = self
            .tenant()
            .domain_references(&name)
            .map(|(key, _)| key)
            .take(999)
            .collect();
        let mut items = Vec::with_capacity(found.len());
        for key in found {
            let mut item = self.item(key, "")?;
            item["@odata.type"] = self.odata_type(key).into();
            items.push(item);
        }
        Ok(self.values("directoryObjects", &items))
    }
}

/// Whether a text is a DNS name of at least two labels.
fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(inside)
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}
