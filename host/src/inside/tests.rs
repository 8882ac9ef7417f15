//! How Graph treats its clients in a lab: limits, late reads, and whose time they take.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use mock_cloud::conduct::{Conduct, Throttling};
use mock_cloud::server::{Request, Response, Service, Settings, Tokens};
use serde_json::{Value, json};
use sim::engine::CyclePolicy;
use sim::world::Action;

use crate::kept::Keep;
use crate::lab::{Lab, Origin};
use crate::workbench::lab_of;

const WORLD: &str = "\
scenario: One account
world:
  profile: entra-2026
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  cloud: { bob: { upn: bob@contoso.com } }
check: { finally: [converged] }
";

const LATE: Conduct = Conduct {
    throttling: Throttling::Off,
    lag: SignedDuration::from_secs(30),
    seed: 7,
};

#[derive(Debug, Default)]
struct Memory(Mutex<Vec<Value>>);

impl Keep for Memory {
    fn keep(&self, _: u64, entry: &Value) -> Result<(), String> {
        self.0.lock().expect("nobody panics").push(entry.clone());
        Ok(())
    }
}

struct Client(Service);

impl Client {
    fn new() -> Self {
        let tokens = Tokens::Any;
        Self(Service::new(Settings {
            tokens,
            ..Settings::default()
        }))
    }

    fn send(&mut self, lab: &mut Lab, method: &str, path: &str, body: &Value) -> Response {
        let request = Request::new(method, path).header("Authorization", "Bearer any");
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        lab.graph_from(Origin::Graph, &mut self.0, &request)
    }

    fn get(&mut self, lab: &mut Lab, path: &str) -> u16 {
        self.send(lab, "GET", path, &Value::Null).status
    }

    /// Statuses of a read that is repeated until it succeeds.
    fn until_found(&mut self, lab: &mut Lab, path: &str) -> Vec<u16> {
        let mut all = Vec::new();
        while all.last() != Some(&200) && all.len() < 100 {
            all.push(self.get(lab, path));
        }
        all
    }
}

fn user(name: &str) -> Value {
    json!({
        "accountEnabled": true, "displayName": name, "mailNickname": name,
        "userPrincipalName": format!("{name}@contoso.com"),
        "passwordProfile": { "password": "Correct-Horse-9" },
    })
}

#[test]
fn a_client_that_asks_again_sees_its_write_in_the_end() {
    let mut lab = lab_of(WORLD);
    let mut client = Client::new();
    lab.set_conduct(Origin::Control, LATE);
    let before = lab.world().now();
    assert_eq!(
        client
            .send(&mut lab, "POST", "/v1.0/users", &user("ann"))
            .status,
        201
    );
    let seen = client.until_found(&mut lab, "/v1.0/users/ann@contoso.com");
    assert!(seen.len() > 2 && seen.last() == Some(&200), "{seen:?}");
    assert!(lab.world().now().duration_since(before) <= LATE.lag + SignedDuration::from_secs(1));
    // What was written is there all the same, for whoever writes.
    assert_eq!(
        client
            .send(&mut lab, "POST", "/v1.0/users", &user("cleo"))
            .status,
        201
    );
    assert_eq!(
        client
            .send(&mut lab, "POST", "/v1.0/users", &user("cleo"))
            .status,
        400
    );
}

#[test]
fn what_the_engine_exports_is_seen_when_its_cycle_is_over() {
    let ann = "  ad: { ann: { ou: OU=Staff, upn: ann@contoso.com } }\n  cloud:";
    let mut lab = lab_of(&WORLD.replace("  cloud:", ann));
    let mut client = Client::new();
    lab.set_conduct(Origin::Control, LATE);
    lab.act(Origin::Control, Action::Cycle(CyclePolicy::Delta));
    assert_eq!(client.get(&mut lab, "/v1.0/users/ann@contoso.com"), 200);
}

#[test]
fn the_journal_gone_through_again_shows_the_same_late_reads() {
    let keep = Arc::new(Memory::default());
    let mut lab = lab_of(WORLD);
    lab.reopen(std::iter::empty(), Arc::clone(&keep) as Arc<dyn Keep>)
        .expect("nothing to read");
    let mut client = Client::new();
    lab.set_conduct(Origin::Control, LATE);
    for name in ["ann", "cleo", "dora"] {
        assert_eq!(
            client
                .send(&mut lab, "POST", "/v1.0/users", &user(name))
                .status,
            201
        );
    }
    let entries = keep.0.lock().expect("nobody panics").clone();
    let mut again = lab_of(WORLD);
    again
        .reopen(entries.into_iter(), Arc::new(Memory::default()))
        .expect("the journal can be read");
    assert_eq!(again.conduct(), LATE);
    for name in ["ann", "cleo", "dora"] {
        let path = format!("/v1.0/users/{name}@contoso.com");
        let here = client.until_found(&mut lab, &path);
        assert_eq!(Client::new().until_found(&mut again, &path), here, "{name}");
    }
    assert_eq!(again.world().fingerprint(), lab.world().fingerprint());
}

#[test]
fn the_wait_that_a_refusal_asks_for_passes_in_the_world() {
    let mut lab = lab_of(WORLD);
    let mut client = Client::new();
    let throttling = Throttling::Units(10);
    lab.set_conduct(
        Origin::Control,
        Conduct {
            throttling,
            ..Conduct::default()
        },
    );
    let before = lab.world().now();
    for _ in 0..5 {
        assert_eq!(client.get(&mut lab, "/v1.0/users"), 200, "two units each");
    }
    assert_eq!(lab.world().now(), before, "being served takes no time");
    let refused = client.send(&mut lab, "GET", "/v1.0/users", &Value::Null);
    assert_eq!(
        (refused.status, refused.header_value("Retry-After")),
        (429, Some("10"))
    );
    assert_eq!(
        lab.world().now().duration_since(before),
        SignedDuration::from_secs(10)
    );
    assert_eq!(client.get(&mut lab, "/v1.0/users"), 200);
    // In a batch each request has its own answer, and the wait passes as well.
    let parts = (0..7).map(|id| json!({ "id": format!("{id}"), "method": "GET", "url": "/users" }));
    let batch = json!({ "requests": parts.collect::<Vec<_>>() });
    let answer = client
        .send(&mut lab, "POST", "/v1.0/$batch", &batch)
        .body_json();
    let answers = answer["responses"].as_array().expect("a list").iter();
    let statuses: Vec<_> = answers.map(|one| one["status"].as_u64()).collect();
    assert_eq!(
        statuses.iter().filter(|it| **it == Some(429)).count(),
        3,
        "{statuses:?}"
    );
    assert_eq!(client.get(&mut lab, "/v1.0/users"), 200);
}

#[test]
fn with_a_clock_on_the_wall_a_client_has_to_wait_itself() {
    let mut lab = lab_of(WORLD);
    lab.follow_wall(true);
    let mut client = Client::new();
    let throttling = Throttling::Units(1);
    lab.set_conduct(Origin::Control, Conduct { throttling, ..LATE });
    assert_eq!(
        client.get(&mut lab, "/v1.0/users"),
        200,
        "it takes the whole limit"
    );
    for _ in 0..3 {
        assert_eq!(client.get(&mut lab, "/v1.0/users"), 429);
    }
    lab.act(
        Origin::Clock,
        Action::Advance(SignedDuration::from_secs(10)),
    );
    assert_eq!(client.get(&mut lab, "/v1.0/users"), 200);
}

#[test]
fn a_world_that_is_set_back_shows_itself_and_forgets_who_waits() {
    let mut lab = lab_of(WORLD);
    let mut client = Client::new();
    let throttling = Throttling::Units(2);
    lab.set_conduct(Origin::Control, Conduct { throttling, ..LATE });
    lab.act(
        Origin::Control,
        Action::Advance(SignedDuration::from_secs(3_600)),
    );
    assert_eq!(
        client
            .send(&mut lab, "POST", "/v1.0/users", &user("ann"))
            .status,
        201
    );
    lab.save(Origin::Control, "with");
    lab.reset(Origin::Control);
    assert_eq!(client.get(&mut lab, "/v1.0/users/ann@contoso.com"), 404);
    lab.restore(Origin::Control, "with");
    assert_eq!(client.get(&mut lab, "/v1.0/users/ann@contoso.com"), 200);
    lab.calm(Origin::Control);
    assert!(lab.conduct().is_plain());
}
