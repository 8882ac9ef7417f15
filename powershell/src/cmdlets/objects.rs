//! `Where-Object` and `ForEach-Object`.

use std::cmp::Ordering;

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::convert::{self, to_bool, to_text};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::types;
use crate::value::{ScriptBlock, Value};

use super::common::{self, input};
use super::output::write_all;
use super::{CORE, declare};

/// The operators of the simplified form: case never matters but in the `C` forms.
const OPERATORS: [&str; 21] = [
    "EQ",
    "NE",
    "GT",
    "GE",
    "LT",
    "LE",
    "Like",
    "NotLike",
    "Match",
    "NotMatch",
    "Contains",
    "NotContains",
    "In",
    "NotIn",
    "Is",
    "IsNot",
    "CEQ",
    "CNE",
    "CLike",
    "CMatch",
    "CContains",
];

const MORE: [&str; 8] = [
    "CGT",
    "CGE",
    "CLT",
    "CLE",
    "CNotLike",
    "CNotMatch",
    "CNotContains",
    "CIn",
];

pub(crate) fn commands() -> Vec<Command> {
    let mut parameters = vec![
        input(),
        Parameter::new("FilterScript", "System.Management.Automation.ScriptBlock")
            .at(0)
            .mandatory()
            .in_sets(&["ScriptBlockSet"]),
        Parameter::text("Property")
            .at(0)
            .mandatory()
            .in_sets(&["EqualSet"]),
        Parameter::object("Value")
            .at(1)
            .nullable()
            .in_sets(&["EqualSet"]),
    ];
    for name in OPERATORS.iter().chain(&MORE) {
        let aliases: &[&str] = match *name {
            "EQ" => &["IEQ"],
            "NE" => &["INE"],
            "Like" => &["ILike"],
            "NotLike" => &["INotLike"],
            "Match" => &["IMatch"],
            "NotMatch" => &["INotMatch"],
            "Contains" => &["IContains"],
            "In" => &["IIn"],
            _ => &[],
        };
        parameters.push(Parameter::switch(name).or(aliases).in_sets(&["EqualSet"]));
    }
    vec![
        declare(
            "Where-Object",
            CORE,
            "Keeps the objects that fit.",
            parameters,
            || Box::new(Where),
        )
        .by_default("ScriptBlockSet"),
        declare(
            "ForEach-Object",
            CORE,
            "Does something with every object.",
            vec![
                input(),
                Parameter::new("Process", "System.Management.Automation.ScriptBlock[]")
                    .at(0)
                    .mandatory()
                    .nullable()
                    .in_sets(&["ScriptBlockSet"]),
                Parameter::new("Begin", "System.Management.Automation.ScriptBlock")
                    .in_sets(&["ScriptBlockSet"]),
                Parameter::new("End", "System.Management.Automation.ScriptBlock")
                    .in_sets(&["ScriptBlockSet"]),
                Parameter::new(
                    "RemainingScripts",
                    "System.Management.Automation.ScriptBlock[]",
                )
                .rest()
                .in_sets(&["ScriptBlockSet"]),
                Parameter::text("MemberName")
                    .at(0)
                    .mandatory()
                    .in_sets(&["PropertyAndMethodSet"]),
                Parameter::object("ArgumentList")
                    .or(&["Args"])
                    .rest()
                    .in_sets(&["PropertyAndMethodSet"]),
                // Of PowerShell 7: here one object comes after the other.
                Parameter::new("Parallel", "System.Management.Automation.ScriptBlock")
                    .mandatory()
                    .in_sets(&["ParallelParameterSet"]),
                Parameter::int("ThrottleLimit").in_sets(&["ParallelParameterSet"]),
                Parameter::int("TimeoutSeconds").in_sets(&["ParallelParameterSet"]),
            ],
            || Box::new(ForEach),
        )
        .by_default("ScriptBlockSet"),
    ]
}

struct Where;

impl Cmdlet for Where {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        let Some(item) = call.argument("InputObject") else {
            return Ok(());
        };
        let keep = match call.argument("FilterScript") {
            Some(Value::Block(block)) => {
                let found = call.run(&block, Some(item.clone()), &[])?;
                to_bool(&Value::collected(found))
            }
            _ => compared(call, &item)?,
        };
        if keep { call.write_whole(item) } else { Ok(()) }
    }
}

fn compared(call: &mut dyn Call, item: &Value) -> Outcome<bool> {
    let property = common::text(call, "Property").unwrap_or_default();
    let value = call.member(item, &property)?;
    let wanted = OPERATORS.iter().chain(&MORE).find(|it| call.switch(it));
    let Some(operator) = wanted else {
        if call.is_given("Value") {
            let record = ErrorRecord::new(
                "The specified operator requires both the -Property and -Value parameters. Provide \
                 values for both parameters, and then try the command again.",
                "System.Management.Automation.PSArgumentException",
                "OperatorNotSpecified",
                Category::InvalidArgument,
            );
            return Err(record.into());
        }
        return Ok(to_bool(&value));
    };
    let right = call.argument("Value").unwrap_or_default();
    let case = operator.starts_with('C') && *operator != "Contains";
    let bare = if case { &operator[1..] } else { operator };
    decide(bare, &value, &right, case)
}

fn decide(operator: &str, left: &Value, right: &Value, case: bool) -> Outcome<bool> {
    let lower = operator.to_ascii_lowercase();
    if let Some(positive) = lower.strip_prefix("not") {
        return decide(positive, left, right, case).map(|it| !it);
    }
    if matches!(lower.as_str(), "contains" | "in") {
        let (all, one) = if lower == "in" {
            (right, left)
        } else {
            (left, right)
        };
        return Ok(all
            .enumerate()
            .iter()
            .any(|it| convert::equals_case(it, one, case)));
    }
    // A collection on the left keeps what fits; something is true.
    if let Value::Array(array) = left {
        let mut any = false;
        for value in array.borrow().iter() {
            any |= decide(operator, value, right, case)?;
        }
        return Ok(any);
    }
    Ok(match lower.as_str() {
        "eq" => convert::equals_case(left, right, case),
        "ne" => !convert::equals_case(left, right, case),
        "like" => common::like(&to_text(right), &to_text(left)),
        "match" => {
            let regex = types::regex::compile(&to_text(right), case)?;
            regex.is_match(&to_text(left)).unwrap_or(false)
        }
        "is" => is_kind(left, right),
        "isnot" => !is_kind(left, right),
        _ => {
            let order = convert::compare(left, right, case)?;
            match lower.as_str() {
                "gt" => order == Ordering::Greater,
                "ge" => order != Ordering::Less,
                "lt" => order == Ordering::Less,
                _ => order != Ordering::Greater,
            }
        }
    })
}

fn is_kind(value: &Value, kind: &Value) -> bool {
    let full = match kind {
        Value::Type(name) => Some(name.clone()),
        other => convert::resolve_type(&to_text(other)),
    };
    full.is_some_and(|it| convert::is_type(value, &it))
}

struct ForEach;

/// The blocks for begin, process and end. Blocks without names are process; of several the
/// first is begin and the last, from three on, is end.
fn blocks(call: &dyn Call) -> (Option<ScriptBlock>, Vec<ScriptBlock>, Option<ScriptBlock>) {
    let of = |name: &str| -> Vec<ScriptBlock> {
        let values = call
            .argument(name)
            .map(|it| it.enumerate())
            .unwrap_or_default();
        let blocks = values.into_iter().filter_map(|it| match it {
            Value::Block(block) => Some(block),
            _ => None,
        });
        blocks.collect()
    };
    let mut begin = of("Begin").into_iter().next();
    let mut end = of("End").into_iter().next();
    let mut process = of("Process");
    process.extend(of("RemainingScripts"));
    if begin.is_none() && process.len() > 1 {
        begin = Some(process.remove(0));
    }
    if end.is_none() && process.len() > 1 {
        end = process.pop();
    }
    (begin, process, end)
}

impl Cmdlet for ForEach {
    fn begin(&mut self, call: &mut dyn Call) -> Outcome {
        if let (Some(block), ..) = blocks(call) {
            let written = call.run(&block, None, &[])?;
            write_all(call, written)?;
        }
        Ok(())
    }

    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        let Some(item) = call.argument("InputObject") else {
            return Ok(());
        };
        if let Some(name) = common::text(call, "MemberName") {
            return member(call, &item, &name);
        }
        if let Some(Value::Block(block)) = call.argument("Parallel") {
            let written = call.run(&block, Some(item), &[])?;
            return write_all(call, written);
        }
        let (_, process, _) = blocks(call);
        for block in process {
            let written = call.run(&block, Some(item.clone()), &[])?;
            write_all(call, written)?;
        }
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        if let (_, _, Some(block)) = blocks(call) {
            let written = call.run(&block, None, &[])?;
            write_all(call, written)?;
        }
        Ok(())
    }
}

fn member(call: &mut dyn Call, item: &Value, name: &str) -> Outcome {
    let arguments = call
        .argument("ArgumentList")
        .map(|it| it.enumerate())
        .unwrap_or_default();
    let found = call.member(item, name)?;
    if !found.is_null() && arguments.is_empty() {
        return call.write(found);
    }
    match types::call(item, name, &arguments) {
        Some(Ok(Value::Null)) => Ok(()),
        Some(done) => call.write(done?),
        None => call.write(Value::Null),
    }
}
