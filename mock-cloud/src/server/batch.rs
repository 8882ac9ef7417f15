//! `$batch`: up to twenty requests in one, some of them after others.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::host::{Fault, Host};
use super::message::{Request, Response};
use super::path::{Path, segments};
use super::problem::{Problem, Stamp};
use super::respond::{ADDRESS_MAX, address_too_long, refused, serve};
use super::service::{Identity, Service};

/// How many requests a batch may hold.
const REQUESTS_MAX: usize = 20;

/// One request of a batch.
struct Part {
    id: String,
    depends_on: Vec<String>,
    request: Request,
}

pub(super) fn answer(
    service: &mut Service,
    host: &mut dyn Host,
    request: &Request,
    identity: &Identity,
    beta: bool,
) -> Result<Response, Problem> {
    if request.method != "POST" {
        return Err(Problem::method_not_allowed());
    }
    let parts = read(request)?;
    let mut done: BTreeMap<String, bool> = BTreeMap::new();
    let mut responses = Vec::with_capacity(parts.len());
    for part in &parts {
        let is_free = |id: &String| done.get(&id.to_lowercase()).copied().unwrap_or_default();
        let (response, id) = if part.depends_on.iter().all(is_free) {
            run(service, host, &part.request, identity, beta)
        } else {
            let text = "The request was not run because a request that it depends on failed.";
            let problem = Problem::new(424, "FailedDependency", text);
            let stamp = stamp(service, host, &part.request);
            (problem.into_response(&stamp), stamp)
        };
        done.insert(
            part.id.to_lowercase(),
            (200..300).contains(&response.status),
        );
        responses.push(describe(&part.id, &response, &id));
    }
    Ok(Response::graph(200, &json!({ "responses": responses })))
}

fn run(
    service: &mut Service,
    host: &mut dyn Host,
    request: &Request,
    identity: &Identity,
    beta: bool,
) -> (Response, Stamp) {
    let stamp = stamp(service, host, request);
    if request.path.len() + request.query.len() > ADDRESS_MAX {
        return (address_too_long().into_response(&stamp), stamp);
    }
    let problem = match host.fault(&request.method, &request.path) {
        Some(Fault::Refuse {
            status,
            retry_after,
        }) => Err(refused(status, retry_after)),
        // One reply of many can't be lost on its own.
        Some(Fault::LoseReply) | None => match segments(&request.path) {
            None => Err(Problem::new(
                400,
                "BadRequest",
                "The address has too many segments.",
            )),
            Some(parts) => {
                // Addresses are relative to the version, but some clients send it along.
                let path = Path::parse(&parts).unwrap_or_else(|| Path::of(beta, &parts));
                if path.names().first() == Some(&"$batch") {
                    Err(Problem::new(
                        400,
                        "BadRequest",
                        "A batch can't hold another batch.",
                    ))
                } else {
                    serve(service, host, request, &path, identity.clone())
                }
            }
        },
    };
    let response = problem.unwrap_or_else(|problem| problem.into_response(&stamp));
    (response, stamp)
}

fn stamp(service: &mut Service, host: &dyn Host, request: &Request) -> Stamp {
    let request_id = service.next_uuid();
    let given = request.header_value("client-request-id");
    Stamp {
        at: host.now(),
        request_id,
        client_request_id: given.map_or_else(|| request_id.to_string(), str::to_owned),
    }
}

fn describe(id: &str, response: &Response, stamp: &Stamp) -> Value {
    let mut headers: Map<String, Value> = response
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
        .collect();
    headers.insert("request-id".to_owned(), json!(stamp.request_id.to_string()));
    let mut described = json!({ "id": id, "status": response.status, "headers": headers });
    if !response.body.is_empty() {
        described["body"] = serde_json::from_slice(&response.body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&response.body).as_ref()));
    }
    described
}

fn read(outer: &Request) -> Result<Vec<Part>, Problem> {
    let invalid = |text: String| Problem::new(400, "BadRequest", text);
    let body: Value =
        serde_json::from_slice(&outer.body).map_err(|_| Problem::unreadable_body())?;
    let Some(list) = body.get("requests").and_then(Value::as_array) else {
        return Err(invalid("Invalid batch payload format.".to_owned()));
    };
    if list.is_empty() || list.len() > REQUESTS_MAX {
        return Err(invalid(format!(
            "The number of batch steps provided in the batch ({}) is outside the allowed range: 1 \
             to {REQUESTS_MAX}.",
            list.len()
        )));
    }
    let mut parts: Vec<Part> = Vec::with_capacity(list.len());
    for one in list {
        let part = read_one(outer, one)?;
        let is_known = |id: &str| parts.iter().any(|known| known.id.eq_ignore_ascii_case(id));
        if is_known(&part.id) {
            return Err(invalid(format!(
                "Request Id: {} is repeated. Each request id of a batch must be unique.",
                part.id
            )));
        }
        if let Some(missing) = part.depends_on.iter().find(|id| !is_known(id)) {
            return Err(invalid(format!(
                "Request Id: {} depends on {missing}, which does not stand before it.",
                part.id
            )));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn read_one(outer: &Request, one: &Value) -> Result<Part, Problem> {
    let invalid = |what: &str| {
        let text = format!("Invalid batch payload format: {what} is missing or has another type.");
        Problem::new(400, "BadRequest", text)
    };
    let text = |name: &str| one.get(name).and_then(Value::as_str);
    let id = match one.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(invalid("id")),
    };
    let url = text("url").ok_or_else(|| invalid("url"))?;
    let method = text("method")
        .ok_or_else(|| invalid("method"))?
        .to_uppercase();
    // Whole addresses are taken for what they say behind the host.
    let relative = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find('/').map_or("/", |slash| &rest[slash..])
    });
    let mut request = Request::new(&method, relative);
    (request.scheme, request.host) = (outer.scheme, outer.host.clone());
    if let Some(headers) = one.get("headers").and_then(Value::as_object) {
        for (name, value) in headers {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            request.headers.push((name.to_lowercase(), value));
        }
    }
    match one.get("body") {
        None | Some(Value::Null) => {}
        Some(body) => {
            if request.header_value("content-type").is_none() {
                let text = format!(
                    "Write request id : {id} does not contain Content-Type header or body."
                );
                return Err(Problem::new(400, "BadRequest", text));
            }
            request.body = body.to_string().into_bytes();
        }
    }
    let depends_on = match one.get("dependsOn") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(all)) => all
            .iter()
            .map(|id| {
                id.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| invalid("dependsOn"))
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(invalid("dependsOn")),
    };
    Ok(Part {
        id,
        depends_on,
        request,
    })
}
