//! What the service does on request only: throttle, lag, fail.

use serde_json::json;

use super::{Bench, refusal};
use crate::conduct::{Conduct, Throttling};
use crate::server::{Fault, PlannedFault};

fn planned(fault: Fault) -> PlannedFault {
    PlannedFault {
        fault,
        method: "PATCH".to_owned(),
        path_contains: "/users".to_owned(),
        every: 1,
        at_most: 1,
    }
}

#[test]
fn a_planned_refusal_happens_as_often_as_planned_and_changes_nothing() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let user = format!("/v1.0/users/{ann}");
    let body = json!({ "displayName": "New" });
    let fault = Fault::Refuse {
        status: 429,
        retry_after: Some(3),
    };
    bench.host.plan_fault(planned(fault));
    assert_eq!(bench.get(&user).status, 200, "another method is spared");
    let refused = bench.ask("PATCH", &user, &body);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header_value("Retry-After"), Some("3"));
    assert!(refusal(&refused).starts_with("429 TooManyRequests: "));
    assert_eq!(bench.object(&ann).display_name.as_deref(), Some("ann"));
    assert_eq!(bench.ask("PATCH", &user, &body).status, 204);
}

#[test]
fn a_lost_reply_leaves_the_write_behind() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    bench.host.plan_fault(planned(Fault::LoseReply));
    let body = json!({ "displayName": "New" });
    let response = bench.ask("PATCH", &format!("/v1.0/users/{ann}"), &body);
    assert!(response.lost);
    assert_eq!(bench.object(&ann).display_name.as_deref(), Some("New"));
}

#[test]
fn throttling_counts_units_and_opens_again() {
    let mut bench = Bench::new();
    bench.host.set_conduct(Conduct {
        throttling: Throttling::Documented,
        ..Conduct::default()
    });
    let mut served = 0;
    let refused = loop {
        let response = bench.get("/v1.0/users");
        if response.status != 200 {
            break response;
        }
        served += 1;
        assert!(
            served <= 3_500,
            "a tenant with fewer than 50 users has 3,500 units"
        );
    };
    assert_eq!(served, 1_750, "a list of users costs two");
    assert_eq!(refused.status, 429);
    let wait: i64 = refused
        .header_value("Retry-After")
        .unwrap()
        .parse()
        .unwrap();
    let information = refused.header_value("x-ms-throttle-information");
    assert_eq!(information, Some("ResourceUnitLimitExceeded"));
    let now = super::super::Host::now(&bench.host);
    bench.host.set_now(
        now.saturating_add(jiff::SignedDuration::from_secs(wait))
            .unwrap(),
    );
    assert_eq!(bench.get("/v1.0/users").status, 200);
}

#[test]
fn reads_see_a_write_only_after_the_lag_and_never_out_of_order() {
    let mut bench = Bench::new();
    bench.host.set_conduct(Conduct {
        lag: jiff::SignedDuration::from_secs(5),
        seed: 5,
        ..Conduct::default()
    });
    let (_, ann) = bench.add_user("ann");
    let user = format!("/v1.0/users/{ann}");
    let mut now = super::super::Host::now(&bench.host);
    let mut seen = Vec::new();
    for _ in 0..60 {
        seen.push(bench.get(&user).status);
        now = now
            .saturating_add(jiff::SignedDuration::from_millis(100))
            .unwrap();
        bench.host.set_now(now);
    }
    assert_eq!(seen.first(), Some(&404));
    assert_eq!(seen.last(), Some(&200));
    assert!(seen.is_sorted_by(|one, next| one >= next), "{seen:?}");
    // Writes go to the truth at once.
    let (_, bob) = bench.add_user("bob");
    let set = bench.ask(
        "PATCH",
        &format!("/v1.0/users/{bob}"),
        &json!({ "jobTitle": "x" }),
    );
    assert_eq!(set.status, 204);
}
