//! Faults as the control API takes them.

use std::time::Duration;

use jiff::SignedDuration;
use mock_ad::ldap::{Fault, Kind, PlannedFault as LdapFault};
use mock_cloud::conduct::{Conduct, Throttling};
use mock_cloud::server::{Fault as Graph, PlannedFault};
use serde_json::{Value, json};

use super::{Answer, Refused};
use crate::lab::{Lab, Origin};

/// Plans what a body describes.
pub(super) fn plan(lab: &mut Lab, body: &Value) -> Answer {
    match body["on"].as_str() {
        Some("graph") if body["fault"].is_null() => {
            let conduct = conduct(lab.conduct(), body)?;
            lab.set_conduct(Origin::Control, conduct);
        }
        Some("graph") => lab.faults.plan_graph(graph(body)?),
        Some("ldap") => lab.faults.plan_ldap(ldap(body)?),
        Some("both") => {
            let seed = number(body, "chaos", None)?;
            lab.set_chaos(Origin::Control, seed);
        }
        _ => {
            let message = "`on` says where: \"graph\", \"ldap\", or \"both\" with `chaos`";
            return Err(Refused::bad(message));
        }
    }
    Ok(told(lab))
}

/// What is planned, and how the service treats its clients.
pub(super) fn told(lab: &Lab) -> Value {
    json!({ "planned": lab.faults.planned(), "service": lab.conduct().to_string() })
}

/// How the service is to treat its clients: what a body names, and the rest as before.
fn conduct(before: Conduct, body: &Value) -> Result<Conduct, Refused> {
    let mut conduct = before;
    match (&body["throttle"], &body["lagMilliseconds"]) {
        (Value::Null, Value::Null) => {
            let message = "`fault`, `throttle` or `lagMilliseconds` says what";
            return Err(Refused::bad(message));
        }
        (Value::Null, _) => {}
        (Value::Bool(false), _) => conduct.throttling = Throttling::Off,
        (Value::Bool(true), _) => conduct.throttling = Throttling::Documented,
        (units, _) => {
            let units = units.as_u64().and_then(|it| u32::try_from(it).ok());
            let units = units.filter(|units| *units > 0).ok_or_else(|| {
                Refused::bad("`throttle` has to be true, false or a number of resource units")
            })?;
            conduct.throttling = Throttling::Units(units);
        }
    }
    if !body["lagMilliseconds"].is_null() {
        let lag = small(body, "lagMilliseconds", 0)?;
        conduct.lag = SignedDuration::from_millis(lag.into());
    }
    conduct.seed = number(body, "seed", Some(conduct.seed))?;
    Ok(conduct)
}

fn number(body: &Value, key: &str, default: Option<u64>) -> Result<u64, Refused> {
    match (&body[key], default) {
        (Value::Null, Some(default)) => Ok(default),
        (value, _) => value
            .as_u64()
            .ok_or_else(|| Refused::bad(format!("`{key}` has to be a number, not {value}"))),
    }
}

fn small(body: &Value, key: &str, default: u32) -> Result<u32, Refused> {
    let number = number(body, key, Some(default.into()))?;
    u32::try_from(number).map_err(|_| Refused::bad(format!("`{key}` is too large: {number}")))
}

fn text<'a>(body: &'a Value, key: &str) -> Result<&'a str, Refused> {
    match &body[key] {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text),
        other => Err(Refused::bad(format!(
            "`{key}` has to be a text, not {other}"
        ))),
    }
}

fn graph(body: &Value) -> Result<PlannedFault, Refused> {
    let fault = match text(body, "fault")? {
        "lose-reply" => Graph::LoseReply,
        word => {
            let status = word.parse().ok();
            let status = status.filter(|status| [429, 500, 502, 503, 504].contains(status));
            let status = status.ok_or_else(|| {
                let known = "429, 500, 502, 503, 504 or lose-reply";
                Refused::bad(format!("`fault` is `{word}`: expected {known}"))
            })?;
            let retry_after = match &body["retryAfter"] {
                Value::Null => None,
                _ => Some(small(body, "retryAfter", 0)?),
            };
            Graph::Refuse {
                status,
                retry_after,
            }
        }
    };
    Ok(PlannedFault {
        fault,
        method: text(body, "method")?.to_owned(),
        path_contains: text(body, "path")?.to_owned(),
        every: small(body, "every", 1)?,
        at_most: small(body, "times", 1)?,
    })
}

fn ldap(body: &Value) -> Result<LdapFault, Refused> {
    let fault: Fault = match text(body, "fault")? {
        "delayed" => Fault::Delayed(Duration::from_millis(number(body, "milliseconds", None)?)),
        word => word
            .parse()
            .map_err(|why| Refused::bad(format!("`fault`: {why}")))?,
    };
    let kind = match text(body, "request")? {
        "" => None,
        word => {
            let kind: Kind = word
                .parse()
                .map_err(|why| Refused::bad(format!("`request`: {why}")))?;
            Some(kind)
        }
    };
    let mut planned = LdapFault::new(fault, kind, small(body, "times", 1)?);
    planned.every = small(body, "every", 1)?;
    Ok(planned)
}
