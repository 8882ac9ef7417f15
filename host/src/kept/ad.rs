//! Changes of Active Directory. Attributes stand under their names: their numbers are a matter of
//! one build.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{
    AttributeId, ForestSetting, Modification, ObjectId, Operation, Schema, Value,
};
use serde_json::{Value as Json, json};
use sim::world::AdChange;
use store::Text;

use super::read::{Broken, get, list, maybe, maybe_text, number, only, text};

pub(super) fn write(schema: &Schema, change: &AdChange) -> Json {
    match change {
        AdChange::Add {
            dn,
            attributes,
            guid,
        } => {
            let attributes = attributes
                .iter()
                .map(|(attribute, values)| json!([name(schema, *attribute), written(values)]));
            json!({ "add": {
                "dn": dn.to_string(),
                "attributes": attributes.collect::<Vec<_>>(),
                "guid": guid.map(|guid| STANDARD.encode(guid)),
            } })
        }
        AdChange::Modify { object, changes } => {
            let changes = changes.iter().map(|one| {
                let operation = match one.operation {
                    Operation::Add => "add",
                    Operation::Delete => "delete",
                    Operation::Replace => "replace",
                };
                json!([operation, name(schema, one.attribute), written(&one.values)])
            });
            json!({ "modify": { "object": object.0, "changes": changes.collect::<Vec<_>>() } })
        }
        AdChange::Move {
            object,
            name,
            parent,
        } => json!({ "move": {
            "object": object.0, "name": name, "parent": parent.map(|parent| parent.0),
        } }),
        AdChange::Delete { object } => json!({ "delete": { "object": object.0 } }),
        AdChange::Restore {
            object,
            parent,
            name,
        } => json!({ "restore": {
            "object": object.0, "name": name, "parent": parent.map(|parent| parent.0),
        } }),
        AdChange::Configure { setting } => json!({ "configure": match setting {
            ForestSetting::RecycleBin => json!({ "recycleBin": true }),
            ForestSetting::TombstoneLifetime(days) => json!({ "tombstoneLifetime": days }),
            ForestSetting::DeletedObjectLifetime(days) => {
                json!({ "deletedObjectLifetime": days })
            }
        } }),
        AdChange::Authenticate { object, accepted } => {
            json!({ "authenticate": { "object": object.0, "accepted": accepted } })
        }
    }
}

fn name(schema: &Schema, attribute: AttributeId) -> Text {
    schema.definition(attribute).name.as_str().into()
}

fn written(values: &[Value]) -> Json {
    let values = values.iter().map(|value| match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Boolean(truth) => json!(truth),
        Value::Bytes(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
    });
    values.collect()
}

pub(super) fn read(schema: &Schema, change: &Json) -> Result<AdChange, Broken> {
    let (kind, value) = only(change)?;
    let object = || Ok(ObjectId(number(get(value, "object")?)?));
    let parent = || {
        let parent = maybe(value, "parent").map(number).transpose()?;
        Ok(parent.map(ObjectId))
    };
    Ok(match kind {
        "add" => {
            let dn = get(value, "dn")?;
            let dn = text(dn)?.parse().map_err(|_| Broken::of("a name", dn))?;
            let attributes = list(get(value, "attributes")?)?.iter();
            let attributes = attributes.map(|one| {
                let attribute = attribute(schema, &one[0])?;
                Ok((attribute, values(&one[1])?))
            });
            let guid = maybe(value, "guid").map(|guid| {
                let bytes = bytes(guid)?;
                <[u8; 16]>::try_from(bytes).map_err(|_| Broken::of("a GUID", guid))
            });
            AdChange::Add {
                dn,
                attributes: attributes.collect::<Result<_, Broken>>()?,
                guid: guid.transpose()?,
            }
        }
        "modify" => {
            let changes = list(get(value, "changes")?)?.iter();
            let changes = changes.map(|one| {
                Ok(Modification {
                    operation: match text(&one[0])? {
                        "add" => Operation::Add,
                        "delete" => Operation::Delete,
                        "replace" => Operation::Replace,
                        _ => return Err(Broken::of("an operation", one)),
                    },
                    attribute: attribute(schema, &one[1])?,
                    values: values(&one[2])?,
                })
            });
            AdChange::Modify {
                object: object()?,
                changes: changes.collect::<Result<_, Broken>>()?,
            }
        }
        "move" => AdChange::Move {
            object: object()?,
            name: maybe_text(value, "name")?,
            parent: parent()?,
        },
        "delete" => AdChange::Delete { object: object()? },
        "restore" => AdChange::Restore {
            object: object()?,
            parent: parent()?,
            name: maybe_text(value, "name")?,
        },
        "configure" => AdChange::Configure {
            setting: setting(value)?,
        },
        "authenticate" => AdChange::Authenticate {
            object: object()?,
            accepted: *get(value, "accepted")? == Json::Bool(true),
        },
        _ => return Err(Broken::of("a change of Active Directory", change)),
    })
}

fn setting(value: &Json) -> Result<ForestSetting, Broken> {
    let (name, value) = only(value)?;
    Ok(match name {
        "recycleBin" => ForestSetting::RecycleBin,
        "tombstoneLifetime" => ForestSetting::TombstoneLifetime(number(value)?),
        "deletedObjectLifetime" => {
            let days = Some(value).filter(|value| !value.is_null());
            ForestSetting::DeletedObjectLifetime(days.map(number).transpose()?)
        }
        _ => return Err(Broken::of("a setting of the forest", value)),
    })
}

fn attribute(schema: &Schema, name: &Json) -> Result<AttributeId, Broken> {
    let known = schema.attribute(text(name)?);
    known.ok_or_else(|| Broken::of("an attribute", name))
}

fn bytes(value: &Json) -> Result<Vec<u8>, Broken> {
    let decoded = STANDARD.decode(text(value)?);
    decoded.map_err(|_| Broken::of("base64", value))
}

fn values(all: &Json) -> Result<Vec<Value>, Broken> {
    let all = list(all)?.iter().map(|value| {
        Ok(match value {
            Json::String(text) => Value::Text(Text::from(text.as_str())),
            Json::Bool(truth) => Value::Boolean(*truth),
            Json::Number(number) => {
                let number = number.as_i64();
                Value::Integer(number.ok_or_else(|| Broken::of("an integer", value))?)
            }
            value => Value::Bytes(bytes(get(value, "base64")?)?.as_slice().into()),
        })
    });
    all.collect()
}
