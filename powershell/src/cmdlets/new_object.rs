//! `New-Object`, `Add-Type` and `Update-TypeData`.

use crate::command::{Call, Command, Parameter, Request};
use crate::convert::{resolve_type, to_text};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::types;
use crate::value::Value;

use super::common::{self, not_simulated};
use super::{UTILITY, simple};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        simple(
            "New-Object",
            UTILITY,
            "Makes an object of a type.",
            vec![
                Parameter::text("TypeName")
                    .at(0)
                    .mandatory()
                    .in_sets(&["Net"]),
                Parameter::object("ArgumentList")
                    .at(1)
                    .nullable()
                    .or(&["Args"])
                    .in_sets(&["Net"]),
                Parameter::text("ComObject").mandatory().in_sets(&["Com"]),
                Parameter::switch("Strict").in_sets(&["Com"]),
                Parameter::object("Property"),
            ],
            new_object,
        )
        .by_default("Net"),
        simple(
            "Add-Type",
            UTILITY,
            "Loads an assembly.",
            vec![
                Parameter::text("TypeDefinition")
                    .at(0)
                    .mandatory()
                    .in_sets(&["FromSource"]),
                Parameter::texts("AssemblyName")
                    .or(&["AN"])
                    .mandatory()
                    .in_sets(&["FromAssemblyName"]),
                Parameter::texts("Path").mandatory().in_sets(&["FromPath"]),
                Parameter::text("MemberDefinition")
                    .mandatory()
                    .at(1)
                    .in_sets(&["FromMember"]),
                Parameter::text("Name")
                    .mandatory()
                    .at(0)
                    .in_sets(&["FromMember"]),
                Parameter::text("Namespace").in_sets(&["FromMember"]),
                Parameter::object("Language"),
                Parameter::texts("ReferencedAssemblies"),
                Parameter::switch("PassThru"),
                Parameter::switch("IgnoreWarnings"),
            ],
            add_type,
        )
        .by_default("FromSource"),
    ]
}

/// Assemblies whose types are there anyway.
const LOADED: [&str; 6] = [
    "system.web",
    "system.security",
    "system.core",
    "system",
    "mscorlib",
    "system.directoryservices.accountmanagement",
];

fn add_type(call: &mut dyn Call) -> Outcome {
    let names = common::texts(call, "AssemblyName");
    let known = |it: &String| LOADED.contains(&it.to_lowercase().as_str());
    if !names.is_empty() && names.iter().all(known) {
        return Ok(());
    }
    let what = match names.first() {
        Some(name) => format!("Add-Type -AssemblyName {name}"),
        None => "Add-Type".to_owned(),
    };
    Err(not_simulated(&what).into())
}

fn new_object(call: &mut dyn Call) -> Outcome {
    if let Some(name) = common::text(call, "ComObject") {
        if name.eq_ignore_ascii_case(types::com::SHELL) {
            return call.write_whole(types::com::shell());
        }
        return Err(not_simulated(&format!("The COM object {name}")).into());
    }
    let name = common::text(call, "TypeName").unwrap_or_default();
    let arguments: Vec<Value> = match call.argument("ArgumentList") {
        None => Vec::new(),
        Some(array @ Value::Array(_)) => array.enumerate(),
        Some(only) => vec![only],
    };
    let own = call.session(Request::Make(name.as_str().into(), arguments.clone()))?;
    if let Some(made) = own.into_iter().next() {
        if let Some(Value::Table(table)) = call.argument("Property") {
            types::set_all(&made, &table)?;
        }
        return call.write_whole(made);
    }
    let Some(kind) = resolve_type(&name) else {
        let lower = name.to_lowercase();
        if lower.contains("windows.forms")
            || lower.contains("drawing.")
            || lower.contains("directoryservices")
        {
            return Err(not_simulated(&format!("The type {name}")).into());
        }
        return Err(no_type(&name).into());
    };
    let made = match types::construct(&kind, &arguments, call.host()) {
        Some(made) => made.map_err(|error| constructor(error, &kind))?,
        None => return Err(not_simulated(&format!("The type {kind}")).into()),
    };
    if let Some(Value::Table(table)) = call.argument("Property") {
        types::set_all(&made, &table).map_err(|_| bad_property(&table_names(&table), &kind))?;
    }
    call.write_whole(made)
}

fn table_names(table: &crate::value::Table) -> String {
    table
        .borrow()
        .first()
        .map_or(String::new(), |(key, _)| to_text(key))
}

fn no_type(name: &str) -> ErrorRecord {
    ErrorRecord::new(
        format!(
            "Cannot find type [{name}]: verify that the assembly containing this type is loaded."
        ),
        "System.Management.Automation.PSArgumentException",
        "TypeNotFound",
        Category::InvalidType,
    )
}

fn constructor(mut error: ErrorRecord, kind: &str) -> ErrorRecord {
    if &*error.id == "MethodCountCouldNotFindBest" {
        let count = error.message.split('"').nth(3).unwrap_or("0").to_owned();
        let (short, _) = types::object::type_parts(kind);
        error.message =
            format!("Cannot find an overload for \"{short}\" and the argument count: \"{count}\".");
    }
    error.id = common::shared("ConstructorInvokedThrowException");
    error.category = Category::InvalidOperation;
    error
}

fn bad_property(name: &str, kind: &str) -> ErrorRecord {
    ErrorRecord::new(
        format!(
            "The member \"{name}\" was not found for the specified .NET object of type \"{kind}\"."
        ),
        "System.InvalidOperationException",
        "InvalidOperationException",
        Category::InvalidOperation,
    )
}
