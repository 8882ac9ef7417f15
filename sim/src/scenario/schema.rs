//! The JSON Schema of the language, for editors.

use schemars::generate::SchemaSettings;

use super::model::Scenario;

/// The JSON Schema of a scenario file, as it is committed in `scenarios/scenario.schema.json`.
///
/// It is generated from the types that read scenarios, so the two cannot differ.
pub fn schema_json() -> String {
    let generator = SchemaSettings::draft07().for_deserialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Scenario>();
    schema.insert("title".to_owned(), "dirsync-lab scenario".into());
    let mut text = format!("{:#}", schema.as_value());
    text.push('\n');
    text
}
