use serde_json::{Value, json};

use super::Bench;

/// The ids of a round, in the form `id`, `id changed`, `id deleted`, with the link behind it.
fn round(bench: &mut Bench, link: &str) -> (Vec<String>, String) {
    let (mut told, mut link) = (Vec::new(), link.to_owned());
    loop {
        let target = link.split("graph.microsoft.com").last().unwrap().to_owned();
        let response = bench.get(&target);
        assert_eq!(response.status, 200, "{target}: {}", response.body_json());
        let body = response.body_json();
        for one in body["value"].as_array().unwrap() {
            let id = one["id"].as_str().unwrap();
            told.push(match one["@removed"]["reason"].as_str() {
                Some(reason) => format!("{id} {reason}"),
                None => id.to_owned(),
            });
        }
        match body["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut link),
            None => return (told, body["@odata.deltaLink"].as_str().unwrap().to_owned()),
        }
    }
}

#[test]
fn a_round_tells_what_changed_since_the_last() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    bench.add_group("crew");
    for first in [
        "/v1.0/users/delta()",
        "/v1.0/users/microsoft.graph.delta",
        "/v1.0/users/delta",
    ] {
        let (told, link) = round(&mut bench, first);
        assert_eq!(told, [ann.clone(), bob.clone()]);
        assert!(link.contains("$deltatoken="));
    }
    let (_, link) = round(&mut bench, "/v1.0/users/delta?$select=displayName,jobTitle");
    let (nothing, link2) = round(&mut bench, &link);
    assert!(nothing.is_empty());
    bench.ask("DELETE", &format!("/v1.0/users/{ann}"), &Value::Null);
    bench.ask(
        "PATCH",
        &format!("/v1.0/users/{bob}"),
        &json!({ "jobTitle": "x" }),
    );
    let (told, link3) = round(&mut bench, &link2);
    assert_eq!(told, [format!("{ann} changed"), bob.clone()]);
    bench.ask(
        "DELETE",
        &format!("/v1.0/directory/deletedItems/{ann}"),
        &Value::Null,
    );
    let (told, _) = round(&mut bench, &link3);
    assert_eq!(told, [format!("{ann} deleted")]);
    // An older link still tells everything since.
    let (told, _) = round(&mut bench, &link);
    assert_eq!(told, [format!("{ann} deleted"), bob]);
}

#[test]
fn pages_of_a_round_tell_each_object_once() {
    let mut bench = Bench::new();
    let mut expected: Vec<String> = (0..7)
        .map(|at| bench.add_user(&format!("u{at}")).1)
        .collect();
    let (mut told, mut target) = (Vec::new(), "/v1.0/users/delta".to_owned());
    let mut pages = 0;
    loop {
        let request = super::Request::new("GET", &target)
            .header("Authorization", "Bearer any")
            .header("Prefer", "odata.maxpagesize=3");
        let body = bench.send(&request).body_json();
        let ids = body["value"].as_array().unwrap().iter();
        told.extend(ids.map(|one| one["id"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = body["@odata.nextLink"].as_str() else {
            break;
        };
        target = next.split("graph.microsoft.com").last().unwrap().to_owned();
    }
    expected.sort();
    told.sort();
    assert_eq!((told, pages), (expected, 3));
}

#[test]
fn a_group_tells_who_entered_and_who_left() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let (_, group) = bench.add_group("crew");
    let target = format!("/v1.0/groups/{group}/members/$ref");
    let reference = |id: &str| json!({ "@odata.id": format!("https://x/directoryObjects/{id}") });
    bench.ask("POST", &target, &reference(&ann));
    let first = bench.get("/v1.0/groups/delta").body_json();
    assert_eq!(first["value"][0]["members@delta"][0]["id"], json!(ann));
    let link = first["@odata.deltaLink"].as_str().unwrap().to_owned();
    bench.ask("POST", &target, &reference(&bob));
    let gone = format!("/v1.0/groups/{group}/members/{ann}/$ref");
    bench.ask("DELETE", &gone, &Value::Null);
    let target = link.split("graph.microsoft.com").last().unwrap().to_owned();
    let second = bench.get(&target).body_json();
    let members = second["value"][0]["members@delta"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(members.len(), 2);
    for one in members {
        let left = one["@removed"]["reason"] == json!("deleted");
        assert_eq!(left, one["id"] == json!(ann));
    }
}

#[test]
fn a_round_may_begin_now_and_may_be_narrowed() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let (nothing, link) = round(&mut bench, "/v1.0/users/delta?$deltatoken=latest");
    assert!(nothing.is_empty());
    bench.ask(
        "PATCH",
        &format!("/v1.0/users/{bob}"),
        &json!({ "jobTitle": "x" }),
    );
    assert_eq!(round(&mut bench, &link).0, [bob]);
    let filter = format!("/v1.0/users/delta?$filter=id%20eq%20'{ann}'");
    assert_eq!(round(&mut bench, &filter).0, [ann]);
}

#[test]
fn tokens_of_elsewhere_are_refused() {
    let mut bench = Bench::new();
    bench.add_user("ann");
    for query in [
        "$deltatoken=nonsense",
        "$skiptoken=AAAA",
        "$top=5",
        "$filter=displayName eq 'x'",
    ] {
        let response = bench.get(&format!("/v1.0/users/delta?{query}"));
        assert_eq!(response.status, 400, "{query}");
    }
    // A token from a tenant that has seen more.
    let mut other = Bench::new();
    for at in 0..9 {
        other.add_user(&format!("u{at}"));
    }
    let (_, link) = round(&mut other, "/v1.0/users/delta");
    let response = bench.get(link.split("graph.microsoft.com").last().unwrap());
    assert_eq!(response.status, 410);
    assert!(
        response
            .header_value("Location")
            .unwrap()
            .ends_with("/users/delta?$deltatoken=")
    );
}

#[test]
fn items_of_several_types_say_which_they_are() {
    let mut bench = Bench::new();
    bench.add_user("ann");
    bench.add_group("crew");
    let body = bench.get("/v1.0/directoryObjects/delta").body_json();
    assert_eq!(
        body["value"][0]["@odata.type"], "#microsoft.graph.user",
        "{body}"
    );
    assert_eq!(
        body["value"][1]["@odata.type"], "#microsoft.graph.group",
        "{body}"
    );
}

#[test]
fn a_round_of_an_empty_tenant_leads_to_one_with_its_first_object() {
    let mut bench = Bench::new();
    let (nothing, link) = round(&mut bench, "/v1.0/users/delta");
    assert!(nothing.is_empty());
    let (nothing, link) = round(&mut bench, &link);
    assert!(nothing.is_empty());
    let (_, ann) = bench.add_user("ann");
    assert_eq!(round(&mut bench, &link).0, [ann]);
}

#[test]
fn a_round_may_be_about_one_type() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let (_, crew) = bench.add_group("crew");
    for (filter, expected) in [
        ("isof('microsoft.graph.user')", vec![ann.clone()]),
        ("ISOF(microsoft.graph.group)", vec![crew.clone()]),
        (
            "isof('graph.user') or isof('microsoft.graph.group')",
            vec![ann, crew],
        ),
    ] {
        let target = format!("/v1.0/directoryObjects/delta?$filter={filter}");
        let (told, link) = round(&mut bench, &target);
        assert_eq!(told, expected, "{filter}");
        assert!(round(&mut bench, &link).0.is_empty(), "{filter}");
    }
}

#[test]
fn a_role_tells_who_got_it_and_who_lost_it() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let role = "/v1.0/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')";
    let give = |bench: &mut Bench, who: &str| {
        let reference = json!({ "@odata.id": format!("https://x/directoryObjects/{who}") });
        let response = bench.ask("POST", &format!("{role}/members/$ref"), &reference);
        assert_eq!(response.status, 204);
    };
    give(&mut bench, &ann);
    let first = bench.get("/v1.0/directoryRoles/delta").body_json();
    let told = first["value"].as_array().unwrap().iter();
    let mut told = told.filter(|one| one.get("members@delta").is_some());
    let admin = told.next().unwrap();
    assert_eq!(admin["displayName"], "Global Administrator");
    assert_eq!(admin["members@delta"][0]["id"], json!(ann));
    assert!(told.next().is_none());
    let link = first["@odata.deltaLink"].as_str().unwrap().to_owned();
    let (nothing, link) = round(&mut bench, &link);
    assert!(nothing.is_empty());
    give(&mut bench, &bob);
    let gone = format!("{role}/members/{ann}/$ref");
    bench.ask("DELETE", &gone, &Value::Null);
    let target = link.split("graph.microsoft.com").last().unwrap().to_owned();
    let second = bench.get(&target).body_json();
    assert_eq!(second["value"].as_array().map(Vec::len), Some(1));
    let members = second["value"][0]["members@delta"].as_array().unwrap();
    let left = |one: &Value| one["@removed"]["reason"] == json!("deleted");
    let told: Vec<_> = members
        .iter()
        .map(|one| (one["id"].clone(), left(one)))
        .collect();
    assert_eq!(told, [(json!(ann), true), (json!(bob), false)]);
}

/// What a link leads to, as JSON; `minimal` asks for what changed alone.
fn follow(bench: &mut Bench, link: &Value, minimal: bool) -> Value {
    let link = link["@odata.deltaLink"].as_str().unwrap();
    let target = link.split("graph.microsoft.com").last().unwrap();
    let mut request = super::Request::new("GET", target).header("Authorization", "Bearer any");
    if minimal {
        request = request.header("Prefer", "return=minimal, odata.maxpagesize=5");
    }
    let response = bench.send(&request);
    assert_eq!(response.status, 200, "{}", response.body_json());
    let applied = response.header_value("Preference-Applied");
    assert_eq!(applied, minimal.then_some("return=minimal"));
    response.body_json()
}

fn patch(bench: &mut Bench, path: &str, body: &Value) {
    let response = bench.ask("PATCH", path, body);
    assert_eq!(response.status, 204, "{}", response.body_json());
}

#[test]
fn a_selection_is_told_of_what_it_selects_alone() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let user = format!("/v1.0/users/{ann}");
    for (select, told, silent) in [
        (
            "displayName",
            json!({ "displayName": "A" }),
            json!({ "jobTitle": "x" }),
        ),
        (
            "jobTitle,city",
            json!({ "city": "Ulm" }),
            json!({ "displayName": "B" }),
        ),
        (
            "JOBTITLE",
            json!({ "jobTitle": "y" }),
            json!({ "city": "Bonn" }),
        ),
        (
            "accountEnabled",
            json!({ "accountEnabled": false }),
            json!({ "mail": "a@lamplight.example" }),
        ),
        (
            "proxyAddresses",
            json!({ "mail": "b@lamplight.example" }),
            json!({ "employeeId": "1" }),
        ),
        (
            "onPremisesImmutableId",
            json!({ "onPremisesImmutableId": "aGk=" }),
            json!({ "usageLocation": "DE" }),
        ),
        (
            "employeeId",
            json!({ "employeeId": "2" }),
            json!({ "onPremisesImmutableId": null }),
        ),
    ] {
        let first = bench
            .get(&format!("/v1.0/users/delta?$select={select}"))
            .body_json();
        patch(&mut bench, &user, &silent);
        let second = follow(&mut bench, &first, false);
        assert_eq!(
            second["value"],
            json!([]),
            "{select} is silent about {silent}"
        );
        patch(&mut bench, &user, &told);
        let third = follow(&mut bench, &second, false);
        assert_eq!(
            third["value"][0]["id"],
            json!(ann),
            "{select} tells of {told}"
        );
        // Whoever selects nothing hears of everything.
        let all = bench.get("/v1.0/users/delta").body_json();
        patch(&mut bench, &user, &json!({ "department": select }));
        assert_eq!(
            follow(&mut bench, &all, false)["value"][0]["id"],
            json!(ann)
        );
    }
    // Whether it is there is always told.
    let first = bench.get("/v1.0/users/delta?$select=city").body_json();
    bench.ask("DELETE", &user, &Value::Null);
    let gone = follow(&mut bench, &first, false);
    assert_eq!(gone["value"][0]["@removed"]["reason"], "changed");
    let back = format!("/v1.0/directory/deletedItems/{ann}/restore");
    bench.ask("POST", &back, &Value::Null);
    let again = follow(&mut bench, &gone, false);
    assert_eq!(again["value"][0], json!({ "city": "Bonn", "id": ann }));
}

#[test]
fn a_member_moves_only_those_who_select_members() {
    let mut bench = Bench::new();
    let ((_, ann), (_, group)) = (bench.add_user("ann"), bench.add_group("crew"));
    let names = bench
        .get("/v1.0/groups/delta?$select=displayName")
        .body_json();
    let members = bench.get("/v1.0/groups/delta?$select=members").body_json();
    assert_eq!(members["value"][0], json!({ "id": group }));
    let reference = json!({ "@odata.id": format!("https://x/directoryObjects/{ann}") });
    bench.ask(
        "POST",
        &format!("/v1.0/groups/{group}/members/$ref"),
        &reference,
    );
    let names = follow(&mut bench, &names, false);
    assert_eq!(names["value"], json!([]));
    let told = follow(&mut bench, &members, false);
    let member = json!({ "@odata.type": "#microsoft.graph.user", "id": ann });
    assert_eq!(
        told["value"][0],
        json!({ "id": group, "members@delta": [member] })
    );
    patch(
        &mut bench,
        &format!("/v1.0/groups/{group}"),
        &json!({ "displayName": "New" }),
    );
    assert_eq!(follow(&mut bench, &told, false)["value"], json!([]));
    let told = follow(&mut bench, &names, false);
    assert_eq!(
        told["value"][0],
        json!({ "displayName": "New", "id": group })
    );
}

#[test]
fn minimal_items_hold_what_changed_and_what_was_emptied_is_null() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let user = format!("/v1.0/users/{ann}");
    patch(
        &mut bench,
        &user,
        &json!({ "jobTitle": "Clerk", "city": "Ulm" }),
    );
    let first = bench
        .get("/v1.0/users/delta?$select=displayName,jobTitle,city,state")
        .body_json();
    let whole = json!({ "id": ann, "displayName": "ann", "jobTitle": "Clerk", "city": "Ulm" });
    assert_eq!(first["value"][0], whole, "what was never set is left out");
    patch(&mut bench, &user, &json!({ "jobTitle": null }));
    let told = follow(&mut bench, &first, true);
    assert_eq!(told["value"], json!([{ "id": ann, "jobTitle": null }]));
    let told = follow(&mut bench, &first, false);
    let whole = json!({ "id": ann, "displayName": "ann", "jobTitle": null, "city": "Ulm" });
    assert_eq!(told["value"], json!([whole]));
    // A new object is told whole.
    let (_, bob) = bench.add_user("bob");
    let told = follow(&mut bench, &told, true);
    assert_eq!(told["value"], json!([{ "id": bob, "displayName": "bob" }]));
}

#[test]
fn a_token_is_good_for_seven_days_and_a_new_one_comes_with_each_round() {
    let mut bench = Bench::new();
    bench.add_user("ann");
    let days = |bench: &mut Bench, days: i64| {
        let now = super::super::Host::now(&bench.host);
        let later = jiff::SignedDuration::from_hours(24 * days);
        bench.host.set_now(now.saturating_add(later).unwrap());
    };
    let (_, old) = round(&mut bench, "/v1.0/users/delta");
    days(&mut bench, 6);
    let (_, young) = round(&mut bench, &old);
    assert_ne!(old, young, "even where there was nothing to tell");
    days(&mut bench, 6);
    round(&mut bench, &young);
    let target = old.split("graph.microsoft.com").last().unwrap().to_owned();
    let refused = bench.get(&target);
    assert_eq!(refused.status, 410);
    assert_eq!(refused.body_json()["error"]["code"], "resyncRequired");
    let location = refused.header_value("Location").unwrap().to_owned();
    assert_eq!(
        round(&mut bench, &location).0.len(),
        1,
        "one begins anew there"
    );
    bench
        .host
        .change_tenant(|it| it.policy.graph.resync_is_sync_state_not_found = true);
    assert_eq!(
        bench.get(&target).body_json()["error"]["code"],
        "syncStateNotFound"
    );
    bench
        .host
        .change_tenant(|it| it.policy.graph.delta_tokens_expire = false);
    assert_eq!(bench.get(&target).status, 200);
}
