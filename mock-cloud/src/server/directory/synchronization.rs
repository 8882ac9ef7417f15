//! `/directory/onPremisesSynchronization` and `onPremisesSyncBehavior`.

use serde_json::{Map, Value, json};

use super::super::message::Response;
use super::super::problem::Problem;
use super::{Answer, Exchange, body};
use crate::odata::EntityType;
use crate::tenant::{Change, FEATURES, OTHER_FEATURES};

impl Exchange<'_> {
    pub(super) fn synchronization(&mut self, rest: &[&str]) -> Answer {
        let own = self.host.tenant().organization.id.to_string();
        match rest {
            // The id is optional in practice: there is one of them.
            [] => match self.method() {
                "GET" => {
                    let values = [self.synchronization_json()];
                    Ok(self.values("directory/onPremisesSynchronization", &values))
                }
                "PATCH" => self.update_synchronization(),
                _ => Err(Problem::method_not_allowed()),
            },
            [id] if **id == own => match self.method() {
                "GET" => {
                    let mut body = self.synchronization_json();
                    let context = "directory/onPremisesSynchronization/$entity";
                    body["@odata.context"] = self.context(context).into();
                    Ok(Response::graph(200, &body))
                }
                "PATCH" => self.update_synchronization(),
                _ => Err(Problem::method_not_allowed()),
            },
            [_] => Err(Problem::not_found(self.path.raw(2))),
            _ => Err(self.no_segment(3)),
        }
    }

    fn synchronization_json(&self) -> Value {
        let tenant = self.tenant();
        let known = FEATURES
            .iter()
            .map(|one| (one.graph_name, (one.get)(&tenant.features)));
        let others = OTHER_FEATURES
            .iter()
            .map(|name| (*name, tenant.features.other(name)));
        let features: Map<String, Value> = known
            .chain(others)
            .map(|(name, on)| (name.to_owned(), Value::Bool(on)))
            .collect();
        let prevention = match tenant.deletion_threshold {
            Some(threshold) => json!({
                "synchronizationPreventionType": "enabledForCount",
                "alertThreshold": threshold,
            }),
            None => json!({
                "synchronizationPreventionType": "disabled",
                "alertThreshold": 0,
            }),
        };
        json!({
            "id": tenant.organization.id.to_string(),
            "configuration": {
                "accidentalDeletionPrevention": prevention,
                "customerRequestedSynchronizationInterval": null,
                "synchronizationInterval": "PT30M",
            },
            "features": features,
        })
    }

    fn update_synchronization(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let mut changes = Vec::new();
        for (name, value) in &map {
            if name.contains('@') || name.eq_ignore_ascii_case("id") {
                continue;
            }
            let Some(part) = value.as_object() else {
                return Err(body::wrong_type(value, "Edm.ComplexType"));
            };
            match name.to_ascii_lowercase().as_str() {
                "features" => features(part, &mut changes)?,
                "configuration" => configuration(part, &mut changes)?,
                _ => return Err(unknown(name)),
            }
        }
        self.apply_all(changes)?;
        Ok(Response::empty(204))
    }

    /// `/{users, groups, contacts}/{id}/onPremisesSyncBehavior`.
    pub(super) fn sync_behavior(&mut self, entity: EntityType) -> Answer {
        match self.method() {
            "GET" => {
                let key = self.find(1, entity)?;
                let Some(object) = self.tenant().object(key) else {
                    return Err(Problem::not_found(self.path.raw(1)));
                };
                let id = object.id.to_string();
                let context = format!(
                    "{}('{id}')/onPremisesSyncBehavior/$entity",
                    entity.entity_set()
                );
                let body = json!({
                    "@odata.context": self.context(&context),
                    "id": id,
                    "isCloudManaged": object.on_premises.cloud_managed,
                });
                Ok(Response::graph(200, &body))
            }
            "PATCH" => {
                let key = self.find_to_write(1, entity)?;
                let map = body::object(&self.request.body)?;
                let managed = match body::member(&map, "isCloudManaged") {
                    Some(Value::Bool(managed)) => *managed,
                    Some(other) => return Err(body::wrong_type(other, "Edm.Boolean")),
                    None => {
                        return Err(Problem::required(
                            "isCloudManaged",
                            "OnPremisesSyncBehavior",
                        ));
                    }
                };
                self.apply(&Change::SetCloudManaged(key, managed))?;
                Ok(Response::empty(204))
            }
            _ => Err(Problem::method_not_allowed()),
        }
    }
}

fn unknown(name: &str) -> Problem {
    Problem::bad_request("One or more property values specified are invalid.")
        .detail("InvalidValue", name)
}

fn features(given: &Map<String, Value>, changes: &mut Vec<Change>) -> Result<(), Problem> {
    for (name, value) in given {
        if name.contains('@') || value.is_null() {
            continue;
        }
        let Some(on) = value.as_bool() else {
            return Err(body::wrong_type(value, "Edm.Boolean"));
        };
        let mut known = FEATURES.iter();
        let known = known.find(|one| one.graph_name.eq_ignore_ascii_case(name));
        let mut others = OTHER_FEATURES.iter();
        let other = others.find(|other| other.eq_ignore_ascii_case(name));
        changes.push(match (known, other) {
            (Some(feature), _) => Change::SetFeature(feature.name, on),
            (None, Some(other)) => Change::SetOtherFeature(other, on),
            (None, None) => return Err(unknown(name)),
        });
    }
    Ok(())
}

fn configuration(given: &Map<String, Value>, changes: &mut Vec<Change>) -> Result<(), Problem> {
    let Some(prevention) = body::member(given, "accidentalDeletionPrevention") else {
        return Ok(());
    };
    let Some(prevention) = prevention.as_object() else {
        return Err(body::wrong_type(prevention, "Edm.ComplexType"));
    };
    let threshold = match body::member(prevention, "alertThreshold") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            Some(number.ok_or_else(|| body::wrong_type(value, "Edm.Int32"))?)
        }
    };
    let kind = body::member(prevention, "synchronizationPreventionType");
    match (kind.and_then(Value::as_str), threshold) {
        (Some("disabled"), _) => changes.push(Change::SetDeletionThreshold(None)),
        (Some("enabledForCount") | None, Some(threshold)) => {
            changes.push(Change::SetDeletionThreshold(Some(threshold)));
        }
        (Some("enabledForCount"), None) => {
            changes.push(Change::SetDeletionThreshold(Some(500)));
        }
        (Some("enabledForPercentage"), _) => {
            return Err(Problem::not_modelled("a deletion threshold in per cent"));
        }
        (None, None) => {}
        (Some(_), _) => return Err(unknown("synchronizationPreventionType")),
    }
    Ok(())
}
