//! Duplicates: rules R3.2 to R3.14, and the hourly task.

use crate::address::ProxyAddress;
use crate::profile::Profile;
use crate::rule::RuleId;
use crate::sync_object::SyncObjectType::User;
use crate::tenant::administer::ObjectUpdate;
use crate::tenant::{Authentication, ConflictProperty, Domain, Kind};
use crate::workbench::{
    INITIAL, Workbench, account, at, contact, eras, group, line, list, person, short, thing,
};

/// Whether a UPN is a name, four digits and the initial domain (rule R3.4).
fn is_placeholder(upn: &str, name: &str) -> bool {
    let digits = upn
        .strip_prefix(name)
        .and_then(|rest| rest.strip_suffix(INITIAL))
        .and_then(|rest| rest.strip_suffix('@'));
    digits.is_some_and(|digits| {
        digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn upn(bench: &Workbench, key: crate::CloudKey) -> String {
    let upn = &bench.get(key).user_principal_name;
    upn.as_ref()
        .map(|upn| upn.as_str().to_owned())
        .unwrap_or_default()
}

/// Rules R3.4, R3.6 and R3.7.
#[test]
fn a_second_upn_gets_a_placeholder() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "rota"));
    let answer = bench.send(&person(9, "rota"));
    // Rule R2.14a: the holder is synced with another anchor, so it is no match.
    let created = "created without UserPrincipalName=rota@ : R2.4 R2.10 R2.14a R2.3 R3.4";
    assert_eq!(line(&answer), created);
    let key = answer.key.expect("it is made");
    assert!(is_placeholder(&upn(&bench, key), "rota"));
    let errors = &bench.get(key).on_premises.provisioning_errors;
    assert_eq!(**errors, *answer.withheld);
    assert_eq!(errors[0].property, ConflictProperty::UserPrincipalName);
    assert_eq!(
        (&*errors[0].value, errors[0].occurred),
        (&*at("rota"), bench.now)
    );
    assert_eq!(bench.tenant.quarantined().collect::<Vec<_>>(), [key]);
}

/// Rule R3.4 on an update, and rule R3.7: a conflict keeps the date it began.
#[test]
fn a_conflict_on_an_update_keeps_its_date() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo").with(&["SMTP:bo"]));
    let key = bench.sync(&person(9, "tobi").with(&["SMTP:tobi"]));
    let sent = person(9, "bo").with(&["SMTP:tobi", "smtp:BO"]);
    let answer = bench.send(&sent);
    let withheld = "updated without UserPrincipalName=bo@ without ProxyAddresses=smtp:BO@ : R2.1 \
                    R3.4 R3.5";
    assert_eq!(line(&answer), withheld);
    let placeholder = upn(&bench, key);
    assert!(is_placeholder(&placeholder, "bo"));
    let began = bench.now;
    let again = bench.send(&sent);
    assert_eq!(again.withheld, answer.withheld);
    assert!(again.withheld.iter().all(|one| one.occurred == began));
    assert_eq!(upn(&bench, key), placeholder);
}

/// Rule R3.5, and cases Q03 and Q03-2013.
#[test]
fn an_owned_address_is_withheld_or_an_error() {
    let lines = eras(|bench| {
        bench.sync(&person(8, "arun").with(&["SMTP:arun", "smtp:bo"]));
        let key = bench.sync(&person(9, "tobi").with(&["SMTP:tobi"]));
        let before = bench.everything();
        let answer = bench.send(&person(9, "tobi").with(&["SMTP:tobi", "smtp:bo"]));
        assert_eq!(answer.key, Some(key));
        if let Err(error) = &answer.result {
            assert_eq!(bench.everything(), before);
            assert!(
                error
                    .message()
                    .contains("[ProxyAddresses smtp:bo@lamplight.example;]")
            );
        } else {
            assert_eq!(bench.names(key), "tobi@ | tobi@ | tobi | {SMTP:tobi@}");
        }
        answer
    });
    let error = "error AttributeValueMustBeUnique ProxyAddresses=smtp:bo@ : R2.1 R3.2";
    let withheld = "updated without ProxyAddresses=smtp:bo@ : R2.1 R3.5";
    assert_eq!(lines, [error, withheld, withheld, withheld]);
}

/// Rules R3.2 and R3.3: across types and across attributes, without regard to case.
#[test]
fn names_are_unique_across_types_and_attributes() {
    let first = |answer: String| answer.split(" :").next().unwrap_or_default().to_owned();
    let case = |holder: crate::DirectoryObject, sent: crate::SyncObject| {
        let mut bench = Workbench::new(Profile::AadConnect2017);
        bench.add(holder);
        first(line(&bench.send(&sent)))
    };
    let upn = "created without UserPrincipalName=ann@";
    assert_eq!(case(list(1, &["SMTP:ANN"]), person(9, "ann")), upn);
    assert_eq!(
        case(
            thing(1, Kind::Contact).with(&["smtp:Ann"]),
            person(9, "ann")
        ),
        upn
    );
    assert_eq!(
        case(
            account(1, "x").with(&["SMTP:x", "smtp:ann"]),
            person(9, "ann")
        ),
        upn
    );
    let mut by_mail = account(1, "x");
    by_mail.mail = Some(at("ann").into());
    assert_eq!(case(by_mail, person(9, "ann")), upn);
    let address = "created without ProxyAddresses=SMTP:ann@";
    assert_eq!(
        case(account(1, "ANN"), person(9, "bea").with(&["SMTP:ann"])),
        address
    );
    assert_eq!(case(account(1, "ann"), group(9, &["SMTP:ann"])), address);
    assert_eq!(case(account(1, "ann"), contact(9, &["SMTP:ann"])), address);
    assert_eq!(
        case(account(1, "ann"), person(9, "bea").with_mail("ann")),
        address
    );
}

/// Rule R3.8, and rule R3.12: what was withheld comes back within the hour once it is free.
#[test]
fn healing_gives_back_what_is_free() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo").with(&["SMTP:bo"]));
    let key = bench.sync(&person(9, "bo").with(&["smtp:bo", "smtp:b"]));
    assert!(bench.get(key).on_premises.provisioning_errors.len() == 2);
    let before = bench.everything();
    assert_eq!(bench.tenant.heal(bench.now, &mut bench.entropy), []);
    assert_eq!(bench.everything(), before);
    bench.sync(&person(8, "leo").with(&["SMTP:leo"]));
    let healed = bench.tenant.heal(bench.now, &mut bench.entropy);
    assert_eq!(healed.len(), 1);
    assert_eq!((healed[0].key, healed[0].why.rule), (key, RuleId::R3_8));
    let values: Vec<&str> = healed[0].values.iter().map(|one| &*one.value).collect();
    assert_eq!(values, [at("bo"), at("smtp:bo")]);
    assert_eq!(bench.names(key), "bo@ | - | bo | {smtp:b@ smtp:bo@}");
    assert!(bench.get(key).on_premises.provisioning_errors.is_empty());
    assert_eq!(bench.tenant.heal(bench.now, &mut bench.entropy), []);
}

#[test]
fn healing_gives_back_one_value_and_leaves_the_other() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo").with(&["SMTP:bea"]));
    let key = bench.sync(&person(9, "bo").with(&["SMTP:tobi", "smtp:bea"]));
    let placeholder = upn(&bench, key);
    bench.sync(&person(8, "bo").with(&["SMTP:other"]));
    let healed = bench.tenant.heal(bench.now, &mut bench.entropy);
    assert_eq!(healed[0].values.len(), 1);
    assert_eq!(upn(&bench, key), placeholder);
    let errors = &bench.get(key).on_premises.provisioning_errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].property, ConflictProperty::UserPrincipalName);
}

/// Rule R3.9.
#[test]
fn a_upn_on_an_unverified_suffix_is_not_given_back() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo"));
    let key = bench.sync(&person(9, "bo"));
    bench.delete(User, 8);
    bench.tenant.domains.insert(Domain {
        name: "lamplight.example".into(),
        initial: false,
        verified: false,
        authentication: Authentication::Managed,
    });
    assert_eq!(bench.tenant.heal(bench.now, &mut bench.entropy), []);
    assert!(is_placeholder(&upn(&bench, key), "bo"));
}

/// A conflict that moves from one name to another stays on record.
#[test]
fn healing_does_not_forget_a_new_conflict() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    let corp = "bo@corp.lamplight.local";
    bench.add(account(1, "bo@INI"));
    let key = bench.sync(&person(9, corp));
    let withheld = |bench: &Workbench| {
        let errors = &bench.get(key).on_premises.provisioning_errors;
        errors
            .iter()
            .map(|one| short(&one.value))
            .collect::<Vec<_>>()
    };
    assert_eq!(withheld(&bench), ["bo@INI"]);
    bench
        .tenant
        .domains
        .verify("corp.lamplight.local", Authentication::Managed);
    bench.add(account(2, corp));
    let first = bench
        .tenant
        .find_by_id(account(1, "x").id)
        .expect("it is there");
    bench
        .tenant
        .delete_object(first, bench.now)
        .expect("it is live");
    bench.tenant.heal(bench.now, &mut bench.entropy);
    assert_eq!(withheld(&bench), [corp]);
}

/// Rule R3.10: only system-made names remain.
#[test]
fn with_everything_withheld_only_system_names_remain() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo").with(&["SMTP:bo", "smtp:b"]));
    let key = bench.sync(&person(9, "bo").with(&["smtp:bo", "smtp:b"]));
    bench.license(key);
    let object = bench.get(key);
    let mut all = object.proxy_addresses.iter();
    assert!(
        all.all(|value| value.address().ends_with(INITIAL)),
        "{}",
        bench.names(key)
    );
    let primary = object.primary_smtp().map(short);
    assert_eq!(primary.as_deref(), Some("bo@INI"));
    assert_eq!(object.on_premises.provisioning_errors.len(), 3);
}

/// A licence that readdresses an account also settles what is withheld from it.
#[test]
fn a_licence_keeps_the_record_of_withheld_values_true() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo").with(&["SMTP:b"]));
    let key = bench.sync(&person(9, "tobi").with(&["SMTP:tobi", "smtp:b"]));
    bench.sync(&person(8, "bo").with(&["SMTP:bo"]));
    bench.license(key);
    assert_eq!(
        bench.names(key),
        "tobi@ | tobi@ | tobi | {SMTP:tobi@ smtp:b@ smtp:tobi@INI}"
    );
    assert!(bench.get(key).on_premises.provisioning_errors.is_empty());
}

#[test]
fn r3_11a_a_new_user_with_a_groups_address_as_upn_and_alias() {
    let lines = eras(|bench| {
        bench.add(list(1, &["SMTP:joint"]));
        let before = bench.everything();
        let answer = bench.send(&person(9, "joint").with(&["smtp:joint"]));
        assert_eq!(bench.everything(), before);
        answer
    });
    let unique = "error AttributeValueMustBeUnique";
    let old = format!(
        "{unique} UserPrincipalName=joint@ ProxyAddresses=smtp:joint@ : R2.4 R2.10 R2.13 R2.3 R3.2"
    );
    let new = format!("{unique} ProxyAddresses=smtp:joint@ : R2.4 R2.10 R2.9 R2.3 R3.11a");
    assert_eq!(lines, [&*old, &*new, &*new, &*new]);
    let update = eras(|bench| {
        bench.sync(&person(9, "arun"));
        bench.add(list(1, &["SMTP:joint"]));
        bench.send(&person(9, "joint").with(&["smtp:joint"]))
    });
    let withheld = "updated without UserPrincipalName=joint@ without ProxyAddresses=smtp:joint@ : \
                    R2.1 R3.4 R3.5";
    assert_eq!(update[1..], [withheld; 3]);
}

#[test]
fn r3_11b_the_second_of_two_new_groups_is_an_error_first() {
    let lines = eras(|bench| {
        bench.run = std::num::NonZeroU32::MIN.saturating_add(4);
        assert!(
            bench
                .send_in_this_run(&group(8, &["SMTP:crew"]))
                .result
                .is_ok()
        );
        bench.send_in_this_run(&group(9, &["SMTP:crew"]))
    });
    let old = "error InvalidSoftMatch ProxyAddresses=SMTP:crew@ : R2.14a";
    let new = "error AttributeValueMustBeUnique ProxyAddresses=SMTP:crew@ : R2.14a R2.3 R3.11b";
    assert_eq!(lines, [old, new, new, new]);
    let next_run = eras(|bench| {
        bench.sync(&group(8, &["SMTP:crew"]));
        bench.send(&group(9, &["SMTP:crew"]))
    });
    let withheld = "created without ProxyAddresses=SMTP:crew@ : R2.14a R2.3 R3.5";
    assert_eq!(next_run, [old, withheld, withheld, withheld]);
}

#[test]
fn r3_11c_sip_addresses_are_never_quarantined() {
    let refused = "error AttributeValueMustBeUnique SipProxyAddress=sip:voice@";
    let own_attribute = eras(|bench| {
        let mut arun = person(8, "arun");
        arun.sip_address = Some(Box::new("sip:voice@lamplight.example".into()));
        bench.sync(&arun);
        let mut tobi = person(9, "tobi");
        tobi.sip_address = Some(Box::new("SIP:VOICE@lamplight.example".into()));
        bench.send(&tobi)
    });
    let old = format!(
        "{} : R2.4 R2.10 R2.13 R2.3 R3.11c",
        refused.replace("voice", "VOICE")
    );
    let new = old.replace("R2.13", "R2.9");
    assert_eq!(own_attribute, [&*old, &*new, &*new, &*new]);
    let listed = eras(|bench| {
        bench.sync(&person(8, "arun").with(&["sip:voice"]));
        bench.sync(&person(9, "tobi"));
        bench.send(&person(9, "tobi").with(&["sip:voice"]))
    });
    assert_eq!(listed, [&*format!("{refused} : R2.1 R3.11c"); 4]);
}

#[test]
fn r3_11d_a_restore_does_not_quarantine() {
    let lines = eras(|bench| {
        bench.sync(&person(9, "bo"));
        bench.delete(User, 9);
        bench.add(account(1, "bo"));
        bench.send(&person(9, "bo"))
    });
    let refused = "error AttributeValueMustBeUnique UserPrincipalName=bo@ : R2.4 R5.20 R3.11d";
    assert_eq!(lines, [refused; 4]);
}

#[test]
fn r3_11e_security_identifiers_are_never_quarantined() {
    let sid: crate::SecurityIdentifier = "S-1-5-21-1-2-3-1001".parse().expect("it is one");
    let lines = eras(|bench| {
        let with_sid = |number, upn| {
            let mut person = person(number, upn);
            person.security_identifier = Some(sid.clone());
            person
        };
        bench.sync(&with_sid(8, "arun"));
        bench.send(&with_sid(9, "tobi"))
    });
    let sid = "OnPremiseSecurityIdentifier=S-1-5-21-1-2-3-1001";
    let old = format!("error AttributeValueMustBeUnique {sid} : R2.4 R2.10 R2.13 R2.3 R3.11e");
    let new = old.replace("R2.13", "R2.9");
    assert_eq!(lines, [&*old, &*new, &*new, &*new]);
}

/// Rule R3.11f: case V01; type mismatches are rule R2.14d.
#[test]
fn r3_11f_size_and_form_are_no_duplicates() {
    let large = eras(|bench| {
        let mut wren = person(9, "wren");
        wren.user_certificates = 15;
        bench.sync(&wren);
        wren.user_certificates = 16;
        let answer = bench.send(&wren);
        let error = answer.result.clone().expect_err("it is too large");
        assert_eq!(
            error.message(),
            "The provisioned object is too large. Trim the number of attribute values on this \
             object. The operation will be retried in the next synchronization cycle..."
        );
        answer
    });
    assert_eq!(
        large,
        ["error LargeObject userCertificate=16 : R2.1 R3.11f"; 4]
    );
}

#[test]
fn an_object_with_hundreds_of_addresses_is_too_large() {
    let aliases = |count: usize| {
        let alias = |n| ProxyAddress::new(format!("smtp:wren.{n}@lamplight.example"));
        (0..count).map(alias).collect()
    };
    let many = eras(|bench| {
        let mut wren = person(9, "wren");
        wren.proxy_addresses = aliases(332);
        bench.sync(&wren);
        wren.proxy_addresses = aliases(333);
        bench.send(&wren)
    });
    assert_eq!(
        many,
        ["error LargeObject ProxyAddresses=333 : R2.1 R3.11f"; 4]
    );
}

#[test]
fn r3_11g_the_address_of_another_synced_user_is_an_error_of_late() {
    let lines = eras(|bench| {
        bench.sync(&person(8, "arun").with(&["SMTP:a"]));
        bench.send(&person(9, "tobi").with(&["SMTP:a"]))
    });
    let old = "error InvalidSoftMatch ProxyAddresses=SMTP:a@ : R2.4 R2.14a";
    let between = "created without ProxyAddresses=SMTP:a@ : R2.4 R2.14a R2.3 R3.5";
    let new = "error AttributeValueMustBeUnique ProxyAddresses=SMTP:a@ : R2.4 R2.14a R3.11g";
    assert_eq!(lines, [old, between, new, new]);
}

/// Rule R3.12: the order of one run decides.
#[test]
fn moving_an_address_depends_on_the_order() {
    let a = |addresses| person(8, "a").with(addresses);
    let b = |addresses| person(9, "b").with(addresses);
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&a(&["SMTP:a", "smtp:x"]));
    let key = bench.sync(&b(&["SMTP:b"]));
    let mut fork = Workbench::new(Profile::AadConnect2017);
    fork.tenant = bench.tenant.clone();
    bench.sync(&a(&["SMTP:a"]));
    bench.sync(&b(&["SMTP:b", "smtp:x"]));
    assert_eq!(bench.names(key), "b@ | b@ | b | {SMTP:b@ smtp:x@}");
    fork.sync(&b(&["SMTP:b", "smtp:x"]));
    fork.sync(&a(&["SMTP:a"]));
    assert_eq!(fork.names(key), "b@ | b@ | b | {SMTP:b@}");
    fork.tenant.heal(fork.now, &mut fork.entropy);
    assert_eq!(fork.names(key), bench.names(key));
}

#[test]
fn r3_13_a_withheld_address_blocks_edits_in_the_cloud() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    bench.sync(&person(8, "bo").with(&["SMTP:b"]));
    let key = bench.sync(&person(9, "tobi").with(&["smtp:b"]));
    let update = ObjectUpdate {
        usage_location: Some("NL".into()),
        ..ObjectUpdate::default()
    };
    let refusal = bench
        .tenant
        .update_object(key, &update)
        .expect_err("one is withheld");
    assert_eq!(
        refusal.message,
        "Uniqueness violation. Property: ProxyAddresses."
    );
    assert_eq!(refusal.rule, Some(RuleId::R3_13));
    bench.sync(&person(9, "tobi"));
    assert_eq!(bench.tenant.update_object(key, &update), Ok(()));
}
