//! The JSON Schema of lab files, for editors.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::model::Lab;

/// The JSON Schema of a lab file, as it is committed in `scenarios/labs/lab.schema.json`.
///
/// It is generated from the types that read labs. Wherever something else than a text is asked
/// for, a placeholder may stand; a variant has any of the file's keys.
pub fn schema_json() -> String {
    let generator = SchemaSettings::draft07().for_deserialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Lab>();
    schema.insert("title".to_owned(), "dirsync-lab lab".into());
    let mut schema = schema.to_value();
    let properties = schema["properties"].clone();
    if let Some(definitions) = schema["definitions"].as_object_mut() {
        definitions.values_mut().for_each(allow_placeholders);
    }
    if let Some(own) = schema["properties"].as_object_mut() {
        own.values_mut().for_each(allow_placeholders);
    }
    add_variants(&mut schema, &properties);
    format!("{schema:#}\n")
}

fn add_variants(schema: &mut Value, properties: &Value) {
    let own = properties.as_object().cloned().unwrap_or_default();
    let any = |key: &String| !matches!(key.as_str(), "variants" | "lab");
    let mut of_variant: Map<String, Value> = own
        .keys()
        .filter(|key| any(key))
        .map(|key| {
            let about = own[key]["description"].clone();
            (key.clone(), json!({ "description": about }))
        })
        .collect();
    let name = json!({ "type": "string", "description": "What this defect is called." });
    of_variant.insert("name".to_owned(), name);
    schema["properties"]["variants"] = json!({
        "description": own["variants"]["description"],
        "type": "array",
        "items": {
            "type": "object",
            "properties": of_variant,
            "required": ["name"],
            "additionalProperties": false,
        },
    });
}

/// Lets a placeholder stand for a number, a flag, a word of a list or a text of a fixed form.
fn allow_placeholders(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(allow_placeholders),
        Value::Object(map) => {
            map.values_mut().for_each(allow_placeholders);
            let is_typed = map
                .get("type")
                .is_some_and(|kind| ["integer", "boolean"].iter().any(|it| kind == it));
            if is_typed || map.contains_key("pattern") {
                let about = map.remove("description");
                let strict = Value::Object(std::mem::take(map));
                let open = json!({ "type": "string", "pattern": "<[a-z][a-z0-9.-]*>" });
                map.insert("anyOf".to_owned(), json!([strict, open]));
                map.extend(about.map(|about| ("description".to_owned(), about)));
            }
        }
        _ => {}
    }
}
