//! Sessions to other hosts, which run here.

use crate::command::{Call, Command, Parameter};
use crate::error::Outcome;
use crate::value::{Object, Property, Value};

use super::common;
use super::output::Nothing;
use super::{CORE, UTILITY, declare, simple};

fn places() -> Vec<Parameter> {
    let mut all = vec![Parameter::texts("ComputerName").or(&["Cn"])];
    let objects = [
        "Credential",
        "Authentication",
        "ConfigurationName",
        "ConnectionUri",
        "SessionOption",
        "Port",
        "Module",
        "CommandName",
        "Id",
        "InstanceId",
        "Prefix",
        "CertificateThumbprint",
        "ThrottleLimit",
        "CommandType",
        "FormatTypeName",
        "JobName",
    ];
    let switches = [
        "AllowRedirection",
        "UseSSL",
        "AllowClobber",
        "DisableNameChecking",
        "EnableNetworkAccess",
        "HideComputerName",
        "AsJob",
    ];
    all.extend(objects.iter().map(|it| Parameter::object(it)));
    all.extend(switches.iter().map(|it| Parameter::switch(it)));
    all
}

fn with(mut first: Vec<Parameter>) -> Vec<Parameter> {
    let known: Vec<_> = first.iter().map(|it| it.name.clone()).collect();
    first.extend(places().into_iter().filter(|it| !known.contains(&it.name)));
    first
}

pub(crate) fn commands() -> Vec<Command> {
    let session = || Parameter::object("Session").at(0).piped();
    vec![
        simple(
            "New-PSSession",
            CORE,
            "Opens a session.",
            with(vec![
                Parameter::texts("ComputerName").at(0).or(&["Cn"]),
                Parameter::text("Name"),
            ]),
            new_session,
        ),
        simple(
            "Invoke-Command",
            CORE,
            "Runs a block on a host.",
            with(vec![
                Parameter::texts("ComputerName")
                    .at(0)
                    .or(&["Cn"])
                    .in_sets(&["ComputerName"]),
                Parameter::object("Session").at(0).in_sets(&["Session"]),
                Parameter::new("ScriptBlock", "System.Management.Automation.ScriptBlock")
                    .mandatory()
                    .or(&["Command"])
                    .at(1)
                    .in_sets(&["ComputerName", "Session"]),
                Parameter::new("ScriptBlock", "System.Management.Automation.ScriptBlock")
                    .mandatory()
                    .or(&["Command"])
                    .at(0)
                    .in_sets(&["InProcess"]),
                Parameter::object("ArgumentList").or(&["Args"]),
                Parameter::object("InputObject").piped(),
                Parameter::switch("NoNewScope").in_sets(&["InProcess"]),
            ]),
            invoke,
        )
        .by_default("InProcess"),
        declare(
            "Remove-PSSession",
            CORE,
            "Closes a session.",
            with(vec![
                session(),
                Parameter::texts("Name"),
                Parameter::object("Id"),
                Parameter::texts("ComputerName").or(&["Cn"]),
            ]),
            || Box::new(Nothing),
        ),
        declare(
            "Import-PSSession",
            UTILITY,
            "Takes the commands of a session.",
            with(vec![session()]),
            || Box::new(Nothing),
        ),
        declare(
            "Enter-PSSession",
            CORE,
            "Works in a session.",
            with(vec![session()]),
            || Box::new(Nothing),
        ),
        declare(
            "Exit-PSSession",
            CORE,
            "Leaves a session.",
            Vec::new(),
            || Box::new(Nothing),
        ),
        declare(
            "Get-PSSession",
            CORE,
            "Sessions that are open.",
            with(vec![Parameter::texts("Name")]),
            || Box::new(Nothing),
        ),
    ]
}

fn new_session(call: &mut dyn Call) -> Outcome {
    let mut hosts = common::texts(call, "ComputerName");
    hosts.extend(common::text(call, "ConnectionUri"));
    if hosts.is_empty() {
        hosts.push("localhost".to_owned());
    }
    for (at, host) in hosts.iter().enumerate() {
        let id = crate::convert::number::length(at + 1);
        let name = common::text(call, "Name").unwrap_or_else(|| format!("Session{}", at + 1));
        let configuration = common::text(call, "ConfigurationName")
            .unwrap_or_else(|| "Microsoft.PowerShell".to_owned());
        let members = [
            ("Id", id),
            ("Name", Value::from(name)),
            ("ComputerName", Value::text(host)),
            ("ComputerType", Value::text("RemoteMachine")),
            ("State", Value::text("Opened")),
            ("ConfigurationName", Value::from(configuration)),
            ("Availability", Value::text("Available")),
        ];
        let kinds = [
            "System.Management.Automation.Runspaces.PSSession",
            "System.Object",
        ];
        call.write(Value::Object(Object::typed(&kinds, members, None)))?;
    }
    Ok(())
}

fn invoke(call: &mut dyn Call) -> Outcome {
    let Some(Value::Block(block)) = call.argument("ScriptBlock") else {
        return Ok(());
    };
    let arguments = call
        .argument("ArgumentList")
        .map(|it| it.enumerate())
        .unwrap_or_default();
    let mut hosts = common::texts(call, "ComputerName");
    for session in call
        .argument("Session")
        .map(|it| it.enumerate())
        .unwrap_or_default()
    {
        let name = call.member(&session, "ComputerName")?;
        hosts.push(crate::convert::to_text(&name));
    }
    let remote = !hosts.is_empty();
    if hosts.is_empty() {
        hosts.push(String::new());
    }
    for host in &hosts {
        for value in call.run(&block, call.argument("InputObject"), &arguments)? {
            if let (true, Value::Object(object)) = (remote, &value)
                && object.property("PSComputerName").is_none()
                && crate::convert::is_custom(object)
            {
                object.add("PSComputerName", Property::Note(Value::text(host)));
            }
            call.write_whole(value)?;
        }
    }
    Ok(())
}
