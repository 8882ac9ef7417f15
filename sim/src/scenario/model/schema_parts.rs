//! What the derived JSON Schema does not know by itself: other words for keys and values.

use schemars::Schema;
use serde_json::{Value, json};

/// Lets `group`, `contact` and `object` stand for the key `user`.
pub(super) fn any_object(schema: &mut Schema) {
    other_keys(schema, "user", &["group", "contact", "object"]);
}

/// Lets `scheduler` stand for `schedule`.
pub(super) fn scheduler(schema: &mut Schema) {
    other_keys(schema, "schedule", &["scheduler"]);
}

/// Lets `license` stand for `licence`.
pub(super) fn license(schema: &mut Schema) {
    other_keys(schema, "licence", &["license"]);
}

/// Lets `call-it` stand for `as`.
pub(super) fn call_it(schema: &mut Schema) {
    other_keys(schema, "as", &["call-it"]);
}

/// Lets `values` stand for `value`, and `group` and the like for `user`.
pub(super) fn values(schema: &mut Schema) {
    any_object(schema);
    other_keys(schema, "value", &["values"]);
}

/// Lets other words stand for a key; exactly one of them where the key is required.
fn other_keys(schema: &mut Schema, key: &str, words: &[&str]) {
    let Some(property) = schema.pointer(&format!("/properties/{key}")).cloned() else {
        return;
    };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for word in words {
            properties.insert((*word).to_owned(), property.clone());
        }
    }
    let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else {
        return;
    };
    let before = required.len();
    required.retain(|required| required != key);
    if required.len() < before {
        let all = std::iter::once(&key).chain(words);
        let one_of: Vec<Value> = all.map(|word| json!({ "required": [word] })).collect();
        schema.insert("oneOf".to_owned(), one_of.into());
    }
}

/// Lets `full` stand for `initial`.
pub(super) fn full_cycle(schema: &mut Schema) {
    if let Some(words) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        words.push(json!({
            "description": "Everything, as `initial`.",
            "type": "string",
            "const": "full"
        }));
    }
}

/// Lets `refused` stand alone, and `cloud-group` and the like stand for `cloud-user`.
pub(super) fn expectation_words(schema: &mut Schema) {
    let Some(variants) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else {
        return;
    };
    variants.push(json!({
        "description": "The step just before was refused.",
        "type": "string",
        "const": "refused"
    }));
    let cloud_user = |variant: &&Value| variant.pointer("/properties/cloud-user").is_some();
    let Some(account) = variants.iter().find(cloud_user).cloned() else {
        return;
    };
    let Some(content) = account.pointer("/properties/cloud-user").cloned() else {
        return;
    };
    for word in ["cloud-group", "cloud-contact", "cloud-object"] {
        let mut properties = serde_json::Map::new();
        properties.insert(word.to_owned(), content.clone());
        variants.push(json!({
            "description": account.get("description"),
            "type": "object",
            "properties": properties,
            "required": [word],
            "additionalProperties": false
        }));
    }
}
