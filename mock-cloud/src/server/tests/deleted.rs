use serde_json::{Value, json};

use super::{Bench, refusal};

#[test]
fn a_deleted_user_is_restored_or_purged_by_id_only() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let item = format!("/v1.0/directory/deletedItems/{ann}");
    assert_eq!(
        bench.get(&item).status,
        404,
        "a live user is no deleted item"
    );
    assert_eq!(
        bench
            .ask("DELETE", "/v1.0/users/ann@lamplight.example", &Value::Null)
            .status,
        204
    );
    assert_eq!(bench.get(&format!("/v1.0/users/{ann}")).status, 404);
    let body = bench.get(&item).body_json();
    assert_eq!(body["@odata.type"], json!("#microsoft.graph.user"));
    assert_eq!(
        bench
            .get("/v1.0/directory/deletedItems/ann@lamplight.example")
            .status,
        404
    );
    assert_eq!(bench.get("/v1.0/directory/deletedItems").status, 400);
    let restored = bench.ask(
        "POST",
        &format!("{item}/microsoft.graph.restore"),
        &Value::Null,
    );
    assert_eq!(restored.status, 200);
    assert_eq!(
        restored.body_json()["@odata.type"],
        json!("#microsoft.graph.user")
    );
    assert_eq!(bench.get(&format!("/v1.0/users/{ann}")).status, 200);
    assert_eq!(
        bench
            .ask("POST", &format!("{item}/restore"), &json!({}))
            .status,
        404
    );
    bench.ask("DELETE", &format!("/v1.0/users/{ann}"), &Value::Null);
    assert_eq!(bench.ask("DELETE", &item, &Value::Null).status, 204);
    assert_eq!(bench.ask("DELETE", &item, &Value::Null).status, 404);
}

#[test]
fn names_taken_meanwhile_decide_how_a_user_comes_back() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    bench.ask(
        "PATCH",
        &format!("/v1.0/users/{ann}"),
        &json!({ "mail": "box@lamplight.example" }),
    );
    bench.ask("DELETE", &format!("/v1.0/users/{ann}"), &Value::Null);
    // The name is free for others at once.
    let (_, other) = bench.add_user("ann");
    bench.ask(
        "PATCH",
        &format!("/v1.0/users/{other}"),
        &json!({ "mail": "box@lamplight.example" }),
    );
    let restore = format!("/v1.0/directory/deletedItems/{ann}/restore");
    let answer = refusal(&bench.ask("POST", &restore, &json!({})));
    assert!(
        answer.contains("property userPrincipalName already exists"),
        "{answer}"
    );
    let mut body = json!({ "newUserPrincipalName": "ann2@elsewhere.example" });
    let answer = refusal(&bench.ask("POST", &restore, &body));
    assert!(
        answer.contains("domain portion of the userPrincipalName"),
        "{answer}"
    );
    body["newUserPrincipalName"] = json!("ann2@lamplight.example");
    let answer = refusal(&bench.ask("POST", &restore, &body));
    assert!(
        answer.contains(&format!("[ConflictingObjects {other}]")),
        "{answer}"
    );
    body["autoReconcileProxyConflict"] = json!(true);
    assert_eq!(bench.ask("POST", &restore, &body).status, 200);
    let object = bench.object(&ann);
    assert_eq!(
        object.user_principal_name.as_ref().unwrap().as_str(),
        "ann2@lamplight.example"
    );
    assert!(object.proxy_addresses.is_empty() && object.mail.is_none());
}

#[test]
fn the_recycle_bin_empties_itself_after_thirty_days() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    bench.ask("DELETE", &format!("/v1.0/users/{ann}"), &Value::Null);
    let item = format!("/v1.0/directory/deletedItems/{ann}");
    let later = |days: i64| {
        let start: jiff::Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        start
            .saturating_add(jiff::SignedDuration::from_hours(24 * days))
            .unwrap()
    };
    bench.host.set_now(later(29));
    assert_eq!(bench.get(&item).status, 200);
    bench.host.set_now(later(31));
    assert_eq!(bench.get(&item).status, 404);
}
