//! The forms that exports come in.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{read, tenant, user};
use crate::graph::{Part, load, write_part};
use crate::sync_object::{PROPERTIES, Property, property};
use crate::tenant::{Authentication, ConflictProperty, Kind};

const ID: &str = "3f9e3f61-8599-5d63-a85a-40cf745ed0d2";

/// A user with every property that is read, as Graph returns it.
const EVERYTHING: &str = r#"{
    "id": "3f9e3f61-8599-5d63-a85a-40cf745ed0d2",
    "userPrincipalName": "ann@lamplight.example",
    "displayName": "Ann Lee",
    "givenName": "Ann",
    "surname": "Lee",
    "mail": "ann@lamplight.example",
    "mailNickname": "ann",
    "proxyAddresses": ["SMTP:ann@lamplight.example", "smtp:a@lamplight.example"],
    "userType": "Guest",
    "accountEnabled": false,
    "usageLocation": "NL",
    "createdDateTime": "2024-01-10T08:00:00Z",
    "jobTitle": "Clerk",
    "department": "Ünïts",
    "companyName": "Lamplight",
    "officeLocation": "2.11",
    "mobilePhone": "+31 6",
    "streetAddress": "Lane 1",
    "city": "Delft",
    "state": "ZH",
    "postalCode": "2611",
    "country": "NL",
    "preferredLanguage": "nl",
    "faxNumber": "+31 15",
    "businessPhones": ["+31 70"],
    "onPremisesExtensionAttributes": {
        "extensionAttribute1": "one",
        "extensionAttribute2": null,
        "extensionAttribute15": "fifteen"
    },
    "onPremisesImmutableId": "MyIRAFVEd2aImaq7zN3u/w==",
    "onPremisesSyncEnabled": true,
    "onPremisesLastSyncDateTime": "2026-11-20T07:12:00Z",
    "onPremisesDistinguishedName": "CN=Ann,DC=example,DC=test",
    "onPremisesSamAccountName": "ann",
    "onPremisesDomainName": "example.test",
    "onPremisesUserPrincipalName": "ann@example.test",
    "onPremisesSecurityIdentifier": "S-1-5-21-1-2-3-1001",
    "onPremisesObjectIdentifier": "00112233-4455-6677-8899-aabbccddeeff",
    "onPremisesProvisioningErrors": [{
        "category": "PropertyConflict",
        "occurredDateTime": "2026-11-20T07:12:00Z",
        "propertyCausingError": "ProxyAddress",
        "value": "smtp:x@lamplight.example"
    }],
    "assignedLicenses": [{"disabledPlans": [], "skuId": "05e9a617"}],
    "isCloudManaged": true,
    "somethingNew": {"that": ["nobody", 1, null]}
}"#;

fn everything() -> Value {
    serde_json::from_str(EVERYTHING).expect("it is JSON")
}

/// As the cmdlets write it: every name begins with a capital letter.
fn pascal(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(pascal).collect(),
        Value::Object(all) => {
            let capital = |name: &str| {
                let (first, rest) = name.split_at(1);
                first.to_uppercase() + rest
            };
            let all = all.iter().map(|(name, it)| (capital(name), pascal(it)));
            Value::Object(all.collect())
        }
        other => other.clone(),
    }
}

#[test]
fn every_property_is_read() {
    let read = user(&everything().to_string());
    assert_eq!(
        (read.kind, read.account_enabled, read.is_live()),
        (Kind::Guest, false, true)
    );
    assert_eq!(&*read.label(), "ann@lamplight.example");
    assert_eq!(read.primary_smtp(), Some("ann@lamplight.example"));
    assert_eq!(read.proxy_addresses.len(), 2);
    assert_eq!(read.mail_nickname.as_deref(), Some("ann"));
    assert_eq!(read.usage_location.as_deref(), Some("NL"));
    assert_eq!(read.created.to_string(), "2024-01-10T08:00:00Z");
    assert_eq!((read.licences.len(), read.was_recipient), (1, true));
    let text = |name: &str| property(&read.properties, Property::from_name(name)?);
    assert_eq!(text("department").map(|text| &**text), Some("Ünïts"));
    assert_eq!(
        text("extensionAttribute15").map(|text| &**text),
        Some("fifteen")
    );
    assert_eq!(text("businessPhones").map(|text| &**text), Some("+31 70"));
    assert_eq!(read.properties.len(), 17);
    let facts = &read.on_premises;
    let anchor = facts.immutable_id.as_ref().map(ToString::to_string);
    assert_eq!(anchor.as_deref(), Some("MyIRAFVEd2aImaq7zN3u/w=="));
    assert_eq!(
        (facts.sync_enabled, facts.cloud_managed),
        (Some(true), true)
    );
    assert_eq!(facts.object_identifier.map(|bytes| bytes[0]), Some(0x33));
    assert_eq!(
        facts.provisioning_errors[0].property,
        ConflictProperty::ProxyAddresses
    );
    assert!(facts.last_sync.is_some() && facts.security_identifier.is_some());
    assert_eq!(facts.domain_name.as_deref(), Some("example.test"));
}

#[test]
fn every_wrapping_reads_the_same() {
    let one = everything();
    let expected = user(&one.to_string());
    let forms = [
        json!([one]),
        json!({ "value": [one] }),
        json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": [one] }),
        json!({ "value": [one], "Count": 1 }),
        json!({ "Count": 1, "value": [one] }),
        json!({ "@odata.count": 1, "@odata.nextLink": null, "Value": [one] }),
        pascal(&one),
        json!([pascal(&one)]),
        json!({ "value": [pascal(&one)] }),
    ];
    for form in forms {
        assert_eq!(user(&form.to_string()), expected);
        assert_eq!(
            user(&serde_json::to_string_pretty(&form).expect("JSON")),
            expected
        );
    }
    for empty in [
        "[]",
        r#"{"value": []}"#,
        r#" {"@odata.context": "x", "value": [ ]}"#,
    ] {
        assert_eq!(read(Part::Users, empty), Ok(Vec::new()));
    }
}

/// What Windows PowerShell writes: a byte order mark, UTF-16, dates as a number.
#[test]
fn windows_powershell_is_understood() {
    let text = everything().to_string();
    let expected = user(&text);
    assert_eq!(user(&format!("\u{feff}{text}")), expected);
    let words = || format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
    let little: Vec<u8> = words().into_iter().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = words().into_iter().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let mut tenant = tenant();
        assert_eq!(load(&mut tenant, Part::Users, &bytes), Ok(1));
        let (_, read) = tenant.objects().next().expect("one was read");
        assert_eq!(read.display_name, expected.display_name);
        assert_eq!(read.properties, expected.properties);
    }
    let dated = text.replace("2024-01-10T08:00:00Z", "/Date(1704873600000)/");
    assert_eq!(user(&dated), expected);
    let offset = text.replace("2024-01-10T08:00:00Z", "2024-01-10T09:00:00+01:00");
    assert_eq!(user(&offset), expected);
}

#[test]
fn an_id_alone_is_enough() {
    let read = user(&json!({ "id": ID }).to_string());
    assert_eq!((read.kind, read.account_enabled), (Kind::User, true));
    assert_eq!(read.created, Timestamp::UNIX_EPOCH);
    assert_eq!(read.on_premises, crate::tenant::OnPremises::default());
    let nulls = user(
        &json!({
            "mail": null, "id": ID, "proxyAddresses": null, "assignedLicenses": "",
            "onPremisesExtensionAttributes": null, "createdDateTime": "", "groupTypes": null,
        })
        .to_string(),
    );
    assert_eq!(nulls, read);
}

#[test]
fn kinds_are_told_apart() {
    let kind = |part: Part, more: Value| {
        let mut one = json!({ "id": ID });
        for (name, value) in more.as_object().into_iter().flatten() {
            one[name] = value.clone();
        }
        read(part, &one.to_string())
            .expect("it is one")
            .remove(0)
            .kind
    };
    let group = |mail_enabled, security_enabled| Kind::Group {
        mail_enabled,
        security_enabled,
    };
    let enabled = json!({ "mailEnabled": true, "securityEnabled": false });
    assert_eq!(kind(Part::Groups, enabled), group(true, false));
    let unified = json!({ "mailEnabled": true, "groupTypes": ["DynamicMembership", "Unified"] });
    assert_eq!(kind(Part::Groups, unified), Kind::Microsoft365Group);
    assert_eq!(kind(Part::Groups, json!({})), group(false, true));
    assert_eq!(
        kind(Part::Groups, json!({ "mail": "a@x.example" })),
        group(true, true)
    );
    assert_eq!(kind(Part::Contacts, json!({})), Kind::Contact);
    assert_eq!(
        kind(Part::Users, json!({ "userType": "guest" })),
        Kind::Guest
    );
    assert_eq!(
        kind(Part::Users, json!({ "userType": "Member" })),
        Kind::User
    );
    let at = "2026-11-10T09:00:00Z";
    let deleted = json!({ "@odata.type": "#microsoft.graph.group", "deletedDateTime": at });
    assert_eq!(kind(Part::Deleted, deleted), group(false, false));
}

/// The anchor of a synced group is nowhere to be seen (rule R1.13).
#[test]
fn synced_groups_and_contacts_have_an_anchor_that_nobody_knows() {
    let one = json!({ "id": ID, "onPremisesSyncEnabled": true }).to_string();
    for part in [Part::Groups, Part::Contacts] {
        let read = read(part, &one).expect("it is one").remove(0);
        let anchor = read
            .on_premises
            .immutable_id
            .map(|anchor| anchor.to_string());
        assert_eq!(anchor, Some(format!("unknown:{ID}")), "{part:?}");
    }
    assert_eq!(user(&one).on_premises.immutable_id, None);
}

/// Rule R5.18: with hyphens in the sample, without in practice.
#[test]
fn a_deleted_user_gets_its_name_back() {
    let plain = ID.replace('-', "");
    for prefix in [ID, &plain, ""] {
        let one = json!({
            "id": ID,
            "userPrincipalName": format!("{prefix}ann@lamplight.example"),
            "deletedDateTime": "2026-11-10T09:00:00Z",
        });
        let read = read(Part::Deleted, &one.to_string())
            .expect("it is one")
            .remove(0);
        assert_eq!(&*read.label(), "ann@lamplight.example");
        assert!(read.is_soft_deleted());
    }
}

#[test]
fn domains_come_from_either_file() {
    let domain = |name: &str, federated: bool| {
        let how = if federated { "Federated" } else { "Managed" };
        json!({ "id": name, "authenticationType": how })
    };
    let file = json!({ "value": [
        domain("contosoold.onmicrosoft.com", false),
        domain("contoso.mail.onmicrosoft.com", false),
        { "id": "contoso.onmicrosoft.com", "isInitial": true },
        domain("fed.contoso.example", true),
        { "id": "new.contoso.example", "isVerified": false },
    ]});
    let mut read = tenant();
    assert_eq!(
        load(&mut read, Part::Domains, file.to_string().as_bytes()),
        Ok(5)
    );
    assert_eq!(&**read.domains.initial(), "contoso.onmicrosoft.com");
    assert!(read.domains.is_federated("FED.contoso.example"));
    assert!(!read.domains.is_verified("new.contoso.example"));
    assert!(read.domains.is_verified("contosoold.onmicrosoft.com"));
    let organization = json!({ "value": [{ "verifiedDomains": [
        { "name": "late.onmicrosoft.com", "isInitial": true, "type": "Managed" },
        { "name": "late.example", "type": "Federated" },
    ]}]})
    .to_string();
    load(&mut read, Part::Organization, organization.as_bytes()).expect("it is one");
    assert_eq!(&**read.domains.initial(), "contoso.onmicrosoft.com");
    let mut read = tenant();
    load(&mut read, Part::Organization, organization.as_bytes()).expect("it is one");
    assert_eq!(&**read.domains.initial(), "late.onmicrosoft.com");
    let all: Vec<_> = read
        .domains
        .iter()
        .map(|it| (it.verified, it.authentication))
        .collect();
    assert_eq!(
        all,
        [
            (true, Authentication::Managed),
            (true, Authentication::Federated)
        ]
    );
}

/// Rules R2.34 and R2.36.
#[test]
fn features_that_a_file_does_not_name_stay_as_they_are() {
    let mut read = tenant();
    let file = json!({ "value": [{
        "features": { "BlockSoftMatchEnabled": true, "softMatchOnUpnEnabled": null, "new": "x" },
        "configuration": { "accidentalDeletionPrevention": {
            "synchronizationPreventionType": "enabledForCount", "alertThreshold": 7,
        }},
    }]});
    assert_eq!(
        load(&mut read, Part::Features, file.to_string().as_bytes()),
        Ok(1)
    );
    assert!(read.features.block_soft_match && read.features.soft_match_on_upn);
    assert_eq!(read.deletion_threshold, Some(7));
    let prevention = |kind: &str| {
        json!({ "configuration": { "accidentalDeletionPrevention": {
            "synchronizationPreventionType": kind,
        }}})
        .to_string()
    };
    for (kind, threshold) in [
        ("enabledForCount", Some(7)),
        ("enabledForPercentage", Some(7)),
        ("disabled", None),
    ] {
        load(&mut read, Part::Features, prevention(kind).as_bytes()).expect("it is one");
        assert_eq!(read.deletion_threshold, threshold, "{kind}");
    }
}

const OTHER: &str = "00000000-0000-0000-0000-00000000000b";
const GROUP: &str = "00000000-0000-0000-0000-00000000000c";
const NOT_EXPORTED: &str = "00000000-0000-0000-0000-00000000000d";

fn managers() -> Value {
    json!([{ "id": ID, "manager": { "id": OTHER } }, { "id": OTHER, "manager": { "id": null } }])
}

fn members() -> Value {
    json!([{ "id": GROUP, "members": [{ "id": NOT_EXPORTED }, { "id": OTHER }, { "id": ID }] }])
}

#[test]
fn managers_and_members_are_read_and_written() {
    let users = json!([{ "id": ID }, { "id": OTHER }]).to_string();
    let groups = json!([{ "id": GROUP, "securityEnabled": true }]).to_string();
    for form in [|value: &Value| value.clone(), pascal] {
        let mut tenant = tenant();
        for (part, text, count) in [
            (Part::Users, users.clone(), 2),
            (Part::Groups, groups.clone(), 1),
            (Part::Managers, form(&managers()).to_string(), 1),
            (Part::Members, form(&members()).to_string(), 2),
        ] {
            assert_eq!(
                load(&mut tenant, part, text.as_bytes()),
                Ok(count),
                "{part:?}"
            );
        }
        let find = |id: &str| {
            tenant
                .find_by_id(id.parse().expect("an id"))
                .expect("it is there")
        };
        let object = |id: &str| tenant.object(find(id)).expect("it is there");
        assert_eq!(object(ID).extras().manager, Some(find(OTHER)));
        assert_eq!(object(OTHER).extras().manager, None);
        assert_eq!(*object(GROUP).members, [find(ID), find(OTHER)]);
        let written =
            |part| serde_json::from_str::<Value>(&write_part(&tenant, part)).expect("JSON");
        assert_eq!(
            written(Part::Managers),
            json!({ "value": [{ "id": ID, "manager": { "id": OTHER } }] })
        );
        let both = json!([{ "id": OTHER }, { "id": ID }]);
        assert_eq!(
            written(Part::Members),
            json!({ "value": [{ "id": GROUP, "members": both }] })
        );
    }
}

fn identifiers() -> Value {
    json!([
        { "id": ID, "onPremisesObjectIdentifier": "00112233-4455-6677-8899-aabbccddeeff" },
        { "id": OTHER, "onPremisesObjectIdentifier": null },
    ])
}

/// A built-in role by its id alone, one of the tenant's own with its name, one without any.
fn eligible() -> Value {
    json!([
        { "principalId": ID, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10" },
        {
            "principalId": ID,
            "roleDefinitionId": OTHER,
            "roleDefinition": { "displayName": "Own" },
        },
        { "principalId": OTHER, "roleDefinitionId": GROUP },
        { "principalId": NOT_EXPORTED, "roleDefinitionId": OTHER },
    ])
}

#[test]
fn identifiers_and_eligible_roles_are_read_and_written() {
    let users = json!([{ "id": ID }, { "id": OTHER }]).to_string();
    for form in [|value: &Value| value.clone(), pascal] {
        let mut tenant = tenant();
        for (part, text, count) in [
            (Part::Users, users.clone(), 2),
            (Part::Identifiers, form(&identifiers()).to_string(), 1),
            (Part::EligibleRoles, form(&eligible()).to_string(), 3),
        ] {
            let read = load(&mut tenant, part, text.as_bytes());
            assert_eq!(read, Ok(count), "{part:?}");
        }
        let find = |id: &str| tenant.find_by_id(id.parse().expect("an id"));
        let key = find(ID).expect("it is there");
        let facts = &tenant.object(key).expect("it is there").on_premises;
        assert_eq!(facts.object_identifier.map(|bytes| bytes[0]), Some(0x33));
        let names: Vec<_> = tenant.roles.of(key).into_iter().map(|it| it.0).collect();
        assert_eq!(names, ["Global Administrator", "Own"]);
        assert!(tenant.roles.held(key).is_empty());
        let written =
            |part| serde_json::from_str::<Value>(&write_part(&tenant, part)).expect("JSON");
        let identifiers = json!({ "value": [identifiers()[0]] });
        assert_eq!(written(Part::Identifiers), identifiers);
        let names = written(Part::EligibleRoles);
        let names = names["value"].as_array().expect("a list").iter();
        let names: Vec<_> = names
            .map(|it| it["roleDefinition"]["displayName"].clone())
            .collect();
        assert_eq!(names, [GROUP, "Global Administrator", "Own"]);
    }
    let wrong = json!([{ "id": ID, "onPremisesObjectIdentifier": "mine" }]).to_string();
    let error = load(&mut tenant(), Part::Identifiers, wrong.as_bytes()).unwrap_err();
    assert_eq!(error.message, "`mine` is no GUID");
}

#[test]
fn files_are_known_by_their_names() {
    for part in Part::ALL {
        assert_eq!(
            Part::from_file_name(&part.file_name().to_uppercase()),
            Some(part)
        );
    }
    assert_eq!(Part::from_file_name("others.json"), None);
    assert!(PROPERTIES.is_sorted_by(|a, b| a != b));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, part in 0..Part::ALL.len()) {
        let _ = load(&mut tenant(), Part::ALL[part], &bytes);
    }

    /// A valid file with one stretch replaced is read or refused, and never panics.
    #[test]
    fn broken_files_never_panic(
        part in 0..Part::ALL.len(), from in 0..3000_usize, length in 0..9_usize, with: Vec<u8>,
    ) {
        let domains = json!([{ "id": "contoso.onmicrosoft.com", "isInitial": true }]);
        let role = json!([{ "displayName": "x", "members": [{ "id": ID }] }]);
        let features = json!([{ "features": { "blockSoftMatchEnabled": true } }]);
        let mut bytes = match Part::ALL[part] {
            Part::Domains => domains.to_string(),
            Part::Organization => json!([{ "verifiedDomains": domains }]).to_string(),
            Part::Features => features.to_string(),
            Part::Identifiers => identifiers().to_string(),
            Part::Roles => role.to_string(),
            Part::EligibleRoles => eligible().to_string(),
            Part::Managers => managers().to_string(),
            Part::Members => members().to_string(),
            _ => json!({ "value": [everything()] }).to_string(),
        }
        .into_bytes();
        let from = from % bytes.len();
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, with);
        let result = load(&mut tenant(), Part::ALL[part], &bytes);
        if let Err(error) = result {
            prop_assert!(!error.message.is_empty() && !error.help.is_empty());
        }
    }
}
