//! A small forest and a small tenant, one person for each way to be told apart.

use std::fmt::Write as _;

use jiff::Timestamp;
use mock_ad::directory::{Dn, ObjectId};
use mock_cloud::graph::Part;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Confidence::{Ambiguous, Exact, Likely};
use super::{Evidence, Ownership, file, infer_in};
use crate::engine::Source;
use crate::snapshot::{EngineMemory, Files, Lab, Snapshot, SourceFile, read};

const PEOPLE: [&str; 8] = ["ann", "bea", "cyd", "dan", "eve", "fay", "gus", "hal"];

fn guid(place: usize) -> [u8; 16] {
    [place as u8 + 1; 16]
}

fn account(number: u32, upn: &str, more: &Value) -> Value {
    let mut object = json!({
        "id": format!("00000000-0000-4000-8000-{number:012}"),
        "userPrincipalName": upn,
        "createdDateTime": "2024-01-10T08:00:00Z",
    });
    let fields = object.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    object
}

fn snapshot() -> Snapshot {
    let mut ad = String::new();
    for (place, name) in PEOPLE.iter().enumerate() {
        let anchor = mock_cloud::SourceAnchor::from_guid_bytes(guid(place));
        let _ = write!(
            ad,
            "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: user\nobjectGUID:: {anchor}\n\
             sAMAccountName: {name}\ndisplayName: {name} X\n\
             userPrincipalName: {name}@corp.example\n\
             proxyAddresses: SMTP:{name}@corp.example\n\n"
        );
    }
    let anchor = |place: usize| mock_cloud::SourceAnchor::from_guid_bytes(guid(place)).to_string();
    let licence = json!([{ "skuId": "E3" }]);
    let users = json!({ "value": [
        // ann: everything agrees.
        account(1, "ann@corp.example", &json!({ "onPremisesImmutableId": anchor(0) })),
        // bea: the UPN alone.
        account(2, "bea@corp.example", &json!({})),
        // cyd: the anchor is on a duplicate, the address on the account with the licence.
        account(3, "cyd1@corp.onmicrosoft.com", &json!({ "onPremisesImmutableId": anchor(2) })),
        account(4, "c@corp.onmicrosoft.com", &json!({
            "proxyAddresses": ["smtp:CYD@corp.example"], "assignedLicenses": licence,
        })),
        // dan: only the name, of two.
        account(5, "d1@corp.onmicrosoft.com", &json!({ "displayName": "Dan X" })),
        account(6, "d2@corp.onmicrosoft.com", &json!({ "displayName": "dan x" })),
        // eve: ann's account has her address; hers has her anchor.
        account(7, "e@corp.onmicrosoft.com", &json!({ "onPremisesImmutableId": anchor(4) })),
        // fay: nothing. gus and hal: one account has addresses of both.
        account(8, "g@corp.onmicrosoft.com", &json!({
            "proxyAddresses": ["SMTP:gus@corp.example", "smtp:hal@corp.example"],
        })),
    ]});
    let domains = json!({ "value": [{ "id": "corp.onmicrosoft.com", "isInitial": true }] });
    let file = |name: &str, text: String| SourceFile {
        name: name.to_owned(),
        bytes: text.into(),
    };
    read(&Files {
        ad: vec![file("ad.ldif", ad)],
        cloud: vec![
            (Part::Users, file("users.json", users.to_string())),
            (Part::Domains, file("domains.json", domains.to_string())),
        ],
        lab: Lab {
            taken: Some(Timestamp::UNIX_EPOCH),
            ..Lab::default()
        },
        ..Files::default()
    })
    .unwrap()
}

fn inferred(snapshot: &Snapshot) -> Ownership {
    infer_in(&snapshot.world(None, EngineMemory::Fresh))
}

fn user(snapshot: &Snapshot, name: &str) -> ObjectId {
    let dn: Dn = format!("CN={name},OU=Staff,DC=corp,DC=example")
        .parse()
        .unwrap();
    snapshot.forests[0].find(&dn).unwrap()
}

#[test]
fn each_person_is_as_sure_as_what_is_shared() {
    let snapshot = snapshot();
    let ownership = inferred(&snapshot);
    let of = |name: &str| {
        let id = user(&snapshot, name);
        let person = ownership.people.iter().find(|it| {
            it.object
                == Source {
                    forest: 0,
                    object: id,
                }
        })?;
        let accounts = person.claims.iter().map(|claim| {
            let id = snapshot
                .tenant
                .object(claim.account)
                .unwrap()
                .id
                .to_string();
            (
                id.trim_start_matches(['0', '-', '4', '8']).to_owned(),
                claim.evidence[0],
            )
        });
        Some((person.confidence, accounts.collect::<Vec<_>>()))
    };
    let one = |id: &str, evidence| vec![(id.to_owned(), evidence)];
    assert_eq!(of("ann"), Some((Exact, one("1", Evidence::Anchor))));
    assert_eq!(
        of("bea"),
        Some((Likely, one("2", Evidence::UserPrincipalName)))
    );
    let (confidence, claims) = of("cyd").unwrap();
    assert_eq!(confidence, Ambiguous);
    assert_eq!(claims.len(), 2);
    assert_eq!(
        claims[0].1,
        Evidence::Address,
        "what holds a licence stands first"
    );
    assert_eq!(
        of("dan").map(|(it, claims)| (it, claims.len())),
        Some((Ambiguous, 2))
    );
    assert_eq!(of("eve"), Some((Exact, one("7", Evidence::Anchor))));
    assert_eq!(of("fay"), None);
    for name in ["gus", "hal"] {
        assert_eq!(of(name).map(|(it, _)| it), Some(Ambiguous), "{name}");
    }
    assert_eq!(ownership.without, 1);
    assert_eq!(ownership.settled().len(), 3);
}

#[test]
fn the_file_is_decided_by_hand_and_taken_back() {
    let snapshot = snapshot();
    let text = file::write(&snapshot.forests, &snapshot.tenant, &inferred(&snapshot));
    let take = |text: &str| file::read("belongs.yaml", text, &snapshot.forests, &snapshot.tenant);
    let decided = take(&text).unwrap();
    assert_eq!((decided.belongs.len(), decided.open.len()), (3, 4));
    let cyd = "\"CN=cyd,OU=Staff,DC=corp,DC=example\":";
    let choose = |id: &str| text.replace(cyd, &format!("{cyd} {id}"));
    let decided = take(&choose("00000000-0000-4000-8000-000000000004")).unwrap();
    assert_eq!((decided.belongs.len(), decided.open.len()), (4, 3));
    assert_eq!(take(&choose("none")).unwrap().without, 1);
    let line = 1 + text.lines().position(|line| line.contains(cyd)).unwrap();
    for id in ["00000000-0000-4000-8000-000000000001", "nobody"] {
        let problems = take(&choose(id)).unwrap_err();
        assert_eq!(
            (problems.len(), problems[0].line),
            (1, line),
            "{}",
            problems[0]
        );
    }
    assert!(take("exact: { \"CN=zoe,DC=corp,DC=example\": none }").is_err());
}

#[test]
fn errors_of_the_file_point_at_the_name_and_not_at_a_comment() {
    let snapshot = snapshot();
    let ann = "CN=ann,OU=Staff,DC=corp,DC=example";
    let take = |text: &str| file::read("belongs.yaml", text, &snapshot.forests, &snapshot.tenant);
    let quoted = format!("exact:\n  \"{ann}\": none\nlikely: {{ \"{ann}\": nobody }}\n");
    let found = take(&quoted).unwrap_err();
    assert_eq!((found[0].line, found[0].column), (3, 11), "{}", found[0]);
    let found = take("exact: 7\n").unwrap_err();
    assert!(found[0].help.contains("dirsync-lab belongs"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_panics(
        noise in prop::collection::vec(any::<u8>(), 0..120),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let snapshot = snapshot();
        let text = file::write(&snapshot.forests, &snapshot.tenant, &inferred(&snapshot));
        let mut bytes = text.into_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        for bytes in [noise, bytes] {
            let text = String::from_utf8_lossy(&bytes);
            let read = file::read("belongs.yaml", &text, &snapshot.forests, &snapshot.tenant);
            if let Err(found) = read {
                prop_assert!(!found.is_empty());
            }
        }
    }
}
