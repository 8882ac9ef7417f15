//! Making collections.

use std::rc::Rc;

use crate::convert::{self, number};
use crate::value::{Array, ArrayKind, Table, Value};

use super::{Arguments, Called};

/// The most elements an array is made with at once.
const MOST: usize = 1 << 24;

/// Makes an array, a list, a hashtable; `None` for every other type.
pub(crate) fn construct(kind: &str, values: &[Value]) -> Called {
    if let Some(element) = kind.strip_suffix("[]") {
        return Some(array(element, values));
    }
    let outer = kind.split('[').next().unwrap_or(kind);
    match outer {
        "System.Collections.ArrayList" => Some(Ok(list(ArrayKind::ArrayList, values))),
        "System.Collections.Generic.List" => {
            let inner = kind[outer.len()..]
                .trim_start_matches('[')
                .trim_end_matches(']');
            Some(Ok(list(ArrayKind::List(element_of(kind, inner)), values)))
        }
        "System.Collections.Generic.HashSet" => {
            let made = list(ArrayKind::Named(Rc::from(kind)), &[]);
            if let (Value::Array(array), Some(source)) = (&made, values.first()) {
                for value in source.enumerate() {
                    let known = array
                        .borrow()
                        .iter()
                        .any(|it| convert::equals_case(it, &value, true));
                    if !known {
                        array.borrow_mut().push(value);
                    }
                }
            }
            Some(Ok(made))
        }
        "System.Collections.Generic.Queue"
        | "System.Collections.Generic.Stack"
        | "System.Collections.Queue"
        | "System.Collections.Stack"
        | "System.Collections.Specialized.StringCollection"
        | "System.Collections.ObjectModel.Collection" => {
            Some(Ok(list(ArrayKind::Named(Rc::from(kind)), values)))
        }
        "System.Collections.Hashtable"
        | "System.Collections.SortedList"
        | "System.Collections.Generic.Dictionary"
        | "System.Collections.Generic.SortedDictionary" => Some(Ok(table(false, values))),
        "System.Collections.Specialized.OrderedDictionary" => Some(Ok(table(true, values))),
        _ => None,
    }
}

/// The element type of `List[T]`; where T is an array, its brackets stay.
fn element_of(kind: &str, inner: &str) -> Rc<str> {
    if kind.ends_with("[]]") {
        Rc::from(format!("{inner}[]"))
    } else {
        Rc::from(inner)
    }
}

fn list(kind: ArrayKind, values: &[Value]) -> Value {
    let from = match values {
        // A number is a capacity.
        [Value::Int(_)] | [] => Vec::new(),
        [source] => source.enumerate(),
        _ => Vec::new(),
    };
    Value::Array(Array::new(kind, from))
}

fn table(ordered: bool, values: &[Value]) -> Value {
    let table = Table::new(ordered);
    if let Some(Value::Table(source)) = values.first() {
        for (key, value) in source.borrow().iter() {
            table.set(key.clone(), value.clone());
        }
    }
    Value::Table(table)
}

fn array(element: &str, values: &[Value]) -> Result<Value, crate::error::ErrorRecord> {
    let arguments = Arguments::new(".ctor", values);
    let length = usize::try_from(arguments.int(0)?).unwrap_or(usize::MAX);
    if length > MOST {
        return Err(arguments.failed(
            "Array dimensions exceeded supported range.",
            "System.OutOfMemoryException",
        ));
    }
    if element == "System.Byte" {
        return Ok(Value::bytes(vec![0; length]));
    }
    let empty = match element {
        "System.Boolean" => Value::Bool(false),
        "System.Double" => Value::Double(0.0),
        "System.Char" => Value::Char('\0'),
        "System.Int64" => Value::Long(0),
        "System.Int32" => number::fitting(0),
        _ => Value::Null,
    };
    let kind = match element {
        "System.Object" => ArrayKind::Objects,
        other => ArrayKind::Typed(Rc::from(other)),
    };
    Ok(Value::Array(Array::new(
        kind,
        std::iter::repeat_n(empty, length),
    )))
}
