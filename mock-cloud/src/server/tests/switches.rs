//! Every switch of Graph turns an answer round, and nothing but that.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Bench, refusal};
use crate::profile::{GRAPH_SWITCHES, GraphPolicy};

fn set(bench: &mut Bench, name: &str, on: bool) -> bool {
    let mut known = false;
    let change = |tenant: &mut crate::Tenant| {
        known = tenant.policy.answer(name, if on { "on" } else { "off" });
    };
    bench.host.change_tenant(change);
    known
}

/// What a tenant answers where a switch is set so.
fn answer(name: &str, on: bool) -> String {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let (_, bob) = bench.add_user("bob");
    let synced = bench.add_synced("syn", &["SMTP:syn@lamplight.example"]);
    let known = set(&mut bench, name, on);
    assert!(known, "{name} is a switch");
    of_write(&mut bench, name, &ann, &synced)
        .or_else(|| of_bin(&mut bench, name, [&ann, &bob]))
        .unwrap_or_else(|| of_read(&mut bench, name, &synced))
}

fn patch(bench: &mut Bench, id: &str, body: &Value) -> String {
    refusal(&bench.ask("PATCH", &format!("/v1.0/users/{id}"), body))
}

/// What a write answers.
fn of_write(bench: &mut Bench, name: &str, ann: &str, synced: &str) -> Option<String> {
    Some(match name {
        "graph-conflicting-object-is-left-out" => {
            patch(bench, ann, &json!({ "mail": "syn@lamplight.example" })).replace(synced, "?")
        }
        "graph-content-type-is-checked" | "graph-if-match-is-refused" => {
            let request = super::Request::new("PATCH", &format!("/v1.0/users/{ann}"))
                .header("Authorization", "Bearer any")
                .header("If-Match", "W/\"1\"")
                .header("Content-Type", "text/plain")
                .bytes("{\"jobTitle\":\"x\"}");
            refusal(&bench.send(&request))
        }
        "graph-empty-immutable-id-is-ignored" => {
            patch(bench, ann, &json!({ "onPremisesImmutableId": "" }))
        }
        "graph-synced-name-is-read-only" => patch(
            bench,
            synced,
            &json!({ "userPrincipalName": "new@lamplight.example" }),
        ),
        "graph-immutable-id-of-synced-is-writable" => {
            patch(bench, synced, &json!({ "onPremisesImmutableId": "aGk=" }))
        }
        "graph-on-premises-facts-are-clearable" => {
            patch(bench, ann, &json!({ "onPremisesSamAccountName": null }))
        }
        "graph-short-mastered-message" => patch(bench, synced, &json!({ "displayName": "x" })),
        "graph-unknown-properties-are-ignored" => {
            patch(bench, ann, &json!({ "on_premises_immutable_id": null }))
        }
        "graph-sync-enabled-is-writable" => {
            let id = bench.tenant().organization.id;
            let body = json!({ "onPremisesSyncEnabled": false });
            refusal(&bench.ask("PATCH", &format!("/v1.0/organization/{id}"), &body))
        }
        "graph-synced-user-is-not-deletable" => {
            refusal(&bench.ask("DELETE", &format!("/v1.0/users/{synced}"), &Value::Null))
        }
        _ => return None,
    })
}

/// What the recycle bin answers.
fn of_bin(bench: &mut Bench, name: &str, [ann, bob]: [&str; 2]) -> Option<String> {
    Some(match name {
        "graph-bin-keeps-addresses" => {
            patch(bench, bob, &json!({ "mail": "old@lamplight.example" }));
            bench.ask("DELETE", &format!("/v1.0/users/{bob}"), &Value::Null);
            patch(bench, ann, &json!({ "mail": "old@lamplight.example" })).replace(bob, "?")
        }
        "graph-restore-conflict-is-409" => {
            bench.ask("DELETE", &format!("/v1.0/users/{bob}"), &Value::Null);
            bench.add_user("bob");
            let target = format!("/v1.0/directory/deletedItems/{bob}/restore");
            let refused = bench.ask("POST", &target, &Value::Null);
            assert_eq!(bench.object(bob).is_live(), refused.status == 200);
            refusal(&refused)
        }
        _ => return None,
    })
}

/// What a read answers.
fn of_read(bench: &mut Bench, name: &str, synced: &str) -> String {
    match name {
        "graph-all-lambda-is-supported" => {
            let filter = "proxyAddresses/all(p:startsWith(p,'smtp:syn'))";
            let target = format!("/v1.0/users?$filter={filter}&$count=true&$select=id");
            let request = super::Request::new("GET", &target)
                .header("Authorization", "Bearer any")
                .header("ConsistencyLevel", "eventual");
            let response = bench.send(&request);
            format!(
                "{} {}",
                response.status,
                response.body_json()["@odata.count"]
            )
        }
        "graph-cloud-managed-was-synced" => {
            let behavior = format!("/v1.0/users/{synced}/onPremisesSyncBehavior");
            bench.ask("PATCH", &behavior, &json!({ "isCloudManaged": true }));
            let user = bench.get(&format!(
                "/v1.0/users/{synced}?$select=onPremisesSyncEnabled"
            ));
            user.body_json()["onPremisesSyncEnabled"].to_string()
        }
        "graph-delta-tokens-expire" | "graph-resync-is-sync-state-not-found" => {
            let first = bench.get("/v1.0/users/delta").body_json();
            let link = first["@odata.deltaLink"].as_str().unwrap().to_owned();
            let now = super::super::Host::now(&bench.host);
            let later = jiff::SignedDuration::from_hours(24 * 8);
            bench.host.set_now(now.saturating_add(later).unwrap());
            let response = bench.get(link.split("graph.microsoft.com").last().unwrap());
            format!(
                "{} {}",
                response.status,
                response.body_json()["error"]["code"]
            )
        }
        "graph-immutable-id-filter-is-advanced" => {
            let target = "/v1.0/users?$filter=onPremisesImmutableId eq 'anchor-syn'";
            bench.get(target).status.to_string()
        }
        _ => panic!("{name} has no request that shows it"),
    }
}

#[test]
fn each_switch_turns_an_answer_round() {
    let mut told = String::new();
    for switch in GRAPH_SWITCHES {
        let (off, on) = (answer(switch.name, false), answer(switch.name, true));
        assert_ne!(off, on, "{}", switch.name);
        let default = (switch.get)(&GraphPolicy::DEFAULT);
        let star = |is_default: bool| if is_default { "*" } else { " " };
        told.push_str(switch.name);
        let (off_star, on_star) = (star(!default), star(default));
        let _ = write!(told, "\n {off_star} off: {off}\n {on_star} on:  {on}\n");
    }
    let expected = include_str!("switches.txt").replace("\r\n", "\n");
    assert_eq!(told, expected, "{told}");
}

#[test]
fn names_are_in_order_and_said_once() {
    let names: Vec<&str> = GRAPH_SWITCHES.iter().map(|switch| switch.name).collect();
    assert!(names.is_sorted() && names.iter().all(|name| name.starts_with("graph-")));
    let names = || crate::profile::switches().map(|(name, _)| name);
    let all: std::collections::BTreeSet<&str> = names().collect();
    assert_eq!(all.len(), names().count());
}
