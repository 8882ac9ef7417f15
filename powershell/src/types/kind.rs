//! What types say of themselves.

use std::rc::Rc;

use crate::convert;
use crate::value::Value;

use super::Called;

/// The properties of a type.
pub(crate) fn type_member(full: &str, lower: &str) -> Option<Value> {
    let (name, space) = type_parts(full);
    match lower {
        "name" => Some(Value::from(name)),
        "fullname" => Some(Value::text(full)),
        "namespace" => Some(Value::from(space)),
        "isarray" => Some(Value::Bool(full.ends_with("[]"))),
        "isenum" => Some(Value::Bool(super::enums::is_enum(full))),
        "ispublic" | "isserializable" => Some(Value::Bool(true)),
        "isvaluetype" => Some(Value::Bool(is_value_type(full))),
        "basetype" => Some(Value::Type(Rc::from(if full.ends_with("[]") {
            "System.Array"
        } else if is_value_type(full) {
            "System.ValueType"
        } else {
            "System.Object"
        }))),
        "underlyingsystemtype" => Some(Value::Type(Rc::from(full))),
        _ => None,
    }
}

fn is_value_type(full: &str) -> bool {
    let short = full.strip_prefix("System.").unwrap_or("");
    matches!(
        short,
        "Int32"
            | "Int64"
            | "Int16"
            | "Byte"
            | "Double"
            | "Single"
            | "Decimal"
            | "Boolean"
            | "Char"
            | "Guid"
            | "DateTime"
            | "TimeSpan"
    ) || super::enums::is_enum(full)
}

/// The name of a type without its namespace, and the namespace.
pub(crate) fn type_parts(full: &str) -> (String, String) {
    if !full.ends_with("[]")
        && let Some(start) = full.find('[')
    {
        let (space, name) = full[..start]
            .rsplit_once('.')
            .unwrap_or(("", &full[..start]));
        let count = full[start..].matches(',').count() + 1;
        return (format!("{name}`{count}"), space.to_owned());
    }
    let (space, name) = full.rsplit_once('.').unwrap_or(("", full));
    let name = name.rsplit('+').next().unwrap_or(name);
    (name.to_owned(), space.to_owned())
}

/// The methods of a type.
pub(crate) fn type_call(full: &Rc<str>, lower: &str, values: &[Value]) -> Called {
    match lower {
        "gettype" => Some(Ok(Value::Type(Rc::from("System.RuntimeType")))),
        "isassignablefrom" => match values.first() {
            Some(Value::Type(other)) => Some(Ok(Value::Bool(
                other == full || convert::exception_is(other, full),
            ))),
            _ => None,
        },
        "isinstanceoftype" => Some(Ok(Value::Bool(
            values.first().is_some_and(|it| convert::is_type(it, full)),
        ))),
        "getelementtype" => full
            .strip_suffix("[]")
            .map(|it| Ok(Value::Type(Rc::from(it)))),
        "getenumnames" => super::enums::names_of(full).map(|it| Ok(Value::texts(it))),
        _ => None,
    }
}
