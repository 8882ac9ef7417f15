//! `Start-Transcript` and `Stop-Transcript`: what is shown, in a file.

use crate::command::{Call, Command, Parameter, Request};
use crate::convert::to_text;
use crate::error::{Category, ErrorRecord, Outcome};
use crate::format::date;
use crate::types;
use crate::value::{DateTime, DateTimeKind, Value};

use super::{HOST, common, simple};

pub(crate) fn commands() -> Vec<Command> {
    let parameters = vec![
        Parameter::text("Path").at(0),
        Parameter::text("LiteralPath").or(&["PSPath"]),
        Parameter::text("OutputDirectory"),
        Parameter::switch("Append"),
        Parameter::switch("Force"),
        Parameter::switch("NoClobber").or(&["NoOverwrite"]),
        Parameter::switch("IncludeInvocationHeader"),
        Parameter::switch("UseMinimalHeader"),
    ];
    vec![
        simple(
            "Start-Transcript",
            HOST,
            "Records the session.",
            parameters,
            start,
        ),
        simple(
            "Stop-Transcript",
            HOST,
            "Stops recording.",
            Vec::new(),
            stop,
        ),
    ]
}

fn stamp(call: &mut dyn Call) -> String {
    let now = DateTime {
        clock: call.host().now(),
        kind: DateTimeKind::Local,
    };
    date::custom(&now, "yyyyMMddHHmmss").unwrap_or_default()
}

fn start(call: &mut dyn Call) -> Outcome {
    let stamp = stamp(call);
    let given = common::text(call, "Path").or_else(|| common::text(call, "LiteralPath"));
    let path = given.unwrap_or_else(|| {
        let folder = common::text(call, "OutputDirectory");
        let folder = folder.unwrap_or_else(|| "C:\\Users\\Administrator\\Documents".to_owned());
        let number = call.host().random();
        format!("{folder}\\PowerShell_transcript.HOST.{number:08x}.{stamp}.txt")
    });
    let absolute = call.path(&path);
    let exists = call.host().entry(&absolute).is_ok();
    if exists && call.switch("NoClobber") && !call.switch("Append") {
        let record = ErrorRecord::new(
            format!(
                "File {} already exists and NoClobber was specified.",
                types::windows_path(&absolute)
            ),
            "System.IO.IOException",
            "NoClobber",
            Category::ResourceExists,
        );
        return Err(record.into());
    }
    if !(exists && call.switch("Append")) {
        let written = call.host().replace(&absolute, b"");
        written.map_err(|error| common::not_opened(call, &error, &absolute))?;
    }
    let host = call
        .variable("env:COMPUTERNAME")
        .map_or_else(|| "HOST".to_owned(), |it| to_text(&it));
    let head = format!(
        "**********************\r\nWindows PowerShell transcript start\r\nStart time: \
         {stamp}\r\nUsername: {host}\\Administrator\r\nMachine: {host} (Microsoft Windows NT \
         10.0.20348.0)\r\nHost Application: powershell.exe\r\n**********************\r\n"
    );
    let written = call.host().append(&absolute, head.as_bytes());
    written.map_err(|error| common::not_opened(call, &error, &absolute))?;
    let shown = types::windows_path(&absolute);
    call.session(Request::Record(absolute))?;
    call.write(Value::from(format!(
        "Transcript started, output file is {shown}"
    )))
}

fn stop(call: &mut dyn Call) -> Outcome {
    let stamp = stamp(call);
    let ended = call.session(Request::EndRecord)?;
    let Some(path) = ended.first().map(to_text) else {
        let record = ErrorRecord::new(
            "An error occurred stopping transcription: The host is not currently transcribing.",
            "System.Management.Automation.PSInvalidOperationException",
            "InvalidOperation",
            Category::InvalidOperation,
        );
        return Err(record.into());
    };
    let tail = format!(
        "**********************\r\nWindows PowerShell transcript end\r\nEnd time: \
         {stamp}\r\n**********************\r\n"
    );
    let written = call.host().append(&path, tail.as_bytes());
    written.map_err(|error| common::not_opened(call, &error, &path))?;
    call.write(Value::from(format!(
        "Transcript stopped, output file is {}",
        types::windows_path(&path)
    )))
}
