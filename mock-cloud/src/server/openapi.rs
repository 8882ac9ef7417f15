//! An OpenAPI description of what is served, made from one table of operations and the types of
//! [`crate::odata`].

use serde_json::{Map, Value, json};

use crate::odata::openapi_schemas;

/// The operations: method, path, which query options, the schema of the body, and each status with
/// the schema of its answer.
const OPERATIONS: &str = include_str!("openapi.tsv");

/// The OpenAPI 3.1 description of what a server at `base` (`http://localhost:8080/v1.0`) serves.
pub fn openapi(base: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for line in OPERATIONS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        if let [method, path, options, body, answer] = cells[..] {
            let operations = paths.entry(path).or_insert_with(|| json!({}));
            operations[method] = operation(path, options, body, answer);
        }
    }
    let mut schemas = openapi_schemas();
    if let (Some(schemas), Value::Object(bodies)) = (schemas.as_object_mut(), bodies()) {
        schemas.extend(bodies);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Microsoft Graph v1.0 as mock-cloud serves it",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": base }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn operation(path: &str, options: &str, body: &str, answer: &str) -> Value {
    let mut operation = json!({
        "parameters": parameters(path, options),
        "responses": responses(answer),
    });
    if body != "-" {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": reference(body) } },
        });
    }
    operation
}

fn parameters(path: &str, options: &str) -> Vec<Value> {
    let mut all: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let schema = json!({ "type": "string", "minLength": 1 });
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect();
    let names: &[&str] = match options {
        "one" => &["$select", "$expand"],
        "count" => &["$filter", "$search"],
        "delta" => &["$select", "$filter", "$deltatoken", "$skiptoken"],
        "many" => &[
            "$select",
            "$expand",
            "$filter",
            "$search",
            "$orderby",
            "$skiptoken",
        ],
        _ => &[],
    };
    for name in names {
        all.push(json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
    }
    if options == "many" {
        let top = json!({ "type": "integer", "minimum": 1, "maximum": 999 });
        all.push(json!({ "name": "$top", "in": "query", "schema": top }));
        let count = json!({ "type": "boolean" });
        all.push(json!({ "name": "$count", "in": "query", "schema": count }));
    }
    if matches!(options, "many" | "count") {
        let level = json!({ "type": "string", "enum": ["eventual"] });
        all.push(json!({ "name": "ConsistencyLevel", "in": "header", "schema": level }));
    }
    all
}

fn responses(answer: &str) -> Value {
    let content = |schema: &str| match schema {
        "text" => json!({ "text/plain": { "schema": { "type": "string" } } }),
        "xml" => json!({ "application/xml": {} }),
        "object" => json!({ "application/json": { "schema": { "type": "object" } } }),
        name => json!({ "application/json": { "schema": reference(name) } }),
    };
    let mut all = Map::new();
    for one in answer.split(", ") {
        let mut response = json!({ "description": "Done" });
        let (status, schema) = one.split_once(' ').unwrap_or((one, ""));
        if !schema.is_empty() {
            response["content"] = content(schema);
        }
        all.insert(status.to_owned(), response);
    }
    let refused = json!({ "description": "Refused", "content": content("odataError") });
    all.insert("default".to_owned(), refused);
    Value::Object(all)
}

/// The schemas of request bodies.
fn bodies() -> Value {
    let text = json!({ "type": "string" });
    let flag = json!({ "type": "boolean" });
    let texts = json!({ "type": "array", "items": text });
    let object = |required: &[&str], properties: Value| {
        let kind = "object";
        json!({ "type": kind, "required": required, "properties": properties })
    };
    let profile = object(&["password"], json!({ "password": text }));
    let user = json!({
        "accountEnabled": flag, "displayName": text, "mailNickname": text,
        "userPrincipalName": text, "passwordProfile": profile, "jobTitle": text, "mail": text,
        "onPremisesImmutableId": { "type": ["string", "null"] }, "otherMails": texts,
        "usageLocation": text,
    });
    let group = json!({
        "displayName": text, "mailEnabled": flag, "mailNickname": text, "securityEnabled": flag,
        "groupTypes": texts, "description": text,
    });
    let request = object(
        &["id", "method", "url"],
        json!({
            "id": text, "method": text, "url": text, "body": { "type": "object" },
            "headers": { "type": "object" }, "dependsOn": texts,
        }),
    );
    let sku = object(&["skuId"], json!({ "skuId": text, "disabledPlans": texts }));
    json!({
        "newUser": object(
            &["accountEnabled", "displayName", "mailNickname", "passwordProfile",
                "userPrincipalName"],
            user.clone(),
        ),
        "userUpdate": object(&[], user),
        "newGroup": object(
            &["displayName", "mailEnabled", "mailNickname", "securityEnabled"],
            group.clone(),
        ),
        "groupUpdate": object(&[], group),
        "reference": object(&["@odata.id"], json!({ "@odata.id": text })),
        "syncBehavior": object(&["isCloudManaged"], json!({ "isCloudManaged": flag })),
        "licences": object(
            &["addLicenses", "removeLicenses"],
            json!({ "addLicenses": { "type": "array", "items": sku }, "removeLicenses": texts }),
        ),
        "memberGroups": object(&["securityEnabledOnly"], json!({ "securityEnabledOnly": flag })),
        "groupIds": object(&["groupIds"], json!({ "groupIds": texts })),
        "ids": object(&["ids"], json!({ "ids": texts, "types": texts })),
        "owned": object(&["userId", "type"], json!({ "userId": text, "type": text })),
        "newRole": object(&["roleTemplateId"], json!({ "roleTemplateId": text })),
        "newAssignment": object(
            &["principalId", "roleDefinitionId"],
            json!({ "principalId": text, "roleDefinitionId": text, "directoryScopeId": text }),
        ),
        "newDomain": object(&["id"], json!({ "id": text })),
        "domainUpdate": object(&[], json!({ "isDefault": flag })),
        "organizationUpdate": object(&[], json!({ "onPremisesSyncEnabled": flag })),
        "newPassword": object(
            &["newPassword"],
            json!({ "currentPassword": text, "newPassword": text }),
        ),
        "restore": object(
            &[],
            json!({ "autoReconcileProxyConflict": flag, "newUserPrincipalName": text }),
        ),
        "synchronization": object(
            &[],
            json!({
                "features": { "type": "object", "additionalProperties": flag },
                "configuration": { "type": "object" },
            }),
        ),
        "batch": object(
            &["requests"],
            json!({ "requests": { "type": "array", "items": request, "maxItems": 20 } }),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::path::{Path, segments};
    use super::*;

    /// Whether an address fits the path of an operation.
    fn fits(template: &str, asked: &Path) -> bool {
        let own = Path::of(false, &segments(template).unwrap());
        own.lower.len() == asked.lower.len()
            && own.lower.iter().zip(&asked.lower).all(|(own, asked)| {
                let is_name = own.starts_with('{') && !asked.starts_with('$');
                own == asked || is_name && asked != "delta"
            })
    }

    #[test]
    fn what_the_parity_page_asks_for_is_described() {
        let description = openapi("http://localhost:8080/v1.0");
        let paths = description["paths"].as_object().unwrap();
        let page = include_str!("../../../docs/parity-graph.md");
        let mut asked = 0;
        for line in page.lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<&str> = line.split(" | ").collect();
            let [_, request, answer, ..] = cells[..] else {
                continue;
            };
            let Some((method, target)) = request.trim_start_matches('`').split_once(" /v1.0/")
            else {
                continue;
            };
            if !answer.starts_with('2') {
                continue;
            }
            let target = target.split(['`', '?']).next().unwrap_or_default();
            let path = Path::of(false, &segments(target).unwrap());
            let method = method.to_lowercase();
            let known = paths
                .iter()
                .any(|(template, them)| fits(template, &path) && them.get(&method).is_some());
            assert!(known, "{method} {target} is answered and not described");
            asked += 1;
        }
        assert!(asked > 80, "{asked}");
    }

    /// Every `$ref` of a value, wherever it stands.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(all) => all.iter().for_each(|one| references(one, found)),
            Value::Object(map) => {
                for (name, one) in map {
                    match one.as_str().filter(|_| name == "$ref") {
                        Some(text) => found.push(text.to_owned()),
                        None => references(one, found),
                    }
                }
            }
            _ => {}
        }
    }

    #[test]
    fn whatever_the_description_refers_to_is_in_it() {
        let description = openapi("http://localhost:8080/v1.0");
        let mut found = Vec::new();
        references(&description, &mut found);
        assert!(found.len() > 100, "{}", found.len());
        for one in found {
            let pointer = one.trim_start_matches('#');
            assert!(description.pointer(pointer).is_some(), "{one}");
        }
    }
}
