//! Servers of fixed answers that people use in place of Graph, for scale: json-server, Prism and
//! Mockoon, from a directory that npm installed them into.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::Failure;
use crate::server::{Server, free_address};

/// A peer, and what it answers as Graph would.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    /// The target of one user by id.
    pub(crate) one: fn(&str) -> String,
    /// The target of a page of a hundred.
    pub(crate) page: &'static str,
}

/// Starts each peer of a directory with the bodies that Graph answers for one user and for a page,
/// and with everybody where it has a store.
pub(crate) fn start(
    tools: &Path,
    place: &Path,
    everybody: &Path,
    (one, page): (&[u8], &[u8]),
) -> Result<Vec<Peer>, Failure> {
    let everybody = read(&fs::read(everybody)?)?;
    let database = json!({ "users": everybody["value"] });
    let one = read(one)?;
    let page = read(page)?;
    let files = [
        ("db.json", database),
        ("openapi.json", description(&one, &page)),
        ("mockoon.json", environment(&one, &page)),
    ];
    for (name, value) in files {
        fs::write(place.join(name), value.to_string())?;
    }
    let tool = |name: &str, arguments: &dyn Fn(&mut Command, &str)| {
        let address = free_address()?;
        let port = address.rsplit(':').next().unwrap_or_default().to_owned();
        let mut command = crate::server::pinned(&tools.join("node_modules/.bin").join(name));
        command.current_dir(place);
        arguments(&mut command, &port);
        Server::start(command, address)
    };
    let json_server = tool("json-server", &|command, port| {
        command.args(["--quiet", "--host", "127.0.0.1", "--port", port, "db.json"]);
    })?;
    let prism = tool("prism", &|command, port| {
        command.args([
            "mock",
            "--host",
            "127.0.0.1",
            "--port",
            port,
            "openapi.json",
        ]);
    })?;
    let mockoon = tool("mockoon-cli", &|command, port| {
        command.args(["start", "--data", "mockoon.json", "--port", port]);
        command.args(["-X", "--disable-admin-api", "--repair"]);
    })?;
    let by_id: fn(&str) -> String = |id| format!("/users/{id}");
    let peer = |name, server, page| Peer {
        name,
        server,
        one: by_id,
        page,
    };
    Ok(vec![
        peer("json-server", json_server, "/users?_limit=100"),
        peer("Prism", prism, "/users"),
        peer("Mockoon", mockoon, "/users"),
    ])
}

fn read(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes).map_err(|_| Failure::Garbled)
}

/// What Prism answers from: examples.
fn description(one: &Value, page: &Value) -> Value {
    let get = |example: &Value| {
        let content = json!({ "application/json": {
            "schema": { "type": "object" }, "example": example,
        } });
        json!({ "get": { "responses": { "200": { "description": "Done", "content": content } } } })
    };
    let mut by_id = get(one);
    by_id["parameters"] = json!([{
        "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
    }]);
    json!({
        "openapi": "3.1.0",
        "info": { "title": "users", "version": "1" },
        "paths": { "/users": get(page), "/users/{id}": by_id },
    })
}

/// What Mockoon answers from: routes with bodies.
fn environment(one: &Value, page: &Value) -> Value {
    let route = |number: u32, endpoint: &str, body: &Value| {
        json!({
            "uuid": format!("00000000-0000-4000-8000-{number:012}"),
            "type": "http",
            "method": "get",
            "endpoint": endpoint,
            "responses": [{
                "uuid": format!("00000000-0000-4000-9000-{number:012}"),
                "statusCode": 200,
                "default": true,
                "disableTemplating": true,
                "headers": [{ "key": "Content-Type", "value": "application/json" }],
                "body": body.to_string(),
            }],
        })
    };
    let routes = [route(1, "users", page), route(2, "users/:id", one)];
    let children: Vec<Value> = routes
        .iter()
        .map(|route| json!({ "type": "route", "uuid": route["uuid"] }))
        .collect();
    json!({
        "uuid": "00000000-0000-4000-8000-000000000000",
        "name": "users",
        "port": 3000,
        "hostname": "127.0.0.1",
        "routes": routes,
        "rootChildren": children,
    })
}
