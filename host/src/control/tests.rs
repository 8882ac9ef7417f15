//! The control API without sockets.

use mock_cloud::server::{Request, Response};
use serde_json::{Value, json};

use super::respond;
use crate::lab::Lab;
use crate::workbench::lab_of;

const WORLD: &str = "\
scenario: One person
world:
  profile: entra-2026
  engine: { scope: [OU=Staff], schedule: every 30m }
  ad: { ann: { ou: OU=Staff, upn: ann@contoso.onmicrosoft.com } }
check: { finally: [converged] }
";

fn send(lab: &mut Lab, method: &str, target: &str, body: &Value) -> Response {
    let request = Request::new(method, target).header("Authorization", "Bearer secret");
    let request = if body.is_null() {
        request
    } else {
        request.json(body)
    };
    respond(lab, "secret", &request)
}

fn ok(lab: &mut Lab, method: &str, target: &str, body: &Value) -> Value {
    let response = send(lab, method, target, body);
    assert_eq!(response.status, 200, "{}", response.body_json());
    response.body_json()
}

/// Other containers do not end a pilot, and what is no group does not begin one (rule R5.12).
#[test]
fn a_pilot_stays_until_it_is_ended() {
    let with_group = "ad: { pilot: { type: group, ou: OU=Staff }, ann:";
    let mut lab = lab_of(&WORLD.replace("ad: { ann:", with_group));
    let staff = "OU=Staff,DC=contoso,DC=test";
    let pilot = format!("CN=pilot,{staff}");
    let group = |lab: &Lab| {
        let scope = &lab.world().engine().config().scopes[0];
        scope.group.as_ref().map(ToString::to_string)
    };
    let set = |scope: Value| json!({ "scope": scope });
    let begin = set(json!({ "include": [staff], "group": pilot }));
    ok(&mut lab, "POST", "/engine", &begin);
    ok(&mut lab, "POST", "/engine", &set(json!({ "include": [] })));
    assert_eq!(group(&lab), Some(pilot));
    let wrong = set(json!({ "include": [], "group": staff }));
    assert_eq!(send(&mut lab, "POST", "/engine", &wrong).status, 400);
    let end = set(json!({ "include": [staff], "group": null }));
    ok(&mut lab, "POST", "/engine", &end);
    assert_eq!(group(&lab), None);
}

#[test]
fn a_cycle_provisions_and_is_told() {
    let mut lab = lab_of(WORLD);
    let done = ok(&mut lab, "POST", "/sync", &json!({ "policy": "delta" }));
    assert_eq!(done["came"], "1 created");
    assert_eq!(done["steps"][0]["step"], "delta-import");
    let state = ok(&mut lab, "GET", "/state", &Value::Null);
    assert_eq!(state["tenant"]["users"], 1);
    assert_eq!(state["engine"]["joined"], 1);
    let events = ok(&mut lab, "GET", "/events", &Value::Null);
    assert_eq!(events["events"][0]["what"], "run a delta cycle");
    assert_eq!(events["next"], 1);
    let behind = ok(&mut lab, "GET", "/events?since=1", &Value::Null);
    assert_eq!(behind["events"], json!([]));
}

#[test]
fn time_moves_only_when_told_and_the_schedule_with_it() {
    let mut lab = lab_of(WORLD);
    let before = ok(&mut lab, "GET", "/clock", &Value::Null);
    assert_eq!(ok(&mut lab, "GET", "/clock", &Value::Null), before);
    let done = ok(&mut lab, "POST", "/clock/advance", &json!({ "by": "1h" }));
    assert_ne!(done["now"], before["now"]);
    assert_eq!(done["came"], "1 created, 2 scheduled cycle");
}

#[test]
fn worlds_are_kept_restored_and_reset() {
    let mut lab = lab_of(WORLD);
    let beginning = lab.world().fingerprint();
    // The second cycle confirms the export of the first; then the world is at rest.
    ok(&mut lab, "POST", "/sync", &Value::Null);
    ok(&mut lab, "POST", "/sync", &Value::Null);
    let synced = lab.world().fingerprint();
    ok(
        &mut lab,
        "POST",
        "/snapshot/save",
        &json!({ "name": "synced" }),
    );
    ok(&mut lab, "POST", "/reset", &Value::Null);
    assert_eq!(lab.world().fingerprint(), beginning);
    ok(
        &mut lab,
        "POST",
        "/snapshot/restore",
        &json!({ "name": "synced" }),
    );
    assert_eq!(lab.world().fingerprint(), synced);
    let refused = send(
        &mut lab,
        "POST",
        "/snapshot/restore",
        &json!({ "name": "x" }),
    );
    assert_eq!(refused.status, 404);
    // What is judged goes through the same worlds.
    assert_eq!(lab.judge(&[]).world.fingerprint(), synced);
}

#[test]
fn what_would_have_happened_is_told_and_does_not_happen() {
    let mut lab = lab_of(WORLD);
    ok(&mut lab, "POST", "/clock/advance", &json!({ "by": "5m" }));
    let before = lab.world().fingerprint();
    let body = json!({ "after": 0, "insert": "delta", "follow": true });
    let told = ok(&mut lab, "POST", "/what-if", &body);
    assert_eq!(
        told["branch"],
        "after entry 0 the scheduler fires, then the rest"
    );
    assert_eq!(told["happened"][0]["came"], "1 created");
    assert_eq!(told["happened"][0]["inserted"], true);
    assert_eq!(told["happened"][1]["inserted"], false);
    assert_eq!(told["differs"][0]["present"], Value::Null);
    assert_eq!(told["differs"][0]["branch"][0], "live");
    assert_eq!(told["more"], false);
    assert_eq!(lab.world().fingerprint(), before);
    assert_eq!(lab.journal().len(), 1);
    let now = ok(
        &mut lab,
        "POST",
        "/what-if",
        &json!({ "insert": "nothing" }),
    );
    assert_eq!(now["differs"], json!([]));
    for (body, status) in [
        (json!({ "after": 2 }), 404),
        (json!({ "after": "x" }), 400),
        (json!({ "insert": "soon" }), 400),
    ] {
        let refused = send(&mut lab, "POST", "/what-if", &body);
        assert_eq!(refused.status, status, "{body}");
    }
}

#[test]
fn run_profiles_run_and_the_engine_is_set() {
    let mut lab = lab_of(WORLD);
    for (connector, step) in [
        ("ad0", "full-import"),
        ("ad", "full-synchronization"),
        ("entra", "export"),
    ] {
        let body = json!({ "connector": connector, "step": step });
        let ran = ok(&mut lab, "POST", "/run", &body);
        assert_eq!(ran["steps"][0]["step"], step, "{ran}");
    }
    assert_eq!(lab.world().tenant().user_count(), 1);
    let body = json!({
        "staging": true, "deletionThreshold": 7, "schedule": "1h", "anchor": "objectGUID",
        "scope": { "include": ["OU=Staff,DC=contoso,DC=test"] },
    });
    ok(&mut lab, "POST", "/engine", &body);
    let config = lab.world().engine().config();
    assert!(config.staging);
    assert_eq!(config.deletion_threshold, Some(7));
    assert_eq!(config.schedule.map(|it| it.as_secs()), Some(3_600));
    let off = json!({ "deletionThreshold": null, "schedule": null });
    ok(&mut lab, "POST", "/engine", &off);
    assert_eq!(lab.world().engine().config().deletion_threshold, None);
    let entries = lab.journal().len();
    for (path, body) in [
        ("/run", json!({ "connector": "ad7", "step": "export" })),
        ("/run", json!({ "connector": "entra", "step": "x" })),
        (
            "/run",
            json!({ "connector": "ad0", "step": "full-import", "brokenAfter": 1 }),
        ),
        ("/engine", json!({})),
        ("/engine", json!({ "staging": true, "schedule": "soon" })),
        (
            "/engine",
            json!({ "scope": { "include": ["OU=None,DC=contoso,DC=test"] } }),
        ),
        ("/engine", json!({ "scope": { "includes": [] } })),
        ("/engine", json!({ "stagging": true })),
    ] {
        assert_eq!(send(&mut lab, "POST", path, &body).status, 400, "{body}");
    }
    assert_eq!(lab.journal().len(), entries, "nothing is half done");
}

#[test]
fn faults_are_planned_and_forgotten() {
    let mut lab = lab_of(WORLD);
    let fault = json!({ "on": "graph", "fault": "429", "retryAfter": 1, "path": "/users" });
    assert_eq!(ok(&mut lab, "POST", "/fault", &fault)["planned"], 1);
    let fault = json!({ "on": "ldap", "fault": "busy", "request": "modify" });
    assert_eq!(ok(&mut lab, "POST", "/fault", &fault)["planned"], 2);
    let chaos = json!({ "on": "both", "chaos": 7 });
    assert_eq!(ok(&mut lab, "POST", "/fault", &chaos)["planned"], 3);
    let calm = ok(&mut lab, "DELETE", "/fault", &Value::Null);
    assert_eq!(
        calm,
        json!({ "planned": 0, "service": "no limits, writes are seen at once" })
    );
}

#[test]
fn limits_and_late_reads_are_set_one_by_one() {
    let mut lab = lab_of(WORLD);
    let mut set = |body: Value| ok(&mut lab, "POST", "/fault", &body)["service"].clone();
    let throttle = set(json!({ "on": "graph", "throttle": true }));
    assert_eq!(throttle, "the documented limits, writes are seen at once");
    let late = set(json!({ "on": "graph", "lagMilliseconds": 2000, "seed": 7 }));
    assert_eq!(
        late,
        "the documented limits, writes are seen up to 2000 ms late (seed 7)"
    );
    let tight = set(json!({ "on": "graph", "throttle": 40 }));
    assert_eq!(
        tight,
        "40 resource units in 10 s, writes are seen up to 2000 ms late (seed 7)"
    );
    let free = set(json!({ "on": "graph", "throttle": false, "lagMilliseconds": 0 }));
    assert_eq!(free, "no limits, writes are seen at once");
    let state = ok(&mut lab, "GET", "/state", &Value::Null);
    assert_eq!((&state["service"], &state["journal"]), (&free, &json!(4)));
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let mut lab = lab_of(WORLD);
    let request = Request::new("GET", "/state").header("Authorization", "Bearer wrong");
    assert_eq!(respond(&mut lab, "secret", &request).status, 401);
    for (method, target, body, status) in [
        ("GET", "/nothing", Value::Null, 404),
        ("DELETE", "/sync", Value::Null, 405),
        ("POST", "/sync", json!({ "policy": "full" }), 400),
        ("POST", "/sync", json!([]), 400),
        ("POST", "/clock/advance", json!({ "by": "soon" }), 400),
        ("POST", "/clock/advance", Value::Null, 400),
        ("POST", "/snapshot/save", json!({ "name": 1 }), 400),
        (
            "POST",
            "/fault",
            json!({ "on": "graph", "fault": "418" }),
            400,
        ),
        (
            "POST",
            "/fault",
            json!({ "on": "ldap", "fault": "busy", "times": -1 }),
            400,
        ),
        ("POST", "/fault", json!({ "on": "both" }), 400),
        ("POST", "/fault", json!({ "on": "graph" }), 400),
        (
            "POST",
            "/fault",
            json!({ "on": "graph", "throttle": 0 }),
            400,
        ),
        (
            "POST",
            "/fault",
            json!({ "on": "graph", "lagMilliseconds": -1 }),
            400,
        ),
        ("GET", "/events?since=x", Value::Null, 400),
        ("GET", "/events?until=1", Value::Null, 400),
    ] {
        let response = send(&mut lab, method, target, &body);
        assert_eq!(response.status, status, "{method} {target} {body}");
        assert!(response.body_json()["error"]["message"].is_string());
    }
    assert!(lab.journal().is_empty());
}
