//! Hashtables.

use std::rc::Rc;

use crate::convert::number;
use crate::error::ErrorRecord;
use crate::value::{Array, ArrayKind, Table, Value};

use super::{Arguments, Called, typed};

type Done = Result<Value, ErrorRecord>;

/// Its keys first, then its properties.
pub(crate) fn member(table: &Table, name: &str) -> Option<Value> {
    if let Some(found) = table.get_text(name) {
        return Some(found);
    }
    match name.to_ascii_lowercase().as_str() {
        "count" => Some(number::length(table.borrow().len())),
        "keys" => Some(keys(table)),
        "values" => Some(values(table)),
        "isreadonly" | "isfixedsize" | "issynchronized" => Some(Value::Bool(false)),
        // A hashtable without such a key has no length of its own and counts as one object.
        "length" => Some(Value::Int(1)),
        _ => None,
    }
}

fn named(name: &str, all: Vec<Value>) -> Value {
    Value::Array(Array::new(ArrayKind::Named(Rc::from(name)), all))
}

fn keys(table: &Table) -> Value {
    let keys = table.borrow().iter().map(|(key, _)| key.clone()).collect();
    named("System.Collections.Hashtable+KeyCollection", keys)
}

fn values(table: &Table) -> Value {
    let values = table
        .borrow()
        .iter()
        .map(|(_, value)| value.clone())
        .collect();
    named("System.Collections.Hashtable+ValueCollection", values)
}

/// An entry as an enumerator gives it.
pub(crate) fn entry(key: &Value, value: &Value) -> Value {
    let properties = vec![
        ("Name", key.clone()),
        ("Key", key.clone()),
        ("Value", value.clone()),
    ];
    Value::Object(typed(
        "System.Collections.DictionaryEntry",
        properties,
        None,
    ))
}

/// All entries, as an enumerator gives them.
pub(crate) fn entries(table: &Table) -> Vec<Value> {
    table
        .borrow()
        .iter()
        .map(|(key, value)| entry(key, value))
        .collect()
}

/// Its methods.
pub(crate) fn call(table: &Table, name: &str, lower: &str, arguments: &[Value]) -> Called {
    let arguments = Arguments::new(name, arguments);
    let done = match lower {
        "add" => add(table, &arguments),
        "remove" => arguments.get(0).map(|key| {
            table.remove(key);
            Value::Null
        }),
        "containskey" | "contains" => arguments
            .get(0)
            .map(|key| Value::Bool(table.get(key).is_some())),
        "containsvalue" => arguments.get(0).map(|wanted| {
            let entries = table.borrow();
            Value::Bool(
                entries
                    .iter()
                    .any(|(_, it)| crate::convert::equals_case(it, wanted, true)),
            )
        }),
        "clear" => {
            table.borrow_mut().clear();
            Ok(Value::Null)
        }
        "clone" => {
            let copy = Table::new(table.is_ordered());
            copy.borrow_mut().clone_from(&table.borrow());
            Ok(Value::Table(copy))
        }
        "getenumerator" => Ok(named(
            "System.Collections.IDictionaryEnumerator",
            entries(table),
        )),
        "get_item" | "item" => arguments
            .get(0)
            .map(|key| table.get(key).unwrap_or_default()),
        "set_item" => arguments.get(0).and_then(|key| {
            table.set(key.clone(), arguments.get(1)?.clone());
            Ok(Value::Null)
        }),
        "get_count" => Ok(number::length(table.borrow().len())),
        "get_keys" => Ok(keys(table)),
        "get_values" => Ok(values(table)),
        "insert" => insert(table, &arguments),
        "removeat" => arguments.int(0).map(|at| {
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            if at < table.borrow().len() {
                table.borrow_mut().remove(at);
            }
            Value::Null
        }),
        "trygetvalue" => arguments
            .get(0)
            .map(|key| Value::Bool(table.get(key).is_some())),
        "equals" => Ok(Value::Bool(
            matches!(arguments.get(0), Ok(Value::Table(other)) if table.is(other)),
        )),
        _ => return None,
    };
    Some(done)
}

fn add(table: &Table, arguments: &Arguments<'_>) -> Done {
    let (key, value) = (arguments.get(0)?, arguments.get(1)?);
    if key.is_null() {
        let reason = "Key cannot be null.\r\nParameter name: key";
        return Err(arguments.failed(reason, "System.ArgumentNullException"));
    }
    if table.get(key).is_some() {
        return Err(super::list::duplicate(arguments, key));
    }
    table.set(key.clone(), value.clone());
    Ok(Value::Null)
}

fn insert(table: &Table, arguments: &Arguments<'_>) -> Done {
    let at = usize::try_from(arguments.int(0)?).unwrap_or(usize::MAX);
    let (key, value) = (arguments.get(1)?, arguments.get(2)?);
    if table.get(key).is_some() {
        return Err(super::list::duplicate(arguments, key));
    }
    let mut entries = table.borrow_mut();
    let at = at.min(entries.len());
    entries.insert(at, (key.clone(), value.clone()));
    Ok(Value::Null)
}
