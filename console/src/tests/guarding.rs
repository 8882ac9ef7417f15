//! Nobody else gets in.

use mock_cloud::server::Request;

use super::{Browser, HOST, KEY};
use crate::{Console, Settings};

fn cycle() -> Request {
    Browser::form("/act", &[("do", "cycle"), ("policy", "delta")])
}

#[test]
fn a_name_that_is_not_this_machine_is_refused() {
    let mut browser = Browser::new();
    for (host, status) in [
        ("evil.example", 421),
        ("evil.example:8080", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:8080", 200),
        ("[::1]:8080", 200),
        ("127.0.0.1", 200),
    ] {
        let mut request = Request::new("GET", "/operations");
        host.clone_into(&mut request.host);
        assert_eq!(browser.ask(&request).status, status, "{host}");
    }
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let mut browser = Browser::new();
    for request in [
        cycle().header("Origin", "http://evil.example"),
        cycle().header("Origin", "null"),
        cycle().header("Sec-Fetch-Site", "cross-site"),
        cycle().header("Sec-Fetch-Site", "same-site"),
        cycle().bytes("do=cycle"),
        cycle().bytes("do=cycle&key=guess"),
        cycle().bytes([0xFF, 0xFE]),
    ] {
        assert_eq!(browser.ask(&request).status, 403, "{request:?}");
    }
    assert!(browser.lab.journal().is_empty());
    let own = cycle()
        .header("Origin", &format!("http://{HOST}"))
        .header("Sec-Fetch-Site", "same-origin");
    assert_eq!(browser.ask(&own).status, 303);
    assert_eq!(browser.lab.journal().len(), 1);
}

#[test]
fn elsewhere_a_token_is_needed() {
    let mut browser = Browser::new();
    browser.console = Console::new(Settings {
        token: Some("secret".to_owned()),
        form_key: KEY.to_owned(),
        about: None,
        read_only: false,
    });
    let ask = |browser: &mut Browser, request: Request| {
        let mut request = request;
        "lab.example:8080".clone_into(&mut request.host);
        browser.ask(&request)
    };
    let get = || Request::new("GET", "/operations");
    assert_eq!(ask(&mut browser, get()).status, 401);
    assert_eq!(
        ask(&mut browser, Request::new("GET", "/operations?token=secre")).status,
        401
    );
    let entered = ask(
        &mut browser,
        Request::new("GET", "/operations?token=secret"),
    );
    assert_eq!(entered.status, 303);
    assert_eq!(entered.header_value("Location"), Some("/operations"));
    let cookie = entered.header_value("Set-Cookie").expect("a cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    assert_eq!(
        ask(&mut browser, get().header("Cookie", &cookie)).status,
        200
    );
    let bearer = get().header("Authorization", "Bearer secret");
    assert_eq!(ask(&mut browser, bearer).status, 200);
}

#[test]
fn consoles_of_one_host_do_not_sign_each_other_out() {
    let with_token = |token: &str| {
        let mut browser = Browser::new();
        browser.console = Console::new(Settings {
            token: Some(token.to_owned()),
            ..Settings::local(KEY)
        });
        browser
    };
    let (mut one, mut other) = (with_token("first"), with_token("second"));
    let mut jar: Vec<String> = Vec::new();
    for (browser, host, token) in [
        (&mut one, "lab.example:8080", "first"),
        (&mut other, "lab.example:8081", "second"),
    ] {
        let mut enter = Request::new("GET", &format!("/operations?token={token}"));
        host.clone_into(&mut enter.host);
        let entered = browser.ask(&enter);
        let cookie = entered.header_value("Set-Cookie").unwrap_or_default();
        let (name, _) = cookie.split_once('=').expect("a cookie");
        // A browser keeps one cookie of a name for all ports of a host.
        jar.retain(|known| !known.starts_with(&format!("{name}=")));
        jar.push(cookie.split(';').next().unwrap_or_default().to_owned());
    }
    for (browser, host) in [
        (&mut one, "lab.example:8080"),
        (&mut other, "lab.example:8081"),
    ] {
        let mut again = Request::new("GET", "/operations").header("Cookie", &jar.join("; "));
        host.clone_into(&mut again.host);
        assert_eq!(browser.ask(&again).status, 200, "{host}");
    }
}

#[test]
fn every_response_keeps_the_browser_here() {
    let mut browser = Browser::new();
    for target in [
        "/operations",
        "/nowhere",
        "/console.css",
        "/console.js",
        "/cloud/users.csv",
    ] {
        let response = browser.get(target);
        let policy = response
            .header_value("Content-Security-Policy")
            .unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{target}");
        assert!(!policy.contains("unsafe"), "{target}");
        assert_eq!(
            response.header_value("X-Content-Type-Options"),
            Some("nosniff")
        );
    }
}

#[test]
fn one_that_only_shows_changes_nothing() {
    let mut browser = Browser::new();
    browser.console = Console::new(Settings {
        read_only: true,
        ..Settings::local(KEY)
    });
    assert_eq!(browser.ask(&cycle()).status, 403);
    assert!(browser.lab.journal().is_empty());
    let page = browser.page("/connectors");
    assert!(!page.contains("action=\"/act\""));
    let branch = [("from", "0"), ("insert", "delta")];
    assert_eq!(browser.post("/timeline/branch", &branch).status, 303);
}

#[test]
fn a_form_leads_back_to_this_console_only() {
    let mut browser = Browser::new();
    for back in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:1",
    ] {
        let to = browser.act(&[("do", "cycle"), ("back", back)]);
        assert!(to.starts_with("/operations?done="), "{back}: {to}");
    }
}
