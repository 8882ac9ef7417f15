//! `Measure-Object` and `Measure-Command`.

use crate::command::{Call, Command, Parameter};
use crate::convert::{self, clock, number, to_text};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::value::Value;

use super::common::{self, input, object};
use super::{UTILITY, collecting, simple};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        collecting(
            "Measure-Object",
            UTILITY,
            "Counts and sums up.",
            vec![
                input(),
                Parameter::texts("Property").at(0),
                Parameter::switch("Sum"),
                Parameter::switch("Average"),
                Parameter::switch("Maximum"),
                Parameter::switch("Minimum"),
                Parameter::switch("Line"),
                Parameter::switch("Word"),
                Parameter::switch("Character"),
                Parameter::switch("IgnoreWhiteSpace"),
            ],
            measure,
        ),
        simple(
            "Measure-Command",
            UTILITY,
            "Says how long a block takes.",
            vec![
                Parameter::new("Expression", "System.Management.Automation.ScriptBlock")
                    .at(0)
                    .mandatory(),
                input(),
            ],
            measure_command,
        ),
    ]
}

fn measure_command(call: &mut dyn Call) -> Outcome {
    let start = clock::local(call.host().now());
    if let Some(Value::Block(block)) = call.argument("Expression") {
        call.run(&block, call.argument("InputObject"), &[])?;
    }
    let end = clock::local(call.host().now());
    call.write(Value::TimeSpan(clock::ticks(&end) - clock::ticks(&start)))
}

fn measure(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    if call.switch("Line") || call.switch("Word") || call.switch("Character") {
        return text(&items, call);
    }
    let properties = common::texts(call, "Property");
    if properties.is_empty() {
        let values: Vec<Value> = items.into_iter().filter(|it| !it.is_null()).collect();
        return numbers(call, &values, Value::Null);
    }
    for property in properties {
        let mut values = Vec::new();
        for item in &items {
            let value = call.member(item, &property)?;
            if !value.is_null() {
                values.push(value);
            }
        }
        if values.is_empty() {
            let record = ErrorRecord::new(
                format!(
                    "The property \"{property}\" cannot be found in the input for any objects."
                ),
                "System.Management.Automation.PSArgumentException",
                "GenericMeasurePropertyNotFound",
                Category::InvalidArgument,
            );
            call.error(record)?;
            continue;
        }
        numbers(call, &values, Value::text(&property))?;
    }
    Ok(())
}

fn numbers(call: &mut dyn Call, values: &[Value], property: Value) -> Outcome {
    let (sum, average) = (call.switch("Sum"), call.switch("Average"));
    let (most, least) = (call.switch("Maximum"), call.switch("Minimum"));
    let mut total = 0.0;
    if sum || average {
        for value in values {
            let found = convert::to_number(value)
                .ok()
                .and_then(|it| number::as_double(&it));
            let Some(found) = found else {
                let record = ErrorRecord::new(
                    format!("Input object \"{}\" is not numeric.", to_text(value)),
                    "System.Management.Automation.PSInvalidCastException",
                    "NonNumericInputObject",
                    Category::InvalidType,
                );
                call.error(record.about(value.clone()))?;
                continue;
            };
            total += found;
        }
    }
    let extreme = |greatest: bool| {
        values.iter().cloned().reduce(|one, other| {
            let greater = super::sort::order(&other, &one, false).is_gt();
            if greater == greatest { other } else { one }
        })
    };
    let when = |wanted: bool, value: Option<Value>| {
        if wanted {
            value.unwrap_or_default()
        } else {
            Value::Null
        }
    };
    let count = number::length(values.len());
    let mean = number::as_double(&count)
        .filter(|it| *it > 0.0)
        .map(|it| Value::Double(total / it));
    let doubled =
        |value: Option<Value>| value.map(|it| number::as_double(&it).map_or(it, Value::Double));
    call.write(object(
        "Microsoft.PowerShell.Commands.GenericMeasureInfo",
        vec![
            ("Count", count),
            ("Average", when(average, mean)),
            ("Sum", when(sum, Some(Value::Double(total)))),
            ("Maximum", when(most, doubled(extreme(true)))),
            ("Minimum", when(least, doubled(extreme(false)))),
            ("Property", property),
        ],
    ))
}

fn text(items: &[Value], call: &mut dyn Call) -> Outcome {
    let texts: Vec<String> = items.iter().map(to_text).collect();
    let blank = call.switch("IgnoreWhiteSpace");
    let lines: usize = texts.iter().map(|it| it.lines().count()).sum();
    let words: usize = texts.iter().map(|it| it.split_whitespace().count()).sum();
    let chars: usize = texts
        .iter()
        .map(|it| {
            it.chars()
                .filter(|it| !blank || !it.is_whitespace())
                .count()
        })
        .sum();
    let when = |name: &str, it: usize| {
        if call.switch(name) {
            number::length(it)
        } else {
            Value::Null
        }
    };
    let members = vec![
        ("Lines", when("Line", lines)),
        ("Words", when("Word", words)),
        ("Characters", when("Character", chars)),
        ("Property", Value::Null),
    ];
    call.write(object(
        "Microsoft.PowerShell.Commands.TextMeasureInfo",
        members,
    ))
}
