//! Objects that are made from tables and lists, and errors of expressions.

use crate::convert;
use crate::error::{Category, ErrorRecord};
use crate::value::{Array, ArrayKind, Object, Table, Value};

/// The elements of an object that is walked through like an array.
#[derive(Debug)]
pub(crate) struct Elements(pub(crate) Array);

/// A `[pscustomobject]` with the entries of a table.
pub(crate) fn custom(table: &Table) -> Value {
    let entries = table.borrow();
    let notes = entries
        .iter()
        .map(|(key, value)| (convert::to_text(key), value.clone()));
    Value::Object(Object::custom(notes))
}

/// An `[object[]]`.
pub(crate) fn objects(values: Vec<Value>) -> Value {
    Value::Array(Array::new(ArrayKind::Objects, values))
}

/// An error of the language.
pub(crate) fn invalid(message: &str, id: &str) -> ErrorRecord {
    ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        id,
        Category::InvalidOperation,
    )
}

/// `[nosuchtype]`.
pub(crate) fn type_not_found(name: &str) -> ErrorRecord {
    let mut record = invalid(&format!("Unable to find type [{name}]."), "TypeNotFound");
    record.target = Value::text(name);
    record
}
