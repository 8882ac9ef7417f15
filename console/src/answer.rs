//! Responses, all with the headers that keep a browser to this console.

use maud::{DOCTYPE, Markup, html};
use mock_cloud::server::Response;

/// Nothing but what the console itself serves is loaded, run, framed or sent to.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

fn base(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![
        ("Content-Type", content_type.to_owned()),
        ("Content-Security-Policy", POLICY.to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("Referrer-Policy", "same-origin".to_owned()),
        ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
        ("Cache-Control", "no-store".to_owned()),
    ];
    Response {
        status,
        headers,
        body: body.into(),
        ..Response::default()
    }
}

/// A page.
pub(crate) fn html(status: u16, page: Markup) -> Response {
    base(status, "text/html; charset=utf-8", page.into_string())
}

/// A file of the console's own.
pub(crate) fn file(content_type: &'static str, body: &'static str) -> Response {
    base(200, content_type, body)
}

/// A table for spreadsheets.
pub(crate) fn csv(body: String) -> Response {
    base(200, "text/csv; charset=utf-8", body)
}

/// One server-sent event.
pub(crate) fn event(body: String) -> Response {
    base(200, "text/event-stream", body)
}

/// Look there instead.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = base(303, "text/plain", "");
    response.headers.push(("Location", to.to_owned()));
    response
}

/// A refusal without any of the lab in it.
pub(crate) fn refused(status: u16, why: &str) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Refused - dirsync-lab" }
                link rel="stylesheet" href="/console.css";
            }
            body.alone {
                main id="main" {
                    h1 { "Refused" }
                    p { (why) }
                }
            }
        }
    };
    html(status, page)
}
