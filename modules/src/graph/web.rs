//! `Invoke-RestMethod` and `Invoke-WebRequest`: Graph and the endpoint that gives tokens answer;
//! no other address does. `Send-MgUserMail` and its like send nothing.

use std::rc::Rc;

use powershell::command::{Call, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome, Stop, Unwind};
use powershell::value::{Object, Value};
use serde_json::{Value as Json, json};

use super::read::relative;
use super::request::{custom, encoded, headers, spaced};
use crate::declare::{Offer, Plan};
use crate::json::to_json;
use crate::stage::{CloudError, Stage};

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    for (name, whole) in [("Invoke-RestMethod", false), ("Invoke-WebRequest", true)] {
        let class = format!(
            "Microsoft.PowerShell.Commands.{}Command",
            name.replace('-', "")
        );
        let plan = Plan::new(name, parameters(), "Sends a request to Graph.")
            .class(class)
            .but("only graph.microsoft.com and login.microsoftonline.com answer here");
        let on = stage.clone();
        offer.offer(plan, move |call| run(&on, call, whole));
    }
    for name in [
        "Send-MgUserMail",
        "Send-MgBetaUserMail",
        "Send-MgUserMessage",
    ] {
        let parameters = vec![
            Parameter::text("UserId").mandatory().piped_by_name(),
            Parameter::text("MessageId"),
            Parameter::object("BodyParameter"),
            Parameter::object("Message"),
            Parameter::switch("SaveToSentItems"),
            Parameter::object("InputObject").piped(),
            Parameter::object("AdditionalProperties"),
            Parameter::switch("PassThru"),
        ];
        let plan = Plan::new(name, parameters, "Sends a mail.").but("no mail is sent");
        let on = stage.clone();
        offer.offer(plan, move |_| on.alive());
    }
}

fn parameters() -> Vec<Parameter> {
    let methods = [
        "Default", "Get", "Head", "Post", "Put", "Delete", "Trace", "Options", "Merge", "Patch",
    ];
    vec![
        Parameter::object("Uri").at(0).mandatory(),
        Parameter::text("Method").one_of(&methods),
        Parameter::object("Headers"),
        Parameter::object("Body").piped().nullable(),
        Parameter::text("ContentType"),
        Parameter::text("OutFile"),
        Parameter::switch("UseBasicParsing"),
        Parameter::switch("UseDefaultCredentials"),
        Parameter::object("Credential"),
        Parameter::object("WebSession"),
        Parameter::text("SessionVariable").or(&["SV"]),
        Parameter::text("UserAgent"),
        Parameter::int("TimeoutSec"),
        Parameter::int("MaximumRedirection"),
        Parameter::text("CustomMethod").or(&["CM"]),
        Parameter::text("InFile"),
        Parameter::object("Proxy"),
        Parameter::switch("PassThru"),
        Parameter::switch("DisableKeepAlive"),
        Parameter::text("ResponseHeadersVariable").or(&["RHV"]),
        Parameter::text("StatusCodeVariable"),
        Parameter::switch("SkipHttpErrorCheck"),
        Parameter::switch("FollowRelLink"),
        Parameter::int("MaximumRetryCount"),
        Parameter::int("RetryIntervalSec"),
        Parameter::text("Authentication"),
        Parameter::object("Token"),
    ]
}

/// The host of an address, in lower case.
fn host(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
    rest[..end].to_ascii_lowercase()
}

fn run(stage: &Stage, call: &mut dyn Call, whole: bool) -> Outcome {
    stage.alive()?;
    let uri = crate::given(call, "Uri");
    let method = call
        .text("Method")
        .or_else(|| call.text("CustomMethod"))
        .map_or_else(|| "GET".to_owned(), |it| it.to_uppercase());
    let method = if method == "DEFAULT" {
        "GET".to_owned()
    } else {
        method
    };
    match host(&uri).as_str() {
        "graph.microsoft.com" => {}
        "login.microsoftonline.com" | "login.windows.net" => {
            return answer(call, &token(), 200, whole);
        }
        other => {
            let what = format!("a request to {other}, line {},", call.position().line);
            return Err(Unwind::Stopped(Stop::NotSimulated(what)));
        }
    }
    let headers = headers(call);
    if !headers.iter().any(|(name, _)| name == "authorization") && !call.is_given("Token") {
        let error = CloudError {
            status: 401,
            code: "InvalidAuthenticationToken".to_owned(),
            message: "Access token is empty.".to_owned(),
            body: json!({ "error": {
                "code": "InvalidAuthenticationToken",
                "message": "Access token is empty.",
            } }),
            headers: Vec::new(),
        };
        return Err(failure(call, &error).into());
    }
    let given: Vec<(&str, &str)> = headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "authorization" | "content-type"))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let body = body(call);
    let mut target = encoded(&relative(&uri));
    // The fields of a body of GET are its query.
    if let (true, Some(Json::Object(fields))) = (method == "GET", &body) {
        let pairs = fields.iter().map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}={}", super::encode(&value))
        });
        let mark = if target.contains('?') { '&' } else { '?' };
        target = format!("{target}{mark}{}", pairs.collect::<Vec<_>>().join("&"));
    }
    let sent = body.as_ref().filter(|_| method != "GET");
    match stage.graph(call, &method, &target, sent, &given)? {
        Ok(json) => {
            let status = if json.is_null() { 204 } else { 200 };
            answer(call, &json, status, whole)
        }
        Err(error) if call.switch("SkipHttpErrorCheck") => {
            answer(call, &error.body, error.status, whole)
        }
        Err(error) => Err(failure(call, &error).into()),
    }
}

fn body(call: &dyn Call) -> Option<Json> {
    match call.argument("Body")? {
        Value::Null => None,
        Value::Text(text) => Some(match serde_json::from_str(&text) {
            Ok(json) => json,
            Err(_) => Json::String(text.to_string()),
        }),
        Value::Bytes(bytes) => serde_json::from_slice(&bytes.borrow()).ok(),
        value => Some(to_json(&value)),
    }
}

/// What signing in gives: whoever asks.
fn token() -> Json {
    json!({
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": "script",
    })
}

fn answer(call: &mut dyn Call, json: &Json, status: u16, whole: bool) -> Outcome {
    if let Some(variable) = call.text("StatusCodeVariable") {
        call.set_variable(&variable, Value::Int(i32::from(status)));
    }
    if let Some(variable) = call.text("ResponseHeadersVariable") {
        let table = powershell::value::Table::new(false);
        call.set_variable(&variable, Value::Table(table));
    }
    let text = if json.is_null() {
        String::new()
    } else {
        json.to_string()
    };
    if let Some(path) = call.text("OutFile") {
        let path = call.path(&path);
        let written = call.host().replace(&path, text.as_bytes());
        if written.is_ok() {
            return Ok(());
        }
        let message = format!("Could not find a part of the path '{path}'.");
        let exception = "System.IO.DirectoryNotFoundException";
        let id = "WebCmdletOutFile";
        return Err(ErrorRecord::new(message, exception, id, Category::WriteError).into());
    }
    if whole {
        let properties = [
            ("StatusCode", Value::Int(i32::from(status))),
            (
                "StatusDescription",
                Value::text(if status == 204 { "No Content" } else { "OK" }),
            ),
            ("Content", Value::text(&text)),
            ("RawContent", Value::text(&text)),
            (
                "Headers",
                Value::Table(powershell::value::Table::new(false)),
            ),
            (
                "RawContentLength",
                Value::Int(i32::try_from(text.len()).unwrap_or(i32::MAX)),
            ),
        ];
        let types = [
            "Microsoft.PowerShell.Commands.HtmlWebResponseObject",
            "Microsoft.PowerShell.Commands.WebResponseObject",
            "System.Object",
        ];
        return call.write_whole(Value::Object(Object::typed(&types, properties, None)));
    }
    if json.is_null() {
        return call.write(Value::text(""));
    }
    call.write_whole(custom(json))
}

/// What the cmdlets throw: the message names the status, the details are the body.
fn failure(call: &dyn Call, error: &CloudError) -> ErrorRecord {
    let name = error.status_name();
    let message = if error.status == 0 {
        "The underlying connection was closed: The connection was closed unexpectedly.".to_owned()
    } else {
        format!(
            "The remote server returned an error: ({}) {}.",
            error.status,
            spaced(name)
        )
    };
    let class = call.name().replace('-', "");
    let mut record = ErrorRecord::new(
        message,
        "System.Net.WebException",
        "WebCmdletWebResponseException",
        Category::InvalidOperation,
    );
    record.activity = call.name();
    record.command_class = Rc::from(format!("Microsoft.PowerShell.Commands.{class}Command"));
    record.details = Some(error.body.to_string());
    "System.Net.HttpWebRequest".clone_into(&mut record.target_name);
    let response = [
        ("StatusCode", Value::text(name)),
        ("StatusDescription", Value::from(spaced(name))),
    ];
    let types = ["System.Net.HttpWebResponse", "System.Object"];
    let response = Value::Object(Object::typed(&types, response, None));
    record.properties.push((Rc::from("Response"), response));
    record
}
