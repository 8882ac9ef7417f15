//! Licences: `assignLicense`, `licenseDetails`, `subscribedSkus`.

use serde_json::{Value, json};
use store::Text;

use super::super::message::Response;
use super::super::problem::Problem;
use super::{Answer, Exchange, body};
use crate::odata::{EntityType, Resource};
use crate::tenant::{Change, part_number};

impl Exchange<'_> {
    pub(super) fn subscribed_skus(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => self.only_get(|this| this.collection(&Resource::SubscribedSkus)),
            [id] => self.only_get(|this| {
                let all = this.collection(&Resource::SubscribedSkus)?.body_json();
                let mut all = all["value"].as_array().into_iter().flatten();
                let is_meant = |sku: &&Value| {
                    let own = |name: &str| sku[name].as_str().map(str::to_lowercase);
                    own("id").as_deref() == Some(*id) || own("skuId").as_deref() == Some(*id)
                };
                let found = all.find(is_meant);
                let mut sku = found
                    .cloned()
                    .ok_or_else(|| Problem::not_found(this.path.raw(1)))?;
                sku["@odata.context"] = this.context("subscribedSkus/$entity").into();
                Ok(Response::graph(200, &sku))
            }),
            _ => Err(self.no_segment(2)),
        }
    }

    pub(super) fn assign_license(&mut self) -> Answer {
        let key = self.find_to_write(1, EntityType::User)?;
        let map = body::object(&self.request.body)?;
        let list = |name: &str| match body::member(&map, name) {
            Some(Value::Array(all)) => Ok(all.clone()),
            None | Some(Value::Null) => {
                let text = format!("The required parameter '{name}' is missing.");
                Err(Problem::bad_request(text))
            }
            Some(other) => Err(body::wrong_type(other, "Collection(Edm.ComplexType)")),
        };
        let (add, remove) = (list("addLicenses")?, list("removeLicenses")?);
        let object = self.host.tenant().object(key).cloned();
        let Some(object) = object else {
            return Err(Problem::not_found(self.path.raw(1)));
        };
        let mut changes = Vec::new();
        for one in &remove {
            let Some(id) = one.as_str() else {
                return Err(body::wrong_type(one, "Edm.Guid"));
            };
            if !object
                .licences
                .iter()
                .any(|held| held.eq_ignore_ascii_case(id))
            {
                let text = "User does not have a corresponding license.";
                return Err(Problem::bad_request(text));
            }
            changes.push(Change::RemoveLicence(key, self.known_sku(id)?));
        }
        if !add.is_empty() && object.usage_location.is_none() {
            let text = "License assignment cannot be done for user with invalid usage location.";
            return Err(Problem::bad_request(text));
        }
        for one in &add {
            let Some(license) = one.as_object() else {
                return Err(body::wrong_type(one, "microsoft.graph.assignedLicense"));
            };
            let disabled = body::member(license, "disabledPlans").and_then(Value::as_array);
            if disabled.is_some_and(|plans| !plans.is_empty()) {
                return Err(Problem::not_modelled("disabledPlans of a licence"));
            }
            let id = body::member(license, "skuId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let sku = self.known_sku(id)?;
            if object.licences.contains(&sku) {
                continue;
            }
            self.refuse_sold_out(&sku)?;
            changes.push(Change::AssignLicence(key, sku));
        }
        self.apply_all(changes)?;
        Ok(self.written(200, key))
    }

    /// The licence as the tenant spells it.
    fn known_sku(&self, id: &str) -> Result<Text, Problem> {
        let all = self.host.tenant().subscribed_skus();
        // Where a scenario names a product, what is shown is the GUID that follows from the name.
        let is_meant = |sku: &str| {
            let shown = crate::odata::sku_id(sku).to_string();
            sku.eq_ignore_ascii_case(id) || shown.eq_ignore_ascii_case(id)
        };
        let found = all.iter().find(|(sku, _)| is_meant(&sku.id));
        if let Some((sku, _)) = found {
            return Ok(sku.id.clone());
        }
        // A tenant that was read from an export does not say which products nobody holds.
        if part_number(&id.to_ascii_lowercase()).is_some() {
            return Ok(Text::from(id.to_ascii_lowercase()));
        }
        let text = format!("License {id} does not correspond to a valid company License.");
        Err(Problem::bad_request(text))
    }

    fn refuse_sold_out(&self, sku: &Text) -> Result<(), Problem> {
        let all = self.host.tenant().subscribed_skus();
        let found = all.iter().find(|(known, _)| known.id == *sku);
        if found.is_some_and(|(sku, consumed)| *consumed >= sku.enabled) {
            let text = format!("Subscription with SKU {sku} does not have any available licenses.");
            return Err(Problem::bad_request(text));
        }
        Ok(())
    }

    pub(super) fn license_details(&mut self) -> Answer {
        let key = self.find(1, EntityType::User)?;
        let object = self.tenant().object(key);
        let licences = object
            .map(|object| object.licences.to_vec())
            .unwrap_or_default();
        let id = object
            .map(|object| object.id.to_string())
            .unwrap_or_default();
        let values: Vec<Value> = licences
            .iter()
            .map(|sku| {
                json!({
                    "id": sku,
                    "skuId": sku,
                    "skuPartNumber": part_number(sku).unwrap_or(sku),
                    "servicePlans": [],
                })
            })
            .collect();
        Ok(self.values(&format!("users('{id}')/licenseDetails"), &values))
    }
}
