//! What Graph answers, as the objects of its SDK.

use mock_cloud::odata::schema::{Edm, EdmKind, properties_of};
use powershell::value::{Object, Table, Value};
use serde_json::Value as Json;

use crate::json::{model, pascal, plain};

/// The class of the SDK for a type of Graph.
pub(crate) fn rest_type(entity: &str) -> String {
    format!(
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraph{}",
        pascal(entity)
    )
}

/// An object of the SDK: every property that the type has, empty unless it was answered; what the
/// type does not have goes to `AdditionalProperties`.
pub(crate) fn entity_object(json: &Json, entity: &str) -> Value {
    let Json::Object(answered) = json else {
        return plain(json);
    };
    let type_name = rest_type(entity);
    let mut properties: Vec<(String, Value)> = Vec::new();
    let mut declared: Vec<&str> = Vec::new();
    let inherited = entity != "directoryObject" && properties_of(entity).next().is_some();
    let own = properties_of(entity).chain(properties_of(if inherited {
        "directoryObject"
    } else {
        ""
    }));
    for facts in own.filter(|facts| !facts.name.contains('/')) {
        if declared.contains(&facts.name) {
            continue;
        }
        declared.push(facts.name);
        let value = answered
            .get(facts.name)
            .map_or(Value::Null, |json| typed(json, facts.edm));
        properties.push((pascal(facts.name), value));
    }
    let additional = Table::new(false);
    for (name, value) in answered {
        if declared.contains(&name.as_str()) || name == "@odata.context" {
            continue;
        }
        if declared.is_empty() {
            properties.push((pascal(name), model(value, &type_name)));
        } else if name.starts_with('@') || entity == "directoryObject" {
            additional.set(Value::text(name), plain(value));
        } else {
            properties.push((pascal(name), model(value, &type_name)));
        }
    }
    properties.sort_by(|(one, _), (other, _)| one.cmp(other));
    properties.push(("AdditionalProperties".to_owned(), Value::Table(additional)));
    let interface = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphEntity";
    let types = [type_name.as_str(), interface, "System.Object"];
    Value::Object(Object::typed(&types, properties, Some(&type_name)))
}

/// A value by its declared type: a list that is empty is an empty list, a time a `[datetime]`.
fn typed(json: &Json, edm: Edm) -> Value {
    match (edm.kind, json) {
        (EdmKind::Named(name), json) => model(json, &rest_type(name)),
        (EdmKind::DateTimeOffset, json) => model(json, ""),
        (_, Json::Array(values)) => Value::texts(values.iter().filter_map(Json::as_str)),
        (_, json) => plain(json),
    }
}
