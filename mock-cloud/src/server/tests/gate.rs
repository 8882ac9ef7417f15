use std::collections::BTreeSet;

use serde_json::json;

use super::{Bench, Client, Request, Response, Settings};
use crate::server::Identity;
use crate::tenant::Role;

fn bench(permissions: bool) -> Bench {
    Bench::with(Settings {
        tokens: super::Tokens::Any,
        permissions,
        clients: vec![Client::for_seed(1)],
        ..Settings::default()
    })
}

impl Bench {
    /// Sends as somebody whose token was given out.
    fn ask_as(&mut self, who: &Identity, method: &str, target: &str) -> Response {
        let now = super::super::Host::now(&self.host);
        self.service.remember("theirs", who.clone(), now);
        let request = Request::new(method, target).header("Authorization", "Bearer theirs");
        let request = if method == "PATCH" {
            request.json(&json!({ "mobilePhone": "+31 1" }))
        } else {
            request
        };
        self.send(&request)
    }
}

fn application(roles: &[&str]) -> Identity {
    Identity::Application {
        client: "app".to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    }
}

#[test]
fn an_application_may_do_what_its_permissions_say() {
    let mut bench = bench(true);
    let (_, ann) = bench.add_user("ann");
    let user = format!("/v1.0/users/{ann}");
    let reader = application(&["User.Read.All"]);
    assert_eq!(bench.ask_as(&reader, "GET", &user).status, 200);
    assert_eq!(bench.ask_as(&reader, "PATCH", &user).status, 403);
    assert_eq!(bench.ask_as(&reader, "GET", "/v1.0/groups").status, 403);
    let writer = application(&["User.ReadWrite.All"]);
    assert_eq!(bench.ask_as(&writer, "PATCH", &user).status, 204);
    bench.service.settings.permissions = false;
    assert_eq!(bench.ask_as(&reader, "PATCH", &user).status, 204);
}

#[test]
fn sensitive_properties_of_administrators_are_for_the_most_privileged() {
    let mut bench = bench(true);
    let ((ann_key, _), (bob_key, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let user = format!("/v1.0/users/{bob}");
    let ann = Identity::User {
        client: "app".to_owned(),
        user: ann_key,
        scopes: BTreeSet::from(["User.ReadWrite.All".to_owned()]),
    };
    let promote = |bench: &mut Bench, key, role: &str| {
        bench
            .host
            .change_tenant(|tenant| tenant.roles.assign(key, Role(role.into())));
    };
    assert_eq!(
        bench.ask_as(&ann, "PATCH", &user).status,
        403,
        "no role at all"
    );
    promote(&mut bench, ann_key, "User Administrator");
    assert_eq!(bench.ask_as(&ann, "PATCH", &user).status, 204);
    promote(&mut bench, bob_key, "Global Administrator");
    let refused = bench.ask_as(&ann, "PATCH", &user);
    assert_eq!(
        super::refusal(&refused),
        "403 Authorization_RequestDenied: Insufficient privileges to complete the operation."
    );
    assert_eq!(bench.ask_as(&ann, "DELETE", &user).status, 403);
    promote(
        &mut bench,
        ann_key,
        "Privileged Authentication Administrator",
    );
    assert_eq!(bench.ask_as(&ann, "PATCH", &user).status, 204);
    assert_eq!(bench.ask_as(&ann, "DELETE", &user).status, 204);
}
