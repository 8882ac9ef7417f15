//! From a request to its response: the whole server as one function.

use serde_json::json;
use uuid::Uuid;

use super::batch;
use super::directory::{self, Exchange};
use super::host::{Fault, Host};
use super::message::{Request, Response};
use super::openapi::openapi;
use super::path::{Path, segments};
use super::problem::{Problem, Stamp};
use super::service::{Identity, Service};
use super::sign_in;
use super::throttle;
use crate::profile::GraphPolicy;

/// How large a body may be, in bytes: as Graph's own limit.
pub const BODY_MAX: usize = 4 * 1024 * 1024;
/// How long an address may be, in bytes.
pub(super) const ADDRESS_MAX: usize = 32 * 1024;

/// Answers a request: sign-in, Graph, and the little of Azure that signing in asks for.
///
/// Nothing here reads a clock or a socket: equal services, hosts and requests give equal answers.
pub fn respond(service: &mut Service, host: &mut dyn Host, request: &Request) -> Response {
    let stamp = stamp(service, host, request);
    let mut response = match host.fault(&request.method, &request.path) {
        Some(Fault::Refuse {
            status,
            retry_after,
        }) => refused(status, retry_after).into_response(&stamp),
        Some(Fault::LoseReply) => Response {
            lost: true,
            ..answer(service, host, request, &stamp)
        },
        None => answer(service, host, request, &stamp),
    };
    if request.method == "HEAD" {
        response.body.clear();
    }
    mark(response, &stamp)
}

fn stamp(service: &mut Service, host: &dyn Host, request: &Request) -> Stamp {
    let request_id: Uuid = service.next_uuid();
    let given = request.header_value("client-request-id");
    let given =
        given.filter(|id| id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()));
    Stamp {
        at: host.now(),
        request_id,
        client_request_id: given.map_or_else(|| request_id.to_string(), str::to_owned),
    }
}

/// Adds what every response carries.
fn mark(response: Response, stamp: &Stamp) -> Response {
    let diagnostic = json!({ "ServerInfo": {
        "DataCenter": "mock-cloud", "Slice": "E", "Ring": "1", "ScaleUnit": "001",
        "RoleInstance": "MOCKCLOUD00000001",
    } });
    let mut response = response
        .with_header("request-id", stamp.request_id.to_string())
        .with_header("client-request-id", stamp.client_request_id.clone())
        .with_header("x-ms-ags-diagnostic", diagnostic.to_string());
    if response.header_value("Cache-Control").is_none() {
        response = response.with_header("Cache-Control", "no-cache");
    }
    response
}

/// The refusal of an address beyond [`ADDRESS_MAX`], on its own or in a batch.
pub(super) fn address_too_long() -> Problem {
    Problem::new(414, "BadRequest", "The request address is too long.")
}

fn answer(
    service: &mut Service,
    host: &mut dyn Host,
    request: &Request,
    stamp: &Stamp,
) -> Response {
    if request.path.len() + request.query.len() > ADDRESS_MAX {
        return address_too_long().into_response(stamp);
    }
    if request.body.len() > BODY_MAX {
        let text = "The request body is larger than 4 MB.";
        return Problem::new(413, "RequestEntityTooLarge", text).into_response(stamp);
    }
    let Some(parts) = segments(&request.path) else {
        return Problem::new(
            400,
            "BadRequest",
            "The request address has too many segments.",
        )
        .into_response(stamp);
    };
    if parts.is_empty() {
        return Response::json(
            200,
            &json!({
                "name": "mock-cloud",
                "graph": format!("{}/v1.0", request.origin()),
                "openapi": format!("{}/openapi.json", request.origin()),
                "authority": format!("{}/{}", request.origin(), host.tenant().organization.id),
            }),
        );
    }
    if parts == ["openapi.json"] {
        return Response::json(200, &openapi(&format!("{}/v1.0", request.origin())));
    }
    let Some(path) = Path::parse(&parts) else {
        return sign_in::answer(service, host, request, &parts).unwrap_or_else(|| {
            let text = format!("Invalid version: {}", parts[0]);
            Problem::new(400, "BadRequest", text).into_response(stamp)
        });
    };
    graph(service, host, request, &path).unwrap_or_else(|problem| problem.into_response(stamp))
}

/// Answers a request for Graph.
fn graph(
    service: &mut Service,
    host: &mut dyn Host,
    request: &Request,
    path: &Path,
) -> Result<Response, Problem> {
    if path.names() == ["$metadata"] {
        return Ok(directory::metadata());
    }
    let identity = sign_in::bearer(service, host, request)?;
    if path.names() == ["$batch"] {
        return batch::answer(service, host, request, &identity, path.beta);
    }
    serve(service, host, request, path, identity)
}

/// Answers a request for Graph whose sender is known.
pub(super) fn serve(
    service: &mut Service,
    host: &mut dyn Host,
    request: &Request,
    path: &Path,
    identity: Identity,
) -> Result<Response, Problem> {
    let is_write = path.is_write(&request.method);
    let units = throttle::cost(is_write, &path.names(), &request.query);
    let mut used = None;
    let throttling = host.conduct().throttling;
    let objects = host.tenant().objects().len();
    if let Some(max) = throttling.units(objects) {
        let client = identity.client().to_owned();
        let taken = service
            .throttle
            .take(&client, max, units, is_write, host.now());
        let tenant = host.tenant().organization.id;
        used = Some(taken.map_err(|wait| {
            host.sent_away(wait.retry_after);
            let scope = format!("Tenant_Application/ReadWrite/{client}/{tenant}");
            refused(429, Some(wait.retry_after))
                .header("x-ms-throttle-information", wait.information)
                .header("x-ms-throttle-scope", scope)
        })?);
    }
    if is_write {
        refuse_headers(host.tenant().policy.graph, request)?;
    }
    let version = if path.beta { "beta" } else { "v1.0" };
    let base = format!("{}/{version}", request.origin());
    let mut exchange = Exchange {
        service,
        host,
        request,
        path,
        identity,
        base,
    };
    let response = exchange.answer().map_err(|mut problem| {
        if host.tenant().policy.graph.conflicting_object_is_left_out {
            problem
                .details
                .retain(|(code, ..)| *code != "ConflictingObjects");
        }
        problem
    })?;
    let mut response = response
        .with_header("OData-Version", "4.0")
        .with_header("x-ms-resource-unit", units.to_string());
    if let Some(part) = used.filter(|part| *part >= 0.8) {
        response = response.with_header("x-ms-throttle-limit-percentage", format!("{part:.1}"));
    }
    Ok(response)
}

/// Refuses headers of a write, where the policy takes them so.
fn refuse_headers(policy: GraphPolicy, request: &Request) -> Result<(), Problem> {
    let matching = request.header_value("if-match");
    if policy.if_match_is_refused && matching.is_some_and(|tag| tag.trim() != "*") {
        let text = "The precondition in the If-Match header does not hold: the object has no ETag.";
        return Err(Problem::new(412, "PreconditionFailed", text));
    }
    let kind = request.header_value("content-type").unwrap_or_default();
    let is_json = kind
        .trim()
        .to_ascii_lowercase()
        .starts_with("application/json");
    if policy.content_type_is_checked && !request.body.is_empty() && !is_json {
        let text = format!(
            "A supported MIME type could not be found that matches the content type of the \
             request. None of the supported type(s) 'application/json' matches the content type \
             '{kind}'."
        );
        return Err(Problem::new(415, "UnsupportedMediaType", text));
    }
    Ok(())
}

/// The error of a service that can't or won't serve a request now.
pub(super) fn refused(status: u16, retry_after: Option<u32>) -> Problem {
    let (code, text) = match status {
        429 => (
            "TooManyRequests",
            "Too many requests. Please try again later.",
        ),
        502 => ("BadGateway", "The server received an invalid response."),
        503 => (
            "ServiceUnavailable",
            "The service is temporarily unavailable. Try again later.",
        ),
        504 => ("GatewayTimeout", "The server did not answer in time."),
        _ => ("InternalServerError", "An unexpected error occurred."),
    };
    let problem = Problem::new(status, code, text);
    match retry_after {
        Some(seconds) => problem.header("Retry-After", seconds.to_string()),
        None => problem,
    }
}
