//! Whether a response keeps to the types of the published CSDL.

use serde_json::{Map, Value};

use super::resource::EntityType;
use super::schema::{Edm, EdmKind, properties_of};

/// What is wrong with the body of a response, one line a fault; nothing where it keeps to the
/// types.
///
/// The type is the one its `@odata.context` or `@odata.type` names. The body of an error is
/// checked for its shape.
pub fn violations(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let Some(map) = body.as_object() else {
        return vec!["the body is no object".to_owned()];
    };
    if let Some(error) = map.get("error") {
        error_body(error, &mut found);
        return found;
    }
    let context = map.get("@odata.context").and_then(Value::as_str);
    let Some((_, context)) = context.and_then(|context| context.split_once("$metadata#")) else {
        return vec!["there is no @odata.context with `$metadata#`".to_owned()];
    };
    let set = context.split(['(', '/']).next().unwrap_or_default();
    let mut types = EntityType::ALL.into_iter();
    let Some(entity) = types.find(|entity| entity.entity_set() == set) else {
        return vec![format!("the context names no entity set: `{set}`")];
    };
    match map.get("value") {
        Some(Value::Array(all)) if !context.ends_with("/$entity") => {
            annotations(map, &mut found);
            for (place, one) in all.iter().enumerate() {
                object(one, entity, &format!("value[{place}]"), &mut found);
            }
        }
        _ => object(body, entity, "the body", &mut found),
    }
    found
}

fn annotations(map: &Map<String, Value>, found: &mut Vec<String>) {
    for (name, value) in map {
        let fits = match name.as_str() {
            "@odata.context" | "@odata.nextLink" | "@odata.deltaLink" => value.is_string(),
            "@odata.count" => value.is_u64(),
            "value" => true,
            _ => false,
        };
        if !fits {
            found.push(format!(
                "`{name}` does not belong beside `value`, or has another type"
            ));
        }
    }
}

fn object(value: &Value, entity: EntityType, place: &str, found: &mut Vec<String>) {
    let Some(map) = value.as_object() else {
        found.push(format!("{place} is no object"));
        return;
    };
    let named = map.get("@odata.type").and_then(Value::as_str);
    let named = named.and_then(|name| EntityType::from_cast(name.trim_start_matches('#')));
    let owner = named.unwrap_or(entity).name();
    for (name, value) in map {
        if name.contains('@') {
            continue;
        }
        let place = format!("{place}.{name}");
        let mut known = properties_of(owner);
        match known.find(|facts| facts.name == name) {
            None => found.push(format!("{place}: `{owner}` has no such property")),
            Some(facts) if facts.edm.navigation => linked(value, facts.edm, &place, found),
            Some(facts) => typed(value, facts.edm, &place, found),
        }
    }
}

fn linked(value: &Value, edm: Edm, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(all) if edm.collection => {
            for one in all {
                object(one, EntityType::DirectoryObject, place, found);
            }
        }
        one if !edm.collection => object(one, EntityType::DirectoryObject, place, found),
        _ => found.push(format!("{place} is no list of objects")),
    }
}

fn typed(value: &Value, edm: Edm, place: &str, found: &mut Vec<String>) {
    if value.is_null() {
        if !edm.nullable || edm.collection {
            found.push(format!("{place} must not be null"));
        }
        return;
    }
    if !edm.collection {
        single(value, edm.kind, place, found);
        return;
    }
    let Some(all) = value.as_array() else {
        found.push(format!("{place} is no list"));
        return;
    };
    for one in all {
        single(one, edm.kind, place, found);
    }
}

fn single(value: &Value, kind: EdmKind, place: &str, found: &mut Vec<String>) {
    let text = value.as_str();
    let fits = match kind {
        EdmKind::String => text.is_some(),
        EdmKind::Boolean => value.is_boolean(),
        EdmKind::Int32 => value.as_i64().is_some_and(|it| i32::try_from(it).is_ok()),
        EdmKind::Guid => text.is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()),
        EdmKind::DateTimeOffset => {
            text.is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok() && text.ends_with('Z'))
        }
        EdmKind::Named(owner) => {
            complex(value, owner, place, found);
            return;
        }
    };
    if !fits {
        found.push(format!("{place} is no {}: {value}", kind.full_name()));
    }
}

fn complex(value: &Value, owner: &str, place: &str, found: &mut Vec<String>) {
    let mut members = properties_of(owner).peekable();
    let Some(map) = value.as_object() else {
        // An enumeration is text.
        if members.peek().is_some() || !value.is_string() {
            found.push(format!("{place} is no microsoft.graph.{owner}"));
        }
        return;
    };
    for (name, value) in map {
        let place = format!("{place}.{name}");
        match properties_of(owner).find(|member| member.name == name) {
            Some(member) => typed(value, member.edm, &place, found),
            None => found.push(format!("{place}: `{owner}` has no such property")),
        }
    }
}

fn error_body(error: &Value, found: &mut Vec<String>) {
    for name in ["code", "message"] {
        if !error[name].is_string() {
            found.push(format!("error.{name} is no text"));
        }
    }
    for name in ["date", "request-id", "client-request-id"] {
        if !error["innerError"][name].is_string() {
            found.push(format!("error.innerError.{name} is no text"));
        }
    }
    for detail in error["details"].as_array().into_iter().flatten() {
        if ["code", "message", "target"]
            .iter()
            .any(|name| !detail[name].is_string())
        {
            found.push("an entry of error.details lacks code, message or target".to_owned());
        }
    }
}
