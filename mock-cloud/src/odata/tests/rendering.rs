//! The shapes of what comes back.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::Text;

use super::{BASE, advanced, column, get, small};
use crate::graph::{Part, load};
use crate::odata::contract::violations;
use crate::odata::{
    EntityType, GraphError, Navigation, QueryOptions, Resource, Single, list_keys, metadata,
    openapi_schemas, property_json, render_one, render_single,
};
use crate::profile::Profile;
use crate::tenant::{ConflictProperty, DirectoryObject, ProvisioningError, Role, Tenant};

fn one(tenant: &Tenant, key: crate::CloudKey, entity: EntityType, query: &str) -> Value {
    let options = QueryOptions::parse_one(entity, query).expect("the options are fine");
    let body = render_one(tenant, key, &options, BASE);
    let body = serde_json::from_slice(&body).expect("it is JSON");
    assert_eq!(violations(&body), [""; 0]);
    body
}

/// graph.md section 2: eleven properties by default.
#[test]
fn a_user_has_eleven_properties_by_default() {
    let (bench, keys) = small();
    let user = one(&bench.tenant, keys[0], EntityType::User, "");
    assert_eq!(
        user,
        json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
            "businessPhones": [],
            "displayName": "Ann Lee",
            "givenName": "Ann",
            "jobTitle": null,
            "mail": "ann.lee@lamplight.example",
            "mobilePhone": null,
            "officeLocation": null,
            "preferredLanguage": null,
            "surname": null,
            "userPrincipalName": "ann.lee@lamplight.example",
            "id": "01010101-0101-0101-0101-010101010101",
        })
    );
}

#[test]
fn a_group_shows_its_on_premises_side_by_default() {
    let (bench, keys) = small();
    let group = one(&bench.tenant, keys[4], EntityType::Group, "");
    assert_eq!(group["groupTypes"], json!(["Unified"]));
    assert_eq!(group["onPremisesSyncEnabled"], Value::Null);
    assert_eq!(group["onPremisesProvisioningErrors"], json!([]));
    assert!(group.get("members").is_none() && group.get("onPremisesImmutableId").is_none());
}

#[test]
fn complex_values_are_whole() {
    let (mut bench, keys) = small();
    let mut object = DirectoryObject::clone(bench.tenant.object(keys[0]).unwrap());
    object.on_premises.provisioning_errors = [ProvisioningError {
        property: ConflictProperty::ProxyAddresses,
        value: Text::from("SMTP:x@lamplight.example"),
        occurred: Timestamp::UNIX_EPOCH,
    }]
    .into();
    object.licences = [
        Text::from("05e9a617-0261-4cee-bb44-138d3ef5d965"),
        Text::from("E3"),
    ]
    .into();
    bench.tenant.replace(keys[0], object);
    let query = "$select=onPremisesProvisioningErrors,assignedLicenses,onPremisesImmutableId,\
                 onPremisesExtensionAttributes,identities,securityIdentifier,createdDateTime";
    let user = one(&bench.tenant, keys[0], EntityType::User, query);
    assert_eq!(
        user["onPremisesProvisioningErrors"],
        json!([{
            "value": "SMTP:x@lamplight.example",
            "category": "PropertyConflict",
            "propertyCausingError": "ProxyAddresses",
            "occurredDateTime": "1970-01-01T00:00:00Z",
        }])
    );
    assert_eq!(
        user["assignedLicenses"][0]["skuId"],
        "05e9a617-0261-4cee-bb44-138d3ef5d965"
    );
    assert_eq!(user["assignedLicenses"][0]["disabledPlans"], json!([]));
    assert_eq!(
        user["onPremisesExtensionAttributes"]
            .as_object()
            .unwrap()
            .len(),
        15
    );
    assert_eq!(user["identities"][0]["issuer"], "lamplight.onmicrosoft.com");
    assert_eq!(
        user["securityIdentifier"],
        "S-1-12-1-16843009-16843009-16843009-16843009"
    );
    let filter = "$filter=onPremisesProvisioningErrors/any(o:o/category ne null)";
    let page = get(&bench.tenant, &Resource::Users, filter).unwrap();
    assert_eq!(column(&page, "displayName"), ["Ann Lee"]);
    let filter = "$filter=assignedLicenses/any(s:s/skuId eq 05e9a617-0261-4cee-bb44-138d3ef5d965)";
    let page = get(&bench.tenant, &Resource::Users, filter).unwrap();
    assert_eq!(column(&page, "displayName"), ["Ann Lee"]);
}

/// graph.md section 3: the UPN of a deleted user stands behind its id.
#[test]
fn deleted_objects_have_their_type_and_time() {
    let (mut bench, keys) = small();
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24);
    bench.tenant.delete_object(keys[0], now).unwrap();
    let resource = Resource::DeletedItems(EntityType::User);
    let page = get(
        &bench.tenant,
        &resource,
        "$select=id,deletedDateTime,userPrincipalName",
    );
    let page = page.unwrap();
    assert_eq!(
        page["value"],
        json!([{
            "id": "01010101-0101-0101-0101-010101010101",
            "deletedDateTime": "1970-01-02T00:00:00Z",
            "userPrincipalName":
                "01010101010101010101010101010101ann.lee@lamplight.example",
        }])
    );
    let item = one(&bench.tenant, keys[0], EntityType::DirectoryObject, "");
    assert_eq!(item["@odata.type"], "#microsoft.graph.user");
    let context = "https://graph.microsoft.com/v1.0/$metadata#directoryObjects/$entity";
    assert_eq!(item["@odata.context"], context);
    assert_eq!(
        column(&get(&bench.tenant, &Resource::Users, "").unwrap(), "id").len(),
        3
    );
}

#[test]
fn relations_are_mixed_or_cast_and_expand_to_twenty() {
    let (mut bench, keys) = small();
    let tenant = &mut bench.tenant;
    let mut group = DirectoryObject::clone(tenant.object(keys[4]).unwrap());
    group.members = [keys[0], keys[1], keys[5], keys[6]].into();
    tenant.replace(keys[4], group);
    let mut user = DirectoryObject::clone(tenant.object(keys[0]).unwrap());
    user.change_extras(|extras| extras.manager = Some(keys[1]));
    tenant.replace(keys[0], user);
    tenant
        .roles
        .assign(keys[0], Role(Text::from("Global Administrator")));
    let related = |of: usize, navigation, cast| Resource::Related {
        of: keys[of],
        navigation,
        cast,
    };
    let members = get(
        tenant,
        &related(4, Navigation::Members, None),
        "$select=id,mail",
    )
    .unwrap();
    assert_eq!(violations(&members), [""; 0]);
    assert_eq!(column(&members, "@odata.type").len(), 4);
    assert_eq!(column(&members, "@odata.type")[2], "#microsoft.graph.group");
    let cast = related(4, Navigation::Members, Some(EntityType::User));
    let cast = get(tenant, &cast, "$top=1").unwrap();
    assert_eq!(column(&cast, "displayName"), ["Ann Lee"]);
    assert!(
        cast["@odata.nextLink"]
            .as_str()
            .unwrap()
            .contains("/members/microsoft.graph.user?")
    );
    let of = get(tenant, &related(0, Navigation::MemberOf, None), "").unwrap();
    assert_eq!(
        column(&of, "displayName"),
        ["Marketing Team", "Global Administrator"]
    );
    let deep = related(4, Navigation::TransitiveMembers, Some(EntityType::User));
    assert!(
        get(tenant, &deep, "").is_err(),
        "graph.md section 5: casts on transitive lists"
    );
    assert_eq!(column(&advanced(tenant, &deep, "").unwrap(), "id").len(), 2);
    let with = get(
        tenant,
        &Resource::Users,
        "$expand=manager($select=id)&$select=id",
    )
    .unwrap();
    assert_eq!(violations(&with), [""; 0]);
    assert_eq!(
        with["value"][0]["manager"]["id"],
        "02020202-0202-0202-0202-020202020202"
    );
    assert!(with["value"][1].get("manager").is_none());
    let context = "https://graph.microsoft.com/v1.0/$metadata#users(id,manager(id))";
    assert_eq!(with["@odata.context"], context);
    let error = get(tenant, &Resource::Users, "$expand=foo").unwrap_err();
    assert!(error.message.contains("'foo' does not exist"));
    let role = Resource::RoleMembers(Role(Text::from("Global Administrator")));
    assert_eq!(
        column(&get(tenant, &role, "").unwrap(), "displayName"),
        ["Ann Lee"]
    );
}

#[test]
fn everything_of_real_input_keeps_to_the_types() {
    let mut tenant = Tenant::new("x.onmicrosoft.com", Profile::Entra2025);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/lamplight");
    #[expect(
        clippy::disallowed_methods,
        reason = "the test reads an example of the repository"
    )]
    for part in Part::ALL {
        let found = ["cloud", "tenant", "."]
            .iter()
            .find_map(|folder| std::fs::read(format!("{root}/{folder}/{}", part.file_name())).ok());
        if let Some(bytes) = found {
            load(&mut tenant, part, &bytes).expect("the example is readable");
        }
    }
    assert!(tenant.user_count() > 500, "the example has users");
    let all = [
        (Resource::Users, "user"),
        (Resource::Groups, "group"),
        (Resource::Contacts, "orgContact"),
        (Resource::DeletedItems(EntityType::User), "user"),
        (Resource::DirectoryObjects, "directoryObject"),
        (Resource::DirectoryRoles, "directoryRole"),
        (Resource::Domains, "domain"),
        (Resource::Organization, "organization"),
        (Resource::SubscribedSkus, "subscribedSku"),
    ];
    for (resource, name) in all {
        for query in ["$top=999", "$top=999&$select=*"] {
            let page = get(&tenant, &resource, query).expect("it is listed");
            let first = violations(&page).into_iter().next();
            assert_eq!(first, None, "{name}?{query}");
        }
    }
}

#[test]
fn single_records_are_found_by_their_ids() {
    let (bench, keys) = small();
    let tenant = &bench.tenant;
    let options = QueryOptions::none(EntityType::Domain);
    let body = render_single(tenant, &Single::Domain("LAMPLIGHT.example"), &options, BASE).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(violations(&body), [""; 0]);
    assert_eq!(body["id"], "lamplight.example");
    assert_eq!(body["isDefault"], true);
    let options = QueryOptions::none(EntityType::Organization);
    let body = render_single(tenant, &Single::Organization, &options, BASE).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(violations(&body), [""; 0]);
    assert_eq!(
        body["verifiedDomains"][0]["name"],
        "lamplight.onmicrosoft.com"
    );
    assert!(render_single(tenant, &Single::Domain("x"), &options, BASE).is_none());
    let options = QueryOptions::none(EntityType::DirectoryObject);
    let page = list_keys(tenant, &[keys[6], keys[0]], &options, BASE);
    let page: Value = serde_json::from_slice(&page.into_body()).unwrap();
    assert_eq!(
        column(&page, "@odata.type"),
        ["#microsoft.graph.orgContact", "#microsoft.graph.user"]
    );
    assert_eq!(
        property_json(tenant, keys[0], "displayname"),
        Some(json!("Ann Lee"))
    );
    assert_eq!(property_json(tenant, keys[0], "nothing"), None);
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let bad = json!({
        "@odata.context": "https://x/v1.0/$metadata#users",
        "value": [{ "id": 1, "foo": null, "accountEnabled": "true", "businessPhones": null }],
    });
    assert_eq!(violations(&bad).len(), 4, "{:?}", violations(&bad));
    let error = GraphError::not_found("x").with_detail("ObjectConflict", "mail");
    assert_eq!(
        violations(&error.body("2026-01-01T00:00:00", "r", "c")),
        [""; 0]
    );
}

#[test]
fn the_schema_is_written_twice_and_closed() {
    let xml = metadata();
    assert!(xml.contains("<EntityType Name=\"user\" BaseType=\"graph.directoryObject\" OpenType"));
    assert!(xml.contains(
        "<Property Name=\"onPremisesProvisioningErrors\" \
         Type=\"Collection(graph.onPremisesProvisioningError)\"/>"
    ));
    for reference in xml.split("graph.").skip(1) {
        let name = reference.split(['"', ')']).next().unwrap();
        assert!(
            xml.contains(&format!("Type Name=\"{name}\"")) || name.is_empty(),
            "{name}"
        );
    }
    let schemas = openapi_schemas();
    let text = schemas.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.get(name).is_some(), "{name}");
    }
    assert_eq!(
        schemas["user"]["properties"]["id"],
        json!({ "type": "string" })
    );
}
