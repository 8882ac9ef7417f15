use serde_json::{Value, json};

use super::{Bench, refusal};

fn reference(id: &str) -> Value {
    // Clients write the host they believe in.
    json!({ "@odata.id": format!("https://graph.example:8443/v1.0/directoryObjects/{id}") })
}

#[test]
fn members_come_and_go_by_reference() {
    let mut bench = Bench::new();
    let ((ann_key, ann), (group_key, group)) = (bench.add_user("ann"), bench.add_group("crew"));
    let target = format!("/v1.0/groups/{group}/members/$ref");
    assert_eq!(bench.ask("POST", &target, &reference(&ann)).status, 204);
    assert_eq!(
        *bench.tenant().object(group_key).unwrap().members,
        [ann_key]
    );
    assert_eq!(
        refusal(&bench.ask("POST", &target, &reference(&ann))),
        "400 Request_BadRequest: One or more added object references already exist for the \
         following modified properties: 'members'."
    );
    let nobody = "11111111-2222-4333-8444-555555555555";
    assert_eq!(bench.ask("POST", &target, &reference(nobody)).status, 404);
    assert_eq!(
        bench.ask("POST", &target, &json!({ "id": ann })).status,
        400
    );
    // Without `$ref` the real service would delete the user.
    let without = format!("/v1.0/groups/{group}/members/{ann}");
    assert_eq!(bench.ask("DELETE", &without, &Value::Null).status, 501);
    let with = format!("{without}/$ref");
    assert_eq!(bench.ask("DELETE", &with, &Value::Null).status, 204);
    assert_eq!(bench.ask("DELETE", &with, &Value::Null).status, 404);
    assert_eq!(bench.get(&format!("/v1.0/users/{ann}")).status, 200);
}

#[test]
fn bound_members_are_added_all_or_none() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let (key, group) = bench.add_group("crew");
    let bind = |ids: &[&String]| {
        let all: Vec<String> = ids
            .iter()
            .map(|id| format!("https://graph.microsoft.com/v1.0/directoryObjects('{id}')"))
            .collect();
        json!({ "members@odata.bind": all })
    };
    let target = format!("/v1.0/groups/{group}");
    let nobody = "11111111-2222-4333-8444-555555555555".to_owned();
    assert_eq!(
        bench.ask("PATCH", &target, &bind(&[&ann, &nobody])).status,
        404
    );
    assert!(bench.tenant().object(key).unwrap().members.is_empty());
    assert_eq!(
        bench.ask("PATCH", &target, &bind(&[&ann, &bob])).status,
        204
    );
    assert_eq!(bench.tenant().object(key).unwrap().members.len(), 2);
    assert_eq!(bench.ask("PATCH", &target, &bind(&[&ann; 21])).status, 400);
}

#[test]
fn memberships_are_found_through_nested_groups() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let ((_, inner), (_, outer)) = (bench.add_group("inner"), bench.add_group("outer"));
    bench.ask(
        "POST",
        &format!("/v1.0/groups/{inner}/members/$ref"),
        &reference(&ann),
    );
    bench.ask(
        "POST",
        &format!("/v1.0/groups/{outer}/members/$ref"),
        &reference(&inner),
    );
    // A ring is no reason to search for ever.
    bench.ask(
        "POST",
        &format!("/v1.0/groups/{inner}/members/$ref"),
        &reference(&outer),
    );
    let target = format!("/v1.0/users/{ann}/getMemberGroups");
    let found = bench
        .ask("POST", &target, &json!({ "securityEnabledOnly": true }))
        .body_json();
    let mut found: Vec<&str> = found["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    found.sort_unstable();
    let mut expected = vec![inner.as_str(), outer.as_str()];
    expected.sort_unstable();
    assert_eq!(found, expected);
    let body = json!({ "groupIds": [outer, ann] });
    let check = bench.ask(
        "POST",
        &format!("/v1.0/users/{ann}/checkMemberGroups"),
        &body,
    );
    assert_eq!(check.body_json()["value"], json!([outer]));
}

#[test]
fn groups_that_graph_does_not_make_are_refused() {
    let mut bench = Bench::new();
    let mail = json!({
        "displayName": "x", "mailNickname": "x", "mailEnabled": true, "securityEnabled": true,
    });
    let answer = refusal(&bench.ask("POST", "/v1.0/groups", &mail));
    assert!(answer.contains("does not currently support writes of mail-enabled groups"));
    let mut unified = mail;
    unified["groupTypes"] = json!(["Unified"]);
    let made = bench.ask("POST", "/v1.0/groups", &unified);
    assert_eq!(made.status, 201);
    let id = made.body_json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        bench.object(&id).mail.as_deref(),
        Some("x@lamplight.example")
    );
    let answer = refusal(&bench.ask("POST", "/v1.0/groups", &unified));
    assert!(
        answer.contains("property mailNickname already exists"),
        "{answer}"
    );
}

#[test]
fn roles_are_given_by_template_and_listed_by_principal() {
    let mut bench = Bench::new();
    let (key, ann) = bench.add_user("ann");
    let template = "62e90394-69f5-4237-9190-012177145e10";
    let body = json!({ "principalId": ann, "roleDefinitionId": template, "directoryScopeId": "/" });
    let target = "/v1.0/roleManagement/directory/roleAssignments";
    let made = bench.ask("POST", target, &body);
    assert_eq!(made.status, 201);
    assert!(bench.tenant().roles.is_administrator(key));
    let filter = format!("{target}?$filter=principalId%20eq%20'{ann}'");
    let found = bench.get(&filter).body_json();
    assert_eq!(found["value"][0]["roleDefinitionId"], json!(template));
    let id = made.body_json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        bench
            .ask("DELETE", &format!("{target}/{id}"), &Value::Null)
            .status,
        204
    );
    assert!(!bench.tenant().roles.is_administrator(key));
    let role = format!("/v1.0/directoryRoles/roleTemplateId={template}/members/$ref");
    assert_eq!(bench.ask("POST", &role, &reference(&ann)).status, 204);
    assert!(bench.tenant().roles.is_administrator(key));
}

#[test]
fn role_assignments_are_filtered_by_all_that_is_asked() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let target = "/v1.0/roleManagement/directory/roleAssignments";
    let global = "62e90394-69f5-4237-9190-012177145e10";
    let users = "fe930be7-5e62-47db-91af-98c3a49a38b1";
    for (who, role) in [(&ann, global), (&ann, users), (&bob, global)] {
        let body = json!({ "principalId": who, "roleDefinitionId": role });
        assert_eq!(bench.ask("POST", target, &body).status, 201);
    }
    let mut count = |filter: &str| {
        let found = bench.get(&format!("{target}?$filter={}", filter.replace(' ', "%20")));
        let all = found.body_json()["value"].as_array().map(Vec::len);
        (found.status, all.unwrap_or_default())
    };
    let one = format!("principalId eq '{ann}' and roleDefinitionId eq '{users}'");
    assert_eq!(count(&one), (200, 1));
    assert_eq!(count(&format!("principalid eq '{ann}'")), (200, 2));
    assert_eq!(count(&format!("roleDefinitionId eq '{global}'")), (200, 2));
    for refused in [
        "nobody eq 'x'",
        "principalId eq 'x' or principalId eq 'y'",
        "principalId eq 'x' and",
        "principalId ne 'x'",
        "principalId eq 'x",
        "",
    ] {
        assert_eq!(count(refused).0, 400, "{refused}");
    }
    let expanded = format!("{target}?$expand=principal,roleDefinition&$select=id&$top=9");
    let first = bench.get(&expanded).body_json()["value"][0].clone();
    assert_eq!(first["principal"]["@odata.type"], "#microsoft.graph.user");
    assert!(first["roleDefinition"]["displayName"].is_string());
    assert!(first["principalId"].is_null(), "not selected");
    assert_eq!(bench.get(&format!("{target}?$top=1")).status, 501);
}

#[test]
fn get_by_ids_gives_no_other_type_than_asked_for() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let mut count = |types: Value| {
        let body = json!({ "ids": [ann], "types": types });
        let found = bench.ask("POST", "/v1.0/directoryObjects/getByIds", &body);
        found.body_json()["value"].as_array().map(Vec::len)
    };
    assert_eq!(count(json!([])), Some(1));
    assert_eq!(count(json!(["user", "device"])), Some(1));
    assert_eq!(count(json!(["device"])), Some(0));
}

#[test]
fn what_is_selected_twice_is_answered_once() {
    let mut bench = Bench::new();
    bench.add_user("ann");
    let stars = vec!["*"; 5_000].join(",");
    let selects = [("*", stars.as_str()), ("id,mail", "id,mail,id,MAIL,id")];
    for (once, often) in selects {
        let mut select = |names: &str| {
            let answer = bench.get(&format!("/v1.0/users?$select={names}"));
            answer.body_json()["value"].to_string()
        };
        assert_eq!(select(once), select(often), "{once}");
    }
    let keys = vec!["displayName"; 2_000].join(",");
    let ordered = bench.get(&format!("/v1.0/users?$orderby={keys}"));
    assert_eq!(ordered.status, 200);
}

#[test]
fn a_manager_is_set_read_and_removed() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let target = format!("/v1.0/users/{ann}/manager");
    assert_eq!(bench.get(&target).status, 404);
    assert_eq!(
        bench
            .ask("PUT", &format!("{target}/$ref"), &reference(&bob))
            .status,
        204
    );
    assert_eq!(bench.get(&target).body_json()["id"], json!(bob));
    let reports = format!("/v1.0/users/{bob}/directReports");
    let ids = |answer: &Value| answer["value"][0]["id"].clone();
    assert_eq!(ids(&bench.get(&reports).body_json()), json!(ann));
    assert_eq!(
        bench
            .ask("DELETE", &format!("{target}/$ref"), &Value::Null)
            .status,
        204
    );
    assert_eq!(bench.get(&target).status, 404);
    assert!(ids(&bench.get(&reports).body_json()).is_null());
}

fn unified(name: &str, more: &Value) -> Value {
    let mut body = json!({
        "displayName": name, "mailNickname": name, "mailEnabled": true, "securityEnabled": false,
        "groupTypes": ["Unified"],
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// What a write of a group answers: the status, and for a refusal its details.
fn wrote(bench: &mut Bench, method: &str, target: &str, body: &Value) -> String {
    let response = bench.ask(method, target, body);
    match response.status {
        200..300 => response.status.to_string(),
        _ => refusal(&response),
    }
}

#[test]
fn visibility_has_three_values_and_a_default_for_each_kind() {
    let mut bench = Bench::new();
    let (_, crew) = bench.add_group("crew");
    let crew = format!("/v1.0/groups/{crew}");
    assert_eq!(bench.get(&crew).body_json()["visibility"], "Private");
    let team = bench
        .ask("POST", "/v1.0/groups", &unified("team", &json!({})))
        .body_json();
    assert_eq!(team["visibility"], "Public");
    let invalid = "400 Request_BadRequest: Invalid value specified for property 'visibility' of \
                   resource 'Group'. [InvalidValue visibility]";
    let hidden = json!({ "visibility": "HiddenMembership" });
    let team = format!("/v1.0/groups/{}", team["id"].as_str().unwrap());
    assert_eq!(
        wrote(&mut bench, "PATCH", &team, &hidden),
        invalid,
        "only when it is made"
    );
    let made = unified("quiet", &hidden);
    assert_eq!(wrote(&mut bench, "POST", "/v1.0/groups", &made), "201");
    let mut secured = json!({
        "displayName": "s", "mailNickname": "s", "mailEnabled": false, "securityEnabled": true,
    });
    secured["visibility"] = "HiddenMembership".into();
    assert_eq!(wrote(&mut bench, "POST", "/v1.0/groups", &secured), invalid);
    assert_eq!(
        wrote(
            &mut bench,
            "PATCH",
            &crew,
            &json!({ "visibility": "Secret" })
        ),
        invalid
    );
    assert_eq!(
        wrote(
            &mut bench,
            "PATCH",
            &crew,
            &json!({ "visibility": "public" })
        ),
        "204"
    );
}

#[test]
fn an_alias_is_ascii_and_the_own_one_among_groups_of_microsoft_365() {
    let mut bench = Bench::new();
    let one = bench
        .ask("POST", "/v1.0/groups", &unified("one", &json!({})))
        .body_json();
    bench.ask("POST", "/v1.0/groups", &unified("two", &json!({})));
    let one = format!("/v1.0/groups/{}", one["id"].as_str().unwrap());
    let taken = "400 Request_BadRequest: Another object with the same value for property \
                 mailNickname already exists. [ObjectConflict mailNickname]";
    let alias = |alias: &str| json!({ "mailNickname": alias });
    assert_eq!(wrote(&mut bench, "PATCH", &one, &alias("TWO")), taken);
    assert_eq!(
        wrote(&mut bench, "PATCH", &one, &alias("one")),
        "204",
        "it is its own"
    );
    assert_eq!(wrote(&mut bench, "PATCH", &one, &alias("three")), "204");
    assert_eq!(bench.get(&one).body_json()["mailNickname"], "three");
    // Security groups may share one.
    let ((_, crew), _) = (bench.add_group("crew"), bench.add_group("crew"));
    let crew = format!("/v1.0/groups/{crew}");
    assert_eq!(wrote(&mut bench, "PATCH", &crew, &alias("two")), "204");
    let long = "x".repeat(65);
    for bad in [
        "a b", "a@b", "a(b", "a;b", "a\"b", "ä", "a,b", "a\\b", "", &long,
    ] {
        let said = wrote(&mut bench, "PATCH", &crew, &alias(bad));
        assert!(
            said.starts_with("400 ") && said.contains("mailNickname"),
            "{bad}: {said}"
        );
    }
}

#[test]
fn what_a_group_is_made_as_it_stays() {
    let mut bench = Bench::new();
    let (_, crew) = bench.add_group("crew");
    let crew = format!("/v1.0/groups/{crew}");
    for (body, answer) in [
        (
            json!({ "description": "All", "classification": "Low" }),
            "204",
        ),
        (json!({ "groupTypes": [], "mailEnabled": false }), "204"),
        (json!({ "groupTypes": ["Unified"] }), "501 NotImplemented"),
        (
            json!({ "groupTypes": ["DynamicMembership"] }),
            "501 NotImplemented",
        ),
        (json!({ "mailEnabled": true }), "501 NotImplemented"),
        (
            json!({ "membershipRule": "(user.city -eq \"Ulm\")" }),
            "501 NotImplemented",
        ),
        (
            json!({ "membershipRuleProcessingState": "On" }),
            "501 NotImplemented",
        ),
        (
            json!({ "hideFromAddressLists": true }),
            "501 NotImplemented",
        ),
        (json!({ "uniqueName": "crew" }), "501 NotImplemented"),
        (
            json!({ "isAssignableToRole": true }),
            "400 Request_BadRequest",
        ),
        (
            json!({ "mail": "crew@lamplight.example" }),
            "400 Request_BadRequest",
        ),
        (
            json!({ "description": "x".repeat(1_025) }),
            "400 Request_BadRequest",
        ),
    ] {
        let said = wrote(&mut bench, "PATCH", &crew, &body);
        assert!(said.starts_with(answer), "{body}: {said}");
    }
    let now = bench.get(&crew).body_json();
    assert_eq!(
        (&now["description"], &now["classification"]),
        (&json!("All"), &json!("Low"))
    );
    let empty = json!({ "description": null });
    assert_eq!(wrote(&mut bench, "PATCH", &crew, &empty), "204");
    assert_eq!(bench.get(&crew).body_json()["description"], Value::Null);
    let mut made = unified("r", &json!({ "isAssignableToRole": true }));
    let said = wrote(&mut bench, "POST", "/v1.0/groups", &made);
    assert!(said.starts_with("501 NotImplemented"), "{said}");
    made["isAssignableToRole"] = false.into();
    assert_eq!(wrote(&mut bench, "POST", "/v1.0/groups", &made), "201");
}
