//! Whether values are what their attribute asks for.

use store::{Text, eq_fold};

use super::schema::{AttributeDefinition, AttributeId, Schema, Syntax};
use super::{Refusal, Sid, Value};

/// Whether two values of an attribute are the same to a domain controller.
pub(crate) fn same(definition: &AttributeDefinition, left: &Value, right: &Value) -> bool {
    if definition.syntax.is_case_exact() {
        left == right
    } else {
        left.eq_fold(right)
    }
}

/// Whether a value has the form that a syntax asks for; if not, what is wrong with it.
pub(crate) fn fits(definition: &AttributeDefinition, value: &Value) -> Result<(), String> {
    let wrong = |wanted: &str| Err(format!("`{}` takes {wanted}", definition.name));
    match (definition.syntax, value) {
        (Syntax::Boolean, Value::Boolean(_)) | (Syntax::LargeInteger, Value::Integer(_)) => Ok(()),
        (Syntax::Boolean, _) => wrong("TRUE or FALSE"),
        (Syntax::Integer, Value::Integer(integer)) if i32::try_from(*integer).is_ok() => Ok(()),
        (Syntax::Integer, Value::Integer(_)) => wrong("an integer of 32 bits"),
        (Syntax::Integer | Syntax::LargeInteger, _) => wrong("an integer"),
        (Syntax::Sid, Value::Bytes(bytes)) => Sid::from_bytes(bytes)
            .map(drop)
            .map_err(|error| format!("`{}` takes a SID: {error}", definition.name)),
        (Syntax::Sid, _) => wrong("a SID as bytes"),
        (syntax, Value::Bytes(_)) if syntax.is_binary() => Ok(()),
        (syntax, _) if syntax.is_binary() => wrong("bytes"),
        (_, Value::Text(text)) if text.is_empty() => wrong("text that is not empty"),
        (_, Value::Text(_)) => Ok(()),
        _ => wrong("text"),
    }
}

/// Whether a domain controller takes the values, all of one attribute and given at once.
pub(super) fn check(schema: &Schema, id: AttributeId, values: &[Value]) -> Result<(), Refusal> {
    let definition = schema.definition(id);
    if definition.single_valued && values.len() > 1 {
        return Err(Refusal::single_valued(definition));
    }
    for value in values {
        fits(definition, value).map_err(|hint| Refusal::bad_syntax(definition, hint))?;
        check_range(definition, value)?;
    }
    // Quadratic, and so kept to lists that people write; links are checked elsewhere.
    for (at, value) in values.iter().enumerate() {
        if values[..at]
            .iter()
            .any(|other| same(definition, other, value))
        {
            return Err(Refusal::value_exists(definition, &display(value)));
        }
    }
    Ok(())
}

fn check_range(definition: &AttributeDefinition, value: &Value) -> Result<(), Refusal> {
    let Some(upper) = definition.range_upper.filter(|_| !definition.extension) else {
        return Ok(());
    };
    let (size, unit) = match value {
        Value::Text(text) if text.len() > upper as usize => (text.chars().count(), "characters"),
        Value::Bytes(bytes) => (bytes.len(), "bytes"),
        _ => return Ok(()),
    };
    if size <= upper as usize {
        return Ok(());
    }
    let hint = format!(
        "`{}` holds {upper} {unit} at most, and these are {size}",
        definition.name
    );
    Err(Refusal::constraint(definition, 0x2082, hint))
}

/// A value as a message shows it.
pub(super) fn display(value: &Value) -> Text {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(integer) => integer.to_string().into(),
        Value::Boolean(true) => "TRUE".into(),
        Value::Boolean(false) => "FALSE".into(),
        Value::Bytes(bytes) => format!("({} bytes)", bytes.len()).into(),
    }
}

/// The most characters of a sAMAccountName of a user; older programs know no more.
const USER_SAM_ACCOUNT_NAME_MAX: usize = 20;

/// Whether the security accounts manager takes an account name.
pub(super) fn check_sam_account_name(name: &str, for_user: bool) -> Result<(), Refusal> {
    const FORBIDDEN: &str = "\"/\\[]:;|=,+*?<>";
    if let Some(bad) = name
        .chars()
        .find(|c| FORBIDDEN.contains(*c) || c.is_control())
    {
        let why = format!("it contains `{}`", bad.escape_default());
        return Err(Refusal::sam_account_name_invalid(name, &why));
    }
    if name.chars().all(|c| c == '.' || c == ' ') {
        return Err(Refusal::sam_account_name_invalid(
            name,
            "it is dots and spaces only",
        ));
    }
    if for_user && name.chars().count() > USER_SAM_ACCOUNT_NAME_MAX {
        let why = "that of a user has 20 characters at most";
        return Err(Refusal::sam_account_name_invalid(name, why));
    }
    Ok(())
}

/// The truth value of text as LDAP writes it.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    [("TRUE", true), ("FALSE", false)]
        .iter()
        .find(|(word, _)| eq_fold(word, text))
        .map(|(_, value)| *value)
}
