//! `Get-Member` and `Add-Member`.

use std::collections::BTreeMap;

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::convert::{to_text, type_name};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::types;
use crate::value::{Object, Property, Value};

use super::common::{self, input, like, object};
use super::{UTILITY, declare};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        declare(
            "Get-Member",
            UTILITY,
            "Shows what objects have and can.",
            vec![
                input(),
                Parameter::texts("Name").at(0),
                Parameter::object("MemberType").or(&["Type"]),
                Parameter::switch("Static"),
                Parameter::object("View"),
                Parameter::switch("Force"),
            ],
            || Box::new(GetMember { seen: Vec::new() }),
        ),
        declare(
            "Add-Member",
            UTILITY,
            "Gives an object a property or a method.",
            vec![
                input().mandatory(),
                Parameter::object("NotePropertyMembers")
                    .at(0)
                    .in_sets(&["NotePropertyMultiMemberSet"]),
                Parameter::object("MemberType")
                    .or(&["Type"])
                    .at(0)
                    .in_sets(&["MemberSet"]),
                Parameter::text("Name").at(1).in_sets(&["MemberSet"]),
                Parameter::object("Value")
                    .at(2)
                    .nullable()
                    .in_sets(&["MemberSet"]),
                Parameter::object("SecondValue")
                    .at(3)
                    .nullable()
                    .in_sets(&["MemberSet"]),
                Parameter::text("NotePropertyName")
                    .at(0)
                    .in_sets(&["NotePropertySingleMemberSet"]),
                Parameter::object("NotePropertyValue")
                    .at(1)
                    .nullable()
                    .in_sets(&["NotePropertySingleMemberSet"]),
                Parameter::text("TypeName"),
                Parameter::switch("Force"),
                Parameter::switch("PassThru"),
            ],
            || Box::new(AddMember),
        )
        .by_default("MemberSet"),
    ]
}

struct GetMember {
    seen: Vec<String>,
}

impl Cmdlet for GetMember {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        let Some(item) = call.argument("InputObject") else {
            return Ok(());
        };
        let kind = match &item {
            Value::Object(object) => object
                .type_names()
                .first()
                .map_or(String::new(), ToString::to_string),
            other => type_name(other).to_string(),
        };
        if self.seen.contains(&kind) {
            return Ok(());
        }
        self.seen.push(kind.clone());
        let names = common::texts(call, "Name");
        let wanted: Vec<String> = common::texts(call, "MemberType")
            .iter()
            .flat_map(|it| {
                it.split(',')
                    .map(|it| it.trim().to_lowercase())
                    .collect::<Vec<_>>()
            })
            .collect();
        for (name, (member, definition)) in all_members(&item) {
            let lower = member.to_lowercase();
            let fits = wanted.is_empty()
                || wanted.iter().any(|it| {
                    *it == lower
                        || *it == "properties" && lower.ends_with("property")
                        || *it == "methods" && lower.ends_with("method")
                });
            if fits && (names.is_empty() || names.iter().any(|it| like(it, &name))) {
                let member_type =
                    types::enums::value("System.Management.Automation.PSMemberTypes", member);
                call.write(object(
                    "Microsoft.PowerShell.Commands.MemberDefinition",
                    vec![
                        ("TypeName", Value::text(&kind)),
                        ("Name", Value::from(name)),
                        (
                            "MemberType",
                            member_type.unwrap_or_else(|| Value::text(member)),
                        ),
                        ("Definition", Value::from(definition)),
                    ],
                ))?;
            }
        }
        Ok(())
    }
}

fn all_members(item: &Value) -> BTreeMap<String, (&'static str, String)> {
    let mut all = BTreeMap::new();
    let short = |value: &Value| crate::convert::names::short_name(&type_name(value)).to_string();
    for (name, returns) in [
        ("Equals", "bool"),
        ("GetHashCode", "int"),
        ("GetType", "type"),
        ("ToString", "string"),
    ] {
        let arguments = if name == "Equals" {
            "System.Object obj"
        } else {
            ""
        };
        all.insert(
            name.to_owned(),
            ("Method", format!("{returns} {name}({arguments})")),
        );
    }
    match item {
        Value::Object(object) => {
            for (name, property) in object.properties().iter() {
                let (kind, definition) = match property {
                    Property::Note(value) => (
                        "NoteProperty",
                        format!("{} {name}={}", short(value), to_text(value)),
                    ),
                    Property::Member(value) => {
                        ("Property", format!("{} {name} {{get;set;}}", short(value)))
                    }
                    Property::Script(block) => (
                        "ScriptProperty",
                        format!("System.Object {name} {{get={};}}", block.text),
                    ),
                    Property::Alias(other) => ("AliasProperty", format!("{name} = {other}")),
                };
                all.insert(name.to_string(), (kind, definition));
            }
        }
        other => {
            for name in common::names_of(other) {
                let value = types::member(other, &name).unwrap_or_default();
                all.insert(
                    name.clone(),
                    ("Property", format!("{} {name} {{get;}}", short(&value))),
                );
            }
        }
    }
    all
}

struct AddMember;

impl Cmdlet for AddMember {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        let Some(item) = call.argument("InputObject") else {
            return Ok(());
        };
        let Value::Object(object) = &item else {
            // What is no object gets its members for nothing: they would be lost at once.
            return if call.switch("PassThru") {
                call.write_whole(item)
            } else {
                Ok(())
            };
        };
        if let Some(Value::Table(table)) = call.argument("NotePropertyMembers") {
            for (key, value) in table.borrow().iter() {
                note(call, object, &to_text(key), value.clone())?;
            }
        } else if let Some(name) = common::text(call, "NotePropertyName") {
            let value = call.argument("NotePropertyValue").unwrap_or_default();
            note(call, object, &name, value)?;
        } else {
            typed(call, object)?;
        }
        if call.switch("PassThru") {
            call.write_whole(item)
        } else {
            Ok(())
        }
    }
}

fn typed(call: &mut dyn Call, object: &Object) -> Outcome {
    let kind = common::text(call, "MemberType")
        .unwrap_or_default()
        .to_lowercase();
    let name = common::text(call, "Name").unwrap_or_default();
    let value = call.argument("Value").unwrap_or_default();
    match (kind.as_str(), &value) {
        ("noteproperty" | "", _) => return note(call, object, &name, value),
        ("scriptproperty", Value::Block(block)) => {
            object.add(&name, Property::Script(block.clone()));
        }
        ("aliasproperty", other) => {
            object.add(&name, Property::Alias(common::shared(&to_text(other))));
        }
        ("scriptmethod", Value::Block(block)) => object.add_method(&name, block.clone()),
        _ => {
            let record = ErrorRecord::new(
                format!("The member type \"{kind}\" cannot be added."),
                "System.Management.Automation.PSArgumentException",
                "CannotAddMemberType",
                Category::InvalidArgument,
            );
            return call.error(record);
        }
    }
    Ok(())
}

fn note(call: &mut dyn Call, object: &Object, name: &str, value: Value) -> Outcome {
    if object.property(name).is_some() && !call.switch("Force") {
        let record = ErrorRecord::new(
            format!(
                "Cannot add a member with the name \"{name}\" because a member with that name \
                already \
                 exists. To overwrite the member anyway, add the Force parameter to your command."
            ),
            "System.InvalidOperationException",
            "MemberAlreadyExists",
            Category::InvalidOperation,
        );
        return call.error(record.about(Value::Object(object.clone())));
    }
    object.add(name, Property::Note(value));
    Ok(())
}
