use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Bench, Client, Request, Response, Settings};
use crate::CloudKey;
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

    /// As [`Bench::ask_as`], with a body.
    fn post_as(&mut self, who: &Identity, target: &str, body: &Value) -> Response {
        let now = super::super::Host::now(&self.host);
        self.service.remember("theirs", who.clone(), now);
        let request = Request::new("POST", target).header("Authorization", "Bearer theirs");
        self.send(&request.json(body))
    }

    fn promote(&mut self, who: CloudKey, role: &str) {
        let role = Role(role.into());
        self.host
            .change_tenant(|tenant| tenant.roles.assign(who, role));
    }
}

/// A signed-in user whose token allows everything.
fn person(user: CloudKey) -> Identity {
    Identity::User {
        client: "app".to_owned(),
        user,
        scopes: BTreeSet::from(["Directory.AccessAsUser.All".to_owned()]),
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
    assert_eq!(
        bench.ask_as(&ann, "PATCH", &user).status,
        403,
        "no role at all"
    );
    bench.promote(ann_key, "User Administrator");
    assert_eq!(bench.ask_as(&ann, "PATCH", &user).status, 204);
    bench.promote(bob_key, "Global Administrator");
    let refused = bench.ask_as(&ann, "PATCH", &user);
    assert_eq!(
        super::refusal(&refused),
        "403 Authorization_RequestDenied: Insufficient privileges to complete the operation."
    );
    assert_eq!(bench.ask_as(&ann, "DELETE", &user).status, 403);
    let (cat_key, _) = bench.add_user("cat");
    let cat = Identity::User {
        client: "app".to_owned(),
        user: cat_key,
        scopes: BTreeSet::from(["User.ReadWrite.All".to_owned()]),
    };
    bench.promote(cat_key, "Privileged Authentication Administrator");
    assert_eq!(bench.ask_as(&cat, "PATCH", &user).status, 204);
    assert_eq!(bench.ask_as(&cat, "DELETE", &user).status, 204);
}

#[test]
fn nobody_gives_roles_or_changes_domains_without_the_role_for_it() {
    let mut bench = bench(true);
    let ((ann, ann_id), (bob, _)) = (bench.add_user("ann"), bench.add_user("bob"));
    let target = "/v1.0/roleManagement/directory/roleAssignments";
    let assignment = json!({
        "principalId": ann_id,
        "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10",
        "directoryScopeId": "/",
    });
    let domain = json!({ "id": "new.example" });
    bench.promote(ann, "User Administrator");
    let ann = person(ann);
    assert_eq!(bench.post_as(&ann, target, &assignment).status, 403);
    assert_eq!(bench.post_as(&ann, "/v1.0/domains", &domain).status, 403);
    bench.promote(bob, "Privileged Role Administrator");
    let bob = person(bob);
    assert_eq!(bench.post_as(&bob, "/v1.0/domains", &domain).status, 403);
    assert_eq!(bench.post_as(&bob, target, &assignment).status, 201);
    assert_eq!(bench.post_as(&ann, "/v1.0/domains", &domain).status, 201);
}

#[test]
fn a_password_is_changed_by_its_owner_only() {
    let mut bench = bench(true);
    let ((ann, ann_id), (bob, bob_id)) = (bench.add_user("ann"), bench.add_user("bob"));
    bench.promote(ann, "User Administrator");
    let body = json!({ "currentPassword": "before", "newPassword": "Correct-Horse-8" });
    let target = |id: &str| format!("/v1.0/users/{id}/changePassword");
    let application = application(&["User.ReadWrite.All"]);
    for (who, of, status) in [
        (person(ann), &bob_id, 403),
        (application, &bob_id, 403),
        (person(ann), &ann_id, 204),
        (person(bob), &ann_id, 403),
    ] {
        let target = target(of);
        assert_eq!(
            bench.post_as(&who, &target, &body).status,
            status,
            "{target}"
        );
    }
}

#[test]
fn a_question_that_is_posted_is_no_write() {
    let mut bench = bench(true);
    let (_, ann) = bench.add_user("ann");
    let reader = application(&["Directory.Read.All"]);
    let body = json!({ "ids": [ann] });
    let target = "/v1.0/directoryObjects/getByIds";
    assert_eq!(bench.post_as(&reader, target, &body).status, 200);
}
