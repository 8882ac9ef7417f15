//! Whether values are what their attribute asks for.

use store::{Text, eq_fold};

use super::schema::{AttributeDefinition, AttributeId, Schema, Syntax};
use super::time::parse_time;
use super::{Directory, Dn, Refusal, Sid, Value};

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
pub(super) fn check(
    directory: &Directory,
    id: AttributeId,
    values: &[Value],
) -> Result<(), Refusal> {
    let definition = directory.schema.definition(id);
    let build = directory.domain_controller().version.build();
    if definition.single_valued && values.len() > 1 {
        return Err(Refusal::single_valued(definition));
    }
    for value in values {
        fits(definition, value)
            .and_then(|()| has_form(&directory.schema, definition, value))
            .map_err(|hint| Refusal::bad_syntax(build, hint))?;
        check_range(definition, value)?;
        if definition.syntax == Syntax::DistinguishedName {
            check_reference(directory, definition, value, build)?;
        }
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

/// Whether text has the form of a syntax that is more than text.
///
/// Numeric, printable and IA5 text is taken as it is: no source says that it is looked at.
fn has_form(
    schema: &Schema,
    definition: &AttributeDefinition,
    value: &Value,
) -> Result<(), String> {
    let Some(text) = value.as_text() else {
        return Ok(());
    };
    let (good, wanted) = match definition.syntax {
        Syntax::Time => (
            parse_time(text).is_some(),
            "a time such as 20261123033230.0Z",
        ),
        Syntax::ObjectIdentifier => {
            let dotted = |text: &str| {
                let mut parts = text.split('.');
                parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            };
            let known = schema.attribute(text).is_some() || schema.class(text).is_some();
            (
                known || dotted(text),
                "the name of an attribute or class, or an OID",
            )
        }
        Syntax::DnWithBinary => (is_dn_with(text, "B"), "B:digits:hexadecimal:name"),
        Syntax::DnWithText => (is_dn_with(text, "S"), "S:characters:text:name"),
        _ => return Ok(()),
    };
    if good {
        Ok(())
    } else {
        Err(format!("`{}` takes {wanted}", definition.name))
    }
}

/// Whether text is a name with something before it that is as long as it says (MS-ADTS
/// 3.1.1.2.2.2.1, 3.1.1.2.2.2.2).
fn is_dn_with(text: &str, kind: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(first), Some(Ok(count)), Some(rest)) = (
        parts.next(),
        parts.next().map(str::parse::<usize>),
        parts.next(),
    ) else {
        return false;
    };
    let end = rest.char_indices().map(|(at, _)| at).nth(count);
    let Some((what, dn)) = end.map(|end| rest.split_at(end)) else {
        return false;
    };
    let digits = count.is_multiple_of(2) && what.bytes().all(|byte| byte.is_ascii_hexdigit());
    let dn = dn.strip_prefix(':').map(str::parse::<Dn>);
    eq_fold(first, kind) && (kind == "S" || digits) && matches!(dn, Some(Ok(_)))
}

/// Whether a value that is no link names an object, as far as that can be seen: names outside the
/// domain are taken, because the configuration lacks what Exchange and others put there.
fn check_reference(
    directory: &Directory,
    definition: &AttributeDefinition,
    value: &Value,
    build: u32,
) -> Result<(), Refusal> {
    let text = display(value);
    let dn: Dn = text.parse().map_err(|error| {
        let hint = format!("`{}` takes distinguished names: {error}", definition.name);
        Refusal::bad_name_value(build, hint)
    })?;
    let configuration = dn.is_within(directory.configuration().base());
    let is_live = |id| directory.is_live(id);
    if !dn.is_within(directory.base()) || configuration || directory.find(&dn).is_some_and(is_live)
    {
        return Ok(());
    }
    Err(Refusal::bad_reference(definition, &text))
}

/// Whether a value is within rangeLower and rangeUpper: text by characters as the directory
/// counts them, which are of sixteen bits, bytes by their number, numbers as they are (MS-ADTS
/// 3.1.1.2.3).
fn check_range(definition: &AttributeDefinition, value: &Value) -> Result<(), Refusal> {
    let (size, unit) = match value {
        Value::Text(_) if definition.syntax == Syntax::Time => return Ok(()),
        // What stands before a name is what has a length.
        Value::Text(text) if definition.syntax == Syntax::DnWithBinary => {
            (counted(text) / 2, "bytes")
        }
        Value::Text(text) if definition.syntax == Syntax::DnWithText => {
            (counted(text), "characters")
        }
        Value::Text(text) => (signed(text.encode_utf16().count()), "characters"),
        Value::Bytes(bytes) => (signed(bytes.len()), "bytes"),
        Value::Integer(integer) => (*integer, ""),
        Value::Boolean(_) => return Ok(()),
    };
    let (lower, upper) = (definition.range_lower, definition.range_upper);
    let below = lower.is_some_and(|lower| size < i64::from(lower));
    let above = upper.is_some_and(|upper| size > i64::from(upper));
    if definition.extension || !(below || above) {
        return Ok(());
    }
    let (bound, word) = if above {
        (upper.unwrap_or_default(), "at most")
    } else {
        (lower.unwrap_or_default(), "at least")
    };
    let hint = format!(
        "`{}` holds {word} {bound} {unit}, and this is {size}",
        definition.name
    );
    Err(Refusal::constraint(definition, 0x2082, hint))
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The count in `B:count:…` and `S:count:…`.
fn counted(text: &str) -> i64 {
    let count = text.split(':').nth(1);
    count
        .and_then(|count| count.parse().ok())
        .unwrap_or_default()
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
