//! Arrays and lists.

use std::cell::RefCell;
use std::rc::Rc;

use crate::convert::{self, cast, number, to_text};
use crate::error::{Category, ErrorRecord};
use crate::value::{Array, ArrayKind, Value};

use super::{Arguments, Called};

type Done = Result<Value, ErrorRecord>;

const FIXED: &str = "Collection was of a fixed size.";

/// Its properties.
pub(crate) fn member(array: &Array, lower: &str) -> Option<Value> {
    let length = number::length(array.borrow().len());
    let fixed = matches!(array.kind(), ArrayKind::Objects | ArrayKind::Typed(_));
    match lower {
        "count" | "length" => Some(length),
        "longlength" if fixed => Some(length),
        "rank" if fixed => Some(Value::Int(1)),
        "isfixedsize" => Some(Value::Bool(fixed)),
        "isreadonly" | "issynchronized" => Some(Value::Bool(false)),
        "syncroot" if fixed => Some(Value::Array(array.clone())),
        "capacity" if !fixed => Some(length),
        // An array of one type names it: `ADPropertyValueCollection` has `Value` besides.
        "value" if is_property(array) => Some(Value::collected(array.borrow().clone())),
        _ => None,
    }
}

/// Whether it is the values of an attribute.
fn is_property(array: &Array) -> bool {
    matches!(array.kind(), ArrayKind::Named(name) if name.ends_with("PropertyValueCollection"))
}

/// The properties of a `[byte[]]`.
pub(crate) fn bytes_member(bytes: &[u8], lower: &str) -> Option<Value> {
    match lower {
        "count" | "length" | "longlength" => Some(number::length(bytes.len())),
        "rank" => Some(Value::Int(1)),
        _ => None,
    }
}

/// The element with this name, in the collections that are looked up by name.
pub(crate) fn by_name(array: &Array, name: &str) -> Option<Value> {
    let ArrayKind::Named(kind) = array.kind() else {
        return None;
    };
    let named = ["GroupCollection", "MemberInfoIntegratingCollection"];
    if !named.iter().any(|it| kind.contains(it)) {
        return None;
    }
    let values = array.borrow();
    let found = values.iter().find(|it| match it {
        Value::Object(object) => object
            .get("Name")
            .is_some_and(|it| to_text(&it).eq_ignore_ascii_case(name)),
        _ => false,
    });
    Some(found.cloned().unwrap_or(Value::Null))
}

fn place_of(values: &[Value], wanted: &Value) -> Option<usize> {
    // .NET looks for the same value of the same type.
    values.iter().position(|it| {
        convert::type_name(it) == convert::type_name(wanted)
            && convert::equals_case(it, wanted, true)
    })
}

fn element(array: &Array, value: &Value) -> Done {
    match array.kind() {
        ArrayKind::List(kind) | ArrayKind::Typed(kind) => cast(value, kind),
        _ => Ok(value.clone()),
    }
}

/// Its methods.
pub(crate) fn call(array: &Array, name: &str, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(name, values);
    let shared = match lower {
        "contains" => arguments
            .get(0)
            .map(|it| Value::Bool(place_of(&array.borrow(), it).is_some())),
        "indexof" => arguments
            .get(0)
            .map(|it| place_of(&array.borrow(), it).map_or(Value::Int(-1), number::length)),
        "lastindexof" => arguments.get(0).map(|wanted| {
            let values = array.borrow();
            let found = (0..values.len())
                .rev()
                .find(|at| place_of(std::slice::from_ref(&values[*at]), wanted).is_some());
            found.map_or(Value::Int(-1), number::length)
        }),
        "getenumerator" => Ok(Value::Array(array.clone())),
        "clone" => Ok(copy(array)),
        "getvalue" | "get_item" | "item" => item(array, &arguments),
        "setvalue" => arguments
            .int(1)
            .and_then(|at| set(array, at, arguments.get(0)?, &arguments)),
        "set_item" => arguments
            .int(0)
            .and_then(|at| set(array, at, arguments.get(1)?, &arguments)),
        "getlength" | "getupperbound" | "get_count" | "get_length" => {
            let less = usize::from(lower == "getupperbound");
            Ok(number::length(array.borrow().len().saturating_sub(less)))
        }
        "getlowerbound" => Ok(Value::Int(0)),
        "toarray" => Ok(to_array(array)),
        "copyto" => copy_to(array, &arguments),
        "equals" => Ok(Value::Bool(
            matches!(values, [Value::Array(other)] if array.is(other)),
        )),
        _ => return growing(array, &arguments, lower, values),
    };
    Some(shared)
}

fn copy(array: &Array) -> Value {
    Value::Array(Array::new(array.kind().clone(), array.borrow().clone()))
}

fn to_array(array: &Array) -> Value {
    let values = array.borrow().clone();
    match array.kind() {
        ArrayKind::List(element) if &**element != "System.Object" => {
            Value::Array(Array::new(ArrayKind::Typed(Rc::clone(element)), values))
        }
        _ => Value::array(values),
    }
}

fn copy_to(array: &Array, arguments: &Arguments<'_>) -> Done {
    if let Value::Array(target) = arguments.get(0)? {
        let start = usize::try_from(arguments.int(1)?).unwrap_or(0);
        let source = array.borrow().clone();
        let mut target = target.borrow_mut();
        for (place, value) in target.iter_mut().skip(start).zip(source) {
            *place = value;
        }
    }
    Ok(Value::Null)
}

fn out_of_range(arguments: &Arguments<'_>) -> ErrorRecord {
    let reason =
        "Index was out of range. Must be non-negative and less than the size of the collection.";
    arguments.range(reason, "index")
}

fn item(array: &Array, arguments: &Arguments<'_>) -> Done {
    let at = usize::try_from(arguments.int(0)?).ok();
    let values = array.borrow();
    at.and_then(|it| values.get(it))
        .cloned()
        .ok_or_else(|| out_of_range(arguments))
}

fn set(array: &Array, at: i32, value: &Value, arguments: &Arguments<'_>) -> Done {
    let value = element(array, value)?;
    let mut values = array.borrow_mut();
    match usize::try_from(at).ok().and_then(|it| values.get_mut(it)) {
        Some(place) => {
            *place = value;
            Ok(Value::Null)
        }
        None => Err(out_of_range(arguments)),
    }
}

/// What only lists can; an array says that it can't.
fn growing(array: &Array, arguments: &Arguments<'_>, lower: &str, values: &[Value]) -> Called {
    let known = [
        "add",
        "addrange",
        "remove",
        "removeat",
        "removerange",
        "removeall",
        "insert",
        "insertrange",
        "clear",
        "sort",
        "reverse",
        "getrange",
        "push",
        "enqueue",
        "pop",
        "dequeue",
        "peek",
        "trimtosize",
        "binarysearch",
    ];
    if let Some(done) = member_info(array, lower, arguments) {
        return Some(done);
    }
    if !known.contains(&lower) {
        return None;
    }
    if matches!(array.kind(), ArrayKind::Objects | ArrayKind::Typed(_)) {
        let own = ["add", "remove", "removeat", "insert", "clear"];
        return own
            .contains(&lower)
            .then(|| Err(arguments.failed(FIXED, "System.NotSupportedException")));
    }
    Some(grow(array, arguments, lower, values))
}

fn grow(array: &Array, arguments: &Arguments<'_>, lower: &str, values: &[Value]) -> Done {
    let set_like = matches!(array.kind(), ArrayKind::Named(name) if name.contains("HashSet"));
    match lower {
        "add" if set_like => {
            let value = arguments.get(0)?;
            let new = place_of(&array.borrow(), value).is_none();
            if new {
                array.borrow_mut().push(value.clone());
            }
            return Ok(Value::Bool(new));
        }
        "add" | "push" | "enqueue" => {
            let value = element(array, arguments.get(0)?)?;
            array.borrow_mut().push(value);
            // An ArrayList says where it put it, which scripts then see on their output.
            let says = lower == "add" && *array.kind() == ArrayKind::ArrayList;
            let at = array.borrow().len() - 1;
            return Ok(if says {
                number::length(at)
            } else {
                Value::Null
            });
        }
        "addrange" => {
            let mut new = Vec::new();
            for value in arguments.get(0)?.enumerate() {
                new.push(element(array, &value)?);
            }
            array.borrow_mut().extend(new);
        }
        "remove" => {
            let found = place_of(&array.borrow(), arguments.get(0)?);
            if let Some(at) = found {
                array.borrow_mut().remove(at);
            }
            let silent = *array.kind() == ArrayKind::ArrayList;
            return Ok(if silent {
                Value::Null
            } else {
                Value::Bool(found.is_some())
            });
        }
        "clear" => array.borrow_mut().clear(),
        "reverse" => array.borrow_mut().reverse(),
        "sort" => sort(&mut array.borrow_mut()),
        "pop" | "dequeue" | "peek" => return taken(array, arguments, lower),
        "binarysearch" => {
            let found = place_of(&array.borrow(), arguments.get(0)?);
            return Ok(found.map_or(Value::Int(-1), number::length));
        }
        "trimtosize" => {}
        _ => return ranged(array, arguments, lower, values),
    }
    Ok(Value::Null)
}

fn ranged(array: &Array, arguments: &Arguments<'_>, lower: &str, values: &[Value]) -> Done {
    let length = array.borrow().len();
    let start = usize::try_from(arguments.int(0)?).ok();
    let Some(start) = start.filter(|it| *it <= length) else {
        return Err(out_of_range(arguments));
    };
    match lower {
        "removeat" if start < length => {
            array.borrow_mut().remove(start);
        }
        "insert" => {
            let value = element(array, arguments.get(1)?)?;
            array.borrow_mut().insert(start, value);
        }
        "insertrange" => {
            let new = arguments.get(1)?.enumerate();
            array.borrow_mut().splice(start..start, new);
        }
        "removerange" | "getrange" if values.len() == 2 => {
            let count = usize::try_from(arguments.int(1)?).unwrap_or(usize::MAX);
            let Some(end) = start.checked_add(count).filter(|it| *it <= length) else {
                return Err(out_of_range(arguments));
            };
            if lower == "getrange" {
                let part = array.borrow()[start..end].to_vec();
                return Ok(Value::Array(Array::new(array.kind().clone(), part)));
            }
            array.borrow_mut().drain(start..end);
        }
        _ => return Err(out_of_range(arguments)),
    }
    Ok(Value::Null)
}

fn taken(array: &Array, arguments: &Arguments<'_>, lower: &str) -> Done {
    let stack = matches!(array.kind(), ArrayKind::Named(name) if name.contains("Stack"));
    let mut values = array.borrow_mut();
    if values.is_empty() {
        let what = if stack {
            "Stack empty."
        } else {
            "Queue empty."
        };
        return Err(arguments.failed(what, "System.InvalidOperationException"));
    }
    let at = if stack { values.len() - 1 } else { 0 };
    Ok(if lower == "peek" {
        values[at].clone()
    } else {
        values.remove(at)
    })
}

/// Sorts as .NET does, in the order the language compares in.
pub(crate) fn sort(values: &mut [Value]) {
    values.sort_by(|one, other| {
        convert::compare(one, other, true).unwrap_or(std::cmp::Ordering::Equal)
    });
}

/// `PSObject.Properties` can take a property out of the object it came from, and put one in.
fn member_info(array: &Array, lower: &str, arguments: &Arguments<'_>) -> Option<Done> {
    let ArrayKind::Named(kind) = array.kind() else {
        return None;
    };
    if !kind.contains("MemberInfoIntegratingCollection") {
        return None;
    }
    match lower {
        "remove" => Some(arguments.text(0).map(|name| {
            if let Some(Value::Object(found)) = by_name(array, &name)
                && let Some(owner) = super::object::owner(&found)
            {
                owner.remove(&name);
            }
            Value::Null
        })),
        "add" => Some(arguments.get(0).map(|new| {
            let owner = array.borrow().first().and_then(|it| match it {
                Value::Object(object) => super::object::owner(object),
                _ => None,
            });
            if let (Some(owner), Value::Object(new)) = (owner, new) {
                let name = new.get("Name").map_or(String::new(), |it| to_text(&it));
                owner.set(&name, new.get("Value").unwrap_or_default());
            }
            Value::Null
        })),
        "match" | "item" => Some(
            arguments
                .text(0)
                .map(|name| by_name(array, &name).unwrap_or_default()),
        ),
        _ => None,
    }
}

/// The methods of a `[byte[]]`.
pub(crate) fn bytes_call(bytes: &Rc<RefCell<Vec<u8>>>, lower: &str, values: &[Value]) -> Called {
    let arguments = Arguments::new(lower, values);
    let wanted = || arguments.converted(0, "System.Byte");
    let find = |wanted: Value| match wanted {
        Value::Byte(byte) => bytes.borrow().iter().position(|it| *it == byte),
        _ => None,
    };
    let done = match lower {
        "contains" => wanted().map(|it| Value::Bool(find(it).is_some())),
        "indexof" => wanted().map(|it| find(it).map_or(Value::Int(-1), number::length)),
        "clone" => Ok(Value::bytes(bytes.borrow().clone())),
        "getenumerator" | "toarray" => Ok(Value::Bytes(Rc::clone(bytes))),
        "getlength" => Ok(number::length(bytes.borrow().len())),
        "equals" => Ok(Value::Bool(
            matches!(values, [Value::Bytes(other)] if Rc::ptr_eq(bytes, other)),
        )),
        "getvalue" => arguments.int(0).and_then(|at| {
            let at = usize::try_from(at).ok();
            let found = at.and_then(|it| bytes.borrow().get(it).copied());
            found
                .map(Value::Byte)
                .ok_or_else(|| out_of_range(&arguments))
        }),
        "add" | "remove" | "clear" => Err(arguments.failed(FIXED, "System.NotSupportedException")),
        _ => return None,
    };
    Some(done)
}

/// The error of a key that is there already.
pub(crate) fn duplicate(arguments: &Arguments<'_>, key: &Value) -> ErrorRecord {
    let key = to_text(key);
    let reason = format!(
        "Item has already been added. Key in dictionary: '{key}'  Key being added: '{key}'"
    );
    let mut error = arguments.failed(&reason, "System.ArgumentException");
    error.category = Category::NotSpecified;
    error
}
