//! `Invoke-MgGraphRequest`.

use std::rc::Rc;

use powershell::command::{Call, Impact, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::{Object, Value};
use serde_json::Value as Json;

use super::connection_needed;
use super::read::relative;
use crate::declare::{Offer, Plan};
use crate::json::{plain, to_json};
use crate::stage::{CloudError, Remote, Stage};

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let parameters = vec![
        Parameter::text("Method").at(0).one_of(&methods),
        Parameter::object("Uri").at(1).mandatory(),
        Parameter::object("Body").at(2).piped().nullable(),
        Parameter::object("Headers"),
        Parameter::text("OutputFilePath").ignored(),
        Parameter::switch("InferOutputFileName").ignored(),
        Parameter::text("InputFilePath").ignored(),
        Parameter::switch("PassThru"),
        Parameter::object("Token"),
        Parameter::switch("SkipHeaderValidation"),
        Parameter::text("ContentType"),
        Parameter::text("SessionVariable"),
        Parameter::object("GraphRequestSession"),
        Parameter::text("ResponseHeadersVariable").or(&["RHV"]),
        Parameter::text("StatusCodeVariable"),
        Parameter::switch("SkipHttpErrorCheck"),
        Parameter::text("OutputType").one_of(&[
            "HashTable",
            "PSObject",
            "Json",
            "HttpResponseMessage",
        ]),
    ];
    let class = "Microsoft.Graph.PowerShell.Authentication.Cmdlets.InvokeMgGraphRequest";
    let plan = Plan::new(
        "Invoke-MgGraphRequest",
        parameters,
        "Sends a request to Graph.",
    )
    .asking(Impact::Low)
    .class(class.to_owned());
    let stage = stage.clone();
    offer.offer(plan, move |call| run(&stage, call));
    offer.alias("Invoke-GraphRequest", "Invoke-MgGraphRequest");
    offer.alias("Invoke-MgRestMethod", "Invoke-MgGraphRequest");
}

/// The path of an address: relative ones are taken below the service, `v1.0` if they name no
/// version.
fn target(uri: &str) -> String {
    let uri = uri.trim();
    if uri.contains("://") {
        return relative(uri);
    }
    let path = uri.trim_start_matches('/');
    if path.starts_with("v1.0/") || path.starts_with("beta/") || path.starts_with("v1.0?") {
        return format!("/{path}");
    }
    format!("/v1.0/{path}")
}

/// The query of an address, with spaces and quotes encoded as a client encodes them.
pub(super) fn encoded(target: &str) -> String {
    target
        .chars()
        .map(|it| match it {
            ' ' => "%20".to_owned(),
            '"' => "%22".to_owned(),
            '{' => "%7B".to_owned(),
            '}' => "%7D".to_owned(),
            '#' => "%23".to_owned(),
            other if other.is_ascii() => other.to_string(),
            other => {
                let mut bytes = [0; 4];
                let text = other.encode_utf8(&mut bytes);
                text.bytes()
                    .map(|byte| format!("%{byte:02X}"))
                    .collect::<Vec<_>>()
                    .concat()
            }
        })
        .collect()
}

fn run(stage: &Stage, call: &mut dyn Call) -> Outcome {
    if !stage.is_connected(Remote::Graph) {
        return Err(connection_needed(call).into());
    }
    let method = call
        .text("Method")
        .map_or_else(|| "GET".to_owned(), |it| it.to_uppercase());
    let uri = crate::given(call, "Uri");
    let target = encoded(&target(&uri));
    if method != "GET" && !call.should_process(&uri, &method)? {
        return Ok(());
    }
    let body = match call.argument("Body") {
        None | Some(Value::Null) => None,
        Some(Value::Text(text)) => match serde_json::from_str(&text) {
            Ok(json) => Some(json),
            Err(_) => Some(Json::String(text.to_string())),
        },
        Some(value) => Some(to_json(&value)),
    };
    let headers = headers(call);
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    match stage.graph(call, &method, &target, body.as_ref(), &headers)? {
        Err(error) if call.switch("SkipHttpErrorCheck") => write(call, &error.body, error.status),
        Err(error) => Err(failure(call, &method, &uri, &error).into()),
        Ok(answer) => write(call, &answer, if answer.is_null() { 204 } else { 200 }),
    }
}

/// The headers that were given, with names in lower case.
pub(super) fn headers(call: &dyn Call) -> Vec<(String, String)> {
    let Some(Value::Table(table)) = call.argument("Headers") else {
        return Vec::new();
    };
    let entries = table.borrow();
    let pairs = entries.iter();
    pairs
        .map(|(name, value)| (crate::text(name).to_lowercase(), crate::text(value)))
        .collect()
}

fn write(call: &mut dyn Call, body: &Json, status: u16) -> Outcome {
    if let Some(variable) = call.text("StatusCodeVariable") {
        call.set_variable(&variable, Value::Int(i32::from(status)));
    }
    if body.is_null() {
        return Ok(());
    }
    let kind = call
        .text("OutputType")
        .map_or_else(String::new, |it| it.to_lowercase());
    let value = match kind.as_str() {
        "json" => Value::text(body.to_string()),
        "psobject" => custom(body),
        _ => plain(body),
    };
    call.write_whole(value)
}

/// JSON as `[pscustomobject]`s.
pub(super) fn custom(json: &Json) -> Value {
    match json {
        Json::Object(map) => {
            let properties = map.iter().map(|(name, value)| (name, custom(value)));
            Value::Object(Object::custom(properties))
        }
        Json::Array(values) => Value::array(values.iter().map(custom)),
        other => plain(other),
    }
}

/// What the cmdlet throws: the exception says the status, the details hold the whole answer.
fn failure(call: &dyn Call, method: &str, uri: &str, error: &CloudError) -> ErrorRecord {
    let status = error.status_name();
    let spaced = spaced(status);
    let message = format!("Response status code does not indicate success: {status} ({spaced}).");
    let mut record = ErrorRecord::new(
        message,
        "Microsoft.Graph.PowerShell.Authentication.Helpers.HttpResponseException",
        "InvokeGraphHttpResponseException",
        Category::InvalidOperation,
    );
    let address = if uri.contains("://") {
        uri.to_owned()
    } else {
        format!("https://graph.microsoft.com{}", target(uri))
    };
    let headers: Vec<String> = error
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let headers = headers.join(
        "
",
    );
    record.details = Some(format!(
        "{method} {address}\nHTTP/2.0 {} {spaced}\n{headers}\n{}",
        error.status, error.body
    ));
    record.target_name = format!("Method: {method}, RequestUri: '{address}'");
    record.activity = call.name();
    record
        .properties
        .push((Rc::from("StatusCode"), Value::text(status)));
    let response = [
        ("StatusCode", Value::text(status)),
        ("ReasonPhrase", Value::text(&spaced)),
    ];
    let types = ["System.Net.Http.HttpResponseMessage", "System.Object"];
    let response = Object::typed(&types, response, None);
    record
        .properties
        .push((Rc::from("Response"), Value::Object(response)));
    record
}

/// `NotFound` as `Not Found`.
pub(super) fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter);
    }
    words
}
