//! What scripts see of an error: `$_.Exception`, `$_.CategoryInfo` and the rest.

use std::rc::Rc;

use crate::convert::{cast, to_text};
use crate::error::{Category, ErrorRecord};
use crate::value::{Object, Value};

use super::{Arguments, Called, object, typed};

/// The members of an error record.
pub(crate) fn member(record: &Rc<ErrorRecord>, lower: &str) -> Option<Value> {
    match lower {
        "exception" => Some(exception(record)),
        "targetobject" => Some(record.target.clone()),
        "fullyqualifiederrorid" => Some(Value::from(full_id(record))),
        "categoryinfo" => Some(category_info(record)),
        "errordetails" => Some(match &record.details {
            Some(details) => {
                let members = vec![
                    ("Message", Value::text(details)),
                    ("RecommendedAction", Value::text("")),
                ];
                let kind = "System.Management.Automation.ErrorDetails";
                Value::Object(typed(kind, members, Some(details)))
            }
            None => Value::Null,
        }),
        "invocationinfo" => Some(invocation(record)),
        "scriptstacktrace" => Some(Value::from(stack(record))),
        "pipelineiterationinfo" => Some(Value::array([])),
        _ => None,
    }
}

/// `FullyQualifiedErrorId`.
pub(crate) fn full_id(record: &ErrorRecord) -> String {
    if record.command_class.is_empty() {
        record.id.to_string()
    } else {
        format!("{},{}", record.id, record.command_class)
    }
}

/// The last part of a name with dots.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The exception of an error record as an object.
pub(crate) fn exception(record: &ErrorRecord) -> Value {
    let inner = record
        .inner
        .as_ref()
        .map_or(Value::Null, |it| exception(it));
    let kind = if record.exception.is_empty() {
        "System.Exception"
    } else {
        &*record.exception
    };
    let mut members: Vec<(&str, Value)> = record
        .properties
        .iter()
        .map(|(name, it)| (&**name, it.clone()))
        .collect();
    members.extend([
        ("Message", Value::text(&record.message)),
        ("InnerException", inner),
        ("Data", Value::Table(crate::value::Table::new(false))),
        ("HResult", Value::Int(-2_146_233_087)),
        ("HelpLink", Value::Null),
        ("Source", Value::text("System.Management.Automation")),
        ("StackTrace", Value::text("")),
        ("TargetSite", Value::Null),
    ]);
    let shown = format!("{kind}: {}", record.message);
    let types = ["System.Exception", "System.Object"];
    let mut types: Vec<&str> = types.into_iter().filter(|it| *it != kind).collect();
    types.insert(0, kind);
    Value::Object(Object::typed(&types, members, Some(&shown)))
}

fn category_info(record: &ErrorRecord) -> Value {
    let target = if record.target_name.is_empty() {
        to_text(&record.target)
    } else {
        record.target_name.clone()
    };
    let of = if record.target.is_null() {
        String::new()
    } else {
        object::type_parts(&crate::convert::type_name(&record.target)).0
    };
    let reason = last(&record.exception);
    let activity = &record.activity;
    let shown = format!(
        "{}: ({target}:{of}) [{activity}], {reason}",
        record.category
    );
    let category = super::enums::value(
        "System.Management.Automation.ErrorCategory",
        &record.category.to_string(),
    );
    let members = vec![
        (
            "Category",
            category.unwrap_or_else(|| Value::from(record.category.to_string())),
        ),
        ("Activity", Value::text(activity)),
        ("Reason", Value::text(reason)),
        ("TargetName", Value::from(target)),
        ("TargetType", Value::from(of)),
    ];
    let kind = "System.Management.Automation.ErrorCategoryInfo";
    Value::Object(typed(kind, members, Some(&shown)))
}

fn invocation(record: &ErrorRecord) -> Value {
    let position = record.position.clone().unwrap_or_default();
    let number = |it: u32| Value::Int(i32::try_from(it).unwrap_or(i32::MAX));
    let place = if position.file.is_empty() {
        "line".to_owned()
    } else {
        position.file.to_string()
    };
    let message = format!(
        "At {place}:{} char:{}\r\n+ {}",
        position.line, position.column, position.text
    );
    let members = vec![
        ("MyCommand", Value::text(&record.activity)),
        ("ScriptLineNumber", number(position.line)),
        ("OffsetInLine", number(position.column)),
        ("ScriptName", Value::text(&position.file)),
        ("Line", Value::text(&position.text)),
        ("PositionMessage", Value::from(message)),
        ("InvocationName", Value::text(&record.activity)),
    ];
    Value::Object(typed(
        "System.Management.Automation.InvocationInfo",
        members,
        None,
    ))
}

fn stack(record: &ErrorRecord) -> String {
    let position = record.position.clone().unwrap_or_default();
    let file = if position.file.is_empty() {
        "<No file>"
    } else {
        &*position.file
    };
    format!("at <ScriptBlock>, {file}: line {}", position.line)
}

/// What an exception that a script made is as an error record.
pub(crate) fn record_of(object: &Object) -> ErrorRecord {
    let kind = object
        .type_names()
        .first()
        .map_or("System.Exception", |it| it);
    let message = object
        .get("Message")
        .map_or(String::new(), |it| to_text(&it));
    let mut record = ErrorRecord::new(message.clone(), kind, &message, Category::OperationStopped);
    if let Some(Value::Object(inner)) = object.get("InnerException") {
        record.inner = Some(Rc::new(record_of(&inner)));
    }
    record
}

/// `[System.Exception]::new("…")` and its like.
#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
pub(crate) fn construct_exception(kind: &str, values: &[Value]) -> Called {
    let message = match values.first() {
        Some(first) => to_text(first),
        None => format!("Exception of type '{kind}' was thrown."),
    };
    let mut record = ErrorRecord::new(message, kind, last(kind), Category::NotSpecified);
    if let Some(Value::Object(inner)) = values.get(1) {
        record.inner = Some(Rc::new(record_of(inner)));
    }
    Some(Ok(exception(&record)))
}

/// `[System.Management.Automation.ErrorRecord]::new(exception, id, category, target)`.
#[expect(clippy::unnecessary_wraps, reason = "methods have one signature")]
pub(crate) fn construct(values: &[Value]) -> Called {
    let arguments = Arguments::new(".ctor", values);
    let run = || {
        let mut record = match arguments.get(0)? {
            Value::Object(object) => record_of(object),
            other => ErrorRecord::new(
                to_text(other),
                "System.Exception",
                "",
                Category::NotSpecified,
            ),
        };
        record.id = Rc::from(arguments.text(1)?);
        if let Ok(category) = arguments.get(2) {
            record.category = category_of(category);
        }
        record.target = arguments.get(3).cloned().unwrap_or_default();
        Ok(Value::Error(Rc::new(record)))
    };
    Some(run())
}

/// The category that a value names.
pub(crate) fn category_of(value: &Value) -> Category {
    let name = cast(value, "System.Management.Automation.ErrorCategory")
        .map_or(String::new(), |it| to_text(&it));
    CATEGORIES
        .iter()
        .copied()
        .find(|it| it.to_string() == name)
        .unwrap_or_default()
}

const CATEGORIES: [Category; 32] = [
    Category::NotSpecified,
    Category::OpenError,
    Category::CloseError,
    Category::DeviceError,
    Category::DeadlockDetected,
    Category::InvalidArgument,
    Category::InvalidData,
    Category::InvalidOperation,
    Category::InvalidResult,
    Category::InvalidType,
    Category::MetadataError,
    Category::NotImplemented,
    Category::NotInstalled,
    Category::ObjectNotFound,
    Category::OperationStopped,
    Category::OperationTimeout,
    Category::SyntaxError,
    Category::ParserError,
    Category::PermissionDenied,
    Category::ResourceBusy,
    Category::ResourceExists,
    Category::ResourceUnavailable,
    Category::ReadError,
    Category::WriteError,
    Category::FromStdErr,
    Category::SecurityError,
    Category::ProtocolError,
    Category::ConnectionError,
    Category::AuthenticationError,
    Category::LimitsExceeded,
    Category::QuotaExceeded,
    Category::NotEnabled,
];
