//! `Compare-Object`.

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::convert::{self, to_text};
use crate::error::Outcome;
use crate::value::{Object, Property, Value};

use super::common::{Selector, selectors};
use super::{UTILITY, declare, sort};

pub(crate) fn commands() -> Vec<Command> {
    vec![declare(
        "Compare-Object",
        UTILITY,
        "Says what two sets of objects do not share.",
        vec![
            Parameter::object("ReferenceObject").at(0).mandatory(),
            Parameter::object("DifferenceObject")
                .at(1)
                .mandatory()
                .piped(),
            Parameter::object("Property"),
            Parameter::switch("IncludeEqual"),
            Parameter::switch("ExcludeDifferent"),
            Parameter::switch("PassThru"),
            Parameter::switch("CaseSensitive"),
            Parameter::int("SyncWindow"),
            Parameter::text("Culture"),
        ],
        || {
            Box::new(Compare {
                differences: Vec::new(),
            })
        },
    )]
}

struct Compare {
    differences: Vec<Value>,
}

impl Cmdlet for Compare {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.differences.extend(
            call.argument("DifferenceObject")
                .map(|it| it.enumerate())
                .unwrap_or_default(),
        );
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let selectors = selectors(call, "Property")?;
        let reference = call
            .argument("ReferenceObject")
            .map(|it| it.enumerate())
            .unwrap_or_default();
        let case = call.switch("CaseSensitive");
        let mut left = Vec::new();
        for item in reference {
            left.push((sort::keys(call, &item, &selectors)?, item));
        }
        let mut equal = Vec::new();
        let mut right = Vec::new();
        for item in std::mem::take(&mut self.differences) {
            let keys = sort::keys(call, &item, &selectors)?;
            let found = left.iter().position(|(it, _)| alike(it, &keys, case));
            match found {
                Some(at) => equal.push(left.remove(at)),
                None => right.push((keys, item)),
            }
        }
        if call.switch("IncludeEqual") || call.switch("ExcludeDifferent") {
            for (_, item) in equal {
                result(call, &item, "==", &selectors)?;
            }
        }
        if call.switch("ExcludeDifferent") {
            return Ok(());
        }
        for (_, item) in right {
            result(call, &item, "=>", &selectors)?;
        }
        for (_, item) in left {
            result(call, &item, "<=", &selectors)?;
        }
        Ok(())
    }
}

fn alike(one: &[Value], other: &[Value], case: bool) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            one.is_null() == other.is_null()
                && convert::equals_case(
                    &Value::from(to_text(one)),
                    &Value::from(to_text(other)),
                    case,
                )
        })
}

fn result(call: &mut dyn Call, item: &Value, side: &str, selectors: &[Selector]) -> Outcome {
    if call.switch("PassThru") {
        if let Value::Object(object) = item {
            object.add("SideIndicator", Property::Note(Value::text(side)));
        }
        return call.write_whole(item.clone());
    }
    let mut members = Vec::new();
    if selectors.is_empty() {
        members.push(("InputObject".to_owned(), item.clone()));
    }
    for selector in selectors {
        members.push((selector.label.clone(), selector.value(call, item)?));
    }
    members.push(("SideIndicator".to_owned(), Value::text(side)));
    call.write(Value::Object(Object::custom(members)))
}
