//! Who may ask: no other site, nobody on the network without the token.

use mock_cloud::server::{Request, Response};

use crate::Settings;
use crate::answer;
use crate::query::{Query, url};

/// The name of the cookie: browsers do not tell the ports of a host apart, and each console has a
/// token of its own.
fn cookie(request: &Request) -> String {
    let port = request.host.rsplit_once(':').map(|(_, port)| port);
    let port = port.filter(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()));
    format!("dirsync-lab-console-{}", port.unwrap_or(request.scheme))
}

/// Refuses what did not come from the console's own pages, or not from somebody with the token.
pub(crate) fn admit(settings: &Settings, request: &Request) -> Result<(), Response> {
    match &settings.token {
        None if !is_loopback(&request.host) => {
            // A name that somebody else's server resolves to this machine.
            return Err(answer::refused(
                421,
                "this console is served to this machine only",
            ));
        }
        Some(token) if !knows(token, request) => return Err(sign_in(token, request)),
        _ => {}
    }
    if request.method == "GET" || request.method == "HEAD" {
        return Ok(());
    }
    let site = request.header_value("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(answer::refused(403, "the request comes from another site"));
    }
    let own = format!("{}://{}", request.scheme, request.host);
    let origin = request.header_value("origin");
    if origin.is_some_and(|origin| origin != own) {
        return Err(answer::refused(403, "the request comes from another site"));
    }
    let form = Query::parse(&String::from_utf8_lossy(&request.body));
    if same(form.text("key"), &settings.form_key) {
        Ok(())
    } else {
        Err(answer::refused(
            403,
            "the form is not one of this console: load the page again",
        ))
    }
}

/// Whether a `Host` header names this machine itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn knows(token: &str, request: &Request) -> bool {
    let bearer = request.header_value("authorization");
    if bearer.is_some_and(|text| same(text, &format!("Bearer {token}"))) {
        return true;
    }
    let cookies = request.header_value("cookie").unwrap_or_default();
    let mut cookies = cookies
        .split(';')
        .filter_map(|one| one.trim().split_once('='));
    let own = cookie(request);
    cookies.any(|(name, value)| name == own && same(value, token))
}

/// Takes the token out of the address and into a cookie, or asks for it.
fn sign_in(token: &str, request: &Request) -> Response {
    let query = Query::parse(&request.query);
    if request.method == "GET" && same(query.text("token"), token) {
        let mut response = answer::redirect(&url(&request.path, &[]));
        let name = cookie(request);
        let cookie = format!("{name}={token}; HttpOnly; SameSite=Strict; Path=/");
        response.headers.push(("Set-Cookie", cookie));
        return response;
    }
    answer::refused(
        401,
        "open the address with ?token= that `dirsync-lab serve` printed",
    )
}

/// Compares without telling how much agrees.
fn same(left: &str, right: &str) -> bool {
    let pairs = left.bytes().zip(right.bytes());
    let differing = pairs.fold(0, |all, (one, other)| all | (one ^ other));
    left.len() == right.len() && differing == 0
}
