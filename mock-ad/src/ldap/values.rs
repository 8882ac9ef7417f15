//! From the values of LDAP to those of the directory.

use store::Text;

use crate::directory::{
    AttributeDefinition, AttributeId, Directory, ObjectName, Refusal, Syntax, Value, boolean,
};

/// The attribute of a description, without its options.
pub(super) fn attribute(directory: &Directory, description: &str) -> Result<AttributeId, Refusal> {
    let name = description.split(';').next().unwrap_or_default();
    let build = directory.domain_controller().version.build();
    directory
        .schema()
        .described(name)
        .ok_or_else(|| Refusal::unknown_attribute(name, build))
}

/// Values in the form that the syntax of their attribute asks for.
pub(super) fn values(
    directory: &Directory,
    attribute: AttributeId,
    raw: &[Vec<u8>],
) -> Result<Vec<Value>, Refusal> {
    let definition = directory.schema().definition(attribute);
    let build = directory.domain_controller().version.build();
    let converted = |raw: &Vec<u8>| {
        let value = value(definition, build, raw)?;
        let class = value
            .as_text()
            .filter(|_| attribute == AttributeId::OBJECT_CLASS);
        match class {
            Some(name) if directory.schema().described_class(name).is_none() => {
                Err(Refusal::unknown_class(name, build))
            }
            _ => Ok(named(directory, definition, value)),
        }
    };
    raw.iter().map(converted).collect()
}

/// A value that is kept as a name, by that name where it came as `<GUID=…>` or the like; links
/// are resolved by the directory.
fn named(directory: &Directory, definition: &AttributeDefinition, value: Value) -> Value {
    let is_name = definition.syntax == Syntax::DistinguishedName && definition.link.is_none();
    let text = value
        .as_text()
        .filter(|text| is_name && text.starts_with('<'));
    let name = text.and_then(|text| text.parse::<ObjectName>().ok());
    match name.and_then(|name| directory.resolve(&name)) {
        Some(id) => Value::Text(directory.dn_text(id)),
        None => value,
    }
}

fn value(definition: &AttributeDefinition, build: u32, raw: &[u8]) -> Result<Value, Refusal> {
    let wrong = |wanted: &str| {
        let hint = format!("`{}` takes {wanted}", definition.name);
        Refusal::bad_syntax(build, hint)
    };
    let text = || std::str::from_utf8(raw).map_err(|_| wrong("text in UTF-8"));
    if raw.is_empty() && !definition.syntax.is_binary() {
        return Err(wrong("values that are not empty"));
    }
    Ok(match definition.syntax {
        Syntax::Sid => match text().ok().and_then(|text| text.parse().ok()) {
            Some(sid) => {
                let sid: crate::directory::Sid = sid;
                Value::from(sid.as_bytes())
            }
            None => Value::from(raw),
        },
        syntax if syntax.is_binary() => Value::from(raw),
        Syntax::Boolean => Value::Boolean(boolean(text()?).ok_or_else(|| wrong("TRUE or FALSE"))?),
        Syntax::Integer => {
            let number: i64 = text()?.parse().map_err(|_| wrong("an integer"))?;
            // Bit patterns are given with either sign.
            let signed = u32::try_from(number).map_or(number, |bits| i64::from(bits.cast_signed()));
            Value::Integer(signed)
        }
        Syntax::LargeInteger => Value::Integer(text()?.parse().map_err(|_| wrong("an integer"))?),
        _ => Value::Text(Text::from(text()?)),
    })
}
