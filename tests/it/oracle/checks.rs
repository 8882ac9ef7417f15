//! The oracle against what is known for certain: published vectors, the lamplight example.

use std::collections::BTreeMap;

use super::model::{
    AdPerson, By, CloudThing, Features, GroupKind, Kind, Outcome, Profile, Tenant, Verdict, anchor,
};
use super::order::{collides_with_other_new, order_dependent};
use super::{lamplight, verdict};

/// An account in AD with a UPN and a primary address at the verified domain.
fn person(name: &str) -> AdPerson {
    AdPerson {
        guid: [7; 16],
        consistency_guid: None,
        dn: format!("CN={name},OU=Sync,DC=example,DC=test"),
        in_scope: true,
        kind: Kind::User,
        upn: Some(format!("{name}@lamplight.example")),
        sam: Some(name.to_owned()),
        domain_fqdn: "example.test".to_owned(),
        cn: Some(name.to_owned()),
        display_name: None,
        given_name: None,
        surname: None,
        title: None,
        department: None,
        mail: None,
        mail_nickname: None,
        proxies: vec![format!("SMTP:{name}@lamplight.example")],
        sid: None,
        admin_description: None,
        critical: false,
        recipient_type: None,
        security_group: false,
    }
}

/// A licensed cloud-only account with a UPN and a primary address of its own.
fn account(name: &str) -> CloudThing {
    CloudThing {
        id: format!("{name}-0000"),
        kind: Kind::User,
        group: None,
        upn: Some(format!("{name}@lamplight.example")),
        on_prem_upn: None,
        proxies: vec![format!("SMTP:{name}@lamplight.example")],
        mail: Some(format!("{name}@lamplight.example")),
        mail_nickname: Some(name.to_owned()),
        display_name: Some(name.to_owned()),
        given_name: None,
        surname: None,
        job_title: None,
        department: None,
        sid: None,
        immutable_id: None,
        on_prem_object_id: None,
        sync_enabled: None,
        deleted: false,
        admin: false,
        eligible_admin: false,
        licensed: true,
        guest: false,
        cloud_managed: false,
    }
}

fn tenant() -> Tenant {
    Tenant {
        initial: "lamplight.onmicrosoft.com".to_owned(),
        verified: vec!["lamplight.example".to_owned()],
        ..Tenant::default()
    }
}

/// Verdict in one line, such as `error InvalidSoftMatch ProxyAddresses`.
fn line(v: &Verdict) -> String {
    let mut words = vec![v.outcome.name()];
    words.extend(v.by.map(|by| match by {
        By::HardMatch => "by anchor",
        By::SoftMatchSmtp => "by address",
        By::SoftMatchUpn => "by UPN",
    }));
    words.extend(
        v.error
            .iter()
            .flat_map(|fault| [fault.code, fault.attribute]),
    );
    words.extend(
        v.withheld
            .iter()
            .flat_map(|withheld| ["without", withheld.attribute]),
    );
    words.join(" ")
}

/// The line for one person against one account in each era.
fn eras(o: &AdPerson, t: &CloudThing) -> [String; 4] {
    let things = [t.clone()];
    Profile::ALL.map(|profile| line(&verdict(o, &things, &tenant(), profile, true)))
}

#[test]
fn anchors_are_the_published_ones() {
    let vector = |guid: u128| {
        let (a, b, c, d) = (
            (guid >> 96) as u32,
            (guid >> 80) as u16,
            (guid >> 64) as u16,
            guid,
        );
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&a.to_le_bytes());
        bytes[4..6].copy_from_slice(&b.to_le_bytes());
        bytes[6..8].copy_from_slice(&c.to_le_bytes());
        bytes[8..].copy_from_slice(&(d as u64).to_be_bytes());
        anchor(&AdPerson {
            guid: bytes,
            ..person("ann")
        })
    };
    assert_eq!(
        vector(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff),
        "MyIRAFVEd2aImaq7zN3u/w=="
    );
    assert_eq!(
        vector(0x5127_92c7_95f5_4ad9_980d_8164_1f30_98a7),
        "x5InUfWV2UqYDYFkHzCYpw=="
    );
    assert_eq!(vector(0), "AAAAAAAAAAAAAAAAAAAAAA==");
    let other = AdPerson {
        consistency_guid: Some([0xff; 16]),
        ..person("ann")
    };
    assert_eq!(anchor(&other), "/////////////////////w==");
    assert_eq!(
        anchor(&AdPerson {
            kind: Kind::Group,
            ..other
        }),
        anchor(&person("ann"))
    );
}

#[test]
fn the_eras_differ_where_the_catalogue_says_so() {
    let (ann, unique) = (person("ann"), "error AttributeValueMustBeUnique");
    assert_eq!(eras(&ann, &account("ann")), ["soft-match by address"; 4]);

    let stale = CloudThing {
        immutable_id: Some("c3RhbGU=".to_owned()),
        ..account("ann")
    };
    let both = "quarantined without UserPrincipalName without ProxyAddresses";
    let must = format!("{unique} ProxyAddresses");
    let old = "error InvalidSoftMatch ProxyAddresses";
    assert_eq!(eras(&ann, &stale), [old, both, &must, &must]);
    let sid = |t: CloudThing| CloudThing {
        sid: Some("S-1-5-21-1".to_owned()),
        ..t
    };
    let same_sid = AdPerson {
        sid: Some("S-1-5-21-1".to_owned()),
        ..ann.clone()
    };
    let must_sid = format!("{unique} OnPremiseSecurityIdentifier");
    assert_eq!(
        eras(&same_sid, &sid(stale)),
        [old, &must_sid, &must_sid, &must_sid]
    );

    let bare = AdPerson {
        proxies: Vec::new(),
        ..ann.clone()
    };
    let no_upn = format!("{unique} UserPrincipalName");
    let matched = "soft-match by UPN";
    assert_eq!(
        eras(&bare, &account("ann")),
        [&no_upn, matched, matched, matched]
    );
    let admin = CloudThing {
        admin: true,
        ..account("ann")
    };
    let kept_back = "quarantined without UserPrincipalName";
    assert_eq!(
        eras(&bare, &admin),
        [&no_upn, kept_back, kept_back, kept_back]
    );
    assert_eq!(eras(&ann, &admin), [&must, both, both, both]);
}

#[test]
fn a_hard_match_needs_no_name_and_is_hardened_of_late() {
    let ann = person("ann");
    let ours = CloudThing {
        immutable_id: Some(anchor(&ann)),
        ..account("bea")
    };
    assert_eq!(eras(&ann, &ours), ["hard-match by anchor"; 4]);
    let eligible = CloudThing {
        eligible_admin: true,
        ..ours.clone()
    };
    let refused = "error InvalidHardMatch sourceAnchor";
    assert_eq!(
        eras(&ann, &eligible)[2..],
        ["hard-match by anchor", refused]
    );
    let mapped = CloudThing {
        on_prem_object_id: Some([9; 16]),
        ..ours
    };
    let not_allowed = "error AttributeUpdateNotAllowed onPremisesObjectIdentifier";
    assert_eq!(
        eras(&ann, &mapped)[2..],
        ["hard-match by anchor", not_allowed]
    );
}

#[test]
fn other_types_stand_in_the_way_and_have_their_own_rules() {
    let list = CloudThing {
        kind: Kind::Group,
        group: Some(GroupKind::MailEnabled),
        upn: None,
        ..account("ann")
    };
    assert_eq!(
        eras(&person("ann"), &list),
        ["error ObjectTypeMismatch ProxyAddresses"; 4]
    );
    let group = AdPerson {
        kind: Kind::Group,
        upn: None,
        ..person("ann")
    };
    assert_eq!(eras(&group, &list), ["soft-match by address"; 4]);
    let team = CloudThing {
        group: Some(GroupKind::Microsoft365),
        ..list.clone()
    };
    assert_eq!(eras(&group, &team)[1], "quarantined without ProxyAddresses");

    // A user who has the group's address as UPN and as a secondary one is refused outright.
    let upn_and_alias = AdPerson {
        proxies: vec!["smtp:ann@lamplight.example".to_owned()],
        ..person("ann")
    };
    let unique = "error AttributeValueMustBeUnique";
    let found = eras(&upn_and_alias, &list);
    assert_eq!(found[0], format!("{unique} UserPrincipalName"));
    assert_eq!(found[1], format!("{unique} ProxyAddresses"));
}

#[test]
fn where_soft_matches_are_forbidden_a_second_account_appears() {
    let features = Features {
        block_soft_match: true,
        ..Profile::Entra2025.features()
    };
    let blocking = Tenant {
        features: Some(features),
        ..tenant()
    };
    let things = [account("ann")];
    let v = verdict(&person("ann"), &things, &blocking, Profile::Entra2025, true);
    let both = "quarantined without UserPrincipalName without ProxyAddresses";
    assert_eq!(line(&v), both);
}

#[test]
fn known_accounts_follow_ad_and_leave_with_it() {
    let ann = person("ann");
    let known = CloudThing {
        immutable_id: Some(anchor(&ann)),
        sync_enabled: Some(true),
        proxies: vec![
            "SMTP:ann@lamplight.example".to_owned(),
            "smtp:ann@lamplight.onmicrosoft.com".to_owned(),
        ],
        ..account("ann")
    };
    assert_eq!(eras(&ann, &known), ["unchanged"; 4]);
    let renamed = AdPerson {
        surname: Some("Bay".to_owned()),
        ..ann.clone()
    };
    assert_eq!(eras(&renamed, &known), ["update"; 4]);
    let moved = AdPerson {
        in_scope: false,
        ..ann.clone()
    };
    assert_eq!(eras(&moved, &known), ["delete"; 4]);
    let fresh = verdict(
        &moved,
        std::slice::from_ref(&known),
        &tenant(),
        Profile::Entra2025,
        false,
    );
    assert_eq!(line(&fresh), "out-of-scope");
    let cloud = CloudThing {
        sync_enabled: None,
        cloud_managed: true,
        ..known.clone()
    };
    assert_eq!(eras(&renamed, &cloud), ["unchanged"; 4]);

    let bin = CloudThing {
        deleted: true,
        sync_enabled: Some(false),
        upn: Some("ann0000ann@lamplight.example".to_owned()),
        ..known
    };
    assert_eq!(eras(&ann, &bin), ["restore by anchor"; 4]);
    let usurper = CloudThing {
        id: "usurper".to_owned(),
        ..account("ann")
    };
    let taken = [bin, usurper];
    let v = verdict(&ann, &taken, &tenant(), Profile::Entra2025, true);
    assert_eq!(
        line(&v),
        "error AttributeValueMustBeUnique UserPrincipalName"
    );
}

#[test]
fn objects_that_depend_on_each_other_are_told_apart() {
    let [one, mut two, three] = [person("ann"), person("ann"), person("bea")];
    two.guid = [8; 16];
    let people = [
        one,
        two,
        AdPerson {
            guid: [9; 16],
            ..three
        },
    ];
    assert_eq!(collides_with_other_new(&people), [true, true, false]);
    let dependent = order_dependent(&people, &[], &tenant(), Profile::Entra2025, true);
    assert_eq!(dependent, [true, true, false]);
}

#[test]
fn lamplight_has_the_verdicts_its_defects_call_for() {
    let (people, things, tenant) = lamplight::load(false);
    assert_eq!((people.len(), things.len()), (1040, 870));
    let unique = |attribute: &str| format!("error AttributeValueMustBeUnique {attribute}");
    let (upn, address) = (unique("UserPrincipalName"), unique("ProxyAddresses"));
    let no_upn = "quarantined without UserPrincipalName";
    let no_address = "quarantined without ProxyAddresses";
    let neither = "quarantined without UserPrincipalName without ProxyAddresses";
    let common = [
        ("create", 168),
        ("delete", 25),
        ("error ObjectTypeMismatch ProxyAddresses", 20),
        ("hard-match by anchor", 25),
        ("out-of-scope", 52),
        ("restore by anchor", 20),
        ("soft-match by address", 115),
        ("unchanged", 420),
        ("update", 30),
    ];
    let newer = [("soft-match by UPN", 70), (no_upn, 38), (no_address, 12)];
    for profile in Profile::ALL {
        let mut expected = BTreeMap::from(common);
        match profile {
            Profile::DirSync2013 => expected.extend([
                (upn.as_str(), 108),
                (address.as_str(), 12),
                ("error InvalidSoftMatch ProxyAddresses", 45),
            ]),
            Profile::AadConnect2017 => expected.extend(newer.into_iter().chain([(neither, 45)])),
            _ => expected.extend(newer.into_iter().chain([(address.as_str(), 45)])),
        }
        let mut counted: BTreeMap<String, i32> = BTreeMap::new();
        for o in &people {
            *counted
                .entry(line(&verdict(o, &things, &tenant, profile, true)))
                .or_default() += 1;
        }
        let expected = expected
            .into_iter()
            .map(|(k, n)| (k.to_owned(), n))
            .collect();
        assert_eq!(counted, expected, "{}", profile.name());
    }
}

#[test]
fn lamplight_needs_no_order_and_a_fresh_engine_deletes_nothing() {
    let (people, things, tenant) = lamplight::load(true);
    assert!(!collides_with_other_new(&people).contains(&true));
    let profile = Profile::Entra2026;
    assert!(!order_dependent(&people, &things, &tenant, profile, true).contains(&true));
    let fresh = |o: &AdPerson| verdict(o, &things, &tenant, profile, false).outcome;
    let outside = people
        .iter()
        .filter(|o| fresh(o) == Outcome::OutOfScope)
        .count();
    assert_eq!(outside, 77);
}
