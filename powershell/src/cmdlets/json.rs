//! `ConvertTo-Json` and `ConvertFrom-Json`.

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::error::{Category, ErrorRecord, Outcome, Unwind};
use crate::value::Value;

use super::common;
use super::json_text::{Writer, parse};
use super::{UTILITY, declare};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        declare(
            "ConvertTo-Json",
            UTILITY,
            "Makes JSON of objects.",
            vec![
                Parameter::object("InputObject")
                    .at(0)
                    .mandatory()
                    .piped()
                    .nullable(),
                Parameter::int("Depth"),
                Parameter::switch("Compress"),
            ],
            || Box::new(ToJson { items: Vec::new() }),
        ),
        declare(
            "ConvertFrom-Json",
            UTILITY,
            "Makes objects of JSON.",
            vec![
                Parameter::text("InputObject")
                    .at(0)
                    .mandatory()
                    .piped()
                    .nullable(),
            ],
            || Box::new(FromJson { lines: Vec::new() }),
        ),
    ]
}

struct ToJson {
    items: Vec<Value>,
}

impl Cmdlet for ToJson {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.items.extend(call.argument("InputObject"));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        if self.items.is_empty() {
            return Ok(());
        }
        let value = Value::collected(std::mem::take(&mut self.items));
        let depth = common::count(call, "Depth").unwrap_or(2);
        if depth > 100 {
            let record = ErrorRecord::new(
                "The maximum depth allowed for serialization is 100.",
                "System.InvalidOperationException",
                "ReachedMaximumDepthAllowed",
                Category::InvalidOperation,
            );
            return Err(record.into());
        }
        let compress = call.switch("Compress");
        let mut failed = None;
        let mut members = |value: &Value, name: &str| match call.member(value, name) {
            Ok(found) => found,
            Err(Unwind::Error(_)) => Value::Null,
            Err(other) => {
                failed = Some(other);
                Value::Null
            }
        };
        let mut writer = Writer {
            depth,
            compress,
            members: &mut members,
            out: String::new(),
        };
        writer.value(&value, 0, 0);
        let text = writer.out;
        if let Some(unwind) = failed {
            return Err(unwind);
        }
        call.write(Value::from(text))
    }
}

struct FromJson {
    lines: Vec<String>,
}

impl Cmdlet for FromJson {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.lines.extend(common::text(call, "InputObject"));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let lines = std::mem::take(&mut self.lines);
        // Where the first line is a whole document, every line is one.
        let single = lines.len() > 1 && lines.first().is_some_and(|it| parse(it).is_ok());
        let texts = if single {
            lines
        } else {
            vec![lines.join("\r\n")]
        };
        for text in texts {
            if text.trim().is_empty() {
                continue;
            }
            match parse(text.trim_start_matches('\u{feff}')) {
                // A list comes down the pipeline as one.
                Ok(value) => call.write_whole(value)?,
                Err(reason) => {
                    let record = ErrorRecord::new(
                        reason,
                        "System.ArgumentException",
                        "System.ArgumentException",
                        Category::NotSpecified,
                    );
                    return Err(record.into());
                }
            }
        }
        Ok(())
    }
}
