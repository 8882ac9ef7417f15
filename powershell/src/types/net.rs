//! Addresses and credentials.

use std::rc::Rc;

use crate::convert::to_text;
use crate::error::ErrorRecord;
use crate::value::{Object, Value};

use super::{Arguments, Called, typed};

/// A `[uri]`.
pub(crate) fn uri(text: &str) -> Value {
    let original = text.trim();
    let kind = "System.Uri";
    let Some((scheme, rest)) = original.split_once("://") else {
        let properties = vec![
            ("OriginalString", Value::text(original)),
            ("IsAbsoluteUri", Value::Bool(false)),
        ];
        return Value::Object(typed(kind, properties, Some(original)));
    };
    let scheme = scheme.to_lowercase();
    let (rest, fragment) = split_at(rest, '#');
    let (rest, query) = split_at(rest, '?');
    let (authority, path) = split_at(rest, '/');
    let path = if path.is_empty() { "/" } else { path };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let default = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        "ftp" => 21,
        "ldap" => 389,
        _ => -1,
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, port.parse::<i32>().unwrap_or(default)),
        None => (host, default),
    };
    let host = host.to_lowercase();
    let authority = if port == default {
        host.clone()
    } else {
        format!("{host}:{port}")
    };
    let absolute = format!("{scheme}://{authority}{path}{query}{fragment}");
    let segments = path.split_inclusive('/');
    let properties = vec![
        ("AbsolutePath", Value::text(path)),
        ("AbsoluteUri", Value::text(&absolute)),
        ("LocalPath", Value::text(path)),
        ("Authority", Value::text(&authority)),
        ("IsDefaultPort", Value::Bool(port == default)),
        ("Segments", Value::texts(segments)),
        ("PathAndQuery", Value::from(format!("{path}{query}"))),
        ("Query", Value::text(query)),
        ("Fragment", Value::text(fragment)),
        ("Host", Value::text(&host)),
        ("DnsSafeHost", Value::text(&host)),
        ("Port", Value::Int(port)),
        ("OriginalString", Value::text(original)),
        ("IsAbsoluteUri", Value::Bool(true)),
        ("Scheme", Value::text(&scheme)),
        ("UserInfo", Value::text(user)),
    ];
    Value::Object(typed(kind, properties, Some(&absolute)))
}

/// What is before a mark, and the mark with what follows.
fn split_at(text: &str, mark: char) -> (&str, &str) {
    text.find(mark).map_or((text, ""), |at| text.split_at(at))
}

/// A `[mailaddress]`; `None` where it is none.
pub(crate) fn mail_address(text: &str) -> Option<Value> {
    let text = text.trim();
    let (name, address) = match (text.rfind('<'), text.ends_with('>')) {
        (Some(at), true) => (
            text[..at].trim().trim_matches('"'),
            &text[at + 1..text.len() - 1],
        ),
        _ => ("", text),
    };
    let (user, host) = address.split_once('@')?;
    let bad = |it: &str| it.is_empty() || it.contains(char::is_whitespace) || it.contains('@');
    let dots = |it: &str| it.starts_with('.') || it.ends_with('.') || it.contains("..");
    if bad(user) || bad(host) || dots(user) || dots(host) {
        return None;
    }
    let shown = if name.is_empty() {
        address.to_owned()
    } else {
        format!("\"{name}\" <{address}>")
    };
    let properties = vec![
        ("DisplayName", Value::text(name)),
        ("User", Value::text(user)),
        ("Host", Value::text(host)),
        ("Address", Value::text(address)),
    ];
    Some(Value::Object(typed(
        "System.Net.Mail.MailAddress",
        properties,
        Some(&shown),
    )))
}

/// A `[pscredential]`.
pub(crate) fn credential(user: &str, password: &Value) -> Value {
    let properties = vec![
        ("UserName", Value::text(user)),
        ("Password", password.clone()),
    ];
    let kind = "System.Management.Automation.PSCredential";
    Value::Object(typed(kind, properties, Some(kind)))
}

/// `GetNetworkCredential()` of a `[pscredential]`.
pub(crate) fn network_credential(object: &Object) -> Value {
    let user = object
        .get("UserName")
        .map_or(String::new(), |it| to_text(&it));
    let password = match object.get("Password") {
        Some(Value::Secure(text)) => Value::Text(text),
        _ => Value::text(""),
    };
    let (domain, user) = user.split_once('\\').unwrap_or(("", &user));
    let properties = vec![
        ("UserName", Value::text(user)),
        ("Password", password.clone()),
        ("SecurePassword", secure(&password)),
        ("Domain", Value::text(domain)),
    ];
    Value::Object(typed("System.Net.NetworkCredential", properties, None))
}

fn secure(password: &Value) -> Value {
    match password {
        Value::Text(text) => Value::Secure(Rc::clone(text)),
        other => other.clone(),
    }
}

/// Makes an object of these types.
pub(crate) fn construct(kind: &str, arguments: &Arguments<'_>) -> Called {
    let done = match kind {
        "System.Uri" => arguments
            .text(0)
            .and_then(|text| absolute(&text, arguments)),
        "System.Net.Mail.MailAddress" => arguments.text(0).and_then(|text| {
            let reason = "The specified string is not in the form required for an e-mail address.";
            mail_address(&text).ok_or_else(|| arguments.format(reason))
        }),
        "System.Management.Automation.PSCredential" => new_credential(arguments),
        "System.Net.NetworkCredential" => arguments.text(0).map(|user| {
            let password = match arguments.get(1) {
                Ok(Value::Secure(text)) => Value::Secure(Rc::clone(text)),
                Ok(other) => Value::Secure(Rc::from(to_text(other))),
                Err(_) => Value::Secure(Rc::from("")),
            };
            match credential(&user, &password) {
                Value::Object(object) => network_credential(&object),
                other => other,
            }
        }),
        "System.Security.Principal.SecurityIdentifier" => arguments.text(0).map(|text| {
            let properties = vec![("Value", Value::text(&text))];
            Value::Object(typed(kind, properties, Some(&text)))
        }),
        _ => return None,
    };
    Some(done)
}

fn absolute(text: &str, arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    if !text.contains(':') {
        let reason = "Invalid URI: The format of the URI could not be determined.";
        return Err(arguments.failed(reason, "System.UriFormatException"));
    }
    Ok(uri(text))
}

fn new_credential(arguments: &Arguments<'_>) -> Result<Value, ErrorRecord> {
    let user = arguments.text(0)?;
    if user.is_empty() {
        let reason = "Cannot process argument because the value of argument \"userName\" is not \
        valid. \
                      Change the value of the \"userName\" argument and run the operation again.";
        return Err(arguments.failed(reason, "System.Management.Automation.PSArgumentException"));
    }
    match arguments.get(1)? {
        password @ Value::Secure(_) => Ok(credential(&user, password)),
        Value::Null => {
            let reason = "Cannot process argument because the value of argument \"password\" is \
            null. \
                          Change the value of argument \"password\" to a non-null value.";
            Err(arguments.failed(
                reason,
                "System.Management.Automation.PSArgumentNullException",
            ))
        }
        // There is no way from a string to a secure one.
        _ => Err(super::no_overload("PSCredential", arguments.len())),
    }
}

/// A text as part of an address (`[uri]::EscapeDataString`).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(format!("%{byte:02X}").as_str());
        }
    }
    out
}

/// The text behind an escaped one.
pub(crate) fn unescaped(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) if plus => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
