//! The types of .NET that scripts call: their members, methods, statics and constructors.

mod collection;
pub(crate) mod com;
mod construct;
mod domain;
pub(crate) mod encoding;
pub(crate) mod enums;
pub(crate) mod error;
pub(crate) mod guid;
pub(crate) mod io;
mod kind;
mod list;
mod math;
pub(crate) mod net;
pub(crate) mod object;
pub mod regex;
mod statics;
pub(crate) mod table;
mod text;
mod text_static;
mod time;
mod time_static;
pub(crate) mod xml;

use std::rc::Rc;

use crate::convert::{self, cast, number, to_text, type_name};
use crate::error::{Category, ErrorRecord};
use crate::host::Host;
use crate::value::{Object, Value};

pub(crate) use construct::set_all;
pub use io::{sandboxed, windows_path};
pub(crate) use object::{own_text, public_names};

/// What comes of looking for a method: nothing where there is none of this name.
pub(crate) type Called = Option<Result<Value, ErrorRecord>>;

/// The property of a value; `None` where it has none of this name. Scripted properties are for
/// the interpreter.
pub fn member(value: &Value, name: &str) -> Option<Value> {
    let lower = name.to_ascii_lowercase();
    if let Value::Object(object) = value
        && let Some(found) = object.get(name)
    {
        return Some(found);
    }
    if lower == "psobject" && !value.is_null() {
        return Some(object::ps_object(value));
    }
    let found = match value {
        Value::Text(text) => text::member(text, &lower),
        Value::DateTime(time) => time::member(time, &lower),
        Value::TimeSpan(ticks) => time::span_member(*ticks, &lower),
        Value::Version(parts) => time::version_member(parts, &lower),
        Value::Guid(guid) => (lower == "guid").then(|| Value::text(guid.to_string())),
        Value::Array(array) => list::member(array, &lower),
        Value::Bytes(bytes) => list::bytes_member(&bytes.borrow(), &lower),
        Value::Table(table) => table::member(table, name),
        Value::Object(object) => object::member(object, &lower),
        Value::Block(block) => (lower == "ast").then(|| Value::Text(Rc::clone(&block.text))),
        Value::Type(name) => kind::type_member(name, &lower),
        Value::Secure(text) => (lower == "length").then(|| number::length(text.chars().count())),
        Value::Error(record) => error::member(record, &lower),
        _ => None,
    };
    found.or_else(|| match (value, lower.as_str()) {
        (Value::Null, "count" | "length") => Some(Value::Int(0)),
        // Everything that is no collection counts as one.
        (_, "count" | "length") => Some(Value::Int(1)),
        _ => None,
    })
}

/// A property that depends on the clock of the host, such as the `Elapsed` of a stopwatch. To be
/// asked before [`member`].
pub fn live_member(value: &Value, name: &str, host: &dyn Host) -> Option<Value> {
    let Value::Object(object) = value else {
        return None;
    };
    object::live_member(object, &name.to_ascii_lowercase(), host.now())
}

/// A method that depends on the clock of the host, such as `Stop` of a stopwatch. To be asked
/// before [`call`].
pub fn live_call(value: &Value, name: &str, host: &dyn Host) -> Called {
    let Value::Object(object) = value else {
        return None;
    };
    object::live_call(object, &name.to_ascii_lowercase(), host.now())
}

/// What `[key]` finds in a collection of .NET that is looked up by name, such as the groups of
/// a match; `None` for everything that is indexed as usual.
pub fn index(value: &Value, key: &Value) -> Option<Value> {
    match (value, key) {
        (Value::Array(array), Value::Text(name)) => list::by_name(array, name),
        _ => None,
    }
}

/// Sets the property of a value, or says why not.
pub fn set_member(value: &Value, name: &str, new: Value) -> Result<(), ErrorRecord> {
    match value {
        Value::Table(table) => {
            table.set(Value::text(name), new);
            Ok(())
        }
        Value::Object(object) => object::set_member(object, name, new),
        _ => Err(no_property(name)),
    }
}

/// The error of setting a property that is not there.
pub fn no_property(name: &str) -> ErrorRecord {
    ErrorRecord::new(
        format!(
            "The property '{name}' cannot be found on this object. \
             Verify that the property exists and can be set."
        ),
        "System.Management.Automation.RuntimeException",
        "PropertyNotFound",
        Category::InvalidOperation,
    )
}

/// The error of calling a method that is not there.
pub fn no_method(value: &Value, name: &str) -> ErrorRecord {
    let (message, id) = if value.is_null() {
        (
            "You cannot call a method on a null-valued expression.".to_owned(),
            "InvokeMethodOnNull",
        )
    } else {
        let kind = match value {
            Value::Type(kind) => Rc::clone(kind),
            other => type_name(other),
        };
        let message = format!(
            "Method invocation failed because [{kind}] does not contain a method named '{name}'."
        );
        (message, "MethodNotFound")
    };
    ErrorRecord::new(
        message,
        "System.Management.Automation.RuntimeException",
        id,
        Category::InvalidOperation,
    )
}

/// Calls a method of a value; `None` where it has none of this name. Methods that take blocks
/// (`ForEach`, `Where`) and scripted methods are for the interpreter.
pub fn call(value: &Value, name: &str, arguments: &[Value]) -> Called {
    let lower = name.to_ascii_lowercase();
    let lower = lower.as_str();
    let special = match value {
        Value::Null => return None,
        Value::Text(text) => text::call(text, name, lower, arguments),
        Value::Char(char) => text::char_call(*char, lower, arguments),
        Value::Byte(_) | Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Decimal(_) => {
            math::call(value, lower, arguments)
        }
        Value::Guid(guid) => guid::call(guid, lower, arguments),
        Value::DateTime(time) => time::call(time, name, lower, arguments),
        Value::TimeSpan(ticks) => time::span_call(*ticks, lower, arguments),
        Value::Array(array) => list::call(array, name, lower, arguments),
        Value::Bytes(bytes) => list::bytes_call(bytes, lower, arguments),
        Value::Table(table) => table::call(table, name, lower, arguments),
        Value::Object(object) => object::call(object, name, lower, arguments),
        Value::Regex(pattern) => regex::call(pattern, lower, arguments),
        Value::Type(full) => kind::type_call(full, lower, arguments),
        Value::Secure(text) => object::secure_call(text, lower),
        _ => None,
    };
    special.or_else(|| common(value, lower, arguments))
}

/// What every value can.
fn common(value: &Value, lower: &str, arguments: &[Value]) -> Called {
    let done = match lower {
        "gettype" => Value::Type(type_name(value)),
        "tostring" => Value::from(convert::to_string_method(value)),
        "equals" => {
            let other = arguments.first().unwrap_or(&Value::Null);
            let same = type_name(value) == type_name(other);
            Value::Bool(same && convert::equals_case(value, other, true))
        }
        "gethashcode" => Value::Int(hash(&to_text(value))),
        "compareto" => {
            let other = arguments.first().unwrap_or(&Value::Null);
            let ordering = match convert::compare(value, other, true) {
                Ok(ordering) => ordering,
                Err(error) => return Some(Err(error)),
            };
            Value::Int(ordering as i32)
        }
        "dispose" | "close" | "flush" => Value::Null,
        _ => return None,
    };
    Some(Ok(done))
}

/// A hash that is the same on every run.
fn hash(text: &str) -> i32 {
    let mut hash: i32 = 5381;
    for unit in text.encode_utf16() {
        hash = hash.wrapping_mul(33) ^ i32::from(unit);
    }
    hash
}

/// A static property or an enumeration's value; `None` where the type has none of this name.
/// What depends on the clock or the environment needs the host: [`static_member_on`].
pub fn static_member(kind: &str, name: &str) -> Option<Value> {
    enums::value(kind, name).or_else(|| statics::member(kind, &name.to_ascii_lowercase()))
}

/// A static property that depends on the host, such as `[datetime]::Now`, or any other.
pub fn static_member_on(kind: &str, name: &str, host: &mut dyn Host) -> Option<Value> {
    statics::live_member(kind, &name.to_ascii_lowercase(), host)
        .or_else(|| static_member(kind, name))
}

/// Whether the type has a static property or a static method of this name, for the check before
/// a run.
pub fn has_static(kind: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "new"
        || static_member(kind, name).is_some()
        || statics::is_live_member(kind, &lower)
        || statics::METHODS.iter().any(|(it, methods)| {
            it.eq_ignore_ascii_case(kind) && methods.split(' ').any(|it| it == lower)
        })
        || matches!(lower.as_str(), "equals" | "referenceequals")
        || enums::is_enum(kind) && matches!(lower.as_str(), "parse" | "getnames" | "getvalues")
}

/// Sets a static property, which only few have: those that scripts set are taken and forgotten.
pub fn set_static(kind: &str, name: &str) -> bool {
    matches!(
        kind,
        "System.Net.ServicePointManager" | "System.Console" | "System.Net.WebRequest"
    ) || kind == "System.Environment" && name.eq_ignore_ascii_case("ExitCode")
        || kind == "System.Threading.Thread"
}

/// Calls a static method; `None` where the type has none of this name.
pub fn call_static(kind: &str, name: &str, arguments: &[Value], host: &mut dyn Host) -> Called {
    if name.eq_ignore_ascii_case("new") {
        return construct(kind, arguments, host);
    }
    statics::call(kind, name, &name.to_ascii_lowercase(), arguments, host)
}

/// Makes an object of a type, as `New-Object` and `::new` do; `None` where it can't be made.
pub fn construct(kind: &str, arguments: &[Value], host: &mut dyn Host) -> Called {
    collection::construct(kind, arguments).or_else(|| construct::construct(kind, arguments, host))
}

/// The error of a method that .NET refused.
pub(crate) fn failed(name: &str, count: usize, reason: &str, exception: &str) -> ErrorRecord {
    let id = exception.rsplit('.').next().unwrap_or(exception);
    let mut record = ErrorRecord::new(
        format!("Exception calling \"{name}\" with \"{count}\" argument(s): \"{reason}\""),
        "System.Management.Automation.MethodInvocationException",
        id,
        Category::NotSpecified,
    );
    let inner = ErrorRecord::new(reason, exception, id, Category::NotSpecified);
    record.inner = Some(Rc::new(inner));
    record
}

/// The error of a method that has no such number of arguments.
pub(crate) fn no_overload(name: &str, count: usize) -> ErrorRecord {
    ErrorRecord::new(
        format!("Cannot find an overload for \"{name}\" and the argument count: \"{count}\"."),
        "System.Management.Automation.MethodException",
        "MethodCountCouldNotFindBest",
        Category::NotSpecified,
    )
}

/// The error of an argument that can't be converted for a method.
fn bad_argument(
    name: &str,
    argument: &str,
    value: &Value,
    kind: &str,
    why: &ErrorRecord,
) -> ErrorRecord {
    ErrorRecord::new(
        format!(
            "Cannot convert argument \"{argument}\", with value: \"{}\", for \"{name}\" to type \
             \"{kind}\": \"{}\"",
            to_text(value),
            why.message
        ),
        "System.Management.Automation.MethodException",
        "MethodArgumentConversionInvalidCastArgument",
        Category::NotSpecified,
    )
}

/// The arguments of a method.
pub(crate) struct Arguments<'a> {
    name: &'a str,
    values: &'a [Value],
}

impl<'a> Arguments<'a> {
    pub(crate) const fn new(name: &'a str, values: &'a [Value]) -> Self {
        Self { name, values }
    }

    pub(crate) const fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn get(&self, at: usize) -> Result<&'a Value, ErrorRecord> {
        self.values
            .get(at)
            .ok_or_else(|| no_overload(self.name, self.values.len()))
    }

    pub(crate) fn text(&self, at: usize) -> Result<String, ErrorRecord> {
        self.get(at).map(to_text)
    }

    pub(crate) fn int(&self, at: usize) -> Result<i32, ErrorRecord> {
        match self.converted(at, "System.Int32")? {
            Value::Int(number) => Ok(number),
            _ => Ok(0),
        }
    }

    pub(crate) fn long(&self, at: usize) -> Result<i64, ErrorRecord> {
        Ok(number::as_long(&self.converted(at, "System.Int64")?).unwrap_or(0))
    }

    pub(crate) fn double(&self, at: usize) -> Result<f64, ErrorRecord> {
        Ok(number::as_double(&self.converted(at, "System.Double")?).unwrap_or(0.0))
    }

    pub(crate) fn bytes(&self, at: usize) -> Result<Vec<u8>, ErrorRecord> {
        match self.converted(at, "System.Byte[]")? {
            Value::Bytes(bytes) => Ok(bytes.borrow().clone()),
            _ => Ok(Vec::new()),
        }
    }

    pub(crate) fn converted(&self, at: usize, kind: &str) -> Result<Value, ErrorRecord> {
        let value = self.get(at)?;
        cast(value, kind).map_err(|why| {
            let names = ["value", "length", "count"];
            bad_argument(
                self.name,
                names.get(at).copied().unwrap_or("value"),
                value,
                kind,
                &why,
            )
        })
    }

    pub(crate) fn failed(&self, reason: &str, exception: &str) -> ErrorRecord {
        failed(self.name, self.values.len(), reason, exception)
    }

    pub(crate) fn format(&self, reason: &str) -> ErrorRecord {
        self.failed(reason, "System.FormatException")
    }

    pub(crate) fn range(&self, reason: &str, parameter: &str) -> ErrorRecord {
        let reason = format!("{reason}\r\nParameter name: {parameter}");
        self.failed(&reason, "System.ArgumentOutOfRangeException")
    }
}

/// An object of .NET with these properties.
pub(crate) fn typed(kind: &str, properties: Vec<(&str, Value)>, shown: Option<&str>) -> Object {
    Object::typed(&[kind, "System.Object"], properties, shown)
}
