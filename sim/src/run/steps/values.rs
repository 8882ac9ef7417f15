//! Values as a scenario writes them, and as the schema wants them.

use mock_ad::directory::{AttributeId, Schema, Value};
use mock_cloud::SourceAnchor;

use crate::run::{Impossible, shared};
use crate::scenario::{Name, OneOrMany};

/// An attribute and its values in the form that the schema asks for.
pub(in crate::run) fn values(
    schema: &Schema,
    attribute: &Name,
    written: &OneOrMany<Name>,
) -> Result<(AttributeId, Vec<Value>), Impossible> {
    use mock_ad::directory::Syntax;
    let Some(id) = schema.attribute(attribute) else {
        let message = format!("there is no attribute `{attribute}`");
        let near = schema.suggest(attribute);
        let help = near.map_or_else(
            || "expected the LDAP name of an attribute".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Impossible::new(attribute.at.clone(), message, help));
    };
    let syntax = schema.definition(id).syntax;
    let values = written
        .iter()
        .map(|value| {
            let wrong = |help: &str| {
                let message = format!("`{value}` is no value of {attribute}");
                Impossible::new(value.at.clone(), message, help)
            };
            match syntax {
                Syntax::Integer | Syntax::LargeInteger => {
                    let number = value
                        .parse()
                        .map_err(|_| wrong("expected a whole number"))?;
                    Ok(Value::Integer(number))
                }
                Syntax::Boolean => match value.to_ascii_uppercase().as_str() {
                    "TRUE" => Ok(Value::Boolean(true)),
                    "FALSE" => Ok(Value::Boolean(false)),
                    _ => Err(wrong("expected TRUE or FALSE")),
                },
                Syntax::Sid => {
                    let sid: mock_cloud::SecurityIdentifier = value
                        .parse()
                        .map_err(|_| wrong("write it as `S-1-5-21-…`"))?;
                    Ok(Value::Bytes(sid.as_bytes().into()))
                }
                Syntax::OctetString => Ok(Value::Bytes(match uuid::Uuid::try_parse(value) {
                    Ok(guid) => guid.to_bytes_le().as_slice().into(),
                    Err(_) => value.as_bytes().into(),
                })),
                _ => Ok(Value::Text(shared(value))),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok((id, values))
}

pub(super) fn guid_of_text(value: &Name) -> Result<[u8; 16], Impossible> {
    if let Ok(guid) = uuid::Uuid::try_parse(value) {
        return Ok(guid.to_bytes_le());
    }
    SourceAnchor::from_text(value)
        .guid_bytes()
        .copied()
        .ok_or_else(|| {
            let message = format!("`{value}` is neither a GUID nor an ImmutableId made of one");
            Impossible::new(
                value.at.clone(),
                message,
                "write the GUID as `Get-ADUser` prints it",
            )
        })
}
