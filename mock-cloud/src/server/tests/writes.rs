//! Who may write what: the rules that a remediation job turns on.

use serde_json::{Value, json};

use super::{ANCHOR, Bench, refusal};

const MASTERED: &str = "400 Request_BadRequest: Unable to update the specified properties for \
                        on-premises mastered Directory Sync objects or objects currently \
                        undergoing migration.";

impl Bench {
    fn patch(&mut self, id: &str, body: &Value) -> String {
        let response = self.ask("PATCH", &format!("/v1.0/users/{id}"), body);
        if response.status == 204 {
            assert!(response.body.is_empty());
            return "204".to_owned();
        }
        refusal(&response)
    }

    fn anchor(&self, id: &str) -> Option<String> {
        let anchor = self.object(id).on_premises.immutable_id.as_ref();
        anchor.map(ToString::to_string)
    }
}

#[test]
fn the_anchor_of_a_cloud_user_is_set_and_cleared() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    assert_eq!(
        bench.patch(&ann, &json!({ "onPremisesImmutableId": ANCHOR })),
        "204"
    );
    assert_eq!(bench.anchor(&ann).as_deref(), Some(ANCHOR));
    // The names of properties are compared without regard to case.
    assert_eq!(
        bench.patch(&ann, &json!({ "OnPremisesImmutableId": null })),
        "204"
    );
    assert_eq!(bench.anchor(&ann), None);
    for forbidden in ["a$b", "a_b"] {
        let answer = bench.patch(&ann, &json!({ "onPremisesImmutableId": forbidden }));
        assert!(answer.contains("Invalid value specified for property 'onPremisesImmutableId'"));
    }
}

#[test]
fn an_empty_anchor_is_no_way_to_clear_it() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    bench.patch(&ann, &json!({ "onPremisesImmutableId": ANCHOR }));
    let empty = json!({ "onPremisesImmutableId": "" });
    assert!(
        bench
            .patch(&ann, &empty)
            .starts_with("400 Request_BadRequest: Invalid value")
    );
    bench
        .host
        .change_tenant(|it| it.policy.graph.empty_immutable_id_is_ignored = true);
    assert_eq!(bench.patch(&ann, &empty), "204");
    assert_eq!(bench.anchor(&ann).as_deref(), Some(ANCHOR));
}

#[test]
fn the_name_that_a_client_invents_is_refused() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    bench.patch(&ann, &json!({ "onPremisesImmutableId": ANCHOR }));
    let wrong = json!({ "on_premises_immutable_id": null });
    let answer = bench.patch(&ann, &wrong);
    assert!(
        answer.contains("[InvalidValue on_premises_immutable_id]"),
        "{answer}"
    );
    bench
        .host
        .change_tenant(|it| it.policy.graph.unknown_properties_are_ignored = true);
    assert_eq!(bench.patch(&ann, &wrong), "204");
    assert_eq!(bench.anchor(&ann).as_deref(), Some(ANCHOR));
}

#[test]
fn an_anchor_belongs_to_one_account_also_one_in_the_recycle_bin() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    let set = json!({ "onPremisesImmutableId": ANCHOR });
    assert_eq!(bench.patch(&ann, &set), "204");
    let taken = format!(
        "400 Request_BadRequest: Another object with the same value for property \
         onPremisesImmutableId already exists. [ObjectConflict onPremisesImmutableId] \
         [ConflictingObjects {ann}]"
    );
    assert_eq!(bench.patch(&bob, &set), taken);
    assert_eq!(
        bench
            .ask("DELETE", &format!("/v1.0/users/{ann}"), &Value::Null)
            .status,
        204
    );
    assert_eq!(bench.patch(&bob, &set), taken);
    let purge = format!("/v1.0/directory/deletedItems/{ann}");
    assert_eq!(bench.ask("DELETE", &purge, &Value::Null).status, 204);
    assert_eq!(bench.patch(&bob, &set), "204");
}

#[test]
fn what_active_directory_masters_is_refused_and_what_it_does_not_is_not() {
    let mut bench = Bench::new();
    let ann = bench.add_synced("ann", &[]);
    for body in [
        json!({ "displayName": "x" }),
        json!({ "department": "x" }),
        json!({ "mobilePhone": "+31 1" }),
        json!({ "passwordProfile": { "password": "Correct-Horse-9" } }),
        json!({ "onPremisesImmutableId": ANCHOR }),
        json!({ "onPremisesImmutableId": null }),
        json!({ "employeeId": "7" }),
        json!({ "onPremisesExtensionAttributes": { "extensionAttribute1": "x" } }),
        // One property is enough, and nothing of the rest happens.
        json!({ "usageLocation": "DE", "surname": "x" }),
    ] {
        assert_eq!(bench.patch(&ann, &body), MASTERED, "{body}");
    }
    assert_eq!(bench.object(&ann).usage_location, None);
    assert_eq!(bench.patch(&ann, &json!({ "usageLocation": "nl" })), "204");
    assert_eq!(bench.object(&ann).usage_location.as_deref(), Some("NL"));
    assert_eq!(
        bench.patch(&ann, &json!({ "userPrincipalName": "a@lamplight.example" })),
        "204"
    );
    bench
        .host
        .change_tenant(|it| it.policy.graph.short_mastered_message = true);
    let short = bench.patch(&ann, &json!({ "displayName": "x" }));
    assert!(
        short.ends_with("mastered Directory Sync objects."),
        "{short}"
    );
}

#[test]
fn a_converted_user_is_writable_again() {
    let mut bench = Bench::new();
    let ann = bench.add_synced("ann", &[]);
    let target = format!("/v1.0/users/{ann}/onPremisesSyncBehavior");
    assert_eq!(
        bench.get(&target).body_json()["isCloudManaged"],
        json!(false)
    );
    let set = bench.ask("PATCH", &target, &json!({ "isCloudManaged": true }));
    assert_eq!(set.status, 204);
    assert_eq!(
        bench.get(&target).body_json()["isCloudManaged"],
        json!(true)
    );
    assert_eq!(bench.patch(&ann, &json!({ "displayName": "x" })), "204");
}

#[test]
fn properties_of_exchange_stay_closed_on_a_user_that_was_synced() {
    let mut bench = Bench::new();
    let (key, ann) = bench.add_user("ann");
    let body = json!({ "onPremisesExtensionAttributes": { "extensionAttribute1": "x" } });
    assert_eq!(bench.patch(&ann, &body), "204");
    bench.host.change_tenant(|tenant| {
        let mut object = tenant.object(key).unwrap().as_ref().clone();
        object.on_premises.sync_enabled = Some(false);
        tenant.replace(key, object);
    });
    assert_eq!(
        bench.patch(&ann, &body),
        "400 Request_BadRequest: Unable to update the specified properties for objects that have \
         originated within an external service."
    );
    assert_eq!(
        bench.patch(&ann, &json!({ "onPremisesImmutableId": ANCHOR })),
        "204"
    );
}

#[test]
fn mail_is_an_address_and_must_be_free() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let bob = bench.add_synced("bob", &["SMTP:box@lamplight.example"]);
    assert_eq!(
        bench.patch(&ann, &json!({ "mail": "a.lee@lamplight.example" })),
        "204"
    );
    assert_eq!(
        bench.object(&ann).proxy_addresses[0].as_str(),
        "SMTP:a.lee@lamplight.example"
    );
    assert_eq!(
        bench.patch(
            &ann,
            &json!({ "mail": "box@lamplight.example", "jobTitle": "x" })
        ),
        format!(
            "400 Request_BadRequest: Another object with the same value for property \
             proxyAddresses already exists. [ObjectConflict proxyAddresses] [ConflictingObjects \
             {bob}]"
        )
    );
    assert!(bench.object(&ann).properties.is_empty(), "all or nothing");
    assert_eq!(
        bench.patch(
            &ann,
            &json!({ "proxyAddresses": ["SMTP:x@lamplight.example"] })
        ),
        "400 Request_BadRequest: Property 'proxyAddresses' is read-only and cannot be set."
    );
    assert!(
        bench
            .patch(&ann, &json!({ "mail": null }))
            .contains("A value is required")
    );
}

#[test]
fn values_of_another_type_are_refused_by_what_was_expected() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    for (body, expected) in [
        (
            json!({ "displayName": 5 }),
            "'5' to the expected type 'Edm.String'",
        ),
        (
            json!({ "accountEnabled": "yes" }),
            "'\"yes\"' to the expected type 'Edm.Boolean'",
        ),
        (json!({ "otherMails": "a" }), "'Collection(Edm.String)'"),
        (
            json!({ "employeeHireDate": "soon" }),
            "'Edm.DateTimeOffset'",
        ),
        (
            json!({ "usageLocation": "NLD" }),
            "Invalid value specified for property 'usageLocation'",
        ),
        (
            json!({ "userType": "Alien" }),
            "Invalid value specified for property 'userType'",
        ),
        (
            json!({ "displayName": null }),
            "A value is required for property 'displayName'",
        ),
        (
            json!({ "userPrincipalName": "a b@lamplight.example" }),
            "'userPrincipalName'",
        ),
        (json!({ "jobTitle": "x".repeat(129) }), "'jobTitle'"),
    ] {
        let answer = bench.patch(&ann, &body);
        assert!(
            answer.starts_with("400 ") && answer.contains(expected),
            "{body}: {answer}"
        );
    }
    // What kiota's clients add to every body is no property.
    assert_eq!(
        bench.patch(&ann, &json!({ "@odata.type": "#microsoft.graph.user" })),
        "204"
    );
    let skills = bench.ask(
        "PATCH",
        &format!("/v1.0/users/{ann}"),
        &json!({ "skills": [] }),
    );
    assert_eq!(skills.status, 501);
}

#[test]
fn a_write_of_several_parts_happens_whole_or_not_at_all() {
    let mut bench = Bench::new();
    let ((_, ann), (_, bob)) = (bench.add_user("ann"), bench.add_user("bob"));
    bench.patch(&bob, &json!({ "onPremisesImmutableId": ANCHOR }));
    let answer = bench.patch(
        &ann,
        &json!({ "displayName": "New", "onPremisesImmutableId": ANCHOR }),
    );
    assert!(answer.starts_with("400"), "{answer}");
    assert_eq!(bench.object(&ann).display_name.as_deref(), Some("ann"));
}

#[test]
fn features_of_synchronisation_are_read_and_set() {
    let mut bench = Bench::new();
    let target = "/v1.0/directory/onPremisesSynchronization";
    let all = bench.get(target).body_json();
    assert_eq!(all["value"][0]["features"].as_object().unwrap().len(), 20);
    let body = json!({ "features": {
        "blockSoftMatchEnabled": true, "deviceWritebackEnabled": true,
    }, "configuration": { "accidentalDeletionPrevention": {
        "synchronizationPreventionType": "enabledForCount", "alertThreshold": 7,
    } } });
    let id = all["value"][0]["id"].as_str().unwrap();
    assert_eq!(
        bench.ask("PATCH", &format!("{target}/{id}"), &body).status,
        204
    );
    assert!(bench.tenant().features.block_soft_match);
    assert!(bench.tenant().features.other("deviceWritebackEnabled"));
    assert_eq!(bench.tenant().deletion_threshold, Some(7));
    // A feature that can't be turned off leaves the others of the same request alone, too.
    let body =
        json!({ "features": { "blockSoftMatchEnabled": false, "softMatchOnUpnEnabled": false } });
    assert_eq!(bench.ask("PATCH", target, &body).status, 400);
    assert!(bench.tenant().features.block_soft_match);
}

#[test]
fn licences_need_a_location_and_a_product() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let target = format!("/v1.0/users/{ann}/assignLicense");
    let sku = "05e9a617-0261-4cee-bb44-138d3ef5d965";
    let add =
        json!({ "addLicenses": [{ "skuId": sku, "disabledPlans": [] }], "removeLicenses": [] });
    assert_eq!(
        refusal(&bench.ask("POST", &target, &add)),
        "400 Request_BadRequest: License assignment cannot be done for user with invalid usage \
         location."
    );
    bench.patch(&ann, &json!({ "usageLocation": "NL" }));
    assert_eq!(bench.ask("POST", &target, &add).status, 200);
    assert_eq!(bench.object(&ann).licences.len(), 1);
    let half = json!({ "addLicenses": [] });
    assert_eq!(bench.ask("POST", &target, &half).status, 400);
    let unknown = json!({ "addLicenses": [{ "skuId": "x" }], "removeLicenses": [] });
    assert!(refusal(&bench.ask("POST", &target, &unknown)).contains("valid company License"));
    let remove = json!({ "addLicenses": [], "removeLicenses": [sku] });
    assert_eq!(bench.ask("POST", &target, &remove).status, 200);
    assert!(bench.object(&ann).licences.is_empty());
}

#[test]
fn enumerations_take_their_values_and_what_is_not_modelled_is_named() {
    let mut bench = Bench::new();
    let (_, ann) = bench.add_user("ann");
    let user = format!("/v1.0/users/{ann}");
    for (body, answer) in [
        (json!({ "ageGroup": "notadult" }), 204),
        (json!({ "ageGroup": null }), 204),
        (json!({ "ageGroup": "Old" }), 400),
        (json!({ "ageGroup": 7 }), 400),
        (json!({ "consentProvidedForMinor": "Granted" }), 204),
        (json!({ "consentProvidedForMinor": "Yes" }), 400),
        (
            json!({ "passwordPolicies": "DisablePasswordExpiration, DisableStrongPassword" }),
            204,
        ),
        (json!({ "passwordPolicies": "None" }), 204),
        (json!({ "passwordPolicies": null }), 204),
        (json!({ "passwordPolicies": "Never" }), 400),
        (json!({ "usageLocation": "Germany" }), 400),
        (json!({ "employeeId": "12345678901234567" }), 400),
        (json!({ "identities": [] }), 501),
        (json!({ "customSecurityAttributes": {} }), 501),
        (json!({ "authorizationInfo": {} }), 501),
        (json!({ "onPremisesSyncEnabled": true }), 400),
    ] {
        let response = bench.ask("PATCH", &user, &body);
        assert_eq!(response.status, answer, "{body}: {}", response.body_json());
    }
}
