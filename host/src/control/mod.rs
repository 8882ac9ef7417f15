//! The control API: cycles, time, faults and snapshots of a lab, as HTTP with JSON.
//!
//! [`respond`] is all of it, as one function from a request to its response. Every request needs
//! `Authorization: Bearer TOKEN`. What is refused is answered with `{"error": {code, message}}`.
//! `docs/control-api.md` describes it for its users.

mod engine;
mod faults;
mod views;

#[cfg(test)]
mod tests;

use mock_cloud::server::{Request, Response};
use serde_json::{Value, json};
use sim::engine::CyclePolicy;
use sim::scenario::value::Duration;
use sim::world::Action;

use crate::branch::{Branch, Inserted};
use crate::lab::{Lab, Origin};

/// A request that is refused, and how.
struct Refused {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }
}

type Answer = Result<Value, Refused>;

/// Every address with its methods, as `GET /` lists them.
const ADDRESSES: [(&str, &str, &str); 15] = [
    ("GET", "/", "this list"),
    ("GET", "/state", "what the world holds, in numbers"),
    ("GET", "/events", "the journal, from ?since=NUMBER on"),
    ("POST", "/sync", "{\"policy\": \"delta\" | \"initial\"}"),
    ("GET", "/clock", "the virtual time"),
    ("POST", "/clock/advance", "{\"by\": \"31d\"}"),
    (
        "POST",
        "/run",
        "{\"connector\": \"entra\", \"step\": \"export\"}",
    ),
    (
        "POST",
        "/engine",
        "{\"staging\": true, \"deletionThreshold\": 500, \"schedule\": \"30m\", …}",
    ),
    (
        "POST",
        "/what-if",
        "{\"after\": 3, \"insert\": \"delta\", \"follow\": true}",
    ),
    ("POST", "/reset", "the world as it was at the start"),
    ("GET", "/snapshot", "the names that worlds are kept under"),
    ("POST", "/snapshot/save", "{\"name\": \"before\"}"),
    ("POST", "/snapshot/restore", "{\"name\": \"before\"}"),
    (
        "POST",
        "/fault",
        "a fault of LDAP or Graph, or chaos from a seed",
    ),
    ("DELETE", "/fault", "forget the faults that are planned"),
];

/// Answers a request.
pub fn respond(lab: &mut Lab, token: &str, request: &Request) -> Response {
    match answer(lab, token, request) {
        Ok(body) => json_response(200, &body),
        Err(Refused {
            status,
            code,
            message,
        }) => json_response(
            status,
            &json!({ "error": { "code": code, "message": message } }),
        ),
    }
}

fn json_response(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("Content-Type", "application/json; charset=utf-8".to_owned())],
        body: format!("{body:#}\n").into_bytes(),
        lost: false,
        again: None,
    }
}

fn answer(lab: &mut Lab, token: &str, request: &Request) -> Answer {
    let given = request.header_value("authorization").unwrap_or_default();
    let (scheme, given) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || given.trim() != token {
        let message = "send `Authorization: Bearer TOKEN` with the token of the ready file";
        return Err(Refused::new(401, "Unauthorized", message));
    }
    let path = request.path.trim_end_matches('/');
    match (request.method.as_str(), path) {
        ("GET", "") => Ok(addresses()),
        ("GET", "/state") => Ok(views::state(lab)),
        ("GET", "/events") => events(lab, &request.query),
        ("GET", "/clock") => Ok(json!({ "now": lab.world().now().to_string() })),
        ("GET", "/snapshot") => Ok(json!({ "kept": lab.kept().collect::<Vec<_>>() })),
        ("POST", "/sync") => sync(lab, &body(request)?),
        ("POST", "/clock/advance") => advance(lab, &body(request)?),
        ("POST", "/run") => engine::run(lab, &body(request)?),
        ("POST", "/engine") => engine::set(lab, &body(request)?),
        ("POST", "/what-if") => what_if(lab, &body(request)?),
        ("POST", "/reset") => {
            lab.reset(Origin::Control);
            Ok(views::last(lab))
        }
        ("POST", "/snapshot/save") => {
            let body = body(request)?;
            lab.save(Origin::Control, name(&body)?);
            Ok(views::last(lab))
        }
        ("POST", "/snapshot/restore") => {
            let body = body(request)?;
            restore(lab, name(&body)?)
        }
        ("POST", "/fault") => faults::plan(lab, &body(request)?),
        ("DELETE", "/fault") => {
            lab.calm(Origin::Control);
            Ok(faults::told(lab))
        }
        (method, path) => Err(unknown(method, path)),
    }
}

fn addresses() -> Value {
    let all = ADDRESSES
        .iter()
        .map(|(method, path, what)| json!({ "method": method, "path": path, "what": what }));
    json!({ "name": "dirsync-lab control API", "addresses": all.collect::<Vec<_>>() })
}

fn unknown(method: &str, path: &str) -> Refused {
    let known = ADDRESSES.iter().filter(|(_, known, _)| *known == path);
    let methods: Vec<&str> = known.map(|(method, ..)| *method).collect();
    if methods.is_empty() {
        let message = format!("there is no `{path}`: GET / lists what there is");
        return Refused::new(404, "NotFound", message);
    }
    let message = format!("`{path}` takes {}, not {method}", methods.join(" and "));
    Refused::new(405, "MethodNotAllowed", message)
}

/// The body as an object; an empty one where there is none.
fn body(request: &Request) -> Result<Value, Refused> {
    if request.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(json!({}));
    }
    let value: Value = serde_json::from_slice(&request.body)
        .map_err(|error| Refused::bad(format!("the body is no JSON: {error}")))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Refused::bad("the body is no JSON object"))
    }
}

fn name(body: &Value) -> Result<&str, Refused> {
    match &body["name"] {
        Value::Null => Ok("default"),
        Value::String(name) if !name.is_empty() => Ok(name),
        _ => Err(Refused::bad("`name` has to be a text")),
    }
}

fn sync(lab: &mut Lab, body: &Value) -> Answer {
    let policy = match &body["policy"] {
        Value::Null => CyclePolicy::Delta,
        Value::String(word) if word.eq_ignore_ascii_case("delta") => CyclePolicy::Delta,
        Value::String(word) if word.eq_ignore_ascii_case("initial") => CyclePolicy::Initial,
        other => {
            let message = format!("`policy` is {other}: expected \"delta\" or \"initial\"");
            return Err(Refused::bad(message));
        }
    };
    lab.act(Origin::Control, Action::Cycle(policy));
    Ok(views::cycle(lab))
}

fn advance(lab: &mut Lab, body: &Value) -> Answer {
    let by = body["by"].as_str().unwrap_or_default();
    let by: Duration = by
        .parse()
        .map_err(|why: String| Refused::bad(format!("`by`: {}", why.replace('\n', ": "))))?;
    lab.act(Origin::Control, Action::Advance(by.signed()));
    Ok(views::cycle(lab))
}

fn what_if(lab: &mut Lab, body: &Value) -> Answer {
    if lab.settings().tells_no_branches {
        let message = "a learner is asked just that: what would happen is not told in a lab";
        return Err(Refused::new(403, "Forbidden", message));
    }
    lab.remember();
    let inserted = body["insert"].as_str().unwrap_or("delta");
    let inserted: Inserted = inserted.parse().map_err(Refused::bad)?;
    let last = lab.journal().len();
    let after = match &body["after"] {
        Value::Null => Some(last),
        number => number.as_u64().and_then(|it| usize::try_from(it).ok()),
    };
    let after = after.ok_or_else(|| Refused::bad("`after` has to be the number of an entry"))?;
    let follows = body["follow"].as_bool().unwrap_or(false);
    let branch = Branch::of(lab, after, inserted, follows).ok_or_else(|| {
        let message = format!("the journal has no entry {after} to branch at: its last is {last}");
        Refused::new(404, "NotFound", message)
    })?;
    Ok(views::branch(lab, &branch))
}

fn restore(lab: &mut Lab, name: &str) -> Answer {
    if lab.restore(Origin::Control, name) {
        return Ok(views::last(lab));
    }
    let kept: Vec<&str> = lab.kept().collect();
    let message = format!("nothing is kept as `{name}`; there is: {}", kept.join(", "));
    Err(Refused::new(404, "NotFound", message))
}

fn events(lab: &Lab, query: &str) -> Answer {
    let mut since = 0;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("since", number)) => {
                since = number
                    .parse()
                    .map_err(|_| Refused::bad(format!("`since` is no number: {number}")))?;
            }
            _ => {
                return Err(Refused::bad(format!(
                    "`{pair}` is not known: only `since` is"
                )));
            }
        }
    }
    Ok(views::events(lab, since))
}
