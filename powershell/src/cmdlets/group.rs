//! `Group-Object`.

use crate::command::{Call, Command, Parameter};
use crate::convert::{self, number, to_display, to_text};
use crate::error::Outcome;
use crate::value::{Array, ArrayKind, Object, Table, Value};

use super::common::{input, selectors, shared};
use super::sort;
use super::{UTILITY, collecting};

pub(crate) fn commands() -> Vec<Command> {
    vec![collecting(
        "Group-Object",
        UTILITY,
        "Groups objects that are alike.",
        vec![
            input(),
            Parameter::object("Property").at(0),
            Parameter::switch("NoElement"),
            Parameter::switch("AsHashTable").or(&["AHT"]),
            Parameter::switch("AsString"),
            Parameter::switch("CaseSensitive"),
            Parameter::text("Culture"),
        ],
        group,
    )]
}

struct Group {
    keys: Vec<Value>,
    items: Vec<Value>,
}

fn group(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let selectors = selectors(call, "Property")?;
    let case = call.switch("CaseSensitive");
    let mut groups: Vec<Group> = Vec::new();
    for item in items {
        let keys = sort::keys(call, &item, &selectors)?;
        let same = |group: &&mut Group| {
            group.keys.len() == keys.len()
                && group
                    .keys
                    .iter()
                    .zip(&keys)
                    .all(|(one, other)| alike(one, other, case))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.items.push(item),
            None => groups.push(Group {
                keys,
                items: vec![item],
            }),
        }
    }
    if call.switch("AsHashTable") {
        return as_table(call, groups);
    }
    for group in groups {
        let object = shown(call, group);
        call.write_whole(object)?;
    }
    Ok(())
}

fn alike(one: &Value, other: &Value, case: bool) -> bool {
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        _ => convert::equals_case(
            &Value::from(to_text(one)),
            &Value::from(to_text(other)),
            case,
        ),
    }
}

fn collection(items: Vec<Value>) -> Value {
    let kind = ArrayKind::Named(shared(
        "System.Collections.ObjectModel.Collection[System.Management.Automation.PSObject]",
    ));
    Value::Array(Array::new(kind, items))
}

fn shown(call: &dyn Call, group: Group) -> Value {
    let texts: Vec<String> = group.keys.iter().map(to_display).collect();
    let name = texts.join(", ");
    let count = number::length(group.items.len());
    let values = collection(group.keys);
    let mut members = vec![
        ("Values", values),
        ("Count", count),
        ("Name", Value::text(&name)),
    ];
    let kind = if call.switch("NoElement") {
        "Microsoft.PowerShell.Commands.GroupInfoNoElement"
    } else {
        members.insert(2, ("Group", collection(group.items)));
        "Microsoft.PowerShell.Commands.GroupInfo"
    };
    Value::Object(Object::typed(&[kind, "System.Object"], members, None))
}

fn as_table(call: &mut dyn Call, groups: Vec<Group>) -> Outcome {
    let table = Table::new(false);
    for group in groups {
        let single = group.keys.len() == 1 && !call.switch("AsString");
        let key = match group.keys.into_iter().next() {
            Some(key) if single && !key.is_null() => key,
            Some(key) => Value::from(to_text(&key)),
            None => Value::text(""),
        };
        table.set(key, collection(group.items));
    }
    call.write_whole(Value::Table(table))
}
