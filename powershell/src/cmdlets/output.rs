//! `Write-*` and `Out-*`.

use std::rc::Rc;

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::convert::{cast, to_display, to_text};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::host::Stream;
use crate::types;
use crate::value::Value;

use super::common::{self, Collecting, input, rendered};
use super::{CORE, UTILITY, collecting, declare, simple};

/// How wide a console is.
pub(crate) const WIDTH: usize = 120;

pub(crate) fn commands() -> Vec<Command> {
    let message = |name: &str| Parameter::text(name).at(0).mandatory().piped().nullable();
    let colours = || Parameter::object("ForegroundColor").or(&["fg"]);
    let mut all = vec![
        simple(
            "Write-Host",
            UTILITY,
            "Writes text to the console.",
            vec![
                Parameter::object("Object")
                    .at(0)
                    .piped()
                    .rest()
                    .nullable()
                    .or(&["Msg", "Message"]),
                Parameter::switch("NoNewline"),
                Parameter::object("Separator"),
                colours(),
                Parameter::object("BackgroundColor").or(&["bg"]),
            ],
            write_host,
        ),
        simple(
            "Write-Output",
            UTILITY,
            "Hands objects on.",
            vec![
                Parameter::object("InputObject")
                    .at(0)
                    .mandatory()
                    .piped()
                    .rest()
                    .nullable(),
                Parameter::switch("NoEnumerate"),
            ],
            write_output,
        ),
        write_error_command(),
        simple(
            "Write-Warning",
            UTILITY,
            "Writes a warning.",
            vec![message("Message").or(&["Msg"])],
            |call| {
                let text = common::text(call, "Message").unwrap_or_default();
                call.warning(&text)
            },
        ),
        simple(
            "Write-Verbose",
            UTILITY,
            "Writes a verbose message.",
            vec![message("Message").or(&["Msg"])],
            |call| {
                let text = common::text(call, "Message").unwrap_or_default();
                call.verbose(&text)
            },
        ),
        simple(
            "Write-Debug",
            UTILITY,
            "Writes a debug message.",
            vec![message("Message").or(&["Msg"])],
            |call| {
                let text = common::text(call, "Message").unwrap_or_default();
                call.debug(&text)
            },
        ),
    ];
    all.extend(more());
    all
}

fn more() -> Vec<Command> {
    vec![
        simple(
            "Write-Information",
            UTILITY,
            "Writes information.",
            vec![
                Parameter::object("MessageData")
                    .at(0)
                    .mandatory()
                    .piped()
                    .nullable()
                    .or(&["Msg", "Message"]),
                Parameter::texts("Tags").at(1),
            ],
            write_information,
        ),
        simple(
            "Write-Progress",
            UTILITY,
            "Shows progress.",
            vec![
                Parameter::text("Activity").at(0).mandatory().nullable(),
                Parameter::text("Status").at(1).nullable(),
                Parameter::int("Id").at(2),
                Parameter::int("PercentComplete"),
                Parameter::int("SecondsRemaining"),
                Parameter::text("CurrentOperation").nullable(),
                Parameter::int("ParentId"),
                Parameter::switch("Completed"),
                Parameter::int("SourceId"),
            ],
            write_progress,
        ),
        simple(
            "Out-Null",
            CORE,
            "Throws objects away.",
            vec![input()],
            |_| Ok(()),
        ),
        collecting(
            "Out-Host",
            CORE,
            "Shows objects.",
            vec![input(), Parameter::switch("Paging")],
            show,
        ),
        collecting(
            "Out-Default",
            CORE,
            "Shows objects.",
            vec![input(), Parameter::switch("Transcript")],
            show,
        ),
        declare(
            "Out-String",
            UTILITY,
            "Makes text of objects.",
            vec![
                input(),
                Parameter::switch("Stream"),
                Parameter::int("Width"),
            ],
            || Box::new(Collecting::new(out_string)),
        ),
        collecting(
            "Tee-Object",
            UTILITY,
            "Saves objects and hands them on.",
            vec![
                input(),
                Parameter::text("FilePath").at(0),
                Parameter::text("LiteralPath").or(&["PSPath"]),
                Parameter::text("Variable"),
                Parameter::switch("Append"),
            ],
            tee,
        ),
    ]
}

fn write_error_command() -> Command {
    simple(
        "Write-Error",
        UTILITY,
        "Reports an error.",
        vec![
            Parameter::text("Message")
                .at(0)
                .piped()
                .nullable()
                .or(&["Msg"]),
            Parameter::object("Exception"),
            Parameter::object("ErrorRecord"),
            Parameter::object("Category"),
            Parameter::text("ErrorId"),
            Parameter::object("TargetObject").nullable(),
            Parameter::text("RecommendedAction"),
            Parameter::text("CategoryActivity").or(&["Activity"]),
            Parameter::text("CategoryReason").or(&["Reason"]),
            Parameter::text("CategoryTargetName").or(&["TargetName"]),
            Parameter::text("CategoryTargetType").or(&["TargetType"]),
        ],
        write_error,
    )
}

/// The text of a value for `Write-Host`, its elements separated.
fn host_text(value: &Value, separator: &str) -> String {
    match value {
        Value::Array(array) => {
            let texts: Vec<String> = array
                .borrow()
                .iter()
                .map(|it| host_text(it, separator))
                .collect();
            texts.join(separator)
        }
        Value::Bytes(_) => host_text(&Value::array(value.enumerate()), separator),
        Value::Table(table) => {
            let entry = "System.Collections.DictionaryEntry";
            vec![entry; table.borrow().len()].join(separator)
        }
        Value::Type(name) => name.to_string(),
        other => to_display(other),
    }
}

fn write_host(call: &mut dyn Call) -> Outcome {
    let separator = common::text(call, "Separator").unwrap_or_else(|| " ".to_owned());
    let colour = match call.argument("ForegroundColor") {
        Some(value) => {
            let colour =
                cast(&value, "System.ConsoleColor").map_err(|error| bad_colour(&error, &value))?;
            Some(to_text(&colour))
        }
        None => None,
    };
    let mut text = call
        .argument("Object")
        .map_or(String::new(), |it| host_text(&it, &separator))
        .replace("\r\n", "\n");
    if !call.switch("NoNewline") {
        text.push('\n');
    }
    call.host()
        .write(Stream::Information, &text, colour.as_deref());
    Ok(())
}

fn bad_colour(error: &ErrorRecord, value: &Value) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        format!("Cannot bind parameter 'ForegroundColor'. {}", error.message),
        "System.Management.Automation.ParameterBindingException",
        "CannotConvertArgumentNoMessage",
        Category::InvalidArgument,
    );
    record.target = value.clone();
    record
}

fn write_output(call: &mut dyn Call) -> Outcome {
    match call.argument("InputObject") {
        Some(value) if call.switch("NoEnumerate") => call.write_whole(value),
        Some(value) => call.write(value),
        None => Ok(()),
    }
}

const WRITTEN: &str = "Microsoft.PowerShell.Commands.WriteErrorException";

fn write_error(call: &mut dyn Call) -> Outcome {
    if let Some(Value::Error(record)) = call.argument("ErrorRecord") {
        return call.error((*record).clone());
    }
    let mut record = match call.argument("Exception") {
        Some(Value::Object(exception)) => types::error::record_of(&exception),
        _ => ErrorRecord::new("", WRITTEN, WRITTEN, Category::NotSpecified),
    };
    record.category = Category::NotSpecified;
    if let Some(message) = common::text(call, "Message") {
        record.message = message;
    }
    if let Some(category) = call.argument("Category") {
        record.category = types::error::category_of(&category);
    }
    record.id =
        Rc::from(common::text(call, "ErrorId").unwrap_or_else(|| record.exception.to_string()));
    record.target = call.argument("TargetObject").unwrap_or_default();
    record.target_name = common::text(call, "CategoryTargetName").unwrap_or_default();
    call.error(record)
}

#[expect(clippy::unnecessary_wraps, reason = "cmdlets have one signature")]
fn write_information(call: &mut dyn Call) -> Outcome {
    let wanted = call
        .variable("InformationPreference")
        .map_or(String::new(), |it| to_text(&it));
    let silent = ["", "silentlycontinue", "ignore"];
    if !silent.contains(&wanted.to_lowercase().as_str()) {
        let text = call
            .argument("MessageData")
            .map_or(String::new(), |it| host_text(&it, " "));
        call.host()
            .write(Stream::Information, &format!("{text}\n"), None);
    }
    Ok(())
}

fn write_progress(call: &mut dyn Call) -> Outcome {
    let mut text = common::text(call, "Activity").unwrap_or_default();
    if let Some(status) = common::text(call, "Status") {
        text = format!("{text}: {status}");
    }
    if let Some(percent) = call.int("PercentComplete").filter(|it| *it >= 0) {
        if percent > 100 {
            let record = ErrorRecord::new(
                format!(
                    "Cannot validate argument on parameter 'PercentComplete'. The {percent} \
                    argument is \
                     greater than the maximum allowed range of 100. Supply an argument that is \
                     less \
                     than or equal to 100 and then try the command again."
                ),
                "System.Management.Automation.ParameterBindingValidationException",
                "ParameterArgumentValidationError",
                Category::InvalidData,
            );
            return Err(record.into());
        }
        text = format!("{text} ({percent}%)");
    }
    if !call.switch("Completed") {
        call.host()
            .write(Stream::Progress, &format!("{text}\n"), None);
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn show(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let text = rendered(call, &items, WIDTH)?;
    if !text.is_empty() {
        call.host().write(Stream::Output, &text, None);
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn out_string(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let width = common::count(call, "Width").map_or(WIDTH, |it| it + 1);
    let text = rendered(call, &items, width)?;
    if call.switch("Stream") {
        for line in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
            call.write(Value::text(line))?;
        }
        return Ok(());
    }
    call.write(Value::from(
        text.replace("\r\n", "\n").replace('\n', "\r\n"),
    ))
}

/// `Tee-Object`.
pub(crate) fn tee(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    if let Some(name) = common::text(call, "Variable") {
        call.set_variable(&name, Value::collected(items.clone()));
    }
    if let Some(path) = common::text(call, "FilePath").or_else(|| common::text(call, "LiteralPath"))
    {
        let text = rendered(call, &items, WIDTH)?;
        let append = call.switch("Append");
        super::content::out_file_text(call, &path, &text, append)?;
    }
    for item in items {
        call.write_whole(item)?;
    }
    Ok(())
}

/// `Write-Output` for other cmdlets: each value as it is.
pub(crate) fn write_all(call: &mut dyn Call, values: Vec<Value>) -> Outcome {
    for value in values {
        call.write_whole(value)?;
    }
    Ok(())
}

/// A cmdlet that does nothing.
pub(crate) struct Nothing;

impl Cmdlet for Nothing {
    fn process(&mut self, _call: &mut dyn Call) -> Outcome {
        Ok(())
    }
}
