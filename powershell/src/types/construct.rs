//! Objects of .NET that scripts make.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::convert::{cast, is_custom, number, to_text};
use crate::error::ErrorRecord;
use crate::host::Host;
use crate::value::{CUSTOM, Object, Property, Table, Value};

use super::object::{Builder, Random, ticking};
use super::{Arguments, Called, typed};

/// Makes an object; `None` where the type can't be made.
pub(crate) fn construct(kind: &str, values: &[Value], host: &mut dyn Host) -> Called {
    let arguments = Arguments::new(".ctor", values);
    let done = match kind {
        "System.Object" | "System.Management.Automation.PSObject" | CUSTOM => Ok(plain(values)),
        "System.Text.StringBuilder" => {
            let text = match values.first() {
                Some(Value::Text(text)) => text.to_string(),
                _ => String::new(),
            };
            let none: Vec<(&str, Value)> = Vec::new();
            let object = typed(kind, none, None);
            Ok(Value::Object(
                object.with_native(Rc::new(Builder(RefCell::new(text)))),
            ))
        }
        "System.Diagnostics.Stopwatch" => Ok(ticking(None)),
        "System.Random" => {
            let seed = match values.first().and_then(number::as_long) {
                Some(seed) => seed.unsigned_abs(),
                None => host.random(),
            };
            let none: Vec<(&str, Value)> = Vec::new();
            Ok(Value::Object(
                typed(kind, none, None).with_native(Rc::new(Random(Cell::new(seed)))),
            ))
        }
        "System.String" => construct_text(&arguments),
        "System.Guid" => construct_guid(&arguments),
        "System.DateTime" => super::time_static::construct(&arguments),
        "System.TimeSpan" => super::time_static::construct_span(&arguments),
        "System.Version" => construct_version(&arguments),
        "System.Text.RegularExpressions.Regex" => return super::regex::construct(values),
        "System.Management.Automation.PSReference" => {
            let value = values.first().cloned().unwrap_or_default();
            Ok(Value::Object(typed(kind, vec![("Value", value)], None)))
        }
        "System.Security.SecureString" => Ok(Value::Secure(Rc::from(""))),
        "System.Text.UTF8Encoding"
        | "System.Text.ASCIIEncoding"
        | "System.Text.UnicodeEncoding" => Ok(super::encoding::named(kind, values)),
        "System.Management.Automation.PSNoteProperty" => arguments.text(0).map(|name| {
            let value = values.get(1).cloned().unwrap_or_default();
            Value::Object(typed(
                kind,
                vec![("Value", value), ("Name", Value::from(name))],
                None,
            ))
        }),
        "System.Management.Automation.Host.ChoiceDescription" => arguments.text(0).map(|label| {
            let help = values.get(1).map_or(String::new(), to_text);
            let members = vec![
                ("Label", Value::from(label)),
                ("HelpMessage", Value::from(help)),
            ];
            Value::Object(typed(kind, members, None))
        }),
        "System.Xml.XmlDocument" => Ok(super::xml::object(&super::xml::empty())),
        "System.Xml.XmlNamespaceManager" => Ok(super::xml::manager()),
        "System.Management.Automation.ErrorRecord" => return super::error::construct(values),
        _ if crate::convert::names::is_model(kind) => Ok(Value::Object(Object::typed::<&str>(
            &[kind, "System.Object"],
            [],
            None,
        ))),
        _ if kind.ends_with("Exception") => return super::error::construct_exception(kind, values),
        _ => return super::net::construct(kind, &arguments),
    };
    Some(done)
}

/// `New-Object PSObject`: with a hashtable it takes its entries.
fn plain(values: &[Value]) -> Value {
    match values.first() {
        Some(table @ Value::Table(_)) => cast(table, CUSTOM).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Object(Object::custom(Vec::<(&str, Value)>::new())),
    }
}

fn construct_text(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    match (arguments.get(0)?, arguments.get(1)) {
        (Value::Array(array), _) => Ok(Value::from(
            array.borrow().iter().map(to_text).collect::<String>(),
        )),
        (text, Ok(_)) => {
            let count = usize::try_from(arguments.int(1)?).unwrap_or(0).min(1 << 20);
            Ok(Value::from(to_text(text).repeat(count)))
        }
        (text, Err(_)) => Ok(Value::from(to_text(text))),
    }
}

fn construct_guid(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    let Ok(first) = arguments.get(0) else {
        return Ok(Value::Guid(uuid::Uuid::nil()));
    };
    match first {
        Value::Bytes(_) | Value::Array(_) => {
            let bytes = arguments.bytes(0)?;
            <[u8; 16]>::try_from(bytes.as_slice())
                .map(|it| Value::Guid(uuid::Uuid::from_bytes_le(it)))
                .map_err(|_| {
                    let reason = "Byte array for GUID must be exactly 16 bytes long.";
                    arguments.failed(reason, "System.ArgumentException")
                })
        }
        Value::Guid(_) => Ok(first.clone()),
        other => super::guid::parse(&to_text(other))
            .map(Value::Guid)
            .map_err(|reason| arguments.format(reason)),
    }
}

fn construct_version(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    if arguments.len() == 1 {
        return arguments.converted(0, "System.Version");
    }
    let mut parts = [-1; 4];
    for (at, place) in parts.iter_mut().enumerate().take(arguments.len()) {
        *place = arguments.int(at)?;
    }
    Ok(Value::Version(parts))
}

/// The entries of a hashtable set as properties of an object (`New-Object -Property`).
pub(crate) fn set_all(value: &Value, table: &Table) -> Result<(), ErrorRecord> {
    for (key, new) in table.borrow().iter() {
        let name = to_text(key);
        match value {
            Value::Object(object) if is_custom(object) => {
                object.add(&name, Property::Note(new.clone()));
            }
            other => super::set_member(other, &name, new.clone())?,
        }
    }
    Ok(())
}
