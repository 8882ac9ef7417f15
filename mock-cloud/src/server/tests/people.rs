use serde_json::json;

use super::{Bench, refusal};

#[test]
fn a_user_is_found_by_id_and_by_name_whatever_the_spelling() {
    let mut bench = Bench::new();
    let (_, id) = bench.add_user("ann");
    for target in [
        format!("/v1.0/users/{id}"),
        format!("/v1.0//Users/{}", id.to_uppercase()),
        "/v1.0/users/ANN@lamplight.example".to_owned(),
        "/v1.0/users/ann%40lamplight.example".to_owned(),
        "/v1.0/users('ann@lamplight.example')".to_owned(),
        format!("/beta/users/{id}"),
    ] {
        let response = bench.get(&target);
        assert_eq!(response.status, 200, "{target}");
        assert_eq!(response.body_json()["id"], json!(id), "{target}");
    }
    let missing = bench.get("/v1.0/users/Bob@lamplight.example");
    assert_eq!(
        refusal(&missing),
        "404 Request_ResourceNotFound: Resource 'Bob@lamplight.example' does not exist or one of \
         its queried reference-property objects are not present."
    );
}

#[test]
fn a_new_user_needs_what_the_documentation_says_in_that_order() {
    let mut bench = Bench::new();
    let mut body = json!({});
    let steps = [
        (
            "accountEnabled",
            json!(true),
            "A value is required for property 'accountEnabled'",
        ),
        (
            "displayName",
            json!("Ann"),
            "A value is required for property 'displayName'",
        ),
        (
            "mailNickname",
            json!("ann"),
            "A value is required for property 'mailNickname'",
        ),
        (
            "userPrincipalName",
            json!("ann@elsewhere.example"),
            "A value is required for property 'userPrincipalName'",
        ),
        (
            "passwordProfile",
            json!({ "password": "short" }),
            "A password must be specified to create a new user.",
        ),
    ];
    for (name, value, missing) in steps {
        let answer = refusal(&bench.ask("POST", "/v1.0/users", &body));
        assert!(answer.contains(missing), "{answer}");
        body[name] = value;
    }
    let answer = refusal(&bench.ask("POST", "/v1.0/users", &body));
    assert!(
        answer.contains("does not comply with password complexity"),
        "{answer}"
    );
    body["passwordProfile"] = json!({ "password": "Correct-Horse-9" });
    assert_eq!(
        refusal(&bench.ask("POST", "/v1.0/users", &body)),
        "400 Request_BadRequest: The domain portion of the userPrincipalName property is invalid. \
         You must use one of the verified domain names in your organization. [InvalidValue \
         userPrincipalName]"
    );
    body["userPrincipalName"] = json!("ann@fed.lamplight.example");
    let answer = refusal(&bench.ask("POST", "/v1.0/users", &body));
    assert!(
        answer.contains("[PropertyRequired onPremisesImmutableId]"),
        "{answer}"
    );
    body["onPremisesImmutableId"] = json!(super::ANCHOR);
    let made = bench.ask("POST", "/v1.0/users", &body);
    assert_eq!(made.status, 201);
    let id = made.body_json()["id"].as_str().unwrap().to_owned();
    let location = made.header_value("Location").unwrap();
    assert_eq!(
        location,
        format!("https://graph.microsoft.com/v1.0/users/{id}")
    );
    let anchor = bench.object(&id).on_premises.immutable_id.clone();
    assert_eq!(anchor.unwrap().to_string(), super::ANCHOR);
}

#[test]
fn a_taken_name_is_refused_with_the_detail_that_scripts_read() {
    let mut bench = Bench::new();
    bench.add_user("ann");
    let body = json!({
        "accountEnabled": true, "displayName": "Ann", "mailNickname": "ann2",
        "userPrincipalName": "ANN@lamplight.example",
        "passwordProfile": { "password": "Correct-Horse-9" },
    });
    assert_eq!(
        refusal(&bench.ask("POST", "/v1.0/users", &body)),
        "400 Request_BadRequest: Another object with the same value for property \
         userPrincipalName already exists. [ObjectConflict userPrincipalName]"
    );
}

#[test]
fn every_response_carries_the_ids_of_its_request() {
    let mut bench = Bench::new();
    let request = super::Request::new("GET", "/v1.0/users/nobody@lamplight.example")
        .header("Authorization", "Bearer any")
        .header("client-request-id", "my-id");
    let response = bench.send(&request);
    let inner = response.body_json()["error"]["innerError"].clone();
    assert_eq!(inner["client-request-id"], json!("my-id"));
    assert_eq!(inner["date"], json!("2026-01-31T08:00:00"));
    assert_eq!(
        inner["request-id"].as_str(),
        response.header_value("request-id")
    );
    assert_eq!(response.header_value("client-request-id"), Some("my-id"));
}

#[test]
fn me_is_the_user_behind_the_token() {
    let mut bench = Bench::new();
    let (_, id) = bench.add_user("ann");
    let answer = refusal(&bench.get("/v1.0/me"));
    assert!(
        answer.contains("/me request is only valid with delegated"),
        "{answer}"
    );
    bench.service.settings.me = Some("ann@lamplight.example".to_owned());
    assert_eq!(bench.get("/v1.0/me").body_json()["id"], json!(id));
    assert_eq!(bench.get("/v1.0/me/memberOf").status, 200);
    let set = bench.ask("PATCH", "/v1.0/me", &json!({ "jobTitle": "Clerk" }));
    assert_eq!(set.status, 204);
}

#[test]
fn unknown_paths_and_methods_are_refused_as_graph_does() {
    let mut bench = Bench::new();
    let (_, id) = bench.add_user("ann");
    assert_eq!(
        refusal(&bench.get("/v1.0/userss")),
        "400 BadRequest: Resource not found for the segment 'userss'."
    );
    assert_eq!(
        refusal(&bench.ask("PUT", "/v1.0/users", &json!({}))),
        "405 Request_BadRequest: Specified HTTP method is not allowed for the request target."
    );
    // The route that Restore-MgUser takes.
    let wrong = bench.ask(
        "POST",
        &format!("/v1.0/users/{id}/microsoft.graph.restore"),
        &json!({}),
    );
    assert_eq!(wrong.status, 404);
    assert_eq!(bench.get("/v1.0/applications").status, 501);
}
