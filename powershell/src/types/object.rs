//! Objects of .NET that are no plain values: string builders, stopwatches, credentials, the
//! view of an object's members, types themselves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use jiff::Timestamp;

use crate::convert::{is_custom, number, to_text, type_name};
use crate::error::{Category, ErrorRecord};
use crate::value::{Array, ArrayKind, CUSTOM, Object, Property, Value};

pub(crate) use super::kind::type_parts;
use super::{Arguments, Called, no_property, typed};

/// The text of a `[System.Text.StringBuilder]`.
pub(super) struct Builder(pub(super) RefCell<String>);

/// A stopwatch: what it has measured, and since when it runs.
struct Stopwatch {
    elapsed: Cell<i64>,
    since: Cell<Option<Timestamp>>,
}

/// A generator of random numbers and its state.
pub(super) struct Random(pub(super) Cell<u64>);

/// The object that a member belongs to.
struct Owner(Value);

/// What an object says of itself where it is not made from its properties.
pub(crate) fn own_text(object: &Object) -> Option<String> {
    if let Some(builder) = object.native::<Builder>() {
        return Some(builder.0.borrow().clone());
    }
    if let Some(node) = super::xml::node_of(object) {
        return Some(super::xml::local(&node.borrow().name).to_owned());
    }
    match object.type_names().first().map(AsRef::as_ref) {
        Some("System.Management.Automation.PSObject.View") => {
            object.native::<Owner>().map(|it| to_text(&it.0))
        }
        _ => None,
    }
}

/// The owner of a member, where it is an object.
pub(crate) fn owner(object: &Object) -> Option<Object> {
    match &object.native::<Owner>()?.0 {
        Value::Object(owner) => Some(owner.clone()),
        _ => None,
    }
}

/// Its properties beyond those it holds.
pub(crate) fn member(object: &Object, lower: &str) -> Option<Value> {
    if let Some(node) = super::xml::node_of(object) {
        return super::xml::member(node, lower);
    }
    if let Some(builder) = object.native::<Builder>() {
        let length = builder.0.borrow().chars().count();
        return matches!(lower, "length" | "capacity").then(|| number::length(length));
    }
    if let Some(watch) = object.native::<Stopwatch>() {
        return watch_member(watch.elapsed.get(), watch.since.get().is_some(), lower);
    }
    if lower == "value"
        && let Some(owner) = object.native::<Owner>()
    {
        let name = to_text(&object.get("Name")?);
        return super::member(&owner.0, &name);
    }
    None
}

fn watch_member(ticks: i64, running: bool, lower: &str) -> Option<Value> {
    match lower {
        "elapsed" => Some(Value::TimeSpan(ticks)),
        "elapsedmilliseconds" => Some(Value::Long(ticks / 10_000)),
        "elapsedticks" => Some(Value::Long(ticks)),
        "isrunning" => Some(Value::Bool(running)),
        _ => None,
    }
}

/// The ticks between two moments.
fn ticks_between(start: Timestamp, end: Timestamp) -> i64 {
    i64::try_from((end.as_nanosecond() - start.as_nanosecond()) / 100).unwrap_or(0)
}

/// Properties that depend on the time.
pub(crate) fn live_member(object: &Object, lower: &str, now: Timestamp) -> Option<Value> {
    let watch = object.native::<Stopwatch>()?;
    let running = watch
        .since
        .get()
        .map_or(0, |since| ticks_between(since, now));
    watch_member(
        watch.elapsed.get() + running,
        watch.since.get().is_some(),
        lower,
    )
}

/// Methods that depend on the time.
pub(crate) fn live_call(object: &Object, lower: &str, now: Timestamp) -> Called {
    let watch = object.native::<Stopwatch>()?;
    let running = watch
        .since
        .get()
        .map_or(0, |since| ticks_between(since, now));
    match lower {
        "start" if watch.since.get().is_none() => watch.since.set(Some(now)),
        "start" => {}
        "stop" => {
            watch.elapsed.set(watch.elapsed.get() + running);
            watch.since.set(None);
        }
        "reset" | "restart" => {
            watch.elapsed.set(0);
            watch.since.set((lower == "restart").then_some(now));
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

/// A stopwatch that runs from a moment on, or not yet.
pub(crate) fn ticking(since: Option<Timestamp>) -> Value {
    let watch = Stopwatch {
        elapsed: Cell::new(0),
        since: Cell::new(since),
    };
    let none: Vec<(&str, Value)> = Vec::new();
    let object = typed("System.Diagnostics.Stopwatch", none, None);
    Value::Object(object.with_native(Rc::new(watch)))
}

/// Sets a property.
pub(crate) fn set_member(object: &Object, name: &str, new: Value) -> Result<(), ErrorRecord> {
    if name.eq_ignore_ascii_case("Value")
        && let Some(owner) = object.native::<Owner>()
    {
        let own = object.get("Name").map_or(String::new(), |it| to_text(&it));
        return super::set_member(&owner.0, &own, new);
    }
    if let Some(node) = super::xml::node_of(object)
        && super::xml::set_member(node, name, &new)
    {
        return Ok(());
    }
    match object.property(name) {
        Some(Property::Alias(other)) => set_member(object, &other, new),
        Some(_) if !object.is_read_only() => {
            object.set(name, new);
            Ok(())
        }
        Some(_) => Err(ErrorRecord::new(
            format!("'{name}' is a ReadOnly property."),
            "System.Management.Automation.RuntimeException",
            "PropertyIsReadOnly",
            Category::InvalidOperation,
        )),
        None if object
            .type_names()
            .first()
            .is_some_and(|it| crate::convert::names::is_model(it)) =>
        {
            object.add(name, Property::Member(new));
            Ok(())
        }
        None => Err(no_property(name)),
    }
}

/// `PSObject` of a value: its properties, methods and types.
pub(crate) fn ps_object(value: &Value) -> Value {
    let types: Vec<Rc<str>> = match value {
        Value::Object(object) => object.type_names().to_vec(),
        other => vec![type_name(other), Rc::from("System.Object")],
    };
    let properties = named(
        "System.Management.Automation.PSMemberInfoIntegratingCollection[PSPropertyInfo]",
        infos(value),
    );
    let base = match value {
        Value::Object(object) if !is_custom(object) => value.clone(),
        Value::Object(_) => Value::Null,
        other => other.clone(),
    };
    let members = vec![
        ("Members", properties.clone()),
        ("Properties", properties),
        ("Methods", Value::array([])),
        ("ImmediateBaseObject", base.clone()),
        ("BaseObject", base),
        (
            "TypeNames",
            Value::Array(Array::new(
                ArrayKind::Named(Rc::from(
                    "System.Collections.ObjectModel.Collection[System.String]",
                )),
                types.iter().map(Value::text),
            )),
        ),
    ];
    let view = typed("System.Management.Automation.PSObject.View", members, None);
    Value::Object(view.with_native(Rc::new(Owner(value.clone()))))
}

fn named(name: &str, all: Vec<Value>) -> Value {
    Value::Array(Array::new(ArrayKind::Named(Rc::from(name)), all))
}

fn infos(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(object) => {
            let properties = object.properties();
            properties
                .iter()
                .map(|(name, it)| info(value, name, it))
                .collect()
        }
        Value::Table(_) => ["IsReadOnly", "IsFixedSize", "Keys", "Values", "Count"]
            .iter()
            .filter_map(|name| Some((name, super::member(value, name)?)))
            .map(|(name, it)| info(value, name, &Property::Member(it)))
            .collect(),
        other => public_names(other)
            .iter()
            .filter_map(|name| Some((name, super::member(other, name)?)))
            .map(|(name, it)| info(value, name, &Property::Member(it)))
            .collect(),
    }
}

/// The properties that values of .NET show.
pub(crate) fn public_names(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Text(_) => &["Length"],
        Value::Array(_) | Value::Bytes(_) => &["Count", "Length"],
        Value::DateTime(_) => &[
            "Date",
            "Day",
            "DayOfWeek",
            "DayOfYear",
            "Hour",
            "Kind",
            "Millisecond",
            "Minute",
            "Month",
            "Second",
            "Ticks",
            "TimeOfDay",
            "Year",
            "DateTime",
        ],
        Value::TimeSpan(_) => &[
            "Ticks",
            "Days",
            "Hours",
            "Milliseconds",
            "Minutes",
            "Seconds",
            "TotalDays",
            "TotalHours",
            "TotalMilliseconds",
            "TotalMinutes",
            "TotalSeconds",
        ],
        Value::Version(_) => &["Major", "Minor", "Build", "Revision"],
        Value::Error(_) => &[
            "Exception",
            "TargetObject",
            "CategoryInfo",
            "FullyQualifiedErrorId",
            "ErrorDetails",
            "InvocationInfo",
            "ScriptStackTrace",
            "PipelineIterationInfo",
        ],
        Value::Type(_) => &["Name", "FullName", "Namespace", "BaseType", "IsArray"],
        _ => &[],
    }
}

fn info(owner: &Value, name: &str, property: &Property) -> Value {
    let (kind, held) = match property {
        Property::Note(value) => ("NoteProperty", Some(value.clone())),
        Property::Member(value) => ("Property", Some(value.clone())),
        Property::Script(_) => ("ScriptProperty", None),
        Property::Alias(_) => ("AliasProperty", None),
    };
    let of = match &held {
        Some(Value::Null) | None => Rc::from("System.Object"),
        Some(value) => type_name(value),
    };
    let mut properties = vec![
        ("MemberType", Value::text(kind)),
        ("IsSettable", Value::Bool(true)),
        ("IsGettable", Value::Bool(true)),
    ];
    if let Some(value) = held {
        properties.push(("Value", value));
    }
    properties.extend([
        ("TypeNameOfValue", Value::Text(of)),
        ("Name", Value::text(name)),
        ("IsInstance", Value::Bool(kind == "NoteProperty")),
    ]);
    let class = format!("System.Management.Automation.PS{kind}");
    let object = typed(&class, properties, None);
    Value::Object(object.with_native(Rc::new(Owner(owner.clone()))))
}

/// Its methods.
pub(crate) fn call(object: &Object, name: &str, lower: &str, values: &[Value]) -> Called {
    if let Some(node) = super::xml::node_of(object)
        && let Some(done) = super::xml::call(object, node, name, values)
    {
        return Some(done);
    }
    let arguments = Arguments::new(name, values);
    if let Some(builder) = object.native::<Builder>() {
        return builder_call(object, &builder.0, lower, &arguments);
    }
    if let Some(random) = object.native::<Random>() {
        return random_call(random, lower, &arguments);
    }
    if let Some(entry) = super::domain::call(object, lower) {
        return Some(Ok(entry));
    }
    if let Some(owner) = object.native::<Owner>()
        && lower == "copy"
    {
        return Some(Ok(copy(&owner.0)));
    }
    match (object.type_names().first().map(AsRef::as_ref), lower) {
        (Some("System.Management.Automation.PSCredential"), "getnetworkcredential") => {
            Some(Ok(super::net::network_credential(object)))
        }
        (_, "hasflag") => {
            let bits = super::enums::value_of(object)?;
            Some(
                arguments
                    .converted(0, object.type_names().first()?)
                    .map(|flag| match flag {
                        Value::Object(flag) => {
                            let flag = super::enums::value_of(&flag).unwrap_or(0);
                            Value::Bool(bits & flag == flag)
                        }
                        _ => Value::Bool(false),
                    }),
            )
        }
        (Some("System.Xml.XmlNamespaceManager"), "addnamespace") => Some(Ok(Value::Null)),
        (_, "getbaseexception") => Some(Ok(innermost(object))),
        (_, "gettype") if is_custom(object) => Some(Ok(Value::Type(Rc::from(CUSTOM)))),
        (Some(kind), _) if kind.starts_with("System.Text.") && kind.ends_with("Encoding") => {
            super::encoding::call(kind, lower, &arguments)
        }
        _ => None,
    }
}

fn innermost(object: &Object) -> Value {
    match object.get("InnerException") {
        Some(Value::Object(inner)) => innermost(&inner),
        _ => Value::Object(object.clone()),
    }
}

/// A copy with the same properties.
pub(crate) fn copy(value: &Value) -> Value {
    let Value::Object(object) = value else {
        return value.clone();
    };
    let types: Vec<&str> = object.type_names().iter().map(AsRef::as_ref).collect();
    let none: Vec<(&str, Value)> = Vec::new();
    let copy = Object::typed(&types, none, object.shown().map(AsRef::as_ref));
    for (name, property) in object.properties().iter() {
        copy.add(name, property.clone());
    }
    Value::Object(copy)
}

fn builder_call(
    object: &Object,
    text: &RefCell<String>,
    lower: &str,
    arguments: &Arguments<'_>,
) -> Called {
    let itself = || Value::Object(object.clone());
    let run = || -> Result<Option<Value>, ErrorRecord> {
        match lower {
            "append" => text.borrow_mut().push_str(&arguments.text(0)?),
            "appendline" => {
                let line = if arguments.len() > 0 {
                    arguments.text(0)?
                } else {
                    String::new()
                };
                text.borrow_mut().push_str(format!("{line}\r\n").as_str());
            }
            "appendformat" => {
                let rest: Vec<Value> = (1..arguments.len())
                    .filter_map(|it| arguments.get(it).ok().cloned())
                    .collect();
                let made = crate::format::composite(&arguments.text(0)?, &rest)
                    .map_err(|reason| arguments.format(&reason))?;
                text.borrow_mut().push_str(&made);
            }
            "clear" => text.borrow_mut().clear(),
            "insert" | "remove" | "replace" => {
                let now: Rc<str> = Rc::from(text.borrow().as_str());
                let values: Vec<Value> = (0..arguments.len())
                    .filter_map(|it| arguments.get(it).ok().cloned())
                    .collect();
                if let Some(done) = super::text::call(&now, arguments.name, lower, &values) {
                    *text.borrow_mut() = to_text(&done?);
                }
            }
            "tostring" => return Ok(Some(Value::from(text.borrow().clone()))),
            _ => return Ok(None),
        }
        Ok(Some(itself()))
    };
    run().transpose()
}

/// The next number of a generator that is good enough to be repeatable.
fn next(random: &Random) -> u64 {
    let state = random.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    random.0.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// A fraction from 0 up to 1, without 1.
pub(crate) fn fraction(bits: u64) -> f64 {
    let high = i64::try_from(bits >> 11).unwrap_or(0);
    number::real(high) / 9_007_199_254_740_992.0
}

/// A number between two bounds, the upper one left out.
pub(crate) fn between(bits: u64, low: i64, high: i64) -> i64 {
    let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0).max(1);
    low.saturating_add(i64::try_from(bits % width).unwrap_or(0))
}

fn random_call(random: &Random, lower: &str, arguments: &Arguments<'_>) -> Called {
    let done = match (lower, arguments.len()) {
        ("next", 0) => Ok(number::fitting(between(
            next(random),
            0,
            i64::from(i32::MAX),
        ))),
        ("next", 1) => arguments
            .long(0)
            .map(|high| number::fitting(between(next(random), 0, high))),
        ("next", _) => arguments.long(0).and_then(|low| {
            Ok(number::fitting(between(
                next(random),
                low,
                arguments.long(1)?,
            )))
        }),
        ("nextdouble", _) => Ok(Value::Double(fraction(next(random)))),
        ("nextbytes", _) => arguments.get(0).map(|it| {
            if let Value::Bytes(bytes) = it {
                for byte in bytes.borrow_mut().iter_mut() {
                    *byte = next(random).to_le_bytes()[0];
                }
            }
            Value::Null
        }),
        _ => return None,
    };
    Some(done)
}

/// The methods of a `[securestring]`.
pub(crate) fn secure_call(text: &Rc<str>, lower: &str) -> Called {
    match lower {
        "copy" => Some(Ok(Value::Secure(Rc::clone(text)))),
        "makereadonly" | "dispose" => Some(Ok(Value::Null)),
        _ => None,
    }
}
