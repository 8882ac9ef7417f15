//! One object for each thing that can be wrong.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::{Fault, Finding, Other, check, csv};
use crate::ownership::infer_in;
use crate::snapshot::{EngineMemory, Snapshot, SourceFile};
use mock_ad::directory::Directory;
use mock_cloud::graph::Part;

/// Objects by name: their class and attributes.
fn ad(objects: &[(&str, &str, &str)]) -> String {
    let mut text = String::new();
    for (place, (name, class, attributes)) in objects.iter().enumerate() {
        let guid = mock_cloud::SourceAnchor::from_guid_bytes([place as u8 + 1; 16]);
        let _ = write!(
            text,
            "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: {class}\n\
             objectGUID:: {guid}\n{attributes}\n\n"
        );
    }
    text
}

fn snapshot(ad: &str) -> Snapshot {
    let file = |name: &str, bytes: String| SourceFile {
        name: name.to_owned(),
        bytes: bytes.into(),
    };
    let users = json!([
        // An account of somebody else, who is told by the anchor, has an address of eve's.
        { "id": "00000000-0000-4000-8000-000000000001", "userPrincipalName": "ann@corp.com",
          "onPremisesImmutableId": "AQEBAQEBAQEBAQEBAQEBAQ==",
          "proxyAddresses": ["smtp:eve@corp.com"] },
    ]);
    let groups = json!([
        { "id": "00000000-0000-4000-8000-000000000002", "displayName": "All", "mailEnabled": true,
          "securityEnabled": false, "proxyAddresses": ["SMTP:fay@corp.com"] },
    ]);
    let deleted = json!([
        { "id": "00000000-0000-4000-8000-000000000003", "deletedDateTime": "2026-01-01T00:00:00Z",
          "userPrincipalName": "gus@corp.com",
          "onPremisesImmutableId": "CQkJCQkJCQkJCQkJCQkJCQ==" },
    ]);
    let domains = json!([{ "id": "c.onmicrosoft.com", "isInitial": true }, { "id": "corp.com" }]);
    let cloud = [
        (Part::Users, users),
        (Part::Groups, groups),
        (Part::Deleted, deleted),
        (Part::Domains, domains),
    ];
    crate::snapshot::read(&crate::snapshot::Files {
        ad: vec![file("ad.ldif", ad.to_owned())],
        cloud: cloud
            .map(|(part, it)| (part, file(part.file_name(), it.to_string())))
            .to_vec(),
        ..crate::snapshot::Files::default()
    })
    .unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn found(snapshot: &Snapshot, forests: &[Directory]) -> Vec<Finding> {
    let world = snapshot.world(None, EngineMemory::Fresh);
    check(forests, &snapshot.tenant, &infer_in(&world))
}

/// Name, attribute, fault and who else of each finding.
fn told(snapshot: &Snapshot) -> Vec<(String, String, Fault, String)> {
    let forests = snapshot.forests.clone();
    let directory = &snapshot.forests[0];
    let name = |id| {
        directory
            .object(id)
            .map(|it| it.name().to_string())
            .unwrap_or_default()
    };
    found(snapshot, &forests)
        .into_iter()
        .map(|finding| {
            let other = match finding.other {
                None => String::new(),
                Some(Other::Object(place, attribute)) => {
                    format!(
                        "{}.{}",
                        name(place.object),
                        directory.schema().name(attribute)
                    )
                }
                Some(Other::Account(key)) => snapshot
                    .tenant
                    .object(key)
                    .map(|it| it.label().to_string())
                    .unwrap(),
            };
            let attribute = directory.schema().name(finding.attribute).to_owned();
            (name(finding.place.object), attribute, finding.fault, other)
        })
        .collect()
}

#[test]
fn each_value_by_itself_has_the_fault_that_it_has() {
    let upn = "userPrincipalName";
    for (attributes, attribute, fault) in [
        ("userPrincipalName: a b@corp.com", upn, Fault::Character),
        ("userPrincipalName: ann", upn, Fault::Format),
        ("userPrincipalName: .ann@corp.com", upn, Fault::LocalPart),
        (
            "userPrincipalName: ann@corp.local",
            upn,
            Fault::TopLevelDomain,
        ),
        ("userPrincipalName: ann@other.com", upn, Fault::DomainPart),
        ("userPrincipalName: ann@corp_", upn, Fault::DomainPart),
        (
            "displayName: A\nmail: ann@corp..com",
            "mail",
            Fault::DomainPart,
        ),
        (
            "displayName: A\nproxyAddresses: smtp:a,b@corp.com",
            "proxyAddresses",
            Fault::Character,
        ),
        (
            "displayName: A\nproxyAddresses: smtp:a@b@corp.com",
            "proxyAddresses",
            Fault::Format,
        ),
        ("mail: ann@corp.com", "displayName", Fault::Blank),
        (
            "displayName: A\nmailNickname: .a",
            "mailNickname",
            Fault::Format,
        ),
        (
            "displayName: A\nmailNickname: a(b):c",
            "mailNickname",
            Fault::Character,
        ),
    ] {
        let snapshot = snapshot(&ad(&[("Ann", "user", attributes)]));
        let told: Vec<_> = told(&snapshot).into_iter().map(|it| (it.1, it.2)).collect();
        assert_eq!(told, [(attribute.to_owned(), fault)], "{attributes}");
    }
    let long = format!("givenName: {}", "x".repeat(64));
    let snapshot = snapshot(&ad(&[("Ann", "user", &long)]));
    assert_eq!(told(&snapshot)[0].2, Fault::Length);
    let fine = "displayName: A\nuserPrincipalName: ann@corp.com\nmail: ann@corp.com\n\
                proxyAddresses: SMTP:ann@corp.com\nproxyAddresses: X500:/o=A (b)/cn=c\n\
                proxyAddresses: sip:ann@corp.com\nmailNickname: ann";
    assert_eq!(told(&self::snapshot(&ad(&[("Ann", "user", fine)]))), []);
}

#[test]
fn shared_values_are_found_across_attributes_types_the_tenant_and_its_bin() {
    let snapshot = snapshot(&ad(&[
        ("Ann", "user", "userPrincipalName: ann@corp.com"),
        ("Bea", "user", "displayName: B\nmail: X@corp.com"),
        (
            "Cyd",
            "contact",
            "displayName: C\nproxyAddresses: smtp:x@corp.com",
        ),
        ("Eve", "user", "displayName: E\nmail: eve@corp.com"),
        ("Fay", "user", "displayName: F\nmail: fay@corp.com"),
        (
            "Gus",
            "user",
            "userPrincipalName: gus@corp.com\nmS-DS-ConsistencyGuid:: \
          CAgICAgICAgICAgICAgICA==",
        ),
    ]));
    let told: Vec<_> = told(&snapshot)
        .into_iter()
        .map(|(name, attribute, fault, other)| {
            assert_eq!(fault, Fault::Duplicate);
            format!("{name}.{attribute} = {other}")
        })
        .collect();
    let expected = [
        "Bea.mail = Cyd.proxyAddresses",
        "Cyd.proxyAddresses = Bea.mail",
        "Eve.mail = ann@corp.com",
        "Fay.mail = All",
    ];
    assert_eq!(told, expected);
}

#[test]
fn two_forests_are_looked_at_together() {
    let one = snapshot(&ad(&[("Ann", "user", "displayName: A\nmail: x@corp.com")]));
    let other = snapshot(&ad(&[("Bea", "user", "displayName: B\nmail: x@corp.com")]));
    let forests = [one.forests[0].clone(), other.forests[0].clone()];
    let findings = found(&one, &forests);
    let places: Vec<_> = findings
        .iter()
        .map(|it| (it.place.forest, it.fault))
        .collect();
    assert_eq!(places, [(0, Fault::Duplicate), (1, Fault::Duplicate)]);
}

#[test]
fn the_report_of_idfix_goes_out_and_comes_back() {
    let snapshot = snapshot(&ad(&[(
        "Ann",
        "user",
        "displayName: A\nproxyAddresses: smtp:a,b\"@corp.com\nmail: .a@corp.com",
    )]));
    let forests = snapshot.forests.clone();
    let findings = found(&snapshot, &forests);
    let text = csv::write(&forests, &findings);
    let rows = csv::read("report.csv", &text).unwrap();
    assert_eq!(rows.len(), 2, "{text}");
    for (row, finding) in rows.iter().zip(&findings) {
        assert!(row.is_about(&forests, finding), "{row:?} {finding:?}");
    }
    // As IdFix itself wrote it: quotes inside are not doubled.
    let theirs = text.replace("\"\"", "\"");
    assert_eq!(csv::read("report.csv", &theirs).unwrap(), rows);
    let chosen = text.replace(",EDIT,\r\n", ",EDIT,EDIT\r\n");
    let mut directory = snapshot.forests[0].clone();
    for row in csv::read("report.csv", &chosen).unwrap() {
        let (dn, changes) = row.change(&directory).unwrap();
        let object = directory.find(&dn).unwrap();
        directory
            .modify(object, &changes, snapshot.taken())
            .unwrap();
    }
    assert_eq!(found(&snapshot, &[directory]), []);
    let wrong = format!("{text}a,b\r\n");
    let problems = csv::read("report.csv", &wrong).unwrap_err();
    assert_eq!((problems.len(), problems[0].line), (1, 4));
    assert!(csv::read("report.csv", "Name,Id\n1,2\n").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_report_panics(
        noise in prop::collection::vec(any::<u8>(), 0..120),
        rows in prop::collection::vec("[a,\"\\\\ \r\n\u{e9}]{0,24}", 0..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let snapshot = snapshot(&ad(&[("Ann", "user", "displayName: A\nmail: .a@corp.com")]));
        let forests = snapshot.forests.clone();
        let findings = found(&snapshot, &forests);
        let right = csv::write(&forests, &findings).replace(",EDIT,\r\n", ",EDIT,EDIT\r\n");
        let header = right.lines().next().unwrap_or_default();
        let mut damaged = right.clone().into_bytes();
        for (place, byte) in damage {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        let with_rows = format!("{header}\n{}", rows.join("\n"));
        for bytes in [noise, damaged, with_rows.into_bytes()] {
            let text = String::from_utf8_lossy(&bytes);
            match csv::read("report.csv", &text) {
                Err(found) => prop_assert!(!found.is_empty()),
                Ok(rows) => for row in rows {
                    let _ = row.change(&snapshot.forests[0]);
                    for finding in &findings {
                        let _ = row.is_about(&forests, finding);
                    }
                },
            }
        }
    }
}
