use serde_json::{Value, json};

use super::{Bench, refusal};

impl Bench {
    fn batch(&mut self, requests: &Value) -> Vec<(String, u64)> {
        let response = self.ask("POST", "/v1.0/$batch", &json!({ "requests": requests }));
        assert_eq!(response.status, 200, "{}", response.body_json());
        let body = response.body_json();
        let all = body["responses"].as_array().unwrap().iter();
        all.map(|one| {
            (
                one["id"].as_str().unwrap().to_owned(),
                one["status"].as_u64().unwrap(),
            )
        })
        .collect()
    }
}

#[test]
fn a_batch_runs_in_order_and_stops_what_depends_on_a_failure() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let json_type = json!({ "Content-Type": "application/json" });
    let answers = bench.batch(&json!([
        // With and without a slash, and with what kiota sends of its own invention.
        { "id": "1", "method": "GET", "url": format!("users/{ann}"), "depends_on": [] },
        { "id": "2", "method": "PATCH", "url": format!("/users/{ann}"), "headers": json_type,
          "body": { "jobTitle": "x" }, "dependsOn": ["1"] },
        { "id": "3", "method": "GET", "url": "/users/nobody@lamplight.example" },
        { "id": "4", "method": "DELETE", "url": format!("/users/{ann}"), "dependsOn": ["3"] },
        { "id": "5", "method": "DELETE", "url": format!("/users/{ann}"), "dependsOn": ["4"] },
    ]));
    let statuses: Vec<u64> = answers.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [200, 204, 404, 424, 424]);
    assert!(bench.object(&ann).is_live());
}

#[test]
fn a_batch_that_can_not_be_read_is_refused_whole() {
    let mut bench = Bench::new();
    let get = |id: &str| json!({ "id": id, "method": "GET", "url": "/users" });
    for (requests, expected) in [
        (json!([get("1"), get("1")]), "is repeated"),
        (json!([get("a"), get("A")]), "is repeated"),
        (json!([]), "outside the allowed range: 1 to 20"),
        (
            json!(vec![get("1"); 21]),
            "batch (21) is outside the allowed range",
        ),
        (json!([{ "id": "1", "method": "GET" }]), "url is missing"),
        (json!([{ "method": "GET", "url": "/" }]), "id is missing"),
        (
            json!([{ "id": "1", "method": "GET", "url": "/", "dependsOn": ["2"] }]),
            "depends on 2",
        ),
        (
            json!([{ "id": "1", "method": "PATCH", "url": "/users/x", "body": {} }]),
            "Content-Type",
        ),
        (json!("all"), "Invalid batch payload format"),
    ] {
        let response = bench.ask("POST", "/v1.0/$batch", &json!({ "requests": requests }));
        let answer = refusal(&response);
        assert!(
            answer.starts_with("400") && answer.contains(expected),
            "{answer}"
        );
    }
}

#[test]
fn no_batch_inside_a_batch() {
    let mut bench = Bench::new();
    let answers = bench.batch(&json!([
        { "id": "1", "method": "POST", "url": "/$batch", "headers": { "Content-Type": "a/b" },
          "body": { "requests": [] } },
    ]));
    assert_eq!(answers[0].1, 400);
}
