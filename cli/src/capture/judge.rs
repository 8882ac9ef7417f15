//! What to do about one answer.

use serde_json::{Map, Value};

/// How often one request is sent before it is given up.
pub(crate) const ATTEMPTS_MAX: u32 = 8;
/// The longest pause that is waited out, in seconds.
const WAIT_MAX: u64 = 600;
/// The longest pause where the service names none, in seconds.
const BACKOFF_MAX: u64 = 60;

/// What came back for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A response.
    Response {
        /// The HTTP status.
        status: u16,
        /// `Retry-After` as it was sent.
        retry_after: Option<String>,
        /// The body, which may be cut off.
        body: Vec<u8>,
    },
    /// None: the connection broke, or was never there.
    Broken(String),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decision {
    /// Keep these, and go on with the next page where there is one.
    Page {
        /// The objects.
        items: Vec<Value>,
        /// `@odata.nextLink`.
        next: Option<String>,
    },
    /// Send the same again after so many seconds.
    Again(u64),
    /// The page token is no longer good: read the collection from its beginning.
    StartOver,
    /// The tenant has none of this.
    Nothing,
    /// Stop, and say why.
    GiveUp(String),
}

/// Judges the answer to one attempt; attempts count from 1.
///
/// Throttled and broken requests are sent again: after `Retry-After` where the service says so (as
/// Microsoft's throttling guidance asks), else after 1, 2, 4 … 60 seconds. A body that is cut off
/// counts as broken. `optional` says that a tenant may refuse this part, or have none.
pub(crate) fn judge(answer: &Answer, attempt: u32, optional: bool) -> Decision {
    let (status, retry_after, body) = match answer {
        Answer::Broken(why) => return again(attempt, None, why),
        Answer::Response {
            status,
            retry_after,
            body,
        } => (*status, retry_after.as_deref(), body),
    };
    match status {
        200 => match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(map)) => page(map),
            Ok(_) => Decision::GiveUp("the answer is no object: is this Graph?".to_owned()),
            Err(error) if error.is_eof() => again(attempt, None, "the answer is cut off"),
            Err(_) => Decision::GiveUp("the answer is no JSON: is this Graph?".to_owned()),
        },
        408 | 429 | 500 | 502 | 503 | 504 => again(attempt, retry_after, &told(status, body)),
        400 | 410 if is_expired(body) => Decision::StartOver,
        400 if optional && is_not_offered(body) => Decision::Nothing,
        403 | 404 if optional => Decision::Nothing,
        401 => Decision::GiveUp(format!(
            "{}; get a new token and run the same command again: it goes on where it stopped",
            told(status, body)
        )),
        403 => Decision::GiveUp(format!(
            "{}; reading a tenant takes Directory.Read.All and OrgContact.Read.All",
            told(status, body)
        )),
        _ => Decision::GiveUp(told(status, body)),
    }
}

fn page(mut map: Map<String, Value>) -> Decision {
    let next = map.get("@odata.nextLink").and_then(Value::as_str);
    let next = next.map(str::to_owned);
    match map.remove("value") {
        Some(Value::Array(items)) => Decision::Page { items, next },
        _ => Decision::GiveUp("the answer has no list `value`: is this Graph?".to_owned()),
    }
}

fn again(attempt: u32, retry_after: Option<&str>, why: &str) -> Decision {
    if attempt >= ATTEMPTS_MAX {
        return Decision::GiveUp(format!("{why}, {attempt} times in a row"));
    }
    let backoff = (1u64 << (attempt.saturating_sub(1)).min(16)).min(BACKOFF_MAX);
    // A date instead of seconds is legal, but Graph sends none.
    let told = retry_after.and_then(|text| text.trim().parse::<u64>().ok());
    match told {
        Some(seconds) if seconds > WAIT_MAX => Decision::GiveUp(format!(
            "{why}; the service asks for a pause of {seconds} seconds: run the same command then"
        )),
        Some(seconds) => Decision::Again(seconds),
        None => Decision::Again(backoff),
    }
}

fn error(body: &[u8]) -> Option<(String, String)> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| Some(body.get("error")?.get(name)?.as_str()?.to_owned());
    Some((text("code")?, text("message")?))
}

fn is_expired(body: &[u8]) -> bool {
    let expired = [
        "Directory_ExpiredPageToken",
        "resyncRequired",
        "syncStateNotFound",
    ];
    error(body).is_some_and(|(code, _)| expired.contains(&code.as_str()))
}

/// Whether the tenant has no licence for what was asked for, or the version no such property.
fn is_not_offered(body: &[u8]) -> bool {
    error(body).is_some_and(|(code, message)| {
        code == "AadPremiumLicenseRequired" || message.contains("Could not find a property named")
    })
}

fn told(status: u16, body: &[u8]) -> String {
    match error(body) {
        Some((code, message)) => format!("{status} {code}: {message}"),
        None => format!("status {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tenant_does_not_offer_is_nothing_and_any_other_refusal_is_told() {
        let unknown = "Could not find a property named 'x' on type 'microsoft.graph.user'.";
        for (code, message, optional, is_nothing) in [
            ("AadPremiumLicenseRequired", "no P2", true, true),
            ("Request_BadRequest", unknown, true, true),
            ("Request_BadRequest", unknown, false, false),
            ("Request_BadRequest", "Invalid filter clause", true, false),
        ] {
            let body = format!(r#"{{"error": {{"code": "{code}", "message": "{message}"}}}}"#);
            let decided = judge(&response(400, None, &body), 1, optional);
            assert_eq!(
                decided == Decision::Nothing,
                is_nothing,
                "{code}: {decided:?}"
            );
        }
    }

    fn response(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
        Answer::Response {
            status,
            retry_after: retry_after.map(str::to_owned),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_pause_is_as_long_as_the_service_says_and_else_doubles() {
        let told = response(429, Some("7"), "");
        assert_eq!(judge(&told, 1, false), Decision::Again(7));
        let waits =
            (1..ATTEMPTS_MAX).map(|attempt| judge(&response(503, None, ""), attempt, false));
        let expected = [1, 2, 4, 8, 16, 32, 60].map(Decision::Again);
        assert!(waits.eq(expected));
        let date = response(429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), "");
        assert_eq!(judge(&date, 3, false), Decision::Again(4));
    }

    #[test]
    fn nothing_is_tried_for_ever() {
        let last = judge(&response(503, Some("1"), ""), ATTEMPTS_MAX, false);
        assert_eq!(
            last,
            Decision::GiveUp("status 503, 8 times in a row".to_owned())
        );
        let long = judge(&response(429, Some("86400"), ""), 1, false);
        assert!(matches!(long, Decision::GiveUp(why) if why.contains("86400 seconds")));
        let broken = judge(&Answer::Broken("refused".to_owned()), ATTEMPTS_MAX, false);
        assert!(matches!(broken, Decision::GiveUp(_)));
    }

    #[test]
    fn what_is_cut_off_is_asked_for_again_and_what_is_no_json_is_not() {
        let whole = r#"{"value":[{"id":"1"}],"@odata.nextLink":"https://x/y"}"#;
        for end in 0..whole.len() {
            let decision = judge(&response(200, None, &whole[..end]), 1, false);
            assert_eq!(decision, Decision::Again(1), "{end}");
        }
        assert!(matches!(
            judge(&response(200, None, whole), 1, false),
            Decision::Page { items, next } if items.len() == 1 && next.is_some()
        ));
        let page = judge(&response(200, None, "<html>"), 1, false);
        assert!(matches!(page, Decision::GiveUp(_)));
        let one = judge(&response(200, None, "{\"id\":\"1\"}"), 1, false);
        assert!(matches!(one, Decision::GiveUp(_)));
    }

    #[test]
    fn refusals_are_told_in_the_words_of_the_service() {
        let body = r#"{"error":{"code":"Authorization_RequestDenied","message":"No."}}"#;
        let decision = judge(&response(403, None, body), 1, false);
        assert!(
            matches!(&decision, Decision::GiveUp(why)
                if why.starts_with("403 Authorization_RequestDenied: No.")),
            "{decision:?}"
        );
        assert_eq!(
            judge(&response(403, None, body), 1, true),
            Decision::Nothing
        );
        let expired = r#"{"error":{"code":"Directory_ExpiredPageToken","message":"-"}}"#;
        assert_eq!(
            judge(&response(400, None, expired), 1, false),
            Decision::StartOver
        );
    }
}
