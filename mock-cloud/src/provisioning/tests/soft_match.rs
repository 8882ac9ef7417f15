//! Soft match: rules R2.9 to R2.19 and R2.31, every letter of R2.14, in every era.

use jiff::SignedDuration;

use crate::profile::Profile;
use crate::sync_object::SyncObjectType::User;
use crate::tenant::Kind;
use crate::workbench::{
    Workbench, account, anchor, at, contact, eras, group, line, list, person, thing,
};

const BY_SMTP: &str = "soft-smtp : R2.4 R2.10 R2.24";
/// The same, and the account had another UPN.
const BY_SMTP_WITH_UPN: &str = "soft-smtp : R2.4 R2.10 R2.16 R2.24";
const BY_UPN: &str = "soft-upn : R2.4 R2.10 R2.13 R2.24";

/// Rule R2.16, pattern 1; rules R2.15 and R2.28.
#[test]
fn the_same_upn_and_address_match_by_address() {
    let lines = eras(|bench| {
        let key = bench.add(account(1, "dana").with(&["SMTP:dana"]));
        let answer = bench.send(&person(9, "dana").with(&["SMTP:DANA"]));
        assert_eq!(answer.key, Some(key));
        let facts = &bench.get(key).on_premises;
        assert_eq!(facts.immutable_id, Some(anchor(9)));
        assert_eq!(facts.sync_enabled, Some(true));
        assert_eq!(facts.last_sync, Some(bench.now));
        assert_eq!(facts.user_principal_name.as_deref(), Some(&*at("dana")));
        answer
    });
    assert_eq!(lines, [BY_SMTP; 4]);
}

/// Rule R2.16, pattern 2; rules R2.13 and R2.14i: the old era has UPN matching off.
#[test]
fn the_same_upn_alone_matches_where_the_feature_is_on() {
    let lines = eras(|bench| {
        bench.add(account(1, "dana").with(&["SMTP:dana"]));
        bench.send(&person(9, "dana"))
    });
    let unique = "error AttributeValueMustBeUnique UserPrincipalName=dana@ : R2.4 R2.10 R2.13 \
                  R2.3 R3.2";
    assert_eq!(lines, [unique, BY_UPN, BY_UPN, BY_UPN]);
    let without_address = eras(|bench| {
        bench.add(account(1, "dana"));
        bench.send(&person(9, "dana"))
    });
    assert!(without_address[0].ends_with(": R2.4 R2.10 R2.13 R2.14i R2.3 R3.2"));
    assert_eq!(without_address[1..], lines[1..]);
}

/// Rule R2.16, patterns 3 and 4.
#[test]
fn a_match_by_address_brings_the_upn_of_ad() {
    let lines = eras(|bench| {
        let key = bench.add(account(1, "dana@INI").with(&["SMTP:dana"]));
        let answer = bench.send(&person(9, "d.okoye").with(&["SMTP:dana"]));
        assert_eq!(bench.names(key), "d.okoye@ | dana@ | dana | {SMTP:dana@}");
        answer
    });
    assert_eq!(lines, [BY_SMTP_WITH_UPN; 4]);
}

/// Rule R2.10: `mail` is the primary address where there are no proxyAddresses, and only there.
#[test]
fn mail_alone_acts_as_the_primary_address() {
    let sent = |bench: &mut Workbench, addresses: &[&str]| {
        bench.add(account(1, "dana@INI").with(&["SMTP:dana"]));
        bench.send(&person(9, "d.okoye").with_mail("dana").with(addresses))
    };
    assert_eq!(eras(|bench| sent(bench, &[])), [BY_SMTP_WITH_UPN; 4]);
    let masked = eras(|bench| sent(bench, &["smtp:other"]));
    assert_eq!(masked[1], "created : R2.4 R2.10 R2.9 R2.3");
}

/// Rule R2.11 and its switch; the `mail` of a cloud account is no Exchange address (R2.14i).
#[test]
fn the_cloud_side_counts_with_its_primary_address() {
    let alias = |any: bool| {
        eras(|bench| {
            bench.tenant.policy.smtp_match_any_cloud_proxy = any;
            bench.add(account(1, "dana@INI").with(&["SMTP:d", "smtp:dana"]));
            bench.send(&person(9, "d.okoye").with(&["SMTP:dana"]))
        })
    };
    assert_eq!(alias(true), [BY_SMTP_WITH_UPN; 4]);
    let withheld = "created without ProxyAddresses=SMTP:dana@ : R2.4 R2.9 R2.9 R2.3 R3.5";
    assert_eq!(alias(false)[1..], [withheld; 3]);
    let by_mail = eras(|bench| {
        let mut found = account(1, "dana@INI");
        found.mail = Some(at("dana").into());
        bench.add(found);
        bench.send(&person(9, "d.okoye").with(&["SMTP:dana"]))
    });
    assert_eq!(by_mail, alias(false));
}

/// Rule R2.9: where address and UPN point at different accounts, the address wins; rule R2.17: the
/// UPN is then a duplicate like any other.
#[test]
fn the_address_beats_the_upn() {
    let lines = eras(|bench| {
        let x = bench.add(account(1, "x@INI").with(&["SMTP:dana"]));
        bench.add(account(2, "dana"));
        let before = bench.everything();
        let answer = bench.send(&person(9, "dana").with(&["SMTP:dana"]));
        // The UPN of the second account owns the address, too, by rule R3.3.
        if answer.result.is_err() {
            assert_eq!(bench.everything(), before);
        } else {
            assert_eq!(answer.key, Some(x));
        }
        answer
    });
    let refused = "error AttributeValueMustBeUnique UserPrincipalName=dana@ \
                   ProxyAddresses=SMTP:dana@ : R2.4 R2.10 R2.17 R3.2";
    let both = "soft-smtp without UserPrincipalName=dana@ without ProxyAddresses=SMTP:dana@ : \
                R2.4 R2.10 R2.17 R3.4 R3.5 R2.24";
    assert_eq!(lines, [refused, both, both, both]);
    let apart = eras(|bench| {
        let x = bench.add(account(1, "x@INI").with(&["SMTP:d"]));
        bench.add(account(2, "dana"));
        let answer = bench.send(&person(9, "dana").with(&["SMTP:d"]));
        let upn = &bench.get(x).user_principal_name;
        let upn = upn.as_ref().map(|upn| upn.as_str().to_owned());
        let placeholder =
            upn.is_some_and(|upn| upn.len() == at("dana0000@INI").len() && upn.starts_with("dana"));
        assert_eq!(placeholder, answer.result.is_ok());
        answer
    });
    let upn = "soft-smtp without UserPrincipalName=dana@ : R2.4 R2.10 R2.17 R3.4 R2.24";
    assert_eq!(apart[1..], [upn; 3]);
}

/// Rule R2.14a: another anchor, formerly synced or synced.
#[test]
fn letter_a_another_anchor_is_the_question_of_the_eras() {
    let both = "created without UserPrincipalName=dana@ without ProxyAddresses=SMTP:dana@ : R2.4 \
                R2.14a R2.3 R3.4 R3.5";
    let old = "error InvalidSoftMatch ProxyAddresses=SMTP:dana@ : R2.4 R2.14a";
    let new = "error AttributeValueMustBeUnique ProxyAddresses=SMTP:dana@ : R2.4 R2.14a R3.11g";
    for synced in [None, Some(false), Some(true)] {
        let lines = eras(|bench| {
            let mut found = account(1, "dana").with(&["SMTP:dana"]).anchored(8);
            found.on_premises.sync_enabled = synced;
            let key = bench.add(found);
            let answer = bench.send(&person(9, "dana").with(&["SMTP:dana"]));
            if let Err(error) = &answer.result {
                assert_eq!(error.in_conflict_with, Some(key));
            }
            answer
        });
        assert_eq!(lines, [old, both, new, new], "{synced:?}");
    }
    let by_upn = eras(|bench| {
        bench.add(account(1, "dana").anchored(8));
        bench.send(&person(9, "dana"))
    });
    let placeholder = "created without UserPrincipalName=dana@ : R2.4 R2.10 R2.14a R2.3 R3.4";
    assert_eq!(by_upn[1..], [placeholder; 3]);
    assert!(by_upn[0].starts_with("error AttributeValueMustBeUnique UserPrincipalName=dana@"));
}

/// Rules R2.14a and R3.11e: the same security identifier names itself in the newer eras.
#[test]
fn letter_a_with_the_same_security_identifier() {
    let sid: crate::SecurityIdentifier = "S-1-5-21-1-2-3-1001".parse().expect("it is one");
    let lines = eras(|bench| {
        let mut found = account(1, "dana").with(&["SMTP:dana"]).anchored(8);
        found.on_premises.security_identifier = Some(sid.clone());
        bench.add(found);
        let mut sent = person(9, "dana").with(&["SMTP:dana"]);
        sent.security_identifier = Some(sid.clone());
        bench.send(&sent)
    });
    let sid = "error AttributeValueMustBeUnique OnPremiseSecurityIdentifier=S-1-5-21-1-2-3-1001 :";
    assert!(lines[0].starts_with("error InvalidSoftMatch ProxyAddresses"));
    assert_eq!(lines[1], format!("{sid} R2.4 R2.14a R2.3 R3.11e"));
    assert_eq!(lines[2], format!("{sid} R2.4 R2.14a R3.11g"));
    assert_eq!(lines[3], lines[2]);
}

#[test]
fn letter_a_the_message_of_invalid_soft_match() {
    let mut bench = Workbench::new(Profile::DirSync2013);
    bench.add(account(1, "dana").with(&["SMTP:dana"]).anchored(8));
    let answer = bench.send(&person(9, "dana").with(&["SMTP:dana"]));
    assert_eq!(
        answer.result.expect_err("it has another anchor").message(),
        "Unable to update this object because the following attributes associated with this object \
         have values that may already be associated with another object in your local directory \
         services: [ProxyAddresses SMTP:dana@lamplight.example;]. Correct or remove the duplicate \
         values in your local directory."
    );
}

#[test]
fn letter_b_administrators_are_never_matched() {
    let by_upn = eras(|bench| {
        let key = bench.add(account(1, "arun"));
        bench.promote(key);
        let answer = bench.send(&person(9, "arun"));
        let made = answer.key.filter(|_| answer.result.is_ok());
        let noted = made.is_some_and(|made| bench.get(made).on_premises.admin_role_conflict);
        assert_eq!(noted, answer.result.is_ok());
        answer
    });
    let placeholder = "created without UserPrincipalName=arun@ : R2.4 R2.10 R2.14b R2.3 R3.4";
    assert_eq!(by_upn[1..], [placeholder; 3]);
    let by_address = eras(|bench| {
        let key = bench.add(account(1, "a@INI").with(&["SMTP:arun"]));
        bench.promote(key);
        bench.send(&person(9, "arun").with(&["SMTP:arun"]))
    });
    let refused = "error AttributeValueMustBeUnique ProxyAddresses=SMTP:arun@ : R2.4 R2.14b";
    assert_eq!(by_address[0], refused);
    let both = "created without UserPrincipalName=arun@ without ProxyAddresses=SMTP:arun@ : R2.4 \
                R2.14b R2.3 R3.4 R3.5";
    assert_eq!(by_address[1..], [both; 3]);
}

/// Rule R2.19, in the order that Microsoft documents.
#[test]
fn letter_b_is_repaired_without_roles_and_duplicate() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    let key = bench.add(account(1, "arun"));
    bench.promote(key);
    let duplicate = bench.sync(&person(9, "arun"));
    for role in bench.tenant.roles.of(key) {
        bench
            .tenant
            .remove_role(key, &role)
            .expect("it holds the role");
    }
    assert_eq!(line(&bench.send(&person(9, "arun"))), {
        "updated without UserPrincipalName=arun@ : R2.1"
    });
    bench
        .tenant
        .delete_object(duplicate, bench.now)
        .expect("it is live");
    bench
        .tenant
        .purge_object(duplicate, bench.now)
        .expect("it is in the bin");
    let answer = bench.send(&person(9, "arun"));
    assert_eq!((line(&answer).as_str(), answer.key), (BY_UPN, Some(key)));
}

#[test]
fn letter_c_the_tenant_may_block_soft_matches() {
    let lines = eras(|bench| {
        bench.tenant.features.block_soft_match = true;
        bench.add(account(1, "arun").with(&["SMTP:arun"]));
        bench.send(&person(9, "arun").with(&["SMTP:arun"]))
    });
    let both = "created without UserPrincipalName=arun@ without ProxyAddresses=SMTP:arun@ : R2.4 \
                R2.14c R2.3 R3.4 R3.5";
    assert_eq!(lines[1..], [both; 3]);
    let nothing = eras(|bench| {
        bench.tenant.features.block_soft_match = true;
        bench.send(&person(9, "arun"))
    });
    assert_eq!(nothing, ["created : R2.4 R2.14c R2.3"; 4]);
}

#[test]
fn letter_d_an_address_of_another_type_is_a_mismatch() {
    let mismatch = "error ObjectTypeMismatch ProxyAddresses=SMTP:ledger@ : R2.4 R2.14d";
    let group_owns = eras(|bench| {
        bench.add(list(1, &["SMTP:ledger"]));
        let answer = bench.send(&person(9, "arun").with(&["SMTP:ledger"]));
        let error = answer.result.clone().expect_err("a group has the address");
        assert_eq!(
            error.message(),
            "An object with the same proxy address already exists but has an incompatible object \
             type (contact, group or user): [ProxyAddresses SMTP:ledger@lamplight.example;]."
        );
        answer
    });
    assert_eq!(group_owns, [mismatch; 4]);
    let by_mail = eras(|bench| {
        bench.add(thing(1, Kind::Contact).with(&["SMTP:ledger"]));
        bench.send(&person(9, "arun").with_mail("ledger"))
    });
    assert_eq!(by_mail, [mismatch; 4]);
    let unified_owns = eras(|bench| {
        bench.add(thing(1, Kind::Microsoft365Group).with(&["SMTP:ledger"]));
        bench.send(&person(9, "arun").with(&["SMTP:ledger"]))
    });
    assert_eq!(unified_owns, [mismatch; 4]);
    let user_owns = eras(|bench| {
        bench.add(account(1, "a").with(&["SMTP:ledger"]));
        bench.send(&group(9, &["SMTP:ledger"]))
    });
    let mismatch = "error ObjectTypeMismatch ProxyAddresses=SMTP:ledger@ : R2.14d";
    assert_eq!(user_owns, [mismatch; 4]);
}

#[test]
fn letter_e_federated_accounts_are_not_matched() {
    let fed = "arun@fed.lamplight.example";
    for anchored in [true, false] {
        let lines = eras(|bench| {
            let found = account(1, fed);
            bench.add(if anchored { found.anchored(8) } else { found });
            bench.tenant.features.soft_match_on_upn = true;
            bench.send(&person(9, fed))
        });
        let letters = if anchored { "R2.14e R2.14a" } else { "R2.14e" };
        let old = format!("error InvalidSoftMatch UserPrincipalName={fed} : R2.4 R2.10 {letters}");
        let new =
            format!("created without UserPrincipalName={fed} : R2.4 R2.10 {letters} R2.3 R3.4");
        assert_eq!(lines, [&*old, &*new, &*new, &*new]);
    }
}

#[test]
fn letter_f_deleted_accounts_are_not_found_and_hold_no_names() {
    let lines = eras(|bench| {
        bench.sync(&person(8, "dana").with(&["SMTP:dana"]));
        bench.delete(User, 8);
        bench.pass(SignedDuration::from_hours(1));
        bench.send(&person(9, "dana").with(&["SMTP:dana"]))
    });
    let old = "created : R2.4 R2.9 R2.13 R2.3";
    let new = "created : R2.4 R2.9 R2.9 R2.3";
    assert_eq!(lines, [old, new, new, new]);
}

/// Rule R2.14g and rule R2.31 for the groups that do match.
#[test]
fn letter_g_microsoft_365_groups_are_passed_over() {
    let unified = eras(|bench| {
        bench.add(thing(1, Kind::Microsoft365Group).with(&["SMTP:crew"]));
        bench.send(&group(9, &["SMTP:crew"]))
    });
    let withheld = "created without ProxyAddresses=SMTP:crew@ : R2.14g R2.3 R3.5";
    assert_eq!(unified[1..], [withheld; 3]);
    let unique = "error AttributeValueMustBeUnique ProxyAddresses=SMTP:crew@ : R2.14g R2.3 R3.2";
    assert_eq!(unified[0], unique);
    let matched = "soft-smtp : R2.10 R2.24";
    let mail_enabled = eras(|bench| {
        bench.add(list(1, &["SMTP:crew"]));
        bench.send(&group(9, &["SMTP:crew"]))
    });
    assert_eq!(mail_enabled, [matched; 4]);
    let contacts = eras(|bench| {
        bench.add(thing(1, Kind::Contact).with(&["SMTP:vendor"]));
        bench.send(&contact(9, &["SMTP:vendor"]))
    });
    assert_eq!(contacts, [matched; 4]);
}

/// Rule R2.31.
#[test]
fn plain_security_groups_never_match() {
    let plain = Kind::Group {
        mail_enabled: false,
        security_enabled: true,
    };
    let lines = eras(|bench| {
        let mut found = thing(1, plain);
        found.display_name = Some("group".into());
        bench.add(found);
        bench.send(&group(9, &[]))
    });
    assert_eq!(lines, ["created : R2.31 R2.3"; 4]);
    let addressed = eras(|bench| {
        bench.add(thing(1, plain).with(&["SMTP:crew"]));
        bench.send(&group(9, &["SMTP:crew"]))
    });
    let withheld = "created without ProxyAddresses=SMTP:crew@ : R2.31 R2.3 R3.5";
    assert_eq!(addressed[1..], [withheld; 3]);
}

#[test]
fn letter_h_guests_are_not_matched_and_hide_nobody() {
    let lines = eras(|bench| {
        bench.add(
            account(1, "guest")
                .of_kind(Kind::Guest)
                .with(&["SMTP:dana"]),
        );
        bench.send(&person(9, "dana").with(&["SMTP:dana"]))
    });
    let withheld = "created without ProxyAddresses=SMTP:dana@";
    let upn = "without UserPrincipalName=dana@";
    let expected = format!(
        "created {upn} {} : R2.4 R2.14h R2.9 R2.3 R3.4 R3.5",
        &withheld[8..]
    );
    assert_eq!(lines[1..], [&*expected; 3]);
    let behind = eras(|bench| {
        bench.add(account(1, "guest").of_kind(Kind::Guest).with(&["SMTP:d"]));
        let key = bench.add(account(2, "dana@INI").with(&["SMTP:d"]));
        let answer = bench.send(&person(9, "dana").with(&["smtp:other", "SMTP:d"]));
        assert_eq!(answer.key, Some(key));
        answer
    });
    assert!(behind[1].starts_with("soft-smtp without ProxyAddresses=SMTP:d@ : R2.4 R2.10"));
}

/// Rules R2.14j and R2.30.
#[test]
fn letter_j_cloud_managed_accounts_are_skipped() {
    let lines = eras(|bench| {
        let key = bench.sync(&person(9, "tobi"));
        bench
            .tenant
            .set_cloud_managed(key, true)
            .expect("it is synced");
        let before = bench.everything();
        let mut renamed = person(9, "tobi");
        renamed.display_name = Some("Tobi B".into());
        let answer = bench.send(&renamed);
        assert_eq!(bench.everything(), before);
        assert_eq!(bench.get(key).on_premises.sync_enabled, None);
        answer
    });
    assert_eq!(lines, ["skipped : R2.30"; 4]);
    let without_anchor = eras(|bench| {
        let mut found = account(1, "tobi").with(&["SMTP:tobi"]);
        found.on_premises.cloud_managed = true;
        bench.add(found);
        bench.send(&person(9, "tobi").with(&["SMTP:tobi"]))
    });
    assert!(without_anchor[0].starts_with("error InvalidSoftMatch ProxyAddresses=SMTP:tobi@"));
    let both = "created without UserPrincipalName=tobi@ without ProxyAddresses=SMTP:tobi@ : R2.4 \
                R2.14j R2.3 R3.4 R3.5";
    assert_eq!(without_anchor[1..], [both; 3]);
}

/// Rule R2.30: a rollback is complete with the next export.
#[test]
fn letter_j_a_rollback_hands_the_account_back() {
    let lines = eras(|bench| {
        let key = bench.sync(&person(9, "tobi"));
        for managed in [true, false] {
            bench
                .tenant
                .set_cloud_managed(key, managed)
                .expect("it was synced");
        }
        let answer = bench.send(&person(9, "tobi"));
        assert!(answer.key == Some(key) && bench.get(key).is_synced());
        answer
    });
    assert_eq!(lines, ["hard : R2.4 R2.6 R2.24"; 4]);
}

#[test]
fn letter_k_once_matched_the_anchor_decides() {
    let lines = eras(|bench| {
        bench.add(account(1, "dana").with(&["SMTP:dana"]));
        bench.sync(&person(9, "dana").with(&["SMTP:dana"]));
        bench.add(account(2, "new@INI").with(&["SMTP:new"]));
        bench.send(&person(9, "dana").with(&["SMTP:dana", "smtp:d"]))
    });
    assert_eq!(lines, ["updated : R2.1"; 4]);
}

#[test]
fn letter_l_no_licence_is_needed() {
    let lines = eras(|bench| {
        let key = bench.add(account(1, "dana"));
        assert!(bench.get(key).licences.is_empty());
        bench.tenant.features.soft_match_on_upn = true;
        bench.send(&person(9, "dana"))
    });
    assert_eq!(lines, [BY_UPN; 4]);
}

/// The founding document's first case.
#[test]
fn nothing_in_common_is_a_silent_duplicate() {
    let lines = eras(|bench| {
        bench.add(account(1, "dana.okoye@INI"));
        let answer = bench.send(&person(9, "dana@corp.lamplight.local"));
        let key = answer.key.expect("it is made");
        assert_eq!(bench.names(key), "dana@INI | - | dana | {}");
        answer
    });
    let old = "created : R2.4 R2.10 R2.13 R2.3 R4.2";
    let new = "created : R2.4 R2.10 R2.9 R2.3 R4.2";
    assert_eq!(lines, [old, new, new, new]);
}
