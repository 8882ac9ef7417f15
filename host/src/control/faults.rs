//! Faults as the control API takes them.

use std::time::Duration;

use mock_ad::ldap::{Fault as Ldap, Kind};
use mock_cloud::server::{Fault as Graph, PlannedFault};
use serde_json::{Value, json};

use super::{Answer, Refused};
use crate::fault::{Chaos, LdapFault};
use crate::lab::Lab;

/// The words for kinds of LDAP requests.
const KINDS: [(&str, Kind); 7] = [
    ("bind", Kind::Bind),
    ("search", Kind::Search),
    ("modify", Kind::Modify),
    ("add", Kind::Add),
    ("delete", Kind::Delete),
    ("modify-dn", Kind::ModifyDn),
    ("compare", Kind::Compare),
];

/// Plans what a body describes.
pub(super) fn plan(lab: &mut Lab, body: &Value) -> Answer {
    match body["on"].as_str() {
        Some("graph") => lab.faults.plan_graph(graph(body)?),
        Some("ldap") => lab.faults.plan_ldap(ldap(body)?),
        Some("both") => {
            let seed = number(body, "chaos", None)?;
            lab.faults.set_chaos(Some(Chaos::new(seed)));
        }
        _ => {
            let message = "`on` says where: \"graph\", \"ldap\", or \"both\" with `chaos`";
            return Err(Refused::bad(message));
        }
    }
    Ok(json!({ "planned": lab.faults.planned() }))
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
    let fault = match text(body, "fault")? {
        "busy" => Ldap::Busy,
        "unavailable" => Ldap::Unavailable,
        "dropped" => Ldap::Dropped,
        "lose-reply" => Ldap::LostReply,
        "no-reply" => Ldap::NoReply,
        "delayed" => Ldap::Delayed(Duration::from_millis(number(body, "milliseconds", None)?)),
        word => {
            let known = "busy, unavailable, dropped, lose-reply, no-reply or delayed";
            return Err(Refused::bad(format!(
                "`fault` is `{word}`: expected {known}"
            )));
        }
    };
    let kind = match text(body, "request")? {
        "" => None,
        word => {
            let known = KINDS.iter().find(|(known, _)| *known == word);
            let (_, kind) = known.ok_or_else(|| {
                let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
                let words = words.join(", ");
                Refused::bad(format!("`request` is `{word}`: expected one of {words}"))
            })?;
            Some(*kind)
        }
    };
    Ok(LdapFault {
        fault,
        kind,
        at_most: small(body, "times", 1)?,
    })
}
