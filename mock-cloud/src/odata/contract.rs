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
    let single = context.strip_suffix("/$entity");
    let (expected, list) = (expected(single.unwrap_or(context)), map.get("value"));
    match (expected, list) {
        (None, _) => found.push(format!("the context names nothing served: `{context}`")),
        (Some(Expected::Value(edm)), Some(value)) => typed(value, edm, "value", &mut found),
        (Some(Expected::Value(_)), None) => found.push("there is no `value`".to_owned()),
        (Some(Expected::Complex(owner)), _) => {
            let members = map.iter().filter(|(name, _)| !name.contains('@'));
            let members: Map<_, _> = members.map(|(k, v)| (k.clone(), v.clone())).collect();
            complex(&Value::Object(members), owner, "the body", &mut found);
        }
        (Some(Expected::Reference), list) => {
            let all = list.map_or(std::slice::from_ref(body), |list| {
                list.as_array().map_or(&[], Vec::as_slice)
            });
            if !all.iter().all(|one| one["@odata.id"].is_string()) {
                found.push("a reference has no @odata.id".to_owned());
            }
        }
        (Some(Expected::Entity(owner)), Some(Value::Array(all))) if single.is_none() => {
            annotations(map, &mut found);
            for (place, one) in all.iter().enumerate() {
                object(one, owner, &format!("value[{place}]"), &mut found);
            }
        }
        (Some(Expected::Entity(owner)), _) => object(body, owner, "the body", &mut found),
    }
    found
}

/// What a context promises.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    /// An object of this entity type, or a list of such.
    Entity(&'static str),
    /// `value` of this type.
    Value(Edm),
    /// The members of this complex type, beside the context.
    Complex(&'static str),
    /// Addresses of objects.
    Reference,
}

/// Contexts that begin with the address of something that is no entity set.
const PLACES: [(&str, &str); 5] = [
    (
        "directory/onPremisesSynchronization",
        "onPremisesDirectorySynchronization",
    ),
    ("directoryRoleTemplates", "directoryRoleTemplate"),
    (
        "roleManagement/directory/roleAssignments",
        "unifiedRoleAssignment",
    ),
    (
        "roleManagement/directory/roleEligibilitySchedules",
        "unifiedRoleEligibilitySchedule",
    ),
    (
        "roleManagement/directory/roleDefinitions",
        "unifiedRoleDefinition",
    ),
];

fn expected(context: &str) -> Option<Expected> {
    let plain = |kind: EdmKind, collection: bool| {
        Expected::Value(Edm {
            kind,
            collection,
            nullable: false,
            navigation: false,
        })
    };
    match context {
        "$ref" | "Collection($ref)" => return Some(Expected::Reference),
        "Collection(Edm.String)" => return Some(plain(EdmKind::String, true)),
        "Edm.Boolean" => return Some(plain(EdmKind::Boolean, false)),
        "microsoft.graph.passwordResetResponse" => {
            return Some(Expected::Complex("passwordResetResponse"));
        }
        _ => {}
    }
    let place = PLACES.iter().find(|(place, _)| *place == context);
    if let Some((_, owner)) = place {
        return Some(Expected::Entity(owner));
    }
    let set = context.split(['(', '/']).next().unwrap_or_default();
    let mut types = EntityType::ALL.into_iter();
    let entity = types.find(|entity| entity.entity_set() == set)?;
    match context.rsplit_once(")/") {
        Some((_, "licenseDetails")) => Some(Expected::Entity("licenseDetails")),
        Some((_, "onPremisesSyncBehavior")) => Some(Expected::Entity("onPremisesSyncBehavior")),
        Some((_, name)) => {
            let mut known = properties_of(entity.name());
            let facts = known.find(|facts| facts.name.eq_ignore_ascii_case(name))?;
            Some(Expected::Value(facts.edm))
        }
        None => Some(Expected::Entity(entity.name())),
    }
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

fn object(value: &Value, declared: &'static str, place: &str, found: &mut Vec<String>) {
    let Some(map) = value.as_object() else {
        found.push(format!("{place} is no object"));
        return;
    };
    let named = map.get("@odata.type").and_then(Value::as_str);
    let named = named.and_then(|name| EntityType::from_cast(name.trim_start_matches('#')));
    let owner = named.map_or(declared, EntityType::name);
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
    let declared = match edm.kind {
        EdmKind::Named(name) if properties_of(name).next().is_some() => name,
        _ => "directoryObject",
    };
    match value {
        Value::Array(all) if edm.collection => {
            for one in all {
                object(one, declared, place, found);
            }
        }
        one if !edm.collection => object(one, declared, place, found),
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
        EdmKind::Duration => text.is_some_and(|text| text.parse::<jiff::Span>().is_ok()),
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
