//! The JSON Schema that editors use.

use super::super::schema_json;

#[test]
fn the_committed_schema_is_up_to_date() {
    let committed = include_str!("../../../../scenarios/scenario.schema.json");
    assert!(
        committed == schema_json(),
        "scenarios/scenario.schema.json is stale: \
         run `cargo run -- schema > scenarios/scenario.schema.json`"
    );
}

#[test]
fn everything_is_explained() {
    let schema: serde_json::Value = serde_json::from_str(&schema_json()).expect("JSON");
    let definitions = schema["definitions"].as_object().expect("definitions");
    for (name, definition) in definitions {
        assert!(
            definition.get("description").is_some(),
            "`{name}` is not explained"
        );
        let Some(properties) = definition["properties"].as_object() else {
            continue;
        };
        for (key, property) in properties {
            assert!(
                property.get("description").is_some(),
                "`{key}` of `{name}` is not explained"
            );
        }
        assert_eq!(
            definition["additionalProperties"], false,
            "`{name}` takes any key"
        );
    }
}

#[test]
fn other_words_are_in_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema_json()).expect("JSON");
    let moved = &schema["definitions"]["Moved"];
    assert!(moved["properties"]["group"].is_object());
    assert_eq!(moved["required"], serde_json::json!(["to"]));
    let add = &schema["definitions"]["NewAdObject"];
    assert_eq!(add["required"], serde_json::json!(["name"]));
    assert!(add["properties"]["upn"].is_object());
}
